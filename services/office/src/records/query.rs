//! Reading commitments, indicators, obligations and the Forum from their projections, as of a position.

use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgPool, Row as _};
use tais_domain::admission::StreamState;
use tais_domain::{Commitment, Forum, Indicator, Obligation};
use tais_proto::{Pillar, Position, StreamId};

use tais_web::records::Kind;

use crate::query::{QueryError, bigint};

/// One of them as it stood at a position.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its id.
    pub id: StreamId,
    /// From which position it stands like this.
    pub position: i64,
    /// Whether something is still to be done.
    pub open: bool,
    /// Everything.
    pub state: StreamState,
}

const fn view(kind: Kind) -> &'static str {
    match kind {
        Kind::Commitment => "read.commitment",
        Kind::Indicator => "read.indicator",
        Kind::Obligation => "read.obligation",
        Kind::Forum => "read.forum",
    }
}

fn record(kind: Kind, row: &PgRow) -> Result<Record, sqlx::Error> {
    let state = match kind {
        Kind::Commitment => row.try_get::<Json<Commitment>, _>("body")?.0.into(),
        Kind::Indicator => row.try_get::<Json<Indicator>, _>("body")?.0.into(),
        Kind::Obligation => row.try_get::<Json<Obligation>, _>("body")?.0.into(),
        Kind::Forum => row.try_get::<Json<Forum>, _>("body")?.0.into(),
    };
    Ok(Record {
        id: StreamId(row.try_get("stream")?),
        position: row.try_get("position")?,
        open: row.try_get("open")?,
        state,
    })
}

/// All of a kind, what is still open first and then by the day it is due.
///
/// # Errors
/// When the projections cannot be read.
pub async fn all(
    pool: &PgPool,
    kind: Kind,
    at: Option<Position>,
    pillar: Option<Pillar>,
) -> Result<Vec<Record>, QueryError> {
    let Some(at) = at else { return Ok(Vec::new()) };
    let statement = format!(
        "select stream, position, open, body from {}
          where position <= $1 and (to_position is null or to_position > $1)
            and ($2::text is null or pillar = $2)
          order by open desc, due nulls last, stream",
        view(kind)
    );
    let rows = sqlx::query(AssertSqlSafe(statement))
        .bind(bigint(at))
        .bind(pillar.map(|pillar| pillar.code()))
        .fetch_all(pool)
        .await?;
    Ok(rows.iter().map(|row| record(kind, row)).collect::<Result<_, _>>()?)
}

/// One of them.
///
/// # Errors
/// When the projections cannot be read.
pub async fn one(
    pool: &PgPool,
    kind: Kind,
    at: Option<Position>,
    id: StreamId,
) -> Result<Option<Record>, QueryError> {
    let Some(at) = at else { return Ok(None) };
    let statement = format!(
        "select stream, position, open, body from {}
          where stream = $2 and position <= $1 and (to_position is null or to_position > $1)",
        view(kind)
    );
    let row = sqlx::query(AssertSqlSafe(statement)).bind(bigint(at)).bind(id.0).fetch_optional(pool).await?;
    Ok(row.as_ref().map(|row| record(kind, row)).transpose()?)
}
