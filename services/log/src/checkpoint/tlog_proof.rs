//! A receipt that anybody can check by themselves: an entry, its place, the inclusion proof and a
//! checkpoint, as C2SP tlog-proof has them. The entry's bytes stand in the `extra` line, which is what
//! that is for: without them the leaf could not be hashed again.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use tais_proto::entry::{EntryError, Recorded};
use tais_proto::{LeafHash, Position};

use super::{CheckpointError, NoteKey, SignedCheckpoint};
use crate::proof::{HASHES_MAX, InclusionProof, ProofError};

/// The largest file that is read.
pub const PROOF_BYTES_MAX: usize = 1024 * 1024;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// Why a receipt is none, or does not hold.
#[derive(Debug, thiserror::Error)]
pub enum TlogProofError {
    /// It is not written as one.
    #[error("this is no receipt: line {0} is not what a tlog-proof has there")]
    Format(usize),
    /// It has more hashes than any tree.
    #[error("a receipt has at most {HASHES_MAX} hashes")]
    TooLong,
    /// It does not hold the entry.
    #[error("the receipt does not hold the entry that it is about (its `extra` line)")]
    NoEntry,
    /// The entry cannot be read.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The entry says that it stands elsewhere.
    #[error("the entry says that it stands at position {said}, the receipt that it stands at {index}")]
    OtherPlace {
        /// What the receipt says.
        index: u64,
        /// What the entry says.
        said: u64,
    },
    /// Its checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Its proof.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// The entry's bytes, which the leaf is the hash of.
    pub entry: Vec<u8>,
    /// Where it stands in which tree, and the hashes that say so.
    pub inclusion: InclusionProof,
    /// The tree's head.
    pub checkpoint: SignedCheckpoint,
}

impl TlogProof {
    /// The file's content.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!(
            "{FIRST_LINE}\nextra {}\nindex {}\n",
            BASE64_STANDARD.encode(&self.entry),
            self.inclusion.position
        );
        for hash in &self.inclusion.hashes {
            text.push_str(&BASE64_STANDARD.encode(hash));
            text.push('\n');
        }
        text.push('\n');
        [text.as_bytes(), self.checkpoint.note()].concat()
    }

    /// Reads a file. Nothing is known of its truth yet.
    ///
    /// # Errors
    /// When it is no receipt.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        if bytes.len() > PROOF_BYTES_MAX {
            return Err(TlogProofError::Format(1));
        }
        let (mut rest, mut number) = (bytes, 0);
        let mut line = || {
            number += 1;
            let end = rest.iter().position(|byte| *byte == b'\n');
            let parts = end.and_then(|end| Some((rest.get(..end)?, rest.get(end + 1..)?)));
            let (line, after) = parts.ok_or(TlogProofError::Format(number))?;
            rest = after;
            Ok::<_, TlogProofError>((
                std::str::from_utf8(line).map_err(|_| TlogProofError::Format(number))?,
                number,
            ))
        };
        if line()?.0 != FIRST_LINE {
            return Err(TlogProofError::Format(1));
        }
        let (extra, _) = line()?;
        let extra = extra.strip_prefix("extra ").ok_or(TlogProofError::NoEntry)?;
        let entry = BASE64_STANDARD.decode(extra).map_err(|_| TlogProofError::Format(2))?;
        let (index, _) = line()?;
        let index = index.strip_prefix("index ").and_then(decimal).ok_or(TlogProofError::Format(3))?;
        let mut hashes = Vec::new();
        loop {
            let (text, number) = line()?;
            if text.is_empty() {
                break;
            }
            let hash = BASE64_STANDARD.decode(text).ok().and_then(|hash| hash.try_into().ok());
            hashes.push(hash.ok_or(TlogProofError::Format(number))?);
            if hashes.len() > HASHES_MAX {
                return Err(TlogProofError::TooLong);
            }
        }
        let checkpoint = SignedCheckpoint::parse(rest)?;
        let size = checkpoint.checkpoint().size;
        Ok(Self { entry, inclusion: InclusionProof { position: Position(index), size, hashes }, checkpoint })
    }

    /// Checks that this log says to have this entry at this place, with nothing but the log's key; gives
    /// the entry.
    ///
    /// # Errors
    /// When it does not.
    pub fn verify(&self, log: &NoteKey) -> Result<Recorded, TlogProofError> {
        let root = self.checkpoint.verify(log)?.root;
        let entry = Recorded::parse(&self.entry)?;
        let (index, said) = (self.inclusion.position.0, entry.position.0);
        if index != said {
            return Err(TlogProofError::OtherPlace { index, said });
        }
        self.inclusion.verify(LeafHash::of(&self.entry), root)?;
        Ok(entry)
    }
}

/// A number as the format writes it: decimal digits without leading zeroes.
fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
