//! The outbox's file: SQLite, one writer, every commit on disk before it returns.

use std::collections::HashMap;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, SqlitePool};
use tais_proto::{EventId, LeafHash, Position, Signed, StreamId, Timestamp};
use uuid::Uuid;

use super::OutboxError;
use super::item::{Counts, Item};
use super::row::{COLUMNS, find, item, signed};

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
    -- what a person asked for, as a digest
    asked text,
    -- a person has read why it was refused or set aside, and decided
    closed integer not null default 0,
    unique (key_id, key_seq));
create index if not exists item_open on item (state, stream, seq) where state in ('saved', 'received');
create index if not exists item_stream on item (stream, seq);
create index if not exists item_on_its_way on item (seq) where state in ('saved', 'received');
create index if not exists item_held on item (stream) where state = 'held';
create index if not exists item_sent on item (next_at) where state in ('saved', 'received') and attempts > 0;
create table if not exists place (one integer primary key check (one = 1), seen_to integer not null);
insert or ignore into place values (1, 0);
";

/// The most rows of one statement.
const ROWS_AT_ONCE: usize = 1_000;

/// What waits for a person: what was refused or set aside, and what is held behind it.
pub(super) const STOPPED: &str = "(state in ('refused', 'quarantined', 'held') and closed = 0)";

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
pub(super) const BEGIN: &str = "begin immediate";

#[derive(Clone)]
pub(super) struct Store {
    /// Every commit of it waits for the disk.
    pub(super) writer: SqlitePool,
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
        since_asked(&writer).await?;
        let notes = one().connect_with(options.synchronous(SqliteSynchronous::Normal)).await?;
        Ok(Self { writer, notes })
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

    /// The first open item of each stream that is due, oldest first, and what was signed of it.
    pub async fn due(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(Item, Option<Signed>)>, OutboxError> {
        let statement = format!(
            "select {COLUMNS}, envelope, signature from item
              where state in ('saved', 'received') and next_at <= ? and not exists (
                  select 1 from item as before where before.stream = item.stream and before.seq < item.seq
                     and before.state in ('saved', 'received'))
              order by seq limit ?"
        );
        let rows = sqlx::query(AssertSqlSafe(statement))
            .bind(now.unix_micros())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.writer)
            .await?;
        rows.iter().map(|row| Ok((item(row)?, signed(row)?))).collect()
    }

    /// When something that was sent is looked at next; what was never sent is due or waits its turn.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, OutboxError> {
        let at: Option<i64> = sqlx::query_scalar(
            "select min(next_at) from item where state in ('saved', 'received') and attempts > 0",
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

    /// Notes that items were sent, and when to look again.
    pub async fn sent(&self, sent: &[Sent]) -> Result<(), OutboxError> {
        let mut tx = self.notes.begin_with(BEGIN).await?;
        for sent in sent.chunks(ROWS_AT_ONCE) {
            let mut update = QueryBuilder::new(
                "update item set attempts = attempts + 1, next_at = sent.column2,
                        state = case when sent.column3 then 'received' else state end from (",
            );
            update.push_values(sent, |mut row, sent| {
                row.push_bind(sent.seq).push_bind(sent.next_at.unix_micros()).push_bind(sent.received);
            });
            update.push(") as sent where item.seq = sent.column1 and item.state in ('saved', 'received')");
            update.build().execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// What was signed to be sent under these ids, of those that were.
    pub async fn sent_bytes(&self, events: &[EventId]) -> Result<HashMap<EventId, Signed>, OutboxError> {
        let mut found = HashMap::with_capacity(events.len());
        for events in events.chunks(ROWS_AT_ONCE) {
            let mut select =
                QueryBuilder::new("select event_id, envelope, signature from item where event_id in (");
            let mut ids = select.separated(", ");
            for event in events {
                ids.push_bind(event.0);
            }
            select.push(") and envelope is not null");
            for row in select.build().fetch_all(&self.writer).await? {
                found.extend(
                    signed(&row)?
                        .map(|signed| Ok::<_, OutboxError>((EventId(row.try_get("event_id")?), signed)))
                        .transpose()?,
                );
            }
        }
        Ok(found)
    }

    /// Keeps receipts of ours, if they are of exactly the bytes that were sent. What had been set aside
    /// and is recorded after all, because a copy of it came when its key was known, stops nothing any
    /// more: what was held behind it goes on. Gives whether anything changed.
    pub async fn recorded(&self, receipts: &[Receipt]) -> Result<bool, OutboxError> {
        let mut tx = self.writer.begin_with(BEGIN).await?;
        let mut changed = false;
        for receipts in receipts.chunks(ROWS_AT_ONCE) {
            let mut update = QueryBuilder::new(
                "update item set state = 'recorded', position = receipt.column2, recorded_at = receipt.column3,
                        leaf_hash = receipt.column4, code = null, reason = null from (",
            );
            update.push_values(receipts, |mut row, receipt| {
                row.push_bind(receipt.event_id.0)
                    .push_bind(i64::try_from(receipt.position.0).unwrap_or(i64::MAX))
                    .push_bind(receipt.recorded_at.unix_micros())
                    .push_bind(receipt.leaf_hash.0.to_vec())
                    .push_bind(&receipt.signed.bytes)
                    .push_bind(receipt.signed.signature.to_vec());
            });
            update.push(
                ") as receipt where item.event_id = receipt.column1 and item.envelope = receipt.column5
                      and item.signature = receipt.column6 and item.state <> 'recorded'",
            );
            changed |= update.build().execute(&mut *tx).await?.rows_affected() > 0;
        }
        if changed {
            sqlx::query(
                "update item set state = 'saved', code = null where state = 'held' and not exists (
                     select 1 from item as stopped where stopped.stream = item.stream
                        and stopped.state in ('refused', 'quarantined') and stopped.closed = 0)",
            )
            .execute(&mut *tx)
            .await?;
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

/// Outboxes that were made before what was asked was kept beside what was said.
async fn since_asked(writer: &SqlitePool) -> Result<(), OutboxError> {
    let known = "select 1 from pragma_table_info('item') where name = 'asked'";
    if sqlx::query(known).fetch_optional(writer).await?.is_none() {
        sqlx::raw_sql("alter table item add column asked text").execute(writer).await?;
    }
    Ok(())
}
