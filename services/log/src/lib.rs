//! `tais-log`: the append-only log on PostgreSQL, and its twin in memory.
//!
//! Its job: append batches in order and for ever, hand out receipts, let readers follow. Every entry
//! is a leaf of a Merkle tree (RFC 6962) whose frontier moves in the same transaction.
//!
//! Not its job: what an event means. It knows envelopes, positions and versions, nothing of
//! activities.
//!
//! Invariants:
//! * positions are gapless and become visible in order, because the head row is locked until commit;
//! * the same event id with the same bytes gets the same receipt; other bytes are refused;
//! * `recorded_at` never goes backwards, so a date maps to exactly one last position;
//! * nothing here can update or delete an entry: not by privilege, not past the triggers.

mod append;
pub mod checkpoint;
pub mod checkpoint_file;
mod entry;
mod error;
pub mod evidence;
pub mod frontier;
pub mod memory;
mod postgres;
pub mod proof;
mod provision;
mod read;
mod scram;
mod self_check;
pub mod tile;

use std::future::Future;
use std::sync::Arc;

use tais_proto::{EventId, KeyId, Position, StreamId, Timestamp};

use checkpoint::SignedCheckpoint;
pub use entry::{Entry, Filter, Head, NewEntry, Outcome, Page, Quarantined, Receipt, StoredQuarantined};
pub use error::{LogError, is_transient};
pub use memory::MemoryLog;
pub use postgres::{PostgresFollower, PostgresLease, PostgresLog};
pub use provision::{ProvisionError, RolePasswords, migrate, provision};
pub use self_check::{SelfCheckError, ServiceRole, self_check};
use tile::TileRef;

/// The clock, as a parameter everywhere.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The clock of this machine.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(|| Timestamp::new(time::OffsetDateTime::now_utc()))
}

/// The log. Two implementations: [`PostgresLog`], and [`MemoryLog`] which can fail on command.
pub trait Log: Clone + Send + Sync + 'static {
    /// What the active recorder holds.
    type Lease: Send;
    /// What follows the log from a position on.
    type Follower: Follower;

    /// Appends a batch in one transaction. An entry that conflicts is left out and reported in its
    /// outcome; the others are recorded. Nothing is recorded when an error is returned, unless it
    /// is [`LogError::UnknownOutcome`]: then ask [`Log::find`].
    ///
    /// Where a size is named and the log has another, nothing is written either, and it gives `None`.
    fn append_to(
        &self,
        size: Option<u64>,
        batch: &[NewEntry],
        quarantine: &[Quarantined],
    ) -> impl Future<Output = Result<Option<Vec<Outcome>>, LogError>> + Send;

    /// Appends a batch, however long the log is.
    fn append(
        &self,
        batch: &[NewEntry],
        quarantine: &[Quarantined],
    ) -> impl Future<Output = Result<Vec<Outcome>, LogError>> + Send {
        // There are outcomes wherever no size is named.
        async move { Ok(self.append_to(None, batch, quarantine).await?.unwrap_or_default()) }
    }

    /// Appends a batch to a log of exactly this size: what was decided on a log that has gone on since is
    /// not recorded.
    fn append_at(
        &self,
        size: u64,
        batch: &[NewEntry],
        quarantine: &[Quarantined],
    ) -> impl Future<Output = Result<Option<Vec<Outcome>>, LogError>> + Send {
        self.append_to(Some(size), batch, quarantine)
    }

    /// How far the log is.
    fn head(&self) -> impl Future<Output = Result<Head, LogError>> + Send;

    /// The hashes of a tile of the tree, 32 bytes each; `None` where the log has not as many.
    fn tile(&self, tile: TileRef) -> impl Future<Output = Result<Option<Vec<u8>>, LogError>> + Send;

    /// The last checkpoint that was kept, with the cosignatures that came for it.
    fn last_checkpoint(&self) -> impl Future<Output = Result<Option<SignedCheckpoint>, LogError>> + Send;

    /// Keeps a checkpoint after the one of `previous` entries, 0 for the first. `false` when another stands
    /// there already.
    fn keep_checkpoint(
        &self,
        previous: u64,
        checkpoint: &SignedCheckpoint,
    ) -> impl Future<Output = Result<bool, LogError>> + Send;

    /// Asks whoever records to sign what the log is now. A request that nobody hears is lost: ask again.
    fn ask_for_checkpoint(&self) -> impl Future<Output = Result<(), LogError>> + Send;

    /// Returns when a checkpoint is asked for; until then never.
    fn checkpoint_asked(&self) -> impl Future<Output = Result<(), LogError>> + Send;

    /// Reads up to `limit` entries at `from` and after, in order.
    fn read_from(
        &self,
        from: Position,
        limit: usize,
        filter: &Filter,
    ) -> impl Future<Output = Result<Page, LogError>> + Send;

    /// Reads up to `limit` entries before `before`, the latest first.
    fn read_before(
        &self,
        before: Position,
        limit: usize,
        filter: &Filter,
    ) -> impl Future<Output = Result<Vec<Entry>, LogError>> + Send;

    /// Reads one entry.
    fn read_one(&self, position: Position) -> impl Future<Output = Result<Option<Entry>, LogError>> + Send;

    /// Reads a whole stream, in order.
    fn read_stream(&self, stream: StreamId) -> impl Future<Output = Result<Vec<Entry>, LogError>> + Send;

    /// The receipts of those of these events that are recorded.
    fn find(&self, ids: &[EventId]) -> impl Future<Output = Result<Vec<Receipt>, LogError>> + Send;

    /// The last position recorded before an instant.
    fn last_position_before(
        &self,
        instant: Timestamp,
    ) -> impl Future<Output = Result<Option<Position>, LogError>> + Send;

    /// The last number in a key's sequence; 0 where it has signed nothing.
    fn last_key_seq(&self, key: &KeyId) -> impl Future<Output = Result<u32, LogError>> + Send;

    /// Follows the log from a position on: catches up, then waits for more.
    fn follow(&self, from: Position) -> impl Future<Output = Result<Self::Follower, LogError>> + Send;

    /// What was set aside, newest first.
    fn quarantined(
        &self,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<StoredQuarantined>, LogError>> + Send;

    /// The relay's place: the next position it publishes.
    fn relay_place(&self) -> impl Future<Output = Result<Position, LogError>> + Send;

    /// Moves the relay's place.
    fn set_relay_place(&self, place: Position) -> impl Future<Output = Result<(), LogError>> + Send;

    /// Takes the place of the active recorder, if it is free.
    fn try_lead(&self) -> impl Future<Output = Result<Option<Self::Lease>, LogError>> + Send;

    /// Returns when the place was lost, and why; until then never.
    fn hold(&self, lease: &mut Self::Lease) -> impl Future<Output = LogError> + Send;
}

/// Follows the log.
pub trait Follower: Send {
    /// The next entries, in order, at least one; waits until there are some.
    fn next(&mut self, limit: usize) -> impl Future<Output = Result<Vec<Entry>, LogError>> + Send;
}
