//! The outbox at work: on the twin with every fault, through crashes, and on NATS.
//!
//! One sentence holds in every story: what was saved is recorded exactly once, in the order of its
//! stream, or a person is told why not.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod conflicts;
mod crash;
mod faults;
mod following;
mod journey;
mod random;
mod saving;
#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use support::events::{self, clock, key, source};
use support::scribe::{OUTBOX_KEY, Scribe};
use tais_bus::outbox::{NoReader, Pace, Reader};
use tais_bus::{Item, ItemState, MemoryBus, MemoryPublisher, Outbox, OutboxError, PublisherBus};
use tais_proto::{EventId, Publisher};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// So short that a story takes milliseconds.
const PACE: Pace = Pace {
    receipt: Duration::from_millis(20),
    receipt_max: Duration::from_millis(100),
    ask: Duration::from_millis(200),
    trouble: Duration::from_millis(5),
};

const SOON: Duration = Duration::from_secs(20);

/// An outbox of APSC's in a directory of its own, the bus in memory, and a recorder behind it.
struct Desk {
    home: TempDir,
    bus: MemoryBus,
    publisher: MemoryPublisher,
    scribe: Scribe<MemoryBus>,
    outbox: Outbox,
}

impl Desk {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let bus = MemoryBus::new(events::state());
        let outbox = open(&home.path().join("outbox.sqlite")).await;
        let (publisher, scribe) = (bus.publisher(Publisher::Apsc), Scribe::new(bus.clone()));
        Self { home, bus, publisher, scribe, outbox }
    }

    fn file(&self) -> PathBuf {
        self.home.path().join("outbox.sqlite")
    }

    /// Lets the recorder work until it is dropped.
    fn record(&self) -> Running {
        let scribe = self.scribe.clone();
        Running(tokio::spawn(async move { scribe.run().await }))
    }

    /// Lets the outbox work until it is dropped.
    fn work(&self) -> Running {
        work(&self.outbox, self.publisher.clone(), NoReader)
    }

    async fn state(&self, event: EventId) -> ItemState {
        self.outbox.item(event).await.unwrap().unwrap().state
    }

    /// Waits until an event's state is as wanted.
    async fn until(&self, event: EventId, wanted: impl Fn(&ItemState) -> bool) -> ItemState {
        until(async || Some(self.state(event).await).filter(|state| wanted(state))).await
    }

    async fn until_recorded(&self, items: &[Item]) {
        for item in items {
            self.until(item.event_id, |state| matches!(state, ItemState::Recorded { .. })).await;
        }
    }
}

/// A task that ends when it is dropped, wherever it stands.
struct Running(JoinHandle<()>);

impl Running {
    /// Ends it as a kill would, and waits until it is gone.
    async fn kill(mut self) {
        self.0.abort();
        drop((&mut self.0).await);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn work(outbox: &Outbox, bus: impl PublisherBus, reader: impl Reader + 'static) -> Running {
    let outbox = outbox.clone();
    Running(tokio::spawn(async move {
        outbox.run(bus, reader, CancellationToken::new()).await.unwrap();
    }))
}

async fn open(file: &Path) -> Outbox {
    try_open(file).await.unwrap()
}

async fn try_open(file: &Path) -> Result<Outbox, OutboxError> {
    let opened = Outbox::open(file, source(Publisher::Apsc), key(OUTBOX_KEY), clock()).await;
    opened.map(|outbox| outbox.with_pace(PACE))
}

/// Waits until something is there.
async fn until<T>(mut find: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = find().await {
            return found;
        }
        assert!(begun.elapsed() < SOON, "it never came");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
