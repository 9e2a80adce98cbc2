//! The way to the identity provider and back, as pages.
//!
//! A form must not lead to another site (`form-action 'self'`), so the form that begins the sign-in is
//! answered with a page, and the page leads there.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use openidconnect::{AuthorizationCode, Nonce, PkceCodeVerifier};
use serde::Deserialize;
use tais_proto::AccountId;

use super::waiting::{Waiting, WaitingRoom};
use super::{Identity, Provider, ProviderError, Vouched};
use crate::answer::Failure;
use crate::frame::Frame;
use crate::language::Arg;
use crate::page::Page;
use crate::session::notice::Notice;
use crate::session::pages::{Asked, Entry, enter, next_or_root, render, sign_in_page};
use crate::session::store::Entered;
use crate::session::{Kept, random_text};
use crate::shell::Shell;

const REFRESH: HeaderName = HeaderName::from_static("refresh");

pub(in crate::session) fn routes() -> Router<Shell> {
    Router::new().route("/sign-in/provider", post(leave)).route("/sign-in/provider/return", get(come_back))
}

#[derive(Template)]
#[template(path = "leaving.html")]
struct LeavingPage<'a> {
    title: String,
    lead: String,
    go_on: String,
    url: &'a str,
}

#[derive(Deserialize)]
struct Leave {
    #[serde(default)]
    next: String,
    #[serde(default)]
    kept: String,
    /// Somebody who is signed in confirms a step.
    #[serde(default)]
    confirm: bool,
}

/// What the provider sends people back with (RFC 6749, 4.1.2; RFC 9207).
#[derive(Deserialize)]
struct Return {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    error: String,
    iss: Option<String>,
}

/// As the form of `/sign-in`, this one carries no token; that it was sent by our own page was checked
/// by the shell before.
async fn leave(
    frame: Frame,
    State(shell): State<Shell>,
    jar: CookieJar,
    Form(form): Form<Leave>,
) -> Result<Response, Failure> {
    let provider = shell.provider.as_ref().ok_or(Failure::NotFound)?;
    let account = if form.confirm { Some(frame.person()?.account) } else { None };
    let way = match provider.way(account.is_some()).await {
        Ok(way) => way,
        Err(error) => {
            let asked = Asked { next: form.next, kept: form.kept, ..Asked::default() };
            return Ok(told(&frame, provider, &error, asked)?.into_response());
        }
    };
    let waiting = Waiting {
        nonce: way.nonce.secret().clone(),
        verifier: way.verifier.secret().clone(),
        account,
        next: next_or_root(&form.next),
        kept: Kept::unpacked(&form.kept),
        began: (shell.clock)(),
    };
    // One cookie for all that is begun in this browser; it says nothing but which browser it is.
    let known = jar.get(cookie_name(&shell)).map(|cookie| cookie.value().to_owned());
    let browser = known.unwrap_or_else(random_text::<32>);
    let entered = WaitingRoom(shell.accounts.pool()).enter(way.state.secret(), &browser, &waiting).await;
    entered.map_err(|error| Failure::internal("beginning a sign-in", &error))?;
    let refresh = HeaderValue::from_str(&format!("0; url={}", way.url));
    let refresh = refresh.map_err(|error| Failure::internal("leading to the provider", &error))?;
    let words = |key| frame.texts.with(key, &[("host", Arg::from(provider.host()))]);
    let content = LeavingPage {
        title: words("provider-leaving-title"),
        lead: words("provider-leaving"),
        go_on: words("provider-go-on"),
        url: &way.url,
    };
    let page = Page::new(&frame, content.title.clone(), render(&content)?);
    Ok((jar.add(cookie(&shell, browser)), [(REFRESH, refresh)], page).into_response())
}

async fn come_back(
    frame: Frame,
    State(shell): State<Shell>,
    jar: CookieJar,
    Query(back): Query<Return>,
) -> Result<Response, Failure> {
    let provider = shell.provider.clone().ok_or(Failure::NotFound)?;
    let now = (shell.clock)();
    let browser = jar.get(cookie_name(&shell)).map_or("", |cookie| cookie.value());
    let waiting = WaitingRoom(shell.accounts.pool()).leave(&back.state, browser, now).await;
    let waiting = waiting.map_err(|error| Failure::internal("ending a sign-in", &error))?;
    let Some(waiting) = waiting else {
        let page = no(&frame, "provider-unknown-way", &[], Asked::default());
        return Ok(page?.into_response());
    };
    let asked = Asked {
        next: waiting.next.as_str().to_owned(),
        kept: waiting.kept.as_ref().map(Kept::packed).unwrap_or_default(),
        ..Asked::default()
    };
    let host = ("host", Arg::from(provider.host()));
    if !back.error.is_empty() || back.code.is_empty() {
        tracing::info!(error = back.error, "a sign-in at the identity provider was not finished");
        return Ok(no(&frame, "provider-cancelled", &[host], asked)?.into_response());
    }
    let vouched = match back.iss.filter(|issuer| issuer != provider.issuer()) {
        Some(issuer) => Err(ProviderError::Untrusted(format!("it came from {issuer}"))),
        None => {
            let since = waiting.account.map(|_| waiting.began);
            let (code, nonce) = (AuthorizationCode::new(back.code), Nonce::new(waiting.nonce));
            provider.vouched(code, nonce, PkceCodeVerifier::new(waiting.verifier), since).await
        }
    };
    let Vouched { subject, authenticated } = match vouched {
        Ok(vouched) => vouched,
        Err(error) => {
            shell.notices.tell(Notice::SignInFailed(waiting.account));
            return Ok(told(&frame, &provider, &error, asked)?.into_response());
        }
    };
    let known = Identity { issuer: provider.issuer().to_owned(), subject };
    let person = shell.accounts.of_identity(&known).await;
    let Some(person) = person.map_err(|error| Failure::internal("reading the accounts", &error))? else {
        shell.notices.tell(Notice::SignInFailed(None));
        let subject = ("subject", Arg::from(&known.subject));
        let mut page = no(&frame, "provider-unknown-person", &[host, subject], asked)?;
        page.status = StatusCode::FORBIDDEN;
        return Ok(page.into_response());
    };
    if waiting.account.is_some_and(|account: AccountId| account != person.account) {
        shell.notices.tell(Notice::SignInFailed(waiting.account));
        return Ok(no(&frame, "provider-somebody-else", &[host], asked)?.into_response());
    }
    let entered = Entered::AtProvider { authenticated };
    enter(&shell, &frame, jar, Entry { person, entered, next: &asked.next, kept: waiting.kept }).await
}

/// A failure at the provider: in words on the page, the rest in the journal.
fn told(frame: &Frame, provider: &Provider, error: &ProviderError, asked: Asked) -> Result<Page, Failure> {
    tracing::warn!(%error, issuer = provider.issuer(), "nobody was signed in at the identity provider");
    let (key, status) = match error {
        ProviderError::Away(_) => ("provider-away", StatusCode::SERVICE_UNAVAILABLE),
        ProviderError::Refused(_) | ProviderError::Untrusted(_) => {
            ("provider-untrusted", StatusCode::FORBIDDEN)
        }
        ProviderError::Stale => ("provider-stale", StatusCode::FORBIDDEN),
    };
    let mut page = no(frame, key, &[("host", Arg::from(provider.host()))], asked)?;
    page.status = status;
    Ok(page)
}

/// The sign-in page with why nobody is signed in, and with what is kept.
fn no(frame: &Frame, key: &str, args: &[(&str, Arg)], asked: Asked) -> Result<Page, Failure> {
    let trouble = frame.texts.with(key, args);
    let mut page = sign_in_page(frame, &Asked { trouble, ..asked }, &[])?;
    page.status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

const fn cookie_name(shell: &Shell) -> &'static str {
    if shell.secure { "__Host-tais-way" } else { "tais-way" }
}

/// Sent along when the provider leads back, which is a link from another site.
fn cookie(shell: &Shell, browser: String) -> Cookie<'static> {
    Cookie::build((cookie_name(shell), browser))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(shell.secure)
        .build()
}
