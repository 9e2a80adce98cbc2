//! Verifying, as a fold over the entries in order: what each must be after those before it. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tais_domain::admission::StreamState;
use tais_domain::{Happened, KeyRecord, Registry};
use tais_log::checkpoint::{CheckpointError, KeyType, NoteKey, Policy, SignedCheckpoint};
use tais_log::evidence::{Columns, Evidence};
use tais_log::frontier::Frontier;
use tais_proto::event::registry::RegistryGenesis;
use tais_proto::{
    Envelope, EnvelopeError, Event, KeyId, LeafHash, Pillar, Position, PublicKey, Signed, StreamId,
    StreamKind, Timestamp, leaf_hash,
};

use super::cores::on_every_core;
use super::problem::Wrong;
use super::signatures::{Signature, verify_all};
use super::tiles::Tiles;

/// What an auditor brings along, from outside the record.
#[derive(Clone, Debug, Default)]
pub struct Pinned {
    /// The log's key. Without it a record written anew under another key agrees with itself.
    pub key: Option<PublicKey>,
    /// The log's name, where it is known from elsewhere too.
    pub origin: Option<String>,
    /// The newest checkpoint that was kept elsewhere. Without it nobody misses a tail that was cut off.
    pub checkpoint: Option<SignedCheckpoint>,
    /// Which witnesses are believed.
    pub policy: Option<Policy>,
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Entries.
    pub entries: u64,
    /// The root of their tree.
    pub root: [u8; 32],
    /// Streams.
    pub streams: usize,
    /// Keys that signed.
    pub keys: usize,
    /// The log's own keys, the first one first: from which position, and the key.
    pub log_keys: Vec<(u64, String)>,
    /// Entries by pillar; of none under `None`.
    pub by_pillar: BTreeMap<Option<Pillar>, u64>,
    /// When the first and the last were recorded.
    pub recorded: Option<(Timestamp, Timestamp)>,
    /// Checkpoints whose root is that of the entries.
    pub checkpoints: usize,
    /// How many entries the newest of them covers.
    pub signed: u64,
    /// How many entries the newest one covers that the policy's witnesses cosigned.
    pub witnessed: u64,
    /// Numbers of a key's sequence that no entry has: key, first, last.
    pub gaps: Vec<(String, u32, u32)>,
}

/// A checkpoint that is waited for.
struct Expected {
    signed: SignedCheckpoint,
    origin: &'static str,
}

/// The numbers that a key has used.
#[derive(Default)]
struct Sequence {
    /// All up to this one, save those in `open`.
    last: u32,
    open: BTreeSet<u32>,
}

impl Sequence {
    /// How far a key may run ahead of what is recorded of it.
    const OPEN_MAX: u32 = 1_000_000;

    /// Whether this number is new.
    fn take(&mut self, number: u32) -> bool {
        if number > self.last {
            if number - self.last <= Self::OPEN_MAX {
                self.open.extend(self.last + 1..number);
            }
            self.last = number;
            return true;
        }
        self.open.remove(&number)
    }

    fn gaps(&self) -> Vec<(u32, u32)> {
        let mut gaps: Vec<(u32, u32)> = Vec::new();
        for number in &self.open {
            match gaps.last_mut() {
                Some((_, last)) if *last + 1 == *number => *last = *number,
                _ => gaps.push((*number, *number)),
            }
        }
        gaps
    }
}

/// A verification under way.
pub struct Verification {
    pinned: Pinned,
    registry: Registry,
    frontier: Frontier,
    sequences: BTreeMap<KeyId, Sequence>,
    streams: HashMap<StreamId, (u32, Option<Pillar>)>,
    expected: BTreeMap<u64, Vec<Expected>>,
    /// The log as its genesis names it.
    log: Option<NoteKey>,
    /// Whether the key that was brought along is seen to be the log's.
    is_pinned: bool,
    /// The size of the last checkpoint that held.
    held: u64,
    tiles: Tiles,
    figures: Figures,
}

/// What was computed of an entry by itself.
struct Looked {
    leaf: LeafHash,
    signed: Option<Signed>,
    envelope: Result<Envelope, EnvelopeError>,
}

impl Verification {
    /// Before the first entry.
    #[must_use]
    pub fn new(pinned: Pinned) -> Self {
        let mut verification = Self {
            registry: Registry::default(),
            frontier: Frontier::default(),
            sequences: BTreeMap::new(),
            streams: HashMap::new(),
            expected: BTreeMap::new(),
            log: None,
            is_pinned: false,
            held: 0,
            tiles: Tiles::default(),
            figures: Figures::default(),
            pinned: Pinned::default(),
        };
        if let Some(signed) = pinned.checkpoint.clone() {
            verification.expect(signed, "kept outside the record");
        }
        verification.pinned = pinned;
        verification
    }

    /// A checkpoint that the entries must lead to. Before the first entry.
    pub fn expect(&mut self, signed: SignedCheckpoint, origin: &'static str) {
        let size = signed.checkpoint().size;
        self.expected.entry(size).or_default().push(Expected { signed, origin });
    }

    /// How many entries were taken.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The tree of what was taken.
    #[must_use]
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Its tiles.
    #[must_use]
    pub const fn tiles(&self) -> &Tiles {
        &self.tiles
    }

    /// When the last was recorded.
    #[must_use]
    pub fn last_recorded_at(&self) -> Option<Timestamp> {
        self.figures.recorded.map(|(_, last)| last)
    }

    /// Takes the next entries.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn take(&mut self, entries: &[Evidence]) -> Result<(), Wrong> {
        let looked = look(entries);
        let mut signatures = Vec::with_capacity(entries.len());
        let mut wrong = Ok(());
        for (evidence, looked) in entries.iter().zip(looked) {
            match self.next(evidence, looked) {
                Ok(signature) => signatures.push(signature),
                Err(found) => {
                    wrong = Err(found);
                    break;
                }
            }
        }
        // Of those before it, as what is first wrong may be a signature.
        verify_all(&signatures)?;
        wrong
    }

    /// What an entry must be after those before it, but for its signature, which is given back.
    fn next(&mut self, evidence: &Evidence, looked: Looked) -> Result<Signature, Wrong> {
        let position = self.frontier.size();
        match evidence.place() {
            Some(found) if found.0 == position => {}
            Some(found) if found.0 > position => return Err(Wrong::Missing(position)),
            _ => return Err(Wrong::Unexpected(evidence.position)),
        }
        let Some(signed) = looked.signed else { return Err(Wrong::NoSignature(position)) };
        if evidence.leaf_hash.as_ref().is_some_and(|leaf| leaf[..] != looked.leaf.0) {
            return Err(Wrong::Leaf(position));
        }
        let envelope =
            looked.envelope.map_err(|error| Wrong::Unreadable { position, why: error.to_string() })?;
        if self.last_recorded_at().is_some_and(|last| evidence.recorded_at < last) {
            return Err(Wrong::Time(position));
        }
        let key = self.key(position, &envelope)?;
        let pillar = self.advance(position, &envelope)?;
        if let Some(columns) = &evidence.columns
            && let Some(column) = columns.differs(&Columns::of(&envelope, pillar))
        {
            return Err(Wrong::Column { position, column });
        }
        self.frontier.append(looked.leaf);
        self.tiles.append(looked.leaf.0);
        self.count(evidence.recorded_at, pillar);
        self.check_checkpoints()?;
        Ok(Signature { position, signed, key })
    }

    /// The key that must have signed it; what it changes in the registry is taken in.
    fn key(&mut self, position: u64, envelope: &Envelope) -> Result<PublicKey, Wrong> {
        let id = envelope.key_id.clone();
        let unknown = || Wrong::Key {
            position,
            key: id.to_string(),
            source_name: envelope.source.publisher.to_string(),
        };
        let key = match (&envelope.event, position) {
            (Event::RegistryGenesis(genesis), 0) => {
                self.begin(genesis)?;
                genesis.log_key
            }
            _ => {
                let known = self.registry.valid_key(&id).ok_or_else(unknown)?;
                if known.publisher != envelope.source.publisher {
                    return Err(unknown());
                }
                known.public_key
            }
        };
        if key.key_id() != id {
            return Err(unknown());
        }
        if !self.sequences.entry(id).or_default().take(envelope.key_seq) {
            let (key, number) = (envelope.key_id.to_string(), envelope.key_seq);
            return Err(Wrong::KeySequence { position, key, number });
        }
        if let Event::RefusalRefused(refused) = &envelope.event {
            // What was refused has its number too; a number that was used twice is why some were.
            self.sequences.entry(refused.key_id.clone()).or_default().take(refused.key_seq);
        }
        if envelope.stream.kind == StreamKind::Registry {
            let why = |error: &dyn std::fmt::Display| Wrong::Registry { position, why: error.to_string() };
            self.registry.apply(Position(position), envelope).map_err(|error| why(&error))?;
        }
        Ok(key)
    }

    fn begin(&mut self, genesis: &RegistryGenesis) -> Result<(), Wrong> {
        let why = |error: &dyn std::fmt::Display| Wrong::Registry { position: 0, why: error.to_string() };
        let log =
            NoteKey::new(&genesis.origin, KeyType::Log, genesis.log_key).map_err(|error| why(&error))?;
        if self.pinned.origin.as_deref().is_some_and(|origin| origin != log.name()) {
            return Err(self.other_log(&log));
        }
        // A key that the log got later is believed once it is seen to have signed what the log is.
        self.is_pinned = self.pinned.key.is_none_or(|key| key == genesis.log_key);
        self.log = Some(log);
        Ok(())
    }

    /// That this is not the log that was brought along.
    fn other_log(&self, log: &NoteKey) -> Wrong {
        let name = self.pinned.origin.as_deref().unwrap_or(log.name());
        let key = self.pinned.key.unwrap_or(log.public_key());
        let expected =
            NoteKey::new(name, KeyType::Log, key).map_or_else(|e| e.to_string(), |key| key.to_string());
        Wrong::OtherLog { expected, found: log.to_string() }
    }

    /// The log's key of a record, under the log's name.
    fn named(&self, record: &KeyRecord) -> Result<NoteKey, CheckpointError> {
        let origin = self.log.as_ref().map(NoteKey::name).unwrap_or_default();
        NoteKey::new(origin, KeyType::Log, record.public_key)
            .map_err(|_| CheckpointError::Origin(origin.to_owned()))
    }

    /// The version of its stream, and the pillar that hears of it.
    fn advance(&mut self, position: u64, envelope: &Envelope) -> Result<Option<Pillar>, Wrong> {
        let known = self.streams.get(&envelope.stream.id).copied();
        let (version, known_pillar) = known.unwrap_or_default();
        let (expected, given) = (version + 1, envelope.stream_version);
        if expected != given {
            return Err(Wrong::Version { position, expected, given });
        }
        let pillar = if known.is_some() { known_pillar } else { first_pillar(position, envelope)? };
        self.streams.insert(envelope.stream.id, (given, pillar));
        Ok(match &envelope.event {
            _ if envelope.stream.kind == StreamKind::Registry => None,
            // It is told to whom it was refused.
            Event::RefusalRefused(refused) => refused.publisher.pillar(),
            _ => pillar.or(envelope.source.publisher.pillar()),
        })
    }

    fn count(&mut self, recorded_at: Timestamp, pillar: Option<Pillar>) {
        let figures = &mut self.figures;
        figures.entries += 1;
        *figures.by_pillar.entry(pillar).or_default() += 1;
        let first = figures.recorded.map_or(recorded_at, |(first, _)| first);
        figures.recorded = Some((first, recorded_at));
    }

    fn check_checkpoints(&mut self) -> Result<(), Wrong> {
        let size = self.frontier.size();
        let Some(all) = self.expected.remove(&size) else { return Ok(()) };
        let bad = |error: CheckpointError| Wrong::BadCheckpoint { size, why: error.to_string() };
        let unknown = CheckpointError::NotSigned("that the log has here".to_owned());
        let key = self.registry.log_key(size).ok_or(unknown).and_then(|key| self.named(key)).map_err(bad)?;
        for expected in &all {
            // Until it is seen that this is the log which was brought along, that is what is wrong.
            let not_ours = |error| if self.is_pinned { bad(error) } else { self.other_log(&key) };
            expected.signed.verify(&key).map_err(not_ours)?;
            if expected.signed.checkpoint().root != self.frontier.root() {
                return Err(Wrong::Checkpoint { from: self.held, to: size - 1, size });
            }
            match self.pinned.policy.as_ref().map(|policy| policy.check(&expected.signed)) {
                Some(Ok(_)) => self.figures.witnessed = size,
                None | Some(Err(CheckpointError::NoQuorum(_))) => {}
                Some(Err(error)) => return Err(bad(error)),
            }
        }
        self.is_pinned |= self.pinned.key == Some(key.public_key());
        self.held = size;
        self.figures.checkpoints += 1;
        self.figures.signed = size;
        Ok(())
    }

    /// After the last entry.
    ///
    /// # Errors
    /// When entries that were signed are not there.
    pub fn end(mut self) -> Result<Figures, Wrong> {
        let found = self.frontier.size();
        if let Some((signed, expected)) = self.expected.iter().next_back()
            && let Some(expected) = expected.first()
        {
            // Which of its keys signed what is gone stands in what is gone.
            let keys = self.registry.log_keys().into_iter().filter_map(|key| self.named(key).ok());
            let why = expected.signed.verify_any(&keys.collect::<Vec<_>>());
            why.map_err(|error| Wrong::BadCheckpoint { size: *signed, why: error.to_string() })?;
            return Err(Wrong::Shorter { found, signed: *signed, origin: expected.origin });
        }
        if let Some(log) = self.log.as_ref().filter(|_| !self.is_pinned) {
            return Err(self.other_log(log));
        }
        let keys = self.registry.log_keys().into_iter();
        self.figures.log_keys =
            keys.filter_map(|key| Some((key.from.0, self.named(key).ok()?.to_string()))).collect();
        self.figures.root = self.frontier.root();
        self.figures.streams = self.streams.len();
        self.figures.keys = self.sequences.len();
        for (key, sequence) in &self.sequences {
            let gaps = sequence.gaps().into_iter();
            self.figures.gaps.extend(gaps.map(|(first, last)| (key.to_string(), first, last)));
        }
        Ok(self.figures)
    }
}

/// The pillar that a stream belongs to, as its first event says.
fn first_pillar(position: u64, envelope: &Envelope) -> Result<Option<Pillar>, Wrong> {
    if envelope.stream.kind == StreamKind::Registry {
        return Ok(None);
    }
    let Envelope { id, actor, stream_version: version, event, .. } = envelope;
    let happened = Happened { id: *id, actor: *actor, version: *version, event };
    let state = StreamState::follow(envelope.stream.kind, None, &happened);
    let state = state.map_err(|error| Wrong::Unreadable { position, why: error.to_string() })?;
    Ok(state.pillar())
}

/// Hashes and reads every entry, on as many cores as there are.
fn look(entries: &[Evidence]) -> Vec<Looked> {
    let one = |evidence: &Evidence| {
        let signature = evidence.signature[..].try_into().ok();
        let signed = signature.map(|signature| Signed { bytes: evidence.envelope.clone(), signature });
        let position = evidence.place().unwrap_or_default();
        let leaf = signed.as_ref().map(|signed| leaf_hash(signed, position, evidence.recorded_at));
        Looked {
            leaf: leaf.unwrap_or(LeafHash([0; 32])),
            signed,
            envelope: Envelope::parse(&evidence.envelope),
        }
    };
    let parts = on_every_core(entries, |part| part.iter().map(one).collect::<Vec<Looked>>());
    parts.into_iter().flatten().collect()
}
