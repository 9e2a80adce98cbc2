//! A recorder small enough to read: it keeps a record in memory, with the rules that an outbox meets.
//! It is also the judge: what must never reach a recorder is noted down in `wrongs`.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tais_bus::{BusError, Notice, RecordedEntry, RecorderBus, ReplayPage, ReplayRequest, Submitted};
use tais_proto::event::refusal::RefusalRefused;
use tais_proto::signing::parse_signature_header;
use tais_proto::{
    AccountId, Envelope, EventId, Pillar, Position, Publisher, Signed, StreamId, StreamKind, StreamRef,
    leaf_hash,
};
use uuid::Uuid;

use super::events::{key, now, source, text_of};

/// Entries in one answer to a replay request: few, so that asking on is tested too.
const PAGE_MAX: usize = 7;

/// The key of the log, and that of the publisher whose outbox is tested.
const LOG_KEY: u8 = 200;
pub const OUTBOX_KEY: u8 = 1;

#[derive(Default)]
pub struct Record {
    pub entries: Vec<RecordedEntry>,
    /// What must never happen and did.
    pub wrongs: Vec<String>,
    by_id: HashMap<EventId, usize>,
    versions: HashMap<StreamId, u32>,
    refused: HashSet<String>,
    relayed: usize,
    /// The next batch is recorded and never acknowledged, as by a recorder that dies in between.
    pub die_before_ack: bool,
    /// Places in the key's sequence that were set aside.
    set_aside_at: HashSet<u32>,
    /// Streams of which something in the message at hand was refused or set aside.
    broken_off: HashSet<StreamId>,
    /// Texts that a rule refuses, and texts that are set aside.
    pub refuse: HashSet<String>,
    pub set_aside: HashSet<String>,
}

impl Record {
    /// Every recorded text of a stream, in the order of the record.
    pub fn texts_of(&self, stream: StreamId) -> Vec<String> {
        self.envelopes()
            .filter(|(_, envelope)| envelope.stream.id == stream)
            .filter_map(|(_, envelope)| text_of(&envelope.event))
            .collect()
    }

    pub fn envelopes(&self) -> impl Iterator<Item = (Position, Envelope)> {
        self.entries.iter().map(|entry| (entry.position, Envelope::parse(&entry.signed.bytes).unwrap()))
    }

    /// The version a stream has.
    pub fn version(&self, stream: StreamId) -> u32 {
        self.versions.get(&stream).copied().unwrap_or(0)
    }

    /// The places in the outbox key's sequence that arrived, each of them recorded, refused or set
    /// aside.
    pub fn key_sequence(&self) -> Vec<u32> {
        let own = key(OUTBOX_KEY).key_id();
        let recorded = self.envelopes().filter_map(|(_, envelope)| match &envelope.event {
            tais_proto::Event::RefusalRefused(refused) => Some(refused.key_seq),
            _ if envelope.key_id == own => Some(envelope.key_seq),
            _ => None,
        });
        let mut places: Vec<u32> = recorded.chain(self.set_aside_at.iter().copied()).collect();
        places.sort_unstable();
        places
    }

    fn append(&mut self, pillar: Option<Pillar>, stream: StreamId, signed: Signed) -> Position {
        let position = Position(self.entries.len() as u64);
        let recorded_at = now();
        let leaf_hash = leaf_hash(&signed, position, recorded_at);
        self.entries.push(RecordedEntry { position, recorded_at, leaf_hash, pillar, stream, signed });
        position
    }

    fn refuse(&mut self, envelope: &Envelope, signed: &Signed, rule: &str) {
        if !self.refused.insert(signed.sha256()) {
            return;
        }
        let refused = RefusalRefused {
            event: envelope.id,
            stream: envelope.stream.id,
            publisher: envelope.source.publisher,
            key_id: envelope.key_id.clone(),
            key_seq: envelope.key_seq,
            sha256: signed.sha256(),
            rule: rule.to_owned(),
            reason: format!("refused by the rule {rule}"),
        };
        let log = key(LOG_KEY);
        let stream = StreamRef { kind: StreamKind::Refusal, id: StreamId(Uuid::now_v7()) };
        let own = Envelope {
            id: EventId(Uuid::now_v7()),
            source: source(Publisher::Log),
            stream,
            stream_version: 1,
            time: now(),
            correlation: envelope.id.0,
            causation: Some(envelope.id),
            actor: AccountId(Uuid::nil()),
            key_id: log.key_id(),
            key_seq: u32::try_from(self.refused.len()).unwrap(),
            event: refused.into(),
        };
        let pillar = envelope.source.publisher.pillar();
        self.append(pillar, stream.id, log.sign(own.to_bytes().unwrap()));
    }

    /// Takes what is one event in; gives what its publisher is told.
    fn take(&mut self, message: &Submitted) -> Option<Notice> {
        let notice = self.take_next(message);
        if message.token.is_some() {
            self.broken_off.clear();
        }
        notice
    }

    fn take_next(&mut self, message: &Submitted) -> Option<Notice> {
        let signature = message.signature.as_deref().and_then(parse_signature_header).unwrap();
        let signed = Signed { bytes: message.bytes.clone(), signature };
        if !signed.verify(key(OUTBOX_KEY).public_key()) {
            self.wrongs.push("a signature is not of its bytes".to_owned());
        }
        let envelope = Envelope::parse(&signed.bytes).unwrap();
        let text = text_of(&envelope.event).unwrap_or_default();
        if let Some(&known) = self.by_id.get(&envelope.id) {
            let known = &self.entries[known];
            if known.signed != signed {
                self.wrongs.push(format!("event {} came again with other bytes", envelope.id));
            }
            return Some(Notice::Recorded {
                event_id: envelope.id,
                position: known.position,
                recorded_at: known.recorded_at,
            });
        }
        if self.set_aside.contains(&text) {
            self.set_aside_at.insert(envelope.key_seq);
            self.broken_off.insert(envelope.stream.id);
            let (sha256, code) = (signed.sha256(), "unknown-key".to_owned());
            return Some(Notice::Quarantined { sha256, code, reason: "its key is not known".to_owned() });
        }
        let stream = envelope.stream.id;
        let version = self.version(stream);
        let rule = match () {
            () if self.broken_off.contains(&stream) => Some("builds-on-refused"),
            () if self.refuse.contains(&text) => Some("told-to"),
            () if envelope.stream_version != version + 1 => Some("conflict"),
            () => None,
        };
        if let Some(rule) = rule {
            self.broken_off.insert(stream);
            self.refuse(&envelope, &signed, rule);
            return None;
        }
        self.versions.insert(stream, version + 1);
        let position = self.append(envelope.source.publisher.pillar(), stream, signed);
        self.by_id.insert(envelope.id, usize::try_from(position.0).unwrap());
        None
    }

    /// An answer to a replay request, as the recorder gives it.
    fn page(&self, request: &ReplayRequest) -> ReplayPage {
        let from = usize::try_from(request.from.0).unwrap();
        let pillar = request.publisher.pillar();
        let entries: Vec<RecordedEntry> = self
            .entries
            .iter()
            .skip(from)
            .filter(|entry| pillar.is_none() || entry.pillar == pillar)
            .take(PAGE_MAX)
            .cloned()
            .collect();
        let head = Position(self.entries.len() as u64);
        let scanned_to = match entries.last() {
            Some(last) if entries.len() == PAGE_MAX => last.position.next(),
            _ => head,
        };
        ReplayPage { entries, scanned_to, head }
    }
}

/// A recorder at work on a record. Clones work on the same one.
#[derive(Clone)]
pub struct Scribe<B> {
    bus: B,
    record: Arc<Mutex<Record>>,
}

impl<B: RecorderBus> Scribe<B> {
    pub fn new(bus: B) -> Self {
        Self { bus, record: Arc::default() }
    }

    pub fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap()
    }

    /// Records until it is dropped; trouble of the bus is waited out.
    pub async fn run(&self) {
        tokio::join!(
            async { while self.step(Duration::from_secs(1)).await.is_ok() || pause().await {} },
            async { while self.relay().await.is_ok() || pause().await {} },
            async { while self.answer().await.is_ok() || pause().await {} },
        );
    }

    /// Takes one batch in, as a recorder does: first the record, then the acknowledgement.
    pub async fn step(&self, wait: Duration) -> Result<usize, BusError> {
        let pulled = self.bus.pull(64, wait).await?;
        let told: Vec<(Publisher, Notice)> = {
            let mut record = self.record();
            let take = |message: &Submitted| Some((message.publisher?, record.take(message)?));
            let told = pulled.iter().filter_map(take).collect();
            if !pulled.is_empty() && std::mem::take(&mut record.die_before_ack) {
                return Ok(pulled.len());
            }
            told
        };
        self.bus.ack(pulled.iter().filter_map(|message| message.token.clone()).collect()).await?;
        for (publisher, notice) in told {
            self.bus.notify(publisher, &[notice]).await?;
        }
        Ok(pulled.len())
    }

    /// Relays what is recorded and not relayed.
    pub async fn relay(&self) -> Result<(), BusError> {
        let (entries, head) = {
            let record = self.record();
            (record.entries[record.relayed..].to_vec(), record.entries.len())
        };
        if entries.is_empty() {
            pause().await;
            return Ok(());
        }
        self.bus.publish_recorded(&entries).await?;
        self.record().relayed = head;
        Ok(())
    }

    /// Answers one replay request.
    pub async fn answer(&self) -> Result<(), BusError> {
        let request = self.bus.next_replay().await?;
        let page = self.record().page(&request);
        while self.bus.answer_replay(request.clone(), page.clone()).await.is_err() {
            pause().await;
        }
        Ok(())
    }
}

async fn pause() -> bool {
    tokio::time::sleep(Duration::from_millis(1)).await;
    true
}
