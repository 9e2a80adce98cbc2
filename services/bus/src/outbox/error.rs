//! Why an outbox does not do what it is asked.

use tais_proto::StreamId;

use super::Item;

/// Why the outbox did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The disk.
    #[error("the outbox's file did not take it: nothing was saved; is the disk full?")]
    Disk(#[from] sqlx::Error),
    /// An id that already names something else.
    #[error("event {} was already saved with other content: nothing was changed; choose a new id to say something new", .0.event_id)]
    IdReused(Box<Item>),
    /// A stream whose conflict waits for a person.
    #[error("an earlier update of this record was refused: decide about that first")]
    StreamHeld(StreamId),
    /// The file holds what no outbox writes.
    #[error("the outbox's file cannot be read ({0}): keep it, and ask for help")]
    Unreadable(String),
    /// A reader's own trouble.
    #[error("what came back could not be taken in: {0}")]
    Reader(String),
}
