//! Sending what is due, until the record has it.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tais_proto::{EventId, Signed, Timestamp};

use super::run::Run;
use super::store::Sent;
use super::{Item, ItemState, OutboxError, Pace, Reader};
use crate::{PublisherBus, submit_all};

/// The most events that are sent at once.
const BATCH_MAX: usize = 256;
/// The most batches on their way at once: while one waits for the broker, the next is read and signed.
const BATCHES_MAX: usize = 2;
/// The shortest rest, so that a clock that stands still does not make the sender spin.
const REST_MIN: Duration = Duration::from_millis(5);

/// What is due, and what was signed of it.
type Due = (Item, Signed);

/// A batch that was sent.
struct Batch {
    /// Its places in the file.
    places: HashSet<i64>,
    /// What the broker has of it.
    received: Vec<Sent>,
}

/// What became of looking into the file.
enum Looked {
    /// This is due.
    Due(Vec<Due>),
    /// Nothing is, before this time; `said` is how often it had been said to look when that was so.
    Nothing { until: Timestamp, said: u64 },
    /// It was not looked: something was handed over, or is said to be there.
    Woken,
}

impl<B: PublisherBus, R: Reader> Run<'_, B, R> {
    pub async fn send(&self) -> Result<(), OutboxError> {
        let mut on_their_way = HashSet::new();
        let mut batches = FuturesUnordered::new();
        let mut handed_over = FuturesUnordered::new();
        // What lay in the file before this run is looked for first.
        let (mut looked, mut until) = (None, self.now());
        loop {
            let has_room = batches.len() < BATCHES_MAX;
            let mut due = Vec::new();
            if has_room {
                due = self.outbox.to_send.take(BATCH_MAX, &on_their_way);
            }
            if due.is_empty() {
                tokio::select! {
                    Some(batch) = batches.next() => {
                        let Batch { places, received } = batch?;
                        if received.len() < places.len() {
                            // When the others are due is in the file.
                            looked = None;
                        }
                        for place in places {
                            on_their_way.remove(&place);
                        }
                        on_their_way.extend(received.iter().map(|sent| sent.seq));
                        if !received.is_empty() {
                            handed_over.push(self.note_late(received));
                        }
                    }
                    Some(noted) = handed_over.next() => {
                        let received: Vec<Sent> = noted?;
                        for Sent { seq, next_at, .. } in received {
                            on_their_way.remove(&seq);
                            until = until.min(next_at);
                        }
                    }
                    found = self.look(looked, until, &on_their_way), if has_room => match found? {
                        Looked::Due(found) => due = found,
                        Looked::Nothing { until: next, said } => (looked, until) = (Some(said), next),
                        Looked::Woken => {}
                    }
                }
            }
            if !due.is_empty() {
                on_their_way.extend(due.iter().map(|(item, _)| item.seq));
                batches.push(self.send_batch(due));
            }
        }
    }

    /// Looks what is due when it is time or is said to be worth it, and waits for either.
    async fn look(
        &self,
        looked: Option<u64>,
        until: Timestamp,
        on_their_way: &HashSet<i64>,
    ) -> Result<Looked, OutboxError> {
        let outbox = self.outbox;
        let said = outbox.to_send.said();
        let wait = until.unix_micros().saturating_sub(self.now().unix_micros());
        if looked == Some(said) && wait > 0 {
            let wait =
                Duration::from_micros(u64::try_from(wait).unwrap_or(0)).clamp(REST_MIN, self.rest_max());
            let woken = tokio::time::timeout(wait, outbox.to_send.woken()).await.is_ok();
            if woken {
                return Ok(Looked::Woken);
            }
        }
        let due = outbox.store.due(self.now(), BATCH_MAX, on_their_way).await?;
        if !due.is_empty() {
            return Ok(Looked::Due(due));
        }
        let rest = i64::try_from(self.rest_max().as_micros()).unwrap_or(i64::MAX);
        let longest = Timestamp::from_unix_micros(self.now().unix_micros().saturating_add(rest));
        let next = outbox.store.next_due(on_their_way).await?;
        Ok(Looked::Nothing { until: next.map_or(longest, |next| next.min(longest)), said })
    }

    fn rest_max(&self) -> Duration {
        self.outbox.pace.ask.max(REST_MIN)
    }

    /// Notes that the broker has what has no receipt yet, after half the time that a receipt is given: usually it
    /// comes before, which spares the file a second write of nearly everything.
    async fn note_late(&self, received: Vec<Sent>) -> Result<Vec<Sent>, OutboxError> {
        tokio::time::sleep(self.outbox.pace.receipt / 2).await;
        let (waiting, receipted): (Vec<Sent>, Vec<Sent>) =
            received.into_iter().partition(|sent| self.sent.may_wait(sent.event_id));
        self.outbox.store.sent(&waiting).await?;
        Ok([waiting, receipted].into_iter().flatten().collect())
    }

    async fn send_batch(&self, due: Vec<Due>) -> Result<Batch, OutboxError> {
        let places = due.iter().map(|(item, _)| item.seq).collect();
        let (received, saved): (Vec<Due>, Vec<Due>) =
            due.into_iter().partition(|(item, _)| item.state == ItemState::Received);
        // It was sent before, nobody knows how that ended: its receipt may have been missed.
        if saved.iter().any(|(item, _)| item.attempts > 0) {
            self.missed.notify_one();
        }
        let mut handed_over = self.send_all(saved).await?;
        if !received.is_empty() {
            handed_over.extend(self.send_again(received).await?);
        }
        Ok(Batch { places, received: handed_over })
    }

    /// Gives what the broker has now; what it has not is noted.
    async fn send_all(&self, due: Vec<Due>) -> Result<Vec<Sent>, OutboxError> {
        if due.is_empty() {
            return Ok(Vec::new());
        }
        for (item, signed) in &due {
            self.sent.note(item, signed);
        }
        let all: Vec<_> = due.iter().map(|(item, signed)| (item.stream.id, signed)).collect();
        let received = submit_all(&self.bus, &all).await;
        let sent = self.look_again(due.iter().map(|(item, _)| item).zip(received));
        let (received, waiting): (Vec<Sent>, Vec<Sent>) = sent.into_iter().partition(|sent| sent.received);
        self.outbox.store.sent(&waiting).await?;
        Ok(received)
    }

    /// What the broker has on disk is sent again only when the recorder says that it is not recorded: while the
    /// recorder is away, every copy would wait there beside the first.
    async fn send_again(&self, due: Vec<Due>) -> Result<Vec<Sent>, OutboxError> {
        if let Err(error) = self.ask_once().await? {
            tracing::debug!(error = &error as &dyn Error, "the recorder does not answer; waiting");
            let later = self.look_again(due.iter().map(|(item, _)| (item, true)));
            self.outbox.store.sent(&later).await?;
            return Ok(Vec::new());
        }
        let events: Vec<EventId> = due.iter().map(|(item, _)| item.event_id).collect();
        let now = self.outbox.store.items(&events).await?.into_iter().filter(Item::is_pending);
        let mut now: HashMap<EventId, Item> = now.map(|item| (item.event_id, item)).collect();
        let unrecorded =
            due.into_iter().filter_map(|(item, signed)| Some((now.remove(&item.event_id)?, signed)));
        let unrecorded = unrecorded.collect();
        self.send_all(unrecorded).await
    }

    /// When items that were sent, and received or not, are looked at again: those of one stream at the same time.
    fn look_again<'i>(&self, sent: impl Iterator<Item = (&'i Item, bool)>) -> Vec<Sent> {
        let now = self.now().unix_micros();
        let jitter = Pace::jitter();
        sent.map(|(item, received)| {
            let wait = self.outbox.pace.wait_after(item.attempts, jitter);
            let micros = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
            let (seq, event_id) = (item.seq, item.event_id);
            Sent { seq, event_id, received, next_at: Timestamp::from_unix_micros(now.saturating_add(micros)) }
        })
        .collect()
    }

    fn now(&self) -> Timestamp {
        (self.outbox.clock)()
    }
}
