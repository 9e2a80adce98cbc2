//! Checkpoints: how many entries the log has and the root of their tree, signed by the log as a note and
//! cosigned by witnesses (C2SP tlog-checkpoint, signed-note, tlog-cosignature). Pure.

mod key;
mod policy;
mod tlog_proof;
mod witness;

use std::fmt;

use signed_note::{Note, Signature};
use tais_proto::{SigningKey, Timestamp};
use tlog_tiles::{Checkpoint as Text, Hash};

pub use key::{KeyType, NoteKey, NoteKeyError};
pub use policy::{Policy, PolicyError, Witness};
pub use tlog_proof::{TlogProof, TlogProofError};
pub use witness::{AddCheckpoint, REQUEST_BYTES_MAX, Refused};

use crate::proof::Root;

/// The largest note that is read.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;

/// Why something is no checkpoint, or says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is not written as one.
    #[error(
        "this is no checkpoint: it has a line each for origin, size and root, an empty one, and signatures"
    )]
    Format,
    /// It carries lines whose meaning nobody here knows.
    #[error("the checkpoint carries more than origin, size and root: a newer log may have written it")]
    Extension,
    /// The log's name cannot stand in one.
    #[error("\"{0}\" cannot be a log's origin: it must not be empty, nor contain a space or a plus")]
    Origin(String),
    /// It is another log's.
    #[error("the checkpoint is of the log {found}, not of {expected}")]
    OtherLog {
        /// The log that was expected.
        expected: String,
        /// The log that it names.
        found: String,
    },
    /// It is of a log that the policy does not name.
    #[error("the checkpoint is of the log {0}, which the policy does not name")]
    UnknownLog(String),
    /// Too few witnesses cosigned it.
    #[error("only {0} of the policy's witnesses cosigned the checkpoint: its quorum asks for more")]
    NoQuorum(usize),
    /// The log did not sign it.
    #[error("the checkpoint does not carry a signature of the key {0}")]
    NotSigned(String),
    /// A signature of a key that counts does not fit.
    #[error("the signature of {0} on the checkpoint does not fit it: either was altered")]
    WrongSignature(String),
}

/// A tree's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many entries the tree has.
    pub size: u64,
    /// Its root.
    pub root: Root,
}

impl Checkpoint {
    /// The three lines that are signed.
    ///
    /// # Errors
    /// When the origin cannot stand in a note.
    fn text(&self) -> Result<Vec<u8>, CheckpointError> {
        let origin = || CheckpointError::Origin(self.origin.clone());
        if !signed_note::is_key_name_valid(&self.origin) || self.origin.chars().any(char::is_control) {
            return Err(origin());
        }
        Ok(Text::new(&self.origin, self.size, Hash(self.root), "").map_err(|_| origin())?.to_bytes())
    }

    fn parse(text: &[u8]) -> Result<Self, CheckpointError> {
        let parsed = Text::from_bytes(text).map_err(|_| CheckpointError::Format)?;
        if !parsed.extension().is_empty() {
            return Err(CheckpointError::Extension);
        }
        let (origin, size, root) = (parsed.origin().to_owned(), parsed.size(), parsed.hash().0);
        let checkpoint = Self { origin, size, root };
        // What is read is what is signed, byte for byte.
        if checkpoint.text()? == text { Ok(checkpoint) } else { Err(CheckpointError::Format) }
    }

    /// Signs it as the log.
    ///
    /// # Errors
    /// When the origin cannot stand in a note.
    pub fn sign(self, key: &SigningKey) -> Result<SignedCheckpoint, CheckpointError> {
        let text = self.text()?;
        let name = self.log_key(key)?;
        let signature = Signature::new(self.origin.clone(), name.id(), key.sign_message(&text).to_vec())
            .map_err(|_| CheckpointError::Origin(self.origin.clone()))?;
        let note = Note::new(&text, &[signature]).map_err(|_| CheckpointError::Format)?;
        Ok(SignedCheckpoint { checkpoint: self, text, note: note.to_bytes() })
    }

    fn log_key(&self, key: &SigningKey) -> Result<NoteKey, CheckpointError> {
        NoteKey::new(&self.origin, KeyType::Log, key.public_key())
            .map_err(|_| CheckpointError::Origin(self.origin.clone()))
    }
}

/// A checkpoint with the signatures that it came with. Those are looked at when they are asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    text: Vec<u8>,
    note: Vec<u8>,
}

impl fmt::Debug for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.note))
    }
}

impl SignedCheckpoint {
    /// Reads a note. Nothing is known of its signatures yet.
    ///
    /// # Errors
    /// When it is no checkpoint.
    pub fn parse(note: &[u8]) -> Result<Self, CheckpointError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(CheckpointError::Format);
        }
        let parsed = Note::from_bytes(note).map_err(|_| CheckpointError::Format)?;
        let text = parsed.text().to_vec();
        Ok(Self { checkpoint: Checkpoint::parse(&text)?, text, note: note.to_vec() })
    }

    /// What it says, whoever signed it.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, byte for byte.
    #[must_use]
    pub fn note(&self) -> &[u8] {
        &self.note
    }

    /// What it says, if this log signed it.
    ///
    /// # Errors
    /// When it is another log's, or its signature is missing or does not fit.
    pub fn verify(&self, log: &NoteKey) -> Result<&Checkpoint, CheckpointError> {
        if self.checkpoint.origin != log.name() {
            let (expected, found) = (log.name().to_owned(), self.checkpoint.origin.clone());
            return Err(CheckpointError::OtherLog { expected, found });
        }
        let mut any = false;
        for signature in self.signatures(log) {
            let fits = signature.try_into().is_ok_and(|raw| log.public_key().verify(&self.text, &raw));
            if !fits {
                return Err(CheckpointError::WrongSignature(log.name().to_owned()));
            }
            any = true;
        }
        if any { Ok(&self.checkpoint) } else { Err(CheckpointError::NotSigned(log.to_string())) }
    }

    /// What it says, if one of these keys of its log signed it: a log whose key was rotated has several.
    ///
    /// # Errors
    /// When none of them is its log's, or none signed it.
    pub fn verify_any(&self, keys: &[NoteKey]) -> Result<&Checkpoint, CheckpointError> {
        let unknown = CheckpointError::UnknownLog(self.checkpoint.origin.clone());
        let mut wrong = Err(unknown);
        for key in keys.iter().filter(|key| key.name() == self.checkpoint.origin) {
            match (self.verify(key), &wrong) {
                (Ok(checkpoint), _) => return Ok(checkpoint),
                // Of several, the one that is there and does not fit says more than one that is not there.
                (Err(CheckpointError::NotSigned(_)), Err(CheckpointError::WrongSignature(_))) => {}
                (found, _) => wrong = found,
            }
        }
        wrong
    }

    /// When this witness cosigned it, in seconds since 1970; `None` where it did not.
    ///
    /// # Errors
    /// When it carries a cosignature of that witness which does not fit.
    pub fn cosigned(&self, witness: &NoteKey) -> Result<Option<u64>, CheckpointError> {
        let mut latest = None;
        for signature in self.signatures(witness) {
            let time = self.cosignature_time(witness, &signature);
            let time = time.ok_or_else(|| CheckpointError::WrongSignature(witness.name().to_owned()))?;
            latest = latest.max(Some(time));
        }
        Ok(latest)
    }

    fn cosignature_time(&self, witness: &NoteKey, signature: &[u8]) -> Option<u64> {
        let (time, raw) = signature.split_at_checked(8)?;
        let time = u64::from_be_bytes(time.try_into().ok()?);
        let raw: [u8; 64] = raw.try_into().ok()?;
        witness.public_key().verify(&self.cosigned_message(time), &raw).then_some(time)
    }

    /// What a witness signs: cosignature/v1.
    fn cosigned_message(&self, time: u64) -> Vec<u8> {
        [format!("cosignature/v1\ntime {time}\n").as_bytes(), &self.text].concat()
    }

    /// A witness's signature line for it.
    ///
    /// # Errors
    /// When the witness's name cannot stand in a note.
    pub fn cosign(
        &self,
        witness: &NoteKey,
        key: &SigningKey,
        at: Timestamp,
    ) -> Result<String, CheckpointError> {
        let time = u64::try_from(at.unix_micros() / 1_000_000).unwrap_or(0);
        let raw = key.sign_message(&self.cosigned_message(time));
        let signature = [&time.to_be_bytes()[..], &raw].concat();
        let line = Signature::new(witness.name().to_owned(), witness.id(), signature)
            .map_err(|_| CheckpointError::Origin(witness.name().to_owned()))?;
        String::from_utf8(line.to_bytes()).map_err(|_| CheckpointError::Format)
    }

    /// The same with signature lines added, those of these keys that fit; others are left out. A line of
    /// a key that is there already takes its place.
    ///
    /// # Errors
    /// When the lines are none.
    pub fn with_cosignatures(&self, lines: &str, witnesses: &[NoteKey]) -> Result<Self, CheckpointError> {
        let together = [&self.text[..], b"\n", lines.as_bytes()].concat();
        let came = Self::parse(&together)?;
        let mut note = self.clone();
        for witness in witnesses {
            for signature in came.signatures(witness) {
                if came.cosignature_time(witness, &signature).is_some() {
                    note = note.with(witness, signature)?;
                }
            }
        }
        Ok(note)
    }

    /// The signature line of a key, if it carries one.
    #[must_use]
    pub fn line_of(&self, key: &NoteKey) -> Option<String> {
        let lines = self.lines().ok()?;
        let line = lines.iter().rfind(|line| (line.name(), line.id()) == (key.name(), key.id()))?;
        String::from_utf8(line.to_bytes()).ok()
    }

    fn with(&self, key: &NoteKey, signature: Vec<u8>) -> Result<Self, CheckpointError> {
        let mut lines = self.lines()?;
        lines.retain(|line| (line.name(), line.id()) != (key.name(), key.id()));
        lines.push(
            Signature::new(key.name().to_owned(), key.id(), signature)
                .map_err(|_| CheckpointError::Format)?,
        );
        let note = Note::new(&self.text, &lines).map_err(|_| CheckpointError::Format)?.to_bytes();
        Ok(Self { note, ..self.clone() })
    }

    /// What stands under a key's name and id.
    fn signatures(&self, key: &NoteKey) -> Vec<Vec<u8>> {
        let lines = self.lines().unwrap_or_default().into_iter();
        let of_key = lines.filter(|line| (line.name(), line.id()) == (key.name(), key.id()));
        of_key.map(|line| line.signature().to_vec()).collect()
    }

    /// The signature lines. They were read before: what cannot be read was refused by `parse`.
    fn lines(&self) -> Result<Vec<Signature>, CheckpointError> {
        let block = self.note.get(self.text.len() + 1..).unwrap_or_default();
        let lines = block.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| Signature::from_bytes(line).map_err(|_| CheckpointError::Format)).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;
