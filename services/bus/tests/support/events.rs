//! Events to publish: small, signed, and different from each other.

use std::sync::Arc;

use tais_bus::{NewEvents, RecordedEntry};
use tais_proto::event::activity::ActivityOutcomeRecorded;
use tais_proto::reference::StateCode;
use tais_proto::{
    AccountId, Envelope, Event, EventId, Lang, Pillar, Position, Publisher, Signed, SigningKey, Source,
    StreamId, StreamKind, StreamRef, Texts, Timestamp, leaf_hash,
};
use time::OffsetDateTime;
use uuid::Uuid;

pub fn state() -> StateCode {
    "TL".parse().unwrap()
}

pub fn source(publisher: Publisher) -> Source {
    Source { state: state(), publisher }
}

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

pub fn now() -> Timestamp {
    Timestamp::new(OffsetDateTime::now_utc())
}

pub fn clock() -> tais_bus::outbox::Clock {
    Arc::new(now)
}

pub fn stream() -> StreamId {
    StreamId(Uuid::now_v7())
}

pub fn event_id() -> EventId {
    EventId(Uuid::now_v7())
}

/// Something said about an activity, with a text to tell it from others.
pub fn says(text: &str) -> Event {
    ActivityOutcomeRecorded { outcome: Texts::one(Lang::EN, text) }.into()
}

/// The text that [`says`] was given.
pub fn text_of(event: &Event) -> Option<String> {
    match event {
        Event::ActivityOutcomeRecorded(said) => said.outcome.get(Lang::EN).map(str::to_owned),
        _ => None,
    }
}

/// Texts to save, on the given version of a stream.
pub fn new_events(stream: StreamId, base_version: u32, texts: &[&str]) -> NewEvents {
    NewEvents {
        stream: StreamRef { kind: StreamKind::Activity, id: stream },
        base_version,
        actor: AccountId(Uuid::from_u128(7)),
        correlation: Uuid::now_v7(),
        causation: None,
        time: "2026-11-23T23:30:00.123456Z".parse().unwrap(),
        asked: None,
        events: texts.iter().map(|text| (event_id(), says(text))).collect(),
    }
}

/// The first event of a stream, signed as a publisher would.
pub fn signed(publisher: Publisher, stream: StreamId, text: &str) -> Signed {
    let key = key(publisher as u8);
    let envelope = Envelope {
        id: event_id(),
        source: source(publisher),
        stream: StreamRef { kind: StreamKind::Activity, id: stream },
        stream_version: 1,
        time: "2026-11-23T23:30:00.123456Z".parse().unwrap(),
        correlation: Uuid::now_v7(),
        causation: None,
        actor: AccountId(Uuid::from_u128(7)),
        key_id: key.key_id(),
        key_seq: 1,
        event: says(text),
    };
    key.sign(envelope.to_bytes().unwrap())
}

/// Signed evidence at a place in the record.
pub fn at(position: u64, pillar: Option<Pillar>, stream: StreamId, signed: Signed) -> RecordedEntry {
    let position = Position(position);
    let recorded_at = "2026-11-24T03:00:00.000001Z".parse().unwrap();
    let leaf_hash = leaf_hash(&signed, position, recorded_at);
    RecordedEntry { position, recorded_at, leaf_hash, pillar, stream, signed }
}

/// An entry of a pillar, or of none.
pub fn entry(position: u64, pillar: Option<Pillar>) -> RecordedEntry {
    let stream = stream();
    let publisher = pillar.map_or(Publisher::Office, Publisher::from);
    at(position, pillar, stream, signed(publisher, stream, &format!("entry {position}")))
}
