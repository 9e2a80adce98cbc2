//! The reference data as it ships, and every way in which it could be wrong.
#![allow(clippy::unwrap_used, missing_docs)]

use tais_proto::reference::{Capacity, FrameworkCode, ItemCode, Reference, Relation};
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
    assert!(in_force("AGMSF-1", date!(2025 - 12 - 31)));
    assert!(!in_force("AGMSF-1", date!(2026 - 01 - 01)), "a goal ends with the framework it is of");
    assert!(!in_force("AEC-SG1", date!(2031 - 01 - 01)), "and with the plan above it");
    assert!(in_force("UNSCR-1325", date!(1999 - 01 - 01)), "what has no validity is always in force");
}

#[test]
fn a_framework_gives_its_items_of_a_day() {
    let reference = Reference::load_embedded().unwrap();
    let count = |framework: &str, day| {
        let framework: FrameworkCode = framework.parse().unwrap();
        reference.items_valid(&framework, day).count()
    };
    assert_eq!(count("TL-NAP1", date!(2018 - 06 - 01)), 19);
    assert_eq!(count("TL-NAP1", date!(2024 - 06 - 01)), 0);
    assert_eq!(count("TL-NAP2", date!(2024 - 06 - 01)), 13);
}

#[test]
fn a_later_version_takes_over_on_its_day() {
    let version = |title: &str, from: &str, to: &str| {
        format!(
            r#"{{"code":"A","title":{{"en":"{title}"}},"source":"s","confirmed":true{from}{to}}}"#,
            from = span_field("valid_from", from),
            to = span_field("valid_to", to)
        )
    };
    // The later one stands first in the file: order is by day, not by place.
    let items = [version("new", "2025-01-01", ""), version("old", "2020-01-01", "2024-12-31")].join(",");
    let text = framework(&items);
    let reference = Reference::from_files([("frameworks/f.json", text.as_str())]).unwrap();
    let title = |day| {
        let item = reference.item_on(&code("A"), day)?;
        item.title.get(tais_proto::Lang::EN).map(str::to_owned)
    };
    assert_eq!(title(date!(2019 - 12 - 31)), None);
    assert_eq!(title(date!(2024 - 12 - 31)).as_deref(), Some("old"));
    assert_eq!(title(date!(2025 - 01 - 01)).as_deref(), Some("new"));
    assert_eq!(reference.items().count(), 1);
}

fn span_field(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(r#","{name}":"{value}""#) }
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
fn a_roll_up_says_how_strong_it_is() {
    let reference = Reference::load_embedded().unwrap();
    let relation = |item: &str| reference.wps_relations_of(&code(item)).into_values().collect::<Vec<_>>();
    assert_eq!(relation("WPS-PART"), [Relation::Equal]);
    assert_eq!(relation("NAP2-P1"), [Relation::Equal]);
    assert_eq!(relation("NAP2-P1.1"), [Relation::PartOf]);
    assert_eq!(relation("NAP2-P4"), [Relation::Near]);
    assert_eq!(relation("NAP2-P4.1"), [Relation::Near], "a part of what is near is near");
    assert_eq!(relation("SDG-13"), []);
}

#[test]
fn two_ways_to_one_pillar_count_once_and_the_stronger_holds() {
    let pillar = r#"{"code":"WPS-PILLAR","title":{"en":"p"},"wps":true,"status":"in_force","source":"s","confirmed":true,
        "items":[{"code":"WPS-PART","title":{"en":"p"},"source":"s","confirmed":true}]}"#;
    let child = ITEM.replace("\"A\"", "\"B\"") + r#","parent":"A"}"#;
    let other = framework(&format!("{ITEM}}},{child}"));
    let tie = |from: &str, to: &str, relation: &str| {
        format!(r#"{{"from":"{from}","to":"{to}","relation":"{relation}","confirmed":true,"note":"n"}}"#)
    };
    let ties = [tie("A", "WPS-PART", "near"), tie("B", "WPS-PART", "equal"), tie("B", "A", "near")];
    let ties = format!("[{}]", ties.join(","));
    let files = [("frameworks/p.json", pillar), ("frameworks/f.json", &other), ("crosswalk.json", &ties)];
    let reference = Reference::from_files(files).unwrap();
    let found: Vec<_> = reference.wps_relations_of(&code("B")).into_iter().collect();
    assert_eq!(found, [(code("WPS-PART"), Relation::Equal)], "and what is no pillar is not among them");
}

#[test]
fn timor_leste_was_an_observer_until_25_october_2025() {
    let reference = Reference::load_embedded().unwrap();
    let capacity = |day| reference.capacity_on(&"TL".parse().unwrap(), day);
    assert_eq!(capacity(date!(2025 - 10 - 25)), Some(Capacity::Observer));
    assert_eq!(capacity(date!(2025 - 10 - 26)), Some(Capacity::Member));
    assert_eq!(capacity(date!(2022 - 12 - 01)), Some(Capacity::Observer));
    assert_eq!(capacity(date!(2022 - 11 - 15)), None, "the day in that month is not known");
    assert_eq!(capacity(date!(2017 - 05 - 23)), None, "nothing is recorded of it before");
    let brunei = |day| reference.capacity_on(&"BN".parse().unwrap(), day);
    assert_eq!(brunei(date!(1984 - 01 - 07)), Some(Capacity::Member));
    assert_eq!(brunei(date!(1984 - 01 - 06)), None);
    assert_eq!(reference.capacity_on(&"XX".parse().unwrap(), date!(2025 - 01 - 01)), None);
}

const ITEM: &str = r#"{"code":"A","title":{"en":"a"},"source":"s","confirmed":true"#;

fn framework(items: &str) -> String {
    framework_with("", items)
}

fn framework_with(more: &str, items: &str) -> String {
    let status = if more.contains("status") { "" } else { r#","status":"in_force""# };
    format!(
        r#"{{"code":"F","title":{{"en":"f"}},"wps":false,"source":"s","confirmed":true{status}{more},"items":[{items}]}}"#
    )
}

/// What is wrong, in which file, and the line that must say so.
fn broken_items() -> Vec<(&'static str, String, &'static str)> {
    let span = |from, to| format!(r#"{ITEM},"valid_from":"{from}","valid_to":"{to}"}}"#);
    let twice = [span("2020-01-01", "2021-01-01"), span("2020-06-01", "2022-01-01")].join(",");
    let pair = |b: &str| format!(r#"{ITEM},"parent":"B"}},{}{b}"#, ITEM.replace("\"A\"", "\"B\""));
    let cases = [
        (framework(&format!("{ITEM}}},{ITEM}}}")), "A: the code stands twice"),
        (framework(&format!(r#"{ITEM},"parent":"B"}}"#)), "A: its parent B does not exist"),
        (framework(&format!(r#"{ITEM},"parent":"A"}}"#)), "A: its parents go in a circle at A"),
        (framework(&pair(r#","parent":"A"}"#)), "B: its parents go in a circle at B"),
        (framework(&twice), "A: two versions overlap in time"),
        (framework(&span("2021-01-01", "2020-01-01")), "A: it ends before it begins"),
        (framework(&span("2021-13-01", "2020-01-01")), "A: valid_from: \"2021-13-01\" is not a date"),
        (framework(&format!(r#"{ITEM},"pillar":"PILLAR_X"}}"#)), "A: pillar: unknown variant `PILLAR_X`"),
        (framework(&ITEM.replace("\"en\"", "\"pt\"").replace("true", "true}")), "A: it has no English title"),
        (framework(&ITEM.replace("\"s\"", "\" \"").replace("true", "true}")), "A: it names no source"),
        (
            framework(&ITEM.replace(r#","source":"s""#, "").replace("true", "true}")),
            "A: missing field `source`",
        ),
        (
            framework(&ITEM.replace("\"A\"", "\"A;\"").replace("true", "true}")),
            "A;: code: \"A;\" cannot be a code",
        ),
        (
            framework_with(r#","valid_from":"2021-01-01","valid_to":"2020-01-01""#, ""),
            "F: it ends before it begins",
        ),
        (framework_with(r#","status":"expired""#, ""), "F: it has ended, yet it has no last day"),
        (framework_with(r#","replaced_by":"G""#, ""), "F: it is replaced by G, which does not exist"),
        (framework_with(r#","status":"replaced","valid_to":"2020-01-01""#, ""), "must come together"),
        ("{".into(), "the file: EOF"),
    ];
    cases.into_iter().map(|(text, expected)| ("frameworks/f.json", text, expected)).collect()
}

fn broken_rows() -> Vec<(&'static str, String, &'static str)> {
    let body = r#"{"code":"B","title":{"en":"b"},"level":"council","source":"s","confirmed":true"#;
    let state = r#"{"code":"TL","alpha3":"TLS","numeric":"626","title":{"en":"t"},"joined":"2025-10-26","source":"s","confirmed":true"#;
    let place = r#"{"code":"M","title":{"en":"m"},"kind":"municipality","source":"s","confirmed":true"#;
    let tie = r#"{"from":"A","to":"A","relation":"near","confirmed":true,"note":" "}"#;
    let spans =
        r#""capacities":[{"capacity":"observer","to":"2025-11"},{"capacity":"member","from":"2025-11-26"}]"#;
    vec![
        ("sectoral_bodies.json", format!(r#"[{body},"supports":"C"}}]"#), "B: it supports C, which"),
        ("sectoral_bodies.json", format!("[{body}}},{body}}}]"), "B: the code stands twice"),
        (
            "sectoral_bodies.json",
            body.replace(r#""code":"B","#, "[{").replacen('{', "", 1) + "}]",
            "row 1: missing field `code`",
        ),
        ("member_states.json", format!(r#"[{state},{spans}}}]"#), "TL: two capacities overlap in time"),
        (
            "member_states.json",
            format!("[{}}}]", state.replace("10-26", "10-32")),
            "TL: joined: \"2025-10-32\"",
        ),
        ("municipalities.json", format!(r#"[{place},"split_from":"N"}}]"#), "M: it was split from N, which"),
        (
            "organisations.json",
            r#"[{"code":"O","title":{},"source":"s","confirmed":true}]"#.into(),
            "O: it has no English title",
        ),
        (
            "chairmanship.json",
            r#"[{"year":2026,"chair":"XX","source":"s","confirmed":true}]"#.into(),
            "2026: the state XX does not exist",
        ),
        (
            "chairmanship.json",
            r#"[{"year":2026,"chair":"XX","source":"","confirmed":true}]"#.into(),
            "2026: it names no source",
        ),
        (
            "legal_instruments.json",
            r#"[{"code":"L","title":{"en":"l"},"pillar":"ALL","source":"s","confirmed":true}]"#.into(),
            "L: pillar: unknown variant",
        ),
        (
            "baselines.json",
            r#"[{"code":"P","title":{"en":"p"},"source":"","confirmed":true}]"#.into(),
            "P: it names no source",
        ),
        (
            "crosswalk.json",
            tie.replace(r#""to":"A""#, r#""to":"B""#).replace('{', "[{") + "]",
            "A to B: item B does not exist",
        ),
        ("crosswalk.json", format!("[{tie}]"), "A to A: it ties an item to itself"),
        ("crosswalk.json", format!("[{tie}]"), "A to A: it does not say why"),
        ("crosswalk.json", format!("[{tie},{tie}]"), "A to A: the tie stands twice"),
        (
            "crosswalk.json",
            format!("[{}]", tie.replace("near", "same")),
            "A: relation: unknown variant `same`",
        ),
        (
            "themes.json",
            r#"[{"word":"peace","item":"X","reason":"r"}]"#.into(),
            "peace: item X does not exist",
        ),
        ("themes.json", r#"[{"word":"peace","item":null,"reason":""}]"#.into(), "peace: it gives no reason"),
        (
            "aliases.json",
            r#"{"tables":{"kinds":{"gathering":"party"}}}"#.into(),
            "kinds: gathering: party does not exist",
        ),
        ("aliases.json", r#"{"tables":{"kind":{}}}"#.into(), "kind: no such table"),
        ("nobody.json", "[]".into(), "nobody knows what this file holds"),
    ]
}

#[test]
fn every_error_names_file_and_item() {
    for (file, text, expected) in broken_items().into_iter().chain(broken_rows()) {
        let errors = Reference::from_files([(file, text.as_str())]).unwrap_err();
        let said =
            errors.0.iter().any(|line| line.starts_with(&format!("{file}: ")) && line.contains(expected));
        assert!(said, "{expected}\n{text}\n{errors}");
    }
}

#[test]
fn all_errors_come_at_once() {
    let bad_date = ITEM.replace("\"A\"", "\"C\"") + r#","valid_to":"soon"}"#;
    let text = framework(&format!(
        r#"{ITEM},"parent":"B"}},{bad_date},{}"#,
        ITEM.replace("\"A\"", "\"D\"") + r#","parent":"E"}"#
    ));
    let chair = r#"[{"year":2026,"chair":"XX","source":"s","confirmed":true}]"#;
    let files = [("frameworks/f.json", text.as_str()), ("chairmanship.json", chair)];
    let errors = Reference::from_files(files).unwrap_err();
    assert_eq!(errors.0.len(), 4, "{errors}");
}

#[test]
fn an_item_in_two_files_names_both() {
    let one = framework(&format!("{ITEM}}}"));
    let two = one.replace("\"F\"", "\"G\"");
    let errors = Reference::from_files([("frameworks/f.json", one.as_str()), ("frameworks/g.json", &two)]);
    let errors = errors.unwrap_err().to_string();
    assert!(errors.contains("frameworks/f.json and frameworks/g.json: A: the code stands twice"), "{errors}");
}
