//! One report that is due: scheduled, handed in, or missed. What was missed can still be handed in
//! late; that it was missed stays in its history.

use serde::{Deserialize, Serialize};
use tais_proto::event::obligation::*;
use tais_proto::reference::Reference;
use tais_proto::when::iso_date;
use tais_proto::{Date, Event};

use crate::Happened;
use crate::refusal::{EvolveError, Refusal, Rule, filled};

/// Where a report stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Status {
    /// To be handed in.
    Open,
    /// Handed in.
    Met {
        /// The day.
        #[serde(with = "iso_date")]
        on: Date,
        /// Its reference or address.
        reference: String,
    },
    /// Not handed in when it was due.
    Missed {
        /// Why.
        reason: String,
    },
}

/// What an obligation is after its events so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    /// The version of its last event.
    pub version: u32,
    /// What is due, to whom, and when.
    pub scheduled: ObligationScheduled,
    /// Where it stands.
    pub status: Status,
}

/// The rules: whether this event may follow on this state.
///
/// # Errors
/// When a rule is broken.
pub fn check(state: Option<&Obligation>, event: &Event, reference: &Reference) -> Result<(), Refusal> {
    let Some(obligation) = state else {
        return match event {
            Event::ObligationScheduled(scheduled) => check_scheduled(scheduled, reference),
            _ => Err(Rule::NotBegun.into()),
        };
    };
    match (event, &obligation.status) {
        (Event::ObligationScheduled(_), _) => Err(Rule::AlreadyBegun.into()),
        (_, Status::Met { .. }) | (Event::ObligationMissed(_), Status::Missed { .. }) => {
            Err(Rule::Closed.into())
        }
        (Event::ObligationMet(met), _) => filled(&met.reference, "/reference"),
        (Event::ObligationMissed(missed), Status::Open) => {
            let given = !missed.reason.trim().is_empty();
            if given { Ok(()) } else { Err(Refusal::at(Rule::ReasonMissing, "/reason")) }
        }
        _ => Err(Rule::NotBegun.into()),
    }
}

fn check_scheduled(scheduled: &ObligationScheduled, reference: &Reference) -> Result<(), Refusal> {
    if scheduled.title.is_empty() {
        return Err(Refusal::at(Rule::TitleMissing, "/title"));
    }
    filled(&scheduled.recipient, "/recipient")?;
    match &scheduled.framework_item {
        Some(item) if reference.item(item).is_none() => {
            let rule = Rule::UnknownCode { what: "framework item", code: item.to_string() };
            Err(Refusal::at(rule, "/frameworkItem"))
        }
        _ => Ok(()),
    }
}

/// What the obligation is after one more event.
///
/// # Errors
/// Only for an event that was never admitted here: the stream was read out of order or altered.
pub fn evolve(state: Option<Obligation>, happened: &Happened<'_>) -> Result<Obligation, EvolveError> {
    let error = || EvolveError::of(happened);
    let Some(mut obligation) = state else {
        return match happened.event {
            Event::ObligationScheduled(scheduled) if happened.version == 1 => {
                Ok(Obligation { version: 1, scheduled: (**scheduled).clone(), status: Status::Open })
            }
            _ => Err(error()),
        };
    };
    if happened.version != obligation.version + 1 {
        return Err(error());
    }
    obligation.version = happened.version;
    obligation.status = match happened.event {
        Event::ObligationMet(met) => Status::Met { on: met.on, reference: met.reference.clone() },
        Event::ObligationMissed(missed) => Status::Missed { reason: missed.reason.clone() },
        _ => return Err(error()),
    };
    Ok(obligation)
}
