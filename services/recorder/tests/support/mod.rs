//! A record on the twins, and who speaks in it.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::sync::Arc;
use std::time::Duration;

use tais_bus::memory::MemoryPublisher;
use tais_bus::{MemoryBus, PublisherBus as _};
use tais_log::{Filter, Log as _, MemoryLog, system_clock};
use tais_proto::event::activity::ActivityReported;
use tais_proto::event::refusal::RefusalRefused;
use tais_proto::event::registry::RegistryKeyRevoked;
use tais_proto::reference::{Reference, StateCode};
use tais_proto::{
    AccountId, Envelope, Event, EventId, Pillar, Position, Publisher, Role, Signed, SigningKey, Source,
    StreamId, StreamKind, StreamRef,
};
use tais_recorder::genesis::{Beginning, begin};
use tais_recorder::{Config, Recorder, only};
use uuid::Uuid;

pub const NO_WAIT: Duration = Duration::from_millis(20);

pub struct World {
    pub log: MemoryLog,
    pub bus: MemoryBus,
    pub recorder: Recorder<MemoryLog, MemoryBus>,
    keys: Vec<(Publisher, SigningKey)>,
    people: Vec<(AccountId, Role, Option<Pillar>)>,
    administrator: AccountId,
    sequence: u32,
}

fn state() -> StateCode {
    "TL".parse().unwrap()
}

fn log_key() -> SigningKey {
    SigningKey::from_seed(&[99; 32])
}

fn recorder(log: &MemoryLog, bus: &MemoryBus) -> Recorder<MemoryLog, MemoryBus> {
    let config = Config {
        state: state(),
        keys: only(log_key()),
        checkpoint: std::env::temp_dir().join(Uuid::now_v7().to_string()),
        reference: Arc::new(Reference::load_embedded().unwrap()),
        clock: system_clock(),
    };
    Recorder::new(config, log.clone(), bus.clone())
}

impl World {
    pub async fn new() -> Self {
        let keys: Vec<_> = (1_u8..)
            .zip(Publisher::ON_THE_BUS)
            .map(|(seed, publisher)| (*publisher, SigningKey::from_seed(&[seed; 32])))
            .collect();
        let people = vec![
            (AccountId(Uuid::now_v7()), Role::Correspondent, Some(Pillar::Apsc)),
            (AccountId(Uuid::now_v7()), Role::Correspondent, Some(Pillar::Aec)),
            (AccountId(Uuid::now_v7()), Role::Director, None),
        ];
        let (log, bus) = (MemoryLog::new(system_clock()), MemoryBus::new(state()));
        let administrator = AccountId(Uuid::now_v7());
        let beginning = Beginning {
            origin: "tais.test/tl".into(),
            state: state(),
            administrator,
            sample: false,
            keys: keys.iter().map(|(publisher, key)| (*publisher, key.public_key())).collect(),
            roles: people.clone(),
        };
        begin(&log, &log_key(), &beginning, system_clock()()).await.unwrap();
        let recorder = recorder(&log, &bus);
        Self { log, bus, recorder, keys, people, administrator, sequence: 0 }
    }

    pub fn key(&self, publisher: Publisher) -> &SigningKey {
        &self.keys.iter().find(|(of, _)| *of == publisher).unwrap().1
    }

    pub fn person(&self, role: Role, pillar: Option<Pillar>) -> AccountId {
        self.people.iter().find(|(_, r, p)| *r == role && *p == pillar).unwrap().0
    }

    pub fn correspondent(&self) -> AccountId {
        self.person(Role::Correspondent, Some(Pillar::Apsc))
    }

    pub fn envelope(
        &mut self,
        publisher: Publisher,
        stream: StreamId,
        version: u32,
        event: Event,
    ) -> Envelope {
        self.sequence += 1;
        let actor = match publisher {
            Publisher::Aec => self.person(Role::Correspondent, Some(Pillar::Aec)),
            Publisher::Office => self.person(Role::Director, None),
            _ => self.correspondent(),
        };
        Envelope {
            id: EventId(Uuid::now_v7()),
            source: Source { state: state(), publisher },
            stream: StreamRef { kind: StreamKind::Activity, id: stream },
            stream_version: version,
            time: system_clock()(),
            correlation: Uuid::now_v7(),
            causation: None,
            actor,
            key_id: self.key(publisher).key_id(),
            key_seq: self.sequence,
            event,
        }
    }

    /// One that has just started, and knows nothing of the record yet.
    pub fn new_recorder(&self) -> Recorder<MemoryLog, MemoryBus> {
        recorder(&self.log, &self.bus)
    }

    pub fn report(&mut self, stream: StreamId) -> Envelope {
        self.envelope(Publisher::Apsc, stream, 1, reported("PILLAR_APSC"))
    }

    pub fn publisher(&self, publisher: Publisher) -> MemoryPublisher {
        self.bus.publisher(publisher)
    }

    pub async fn submit(&self, publisher: Publisher, stream: StreamId, bytes: Vec<u8>) -> Signed {
        let signed = self.key(publisher).sign(bytes);
        self.resubmit(publisher, stream, &signed).await;
        signed
    }

    pub async fn resubmit(&self, publisher: Publisher, stream: StreamId, signed: &Signed) {
        self.publisher(publisher).submit(stream, signed, &Uuid::now_v7().to_string()).await.unwrap();
    }

    pub async fn step(&mut self) {
        self.recorder.step(NO_WAIT).await.unwrap();
    }

    pub async fn entries(&self, kind: StreamKind) -> Vec<Envelope> {
        let filter = Filter { kind: Some(kind), ..Filter::default() };
        let page = self.log.read_from(Position(0), 1_000, &filter).await.unwrap();
        page.entries.iter().map(|entry| entry.envelope().unwrap()).collect()
    }

    /// The end of a publisher's key, as the registry's next event.
    pub async fn revocation(&mut self, of: Publisher) -> Envelope {
        let registry = self.entries(StreamKind::Registry).await;
        let version = u32::try_from(registry.len()).unwrap() + 1;
        let key_id = self.key(of).key_id();
        let revoked = RegistryKeyRevoked { key_id, reason: "The machine was lost.".to_owned() };
        let mut envelope = self.envelope(Publisher::Office, registry[0].stream.id, version, revoked.into());
        (envelope.stream.kind, envelope.actor) = (StreamKind::Registry, self.administrator);
        envelope
    }

    pub async fn refusals(&self) -> Vec<RefusalRefused> {
        let entries = self.entries(StreamKind::Refusal).await;
        let refused = entries.into_iter().map(|envelope| match envelope.event {
            Event::RefusalRefused(refused) => refused.as_ref().clone(),
            other => panic!("{other:?}"),
        });
        refused.collect()
    }

    pub async fn quarantined(&self) -> Vec<(String, String)> {
        let kept = self.log.quarantined(100).await.unwrap();
        kept.into_iter().map(|kept| (kept.message.code, kept.message.reason)).collect()
    }
}

pub fn stream() -> StreamId {
    StreamId(Uuid::now_v7())
}

pub fn reported(pillar: &str) -> Event {
    let details = format!(
        r#"{{"pillar":"{pillar}","memberState":"TL","kind":"ACTIVITY_KIND_TRAINING","title":{{"en":"Training"}}}}"#
    );
    ActivityReported { details: serde_json::from_str(&details).unwrap() }.into()
}
