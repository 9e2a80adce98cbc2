//! Where a replay leaves its rows: a schema of its own beside the live ones, or a file.

use std::io::Write;

use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, PgPool};

use crate::ProjectorError;
use crate::copy::Copied;
use crate::projection::{Projection, Row};
use crate::replay::Sink;

/// A schema that holds a table of rows for each projection, under the projection's name.
#[derive(Debug)]
pub struct ScratchSchema {
    pool: PgPool,
    name: String,
    /// The projections that have a table.
    made: Vec<&'static str>,
}

impl ScratchSchema {
    /// Makes the schema. `name` is a plain SQL identifier.
    ///
    /// # Errors
    /// When there is one of this name, or the role may not make one.
    pub async fn create(pool: PgPool, name: &str) -> Result<Self, ProjectorError> {
        sqlx::query(AssertSqlSafe(format!("create schema \"{name}\""))).execute(&pool).await?;
        Ok(Self { pool, name: name.to_owned(), made: Vec::new() })
    }
}

impl Sink for ScratchSchema {
    async fn take<P: Projection>(&mut self, rows: &[P::Row]) -> Result<(), ProjectorError> {
        let table = format!("\"{}\".{}", self.name, P::NAME);
        let mut connection = self.pool.acquire().await?;
        let mut tx = connection.begin().await?;
        if !self.made.contains(&P::NAME) {
            let statement = format!("create table {table} ({})", P::Row::COLUMNS);
            sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await?;
            self.made.push(P::NAME);
        }
        if !rows.is_empty() {
            let mut copied = Copied::default();
            rows.iter().try_for_each(|row| copied.add(row))?;
            copied.send(&mut tx, &table, P::Row::COPIED, None).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Lines of JSON, a row each: `{"projection": …, "row": …}`. The digest of a projection is that of its rows'
/// bytes in this order.
#[derive(Debug)]
pub struct Lines<W>(pub W);

impl<W: Write + Send> Sink for Lines<W> {
    async fn take<P: Projection>(&mut self, rows: &[P::Row]) -> Result<(), ProjectorError> {
        for row in rows {
            // The row's own bytes, as the digest takes them.
            let row = serde_json::to_string(row)?;
            writeln!(self.0, "{{\"projection\":{},\"row\":{row}}}", json!(P::NAME))?;
        }
        Ok(())
    }
}
