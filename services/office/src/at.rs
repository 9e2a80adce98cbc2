//! As of when: `?at=POSITION` or `?on=DATE`, on every page and every answer.

use serde::Deserialize;
use sqlx::PgPool;
use tais_log::{Log as _, PostgresLog};
use tais_proto::when::end_of_dili_day;
use tais_proto::{Position, Timestamp};

use tais_web::fields::day;

use crate::query::{self, QueryError};

/// What the reader asked for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct AsOf {
    /// A position.
    #[serde(default)]
    pub at: Option<String>,
    /// A day in Dili: `2026-11-24` or `24/11/2026`.
    #[serde(default)]
    pub on: Option<String>,
}

/// Which record the answer is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The last entry that counts; `None` where nothing was recorded by then.
    pub position: Option<Position>,
    /// The last entry that the projections have.
    pub latest: Option<Position>,
    /// When the last entry that counts was recorded.
    pub recorded_at: Option<Timestamp>,
    /// Whether the reader asked for a certain record rather than the latest.
    pub frozen: bool,
}

/// Why the question could not be understood.
#[derive(Debug, thiserror::Error)]
pub enum AsOfError {
    /// Not a position.
    #[error("\"{0}\" is not a position")]
    NotAPosition(String),
    /// A position the record does not have yet.
    #[error("the record has no position {asked} yet; its last is {latest}")]
    Future {
        /// What was asked for.
        asked: u64,
        /// What there is.
        latest: String,
    },
    /// Not a day.
    #[error("\"{0}\" is not a day")]
    NotADay(String),
    /// The record.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl AsOf {
    /// Finds the record that the reader asked for.
    ///
    /// # Errors
    /// When the question cannot be understood, or the record cannot be read.
    pub async fn resolve(&self, pool: &PgPool, log: &PostgresLog) -> Result<Moment, AsOfError> {
        let latest = position_shown(pool).await?;
        let blank = |text: &&String| !text.trim().is_empty();
        let (position, frozen) = match (self.at.as_ref().filter(blank), self.on.as_ref().filter(blank)) {
            (Some(at), _) => (Some(position(at, latest)?), true),
            (None, Some(on)) => {
                let day = day(on).ok_or_else(|| AsOfError::NotADay(on.chars().take(40).collect()))?;
                let last = log.last_position_before(end_of_dili_day(day)).await.map_err(QueryError::from)?;
                (last.min(latest), true)
            }
            (None, None) => (latest, false),
        };
        let recorded_at = match position {
            Some(position) => query::recorded_at(pool, position).await?.map(Timestamp::new),
            None => None,
        };
        Ok(Moment { position, latest, recorded_at, frozen })
    }
}

/// The position that pages show by default: the last one that every live projection has folded.
///
/// # Errors
/// When the database does not answer.
pub async fn position_shown(pool: &PgPool) -> Result<Option<Position>, QueryError> {
    let size: Option<i64> =
        sqlx::query_scalar("select min(size) from projection.build where live").fetch_one(pool).await?;
    Ok(size.and_then(|size| u64::try_from(size - 1).ok()).map(Position))
}

fn position(text: &str, latest: Option<Position>) -> Result<Position, AsOfError> {
    let asked: u64 =
        text.trim().parse().map_err(|_| AsOfError::NotAPosition(text.chars().take(40).collect()))?;
    match latest {
        Some(latest) if asked <= latest.0 => Ok(Position(asked)),
        _ => Err(AsOfError::Future { asked, latest: latest.map_or("-".to_owned(), |p| p.to_string()) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_people_and_as_programs_write_it() {
        assert_eq!(day("24/11/2026"), day("2026-11-24"));
        assert_eq!(day("3/1/2026"), day("2026-01-03"));
        assert!(day("24/11/2026/1").is_none() && day("31/02/2026").is_none() && day("yesterday").is_none());
    }
}
