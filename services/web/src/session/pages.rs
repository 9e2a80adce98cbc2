//! Signing in and out, and choosing the language: the shell's own pages.

use std::time::Instant;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;

use super::{CheckedForm, SignedIn};
use crate::answer::Failure;
use crate::frame::Frame;
use crate::language::{Arg, LANGUAGE_COOKIE, Language, Texts};
use crate::local_path::LocalPath;
use crate::page::Page;
use crate::parts::{FieldError, error_summary, error_title};
use crate::shell::{SESSION_COOKIE, Shell};

const LANGUAGE_KEPT: time::Duration = time::Duration::days(365);

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    t: Texts,
    errors: String,
    already: String,
    name: &'a str,
    next: &'a str,
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct SignInForm {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Nothing {}

/// `/sign-in`, `/sign-out` and `/language/{tag}`.
pub(crate) fn routes() -> Router<Shell> {
    Router::new()
        .route("/sign-in", get(show_sign_in).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/language/{tag}", get(choose_language))
}

async fn show_sign_in(frame: Frame, Query(Next { next }): Query<Next>) -> Result<Page, Failure> {
    sign_in_page(&frame, "", &next_or_root(&next), &[])
}

/// The form of `/sign-in` carries no token, because there is no session yet; that it was sent by our
/// own page was checked by the shell before.
async fn sign_in(
    frame: Frame,
    State(shell): State<Shell>,
    jar: CookieJar,
    Form(form): Form<SignInForm>,
) -> Result<Response, Failure> {
    let next = next_or_root(&form.next);
    let Some(person) = shell.accounts.check(&form.name, &form.password) else {
        tracing::warn!(name = clip(&form.name), "a sign-in failed");
        let error = FieldError { field: "name".to_owned(), message: frame.texts.get("sign-in-wrong") };
        return sign_in_page(&frame, &form.name, &next, &[error]).map(IntoResponse::into_response);
    };
    if let Some(old) = jar.get(SESSION_COOKIE) {
        shell.sessions.close(old.value());
    }
    let id = shell.sessions.open(person.clone(), Instant::now());
    tracing::info!(account = %person.account, "signed in");
    Ok((jar.add(session_cookie(id, shell.secure)), see_other(&next)).into_response())
}

async fn sign_out(State(shell): State<Shell>, jar: CookieJar, _checked: CheckedForm<Nothing>) -> Response {
    if let Some(cookie) = jar.get(SESSION_COOKIE) {
        shell.sessions.close(cookie.value());
    }
    let gone = Cookie::build((SESSION_COOKIE, "")).path("/").build();
    (jar.remove(gone), see_other(&LocalPath::root())).into_response()
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

/// Gone with the browser at the latest; the twelve hours are counted by the server.
fn session_cookie(id: String, secure: bool) -> Cookie<'static> {
    Cookie::build((SESSION_COOKIE, id))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .build()
}

fn see_other(next: &LocalPath) -> Response {
    match HeaderValue::from_str(&next.as_header()) {
        Ok(place) => (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response(),
        Err(error) => Failure::internal("leading to the next page", &error).into_response(),
    }
}

fn next_or_root(next: &str) -> LocalPath {
    LocalPath::parse(next).unwrap_or_else(LocalPath::root)
}

fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

fn sign_in_page(frame: &Frame, name: &str, next: &LocalPath, errors: &[FieldError]) -> Result<Page, Failure> {
    let t = frame.texts;
    let already = |person: &SignedIn| t.with("sign-in-already", &[("who", Arg::from(person.describe(t)))]);
    let body = SignInPage {
        t,
        errors: error_summary(t, errors),
        already: frame.signed_in.as_ref().map(already).unwrap_or_default(),
        name,
        next: next.as_str(),
    };
    let html = body.render().map_err(|error| Failure::internal("showing the sign-in page", &error))?;
    let title = t.get("sign-in-title");
    let title = if errors.is_empty() { title } else { error_title(t, &title) };
    let mut page = Page::new(frame, title, html);
    if !errors.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    // On the sign-in page itself, "sign in" leads where it would have led from the page before.
    page.frame.here = next.clone();
    Ok(page)
}
