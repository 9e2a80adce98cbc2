//! Signing the log: each checkpoint after the one before it, and never of another history.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::Path;
use std::sync::Arc;

use tais_bus::MemoryBus;
use tais_log::checkpoint::{KeyType, NoteKey, SignedCheckpoint};
use tais_log::proof::ConsistencyProof;
use tais_log::{Filter, Log as _, MemoryLog, NewEntry, system_clock};
use tais_proto::reference::{Reference, StateCode};
use tais_proto::{AccountId, Position, Publisher, Role, SigningKey, Timestamp};
use tais_recorder::genesis::{Beginning, begin};
use tais_recorder::{Config, Recorder, RecorderError, SignError, only};
use tempfile::TempDir;
use uuid::Uuid;

const ORIGIN: &str = "tais.test/tl";

fn state() -> StateCode {
    "TL".parse().unwrap()
}

fn key() -> SigningKey {
    SigningKey::from_seed(&[99; 32])
}

fn name() -> NoteKey {
    NoteKey::new(ORIGIN, KeyType::Log, key().public_key()).unwrap()
}

/// A log in memory whose clock stands, so that a copy of its entries is the same log.
fn empty() -> MemoryLog {
    MemoryLog::new(Arc::new(|| Timestamp::from_unix_micros(1_800_000_000_000_000)))
}

async fn begun(roles: usize) -> MemoryLog {
    let log = empty();
    let beginning = Beginning {
        origin: ORIGIN.into(),
        state: state(),
        administrator: AccountId(Uuid::now_v7()),
        sample: false,
        keys: vec![(Publisher::Apsc, SigningKey::from_seed(&[1; 32]).public_key())],
        roles: (0..roles).map(|_| (AccountId(Uuid::now_v7()), Role::Office, None)).collect(),
    };
    begin(&log, &key(), &beginning, system_clock()()).await.unwrap();
    log
}

/// The first entries of a log, as an older copy of it has them.
async fn copy(log: &MemoryLog, entries: usize) -> MemoryLog {
    let copy = empty();
    let page = log.read_from(Position(0), entries, &Filter::default()).await.unwrap();
    let again = |entry: tais_log::Entry| NewEntry {
        envelope: entry.envelope().unwrap().into(),
        pillar: entry.pillar,
        signed: entry.signed,
    };
    let batch: Vec<NewEntry> = page.entries.into_iter().map(again).collect();
    copy.append(&batch, &[]).await.unwrap();
    copy
}

fn file(dir: &TempDir) -> std::path::PathBuf {
    dir.path().join("checkpoint")
}

async fn sign(log: &MemoryLog, file: &Path) -> Result<Option<SignedCheckpoint>, RecorderError> {
    let config = Config {
        state: state(),
        keys: only(key()),
        checkpoint: file.to_owned(),
        reference: Arc::new(Reference::load_embedded().unwrap()),
        clock: system_clock(),
    };
    Recorder::new(config, log.clone(), MemoryBus::new(state())).sign().await
}

fn refusal(result: Result<Option<SignedCheckpoint>, RecorderError>) -> SignError {
    match result {
        Err(RecorderError::Sign(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_checkpoint_goes_on_from_the_one_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let whole = begun(700).await;
    let log = copy(&whole, 300).await;
    let first = sign(&log, &file(&dir)).await.unwrap().unwrap();
    assert_eq!(first.verify(&name()).unwrap().size, 300);
    assert_eq!(std::fs::read(file(&dir)).unwrap(), first.note());
    assert_eq!(log.last_checkpoint().await.unwrap().unwrap(), first);
    assert!(sign(&log, &file(&dir)).await.unwrap().is_none(), "there is nothing new to sign");

    let rest = whole.read_from(Position(300), 1_000, &Filter::default()).await.unwrap();
    for entry in rest.entries {
        let (envelope, pillar) = (entry.envelope().unwrap(), entry.pillar);
        log.append(&[NewEntry { signed: entry.signed, envelope: envelope.into(), pillar }], &[])
            .await
            .unwrap();
    }
    let second = sign(&log, &file(&dir)).await.unwrap().unwrap();
    let (earlier, later) = (first.checkpoint(), second.verify(&name()).unwrap());
    assert_eq!(later.size, 702);
    assert_eq!(later.root, log.head().await.unwrap().root);
    let proof = ConsistencyProof::of(&log, earlier.size, later.size).await.unwrap();
    proof.verify(earlier.root, later.root).unwrap();
}

/// The control beside it: without the file outside, the older copy is signed. It is what the file is for.
#[tokio::test]
async fn an_older_copy_of_the_database_is_not_signed() {
    let dir = tempfile::tempdir().unwrap();
    let log = begun(20).await;
    sign(&log, &file(&dir)).await.unwrap().unwrap();
    let restored = copy(&log, 10).await;
    let refused = refusal(sign(&restored, &file(&dir)).await);
    assert!(matches!(refused, SignError::Older { signed: 22, found: 10 }), "{refused}");
    assert!(restored.last_checkpoint().await.unwrap().is_none());

    std::fs::remove_file(file(&dir)).unwrap();
    assert!(sign(&restored, &file(&dir)).await.unwrap().is_some());
}

#[tokio::test]
async fn another_history_under_the_same_key_is_not_signed() {
    let dir = tempfile::tempdir().unwrap();
    sign(&begun(20).await, &file(&dir)).await.unwrap().unwrap();
    let before = std::fs::read(file(&dir)).unwrap();
    let refused = refusal(sign(&begun(40).await, &file(&dir)).await);
    assert!(matches!(refused, SignError::OtherHistory { size: 22 }), "{refused}");
    assert_eq!(std::fs::read(file(&dir)).unwrap(), before, "what was signed stays as evidence");
}

/// Two of the same size with other roots, one in the table and one in the file: kept both, signed neither.
#[tokio::test]
async fn two_checkpoints_of_one_size_are_a_fork() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (log, other) = (begun(20).await, begun(20).await);
    sign(&log, &file(&here)).await.unwrap().unwrap();
    sign(&other, &file(&there)).await.unwrap().unwrap();
    let refused = refusal(sign(&log, &file(&there)).await);
    assert!(matches!(refused, SignError::Fork(22)), "{refused}");
}

/// A crash after the file was written and before the table was: the next recorder keeps it there too.
#[tokio::test]
async fn what_was_signed_and_not_kept_is_kept_by_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let log = begun(20).await;
    let signed = sign(&log, &file(&dir)).await.unwrap().unwrap();
    let crashed = copy(&log, 22).await;
    assert!(crashed.last_checkpoint().await.unwrap().is_none());
    assert!(sign(&crashed, &file(&dir)).await.unwrap().is_none());
    assert_eq!(crashed.last_checkpoint().await.unwrap().unwrap(), signed);
    // And the other way about: a recorder on another host finds the table ahead of its own file.
    let standby = tempfile::tempdir().unwrap();
    assert!(sign(&crashed, &file(&standby)).await.unwrap().is_none());
    assert_eq!(std::fs::read(file(&standby)).unwrap(), signed.note());
}

#[tokio::test]
async fn a_file_that_holds_something_else_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let log = begun(3).await;
    std::fs::write(file(&dir), "nothing").unwrap();
    let refused = refusal(sign(&log, &file(&dir)).await);
    assert!(matches!(refused, SignError::File(_)), "{refused}");
    // One that somebody else's key signed.
    let stranger = tais_log::checkpoint::Checkpoint { origin: ORIGIN.into(), size: 2, root: [0; 32] };
    let stranger = stranger.sign(&SigningKey::from_seed(&[7; 32])).unwrap();
    std::fs::write(file(&dir), stranger.note()).unwrap();
    let refused = refusal(sign(&log, &file(&dir)).await);
    assert!(matches!(refused, SignError::Foreign(_)), "{refused}");
}
