//! What can be said of commitments, indicators, obligations and the Forum: one table of acts, from which their
//! forms, their API and the words of their history are made.

use tais_proto::{EventType, StreamKind};

/// What is kept as a record of its own beside the activities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What somebody promised.
    Commitment,
    /// What is measured.
    Indicator,
    /// A report that is due.
    Obligation,
    /// A session, a membership or a mentorship of the Women in Leadership and Diplomacy Forum.
    Forum,
}

impl Kind {
    /// Where its pages are.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Commitment => "/commitments",
            Self::Indicator => "/indicators",
            Self::Obligation => "/obligations",
            Self::Forum => "/forum",
        }
    }

    /// Its kind of stream.
    #[must_use]
    pub const fn streams(self) -> StreamKind {
        match self {
            Self::Commitment => StreamKind::Commitment,
            Self::Indicator => StreamKind::Indicator,
            Self::Obligation => StreamKind::Obligation,
            Self::Forum => StreamKind::Forum,
        }
    }

    /// The act that begins one; of the Forum, the first of those that do.
    #[must_use]
    pub fn beginning(self) -> &'static Act {
        ACTS.iter().find(|act| act.kind == self && act.begins).unwrap_or(&ACTS[0])
    }
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A line.
    Line,
    /// Text in the language of the form.
    Words,
    /// A day in Dili.
    Day,
    /// A pillar.
    Pillar,
    /// Which way an indicator is meant to go.
    Direction,
    /// A framework item.
    Item,
    /// Framework items, separated by semicolons.
    Items,
    /// An organisation, by its code or its name.
    Organisation,
    /// A decimal, or a part of a whole.
    Value,
    /// A quarter.
    Quarter,
    /// An earlier event of the same stream.
    Earlier,
    /// Values by sex and age.
    Parts,
    /// What a session of the Forum was.
    SessionKind,
    /// A day, or a month where no more is known.
    PartialDay,
    /// A city, as the venue of something.
    City,
    /// Attendances by sex.
    Attendances,
    /// Somebody in the vault.
    Person,
    /// Somebody who is entered into the vault with it: a name and a contact. The event gets their id.
    NewPerson,
    /// What follows from the record and is not asked.
    Given,
}

/// A field of an act: its name in the event's JSON, what it holds, whether it may be empty.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in the event's JSON.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// Whether it must say something.
    pub required: bool,
}

/// Something that can be said.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// Of what.
    pub kind: Kind,
    /// The last part of its address; empty where it is the only one that begins a record of its kind.
    pub path: &'static str,
    /// Whether it begins a record.
    pub begins: bool,
    /// The event that says it.
    pub event: EventType,
    /// What its form asks.
    pub fields: &'static [Field],
}

impl Act {
    /// The act that says an event of this type.
    #[must_use]
    pub fn of(event: EventType) -> Option<&'static Self> {
        ACTS.iter().find(|act| act.event == event)
    }

    /// Where its form goes, under the address of a service's own pages (empty for the office's).
    #[must_use]
    pub fn url(&self, base: &str, id: &str) -> String {
        match (self.begins, self.path) {
            (true, "") => format!("{base}{}", self.kind.path()),
            (true, path) => format!("{base}{}/{path}", self.kind.path()),
            (false, path) => format!("{base}{}/{id}/{path}", self.kind.path()),
        }
    }
}

const fn must(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true }
}

const fn may(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false }
}

const fn act(kind: Kind, path: &'static str, event: EventType, fields: &'static [Field]) -> Act {
    Act { kind, path, begins: path.is_empty(), event, fields }
}

/// An act that begins one of several things of a kind.
const fn begin(kind: Kind, path: &'static str, event: EventType, fields: &'static [Field]) -> Act {
    Act { kind, path, begins: true, event, fields }
}

use EventType as E;
use Kind::{Commitment, Forum, Indicator, Obligation};
use Shape::{Attendances, City, Day, Direction, Earlier, Given, Item, Items, Line, NewPerson};
use Shape::{Organisation, PartialDay, Parts, Person, Pillar, Quarter, SessionKind, Value, Words};

const MADE: &[Field] = &[
    must("text", Words),
    must("pillar", Pillar),
    must("due", Day),
    may("origin", Line),
    may("owner", Organisation),
    may("frameworkItems", Items),
];
const DEFINED: &[Field] = &[
    must("title", Words),
    must("code", Line),
    must("unit", Line),
    must("direction", Direction),
    may("frameworkItem", Item),
    may("pillar", Pillar),
];
const MEASURED: &[Field] =
    &[must("quarter", Quarter), must("value", Value), must("source", Line), may("disaggregation", Parts)];
const SCHEDULED: &[Field] = &[
    must("title", Words),
    must("recipient", Line),
    must("due", Day),
    may("frameworkItem", Item),
    may("pillar", Pillar),
];

const HELD: &[Field] = &[
    must("title", Words),
    must("kind", SessionKind),
    must("starts", PartialDay),
    may("ends", PartialDay),
    may("venue", City),
    may("counts", Attendances),
];
const COMPLETED: &[Field] =
    &[must("mentor", Given), must("mentee", Given), must("on", Day), may("outcome", Words)];

/// Every act. The first of a kind begins it.
pub const ACTS: &[Act] = &[
    act(Commitment, "", E::CommitmentMade, MADE),
    act(Commitment, "progress", E::CommitmentProgressed, &[must("note", Words)]),
    act(Commitment, "fulfilment", E::CommitmentFulfilled, &[must("on", Day), must("evidence", Words)]),
    act(Commitment, "extension", E::CommitmentExtended, &[must("due", Day), must("reason", Line)]),
    act(Commitment, "lapse", E::CommitmentLapsed, &[must("reason", Line)]),
    act(Indicator, "", E::IndicatorDefined, DEFINED),
    act(Indicator, "measurement", E::IndicatorMeasured, MEASURED),
    act(
        Indicator,
        "baseline",
        E::IndicatorBaselineSet,
        &[must("value", Value), must("asOf", Line), must("source", Line)],
    ),
    act(
        Indicator,
        "target",
        E::IndicatorTargetSet,
        &[must("value", Value), must("by", Day), must("source", Line)],
    ),
    act(
        Indicator,
        "correction",
        E::IndicatorCorrected,
        &[must("corrects", Earlier), must("value", Value), must("reason", Line)],
    ),
    act(Obligation, "", E::ObligationScheduled, SCHEDULED),
    act(Obligation, "fulfilment", E::ObligationMet, &[must("on", Day), must("reference", Line)]),
    act(Obligation, "miss", E::ObligationMissed, &[must("reason", Line)]),
    begin(Forum, "sessions", E::ForumSessionHeld, HELD),
    begin(
        Forum,
        "members",
        E::ForumMemberJoined,
        &[must("person", NewPerson), must("on", Day), may("pillar", Pillar)],
    ),
    begin(
        Forum,
        "mentorships",
        E::ForumMentorshipStarted,
        &[must("mentor", Person), must("mentee", Person), must("on", Day)],
    ),
    act(Forum, "completion", E::ForumMentorshipCompleted, COMPLETED),
    act(Forum, "erasure-request", E::ForumErasureAsked, &[must("person", Given), must("reason", Line)]),
    act(Forum, "erasure", E::ForumPersonErased, &[must("person", Given)]),
];
