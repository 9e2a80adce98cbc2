//! What goes into the log and what comes out.

use std::sync::Arc;

use tais_proto::reference::StateCode;
use tais_proto::{
    Envelope, EnvelopeError, EventId, LeafHash, Pillar, Position, Signed, StreamId, StreamKind, StreamRef,
    Timestamp,
};

/// An event to append: its exact bytes, and the same as a value.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The evidence.
    pub signed: Signed,
    /// The same, parsed.
    pub envelope: Arc<Envelope>,
    /// The pillar the stream belongs to, where it belongs to one.
    pub pillar: Option<Pillar>,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub position: Position,
    /// The event.
    pub event_id: EventId,
    /// Its stream.
    pub stream: StreamRef,
    /// The version it gave its stream.
    pub version: u32,
    /// The event's type, as recorded; it may be newer than this software.
    pub event_type: String,
    /// The member state whose record it is.
    pub state: StateCode,
    /// The pillar the stream belongs to.
    pub pillar: Option<Pillar>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The evidence.
    pub signed: Signed,
    /// Its leaf of the tree.
    pub leaf_hash: LeafHash,
}

impl Entry {
    /// The event as a value.
    ///
    /// # Errors
    /// When this software cannot read it.
    pub fn envelope(&self) -> Result<Envelope, EnvelopeError> {
        Envelope::parse(&self.signed.bytes)
    }

    /// Its receipt.
    #[must_use]
    pub const fn receipt(&self) -> Receipt {
        Receipt {
            event_id: self.event_id,
            position: self.position,
            recorded_at: self.recorded_at,
            leaf_hash: self.leaf_hash,
        }
    }
}

/// The promise of the record: this event stands at this position for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The event.
    pub event_id: EventId,
    /// Its place.
    pub position: Position,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Its leaf of the tree.
    pub leaf_hash: LeafHash,
}

/// What became of one entry of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Recorded now.
    Recorded(Receipt),
    /// Recorded before, with the same bytes.
    AlreadyRecorded(Receipt),
    /// Recorded before, with other bytes: an alarm.
    IdReused(Receipt),
    /// Another version is next in its stream.
    VersionConflict {
        /// The version that is next.
        expected: u32,
        /// The version it claims.
        given: u32,
    },
    /// Another event has this place in the key's sequence.
    KeySequenceReused,
    /// What it follows on in its batch was not recorded: it was decided on a state that never was.
    Unfounded,
}

/// A message that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// The subject it came on.
    pub subject: String,
    /// The signature header, as it came.
    pub signature: Option<String>,
    /// The raw bytes.
    pub raw: Vec<u8>,
    /// Why, as a short code.
    pub code: String,
    /// Why, in words.
    pub reason: String,
}

impl Quarantined {
    /// The same with each zero byte in a text replaced, as PostgreSQL keeps none there; whoever sends
    /// one must not hold up the batch that this is set aside with. The raw bytes stay as they are.
    pub(crate) fn storable(&self) -> Self {
        let text = |text: &String| text.replace('\0', "\u{FFFD}");
        Self {
            subject: text(&self.subject),
            signature: self.signature.as_ref().map(text),
            raw: self.raw.clone(),
            code: text(&self.code),
            reason: text(&self.reason),
        }
    }
}

/// A message in quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredQuarantined {
    /// Its number.
    pub id: i64,
    /// When it was first received.
    pub received_at: Timestamp,
    /// The message and the reason.
    pub message: Quarantined,
}

/// How far the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many entries there are; the next position.
    pub size: u64,
    /// The Merkle tree's root over them.
    pub root: [u8; 32],
    /// When the last was recorded.
    pub last_recorded_at: Option<Timestamp>,
}

/// Which entries a reader wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only entries of this pillar's streams.
    pub pillar: Option<Pillar>,
    /// Only entries of this kind of stream.
    pub kind: Option<StreamKind>,
    /// Only entries of this stream.
    pub stream: Option<StreamId>,
}

impl Filter {
    /// Whether everything is wanted.
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.pillar.is_none() && self.kind.is_none() && self.stream.is_none()
    }

    /// Whether this entry is wanted.
    #[must_use]
    pub fn takes(&self, entry: &Entry) -> bool {
        self.pillar.is_none_or(|pillar| entry.pillar == Some(pillar))
            && self.kind.is_none_or(|kind| entry.stream.kind == kind)
            && self.stream.is_none_or(|stream| entry.stream.id == stream)
    }
}

/// A page of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// Where to read on: everything before it was looked at.
    pub scanned_to: Position,
}

impl Page {
    /// What was found from `from` on in a log of `size` entries. A full page was looked at up to its
    /// last entry, any other to the log's end; who asks for nothing has looked at nothing.
    pub(crate) fn of(entries: Vec<Entry>, from: Position, limit: usize, size: u64) -> Self {
        let scanned_to = match entries.last() {
            _ if limit == 0 => from,
            Some(last) if entries.len() == limit => last.position.next(),
            _ => Position(size.max(from.0)),
        };
        Self { entries, scanned_to }
    }
}
