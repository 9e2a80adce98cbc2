//! What differs between two positions: sums of the cube that are not the same, with the entries that
//! moved them. Pure but for its one query.

use sqlx::{PgPool, Row as _};
use tais_proto::{Pillar, Position};

/// How many of the entries behind a figure are named; the others are counted.
const NAMED: i64 = 8;

/// A figure that is not the same at both positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The pillar.
    pub pillar: Pillar,
    /// What is counted: the code of a measure, or `validated` for the activities that are.
    pub figure: String,
    /// The framework item, body or sex it is counted by, where it is.
    pub by: Option<String>,
    /// What it was at the earlier position.
    pub before: i64,
    /// What it is at the later one.
    pub after: i64,
    /// The first entries that moved it.
    pub entries: Vec<Position>,
    /// How many entries moved it.
    pub entry_count: i64,
}

/// How many entries of one type lie between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The type.
    pub event_type: String,
    /// How many.
    pub count: i64,
}

/// The two positions: what stands up to `from` and up to `to`. `None` is the record before its first
/// entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    /// The earlier one.
    pub from: Option<Position>,
    /// The later one.
    pub to: Option<Position>,
}

impl Between {
    fn bounds(self) -> (i64, i64) {
        let bound = |at: Option<Position>| at.map_or(-1, |at| i64::try_from(at.0).unwrap_or(i64::MAX));
        (bound(self.from), bound(self.to))
    }
}

// The totals that were rolled up before `from` count as long past (position -1); each measure has at
// most one of item, body and sex.
const CHANGED: &str = "
    with cell as (
        select -1::int8 as position, measure, pillar, standing, item, body, sex, amount
          from read.measure_total where boundary = $1 / 1024 * 1024
        union all
        select position, measure, pillar, standing, item, body, sex, amount
          from read.measure where position > $1 / 1024 * 1024 and position <= $2),
    figure as (
        select position, pillar, name, coalesce(item, body, sex) as of, amount
          from cell cross join lateral (values
               (measure),
               (case when measure = 'activities' and standing = 'validated' then 'validated' end)) as n (name)
         where name is not null)
    select pillar, name, of,
           coalesce(sum(amount) filter (where position <= $1), 0)::int8 as before,
           sum(amount)::int8 as after,
           (array_agg(distinct position) filter (where position > $1))[:$3] as entries,
           count(distinct position) filter (where position > $1) as entry_count
      from figure group by pillar, name, of
    having coalesce(sum(amount) filter (where position > $1), 0) <> 0
     order by pillar, name, of";

/// The figures that changed, and why.
///
/// # Errors
/// When the projections cannot be read.
pub async fn changed(pool: &PgPool, between: Between) -> Result<Vec<Changed>, sqlx::Error> {
    let (from, to) = between.bounds();
    let rows = sqlx::query(CHANGED).bind(from).bind(to).bind(NAMED).fetch_all(pool).await?;
    let position = |at: i64| u64::try_from(at).ok().map(Position);
    let read = |row: &sqlx::postgres::PgRow| {
        let pillar: String = row.try_get("pillar")?;
        let pillar = Pillar::from_code(&pillar).ok_or(sqlx::Error::Decode(pillar.into()))?;
        let entries: Vec<i64> = row.try_get("entries")?;
        Ok(Changed {
            pillar,
            figure: row.try_get("name")?,
            by: row.try_get("of")?,
            before: row.try_get("before")?,
            after: row.try_get("after")?,
            entries: entries.into_iter().filter_map(position).collect(),
            entry_count: row.try_get("entry_count")?,
        })
    };
    rows.iter().map(read).collect()
}

/// What was recorded after the earlier position, up to the later one, the most first.
///
/// # Errors
/// When the log cannot be read.
pub async fn recorded(pool: &PgPool, between: Between) -> Result<Vec<Recorded>, sqlx::Error> {
    let (from, to) = between.bounds();
    let rows = sqlx::query(
        "select type, count(*) as count from log.entry where position > $1 and position <= $2
          group by type order by count desc, type",
    )
    .bind(from)
    .bind(to)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| Ok(Recorded { event_type: row.try_get("type")?, count: row.try_get("count")? }))
        .collect()
}

/// The last position that every live projection has folded.
///
/// # Errors
/// When the database does not answer.
pub async fn folded(pool: &PgPool) -> Result<Option<Position>, sqlx::Error> {
    let size: Option<i64> =
        sqlx::query_scalar("select min(size) from projection.build where live").fetch_one(pool).await?;
    Ok(size.and_then(|size| u64::try_from(size - 1).ok()).map(Position))
}
