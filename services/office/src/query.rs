//! What the office reads from the projections. Every query takes a position and answers as of it.

use serde::Serialize;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::types::Json;
use sqlx::{PgPool, Postgres, Row as _};
use tais_domain::Activity;
use tais_domain::measure::{Measure, Standing};
use tais_proto::vocabulary::Sex;
use tais_proto::{Pillar, Position, Quarter, StreamId};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::figures::{CubeCell, Period};

/// Values that no projection writes, or a database that does not answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The database.
    #[error("the projections could not be read")]
    Database(#[from] sqlx::Error),
    /// The log.
    #[error("the log could not be read")]
    Log(#[from] tais_log::LogError),
    /// Its tree.
    #[error("the log's tree could not be read")]
    Tree(#[from] tais_log::proof::ProofError),
    /// A value that no projection writes.
    #[error("the projections hold a value that no projection writes: {0}; rebuild them")]
    Altered(String),
}

pub(crate) fn bigint(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}

/// The cube at a position: the last roll-up before it, and the deltas since.
///
/// # Errors
/// When the projections cannot be read.
pub async fn cube(pool: &PgPool, at: Position) -> Result<Vec<CubeCell>, QueryError> {
    let rows = sqlx::query(
        "select measure, pillar, quarter, standing, item, sex, sum(amount)::int8 as amount
           from (select measure, pillar, quarter, standing, item, sex, amount
                   from read.measure_total where boundary = $1 / 1024 * 1024
                 union all
                 select measure, pillar, quarter, standing, item, sex, amount
                   from read.measure where position > $1 / 1024 * 1024 and position <= $1) as part
          group by 1, 2, 3, 4, 5, 6 having sum(amount) <> 0",
    )
    .bind(bigint(at))
    .fetch_all(pool)
    .await?;
    rows.iter().map(cell).collect()
}

fn cell(row: &PgRow) -> Result<CubeCell, QueryError> {
    let text = |name: &str| row.try_get::<Option<String>, _>(name);
    let altered = |what: &str| QueryError::Altered(what.to_owned());
    let measure = text("measure")?.unwrap_or_default();
    let standing = text("standing")?.unwrap_or_default();
    Ok(CubeCell {
        measure: Measure::ALL
            .iter()
            .copied()
            .find(|known| known.code() == measure)
            .ok_or_else(|| altered("measure"))?,
        pillar: text("pillar")?.and_then(|code| Pillar::from_code(&code)).ok_or_else(|| altered("pillar"))?,
        quarter: text("quarter")?
            .map(|q| q.parse::<Quarter>().map_err(|_| altered("quarter")))
            .transpose()?,
        standing: if standing == Standing::Validated.code() {
            Standing::Validated
        } else {
            Standing::Provisional
        },
        item: text("item")?.map(|code| code.parse().map_err(|_| altered("item"))).transpose()?,
        sex: text("sex")?.map(|code| Sex::from_code(&code).ok_or_else(|| altered("sex"))).transpose()?,
        amount: row.try_get("amount")?,
    })
}

/// Which activities a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only of this pillar.
    pub pillar: Option<Pillar>,
    /// Only those that serve Women, Peace and Security.
    pub wps: bool,
    /// Only those that serve this WPS pillar.
    pub theme: Option<String>,
    /// Only those whose first day lies in this period.
    pub period: Option<Period>,
    /// Only those with attendances by sex (`true`), or only those without (`false`).
    pub sex_stated: Option<bool>,
    /// Only those without a known date.
    pub undated: bool,
    /// Also those that are in no figure: withdrawn and merely planned.
    pub uncounted: bool,
}

/// An activity in a list.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Its id.
    pub id: StreamId,
    /// From which position it stands like this.
    pub position: i64,
    /// Where it stands in the workflow.
    pub status: String,
    /// Provisional or validated.
    pub standing: String,
    /// Whether it is in the figures.
    pub counted: bool,
    /// Whether it serves Women, Peace and Security.
    pub wps: bool,
    /// The WPS pillars it serves.
    pub wps_pillars: Vec<String>,
    /// Attendances of women, where sex is stated.
    pub women: Option<i64>,
    /// Attendances with known sex, where it is stated.
    pub attendances: Option<i64>,
    /// Everything.
    pub activity: Activity,
}

const LISTED: &str =
    "activity, position, status, standing, counted, wps, wps_pillars, women, attendances, body";

fn listed(row: &PgRow) -> Result<Listed, sqlx::Error> {
    let Json(activity): Json<Activity> = row.try_get("body")?;
    Ok(Listed {
        id: StreamId(row.try_get("activity")?),
        position: row.try_get("position")?,
        status: row.try_get("status")?,
        standing: row.try_get("standing")?,
        counted: row.try_get("counted")?,
        wps: row.try_get("wps")?,
        wps_pillars: row.try_get("wps_pillars")?,
        women: row.try_get("women")?,
        attendances: row.try_get("attendances")?,
        activity,
    })
}

/// Those that are wanted, as they stood at a position.
const WANTED: &str = "where position <= $1 and (to_position is null or to_position > $1)
            and ($2::text is null or pillar = $2)
            and (not $3 or wps)
            and ($4::text is null or $4 = any(wps_pillars))
            and ($5::text is null or quarter between $5 and $6)
            and ($7::bool is null or (attendances is not null) = $7)
            and (not $8 or quarter is null)
            and ($9 or counted)";

fn wanting(statement: String, at: Position, wanted: &Wanted) -> Query<'_, Postgres, PgArguments> {
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(bigint(at))
        .bind(wanted.pillar.map(|pillar| pillar.code()))
        .bind(wanted.wps)
        .bind(wanted.theme.as_deref())
        .bind(wanted.period.map(|period| period.from.to_string()))
        .bind(wanted.period.map(|period| period.to.to_string()))
        .bind(wanted.sex_stated)
        .bind(wanted.undated)
        .bind(wanted.uncounted)
}

/// A part of a list: so many rows after so many.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// How many are left out before it.
    pub offset: i64,
    /// How many it has at most.
    pub limit: i64,
}

impl Slice {
    /// The whole list.
    pub const ALL: Self = Self { offset: 0, limit: i64::MAX };
}

/// A part of the activities as they stood at a position, the latest first.
///
/// # Errors
/// When the projections cannot be read.
pub async fn activities(
    pool: &PgPool,
    at: Position,
    wanted: &Wanted,
    slice: Slice,
) -> Result<Vec<Listed>, QueryError> {
    let statement = format!(
        "select {LISTED} from read.activity {WANTED}
          order by sort_date desc nulls last, activity limit $10 offset $11"
    );
    let rows = wanting(statement, at, wanted).bind(slice.limit).bind(slice.offset).fetch_all(pool).await?;
    Ok(rows.iter().map(listed).collect::<Result<_, _>>()?)
}

/// What a list comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Activities.
    pub activities: i64,
    /// Attendances of women, where sex is stated.
    pub women: i64,
    /// Attendances with known sex, where it is stated.
    pub attendances: i64,
}

/// What all of the activities come to, as they stood at a position.
///
/// # Errors
/// When the projections cannot be read.
pub async fn totals(pool: &PgPool, at: Position, wanted: &Wanted) -> Result<Totals, QueryError> {
    let statement = format!(
        "select count(*) as activities, coalesce(sum(women), 0)::int8 as women,
                coalesce(sum(attendances), 0)::int8 as attendances from read.activity {WANTED}"
    );
    let row = wanting(statement, at, wanted).fetch_one(pool).await?;
    Ok(Totals {
        activities: row.try_get("activities")?,
        women: row.try_get("women")?,
        attendances: row.try_get("attendances")?,
    })
}

/// One activity as it stood at a position.
///
/// # Errors
/// When the projections cannot be read.
pub async fn activity(pool: &PgPool, at: Position, id: StreamId) -> Result<Option<Listed>, QueryError> {
    let statement = format!(
        "select {LISTED} from read.activity
          where activity = $2 and position <= $1 and (to_position is null or to_position > $1)"
    );
    let row =
        sqlx::query(sqlx::AssertSqlSafe(statement)).bind(bigint(at)).bind(id.0).fetch_optional(pool).await?;
    Ok(row.as_ref().map(listed).transpose()?)
}

/// The positions of the last entries about activities, newest first.
///
/// # Errors
/// When the log cannot be read.
pub async fn latest_positions(pool: &PgPool, at: Position, limit: i64) -> Result<Vec<Position>, QueryError> {
    let positions: Vec<i64> = sqlx::query_scalar(
        "select position from log.entry where position <= $1 and stream_kind = 'activity'
          order by position desc limit $2",
    )
    .bind(bigint(at))
    .bind(limit)
    .fetch_all(pool)
    .await?;
    Ok(positions.into_iter().filter_map(|position| u64::try_from(position).ok()).map(Position).collect())
}

/// How many entries were recorded in each of the last weeks up to a position, oldest first.
///
/// # Errors
/// When the log cannot be read.
pub async fn weekly(pool: &PgPool, at: Position, last_day: Date, weeks: u16) -> Result<Vec<u64>, QueryError> {
    let rows = sqlx::query(
        "select ($2::date - (recorded_at at time zone interval '+09:00')::date) / 7 as week, count(*) as entries
           from log.entry
          where position <= $1 and recorded_at >= ($2::date - $3 * 7 - 1)::timestamptz
          group by 1",
    )
    .bind(bigint(at))
    .bind(last_day)
    .bind(i32::from(weeks))
    .fetch_all(pool)
    .await?;
    let mut counts = vec![0; usize::from(weeks)];
    for row in rows {
        let week: i32 = row.try_get("week")?;
        let entries: i64 = row.try_get("entries")?;
        let place = usize::try_from(week).ok().and_then(|week| counts.len().checked_sub(week + 1));
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += u64::try_from(entries).unwrap_or(0);
        }
    }
    Ok(counts)
}

/// When an entry was recorded.
///
/// # Errors
/// When the log cannot be read.
pub async fn recorded_at(pool: &PgPool, at: Position) -> Result<Option<OffsetDateTime>, QueryError> {
    let instant = sqlx::query_scalar("select recorded_at from log.entry where position = $1")
        .bind(bigint(at))
        .fetch_optional(pool)
        .await?;
    Ok(instant)
}

/// How many entries about activities came after one position, up to another.
///
/// # Errors
/// When the log cannot be read.
pub async fn entries_between(
    pool: &PgPool,
    after: Option<Position>,
    to: Position,
) -> Result<i64, QueryError> {
    let count = sqlx::query_scalar(
        "select count(*) from log.entry where position > $1 and position <= $2 and stream_kind = 'activity'",
    )
    .bind(after.map_or(-1, bigint))
    .bind(bigint(to))
    .fetch_one(pool)
    .await?;
    Ok(count)
}

/// Reads an activity's id out of a path.
#[must_use]
pub fn stream_id(text: &str) -> Option<StreamId> {
    Uuid::parse_str(text).ok().map(StreamId)
}
