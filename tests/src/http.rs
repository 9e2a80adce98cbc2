//! A small client: what `curl -u name:password` does.

use anyhow::Context as _;
use base64::Engine as _;
use serde_json::Value;

/// Somebody who talks to the API.
#[derive(Clone, Debug)]
pub struct Client {
    base: String,
    authorization: Option<String>,
    login: Option<(String, String)>,
}

/// A status and what came with it.
pub type Answer = (u16, Value);

impl Client {
    /// Nobody in particular.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned(), authorization: None, login: None }
    }

    /// The same, with a name and a password.
    #[must_use]
    pub fn signed_in(&self, name: &str, password: &str) -> Self {
        let login = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}"));
        let authorization = Some(format!("Basic {login}"));
        Self { base: self.base.clone(), authorization, login: Some((name.to_owned(), password.to_owned())) }
    }

    fn agent() -> ureq::Agent {
        ureq::Agent::config_builder().http_status_as_error(false).build().into()
    }

    /// Reads a page or an answer as text.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn text(&self, path: &str) -> anyhow::Result<(u16, String)> {
        let mut request = Self::agent().get(format!("{}{path}", self.base));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let mut response = request.call().with_context(|| format!("GET {path}"))?;
        Ok((response.status().as_u16(), response.body_mut().read_to_string()?))
    }

    /// Reads a page as a browser does that was signed in just now, wherever it leads.
    ///
    /// # Errors
    /// When nobody answers, or the sign-in fails.
    pub fn page(&self, path: &str) -> anyhow::Result<(u16, String)> {
        let (name, password) = self.login.as_ref().context("nobody is signed in")?;
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent: ureq::Agent = config.build().into();
        let sign_in = agent.post(format!("{}/sign-in", self.base)).header("origin", &self.base);
        let answer = sign_in.send_form([("name", name), ("password", password)])?;
        let cookie = answer.headers().get("set-cookie").context("the sign-in failed")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let mut place = path.to_owned();
        loop {
            let request = agent.get(format!("{}{place}", self.base)).header("cookie", &cookie);
            let mut answer = request.call().with_context(|| format!("GET {place}"))?;
            match answer.headers().get("location") {
                Some(next) => next.to_str()?.clone_into(&mut place),
                None => return Ok((answer.status().as_u16(), answer.body_mut().read_to_string()?)),
            }
        }
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// When nobody answers, or not in JSON.
    pub fn get(&self, path: &str) -> anyhow::Result<Answer> {
        let (status, text) = self.text(path)?;
        Ok((status, serde_json::from_str(&text).with_context(|| format!("GET {path}: {text}"))?))
    }

    /// Sends JSON, under a submission's id if one is given.
    ///
    /// # Errors
    /// When nobody answers, or not in JSON.
    pub fn post(&self, path: &str, key: Option<&str>, body: &Value) -> anyhow::Result<Answer> {
        let mut request = Self::agent().post(format!("{}{path}", self.base));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let request = request.header("content-type", "application/json");
        let mut response = request.send(body.to_string()).with_context(|| format!("POST {path}"))?;
        let text = response.body_mut().read_to_string()?;
        let status = response.status().as_u16();
        Ok((status, serde_json::from_str(&text).with_context(|| format!("POST {path}: {status} {text}"))?))
    }
}
