//! The directory: bodies, states, places, organisations, chairs, instruments and baselines.

use serde::Deserialize;

use super::codes::{BodyCode, ItemCode, MunicipalityCode, OrgCode, StateCode};
use super::optional_date;
use crate::text::Texts;
use crate::vocabulary::Pillar;
use crate::when::{Date, PartialDate, iso_date};

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

/// A capacity over a span of days. Where only the month is known, the days that are certain count.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CapacitySpan {
    pub capacity: Capacity,
    #[serde(default)]
    pub from: Option<PartialDate>,
    #[serde(default)]
    pub to: Option<PartialDate>,
}

impl CapacitySpan {
    pub fn covers(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from.latest() <= date) && self.to.is_none_or(|to| date <= to.earliest())
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
