//! The rules of the Forum, each broken once.

use tais_domain::forum::SESSION_KINDS;
use tais_proto::event::forum::*;
use tais_proto::vocabulary::ActivityKind;
use tais_proto::{PartialDate, PersonId, Texts};
use time::macros::date;
use uuid::Uuid;

use crate::support::*;
use crate::{APSC, Broken, DIRECTORATE, MINISTER, row};

pub fn rows() -> Vec<Broken> {
    let (nothing, who) = (Story::new(5), DIRECTORATE);
    let person = |n| PersonId(Uuid::from_u128(n));
    let on = date!(2026 - 05 - 10);
    let started =
        |mentor, mentee| ForumMentorshipStarted { mentor: person(mentor), mentee: person(mentee), on };
    let ends = |mentee, on| {
        let (mentor, mentee) = (person(1), person(mentee));
        ForumMentorshipCompleted { mentor, mentee, on, outcome: Texts::default() }
    };
    let pair = nothing.clone().then(who.0, who.1, started(1, 2));
    let ended = pair.clone().then(who.0, who.1, ends(2, on));
    let held = || session(PartialDate::Day(on));
    let other = ForumSessionHeld { kind: ActivityKind::Ratification, ..held() };
    assert!(!SESSION_KINDS.contains(&other.kind));
    let joined = ForumMemberJoined { person: person(6), on, pillar: None };
    let member =
        nothing.clone().then(who.0, who.1, ForumMemberJoined { person: person(5), ..joined.clone() });
    let ask = |n, reason: &str| ForumErasureAsked { person: person(n), reason: reason.to_owned() };
    let asked = member.clone().then(who.0, who.1, ask(5, "asked in writing"));
    let erased = || ForumPersonErased { person: person(5) };
    let gone = asked.clone().then(MINISTER.0, MINISTER.1, erased());
    vec![
        row("nobody mentors themselves", &nothing, who, started(1, 1), ("oneself", "/mentee")),
        row("an end without a beginning", &nothing, who, ends(2, on), ("not-begun", "")),
        row("the end of another pair", &pair, who, ends(3, on), ("not-begun", "/mentee")),
        row(
            "an end before the beginning",
            &pair,
            who,
            ends(2, date!(2026 - 05 - 09)),
            ("ends-before-starts", "/on"),
        ),
        row("an end twice", &ended, who, ends(2, on), ("closed", "")),
        row("a session where a mentorship is", &pair, who, held(), ("already-begun", "")),
        row("a membership under another id", &nothing, who, joined, ("other-person", "/person")),
        row("an erasure without a reason", &member, who, ask(5, " "), ("missing", "/reason")),
        row("an erasure of another person", &member, who, ask(6, "why"), ("other-person", "/person")),
        row("an erasure that nobody asked for", &member, who, erased(), ("erasure-not-asked", "")),
        row("an erasure confirmed by who asked", &asked, who, erased(), ("own-erasure", "")),
        row("an erasure asked for twice", &asked, who, ask(5, "why"), ("closed", "")),
        row("an erasure of who is erased", &gone, MINISTER, erased(), ("closed", "")),
        row("an erasure of a pair", &pair, who, ask(5, "why"), ("already-begun", "")),
        row("what no session can be", &nothing, who, other, ("unknown-code", "/kind")),
        row("a correspondent keeps the Forum", &nothing, APSC, held(), ("not-allowed", "")),
    ]
}
