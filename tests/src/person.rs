//! A person at a browser without scripts: a session's cookie, pages and forms.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Context as _;

const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody who signed in on the pages, or nobody.
#[derive(Clone, Debug)]
pub struct Person {
    agent: ureq::Agent,
    base: String,
    cookies: BTreeMap<String, String>,
}

/// What a page answered.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The status.
    pub status: u16,
    /// Where it leads, if it does.
    pub location: Option<String>,
    /// The page.
    pub text: String,
}

impl Person {
    /// Nobody.
    #[must_use]
    pub fn nobody(base: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent = config.allow_non_standard_methods(true).build().into();
        Self { agent, base: base.to_owned(), cookies: BTreeMap::new() }
    }

    /// Signs in.
    ///
    /// # Errors
    /// When nobody answers, or the sign-in fails.
    pub fn sign_in(base: &str, name: &str, password: &str) -> anyhow::Result<Self> {
        let mut person = Self::nobody(base);
        let form = person.agent.post(format!("{base}/sign-in")).header("origin", base);
        let answer = form.send_form([("name", name), ("password", password)])?;
        person.take_in(&answer)?;
        anyhow::ensure!(!person.cookies.is_empty(), "the sign-in failed");
        Ok(person)
    }

    /// Takes in the cookies of an answer, as a browser would.
    fn take_in(&mut self, answer: &ureq::http::Response<ureq::Body>) -> anyhow::Result<()> {
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').context("a cookie has a name")?;
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(())
    }

    /// The cookies that the pages gave, by name.
    #[must_use]
    pub const fn cookies(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Reads a page as a browser does that comes to it by a link, with the cookies it gives.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn arrive(&mut self, path: &str) -> anyhow::Result<Shown> {
        let answer = self.open(path)?;
        self.take_in(&answer)?;
        Self::shown(answer)
    }

    /// Sends a form that carries no token, as those before the sign-in.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn send_plainly(&mut self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Shown> {
        let form = self.agent.post(format!("{}{path}", self.base)).header("origin", &self.base);
        let answer = form.header("cookie", self.cookie()).send_form(fields.iter().copied())?;
        self.take_in(&answer)?;
        Self::shown(answer)
    }

    fn shown(mut answer: ureq::http::Response<ureq::Body>) -> anyhow::Result<Shown> {
        let location = answer.headers().get("location").map(|place| place.to_str().map(str::to_owned));
        Ok(Shown {
            status: answer.status().as_u16(),
            location: location.transpose()?,
            text: answer.body_mut().read_to_string()?,
        })
    }

    /// Opens an address and returns before its end, which may never come.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn open(&self, path: &str) -> anyhow::Result<ureq::http::Response<ureq::Body>> {
        let request = self.agent.get(format!("{}{path}", self.base)).header("cookie", self.cookie());
        request.call().with_context(|| format!("GET {path}"))
    }

    /// Reads a page.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn get(&self, path: &str) -> anyhow::Result<Shown> {
        Self::shown(self.open(path)?)
    }

    /// Reads a page until it is as expected.
    ///
    /// # Errors
    /// When nobody answers, or it is not within a minute.
    pub fn until(&self, path: &str, expected: impl Fn(&Shown) -> bool) -> anyhow::Result<Shown> {
        let patience = Instant::now() + PATIENCE;
        loop {
            let shown = self.get(path)?;
            if expected(&shown) {
                return Ok(shown);
            }
            anyhow::ensure!(Instant::now() < patience, "{path}: {} {}", shown.status, shown.text);
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Reads a page, wherever it leads.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn follow(&self, path: &str) -> anyhow::Result<Shown> {
        let mut shown = self.get(path)?;
        while let Some(place) = &shown.location {
            shown = self.get(place)?;
        }
        Ok(shown)
    }

    /// The token of this session's forms.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub fn token(&self) -> anyhow::Result<String> {
        let page = self.get("/password")?.text;
        let token = page.split(r#"name="csrf" value=""#).nth(1).and_then(|rest| rest.split('"').next());
        Ok(token.context("nobody is signed in")?.to_owned())
    }

    /// Sends a form with this session's token.
    ///
    /// # Errors
    /// When nobody answers, or nobody is signed in.
    pub fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Shown> {
        let token = self.token()?;
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", token.as_str())]).collect();
        self.send_plainly(path, &fields)
    }

    /// Asks with any method; with the token in the body where there may be one.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn ask(&self, method: &str, path: &str, token: &str) -> anyhow::Result<(u16, Option<String>)> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("cookie", self.cookie())
            .header("origin", &self.base)
            .header("content-type", "application/x-www-form-urlencoded");
        let body = if method == "GET" { String::new() } else { format!("csrf={token}") };
        let answer = self.agent.run(request.body(body)?)?;
        let location = answer.headers().get("location").map(|place| place.to_str().map(str::to_owned));
        Ok((answer.status().as_u16(), location.transpose()?))
    }
}
