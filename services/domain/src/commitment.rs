//! One commitment: made, progressed, fulfilled, extended, lapsed. The first due date stays.

use serde::{Deserialize, Serialize};
use tais_proto::event::activity::OrganisationRef;
use tais_proto::event::commitment::*;
use tais_proto::reference::Reference;
use tais_proto::when::iso_date;
use tais_proto::{Date, Event, Texts};

use crate::Happened;
use crate::activity::require;
use crate::refusal::{EvolveError, Refusal, Rule};

/// Where a commitment stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Status {
    /// To be kept.
    Open,
    /// Kept.
    Fulfilled {
        /// The day.
        #[serde(with = "iso_date")]
        on: Date,
    },
    /// Given up.
    Lapsed {
        /// Why.
        reason: String,
    },
}

/// What a commitment is after its events so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// The version of its last event.
    pub version: u32,
    /// As it was made; `made.due` is the first due date, for ever.
    pub made: CommitmentMade,
    /// The due date in force.
    #[serde(with = "iso_date")]
    pub due: Date,
    /// Notes of progress.
    pub progress: Vec<Texts>,
    /// Where it stands.
    pub status: Status,
}

/// What somebody wants to do with a commitment.
#[derive(Clone, Debug)]
pub enum Command {
    /// Make it.
    Make(CommitmentMade),
    /// Note progress.
    Progress(Texts),
    /// Record that it was kept.
    Fulfil(CommitmentFulfilled),
    /// Move its due date, with a reason.
    Extend(CommitmentExtended),
    /// Give it up, with a reason.
    Lapse(String),
}

/// Turns a command into the events it means.
///
/// # Errors
/// When a rule is broken; nothing happens then.
pub fn decide(
    state: Option<&Commitment>,
    command: Command,
    reference: &Reference,
) -> Result<Vec<Event>, Refusal> {
    let event: Event = match command {
        Command::Make(made) => made.into(),
        Command::Progress(note) => CommitmentProgressed { note }.into(),
        Command::Fulfil(fulfilled) => fulfilled.into(),
        Command::Extend(extended) => extended.into(),
        Command::Lapse(reason) => CommitmentLapsed { reason }.into(),
    };
    check(state, &event, reference)?;
    Ok(vec![event])
}

/// The rules: whether this event may follow on this state.
///
/// # Errors
/// When a rule is broken.
pub fn check(state: Option<&Commitment>, event: &Event, reference: &Reference) -> Result<(), Refusal> {
    let Some(commitment) = state else {
        return match event {
            Event::CommitmentMade(made) => check_made(made, reference),
            _ => Err(Rule::NotBegun.into()),
        };
    };
    if commitment.status != Status::Open {
        return Err(Rule::Closed.into());
    }
    match event {
        Event::CommitmentMade(_) => Err(Rule::AlreadyBegun.into()),
        Event::CommitmentProgressed(progressed) if progressed.note.is_empty() => {
            Err(Refusal::at(Rule::NothingCounted, "/note"))
        }
        Event::CommitmentFulfilled(fulfilled) if fulfilled.evidence.is_empty() => {
            Err(Refusal::at(Rule::NothingCounted, "/evidence"))
        }
        Event::CommitmentExtended(extended) => {
            require(Some(&extended.reason), "/reason")?;
            if extended.due > commitment.due { Ok(()) } else { Err(Refusal::at(Rule::NotLater, "/due")) }
        }
        Event::CommitmentLapsed(lapsed) => require(Some(&lapsed.reason), "/reason"),
        Event::CommitmentProgressed(_) | Event::CommitmentFulfilled(_) => Ok(()),
        _ => Err(Rule::NotBegun.into()),
    }
}

fn check_made(made: &CommitmentMade, reference: &Reference) -> Result<(), Refusal> {
    if made.text.is_empty() {
        return Err(Refusal::at(Rule::TitleMissing, "/text"));
    }
    for (index, item) in made.framework_items.iter().enumerate() {
        if reference.item(item).is_none() {
            let rule = Rule::UnknownCode { what: "framework item", code: item.to_string() };
            return Err(Refusal::at(rule, format!("/frameworkItems/{index}")));
        }
    }
    match &made.owner {
        Some(OrganisationRef::Code(code)) if reference.organisation(code).is_none() => {
            Err(Refusal::at(Rule::UnknownCode { what: "organisation", code: code.to_string() }, "/owner"))
        }
        _ => Ok(()),
    }
}

/// What the commitment is after one more event.
///
/// # Errors
/// Only for an event that was never admitted here: the stream was read out of order or altered.
pub fn evolve(state: Option<Commitment>, happened: &Happened<'_>) -> Result<Commitment, EvolveError> {
    let error = || EvolveError::of(happened);
    let Some(mut commitment) = state else {
        return match happened.event {
            Event::CommitmentMade(made) if happened.version == 1 => Ok(Commitment {
                version: 1,
                made: (**made).clone(),
                due: made.due,
                progress: Vec::new(),
                status: Status::Open,
            }),
            _ => Err(error()),
        };
    };
    if happened.version != commitment.version + 1 {
        return Err(error());
    }
    commitment.version = happened.version;
    match happened.event {
        Event::CommitmentProgressed(progressed) => commitment.progress.push(progressed.note.clone()),
        Event::CommitmentFulfilled(fulfilled) => commitment.status = Status::Fulfilled { on: fulfilled.on },
        Event::CommitmentExtended(extended) => commitment.due = extended.due,
        Event::CommitmentLapsed(lapsed) => {
            commitment.status = Status::Lapsed { reason: lapsed.reason.clone() }
        }
        _ => return Err(error()),
    }
    Ok(commitment)
}
