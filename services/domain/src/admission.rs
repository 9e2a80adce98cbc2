//! The last gate before the log: the domain's rules once more, on the state folded from the log, so
//! that even a stolen publisher's key cannot write what the rules forbid.

use tais_proto::reference::Reference;
use tais_proto::{AccountId, Envelope, Event, Pillar, Publisher, StreamKind};

use crate::policy::may_say;
use crate::refusal::{EvolveError, Refusal, Rule};
use crate::registry::Registry;
use crate::{
    Activity, Commitment, Forum, Happened, Indicator, Obligation, activity, commitment, forum, indicator,
    obligation,
};

/// What a stream is after its events so far. The registry is folded apart ([`Registry`]): everybody
/// needs it, and it is one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamState {
    /// An activity.
    Activity(Box<Activity>),
    /// A commitment.
    Commitment(Box<Commitment>),
    /// An indicator.
    Indicator(Box<Indicator>),
    /// An obligation.
    Obligation(Box<Obligation>),
    /// A session, a membership or a mentorship of the Forum.
    Forum(Box<Forum>),
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
            Self::Indicator(indicator) => indicator.version,
            Self::Obligation(obligation) => obligation.version,
            Self::Forum(forum) => forum.version,
            Self::Plain { version, .. } => *version,
        }
    }

    /// The pillar the stream belongs to, which is who hears of its entries.
    #[must_use]
    pub const fn pillar(&self) -> Option<Pillar> {
        match self {
            Self::Activity(activity) => Some(activity.details.pillar),
            Self::Commitment(commitment) => Some(commitment.made.pillar),
            Self::Indicator(indicator) => indicator.defined.pillar,
            Self::Obligation(obligation) => obligation.scheduled.pillar,
            // The Forum is the office's; a member's pillar is a fact about the member.
            Self::Forum(_) | Self::Plain { .. } => None,
        }
    }

    /// The kind of stream.
    #[must_use]
    pub const fn kind(&self) -> StreamKind {
        match self {
            Self::Activity(_) => StreamKind::Activity,
            Self::Commitment(_) => StreamKind::Commitment,
            Self::Indicator(_) => StreamKind::Indicator,
            Self::Obligation(_) => StreamKind::Obligation,
            Self::Forum(_) => StreamKind::Forum,
            Self::Plain { kind, .. } => *kind,
        }
    }

    /// What the stream is after one more event.
    ///
    /// # Errors
    /// Only for an event that was never admitted here.
    pub fn evolve(state: Option<Self>, envelope: &Envelope) -> Result<Self, EvolveError> {
        Self::follow(envelope.stream.kind, state, &Happened::from(envelope))
    }

    /// The same for an event that is not in an envelope yet.
    ///
    /// # Errors
    /// Only for an event that would not be admitted here.
    pub fn follow(
        kind: StreamKind,
        state: Option<Self>,
        happened: &Happened<'_>,
    ) -> Result<Self, EvolveError> {
        let error = || EvolveError::of(happened);
        match (kind, state) {
            (StreamKind::Activity, None) => activity::evolve(None, happened).map(Into::into),
            (StreamKind::Activity, Some(Self::Activity(state))) => {
                activity::evolve(Some(*state), happened).map(Into::into)
            }
            (StreamKind::Commitment, None) => commitment::evolve(None, happened).map(Into::into),
            (StreamKind::Commitment, Some(Self::Commitment(state))) => {
                commitment::evolve(Some(*state), happened).map(Into::into)
            }
            (StreamKind::Indicator, None) => indicator::evolve(None, happened).map(Into::into),
            (StreamKind::Indicator, Some(Self::Indicator(state))) => {
                indicator::evolve(Some(*state), happened).map(Into::into)
            }
            (StreamKind::Obligation, None) => obligation::evolve(None, happened).map(Into::into),
            (StreamKind::Obligation, Some(Self::Obligation(state))) => {
                obligation::evolve(Some(*state), happened).map(Into::into)
            }
            (StreamKind::Forum, None) => forum::evolve(None, happened).map(Into::into),
            (StreamKind::Forum, Some(Self::Forum(state))) => {
                forum::evolve(Some(*state), happened).map(Into::into)
            }
            (
                StreamKind::Activity
                | StreamKind::Commitment
                | StreamKind::Indicator
                | StreamKind::Obligation
                | StreamKind::Forum,
                _,
            ) => Err(error()),
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

impl From<Activity> for StreamState {
    fn from(activity: Activity) -> Self {
        Self::Activity(Box::new(activity))
    }
}

impl From<Commitment> for StreamState {
    fn from(commitment: Commitment) -> Self {
        Self::Commitment(Box::new(commitment))
    }
}

impl From<Indicator> for StreamState {
    fn from(indicator: Indicator) -> Self {
        Self::Indicator(Box::new(indicator))
    }
}

impl From<Obligation> for StreamState {
    fn from(obligation: Obligation) -> Self {
        Self::Obligation(Box::new(obligation))
    }
}

impl From<Forum> for StreamState {
    fn from(forum: Forum) -> Self {
        Self::Forum(Box::new(forum))
    }
}

/// The rules of one stream, without who may say what: whether this event may follow on this state.
///
/// # Errors
/// When a rule is broken.
pub fn check(
    kind: StreamKind,
    state: Option<&StreamState>,
    event: &Event,
    actor: AccountId,
    reference: &Reference,
) -> Result<(), Refusal> {
    match (kind, state) {
        (StreamKind::Activity, None) => activity::check(None, event, actor, reference),
        (StreamKind::Activity, Some(StreamState::Activity(state))) => {
            activity::check(Some(state), event, actor, reference)
        }
        (StreamKind::Commitment, None) => commitment::check(None, event, reference),
        (StreamKind::Commitment, Some(StreamState::Commitment(state))) => {
            commitment::check(Some(state), event, reference)
        }
        (StreamKind::Indicator, None) => indicator::check(None, event, reference),
        (StreamKind::Indicator, Some(StreamState::Indicator(state))) => {
            indicator::check(Some(state), event, reference)
        }
        (StreamKind::Obligation, None) => obligation::check(None, event, reference),
        (StreamKind::Obligation, Some(StreamState::Obligation(state))) => {
            obligation::check(Some(state), event, reference)
        }
        (StreamKind::Forum, None) => forum::check(None, event, actor, reference),
        (StreamKind::Forum, Some(StreamState::Forum(state))) => {
            forum::check(Some(state), event, actor, reference)
        }
        (kind, Some(state)) if state.kind() != kind => Err(Rule::AlreadyBegun.into()),
        _ => Ok(()),
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
    forum::check_stream(&envelope.event, envelope.stream.id)?;
    match envelope.stream.kind {
        StreamKind::Registry => registry.check(&envelope.event, publisher, envelope.actor),
        kind => check(kind, state, &envelope.event, envelope.actor, reference),
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
        (Event::IndicatorDefined(defined), None) => defined.pillar,
        (Event::ObligationScheduled(scheduled), None) => scheduled.pillar,
        _ => None,
    };
    match stream {
        Some(stream) if stream != own => Err(Rule::WrongPillar { stream, publisher }.into()),
        _ => Ok(()),
    }
}
