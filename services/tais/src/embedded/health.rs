//! Waiting until a server answers, with a bound and with its own words when it does not.

use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::supervise::Supervised;
use super::{EmbeddedError, files};

/// How long a server may take until it answers; crash recovery of PostgreSQL is inside this.
const READY_WAIT: Duration = Duration::from_secs(60);
/// A server that dies this often before it answers is not waited for any longer.
const DEATHS_MAX: u32 = 5;
const POLL: Duration = Duration::from_millis(25);
const ANSWER_WAIT: Duration = Duration::from_secs(2);
/// The most that is read of a health answer.
const ANSWER_BYTES_MAX: u64 = 4096;

/// What one attempt to reach a server found.
pub(super) enum Answer {
    Ready,
    NotYet(String),
    /// Waiting will not help.
    Hopeless(EmbeddedError),
}

/// Tries `attempt` until the server is ready.
pub(super) async fn wait_ready<F>(
    server: &'static str,
    supervised: &Supervised,
    log: &Path,
    attempt: F,
) -> Result<(), EmbeddedError>
where
    F: AsyncFn() -> Answer,
{
    let begun = Instant::now();
    let deaths_before = supervised.state().deaths;
    let mut last;
    loop {
        match attempt().await {
            Answer::Ready => return Ok(()),
            Answer::Hopeless(error) => return Err(error),
            Answer::NotYet(reason) => last = reason,
        }
        let state = supervised.state();
        if state.deaths - deaths_before >= DEATHS_MAX {
            last = state.last.unwrap_or(last);
            break;
        }
        if begun.elapsed() >= READY_WAIT {
            break;
        }
        sleep(POLL).await;
    }
    let waited_seconds = begun.elapsed().as_secs();
    Err(EmbeddedError::NotReady { server, waited_seconds, last, log: log.to_owned(), tail: files::tail(log) })
}

/// Asks an HTTP address of this machine for `path`; anything but 200 is not ready.
pub(super) async fn http_ok(port: u16, path: &str) -> Answer {
    match timeout(ANSWER_WAIT, http_status(port, path)).await {
        Ok(Ok(line)) if line.split(' ').nth(1) == Some("200") => Answer::Ready,
        Ok(Ok(line)) => Answer::NotYet(format!("its health page says {line:?}")),
        Ok(Err(error)) => Answer::NotYet(error.to_string()),
        Err(_) => Answer::NotYet("its health page does not answer".to_owned()),
    }
}

async fn http_status(port: u16, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await?;
    let text = String::from_utf8_lossy(&answer);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
