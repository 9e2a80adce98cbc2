//! Who waits for a receipt is told when it comes, and not only once it is kept.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tais_proto::EventId;
use tokio::sync::broadcast::{self, error::RecvError};

use super::ending::Receipt;
use super::{Item, ItemState, Outbox, OutboxError};

/// More that nobody has heard yet is looked up in the file.
const HEARD_LATE_MAX: usize = 64;
/// How long it is heard whether a receipt comes before the file is asked whether it came: that would stand in the way of
/// what it is of.
const HEARD_SOON: Duration = Duration::from_millis(5);

/// What became of items.
#[derive(Clone)]
pub(super) enum News {
    /// These are recorded.
    Recorded(Arc<HashMap<EventId, ItemState>>),
    /// Look into the file.
    Look,
}

/// Between who takes in what comes back and who waits for it.
#[derive(Clone)]
pub(super) struct Told(broadcast::Sender<News>);

impl Default for Told {
    fn default() -> Self {
        Self(broadcast::Sender::new(HEARD_LATE_MAX))
    }
}

impl Told {
    /// What is told of receipts, when they come and again once they are kept; nothing where nobody waits.
    pub fn news_of(&self, receipts: &[Receipt]) -> Option<News> {
        let state = |receipt: &Receipt| ItemState::Recorded {
            position: receipt.position,
            recorded_at: receipt.recorded_at,
            leaf_hash: receipt.leaf_hash,
        };
        let all = || receipts.iter().map(|receipt| (receipt.event_id, state(receipt))).collect();
        (self.0.receiver_count() > 0).then(|| News::Recorded(Arc::new(all())))
    }

    pub fn tell(&self, news: impl Into<Option<News>>) {
        if let Some(news) = news.into() {
            // Nobody may be waiting.
            drop(self.0.send(news));
        }
    }
}

impl Outbox {
    /// Gives these items as soon as none of them is on its way any more, or as they are when the patience ends.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn settle(&self, items: Vec<Item>, patience: Duration) -> Result<Vec<Item>, OutboxError> {
        let mut items = items;
        // Before looking: what comes after is told.
        let mut told = self.told.0.subscribe();
        let waiting = async {
            let mut soon = HEARD_SOON;
            while items.iter().any(Item::is_pending) {
                match tokio::time::timeout(soon, told.recv()).await {
                    Ok(Ok(News::Recorded(states))) => {
                        for item in &mut items {
                            if let Some(state) = states.get(&item.event_id) {
                                item.state = state.clone();
                            }
                        }
                    }
                    Ok(Ok(News::Look) | Err(RecvError::Lagged(_))) => self.look_at(&mut items).await?,
                    Ok(Err(RecvError::Closed)) => break,
                    Err(_) => {
                        soon = Duration::MAX;
                        self.look_at(&mut items).await?;
                    }
                }
            }
            Ok(())
        };
        match tokio::time::timeout(patience, waiting).await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(())) | Err(_) => Ok(items),
        }
    }

    /// What the file has of those that are on their way.
    async fn look_at(&self, items: &mut [Item]) -> Result<(), OutboxError> {
        let pending: Vec<EventId> =
            items.iter().filter(|item| item.is_pending()).map(|item| item.event_id).collect();
        if pending.is_empty() {
            return Ok(());
        }
        let found = self.store.items(&pending).await?;
        let mut found: HashMap<EventId, Item> = found.into_iter().map(|item| (item.event_id, item)).collect();
        for item in items {
            if let Some(now) = found.remove(&item.event_id) {
                *item = now;
            }
        }
        Ok(())
    }
}
