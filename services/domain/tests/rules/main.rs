//! Every rule of the domain, broken at least once, with the place where it was broken.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod activity;
mod commitment;
mod forum;
mod measured;
mod registry;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;

use support::*;
use tais_domain::Refusal;
use tais_proto::{AccountId, Event, Publisher};

/// One broken rule: what happened, what was said, and what the gate answered.
#[derive(Clone)]
struct Broken {
    what: &'static str,
    event: Event,
    refusal: Refusal,
    code: &'static str,
    pointer: &'static str,
}

fn row(
    what: &'static str,
    story: &Story,
    (publisher, actor): (Publisher, AccountId),
    event: impl Into<Event>,
    (code, pointer): (&'static str, &'static str),
) -> Broken {
    let event = event.into();
    let refusal = story.says(publisher, actor, event.clone());
    let refusal = refusal.expect_err(&format!("{what}: was admitted"));
    Broken { what, event, refusal, code, pointer }
}

const APSC: (Publisher, AccountId) = (Publisher::Apsc, CORRESPONDENT);
const AEC: (Publisher, AccountId) = (Publisher::Aec, AEC_CORRESPONDENT);
const DIRECTORATE: (Publisher, AccountId) = (Publisher::Office, DIRECTOR);
const MINISTER: (Publisher, AccountId) = (Publisher::Office, OFFICE);

/// Everything but the rule and its place is printed where one of them is wrong.
fn check(rows: &[Broken]) {
    for Broken { what, event, refusal, code, pointer } in rows {
        assert_eq!((refusal.rule.code(), refusal.pointer.as_str()), (*code, *pointer), "{what}: {refusal}");
        assert!(!refusal.to_string().is_empty(), "{what}");
        // The pointer points into what was sent, unless the field is what is missing.
        let json: serde_json::Value = serde_json::from_str(&event.to_json().unwrap()).unwrap();
        let absent =
            ["missing", "reason-missing", "correction-unnamed", "second-person-missing", "pillar-of-role"];
        assert!(
            absent.contains(code) || json.pointer(pointer).is_some(),
            "{what}: {pointer} is not in {json}"
        );
    }
}

#[test]
fn each_rule_of_an_activity_is_refused_with_its_place() {
    for rows in [
        activity::speakers,
        activity::descriptions,
        activity::contents,
        activity::steps,
        activity::corrections,
    ] {
        check(&rows());
    }
}

#[test]
fn each_rule_of_a_commitment_is_refused_with_its_place() {
    check(&commitment::rows());
}

#[test]
fn each_rule_of_an_indicator_and_an_obligation_is_refused_with_its_place() {
    check(&measured::indicators());
    check(&measured::obligations());
}

#[test]
fn each_rule_of_the_registry_is_refused_with_its_place() {
    check(&registry::before_genesis());
    check(&registry::rows());
}

#[test]
fn each_rule_of_any_stream_is_refused() {
    check(&streams());
}

/// What holds for every stream: versions follow each other, and an id belongs to one kind.
fn streams() -> Vec<Broken> {
    let story = Story::reported(details());
    let mut rows = Vec::new();
    for (what, version) in [("the same version again", 1), ("a version skipped", 3), ("version 0", 0)] {
        let event = activity::submit(1);
        let envelope = envelope(Publisher::Apsc, CORRESPONDENT, story.stream, version, event.clone().into());
        let refusal = story.admit(&envelope).expect_err(what);
        rows.push(Broken { what, event: event.into(), refusal, code: "version-conflict", pointer: "" });
    }
    let due = support::obligation();
    rows.push(row("another kind under the same id", &story, DIRECTORATE, due, ("already-begun", "")));
    rows
}

/// A new rule needs a row here before it ships.
#[test]
fn every_rule_has_a_row() {
    let mut rows =
        [activity::speakers(), activity::descriptions(), activity::contents(), activity::steps()].concat();
    rows.extend(
        [activity::corrections(), commitment::rows(), registry::before_genesis(), registry::rows()].concat(),
    );
    rows.extend([measured::indicators(), measured::obligations(), forum::rows(), streams()].concat());
    let reached: BTreeSet<_> = rows.iter().map(|row| row.refusal.rule.code()).collect();
    // The codes as the source lists them: `Self::TitleMissing => "title-missing",`.
    let source = include_str!("../../src/refusal.rs");
    let listed = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Self::")?.split("=> \"").nth(1)?.strip_suffix("\","));
    // What lies where the recorder runs, and what came together, is the recorder's to know: its tests have these.
    let of_the_recorder = ["key-not-held", "builds-on-refused"];
    let listed: BTreeSet<_> = listed.filter(|code| !of_the_recorder.contains(code)).collect();
    assert!(listed.len() >= 31, "{listed:?}");
    assert_eq!(reached, listed);
}
