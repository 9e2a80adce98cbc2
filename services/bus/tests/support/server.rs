//! A throw-away nats-server for one test, with the permissions that the product generates.
//!
//! The server is the child of a small shell that waits for the end of its own input. That is a pipe
//! whose other end only this process holds: however the test ends, the kernel closes it, and the shell
//! kills the server.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tais_bus::permissions::config_fragment;
use tais_bus::{Credentials, NatsPublisher, NatsRecorder, User, migrate};
use tais_proto::Publisher;
use tempfile::TempDir;

use super::events::state;

const START_WAIT: Duration = Duration::from_secs(20);
/// Kills with SIGKILL: what was acknowledged must be on disk without any goodbye.
const WATCHDOG: &str = r#""$1" -c "$2" >"$3" 2>&1 & server=$!; read -r _; kill -9 "$server"; wait "$server""#;

/// A nats-server, its files and its users.
pub struct Server {
    home: TempDir,
    port: u16,
    credentials: Credentials,
    watchdog: Option<Child>,
}

impl Server {
    /// Starts a server; it has no streams yet.
    pub fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let credentials = Credentials::load_or_create(&home.path().join("keys")).unwrap();
        let mut server = Self { home, port: 0, credentials, watchdog: None };
        // Somebody else may take a free port before the server does.
        for _ in 0..5 {
            server.port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
            if server.start_again() {
                return server;
            }
        }
        panic!("nats-server does not start:\n{}", server.log());
    }

    /// Starts a server with the streams of the product.
    pub async fn migrated() -> Self {
        let server = Self::start();
        server.migrate().await;
        server
    }

    pub async fn migrate(&self) {
        migrate(&self.url(), self.seed(User::Operator), &state()).await.unwrap();
    }

    /// Kills the server, as a power cut would end it.
    pub fn kill(&mut self) {
        if let Some(mut watchdog) = self.watchdog.take() {
            drop(watchdog.stdin.take());
            watchdog.wait().unwrap();
        }
    }

    /// Starts the killed server again, on the same files and port; says whether it answers.
    pub fn start_again(&mut self) -> bool {
        assert!(self.watchdog.is_none(), "it runs already");
        let config = self.home.path().join("nats.conf");
        let store = self.home.path().join("store");
        let fragment = config_fragment(&state(), &self.credentials.public_keys().unwrap());
        let text = format!(
            "listen: \"127.0.0.1:{}\"\nmax_payload: 512KB\njetstream {{ store_dir: \"{}\", sync_interval: always }}\n{fragment}",
            self.port,
            store.display(),
        );
        std::fs::write(&config, text).unwrap();
        let mut watchdog = Command::new("sh");
        watchdog.args(["-c", WATCHDOG, "sh"]).arg(binary()).arg(&config).arg(self.home.path().join("log"));
        // A group of its own: Ctrl-C ends the tests, and their end the server.
        watchdog.stdin(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        self.watchdog = Some(watchdog.spawn().unwrap());
        let begun = Instant::now();
        while begun.elapsed() < START_WAIT {
            if self.answers() {
                return true;
            }
            if self.log().contains("address already in use") {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill();
        false
    }

    /// Whether this server, and not somebody else's, greets on the port, with JetStream.
    fn answers(&self) -> bool {
        let Ok(stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let mut greeting = String::new();
        BufReader::new(stream.take(4096)).read_line(&mut greeting).is_ok()
            && greeting.starts_with("INFO ")
            && self.log().contains("Server is ready")
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default()
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn seed(&self, user: User) -> &str {
        self.credentials.seed(user)
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A publisher, connected.
    pub async fn publisher(&self, publisher: Publisher) -> NatsPublisher {
        let seed = self.seed(User::Publisher(publisher));
        let connected = NatsPublisher::connect(&self.url(), seed, publisher, state()).await.unwrap();
        until("a publisher is connected", || connected.is_connected()).await;
        connected
    }

    /// The recorder, connected.
    pub async fn recorder(&self) -> NatsRecorder {
        let connected = NatsRecorder::connect(&self.url(), self.seed(User::Recorder), state()).await.unwrap();
        until("the recorder is connected", || connected.is_connected()).await;
        connected
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits until something is so; fails where it never becomes so.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < START_WAIT, "never came true: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn binary() -> PathBuf {
    let servers = std::env::var_os("TAIS_SERVERS").unwrap_or_else(|| {
        panic!("TAIS_SERVERS is not set: run `deploy/local test`, which fetches nats-server and sets it")
    });
    let binary = PathBuf::from(servers).join("bin/nats-server");
    assert!(binary.is_file(), "there is no {}: run `deploy/local test`, which fetches it", binary.display());
    binary
}
