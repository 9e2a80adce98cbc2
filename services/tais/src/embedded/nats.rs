//! A private nats-server with JetStream: on loopback, every message on disk before it is
//! acknowledged, kept running.

use std::path::{Path, PathBuf};

use rustix::process::Signal;

use super::health;
use super::lock::DataLock;
use super::runner::Runner;
use super::supervise::{Launch, Supervised};
use super::{EmbeddedError, ServerBinaries, files, ports};

const SERVER: &str = "nats";
const MONITOR: &str = "nats-monitor";
/// How often other ports are tried when the chosen ones are snatched away.
const PORT_TRIES: u32 = 3;
/// Twice the largest envelope, so that the bus can refuse in words what the server would cut off.
const MAX_PAYLOAD: &str = "512KB";

/// A running nats-server. Dropping it stops it in order.
#[derive(Debug)]
pub struct EmbeddedNats {
    // Before the lock: the server must have ended when another process may take the directory.
    supervised: Supervised,
    layout: Layout,
    port: u16,
    monitor_port: u16,
    _lock: DataLock,
}

#[derive(Debug, Clone)]
struct Layout {
    home: PathBuf,
    config: PathBuf,
    store: PathBuf,
    pid_file: PathBuf,
    log: PathBuf,
}

impl Layout {
    fn under(data_dir: &Path) -> Self {
        let home = data_dir.join("nats");
        Self {
            config: home.join("nats.conf"),
            store: home.join("jetstream"),
            pid_file: home.join("nats.pid"),
            log: home.join("nats.log"),
            home,
        }
    }
}

impl EmbeddedNats {
    /// Starts nats-server on `data_dir` and returns when JetStream is ready. Without a `port` the
    /// last one is used again, or a free one. `config_fragment` is appended to the configuration as
    /// it is: accounts, users and permissions.
    ///
    /// # Errors
    /// When the directory is in use, the port taken, or the server does not come up (a fragment it
    /// cannot read is quoted from its log).
    pub async fn start(
        binaries: &ServerBinaries,
        data_dir: &Path,
        port: Option<u16>,
        config_fragment: &str,
    ) -> Result<Self, EmbeddedError> {
        let mut lock = DataLock::take_named(data_dir, "nats.lock")?;
        let data_dir = &data_dir.canonicalize().map_err(EmbeddedError::io("resolve", data_dir))?;
        let layout = Layout::under(data_dir);
        files::private_dir(&layout.home)?;
        let mut tries = PORT_TRIES;
        loop {
            let chosen = ports::choose(data_dir, SERVER, port)?;
            let monitor_port = ports::choose(data_dir, MONITOR, None)?;
            let config = configuration(&layout, chosen, monitor_port, config_fragment);
            files::write_private(&layout.config, config.as_bytes())?;
            let supervised = Supervised::start(launch(binaries, &layout))?;
            let this = Self { supervised, layout: layout.clone(), port: chosen, monitor_port, _lock: lock };
            let Err(error) = this.wait_ready().await else { return Ok(this) };
            let Self { supervised, _lock: kept, .. } = this;
            drop(supervised);
            lock = kept;
            tries -= 1;
            let snatched = !ports::is_free(monitor_port) || (port.is_none() && !ports::is_free(chosen));
            if !snatched || tries == 0 {
                return Err(error);
            }
        }
    }

    /// Returns when the server and its JetStream answer, for example after it was killed.
    ///
    /// # Errors
    /// [`EmbeddedError::NotReady`] after a bounded wait.
    pub async fn wait_ready(&self) -> Result<(), EmbeddedError> {
        let port = self.monitor_port;
        health::wait_ready(SERVER, &self.supervised, &self.layout.log, async || {
            health::http_ok(port, "/healthz").await
        })
        .await
    }

    /// The address for clients, without credentials: `nats://127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The loopback port for clients.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The loopback port of the monitoring pages (`/healthz`, `/varz`, `/jsz`).
    #[must_use]
    pub fn monitor_port(&self) -> u16 {
        self.monitor_port
    }

    /// The server's process number; `None` between a death and the next start.
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
    /// As [`EmbeddedNats::wait_ready`].
    pub async fn restart(&self) -> Result<(), EmbeddedError> {
        self.supervised.restart().await?;
        self.wait_ready().await
    }

    /// Stops the server in order, or by force if that takes too long.
    ///
    /// # Errors
    /// [`EmbeddedError::Stopped`] when its supervisor has ended before.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        self.supervised.stop().await
    }
}

fn launch(binaries: &ServerBinaries, layout: &Layout) -> Launch {
    Launch {
        server: SERVER,
        program: binaries.nats_server.clone(),
        args: vec!["--config".to_owned(), layout.config.display().to_string()],
        runner: Runner::plain(),
        home: layout.home.clone(),
        pid_file: layout.pid_file.clone(),
        log: layout.log.clone(),
        stop: (Signal::TERM, "TERM"),
    }
}

fn configuration(layout: &Layout, port: u16, monitor_port: u16, fragment: &str) -> String {
    // Output goes to the log file, which the supervisor opens.
    format!(
        "# Written by tais at every start; changes here do not last.\n\
         server_name: tais\n\
         listen: \"127.0.0.1:{port}\"\n\
         http: \"127.0.0.1:{monitor_port}\"\n\
         pid_file: {pid_file}\n\
         max_payload: {MAX_PAYLOAD}\n\
         jetstream {{\n\
         \x20 store_dir: {store}\n\
         \x20 # Acknowledged means on disk: by default it is written out only every two minutes.\n\
         \x20 sync_interval: always\n\
         }}\n\n\
         {fragment}\n",
        pid_file = quoted(&layout.pid_file),
        store = quoted(&layout.store),
    )
}

fn quoted(path: &Path) -> String {
    let text = path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}
