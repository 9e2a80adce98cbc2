//! What an auditor finds on the running system: the timeline by filter and page, and what changed
//! between two moments with the entries that changed it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;
use tais_tests::{Client, Person, System, details, participation};

const PATIENCE: Duration = Duration::from_secs(20);

/// Reports and submits an activity, and waits until the figures have it; gives the position then.
fn report(system: &System, title: &str, women: u32, men: u32) -> u64 {
    let correspondent = system.client(Some("apsc"));
    let before = shown(&correspondent).unwrap_or(0);
    let body = json!({
        "details": details("apsc", title), "participation": participation(women, men), "submit": true,
    });
    let (status, answer) = correspondent.post("/api/v1/apsc/activities", None, &body).unwrap();
    assert_eq!(status, 202, "{answer}");
    let patience = Instant::now() + PATIENCE;
    loop {
        // Reported, counted, submitted.
        match shown(&correspondent) {
            Some(position) if position >= before + 3 => return position,
            position => assert!(Instant::now() < patience, "{position:?} after {before}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn shown(client: &Client) -> Option<u64> {
    client.get("/api/v1/wps").unwrap().1["asOf"]["position"].as_u64()
}

/// The text between tags, cell by cell, of the row that begins with a name.
fn row(page: &str, name: &str) -> Vec<String> {
    let begin = page.find(&format!("<tr><td>{name}</td>")).unwrap_or_else(|| panic!("no {name}: {page}"));
    let row = page[begin..].split("</tr>").next().unwrap();
    let text = |cell: &str| {
        let parts = cell.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        parts.collect::<String>().trim().to_owned()
    };
    row.split("</td>").map(text).filter(|text| !text.is_empty()).collect()
}

#[test]
fn what_changed_between_two_moments_is_told_with_the_entries_that_changed_it() {
    let system = System::start(false).unwrap();
    let first = report(&system, "Mediators’ training", 24, 9);
    let second = report(&system, "Border dialogue", 10, 5);
    let auditor = system.person("auditor").unwrap();
    let diff = |query: &str| auditor.get(&format!("/audit/diff{query}")).unwrap();

    let page = diff(&format!("?from={first}&to={second}")).text;
    assert_eq!(row(&page, "Activities")[..4], ["Activities", "1", "2", "+1"]);
    let women = row(&page, "Attendances: Female");
    assert_eq!(women[..4], ["Attendances: Female", "24", "34", "+10"]);
    let entry = women[4].trim_start_matches('#').parse::<u64>().unwrap();
    assert!((first + 1..=second).contains(&entry), "{women:?}");
    assert!(auditor.get(&format!("/events/{entry}")).unwrap().text.contains("participation"));

    // The other way round it is the same; a day stands for its end; nothing between is said.
    let main = |page: &str| page.split("<main").nth(1).unwrap().to_owned();
    assert!(main(&diff(&format!("?from={second}&to={first}")).text) == main(&page));
    let whole = diff("?from=01/01/2020").text;
    assert_eq!(row(&whole, "Activities")[..4], ["Activities", "0", "2", "+2"]);
    assert!(diff(&format!("?from={first}&to={first}")).text.contains("No figure changed"));
    for (query, words) in
        [("?from=yesterday", "neither a position nor a day"), ("?to=99999", "no position 99")]
    {
        let answer = diff(query);
        assert_eq!(answer.status, 400);
        assert!(answer.text.contains(words), "{}", answer.text);
    }
}

/// The positions of a page of the timeline, and the address of the older one.
fn page(reader: &Person, path: &str) -> (Vec<u64>, Option<String>, Option<String>) {
    let text = reader.get(path).unwrap().text;
    let positions = text.split("<li><a href=\"/events/").skip(1);
    let link = |rel: &str| {
        let end = text.find(&format!("\" rel=\"{rel}\""))?;
        Some(text[text[..end].rfind("href=\"")? + 6..end].replace("&#38;", "&"))
    };
    (
        positions.map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect(),
        link("prev"),
        link("next"),
    )
}

#[test]
fn the_timeline_lists_every_entry_once_by_filter_and_back_from_a_day() {
    let system = System::start(true).unwrap();
    let reader = Person::nobody(system.base());
    let walk = |first: &str| {
        let (mut all, mut next) = (Vec::new(), Some(first.to_owned()));
        while let Some(path) = next {
            let (positions, _, older) = page(&reader, &path);
            all.extend(positions);
            next = older;
        }
        all
    };
    let everything = walk("/audit");
    let newest = everything[0];
    assert!(everything.iter().copied().eq((0..=newest).rev()), "the latest first, none missing, none twice");
    let kinds = ["activity", "commitment", "indicator", "forum", "obligation", "report", "refusal"];
    let by_kind = kinds.into_iter().chain(["security", "registry"]);
    let mut found: Vec<u64> = by_kind.flat_map(|kind| walk(&format!("/audit?kind={kind}"))).collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    let known: BTreeSet<u64> = found.iter().copied().filter(|position| *position <= newest).collect();
    assert_eq!(known.len() as u64, newest + 1, "every entry is of exactly one kind");
    assert_eq!(found.iter().filter(|position| **position <= newest).count(), known.len());
    // Back again by the link to the newer ones.
    let (second, newer, _) = page(&reader, "/audit?before=60");
    assert_eq!((second[0], second.len()), (59, 50));
    assert_eq!(page(&reader, &newer.unwrap()).0.last(), Some(&60));
    assert!(page(&reader, "/audit?on=01/01/2020").0.is_empty(), "nothing was recorded by then");
    assert_eq!(page(&reader, "/audit?on=01/01/2099").0[0], walk("/audit?pillar=")[0]);
    assert!(reader.get("/audit?on=31/02/2026").unwrap().status == 400);
}
