//! The rows of the reference files.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::codes::{BodyCode, FrameworkCode, ItemCode, MunicipalityCode, OrgCode, StateCode};
use crate::text::Texts;
use crate::vocabulary::Pillar;
use crate::when::{Date, iso_date};

mod optional_date {
    use super::{Date, Deserialize};
    use serde::Deserializer;

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| crate::when::parse_iso_date(&text).map_err(serde::de::Error::custom)).transpose()
    }
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
    /// First day in force, where a source gives it.
    #[serde(default, deserialize_with = "optional_date::deserialize")]
    pub valid_from: Option<Date>,
    /// Last day in force, where a source gives it.
    #[serde(default, deserialize_with = "optional_date::deserialize")]
    pub valid_to: Option<Date>,
    pub(super) items: Vec<ItemRow>,
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
    /// First day in force.
    pub valid_from: Option<Date>,
    /// Last day in force.
    pub valid_to: Option<Date>,
    /// A remark.
    pub note: Option<String>,
    /// Who says so.
    pub source: String,
    /// Whether an authorised person or a read source confirms it.
    pub confirmed: bool,
}

impl Item {
    /// Whether it is in force on a day.
    #[must_use]
    pub fn is_valid_on(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= date) && self.valid_to.is_none_or(|to| date <= to)
    }
}

/// How two items of different frameworks relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same thing.
    Equal,
    /// Near, not equal.
    Near,
    /// One is a part of the other.
    PartOf,
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

/// An ASEAN sectoral body.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Its code.
    pub code: BodyCode,
    /// Its title.
    pub title: Texts,
    /// Its pillar; none for those above the pillars.
    #[serde(default)]
    pub pillar: Option<Pillar>,
    /// Its level.
    pub level: String,
    /// The body it reports to.
    #[serde(default)]
    pub supports: Option<BodyCode>,
    /// A remark.
    #[serde(default)]
    pub note: Option<String>,
    /// Who says so.
    pub source: String,
    /// Whether it is confirmed.
    pub confirmed: bool,
}

/// In what capacity a delegation attends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Capacity {
    /// As an observer.
    Observer,
    /// As a member.
    Member,
}

/// A capacity over a span of days.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CapacitySpan {
    pub capacity: Capacity,
    #[serde(default, deserialize_with = "optional_date::deserialize")]
    pub from: Option<Date>,
    #[serde(default, deserialize_with = "optional_date::deserialize")]
    pub to: Option<Date>,
}

impl CapacitySpan {
    pub fn covers(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }
}

/// A member state.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberState {
    /// ISO 3166-1 alpha-2.
    pub code: StateCode,
    /// ISO 3166-1 alpha-3.
    pub alpha3: String,
    /// ISO 3166-1 numeric.
    pub numeric: String,
    /// Its name.
    pub title: Texts,
    /// The day it joined.
    #[serde(with = "iso_date")]
    pub joined: Date,
    /// In what capacity it attended before and after, where that is recorded.
    #[serde(default)]
    pub(super) capacities: Vec<CapacitySpan>,
    /// A remark.
    #[serde(default)]
    pub note: Option<String>,
    /// Who says so.
    pub source: String,
    /// Whether it is confirmed.
    pub confirmed: bool,
}

/// A municipality of Timor-Leste. Ataúro has no ISO code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Municipality {
    /// Our code: the ISO one where there is one.
    pub code: MunicipalityCode,
    /// ISO 3166-2.
    #[serde(default)]
    pub iso_3166_2: Option<String>,
    /// Its name.
    pub title: Texts,
    /// Municipality or special region.
    pub kind: String,
    /// First day.
    #[serde(default, deserialize_with = "optional_date::deserialize")]
    pub valid_from: Option<Date>,
    /// What it was split from.
    #[serde(default)]
    pub split_from: Option<MunicipalityCode>,
    /// A remark.
    #[serde(default)]
    pub note: Option<String>,
    /// Who says so.
    pub source: String,
    /// Whether it is confirmed.
    pub confirmed: bool,
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its code.
    pub code: OrgCode,
    /// Its name.
    pub title: Texts,
    /// A remark.
    #[serde(default)]
    pub note: Option<String>,
    /// Who says so.
    pub source: String,
    /// Whether it is confirmed.
    pub confirmed: bool,
}

/// Who chairs ASEAN in a year.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chair {
    /// The year.
    pub year: i32,
    /// The state.
    pub chair: StateCode,
    /// Who says so.
    pub source: String,
    /// Whether it is confirmed.
    pub confirmed: bool,
}

/// A legal instrument of the accession.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalInstrument {
    /// Its code.
    pub code: ItemCode,
    /// Its title.
    pub title: Texts,
    /// Its pillar.
    pub pillar: Pillar,
    /// The day the Council of Ministers approved it, as the source has it.
    #[serde(default)]
    pub council_of_ministers_approved: Option<String>,
    /// A remark.
    #[serde(default)]
    pub note: Option<String>,
    /// Who says so.
    pub source: String,
    /// Whether it is confirmed.
    pub confirmed: bool,
}

/// A baseline or a target that a source gives.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Its code.
    pub code: ItemCode,
    /// What it measures.
    pub title: Texts,
    /// The part.
    #[serde(default)]
    pub numerator: Option<u32>,
    /// The whole.
    #[serde(default)]
    pub denominator: Option<u32>,
    /// The value, in per cent.
    #[serde(default)]
    pub value_pct: Option<f64>,
    /// The target, in per cent.
    #[serde(default)]
    pub target_pct: Option<f64>,
    /// As of when, as the source has it.
    #[serde(default)]
    pub as_of: Option<String>,
    /// Who says so.
    pub source: String,
    /// Whether it is confirmed.
    pub confirmed: bool,
}

/// Words of spreadsheets that stand for codes. A word that is not here stays a word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aliases {
    /// Remarks, by table.
    #[serde(default)]
    pub note: BTreeMap<String, String>,
    /// Word to code, by table: `themes`, `frameworks`, `kinds`, `bodies`, `organisations`.
    #[serde(default)]
    pub tables: BTreeMap<String, BTreeMap<String, String>>,
}

impl Aliases {
    /// The code that a word stands for in a table.
    #[must_use]
    pub fn code(&self, table: &str, word: &str) -> Option<&str> {
        self.tables.get(table)?.get(word).map(String::as_str)
    }
}
