//! A small world for the tests of the domain: reference data, a registry with people in it, and
//! streams that grow by admitted events.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

pub mod commands;

use std::sync::LazyLock;

use tais_domain::admission::{StreamState, admit};
use tais_domain::{Activity, Commitment, Refusal, Registry};
use tais_proto::PartialDate;
use tais_proto::event::activity::*;
use tais_proto::event::commitment::CommitmentMade;
use tais_proto::event::forum::ForumSessionHeld;
use tais_proto::event::indicator::IndicatorDefined;
use tais_proto::event::obligation::ObligationScheduled;
use tais_proto::event::registry::{RegistryGenesis, RegistryRoleGranted};
use tais_proto::reference::Reference;
use tais_proto::vocabulary::{ActivityKind, AgeBand, ChangeRule, Direction, ParticipantRole, Sex};
use tais_proto::{
    AccountId, Envelope, Event, EventId, Lang, Pillar, Position, Publisher, Quantity, Role, SigningKey,
    Source, StreamId, StreamRef, Texts,
};
use time::macros::date;
use uuid::Uuid;

pub const CORRESPONDENT: AccountId = AccountId(Uuid::from_u128(1));
pub const COLLEAGUE: AccountId = AccountId(Uuid::from_u128(2));
pub const AEC_CORRESPONDENT: AccountId = AccountId(Uuid::from_u128(3));
pub const DIRECTOR: AccountId = AccountId(Uuid::from_u128(4));
pub const OFFICE: AccountId = AccountId(Uuid::from_u128(5));
pub const ADMINISTRATOR: AccountId = AccountId(Uuid::from_u128(6));
pub const SECOND_ADMINISTRATOR: AccountId = AccountId(Uuid::from_u128(7));
/// Holds every role at once; what is refused to them is refused by a rule, not for want of a role.
pub const EVERYBODY: AccountId = AccountId(Uuid::from_u128(8));
pub const NOBODY: AccountId = AccountId(Uuid::from_u128(9));

pub static REFERENCE: LazyLock<Reference> = LazyLock::new(|| Reference::load_embedded().unwrap());

/// The registry with everybody above in it, made as the log makes it.
pub static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    let mut registry = Registry::default();
    let grants = [
        (CORRESPONDENT, Role::Correspondent, Some(Pillar::Apsc)),
        (COLLEAGUE, Role::Correspondent, Some(Pillar::Apsc)),
        (AEC_CORRESPONDENT, Role::Correspondent, Some(Pillar::Aec)),
        (DIRECTOR, Role::Director, None),
        (OFFICE, Role::Office, None),
        (SECOND_ADMINISTRATOR, Role::Administrator, None),
        (EVERYBODY, Role::Correspondent, Some(Pillar::Apsc)),
        (EVERYBODY, Role::Correspondent, Some(Pillar::Aec)),
        (EVERYBODY, Role::Correspondent, Some(Pillar::Ascc)),
        (EVERYBODY, Role::Director, None),
        (EVERYBODY, Role::Office, None),
    ];
    let granted = grants.map(|(account, role, pillar)| {
        let approved_by =
            Some(if account == SECOND_ADMINISTRATOR { ADMINISTRATOR } else { SECOND_ADMINISTRATOR });
        RegistryRoleGranted { account, role, pillar, approved_by }.into()
    });
    let events: Vec<Event> = std::iter::once(genesis().into()).chain(granted).collect();
    for (position, event) in (0..).zip(events) {
        // The second administrator comes from the log itself, as the first beyond the genesis.
        let publisher = Publisher::Log;
        let envelope = envelope(publisher, ADMINISTRATOR, registry_stream(), registry.version() + 1, event);
        registry.apply(Position(position), &envelope).unwrap();
    }
    registry
});

pub fn genesis() -> RegistryGenesis {
    RegistryGenesis {
        origin: "tais.test/tl".into(),
        log_key: SigningKey::from_seed(&[1; 32]).public_key(),
        administrator: ADMINISTRATOR,
        change_rule: ChangeRule::TwoPeople,
        sample: true,
    }
}

pub fn registry_stream() -> StreamId {
    StreamId(Uuid::from_u128(0x5e_9157))
}

/// An envelope whose id follows from what it is: tests need no randomness.
pub fn envelope(
    publisher: Publisher,
    actor: AccountId,
    stream: StreamId,
    version: u32,
    event: Event,
) -> Envelope {
    let mut random = [0_u8; 10];
    random[..4].copy_from_slice(&version.to_be_bytes());
    random[4..].copy_from_slice(&stream.0.as_bytes()[10..]);
    let id = EventId(uuid::Builder::from_unix_timestamp_millis(1_795_000_000_000, &random).into_uuid());
    Envelope {
        id,
        source: Source { state: "TL".parse().unwrap(), publisher },
        stream: StreamRef { kind: event.event_type().stream_kind(), id: stream },
        stream_version: version,
        time: "2026-11-24T03:00:00Z".parse().unwrap(),
        correlation: id.0,
        causation: None,
        actor,
        key_id: SigningKey::from_seed(&[2; 32]).key_id(),
        key_seq: version,
        event,
    }
}

/// One stream of the record, grown by admitted events.
#[derive(Clone, Debug)]
pub struct Story {
    pub stream: StreamId,
    pub state: Option<StreamState>,
    pub history: Vec<Envelope>,
}

impl Story {
    pub fn new(number: u128) -> Self {
        Self { stream: StreamId(Uuid::from_u128(number)), state: None, history: Vec::new() }
    }

    /// An activity that the correspondent of APSC reported.
    pub fn reported(details: ActivityDetails) -> Self {
        Self::new(1).then(Publisher::Apsc, CORRESPONDENT, ActivityReported { details })
    }

    /// A commitment of APSC.
    pub fn made(made: CommitmentMade) -> Self {
        Self::new(2).then(Publisher::Apsc, CORRESPONDENT, made)
    }

    pub fn version(&self) -> u32 {
        self.state.as_ref().map_or(0, StreamState::version)
    }

    pub fn next(&self, publisher: Publisher, actor: AccountId, event: impl Into<Event>) -> Envelope {
        envelope(publisher, actor, self.stream, self.version() + 1, event.into())
    }

    pub fn admit(&self, envelope: &Envelope) -> Result<(), Refusal> {
        admit(self.state.as_ref(), envelope, &REGISTRY, &REFERENCE)
    }

    /// What the gate answers to this event.
    pub fn says(
        &self,
        publisher: Publisher,
        actor: AccountId,
        event: impl Into<Event>,
    ) -> Result<(), Refusal> {
        self.admit(&self.next(publisher, actor, event))
    }

    /// Takes an admitted event in.
    pub fn take(&mut self, envelope: Envelope) {
        self.state = Some(StreamState::evolve(self.state.take(), &envelope).unwrap());
        self.history.push(envelope);
    }

    /// The story with one more event, which must be admitted.
    pub fn then(mut self, publisher: Publisher, actor: AccountId, event: impl Into<Event>) -> Self {
        let envelope = self.next(publisher, actor, event);
        self.admit(&envelope)
            .unwrap_or_else(|refusal| panic!("{}: {refusal}", envelope.event.event_type().as_str()));
        self.take(envelope);
        self
    }

    pub fn submitted(self) -> Self {
        let revision = self.activity().revision;
        self.then(Publisher::Apsc, CORRESPONDENT, ActivitySubmitted { revision, note: None })
    }

    pub fn validated(self) -> Self {
        let revision = self.activity().revision;
        self.submitted().then(Publisher::Office, DIRECTOR, ActivityValidated { revision, note: None })
    }

    pub fn acknowledged(self) -> Self {
        let revision = self.activity().revision;
        self.validated().then(Publisher::Office, OFFICE, ActivityAcknowledged { revision })
    }

    pub fn withdrawn(self) -> Self {
        self.then(Publisher::Apsc, CORRESPONDENT, ActivityWithdrawn { reason: "entered twice".into() })
    }

    pub fn activity(&self) -> &Activity {
        match &self.state {
            Some(StreamState::Activity(activity)) => activity,
            other => panic!("not an activity: {other:?}"),
        }
    }

    pub fn commitment(&self) -> &Commitment {
        match &self.state {
            Some(StreamState::Commitment(commitment)) => commitment,
            other => panic!("not a commitment: {other:?}"),
        }
    }
}

pub fn text(text: &str) -> Texts {
    Texts::one(Lang::EN, text)
}

/// The least that can be said of an activity.
pub fn details() -> ActivityDetails {
    let json =
        r#"{"pillar": "PILLAR_APSC", "kind": "ACTIVITY_KIND_TRAINING", "title": {"en": "A training"}}"#;
    let details: ActivityDetails = serde_json::from_str(json).unwrap();
    assert_eq!((details.pillar, details.kind), (Pillar::Apsc, ActivityKind::Training));
    details
}

pub fn commitment() -> CommitmentMade {
    CommitmentMade {
        pillar: Pillar::Apsc,
        text: text("A report is handed in"),
        origin: None,
        owner: None,
        due: date!(2026 - 12 - 31),
        framework_items: Vec::new(),
    }
}

pub fn indicator() -> IndicatorDefined {
    IndicatorDefined {
        code: "WIP".into(),
        title: text("Women in parliament"),
        unit: "percent".into(),
        direction: Direction::Rising,
        framework_item: None,
        pillar: None,
    }
}

pub fn cell(sex: Sex, count: Quantity) -> ParticipationCount {
    ParticipationCount { role: ParticipantRole::Participant, sex, age: AgeBand::Unknown, count }
}

pub fn participation(
    counts: Vec<ParticipationCount>,
    total: Option<Quantity>,
) -> ActivityParticipationRecorded {
    ActivityParticipationRecorded { counts, total, as_stated: Vec::new(), reason: None }
}

/// A report that is due.
pub fn session(starts: PartialDate) -> ForumSessionHeld {
    ForumSessionHeld {
        title: text("A session"),
        kind: ActivityKind::ForumSession,
        starts,
        ends: None,
        venue: None,
        counts: vec![cell(Sex::Female, Quantity::exact(24))],
    }
}

pub fn obligation() -> ObligationScheduled {
    let json = include_str!("../../../../proto/examples/tais.obligation.scheduled.v1.min.json");
    let envelope = Envelope::parse(json.as_bytes()).unwrap();
    match envelope.event {
        Event::ObligationScheduled(scheduled) => scheduled.as_ref().clone(),
        other => panic!("{other:?}"),
    }
}
