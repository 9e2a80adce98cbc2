//! A Chromium and its driver, and what a person does with a page.
#![allow(dead_code, reason = "each test file uses its part")]

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;
use tempfile::TempDir;

pub const PATIENCE: Duration = Duration::from_secs(20);

/// A Chromium and its driver; both end when this is dropped.
pub struct Browser {
    driver: Child,
    url: String,
    /// Open as long as the driver, which may have more to say.
    _says: BufReader<ChildStdout>,
    profiles: Vec<TempDir>,
}

impl Browser {
    /// `None`, loudly, where the tests run without a browser.
    fn start() -> Option<Self> {
        if std::env::var_os("TAIS_WITHOUT_BROWSER").is_some() {
            eprintln!("*** NOT RUN: this test needs a browser, and the tests run without one ***");
            return None;
        }
        let program = std::env::var_os("TAIS_CHROMEDRIVER").expect("run the tests with `deploy/local test`");
        // It takes a free port itself: one that was looked for before would be anybody's by then.
        let mut driver = Command::new(program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A group of its own, so that its browsers end with it.
            .process_group(0)
            .spawn()
            .unwrap();
        let mut says = BufReader::new(driver.stdout.take().unwrap());
        let mut line = String::new();
        let port: u16 = loop {
            line.clear();
            assert!(says.read_line(&mut line).unwrap() > 0, "chromedriver ended before it had a port");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim().trim_end_matches('.').parse().unwrap();
            }
        };
        Some(Self { driver, url: format!("http://127.0.0.1:{port}"), _says: says, profiles: Vec::new() })
    }

    pub async fn window(&mut self, width: u32, javascript: bool) -> Client {
        let profile = tempfile::tempdir().unwrap();
        let mut arguments: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        self.profiles.push(profile);
        // 2 blocks scripts; the pages must not miss them.
        let scripts = if javascript { 1 } else { 2 };
        let options = json!({
            "binary": std::env::var("TAIS_CHROMIUM").unwrap(),
            "args": arguments,
            "prefs": { "profile.managed_default_content_settings.javascript": scripts },
        });
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".into(), options);
        // A page with live figures never finishes loading in the network's sense.
        capabilities.insert("pageLoadStrategy".into(), "eager".into());
        let patience = Instant::now() + PATIENCE;
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(capabilities.clone()).connect(&self.url).await {
                Ok(client) => {
                    client.set_window_size(width, 900).await.unwrap();
                    return client;
                }
                Err(error) => assert!(Instant::now() < patience, "the browser does not start: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let group = i32::try_from(self.driver.id()).ok().and_then(Pid::from_raw);
        if let Some(Err(error)) = group.map(|group| kill_process_group(group, Signal::KILL)) {
            eprintln!("the browser's processes: {error}");
        }
        drop(self.driver.wait());
    }
}

pub async fn find(window: &Client, css: &str) -> fantoccini::elements::Element {
    let found = window.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
    found.unwrap_or_else(|error| panic!("{css} does not appear: {error}"))
}

pub async fn text(window: &Client, css: &str) -> String {
    until(window, css, |says| !says.is_empty()).await
}

/// Presses something that a script may draw again at this very moment.
pub async fn press(window: &Client, css: &str) {
    let patience = Instant::now() + PATIENCE;
    while let Err(error) = find(window, css).await.click().await {
        assert!(Instant::now() < patience, "{css} cannot be pressed: {error}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until a part of the page says something; gives what it says.
pub async fn until(window: &Client, css: &str, what: impl Fn(&str) -> bool) -> String {
    let patience = Instant::now() + PATIENCE;
    loop {
        // The page may be loading itself again at this very moment.
        let says = match window.find(Locator::Css(css)).await {
            Ok(element) => element.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        if what(&says) {
            return says;
        }
        assert!(Instant::now() < patience, "{css} says: {says}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

pub async fn fill(window: &Client, field: &str, value: &str) {
    find(window, &format!("#{field}")).await.send_keys(value).await.unwrap();
}

pub fn run(test: impl AsyncFnOnce(&mut Browser)) {
    let Some(mut browser) = Browser::start() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(test(&mut browser));
}
