//! An identity provider of our own, on the provider's half of the library that the pages use: it signs
//! people in, and misbehaves on command.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openidconnect::core::{
    CoreHmacKey, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreResponseType, CoreRsaPrivateSigningKey, CoreSubjectIdentifierType,
};
use openidconnect::{
    Audience, AuthUrl, EmptyAdditionalClaims, EmptyAdditionalProviderMetadata, IssuerUrl, JsonWebKeyId,
    JsonWebKeySetUrl, Nonce, PrivateSigningKey as _, ResponseTypes, StandardClaims, SubjectIdentifier,
    TokenUrl,
};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::{CancellationToken, DropGuard};

/// The name under which it knows the pages.
const CLIENT: &str = "tais";
/// What it gave them. Signs, so that a mistake in how they are sent is seen.
const SECRET: &str = "a secret: with %signs & more";

/// The same as it is sent (RFC 6749, 2.3.1: form-encoded first).
const SECRET_SENT: &str = "a+secret%3A+with+%25signs+%26+more";

/// How it behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// As it should.
    #[default]
    Honest,
    /// The token is for another sign-in.
    OtherNonce,
    /// The token is for another site.
    OtherAudience,
    /// The token says that another provider made it.
    OtherIssuer,
    /// The token is over.
    Expired,
    /// The token is signed by nobody.
    Unsigned,
    /// The token is signed by somebody else, who says they are the provider.
    ForeignKey,
    /// The token is signed with the secret that both know.
    SharedSecret,
    /// It sends no token.
    NoToken,
    /// It asks for no password, and says so.
    SignedInLongAgo,
    /// It does not say when it asked for one.
    SilentAboutTime,
    /// It answers with errors.
    Broken,
}

#[derive(Clone)]
struct Grant {
    asked: Asked,
    subject: String,
}

struct Inner {
    manner: Manner,
    keys: Vec<CoreRsaPrivateSigningKey>,
    foreign: CoreRsaPrivateSigningKey,
    codes: HashMap<String, Grant>,
    asked_for_keys: usize,
}

/// A running identity provider; it ends when this is dropped.
pub struct Issuer {
    url: String,
    inner: Arc<Mutex<Inner>>,
    _stop: DropGuard,
}

#[derive(Clone)]
struct Site {
    url: String,
    inner: Arc<Mutex<Inner>>,
}

impl Site {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(name: &str) -> anyhow::Result<CoreRsaPrivateSigningKey> {
    let key = rsa::RsaPrivateKey::new(&mut rand::rngs::OsRng, 2048)?;
    let pem = key.to_pkcs1_pem(rsa::pkcs1::LineEnding::LF)?;
    let key = CoreRsaPrivateSigningKey::from_pem(&pem, Some(JsonWebKeyId::new(name.to_owned())));
    key.map_err(anyhow::Error::msg)
}

impl Issuer {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start() -> anyhow::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let inner = Inner {
            manner: Manner::Honest,
            keys: vec![key("first")?],
            foreign: key("first")?,
            codes: HashMap::new(),
            asked_for_keys: 0,
        };
        let site = Site { url: url.clone(), inner: Arc::new(Mutex::new(inner)) };
        let (inner, stop) = (site.inner.clone(), CancellationToken::new());
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/authorize", get(ask).post(sign_in))
            .route("/token", post(token))
            .with_state(site);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let stopped = stop.clone();
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                let ended = async move { stopped.cancelled().await };
                axum::serve(listener, router).with_graceful_shutdown(ended).await
            })
        });
        Ok(Self { url, inner, _stop: stop.drop_guard() })
    }

    /// Its address, as it names itself.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it gave the pages.
    #[must_use]
    pub const fn secret(&self) -> &'static str {
        SECRET
    }

    /// The name under which it knows the pages.
    #[must_use]
    pub const fn client(&self) -> &'static str {
        CLIENT
    }

    /// Behaves so from now on.
    pub fn behave(&self, manner: Manner) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).manner = manner;
    }

    /// Signs with a new key from now on; the old one is gone.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn change_key(&self) -> anyhow::Result<()> {
        let key = key("second")?;
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).keys = vec![key];
        Ok(())
    }

    /// How often it was asked for its keys.
    #[must_use]
    pub fn asked_for_keys(&self) -> usize {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).asked_for_keys
    }

    /// Somebody signs in at the page that an address leads to; gives where they are sent back to.
    ///
    /// # Errors
    /// When it refuses.
    pub fn sign_in(&self, address: &str, subject: &str) -> anyhow::Result<String> {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent: ureq::Agent = config.build().into();
        let mut answer = agent.post(address).send_form([("subject", subject)])?;
        let place = answer.headers().get("location").cloned();
        let text = answer.body_mut().read_to_string()?;
        Ok(place.with_context(|| text)?.to_str()?.to_owned())
    }
}

type Answer = Result<Response, Response>;

fn wrong(error: impl std::fmt::Display) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
}

async fn configuration(State(site): State<Site>) -> Answer {
    if site.inner().manner == Manner::Broken {
        return Err(wrong("broken on command"));
    }
    let at = |path: &str| format!("{}{path}", site.url);
    let metadata = CoreProviderMetadata::new(
        IssuerUrl::new(site.url.clone()).map_err(wrong)?,
        AuthUrl::new(at("/authorize")).map_err(wrong)?,
        JsonWebKeySetUrl::new(at("/keys")).map_err(wrong)?,
        vec![ResponseTypes::new(vec![CoreResponseType::Code])],
        vec![CoreSubjectIdentifierType::Public],
        // It says that it can sign in ways that must not be believed.
        vec![
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::HmacSha256,
            CoreJwsSigningAlgorithm::None,
        ],
        EmptyAdditionalProviderMetadata {},
    )
    .set_token_endpoint(Some(TokenUrl::new(at("/token")).map_err(wrong)?));
    Ok(Json(metadata).into_response())
}

async fn keys(State(site): State<Site>) -> Response {
    let mut inner = site.inner();
    inner.asked_for_keys += 1;
    let keys = inner.keys.iter().map(|key| key.as_verification_key()).collect();
    Json(CoreJsonWebKeySet::new(keys)).into_response()
}

#[derive(Clone, Deserialize)]
struct Asked {
    client_id: String,
    redirect_uri: String,
    response_type: String,
    scope: String,
    state: String,
    nonce: String,
    code_challenge: String,
    code_challenge_method: String,
    prompt: Option<String>,
    max_age: Option<u64>,
}

impl Asked {
    fn is_well_formed(&self) -> bool {
        self.client_id == CLIENT
            && self.response_type == "code"
            && self.scope.split(' ').any(|scope| scope == "openid")
            && self.code_challenge_method == "S256"
    }

    /// Somebody has to give their password, even if they did before.
    fn anew(&self) -> bool {
        self.prompt.as_deref() == Some("login") && self.max_age == Some(0)
    }
}

/// Its page, for a person at a browser.
async fn ask(Query(asked): Query<Asked>) -> Answer {
    if !asked.is_well_formed() {
        return Err((StatusCode::BAD_REQUEST, "this is no authorization request").into_response());
    }
    let anew = if asked.anew() { "once more" } else { "" };
    let page = format!(
        "<!doctype html><html lang=en><title>Provider</title><h1>Sign in {anew}</h1>
         <form method=post><label>Who <input id=subject name=subject></label> <button>Sign in</button></form>"
    );
    Ok(Html(page).into_response())
}

#[derive(Deserialize)]
struct SignIn {
    subject: String,
}

async fn sign_in(
    State(site): State<Site>,
    Query(asked): Query<Asked>,
    Form(SignIn { subject }): Form<SignIn>,
) -> Answer {
    if !asked.is_well_formed() {
        return Err((StatusCode::BAD_REQUEST, "this is no authorization request").into_response());
    }
    let back = format!("{}?state={}", asked.redirect_uri, asked.state);
    if subject.is_empty() {
        return Ok(Redirect::to(&format!("{back}&error=access_denied")).into_response());
    }
    let code = uuid::Uuid::now_v7().simple().to_string();
    site.inner().codes.insert(code.clone(), Grant { asked, subject });
    Ok(Redirect::to(&format!("{back}&code={code}&iss={}", site.url)).into_response())
}

#[derive(Deserialize)]
struct Exchange {
    grant_type: String,
    code: String,
    code_verifier: String,
    redirect_uri: String,
}

async fn token(State(site): State<Site>, headers: HeaderMap, Form(sent): Form<Exchange>) -> Answer {
    let refuse = |error| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET_SENT}")));
    let given = headers.get("authorization").and_then(|value| value.to_str().ok());
    if given != Some(&basic) || sent.grant_type != "authorization_code" {
        return Err(refuse("invalid_client"));
    }
    // A code counts once, for whoever began the sign-in.
    let grant = site.inner().codes.remove(&sent.code).ok_or_else(|| refuse("invalid_grant"))?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&sent.code_verifier));
    if challenge != grant.asked.code_challenge || sent.redirect_uri != grant.asked.redirect_uri {
        return Err(refuse("invalid_grant"));
    }
    let mut answer = json!({ "access_token": "unused", "token_type": "Bearer" });
    if site.inner().manner != Manner::NoToken {
        answer["id_token"] = id_token(&site, &grant).map_err(wrong)?;
    }
    Ok(Json(answer).into_response())
}

fn id_token(site: &Site, grant: &Grant) -> anyhow::Result<Value> {
    let inner = site.inner();
    let manner = inner.manner;
    let (now, hour) = (SystemTime::now(), Duration::from_secs(60 * 60));
    let expires = if manner == Manner::Expired { now - hour } else { now + hour };
    let issuer = if manner == Manner::OtherIssuer { "https://other.example" } else { &site.url };
    let audience = if manner == Manner::OtherAudience { "another-site" } else { CLIENT };
    let nonce = if manner == Manner::OtherNonce { "another" } else { &grant.asked.nonce };
    let authenticated = match manner {
        Manner::SignedInLongAgo => Some(now - hour),
        Manner::SilentAboutTime => None,
        _ => Some(now),
    };
    let claims = CoreIdTokenClaims::new(
        IssuerUrl::new(issuer.to_owned())?,
        vec![Audience::new(audience.to_owned())],
        expires.into(),
        now.into(),
        StandardClaims::new(SubjectIdentifier::new(grant.subject.clone())),
        EmptyAdditionalClaims {},
    )
    .set_nonce(Some(Nonce::new(nonce.to_owned())))
    .set_auth_time(authenticated.map(Into::into));
    let algorithm = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
    let own = inner.keys.last().context("it has no key")?;
    let token = match manner {
        Manner::SharedSecret => {
            let secret = CoreHmacKey::new(SECRET.as_bytes());
            CoreIdToken::new(claims, &secret, CoreJwsSigningAlgorithm::HmacSha256, None, None)?
        }
        Manner::ForeignKey => CoreIdToken::new(claims, &inner.foreign, algorithm, None, None)?,
        _ => CoreIdToken::new(claims, own, algorithm, None, None)?,
    };
    let token = token.to_string();
    if manner == Manner::Unsigned {
        let content = token.split('.').nth(1).context("a token has three parts")?;
        return Ok(format!("{}.{content}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#)).into());
    }
    Ok(token.into())
}
