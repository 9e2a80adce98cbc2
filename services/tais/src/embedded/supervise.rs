//! Keeps one server running until told to stop.
//!
//! Each server has a thread of its own, for one reason: the kernel's "end this child when its
//! parent ends" means the *thread* that started it, so that thread has to live exactly as long as
//! the server should. The thread runs a small runtime; everybody else talks to it by messages.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, timeout};

use super::runner::Runner;
use super::{EmbeddedError, files, leftover};

/// The first wait before a server that died is started again; it doubles with each death.
const RESTART_WAIT_MIN: Duration = Duration::from_millis(100);
/// The longest such wait.
const RESTART_WAIT_MAX: Duration = Duration::from_secs(10);
/// A server that ran this long has recovered: the next wait is the shortest again.
const STEADY_AFTER: Duration = Duration::from_secs(30);
/// How long an orderly stop may take before the server is killed.
const STOP_WAIT: Duration = Duration::from_secs(20);
/// Requests waiting for the thread.
const REQUESTS_MAX: usize = 4;

/// Everything needed to start a server, again and again.
#[derive(Debug)]
pub(super) struct Launch {
    /// The server's name in messages.
    pub server: &'static str,
    /// Its program.
    pub program: PathBuf,
    /// The program's arguments.
    pub args: Vec<String>,
    /// As whom.
    pub runner: Runner,
    /// Its working directory, by which a leftover is recognised.
    pub home: PathBuf,
    /// Where it writes its process number.
    pub pid_file: PathBuf,
    /// Where its output goes.
    pub log: PathBuf,
    /// The signal for an orderly stop, and its name as `setpriv` knows it.
    pub stop: (Signal, &'static str),
}

/// What the thread knows about the server.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// The running process, if one runs.
    pub pid: Option<u32>,
    /// How often it ended without being asked to.
    pub deaths: u32,
    /// How it last ended, in words.
    pub last: Option<String>,
}

enum Request {
    Restart(oneshot::Sender<()>),
    Stop(oneshot::Sender<()>),
}

/// A server that is kept running. Dropping it stops the server and waits until it has.
#[derive(Debug)]
pub(super) struct Supervised {
    server: &'static str,
    requests: Option<mpsc::Sender<Request>>,
    state: watch::Receiver<State>,
    thread: Option<JoinHandle<()>>,
}

impl Supervised {
    /// Starts the server; whether it is ready is for the caller to find out.
    pub(super) fn start(launch: Launch) -> Result<Self, EmbeddedError> {
        let server = launch.server;
        let program = launch.program.clone();
        let (requests, inbox) = mpsc::channel(REQUESTS_MAX);
        let (tell, state) = watch::channel(State::default());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(EmbeddedError::io("prepare to start", &program))?;
        let thread = thread::Builder::new()
            .name(format!("keep-{server}"))
            .spawn(move || runtime.block_on(keep_running(&launch, inbox, &tell)))
            .map_err(EmbeddedError::io("start a thread for", &program))?;
        Ok(Self { server, requests: Some(requests), state, thread: Some(thread) })
    }

    /// What is known now.
    pub(super) fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Stops the server in order and starts it again; returns when the old one has ended.
    pub(super) async fn restart(&self) -> Result<(), EmbeddedError> {
        self.ask(Request::Restart).await
    }

    /// Stops the server in order, or by force when that takes too long, and for good.
    pub(super) async fn stop(&self) -> Result<(), EmbeddedError> {
        self.ask(Request::Stop).await
    }

    async fn ask(&self, request: fn(oneshot::Sender<()>) -> Request) -> Result<(), EmbeddedError> {
        let stopped = || EmbeddedError::Stopped { server: self.server };
        let (done, is_done) = oneshot::channel();
        let requests = self.requests.as_ref().ok_or_else(stopped)?;
        requests.send(request(done)).await.map_err(|_| stopped())?;
        is_done.await.map_err(|_| stopped())
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(server = self.server, "the thread that keeps the server running has panicked");
        }
    }
}

/// How one run of the server came to its end.
enum Ended {
    Died(String),
    Asked(Option<Request>),
}

async fn keep_running(launch: &Launch, mut inbox: mpsc::Receiver<Request>, tell: &watch::Sender<State>) {
    let mut wait = RESTART_WAIT_MIN;
    loop {
        let started = Instant::now();
        let mut ended = run_once(launch, &mut inbox, tell).await;
        if started.elapsed() >= STEADY_AFTER {
            wait = RESTART_WAIT_MIN;
        }
        if let Ended::Died(how) = &ended {
            tracing::warn!(
                server = launch.server,
                how,
                wait_ms = wait.as_millis(),
                "the server ended unasked; starting it again"
            );
            ended = tokio::select! {
                () = sleep(wait) => Ended::Died(String::new()),
                request = inbox.recv() => Ended::Asked(request),
            };
            wait = (wait * 2).min(RESTART_WAIT_MAX);
        }
        match ended {
            Ended::Died(_) => {}
            Ended::Asked(Some(Request::Restart(done))) => {
                wait = RESTART_WAIT_MIN;
                answer(done);
            }
            Ended::Asked(Some(Request::Stop(done))) => return answer(done),
            Ended::Asked(None) => return,
        }
    }
}

/// Starts the server and stays until it ends, by itself or because somebody asks.
async fn run_once(
    launch: &Launch,
    inbox: &mut mpsc::Receiver<Request>,
    tell: &watch::Sender<State>,
) -> Ended {
    leftover::settle(&launch.pid_file, &launch.home, launch.stop.0).await;
    let ended = match spawn(launch) {
        Err(reason) => Ended::Died(reason),
        Ok(mut child) => {
            let pid = child.id();
            tell.send_modify(|state| state.pid = pid);
            tokio::select! {
                status = child.wait() => Ended::Died(in_words(status)),
                request = inbox.recv() => {
                    end(launch, &mut child).await;
                    Ended::Asked(request)
                }
            }
        }
    };
    tell.send_modify(|state| {
        state.pid = None;
        if let Ended::Died(how) = &ended {
            state.deaths += 1;
            state.last = Some(how.clone());
        }
    });
    ended
}

fn spawn(launch: &Launch) -> Result<Child, String> {
    let log = files::open_log(&launch.log).map_err(|error| error.to_string())?;
    let both = log.try_clone().map_err(|error| error.to_string())?;
    let mut command = launch.runner.tied(&launch.program, launch.stop.1);
    command.args(&launch.args).current_dir(&launch.home).stdout(log).stderr(both);
    Command::from(command)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("{} could not be started: {error}", launch.program.display()))
}

/// The orderly stop, with a bound.
async fn end(launch: &Launch, child: &mut Child) {
    if let Some(pid) = child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
        // The child is not reaped yet, so its number is still its own.
        if let Err(error) = kill_process(pid, launch.stop.0) {
            tracing::warn!(server = launch.server, %error, "the server could not be told to stop");
        }
    }
    if timeout(STOP_WAIT, child.wait()).await.is_ok() {
        return;
    }
    tracing::warn!(
        server = launch.server,
        seconds = STOP_WAIT.as_secs(),
        "the server did not stop in time; killing it"
    );
    if let Err(error) = child.kill().await {
        tracing::error!(server = launch.server, %error, "the server could not be killed");
    }
}

fn in_words(status: io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) => status.to_string(),
        Err(error) => format!("its end could not be observed: {error}"),
    }
}

fn answer(done: oneshot::Sender<()>) {
    if done.send(()).is_err() {
        tracing::debug!("whoever asked for this has stopped waiting");
    }
}
