//! Where a replay leaves its rows: a schema of its own beside the live ones, or a file.

use std::io::Write;

use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, PgPool};

use crate::ProjectorError;
use crate::copy::Copied;
use crate::projection::{Projection, Row as _, Table};
use crate::replay::Sink;

/// A schema that holds the tables of each projection, under what their content is called.
#[derive(Debug)]
pub struct ScratchSchema {
    pool: PgPool,
    name: String,
    /// The projections that have their tables.
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
        let schema = format!("\"{}\"", self.name);
        let mut connection = self.pool.acquire().await?;
        let mut tx = connection.begin().await?;
        if !self.made.contains(&P::NAME) {
            for Table { name, columns, .. } in P::TABLES {
                let statement = format!("create table {schema}.{name} ({columns})");
                sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await?;
            }
            self.made.push(P::NAME);
        }
        for (place, Table { name, copied: columns, .. }) in P::TABLES.iter().enumerate() {
            let mut copied = Copied::default();
            rows.iter().filter(|row| row.table() == place).try_for_each(|row| copied.add(row))?;
            copied.send(&mut tx, &format!("{schema}.{name}"), columns, None).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Lines of JSON, a row each: `{"projection": …, "row": …}`. A digest is that of the bytes of these rows in this order.
#[derive(Debug)]
pub struct Lines<W>(pub W);

impl<W: Write + Send> Sink for Lines<W> {
    async fn take<P: Projection>(&mut self, rows: &[P::Row]) -> Result<(), ProjectorError> {
        for row in rows {
            // The row's own bytes, as the digest takes them.
            let json = serde_json::to_string(row)?;
            writeln!(self.0, "{{\"projection\":{},\"row\":{json}}}", json!(P::TABLES[row.table()].name))?;
        }
        Ok(())
    }
}
