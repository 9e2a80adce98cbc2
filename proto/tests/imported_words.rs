//! The words of the activities that ship: what stands for a code, and what is known to stay a word.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use tais_proto::reference::{ItemCode, Reference};

const ACTIVITIES: &str = include_str!("../reference/activities/activities.csv");

/// The cells of a line; a quoted cell may hold commas and doubled quotes. None spans two lines here.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

/// Every word of a column and how often it stands there.
fn words(column: &str) -> BTreeMap<String, usize> {
    let mut lines = ACTIVITIES.lines();
    let heads = cells(lines.next().unwrap());
    let index = heads.iter().position(|head| head == column).unwrap();
    let mut words = BTreeMap::new();
    for line in lines {
        let row = cells(line);
        assert_eq!(row.len(), heads.len(), "{line}");
        for word in row[index].split(';').map(str::trim).filter(|word| !word.is_empty()) {
            *words.entry(word.to_owned()).or_default() += 1;
        }
    }
    words
}

/// The words of a column that none of the tables knows.
fn unknown(reference: &Reference, column: &str, tables: &[&str]) -> BTreeSet<String> {
    let known = |word: &String| tables.iter().any(|table| reference.lookup_alias(table, word).is_some());
    let found = words(column);
    assert!(!found.is_empty(), "the column {column} has words");
    found.into_keys().filter(|word| !known(word)).collect()
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn every_theme_word_has_an_item_or_a_reason_for_none() {
    let reference = Reference::load_embedded().unwrap();
    let pillars: BTreeSet<ItemCode> = reference.wps_pillars().map(|item| item.code.clone()).collect();
    for word in words("themes").keys() {
        let theme = reference.theme(word).unwrap_or_else(|| panic!("{word} is no theme"));
        assert!(theme.item.as_ref().is_none_or(|item| pillars.contains(item)), "{word}");
        assert_eq!(reference.lookup_alias("themes", word), theme.item.as_ref().map(ItemCode::as_str));
    }
    assert_eq!(reference.lookup_alias("themes", "mainstreaming"), None);
    assert!(!reference.theme("mainstreaming").unwrap().reason.is_empty());
}

#[test]
fn every_kind_and_every_member_state_resolves() {
    let reference = Reference::load_embedded().unwrap();
    assert_eq!(unknown(&reference, "kind", &["kinds"]), set(&[]));
    assert_eq!(unknown(&reference, "country", &["countries"]), set(&["United States"]));
    assert_eq!(unknown(&reference, "member_state", &["countries"]), set(&["ASEAN"]));
}

#[test]
fn bodies_and_frameworks_resolve_but_for_the_known_rest() {
    let reference = Reference::load_embedded().unwrap();
    let bodies = [
        "ACCWG",
        "ACSS Committee",
        "ADMM-Plus",
        "ADMM-Plus EWG on PKO",
        "ADSOM WG",
        "ADSOM-Plus WG",
        "AHA Centre",
        "AIPA",
        "AIPR",
        "ARF SOM",
        "ASEAN WPS Advisory Group",
        "ASEAN-IPR",
        "AWEN",
        "AWPR",
        "WAIPA",
    ];
    assert_eq!(unknown(&reference, "sectoral_bodies", &["bodies"]), set(&bodies));
    let frameworks = [
        "2030 Agenda",
        "ACWC Work Plan 2016-2020",
        "AEC Blueprint",
        "AEC Blueprint 2025",
        "AICHR Terms of Reference",
        "ASEAN Charter",
        "ASEAN Comprehensive Framework on Care Economy",
        "ASEAN Enabling Masterplan 2025",
        "ASEAN-Canada Plan of Action 2021-2025",
        "Bohol TIP Work Plan",
        "CRPD",
        "RPA-EVAW",
        "SDGs",
        "UN Programme of Action on Small Arms",
        "UNCLOS",
        "WAIPA Plan of Action on WPPL",
    ];
    let tables = ["frameworks", "instruments", "whole_frameworks"];
    assert_eq!(unknown(&reference, "frameworks", &tables), set(&frameworks));
}

#[test]
fn the_partners_seen_most_resolve_and_a_ministry_abroad_is_not_ours() {
    let reference = Reference::load_embedded().unwrap();
    let partners = words("partners");
    let code = |word: &'static str| {
        assert!(partners.contains_key(word), "{word} is seen");
        reference.lookup_alias("organisations", word)
    };
    assert_eq!(code("UN Women"), Some("UNWOMEN"));
    assert_eq!(code("ASEAN Secretariat"), Some("ASEC"));
    assert_eq!(code("MNEC"), Some("MNEC"));
    assert_eq!(code("Ministry of Foreign Affairs and Cooperation (MNEC)"), Some("MNEC"));
    assert_eq!(code("Ministry of Foreign Affairs"), None, "that one is Viet Nam's");
    assert_eq!(code("Ministry of Foreign Affairs of Indonesia"), None);
}

#[test]
fn a_word_is_looked_up_as_people_write_it() {
    let reference = Reference::load_embedded().unwrap();
    assert_eq!(reference.lookup_alias("countries", " viet nam "), Some("VN"));
    assert_eq!(reference.lookup_alias("kinds", "Summit"), Some("meeting"));
    assert_eq!(reference.lookup_alias("bodies", "ACWC"), Some("ACWC"), "a code stands for itself");
    assert_eq!(reference.lookup_alias("bodies", "NAP2"), None, "but only in its own table");
    assert_eq!(reference.lookup_alias("no such table", "ACWC"), None);
}

#[test]
fn every_reference_file_is_compiled_in() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference");
    let reference = Reference::load_embedded().unwrap();
    let files = std::fs::read_dir(root.join("frameworks")).unwrap();
    let mut found = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let framework: serde_json::Value = serde_json::from_str(&text).unwrap();
        found.insert(framework["code"].as_str().unwrap().to_owned());
    }
    let embedded: BTreeSet<_> = reference.frameworks().map(|framework| framework.code.to_string()).collect();
    assert_eq!(embedded, found, "a framework's file must also stand in the list of embedded files");
}
