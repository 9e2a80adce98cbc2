//! One activity: what may be said of it, and what it then is.
//!
//! ```text
//! reported -> submitted -> returned (with a reason) -> revised, submitted again
//!                       -> validated (never by who submitted) -> acknowledged
//! after a validation a revision is a correction: it names the validation, gives a reason,
//! and is submitted and validated again. Withdrawn is the end; it stays visible.
//! ```

use serde::{Deserialize, Serialize};
use tais_proto::event::activity::*;
use tais_proto::reference::Reference;
use tais_proto::vocabulary::Qualifier;
use tais_proto::{AccountId, Event, EventId, Texts};

use crate::Happened;
use crate::refusal::{EvolveError, Refusal, Rule};

/// Where an activity stands in the workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Status {
    /// Reported, not yet put before the Directorate.
    Reported,
    /// Before the Directorate.
    Submitted {
        /// Who submitted it.
        by: AccountId,
    },
    /// Sent back.
    Returned {
        /// Why.
        reason: String,
    },
    /// Validated by another person than who submitted it.
    Validated {
        /// Who validated it.
        by: AccountId,
        /// The validation, which a correction names.
        validation: EventId,
    },
    /// Acknowledged by the Vice Minister.
    Acknowledged {
        /// Who acknowledged it.
        by: AccountId,
        /// The validation, which a correction names.
        validation: EventId,
    },
    /// Withdrawn.
    Withdrawn {
        /// Why.
        reason: String,
    },
}

impl Status {
    /// A short code for tables, URLs and message keys.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Submitted { .. } => "submitted",
            Self::Returned { .. } => "returned",
            Self::Validated { .. } => "validated",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// The validation in force, if there is one.
    #[must_use]
    pub const fn validation(&self) -> Option<EventId> {
        match self {
            Self::Validated { validation, .. } | Self::Acknowledged { validation, .. } => Some(*validation),
            _ => None,
        }
    }
}

/// What an activity is after its events so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// The version of its last event.
    pub version: u32,
    /// The version of the last event that changed its content; what is read, validated, acknowledged.
    pub revision: u32,
    /// Who reported it. Nobody's later action overwrites the author.
    pub author: AccountId,
    /// Its description.
    pub details: ActivityDetails,
    /// The last count of attendances.
    pub participation: Option<ActivityParticipationRecorded>,
    /// Its documents.
    pub documents: Vec<Document>,
    /// Its outcomes, in the order recorded.
    pub outcomes: Vec<Texts>,
    /// Where it stands.
    pub status: Status,
}

/// What somebody wants to do with an activity.
#[derive(Clone, Debug)]
pub enum Command {
    /// Report a new one.
    Report(ActivityDetails),
    /// Change its description; the reason is required after a validation.
    Revise(ActivityDetails, Option<String>),
    /// Count attendances.
    RecordParticipation(ActivityParticipationRecorded),
    /// Attach a document.
    AttachDocument(Document),
    /// Record an outcome.
    RecordOutcome(Texts),
    /// Put it before the Directorate.
    Submit(Option<String>),
    /// Send back the revision that was read, with a reason.
    Return(u32, String),
    /// Validate the revision that was read.
    Validate(u32, Option<String>),
    /// Acknowledge the revision that was read.
    Acknowledge(u32),
    /// Withdraw it, with a reason.
    Withdraw(String),
}

/// Turns a command into the events it means. What already holds gives no event.
///
/// # Errors
/// When a rule is broken; nothing happens then.
pub fn decide(
    state: Option<&Activity>,
    command: Command,
    actor: AccountId,
    reference: &Reference,
) -> Result<Vec<Event>, Refusal> {
    let Some(event) = event_of(state, command)? else { return Ok(Vec::new()) };
    check(state, &event, actor, reference)?;
    Ok(vec![event])
}

fn event_of(state: Option<&Activity>, command: Command) -> Result<Option<Event>, Refusal> {
    let begun = || state.ok_or(Refusal::of(Rule::NotBegun));
    Ok(match command {
        Command::Report(details) => Some(ActivityReported { details }.into()),
        Command::Revise(details, reason) => {
            let activity = begun()?;
            let corrects = activity.status.validation();
            (details != activity.details).then(|| ActivityRevised { details, reason, corrects }.into())
        }
        Command::RecordParticipation(participation) => {
            (begun()?.participation.as_ref() != Some(&participation)).then(|| participation.into())
        }
        Command::AttachDocument(document) => {
            (!begun()?.documents.contains(&document)).then(|| ActivityDocumentAttached { document }.into())
        }
        Command::RecordOutcome(outcome) => {
            (!begun()?.outcomes.contains(&outcome)).then(|| ActivityOutcomeRecorded { outcome }.into())
        }
        Command::Submit(note) => Some(ActivitySubmitted { revision: begun()?.revision, note }.into()),
        Command::Return(revision, reason) => Some(ActivityReturned { revision, reason }.into()),
        Command::Validate(revision, note) => Some(ActivityValidated { revision, note }.into()),
        Command::Acknowledge(revision) => Some(ActivityAcknowledged { revision }.into()),
        Command::Withdraw(reason) => Some(ActivityWithdrawn { reason }.into()),
    })
}

/// The rules: whether this event may follow on this state. Run by whoever decides, and once more by
/// the recorder.
///
/// # Errors
/// When a rule is broken.
pub fn check(
    state: Option<&Activity>,
    event: &Event,
    actor: AccountId,
    reference: &Reference,
) -> Result<(), Refusal> {
    let Some(activity) = state else {
        return match event {
            Event::ActivityReported(reported) => check_details(&reported.details, reference),
            _ => Err(Rule::NotBegun.into()),
        };
    };
    if matches!(activity.status, Status::Withdrawn { .. }) {
        return Err(Rule::Closed.into());
    }
    match event {
        Event::ActivityReported(_) => Err(Rule::AlreadyBegun.into()),
        Event::ActivityRevised(revised) => {
            check_correction(activity, revised.corrects, revised.reason.as_deref())?;
            if revised.details.pillar != activity.details.pillar {
                let publisher = revised.details.pillar.into();
                return Err(Rule::WrongPillar { stream: activity.details.pillar, publisher }.into());
            }
            check_details(&revised.details, reference)
        }
        Event::ActivityParticipationRecorded(participation) => {
            if activity.status.validation().is_some() {
                require(participation.reason.as_deref(), "/reason")?;
            }
            check_participation(participation)
        }
        Event::ActivityDocumentAttached(attached) => check_sha256(&attached.document.sha256),
        Event::ActivityOutcomeRecorded(recorded) if recorded.outcome.is_empty() => {
            Err(Refusal::at(Rule::NothingCounted, "/outcome"))
        }
        Event::ActivityOutcomeRecorded(_) => Ok(()),
        _ => check_step(activity, event, actor),
    }
}

/// The steps of the workflow.
fn check_step(activity: &Activity, event: &Event, actor: AccountId) -> Result<(), Refusal> {
    let same_revision = |given| {
        let current = activity.revision;
        if given == current { Ok(()) } else { Err(Refusal::of(Rule::RevisionChanged { current, given })) }
    };
    match event {
        Event::ActivitySubmitted(submitted) => {
            same_revision(submitted.revision)?;
            match activity.status {
                Status::Reported | Status::Returned { .. } => Ok(()),
                _ => Err(Rule::AlreadySubmitted.into()),
            }
        }
        Event::ActivityReturned(returned) => {
            require(Some(&returned.reason), "/reason")?;
            same_revision(returned.revision)?;
            match activity.status {
                Status::Submitted { .. } | Status::Validated { .. } => Ok(()),
                _ => Err(Rule::NotSubmitted.into()),
            }
        }
        Event::ActivityValidated(validated) => {
            same_revision(validated.revision)?;
            match activity.status {
                Status::Submitted { by } if by == actor || activity.author == actor => {
                    Err(Rule::OwnSubmission.into())
                }
                Status::Submitted { .. } => Ok(()),
                _ => Err(Rule::NotSubmitted.into()),
            }
        }
        Event::ActivityAcknowledged(acknowledged) => {
            same_revision(acknowledged.revision)?;
            match activity.status {
                Status::Validated { .. } => Ok(()),
                _ => Err(Rule::NotValidated.into()),
            }
        }
        Event::ActivityWithdrawn(withdrawn) => require(Some(&withdrawn.reason), "/reason"),
        _ => Err(Rule::NotBegun.into()),
    }
}

/// After a validation, a change gives its reason and names the validation that it corrects.
fn check_correction(
    activity: &Activity,
    corrects: Option<EventId>,
    reason: Option<&str>,
) -> Result<(), Refusal> {
    let Some(validation) = activity.status.validation() else { return Ok(()) };
    require(reason, "/reason")?;
    if corrects == Some(validation) { Ok(()) } else { Err(Refusal::at(Rule::CorrectionUnnamed, "/corrects")) }
}

pub(crate) fn require(reason: Option<&str>, pointer: &str) -> Result<(), Refusal> {
    match reason {
        Some(text) if !text.trim().is_empty() => Ok(()),
        _ => Err(Refusal::at(Rule::ReasonMissing, pointer)),
    }
}

fn check_sha256(text: &str) -> Result<(), Refusal> {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if text.len() == 64 && text.bytes().all(hex) {
        Ok(())
    } else {
        Err(Refusal::at(Rule::NotSha256, "/document/sha256"))
    }
}

fn check_details(details: &ActivityDetails, reference: &Reference) -> Result<(), Refusal> {
    if details.title.is_empty() {
        return Err(Refusal::at(Rule::TitleMissing, "/details/title"));
    }
    if let (Some(starts), Some(ends)) = (details.starts, details.ends)
        && ends.latest() < starts.earliest()
    {
        return Err(Refusal::at(Rule::EndsBeforeStarts, "/details/ends"));
    }
    if let Some(marker) = &details.gender_marker {
        require(Some(&marker.reason), "/details/genderMarker/reason")?;
    }
    if let Some(budget) = &details.budget {
        let whole = budget.planned.max(budget.spent);
        if budget.gender_tagged.is_some_and(|tagged| whole.is_some_and(|whole| tagged > whole)) {
            return Err(Refusal::at(Rule::TaggedExceedsBudget, "/details/budget/genderTagged"));
        }
    }
    check_codes(details, reference)
}

fn check_codes(details: &ActivityDetails, reference: &Reference) -> Result<(), Refusal> {
    let unknown = |what, code: &dyn std::fmt::Display, pointer: String| {
        Err(Refusal::at(Rule::UnknownCode { what, code: code.to_string() }, pointer))
    };
    if let Some(state) = &details.member_state
        && reference.member_state(state).is_none()
    {
        return unknown("member state", state, "/details/memberState".into());
    }
    for (index, state) in details.counterparts.iter().enumerate() {
        if reference.member_state(state).is_none() {
            return unknown("member state", state, format!("/details/counterparts/{index}"));
        }
    }
    for (index, body) in details.sectoral_bodies.iter().enumerate() {
        if let BodyRef::Code(code) = body
            && reference.sectoral_body(code).is_none()
        {
            return unknown("sectoral body", code, format!("/details/sectoralBodies/{index}"));
        }
    }
    for (index, organisation) in details.lead.iter().chain(&details.partners).enumerate() {
        if let OrganisationRef::Code(code) = organisation
            && reference.organisation(code).is_none()
        {
            let pointer = match index {
                0 if details.lead.is_some() => "/details/lead".to_owned(),
                _ => format!("/details/partners/{}", index - usize::from(details.lead.is_some())),
            };
            return unknown("organisation", code, pointer);
        }
    }
    for (index, item) in details.framework_items.iter().enumerate() {
        if reference.item(item).is_none() {
            return unknown("framework item", item, format!("/details/frameworkItems/{index}"));
        }
    }
    match details.venue.as_ref().and_then(|venue| venue.municipality.as_ref()) {
        Some(code) if reference.municipality(code).is_none() => {
            unknown("municipality", code, "/details/venue/municipality".into())
        }
        _ => Ok(()),
    }
}

/// Cells of a grid are disjoint.
pub(crate) fn check_cells(counts: &[ParticipationCount]) -> Result<(), Refusal> {
    for (index, cell) in counts.iter().enumerate() {
        let same = |other: &ParticipationCount| {
            (other.role, other.sex, other.age) == (cell.role, cell.sex, cell.age)
        };
        if counts[..index].iter().any(same) {
            return Err(Refusal::at(Rule::CellTwice, format!("/counts/{index}")));
        }
    }
    Ok(())
}

fn check_participation(participation: &ActivityParticipationRecorded) -> Result<(), Refusal> {
    let counts = &participation.counts;
    if counts.is_empty() && participation.total.is_none() && participation.as_stated.is_empty() {
        return Err(Rule::NothingCounted.into());
    }
    check_cells(counts)?;
    let cells: u64 = counts.iter().map(|cell| u64::from(cell.count.number)).sum();
    match participation.total {
        Some(total) if total.qualifier == Qualifier::Exact && cells > u64::from(total.number) => {
            Err(Refusal::at(Rule::CellsExceedTotal { cells, total: total.number }, "/total"))
        }
        _ => Ok(()),
    }
}

/// What the activity is after one more event.
///
/// # Errors
/// Only for an event that was never admitted here: the stream was read out of order or altered.
pub fn evolve(state: Option<Activity>, happened: &Happened<'_>) -> Result<Activity, EvolveError> {
    let error = || EvolveError::of(happened);
    let Some(mut activity) = state else {
        return match happened.event {
            Event::ActivityReported(reported) if happened.version == 1 => Ok(Activity {
                version: 1,
                revision: 1,
                author: happened.actor,
                details: reported.details.clone(),
                participation: None,
                documents: Vec::new(),
                outcomes: Vec::new(),
                status: Status::Reported,
            }),
            _ => Err(error()),
        };
    };
    if happened.version != activity.version + 1 {
        return Err(error());
    }
    activity.version = happened.version;
    match happened.event {
        Event::ActivityRevised(revised) => activity.change(|a| a.details = revised.details.clone()),
        Event::ActivityParticipationRecorded(participation) => {
            activity.change(|a| a.participation = Some((**participation).clone()));
        }
        Event::ActivityDocumentAttached(attached) => {
            activity.change(|a| a.documents.push(attached.document.clone()))
        }
        Event::ActivityOutcomeRecorded(recorded) => {
            activity.change(|a| a.outcomes.push(recorded.outcome.clone()))
        }
        Event::ActivitySubmitted(_) => activity.status = Status::Submitted { by: happened.actor },
        Event::ActivityReturned(returned) => {
            activity.status = Status::Returned { reason: returned.reason.clone() }
        }
        Event::ActivityValidated(_) => {
            activity.status = Status::Validated { by: happened.actor, validation: happened.id };
        }
        Event::ActivityAcknowledged(_) => {
            let validation = activity.status.validation().ok_or_else(error)?;
            activity.status = Status::Acknowledged { by: happened.actor, validation };
        }
        Event::ActivityWithdrawn(withdrawn) => {
            activity.status = Status::Withdrawn { reason: withdrawn.reason.clone() };
        }
        _ => return Err(error()),
    }
    Ok(activity)
}

impl Activity {
    /// Changes the content: a new revision. What was validated, or is being read by the Directorate,
    /// is no longer what stands, so it must be submitted again.
    fn change(&mut self, with: impl FnOnce(&mut Self)) {
        with(self);
        self.revision = self.version;
        self.status = match &self.status {
            Status::Returned { reason } => Status::Returned { reason: reason.clone() },
            _ => Status::Reported,
        };
    }
}
