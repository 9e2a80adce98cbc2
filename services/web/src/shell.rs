//! The shell around the whole site: it finds out who asks and in which language, turns away what
//! does not come from our own pages, and tells every failure in words.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequest as _, MatchedPath, RawForm, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use base64::Engine;
use futures_util::StreamExt as _;
use tais_proto::Timestamp;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::access::{self, Audience, Grants};
use crate::answer::{self, Failure};
use crate::frame::Frame;
use crate::language::{LANGUAGE_COOKIE, Language, Texts};
use crate::local_path::LocalPath;
use crate::session::{self, Accounts, Csrf, Kept, Known, Notice, Notices, Provider, Unknown};
use crate::unwitnessed::Unwitnessed;
use crate::{assets, headers};

/// Where programs ask: the API, and the log as files, which monitors follow.
const FOR_PROGRAMS: [&str; 2] = ["/api/", "/tlog/"];
/// How often a page that stays open is asked whether its reader still may.
const STILL_OPEN: Duration = Duration::from_secs(2);

/// What the shell needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Who can sign in, and who is signed in.
    pub accounts: Accounts,
    /// Where the security log hears of sign-ins and denials.
    pub notices: Notices,
    /// Whether the record holds sample data, which every page then says.
    pub sample: bool,
    /// Since when no witness vouches for what is recorded.
    pub unwitnessed: Unwitnessed,
    /// Whether the site is reached by https, so that cookies are sent by nothing else.
    pub secure: bool,
    /// Where people sign in who do it elsewhere.
    pub provider: Option<Provider>,
    /// Who may ask for what.
    pub table: access::Table,
    /// The roles that the log grants.
    pub grants: Grants,
    /// The clock.
    pub clock: fn() -> Timestamp,
}

impl Shell {
    /// Puts the shell around the site: give it the routers of the faces, merged, with their state.
    /// It adds the files, the sign-in pages, the answer for unknown addresses, the headers and the
    /// compression.
    pub fn wrap(&self, faces: Router) -> Router {
        let own = session::routes().with_state(self.clone());
        // Fonts are compressed already.
        let worth_it = DefaultPredicate::new().and(NotForContentType::const_new("font/"));
        faces
            .merge(own)
            .merge(answer::routes())
            .merge(assets::router())
            .fallback(answer::not_found)
            .layer(middleware::from_fn_with_state(self.clone(), enter))
            .layer(CompressionLayer::new().compress_when(worth_it))
            .layer(middleware::from_fn(headers::protect))
    }
}

async fn enter(State(shell): State<Shell>, request: Request, next: Next) -> Response {
    let for_a_program = FOR_PROGRAMS.iter().any(|place| request.uri().path().starts_with(place));
    let (method, uri, headers) = (request.method().clone(), request.uri().clone(), request.headers().clone());
    let refused = !session::comes_from_our_own_page(&method, &headers, for_a_program);
    let (frame, turned_away) = shell.frame(&method, &uri, &headers, for_a_program).await;
    let session = shell.session_id(&headers);
    let response = if refused {
        Failure::ForeignForm.into_response()
    } else if let Some(failure) = turned_away {
        failure.into_response()
    } else {
        match shell.admit(&frame, request).await {
            Ok(mut request) => {
                request.extensions_mut().insert(frame.clone());
                request.extensions_mut().insert(shell.clone());
                next.run(request).await
            }
            Err(refused) => refused,
        }
    };
    if let Some(Failure::Forbidden { .. } | Failure::ForeignForm) = response.extensions().get::<Failure>() {
        let account = frame.signed_in.as_ref().map(|person| person.account);
        shell.notices.denied(account, method.as_str(), frame.here.as_str());
    }
    let response = answer::tell(&frame, response);
    match session.filter(|_| frame.signed_in.is_some()) {
        Some(session) => shell.while_open(session, response),
        None => response,
    }
}

/// Where somebody may go before a first password is changed.
fn is_on_the_way(path: &str) -> bool {
    ["/password", "/sign-in", "/sign-out"].contains(&path)
        || ["/assets/", "/language/", "/problems/", "/sign-in/"].iter().any(|open| path.starts_with(open))
        || path == "/service-worker.js"
}

/// Asks to sign in; a form that was sent is kept until then.
async fn keep(frame: &Frame, request: Request) -> Response {
    if request.method().is_safe() {
        return Failure::SignInNeeded.into_response();
    }
    match RawForm::from_request(request, &()).await {
        Ok(RawForm(bytes)) => Failure::SignInToSend(Kept::of(&frame.here, &bytes)).into_response(),
        // A file cannot be kept in a page.
        Err(_) => Failure::SignInNeeded.into_response(),
    }
}

impl Shell {
    /// The cookie of the session. Where there is https, its name alone keeps it to this very host.
    pub(crate) const fn session_cookie(&self) -> &'static str {
        if self.secure { "__Host-tais" } else { "tais-session" }
    }

    fn session_id(&self, headers: &HeaderMap) -> Option<String> {
        CookieJar::from_headers(headers).get(self.session_cookie()).map(|cookie| cookie.value().to_owned())
    }

    /// Lets a request through whose sender may ask for it. Addresses that lead nowhere are told so by
    /// the site's router.
    async fn admit(&self, frame: &Frame, request: Request) -> Result<Request, Response> {
        let Some(route) = request.extensions().get::<MatchedPath>().cloned() else { return Ok(request) };
        let Some(audience) = (self.table)(request.method(), route.as_str()) else {
            let methods = access::methods_of(self.table, route.as_str());
            if methods.is_empty() {
                tracing::error!(route = route.as_str(), "an address stands in no row of the access table");
                return Err(Failure::Forbidden { may: Vec::new() }.into_response());
            }
            let allow = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(",");
            return Err(([(header::ALLOW, allow)], Failure::WrongMethod).into_response());
        };
        let person = frame.signed_in.as_ref();
        let held = person.filter(|person| self.grants.hold(person));
        let judged = match (person, held) {
            // Somebody whose role the log does not grant is nobody in particular.
            (Some(_), None) if audience != Audience::SignedIn => access::judge(audience, None, self.sample)
                .map_err(|_| Failure::Forbidden { may: access::roles_of(audience).to_vec() }),
            _ => access::judge(audience, person, self.sample),
        };
        match judged {
            Ok(()) => Ok(request),
            Err(Failure::SignInNeeded) if !frame.for_a_program => Err(keep(frame, request).await),
            Err(failure) => Err(failure.into_response()),
        }
    }

    /// The frame of a request, and why it goes no further if it does not.
    async fn frame(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        for_a_program: bool,
    ) -> (Frame, Option<Failure>) {
        let now = (self.clock)();
        let jar = CookieJar::from_headers(headers);
        let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let language = Language::negotiate(jar.get(LANGUAGE_COOKIE).map(|cookie| cookie.value()), accept);
        let here = uri.path_and_query().and_then(|here| LocalPath::parse(here.as_str()));
        let mut frame = Frame {
            texts: Texts::new(language),
            signed_in: None,
            confirmed: false,
            at_provider: false,
            provider: self.provider.as_ref().map(|provider| provider.host().into()),
            csrf: Csrf::default(),
            here: here.unwrap_or_else(LocalPath::root),
            sample: self.sample,
            unwitnessed: self.unwitnessed.since(),
            for_a_program,
        };
        let mut must_change = false;
        // A session is a browser's. It may read from the API; to change something there, a program
        // says who it is, so that no form elsewhere can borrow a session for it.
        if let Some(id) = self.session_id(headers)
            && (!for_a_program || method.is_safe())
        {
            match self.accounts.sessions().find(&id, now).await {
                Ok(Some(session)) => {
                    must_change = session.must_change;
                    frame.confirmed = session.confirmed;
                    frame.at_provider = session.at_provider;
                    frame.csrf = Csrf::new(session.form_token);
                    frame.signed_in = Some(session.person);
                }
                Ok(None) => {}
                Err(error) => return (frame, Some(Failure::internal("reading the sessions", &error))),
            }
        }
        if for_a_program && let Some(sent) = headers.get(header::AUTHORIZATION) {
            match self.by_password(sent, now).await {
                Ok(known) => {
                    must_change = known.must_change;
                    frame.confirmed = true;
                    frame.signed_in = Some(known.person);
                }
                Err(failure) => return (frame, Some(failure)),
            }
        }
        let stopped = must_change && !is_on_the_way(uri.path());
        (frame, stopped.then_some(Failure::PasswordChangeNeeded))
    }

    /// Who a program says it is, by name and password.
    async fn by_password(&self, sent: &HeaderValue, now: Timestamp) -> Result<Known, Failure> {
        let read = || {
            let (scheme, encoded) = sent.to_str().ok()?.split_once(' ')?;
            let plain = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
            let plain = String::from_utf8(plain).ok()?;
            let (name, password) = plain.split_once(':').filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
            Some((name.to_owned(), password.to_owned()))
        };
        let (name, password) = read().ok_or(Failure::WrongPassword)?;
        self.known(&name, &password, now).await
    }

    /// The person of a name and password; a failure is told to the security log.
    pub(crate) async fn known(&self, name: &str, password: &str, now: Timestamp) -> Result<Known, Failure> {
        let error = match self.accounts.check(name, password, now).await {
            Ok(known) => return Ok(known),
            Err(error) => error,
        };
        match error {
            Unknown::Wrong { account } => {
                self.notices.tell(Notice::SignInFailed(account));
                Err(Failure::WrongPassword)
            }
            Unknown::Wait(wait) => {
                self.notices.tell(Notice::SignInFailed(None));
                Err(Failure::TooManyAttempts(wait.as_secs().max(1)))
            }
            Unknown::Accounts(error) => Err(Failure::internal("reading the accounts", &error)),
        }
    }

    /// Whether a password is that of the person who is signed in; the session is then confirmed.
    pub(crate) async fn confirm(
        &self,
        frame: &Frame,
        jar: &CookieJar,
        password: &str,
    ) -> Result<bool, Failure> {
        let now = (self.clock)();
        let (person, cookie) = (frame.person()?, jar.get(self.session_cookie()));
        match self.known(&person.name, password, now).await {
            Ok(_) => {
                let id = cookie.map_or("", |cookie| cookie.value());
                let confirmed = self.accounts.sessions().confirm(id, now).await;
                confirmed.map_err(|error| Failure::internal("confirming a session", &error))?;
                Ok(true)
            }
            Err(Failure::WrongPassword) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// A page that stays open (server-sent events) ends when its session does.
    fn while_open(&self, session: String, response: Response) -> Response {
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
            return response;
        }
        let (sessions, clock) = (self.accounts.sessions(), self.clock);
        let ended = async move {
            loop {
                tokio::time::sleep(STILL_OPEN).await;
                match sessions.is_open(&session, clock()).await {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => {
                        tracing::warn!(%error, "whether a session is open is not known; asking again")
                    }
                }
            }
        };
        response.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(ended))))
    }
}
