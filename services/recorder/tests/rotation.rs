//! The log's key followed by another: by an entry that two people stand for, and never to a key that nobody holds.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tais_bus::{MemoryBus, PublisherBus as _};
use tais_log::checkpoint::{KeyType, NoteKey, SignedCheckpoint};
use tais_log::{Filter, Log as _, MemoryLog, system_clock};
use tais_proto::event::registry::{RegistryKeyRotated, RegistryRoleRevoked};
use tais_proto::reference::{Reference, StateCode};
use tais_proto::{
    AccountId, Envelope, Event, EventId, KeyId, Position, Publisher, Role, SigningKey, Source, StreamKind,
    StreamRef,
};
use tais_recorder::genesis::{Beginning, begin};
use tais_recorder::{Config, Recorder};
use tempfile::TempDir;
use uuid::Uuid;

const ORIGIN: &str = "tais.test/tl";

fn state() -> StateCode {
    "TL".parse().unwrap()
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

/// A log of two administrators, the recorder of it, and the keys that lie where that runs.
struct World {
    log: MemoryLog,
    bus: MemoryBus,
    held: Arc<Mutex<Vec<SigningKey>>>,
    recorder: Recorder<MemoryLog, MemoryBus>,
    dir: TempDir,
    administrators: [AccountId; 2],
    sent: u32,
}

impl World {
    async fn new() -> Self {
        let administrators = [AccountId(Uuid::now_v7()), AccountId(Uuid::now_v7())];
        let (log, bus) = (MemoryLog::new(system_clock()), MemoryBus::new(state()));
        let beginning = Beginning {
            origin: ORIGIN.into(),
            state: state(),
            administrator: administrators[0],
            sample: false,
            keys: vec![(Publisher::Office, key(1).public_key())],
            roles: vec![(administrators[1], Role::Administrator, None)],
        };
        begin(&log, &key(99), &beginning, system_clock()()).await.unwrap();
        let (held, dir) = (Arc::new(Mutex::new(vec![key(99)])), tempfile::tempdir().unwrap());
        let recorder = recorder(&log, &bus, &held, &dir);
        Self { log, bus, held, recorder, dir, administrators, sent: 0 }
    }

    fn started_again(&self) -> Recorder<MemoryLog, MemoryBus> {
        recorder(&self.log, &self.bus, &self.held, &self.dir)
    }

    /// Something that an administrator says of the registry, recorded or refused.
    async fn say(&mut self, event: impl Into<Event>) {
        self.sent += 1;
        let genesis = self.log.read_one(Position(0)).await.unwrap().unwrap().envelope().unwrap();
        let version = self.log.read_stream(genesis.stream.id).await.unwrap().len();
        let envelope = Envelope {
            id: EventId(Uuid::now_v7()),
            source: Source { state: state(), publisher: Publisher::Office },
            stream: StreamRef { kind: StreamKind::Registry, id: genesis.stream.id },
            stream_version: u32::try_from(version).unwrap() + 1,
            time: system_clock()(),
            correlation: Uuid::now_v7(),
            causation: None,
            actor: self.administrators[0],
            key_id: key(1).key_id(),
            key_seq: self.sent,
            event: event.into(),
        };
        let signed = key(1).sign(envelope.to_bytes().unwrap());
        let office = self.bus.publisher(Publisher::Office);
        office.submit(genesis.stream.id, &signed, &Uuid::now_v7().to_string()).await.unwrap();
        self.recorder.step(Duration::from_millis(20)).await.unwrap();
    }

    async fn rotate(&mut self, old: u8, new: u8) {
        let successor = key(new).public_key();
        let rotated = RegistryKeyRotated {
            key_id: key(old).key_id(),
            successor: successor.key_id(),
            public_key: successor,
            approved_by: Some(self.administrators[1]),
        };
        self.say(rotated).await;
    }

    /// The rule and the signer of each refusal.
    async fn refusals(&self) -> Vec<(String, KeyId, u32)> {
        let filter = Filter { kind: Some(StreamKind::Refusal), ..Filter::default() };
        let page = self.log.read_from(Position(0), 100, &filter).await.unwrap();
        let refusal = |entry: &tais_log::Entry| {
            let envelope = entry.envelope().unwrap();
            let Event::RefusalRefused(refused) = envelope.event else { panic!("{:?}", envelope.event) };
            (refused.rule.clone(), envelope.key_id, envelope.key_seq)
        };
        page.entries.iter().map(refusal).collect()
    }
}

fn recorder(
    log: &MemoryLog,
    bus: &MemoryBus,
    held: &Arc<Mutex<Vec<SigningKey>>>,
    dir: &TempDir,
) -> Recorder<MemoryLog, MemoryBus> {
    let held = Arc::clone(held);
    let config = Config {
        state: state(),
        keys: Arc::new(move |id| held.lock().unwrap().iter().find(|key| key.key_id() == *id).cloned()),
        checkpoint: dir.path().join("checkpoint"),
        reference: Arc::new(Reference::load_embedded().unwrap()),
        clock: system_clock(),
    };
    Recorder::new(config, log.clone(), bus.clone())
}

fn is_signed_by(signed: &SignedCheckpoint, seed: u8) -> bool {
    signed.verify(&NoteKey::new(ORIGIN, KeyType::Log, key(seed).public_key()).unwrap()).is_ok()
}

#[tokio::test]
async fn what_follows_a_rotation_is_signed_by_the_successor() {
    let mut world = World::new().await;
    let before = world.recorder.sign().await.unwrap().unwrap();
    assert!(is_signed_by(&before, 99) && !is_signed_by(&before, 98));
    // It is made while the recorder runs.
    world.held.lock().unwrap().push(key(98));
    world.rotate(99, 98).await;
    let after = world.recorder.sign().await.unwrap().unwrap();
    assert!(is_signed_by(&after, 98) && !is_signed_by(&after, 99));
    assert_eq!(after.checkpoint().size, before.checkpoint().size + 1);
    // A refusal, which the log signs itself; the successor counts from 1.
    let reason = " ".to_owned();
    let account = world.administrators[1];
    world.say(RegistryRoleRevoked { account, role: Role::Administrator, pillar: None, reason }).await;
    assert_eq!(world.refusals().await, [("reason-missing".to_owned(), key(98).key_id(), 1)]);
    // The key before may be taken away.
    world.held.lock().unwrap().retain(|held| held.key_id() != key(99).key_id());
    let again = world.started_again().sign().await.unwrap().unwrap();
    assert!(is_signed_by(&again, 98));
    let read = tais_log::checkpoint_file::read(&world.dir.path().join("checkpoint")).unwrap().unwrap();
    assert_eq!(read.checkpoint(), again.checkpoint());
}

#[tokio::test]
async fn a_log_is_not_given_a_key_that_nobody_holds() {
    let mut world = World::new().await;
    world.rotate(99, 98).await;
    // The beginning took its first three numbers.
    assert_eq!(world.refusals().await, [("key-not-held".to_owned(), key(99).key_id(), 4)]);
    assert!(is_signed_by(&world.recorder.sign().await.unwrap().unwrap(), 99));
    // Another key under its name is not that key.
    world.held.lock().unwrap().push(key(97));
    world.rotate(99, 98).await;
    assert_eq!(world.refusals().await.len(), 2);
}

#[tokio::test]
async fn a_recorder_without_the_logs_key_says_which_file_is_missing() {
    let world = World::new().await;
    world.held.lock().unwrap().clear();
    let error = world.started_again().sign().await.unwrap_err().to_string();
    assert!(error.contains(key(99).key_id().as_str()), "{error}");
}
