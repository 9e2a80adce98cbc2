//! The outbox's file: SQLite, one writer; what was said is on disk before its commit returns.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, SqlitePool};
use tais_proto::{EventId, Position, Signed, StreamId, Timestamp};
use tokio::sync::Mutex;

use super::OutboxError;
use super::item::{Counts, Item};
use super::row::{COLUMNS, find, item, signed};
use super::save::Last;
use super::writer::Writer;

const SCHEMA: &str = "
create table if not exists item (
    seq integer primary key autoincrement,
    event_id blob not null unique,
    -- of the columns down to data what the envelope says too is empty once that is there, but for the stream
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
create index if not exists item_stream on item (stream, seq);
create index if not exists item_pending on item (seq) where state in ('saved', 'received');
create index if not exists item_unsigned on item (stream, seq) where state in ('saved', 'received') and envelope is null;
create index if not exists item_stopped on item (stream, seq)
    where state in ('refused', 'quarantined', 'held') and closed = 0;
-- of outboxes that sent the events of a stream one by one
drop index if exists item_open;
drop index if exists item_on_its_way;
drop index if exists item_waiting;
drop index if exists item_signed;
drop index if exists item_held;
create index if not exists item_recorded on item (position) where state = 'recorded';
create index if not exists item_sent on item (next_at) where state in ('saved', 'received') and attempts > 0;
create table if not exists place (one integer primary key check (one = 1), seen_to integer not null);
insert or ignore into place values (1, 0);
";

/// The most rows of one statement, and those that wait between the file's thread and who reads them.
pub(super) const ROWS_AT_ONCE: usize = 1_000;
/// How many read at once: the sender, and pages.
const READERS: u32 = 2;

/// The most pages of 8 KiB that wait to be moved into their place.
const PAGES_MAX: &str = "8000";

/// In KiB, as SQLite takes it; what is not used is not taken.
const CACHE: &str = "-32000";

/// What is not recorded yet.
pub(super) const ON_ITS_WAY: &str = "state in ('saved', 'received')";

/// What waits for a person: what was refused or set aside, and what is held behind it.
pub(super) const STOPPED: &str = "(state in ('refused', 'quarantined', 'held') and closed = 0)";

/// An item that was handed over, or not, and when it is looked at again.
pub(super) struct Sent {
    pub seq: i64,
    pub event_id: EventId,
    pub received: bool,
    pub next_at: Timestamp,
}

/// Whoever writes takes the file before reading what is decided on.
pub(super) const BEGIN: &str = "begin immediate";

#[derive(Clone)]
pub(super) struct Store {
    pub(super) writer: Arc<Writer>,
    /// How far the file goes, as this process left it; `None` where that must be looked up.
    pub(super) last: Arc<Mutex<Option<Last>>>,
    /// Moves what was written into its place, and writes nothing else.
    tidier: SqlitePool,
    /// Who only looks stands in nobody's way.
    pub(super) reader: SqlitePool,
}

impl Store {
    pub async fn open(path: &Path) -> Result<Self, OutboxError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            // A row has one or two kilobytes and grows when its receipt comes: with pages of 4 KiB an import is slower.
            .page_size(8192)
            .journal_mode(SqliteJournalMode::Wal)
            // "Saved" means on disk: commits wait for it, but for those of [`Writer::recoverable`].
            .synchronous(SqliteSynchronous::Full)
            // Who saves does not also move what was written into its place: that is done beside it
            // ([`Store::tidy`]), and here only where nothing runs and the file of writes would grow for ever.
            .pragma("wal_autocheckpoint", PAGES_MAX)
            .pragma("temp_store", "memory");
        // A file does not go away as a server does: it is not asked before each use.
        let pool =
            |connections| SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false);
        // An outbox of tens of thousands, as an import makes it, is looked up and changed in memory.
        let writer = pool(1).connect_with(options.clone().pragma("cache_size", CACHE)).await?;
        sqlx::raw_sql(SCHEMA).execute(&writer).await?;
        since_asked(&writer).await?;
        let tidier = pool(1).connect_with(options.clone()).await?;
        let options = options.read_only(true).row_buffer_size(ROWS_AT_ONCE);
        let reader = pool(READERS).connect_with(options).await?;
        Ok(Self { writer: Arc::new(Writer::new(writer)), last: Arc::default(), tidier, reader })
    }

    pub async fn items(&self, events: &[EventId]) -> Result<Vec<Item>, OutboxError> {
        find(&mut *self.reader.acquire().await?, events).await
    }

    /// The items of streams, in order: all, or those that count or wait for a person.
    pub async fn items_of(&self, streams: &[StreamId], all: bool) -> Result<Vec<Item>, OutboxError> {
        let mut items = Vec::new();
        for streams in streams.chunks(ROWS_AT_ONCE) {
            let mut select = QueryBuilder::new(format!("select {COLUMNS} from item where stream in ("));
            let mut ids = select.separated(", ");
            for stream in streams {
                ids.push_bind(stream.0);
            }
            select.push(")");
            if !all {
                select.push(format!(" and (state in ('saved', 'received', 'recorded') or {STOPPED})"));
            }
            select.push(" order by seq");
            for row in select.build().fetch_all(&self.reader).await? {
                items.push(item(&row)?);
            }
        }
        Ok(items)
    }

    /// What was recorded at this position or after it, in order.
    pub async fn recorded_from(&self, position: Position) -> Result<Vec<Item>, OutboxError> {
        let statement = format!(
            "select {COLUMNS} from item where state = 'recorded' and position >= ? order by position"
        );
        let rows = sqlx::query(AssertSqlSafe(statement))
            .bind(i64::try_from(position.0).unwrap_or(i64::MAX))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(item).collect()
    }

    pub async fn saved_streams(&self) -> Result<Vec<StreamId>, OutboxError> {
        // Of the index alone.
        let rows = sqlx::query("select distinct stream from item").fetch_all(&self.reader).await?;
        rows.iter().map(|row| Ok(StreamId(row.try_get("stream")?))).collect()
    }

    pub async fn open_items(&self) -> Result<Vec<Item>, OutboxError> {
        // Each by its own index: of an outbox that grows for years, little is open.
        let statement = format!(
            "select {COLUMNS} from item where {ON_ITS_WAY}
             union all select {COLUMNS} from item where {STOPPED} order by seq"
        );
        let rows = sqlx::query(AssertSqlSafe(statement)).fetch_all(&self.reader).await?;
        rows.iter().map(item).collect()
    }

    /// How many items are in each state.
    pub async fn counts(&self) -> Result<Counts, OutboxError> {
        let rows = sqlx::query("select state, count(*) as items from item group by state")
            .fetch_all(&self.reader)
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
        let rows = sqlx::query(AssertSqlSafe(statement)).fetch_all(&self.reader).await?;
        rows.iter().map(|row| Ok(StreamId(row.try_get("stream")?))).collect()
    }

    /// What is signed and due, oldest first; without those that are on their way just now. Of a stream, what goes in
    /// one message or nothing.
    pub async fn due(
        &self,
        now: Timestamp,
        limit: usize,
        on_their_way: &HashSet<i64>,
    ) -> Result<Vec<(Item, Signed)>, OutboxError> {
        // SQLite keeps no figures of this table: left to itself it reads all that waits for the first few.
        let mut select = QueryBuilder::new(format!(
            "select {COLUMNS}, envelope, signature from item indexed by item_pending
              where state in ('saved', 'received') and envelope is not null and next_at <= "
        ));
        select.push_bind(now.unix_micros());
        push_without(&mut select, on_their_way);
        select.push(
            " and not exists (select 1 from item as before indexed by item_stream
                               where before.state in ('saved', 'received') and before.stream = item.stream
                                 and before.seq < item.seq and before.next_at > ",
        );
        select.push_bind(now.unix_micros());
        select.push(") order by seq limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let mut due = Vec::new();
        for row in select.build().fetch_all(&self.reader).await? {
            if let Some(signed) = signed(&row)? {
                due.push((item(&row)?, signed));
            }
        }
        if due.len() == limit {
            // More of the last one's stream may come behind it.
            let last = due.last().map(|(item, _)| item.stream);
            due.truncate(
                due.iter().rposition(|(item, _)| Some(item.stream) != last).map_or(limit, |n| n + 1),
            );
        }
        Ok(due)
    }

    /// When something that was sent is looked at next; what was never sent is due or waits its turn.
    pub async fn next_due(&self, on_their_way: &HashSet<i64>) -> Result<Option<Timestamp>, OutboxError> {
        let mut select = QueryBuilder::new(
            "select min(next_at) from item indexed by item_sent
              where state in ('saved', 'received') and attempts > 0",
        );
        push_without(&mut select, on_their_way);
        let at: Option<i64> = select.build_query_scalar().fetch_one(&self.reader).await?;
        Ok(at.map(Timestamp::from_unix_micros))
    }

    /// Makes everything due now: the connection is back.
    pub async fn make_due(&self) -> Result<(), OutboxError> {
        let update = sqlx::query("update item set next_at = 0 where state in ('saved', 'received')");
        self.writer.recoverable(update).await?;
        Ok(())
    }

    /// Notes that items were sent, and when to look again.
    pub async fn sent(&self, sent: &[Sent]) -> Result<(), OutboxError> {
        // Each statement is a commit of its own.
        for sent in sent.chunks(ROWS_AT_ONCE) {
            let mut update = QueryBuilder::new(
                "update item set attempts = attempts + 1, next_at = sent.column2,
                        state = case when sent.column3 then 'received' else state end from (",
            );
            update.push_values(sent, |mut row, sent| {
                row.push_bind(sent.seq).push_bind(sent.next_at.unix_micros()).push_bind(sent.received);
            });
            update.push(") as sent where item.seq = sent.column1 and item.state in ('saved', 'received')");
            self.writer.recoverable(update.build()).await?;
        }
        Ok(())
    }

    /// What was signed to be sent under these ids, of those that were, with its places.
    pub async fn sent_bytes(
        &self,
        events: &[EventId],
    ) -> Result<HashMap<EventId, (i64, Signed)>, OutboxError> {
        let mut found = HashMap::with_capacity(events.len());
        for events in events.chunks(ROWS_AT_ONCE) {
            let mut select =
                QueryBuilder::new("select seq, event_id, envelope, signature from item where event_id in (");
            let mut ids = select.separated(", ");
            for event in events {
                ids.push_bind(event.0);
            }
            select.push(") and envelope is not null");
            for row in select.build().fetch_all(&self.reader).await? {
                if let Some(signed) = signed(&row)? {
                    found.insert(EventId(row.try_get("event_id")?), (row.try_get("seq")?, signed));
                }
            }
        }
        Ok(found)
    }

    /// Moves what was written into its place, as far as nobody is in the way.
    pub async fn tidy(&self) -> Result<(), OutboxError> {
        sqlx::query("pragma wal_checkpoint(passive)").execute(&self.tidier).await?;
        Ok(())
    }

    pub async fn seen_to(&self) -> Result<Position, OutboxError> {
        let seen: i64 = sqlx::query_scalar("select seen_to from place").fetch_one(&self.reader).await?;
        Ok(Position(u64::try_from(seen).unwrap_or(0)))
    }

    pub async fn ask_from_the_start(&self) -> Result<(), OutboxError> {
        self.writer.recoverable(sqlx::query("update place set seen_to = 0")).await?;
        Ok(())
    }

    pub async fn set_seen_to(&self, position: Position) -> Result<(), OutboxError> {
        let update = sqlx::query("update place set seen_to = max(seen_to, ?)");
        self.writer.recoverable(update.bind(i64::try_from(position.0).unwrap_or(i64::MAX))).await?;
        Ok(())
    }
}

fn push_without(select: &mut QueryBuilder<Sqlite>, places: &HashSet<i64>) {
    let places: Vec<String> = places.iter().map(i64::to_string).collect();
    select.push(" and seq not in (select value from json_each(");
    select.push_bind(format!("[{}]", places.join(","))).push("))");
}

/// Outboxes that were made before what was asked was kept beside what was said.
async fn since_asked(writer: &SqlitePool) -> Result<(), OutboxError> {
    let known = "select 1 from pragma_table_info('item') where name = 'asked'";
    if sqlx::query(known).fetch_optional(writer).await?.is_none() {
        sqlx::raw_sql("alter table item add column asked text").execute(writer).await?;
    }
    Ok(())
}
