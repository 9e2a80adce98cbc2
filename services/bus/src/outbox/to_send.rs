//! What the sender is told: what was just saved, and whether there is more to be found in the file.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tais_proto::Signed;
use tokio::sync::Notify;

use super::Item;

/// Between who saves and the sender. What is lost of it with the process is in the file.
#[derive(Default)]
pub(super) struct ToSend {
    fresh: Mutex<VecDeque<(Item, Signed)>>,
    /// Counts up whenever the file may hold something to send that nobody handed over.
    found: AtomicU64,
    wake: Notify,
}

impl ToSend {
    /// Beyond this it is left to be found in the file.
    const MAX: usize = 4_096;

    /// Hands over what was saved and is to be sent.
    pub fn give(&self, fresh: Vec<(Item, Signed)>) {
        let mut waiting = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() + fresh.len() > Self::MAX {
            waiting.clear();
            drop(waiting);
            self.look();
        } else {
            waiting.extend(fresh);
            drop(waiting);
            self.wake.notify_one();
        }
    }

    /// Takes so many and what goes with them, without those that are on their way already.
    pub fn take(&self, many: usize, on_their_way: &HashSet<i64>) -> Vec<(Item, Signed)> {
        let mut waiting = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        let mut take = waiting.len().min(many);
        while take > 0 && waiting.get(take).is_some_and(|(next, _)| next.stream == waiting[take - 1].0.stream)
        {
            take += 1;
        }
        let taken = waiting.drain(..take);
        taken.filter(|(item, _)| !on_their_way.contains(&item.seq)).collect()
    }

    /// Says that there may be something in the file.
    pub fn look(&self) {
        self.found.fetch_add(1, Ordering::SeqCst);
        self.wake.notify_one();
    }

    /// How often that was said.
    pub fn said(&self) -> u64 {
        self.found.load(Ordering::SeqCst)
    }

    /// Until either.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }
}
