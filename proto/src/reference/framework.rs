//! Frameworks, their items and the crosswalk between items: what an activity can be tagged with.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::codes::{FrameworkCode, ItemCode};
use super::optional_date;
use crate::text::Texts;
use crate::vocabulary::Pillar;
use crate::when::Date;

/// Where a framework stands, as its file says. What counts on a given day is its items' validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameworkStatus {
    /// In force, or a standing agenda without an end.
    InForce,
    /// It has ended; no successor is known here.
    Expired,
    /// It has ended and another framework took its place.
    Replaced,
}

/// A framework: a plan, an agenda, a convention.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Its code.
    pub code: FrameworkCode,
    /// Its title.
    pub title: Texts,
    /// Whether it is about Women, Peace and Security as a whole.
    pub wps: bool,
    /// Where it stands.
    pub status: FrameworkStatus,
    /// The framework that took its place.
    #[serde(default)]
    pub replaced_by: Option<FrameworkCode>,
    /// First day in force, where a source gives it.
    #[serde(default, deserialize_with = "optional_date::deserialize")]
    pub valid_from: Option<Date>,
    /// Last day in force, where a source gives it.
    #[serde(default, deserialize_with = "optional_date::deserialize")]
    pub valid_to: Option<Date>,
    /// Who says so.
    pub source: String,
    /// Whether a source that was read confirms it.
    pub confirmed: bool,
    /// Its items as they stand in the file; taken out while loading.
    pub(super) items: Vec<Box<RawValue>>,
}

/// An item as its file has it: without its framework's code.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemRow {
    pub code: ItemCode,
    pub title: Texts,
    #[serde(default)]
    pub parent: Option<ItemCode>,
    #[serde(default)]
    pub pillar: Option<Pillar>,
    #[serde(default)]
    pub adopted: Option<String>,
    #[serde(default)]
    pub year: Option<i32>,
    #[serde(default)]
    pub theme_as_stated: Option<String>,
    #[serde(default, deserialize_with = "optional_date::deserialize")]
    pub valid_from: Option<Date>,
    #[serde(default, deserialize_with = "optional_date::deserialize")]
    pub valid_to: Option<Date>,
    #[serde(default)]
    pub note: Option<String>,
    pub source: String,
    pub confirmed: bool,
}

/// An item of a framework, in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its framework.
    pub framework: FrameworkCode,
    /// Its code.
    pub code: ItemCode,
    /// Its title.
    pub title: Texts,
    /// The item above it, of this framework or another.
    pub parent: Option<ItemCode>,
    /// The ASEAN pillar it belongs to, where it belongs to one.
    pub pillar: Option<Pillar>,
    /// When it was adopted, as the source has it.
    pub adopted: Option<String>,
    /// Its year, where the source gives no more.
    pub year: Option<i32>,
    /// A word of the source about it.
    pub theme_as_stated: Option<String>,
    /// First day in force: its own, else that of the item above it in the same framework, else the
    /// framework's.
    pub valid_from: Option<Date>,
    /// Last day in force, from the same places.
    pub valid_to: Option<Date>,
    /// A remark.
    pub note: Option<String>,
    /// Who says so.
    pub source: String,
    /// Whether an authorised person or a read source confirms it.
    pub confirmed: bool,
}

impl Item {
    pub(super) fn new(framework: FrameworkCode, row: ItemRow) -> Self {
        Self {
            framework,
            code: row.code,
            title: row.title,
            parent: row.parent,
            pillar: row.pillar,
            adopted: row.adopted,
            year: row.year,
            theme_as_stated: row.theme_as_stated,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            note: row.note,
            source: row.source,
            confirmed: row.confirmed,
        }
    }

    /// Whether it is in force on a day. Where no source gives a first or last day, there is none.
    #[must_use]
    pub fn is_valid_on(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= date) && self.valid_to.is_none_or(|to| date <= to)
    }
}

/// How one item relates to another, the strongest tie first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same thing.
    Equal,
    /// The first is a part of the second.
    PartOf,
    /// Near, not equal.
    Near,
}

/// A tie between two items, so that one tag rolls up to several frameworks.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crosswalk {
    /// From this item.
    pub from: ItemCode,
    /// To this one.
    pub to: ItemCode,
    /// How they relate.
    pub relation: Relation,
    /// Whether it is confirmed.
    pub confirmed: bool,
    /// Why.
    pub note: String,
}
