//! What can go wrong while projecting.

use tais_log::LogError;
use tais_log::proof::ProofError;

/// Why a projection stopped or must try again.
#[derive(Debug, thiserror::Error)]
pub enum ProjectorError {
    /// The log.
    #[error("the log did not answer as it must")]
    Log(#[from] LogError),
    /// The log's tree.
    #[error("the log's tree could not be read")]
    Tree(#[from] ProofError),
    /// The projection's own tables.
    #[error("the projection's tables did not answer as they must")]
    Store(#[from] sqlx::Error),
    /// A row could not be encoded.
    #[error("a row could not be encoded")]
    Encode(#[from] serde_json::Error),
    /// The file of a replay.
    #[error("a row could not be written")]
    Write(#[from] std::io::Error),
    /// The record does not fold.
    #[error("entry {position} cannot be folded: {problem}; stop, and verify the record")]
    Broken {
        /// Where.
        position: u64,
        /// Why.
        problem: String,
    },
    /// The checkpoint is of another history.
    #[error(
        "projection {name} stands at entry {position} of another history than this log: \
         a restored or foreign database; drop its schema to build it anew from this log"
    )]
    ForeignHistory {
        /// Which projection.
        name: &'static str,
        /// Its checkpoint.
        position: u64,
    },
    /// Another projector wrote in between, or swapped the build.
    #[error("another projector moved projection {0}; looking again")]
    Moved(&'static str),
    /// Values in the tables that no projection writes.
    #[error("the tables hold a value that projection {name} never writes: {problem}; rebuild it")]
    Altered {
        /// Which projection.
        name: &'static str,
        /// What.
        problem: String,
    },
}

impl ProjectorError {
    /// Whether trying again can help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Log(error) | Self::Tree(ProofError::Log(error)) => error.is_transient(),
            Self::Moved(_) => true,
            // Another projector's rebuild took over and dropped the build that this one followed:
            // undefined table, invalid schema.
            Self::Store(sqlx::Error::Database(error))
                if error.code().is_some_and(|code| code == "42P01" || code == "3F000") =>
            {
                true
            }
            Self::Store(error) => tais_log::is_transient(error),
            _ => false,
        }
    }
}
