//! The log on PostgreSQL.

use std::time::Duration;

use sqlx::postgres::{PgConnection, PgListener, PgRow};
use sqlx::{AssertSqlSafe, Connection as _, PgPool, Postgres, Row as _, Transaction};
use tais_proto::{EventId, KeyId, LeafHash, Position, Signed, StreamId, Timestamp};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::append::{Known, Sequenced, sequence};
use crate::entry::{Entry, Filter, Head, NewEntry, Outcome, Page, Quarantined, Receipt, StoredQuarantined};
use crate::frontier::Frontier;
use crate::read::{COLUMNS, bigint, entry, position};
use crate::{Clock, Follower, Log, LogError};

/// How long a follower waits for a wake-up before it looks by itself.
const POLL: Duration = Duration::from_millis(250);
/// How often the active recorder looks whether its place is still its own.
const LEASE_CHECK: Duration = Duration::from_secs(1);
/// The advisory lock of the active recorder: "tais" in ASCII.
const LEASE_KEY: i64 = 0x7461_6973;

/// The log on PostgreSQL.
#[derive(Clone)]
pub struct PostgresLog {
    pool: PgPool,
    clock: Clock,
}

impl PostgresLog {
    /// A log on this pool, whose role decides what it may do.
    #[must_use]
    pub fn new(pool: PgPool, clock: Clock) -> Self {
        Self { pool, clock }
    }

    /// The pool.
    #[must_use]
    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }
}

struct LockedHead {
    frontier: Frontier,
    last_recorded_at: Option<Timestamp>,
}

fn head(row: &PgRow) -> Result<LockedHead, LogError> {
    let size = position(row.try_get("next_position")?).0;
    let hashes: Vec<Vec<u8>> = row.try_get("frontier")?;
    let frontier = Frontier::from_parts(size, &hashes)
        .map_err(|error| LogError::Altered { position: size, problem: error.to_string() })?;
    let last: Option<OffsetDateTime> = row.try_get("last_recorded_at")?;
    Ok(LockedHead { frontier, last_recorded_at: last.map(Timestamp::new) })
}

/// Takes the lock that orders all appends.
async fn lock_head(tx: &mut Transaction<'_, Postgres>) -> Result<LockedHead, LogError> {
    let row = sqlx::query(
        "select next_position, frontier, last_recorded_at from log.head where log = 1 for update",
    )
    .fetch_one(&mut **tx)
    .await?;
    head(&row)
}

/// What the log holds of what the batch touches, in one look-up under the lock.
async fn known(tx: &mut Transaction<'_, Postgres>, batch: &[NewEntry]) -> Result<Known, LogError> {
    let ids: Vec<Uuid> = batch.iter().map(|new| new.envelope.id.0).collect();
    let mut streams: Vec<Uuid> = batch.iter().map(|new| new.envelope.stream.id.0).collect();
    streams.sort_unstable();
    streams.dedup();
    let keys: Vec<&str> = batch.iter().map(|new| new.envelope.key_id.as_str()).collect();
    let seqs: Vec<i32> = batch.iter().map(|new| int(new.envelope.key_seq)).collect();
    let rows = sqlx::query(
        "select 0::int2 as kind, event_id as id, position as n, null::text as key_id,
                recorded_at, leaf_hash, envelope, signature
           from log.entry where event_id = any($1)
         union all
         select 1::int2, s.id, (select version from log.entry where stream = s.id order by version desc limit 1),
                null, null, null, null, null
           from unnest($2::uuid[]) as s (id)
         union all
         select 2::int2, null, e.key_seq, e.key_id, null, null, null, null
           from unnest($3::text[], $4::int4[]) as k (key_id, key_seq)
           join log.entry e on e.key_id = k.key_id and e.key_seq = k.key_seq",
    )
    .bind(ids)
    .bind(streams)
    .bind(keys)
    .bind(seqs)
    .fetch_all(&mut **tx)
    .await?;
    let mut known = Known::default();
    for row in &rows {
        read_known(row, &mut known)?;
    }
    Ok(known)
}

fn read_known(row: &PgRow, known: &mut Known) -> Result<(), LogError> {
    let n: Option<i64> = row.try_get("n")?;
    match row.try_get::<i16, _>("kind")? {
        0 => {
            let place = position(n.unwrap_or(0));
            let altered =
                |problem: &str| LogError::Altered { position: place.0, problem: problem.to_owned() };
            let leaf: &[u8] = row.try_get("leaf_hash")?;
            let signature: &[u8] = row.try_get("signature")?;
            let receipt = Receipt {
                event_id: EventId(row.try_get("id")?),
                position: place,
                recorded_at: Timestamp::new(row.try_get::<OffsetDateTime, _>("recorded_at")?),
                leaf_hash: LeafHash(leaf.try_into().map_err(|_| altered("leaf_hash"))?),
            };
            let signature = signature.try_into().map_err(|_| altered("signature"))?;
            let signed = Signed { bytes: row.try_get("envelope")?, signature };
            known.ids.insert(receipt.event_id, (receipt, signed));
        }
        1 => {
            let version = n.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            known.versions.insert(StreamId(row.try_get("id")?), version);
        }
        _ => {
            let key: &str = row.try_get("key_id")?;
            if let (Ok(key), Some(seq)) = (key.parse::<KeyId>(), n.and_then(|n| u32::try_from(n).ok())) {
                known.key_seqs.insert((key, seq));
            }
        }
    }
    Ok(())
}

fn int(number: u32) -> i32 {
    // Envelopes carry CloudEvents integers, which are signed 32-bit.
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// What a failed commit means. Where the server refused, nothing was recorded; where the connection
/// ended, whoever ended it, the outcome is unknown, and the event ids tell it later.
fn commit_error(error: sqlx::Error) -> LogError {
    let code = match &error {
        sqlx::Error::Database(refused) => refused.code(),
        _ => return LogError::UnknownOutcome(error),
    };
    // Connection lost, server shutting down or crashed, statement completion unknown.
    let ended = code.is_some_and(|code| code.starts_with("08") || code.starts_with("57P") || code == "40003");
    if ended { LogError::UnknownOutcome(error) } else { LogError::Database(error) }
}

const APPEND: &str = "\
with entries as (
    insert into log.entry (position, event_id, stream, stream_kind, version, type, state, pillar,
                           occurred_at, recorded_at, key_id, key_seq, envelope, signature, leaf_hash)
    select position, event_id, stream, stream_kind, version, type, state, pillar,
           occurred_at, $4, key_id, key_seq, envelope, signature, leaf_hash
      from unnest($5::int8[], $6::uuid[], $7::uuid[], $8::text[], $9::int4[], $10::text[], $11::text[],
                  $12::text[], $13::timestamptz[], $14::text[], $15::int4[], $16::bytea[], $17::bytea[],
                  $18::bytea[])
        as t (position, event_id, stream, stream_kind, version, type, state, pillar,
              occurred_at, key_id, key_seq, envelope, signature, leaf_hash)),
quarantined as (
    insert into log.quarantine (received_at, subject, signature, raw, sha256, code, reason)
    select $4, subject, signature, raw, sha256(raw), code, reason
      from unnest($19::text[], $20::text[], $21::bytea[], $22::text[], $23::text[])
        as q (subject, signature, raw, code, reason)
    on conflict do nothing)
update log.head set next_position = $1, frontier = $2, last_recorded_at = coalesce($3, last_recorded_at)
 where log = 1
returning pg_notify('tais_log', next_position::text)";

/// Everything the batch adds, in one statement.
async fn insert(
    tx: &mut Transaction<'_, Postgres>,
    batch: &[NewEntry],
    sequenced: &Sequenced,
    quarantine: &[Quarantined],
    now: Timestamp,
) -> Result<(), LogError> {
    let recorded: Vec<&NewEntry> = sequenced.recorded(batch).map(|(_, new)| new).collect();
    let entries = &sequenced.entries;
    let any = (!entries.is_empty()).then(|| now.to_utc());
    sqlx::query(APPEND)
        .bind(bigint(Position(sequenced.frontier.size())))
        .bind(sequenced.frontier.hashes())
        .bind(any)
        .bind(now.to_utc())
        .bind(entries.iter().map(|e| bigint(e.position)).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.event_id.0).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.stream.id.0).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.stream.kind.code()).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| int(e.version)).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.event_type.as_str()).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.state.as_str()).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.pillar.map(|p| p.code())).collect::<Vec<_>>())
        .bind(recorded.iter().map(|n| n.envelope.time.to_utc()).collect::<Vec<_>>())
        .bind(recorded.iter().map(|n| n.envelope.key_id.as_str()).collect::<Vec<_>>())
        .bind(recorded.iter().map(|n| int(n.envelope.key_seq)).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.signed.bytes.as_slice()).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.signed.signature.as_slice()).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.leaf_hash.0.as_slice()).collect::<Vec<_>>())
        .bind(quarantine.iter().map(|q| q.subject.as_str()).collect::<Vec<_>>())
        .bind(quarantine.iter().map(|q| q.signature.as_deref()).collect::<Vec<_>>())
        .bind(quarantine.iter().map(|q| q.raw.as_slice()).collect::<Vec<_>>())
        .bind(quarantine.iter().map(|q| q.code.as_str()).collect::<Vec<_>>())
        .bind(quarantine.iter().map(|q| q.reason.as_str()).collect::<Vec<_>>())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

impl Log for PostgresLog {
    type Lease = PostgresLease;
    type Follower = PostgresFollower;

    async fn append(&self, batch: &[NewEntry], quarantine: &[Quarantined]) -> Result<Vec<Outcome>, LogError> {
        if batch.is_empty() && quarantine.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.pool.begin().await?;
        let head = lock_head(&mut tx).await?;
        let known = known(&mut tx, batch).await?;
        let clock = (self.clock)();
        let now = head.last_recorded_at.map_or(clock, |last| last.max(clock));
        let sequenced = sequence(batch, known, head.frontier, now);
        insert(&mut tx, batch, &sequenced, quarantine, now).await?;
        tx.commit().await.map_err(commit_error)?;
        Ok(sequenced.outcomes)
    }

    async fn head(&self) -> Result<Head, LogError> {
        let row = sqlx::query("select next_position, frontier, last_recorded_at from log.head where log = 1")
            .fetch_one(&self.pool)
            .await?;
        let LockedHead { frontier, last_recorded_at } = head(&row)?;
        Ok(Head { size: frontier.size(), root: frontier.root(), last_recorded_at })
    }

    async fn root_at(&self, size: u64) -> Result<Option<[u8; 32]>, LogError> {
        use futures_util::TryStreamExt as _;
        // The head first: what it counts is there to be read, whatever is appended meanwhile.
        if size > self.head().await?.size {
            return Ok(None);
        }
        let mut frontier = Frontier::default();
        let mut leaves =
            sqlx::query("select position, leaf_hash from log.entry where position < $1 order by position")
                .bind(bigint(Position(size)))
                .fetch(&self.pool);
        while let Some(row) = leaves.try_next().await? {
            let next = frontier.size();
            if position(row.try_get("position")?).0 != next {
                return Err(LogError::Hole(next));
            }
            let altered = |_| LogError::Altered { position: next, problem: "leaf_hash".to_owned() };
            frontier.append(LeafHash(row.try_get::<&[u8], _>("leaf_hash")?.try_into().map_err(altered)?));
        }
        if frontier.size() == size { Ok(Some(frontier.root())) } else { Err(LogError::Hole(frontier.size())) }
    }

    async fn read_from(&self, from: Position, limit: usize, filter: &Filter) -> Result<Page, LogError> {
        // The head and the entries come from one statement, hence from one snapshot.
        let statement = format!(
            "select h.next_position, e.* from log.head h left join lateral (
                 select {COLUMNS} from log.entry
                  where position >= $1 and ($3::text is null or pillar = $3)
                    and ($4::text is null or stream_kind = $4) and ($5::uuid is null or stream = $5)
                  order by position limit $2) e on true
              where h.log = 1 order by e.position"
        );
        let rows = sqlx::query(AssertSqlSafe(statement))
            .bind(bigint(from))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(filter.pillar.map(|pillar| pillar.code()))
            .bind(filter.kind.map(|kind| kind.code()))
            .bind(filter.stream.map(|stream| stream.0))
            .fetch_all(&self.pool)
            .await?;
        page(&rows, from, limit, filter)
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
        let last: Option<i64> =
            sqlx::query_scalar("select max(position) from log.entry where recorded_at < $1")
                .bind(instant.to_utc())
                .fetch_one(&self.pool)
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
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen("tais_log").await?;
        Ok(PostgresFollower { log: self.clone(), listener, next: from })
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
        sqlx::query("update log.relay set place = $1 where log = 1")
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
            if let Err(error) = lease.0.ping().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the place of the active recorder was lost"
                );
                return LogError::LeaseLost;
            }
        }
    }
}

fn page(rows: &[PgRow], from: Position, limit: usize, filter: &Filter) -> Result<Page, LogError> {
    let next = rows.first().map_or(Ok(0), |row| row.try_get::<i64, _>("next_position")).map(position)?;
    let found =
        |row: &&PgRow| row.try_get::<Option<i64>, _>("position").is_ok_and(|position| position.is_some());
    let entries: Vec<Entry> = rows.iter().filter(found).map(entry).collect::<Result<_, _>>()?;
    if filter.is_everything() {
        assert_contiguous(&entries, from, next, limit)?;
    }
    Ok(Page::of(entries, from, limit, next.0))
}

/// Positions are gapless: a hole means that the record was altered, and reading on would hide it.
fn assert_contiguous(
    entries: &[Entry],
    from: Position,
    next: Position,
    limit: usize,
) -> Result<(), LogError> {
    let expected = (next.0.saturating_sub(from.0)).min(limit as u64);
    let missing = (from.0..).zip(entries).find(|(position, entry)| entry.position.0 != *position);
    match missing {
        Some((position, _)) => Err(LogError::Hole(position)),
        None if (entries.len() as u64) < expected => Err(LogError::Hole(from.0 + entries.len() as u64)),
        None => Ok(()),
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

/// Follows the log on PostgreSQL.
pub struct PostgresFollower {
    log: PostgresLog,
    listener: PgListener,
    next: Position,
}

impl Follower for PostgresFollower {
    async fn next(&mut self, limit: usize) -> Result<Vec<Entry>, LogError> {
        loop {
            let page = self.log.read_from(self.next, limit, &Filter::default()).await?;
            if !page.entries.is_empty() {
                self.next = page.scanned_to;
                return Ok(page.entries);
            }
            // A wake-up is a hint: one that is lost costs a quarter of a second.
            match tokio::time::timeout(POLL, self.listener.recv()).await {
                Ok(Ok(_)) | Err(_) => {}
                Ok(Err(error)) => return Err(error.into()),
            }
        }
    }
}
