//! A server that outlived the Tais that started it.
//!
//! Called only while the data directory's lock is held: whatever still runs on it is nobody's.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tokio::time::{Instant, sleep};

/// How long a leftover server may take to stop by itself.
const STOP_WAIT: Duration = Duration::from_secs(20);
/// How long a killed process may take to be gone.
const KILL_WAIT: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(20);

/// Stops the server named in `pid_file` if it still runs in `home` (its working directory), and
/// removes the file if its number meanwhile belongs to some other program: a server that believes
/// the file would otherwise refuse to start, for as long as that program runs.
pub(super) async fn settle(pid_file: &Path, home: &Path, stop: Signal) {
    let Some(pid) = pid_in(pid_file) else { return };
    if test_kill_process(pid).is_err() {
        return;
    }
    if !runs_in(pid, home) {
        tracing::info!(pid_file = %pid_file.display(), "removing a stale pid file: its number belongs to another program");
        if let Err(error) = fs::remove_file(pid_file) {
            tracing::warn!(%error, pid_file = %pid_file.display(), "the stale pid file could not be removed");
        }
        return;
    }
    tracing::warn!(
        pid = pid.as_raw_nonzero().get(),
        "stopping a server left over from a Tais that was killed"
    );
    for (signal, wait) in [(stop, STOP_WAIT), (Signal::KILL, KILL_WAIT)] {
        if kill_process(pid, signal).is_err() || gone_within(pid, home, wait).await {
            return;
        }
    }
}

async fn gone_within(pid: Pid, home: &Path, wait: Duration) -> bool {
    let deadline = Instant::now() + wait;
    while Instant::now() < deadline {
        if !runs_in(pid, home) {
            return true;
        }
        sleep(POLL).await;
    }
    false
}

/// The process number on the first line.
pub(super) fn pid_in(pid_file: &Path) -> Option<Pid> {
    Pid::from_raw(fs::read_to_string(pid_file).ok()?.lines().next()?.trim().parse().ok()?)
}

/// Whether the process works in `home`. Where the system does not tell (no /proc), a live process
/// counts as the server: better to refuse than to run two on one directory.
fn runs_in(pid: Pid, home: &Path) -> bool {
    if !Path::new("/proc/self").exists() {
        return test_kill_process(pid).is_ok();
    }
    let cwd = fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero()));
    matches!((cwd, home.canonicalize()), (Ok(cwd), Ok(home)) if cwd == home)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::process::{Child, Command};

    fn sleeper(dir: &Path) -> Child {
        let child = Command::new("sleep").arg("60").current_dir(dir).spawn().unwrap();
        fs::write(dir.join("pid"), format!("{}\n", child.id())).unwrap();
        child
    }

    #[tokio::test]
    async fn a_leftover_is_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let mut child = sleeper(dir.path());
        let reaper = tokio::task::spawn_blocking(move || child.wait().unwrap());
        settle(&dir.path().join("pid"), dir.path(), Signal::TERM).await;
        assert!(!reaper.await.unwrap().success());
    }

    #[tokio::test]
    async fn another_program_under_the_same_number_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let mut child = sleeper(dir.path());
        settle(&dir.path().join("pid"), elsewhere.path(), Signal::TERM).await;
        assert!(child.try_wait().unwrap().is_none(), "it still runs");
        assert!(!dir.path().join("pid").exists(), "the stale file is gone");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
