//! Keeping the receipts that were told of, a little after they came.
//!
//! Who hears of a receipt often says the next thing at once, and one connection writes the file: a receipt that was
//! kept at once would make that wait. Nothing is lost by it, since the record gives a receipt again. Nobody sees it
//! either: whoever reads the file has them kept first, or what was recorded a moment ago would be on its way again.

use std::mem;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::ending::Receipt;
use super::run::Run;
use super::store::Store;
use super::{Outbox, OutboxError};

/// How long the file is left to who says something next.
const REST: Duration = Duration::from_millis(2);

/// Receipts that were told of and are not kept yet, in the order in which they came.
#[derive(Default)]
pub(super) struct ToKeep {
    came: Mutex<Vec<Receipt>>,
    /// Those that are being kept.
    keeping: tokio::sync::Mutex<Vec<Receipt>>,
    more: Notify,
}

impl ToKeep {
    pub fn give(&self, receipts: Vec<Receipt>) {
        if !receipts.is_empty() {
            self.came.lock().unwrap_or_else(PoisonError::into_inner).extend(receipts);
            self.more.notify_one();
        }
    }

    fn take(&self) -> Vec<Receipt> {
        mem::take(&mut *self.came.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_empty(&self) -> bool {
        let none_is_being_kept = self.keeping.try_lock().is_ok_and(|keeping| keeping.is_empty());
        none_is_being_kept && self.came.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl<B, R> Run<'_, B, R> {
    /// Keeps what comes, what came in one rest together.
    pub async fn keep_told(&self) -> Result<(), OutboxError> {
        loop {
            self.outbox.to_keep.more.notified().await;
            tokio::time::sleep(REST).await;
            self.outbox.kept().await?;
        }
    }
}

/// Does it in a task of its own, to its end: whoever asked may go away in the middle, or be at work on something else
/// while nobody but this can use the file.
pub(super) async fn by_itself<T: Send + 'static>(
    work: impl Future<Output = Result<T, OutboxError>> + Send + 'static,
) -> Result<T, OutboxError> {
    tokio::spawn(work).await.map_err(|ended| OutboxError::Reader(ended.to_string()))?
}

impl Outbox {
    /// The file, with everything in it that anybody was told of.
    pub(super) async fn kept(&self) -> Result<&Store, OutboxError> {
        if !self.to_keep.is_empty() {
            let outbox = self.clone();
            by_itself(async move { outbox.keep_told().await }).await?;
        }
        Ok(&self.store)
    }

    /// If it is cut off, what was being kept is kept the next time.
    async fn keep_told(&self) -> Result<(), OutboxError> {
        let mut receipts = self.to_keep.keeping.lock().await;
        receipts.append(&mut self.to_keep.take());
        self.keep(&receipts).await?;
        // Whoever began to wait since they came found nothing in the file.
        self.told.tell(self.told.news_of(&receipts));
        receipts.clear();
        Ok(())
    }

    /// Keeps receipts; what waited behind them is next.
    pub(super) async fn keep(&self, receipts: &[Receipt]) -> Result<(), OutboxError> {
        if receipts.is_empty() {
            return Ok(());
        }
        if self.store.recorded(receipts).await? {
            self.to_send.give(self.store.sign_next(self.signer()).await?);
            // What was held may be signed already.
            self.to_send.look();
        }
        Ok(())
    }
}
