//! The record as it lies there, for who verifies it: nothing is believed, so nothing is refused on the way.

use futures_util::TryStreamExt as _;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use tais_proto::{Bytes, Envelope, Pillar, Position, Timestamp};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{LogError, PostgresLog};

/// An entry as it lies in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Where.
    pub position: i64,
    /// The envelope's bytes.
    pub envelope: Bytes,
    /// The signature's bytes; 64 of them in a record that is whole.
    pub signature: Vec<u8>,
    /// When it is said to have been recorded.
    pub recorded_at: Timestamp,
    /// Its leaf, where the source keeps it beside the bytes.
    pub leaf_hash: Option<Vec<u8>>,
    /// What was read out of the envelope to find it by, where the source keeps that.
    pub columns: Option<Columns>,
}

impl Evidence {
    /// Its place in the log; `None` when it is none that a log can have.
    #[must_use]
    pub fn place(&self) -> Option<Position> {
        u64::try_from(self.position).ok().map(Position)
    }
}

/// What stands beside an envelope so that it can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    event_id: Uuid,
    stream: Uuid,
    stream_kind: String,
    version: i64,
    event_type: String,
    state: String,
    pillar: Option<String>,
    occurred_at: Timestamp,
    key_id: String,
    key_seq: i64,
}

impl Columns {
    /// What must stand beside this envelope.
    #[must_use]
    pub fn of(envelope: &Envelope, pillar: Option<Pillar>) -> Self {
        Self {
            event_id: envelope.id.0,
            stream: envelope.stream.id.0,
            stream_kind: envelope.stream.kind.code().to_owned(),
            version: envelope.stream_version.into(),
            event_type: envelope.event.event_type().as_str().to_owned(),
            state: envelope.source.state.to_string(),
            pillar: pillar.map(|pillar| pillar.code().to_owned()),
            occurred_at: envelope.time,
            key_id: envelope.key_id.to_string(),
            key_seq: envelope.key_seq.into(),
        }
    }

    /// The first column that is another than it must be.
    #[must_use]
    pub fn differs(&self, expected: &Self) -> Option<&'static str> {
        let pairs = [
            (self.event_id == expected.event_id, "event_id"),
            (self.stream == expected.stream, "stream"),
            (self.stream_kind == expected.stream_kind, "stream_kind"),
            (self.version == expected.version, "version"),
            (self.event_type == expected.event_type, "type"),
            (self.state == expected.state, "state"),
            (self.pillar == expected.pillar, "pillar"),
            (self.occurred_at == expected.occurred_at, "occurred_at"),
            (self.key_id == expected.key_id, "key_id"),
            (self.key_seq == expected.key_seq, "key_seq"),
        ];
        pairs.into_iter().find(|(same, _)| !same).map(|(_, column)| column)
    }
}

/// A checkpoint as it lies in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCheckpoint {
    /// The size that it is kept under.
    pub size: i64,
    /// The one that it is said to go after.
    pub previous: i64,
    /// The root that stands beside it.
    pub root: Vec<u8>,
    /// The note, with the signature lines of witnesses that are kept for it.
    pub note: Vec<u8>,
}

/// A tile as it lies in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptTile {
    /// Its level.
    pub level: i16,
    /// Its place there.
    pub index: i64,
    /// Its hashes.
    pub hashes: Vec<u8>,
    /// Their root.
    pub root: Vec<u8>,
}

/// The head as it lies in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptHead {
    /// The next position.
    pub next_position: i64,
    /// The frontier.
    pub frontier: Vec<Vec<u8>>,
    /// When the last entry was recorded.
    pub last_recorded_at: Option<Timestamp>,
}

impl PostgresLog {
    /// Up to `limit` rows from a position on, whatever they hold, in order.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn evidence(&self, from: i64, limit: usize) -> Result<Vec<Evidence>, LogError> {
        let rows = sqlx::query(
            "select position, event_id, stream, stream_kind, version, type, state, pillar, occurred_at, recorded_at,
                    key_id, key_seq, envelope, signature, leaf_hash
               from log.entry where position >= $1 order by position limit $2",
        )
        .bind(from)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(evidence).collect()
    }

    /// A row that lies where the head says that nothing is yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn beyond_the_head(&self) -> Result<Option<i64>, LogError> {
        Ok(sqlx::query_scalar(
            "select position from log.entry
              where position >= (select next_position from log.head where log = 1) order by position limit 1",
        )
        .fetch_optional(self.pool())
        .await?)
    }

    /// The head row; `None` where somebody took it away.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn kept_head(&self) -> Result<Option<KeptHead>, LogError> {
        let row = sqlx::query("select next_position, frontier, last_recorded_at from log.head where log = 1")
            .fetch_optional(self.pool())
            .await?;
        let head = |row: PgRow| {
            Ok(KeptHead {
                next_position: row.try_get("next_position")?,
                frontier: row.try_get("frontier")?,
                last_recorded_at: row
                    .try_get::<Option<OffsetDateTime>, _>("last_recorded_at")?
                    .map(Timestamp::new),
            })
        };
        row.map(head).transpose()
    }

    /// Every checkpoint, the smallest first, with what witnesses said of it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn kept_checkpoints(&self) -> Result<Vec<KeptCheckpoint>, LogError> {
        let rows = sqlx::query(
            "select size, previous, root, note, array(select line from log.cosignature c where c.size = p.size
                 order by cosigned_at) as lines from log.checkpoint p order by size",
        )
        .fetch_all(self.pool())
        .await?;
        let checkpoint = |row: &PgRow| {
            let lines = row.try_get::<Vec<String>, _>("lines")?.concat();
            Ok(KeptCheckpoint {
                size: row.try_get("size")?,
                previous: row.try_get("previous")?,
                root: row.try_get("root")?,
                note: [row.try_get("note")?, lines.into_bytes()].concat(),
            })
        };
        rows.iter().map(checkpoint).collect()
    }

    /// Gives every tile to `look`, level by level in order.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn kept_tiles(&self, mut look: impl FnMut(KeptTile)) -> Result<(), LogError> {
        let mut rows = sqlx::query("select level, index, hashes, root from log.tile order by level, index")
            .fetch(self.pool());
        while let Some(row) = rows.try_next().await? {
            look(KeptTile {
                level: row.try_get("level")?,
                index: row.try_get("index")?,
                hashes: row.try_get("hashes")?,
                root: row.try_get("root")?,
            });
        }
        Ok(())
    }
}

fn evidence(row: &PgRow) -> Result<Evidence, LogError> {
    Ok(Evidence {
        position: row.try_get("position")?,
        envelope: row.try_get::<Vec<u8>, _>("envelope")?.into(),
        signature: row.try_get("signature")?,
        recorded_at: Timestamp::new(row.try_get::<OffsetDateTime, _>("recorded_at")?),
        leaf_hash: Some(row.try_get("leaf_hash")?),
        columns: Some(Columns {
            event_id: row.try_get("event_id")?,
            stream: row.try_get("stream")?,
            stream_kind: row.try_get("stream_kind")?,
            version: row.try_get::<i32, _>("version")?.into(),
            event_type: row.try_get("type")?,
            state: row.try_get("state")?,
            pillar: row.try_get("pillar")?,
            occurred_at: Timestamp::new(row.try_get::<OffsetDateTime, _>("occurred_at")?),
            key_id: row.try_get("key_id")?,
            key_seq: row.try_get::<i32, _>("key_seq")?.into(),
        }),
    })
}
