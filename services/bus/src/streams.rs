//! Streams and consumers, made with the operator's credentials, which no service holds.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull, push};
use async_nats::jetstream::stream::{Config, DiscardPolicy, PersistenceMode, RetentionPolicy, StorageType};
use async_nats::jetstream::{self};
use tais_proto::Publisher;
use tais_proto::reference::StateCode;

use crate::credentials::User;
use crate::{BusError, TOGETHER_BYTES_MAX, nats, subject};

/// The oldest server that keeps what it acknowledged through a kill.
const SERVER_AT_LEAST: (i64, i64, i64) = (2, 12, 3);
/// Headers beside the envelope: signature and message id.
const HEADER_BYTES_MAX: usize = 4 * 1024;
/// The largest message, headers included; SUBMIT refuses more. What is too large for one event is the recorder's to say.
pub(crate) const SUBMISSION_BYTES_MAX: usize = TOGETHER_BYTES_MAX + HEADER_BYTES_MAX;
/// The broker drops the same message id within this window; an optimisation only.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(600);
/// How much SUBMIT may hold; beyond it it refuses, and the outboxes keep. The server sets this much
/// of its disk apart.
const SUBMIT_BYTES_MAX: i64 = 2 * 1024 * 1024 * 1024;
/// How long SUBMIT keeps what was settled. What was not is sent again by its outbox.
const SUBMIT_AGE_MAX: Duration = Duration::from_secs(7 * 24 * 3600);
/// How much RECORDED may hold; beyond it it drops its oldest, which the log has.
const RECORDED_BYTES_MAX: i64 = 1024 * 1024 * 1024;
/// A submission that was not settled within this time is delivered again.
const ACK_WAIT: Duration = Duration::from_secs(10);

/// Makes or updates streams and consumers. Repeatable.
///
/// # Errors
/// When the server is too old, or refuses.
pub async fn migrate(url: &str, operator_seed: &str, state: &StateCode) -> Result<(), BusError> {
    let (client, _) = nats::connect(url, User::Operator, operator_seed).await?;
    client.flush().await.map_err(|error| BusError::Unreachable(error.to_string()))?;
    check_version(&client.server_info().version)?;
    let context = jetstream::new(client.clone());
    let refused = |error: &dyn std::fmt::Display| BusError::Refused(error.to_string());
    context.create_or_update_stream(submit()).await.map_err(|error| refused(&error))?;
    // How a stream is kept on disk is said when it is made. This one can go at any time: the relay fills
    // it again from the log.
    if let Ok(made) = context.get_stream(subject::RECORDED).await
        && made.cached_info().config.persist_mode != recorded().persist_mode
    {
        context.delete_stream(subject::RECORDED).await.map_err(|error| refused(&error))?;
    }
    context.create_or_update_stream(recorded()).await.map_err(|error| refused(&error))?;
    let stream = context.get_stream(subject::SUBMIT).await.map_err(|error| refused(&error))?;
    stream.create_consumer(recorder_consumer()).await.map_err(|error| refused(&error))?;
    let stream = context.get_stream(subject::RECORDED).await.map_err(|error| refused(&error))?;
    for publisher in Publisher::ON_THE_BUS {
        stream
            .create_consumer(publisher_consumer(state, *publisher))
            .await
            .map_err(|error| refused(&error))?;
    }
    client.drain().await.map_err(|error| refused(&error))?;
    Ok(())
}

fn check_version(version: &str) -> Result<(), BusError> {
    let mut numbers = version.split(['.', '-']).map(|part| part.parse::<i64>().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    if (next(), next(), next()) >= SERVER_AT_LEAST {
        return Ok(());
    }
    let (major, minor, patch) = SERVER_AT_LEAST;
    Err(BusError::Unsafe(format!(
        "nats-server {version} can lose acknowledged messages when it is killed: use {major}.{minor}.{patch} or newer"
    )))
}

fn submit() -> Config {
    Config {
        name: subject::SUBMIT.to_owned(),
        subjects: vec!["tais.submit.>".to_owned()],
        retention: RetentionPolicy::Limits,
        // A full stream refuses loudly; the outbox keeps what was refused.
        discard: DiscardPolicy::New,
        storage: StorageType::File,
        max_bytes: SUBMIT_BYTES_MAX,
        max_age: SUBMIT_AGE_MAX,
        max_message_size: i32::try_from(SUBMISSION_BYTES_MAX).unwrap_or(i32::MAX),
        duplicate_window: DUPLICATE_WINDOW,
        deny_delete: true,
        deny_purge: true,
        ..Config::default()
    }
}

fn recorded() -> Config {
    Config {
        name: subject::RECORDED.to_owned(),
        subjects: vec!["tais.recorded.>".to_owned()],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::Old,
        storage: StorageType::File,
        // Not waited for until it is on disk, which receipts and submissions need more: what is lost here
        // with the broker, everybody asks the recorder for.
        persist_mode: Some(PersistenceMode::Async),
        max_bytes: RECORDED_BYTES_MAX,
        duplicate_window: DUPLICATE_WINDOW,
        ..Config::default()
    }
}

fn recorder_consumer() -> pull::Config {
    pull::Config {
        durable_name: Some(subject::RECORDER.to_owned()),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_ack_pending: 4096,
        deliver_policy: DeliverPolicy::All,
        ..pull::Config::default()
    }
}

fn publisher_consumer(state: &StateCode, publisher: Publisher) -> push::Config {
    push::Config {
        durable_name: Some(publisher.code().to_owned()),
        deliver_subject: subject::deliver(state, publisher),
        filter_subject: subject::recorded_for(state, publisher),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_ack_pending: 256,
        deliver_policy: DeliverPolicy::All,
        ..push::Config::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_server_is_refused_by_version() {
        assert!(check_version("2.9.10").is_err());
        assert!(check_version("2.12.2").is_err());
        assert!(check_version("2.12.3").is_ok());
        assert!(check_version("2.15.1").is_ok());
        assert!(check_version("3.0.0-beta.1").is_ok());
    }
}
