//! From "saved" to "recorded", when all goes well.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use tais_bus::outbox::{Counts, NoReader, Pace};
use tais_bus::{
    AckToken, BusError, Delivery, Item, ItemState, MemoryPublisher, Notice, OutboxError, PublisherBus,
    RecordedEntry, RecorderBus as _, ReplayPage, Submitted,
};
use tais_proto::{Envelope, Position, Publisher, Signed, StreamId};

use crate::events::{new_events, says, stream};
use crate::support::server::Server;
use crate::{Desk, Running, Scribe, open, until, work};

#[tokio::test]
async fn what_is_saved_is_recorded_in_order_and_keeps_its_receipt() {
    let desk = Desk::new().await;
    let (first, second) = (stream(), stream());
    let mut items = desk.outbox.save(&new_events(first, 0, &["a", "b", "c"])).await.unwrap();
    items.extend(desk.outbox.save(&new_events(second, 0, &["x", "y"])).await.unwrap());
    assert!(items.iter().all(|item| item.state == ItemState::Saved));
    assert_eq!(items.iter().map(|item| item.version).collect::<Vec<_>>(), [1, 2, 3, 1, 2]);
    let (_recorder, _work) = (desk.record(), desk.work());
    desk.until_recorded(&items).await;
    let entries = {
        let record = desk.scribe.record();
        assert_eq!(record.texts_of(first), ["a", "b", "c"]);
        assert_eq!(record.texts_of(second), ["x", "y"]);
        assert_eq!(record.key_sequence(), [1, 2, 3, 4, 5]);
        assert!(record.wrongs.is_empty(), "{:?}", record.wrongs);
        record.entries.clone()
    };
    for item in &items {
        let ItemState::Recorded { position, recorded_at, leaf_hash } = desk.state(item.event_id).await else {
            panic!("not recorded")
        };
        let entry = &entries[usize::try_from(position.0).unwrap()];
        assert_eq!((entry.recorded_at, entry.leaf_hash), (recorded_at, leaf_hash));
        let envelope = tais_proto::Envelope::parse(&entry.signed.bytes).unwrap();
        assert_eq!((envelope.id, &envelope.event), (item.event_id, &item.event));
        assert_eq!((envelope.actor, envelope.time), (item.actor, item.time));
        assert_eq!((envelope.correlation, envelope.causation), (item.correlation, item.causation));
    }
    assert_eq!(desk.outbox.counts().await.unwrap(), Counts { recorded: 5, ..Counts::default() });
    assert!(desk.outbox.open_items().await.unwrap().is_empty());
}

#[tokio::test]
async fn saving_the_same_again_gives_the_same_and_other_content_is_refused() {
    let desk = Desk::new().await;
    let stream = stream();
    let said = new_events(stream, 0, &["a", "b"]);
    let items = desk.outbox.save(&said).await.unwrap();
    assert_eq!(desk.outbox.save(&said).await.unwrap(), items);
    let (_recorder, _work) = (desk.record(), desk.work());
    desk.until_recorded(&items).await;
    // Also after it is recorded: the same items, as they are now.
    let again = desk.outbox.save(&said).await.unwrap();
    assert!(again.iter().all(|item| matches!(item.state, ItemState::Recorded { .. })));
    assert_eq!(again[0].event_id, items[0].event_id);
    // The same id for something else; what stands beside it in the same breath is not saved either.
    let mut other = new_events(stream, 2, &["c", "d"]);
    other.events[1] = (items[1].event_id, says("d"));
    match desk.outbox.save(&other).await {
        Err(OutboxError::IdReused(existing)) => assert_eq!(existing.event_id, items[1].event_id),
        other => panic!("not refused: {other:?}"),
    }
    assert!(desk.outbox.item(other.events[0].0).await.unwrap().is_none());
    assert_eq!(desk.outbox.items_of(stream).await.unwrap().len(), 2);
    // The same id on another stream is something else too.
    let mut elsewhere = new_events(crate::events::stream(), 0, &["a"]);
    elsewhere.events[0] = said.events[0].clone();
    assert!(matches!(desk.outbox.save(&elsewhere).await, Err(OutboxError::IdReused(_))));
}

#[tokio::test]
async fn what_was_decided_together_is_on_its_way_together_and_the_next_waits() {
    let desk = Desk::new().await;
    let streams = [stream(), stream(), stream()];
    let mut first = Vec::new();
    for stream in streams {
        first.extend(desk.outbox.save(&new_events(stream, 0, &["1", "2", "3"])).await.unwrap());
        desk.outbox.save(&new_events(stream, 3, &["4", "5"])).await.unwrap();
    }
    let work = desk.work();
    // Nobody records yet: the next decision does not leave, however long it takes.
    for item in &first {
        desk.until(item.event_id, |state| *state == ItemState::Received).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let counts = desk.outbox.counts().await.unwrap();
    assert_eq!((counts.saved, counts.received), (6, 9));
    let pulled = desk.bus.pull(100, Duration::ZERO).await.unwrap();
    assert_eq!(in_one_message(&pulled), [3, 3, 3]);
    desk.bus.redeliver();
    let _recorder = desk.record();
    until(async || desk.outbox.open_items().await.unwrap().is_empty().then_some(())).await;
    for stream in streams {
        assert_eq!(desk.scribe.record().texts_of(stream), ["1", "2", "3", "4", "5"]);
    }
    assert_eq!(desk.scribe.record().key_sequence(), (1..=15).collect::<Vec<u32>>());
    drop(work);
}

/// How many of a stream came behind each other, each time in one message.
fn in_one_message(pulled: &[Submitted]) -> Vec<usize> {
    let messages = pulled.split_inclusive(|event| event.token.is_some());
    let runs = messages.flat_map(|message| message.chunk_by(|one, next| one.stream == next.stream));
    runs.map(<[Submitted]>::len).collect()
}

/// More than a message may carry is not signed before what it builds on is recorded.
#[tokio::test]
async fn a_decision_larger_than_a_message_goes_in_parts() {
    let desk = Desk::new().await;
    let long = "x".repeat(60_000);
    for (texts, sent) in [(vec![long.as_str(); 7], 4), (vec!["short"; 20], 16)] {
        let stream = stream();
        let items = desk.outbox.save(&new_events(stream, 0, &texts)).await.unwrap();
        let work = desk.work();
        desk.until(items[sent - 1].event_id, |state| *state == ItemState::Received).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let pulled = desk.bus.pull(100, Duration::ZERO).await.unwrap();
        assert_eq!(in_one_message(&pulled), [sent]);
        assert_eq!(desk.outbox.counts().await.unwrap().received, sent as u64);
        desk.bus.redeliver();
        let recorder = desk.record();
        desk.until_recorded(&items).await;
        assert_eq!(desk.scribe.record().texts_of(stream), texts);
        recorder.kill().await;
        work.kill().await;
    }
}

/// What waits is cut into batches, and what goes together is not: neither of what was handed over, nor of what is found in
/// the file.
#[tokio::test]
async fn what_waits_is_sent_as_it_was_decided() {
    for is_handed_over in [true, false] {
        let desk = Desk::new().await;
        let streams: Vec<_> = (0..300).map(|_| stream()).collect();
        let all: Vec<_> = streams.iter().map(|stream| new_events(*stream, 0, &["1", "2", "3"])).collect();
        desk.outbox.save_all(&all).await.unwrap();
        // Whoever opens the file knows of nothing that was handed over.
        let outbox = if is_handed_over { desk.outbox.clone() } else { open(&desk.file()).await };
        let _work = work(&outbox.with_pace(Pace::default()), desk.publisher.clone(), NoReader);
        let mut pulled = Vec::new();
        until(async || {
            pulled.extend(desk.bus.pull(1_000, Duration::from_millis(50)).await.unwrap());
            (pulled.len() >= 900).then_some(())
        })
        .await;
        let runs = in_one_message(&pulled);
        assert!(runs.iter().all(|run| *run == 3), "handed over: {is_handed_over}: {runs:?}");
    }
}

/// A bus that counts how many submissions are with it at once, and answers none in time.
#[derive(Clone)]
struct Slow {
    bus: MemoryPublisher,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Slow {
    async fn take(&self, events: usize) -> Result<(), BusError> {
        let now = self.now.fetch_add(events, Ordering::SeqCst) + events;
        self.most.fetch_max(now, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.now.fetch_sub(events, Ordering::SeqCst);
        Err(BusError::Timeout)
    }
}

impl PublisherBus for Slow {
    async fn submit(&self, _: StreamId, _: &Signed, _: &str) -> Result<(), BusError> {
        self.take(1).await
    }
    async fn submit_together(&self, all: &[(StreamId, &Signed)]) -> Result<(), BusError> {
        self.take(all.len()).await
    }
    async fn next_delivery(&self) -> Result<Delivery, BusError> {
        self.bus.next_delivery().await
    }
    async fn acknowledge(&self, token: AckToken) -> Result<(), BusError> {
        self.bus.acknowledge(token).await
    }
    async fn replay(&self, from: Position) -> Result<ReplayPage, BusError> {
        Ok(ReplayPage { entries: Vec::new(), scanned_to: from, head: from })
    }
}

#[tokio::test]
async fn at_most_512_events_are_in_flight() {
    let desk = Desk::new().await;
    for _ in 0..600 {
        desk.outbox.save(&new_events(stream(), 0, &["one"])).await.unwrap();
    }
    let most = Arc::new(AtomicUsize::new(0));
    let bus = Slow { bus: desk.publisher.clone(), now: Arc::default(), most: Arc::clone(&most) };
    let _work = work(&desk.outbox, bus, NoReader);
    until(async || (most.load(Ordering::SeqCst) > 256).then_some(())).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(most.load(Ordering::SeqCst) <= 512, "{most:?}");
}

#[tokio::test]
async fn who_waits_for_a_receipt_has_it_when_it_comes() {
    let desk = Desk::new().await;
    let items = desk.outbox.save(&new_events(stream(), 0, &["a", "b"])).await.unwrap();
    // Nobody records: the patience ends, and nothing is said that is not so.
    let waiting = desk.outbox.settle(items.clone(), Duration::from_millis(50)).await.unwrap();
    assert_eq!(waiting, items);
    let (_recorder, _work) = (desk.record(), desk.work());
    let waiters = (0..100).map(|_| desk.outbox.settle(items.clone(), crate::SOON));
    let settled = futures_util::future::try_join_all(waiters).await.unwrap();
    desk.until_recorded(&items).await;
    for item in settled.into_iter().flatten() {
        assert_eq!(item.state, desk.state(item.event_id).await);
    }
    // It stands in the file now: nothing is waited for.
    let settled = desk.outbox.settle(items, Duration::MAX).await.unwrap();
    assert!(settled.iter().all(|item| matches!(item.state, ItemState::Recorded { .. })));
}

/// Lets a recorder work of which only receipts come.
fn only_receipts(desk: &Desk) -> Running {
    let (scribe, bus) = (desk.scribe.clone(), desk.bus.clone());
    Running(tokio::spawn(async move {
        let mut told = 0;
        loop {
            scribe.step(Duration::from_secs(1)).await.unwrap();
            let receipt = |entry: &RecordedEntry| Notice::Recorded {
                event_id: Envelope::parse(&entry.signed.bytes).unwrap().id,
                position: entry.position,
                recorded_at: entry.recorded_at,
            };
            let receipts: Vec<Notice> = scribe.record().entries[told..].iter().map(receipt).collect();
            told += receipts.len();
            bus.notify(Publisher::Apsc, &receipts).await.unwrap();
        }
    }))
}

#[tokio::test]
async fn what_was_recorded_a_moment_ago_is_not_on_its_way_again() {
    let desk = Desk::new().await;
    let (_recorder, work) = (only_receipts(&desk), desk.work());
    let is_recorded = |item: &Item| matches!(item.state, ItemState::Recorded { .. });
    let settled = async || {
        let said = new_events(stream(), 0, &["a"]);
        let items = desk.outbox.save(&said).await.unwrap();
        assert!(desk.outbox.settle(items, crate::SOON).await.unwrap().iter().all(is_recorded));
        said
    };
    for _ in 0..20 {
        let said = settled().await;
        assert!(desk.outbox.items_of(said.stream.id).await.unwrap().iter().all(is_recorded));
        let said = settled().await;
        assert!(desk.outbox.save(&said).await.unwrap().iter().all(is_recorded), "said again");
        settled().await;
        assert!(desk.outbox.open_items().await.unwrap().is_empty());
    }
    // Whoever kept receipts may be gone.
    let last = settled().await;
    work.kill().await;
    assert!(desk.outbox.items_of(last.stream.id).await.unwrap().iter().all(is_recorded));
}

#[tokio::test]
async fn what_waits_goes_on_although_a_reader_went_away() {
    let desk = Desk::new().await;
    let (_recorder, _work) = (only_receipts(&desk), desk.work());
    for _ in 0..20 {
        let items = desk.outbox.save(&new_events(stream(), 0, &["a", "b"])).await.unwrap();
        desk.outbox.settle(items[..1].to_vec(), crate::SOON).await.unwrap();
        drop(desk.outbox.items_of(items[0].stream.id).now_or_never());
        desk.until_recorded(&items).await;
    }
}

#[tokio::test]
async fn what_may_have_been_said_before_is_not_new() {
    let desk = Desk::new().await;
    let stream = stream();
    let said = new_events(stream, 0, &["a"]);
    // An outbox that was just opened does not know what its file holds.
    assert!(desk.outbox.save_new(std::slice::from_ref(&said)).await.unwrap().is_none());
    assert!(desk.outbox.items_of(stream).await.unwrap().is_empty());
    let other = desk.outbox.save(&new_events(crate::events::stream(), 0, &["x"])).await.unwrap();
    let items = desk.outbox.save_new(std::slice::from_ref(&said)).await.unwrap().unwrap();
    assert_eq!(items, desk.outbox.items_of(stream).await.unwrap());
    let behind = new_events(stream, 1, &["b"]);
    for known in [said.clone(), behind.clone()] {
        assert!(desk.outbox.save_new(&[known]).await.unwrap().is_none());
        desk.outbox.save(&new_events(crate::events::stream(), 0, &["y"])).await.unwrap();
    }
    assert_eq!(desk.outbox.items_of(stream).await.unwrap(), items);
    let (_recorder, _work) = (desk.record(), desk.work());
    desk.until_recorded(&items).await;
    desk.until_recorded(&other).await;
    // Its id is known after it was recorded, too.
    assert!(desk.outbox.save_new(&[said]).await.unwrap().is_none());
    assert!(desk.scribe.record().wrongs.is_empty());
}

/// The same journey on the real thing, with the broker killed on the way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_recorded_once_although_nats_is_killed() {
    let mut server = Server::migrated().await;
    let home = tempfile::tempdir().unwrap();
    let outbox = open(&home.path().join("outbox.sqlite")).await;
    let scribe = Scribe::new(server.recorder().await);
    let recording = scribe.clone();
    let _recorder = crate::Running(tokio::spawn(async move { recording.run().await }));
    let _work = work(&outbox, server.publisher(tais_proto::Publisher::Apsc).await, NoReader);
    let streams: Vec<StreamId> = (0..20).map(|_| stream()).collect();
    let texts = ["1", "2", "3", "4", "5"];
    for round in 0..2 {
        for stream in &streams[round * 10..][..10] {
            outbox.save(&new_events(*stream, 0, &texts)).await.unwrap();
        }
        tokio::task::block_in_place(|| server.kill());
        // "Saved" needs nobody.
        outbox.save(&new_events(stream(), 0, &["while it was away"])).await.unwrap();
        assert!(tokio::task::block_in_place(|| server.start_again()), "{}", server.log());
    }
    let begun = std::time::Instant::now();
    while !outbox.open_items().await.unwrap().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(50), "{:?}", outbox.counts().await.unwrap());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let record = scribe.record();
    assert!(record.wrongs.is_empty(), "{:?}", record.wrongs);
    assert_eq!(record.entries.len(), 102);
    for stream in streams {
        assert_eq!(record.texts_of(stream), texts);
    }
    assert_eq!(record.key_sequence(), (1..=102).collect::<Vec<u32>>());
}
