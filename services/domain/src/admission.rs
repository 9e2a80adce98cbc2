//! The last gate before the log: the domain's rules once more, on the state folded from the log, so
//! that even a stolen publisher's key cannot write what the rules forbid.

use tais_proto::reference::Reference;
use tais_proto::{Envelope, Event, Pillar, Publisher, StreamKind};

use crate::policy::may_say;
use crate::refusal::{EvolveError, Refusal, Rule};
use crate::registry::Registry;
use crate::{Activity, Commitment, Happened, activity, commitment};

/// What a stream is after its events so far. The registry is folded apart ([`Registry`]): everybody
/// needs it, and it is one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamState {
    /// An activity.
    Activity(Box<Activity>),
    /// A commitment.
    Commitment(Box<Commitment>),
    /// A stream whose events are recorded in order and whose rules come with a later version.
    Plain {
        /// What kind.
        kind: StreamKind,
        /// The version of its last event.
        version: u32,
    },
}

impl StreamState {
    /// The version of its last event.
    #[must_use]
    pub const fn version(&self) -> u32 {
        match self {
            Self::Activity(activity) => activity.version,
            Self::Commitment(commitment) => commitment.version,
            Self::Plain { version, .. } => *version,
        }
    }

    /// The pillar the stream belongs to, which is who hears of its entries.
    #[must_use]
    pub const fn pillar(&self) -> Option<Pillar> {
        match self {
            Self::Activity(activity) => Some(activity.details.pillar),
            Self::Commitment(commitment) => Some(commitment.made.pillar),
            Self::Plain { .. } => None,
        }
    }

    /// The kind of stream.
    #[must_use]
    pub const fn kind(&self) -> StreamKind {
        match self {
            Self::Activity(_) => StreamKind::Activity,
            Self::Commitment(_) => StreamKind::Commitment,
            Self::Plain { kind, .. } => *kind,
        }
    }

    /// What the stream is after one more event.
    ///
    /// # Errors
    /// Only for an event that was never admitted here.
    pub fn evolve(state: Option<Self>, envelope: &Envelope) -> Result<Self, EvolveError> {
        let happened = Happened::from(envelope);
        let error = || EvolveError::of(&happened);
        match (envelope.stream.kind, state) {
            (StreamKind::Activity, None) => {
                activity::evolve(None, &happened).map(Box::new).map(Self::Activity)
            }
            (StreamKind::Activity, Some(Self::Activity(state))) => {
                activity::evolve(Some(*state), &happened).map(Box::new).map(Self::Activity)
            }
            (StreamKind::Commitment, None) => {
                commitment::evolve(None, &happened).map(Box::new).map(Self::Commitment)
            }
            (StreamKind::Commitment, Some(Self::Commitment(state))) => {
                commitment::evolve(Some(*state), &happened).map(Box::new).map(Self::Commitment)
            }
            (StreamKind::Activity | StreamKind::Commitment, _) => Err(error()),
            (kind, state) => {
                let version = state.as_ref().map_or(0, Self::version);
                let same_kind = state.is_none_or(|state| state.kind() == kind);
                if same_kind && happened.version == version + 1 {
                    Ok(Self::Plain { kind, version: happened.version })
                } else {
                    Err(error())
                }
            }
        }
    }
}

/// Whether the recorder may append this event to this stream.
///
/// `registry` is the registry as of the entry before; `state` is the stream's.
///
/// # Errors
/// When a rule is broken; the recorder then writes a refusal entry instead.
pub fn admit(
    state: Option<&StreamState>,
    envelope: &Envelope,
    registry: &Registry,
    reference: &Reference,
) -> Result<(), Refusal> {
    let publisher = envelope.source.publisher;
    let event_type = envelope.event.event_type();
    if !may_say(publisher, registry.grants_of(envelope.actor), event_type) {
        return Err(Rule::NotAllowed { publisher, event_type }.into());
    }
    // There is one registry: what claims to be another knows nothing of keys and roles.
    let is_registry = envelope.stream.kind == StreamKind::Registry;
    if is_registry && registry.stream().is_some_and(|stream| stream != envelope.stream.id) {
        return Err(Rule::NotBegun.into());
    }
    let version = match envelope.stream.kind {
        StreamKind::Registry => registry.version(),
        _ => state.map_or(0, StreamState::version),
    };
    if envelope.stream_version != version + 1 {
        return Err(Rule::VersionConflict { expected: version + 1, given: envelope.stream_version }.into());
    }
    check_pillar(state, envelope)?;
    match (envelope.stream.kind, state) {
        (StreamKind::Registry, _) => registry.check(&envelope.event, publisher, envelope.actor),
        (StreamKind::Activity, None) => activity::check(None, &envelope.event, envelope.actor, reference),
        (StreamKind::Activity, Some(StreamState::Activity(state))) => {
            activity::check(Some(state), &envelope.event, envelope.actor, reference)
        }
        (StreamKind::Commitment, None) => commitment::check(None, &envelope.event, reference),
        (StreamKind::Commitment, Some(StreamState::Commitment(state))) => {
            commitment::check(Some(state), &envelope.event, reference)
        }
        (kind, Some(state)) if state.kind() != kind => Err(Rule::AlreadyBegun.into()),
        _ => Ok(()),
    }
}

/// A correspondent speaks of its own pillar only, whatever the stream.
fn check_pillar(state: Option<&StreamState>, envelope: &Envelope) -> Result<(), Refusal> {
    let publisher: Publisher = envelope.source.publisher;
    let Some(own) = publisher.pillar() else { return Ok(()) };
    let stream = match (&envelope.event, state) {
        (_, Some(state)) => state.pillar(),
        (Event::ActivityReported(reported), None) => Some(reported.details.pillar),
        (Event::CommitmentMade(made), None) => Some(made.pillar),
        _ => None,
    };
    match stream {
        Some(stream) if stream != own => Err(Rule::WrongPillar { stream, publisher }.into()),
        _ => Ok(()),
    }
}
