//! The whole of Tais as a person starts it: `tais up`, on a data directory of its own.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::Person;
use crate::http::Client;
use crate::{executable, servers};

/// A running system; stopped in order when it is dropped.
pub struct System {
    child: Child,
    base: String,
    passwords: BTreeMap<String, String>,
    data: TempDir,
    flags: Vec<String>,
}

impl System {
    /// Starts it, with the sample year or empty, and waits until its first page answers.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(demo: bool) -> anyhow::Result<Self> {
        Self::start_with(demo, Vec::new())
    }

    /// The same with more flags of `tais up`.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_with(demo: bool, flags: Vec<String>) -> anyhow::Result<Self> {
        let data = tempfile::Builder::new().prefix("tais-test-").tempdir()?;
        let (child, base, passwords) = launch(data.path(), demo, &flags)?;
        Ok(Self { child, base, passwords, data, flags })
    }

    /// Stops it with the signal of Ctrl-C and starts it again on the same data.
    ///
    /// # Errors
    /// When it does not stop, or does not start.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.stop()?;
        let (child, base, passwords) = launch(self.data.path(), false, &self.flags)?;
        (self.child, self.base, self.passwords) = (child, base, passwords);
        Ok(())
    }

    /// The same with other flags of `tais up`.
    ///
    /// # Errors
    /// When it does not stop, or does not start.
    pub fn restart_with(&mut self, flags: Vec<String>) -> anyhow::Result<()> {
        self.flags = flags;
        self.restart()
    }

    /// Where its pages are: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Its data directory.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The address of its database, as the operator who sees everything.
    ///
    /// # Errors
    /// When it does not run.
    pub fn operator_url(&self) -> anyhow::Result<String> {
        let password = std::fs::read_to_string(self.data().join("postgres.secret"))?;
        let ports: serde_json::Value =
            serde_json::from_slice(&std::fs::read(self.data().join("ports.json"))?)?;
        Ok(format!("postgres://tais_operator:{}@127.0.0.1:{}/tais", password.trim(), ports["postgres"]))
    }

    /// A role's password.
    #[must_use]
    pub fn password(&self, name: &str) -> &str {
        self.passwords.get(name).map_or("", String::as_str)
    }

    /// A client, as one of the roles or as nobody.
    #[must_use]
    pub fn client(&self, name: Option<&str>) -> Client {
        let nobody = Client::new(&self.base);
        name.map_or_else(|| nobody.clone(), |name| nobody.signed_in(name, self.password(name)))
    }

    /// A person signed in on the pages, as one of the roles.
    ///
    /// # Errors
    /// When the sign-in fails.
    pub fn person(&self, name: &str) -> anyhow::Result<Person> {
        Person::sign_in(&self.base, name, self.password(name))
    }

    /// Stops it with the signal of Ctrl-C.
    ///
    /// # Errors
    /// When it does not stop within 20 seconds.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("a process id")?;
        kill_process(pid, Signal::INT)?;
        let patience = Instant::now() + Duration::from_secs(20);
        while Instant::now() < patience {
            if let Some(status) = self.child.try_wait()? {
                return if status.success() { Ok(()) } else { bail!("it ended with {status}") };
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("Ctrl-C did not stop it within 20 seconds")
    }

    /// Runs another verb of the executable on the same data; gives its success and its output.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn verb(&self, arguments: &[&str]) -> anyhow::Result<(bool, String)> {
        let output = Command::new(executable()?)
            .args(arguments)
            .arg("--data")
            .arg(self.data.path())
            .arg("--servers")
            .arg(servers()?)
            .output()?;
        let text = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
    }
}

impl Drop for System {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("stopping the system: {error}");
            drop(self.child.kill());
        }
    }
}

type Started = (Child, String, BTreeMap<String, String>);

fn launch(data: &Path, demo: bool, flags: &[String]) -> anyhow::Result<Started> {
    let mut command = Command::new(executable()?);
    command.arg("up").args(flags);
    if !flags.iter().any(|flag| flag == "--port") {
        command.arg("--port").arg("0");
    }
    command.arg("--data").arg(data).arg("--servers").arg(servers()?);
    if !demo {
        command.arg("--no-demo");
    }
    // A group of its own: the Ctrl-C of a person who stops the tests is for the tests.
    let mut child = command.process_group(0).stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().context("its output")?;
    let mut lines = BufReader::new(output).lines();
    let mut base = None;
    let mut passwords = BTreeMap::new();
    for line in &mut lines {
        let line = line?;
        if let Some(url) = line.strip_prefix("ready ") {
            base = Some(url.to_owned());
        }
        if let Some((name, password)) = line.trim().split_once(' ').filter(|_| line.starts_with("  ")) {
            passwords.insert(name.to_owned(), password.trim().to_owned());
        }
        if line.starts_with("Ctrl-C") {
            break;
        }
    }
    // Whatever it says later must not fill its pipe.
    std::thread::spawn(move || lines.for_each(drop));
    let base = base.context("it ended before it was ready; its reason is above")?;
    Ok((child, base, passwords))
}
