//! The bytes of a log entry and its leaf hash (RFC 6962 section 2.1).

use std::fmt;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::ids::Position;
use crate::signing::Signed;
use crate::when::Timestamp;

/// A leaf hash of the log's Merkle tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeafHash(pub [u8; 32]);

impl fmt::Display for LeafHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for LeafHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LeafHash({self})")
    }
}

/// What a leaf commits to, all integers big-endian:
/// `u32 length ‖ envelope ‖ u32 length ‖ signature ‖ u64 position ‖ i64 recorded_at`,
/// the last in microseconds since 1970-01-01T00:00:00Z.
#[must_use]
pub fn entry_bytes(signed: &Signed, position: Position, recorded_at: Timestamp) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(signed.bytes.len() + signed.signature.len() + 24);
    for part in [&signed.bytes[..], &signed.signature[..]] {
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes.extend_from_slice(&position.0.to_be_bytes());
    bytes.extend_from_slice(&recorded_at.unix_micros().to_be_bytes());
    bytes
}

/// SHA-256(0x00 ‖ entry bytes).
#[must_use]
pub fn leaf_hash(signed: &Signed, position: Position, recorded_at: Timestamp) -> LeafHash {
    LeafHash::of(&entry_bytes(signed, position, recorded_at))
}

impl LeafHash {
    /// The leaf of these entry bytes.
    #[must_use]
    pub fn of(entry: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0x00]).chain_update(entry).finalize().into())
    }
}

/// Why bytes are no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are no entry of a log: they are cut off, or were altered")]
pub struct EntryError;

/// What the bytes of an entry say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The evidence.
    pub signed: Signed,
    /// Its place.
    pub position: Position,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl Recorded {
    /// Reads entry bytes, as [`entry_bytes`] writes them.
    ///
    /// # Errors
    /// When they are none.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        let mut rest = bytes;
        let mut take = |count: usize| {
            let (taken, after) = rest.split_at_checked(count).ok_or(EntryError)?;
            rest = after;
            Ok::<_, EntryError>(taken)
        };
        let mut part = || {
            let length = u32::from_be_bytes(take(4)?.try_into().map_err(|_| EntryError)?);
            take(usize::try_from(length).map_err(|_| EntryError)?)
        };
        let envelope = Bytes::copy_from_slice(part()?);
        let signature = part()?.try_into().map_err(|_| EntryError)?;
        let position = u64::from_be_bytes(take(8)?.try_into().map_err(|_| EntryError)?);
        let micros = i64::from_be_bytes(take(8)?.try_into().map_err(|_| EntryError)?);
        if !rest.is_empty() {
            return Err(EntryError);
        }
        let signed = Signed { bytes: envelope, signature };
        let recorded =
            Self { signed, position: Position(position), recorded_at: Timestamp::from_unix_micros(micros) };
        // A time that this software cannot hold would come out as another.
        if entry_bytes(&recorded.signed, recorded.position, recorded.recorded_at) == bytes {
            Ok(recorded)
        } else {
            Err(EntryError)
        }
    }
}
