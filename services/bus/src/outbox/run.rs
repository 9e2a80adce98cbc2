//! The outbox at work: loops over one file, a sender, a follower, a keeper, an asker and one that tidies up.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tais_proto::{EventId, Signed};
use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;

use super::{Item, Outbox, OutboxError, Reader};
use crate::PublisherBus;

/// How often the file of writes is moved into its place.
const TIDY: Duration = Duration::from_secs(1);

/// One run of an outbox. All that must outlive it is in the file.
pub(super) struct Run<'a, B, R> {
    pub outbox: &'a Outbox,
    pub bus: B,
    pub reader: R,
    /// Told when something that was recorded may have been missed.
    pub missed: Notify,
    /// Held while the record is asked: two at once would read the same pages twice.
    pub asking: Mutex<()>,
    /// What was sent lately.
    pub sent: SentLately,
}

/// What a receipt usually finds here, and not in the file.
#[derive(Default)]
pub(super) struct SentLately {
    signed: std::sync::Mutex<HashMap<EventId, (i64, Signed)>>,
    /// Whether more was sent than is kept here.
    forgot: AtomicBool,
    /// Whose receipts came: the notice and RECORDED each bring them, in either order.
    receipted: std::sync::Mutex<HashSet<EventId>>,
}

impl SentLately {
    /// Beyond this it is forgotten: the file has all of it.
    const MAX: usize = 4_096;

    pub fn note(&self, item: &Item, signed: &Signed) {
        let mut sent = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() >= Self::MAX {
            sent.clear();
            self.forgot.store(true, Ordering::SeqCst);
        }
        sent.insert(item.event_id, (item.seq, signed.clone()));
    }

    pub fn take(&self, event: EventId) -> Option<(i64, Signed)> {
        self.signed.lock().unwrap_or_else(PoisonError::into_inner).remove(&event)
    }

    /// Whether what was sent may still wait for its receipt.
    pub fn may_wait(&self, event: EventId) -> bool {
        let sent = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        self.forgot.load(Ordering::SeqCst) || sent.contains_key(&event)
    }

    /// Notes whose receipts came.
    pub fn receipted(&self, events: impl Iterator<Item = EventId>) {
        let mut receipted = self.receipted.lock().unwrap_or_else(PoisonError::into_inner);
        if receipted.len() >= Self::MAX {
            receipted.clear();
        }
        receipted.extend(events);
    }

    /// Whether its receipt came; asked once of each.
    pub fn is_receipted(&self, event: EventId) -> bool {
        self.receipted.lock().unwrap_or_else(PoisonError::into_inner).remove(&event)
    }
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
        // A run that ended before this one may have left what came next unsigned.
        drop(self.store.sign_next(self.signer()).await?);
        let run = Run {
            outbox: self,
            bus,
            reader,
            missed: Notify::new(),
            asking: Mutex::default(),
            sent: SentLately::default(),
        };
        tokio::select! {
            () = shutdown.cancelled() => Ok(()),
            result = run.send() => result,
            result = run.follow() => result,
            result = run.keep_told() => result,
            result = run.ask() => result,
            result = run.tidy() => result,
        }
    }
}

impl<B, R> Run<'_, B, R> {
    async fn tidy(&self) -> Result<(), OutboxError> {
        loop {
            tokio::time::sleep(TIDY).await;
            self.outbox.store.tidy().await?;
        }
    }
}
