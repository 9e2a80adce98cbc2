//! Reading the files: every row by itself, so that one bad row hides no other, then the rules of
//! [`super::check`] over the whole. Every error is kept, with its file and item.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::check;
use super::codes::{FrameworkCode, ItemCode};
use super::directory::{Baseline, Body, Chair, LegalInstrument, MemberState, Municipality, Organisation};
use super::framework::{Framework, Item, ItemRow};
use super::{Reference, files};
use crate::text::{Lang, Texts};

/// Everything that is wrong with the reference data, one line each: file, item, problem.
#[derive(Debug, thiserror::Error)]
#[error("the reference data is wrong; correct these lines and start again:\n{}", .0.join("\n"))]
pub struct ReferenceErrors(pub Vec<String>);

#[derive(Default)]
pub(super) struct Loader {
    pub reference: Reference,
    /// Which files each item came from, for what is found at the end.
    pub item_files: BTreeMap<ItemCode, BTreeSet<String>>,
    /// Which file each framework came from.
    pub framework_files: BTreeMap<FrameworkCode, String>,
    errors: Vec<String>,
}

pub(super) fn load<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Reference, ReferenceErrors> {
    let mut loader = Loader::default();
    let mut seen = BTreeSet::new();
    for (name, text) in files {
        if !seen.insert(name) {
            loader.error(name, &"the file", "it is given twice");
        }
        loader.file(name, text);
    }
    check::everything(&mut loader);
    if loader.errors.is_empty() { Ok(loader.reference) } else { Err(ReferenceErrors(loader.errors)) }
}

impl Loader {
    pub fn error(&mut self, file: &str, item: &dyn Display, problem: &str) {
        self.errors.push(format!("{file}: {item}: {problem}"));
    }

    fn file(&mut self, name: &str, text: &str) {
        match name {
            files::BODIES => self.reference.bodies = self.by_code(name, text, |row: &Body| row.code.clone()),
            files::STATES => {
                self.reference.states = self.by_code(name, text, |row: &MemberState| row.code.clone());
            }
            files::MUNICIPALITIES => {
                self.reference.municipalities =
                    self.by_code(name, text, |row: &Municipality| row.code.clone());
            }
            files::ORGANISATIONS => {
                self.reference.organisations =
                    self.by_code(name, text, |row: &Organisation| row.code.clone());
            }
            files::CHAIRS => self.reference.chairs = self.in_order(name, text, |row: &Chair| row.year),
            files::INSTRUMENTS => {
                self.reference.legal_instruments =
                    self.in_order(name, text, |row: &LegalInstrument| row.code.clone());
            }
            files::BASELINES => {
                self.reference.baselines = self.in_order(name, text, |row: &Baseline| row.code.clone());
            }
            files::CROSSWALK => self.reference.crosswalk = self.rows(name, text),
            files::THEMES => self.reference.themes = self.rows(name, text),
            files::ALIASES => {
                self.reference.aliases = self.parse(name, "", text).unwrap_or_default();
            }
            _ if name.starts_with(files::FRAMEWORKS) => {
                if let Some(framework) = self.parse(name, "", text) {
                    self.framework(name, framework);
                }
            }
            _ => self.error(name, &"the file", "nobody knows what this file holds; add it to the loader"),
        }
    }

    /// Rows that are found by their code.
    fn by_code<T: Row, C: Ord + Display>(
        &mut self,
        file: &str,
        text: &str,
        code: impl Fn(&T) -> C,
    ) -> BTreeMap<C, T> {
        self.in_order(file, text, &code).into_iter().map(|row| (code(&row), row)).collect()
    }

    /// Rows in the order of their file; no code may stand twice.
    fn in_order<T: Row, C: Ord + Display>(
        &mut self,
        file: &str,
        text: &str,
        code: impl Fn(&T) -> C,
    ) -> Vec<T> {
        let rows: Vec<T> = self.rows(file, text);
        let mut seen = BTreeSet::new();
        for row in &rows {
            let code = code(row);
            self.described(file, &code, row.title(), row.source());
            if seen.contains(&code) {
                self.error(file, &code, "the code stands twice");
            }
            seen.insert(code);
        }
        rows
    }

    fn rows<T: DeserializeOwned>(&mut self, file: &str, text: &str) -> Vec<T> {
        let rows: Vec<Box<RawValue>> = self.parse(file, "", text).unwrap_or_default();
        self.each(file, &rows)
    }

    /// Every row that can be read; the others are errors that name the row.
    fn each<T: DeserializeOwned>(&mut self, file: &str, rows: &[Box<RawValue>]) -> Vec<T> {
        let rows = rows.iter().enumerate();
        rows.filter_map(|(index, row)| self.parse(file, &row_name(index, row.get()), row.get())).collect()
    }

    fn parse<T: DeserializeOwned>(&mut self, file: &str, item: &str, text: &str) -> Option<T> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let error = match serde_path_to_error::deserialize(&mut deserializer) {
            Ok(value) => match deserializer.end() {
                Ok(()) => return Some(value),
                Err(error) => error.to_string(),
            },
            Err(error) => match error.path().to_string().as_str() {
                // The row as a whole, or a place that has no name.
                "." | "?" => error.inner().to_string(),
                path => format!("{path}: {}", error.inner()),
            },
        };
        self.error(file, if item.is_empty() { &"the file" } else { &item }, &error);
        None
    }

    fn described(&mut self, file: &str, code: &dyn Display, title: Option<&Texts>, source: &str) {
        let english = title.map(|title| title.get(Lang::EN).unwrap_or_default());
        if english.is_some_and(|english| english.trim().is_empty()) {
            self.error(file, code, "it has no English title");
        }
        if source.trim().is_empty() {
            self.error(file, code, "it names no source");
        }
    }

    fn framework(&mut self, file: &str, mut framework: Framework) {
        self.described(file, &framework.code, Some(&framework.title), &framework.source);
        let rows = std::mem::take(&mut framework.items);
        for row in self.each::<ItemRow>(file, &rows) {
            self.described(file, &row.code, Some(&row.title), &row.source);
            self.item_files.entry(row.code.clone()).or_default().insert(file.to_owned());
            let item = Item::new(framework.code.clone(), row);
            self.reference.items.entry(item.code.clone()).or_default().push(item);
        }
        let code = framework.code.clone();
        self.framework_files.insert(code.clone(), file.to_owned());
        if self.reference.frameworks.insert(code.clone(), framework).is_some() {
            self.error(file, &code, "the code stands twice");
        }
    }
}

/// What a person calls a row: its code, or what stands for one, or else its place in the file.
fn row_name(index: usize, text: &str) -> String {
    let row: Value = serde_json::from_str(text).unwrap_or_default();
    let name = ["code", "year", "word", "from"].iter().find_map(|key| row.get(key));
    match name {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Number(name)) => name.to_string(),
        _ => format!("row {}", index + 1),
    }
}

/// A row that must say what it is and who says so.
trait Row: DeserializeOwned {
    fn title(&self) -> Option<&Texts>;
    fn source(&self) -> &str;
}

macro_rules! row {
    ($($name:ident),+) => { $(
        impl Row for $name {
            fn title(&self) -> Option<&Texts> {
                Some(&self.title)
            }
            fn source(&self) -> &str {
                &self.source
            }
        }
    )+ };
}

row!(Body, MemberState, Municipality, Organisation, LegalInstrument, Baseline);

impl Row for Chair {
    fn title(&self) -> Option<&Texts> {
        None
    }
    fn source(&self) -> &str {
        &self.source
    }
}
