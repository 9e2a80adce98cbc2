//! The guard at the door of every request that changes something: it comes from our own page (the
//! browser says so) and carries this session's token.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, RawForm, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum_extra::extract::{CookieJar, Form};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::kept::{Kept, TOKEN};
use super::{SignedIn, same_secret};
use crate::answer::Failure;
use crate::frame::Frame;
use crate::shell::Shell;

/// The token that this session's forms carry. Empty when nobody is signed in.
#[derive(Clone, Default)]
pub struct Csrf(String);

impl std::fmt::Debug for Csrf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Csrf(…)")
    }
}

impl Csrf {
    pub(crate) fn new(token: String) -> Self {
        Self(token)
    }

    /// The token, for a form that is written by hand.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.0
    }

    /// The hidden field, as HTML: put it into every form that posts.
    #[must_use]
    pub fn field(&self) -> String {
        // The token is letters, digits, - and _ only; there is nothing to escape.
        format!(r#"<input type="hidden" name="{TOKEN}" value="{}">"#, self.0)
    }

    /// Checks the token of a form that is not read through [`CheckedForm`], such as one with a file.
    ///
    /// # Errors
    /// [`Failure::ForeignForm`] when it is not this session's.
    pub fn verify(&self, token: &str) -> Result<(), Failure> {
        // Without a session there is no token to know, and nothing that a stranger could borrow.
        if self.0.is_empty() || same_secret(&self.0, token) { Ok(()) } else { Err(Failure::ForeignForm) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Csrf {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        Frame::from_request_parts(parts, state).await.map(|frame| frame.csrf)
    }
}

/// Who is signed in, if anybody: by the session's cookie, or for `/api/` by name and password.
#[derive(Clone, Debug)]
pub struct MaybeSignedIn(pub Option<SignedIn>);

impl<S: Send + Sync> FromRequestParts<S> for MaybeSignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        Frame::from_request_parts(parts, state).await.map(|frame| Self(frame.signed_in))
    }
}

/// A person who is signed in, or the way to the sign-in page.
impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        Frame::from_request_parts(parts, state).await?.person().cloned()
    }
}

/// A form whose token was checked, and then read. A field that repeats fills a `Vec`.
///
/// Whoever is not signed in (any more) is asked to, and one whose form is from an earlier session is
/// asked to send it again; what was typed is kept for then.
#[derive(Debug)]
pub struct CheckedForm<T>(pub T);

/// The same for what needs the password given a short while ago: to validate, to acknowledge, to
/// change keys and roles. Otherwise the person is asked for it, and what was typed is kept.
#[derive(Debug)]
pub struct ConfirmedForm<T>(pub T);

#[derive(Deserialize)]
struct Secrets {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    confirmation: String,
}

/// The bytes of a form of this session, and the password in it if there is one.
async fn checked<S: Send + Sync>(request: Request, state: &S) -> Result<(Frame, Bytes, String), Failure> {
    let (mut parts, body) = request.into_parts();
    let frame = Frame::from_request_parts(&mut parts, state).await?;
    let request = Request::from_parts(parts, body);
    // What is too large or not a form at all is refused before anything is read from it.
    let RawForm(bytes) = RawForm::from_request(request, state).await.map_err(|refused| {
        if refused.status().as_u16() == 413 { Failure::TooLarge } else { Failure::Malformed(String::new()) }
    })?;
    if frame.signed_in.is_none() {
        return Err(Failure::SignInToSend(Kept::of(&frame.here, &bytes)));
    }
    let Secrets { csrf, confirmation } = read(bytes.clone(), state).await?;
    match frame.csrf.verify(&csrf) {
        Ok(()) => Ok((frame, bytes, confirmation)),
        Err(_) => Err(Failure::SendAgain(Kept::of(&frame.here, &bytes))),
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for CheckedForm<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let (_, bytes, _) = checked(request, state).await?;
        read(bytes, state).await.map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ConfirmedForm<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let door = request.extensions().get::<Shell>().cloned();
        let session = CookieJar::from_headers(request.headers());
        let (frame, bytes, confirmation) = checked(request, state).await?;
        if !frame.confirmed {
            let door = door.ok_or(Failure::Internal)?;
            let ask = |wrong| Failure::ConfirmationNeeded { kept: Kept::of(&frame.here, &bytes), wrong };
            if confirmation.is_empty() {
                return Err(ask(false));
            }
            if !door.confirm(&frame, &session, &confirmation).await? {
                return Err(ask(true));
            }
        }
        read(bytes, state).await.map(Self)
    }
}

async fn read<T: DeserializeOwned, S: Send + Sync>(bytes: Bytes, state: &S) -> Result<T, Failure> {
    let request = Request::post("/")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(bytes))
        .map_err(|error| Failure::internal("reading a form", &error))?;
    let Form(form) = Form::from_request(request, state)
        .await
        .map_err(|refused| Failure::Malformed(refused.to_string()))?;
    Ok(form)
}

/// Whether a request that may change something was sent by a page of this very site. Every browser
/// of the last years says where a form comes from; one that says nothing is not believed. A program
/// that uses `/api/` says nothing of the kind and is known by its own name and password instead.
pub(crate) fn comes_from_our_own_page(method: &Method, headers: &HeaderMap, for_a_program: bool) -> bool {
    if method.is_safe() {
        return true;
    }
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    let origin = text(header::ORIGIN);
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    match (origin, site) {
        (None, None) => for_a_program,
        (Some(origin), site) => is_our_origin(origin, text(header::HOST)) && site.is_none_or(is_own_site),
        (None, Some(site)) => is_own_site(site),
    }
}

/// `none` is a person's own doing, such as sending a form again from the browser's history.
fn is_own_site(site: &str) -> bool {
    site == "same-origin" || site == "none"
}

/// The scheme is not compared: in front of us TLS may end at a proxy, and only the site itself has
/// this host and port.
fn is_our_origin(origin: &str, host: Option<&str>) -> bool {
    let named = origin.split_once("://").map(|(_, host)| host);
    named.is_some_and(|named| host.is_some_and(|host| named.eq_ignore_ascii_case(host)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{Csrf, comes_from_our_own_page};
    use axum::http::{HeaderMap, HeaderName, Method};

    fn ours(headers: &[(&str, &str)], for_a_program: bool) -> bool {
        let mut map = HeaderMap::new();
        map.insert("host", "tais.example:8080".parse().unwrap());
        for (name, value) in headers {
            map.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        comes_from_our_own_page(&Method::POST, &map, for_a_program)
    }

    #[test]
    fn a_form_of_our_own_page_is_taken() {
        assert!(ours(&[("origin", "https://tais.example:8080")], false));
        assert!(ours(&[("sec-fetch-site", "same-origin")], false));
        assert!(ours(&[("origin", "http://TAIS.example:8080"), ("sec-fetch-site", "same-origin")], false));
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        for headers in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "null")],
            &[("origin", "https://tais.example")],
            &[("origin", "https://tais.example:8080.evil.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://tais.example:8080"), ("sec-fetch-site", "cross-site")],
        ] {
            assert!(!ours(headers, false), "{headers:?}");
            assert!(!ours(headers, true), "for programs too: {headers:?}");
        }
    }

    #[test]
    fn silence_is_believed_of_programs_only() {
        assert!(!ours(&[], false));
        assert!(ours(&[], true));
        assert!(comes_from_our_own_page(&Method::GET, &HeaderMap::new(), false));
    }

    #[test]
    fn only_the_sessions_own_token_passes() {
        let csrf = Csrf::new("abc".into());
        assert!(csrf.verify("abc").is_ok());
        assert!(csrf.verify("").is_err());
        assert!(csrf.verify("abd").is_err());
        assert!(csrf.field().contains(r#"name="csrf" value="abc""#));
    }
}
