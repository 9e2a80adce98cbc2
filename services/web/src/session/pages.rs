//! Signing in and out, and choosing the language: the shell's own pages; and the pages that keep a
//! form while its person signs in or gives the password once more.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;

use tais_proto::Role;

use super::notice::Notice;
use super::store::Entered;
use super::{CheckedForm, Csrf, Kept, Known, SignedIn, password_page, provider};
use crate::answer::Failure;
use crate::frame::Frame;
use crate::language::{Arg, LANGUAGE_COOKIE, Language, Texts};
use crate::local_path::LocalPath;
use crate::page::Page;
use crate::parts::{FieldError, error_summary, error_title, field_error};
use crate::shell::Shell;

const LANGUAGE_KEPT: time::Duration = time::Duration::days(365);

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    t: Texts,
    errors: String,
    lead: String,
    name: &'a str,
    next: &'a str,
    kept: &'a str,
    trouble: &'a str,
    at_provider: String,
}

#[derive(Template)]
#[template(path = "send_again.html")]
struct SendAgainPage<'a> {
    t: Texts,
    csrf: String,
    kept: &'a Kept,
    stale: bool,
}

#[derive(Template)]
#[template(path = "confirmation.html")]
struct ConfirmationPage<'a> {
    t: Texts,
    errors: String,
    csrf: String,
    kept: &'a Kept,
    name: &'a str,
    wrong: String,
    at_provider: String,
}

#[derive(Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    pub next: String,
}

#[derive(Deserialize)]
struct SignInForm {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
    /// A form that was sent when nobody was signed in any more.
    #[serde(default)]
    kept: String,
}

#[derive(Deserialize)]
struct Nothing {}

/// `/sign-in`, the way to the identity provider, `/sign-out`, `/password` and `/language/{tag}`.
pub(crate) fn routes() -> Router<Shell> {
    Router::new()
        .route("/sign-in", get(show_sign_in).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/password", get(password_page::show).post(password_page::change))
        .route("/language/{tag}", get(choose_language))
        .merge(provider::routes())
}

async fn show_sign_in(frame: Frame, Query(Next { next }): Query<Next>) -> Result<Page, Failure> {
    let t = frame.texts;
    let already = |person: &SignedIn| t.with("sign-in-already", &[("who", Arg::from(person.describe(t)))]);
    let lead = frame.signed_in.as_ref().map(already).unwrap_or_default();
    sign_in_page(&frame, &Asked { lead, next, ..Asked::default() }, &[])
}

/// The form of `/sign-in` carries no token, because there is no session yet; that it was sent by our
/// own page was checked by the shell before.
async fn sign_in(
    frame: Frame,
    State(shell): State<Shell>,
    jar: CookieJar,
    Form(form): Form<SignInForm>,
) -> Result<Response, Failure> {
    let Known { person, must_change } = match shell.known(&form.name, &form.password, (shell.clock)()).await {
        Ok(known) => known,
        Err(failure) => return refused(&frame, form, failure),
    };
    let kept = Kept::unpacked(&form.kept).filter(|_| !must_change);
    enter(&shell, &frame, jar, Entry { person, entered: Entered::ByPassword, next: &form.next, kept }).await
}

/// Somebody whom we know now.
pub(super) struct Entry<'a> {
    pub person: SignedIn,
    pub entered: Entered,
    /// Where they wanted to go.
    pub next: &'a str,
    /// What they had typed.
    pub kept: Option<Kept>,
}

/// Opens a session and leads on.
pub(super) async fn enter(
    shell: &Shell,
    frame: &Frame,
    jar: CookieJar,
    Entry { person, entered, next, kept }: Entry<'_>,
) -> Result<Response, Failure> {
    // The id is new at every sign-in: one that was known before opens nothing.
    let now = (shell.clock)();
    let sessions = shell.accounts.sessions();
    let failed = |error| Failure::internal("opening a session", &error);
    if let Some(old) = jar.get(shell.session_cookie()) {
        sessions.close(old.value()).await.map_err(failed)?;
    }
    let id = sessions.open(person.account, entered, now).await.map_err(failed)?;
    shell.notices.tell(Notice::SignedIn(person.account));
    let opened = sessions.find(&id, now).await.map_err(failed)?;
    let jar = jar.add(session_cookie(shell, id));
    match (kept, opened) {
        (Some(kept), Some(opened)) => {
            let csrf = Csrf::new(opened.form_token);
            let frame = Frame { signed_in: Some(person), csrf, ..frame.clone() };
            Ok((jar, send_again_page(&frame, &kept, false)?).into_response())
        }
        _ => Ok((jar, see_other(&first_page(next, person.role))).into_response()),
    }
}

/// The form once more, with the words; what was kept is kept on.
fn refused(frame: &Frame, form: SignInForm, failure: Failure) -> Result<Response, Failure> {
    let t = frame.texts;
    let message = match &failure {
        Failure::WrongPassword => t.get("sign-in-wrong"),
        Failure::TooManyAttempts(seconds) => {
            t.with("sign-in-wait", &[("minutes", Arg::from(seconds.div_ceil(60)))])
        }
        _ => return Err(failure),
    };
    let error = FieldError { field: "name".to_owned(), message };
    let asked = Asked { name: form.name, next: form.next, kept: form.kept, ..Asked::default() };
    let mut page = sign_in_page(frame, &asked, &[error])?;
    if let Failure::TooManyAttempts(_) = failure {
        page.status = failure.status();
    }
    Ok(page.into_response())
}

async fn sign_out(
    State(shell): State<Shell>,
    jar: CookieJar,
    checked: Result<CheckedForm<Nothing>, Failure>,
) -> Result<Response, Failure> {
    match checked {
        // Who is not signed in any more is out already.
        Ok(_) | Err(Failure::SignInToSend(_)) => {}
        Err(failure) => return Err(failure),
    }
    let name = shell.session_cookie();
    if let Some(cookie) = jar.get(name) {
        let closed = shell.accounts.sessions().close(cookie.value()).await;
        closed.map_err(|error| Failure::internal("closing a session", &error))?;
    }
    let gone = Cookie::build((name, "")).path("/").secure(shell.secure).build();
    Ok((jar.remove(gone), see_other(&LocalPath::root())).into_response())
}

/// A choice of language is kept for a year. It is a preference and nothing more, so a link may set it.
async fn choose_language(
    Path(tag): Path<String>,
    Query(Next { next }): Query<Next>,
    State(shell): State<Shell>,
    jar: CookieJar,
) -> Result<Response, Failure> {
    let language =
        Language::from_tag(&tag).filter(|language| language.is_offered()).ok_or(Failure::NotFound)?;
    let cookie = Cookie::build((LANGUAGE_COOKIE, language.tag()))
        .path("/")
        .same_site(SameSite::Lax)
        .secure(shell.secure)
        .max_age(LANGUAGE_KEPT)
        .build();
    Ok((jar.add(cookie), see_other(&next_or_root(&next))).into_response())
}

/// Gone with the browser at the latest; when it ends before is counted by the server.
pub(super) fn session_cookie(shell: &Shell, id: String) -> Cookie<'static> {
    Cookie::build((shell.session_cookie(), id))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(shell.secure)
        .build()
}

pub(super) fn see_other(next: &LocalPath) -> Response {
    match HeaderValue::from_str(&next.as_header()) {
        Ok(place) => (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response(),
        Err(error) => Failure::internal("leading to the next page", &error).into_response(),
    }
}

pub(super) fn next_or_root(next: &str) -> LocalPath {
    LocalPath::parse(next).unwrap_or_else(LocalPath::root)
}

/// Where somebody goes after the sign-in; the front page is content, which an administrator has none of.
fn first_page(next: &str, role: Role) -> LocalPath {
    let next = next_or_root(next);
    match LocalPath::parse("/accounts").filter(|_| role == Role::Administrator && next == LocalPath::root()) {
        Some(accounts) => accounts,
        None => next,
    }
}

pub(super) fn render(template: &impl Template) -> Result<String, Failure> {
    template.render().map_err(|error| Failure::internal("writing a page", &error))
}

/// What the sign-in page shows.
#[derive(Default)]
pub(super) struct Asked {
    pub lead: String,
    pub name: String,
    pub next: String,
    pub kept: String,
    /// Why nobody was signed in, where no field is to blame.
    pub trouble: String,
}

/// The words of the button that leads to the identity provider; empty where there is none.
fn at_provider(frame: &Frame) -> String {
    let words = |host: &Arc<str>| frame.texts.with("provider-sign-in", &[("host", Arg::from(&**host))]);
    frame.provider.as_ref().map(words).unwrap_or_default()
}

pub(super) fn sign_in_page(frame: &Frame, asked: &Asked, errors: &[FieldError]) -> Result<Page, Failure> {
    let t = frame.texts;
    let next = next_or_root(&asked.next);
    let body = SignInPage {
        t,
        errors: error_summary(t, errors),
        lead: asked.lead.clone(),
        name: &asked.name,
        next: next.as_str(),
        kept: &asked.kept,
        trouble: &asked.trouble,
        at_provider: at_provider(frame),
    };
    let html = render(&body)?;
    let title = t.get("sign-in-title");
    let title = if errors.is_empty() { title } else { error_title(t, &title) };
    let mut page = Page::new(frame, title, html);
    if !errors.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    // On the sign-in page itself, "sign in" leads where it would have led from the page before.
    page.frame.here = next;
    Ok(page)
}

/// Asks to sign in, with a form that was sent by nobody kept in the page.
pub(crate) fn sign_in_to_send_page(frame: &Frame, kept: &Kept) -> Result<Page, Failure> {
    let lead = frame.texts.get("sign-in-to-send");
    sign_in_page(frame, &Asked { lead, kept: kept.packed(), ..Asked::default() }, &[])
}

/// Asks whether a kept form is to be sent now: after the sign-in, or because it was `stale`.
pub(crate) fn send_again_page(frame: &Frame, kept: &Kept, stale: bool) -> Result<Page, Failure> {
    let t = frame.texts;
    let body = SendAgainPage { t, csrf: frame.csrf.field(), kept, stale };
    let mut page = Page::new(frame, t.get("send-again-title"), render(&body)?);
    page.frame.here = LocalPath::root();
    Ok(page)
}

/// Asks for the password once more before a step that needs it.
pub(crate) fn confirmation_page(frame: &Frame, kept: &Kept, wrong: bool) -> Result<Page, Failure> {
    let t = frame.texts;
    let errors: Vec<FieldError> = wrong
        .then(|| FieldError { field: "confirmation".to_owned(), message: t.get("password-wrong") })
        .into_iter()
        .collect();
    let body = ConfirmationPage {
        t,
        errors: error_summary(t, &errors),
        csrf: frame.csrf.field(),
        kept,
        name: &frame.person()?.name,
        wrong: field_error(&errors, "confirmation"),
        // Whoever came from there may not even know a password of ours.
        at_provider: if frame.at_provider { at_provider(frame) } else { String::new() },
    };
    let title = t.get("confirmation-title");
    let title = if wrong { error_title(t, &title) } else { title };
    let mut page = Page::new(frame, title, render(&body)?);
    page.frame.here = LocalPath::root();
    Ok(page)
}
