//! Taking in what comes back, and asking for what was missed.

use tais_proto::{Envelope, Event};

use super::run::Run;
use super::{OutboxError, Reader, Taken};
use crate::message::{Delivery, Notice, RecordedEntry};
use crate::{BusError, PublisherBus};

impl<B: PublisherBus, R: Reader> Run<'_, B, R> {
    pub async fn follow(&self) -> Result<(), OutboxError> {
        loop {
            match self.bus.next_delivery().await {
                Ok(Delivery::Recorded(entry, token)) => {
                    if self.take(&entry).await? == Taken::Gap {
                        self.missed.notify_one();
                    }
                    if let Err(error) = self.bus.acknowledge(token).await {
                        tracing::debug!(
                            error = &error as &dyn std::error::Error,
                            "it will be delivered again"
                        );
                    }
                }
                Ok(Delivery::Notice(Notice::Recorded { .. })) => self.missed.notify_one(),
                Ok(Delivery::Notice(Notice::Quarantined { sha256, code, reason })) => {
                    if self.outbox.store.failed(&sha256, &code, &reason, None).await? {
                        self.outbox.changed();
                    }
                }
                Ok(Delivery::Reconnected) => {
                    self.outbox.store.make_due().await?;
                    self.outbox.wake.notify_one();
                    self.missed.notify_one();
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a delivery could not be read");
                    // Whatever it was, the record has it whole.
                    self.missed.notify_one();
                    tokio::time::sleep(self.outbox.pace.trouble).await;
                }
            }
        }
    }

    /// Takes an entry in: our receipts and refusals first, then the reader's fold.
    async fn take(&self, entry: &RecordedEntry) -> Result<Taken, OutboxError> {
        let store = &self.outbox.store;
        // An entry newer than this software is the reader's to judge; it is none of ours.
        if let Ok(envelope) = Envelope::parse(&entry.signed.bytes) {
            let receipt = (entry.position, entry.recorded_at, entry.leaf_hash);
            let mut ours = store.recorded(envelope.id, &entry.signed, receipt).await?;
            if let Event::RefusalRefused(refused) = &envelope.event {
                let place = Some(entry.position);
                ours |= store.failed(&refused.sha256, &refused.rule, &refused.reason, place).await?;
            }
            if ours {
                self.outbox.changed();
            }
        }
        self.reader.take(entry).await
    }

    /// Asks the recorder for what was missed: at first, when something hints at it, and now and then.
    pub async fn ask(&self) -> Result<(), OutboxError> {
        if self.reader.is_empty().await? {
            self.outbox.store.ask_from_the_start().await?;
        }
        let mut from_the_start = false;
        loop {
            match self.ask_once().await? {
                // The reader misses what was already asked for. Once; what a second time would not
                // bring either waits for newer software.
                Ok(Taken::Gap) if !from_the_start => {
                    tracing::warn!("what was read before is incomplete: reading the record from its start");
                    from_the_start = true;
                    self.outbox.store.ask_from_the_start().await?;
                }
                Ok(_) => drop(tokio::time::timeout(self.outbox.pace.ask, self.missed.notified()).await),
                Err(error) => {
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        "the record cannot be asked now"
                    );
                    tokio::time::sleep(self.outbox.pace.trouble).await;
                }
            }
        }
    }

    /// Asks for everything since the last answer. The inner result is the bus's, and waited out.
    pub async fn ask_once(&self) -> Result<Result<Taken, BusError>, OutboxError> {
        let _asking = self.asking.lock().await;
        let mut taken = Taken::Yes;
        loop {
            let from = self.outbox.store.seen_to().await?;
            let page = match self.bus.replay(from).await {
                Ok(page) => page,
                Err(error) => return Ok(Err(error)),
            };
            for entry in &page.entries {
                if self.take(entry).await? == Taken::Gap {
                    taken = Taken::Gap;
                }
            }
            self.outbox.store.set_seen_to(page.scanned_to).await?;
            self.outbox.changes.send_modify(|count| *count += 1);
            if page.scanned_to >= page.head || page.scanned_to <= from {
                return Ok(Ok(taken));
            }
        }
    }
}
