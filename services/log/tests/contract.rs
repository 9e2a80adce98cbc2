//! The contract of the log: the same stories, told to the log in memory and to the log on PostgreSQL.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use std::time::Duration;

use support::events::{Author, HandClock, stream};
use support::server;
use tais_log::{Filter, Log, MemoryLog, NewEntry, Outcome, PostgresLog, Receipt};
use tais_proto::{Pillar, Position, Publisher};

/// A log under test: two handles to the same record, and the clock that both read.
struct Under<L> {
    log: L,
    /// Another recorder on the same record: its own connections, where there are any.
    other: L,
    clock: HandClock,
}

/// No story takes longer than this; one that hangs fails.
const STORY_MAX: Duration = Duration::from_secs(60);

/// Each story is a test against either log.
macro_rules! stories {
    ($($story:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let clock = super::HandClock::new();
                let log = super::MemoryLog::new(clock.clock());
                let under = super::Under { other: log.clone(), log, clock };
                tokio::time::timeout(super::STORY_MAX, super::$story(under)).await.unwrap();
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let database = super::server::database().await;
                let clock = super::HandClock::new();
                let log = super::PostgresLog::new(database.pool("tais_recorder").await, clock.clock());
                let other = super::PostgresLog::new(database.pool("tais_recorder").await, clock.clock());
                let under = super::Under { log, other, clock };
                tokio::time::timeout(super::STORY_MAX, super::$story(under)).await.unwrap();
            })+
        }
    };
}

stories! {
    positions_are_gapless_and_receipts_say_what_was_read,
}

/// Everything in the log, in order.
async fn all<L: Log>(log: &L) -> Vec<tais_log::Entry> {
    log.read_from(Position(0), 10_000, &Filter::default()).await.unwrap().entries
}

fn receipts(outcomes: &[Outcome]) -> Vec<Receipt> {
    let receipt = |outcome: &Outcome| match outcome {
        Outcome::Recorded(receipt) => *receipt,
        other => panic!("not recorded: {other:?}"),
    };
    outcomes.iter().map(receipt).collect()
}

async fn recorded<L: Log>(log: &L, batch: &[NewEntry]) -> Vec<Receipt> {
    receipts(&log.append(batch, &[]).await.unwrap())
}

async fn positions_are_gapless_and_receipts_say_what_was_read<L: Log>(under: Under<L>) {
    let (mut apsc, mut aec) = (Author::apsc(), Author::new(Publisher::Aec, 2));
    let (one, two) = (stream(), stream());
    let first = vec![apsc.says(one, 1, "a"), aec.says(two, 1, "b"), apsc.says(one, 2, "c")];
    let second = vec![aec.says(two, 2, "d")];
    let mut given = recorded(&under.log, &first).await;
    given.extend(recorded(&under.other, &second).await);

    let entries = all(&under.log).await;
    assert_eq!(entries.iter().map(|entry| entry.position.0).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(entries.iter().map(tais_log::Entry::receipt).collect::<Vec<_>>(), given);
    for (entry, said) in entries.iter().zip(first.iter().chain(&second)) {
        assert_eq!(entry.signed, said.signed);
        assert_eq!(entry.envelope().unwrap(), said.envelope);
        assert_eq!((entry.event_id, entry.stream), (said.envelope.id, said.envelope.stream));
        assert_eq!((entry.version, entry.pillar), (said.envelope.stream_version, said.pillar));
        assert_eq!(entry.event_type, said.envelope.event.event_type().as_str());
        assert_eq!(entry.state.as_str(), "TL");
        assert_eq!(entry.recorded_at, under.clock.now());
        let leaf = tais_proto::leaf_hash(&said.signed, entry.position, entry.recorded_at);
        assert_eq!(entry.leaf_hash, leaf, "position {}", entry.position);
        assert_eq!(under.other.read_one(entry.position).await.unwrap().as_ref(), Some(entry));
    }
    assert_eq!(entries[1].pillar, Some(Pillar::Aec));
    assert_eq!(under.log.read_one(Position(4)).await.unwrap(), None);
}
