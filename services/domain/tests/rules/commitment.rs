//! The rules of a commitment.

use tais_proto::event::activity::OrganisationRef;
use tais_proto::event::commitment::*;
use time::macros::date;

use crate::support::*;
use crate::{AEC, APSC, Broken, row};

fn make(change: impl FnOnce(&mut CommitmentMade)) -> CommitmentMade {
    let mut made = commitment();
    change(&mut made);
    made
}

pub fn rows() -> Vec<Broken> {
    let (nothing, open) = (Story::new(2), Story::made(commitment()));
    let note = |words| CommitmentProgressed { note: text(words) };
    let fulfil = |words| CommitmentFulfilled { on: date!(2026 - 12 - 01), evidence: text(words) };
    let extend = |due, reason: &str| CommitmentExtended { due, reason: reason.into() };
    let lapse = |reason: &str| CommitmentLapsed { reason: reason.into() };
    let fulfilled = open.clone().then(APSC.0, APSC.1, fulfil("handed in"));
    let lapsed = open.clone().then(APSC.0, APSC.1, lapse("overtaken"));
    let (due, later) = (date!(2026 - 12 - 31), date!(2027 - 03 - 31));
    let item = |code: &str| vec![code.parse().unwrap()];
    vec![
        row("progress before it is made", &nothing, APSC, note("begun"), ("not-begun", "")),
        row("made twice", &open, APSC, commitment(), ("already-begun", "")),
        row("AEC makes APSC's", &nothing, AEC, commitment(), ("wrong-pillar", "")),
        row("AEC keeps APSC's", &open, AEC, fulfil("kept"), ("wrong-pillar", "")),
        row("made without words", &nothing, APSC, make(|c| c.text = text("")), ("title-missing", "/text")),
        row(
            "an unknown item",
            &nothing,
            APSC,
            make(|c| c.framework_items = item("NAP9")),
            ("unknown-code", "/frameworkItems/0"),
        ),
        row(
            "an unknown owner",
            &nothing,
            APSC,
            make(|c| c.owner = Some(OrganisationRef::Code("ZZ".parse().unwrap()))),
            ("unknown-code", "/owner"),
        ),
        row("progress without words", &open, APSC, note(" "), ("nothing-counted", "/note")),
        row("kept without evidence", &open, APSC, fulfil(""), ("nothing-counted", "/evidence")),
        row("extended to the same day", &open, APSC, extend(due, "more time"), ("not-later", "/due")),
        row("brought forward", &open, APSC, extend(date!(2026 - 06 - 30), "sooner"), ("not-later", "/due")),
        row("extended without a reason", &open, APSC, extend(later, ""), ("reason-missing", "/reason")),
        row("lapsed without a reason", &open, APSC, lapse(" "), ("reason-missing", "/reason")),
        row("progress after it was kept", &fulfilled, APSC, note("more"), ("closed", "")),
        row("extended after it lapsed", &lapsed, APSC, extend(later, "again"), ("closed", "")),
    ]
}
