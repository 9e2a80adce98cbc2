//! However what is said is batched and whoever comes in between, the log is the one that a recorder writes which takes
//! one entry at a time: the same streams, and for the same order the same root.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use support::events::{Author, HandClock, stream};
use support::server;
use tais_log::{Filter, Log, MemoryLog, NewEntry, Outcome, PostgresLog};
use tais_proto::{Position, Publisher, Signed, StreamId};

/// Cases on PostgreSQL, where each has three databases; in memory there are as many as proptest makes.
const POSTGRES_CASES: u32 = 12;

/// What the log is in the end: each stream's bytes, and the root.
#[derive(Debug, PartialEq, Eq)]
struct Content {
    streams: BTreeMap<StreamId, Vec<Signed>>,
    root: [u8; 32],
}

async fn content<L: Log>(log: &L) -> Content {
    let mut streams: BTreeMap<StreamId, Vec<Signed>> = BTreeMap::new();
    for entry in log.read_from(Position(0), 10_000, &Filter::default()).await.unwrap().entries {
        streams.entry(entry.stream.id).or_default().push(entry.signed);
    }
    Content { streams, root: log.head().await.unwrap().root }
}

/// Three publishers, and which of them says the next event of which of its three streams.
fn said(turns: &[(usize, usize)]) -> Vec<NewEntry> {
    let mut authors = [(Publisher::Apsc, 1), (Publisher::Aec, 2), (Publisher::Ascc, 3)]
        .map(|(publisher, seed)| (Author::new(publisher, seed), [(); 3].map(|()| (stream(), 0))));
    let one = |(number, (author, of)): (usize, &(usize, usize))| {
        let (author, streams) = &mut authors[*author];
        let (stream, version) = &mut streams[*of];
        *version += 1;
        author.says(*stream, *version, &format!("event {number}"))
    };
    turns.iter().enumerate().map(one).collect()
}

/// The same events in another order that keeps each publisher's own: by turns, from where each stands.
fn shuffled(said: &[NewEntry], order: &[usize]) -> Vec<NewEntry> {
    let mut left: [Vec<&NewEntry>; 3] = Default::default();
    for entry in said.iter().rev() {
        let of = [Publisher::Apsc, Publisher::Aec, Publisher::Ascc]
            .iter()
            .position(|publisher| *publisher == entry.envelope.source.publisher);
        left[of.unwrap()].push(entry);
    }
    let mut other = Vec::new();
    for turn in order.iter().copied().cycle() {
        let next = (0..3).find_map(|step| left[(turn + step) % 3].pop());
        match next {
            Some(entry) => other.push(entry.clone()),
            None => return other,
        }
    }
    other
}

/// Appends in batches of these sizes, over and over; every batch is sent a second time, as after a redelivery.
async fn append<L: Log>(log: &L, said: &[NewEntry], sizes: &[usize]) {
    let mut left = said;
    for size in sizes.iter().copied().cycle() {
        let (batch, rest) = left.split_at(size.min(left.len()));
        let outcomes = log.append(batch, &[]).await.unwrap();
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Recorded(_))), "{outcomes:?}");
        let again = log.append(batch, &[]).await.unwrap();
        assert!(again.iter().all(|outcome| matches!(outcome, Outcome::AlreadyRecorded(_))), "{again:?}");
        if rest.is_empty() {
            return;
        }
        left = rest;
    }
}

/// One at a time, in batches, and in batches of another order, on three logs.
async fn compare<L: Log>(logs: [L; 3], turns: &[(usize, usize)], sizes: &[usize], order: &[usize]) {
    let said = said(turns);
    append(&logs[0], &said, &[1]).await;
    append(&logs[1], &said, sizes).await;
    let (one, batched) = (content(&logs[0]).await, content(&logs[1]).await);
    assert_eq!(one, batched, "batches change nothing");

    let other = shuffled(&said, order);
    append(&logs[2], &other, sizes).await;
    let interleaved = content(&logs[2]).await;
    assert_eq!(interleaved.streams, one.streams, "nor does who comes first");
    let same_order = other.iter().zip(&said).all(|(one, other)| one.signed == other.signed);
    assert_eq!(interleaved.root == one.root, same_order, "and the root says which order it was");
}

fn turns() -> impl Strategy<Value = Vec<(usize, usize)>> {
    proptest::collection::vec((0..3_usize, 0..3_usize), 1..60)
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(1..20_usize, 1..6)
}

fn order() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(0..3_usize, 1..12)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

proptest! {
    #[test]
    fn in_memory(turns in turns(), sizes in sizes(), order in order()) {
        let clock = HandClock::new();
        let logs = [(); 3].map(|()| MemoryLog::new(clock.clock()));
        runtime().block_on(compare(logs, &turns, &sizes, &order));
    }
}

#[test]
fn on_postgres() {
    let runtime = runtime();
    let config = ProptestConfig { cases: POSTGRES_CASES, ..ProptestConfig::default() };
    proptest!(config, |(turns in turns(), sizes in sizes(), order in order())| {
        runtime.block_on(async {
            let clock = HandClock::new();
            let mut databases = Vec::new();
            for _ in 0..3 {
                databases.push(server::database().await);
            }
            let [one, two, three] = &databases[..] else { panic!("three") };
            let logs = [
                PostgresLog::new(one.pool("tais_recorder").await, clock.clock()),
                PostgresLog::new(two.pool("tais_recorder").await, clock.clock()),
                PostgresLog::new(three.pool("tais_recorder").await, clock.clock()),
            ];
            compare(logs, &turns, &sizes, &order).await;
        });
    });
}
