//! What a correspondent asks at once, all or nothing of it: an activity's commands, and the commitments
//! that were made there, each a stream of its own.

use tais_bus::NewEvents;
use tais_domain::activity::Command;
use tais_domain::admission::check;
use tais_domain::{Refusal, Rule};
use tais_proto::event::activity::{ActivityDetails, ActivityParticipationRecorded};
use tais_proto::event::commitment::CommitmentMade;
use tais_proto::reference::Reference;
use tais_proto::signing::sha256_hex;
use tais_proto::{AccountId, Event, Pillar, Publisher, StreamId, StreamKind, StreamRef};

use crate::intake::{Submission, derived};

/// A new activity, with what was counted and promised there.
#[derive(Clone, Debug)]
pub struct Report {
    /// The description.
    pub details: ActivityDetails,
    /// The counts, if there are any.
    pub participation: Option<ActivityParticipationRecorded>,
    /// What was promised there.
    pub commitments: Vec<CommitmentMade>,
    /// Whether it goes to the Directorate at once.
    pub submit: bool,
}

impl Report {
    /// A report of which nothing was promised.
    #[must_use]
    pub const fn new(
        details: ActivityDetails,
        participation: Option<ActivityParticipationRecorded>,
        submit: bool,
    ) -> Self {
        Self { details, participation, commitments: Vec::new(), submit }
    }
}

/// What is asked at once, all or nothing of it.
#[derive(Clone, Default)]
pub(crate) struct Asked {
    /// Of the activity.
    pub commands: Vec<Command>,
    /// Beside it.
    pub commitments: Vec<CommitmentMade>,
    /// Only on this version, which the person saw.
    pub seen: Option<u32>,
    /// What the rules made of the commands where nothing was said of the activity, if they were asked before.
    pub decided: Option<NewEvents>,
}

impl Asked {
    /// By this the same is told from something else under the same id.
    pub fn digest(&self, submission: Submission, id: StreamId) -> String {
        let mut text = format!("{id} {} {:?}", submission.actor, self.commands);
        if !self.commitments.is_empty() {
            text.push_str(&format!(" {:?}", self.commitments));
        }
        sha256_hex(text.as_bytes())
    }
}

/// The rules of what a pillar's correspondent promises; the pointer of a refusal leads into the list.
pub(crate) fn check_commitments(
    pillar: Pillar,
    commitments: &[CommitmentMade],
    actor: AccountId,
    reference: &Reference,
) -> Result<(), Refusal> {
    for (index, made) in commitments.iter().enumerate() {
        let inside = |refusal: Refusal| Refusal {
            pointer: format!("/commitments/{index}{}", refusal.pointer),
            ..refusal
        };
        if made.pillar != pillar {
            let publisher = Publisher::from(pillar);
            let rule = Rule::WrongPillar { stream: made.pillar, publisher };
            return Err(inside(Refusal::at(rule, "/pillar")));
        }
        let event = Event::from(made.clone());
        check(StreamKind::Commitment, None, &event, actor, reference).map_err(inside)?;
    }
    Ok(())
}

/// A commitment as the n-th thing said under a submission, caused by the activity's report.
pub(crate) fn commitment(submission: Submission, n: usize, made: CommitmentMade) -> NewEvents {
    let id = derived(submission.id, n);
    NewEvents {
        stream: StreamRef { kind: StreamKind::Commitment, id: StreamId(id.0) },
        base_version: 0,
        actor: submission.actor,
        correlation: submission.id.0,
        causation: Some(submission.id),
        time: submission.time,
        asked: None,
        events: vec![(id, made.into())],
    }
}
