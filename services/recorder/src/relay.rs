//! From the log to RECORDED. The relay keeps its place in the log; RECORDED is a convenience that
//! can be deleted and is then filled again from there.

use tais_bus::{RecordedEntry, RecorderBus};
use tais_log::{Entry, Filter, Log};
use tais_proto::Position;
use tokio::sync::Notify;
use tokio::time::{Duration, sleep, timeout};

use crate::RecorderError;

/// The most entries published before their acknowledgements are awaited.
const BATCH_MAX: usize = 256;
/// How long entries gather before they are published: no receipt waits for it, and each round is a write to disk of the
/// broker and of the database, behind which receipts would wait.
const GATHER: Duration = Duration::from_millis(20);
/// How long the relay waits for a wake-up before it looks by itself.
const POLL: Duration = Duration::from_millis(500);

/// Publishes what is recorded, in order, for ever.
pub(crate) async fn run<L: Log, B: RecorderBus>(
    log: &L,
    bus: &B,
    recorded: &Notify,
) -> Result<(), RecorderError> {
    let mut place = log.relay_place().await?;
    if place > Position(0) && bus.recorded_is_empty().await? {
        tracing::warn!(
            "RECORDED is empty although {place} entries were relayed: filling it again from the log"
        );
        place = Position(0);
    }
    loop {
        let page = log.read_from(place, BATCH_MAX, &Filter::default()).await?;
        if page.entries.is_empty() {
            // A wake-up is a hint: missing one costs half a second.
            drop(timeout(POLL, recorded.notified()).await);
            sleep(GATHER).await;
            continue;
        }
        let is_full = page.entries.len() == BATCH_MAX;
        let entries: Vec<RecordedEntry> = page.entries.into_iter().map(recorded_entry).collect();
        bus.publish_recorded(&entries).await?;
        place = page.scanned_to;
        log.set_relay_place(place).await?;
        if !is_full {
            sleep(GATHER).await;
        }
    }
}

pub(crate) fn recorded_entry(entry: Entry) -> RecordedEntry {
    RecordedEntry {
        position: entry.position,
        recorded_at: entry.recorded_at,
        leaf_hash: entry.leaf_hash,
        pillar: entry.pillar,
        stream: entry.stream.id,
        signed: entry.signed,
    }
}
