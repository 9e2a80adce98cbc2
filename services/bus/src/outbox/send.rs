//! Sending what is due, until the record has it.

use std::time::Duration;

use futures_util::StreamExt as _;
use tais_proto::Timestamp;

use super::run::Run;
use super::{Item, ItemState, OutboxError, Reader};
use crate::PublisherBus;

/// The most events in flight over all streams.
const IN_FLIGHT_MAX: usize = 64;
/// The shortest rest, so that a clock that stands still does not make the sender spin.
const REST_MIN: Duration = Duration::from_millis(5);

impl<B: PublisherBus, R: Reader> Run<'_, B, R> {
    pub async fn send(&self) -> Result<(), OutboxError> {
        loop {
            let due = self.outbox.store.due(self.now(), IN_FLIGHT_MAX).await?;
            if due.is_empty() {
                self.rest().await?;
                continue;
            }
            let (received, saved): (Vec<Item>, Vec<Item>) =
                due.into_iter().partition(|item| item.state == ItemState::Received);
            // It was sent before, nobody knows how that ended: its receipt may have been missed.
            if saved.iter().any(|item| item.attempts > 0) {
                self.missed.notify_one();
            }
            self.send_all(saved).await?;
            if !received.is_empty() {
                self.send_again(received).await?;
            }
        }
    }

    /// Waits until something is saved or due.
    async fn rest(&self) -> Result<(), OutboxError> {
        let longest = self.outbox.pace.ask.max(REST_MIN);
        let due = self.outbox.store.next_due().await?.map_or(longest, |due| {
            let micros = due.unix_micros().saturating_sub(self.now().unix_micros());
            Duration::from_micros(u64::try_from(micros).unwrap_or(0)).clamp(REST_MIN, longest)
        });
        tokio::select! { () = self.outbox.wake.notified() => {}, () = tokio::time::sleep(due) => {} }
        Ok(())
    }

    async fn send_all(&self, items: Vec<Item>) -> Result<(), OutboxError> {
        let mut sent = futures_util::stream::iter(items)
            .map(|item| async move { self.send_one(&item).await })
            .buffer_unordered(IN_FLIGHT_MAX);
        while let Some(result) = sent.next().await {
            result?;
        }
        Ok(())
    }

    async fn send_one(&self, item: &Item) -> Result<(), OutboxError> {
        let outbox = self.outbox;
        let signed = outbox.store.sign(item, &outbox.source, &outbox.key).await?;
        // From here on the item may be in the record: its bytes never change again.
        let message_id = format!("{}.{}", item.event_id, item.attempts);
        let result = self.bus.submit(item.stream.id, &signed, &message_id).await;
        if let Err(error) = &result {
            tracing::debug!(event_id = %item.event_id, error = error as &dyn std::error::Error, "not handed over yet; it waits in the outbox");
        }
        self.look_again_later(item, result.is_ok()).await?;
        outbox.changes.send_modify(|count| *count += 1);
        Ok(())
    }

    /// What the broker has on disk is sent again only when the recorder says that it is not recorded:
    /// while the recorder is away, every copy would wait there beside the first.
    async fn send_again(&self, items: Vec<Item>) -> Result<(), OutboxError> {
        if let Err(error) = self.ask_once().await? {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "the recorder does not answer; waiting"
            );
            for item in items {
                self.look_again_later(&item, true).await?;
            }
            return Ok(());
        }
        let mut unrecorded = Vec::with_capacity(items.len());
        for item in items {
            unrecorded.extend(self.outbox.store.item(item.event_id).await?.filter(Item::is_pending));
        }
        self.send_all(unrecorded).await
    }

    async fn look_again_later(&self, item: &Item, received: bool) -> Result<(), OutboxError> {
        let wait = self.outbox.pace.wait_after(item.attempts);
        let micros = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
        let at = Timestamp::from_unix_micros(self.now().unix_micros().saturating_add(micros));
        self.outbox.store.sent(item.seq, received, at).await
    }

    fn now(&self) -> Timestamp {
        (self.outbox.clock)()
    }
}
