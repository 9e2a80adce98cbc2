//! A row against the record and the rules. The preview and the commit both ask here, so that they
//! cannot disagree.

use std::collections::{HashMap, HashSet};

use tais_bus::NewEvents;
use tais_domain::Refusal;
use tais_domain::activity::{Activity, Command};
use tais_proto::event::activity::ActivityParticipationRecorded;
use tais_proto::{AccountId, EventId, StreamId, Timestamp};

use super::changes::{Change, Changes};
use super::mapping::{Field, Mapping};
use super::problem::{Problem, RowError};
use super::said::Said;
use super::{derived_id, submission};
use crate::intake::{Intake, IntakeError, Submission};

/// How often the same reference can be reported anew after it was refused and given up.
const ATTEMPTS_MAX: u32 = 16;

/// What a row comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It cannot be taken; all that is wrong with it.
    Wrong(Vec<RowError>),
    /// The record says the same, or more.
    Unchanged(StreamId),
    /// Nothing is on record yet.
    New,
    /// The record says something else.
    Changed {
        /// The version that is changed.
        version: u32,
        /// Whether it was validated, so that a reason is needed.
        corrects: bool,
        /// Field by field.
        list: Vec<Change>,
    },
}

impl Outcome {
    /// A short code for tables, programs and message keys.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Wrong(_) => "wrong",
            Self::Unchanged(_) => "unchanged",
            Self::New => "new",
            Self::Changed { .. } => "changed",
        }
    }

    /// The version that a person saw: what is committed must still stand on it.
    #[must_use]
    pub const fn version(&self) -> u32 {
        if let Self::Changed { version, .. } = self { *version } else { 0 }
    }
}

/// What is to be said for a row, under an id that follows from it.
#[derive(Clone, Debug)]
pub struct Step {
    /// The submission's id.
    pub id: EventId,
    /// The activity.
    pub stream: StreamId,
    /// What is said.
    pub commands: Vec<Command>,
    /// What the rules make of it.
    pub decided: NewEvents,
}

/// The record, as rows are held against it.
pub struct Assessor<'a> {
    intake: &'a Intake,
    mapping: &'a Mapping,
    actor: AccountId,
    time: Timestamp,
    by_reference: HashMap<String, StreamId>,
    held: HashSet<StreamId>,
    /// Of what something was ever saved here, when the record was looked up.
    saved: HashSet<StreamId>,
}

impl<'a> Assessor<'a> {
    /// Looks the record up once for all rows.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn new(
        intake: &'a Intake,
        mapping: &'a Mapping,
        actor: AccountId,
        time: Timestamp,
    ) -> Result<Self, IntakeError> {
        let by_reference = intake.by_reference().await?;
        let held = intake.outbox().held_streams().await?.into_iter().collect();
        let saved = intake.outbox().saved_streams().await?.into_iter().collect();
        Ok(Self { intake, mapping, actor, time, by_reference, held, saved })
    }

    /// Who asks, under this id.
    #[must_use]
    pub const fn submission(&self, id: EventId) -> Submission {
        Submission { id, actor: self.actor, time: self.time }
    }

    /// What a row comes to, and what is to be said for it. `None` for the reason is the preview's: the
    /// rules are asked as if a correction had one.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn assess(
        &self,
        said: &Said,
        reason: Option<&str>,
    ) -> Result<(Outcome, Option<Step>), IntakeError> {
        let (id, standing) = match self.known(said).await? {
            Known::Held => return Ok((self.wrong(said, [(None, Problem::Held)]), None)),
            Known::Not(id) => (id, (None, 0)),
            Known::Activity(id, activity, version) => (EventId(id.0), (Some(*activity), version)),
        };
        let stream = StreamId(id.0);
        let Some(activity) = standing.0.clone() else {
            return self.decided(said, standing, (id, stream), report(said), Outcome::New);
        };
        let changes = match said.onto(&activity, self.intake.reference()) {
            Ok(changes) => changes,
            Err(errors) => {
                let errors = errors.into_iter().map(|(field, problem)| (Some(field), problem));
                return Ok((self.wrong(said, errors), None));
            }
        };
        if changes == Changes::default() {
            return Ok((Outcome::Unchanged(stream), None));
        }
        let corrects = activity.status.validation().is_some();
        let list = changes.list.clone();
        let reason = match reason.map(str::trim) {
            None => corrects.then_some("…"),
            Some("") if !corrects => None,
            given => given,
        };
        let commands = revise(changes, reason);
        let id = revision_id(said, &activity, &commands);
        let outcome = Outcome::Changed { version: activity.version, corrects, list };
        self.decided(said, standing, (id, stream), commands, outcome)
    }

    /// The rules, as the intake runs them.
    fn decided(
        &self,
        said: &Said,
        standing: (Option<Activity>, u32),
        (id, stream): (EventId, StreamId),
        commands: Vec<Command>,
        outcome: Outcome,
    ) -> Result<(Outcome, Option<Step>), IntakeError> {
        match self.intake.decide(standing, self.submission(id), stream, commands.clone()) {
            Ok(decided) => Ok((outcome, Some(Step { id, stream, commands, decided }))),
            Err(IntakeError::Refused(refusal)) => {
                let place = field_of(&refusal);
                Ok((self.wrong(said, [(place, Problem::from(&refusal))]), None))
            }
            Err(error) => Err(error),
        }
    }

    fn wrong(&self, said: &Said, problems: impl IntoIterator<Item = (Option<Field>, Problem)>) -> Outcome {
        let columns = &self.mapping.columns;
        let place = |field: Field| {
            let same = |(known, _): &(&Field, &usize)| known.word() == field.word();
            columns.get(&field).or_else(|| columns.iter().find(same).map(|(_, column)| column)).copied()
        };
        let error = |(field, problem): (Option<Field>, Problem)| RowError {
            line: said.line,
            column: field.and_then(place),
            problem,
        };
        Outcome::Wrong(problems.into_iter().map(error).collect())
    }

    /// The activity that a row is about: the one with its reference, else the one under its id.
    async fn known(&self, said: &Said) -> Result<Known, IntakeError> {
        if let Some(id) = self.by_reference.get(&said.reference) {
            return self.standing(*id).await;
        }
        for attempt in 0..ATTEMPTS_MAX {
            let id = submission(said.pillar, &said.reference, attempt);
            let stream = StreamId(id.0);
            let known = self.standing(stream).await?;
            let was_given_up = matches!(known, Known::Not(_)) && self.saved.contains(&stream);
            if !was_given_up {
                return Ok(known);
            }
        }
        Ok(Known::Held)
    }

    async fn standing(&self, id: StreamId) -> Result<Known, IntakeError> {
        if self.held.contains(&id) {
            return Ok(Known::Held);
        }
        // Of ten thousand rows most are new: nothing is asked of the disk for what nobody said.
        if !self.saved.contains(&id) && self.intake.book().stream(id).is_none() {
            return Ok(Known::Not(EventId(id.0)));
        }
        let (activity, version) = self.intake.standing(id).await?;
        Ok(match activity {
            Some(activity) => Known::Activity(id, Box::new(activity), version),
            None => Known::Not(EventId(id.0)),
        })
    }
}

enum Known {
    /// It waits for a decision.
    Held,
    /// Nothing stands under this id.
    Not(EventId),
    /// This stands.
    Activity(StreamId, Box<Activity>, u32),
}

fn report(said: &Said) -> Vec<Command> {
    let count = said.participation().map(Command::RecordParticipation);
    [Command::Report(said.details())].into_iter().chain(count).chain([Command::Submit(None)]).collect()
}

fn revise(changes: Changes, reason: Option<&str>) -> Vec<Command> {
    let reason = reason.map(str::to_owned);
    let revise = changes.details.map(|details| Command::Revise(details, reason.clone()));
    let count = changes
        .participation
        .map(|counted| Command::RecordParticipation(ActivityParticipationRecorded { reason, ..counted }));
    revise.into_iter().chain(count).chain([Command::Submit(None)]).collect()
}

/// The same change of the same version has the same id.
fn revision_id(said: &Said, activity: &Activity, commands: &[Command]) -> EventId {
    let Said { pillar, reference, .. } = said;
    derived_id(&format!("tais import {pillar} {reference} {} {commands:?}", activity.version))
}

/// The column that a refusal's pointer is about.
fn field_of(refusal: &Refusal) -> Option<Field> {
    let fields = [
        ("/details/title", Field::Title),
        ("/details/ends", Field::Ends),
        ("/details/memberState", Field::MemberState),
        ("/details/sectoralBodies", Field::Bodies),
        ("/details/partners", Field::Partners),
        ("/details/frameworkItems", Field::Frameworks),
        ("/details/genderMarker", Field::MarkerReason),
        ("/details/budget", Field::Budget),
        ("/total", Field::Total),
    ];
    fields.iter().find(|(start, _)| refusal.pointer.starts_with(start)).map(|(_, field)| *field)
}
