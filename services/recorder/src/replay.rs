//! Answers a publisher that asks what was recorded since a position: for its own pillar only.

use tais_bus::{RecorderBus, ReplayPage};
use tais_log::{Filter, Log, Page};

use crate::RecorderError;
use crate::relay::recorded_entry;

/// The most entries in one answer; the asker goes on from `scanned_to`.
const PAGE_MAX: usize = 128;
/// The most envelope bytes in one answer, which must fit into one NATS message as base64 in JSON.
const PAGE_BYTES_MAX: usize = 300 * 1024;

/// Answers replay requests, for ever.
pub(crate) async fn run<L: Log, B: RecorderBus>(log: &L, bus: &B) -> Result<(), RecorderError> {
    loop {
        let request = bus.next_replay().await?;
        // A correspondent hears of its own pillar; the office and the auditors of everything.
        let filter = Filter { pillar: request.publisher.pillar(), ..Filter::default() };
        let page = fit(log.read_from(request.from, PAGE_MAX, &filter).await?);
        let head = log.head().await?;
        let answer = ReplayPage {
            entries: page.entries.into_iter().map(recorded_entry).collect(),
            scanned_to: page.scanned_to,
            head: tais_proto::Position(head.size),
        };
        bus.answer_replay(request, answer).await?;
    }
}

/// Cuts a page so that its answer fits into one message; at least one entry always does.
fn fit(mut page: Page) -> Page {
    let mut bytes = 0;
    let fitting = page.entries.iter().position(|entry| {
        bytes += entry.signed.bytes.len();
        bytes > PAGE_BYTES_MAX
    });
    if let Some(cut) = fitting {
        page.entries.truncate(cut.max(1));
        if let Some(last) = page.entries.last() {
            page.scanned_to = last.position.next();
        }
    }
    page
}
