//! The rules of an activity.

use tais_proto::event::activity::*;
use tais_proto::vocabulary::GenderScore;
use tais_proto::vocabulary::Sex::{Female, Male};
use tais_proto::{Cents, Pillar, Publisher, Quantity, Texts};

use crate::support::*;
use crate::{AEC, APSC, Broken, DIRECTORATE, MINISTER, row};

pub fn submit(revision: u32) -> ActivitySubmitted {
    ActivitySubmitted { revision, note: None }
}

fn report(change: impl FnOnce(&mut ActivityDetails)) -> ActivityReported {
    let mut details = details();
    change(&mut details);
    ActivityReported { details }
}

/// Who may speak, of what, and when.
pub fn speakers() -> Vec<Broken> {
    let nothing = Story::new(1);
    let activity = Story::reported(details());
    let submitted = activity.clone().submitted();
    let validated = ActivityValidated { revision: 1, note: None };
    let withdrawn = activity.clone().withdrawn();
    let mut moved = details();
    moved.pillar = Pillar::Aec;
    let moved = ActivityRevised { details: moved, reason: None, corrects: None };
    vec![
        row("a correspondent validates", &submitted, APSC, validated.clone(), ("not-allowed", "")),
        row("a stranger reports", &nothing, (Publisher::Apsc, NOBODY), report(|_| ()), ("not-allowed", "")),
        row(
            "AEC's person at APSC",
            &nothing,
            (Publisher::Apsc, AEC_CORRESPONDENT),
            report(|_| ()),
            ("not-allowed", ""),
        ),
        row(
            "the office reports",
            &nothing,
            (Publisher::Office, EVERYBODY),
            report(|_| ()),
            ("not-allowed", ""),
        ),
        row(
            "a director acknowledges",
            &submitted,
            DIRECTORATE,
            ActivityAcknowledged { revision: 1 },
            ("not-allowed", ""),
        ),
        row("AEC reports for APSC", &nothing, AEC, report(|_| ()), ("wrong-pillar", "")),
        row("AEC submits APSC's", &activity, AEC, submit(1), ("wrong-pillar", "")),
        row("moved to another pillar", &activity, APSC, moved, ("wrong-pillar", "")),
        row("reported twice", &activity, APSC, report(|_| ()), ("already-begun", "")),
        row("submitted before reported", &nothing, APSC, submit(1), ("not-begun", "")),
        row("submitted after withdrawn", &withdrawn, APSC, submit(1), ("closed", "")),
        row(
            "withdrawn twice",
            &withdrawn,
            APSC,
            ActivityWithdrawn { reason: "again".into() },
            ("closed", ""),
        ),
    ]
}

/// What a description may not be.
pub fn descriptions() -> Vec<Broken> {
    let nothing = Story::new(1);
    let rule = |what, event: ActivityReported, expected| row(what, &nothing, APSC, event, expected);
    let unknown = |pointer| ("unknown-code", pointer);
    let org = |code: &str| OrganisationRef::Code(code.parse().unwrap());
    let name = || OrganisationRef::Name("as a source names it".into());
    vec![
        rule("no title", report(|d| d.title = Texts::default()), ("title-missing", "/details/title")),
        rule("a blank title", report(|d| d.title = text("  ")), ("title-missing", "/details/title")),
        rule(
            "ends before it starts",
            report(|d| (d.starts, d.ends) = ("2026-11-24".parse().ok(), "2026-11-23".parse().ok())),
            ("ends-before-starts", "/details/ends"),
        ),
        rule(
            "ends in the month before",
            report(|d| (d.starts, d.ends) = ("2026-11-01".parse().ok(), "2026-10".parse().ok())),
            ("ends-before-starts", "/details/ends"),
        ),
        rule(
            "a marker without a reason",
            report(|d| {
                let score = GenderScore::NotTargeted;
                d.gender_marker = Some(GenderMarker { score, reason: " ".into() });
            }),
            ("reason-missing", "/details/genderMarker/reason"),
        ),
        rule(
            "more tagged than there is",
            report(|d| d.budget = Some(budget(Some(100), Some(90), 101))),
            ("tagged-exceeds-budget", "/details/budget/genderTagged"),
        ),
        rule("a state", report(|d| d.member_state = "ZZ".parse().ok()), unknown("/details/memberState")),
        rule(
            "a counterpart",
            report(|d| d.counterparts = vec!["TH".parse().unwrap(), "ZZ".parse().unwrap()]),
            unknown("/details/counterparts/1"),
        ),
        rule(
            "a body",
            report(|d| {
                d.sectoral_bodies =
                    vec![BodyRef::Name("as written".into()), BodyRef::Code("ZZ".parse().unwrap())]
            }),
            unknown("/details/sectoralBodies/1"),
        ),
        rule("a lead", report(|d| d.lead = Some(org("ZZ"))), unknown("/details/lead")),
        rule(
            "a partner beside a lead",
            report(|d| (d.lead, d.partners) = (Some(org("MNEC")), vec![name(), org("ZZ")])),
            unknown("/details/partners/1"),
        ),
        rule(
            "a partner without a lead",
            report(|d| d.partners = vec![org("ZZ")]),
            unknown("/details/partners/0"),
        ),
        rule(
            "an item",
            report(|d| d.framework_items = ["WPS-PART", "NAP9"].map(|item| item.parse().unwrap()).to_vec()),
            unknown("/details/frameworkItems/1"),
        ),
        rule(
            "a municipality",
            report(|d| d.venue = Some(Venue { municipality: "TL-ZZ".parse().ok(), ..Venue::default() })),
            unknown("/details/venue/municipality"),
        ),
    ]
}

fn budget(planned: Option<u64>, spent: Option<u64>, tagged: u64) -> Budget {
    Budget { planned: planned.map(Cents), spent: spent.map(Cents), gender_tagged: Some(Cents(tagged)) }
}

/// What is counted, attached and recorded beside the description.
pub fn contents() -> Vec<Broken> {
    let activity = Story::reported(details());
    let validated = activity.clone().validated();
    let (women, men) = (cell(Female, Quantity::exact(7)), cell(Male, Quantity::exact(9)));
    let twice = vec![women.clone(), men.clone(), women.clone()];
    let document = |sha256: String| ActivityDocumentAttached {
        document: Document {
            name: "a".into(),
            sha256,
            media_type: "text/plain".into(),
            location: None,
            language: None,
        },
    };
    let grid = || participation(vec![women.clone(), men.clone()], None);
    let too_many = participation(vec![women.clone(), men.clone()], Some(Quantity::exact(15)));
    let sha = ("not-sha256", "/document/sha256");
    vec![
        row("an empty grid", &activity, APSC, participation(vec![], None), ("nothing-counted", "")),
        row("the same cell twice", &activity, APSC, participation(twice, None), ("cell-twice", "/counts/2")),
        row("more than the total", &activity, APSC, too_many, ("cells-exceed-total", "/total")),
        row("counted anew without a reason", &validated, APSC, grid(), ("reason-missing", "/reason")),
        row("a short hash", &activity, APSC, document("a".repeat(63)), sha),
        row("upper case", &activity, APSC, document("A".repeat(64)), sha),
        row("no hexadecimal", &activity, APSC, document("g".repeat(64)), sha),
        row(
            "an outcome without words",
            &activity,
            APSC,
            ActivityOutcomeRecorded { outcome: text("") },
            ("nothing-counted", "/outcome"),
        ),
    ]
}

/// The steps of the workflow.
pub fn steps() -> Vec<Broken> {
    let activity = Story::reported(details());
    let (submitted, validated) = (activity.clone().submitted(), activity.clone().validated());
    let acknowledged = activity.clone().acknowledged();
    let by_colleague = activity.clone().then(Publisher::Apsc, COLLEAGUE, submit(1));
    let by_everybody = activity.clone().then(Publisher::Apsc, EVERYBODY, submit(1));
    let own = Story::new(1).then(Publisher::Apsc, EVERYBODY, report(|_| ())).then(
        Publisher::Apsc,
        COLLEAGUE,
        ActivitySubmitted { revision: 1, note: None },
    );
    let validate = |revision| ActivityValidated { revision, note: None };
    let acknowledge = |revision| ActivityAcknowledged { revision };
    let back = |revision| ActivityReturned { revision, reason: "a date is missing".into() };
    let changed = ("revision-changed", "");
    let everybody = (Publisher::Office, EVERYBODY);
    vec![
        row("another revision submitted", &activity, APSC, submit(2), changed),
        row("another revision returned", &submitted, DIRECTORATE, back(2), changed),
        row("another revision validated", &submitted, DIRECTORATE, validate(2), changed),
        row("another revision acknowledged", &validated, MINISTER, acknowledge(2), changed),
        row("submitted twice", &submitted, APSC, submit(1), ("already-submitted", "")),
        row("submitted after validation", &validated, APSC, submit(1), ("already-submitted", "")),
        row("validated before submitted", &activity, DIRECTORATE, validate(1), ("not-submitted", "")),
        row("validated twice", &validated, DIRECTORATE, validate(1), ("not-submitted", "")),
        row("returned before submitted", &activity, DIRECTORATE, back(1), ("not-submitted", "")),
        row("returned after acknowledged", &acknowledged, DIRECTORATE, back(1), ("not-submitted", "")),
        row("acknowledged before validated", &by_colleague, MINISTER, acknowledge(1), ("not-validated", "")),
        row("acknowledged twice", &acknowledged, MINISTER, acknowledge(1), ("not-validated", "")),
        row("validated by who submitted", &by_everybody, everybody, validate(1), ("own-submission", "")),
        row("validated by the author", &own, everybody, validate(1), ("own-submission", "")),
        row(
            "returned without a reason",
            &submitted,
            DIRECTORATE,
            ActivityReturned { revision: 1, reason: " ".into() },
            ("reason-missing", "/reason"),
        ),
        row(
            "withdrawn without a reason",
            &activity,
            APSC,
            ActivityWithdrawn { reason: String::new() },
            ("reason-missing", "/reason"),
        ),
    ]
}

/// A correction after validation: names what it corrects, and why.
pub fn corrections() -> Vec<Broken> {
    let mut better = details();
    better.title = text("A better title");
    let revise = |reason: Option<&str>, corrects| ActivityRevised {
        details: better.clone(),
        reason: reason.map(str::to_owned),
        corrects,
    };
    let mut rows = Vec::new();
    for story in [Story::reported(details()).validated(), Story::reported(details()).acknowledged()] {
        let validation = story.activity().status.validation();
        let other = Some(story.history[0].id);
        let unnamed = ("correction-unnamed", "/corrects");
        rows.push(row("no reason", &story, APSC, revise(None, validation), ("reason-missing", "/reason")));
        rows.push(row("names nothing", &story, APSC, revise(Some("wrong day"), None), unnamed));
        rows.push(row("names another event", &story, APSC, revise(Some("wrong day"), other), unnamed));
        let corrected = story.then(APSC.0, APSC.1, revise(Some("wrong day"), validation));
        assert_eq!(corrected.activity().status.code(), "reported", "it is validated again");
    }
    rows
}
