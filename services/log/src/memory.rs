//! The log's twin in memory: the same promises, and it fails on command.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tais_proto::{EventId, KeyId, Position, StreamId, Timestamp};
use tokio::sync::{Notify, watch};

use crate::append::{Known, sequence};
use crate::checkpoint::SignedCheckpoint;
use crate::entry::{Entry, Filter, Head, NewEntry, Outcome, Page, Quarantined, Receipt, StoredQuarantined};
use crate::frontier::Frontier;
use crate::tile::{HEIGHT, TileRef};
use crate::{Clock, Follower, Log, LogError};

/// How the next append fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails and nothing is kept: [`LogError::OnCommand`].
    NotKept,
    /// It is kept, and the answer is lost: [`LogError::UnknownOutcome`].
    Kept,
    /// It succeeds, late.
    Delayed(Duration),
}

#[derive(Debug, Default)]
struct State {
    entries: Vec<(Entry, KeyId, u32)>,
    frontier: Frontier,
    quarantine: Vec<StoredQuarantined>,
    relay: u64,
    checkpoints: Vec<SignedCheckpoint>,
    faults: VecDeque<Fault>,
    appends: usize,
    led: bool,
}

/// A log in memory.
#[derive(Clone)]
pub struct MemoryLog {
    state: Arc<Mutex<State>>,
    size: Arc<watch::Sender<u64>>,
    asked: Arc<Notify>,
    clock: Clock,
}

impl MemoryLog {
    /// An empty log.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { state: Arc::default(), size: Arc::new(watch::Sender::new(0)), asked: Arc::default(), clock }
    }

    /// Makes the next append fail in this way; several faults come in order.
    pub fn fail_next(&self, fault: Fault) {
        self.lock().faults.push_back(fault);
    }

    /// How many appends were asked for.
    #[must_use]
    pub fn appends(&self) -> usize {
        self.lock().appends
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in a test must not hide behind a poisoned lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append_now(
        &self,
        size: Option<u64>,
        batch: &[NewEntry],
        quarantine: &[Quarantined],
    ) -> Option<Vec<Outcome>> {
        let mut state = self.lock();
        if size.is_some_and(|size| size != state.frontier.size()) {
            return None;
        }
        let last = state.entries.last().map(|(entry, ..)| entry.recorded_at);
        let recorded_at = last.map_or_else(|| (self.clock)(), |last| last.max((self.clock)()));
        let known = state.known();
        let sequenced = sequence(batch, known, state.frontier.clone(), recorded_at);
        for (entry, new) in sequenced.recorded(batch) {
            state.entries.push((entry.clone(), new.envelope.key_id.clone(), new.envelope.key_seq));
        }
        state.frontier = sequenced.frontier;
        for message in quarantine.iter().map(Quarantined::storable) {
            let again = |kept: &StoredQuarantined| {
                kept.message.raw == message.raw && kept.message.code == message.code
            };
            if !state.quarantine.iter().any(again) {
                let id = i64::try_from(state.quarantine.len()).unwrap_or(i64::MAX) + 1;
                state.quarantine.push(StoredQuarantined { id, received_at: recorded_at, message });
            }
        }
        self.size.send_replace(state.frontier.size());
        Some(sequenced.outcomes)
    }
}

impl State {
    fn known(&self) -> Known {
        let mut known = Known::default();
        for (entry, key, seq) in &self.entries {
            known.ids.insert(entry.event_id, (entry.receipt(), entry.signed.clone()));
            known.versions.insert(entry.stream.id, entry.version);
            known.key_seqs.insert((key.clone(), *seq));
        }
        known
    }

    fn entries_from(&self, from: Position) -> impl Iterator<Item = &Entry> {
        let from = usize::try_from(from.0).unwrap_or(usize::MAX);
        self.entries.iter().skip(from).map(|(entry, ..)| entry)
    }
}

/// The only error that may leave something behind.
fn lost_while_committing() -> LogError {
    LogError::UnknownOutcome(sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()))
}

impl Log for MemoryLog {
    type Lease = MemoryLease;
    type Follower = MemoryFollower;

    async fn append_to(
        &self,
        size: Option<u64>,
        batch: &[NewEntry],
        quarantine: &[Quarantined],
    ) -> Result<Option<Vec<Outcome>>, LogError> {
        let fault = {
            let mut state = self.lock();
            state.appends += 1;
            state.faults.pop_front()
        };
        match fault {
            Some(Fault::NotKept) => return Err(LogError::OnCommand),
            Some(Fault::Delayed(wait)) => tokio::time::sleep(wait).await,
            Some(Fault::Kept) | None => {}
        }
        let outcomes = self.append_now(size, batch, quarantine);
        if fault == Some(Fault::Kept) { Err(lost_while_committing()) } else { Ok(outcomes) }
    }

    async fn head(&self) -> Result<Head, LogError> {
        let state = self.lock();
        let last_recorded_at = state.entries.last().map(|(entry, ..)| entry.recorded_at);
        Ok(Head { size: state.frontier.size(), root: state.frontier.root(), last_recorded_at })
    }

    async fn tile(&self, tile: TileRef) -> Result<Option<Vec<u8>>, LogError> {
        let state = self.lock();
        let each = 1_u64.checked_shl(u32::from(tile.level) * u32::from(HEIGHT)).unwrap_or(u64::MAX);
        let (first, hashes) = (tile.first().saturating_mul(each), u64::from(tile.width));
        if first.saturating_add(hashes.saturating_mul(each)) > state.frontier.size() {
            return Ok(None);
        }
        let mut leaves = state.entries_from(Position(first)).map(|entry| entry.leaf_hash);
        let mut bytes = Vec::new();
        for _ in 0..hashes {
            let mut subtree = Frontier::default();
            leaves
                .by_ref()
                .take(usize::try_from(each).unwrap_or(usize::MAX))
                .for_each(|leaf| subtree.append(leaf));
            bytes.extend_from_slice(&subtree.root());
        }
        Ok(Some(bytes))
    }

    async fn last_checkpoint(&self) -> Result<Option<SignedCheckpoint>, LogError> {
        Ok(self.lock().checkpoints.last().cloned())
    }

    async fn keep_checkpoint(&self, previous: u64, checkpoint: &SignedCheckpoint) -> Result<bool, LogError> {
        let mut state = self.lock();
        let last = state.checkpoints.last().map_or(0, |last| last.checkpoint().size);
        if last != previous || checkpoint.checkpoint().size <= last {
            return Ok(false);
        }
        state.checkpoints.push(checkpoint.clone());
        Ok(true)
    }

    async fn ask_for_checkpoint(&self) -> Result<(), LogError> {
        self.asked.notify_one();
        Ok(())
    }

    async fn checkpoint_asked(&self) -> Result<(), LogError> {
        self.asked.notified().await;
        Ok(())
    }

    async fn read_from(&self, from: Position, limit: usize, filter: &Filter) -> Result<Page, LogError> {
        let state = self.lock();
        let wanted = state.entries_from(from).filter(|entry| filter.takes(entry));
        let entries: Vec<Entry> = wanted.take(limit).cloned().collect();
        Ok(Page::of(entries, from, limit, state.frontier.size()))
    }

    async fn read_before(
        &self,
        before: Position,
        limit: usize,
        filter: &Filter,
    ) -> Result<Vec<Entry>, LogError> {
        let state = self.lock();
        let earlier = state.entries_from(Position(0)).take_while(|entry| entry.position < before);
        let wanted: Vec<&Entry> = earlier.filter(|entry| filter.takes(entry)).collect();
        Ok(wanted.into_iter().rev().take(limit).cloned().collect())
    }

    async fn read_one(&self, position: Position) -> Result<Option<Entry>, LogError> {
        Ok(self.lock().entries_from(position).next().cloned())
    }

    async fn read_stream(&self, stream: StreamId) -> Result<Vec<Entry>, LogError> {
        let state = self.lock();
        Ok(state.entries_from(Position(0)).filter(|entry| entry.stream.id == stream).cloned().collect())
    }

    async fn find(&self, ids: &[EventId]) -> Result<Vec<Receipt>, LogError> {
        let state = self.lock();
        let found = state.entries_from(Position(0)).filter(|entry| ids.contains(&entry.event_id));
        Ok(found.map(Entry::receipt).collect())
    }

    async fn last_position_before(&self, instant: Timestamp) -> Result<Option<Position>, LogError> {
        let state = self.lock();
        let before = state.entries_from(Position(0)).take_while(|entry| entry.recorded_at < instant);
        Ok(before.last().map(|entry| entry.position))
    }

    async fn last_key_seq(&self, key: &KeyId) -> Result<u32, LogError> {
        let state = self.lock();
        Ok(state.entries.iter().filter(|(_, id, _)| id == key).map(|(.., seq)| *seq).max().unwrap_or(0))
    }

    async fn follow(&self, from: Position) -> Result<MemoryFollower, LogError> {
        Ok(MemoryFollower { log: self.clone(), size: self.size.subscribe(), next: from })
    }

    async fn quarantined(&self, limit: usize) -> Result<Vec<StoredQuarantined>, LogError> {
        Ok(self.lock().quarantine.iter().rev().take(limit).cloned().collect())
    }

    async fn relay_place(&self) -> Result<Position, LogError> {
        Ok(Position(self.lock().relay))
    }

    async fn set_relay_place(&self, place: Position) -> Result<(), LogError> {
        self.lock().relay = place.0;
        Ok(())
    }

    async fn try_lead(&self) -> Result<Option<MemoryLease>, LogError> {
        let mut state = self.lock();
        if state.led {
            return Ok(None);
        }
        state.led = true;
        Ok(Some(MemoryLease(Arc::clone(&self.state))))
    }

    async fn hold(&self, _lease: &mut MemoryLease) -> LogError {
        std::future::pending().await
    }
}

/// The place of the active recorder; free again when this is dropped.
#[derive(Debug)]
pub struct MemoryLease(Arc<Mutex<State>>);

impl Drop for MemoryLease {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).led = false;
    }
}

/// Follows a log in memory.
pub struct MemoryFollower {
    log: MemoryLog,
    size: watch::Receiver<u64>,
    next: Position,
}

impl Follower for MemoryFollower {
    async fn next(&mut self, limit: usize) -> Result<Vec<Entry>, LogError> {
        let next = self.next.0;
        // The sender lives as long as the log that this follower holds.
        if self.size.wait_for(|size| *size > next).await.is_err() {
            return Err(LogError::OnCommand);
        }
        let page = self.log.read_from(self.next, limit, &Filter::default()).await?;
        self.next = page.scanned_to;
        Ok(page.entries)
    }
}
