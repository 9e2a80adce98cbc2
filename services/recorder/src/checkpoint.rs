//! Signing what the log is: a checkpoint of each 256 entries, each minute that anything was recorded, and
//! whenever one is asked for.
//!
//! Before it signs, it reads every entry since the last checkpoint again and hashes it. A checkpoint goes
//! after the one before it, in the table and in a file outside the database: a log that does not go on
//! from both is another history, and this recorder then neither signs nor records.

use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use tais_domain::{KeyRecord, Registry};
use tais_log::Log;
use tais_log::checkpoint::{Checkpoint, CheckpointError, KeyType, NoteKey, SignedCheckpoint};
use tais_log::checkpoint_file::{self as file, CheckpointFileError};
use tais_log::frontier::Frontier;
use tais_log::proof::{ProofError, frontier};
use tais_proto::{Position, leaf_hash};
use tokio::time::Instant;

use crate::RecorderError;
use crate::keys::{LogKeys, held, read_registry};

/// After so many entries a checkpoint is signed,
const ENTRIES_MAX: u64 = 256;
/// and after so long, if there is any.
const TIME_MAX: Duration = Duration::from_secs(60);
/// How often it is looked.
const LOOK: Duration = Duration::from_secs(2);
/// The most entries that are read at once.
const PAGE: usize = 128;
/// Who waits for a receipt goes before: what nobody asked for rests so many times as long as it read,
const REST: u32 = 3;
/// and so long in all.
const REST_MAX: Duration = LOOK;

/// Why nothing is signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The log is not the one that was signed.
    #[error(
        "the log's first {size} entries are not those that were signed before: the record was altered, or the \
         database is another; stop, keep both, and verify the record"
    )]
    OtherHistory {
        /// The checkpoint.
        size: u64,
    },
    /// The log is older than what was signed.
    #[error(
        "the log has {found} entries, but {signed} were signed before: an older database was restored. Restore a \
         newer one; if those entries are lost for good, begin a new log"
    )]
    Older {
        /// What was signed.
        signed: u64,
        /// What there is.
        found: u64,
    },
    /// An entry is not what its leaf says.
    #[error("entry {0} is not what was recorded there: stop, and verify the record")]
    Altered(u64),
    /// Two checkpoints of the same size.
    #[error("two checkpoints of {0} entries have other roots: the log was signed twice; stop, and keep both")]
    Fork(u64),
    /// Somebody else signs.
    #[error("another recorder signed a checkpoint meanwhile; this one looks again")]
    Overtaken,
    /// What was kept is not of this log.
    #[error("what was kept of the last checkpoint is not this log's")]
    Foreign(#[from] CheckpointError),
    /// The tree.
    #[error("the log's tree could not be read")]
    Tree(#[from] ProofError),
    /// The file.
    #[error(transparent)]
    File(#[from] CheckpointFileError),
}

/// Who signs the log's checkpoints.
pub(crate) struct Checkpointer<L> {
    log: L,
    keys: LogKeys,
    file: PathBuf,
    /// The last that was signed, and its tree.
    last: Option<SignedCheckpoint>,
    frontier: Frontier,
}

impl<L: Log> Checkpointer<L> {
    /// Sees that the log goes on from what was signed before.
    pub async fn begin(log: L, keys: LogKeys, file: PathBuf) -> Result<Self, RecorderError> {
        let registry = read_registry(&log).await?;
        held(&registry, u64::MAX, &keys)?;
        let kept = log.last_checkpoint().await?;
        let filed = file::read(&file).map_err(SignError::File)?;
        let found = log.head().await?.size;
        for signed in kept.iter().chain(&filed) {
            let size = signed.checkpoint().size;
            // An older database does not know which key signed what it lost.
            let key = if size > found { any_key(&registry, signed) } else { log_key(&registry, size) };
            signed.verify(&key?).map_err(SignError::Foreign)?;
        }
        let mut signer = Self { log, keys, file, last: None, frontier: Frontier::default() };
        let size =
            |signed: &Option<SignedCheckpoint>| signed.as_ref().map_or(0, |signed| signed.checkpoint().size);
        let (in_table, in_file) = (size(&kept), size(&filed));
        for signed in kept.iter().chain(&filed) {
            signer.expect(signed).await?;
        }
        if in_file > in_table
            && let Some(filed) = &filed
        {
            // It was signed, and the commit that keeps it did not come to pass.
            if !signer.log.keep_checkpoint(in_table, filed).await? {
                return Err(SignError::Overtaken.into());
            }
        }
        if in_table > in_file
            && let Some(kept) = &kept
        {
            signer.write(filed.clone(), kept.clone()).await?;
        }
        signer.last = if in_file > in_table { filed } else { kept };
        Ok(signer)
    }

    /// That the log begins with what this says.
    async fn expect(&mut self, signed: &SignedCheckpoint) -> Result<(), RecorderError> {
        let Checkpoint { size, root, .. } = signed.checkpoint();
        let found = self.log.head().await?.size;
        if found < *size {
            return Err(SignError::Older { signed: *size, found }.into());
        }
        let tree = frontier(&self.log, *size).await.map_err(SignError::Tree)?;
        if tree.root() != *root {
            let fork = self.frontier.size() == *size;
            return Err(
                if fork { SignError::Fork(*size) } else { SignError::OtherHistory { size: *size } }.into()
            );
        }
        if *size >= self.frontier.size() {
            self.frontier = tree;
        }
        Ok(())
    }

    /// Signs whenever it is time or is asked for, until something is wrong.
    pub async fn run(mut self) -> Result<(), RecorderError> {
        let log = self.log.clone();
        let mut signed_at = Instant::now();
        let mut asked = pin!(log.checkpoint_asked());
        loop {
            let is_asked = match tokio::time::timeout(LOOK, &mut asked).await {
                Ok(heard) => {
                    heard?;
                    asked.set(log.checkpoint_asked());
                    true
                }
                Err(_) => false,
            };
            let waiting = log.head().await?.size.saturating_sub(self.frontier.size());
            let is_time = waiting >= ENTRIES_MAX || signed_at.elapsed() >= TIME_MAX;
            if waiting > 0 && (is_asked || is_time) {
                self.sign_resting(if is_asked { Duration::ZERO } else { REST_MAX }).await?;
                signed_at = Instant::now();
            }
        }
    }

    /// Signs what the log is now; `None` when that is signed already.
    pub async fn sign(&mut self) -> Result<Option<SignedCheckpoint>, RecorderError> {
        self.sign_resting(Duration::ZERO).await
    }

    /// The same, resting meanwhile for so long at most.
    async fn sign_resting(&mut self, rest: Duration) -> Result<Option<SignedCheckpoint>, RecorderError> {
        let head = self.log.head().await?;
        if head.size == self.frontier.size() {
            return Ok(None);
        }
        let tree = self.read_again(head.size, rest).await?;
        if tree.root() != head.root {
            return Err(SignError::OtherHistory { size: head.size }.into());
        }
        let registry = read_registry(&self.log).await?;
        let origin = log_key(&registry, head.size)?.name().to_owned();
        let key = held(&registry, head.size, &self.keys)?;
        let checkpoint = Checkpoint { origin, size: head.size, root: head.root };
        let signed = checkpoint.sign(&key).map_err(SignError::Foreign)?;
        // The file first: what it has and the table has not is kept by the next to begin.
        self.write(self.last.clone(), signed.clone()).await?;
        if !self.log.keep_checkpoint(self.frontier.size(), &signed).await? {
            return Err(SignError::Overtaken.into());
        }
        metrics::gauge!("tais_recorder_checkpoint_size").set(head.size as f64);
        tracing::debug!(size = head.size, "signed a checkpoint");
        self.frontier = tree;
        self.last = Some(signed.clone());
        Ok(Some(signed))
    }

    /// Puts a checkpoint in the place of the one before it in the file, which waits for the disk.
    async fn write(
        &self,
        before: Option<SignedCheckpoint>,
        signed: SignedCheckpoint,
    ) -> Result<(), SignError> {
        let path = self.file.clone();
        let writing = tokio::task::spawn_blocking(move || file::write(&path, before.as_ref(), &signed));
        writing.await.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()))?;
        Ok(())
    }

    /// The tree with every entry since the last checkpoint, each read and hashed again.
    async fn read_again(&self, size: u64, mut rest: Duration) -> Result<Frontier, RecorderError> {
        let mut tree = self.frontier.clone();
        while tree.size() < size {
            let (begun, from) = (Instant::now(), Position(tree.size()));
            let page = self.log.read_from(from, PAGE, &tais_log::Filter::default()).await?;
            let wanted = page.entries.iter().take_while(|entry| entry.position.0 < size);
            for entry in wanted {
                let leaf = leaf_hash(&entry.signed, entry.position, entry.recorded_at);
                if leaf != entry.leaf_hash || entry.position.0 != tree.size() {
                    return Err(SignError::Altered(tree.size()).into());
                }
                tree.append(leaf);
            }
            if tree.size() == from.0 {
                return Err(SignError::Altered(from.0).into());
            }
            let pause = (begun.elapsed() * REST).min(rest);
            rest -= pause;
            tokio::time::sleep(pause).await;
        }
        Ok(tree)
    }
}

/// The key that signs a checkpoint of so many entries, under the name that the genesis gives the log.
fn log_key(registry: &Registry, size: u64) -> Result<NoteKey, RecorderError> {
    named(registry, registry.log_key(size))
}

/// The log's key that this was signed with, whenever that was; its present one if none was.
fn any_key(registry: &Registry, signed: &SignedCheckpoint) -> Result<NoteKey, RecorderError> {
    let mut keys = registry.log_keys().into_iter();
    let signs = |key: &&KeyRecord| named(registry, Some(*key)).is_ok_and(|key| signed.verify(&key).is_ok());
    named(registry, keys.find(signs).or_else(|| registry.log_key(u64::MAX)))
}

fn named(registry: &Registry, key: Option<&KeyRecord>) -> Result<NoteKey, RecorderError> {
    let (Some(genesis), Some(key)) = (registry.genesis(), key) else { return Err(RecorderError::NoGenesis) };
    NoteKey::new(&genesis.origin, KeyType::Log, key.public_key)
        .map_err(|_| SignError::Foreign(CheckpointError::Origin(genesis.origin.clone())).into())
}
