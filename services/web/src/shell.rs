//! The shell around the whole site: it finds out who asks and in which language, turns away what
//! does not come from our own pages, and tells every failure in words.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use base64::Engine;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::answer::{self, Failure};
use crate::frame::Frame;
use crate::language::{LANGUAGE_COOKIE, Language, Texts};
use crate::local_path::LocalPath;
use crate::session::{self, Accounts, Csrf, Sessions, SignedIn};
use crate::{assets, headers};

/// The cookie of the session.
pub(crate) const SESSION_COOKIE: &str = "tais-session";

/// Where programs ask.
const API: &str = "/api/";

/// What the shell needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Who can sign in.
    pub accounts: Arc<Accounts>,
    /// Who is signed in: the same for all services of a process.
    pub sessions: Sessions,
    /// Whether the record holds sample data, which every page then says.
    pub sample: bool,
    /// Whether the site is reached by https, so that cookies are sent by nothing else.
    pub secure: bool,
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

async fn enter(State(shell): State<Shell>, mut request: Request, next: Next) -> Response {
    let for_a_program = request.uri().path().starts_with(API);
    let refused = !session::comes_from_our_own_page(request.method(), request.headers(), for_a_program);
    let (frame, wrong_password) = shell.frame(&request, for_a_program);
    let response = if refused {
        Failure::ForeignForm.into_response()
    } else if wrong_password {
        Failure::WrongPassword.into_response()
    } else {
        request.extensions_mut().insert(frame.clone());
        next.run(request).await
    };
    answer::tell(&frame, response)
}

impl Shell {
    /// The frame of a request, and whether it carries a name and a password that do not fit.
    fn frame(&self, request: &Request, for_a_program: bool) -> (Frame, bool) {
        let jar = CookieJar::from_headers(request.headers());
        let accept = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let language = Language::negotiate(jar.get(LANGUAGE_COOKIE).map(|cookie| cookie.value()), accept);
        // A session is a browser's. It may read from the API; to change something there, a program
        // says who it is, so that no form elsewhere can borrow a session for it.
        let session = jar
            .get(SESSION_COOKIE)
            .filter(|_| !for_a_program || request.method().is_safe())
            .and_then(|cookie| self.sessions.find(cookie.value(), Instant::now()));
        let (by_session, csrf) = match session {
            Some(session) => (Some(session.person), Csrf::new(session.form_token)),
            None => (None, Csrf::default()),
        };
        let by_password = if for_a_program { self.by_password(request.headers()) } else { None };
        let wrong_password = matches!(by_password, Some(None));
        let here = request.uri().path_and_query().and_then(|here| LocalPath::parse(here.as_str()));
        let frame = Frame {
            texts: Texts::new(language),
            signed_in: by_password.flatten().or(by_session),
            csrf,
            here: here.unwrap_or_else(LocalPath::root),
            sample: self.sample,
            for_a_program,
        };
        (frame, wrong_password)
    }

    /// `None` when no name and password were sent; `Some(None)` when they do not belong together.
    fn by_password(&self, headers: &HeaderMap) -> Option<Option<SignedIn>> {
        let sent = headers.get(header::AUTHORIZATION)?;
        let read = || {
            let (scheme, encoded) = sent.to_str().ok()?.split_once(' ')?;
            let plain = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
            let plain = String::from_utf8(plain).ok()?;
            let (name, password) = plain.split_once(':').filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
            self.accounts.check(name, password).cloned()
        };
        Some(read())
    }
}
