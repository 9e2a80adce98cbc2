//! Checks of a nats-server of one's own, by the greeting that it sends before anyone signs in.

use std::io;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Finding, Verdict};
use crate::embedded::{NATS_AT_LEAST, Version};

const GREETING_WAIT: Duration = Duration::from_secs(5);
const GREETING_BYTES_MAX: u64 = 64 * 1024;
const NAME: &str = "nats-server";

#[derive(Deserialize)]
struct Greeting {
    version: String,
    #[serde(default)]
    jetstream: bool,
}

/// Reads the greeting and judges it.
pub(super) async fn examine(url: &str) -> Vec<Finding> {
    let Ok(address) = async_nats::ServerAddr::from_str(url) else {
        // The URL is not repeated: it may hold a password.
        let advice = "give it as nats://host:port";
        return vec![Finding::not_ok(NAME, Verdict::Missing, "its URL cannot be read", advice)];
    };
    let place = format!("{}:{}", address.host(), address.port());
    let unreachable = |reason: String| {
        let advice =
            "check that it runs and that its address is right; one that speaks TLS first cannot be examined";
        vec![Finding::not_ok(NAME, Verdict::Missing, format!("{place} cannot be used: {reason}"), advice)]
    };
    match timeout(GREETING_WAIT, greeting(address.host(), address.port())).await {
        Err(_) => unreachable("it does not answer".to_owned()),
        Ok(Err(error)) => unreachable(error.to_string()),
        Ok(Ok(greeting)) => judge(&greeting),
    }
}

async fn greeting(host: &str, port: u16) -> io::Result<Greeting> {
    let stream = TcpStream::connect((host, port)).await?;
    let mut line = String::new();
    BufReader::new(stream.take(GREETING_BYTES_MAX)).read_line(&mut line).await?;
    let text = line.strip_prefix("INFO ").ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, "what answers there is not a nats-server")
    })?;
    Ok(serde_json::from_str(text)?)
}

fn judge(greeting: &Greeting) -> Vec<Finding> {
    let said = &greeting.version;
    let version = match Version::find(said) {
        Some(version) if version >= NATS_AT_LEAST => Finding::ok(NAME, format!("version {said}")),
        _ => Finding::not_ok(
            NAME,
            Verdict::Unsafe,
            format!(
                "version {said}, and Tais needs {NATS_AT_LEAST} or newer: older ones can lose a whole stream"
            ),
            "upgrade it",
        ),
    };
    let jetstream = if greeting.jetstream {
        Finding::ok(NAME, "JetStream is on")
    } else {
        Finding::not_ok(
            NAME,
            Verdict::Missing,
            "JetStream is off",
            "add a `jetstream` block to its configuration",
        )
    };
    let sync = Finding::not_ok(
        NAME,
        Verdict::Warning,
        "whether it writes each message to disk before it acknowledges cannot be read from outside",
        "see to it that its configuration says `sync_interval: always` inside `jetstream`",
    );
    vec![version, jetstream, sync]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::io::AsyncWriteExt;

    fn verdicts(version: &str, jetstream: bool) -> Vec<Verdict> {
        let greeting = Greeting { version: version.to_owned(), jetstream };
        judge(&greeting).into_iter().map(|finding| finding.verdict).collect()
    }

    #[test]
    fn versions_that_lose_streams_are_unsafe() {
        assert_eq!(verdicts("2.15.1", true), [Verdict::Ok, Verdict::Ok, Verdict::Warning]);
        assert_eq!(verdicts("2.12.2", true)[0], Verdict::Unsafe);
        assert_eq!(verdicts("unreadable", true)[0], Verdict::Unsafe);
        assert_eq!(verdicts("2.15.1", false)[1], Verdict::Missing);
    }

    #[tokio::test]
    async fn nothing_there_is_missing_and_a_password_stays_unsaid() {
        let findings = examine("nats://u:hidden-word@127.0.0.1:1").await;
        assert_eq!(findings[0].verdict, Verdict::Missing);
        assert!(!format!("{findings:?}").contains("hidden-word"));
    }

    #[tokio::test]
    async fn another_kind_of_server_is_told_apart() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let other = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"220 mail.example ready\r\n").await.unwrap();
        });
        let findings = examine(&format!("nats://127.0.0.1:{port}")).await;
        other.await.unwrap();
        assert_eq!(findings[0].verdict, Verdict::Missing);
        assert!(findings[0].words.contains("not a nats-server"), "{}", findings[0].words);
    }
}
