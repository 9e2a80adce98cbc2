//! The Women in Leadership and Diplomacy Forum: a session, a membership or a mentorship, each a stream
//! of its own. People are ids; their names are in the vault and never here.

use serde::{Deserialize, Serialize};
use tais_proto::event::forum::*;
use tais_proto::reference::Reference;
use tais_proto::vocabulary::ActivityKind;
use tais_proto::{AccountId, Event, StreamId};

use crate::Happened;
use crate::activity::check_cells;
use crate::refusal::{EvolveError, Refusal, Rule, filled};

/// What a session can be.
pub const SESSION_KINDS: [ActivityKind; 4] =
    [ActivityKind::ForumSession, ActivityKind::Training, ActivityKind::Workshop, ActivityKind::Mentoring];

/// What a stream of the Forum is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case")]
pub enum About {
    /// A session that took place.
    Session {
        /// What was said of it.
        held: ForumSessionHeld,
    },
    /// Somebody's membership. Its stream has the person's id, so nobody joins twice.
    Member {
        /// Who, and since when.
        joined: ForumMemberJoined,
        /// Whether their name and contact are to go from the vault, or went.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        erasure: Option<Erasure>,
    },
    /// A mentorship.
    Mentorship {
        /// Who, and since when.
        started: ForumMentorshipStarted,
        /// When it ended, and with what; none while it lasts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        completed: Option<ForumMentorshipCompleted>,
    },
}

/// How far the erasure of a person is. It takes two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Erasure {
    /// Somebody asked for it.
    Asked {
        /// Who, and so not who confirms it.
        by: AccountId,
    },
    /// They are erased.
    Done,
}

/// What a stream of the Forum is after its events so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forum {
    /// The version of its last event.
    pub version: u32,
    /// What it is about.
    pub about: About,
}

impl Forum {
    /// Whether it is a mentorship that lasts.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.about, About::Mentorship { completed: None, .. })
    }
}

/// The rules: whether this event may follow on this state.
///
/// # Errors
/// When a rule is broken.
pub fn check(
    state: Option<&Forum>,
    event: &Event,
    actor: AccountId,
    reference: &Reference,
) -> Result<(), Refusal> {
    match (event, state.map(|forum| &forum.about)) {
        (Event::ForumSessionHeld(held), None) => check_session(held, reference),
        (Event::ForumMemberJoined(_), None) => Ok(()),
        (Event::ForumMentorshipStarted(started), None) if started.mentor == started.mentee => {
            Err(Refusal::at(Rule::Oneself, "/mentee"))
        }
        (Event::ForumMentorshipStarted(_), None) => Ok(()),
        (Event::ForumMentorshipCompleted(ends), Some(About::Mentorship { started, completed: None })) => {
            if (ends.mentor, ends.mentee) != (started.mentor, started.mentee) {
                Err(Refusal::at(Rule::NotBegun, "/mentee"))
            } else if ends.on < started.on {
                Err(Refusal::at(Rule::EndsBeforeStarts, "/on"))
            } else {
                Ok(())
            }
        }
        (Event::ForumMentorshipCompleted(_), Some(About::Mentorship { .. })) => Err(Rule::Closed.into()),
        (Event::ForumErasureAsked(asked), Some(About::Member { erasure: None, .. })) => {
            filled(&asked.reason, "/reason")
        }
        (Event::ForumPersonErased(_), Some(About::Member { erasure: Some(Erasure::Asked { by }), .. })) => {
            if *by == actor {
                Err(Rule::OwnErasure.into())
            } else {
                Ok(())
            }
        }
        (Event::ForumErasureAsked(_) | Event::ForumPersonErased(_), Some(About::Member { erasure, .. })) => {
            Err(if erasure.is_some() { Rule::Closed } else { Rule::ErasureNotAsked }.into())
        }
        (_, None) => Err(Rule::NotBegun.into()),
        (_, Some(_)) => Err(Rule::AlreadyBegun.into()),
    }
}

/// A membership is kept under its person's id, and so is what is said of the person.
///
/// # Errors
/// When it is not.
pub fn check_stream(event: &Event, stream: StreamId) -> Result<(), Refusal> {
    let person = match event {
        Event::ForumMemberJoined(joined) => joined.person,
        Event::ForumErasureAsked(asked) => asked.person,
        Event::ForumPersonErased(erased) => erased.person,
        _ => return Ok(()),
    };
    if person.0 == stream.0 { Ok(()) } else { Err(Refusal::at(Rule::OtherPerson, "/person")) }
}

fn check_session(held: &ForumSessionHeld, reference: &Reference) -> Result<(), Refusal> {
    if held.title.is_empty() {
        return Err(Refusal::at(Rule::TitleMissing, "/title"));
    }
    if !SESSION_KINDS.contains(&held.kind) {
        let rule = Rule::UnknownCode { what: "kind of Forum session", code: held.kind.to_string() };
        return Err(Refusal::at(rule, "/kind"));
    }
    if held.ends.is_some_and(|ends| ends.latest() < held.starts.earliest()) {
        return Err(Refusal::at(Rule::EndsBeforeStarts, "/ends"));
    }
    match held.venue.as_ref().and_then(|venue| venue.municipality.as_ref()) {
        Some(code) if reference.municipality(code).is_none() => {
            let rule = Rule::UnknownCode { what: "municipality", code: code.to_string() };
            return Err(Refusal::at(rule, "/venue/municipality"));
        }
        _ => {}
    }
    check_cells(&held.counts)
}

/// What the stream is after one more event.
///
/// # Errors
/// Only for an event that was never admitted here: the stream was read out of order or altered.
pub fn evolve(state: Option<Forum>, happened: &Happened<'_>) -> Result<Forum, EvolveError> {
    let error = || EvolveError::of(happened);
    let about = match (happened.event, happened.version, state) {
        (Event::ForumSessionHeld(held), 1, None) => About::Session { held: (**held).clone() },
        (Event::ForumMemberJoined(joined), 1, None) => {
            About::Member { joined: (**joined).clone(), erasure: None }
        }
        (
            Event::ForumErasureAsked(_),
            2,
            Some(Forum { about: About::Member { joined, erasure: None }, .. }),
        ) => About::Member { joined, erasure: Some(Erasure::Asked { by: happened.actor }) },
        (
            Event::ForumPersonErased(_),
            3,
            Some(Forum { about: About::Member { joined, erasure: Some(Erasure::Asked { .. }) }, .. }),
        ) => About::Member { joined, erasure: Some(Erasure::Done) },
        (Event::ForumMentorshipStarted(started), 1, None) => {
            About::Mentorship { started: (**started).clone(), completed: None }
        }
        (
            Event::ForumMentorshipCompleted(ends),
            2,
            Some(Forum { about: About::Mentorship { started, completed: None }, .. }),
        ) => About::Mentorship { started, completed: Some((**ends).clone()) },
        _ => return Err(error()),
    };
    Ok(Forum { version: happened.version, about })
}
