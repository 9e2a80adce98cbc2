//! What a projection is: a pure fold over entries, keyed by stream, that adds rows.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use sqlx::postgres::PgRow;
use tais_log::Entry;
use tais_proto::reference::Reference;
use tais_proto::{Envelope, Position, StreamKind};
use uuid::Uuid;

use crate::ProjectorError;
use crate::copy::Fields;

/// A pure fold. No clock, no randomness, no I/O.
pub trait Projection: Send + Sync + 'static {
    /// Its name: the prefix of its schemas.
    const NAME: &'static str;
    /// The kind of stream it folds.
    const STREAMS: StreamKind;
    /// The tables of a build. The first has a row for each entry, with the column `to_position`, which is NULL for the
    /// last row of a stream; that row's `body` is the state.
    const TABLES: &'static [Table];
    /// The column of the first table that names the stream.
    const STREAM: &'static str;
    /// What it must remember of one stream.
    type State: Clone + Serialize + DeserializeOwned + Send + Sync;
    /// What it adds.
    type Row: Row;

    /// The stream after one more entry, and the rows which that adds.
    ///
    /// # Errors
    /// When the entry cannot follow, which admitted entries never do.
    fn apply(
        state: Option<Self::State>,
        envelope: &Envelope,
        position: Position,
        reference: &Reference,
    ) -> Result<(Self::State, Vec<Self::Row>), ProjectorError>;

    /// The version of a build: whatever is raised of its tables raises it.
    #[must_use]
    fn version() -> u32 {
        Self::TABLES.iter().map(|table| table.version).sum()
    }
}

/// A table of a projection. Rows are only ever added; in their order their serde form is the table's canonical content.
#[derive(Debug)]
pub struct Table {
    /// What its content is called, in digests and where a replay leaves it.
    pub name: &'static str,
    /// Raised whenever the same entries give other rows, or it is laid out otherwise; a raise rebuilds.
    pub version: u32,
    /// Its name in the schema of a build.
    pub table: &'static str,
    /// Its columns as DDL.
    pub columns: &'static str,
    /// The columns that COPY writes, in the order of [`Row::write`].
    pub copied: &'static str,
    /// The columns that its rows are in the order of.
    pub order: &'static str,
    /// The views that readers use, with the table each shows.
    pub views: &'static [(&'static str, &'static str)],
    /// Further statements for a fresh schema; `{schema}` stands for its name.
    pub beside: &'static [&'static str],
    /// What only readers need, made when a build has caught up: while it is filled, each index is written for each
    /// row. Repeatable, as a build may be interrupted there.
    pub indexes: &'static [&'static str],
    /// Statements run after rows were added, with `$1` the position before and `$2` the position
    /// after; `{schema}` stands for the schema's name.
    pub after: &'static [&'static str],
}

/// One row of a projection's tables.
pub trait Row: Serialize + Sized + Send + Sync {
    /// In which of [`Projection::TABLES`] it is.
    fn table(&self) -> usize {
        0
    }

    /// The stream and the position that it is of, where it is in the first table.
    fn begins(&self) -> Option<(Uuid, i64)>;

    /// Writes the fields for COPY.
    ///
    /// # Errors
    /// When a field cannot be encoded.
    fn write(&self, fields: &mut Fields<'_>) -> Result<(), ProjectorError>;

    /// Reads a row of one of the tables back.
    ///
    /// # Errors
    /// When the tables hold what no projection writes.
    fn read(table: usize, row: &PgRow) -> Result<Self, ProjectorError>;
}

/// A table's content at a position, as one hash.
#[derive(Clone, Debug)]
pub struct Digest(Sha256);

impl Digest {
    /// The digest of a table without rows.
    #[must_use]
    pub fn new(table: &Table) -> Self {
        Self(Sha256::new().chain_update(format!("tais projection {} v{}\n", table.name, table.version)))
    }

    /// Takes in the next row, in the order of [`Table::order`].
    ///
    /// # Errors
    /// When the row cannot be encoded.
    pub fn add<R: Row>(&mut self, row: &R) -> Result<(), ProjectorError> {
        let bytes = serde_json::to_vec(row)?;
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(&bytes);
        Ok(())
    }

    /// The digest in lower-case hexadecimal.
    #[must_use]
    pub fn finish(self) -> String {
        hex::encode(self.0.finalize())
    }
}

/// Parses an entry that a projection folds.
///
/// # Errors
/// When the record holds an entry that this software cannot read.
pub fn envelope(entry: &Entry) -> Result<Envelope, ProjectorError> {
    entry
        .envelope()
        .map_err(|error| ProjectorError::Broken { position: entry.position.0, problem: error.to_string() })
}

/// A position as Postgres keeps it.
#[must_use]
pub fn bigint(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}
