//! Events to append: small, signed, and different from each other.

use std::sync::{Arc, Mutex};

use tais_log::{Clock, NewEntry, Quarantined};
use tais_proto::event::activity::{ActivityOutcomeRecorded, ActivitySubmitted};
use tais_proto::{
    AccountId, Envelope, Event, EventId, Lang, Pillar, Publisher, SigningKey, Source, StreamId, StreamKind,
    StreamRef, Texts, Timestamp,
};
use time::Duration;
use uuid::Uuid;

/// A clock set by hand. It starts at noon in Dili on 24 November 2026.
#[derive(Clone)]
pub struct HandClock(Arc<Mutex<Timestamp>>);

impl HandClock {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(at("2026-11-24T03:00:00Z"))))
    }

    pub fn set(&self, instant: Timestamp) {
        *self.0.lock().unwrap() = instant;
    }

    pub fn add(&self, duration: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = Timestamp::new(now.to_utc() + duration);
    }

    pub fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    pub fn clock(&self) -> Clock {
        let now = Arc::clone(&self.0);
        Arc::new(move || *now.lock().unwrap())
    }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Publishes events under one key, counting the key's sequence.
pub struct Author {
    key: SigningKey,
    publisher: Publisher,
    key_seq: u32,
}

impl Author {
    pub fn new(publisher: Publisher, seed: u8) -> Self {
        Self { key: SigningKey::from_seed(&[seed; 32]), publisher, key_seq: 0 }
    }

    pub fn apsc() -> Self {
        Self::new(Publisher::Apsc, 1)
    }

    pub fn key_id(&self) -> tais_proto::KeyId {
        self.key.key_id()
    }

    /// The next event of a stream, in its version, with a text to tell it from others.
    pub fn says(&mut self, stream: StreamId, version: u32, text: &str) -> NewEntry {
        self.key_seq += 1;
        let outcome = Texts::one(Lang::EN, text);
        self.sign(self.envelope(stream, version, ActivityOutcomeRecorded { outcome }.into()))
    }

    /// The envelope of an event, not yet signed.
    pub fn envelope(&self, stream: StreamId, version: u32, event: Event) -> Envelope {
        Envelope {
            id: EventId(Uuid::now_v7()),
            source: Source { state: "TL".parse().unwrap(), publisher: self.publisher },
            stream: StreamRef { kind: event.event_type().stream_kind(), id: stream },
            stream_version: version,
            time: at("2026-11-23T23:30:00.123456Z"),
            correlation: Uuid::now_v7(),
            causation: None,
            actor: AccountId(Uuid::from_u128(7)),
            key_id: self.key.key_id(),
            key_seq: self.key_seq.max(1),
            event,
        }
    }

    pub fn sign(&self, envelope: Envelope) -> NewEntry {
        let signed = self.key.sign(envelope.to_bytes().unwrap());
        NewEntry { signed, envelope: envelope.into(), pillar: self.publisher.pillar() }
    }

    /// The same event id with other bytes.
    pub fn contradicts(&self, said: &NewEntry) -> NewEntry {
        let mut envelope = said.envelope.as_ref().clone();
        envelope.event = ActivitySubmitted { revision: 1, note: Some("something else".into()) }.into();
        self.sign(envelope)
    }
}

pub fn stream() -> StreamId {
    StreamId(Uuid::now_v7())
}

/// A message that could not be taken.
pub fn bad(raw: &str, code: &str) -> Quarantined {
    Quarantined {
        subject: format!("tais.submit.tl.{}.x", Pillar::Aec),
        signature: None,
        raw: raw.as_bytes().to_vec(),
        code: code.into(),
        reason: format!("{code}: for a test"),
    }
}

/// The kind of stream that [`Author::says`] speaks of.
pub const KIND: StreamKind = StreamKind::Activity;
