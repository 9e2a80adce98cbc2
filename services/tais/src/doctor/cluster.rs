//! Checks of a PostgreSQL of one's own: would a commit it has answered survive?

use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Row};
use tokio::time::timeout;

use super::{Finding, Verdict};
use crate::embedded::POSTGRES_AT_LEAST;

const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// The clocks of the services and of the database may differ by this much.
const CLOCK_DIFFERENCE_MAX: Duration = Duration::from_secs(2);

const NAME: &str = "PostgreSQL";

/// A setting without which "recorded" would not be true, why, and how to change it.
struct Promise {
    setting: &'static str,
    without: &'static str,
    advice: &'static str,
}

const PROMISES: [Promise; 4] = [
    Promise {
        setting: "fsync",
        without: "a power cut can destroy the whole cluster",
        advice: "set fsync = on and reload",
    },
    Promise {
        setting: "full_page_writes",
        without: "a power cut can leave half-written pages",
        advice: "set full_page_writes = on and reload",
    },
    Promise {
        setting: "synchronous_commit",
        without: "a crash can lose what was already called recorded",
        advice: "set synchronous_commit = on (or remote_apply) for the database and its roles",
    },
    Promise {
        setting: "data_checksums",
        without: "damage by the disk stays unnoticed",
        advice: "stop the cluster and run pg_checksums --enable",
    },
];

/// Connects and looks at version, settings and clock.
pub(super) async fn examine(url: &str) -> Vec<Finding> {
    let options = match PgConnectOptions::from_str(url) {
        Ok(options) => options,
        // The error may quote the URL, and with it a password.
        Err(_) => {
            let advice = "give it as postgres://user:password@host:port/database";
            return vec![Finding::not_ok(NAME, Verdict::Missing, "its URL cannot be read", advice)];
        }
    };
    let place = format!("{}:{}", options.get_host(), options.get_port());
    let unreachable = |reason: String| {
        let advice = "check that it runs, that its address is right and that its pg_hba.conf lets us in";
        vec![Finding::not_ok(NAME, Verdict::Missing, format!("{place} cannot be used: {reason}"), advice)]
    };
    match timeout(CONNECT_WAIT, options.connect()).await {
        Err(_) => unreachable("it does not answer".to_owned()),
        Ok(Err(error)) => unreachable(error.to_string()),
        Ok(Ok(mut connection)) => match look(&mut connection).await {
            Ok(findings) => findings,
            Err(error) => unreachable(error.to_string()),
        },
    }
}

async fn look(connection: &mut PgConnection) -> Result<Vec<Finding>, sqlx::Error> {
    let mut findings = vec![version(connection).await?];
    for promise in &PROMISES {
        let value: String = sqlx::query("select current_setting($1)")
            .bind(promise.setting)
            .fetch_one(&mut *connection)
            .await?
            .try_get(0)?;
        findings.push(judge_setting(promise, &value));
    }
    findings.push(clock(connection).await?);
    Ok(findings)
}

async fn version(connection: &mut PgConnection) -> Result<Finding, sqlx::Error> {
    let number: i32 = sqlx::query("select current_setting('server_version_num')::int")
        .fetch_one(connection)
        .await?
        .try_get(0)?;
    let major = number.unsigned_abs() / 10_000;
    if major >= POSTGRES_AT_LEAST.0 {
        return Ok(Finding::ok(NAME, format!("version {major}")));
    }
    let words = format!("version {major}, and Tais needs {} or newer", POSTGRES_AT_LEAST.0);
    Ok(Finding::not_ok(NAME, Verdict::Missing, words, "upgrade it"))
}

fn judge_setting(promise: &Promise, value: &str) -> Finding {
    // `local` would do on a server without standbys, which cannot be told from here; `remote_write`
    // and `off` would not do anywhere.
    let holds = value == "on" || (promise.setting == "synchronous_commit" && value == "remote_apply");
    let words = format!("{} is {value}", promise.setting);
    if holds {
        return Finding::ok(NAME, words);
    }
    Finding::not_ok(NAME, Verdict::Unsafe, format!("{words}: {}", promise.without), promise.advice)
}

async fn clock(connection: &mut PgConnection) -> Result<Finding, sqlx::Error> {
    let before = since_epoch();
    let theirs: f64 = sqlx::query("select extract(epoch from clock_timestamp())::float8")
        .fetch_one(connection)
        .await?
        .try_get(0)?;
    Ok(judge_clock(before, Duration::from_secs_f64(theirs.max(0.0)), since_epoch()))
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The answer was given between `before` and `after`, so only what lies outside is a difference.
fn judge_clock(before: Duration, theirs: Duration, after: Duration) -> Finding {
    const CLOCK: &str = "clock of PostgreSQL";
    let difference = before.saturating_sub(theirs).max(theirs.saturating_sub(after));
    let words = format!("{:.1} s from ours", difference.as_secs_f64());
    if difference <= CLOCK_DIFFERENCE_MAX {
        return Finding::ok(CLOCK, words);
    }
    Finding::not_ok(CLOCK, Verdict::Warning, words, "let both machines keep time by NTP")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_can_lose_a_commit_is_unsafe() {
        let [fsync, _, commit, _] = &PROMISES;
        assert_eq!(judge_setting(fsync, "on").verdict, Verdict::Ok);
        assert_eq!(judge_setting(fsync, "off").verdict, Verdict::Unsafe);
        assert_eq!(judge_setting(commit, "remote_apply").verdict, Verdict::Ok);
        for weak in ["off", "local", "remote_write"] {
            assert_eq!(judge_setting(commit, weak).verdict, Verdict::Unsafe, "{weak}");
        }
    }

    #[test]
    fn a_slow_answer_is_not_a_clock_difference_and_a_wrong_clock_is() {
        let at = Duration::from_secs;
        assert_eq!(judge_clock(at(100), at(104), at(109)).verdict, Verdict::Ok);
        assert_eq!(judge_clock(at(100), at(90), at(101)).verdict, Verdict::Warning);
        assert_eq!(judge_clock(at(100), at(110), at(101)).verdict, Verdict::Warning);
    }

    #[tokio::test]
    async fn an_unreachable_server_is_missing_and_its_password_stays_unsaid() {
        for url in ["postgres://u:hidden-word@127.0.0.1:1/db", "hidden-word"] {
            let findings = examine(url).await;
            assert_eq!(findings[0].verdict, Verdict::Missing);
            assert!(!format!("{findings:?}").contains("hidden-word"));
        }
    }
}
