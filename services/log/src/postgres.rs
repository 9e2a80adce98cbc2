//! The log on PostgreSQL.

mod append;
mod checkpoints;
mod follow;
mod page;
mod tiles;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnection, PgListener, PgRow};
use sqlx::{AssertSqlSafe, Connection as _, PgPool, Row as _};
use tais_proto::{EventId, KeyId, Position, StreamId, Timestamp};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::append::{Known, Sequenced, sequence};
use crate::checkpoint::{NoteKey, SignedCheckpoint};
use crate::entry::{Entry, Filter, Head, NewEntry, Outcome, Page, Quarantined, Receipt, StoredQuarantined};
use crate::frontier::Frontier;
use crate::read::{COLUMNS, bigint, entry, position};
use crate::tile::{Edge, TileRef, Whole};
use crate::{Clock, Log, LogError};

use append::{commit_error, insert, is_conflict, known, lock_head};
pub use follow::PostgresFollower;
pub(crate) use tiles::complete;

/// How often the active recorder looks whether its place is still its own.
const LEASE_CHECK: Duration = Duration::from_secs(1);
/// How long the server may take to answer that. One that says nothing may have given the place away.
const LEASE_ANSWER_MAX: Duration = Duration::from_secs(5);
/// The advisory lock of the active recorder: "tais" in ASCII.
const LEASE_KEY: i64 = 0x7461_6973;

/// The log on PostgreSQL.
#[derive(Clone)]
pub struct PostgresLog {
    pool: PgPool,
    clock: Clock,
    /// Where the last append of this process left the head; the next one tries there first.
    left: Arc<Mutex<Option<Begin>>>,
}

impl PostgresLog {
    /// A log on this pool, whose role decides what it may do.
    #[must_use]
    pub fn new(pool: PgPool, clock: Clock) -> Self {
        Self { pool, clock, left: Arc::default() }
    }

    /// The pool.
    #[must_use]
    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Keeps what a witness said of a checkpoint, at this time in seconds since 1970.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn keep_cosignature(
        &self,
        signed: &SignedCheckpoint,
        witness: &NoteKey,
        time: u64,
    ) -> Result<(), LogError> {
        checkpoints::keep_cosignature(&self.pool, signed, witness, time).await
    }

    /// The newest checkpoints that any witness cosigned, with what they said, the newest first.
    ///
    /// # Errors
    /// When the database does not answer, or one of them is not what it was.
    pub async fn cosigned_checkpoints(&self, limit: i64) -> Result<Vec<SignedCheckpoint>, LogError> {
        checkpoints::cosigned(&self.pool, limit).await
    }

    /// Appends in one statement where the head is still where the last append left it and all of the
    /// batch is as it says. `None` when it is not, or nobody knows: nothing was written then.
    async fn append_at_once(
        &self,
        size: Option<u64>,
        batch: &[NewEntry],
        quarantine: &[Quarantined],
    ) -> Result<Option<Vec<Outcome>>, LogError> {
        // Taken and only put back when all is known: whatever else happens, the head is read again.
        let Some(begin) = self.left().take() else { return Ok(None) };
        let from = begin.size();
        if size.is_some_and(|size| size != from) {
            return Ok(None);
        }
        let next = begin.next(batch, Known::as_the_batch_says(batch), (self.clock)());
        if tiles::ends_a_tile_of_tiles(from, next.after.size()) {
            return Ok(None);
        }
        let mut connection = self.pool.acquire().await?;
        match insert(&mut connection, batch, &next, quarantine, from).await {
            Ok(true) => {
                self.leave(next.after);
                Ok(Some(next.sequenced.outcomes))
            }
            Ok(false) => Ok(None),
            Err(error) if is_conflict(&error) => Ok(None),
            // It commits by itself: whoever does not hear of its end does not know it.
            Err(error) => Err(commit_error(error)),
        }
    }

    fn left(&self) -> MutexGuard<'_, Option<Begin>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self, begin: Begin) {
        *self.left() = Some(begin);
    }
}

/// The head row.
#[derive(Clone, Debug)]
struct HeadRow {
    frontier: Frontier,
    last_recorded_at: Option<Timestamp>,
}

/// Where an append begins: the head, and the hashes of the tile that it goes on.
#[derive(Clone, Debug)]
struct Begin {
    head: HeadRow,
    edge: Edge,
}

/// A batch, ready to be written.
struct Next {
    sequenced: Sequenced,
    whole: Vec<Whole>,
    now: Timestamp,
    /// Where the append after it begins.
    after: Begin,
}

impl Begin {
    /// The batch after it.
    fn next(mut self, batch: &[NewEntry], known: Known, clock: Timestamp) -> Next {
        let now = self.head.last_recorded_at.map_or(clock, |last| last.max(clock));
        let sequenced = sequence(batch, known, self.head.frontier, now);
        let whole =
            sequenced.entries.iter().filter_map(|entry| self.edge.append(entry.leaf_hash.0)).collect();
        let last_recorded_at =
            if sequenced.entries.is_empty() { self.head.last_recorded_at } else { Some(now) };
        let head = HeadRow { frontier: sequenced.frontier.clone(), last_recorded_at };
        Next { sequenced, whole, now, after: Self { head, edge: self.edge } }
    }

    const fn size(&self) -> u64 {
        self.head.frontier.size()
    }
}

fn head(row: &PgRow) -> Result<HeadRow, LogError> {
    let size = position(row.try_get("next_position")?).0;
    let hashes: Vec<Vec<u8>> = row.try_get("frontier")?;
    let frontier = Frontier::from_parts(size, &hashes)
        .map_err(|error| LogError::Altered { position: size, problem: error.to_string() })?;
    let last: Option<OffsetDateTime> = row.try_get("last_recorded_at")?;
    Ok(HeadRow { frontier, last_recorded_at: last.map(Timestamp::new) })
}

impl Log for PostgresLog {
    type Lease = PostgresLease;
    type Follower = PostgresFollower;

    async fn append_to(
        &self,
        size: Option<u64>,
        batch: &[NewEntry],
        quarantine: &[Quarantined],
    ) -> Result<Option<Vec<Outcome>>, LogError> {
        if batch.is_empty() && quarantine.is_empty() {
            return Ok(Some(Vec::new()));
        }
        if let Some(outcomes) = self.append_at_once(size, batch, quarantine).await? {
            return Ok(Some(outcomes));
        }
        let mut tx = self.pool.begin().await?;
        let head = lock_head(&mut tx).await?;
        let from = head.frontier.size();
        if size.is_some_and(|size| size != from) {
            return Ok(None);
        }
        let known = known(&mut tx, batch).await?;
        let edge = tiles::edge(&mut tx, from).await?;
        let next = Begin { head, edge }.next(batch, known, (self.clock)());
        if !insert(&mut tx, batch, &next, quarantine, from).await? {
            let problem = "the head moved under its lock, or a version has none before it".to_owned();
            return Err(LogError::Altered { position: from, problem });
        }
        tiles::complete(&mut tx, next.after.size()).await?;
        tx.commit().await.map_err(commit_error)?;
        self.leave(next.after);
        Ok(Some(next.sequenced.outcomes))
    }

    async fn head(&self) -> Result<Head, LogError> {
        let row = sqlx::query("select next_position, frontier, last_recorded_at from log.head where log = 1")
            .fetch_one(&self.pool)
            .await?;
        let HeadRow { frontier, last_recorded_at } = head(&row)?;
        Ok(Head { size: frontier.size(), root: frontier.root(), last_recorded_at })
    }

    async fn tile(&self, tile: TileRef) -> Result<Option<Vec<u8>>, LogError> {
        tiles::read(&self.pool, tile).await
    }

    async fn last_checkpoint(&self) -> Result<Option<SignedCheckpoint>, LogError> {
        checkpoints::last(&self.pool).await
    }

    async fn keep_checkpoint(&self, previous: u64, checkpoint: &SignedCheckpoint) -> Result<bool, LogError> {
        checkpoints::keep(&self.pool, previous, checkpoint, (self.clock)()).await
    }

    async fn ask_for_checkpoint(&self) -> Result<(), LogError> {
        sqlx::query("select pg_notify('tais_checkpoint', '')").execute(&self.pool).await?;
        Ok(())
    }

    async fn checkpoint_asked(&self) -> Result<(), LogError> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen("tais_checkpoint").await?;
        listener.recv().await?;
        Ok(())
    }

    async fn read_from(&self, from: Position, limit: usize, filter: &Filter) -> Result<Page, LogError> {
        page::read(&self.pool, from, limit, filter).await
    }

    async fn read_before(
        &self,
        before: Position,
        limit: usize,
        filter: &Filter,
    ) -> Result<Vec<Entry>, LogError> {
        page::read_before(&self.pool, before, limit, filter).await
    }

    async fn read_one(&self, position: Position) -> Result<Option<Entry>, LogError> {
        let statement = format!("select {COLUMNS} from log.entry where position = $1");
        let row =
            sqlx::query(AssertSqlSafe(statement)).bind(bigint(position)).fetch_optional(&self.pool).await?;
        row.as_ref().map(entry).transpose()
    }

    async fn read_stream(&self, stream: StreamId) -> Result<Vec<Entry>, LogError> {
        let statement = format!("select {COLUMNS} from log.entry where stream = $1 order by version");
        let rows = sqlx::query(AssertSqlSafe(statement)).bind(stream.0).fetch_all(&self.pool).await?;
        rows.iter().map(entry).collect()
    }

    async fn find(&self, ids: &[EventId]) -> Result<Vec<Receipt>, LogError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let statement = format!("select {COLUMNS} from log.entry where event_id = any($1)");
        let rows = sqlx::query(AssertSqlSafe(statement)).bind(ids).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(entry(row)?.receipt())).collect()
    }

    async fn last_position_before(&self, instant: Timestamp) -> Result<Option<Position>, LogError> {
        // recorded_at never goes backwards, so the last entry before the instant is the answer.
        let last: Option<i64> = sqlx::query_scalar(
            "select position from log.entry where recorded_at < $1
                  order by recorded_at desc, position desc limit 1",
        )
        .bind(instant.to_utc())
        .fetch_optional(&self.pool)
        .await?;
        Ok(last.map(position))
    }

    async fn last_key_seq(&self, key: &KeyId) -> Result<u32, LogError> {
        let last: Option<i32> = sqlx::query_scalar("select max(key_seq) from log.entry where key_id = $1")
            .bind(key.as_str())
            .fetch_one(&self.pool)
            .await?;
        Ok(last.and_then(|seq| u32::try_from(seq).ok()).unwrap_or(0))
    }

    async fn follow(&self, from: Position) -> Result<PostgresFollower, LogError> {
        PostgresFollower::new(self.clone(), from).await
    }

    async fn quarantined(&self, limit: usize) -> Result<Vec<StoredQuarantined>, LogError> {
        let rows = sqlx::query(
            "select id, received_at, subject, signature, raw, code, reason from log.quarantine
              order by id desc limit $1",
        )
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(quarantined).collect()
    }

    async fn relay_place(&self) -> Result<Position, LogError> {
        let place: i64 =
            sqlx::query_scalar("select place from log.relay where log = 1").fetch_one(&self.pool).await?;
        Ok(position(place))
    }

    async fn set_relay_place(&self, place: Position) -> Result<(), LogError> {
        // Not waited for until it is on disk: what is relayed twice is taken once, and the disk is
        // needed for receipts.
        sqlx::query(
            "with lazily as (select set_config('synchronous_commit', 'off', true))
             update log.relay set place = $1 from lazily where log = 1",
        )
        .bind(bigint(place))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn try_lead(&self) -> Result<Option<PostgresLease>, LogError> {
        let mut connection = self.pool.acquire().await?.detach();
        let led: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
            .bind(LEASE_KEY)
            .fetch_one(&mut connection)
            .await?;
        Ok(led.then_some(PostgresLease(connection)))
    }

    async fn hold(&self, lease: &mut PostgresLease) -> LogError {
        loop {
            tokio::time::sleep(LEASE_CHECK).await;
            let lost = match tokio::time::timeout(LEASE_ANSWER_MAX, lease.0.ping()).await {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => error.to_string(),
                Err(late) => late.to_string(),
            };
            tracing::warn!(error = lost, "the place of the active recorder was lost");
            return LogError::LeaseLost;
        }
    }
}

fn quarantined(row: &PgRow) -> Result<StoredQuarantined, LogError> {
    Ok(StoredQuarantined {
        id: row.try_get("id")?,
        received_at: Timestamp::new(row.try_get::<OffsetDateTime, _>("received_at")?),
        message: Quarantined {
            subject: row.try_get("subject")?,
            signature: row.try_get("signature")?,
            raw: row.try_get("raw")?,
            code: row.try_get("code")?,
            reason: row.try_get("reason")?,
        },
    })
}

/// The place of the active recorder: an advisory lock of one connection, free again when that ends.
#[derive(Debug)]
pub struct PostgresLease(PgConnection);
