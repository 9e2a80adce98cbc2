//! The outbox at work: sending what is due, taking in what comes back, asking for what was missed.

use std::time::Duration;

use futures_util::StreamExt as _;
use rand::Rng as _;
use tais_proto::{Envelope, Event, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{Item, Outbox, OutboxError, Reader, Taken};
use crate::message::{Delivery, Notice, RecordedEntry};
use crate::{BusError, PublisherBus};

/// The most events in flight over all streams.
const IN_FLIGHT_MAX: usize = 64;
/// How long a receipt is waited for before the event is sent again; doubles up to [`WAIT_MAX`].
const WAIT_FIRST: Duration = Duration::from_secs(2);
/// The longest wait before an event is sent again.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// How often the record is asked for although nothing seems to be missing.
const ASK_EVERY: Duration = Duration::from_secs(30);
/// The pause after trouble while following.
const PAUSE: Duration = Duration::from_millis(500);

/// How long to wait after so many attempts, with jitter so that publishers do not march in step.
fn wait_after(attempts: u32) -> Duration {
    let wait = WAIT_FIRST.saturating_mul(1 << attempts.min(8)).min(WAIT_MAX);
    wait.mul_f64(rand::thread_rng().gen_range(0.75..1.25))
}

impl Outbox {
    /// Sends and follows until told to stop. Trouble of the bus is waited out.
    ///
    /// # Errors
    /// When the outbox's own file fails, or the reader does.
    pub async fn run<B: PublisherBus, R: Reader>(
        &self,
        bus: B,
        reader: R,
        shutdown: CancellationToken,
    ) -> Result<(), OutboxError> {
        let missed = tokio::sync::Notify::new();
        tokio::select! {
            () = shutdown.cancelled() => Ok(()),
            result = self.send(&bus, &missed) => result,
            result = self.follow(&bus, &reader, &missed) => result,
            result = self.ask(&bus, &reader, &missed) => result,
        }
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    fn later(&self, wait: Duration) -> Timestamp {
        let micros = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_unix_micros(self.now().unix_micros().saturating_add(micros))
    }

    async fn send<B: PublisherBus>(&self, bus: &B, missed: &tokio::sync::Notify) -> Result<(), OutboxError> {
        loop {
            let due = self.store.due(self.now(), IN_FLIGHT_MAX).await?;
            if due.is_empty() {
                self.rest().await?;
                continue;
            }
            // An event that was sent before and has no receipt: the receipt may have been missed.
            if due.iter().any(|item| item.attempts > 0) {
                missed.notify_one();
            }
            let mut sent = futures_util::stream::iter(due)
                .map(|item| async move { self.send_one(bus, &item).await })
                .buffer_unordered(IN_FLIGHT_MAX);
            while let Some(result) = sent.next().await {
                result?;
            }
        }
    }

    /// Waits until something is saved or due.
    async fn rest(&self) -> Result<(), OutboxError> {
        let due = self.store.next_due().await?.map_or(ASK_EVERY, |due| {
            let micros = due.unix_micros().saturating_sub(self.now().unix_micros());
            Duration::from_micros(u64::try_from(micros).unwrap_or(0))
                .clamp(Duration::from_millis(5), ASK_EVERY)
        });
        tokio::select! { () = self.wake.notified() => {}, () = tokio::time::sleep(due) => {} }
        Ok(())
    }

    async fn send_one<B: PublisherBus>(&self, bus: &B, item: &Item) -> Result<(), OutboxError> {
        let signed = self.store.sign(item, &self.source, &self.key).await?;
        // From here on the item may be in the record: its bytes never change again.
        let message_id = format!("{}.{}", item.event_id, item.attempts);
        let result = bus.submit(item.stream.id, &signed, &message_id).await;
        if let Err(error) = &result {
            tracing::debug!(event_id = %item.event_id, error = error as &dyn std::error::Error, "not handed over yet; it waits in the outbox");
        }
        self.store.sent(item.seq, result.is_ok(), self.later(wait_after(item.attempts))).await?;
        self.changes.send_modify(|count| *count += 1);
        Ok(())
    }

    async fn follow<B: PublisherBus, R: Reader>(
        &self,
        bus: &B,
        reader: &R,
        missed: &tokio::sync::Notify,
    ) -> Result<(), OutboxError> {
        loop {
            match bus.next_delivery().await {
                Ok(Delivery::Recorded(entry, token)) => {
                    if self.take(&entry, reader).await? == Taken::Gap {
                        missed.notify_one();
                    }
                    if let Err(error) = bus.acknowledge(token).await {
                        tracing::debug!(
                            error = &error as &dyn std::error::Error,
                            "it will be delivered again"
                        );
                    }
                }
                Ok(Delivery::Notice(Notice::Recorded { .. })) => missed.notify_one(),
                Ok(Delivery::Notice(Notice::Quarantined { sha256, code, reason })) => {
                    if self.store.failed(&sha256, &code, &reason, None).await? {
                        self.changed();
                    }
                }
                Ok(Delivery::Reconnected) => {
                    self.store.make_due().await?;
                    self.wake.notify_one();
                    missed.notify_one();
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a delivery could not be read");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Takes an entry in: our receipts and refusals first, then the reader's fold.
    async fn take<R: Reader>(&self, entry: &RecordedEntry, reader: &R) -> Result<Taken, OutboxError> {
        // An entry newer than this software is the reader's to judge; it is none of ours.
        if let Ok(envelope) = Envelope::parse(&entry.signed.bytes) {
            let receipt = (entry.position, entry.recorded_at, entry.leaf_hash);
            let mut ours = self.store.recorded(envelope.id, &entry.signed, receipt).await?;
            if let Event::RefusalRefused(refused) = &envelope.event {
                let place = Some(entry.position);
                ours |= self.store.failed(&refused.sha256, &refused.rule, &refused.reason, place).await?;
            }
            if ours {
                self.changed();
            }
        }
        reader.take(entry).await
    }

    /// Asks the recorder for what was missed: at first, when something hints at it, and now and then.
    async fn ask<B: PublisherBus, R: Reader>(
        &self,
        bus: &B,
        reader: &R,
        missed: &tokio::sync::Notify,
    ) -> Result<(), OutboxError> {
        loop {
            match self.ask_once(bus, reader).await? {
                Ok(()) => drop(tokio::time::timeout(ASK_EVERY, missed.notified()).await),
                Err(error) => {
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        "the record cannot be asked now"
                    );
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn ask_once<B: PublisherBus, R: Reader>(
        &self,
        bus: &B,
        reader: &R,
    ) -> Result<Result<(), BusError>, OutboxError> {
        loop {
            let from = self.store.seen_to().await?;
            let page = match bus.replay(from).await {
                Ok(page) => page,
                Err(error) => return Ok(Err(error)),
            };
            for entry in &page.entries {
                self.take(entry, reader).await?;
            }
            self.store.set_seen_to(page.scanned_to).await?;
            self.changes.send_modify(|count| *count += 1);
            if page.scanned_to >= page.head || page.scanned_to <= from {
                return Ok(Ok(()));
            }
        }
    }
}
