//! The command-line client of a correspondent: the same API that any program uses.

mod import;
mod submit;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use backon::{BlockingRetryable as _, ExponentialBuilder};
use clap::Args;
use serde_json::Value;
use tais_proto::Pillar;
use ureq::http::{Request, StatusCode};
use uuid::Uuid;

use crate::cli::PillarName;

pub use import::{Import, import};
pub use submit::{Submit, submit};

/// How long one answer may take.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// How often a request is sent again when nothing certain came back.
const TRIES: usize = 6;

/// Where to, and as whom.
#[derive(Args, Clone, Debug)]
pub struct Target {
    /// The address of Tais; where none is given, this machine's at --port
    #[arg(long, env = "TAIS_URL")]
    pub url: Option<String>,
    /// Which pillar
    #[arg(long, value_enum)]
    pub pillar: PillarName,
    /// The account; the pillar's own where none is given
    #[arg(long, env = "TAIS_NAME")]
    pub name: Option<String>,
    /// A file whose first line is the password; otherwise it is read from TAIS_PASSWORD
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The language of messages
    #[arg(long, default_value = "en", value_name = "en|pt|tet")]
    pub lang: String,
}

/// Somebody who talks to a correspondent's API.
pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    login: String,
    lang: String,
}

/// Whether it is safe and useful to send the same once more: nothing certain came back.
fn is_uncertain(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Uncertain>().is_some()
}

/// The outcome of a request is not known, or the server asks to come back later.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Uncertain(String);

impl Client {
    /// `port` is that of the pages on this machine, which are meant where no address is given.
    pub(crate) fn new(target: &Target, port: u16) -> anyhow::Result<Self> {
        use base64::Engine as _;
        let pillar = Pillar::from(target.pillar);
        let name = target.name.clone().unwrap_or_else(|| pillar.code().to_owned());
        let password = password(target.password_file.as_deref())?;
        let login = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}"));
        let url = target.url.clone().unwrap_or_else(|| format!("http://127.0.0.1:{port}"));
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(ANSWER_WAIT));
        Ok(Self {
            agent: config.build().into(),
            base: format!("{}/api/v1/{pillar}", url.trim_end_matches('/')),
            login: format!("Basic {login}"),
            lang: target.lang.clone(),
        })
    }

    pub(crate) fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.patiently(|| self.ask("GET", path, None, &[]))
    }

    /// Sends a body. Under a key, or where sending twice does no harm, it is sent again until
    /// something certain comes back.
    pub(crate) fn post(&self, path: &str, key: Option<Uuid>, body: &[u8]) -> anyhow::Result<Value> {
        self.patiently(|| self.ask("POST", path, key, body))
    }

    fn patiently(&self, ask: impl FnMut() -> anyhow::Result<Value>) -> anyhow::Result<Value> {
        let back_off = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(250))
            .with_max_delay(Duration::from_secs(10))
            .with_max_times(TRIES - 1)
            .with_jitter();
        ask.retry(back_off)
            .when(is_uncertain)
            .notify(|error, wait| eprintln!("{error}; it is safe to send again, in {wait:.0?}"))
            .call()
    }

    fn ask(&self, method: &str, path: &str, key: Option<Uuid>, body: &[u8]) -> anyhow::Result<Value> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("authorization", &self.login)
            .header("accept-language", &self.lang)
            .header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key.to_string());
        }
        let request = request.body(body.to_vec()).context("making the request")?;
        let unknown = |error: ureq::Error| Uncertain(format!("{} did not answer: {error}", self.base));
        let mut answer = self.agent.run(request).map_err(unknown)?;
        let (status, text) = (answer.status(), answer.body_mut().read_to_string().map_err(unknown)?);
        if status.is_success() {
            return serde_json::from_str(&text)
                .with_context(|| format!("{} is not an address of Tais", self.base));
        }
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        let word = |member: &str| problem[member].as_str().unwrap_or_default().to_owned();
        let told = format!("{status}: {} {}", word("title"), word("detail"));
        let later =
            [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE, StatusCode::GATEWAY_TIMEOUT];
        if later.contains(&status) || status == StatusCode::BAD_GATEWAY {
            return Err(Uncertain(told).into());
        }
        bail!("{told}\n{}", word("next"))
    }
}

fn password(file: Option<&Path>) -> anyhow::Result<String> {
    match file {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
            let line = text.lines().next().filter(|line| !line.is_empty());
            Ok(line.with_context(|| format!("{} is empty", path.display()))?.to_owned())
        }
        None => std::env::var("TAIS_PASSWORD")
            .context("no password: set TAIS_PASSWORD, or name a file with --password-file"),
    }
}

/// Prints a line; a reader that has gone (`| head`) is an error, which ends the program in silence.
pub(crate) fn say(line: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    writeln!(std::io::stdout().lock(), "{line}")
}

/// The content of a file, or of standard input where the file is `-`.
pub(crate) fn content(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)
            .context("reading standard input")?;
        return Ok(bytes);
    }
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}
