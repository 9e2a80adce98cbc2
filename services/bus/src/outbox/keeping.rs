//! Keeping the receipts that were told of, a little after they came.
//!
//! Who hears of a receipt often says the next thing at once, and one connection writes the file: a receipt that was
//! kept at once would make that wait. Nothing is lost by it, since the record gives a receipt again.

use std::mem;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::OutboxError;
use super::ending::Receipt;
use super::run::Run;

/// How long the file is left to who says something next.
const REST: Duration = Duration::from_millis(2);

/// Receipts that were told of and are not kept yet, in the order in which they came.
#[derive(Default)]
pub(super) struct ToKeep {
    receipts: Mutex<Vec<Receipt>>,
    came: Notify,
}

impl ToKeep {
    pub fn give(&self, receipts: Vec<Receipt>) {
        if !receipts.is_empty() {
            self.receipts.lock().unwrap_or_else(PoisonError::into_inner).extend(receipts);
            self.came.notify_one();
        }
    }

    fn take(&self) -> Vec<Receipt> {
        mem::take(&mut *self.receipts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<B, R> Run<'_, B, R> {
    /// Keeps what comes, what came in one rest together.
    pub async fn keep_told(&self) -> Result<(), OutboxError> {
        loop {
            self.to_keep.came.notified().await;
            tokio::time::sleep(REST).await;
            let receipts = self.to_keep.take();
            if receipts.is_empty() {
                // They came during the rest before, and were kept then.
                continue;
            }
            self.keep(&receipts).await?;
            // Whoever began to wait since they came found nothing in the file.
            self.outbox.told.recorded(&receipts);
        }
    }

    /// Keeps receipts; what waited behind them is next.
    pub async fn keep(&self, receipts: &[Receipt]) -> Result<(), OutboxError> {
        if receipts.is_empty() {
            return Ok(());
        }
        let outbox = self.outbox;
        let streams = outbox.store.recorded(receipts).await?;
        self.sent.receipted(receipts.iter().map(|receipt| receipt.event_id));
        if !streams.is_empty() {
            outbox.to_send.give(outbox.store.sign_next(Some(&streams), outbox.signer()).await?);
        }
        Ok(())
    }
}
