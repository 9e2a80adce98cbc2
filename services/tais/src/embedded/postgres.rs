//! A private PostgreSQL: on loopback, with a generated password, kept running.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use tokio::time::timeout;

use super::health::{self, Answer};
use super::lock::DataLock;
use super::postgres_cluster::{self as cluster, Layout};
use super::runner::Runner;
use super::supervise::{Launch, Supervised};
use super::{EmbeddedError, ServerBinaries, ports};

/// The cluster's superuser. Only `tais migrate` and `tais up` use it; no service does.
pub const OPERATOR: &str = "tais_operator";

const SERVER: &str = "postgres";
/// How often another port is tried when the chosen one is snatched away.
const PORT_TRIES: u32 = 3;
const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// SQLSTATE of a wrong password and of an unknown or barred user.
const DENIED: [&str; 2] = ["28P01", "28000"];

/// A running PostgreSQL. Dropping it stops it in order.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    // Before the lock: the server must have ended when another process may take the directory.
    supervised: Supervised,
    layout: Layout,
    password: String,
    port: u16,
    _lock: DataLock,
}

impl EmbeddedPostgres {
    /// Makes the cluster under `data_dir` when there is none, starts it, and returns when it
    /// answers. Without a `port` the last one is used again, or a free one.
    ///
    /// # Errors
    /// When the directory is in use, the port taken, the cluster another version's, the password
    /// file lost, or the server does not come up; each says what to do.
    pub async fn start(
        binaries: &ServerBinaries,
        data_dir: &Path,
        port: Option<u16>,
    ) -> Result<Self, EmbeddedError> {
        let mut lock = DataLock::take_named(data_dir, "postgres.lock")?;
        let data_dir = &data_dir.canonicalize().map_err(EmbeddedError::io("resolve", data_dir))?;
        let layout = Layout::under(data_dir);
        let runner = Runner::for_postgres(&binaries.postgres, &layout.home)?;
        make_home(&runner, data_dir, &layout)?;
        let password = cluster::prepare(binaries, &runner, &layout).await?;
        let mut tries = PORT_TRIES;
        loop {
            let chosen = ports::choose(data_dir, SERVER, port)?;
            cluster::write_settings(&runner, &layout, chosen)?;
            let supervised = Supervised::start(launch(binaries, &runner, &layout))?;
            let this = Self {
                supervised,
                layout: layout.clone(),
                password: password.clone(),
                port: chosen,
                _lock: lock,
            };
            let Err(error) = this.wait_ready().await else { return Ok(this) };
            let Self { supervised, _lock: kept, .. } = this;
            drop(supervised);
            lock = kept;
            tries -= 1;
            if port.is_some() || ports::is_free(chosen) || tries == 0 {
                return Err(error);
            }
        }
    }

    /// Returns when the server answers, for example after it was killed.
    ///
    /// # Errors
    /// [`EmbeddedError::NotReady`] after a bounded wait, [`EmbeddedError::Secret`] when the
    /// password does not open the cluster.
    pub async fn wait_ready(&self) -> Result<(), EmbeddedError> {
        health::wait_ready(SERVER, &self.supervised, &self.layout.log, async || self.attempt().await).await
    }

    /// The address for a client: `postgres://user:password@127.0.0.1:port/database`.
    #[must_use]
    pub fn url(&self, user: &str, password: &str, database: &str) -> String {
        let [user, password, database] = [user, password, database].map(percent_encoded);
        format!("postgres://{user}:{password}@127.0.0.1:{port}/{database}", port = self.port)
    }

    /// The address for the cluster's superuser, [`OPERATOR`].
    #[must_use]
    pub fn operator_url(&self, database: &str) -> String {
        self.url(OPERATOR, &self.password, database)
    }

    /// The loopback port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The postmaster's process number; `None` between a death and the next start.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.supervised.state().pid
    }

    /// How often the server ended without being asked to.
    #[must_use]
    pub fn deaths(&self) -> u32 {
        self.supervised.state().deaths
    }

    /// Stops the server in order, starts it again and waits until it answers.
    ///
    /// # Errors
    /// As [`EmbeddedPostgres::wait_ready`].
    pub async fn restart(&self) -> Result<(), EmbeddedError> {
        self.supervised.restart().await?;
        self.wait_ready().await
    }

    /// Stops the server: fast shutdown, then by force if that takes too long.
    ///
    /// # Errors
    /// [`EmbeddedError::Stopped`] when its supervisor has ended before.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        self.supervised.stop().await
    }

    async fn attempt(&self) -> Answer {
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username(OPERATOR)
            .password(&self.password)
            .database("postgres")
            .ssl_mode(PgSslMode::Disable);
        match timeout(CONNECT_WAIT, options.connect()).await {
            Ok(Ok(connection)) => match connection.close().await {
                Ok(()) => Answer::Ready,
                Err(error) => Answer::NotYet(error.to_string()),
            },
            Ok(Err(error)) => self.judge(&error),
            Err(_) => Answer::NotYet("it does not answer".to_owned()),
        }
    }

    fn judge(&self, error: &sqlx::Error) -> Answer {
        let code = error.as_database_error().and_then(|error| error.code());
        if code.is_some_and(|code| DENIED.contains(&code.as_ref())) {
            return Answer::Hopeless(EmbeddedError::Secret { path: self.layout.secret.clone() });
        }
        Answer::NotYet(error.to_string())
    }
}

fn make_home(runner: &Runner, data_dir: &Path, layout: &Layout) -> Result<(), EmbeddedError> {
    super::files::private_dir(&layout.home)?;
    runner.give(&layout.home)?;
    if runner.is_other_account() {
        // That account may pass through, not look around.
        fs::set_permissions(data_dir, fs::Permissions::from_mode(0o711))
            .map_err(EmbeddedError::io("let the server's account through", data_dir))?;
    }
    runner.check_reach(&layout.home)
}

fn launch(binaries: &ServerBinaries, runner: &Runner, layout: &Layout) -> Launch {
    Launch {
        server: SERVER,
        program: binaries.postgres.clone(),
        args: vec!["-D".to_owned(), layout.cluster.display().to_string()],
        runner: runner.clone(),
        home: layout.cluster.clone(),
        pid_file: layout.cluster.join("postmaster.pid"),
        log: layout.log.clone(),
        // PostgreSQL's "fast shutdown": connections are ended, what was committed is kept.
        stop: (Signal::INT, "INT"),
    }
}

/// Everything but the characters that are safe anywhere in a URL.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_survive_the_url() {
        assert_eq!(percent_encoded("a-b_c.d~1"), "a-b_c.d~1");
        assert_eq!(percent_encoded("p@ss:w/rd é"), "p%40ss%3Aw%2Frd%20%C3%A9");
    }
}
