//! The correspondent's own read model: the entries of one pillar, kept on disk, folded in memory.
//!
//! It is filled from RECORDED and from replays; it can be deleted and is then asked for again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{QueryBuilder, Row as _, SqlitePool};
use tais_bus::outbox::Read;
use tais_bus::{OutboxError, Reader, Taken};
use tais_domain::activity::Activity;
use tais_domain::admission::StreamState;
use tais_proto::{
    AccountId, Envelope, EventId, EventType, Pillar, Position, StreamId, StreamKind, Timestamp,
};

/// One line of a stream's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its place in the record.
    pub position: Position,
    /// The event.
    pub event_id: EventId,
    /// Its type.
    pub event_type: EventType,
    /// The version it gave the stream.
    pub version: u32,
    /// Who acted.
    pub actor: AccountId,
    /// When it happened, as they say.
    pub time: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A stream as the record has it.
#[derive(Clone, Debug)]
pub struct Stream {
    /// What it is.
    pub state: StreamState,
    /// Its history, in order.
    pub lines: Vec<Line>,
}

/// The read model.
#[derive(Clone)]
pub struct Book {
    pillar: Pillar,
    pool: SqlitePool,
    folded: Arc<RwLock<Folded>>,
}

#[derive(Default)]
struct Folded {
    streams: BTreeMap<StreamId, Stream>,
    read_to: Position,
}

/// The most rows of one statement.
pub(crate) const ROWS_AT_ONCE: usize = 1_000;

const SCHEMA: &str = "
create table if not exists entry (
    position integer primary key, recorded_at integer not null, envelope blob not null);
";

impl Book {
    /// Opens the book in a file of its own and folds what it holds.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub async fn open(path: &Path, pillar: Pillar) -> Result<Self, OutboxError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What a power cut takes from here is asked for again: the outbox asks from where the book was
            // last flushed.
            .synchronous(SqliteSynchronous::Normal);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        sqlx::raw_sql(SCHEMA).execute(&pool).await?;
        let book = Self { pillar, pool, folded: Arc::default() };
        let rows = sqlx::query("select position, recorded_at, envelope from entry order by position")
            .fetch_all(&book.pool)
            .await?;
        for row in rows {
            let position = Position(u64::try_from(row.try_get::<i64, _>("position")?).unwrap_or(0));
            let recorded_at = Timestamp::from_unix_micros(row.try_get("recorded_at")?);
            let envelope = Envelope::parse(&row.try_get::<Vec<u8>, _>("envelope")?)
                .map_err(|error| OutboxError::Unreadable(error.to_string()))?;
            book.fold(&envelope, position, recorded_at)?;
        }
        Ok(book)
    }

    /// One stream.
    #[must_use]
    pub fn stream(&self, id: StreamId) -> Option<Stream> {
        self.folded.read().unwrap_or_else(PoisonError::into_inner).streams.get(&id).cloned()
    }

    /// Every stream of these kinds, newest id first.
    #[must_use]
    pub fn streams(&self, is_wanted: fn(StreamKind) -> bool) -> Vec<(StreamId, Stream)> {
        let folded = self.folded.read().unwrap_or_else(PoisonError::into_inner);
        let wanted = folded.streams.iter().rev().filter(|(_, stream)| is_wanted(stream.state.kind()));
        wanted.map(|(id, stream)| (*id, stream.clone())).collect()
    }

    /// Shows every activity, newest id first, without copying it.
    pub fn each_activity(&self, mut look: impl FnMut(StreamId, &Activity)) {
        let folded = self.folded.read().unwrap_or_else(PoisonError::into_inner);
        for (id, stream) in folded.streams.iter().rev() {
            if let StreamState::Activity(activity) = &stream.state {
                look(*id, activity);
            }
        }
    }

    /// Every own entry before this position was read, unless something is missing that is asked for again.
    #[must_use]
    pub fn read_to(&self) -> Position {
        self.folded.read().unwrap_or_else(PoisonError::into_inner).read_to
    }

    /// Folds one more event, if it is the next of its stream.
    fn fold(
        &self,
        envelope: &Envelope,
        position: Position,
        recorded_at: Timestamp,
    ) -> Result<Taken, OutboxError> {
        let mut folded = self.folded.write().unwrap_or_else(PoisonError::into_inner);
        let Folded { streams, read_to } = &mut *folded;
        let id = envelope.stream.id;
        let version = streams.get(&id).map_or(0, |stream| stream.state.version());
        if envelope.stream_version <= version {
            return Ok(Taken::Yes);
        }
        if envelope.stream_version > version + 1 {
            return Ok(Taken::Gap);
        }
        let (state, mut lines) = streams.remove(&id).map_or((None, Vec::new()), |s| (Some(s.state), s.lines));
        let state =
            StreamState::evolve(state, envelope).map_err(|error| OutboxError::Reader(error.to_string()))?;
        lines.push(Line {
            position,
            event_id: envelope.id,
            event_type: envelope.event.event_type(),
            version: envelope.stream_version,
            actor: envelope.actor,
            time: envelope.time,
            recorded_at,
        });
        streams.insert(id, Stream { state, lines });
        *read_to = (*read_to).max(position.next());
        Ok(Taken::Yes)
    }
}

impl Reader for Book {
    async fn take(&self, entries: &[Read]) -> Result<Taken, OutboxError> {
        let mut all = Taken::Yes;
        let mut folded = Vec::with_capacity(entries.len());
        for Read { entry, envelope } in entries.iter().filter(|read| read.entry.pillar == Some(self.pillar)) {
            let envelope = match envelope {
                Ok(envelope) => envelope,
                Err(error) => {
                    // Newer than this software: it stays in the record and is read after an update.
                    tracing::warn!(position = %entry.position, %error, "an entry cannot be read by this version");
                    continue;
                }
            };
            match self.fold(envelope, entry.position, entry.recorded_at)? {
                Taken::Gap => all = Taken::Gap,
                Taken::Yes => folded.push(entry),
            }
        }
        // Each statement is a commit of its own: what is asked for again is taken once.
        for entries in folded.chunks(ROWS_AT_ONCE) {
            let mut insert = QueryBuilder::new("insert or ignore into entry ");
            insert.push_values(entries, |mut row, entry| {
                row.push_bind(i64::try_from(entry.position.0).unwrap_or(i64::MAX))
                    .push_bind(entry.recorded_at.unix_micros())
                    .push_bind(&entry.signed.bytes[..]);
            });
            insert.build().execute(&self.pool).await?;
        }
        Ok(all)
    }

    /// Moves what was written into its place, which waits for the disk. Another program that reads the file, as a
    /// backup does, can be in the way.
    async fn flush(&self) -> Result<bool, OutboxError> {
        let (busy, written, moved): (i64, i64, i64) =
            sqlx::query_as("pragma wal_checkpoint(passive)").fetch_one(&self.pool).await?;
        Ok(busy == 0 && moved == written)
    }

    /// A book that was deleted is asked for again from the beginning.
    async fn is_empty(&self) -> Result<bool, OutboxError> {
        let any: Option<i64> =
            sqlx::query_scalar("select 1 from entry limit 1").fetch_optional(&self.pool).await?;
        Ok(any.is_none())
    }
}
