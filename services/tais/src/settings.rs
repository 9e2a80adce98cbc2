//! Settings: flags first, then `TAIS_…` in the environment, then a file.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde::{Deserialize, Serialize};
use tais_log::checkpoint::Policy;
use tais_proto::reference::StateCode;
use tais_web::session::{Provider, ProviderSettings};

/// The port of the pages.
pub const PORT: u16 = 8420;
/// In minutes: the recorder signs each of them, so an hour is a witness that is away and not one that is late.
const WITNESS_LIMIT: u32 = 60;

/// Everything that can be set. What is not set has a default or is made at the first start.
#[derive(Args, Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where keys, outboxes and the embedded servers keep their data
    #[arg(long, env = "TAIS_DATA", global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The port of the pages, on loopback
    #[arg(long, env = "TAIS_PORT", global = true)]
    pub port: Option<u16>,
    /// The directory of the PostgreSQL and nats-server programs
    #[arg(long, env = "TAIS_SERVERS", global = true, value_name = "DIR")]
    pub servers: Option<PathBuf>,
    /// A PostgreSQL of your own, in place of the embedded one
    #[arg(long, env = "TAIS_POSTGRES", global = true, value_name = "URL", hide_env_values = true)]
    pub postgres: Option<String>,
    /// A nats-server of your own, in place of the embedded one
    #[arg(long, env = "TAIS_NATS", global = true, value_name = "URL", hide_env_values = true)]
    pub nats: Option<String>,
    /// The member state whose record this is
    #[arg(long, env = "TAIS_STATE", global = true, value_name = "CODE")]
    pub state: Option<String>,
    /// The pages are reached by https (a proxy in front): cookies are sent by nothing else, and first
    /// passwords must be changed
    #[arg(long, env = "TAIS_HTTPS", global = true)]
    pub https: bool,
    /// The address at which people reach the pages; the identity provider leads back there
    #[arg(long, env = "TAIS_PUBLIC_URL", global = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// The identity provider at which people sign in (OpenID Connect), as it names itself
    #[arg(long, env = "TAIS_OIDC_ISSUER", global = true, value_name = "URL")]
    pub oidc_issuer: Option<String>,
    /// The name under which the identity provider knows these pages
    #[arg(long, env = "TAIS_OIDC_CLIENT", global = true, value_name = "ID")]
    pub oidc_client: Option<String>,
    /// The file with the secret that the identity provider gave for it
    #[arg(long, env = "TAIS_OIDC_SECRET_FILE", global = true, value_name = "FILE")]
    pub oidc_secret_file: Option<PathBuf>,
    /// The log's name, given once at its beginning
    #[arg(long, env = "TAIS_ORIGIN", global = true, value_name = "NAME")]
    pub origin: Option<String>,
    /// The file that says which witnesses cosign the log, and where they are (C2SP tlog-policy)
    #[arg(long, env = "TAIS_POLICY", global = true, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// After how many minutes without a witness's cosignature every page says so; 60 if not set
    #[arg(long, env = "TAIS_WITNESS_LIMIT", global = true, value_name = "MINUTES")]
    pub witness_limit: Option<u32>,
    /// A JSON file with any of these settings
    #[arg(long, env = "TAIS_CONFIG", global = true, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
}

impl Settings {
    /// Fills in from the file what flags and environment left open.
    ///
    /// # Errors
    /// When the file cannot be read, or names a setting that does not exist.
    pub fn resolve(mut self) -> anyhow::Result<Self> {
        let Some(path) = &self.config else { return Ok(self) };
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let file: Self =
            serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        self.data = self.data.or(file.data);
        self.port = self.port.or(file.port);
        self.servers = self.servers.or(file.servers);
        self.postgres = self.postgres.or(file.postgres);
        self.nats = self.nats.or(file.nats);
        self.state = self.state.or(file.state);
        self.origin = self.origin.or(file.origin);
        self.public_url = self.public_url.or(file.public_url);
        self.oidc_issuer = self.oidc_issuer.or(file.oidc_issuer);
        self.oidc_client = self.oidc_client.or(file.oidc_client);
        self.oidc_secret_file = self.oidc_secret_file.or(file.oidc_secret_file);
        self.policy = self.policy.or(file.policy);
        self.witness_limit = self.witness_limit.or(file.witness_limit);
        self.https |= file.https;
        Ok(self)
    }

    /// The data directory.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.data.as_deref().unwrap_or(Path::new(".run/data"))
    }

    /// The port of the pages.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(PORT)
    }

    /// The member state.
    ///
    /// # Errors
    /// When it is no code.
    pub fn state(&self) -> anyhow::Result<StateCode> {
        self.state.as_deref().unwrap_or("TL").parse().context("--state")
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> String {
        self.origin.clone().unwrap_or_else(|| "tais.example/tl".to_owned())
    }

    /// After how many minutes without a cosignature every page says so.
    #[must_use]
    pub fn witness_limit(&self) -> u32 {
        self.witness_limit.unwrap_or(WITNESS_LIMIT)
    }

    /// Whom to believe, if a policy is set.
    ///
    /// # Errors
    /// When the file cannot be read, or is no policy.
    pub fn policy(&self) -> anyhow::Result<Option<Policy>> {
        let Some(path) = &self.policy else { return Ok(None) };
        let file = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        let policy = Policy::parse(&file).with_context(|| format!("reading {}", path.display()))?;
        Ok(Some(policy))
    }

    /// The identity provider, if one is set; nothing is asked of it yet.
    ///
    /// # Errors
    /// When only a part is set, an address is open to others on the way, or the secret cannot be read.
    pub fn provider(&self) -> anyhow::Result<Option<Provider>> {
        let parts = (&self.oidc_issuer, &self.oidc_client, &self.oidc_secret_file);
        let (Some(issuer), Some(client), Some(file)) = parts else {
            let none = matches!(parts, (None, None, None));
            anyhow::ensure!(
                none,
                "--oidc-issuer, --oidc-client and --oidc-secret-file go together: give all three or none"
            );
            return Ok(None);
        };
        let public = self.public_url.as_deref().context(
            "--public-url is needed with --oidc-issuer: the identity provider leads people back there",
        )?;
        let secret = std::fs::read_to_string(file).with_context(|| {
            format!("reading the identity provider's secret in {} (--oidc-secret-file)", file.display())
        })?;
        let settings = ProviderSettings::new(issuer, client, &secret, public)
            .context("the settings of the identity provider")?;
        anyhow::ensure!(
            self.https || !public.starts_with("https"),
            "--https is needed with a --public-url that begins with https: the cookies travel by it"
        );
        Ok(Some(Provider::new(settings)))
    }

    /// The settings as they are in force, secrets masked.
    ///
    /// # Errors
    /// Never for these values; the signature is serde's.
    pub fn shown(&self) -> anyhow::Result<String> {
        let shown = Self {
            data: Some(self.data().to_owned()),
            port: Some(self.port()),
            servers: self.servers.clone(),
            postgres: self.postgres.as_deref().map(masked),
            nats: self.nats.as_deref().map(masked),
            state: Some(self.state.clone().unwrap_or_else(|| "TL".to_owned())),
            origin: Some(self.origin()),
            https: self.https,
            public_url: self.public_url.clone(),
            oidc_issuer: self.oidc_issuer.clone(),
            oidc_client: self.oidc_client.clone(),
            oidc_secret_file: self.oidc_secret_file.clone(),
            policy: self.policy.clone(),
            witness_limit: Some(self.witness_limit()),
            config: None,
        };
        Ok(serde_json::to_string_pretty(&shown)?)
    }
}

/// An address without its password.
fn masked(url: &str) -> String {
    let masked = || {
        let (scheme, rest) = url.split_once("://")?;
        let (login, host) = rest.rsplit_once('@')?;
        let user = login.split(':').next()?;
        Some(format!("{scheme}://{user}:***@{host}"))
    };
    masked().unwrap_or_else(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
    fn an_identity_provider_is_set_wholly_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "s3cret\n").unwrap();
        let whole = Settings {
            https: true,
            public_url: Some("https://tais.tl".into()),
            oidc_issuer: Some("https://login.tl".into()),
            oidc_client: Some("tais".into()),
            oidc_secret_file: Some(secret),
            ..Settings::default()
        };
        assert_eq!(whole.provider().unwrap().unwrap().host(), "login.tl");
        assert!(Settings::default().provider().unwrap().is_none());
        for part in [
            Settings { oidc_issuer: None, ..whole.clone() },
            Settings { oidc_client: None, ..whole.clone() },
            Settings { oidc_secret_file: None, ..whole.clone() },
            Settings { oidc_secret_file: Some(folder.path().join("none")), ..whole.clone() },
            Settings { public_url: None, ..whole.clone() },
            Settings { oidc_issuer: Some("http://login.tl".into()), ..whole.clone() },
            Settings { https: false, ..whole.clone() },
        ] {
            assert!(part.provider().is_err(), "{part:?}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(masked("postgres://tais:s:ec@ret@host:5432/db"), "postgres://tais:***@host:5432/db");
        assert_eq!(masked("nats://127.0.0.1:4222"), "nats://127.0.0.1:4222");
    }
}
