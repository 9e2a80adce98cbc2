//! What is wrong with a record, and where.

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// An entry is not there.
    #[error("entry {0} is missing")]
    Missing(u64),
    /// Something lies where no entry can.
    #[error("something lies at position {0}, where no entry of this log can be")]
    Unexpected(i64),
    /// The bytes are not those of the leaf.
    #[error("entry {0} is not what was recorded: its bytes do not hash to its leaf")]
    Leaf(u64),
    /// The signature has another length.
    #[error("entry {0} has no signature of 64 bytes")]
    NoSignature(u64),
    /// The signature does not fit.
    #[error("entry {position} is not what was signed: the signature of key {key} does not fit its bytes")]
    Signature {
        /// Where.
        position: u64,
        /// Whose.
        key: String,
    },
    /// The key may not sign there.
    #[error(
        "entry {position} is signed by key {key}, which the record does not know as {source_name}'s there"
    )]
    Key {
        /// Where.
        position: u64,
        /// Which.
        key: String,
        /// For whom it would have to sign.
        source_name: String,
    },
    /// A number of a key's sequence is used twice.
    #[error("entry {position} has number {number} of key {key}, which another entry has")]
    KeySequence {
        /// Where.
        position: u64,
        /// Which.
        key: String,
        /// The number.
        number: u32,
    },
    /// A version is not the next.
    #[error("entry {position} gives its stream version {given}, and {expected} is next")]
    Version {
        /// Where.
        position: u64,
        /// What is next.
        expected: u32,
        /// What it claims.
        given: u32,
    },
    /// A column says something else than the bytes.
    #[error("entry {position}: the column {column} does not say what the signed bytes say")]
    Column {
        /// Where.
        position: u64,
        /// Which.
        column: &'static str,
    },
    /// The time goes backwards.
    #[error("entry {0} is said to be recorded before the one before it")]
    Time(u64),
    /// The bytes cannot be read.
    #[error("entry {position} cannot be read: {why}")]
    Unreadable {
        /// Where.
        position: u64,
        /// Why.
        why: String,
    },
    /// The registry does not fold.
    #[error("entry {position} changes keys or roles in a way that the rules do not allow: {why}")]
    Registry {
        /// Where.
        position: u64,
        /// Why.
        why: String,
    },
    /// Another log.
    #[error(
        "the record begins with the log {found}, and {expected} was expected: it is another log, or was written anew"
    )]
    OtherLog {
        /// The key that was pinned.
        expected: String,
        /// The key that the genesis names.
        found: String,
    },
    /// A checkpoint that says something else.
    #[error("entries {from} to {to} are not those that were signed in the checkpoint of {size} entries")]
    Checkpoint {
        /// The first that it may be.
        from: u64,
        /// The last that it may be.
        to: u64,
        /// The checkpoint.
        size: u64,
    },
    /// A checkpoint that is none.
    #[error("the checkpoint of {size} entries does not hold: {why}")]
    BadCheckpoint {
        /// Which.
        size: u64,
        /// Why.
        why: String,
    },
    /// Entries that were signed are gone.
    #[error("entries from {found} on are missing: the checkpoint {origin} of {signed} entries was signed")]
    Shorter {
        /// What there is.
        found: u64,
        /// What was signed.
        signed: u64,
        /// Where that checkpoint is from.
        origin: &'static str,
    },
    /// The head does not fit.
    #[error("the head of the log, {what}, is not that of its entries")]
    Head {
        /// How many entries there are.
        entries: u64,
        /// What of it.
        what: &'static str,
    },
    /// A tile does not fit.
    #[error("tile {index} of level {level} is not that of the entries from {position} on")]
    Tile {
        /// The first entry under it.
        position: u64,
        /// Its level.
        level: i16,
        /// Its place.
        index: i64,
    },
}

impl Wrong {
    /// The first entry that it may be about.
    #[must_use]
    pub fn position(&self) -> u64 {
        match self {
            Self::Missing(position)
            | Self::Leaf(position)
            | Self::NoSignature(position)
            | Self::Time(position) => *position,
            Self::Unexpected(position) => u64::try_from(*position).unwrap_or(0),
            Self::Signature { position, .. }
            | Self::Key { position, .. }
            | Self::KeySequence { position, .. }
            | Self::Version { position, .. }
            | Self::Column { position, .. }
            | Self::Unreadable { position, .. }
            | Self::Registry { position, .. }
            | Self::Tile { position, .. } => *position,
            Self::OtherLog { .. } => 0,
            Self::Checkpoint { from, .. } => *from,
            Self::BadCheckpoint { size, .. } => size.saturating_sub(1),
            Self::Shorter { found, .. } => *found,
            Self::Head { entries, .. } => *entries,
        }
    }
}
