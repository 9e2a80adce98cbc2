//! From rows to entries. What no recorder writes is an error, never a guess.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use tais_proto::{EventId, LeafHash, Pillar, Position, Signed, StreamId, StreamKind, StreamRef, Timestamp};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::entry::Entry;
use crate::error::LogError;

/// The columns of an entry, the first ones of any statement that reads entries: [`entry`] finds them by their place.
pub(crate) const COLUMNS: &str = "position, event_id, stream, stream_kind, version, type, state, pillar, \
    recorded_at, envelope, signature, leaf_hash";

pub(crate) fn entry(row: &PgRow) -> Result<Entry, LogError> {
    let position = position(row.try_get(0)?);
    let altered = |problem: &str| LogError::Altered { position: position.0, problem: problem.to_owned() };
    let kind: &str = row.try_get(3)?;
    let state: &str = row.try_get(6)?;
    let pillar: Option<&str> = row.try_get(7)?;
    let signature: &[u8] = row.try_get(10)?;
    let leaf_hash: &[u8] = row.try_get(11)?;
    Ok(Entry {
        position,
        event_id: EventId(row.try_get(1)?),
        stream: StreamRef {
            kind: StreamKind::from_code(kind).ok_or_else(|| altered("stream_kind"))?,
            id: StreamId(row.try_get::<Uuid, _>(2)?),
        },
        version: u32::try_from(row.try_get::<i32, _>(4)?).map_err(|_| altered("version"))?,
        event_type: row.try_get(5)?,
        state: state.parse().map_err(|_| altered("state"))?,
        pillar: pillar.map(|code| Pillar::from_code(code).ok_or_else(|| altered("pillar"))).transpose()?,
        recorded_at: Timestamp::new(row.try_get::<OffsetDateTime, _>(8)?),
        signed: Signed {
            bytes: row.try_get::<Vec<u8>, _>(9)?.into(),
            signature: signature.try_into().map_err(|_| altered("signature"))?,
        },
        leaf_hash: LeafHash(leaf_hash.try_into().map_err(|_| altered("leaf_hash"))?),
    })
}

/// A position as Postgres keeps it.
pub(crate) fn position(bigint: i64) -> Position {
    Position(u64::try_from(bigint).unwrap_or(0))
}

pub(crate) fn bigint(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}
