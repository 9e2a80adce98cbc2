//! The bytes of a log entry and its leaf hash (RFC 6962 section 2.1).

use std::fmt;

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
    let digest = Sha256::new().chain_update([0x00]).chain_update(entry_bytes(signed, position, recorded_at));
    LeafHash(digest.finalize().into())
}
