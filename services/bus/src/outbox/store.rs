//! The outbox's file: SQLite, one writer, every commit on disk before it returns.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Row as _, SqlitePool};
use tais_proto::{EventId, LeafHash, Position, Signed, SigningKey, Source, StreamId, Timestamp};
use uuid::Uuid;

use super::OutboxError;
use super::item::{Counts, Item, NewEvents};
use super::row::{COLUMNS, array, envelope_of, find, insert, item};

const SCHEMA: &str = "
create table if not exists item (
    seq integer primary key autoincrement,
    event_id blob not null unique,
    stream_kind text not null,
    stream blob not null,
    version integer not null,
    actor blob not null,
    correlation blob not null,
    causation blob,
    time integer not null,
    type text not null,
    data text not null,
    -- set when it is first sent, and never changed afterwards
    key_id text,
    key_seq integer,
    envelope blob,
    signature blob,
    sha256 text,
    state text not null default 'saved',
    attempts integer not null default 0,
    next_at integer not null default 0,
    position integer,
    recorded_at integer,
    leaf_hash blob,
    code text,
    reason text,
    -- a person has read why it was refused or set aside, and decided
    closed integer not null default 0,
    unique (key_id, key_seq));
create index if not exists item_open on item (state, stream, seq) where state in ('saved', 'received');
create index if not exists item_stream on item (stream, seq);
create table if not exists place (one integer primary key check (one = 1), seen_to integer not null);
insert or ignore into place values (1, 0);
";

/// What waits for a person: what was refused or set aside, and what is held behind it.
const STOPPED: &str = "(state in ('refused', 'quarantined', 'held') and closed = 0)";

/// An item that was handed over, or not, and when it is looked at again.
pub(super) struct Sent {
    pub seq: i64,
    pub received: bool,
    pub next_at: Timestamp,
}

/// Where an event stands in the record.
pub(super) struct Receipt {
    pub event_id: EventId,
    pub signed: Signed,
    pub position: Position,
    pub recorded_at: Timestamp,
    pub leaf_hash: LeafHash,
}

/// Two connections write: each takes the file before it reads what it decides on.
const BEGIN: &str = "begin immediate";

#[derive(Clone)]
pub(super) struct Store {
    /// Every commit of it waits for the disk.
    writer: SqlitePool,
    /// For what a power cut may take along: whether something was sent, and when to look again. The
    /// receipt, which counts, does not stand in line behind it.
    notes: SqlitePool,
}

impl Store {
    pub async fn open(path: &Path) -> Result<Self, OutboxError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // "Saved" means on disk: every commit waits for it.
            .synchronous(SqliteSynchronous::Full);
        let one = || SqlitePoolOptions::new().max_connections(1);
        let writer = one().connect_with(options.clone()).await?;
        sqlx::raw_sql(SCHEMA).execute(&writer).await?;
        let notes = one().connect_with(options.synchronous(SqliteSynchronous::Normal)).await?;
        Ok(Self { writer, notes })
    }

    /// What is the next of its stream is signed at once, so that sending it waits for no other commit.
    pub async fn save(
        &self,
        new: &NewEvents,
        source: &Source,
        key: &SigningKey,
    ) -> Result<Vec<Item>, OutboxError> {
        let mut tx = self.writer.begin_with(BEGIN).await?;
        let mut is_next = !is_waited_for(&mut tx, new.stream.id.0).await?;
        let held = is_stopped(&mut tx, new.stream.id.0).await?;
        let mut items = Vec::with_capacity(new.events.len());
        for (version, (event_id, event)) in (new.base_version + 1..).zip(&new.events) {
            if let Some(existing) = find(&mut tx, *event_id).await? {
                if existing.stream != new.stream || existing.event != *event {
                    return Err(OutboxError::IdReused(Box::new(existing)));
                }
                items.push(existing);
                continue;
            }
            if held {
                return Err(OutboxError::StreamHeld(new.stream.id));
            }
            insert(&mut tx, new, version, *event_id, event).await?;
            let saved = find(&mut tx, *event_id).await?;
            let saved = saved.ok_or_else(|| OutboxError::Unreadable(event_id.to_string()))?;
            if is_next {
                let place = last_key_seq(&mut tx, key).await? + 1;
                sign_one(&mut tx, &saved, source, (key, place)).await?;
                is_next = false;
            }
            items.push(saved);
        }
        tx.commit().await?;
        Ok(items)
    }

    pub async fn item(&self, event: EventId) -> Result<Option<Item>, OutboxError> {
        find(&mut *self.writer.acquire().await?, event).await
    }

    pub async fn items_of(&self, stream: StreamId) -> Result<Vec<Item>, OutboxError> {
        let statement = format!("select {COLUMNS} from item where stream = ? order by seq");
        let rows = sqlx::query(AssertSqlSafe(statement)).bind(stream.0).fetch_all(&self.writer).await?;
        rows.iter().map(item).collect()
    }

    pub async fn all_saved(&self) -> Result<Vec<(EventId, StreamId)>, OutboxError> {
        let rows = sqlx::query("select event_id, stream from item").fetch_all(&self.writer).await?;
        rows.iter()
            .map(|row| Ok((EventId(row.try_get("event_id")?), StreamId(row.try_get("stream")?))))
            .collect()
    }

    pub async fn open_items(&self) -> Result<Vec<Item>, OutboxError> {
        let statement = format!(
            "select {COLUMNS} from item where state in ('saved', 'received') or {STOPPED} order by seq"
        );
        let rows = sqlx::query(AssertSqlSafe(statement)).fetch_all(&self.writer).await?;
        rows.iter().map(item).collect()
    }

    /// How many items are in each state.
    pub async fn counts(&self) -> Result<Counts, OutboxError> {
        let rows = sqlx::query("select state, count(*) as items from item group by state")
            .fetch_all(&self.writer)
            .await?;
        let mut counts = Counts::default();
        for row in rows {
            let items = u64::try_from(row.try_get::<i64, _>("items")?).unwrap_or(0);
            let state: String = row.try_get("state")?;
            *counts.of(&state).ok_or(OutboxError::Unreadable(state))? = items;
        }
        Ok(counts)
    }

    /// The streams that wait for a person, oldest first.
    pub async fn stopped_streams(&self) -> Result<Vec<StreamId>, OutboxError> {
        let statement = format!("select stream from item where {STOPPED} group by stream order by min(seq)");
        let rows = sqlx::query(AssertSqlSafe(statement)).fetch_all(&self.writer).await?;
        rows.iter().map(|row| Ok(StreamId(row.try_get("stream")?))).collect()
    }

    /// The first open item of each stream that is due, oldest first.
    pub async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Item>, OutboxError> {
        let statement = format!(
            "select {COLUMNS} from item where next_at <= ? and seq in (
                 select min(seq) from item where state in ('saved', 'received') group by stream)
              order by seq limit ?"
        );
        let rows = sqlx::query(AssertSqlSafe(statement))
            .bind(now.unix_micros())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.writer)
            .await?;
        rows.iter().map(item).collect()
    }

    /// When the next first-of-its-stream item is due.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, OutboxError> {
        let at: Option<i64> = sqlx::query_scalar(
            "select min(next_at) from item where seq in (
                 select min(seq) from item where state in ('saved', 'received') group by stream)",
        )
        .fetch_one(&self.writer)
        .await?;
        Ok(at.map(Timestamp::from_unix_micros))
    }

    /// Makes everything due now: the connection is back.
    pub async fn make_due(&self) -> Result<(), OutboxError> {
        sqlx::query("update item set next_at = 0 where state in ('saved', 'received')")
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Gives items their place in the key's sequence and their signature, unless they have them.
    pub async fn sign(
        &self,
        items: &[Item],
        source: &Source,
        key: &SigningKey,
    ) -> Result<Vec<Signed>, OutboxError> {
        let mut tx = self.writer.begin_with(BEGIN).await?;
        let mut last = last_key_seq(&mut tx, key).await?;
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            let signed = match sent_bytes(&mut tx, item.event_id).await? {
                Some(signed) => signed,
                None => {
                    last += 1;
                    sign_one(&mut tx, item, source, (key, last)).await?
                }
            };
            all.push(signed);
        }
        tx.commit().await?;
        Ok(all)
    }

    /// Notes that items were sent, and when to look again.
    pub async fn sent(&self, sent: &[Sent]) -> Result<(), OutboxError> {
        let mut tx = self.notes.begin_with(BEGIN).await?;
        for Sent { seq, received, next_at } in sent {
            sqlx::query(
                "update item set attempts = attempts + 1, next_at = ?,
                                 state = case when ? then 'received' else state end
                  where seq = ? and state in ('saved', 'received')",
            )
            .bind(next_at.unix_micros())
            .bind(received)
            .bind(seq)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// What was signed to be sent under an event's id, if anything was.
    pub async fn sent_bytes(&self, event: EventId) -> Result<Option<Signed>, OutboxError> {
        sent_bytes(&mut *self.writer.acquire().await?, event).await
    }

    /// Keeps receipts of ours, if they are of exactly the bytes that were sent. What had been set aside
    /// and is recorded after all, because a copy of it came when its key was known, stops nothing any
    /// more: what was held behind it goes on. Gives whether anything changed.
    pub async fn recorded(&self, receipts: &[Receipt]) -> Result<bool, OutboxError> {
        let mut tx = self.writer.begin_with(BEGIN).await?;
        let mut changed = false;
        for receipt in receipts {
            let row = sqlx::query(
                "update item set state = 'recorded', position = ?, recorded_at = ?, leaf_hash = ?,
                                 code = null, reason = null
                  where event_id = ? and envelope = ? and signature = ? and state <> 'recorded'
                  returning stream",
            )
            .bind(i64::try_from(receipt.position.0).unwrap_or(i64::MAX))
            .bind(receipt.recorded_at.unix_micros())
            .bind(receipt.leaf_hash.0.to_vec())
            .bind(receipt.event_id.0)
            .bind(&receipt.signed.bytes)
            .bind(receipt.signed.signature.to_vec())
            .fetch_optional(&mut *tx)
            .await?;
            if let Some(row) = &row {
                changed = true;
                sqlx::query(
                    "update item set state = 'saved', code = null where stream = ?1 and state = 'held' and not exists (
                         select 1 from item where stream = ?1 and state in ('refused', 'quarantined') and closed = 0)",
                )
                .bind(row.try_get::<Uuid, _>("stream")?)
                .execute(&mut *tx)
                .await?;
            }
        }
        tx.commit().await?;
        Ok(changed)
    }

    /// Ends an item that was refused (`position` is where the record says so) or set aside, and holds
    /// what waits behind it.
    pub async fn failed(
        &self,
        sha256: &str,
        code: &str,
        reason: &str,
        position: Option<Position>,
    ) -> Result<bool, OutboxError> {
        let mut tx = self.writer.begin_with(BEGIN).await?;
        // A refusal in the record outweighs a notice of quarantine that came before it.
        let row = sqlx::query(
            "update item set state = ?, code = ?, reason = ?, position = ?
              where sha256 = ? and (state in ('saved', 'received') or (? and state = 'quarantined' and closed = 0))
              returning seq, stream",
        )
        .bind(if position.is_some() { "refused" } else { "quarantined" })
        .bind(code)
        .bind(reason)
        .bind(position.map(|position| i64::try_from(position.0).unwrap_or(i64::MAX)))
        .bind(sha256)
        .bind(position.is_some())
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(row) = &row {
            sqlx::query("update item set state = 'held', code = 'held' where stream = ? and seq > ? and state = 'saved'")
                .bind(row.try_get::<Uuid, _>("stream")?)
                .bind(row.try_get::<i64, _>("seq")?)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(row.is_some())
    }

    pub async fn resolve(&self, stream: StreamId) -> Result<(), OutboxError> {
        let mut tx = self.writer.begin_with(BEGIN).await?;
        sqlx::query("update item set state = 'abandoned' where stream = ? and state = 'held'")
            .bind(stream.0)
            .execute(&mut *tx)
            .await?;
        sqlx::query("update item set closed = 1 where stream = ? and state in ('refused', 'quarantined')")
            .bind(stream.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    pub async fn seen_to(&self) -> Result<Position, OutboxError> {
        let seen: i64 = sqlx::query_scalar("select seen_to from place").fetch_one(&self.writer).await?;
        Ok(Position(u64::try_from(seen).unwrap_or(0)))
    }

    pub async fn ask_from_the_start(&self) -> Result<(), OutboxError> {
        sqlx::query("update place set seen_to = 0").execute(&self.writer).await?;
        Ok(())
    }

    pub async fn set_seen_to(&self, position: Position) -> Result<(), OutboxError> {
        sqlx::query("update place set seen_to = max(seen_to, ?)")
            .bind(i64::try_from(position.0).unwrap_or(i64::MAX))
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

/// What was signed to be sent under an event's id, if anything was.
async fn sent_bytes(
    connection: &mut sqlx::SqliteConnection,
    event: EventId,
) -> Result<Option<Signed>, OutboxError> {
    let row = sqlx::query("select envelope, signature from item where event_id = ? and envelope is not null")
        .bind(event.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(Signed { bytes: row.try_get("envelope")?, signature: array(row.try_get("signature")?)? })
    })
    .transpose()
}

async fn sign_one(
    connection: &mut sqlx::SqliteConnection,
    item: &Item,
    source: &Source,
    (key, key_seq): (&SigningKey, i64),
) -> Result<Signed, OutboxError> {
    let place = u32::try_from(key_seq).unwrap_or(u32::MAX);
    let signed = key.sign(envelope_of(item, source, key.key_id(), place)?);
    sqlx::query(
        "update item set key_id = ?, key_seq = ?, envelope = ?, signature = ?, sha256 = ? where seq = ?",
    )
    .bind(key.key_id().as_str().to_owned())
    .bind(key_seq)
    .bind(&signed.bytes)
    .bind(signed.signature.to_vec())
    .bind(signed.sha256())
    .bind(item.seq)
    .execute(connection)
    .await?;
    Ok(signed)
}

async fn last_key_seq(connection: &mut sqlx::SqliteConnection, key: &SigningKey) -> Result<i64, OutboxError> {
    let last: Option<i64> = sqlx::query_scalar("select max(key_seq) from item where key_id = ?")
        .bind(key.key_id().as_str().to_owned())
        .fetch_one(connection)
        .await?;
    Ok(last.unwrap_or(0))
}

/// Whether something of a stream is still on its way, or stopped, so that what is saved now waits.
async fn is_waited_for(connection: &mut sqlx::SqliteConnection, stream: Uuid) -> Result<bool, OutboxError> {
    let statement = format!(
        "select exists (select 1 from item where stream = ? and (state in ('saved', 'received') or {STOPPED}))"
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(statement)).bind(stream).fetch_one(connection).await?)
}

async fn is_stopped(connection: &mut sqlx::SqliteConnection, stream: Uuid) -> Result<bool, OutboxError> {
    let statement = format!("select exists (select 1 from item where stream = ? and {STOPPED})");
    Ok(sqlx::query_scalar(AssertSqlSafe(statement)).bind(stream).fetch_one(connection).await?)
}
