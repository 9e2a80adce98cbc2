//! A small client: what `curl -u name:password` does.

use anyhow::Context as _;
use base64::Engine as _;
use serde_json::Value;

use crate::Person;

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
        let shown = Person::sign_in(&self.base, name, password)?.follow(path)?;
        Ok((shown.status, shown.text))
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// When nobody answers, or not in JSON.
    pub fn get(&self, path: &str) -> anyhow::Result<Answer> {
        let (status, text) = self.text(path)?;
        Ok((status, serde_json::from_str(&text).with_context(|| format!("GET {path}: {text}"))?))
    }

    /// Asks with any method and no content, for the status alone.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn ask(&self, method: &str, path: &str) -> anyhow::Result<u16> {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent: ureq::Agent = config.allow_non_standard_methods(true).build().into();
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        Ok(agent.run(request.body(())?)?.status().as_u16())
    }

    /// Sends JSON, under a submission's id if one is given.
    ///
    /// # Errors
    /// When nobody answers, or not in JSON.
    pub fn post(&self, path: &str, key: Option<&str>, body: &Value) -> anyhow::Result<Answer> {
        self.post_text(path, key, &body.to_string())
    }

    /// Sends a file.
    ///
    /// # Errors
    /// When nobody answers, or not in JSON.
    pub fn send(&self, path: &str, file: &str) -> anyhow::Result<Answer> {
        self.post_text(path, None, file)
    }

    fn post_text(&self, path: &str, key: Option<&str>, body: &str) -> anyhow::Result<Answer> {
        let mut request = Self::agent().post(format!("{}{path}", self.base));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let request = request.header("content-type", "application/json");
        let mut response = request.send(body).with_context(|| format!("POST {path}"))?;
        let text = response.body_mut().read_to_string()?;
        let status = response.status().as_u16();
        Ok((status, serde_json::from_str(&text).with_context(|| format!("POST {path}: {status} {text}"))?))
    }
}
