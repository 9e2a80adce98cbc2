//! What can go wrong on the bus. Everything here is waited out: what was said stays in the outbox.

/// Why the bus did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The broker did not answer in time: the message may or may not be there.
    #[error("the message bus did not answer in time; it is not known whether it has the message")]
    Timeout,
    /// The broker cannot be reached.
    #[error("the message bus cannot be reached: {0}")]
    Unreachable(String),
    /// The broker answered with an error.
    #[error("the message bus refused: {0}")]
    Refused(String),
    /// A message that nobody of this software sends.
    #[error("a message on the bus cannot be read: {0}")]
    Unreadable(String),
    /// A server that loses what it acknowledged.
    #[error("{0}")]
    Unsafe(String),
    /// The twin was told to fail.
    #[error("the bus failed on command")]
    OnCommand,
}

impl BusError {
    /// Whether trying again can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        !matches!(self, Self::Unsafe(_))
    }
}
