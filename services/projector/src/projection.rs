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
    /// Its name: the prefix of its schemas, and the name of its view.
    const NAME: &'static str;
    /// Raised whenever the same entries give other rows, or the tables are laid out otherwise; a raise rebuilds.
    const VERSION: u32;
    /// The kind of stream it folds.
    const STREAMS: StreamKind;
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
}

/// One row of a projection's table. Rows are only ever added; in the order of `(position, ordinal)`
/// their serde form is the projection's canonical content.
pub trait Row: Serialize + Sized + Send + Sync {
    /// The table's columns as DDL, without the table's name.
    const COLUMNS: &'static str;
    /// The views that readers use, with the table each shows.
    const VIEWS: &'static [(&'static str, &'static str)];
    /// The columns that COPY writes, in the order of [`Row::write`].
    const COPIED: &'static str;
    /// Further statements for a fresh schema; `{schema}` stands for its name.
    const TABLES: &'static [&'static str] = &[];
    /// What only readers need, made when a build has caught up: while it is filled, each index is written for each
    /// row. Repeatable, as a build may be interrupted there.
    const INDEXES: &'static [&'static str];
    /// A statement run after rows were added, with `$1` the position before and `$2` the position
    /// after; `{schema}` stands for the schema's name.
    const AFTER: &'static [&'static str];

    /// The column of the stream that a row is of, where each of its rows ends where the next begins: the
    /// table has `to_position` then, which is NULL for the last one, whose `body` is what the fold remembers.
    const RANGED: Option<&'static str> = None;

    /// The stream and the position that it is of, where rows are [`Row::RANGED`].
    fn begins(&self) -> Option<(Uuid, i64)> {
        None
    }

    /// Writes the fields for COPY.
    ///
    /// # Errors
    /// When a field cannot be encoded.
    fn write(&self, fields: &mut Fields<'_>) -> Result<(), ProjectorError>;

    /// Reads a row back.
    ///
    /// # Errors
    /// When the tables hold what no projection writes.
    fn read(row: &PgRow) -> Result<Self, ProjectorError>;
}

/// A projection's content at a position, as one hash.
#[derive(Clone, Debug)]
pub struct Digest(Sha256);

impl Digest {
    /// The digest of a projection without rows.
    #[must_use]
    pub fn new<P: Projection>() -> Self {
        Self(Sha256::new().chain_update(format!("tais projection {} v{}\n", P::NAME, P::VERSION)))
    }

    /// Takes in the next row, in the order of `(position, ordinal)`.
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
