//! What lies in an outbox.

use tais_proto::{AccountId, Event, EventId, LeafHash, Position, StreamId, StreamKind, StreamRef, Timestamp};
use uuid::Uuid;

/// Events to save: decided together, on one state of one stream.
#[derive(Clone, Debug)]
pub struct NewEvents {
    /// The stream.
    pub stream: StreamRef,
    /// The stream's version they were decided on; the first event gets the next.
    pub base_version: u32,
    /// Who acts.
    pub actor: AccountId,
    /// What started the chain of events this belongs to.
    pub correlation: Uuid,
    /// The event that caused them.
    pub causation: Option<EventId>,
    /// When it happened, as the person says.
    pub time: Timestamp,
    /// What a person asked for, as a digest, where the same id must not be used to ask for something else.
    pub asked: Option<String>,
    /// The events with their ids, in order.
    pub events: Vec<(EventId, Event)>,
}

/// Where an item is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemState {
    /// On this disk.
    Saved,
    /// The broker has it.
    Received,
    /// The log has it: the only promise of the record.
    Recorded {
        /// Its place.
        position: Position,
        /// When it was recorded.
        recorded_at: Timestamp,
        /// Its leaf of the tree.
        leaf_hash: LeafHash,
    },
    /// A rule refused it; the record says so.
    Refused {
        /// The rule, as a code.
        rule: String,
        /// The rule, in words.
        reason: String,
        /// Where the record says so.
        position: Position,
    },
    /// It was set aside.
    Quarantined {
        /// Why, as a code.
        code: String,
        /// Why, in words.
        reason: String,
    },
    /// It waits behind one that was refused or set aside.
    Held,
    /// It was held, and something else was said instead.
    Abandoned,
}

impl ItemState {
    /// A short code for tables and message keys.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Received => "received",
            Self::Recorded { .. } => "recorded",
            Self::Refused { .. } => "refused",
            Self::Quarantined { .. } => "quarantined",
            Self::Held => "held",
            Self::Abandoned => "abandoned",
        }
    }
}

/// How many items of an outbox are in each state; the abandoned and the closed stay counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// On this disk only.
    pub saved: u64,
    /// The broker has them.
    pub received: u64,
    /// The log has them.
    pub recorded: u64,
    /// A rule refused them.
    pub refused: u64,
    /// Set aside.
    pub quarantined: u64,
    /// Waiting behind one that was refused or set aside.
    pub held: u64,
    /// Given up, because something else was said instead.
    pub abandoned: u64,
}

impl Counts {
    pub(super) fn of(&mut self, state: &str) -> Option<&mut u64> {
        Some(match state {
            "saved" => &mut self.saved,
            "received" => &mut self.received,
            "recorded" => &mut self.recorded,
            "refused" => &mut self.refused,
            "quarantined" => &mut self.quarantined,
            "held" => &mut self.held,
            "abandoned" => &mut self.abandoned,
            _ => return None,
        })
    }
}

/// One event in an outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its place in the outbox.
    pub seq: i64,
    /// The event's id.
    pub event_id: EventId,
    /// Its stream.
    pub stream: StreamRef,
    /// The version it gives its stream.
    pub version: u32,
    /// Who acts.
    pub actor: AccountId,
    /// What started the chain of events this belongs to.
    pub correlation: Uuid,
    /// The event that caused it.
    pub causation: Option<EventId>,
    /// When it happened, as the person says.
    pub time: Timestamp,
    /// What happened.
    pub event: Event,
    /// Where it is on its way.
    pub state: ItemState,
    /// How often it was sent.
    pub attempts: u32,
    /// What was asked for when it was saved, as a digest: of the first event that was decided on it.
    pub asked: Option<String>,
}

impl Item {
    /// Whether it may still be recorded as it is.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self.state, ItemState::Saved | ItemState::Received)
    }

    /// Its stream's id.
    #[must_use]
    pub const fn stream_id(&self) -> StreamId {
        self.stream.id
    }

    /// Its stream's kind.
    #[must_use]
    pub const fn kind(&self) -> StreamKind {
        self.stream.kind
    }
}
