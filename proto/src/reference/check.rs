//! The rules that need all the files: codes that must exist, spans that must not overlap, and the
//! validity that an item takes from what is above it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use super::codes::{FrameworkCode, ItemCode};
use super::directory::MemberState;
use super::framework::{Framework, FrameworkStatus, Item};
use super::load::Loader;
use super::words::TABLES;
use super::{Reference, files};
use crate::when::Date;

struct Problem {
    file: String,
    item: String,
    problem: String,
}

fn problem(file: &str, item: &dyn Display, problem: impl Into<String>) -> Problem {
    Problem { file: file.to_owned(), item: item.to_string(), problem: problem.into() }
}

const BACKWARDS: &str = "it ends before it begins (valid_to before valid_from)";

pub(super) fn everything(loader: &mut Loader) {
    let mut found = Vec::new();
    let place = |code: &ItemCode| match loader.item_files.get(code) {
        Some(files) => files.iter().map(String::as_str).collect::<Vec<_>>().join(" and "),
        None => String::new(),
    };
    let spans = inherit_validity(&mut loader.reference);
    let reference = &loader.reference;
    let of_items = spans.into_iter().chain(parents(reference)).chain(versions(reference));
    found.extend(of_items.map(|(code, text)| problem(&place(&code), &code, text)));
    for (code, file) in &loader.framework_files {
        let wrong = reference.framework(code).map(|one| framework(reference, one)).unwrap_or_default();
        found.extend(wrong.into_iter().map(|text| problem(file, code, text)));
    }
    found.extend(crosswalk(reference));
    found.extend(reference.states.values().flat_map(capacities));
    found.extend(directory(reference));
    found.extend(themes(reference));
    found.extend(aliases(reference));
    loader.reference.index_themes();
    for Problem { file, item, problem } in found {
        loader.error(&file, &item, &problem);
    }
}

/// Gives every item its first and last day: its own, else its parents' in the same framework, else
/// the framework's. Sorts the versions of each item by them. Returns the spans that go backwards.
fn inherit_validity(reference: &mut Reference) -> Vec<(ItemCode, String)> {
    let mut backwards = Vec::new();
    let resolved: BTreeMap<ItemCode, Vec<Item>> = reference
        .items
        .iter()
        .map(|(code, versions)| {
            let mut versions: Vec<Item> = versions.iter().map(|item| in_force(reference, item)).collect();
            versions.sort_by_key(|item| item.valid_from);
            (code.clone(), versions)
        })
        .collect();
    for (code, versions) in &reference.items {
        let own = versions.iter().any(|item| item.valid_from.is_some() || item.valid_to.is_some());
        if own && resolved[code].iter().any(|item| is_backwards(item.valid_from, item.valid_to)) {
            backwards.push((code.clone(), BACKWARDS.to_owned()));
        }
    }
    reference.items = resolved;
    backwards
}

fn in_force(reference: &Reference, item: &Item) -> Item {
    let mut resolved = item.clone();
    let mut seen = BTreeSet::from([&item.code]);
    let mut above = item.parent.as_ref();
    while let Some(code) = above.filter(|code| seen.insert(code)) {
        let Some([parent]) = reference.items.get(code).map(Vec::as_slice) else { break };
        if parent.framework != item.framework {
            break;
        }
        resolved.valid_from = resolved.valid_from.or(parent.valid_from);
        resolved.valid_to = resolved.valid_to.or(parent.valid_to);
        above = parent.parent.as_ref();
    }
    let framework = reference.frameworks.get(&item.framework);
    resolved.valid_from = resolved.valid_from.or(framework.and_then(|f| f.valid_from));
    resolved.valid_to = resolved.valid_to.or(framework.and_then(|f| f.valid_to));
    resolved
}

fn is_backwards(from: Option<Date>, to: Option<Date>) -> bool {
    matches!((from, to), (Some(from), Some(to)) if to < from)
}

fn parents(reference: &Reference) -> Vec<(ItemCode, String)> {
    let mut found = Vec::new();
    for item in reference.items.values().flatten() {
        if let Some(parent) = item.parent.as_ref().filter(|parent| reference.item(parent).is_none()) {
            found.push((item.code.clone(), format!("its parent {parent} does not exist")));
        }
    }
    for item in reference.items() {
        let mut seen = BTreeSet::new();
        let above = std::iter::successors(item.parent.as_ref(), |code| {
            reference.item(code).and_then(|item| item.parent.as_ref())
        });
        if above.take_while(|code| seen.insert(*code)).any(|code| *code == item.code) {
            found.push((item.code.clone(), format!("its parents go in a circle at {}", item.code)));
        }
    }
    found
}

fn versions(reference: &Reference) -> Vec<(ItemCode, String)> {
    let mut found = Vec::new();
    for (code, versions) in &reference.items {
        for pair in versions.windows(2) {
            let (one, next) = (&pair[0], &pair[1]);
            let apart = matches!((one.valid_to, next.valid_from), (Some(to), Some(from)) if to < from);
            if one.valid_from == next.valid_from {
                found.push((code.clone(), "the code stands twice".to_owned()));
            } else if !apart {
                found.push((code.clone(), "two versions overlap in time".to_owned()));
            }
        }
    }
    found
}

fn framework(reference: &Reference, framework: &Framework) -> Vec<String> {
    let mut wrong = Vec::new();
    if is_backwards(framework.valid_from, framework.valid_to) {
        wrong.push(BACKWARDS.to_owned());
    }
    if framework.status != FrameworkStatus::InForce && framework.valid_to.is_none() {
        wrong.push("it has ended, yet it has no last day (valid_to)".to_owned());
    }
    if (framework.status == FrameworkStatus::Replaced) != framework.replaced_by.is_some() {
        wrong.push("the status replaced and the field replaced_by must come together".to_owned());
    }
    let missing = |code: &&FrameworkCode| !reference.frameworks.contains_key(*code);
    if let Some(successor) = framework.replaced_by.as_ref().filter(missing) {
        wrong.push(format!("it is replaced by {successor}, which does not exist"));
    }
    wrong
}

fn crosswalk(reference: &Reference) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for row in &reference.crosswalk {
        let mut wrong =
            |text| found.push(problem(files::CROSSWALK, &format!("{} to {}", row.from, row.to), text));
        for end in [&row.from, &row.to] {
            if reference.item(end).is_none() {
                wrong(format!("item {end} does not exist"));
            }
        }
        if row.from == row.to {
            wrong("it ties an item to itself".to_owned());
        }
        if !seen.insert((&row.from, &row.to)) {
            wrong("the tie stands twice".to_owned());
        }
        if row.note.trim().is_empty() {
            wrong("it does not say why (note)".to_owned());
        }
    }
    found
}

fn capacities(state: &MemberState) -> Vec<Problem> {
    let mut wrong = Vec::new();
    for span in &state.capacities {
        if matches!((span.from, span.to), (Some(from), Some(to)) if to.latest() < from.earliest()) {
            wrong.push("a capacity ends before it begins");
        }
    }
    for pair in state.capacities.windows(2) {
        let apart =
            matches!((pair[0].to, pair[1].from), (Some(to), Some(from)) if to.latest() < from.earliest());
        if !apart {
            wrong.push("two capacities overlap in time, or are not in order");
        }
    }
    wrong.into_iter().map(|text| problem(files::STATES, &state.code, text)).collect()
}

fn directory(reference: &Reference) -> Vec<Problem> {
    let bodies = reference.bodies.values().filter_map(|body| {
        let above = body.supports.as_ref().filter(|above| !reference.bodies.contains_key(*above))?;
        Some(problem(files::BODIES, &body.code, format!("it supports {above}, which does not exist")))
    });
    let places = reference.municipalities.values().filter_map(|place| {
        let from = place.split_from.as_ref().filter(|from| !reference.municipalities.contains_key(*from))?;
        Some(problem(
            files::MUNICIPALITIES,
            &place.code,
            format!("it was split from {from}, which does not exist"),
        ))
    });
    let chairs = reference.chairs.iter().filter_map(|chair| {
        let missing = !reference.states.contains_key(&chair.chair);
        missing
            .then(|| problem(files::CHAIRS, &chair.year, format!("the state {} does not exist", chair.chair)))
    });
    bodies.chain(places).chain(chairs).collect()
}

fn themes(reference: &Reference) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for theme in &reference.themes {
        let mut wrong = |text| found.push(problem(files::THEMES, &theme.word, text));
        if let Some(item) = theme.item.as_ref().filter(|item| reference.item(item).is_none()) {
            wrong(format!("item {item} does not exist"));
        }
        if theme.reason.trim().is_empty() {
            wrong("it gives no reason".to_owned());
        }
        if !seen.insert(&theme.word) {
            wrong("the word stands twice".to_owned());
        }
    }
    found
}

fn aliases(reference: &Reference) -> Vec<Problem> {
    let mut found = Vec::new();
    for (table, words) in &reference.aliases.tables {
        if !TABLES.contains(&table.as_str()) {
            let text = format!("no such table; there are {}", TABLES.join(", "));
            found.push(problem(files::ALIASES, table, text));
            continue;
        }
        for (word, code) in words.iter().filter(|(_, code)| !reference.is_code(table, code)) {
            let text = format!("{code} does not exist");
            found.push(problem(files::ALIASES, &format!("{table}: {word}"), text));
        }
    }
    found
}
