//! What comes back, and who reads it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tais_bus::memory::Fault;
use tais_bus::outbox::{Read, Reader};
use tais_bus::{OutboxError, PublisherBus as _, RecorderBus as _, Taken};
use tais_proto::{Envelope, Pillar, Position, StreamId};
use tokio_util::sync::CancellationToken;

use crate::events::{entry, new_events, stream};
use crate::{Desk, PACE, until, work};

/// Folds streams version by version, as a read model does.
#[derive(Clone, Default)]
pub struct Versions {
    pub streams: Arc<Mutex<BTreeMap<StreamId, u32>>>,
    lost: Arc<AtomicBool>,
}

impl Reader for Versions {
    async fn take(&self, entries: &[Read]) -> Result<Taken, OutboxError> {
        let mut taken = Taken::Yes;
        for read in entries {
            let envelope = read.envelope.as_ref().unwrap();
            let mut streams = self.streams.lock().unwrap();
            let version = streams.entry(envelope.stream.id).or_default();
            if envelope.stream_version > *version + 1 {
                taken = Taken::Gap;
            } else {
                *version = envelope.stream_version.max(*version);
            }
        }
        Ok(taken)
    }

    async fn is_empty(&self) -> Result<bool, OutboxError> {
        Ok(self.lost.swap(false, Ordering::SeqCst))
    }
}

impl Versions {
    fn of(&self, stream: StreamId) -> u32 {
        self.streams.lock().unwrap().get(&stream).copied().unwrap_or(0)
    }
}

#[tokio::test]
async fn a_reader_gets_what_it_missed_before_what_came() {
    let desk = Desk::new().await;
    let (versions, stream) = (Versions::default(), stream());
    // The second entry is never delivered; the third shows that something is missing.
    let _recorder = desk.record();
    {
        let _work = desk.work();
        // It asks when it begins, and then not for a while.
        tokio::time::sleep(PACE.ask / 4).await;
        let items = desk.outbox.save(&new_events(stream, 0, &["1", "2", "3"])).await.unwrap();
        desk.until_recorded(&items).await;
    }
    assert_eq!(desk.outbox.seen_to().await.unwrap(), Position(0));
    desk.bus.lose_recorded();
    let third = desk.scribe.record().entries[2].clone();
    desk.bus.publish_recorded(&[third]).await.unwrap();
    let _work = work(&desk.outbox, desk.publisher.clone(), versions.clone());
    until(async || (versions.of(stream) == 3).then_some(())).await;
}

#[tokio::test]
async fn a_reader_that_lost_what_it_had_is_given_everything() {
    let desk = Desk::new().await;
    let stream = stream();
    let items = desk.outbox.save(&new_events(stream, 0, &["1", "2", "3"])).await.unwrap();
    let _recorder = desk.record();
    {
        let versions = Versions::default();
        let _work = work(&desk.outbox, desk.publisher.clone(), versions.clone());
        desk.until_recorded(&items).await;
        until(async || (desk.outbox.seen_to().await.unwrap() == Position(3)).then_some(())).await;
    }
    // Its file is gone: nothing new will ever come to show that something is missing.
    let empty = Versions { lost: Arc::new(AtomicBool::new(true)), ..Versions::default() };
    let _work = work(&desk.outbox, desk.publisher.clone(), empty.clone());
    until(async || (empty.of(stream) == 3).then_some(())).await;
}

/// More than one answer holds, and nothing is delivered: everything comes by asking on.
#[tokio::test]
async fn a_reader_that_comes_late_reads_page_after_page() {
    let desk = Desk::new().await;
    let streams: Vec<StreamId> = (0..10).map(|_| stream()).collect();
    let _recorder = desk.record();
    {
        let _work = desk.work();
        for stream in &streams {
            let items = desk.outbox.save(&new_events(*stream, 0, &["1", "2", "3"])).await.unwrap();
            desk.until_recorded(&items).await;
        }
    }
    desk.bus.lose_recorded();
    let fresh = crate::open(&desk.home.path().join("fresh.sqlite")).await;
    let versions = Versions::default();
    let _work = work(&fresh, desk.publisher.clone(), versions.clone());
    until(async || (fresh.seen_to().await.unwrap() == Position(30)).then_some(())).await;
    assert!(streams.iter().all(|stream| versions.of(*stream) == 3), "{:?}", versions.streams);
}

#[tokio::test]
async fn how_far_was_asked_is_kept_through_a_restart() {
    let desk = Desk::new().await;
    let items = desk.outbox.save(&new_events(stream(), 0, &["1", "2"])).await.unwrap();
    let _recorder = desk.record();
    {
        let _work = desk.work();
        desk.until_recorded(&items).await;
        until(async || (desk.outbox.seen_to().await.unwrap() == Position(2)).then_some(())).await;
    }
    assert_eq!(crate::open(&desk.file()).await.seen_to().await.unwrap(), Position(2));
}

/// Takes entries in, and has them on disk only later.
#[derive(Clone, Default)]
struct Hasty {
    versions: Versions,
    on_disk: Arc<AtomicBool>,
}

impl Reader for Hasty {
    async fn take(&self, entries: &[Read]) -> Result<Taken, OutboxError> {
        self.versions.take(entries).await
    }

    async fn flush(&self) -> Result<bool, OutboxError> {
        Ok(self.on_disk.load(Ordering::SeqCst))
    }
}

/// A power cut may take it from the reader; then it must be asked for again.
#[tokio::test]
async fn what_the_reader_has_not_on_disk_is_asked_for_again() {
    let desk = Desk::new().await;
    let stream = stream();
    let items = desk.outbox.save(&new_events(stream, 0, &["1", "2"])).await.unwrap();
    let (_recorder, hasty) = (desk.record(), Hasty::default());
    let _work = work(&desk.outbox, desk.publisher.clone(), hasty.clone());
    desk.until_recorded(&items).await;
    until(async || (hasty.versions.of(stream) == 2).then_some(())).await;
    tokio::time::sleep(3 * crate::PACE.ask).await;
    assert_eq!(desk.outbox.seen_to().await.unwrap(), Position(0));
    hasty.on_disk.store(true, Ordering::SeqCst);
    until(async || (desk.outbox.seen_to().await.unwrap() == Position(2)).then_some(())).await;
}

/// Fails on the first entry it is given.
#[derive(Clone, Default)]
struct Failing;

impl Reader for Failing {
    async fn take(&self, _: &[Read]) -> Result<Taken, OutboxError> {
        Err(OutboxError::Reader("the disk is full".into()))
    }
}

/// What a reader did not take in was not delivered: it comes again when the service is back.
#[tokio::test]
async fn nothing_is_acknowledged_before_the_reader_has_it() {
    let desk = Desk::new().await;
    let relayed = entry(0, Some(Pillar::Apsc));
    let running = {
        let (outbox, publisher) = (desk.outbox.clone(), desk.publisher.clone());
        tokio::spawn(async move { outbox.run(publisher, Failing, CancellationToken::new()).await })
    };
    desk.bus.publish_recorded(std::slice::from_ref(&relayed)).await.unwrap();
    let stopped = tokio::time::timeout(crate::SOON, running).await.unwrap().unwrap();
    assert!(matches!(stopped, Err(OutboxError::Reader(why)) if why == "the disk is full"));
    desk.bus.redeliver();
    let versions = Versions::default();
    let stream = Envelope::parse(&relayed.signed.bytes).unwrap().stream.id;
    let _work = work(&desk.outbox, desk.publisher.clone(), versions.clone());
    until(async || (versions.of(stream) == 1).then_some(())).await;
    // And now it is settled.
    until(async || {
        desk.bus.redeliver();
        let next = tokio::time::timeout(Duration::from_millis(20), desk.publisher.next_delivery()).await;
        next.is_err().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_run_ends_when_it_is_told_to() {
    let desk = Desk::new().await;
    desk.bus.fail_next(Fault::Delayed(Duration::from_secs(60)));
    desk.outbox.save(&new_events(stream(), 0, &["1"])).await.unwrap();
    let shutdown = CancellationToken::new();
    let running = {
        let (outbox, publisher, shutdown) = (desk.outbox.clone(), desk.publisher.clone(), shutdown.clone());
        tokio::spawn(async move { outbox.run(publisher, Versions::default(), shutdown).await })
    };
    tokio::time::sleep(Duration::from_millis(30)).await;
    shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(1), running).await.unwrap().unwrap().unwrap();
}
