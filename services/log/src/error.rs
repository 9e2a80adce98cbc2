//! What can go wrong with the log.

/// Why the log did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Postgres refused or did not answer; nothing was recorded.
    #[error("the database did not do what was asked; nothing was recorded")]
    Database(#[source] sqlx::Error),
    /// The connection was lost while committing: it may or may not be recorded.
    #[error(
        "the connection was lost while committing: it is not known whether this was recorded; ask for the receipts"
    )]
    UnknownOutcome(#[source] sqlx::Error),
    /// A position is missing.
    #[error("position {0} is missing from the log: stop, and verify the record")]
    Hole(u64),
    /// A row that no recorder writes.
    #[error(
        "entry {position} holds a value that no recorder writes ({problem}): stop, and verify the record"
    )]
    Altered {
        /// Where.
        position: u64,
        /// What.
        problem: String,
    },
    /// Another recorder took the place.
    #[error("another recorder is active")]
    LeaseLost,
    /// The twin was told to fail.
    #[error("the log failed on command")]
    OnCommand,
}

impl From<sqlx::Error> for LogError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl LogError {
    /// Whether trying again can help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database(error) => is_transient(error),
            Self::UnknownOutcome(_) | Self::LeaseLost | Self::OnCommand => true,
            Self::Hole(_) | Self::Altered { .. } => false,
        }
    }
}

/// Whether a database error may pass by itself: lost connections, restarts, locks and full disks do;
/// refused privileges and malformed statements do not.
#[must_use]
pub fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // Classes: connection, resources, operator intervention; rollbacks. Then: lock not
            // available, and sessions ended because they slept or worked too long in a transaction,
            // which befalls who was stopped in the middle of it.
            ["08", "53", "57", "40"].iter().any(|class| code.starts_with(class))
                || ["55P03", "25P03", "25P04"].contains(&&*code)
        }),
        _ => false,
    }
}
