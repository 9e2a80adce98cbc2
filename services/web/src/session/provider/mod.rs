//! Signing in at an identity provider (OpenID Connect Core 1.0: authorization code with PKCE).
//!
//! The provider says who somebody is, and nothing else: which account that is was tied here by an
//! administrator, and what the account may do stands in the log. No token outlives the sign-in.

pub(super) mod identities;
mod pages;
mod settings;
pub(super) mod waiting;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, Nonce, PkceCodeChallenge, PkceCodeVerifier, SignatureVerificationError,
    TokenResponse as _,
};
use tais_proto::Timestamp;

pub use identities::{Identity, TieError};
pub use settings::{ProviderSettings, SettingsError};

pub(super) use pages::routes;

/// How long the provider may take over one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the provider says of itself is asked for again after this long.
const FRESH_FOR: Duration = Duration::from_secs(60 * 60);
/// Longer answers are none.
const ANSWER_MAX: u64 = 1024 * 1024;
/// How far the provider's clock may be behind ours when it says when somebody signed in.
const SKEW: Duration = Duration::from_secs(60);
/// Signatures by the provider's own key. Without `none`, and without those by the secret we share,
/// which anybody who can read our settings could make.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
];

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    #[error("the identity provider does not answer as it should: {0}")]
    Away(String),
    #[error("the identity provider did not take the code: {0}")]
    Refused(String),
    #[error("what the identity provider says is not to be trusted: {0}")]
    Untrusted(String),
    #[error("the sign-in at the identity provider is not a fresh one")]
    Stale,
}

/// The way to the provider, and what is kept here until somebody comes back.
#[derive(Debug)]
pub(super) struct Way {
    pub url: String,
    pub state: CsrfToken,
    pub nonce: Nonce,
    pub verifier: PkceCodeVerifier,
}

/// Who the provider says somebody is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Vouched {
    pub subject: String,
    /// When they gave it a password or the like, where it says so.
    pub authenticated: Option<Timestamp>,
}

/// The identity provider. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Provider {
    settings: Arc<ProviderSettings>,
    known: Arc<Mutex<Option<(CoreProviderMetadata, Instant)>>>,
    agent: ureq::Agent,
}

impl Provider {
    /// Asks it nothing yet: pages open while the provider is away.
    #[must_use]
    pub fn new(settings: ProviderSettings) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // An answer from elsewhere is not the provider's.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build();
        Self { settings: Arc::new(settings), known: Arc::default(), agent: agent.into() }
    }

    /// The provider's host, as people know it.
    #[must_use]
    pub fn host(&self) -> &str {
        self.settings.host()
    }

    /// The provider's address, as it names itself.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.settings.issuer.as_str()
    }

    /// The way to a sign-in there. `anew` asks for the password even of who is signed in there.
    pub(super) async fn way(&self, anew: bool) -> Result<Way, ProviderError> {
        self.aside(move |provider| {
            let client = provider.client(provider.metadata(false)?);
            let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
            let flow = CoreAuthenticationFlow::AuthorizationCode;
            let mut request = client
                .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
                .set_pkce_challenge(challenge);
            if anew {
                request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
            }
            let (url, state, nonce) = request.url();
            Ok(Way { url: url.into(), state, nonce, verifier })
        })
        .await
    }

    /// Who somebody is who came back with a code. `since` asks for a sign-in that is not older.
    pub(super) async fn vouched(
        &self,
        code: AuthorizationCode,
        nonce: Nonce,
        verifier: PkceCodeVerifier,
        since: Option<Timestamp>,
    ) -> Result<Vouched, ProviderError> {
        self.aside(move |provider| {
            let mut client = provider.client(provider.metadata(false)?);
            let request = client.exchange_code(code).map_err(|error| away(&error))?;
            let answer = request.set_pkce_verifier(verifier).request(&|request| provider.ask(request));
            let answer = answer.map_err(|error| match error {
                openidconnect::RequestTokenError::Request(error) => away(&error),
                error => ProviderError::Refused(chain(&error)),
            })?;
            let token = answer.id_token().ok_or_else(|| untrusted("it sent no ID token"))?;
            let verify = |client: &Client| {
                let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
                token.claims(&verifier, &nonce).cloned()
            };
            let mut claims = verify(&client);
            if let Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) = claims
            {
                // It may have changed its keys since it was asked.
                client = provider.client(provider.metadata(true)?);
                claims = verify(&client);
            }
            let claims = claims.map_err(|error| ProviderError::Untrusted(chain(&error)))?;
            let authenticated = claims.auth_time().map(|at| at.timestamp_micros());
            let authenticated = authenticated.map(Timestamp::from_unix_micros);
            match since {
                Some(since) if !authenticated.is_some_and(|at| is_fresh(at, since)) => {
                    Err(ProviderError::Stale)
                }
                _ => Ok(Vouched { subject: claims.subject().to_string(), authenticated }),
            }
        })
        .await
    }

    /// Runs what waits for the network where waiting hinders nobody.
    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, ProviderError> + Send + 'static,
    ) -> Result<T, ProviderError> {
        let provider = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&provider)).await;
        done.unwrap_or_else(|error| Err(away(&error)))
    }

    /// What the provider says of itself, with its keys.
    fn metadata(&self, anew: bool) -> Result<CoreProviderMetadata, ProviderError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((metadata, _)) = known.filter(|(_, since)| !anew && since.elapsed() < FRESH_FOR) {
            return Ok(metadata);
        }
        let issuer = self.settings.issuer.clone();
        let metadata = CoreProviderMetadata::discover(&issuer, &|request| self.ask(request));
        let metadata = metadata.map_err(|error| away(&error))?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((metadata.clone(), Instant::now()));
        Ok(metadata)
    }

    fn client(&self, metadata: CoreProviderMetadata) -> Client {
        let ProviderSettings { client, secret, redirect, .. } = &*self.settings;
        CoreClient::from_provider_metadata(metadata, client.clone(), Some(secret.clone()))
            .set_redirect_uri(redirect.clone())
    }

    fn ask(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let (head, mut body) = self.agent.run(request)?.into_parts();
        let bytes = body.with_config().limit(ANSWER_MAX).read_to_vec()?;
        Ok(HttpResponse::from_parts(head, bytes))
    }
}

/// Whether somebody gave their password after a moment, as far as two clocks agree.
fn is_fresh(authenticated: Timestamp, since: Timestamp) -> bool {
    let skew = i64::try_from(SKEW.as_micros()).unwrap_or(i64::MAX);
    authenticated.unix_micros().saturating_add(skew) >= since.unix_micros()
}

fn away(error: &dyn std::error::Error) -> ProviderError {
    ProviderError::Away(chain(error))
}

fn untrusted(why: &str) -> ProviderError {
    ProviderError::Untrusted(why.to_owned())
}

/// An error with what caused it, for the journal.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
