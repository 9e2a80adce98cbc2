//! The reference data as it ships, and every way in which it could be wrong.
#![allow(clippy::unwrap_used, missing_docs)]

use tais_proto::reference::{Capacity, ItemCode, Reference};
use time::macros::date;

fn code(text: &str) -> ItemCode {
    text.parse().unwrap()
}

fn pillars(reference: &Reference, item: &str) -> Vec<String> {
    reference.wps_pillars_of(&code(item)).iter().map(ToString::to_string).collect()
}

#[test]
fn what_ships_is_sound() {
    let reference = Reference::load_embedded().unwrap();
    assert_eq!(reference.frameworks().count(), 18);
    assert_eq!(reference.items().count(), 228);
    assert_eq!(reference.wps_pillars().count(), 4);
    assert!(reference.items().all(|item| !item.source.is_empty()));
    assert!(reference.items().any(|item| !item.confirmed), "the mark of what is unconfirmed is kept");
}

#[test]
fn an_item_is_judged_by_the_version_in_force_on_the_day() {
    let reference = Reference::load_embedded().unwrap();
    let in_force = |item, day| reference.item_on(&code(item), day).is_some();
    assert!(in_force("NAP1-P1", date!(2020 - 12 - 31)));
    assert!(!in_force("NAP1-P1", date!(2021 - 01 - 01)));
    assert!(!in_force("NAP2-P1", date!(2024 - 01 - 09)), "between the two plans there is a gap");
    assert!(in_force("NAP2-P1", date!(2024 - 01 - 10)));
    assert!(in_force("UNSCR-1325", date!(1999 - 01 - 01)), "what has no validity is always in force");
}

#[test]
fn one_tag_rolls_up_once() {
    let reference = Reference::load_embedded().unwrap();
    assert_eq!(pillars(&reference, "WPS-PART"), ["WPS-PART"]);
    assert_eq!(pillars(&reference, "NAP2-P4.1"), ["WPS-RELR"], "through its parent and a near crosswalk");
    assert_eq!(pillars(&reference, "WPS-GI-7"), ["WPS-PART"], "through a parent of another framework");
    assert!(pillars(&reference, "NAP2").is_empty());
    assert!(reference.is_wps(&code("NAP2")), "the plan as a whole is WPS and belongs to no single pillar");
    assert!(!reference.is_wps(&code("SDG-13")));
}

#[test]
fn timor_leste_was_an_observer_until_25_october_2025() {
    let reference = Reference::load_embedded().unwrap();
    let capacity = |day| reference.capacity_on(&"TL".parse().unwrap(), day);
    assert_eq!(capacity(date!(2025 - 10 - 25)), Some(Capacity::Observer));
    assert_eq!(capacity(date!(2025 - 10 - 26)), Some(Capacity::Member));
}

const ITEM: &str = r#"{"code":"A","title":{"en":"a"},"source":"s","confirmed":true"#;

fn framework(items: &str) -> String {
    format!(r#"{{"code":"F","title":{{"en":"f"}},"wps":false,"items":[{items}]}}"#)
}

#[test]
fn every_error_names_file_and_item() {
    let span = |from, to| format!(r#"{ITEM},"valid_from":"{from}","valid_to":"{to}"}}"#);
    let cases = [
        ("frameworks/f.json", framework(&format!("{ITEM}}},{ITEM}}}")), "A: the code stands twice"),
        ("frameworks/f.json", framework(&format!(r#"{ITEM},"parent":"B"}}"#)), "A: its parent B does not exist"),
        ("frameworks/f.json", framework(&format!(r#"{ITEM},"parent":"A"}}"#)), "A: its parents go in a circle at A"),
        (
            "frameworks/f.json",
            framework(&[span("2020-01-01", "2021-01-01"), span("2020-06-01", "2022-01-01")].join(",")),
            "A: two versions overlap in time",
        ),
        ("frameworks/f.json", framework(&span("2021-01-01", "2020-01-01")), "A: it ends before it begins"),
        ("frameworks/f.json", framework(&span("2021-13-01", "2020-01-01")), "items[0].valid_from: \"2021-13-01\" is not a date"),
        ("frameworks/f.json", framework(&ITEM.replace("\"en\"", "\"pt\"").replace("true", "true}")), "A: it has no English title"),
        ("frameworks/f.json", framework(&ITEM.replace("\"s\"", "\" \"").replace("true", "true}")), "A: it names no source"),
        ("chairmanship.json", r#"[{"year":2026,"chair":"XX","source":"s","confirmed":true}]"#.into(), "2026: the state XX does not exist"),
        ("sectoral_bodies.json", r#"[{"code":"B","title":{"en":"b"},"level":"council","supports":"C","source":"s","confirmed":true}]"#.into(), "B: it supports C"),
        ("crosswalk.json", r#"[{"from":"A","to":"B","relation":"near","confirmed":true,"note":"n"}]"#.into(), "A to B: item A does not exist"),
        ("aliases.json", r#"{"tables":{"themes":{"peace":"X"}}}"#.into(), "themes: peace: X does not exist"),
        ("nobody.json", "[]".into(), "nobody knows what this file holds"),
    ];
    for (file, text, expected) in cases {
        let errors = Reference::from_files([(file, text.as_str())]).unwrap_err().to_string();
        assert!(errors.contains(file) && errors.contains(expected), "{expected}\n{errors}");
    }
}

#[test]
fn all_errors_come_at_once() {
    let text = framework(&format!(
        r#"{ITEM},"parent":"B"}},{}"#,
        ITEM.replace("\"A\"", "\"C\"") + r#","parent":"D"}"#
    ));
    let errors = Reference::from_files([("frameworks/f.json", text.as_str())]).unwrap_err();
    assert_eq!(errors.0.len(), 2, "{errors}");
}
