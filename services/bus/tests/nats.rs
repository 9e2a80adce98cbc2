//! What only a real server shows: its streams, its death, and a start without it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use async_nats::jetstream;
use async_nats::jetstream::consumer::push;
use support::events::{entry, signed, state, stream};
use support::raw::Raw;
use support::server::{Server, until};
use tais_bus::{
    BusError, Credentials, Delivery, NatsPublisher, NatsRecorder, PublisherBus as _, RecorderBus as _, User,
    migrate,
};
use tais_proto::{Pillar, Publisher};

const SOON: Duration = Duration::from_secs(10);

async fn operator(server: &Server) -> jetstream::Context {
    let client = async_nats::ConnectOptions::with_nkey(server.seed(User::Operator).to_owned())
        .connect(server.url())
        .await
        .unwrap();
    jetstream::new(client)
}

#[tokio::test]
async fn migrating_again_changes_nothing_and_loses_nothing() {
    let server = Server::migrated().await;
    let (publisher, recorder) = (server.publisher(Publisher::Apsc).await, server.recorder().await);
    let stream = stream();
    let said = signed(Publisher::Apsc, stream, "before");
    publisher.submit(stream, &said, "before").await.unwrap();
    server.migrate().await;
    server.migrate().await;
    let pulled = recorder.pull(10, SOON).await.unwrap();
    assert_eq!(pulled.len(), 1);
    assert_eq!(pulled[0].bytes, said.bytes);
}

#[tokio::test]
async fn the_streams_keep_on_disk_and_refuse_to_forget() {
    let server = Server::migrated().await;
    let context = operator(&server).await;
    let submit = context.get_stream("SUBMIT").await.unwrap();
    let config = &submit.cached_info().config;
    assert_eq!(config.storage, jetstream::stream::StorageType::File);
    assert_eq!(config.discard, jetstream::stream::DiscardPolicy::New);
    assert!(config.deny_delete && config.deny_purge && config.max_bytes > 0 && !config.allow_rollup);
    assert_eq!(config.duplicate_window, Duration::from_secs(600));
    // Not even the operator purges what was submitted, or deletes one message of it.
    let publisher = server.publisher(Publisher::Apsc).await;
    let of = stream();
    publisher.submit(of, &signed(Publisher::Apsc, of, "kept"), "kept").await.unwrap();
    assert!(submit.purge().await.is_err());
    assert!(submit.delete_message(1).await.is_err());
    let recorded = context.get_stream("RECORDED").await.unwrap();
    let names = ["apsc", "aec", "ascc", "office", "audit"];
    let filters = ["apsc.>", "aec.>", "ascc.>", ">", ">"];
    for (name, filter) in names.into_iter().zip(filters) {
        let consumer: push::Config = {
            let consumer: jetstream::consumer::PushConsumer = recorded.get_consumer(name).await.unwrap();
            jetstream::consumer::FromConsumer::try_from_consumer_config(consumer.cached_info().config.clone())
                .unwrap()
        };
        assert_eq!(consumer.deliver_subject, format!("tais.deliver.tl.{name}"));
        assert_eq!(consumer.filter_subject, format!("tais.recorded.tl.{filter}"));
    }
}

/// The answer comes when the disk has all of it: a kill right after loses nothing.
#[tokio::test]
async fn what_was_taken_together_survives_a_kill() {
    let mut server = Server::migrated().await;
    let publisher = server.publisher(Publisher::Apsc).await;
    let said = signed(Publisher::Apsc, stream(), "said");
    let all: Vec<_> = (0..100).map(|_| (stream(), &said)).collect();
    publisher.submit_together(&all).await.unwrap();
    server.kill();
    assert!(server.start_again(), "{}", server.log());
    let recorder = server.recorder().await;
    let mut pulled = 0;
    while pulled < all.len() {
        let more = recorder.pull(200, SOON).await.unwrap().len();
        assert!(more > 0, "only {pulled} of {} are left", all.len());
        pulled += more;
    }
}

/// RECORDED is a convenience: who deletes and remakes it loses no connection and no consumer.
#[tokio::test]
async fn recorded_can_be_deleted_and_filled_again() {
    let server = Server::migrated().await;
    let (publisher, recorder) = (server.publisher(Publisher::Aec).await, server.recorder().await);
    let entries = [entry(0, Some(Pillar::Aec)), entry(1, Some(Pillar::Aec))];
    recorder.publish_recorded(&entries).await.unwrap();
    operator(&server).await.delete_stream("RECORDED").await.unwrap();
    // While it is gone, the relay hears of it rather than going on into nothing.
    assert!(recorder.publish_recorded(&entries).await.is_err());
    assert!(recorder.recorded_is_empty().await.is_err());
    server.migrate().await;
    assert!(recorder.recorded_is_empty().await.unwrap());
    recorder.publish_recorded(&entries).await.unwrap();
    let mut seen = Vec::new();
    while seen.iter().filter(|entry| **entry == entries[1]).count() < 2 {
        let next = tokio::time::timeout(SOON, publisher.next_delivery()).await.unwrap().unwrap();
        if let Delivery::Recorded(entries, token) = next {
            publisher.acknowledge(token).await.unwrap();
            seen.extend(entries);
        }
    }
    assert!(!recorder.recorded_is_empty().await.unwrap());
}

/// How RECORDED is kept on disk cannot be changed, so one of an older build is made anew; SUBMIT stays.
#[tokio::test]
async fn a_stream_that_waited_for_the_disk_is_made_anew() {
    let server = Server::migrated().await;
    let context = operator(&server).await;
    let mut old = context.get_stream("RECORDED").await.unwrap().cached_info().config.clone();
    assert_eq!(old.persist_mode, Some(jetstream::stream::PersistenceMode::Async));
    context.delete_stream("RECORDED").await.unwrap();
    old.persist_mode = None;
    context.create_stream(old).await.unwrap();
    server.recorder().await.publish_recorded(&[entry(0, None)]).await.unwrap();
    let (of, publisher) = (stream(), server.publisher(Publisher::Apsc).await);
    publisher.submit(of, &signed(Publisher::Apsc, of, "kept"), "kept").await.unwrap();

    server.migrate().await;
    let made = context.get_stream("RECORDED").await.unwrap();
    assert_eq!(made.cached_info().config.persist_mode, Some(jetstream::stream::PersistenceMode::Async));
    assert!(server.recorder().await.recorded_is_empty().await.unwrap(), "the relay fills it again");
    assert_eq!(context.get_stream("SUBMIT").await.unwrap().cached_info().state.messages, 1);
    // Once: the next migration leaves it as it is.
    server.recorder().await.publish_recorded(&[entry(0, None)]).await.unwrap();
    server.migrate().await;
    assert!(!server.recorder().await.recorded_is_empty().await.unwrap());
}

#[tokio::test]
async fn a_service_starts_while_the_bus_is_away_and_works_when_it_comes() {
    let mut server = Server::migrated().await;
    server.kill();
    let begun = Instant::now();
    let seed = server.seed(User::Publisher(Publisher::Ascc));
    let publisher = NatsPublisher::connect(&server.url(), seed, Publisher::Ascc, state()).await.unwrap();
    let recorder = NatsRecorder::connect(&server.url(), server.seed(User::Recorder), state()).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(4), "the start waited for {:?}", begun.elapsed());
    assert!(!publisher.is_connected() && !recorder.is_connected());
    let stream = stream();
    let said = signed(Publisher::Ascc, stream, "early");
    assert!(publisher.submit(stream, &said, "early").await.is_err());
    assert!(server.start_again(), "{}", server.log());
    until("both are connected", || publisher.is_connected() && recorder.is_connected()).await;
    publisher.submit(stream, &said, "now").await.unwrap();
    assert_eq!(recorder.pull(10, SOON).await.unwrap().len(), 1);
    let relayed = entry(0, Some(Pillar::Ascc));
    recorder.publish_recorded(std::slice::from_ref(&relayed)).await.unwrap();
    loop {
        match tokio::time::timeout(SOON, publisher.next_delivery()).await.unwrap().unwrap() {
            Delivery::Recorded(entries, _) => return assert_eq!(entries, [relayed]),
            Delivery::Reconnected => {}
            other => panic!("not an entry: {other:?}"),
        }
    }
}

/// A kill says nothing about power cuts; it does say that nothing waits in the server's memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there_after_every_kill() {
    let mut server = Server::migrated().await;
    let (publisher, recorder) = (server.publisher(Publisher::Apsc).await, server.recorder().await);
    let mut acknowledged = Vec::new();
    for round in 0..5 {
        let sending = async {
            let mut sent = Vec::new();
            for n in 0.. {
                let stream = stream();
                let said = signed(Publisher::Apsc, stream, &format!("{round}.{n}"));
                match publisher.submit(stream, &said, &format!("{round}.{n}")).await {
                    Ok(()) => sent.push(said.bytes),
                    Err(_) => break,
                }
            }
            sent
        };
        let killing = async {
            tokio::time::sleep(Duration::from_millis(40 + 23 * round)).await;
            tokio::task::block_in_place(|| server.kill());
        };
        let (sent, ()) = tokio::join!(sending, killing);
        assert!(!sent.is_empty());
        acknowledged.extend(sent);
        assert!(server.start_again(), "{}", server.log());
        until("it is back", || publisher.is_connected() && recorder.is_connected()).await;
    }
    let mut there = std::collections::HashSet::new();
    loop {
        match recorder.pull(1000, Duration::from_secs(3)).await {
            Ok(pulled) if pulled.is_empty() => break,
            Ok(pulled) => {
                recorder
                    .ack(pulled.iter().filter_map(|message| message.token.clone()).collect())
                    .await
                    .unwrap();
                there.extend(pulled.into_iter().map(|message| message.bytes));
            }
            Err(error) => assert!(error.is_transient(), "{error}"),
        }
    }
    let lost = acknowledged.iter().filter(|bytes| !there.contains(*bytes)).count();
    assert_eq!(lost, 0, "of {} acknowledged", acknowledged.len());
}

/// What the recorder must be able to look at and set aside, whoever sent it.
#[tokio::test]
async fn a_message_in_no_shape_reaches_the_recorder_as_it_is() {
    let server = Server::migrated().await;
    let recorder = server.recorder().await;
    let seed = server.seed(User::Publisher(Publisher::Office));
    let mut raw = Raw::connect(server.port(), Some(seed)).unwrap();
    for (subject, body) in [("tais.submit.tl.office.no-id", "not json"), ("tais.submit.tl.office.a.b", "")] {
        assert!(raw.publish(subject, "", body).errors.is_empty());
        let pulled = recorder.pull(10, SOON).await.unwrap();
        assert_eq!(pulled.len(), 1);
        assert_eq!((pulled[0].subject.as_str(), &pulled[0].bytes[..]), (subject, body.as_bytes()));
        assert_eq!((pulled[0].publisher, pulled[0].stream), (Some(Publisher::Office), None));
        assert_eq!(pulled[0].signature, None);
    }
}

/// A delivery that is not what was recorded is not believed, does not come again, and stops nothing.
#[tokio::test]
async fn an_altered_delivery_is_not_believed() {
    let server = Server::migrated().await;
    let (publisher, recorder) = (server.publisher(Publisher::Apsc).await, server.recorder().await);
    let mut altered = entry(0, Some(Pillar::Apsc));
    altered.signed.bytes = [&altered.signed.bytes[..], b" "].concat().into();
    let whole = entry(1, Some(Pillar::Apsc));
    recorder.publish_recorded(&[altered]).await.unwrap();
    recorder.publish_recorded(std::slice::from_ref(&whole)).await.unwrap();
    let mut disbelieved = 0;
    loop {
        match tokio::time::timeout(SOON, publisher.next_delivery()).await.unwrap() {
            Err(BusError::Unreadable(_)) => disbelieved += 1,
            Ok(Delivery::Recorded(entries, token)) => {
                assert_eq!(entries, [whole]);
                publisher.acknowledge(token).await.unwrap();
                break;
            }
            Ok(_) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(disbelieved, 1);
    let context = operator(&server).await;
    let begun = Instant::now();
    loop {
        let consumer: jetstream::consumer::PushConsumer =
            context.get_stream("RECORDED").await.unwrap().get_consumer("apsc").await.unwrap();
        if consumer.cached_info().num_ack_pending == 0 {
            return;
        }
        assert!(begun.elapsed() < SOON, "it would be delivered again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn credentials_are_made_once_and_for_their_owner_only() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("keys");
    let first = Credentials::load_or_create(&dir).unwrap();
    let again = Credentials::load_or_create(&dir).unwrap();
    let seeds = User::all().into_iter().map(|user| first.seed(user).to_owned());
    let distinct: std::collections::HashSet<String> = seeds.collect();
    assert_eq!(distinct.len(), User::all().len());
    for user in User::all() {
        assert_eq!(first.seed(user), again.seed(user));
        let mode = dir.join(format!("{}.nk", user.name())).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", user.name());
    }
    // A seed that was cut short is refused in words, with what to do.
    std::fs::write(dir.join("apsc.nk"), "SUA").unwrap();
    let error = Credentials::load_or_create(&dir).unwrap().public_keys().unwrap_err().to_string();
    assert!(error.contains("apsc") && error.contains("remove its file"), "{error}");
}

#[tokio::test]
async fn only_the_operator_makes_streams() {
    let server = Server::start();
    let error = migrate(&server.url(), server.seed(User::Recorder), &state()).await.unwrap_err();
    assert!(matches!(error, BusError::Refused(_)), "{error}");
}
