//! The desk: what the Directorate and the office decide about an activity. The rules first, on the
//! state folded from the log itself; then the outbox, on disk; from there a decision goes the way of
//! every event, and the recorder asks the rules again.

use std::sync::Arc;

use tais_bus::{Item, NewEvents, Outbox, OutboxError};
use tais_domain::activity::{Activity, Command, Status, decide};
use tais_domain::admission::{StreamState, check};
use tais_domain::policy::{Grant, may_say, permission};
use tais_domain::refusal::EvolveError;
use tais_domain::{Refusal, Rule};
use tais_log::{Clock, Log as _, LogError, PostgresLog};
use tais_proto::reference::Reference;
use tais_proto::{AccountId, Event, EventId, EventType, Publisher, StreamId, StreamKind, StreamRef};
use tais_web::Failure;
use tais_web::session::SignedIn;

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// A rule.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// An earlier decision on the same activity has no receipt yet.
    #[error("an earlier decision about this activity is on its way: wait for its receipt")]
    OnItsWay,
    /// The submission's id was used for something else.
    #[error("submission {0} was already used for something else: nothing was changed; choose a new id")]
    IdReused(EventId),
    /// The log.
    #[error("the log did not answer as it must")]
    Log(#[from] LogError),
    /// An entry of the log cannot be read.
    #[error("an entry of the log cannot be read: have it verified")]
    Unreadable(#[from] tais_proto::envelope::EnvelopeError),
    /// What the log holds does not follow.
    #[error("the log holds what does not follow: have it verified")]
    Altered(#[from] EvolveError),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
}

/// A decision: who, under which id, about what.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Made by the client, UUIDv7; asking again under it is safe.
    pub id: EventId,
    /// Who decides.
    pub actor: AccountId,
    /// The activity.
    pub activity: StreamId,
    /// Return, validate or acknowledge, with the revision that was read.
    pub command: Command,
}

/// Something said of a stream: who, under which id, what.
#[derive(Clone, Debug)]
pub struct Said {
    /// Made by the client, UUIDv7; saying it again under it is safe.
    pub id: EventId,
    /// Who says it.
    pub actor: AccountId,
    /// Of which stream.
    pub stream: StreamRef,
    /// What.
    pub event: Event,
}

/// The desk.
#[derive(Clone)]
pub struct Desk {
    log: PostgresLog,
    outbox: Outbox,
    reference: Arc<Reference>,
    clock: Clock,
}

impl Desk {
    /// The desk on the office's own outbox.
    #[must_use]
    pub fn new(log: PostgresLog, outbox: Outbox, reference: Arc<Reference>, clock: Clock) -> Self {
        Self { log, outbox, reference, clock }
    }

    /// The office's outbox.
    #[must_use]
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// A stream as the log has it now, however far the projections are.
    ///
    /// # Errors
    /// When the log does not answer, or was altered.
    pub async fn state(&self, id: StreamId) -> Result<Option<StreamState>, DeskError> {
        let mut state = None;
        for entry in self.log.read_stream(id).await? {
            // A refusal about the stream is an entry of another kind of stream, so all of these count.
            let envelope = entry.envelope()?;
            state = Some(StreamState::evolve(state, &envelope)?);
        }
        Ok(state)
    }

    /// An activity as the log has it now.
    ///
    /// # Errors
    /// When the log does not answer, or was altered.
    pub async fn activity(&self, id: StreamId) -> Result<Option<Activity>, DeskError> {
        Ok(match self.state(id).await? {
            Some(StreamState::Activity(activity)) => Some(*activity),
            _ => None,
        })
    }

    /// Says something of a stream of any kind, and keeps it on disk; saying the same again gives the
    /// same item.
    ///
    /// # Errors
    /// When a rule is broken, or the disk does not take it; nothing is said then.
    pub async fn say(&self, said: Said) -> Result<Item, DeskError> {
        let Said { id, actor, stream, event } = said;
        if let Some(item) = self.outbox.item(id).await? {
            let same = item.stream == stream && item.actor == actor && item.event == event;
            return if same { Ok(item) } else { Err(DeskError::IdReused(id)) };
        }
        if self.outbox.items_of(stream.id).await?.iter().any(Item::is_pending) {
            return Err(DeskError::OnItsWay);
        }
        let state = self.state(stream.id).await?;
        check(stream.kind, state.as_ref(), &event, actor, &self.reference)?;
        let base_version = state.as_ref().map_or(0, StreamState::version);
        self.save(stream, base_version, actor, (id, event)).await
    }

    async fn save(
        &self,
        stream: StreamRef,
        base_version: u32,
        actor: AccountId,
        (id, event): (EventId, Event),
    ) -> Result<Item, DeskError> {
        let new = NewEvents {
            stream,
            base_version,
            actor,
            correlation: id.0,
            causation: None,
            time: (self.clock)(),
            asked: None,
            events: vec![(id, event)],
        };
        let items = self.outbox.save(&new).await?;
        items.into_iter().next().ok_or(DeskError::Refused(Refusal::of(Rule::NotBegun)))
    }

    /// Decides, and keeps the decision on disk; deciding the same again gives the same item.
    ///
    /// # Errors
    /// When a rule is broken, or the disk does not take it; nothing is decided then.
    pub async fn decide(&self, decision: Decision) -> Result<Item, DeskError> {
        let Decision { id, actor, activity, command } = decision;
        if let Some(item) = self.outbox.item(id).await? {
            let same = item.stream.id == activity && item.actor == actor && says(&item.event, &command);
            return if same { Ok(item) } else { Err(DeskError::IdReused(id)) };
        }
        if self.outbox.items_of(activity).await?.iter().any(Item::is_pending) {
            return Err(DeskError::OnItsWay);
        }
        let state = self.activity(activity).await?;
        let events = decide(state.as_ref(), command, actor, &self.reference)?;
        // Each of the three commands is one event.
        let event = events.into_iter().next().ok_or(DeskError::Refused(Refusal::of(Rule::NotSubmitted)))?;
        let stream = StreamRef { kind: StreamKind::Activity, id: activity };
        self.save(stream, state.map_or(0, |activity| activity.version), actor, (id, event)).await
    }

    /// The last decision about an activity that is still on its way or was not recorded.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn open_decision(&self, id: StreamId) -> Result<Option<Item>, OutboxError> {
        Ok(self.outbox.open_items().await?.into_iter().rfind(|item| item.stream.id == id))
    }
}

/// Whether an event is what the command asks for.
fn says(event: &Event, command: &Command) -> bool {
    match (event, command) {
        (Event::ActivityReturned(said), Command::Return(revision, reason)) => {
            said.revision == *revision && said.reason == *reason
        }
        (Event::ActivityValidated(said), Command::Validate(revision, note)) => {
            said.revision == *revision && said.note == *note
        }
        (Event::ActivityAcknowledged(said), Command::Acknowledge(revision)) => said.revision == *revision,
        _ => false,
    }
}

/// What an activity waits for here, if for anything.
#[must_use]
pub const fn awaits(status: &Status) -> Option<EventType> {
    match status {
        Status::Submitted { .. } => Some(EventType::ActivityValidated),
        Status::Validated { .. } => Some(EventType::ActivityAcknowledged),
        Status::Reported
        | Status::Returned { .. }
        | Status::Acknowledged { .. }
        | Status::Withdrawn { .. } => None,
    }
}

/// Whether a person may say this over the office's outbox, by the one table.
#[must_use]
pub fn may(person: &SignedIn, event_type: EventType) -> bool {
    let grant = Grant { role: person.role, pillar: person.pillar };
    may_say(Publisher::Office, [&grant], event_type)
}

/// What is decided at the desk.
const DECIDED: [EventType; 3] =
    [EventType::ActivityReturned, EventType::ActivityValidated, EventType::ActivityAcknowledged];

/// Whether a person decides about anything here.
#[must_use]
pub fn has_desk(person: &SignedIn) -> bool {
    DECIDED.iter().any(|event_type| may(person, *event_type))
}

/// The person, if they decide about anything here.
///
/// # Errors
/// When they do not; the failure names the roles that do.
pub fn must_have_desk(person: &SignedIn) -> Result<(), Failure> {
    let mut roles: Vec<_> = DECIDED.iter().flat_map(|of| permission(*of).roles).copied().collect();
    roles.sort_unstable();
    roles.dedup();
    if has_desk(person) { Ok(()) } else { Err(Failure::Forbidden { may: roles }) }
}

/// The person, if they may say this.
///
/// # Errors
/// When nobody is signed in, or their role may not; the failure names the roles that may.
pub fn must(person: &SignedIn, event_type: EventType) -> Result<(), Failure> {
    let roles = || permission(event_type).roles.to_vec();
    if may(person, event_type) { Ok(()) } else { Err(Failure::Forbidden { may: roles() }) }
}
