//! What a witness is asked and how it judges (C2SP tlog-witness, add-checkpoint). Pure: whoever keeps the
//! last checkpoint judges and keeps the next in one step.

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::{Checkpoint, CheckpointError, NOTE_BYTES_MAX, NoteKey, SignedCheckpoint};
use crate::proof::ConsistencyProof;

/// The most lines of a consistency proof.
const PROOF_LINES_MAX: usize = 63;
/// The largest request that is read.
pub const REQUEST_BYTES_MAX: usize = NOTE_BYTES_MAX + 4 * 1024;

/// A request: a checkpoint, and that it goes on from the one of `old` entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the last one that the witness cosigned; 0 where it cosigned none.
    pub old: u64,
    /// The consistency proof from there.
    pub proof: Vec<[u8; 32]>,
    /// The new one.
    pub checkpoint: SignedCheckpoint,
}

/// Why a witness does not cosign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no request.
    #[error("this is no add-checkpoint request: {0}")]
    Malformed(String),
    /// It says that the old one is larger than the new.
    #[error("the old size is larger than the checkpoint's")]
    OldIsLarger,
    /// Nobody here knows the log.
    #[error("this witness does not know the log {0}")]
    UnknownLog(String),
    /// The log did not sign it.
    #[error("{0}")]
    NotSigned(CheckpointError),
    /// It is not asked to go on from the last one; this is its size.
    #[error("the last checkpoint that this witness cosigned has {0} entries")]
    OtherSize(u64),
    /// The same size with another root: the log shows different people different records.
    #[error("another root of the same {0} entries was cosigned: the log has forked")]
    Fork(u64),
    /// The log's later state does not contain its earlier.
    #[error("the proof does not lead from {from} entries to {to}")]
    Inconsistent {
        /// What was cosigned.
        from: u64,
        /// What is shown.
        to: u64,
    },
}

impl Refused {
    /// The status that the protocol has for it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::OldIsLarger => 400,
            Self::UnknownLog(_) => 404,
            Self::NotSigned(_) => 403,
            Self::OtherSize(_) | Self::Fork(_) => 409,
            Self::Inconsistent { .. } => 422,
        }
    }

    /// Whether the log signed what contradicts what it signed before: both are evidence.
    #[must_use]
    pub const fn is_evidence(&self) -> bool {
        matches!(self, Self::Fork(_) | Self::Inconsistent { .. })
    }
}

impl AddCheckpoint {
    /// The request's body.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("old {}\n", self.old);
        for hash in &self.proof {
            text += &BASE64_STANDARD.encode(hash);
            text.push('\n');
        }
        text.push('\n');
        [text.as_bytes(), self.checkpoint.note()].concat()
    }

    /// Reads a body.
    ///
    /// # Errors
    /// When it is no request.
    pub fn parse(body: &[u8]) -> Result<Self, Refused> {
        let malformed = |what: &str| Refused::Malformed(what.to_owned());
        if body.len() > REQUEST_BYTES_MAX {
            return Err(malformed("it is too large"));
        }
        let (mut old, mut proof, mut rest) = (None, Vec::new(), body);
        loop {
            let end = rest.iter().position(|byte| *byte == b'\n').ok_or(malformed("it is cut off"))?;
            let (line, after) = (&rest[..end], &rest[end + 1..]);
            rest = after;
            let line = std::str::from_utf8(line).map_err(|_| malformed("a line is no text"))?;
            match old {
                None => {
                    let size = line
                        .strip_prefix("old ")
                        .and_then(|text| text.parse::<u64>().ok().filter(|size| size.to_string() == text));
                    old = Some(size.ok_or(malformed("its first line is not \"old\" and a size"))?);
                }
                Some(_) if line.is_empty() => break,
                Some(_) => {
                    let hash = BASE64_STANDARD.decode(line).ok().and_then(|hash| hash.try_into().ok());
                    proof.push(hash.ok_or(malformed("a line of the proof is no hash"))?);
                }
            }
            if proof.len() > PROOF_LINES_MAX {
                return Err(malformed("the proof is too long"));
            }
        }
        let checkpoint = SignedCheckpoint::parse(rest).map_err(|error| malformed(&error.to_string()))?;
        Ok(Self { old: old.unwrap_or(0), proof, checkpoint })
    }

    /// Whether a witness that knows this log and cosigned `last` may cosign.
    ///
    /// # Errors
    /// When it may not.
    pub fn judge(&self, logs: &[NoteKey], last: Option<&Checkpoint>) -> Result<(), Refused> {
        let new = self.checkpoint.checkpoint();
        match self.checkpoint.verify_any(logs) {
            Ok(_) => {}
            Err(CheckpointError::UnknownLog(origin)) => return Err(Refused::UnknownLog(origin)),
            Err(error) => return Err(Refused::NotSigned(error)),
        }
        if self.old > new.size {
            return Err(Refused::OldIsLarger);
        }
        let latest = last.map_or(0, |last| last.size);
        // Said first even where the sizes do not fit: nothing is more wrong than a fork.
        if let Some(last) = last.filter(|last| last.size == new.size && last.root != new.root) {
            return Err(Refused::Fork(last.size));
        }
        if self.old != latest {
            return Err(Refused::OtherSize(latest));
        }
        let inconsistent = Refused::Inconsistent { from: latest, to: new.size };
        match last {
            None if self.proof.is_empty() => Ok(()),
            Some(last) if last.size == new.size && self.proof.is_empty() => Ok(()),
            Some(last) if last.size < new.size => {
                let proof = ConsistencyProof { from: last.size, to: new.size, hashes: self.proof.clone() };
                proof.verify(last.root, new.root).map_err(|_| inconsistent)
            }
            _ => Err(inconsistent),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;
    use tais_proto::{LeafHash, SigningKey};

    use super::super::KeyType;
    use super::*;
    use crate::frontier::Frontier;

    fn key() -> SigningKey {
        SigningKey::from_seed(&[1; 32])
    }

    fn log() -> NoteKey {
        NoteKey::new("tais.example/tl", KeyType::Log, key().public_key()).unwrap()
    }

    /// A tree whose proofs of one step are known: each leaf the same.
    fn checkpoint(size: u64, leaf: u8) -> SignedCheckpoint {
        let mut tree = Frontier::default();
        (0..size).for_each(|_| tree.append(LeafHash([leaf; 32])));
        Checkpoint { origin: log().name().into(), size, root: tree.root() }.sign(&key()).unwrap()
    }

    fn request(old: u64, proof: &[[u8; 32]], checkpoint: SignedCheckpoint) -> AddCheckpoint {
        AddCheckpoint { old, proof: proof.to_vec(), checkpoint }
    }

    fn status(request: &AddCheckpoint, last: Option<&SignedCheckpoint>) -> u16 {
        let judged = request.judge(&[log()], last.map(SignedCheckpoint::checkpoint));
        judged.map_or_else(|refused| refused.status(), |()| 200)
    }

    #[test]
    fn each_refusal_has_the_status_of_the_protocol() {
        let (one, two) = (checkpoint(1, 7), checkpoint(2, 7));
        // From one leaf to two of the same: the proof is the second.
        let proof = [[7; 32]];
        assert_eq!(status(&request(0, &[], one.clone()), None), 200);
        assert_eq!(status(&request(1, &proof, two.clone()), Some(&one)), 200);
        assert_eq!(
            status(&request(2, &[], two.clone()), Some(&two)),
            200,
            "the same again is cosigned again"
        );
        assert_eq!(status(&request(3, &[], two.clone()), Some(&two)), 400);
        assert_eq!(status(&request(0, &[], two.clone()), Some(&one)), 409, "it was asked to begin again");
        assert_eq!(status(&request(1, &proof, two.clone()), None), 409);
        assert_eq!(status(&request(1, &[], one.clone()), Some(&two)), 409, "older than what was cosigned");
        assert_eq!(status(&request(1, &[], checkpoint(1, 8)), Some(&one)), 409, "a fork");
        assert_eq!(status(&request(1, &[[8; 32]], two.clone()), Some(&one)), 422);
        assert_eq!(status(&request(1, &[], two.clone()), Some(&one)), 422);
        assert_eq!(status(&request(0, &proof, two.clone()), None), 422, "a first one has no proof");
        let stranger = Checkpoint { origin: "other.example".into(), size: 1, root: [0; 32] };
        assert_eq!(status(&request(0, &[], stranger.clone().sign(&key()).unwrap()), None), 404);
        let forged = Checkpoint { origin: log().name().into(), ..stranger };
        let forged = forged.sign(&SigningKey::from_seed(&[9; 32])).unwrap();
        assert_eq!(status(&request(0, &[], forged), None), 403);
    }

    #[test]
    fn a_fork_is_evidence_and_a_mistake_is_none() {
        let one = checkpoint(1, 7);
        let judge = |request: AddCheckpoint| request.judge(&[log()], Some(one.checkpoint())).unwrap_err();
        assert!(judge(request(1, &[], checkpoint(1, 8))).is_evidence());
        assert!(judge(request(0, &[], checkpoint(1, 8))).is_evidence(), "whatever size was asked for");
        assert!(judge(request(1, &[[8; 32]], checkpoint(2, 7))).is_evidence());
        assert!(!judge(request(0, &[], checkpoint(2, 7))).is_evidence());
    }

    /// The shape of the example in C2SP tlog-witness.
    #[test]
    fn a_request_is_written_and_read_as_the_protocol_has_it() {
        let asked = request(1, &[[7; 32]], checkpoint(2, 7));
        let body = asked.to_bytes();
        assert!(
            body.starts_with(b"old 1\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n\ntais.example/tl\n2\n")
        );
        assert_eq!(AddCheckpoint::parse(&body).unwrap(), asked);
        for end in 0..body.len() {
            assert!(matches!(AddCheckpoint::parse(&body[..end]), Err(Refused::Malformed(_))), "{end}");
        }
        let with = |from: &str, to: &str| String::from_utf8(body.clone()).unwrap().replacen(from, to, 1);
        for wrong in [with("old 1", "old 01"), with("old 1", "old -1"), with("old", "new"), with("Bw", "B")] {
            assert!(matches!(AddCheckpoint::parse(wrong.as_bytes()), Err(Refused::Malformed(_))), "{wrong}");
        }
        let long = request(1, &vec![[7; 32]; 64], checkpoint(2, 7)).to_bytes();
        assert!(AddCheckpoint::parse(&long).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_fail(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(AddCheckpoint::parse(&bytes).is_err());
        }
    }
}
