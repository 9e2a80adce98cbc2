//! Loading and checking: every error at once, each with file and item.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use serde::de::DeserializeOwned;

use super::Reference;
use super::codes::ItemCode;
use super::rows::{Framework, Item, ItemRow};
use crate::text::{Lang, Texts};
use crate::when::Date;

/// Everything that is wrong with the reference data.
#[derive(Debug, thiserror::Error)]
#[error("the reference data is wrong:\n{}", .0.join("\n"))]
pub struct ReferenceErrors(pub Vec<String>);

#[derive(Default)]
struct Loader {
    reference: Reference,
    errors: Vec<String>,
    /// Which file each item came from, for errors found at the end.
    item_files: BTreeMap<ItemCode, String>,
}

pub(super) fn load<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Reference, ReferenceErrors> {
    let mut loader = Loader::default();
    for (name, text) in files {
        loader.file(name, text);
    }
    loader.check_items();
    loader.check_rest();
    if loader.errors.is_empty() { Ok(loader.reference) } else { Err(ReferenceErrors(loader.errors)) }
}

impl Loader {
    fn error(&mut self, file: &str, item: &dyn Display, problem: &str) {
        self.errors.push(format!("{file}: {item}: {problem}"));
    }

    fn parse<T: DeserializeOwned>(&mut self, file: &str, text: &str) -> Option<T> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| {
                let path = error.path().to_string();
                self.error(file, &path, &error.into_inner().to_string());
            })
            .ok()
    }

    fn file(&mut self, name: &str, text: &str) {
        match name {
            "sectoral_bodies.json" => {
                let rows: Vec<super::Body> = self.parse(name, text).unwrap_or_default();
                for row in rows {
                    self.check_row(name, &row.code, &row.title, &row.source);
                    if let Some(old) = self.reference.bodies.insert(row.code.clone(), row) {
                        self.error(name, &old.code, "the code stands twice");
                    }
                }
            }
            "member_states.json" => {
                let rows: Vec<super::MemberState> = self.parse(name, text).unwrap_or_default();
                for row in rows {
                    self.check_row(name, &row.code, &row.title, &row.source);
                    if let Some(old) = self.reference.states.insert(row.code.clone(), row) {
                        self.error(name, &old.code, "the code stands twice");
                    }
                }
            }
            "municipalities.json" => {
                let rows: Vec<super::Municipality> = self.parse(name, text).unwrap_or_default();
                for row in rows {
                    self.check_row(name, &row.code, &row.title, &row.source);
                    if let Some(old) = self.reference.municipalities.insert(row.code.clone(), row) {
                        self.error(name, &old.code, "the code stands twice");
                    }
                }
            }
            "organisations.json" => {
                let rows: Vec<super::Organisation> = self.parse(name, text).unwrap_or_default();
                for row in rows {
                    self.check_row(name, &row.code, &row.title, &row.source);
                    if let Some(old) = self.reference.organisations.insert(row.code.clone(), row) {
                        self.error(name, &old.code, "the code stands twice");
                    }
                }
            }
            "chairmanship.json" => self.reference.chairs = self.parse(name, text).unwrap_or_default(),
            "legal_instruments.json" => {
                self.reference.legal_instruments = self.parse(name, text).unwrap_or_default();
            }
            "baselines.json" => self.reference.baselines = self.parse(name, text).unwrap_or_default(),
            "crosswalk.json" => self.reference.crosswalk = self.parse(name, text).unwrap_or_default(),
            "aliases.json" => self.reference.aliases = self.parse(name, text).unwrap_or_default(),
            _ if name.starts_with("frameworks/") => {
                if let Some(framework) = self.parse(name, text) {
                    self.framework(name, framework);
                }
            }
            _ => self.error(name, &"the file", "nobody knows what this file holds; add it to the loader"),
        }
    }

    fn check_row(&mut self, file: &str, code: &dyn Display, title: &Texts, source: &str) {
        if title.get(Lang::EN).is_none_or(|title| title.trim().is_empty()) {
            self.error(file, code, "it has no English title");
        }
        if source.trim().is_empty() {
            self.error(file, code, "it names no source");
        }
    }

    fn framework(&mut self, file: &str, mut framework: Framework) {
        self.check_span(file, &framework.code, framework.valid_from, framework.valid_to);
        for row in std::mem::take(&mut framework.items) {
            self.check_row(file, &row.code, &row.title, &row.source);
            self.check_span(file, &row.code, row.valid_from, row.valid_to);
            self.item_files.entry(row.code.clone()).or_insert_with(|| file.to_owned());
            let item = item(&framework, row);
            self.reference.items.entry(item.code.clone()).or_default().push(item);
        }
        let code = framework.code.clone();
        if self.reference.frameworks.insert(code.clone(), framework).is_some() {
            self.error(file, &code, "the code stands twice");
        }
    }

    fn check_span(&mut self, file: &str, code: &dyn Display, from: Option<Date>, to: Option<Date>) {
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            self.error(file, code, "it ends before it begins (valid_to before valid_from)");
        }
    }

    fn check_items(&mut self) {
        let mut problems = Vec::new();
        for versions in self.reference.items.values_mut() {
            versions.sort_by_key(|item| item.valid_from);
        }
        let items = &self.reference.items;
        for (code, versions) in items {
            for pair in versions.windows(2) {
                let apart =
                    matches!((pair[0].valid_to, pair[1].valid_from), (Some(to), Some(from)) if to < from);
                if !apart {
                    let whole = pair[0].valid_from.is_none() && pair[1].valid_from.is_none();
                    problems.push((
                        code,
                        if whole { "the code stands twice" } else { "two versions overlap in time" }
                            .to_owned(),
                    ));
                }
            }
            let mut seen = BTreeSet::from([code]);
            let mut at = versions.last();
            while let Some(parent) = at.and_then(|item| item.parent.as_ref()) {
                if !items.contains_key(parent) {
                    problems.push((code, format!("its parent {parent} does not exist")));
                } else if !seen.insert(parent) {
                    problems.push((code, format!("its parents go in a circle at {parent}")));
                    break;
                }
                at = items.get(parent).and_then(|versions| versions.last());
            }
        }
        let problems: Vec<_> = problems
            .into_iter()
            .map(|(code, problem)| {
                (self.item_files.get(code).cloned().unwrap_or_default(), code.clone(), problem)
            })
            .collect();
        for (file, code, problem) in problems {
            self.error(&file, &code, &problem);
        }
    }

    fn check_rest(&mut self) {
        let reference = &self.reference;
        let mut found: Vec<(&str, String, String)> = Vec::new();
        for row in &reference.crosswalk {
            for end in [&row.from, &row.to] {
                if reference.item(end).is_none() {
                    found.push((
                        "crosswalk.json",
                        format!("{} to {}", row.from, row.to),
                        format!("item {end} does not exist"),
                    ));
                }
            }
        }
        for body in reference.bodies.values() {
            if let Some(above) = body.supports.as_ref().filter(|above| !reference.bodies.contains_key(*above))
            {
                found.push((
                    "sectoral_bodies.json",
                    body.code.to_string(),
                    format!("it supports {above}, which does not exist"),
                ));
            }
        }
        for place in reference.municipalities.values() {
            if let Some(from) =
                place.split_from.as_ref().filter(|from| !reference.municipalities.contains_key(*from))
            {
                found.push((
                    "municipalities.json",
                    place.code.to_string(),
                    format!("it was split from {from}, which does not exist"),
                ));
            }
        }
        let mut years = BTreeSet::new();
        for chair in &reference.chairs {
            if !reference.states.contains_key(&chair.chair) {
                found.push((
                    "chairmanship.json",
                    chair.year.to_string(),
                    format!("the state {} does not exist", chair.chair),
                ));
            }
            if !years.insert(chair.year) {
                found.push(("chairmanship.json", chair.year.to_string(), "the year stands twice".into()));
            }
        }
        found.extend(unknown_aliases(reference));
        for (file, item, problem) in found {
            self.error(file, &item, &problem);
        }
    }
}

fn unknown_aliases(reference: &Reference) -> Vec<(&'static str, String, String)> {
    let known = |table: &str, code: &str| match table {
        "themes" | "frameworks" => code.parse().is_ok_and(|code| reference.item(&code).is_some()),
        "bodies" => code.parse().is_ok_and(|code| reference.sectoral_body(&code).is_some()),
        "organisations" => code.parse().is_ok_and(|code| reference.organisation(&code).is_some()),
        "kinds" => crate::vocabulary::ActivityKind::from_code(code).is_some(),
        _ => false,
    };
    let tables = reference.aliases.tables.iter();
    tables
        .flat_map(|(table, words)| words.iter().map(move |(word, code)| (table, word, code)))
        .filter(|(table, _, code)| !known(table, code))
        .map(|(table, word, code)| {
            ("aliases.json", format!("{table}: {word}"), format!("{code} does not exist"))
        })
        .collect()
}

fn item(framework: &Framework, row: ItemRow) -> Item {
    Item {
        framework: framework.code.clone(),
        code: row.code,
        title: row.title,
        parent: row.parent,
        pillar: row.pillar,
        adopted: row.adopted,
        year: row.year,
        theme_as_stated: row.theme_as_stated,
        valid_from: row.valid_from.or(framework.valid_from),
        valid_to: row.valid_to.or(framework.valid_to),
        note: row.note,
        source: row.source,
        confirmed: row.confirmed,
    }
}
