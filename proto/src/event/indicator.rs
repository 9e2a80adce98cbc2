//! What is said of one indicator: defined, given a baseline and a target, measured, corrected.

use serde::{Deserialize, Serialize};

use crate::ids::EventId;
use crate::reference::ItemCode;
use crate::text::Texts;
use crate::vocabulary::{AgeBand, Direction, Pillar, Sex};
use crate::when::{Date, Quarter, iso_date};

/// An indicator is defined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IndicatorDefined {
    /// A short code, unique in the record.
    pub code: String,
    /// What it measures.
    pub title: Texts,
    /// The unit, such as `percent` or `people`.
    pub unit: String,
    /// Which way it is meant to go.
    pub direction: Direction,
    /// The framework item it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework_item: Option<ItemCode>,
    /// The pillar, where it belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pillar: Option<Pillar>,
}

/// A value of an indicator: a decimal as text, so that none is rounded in passing, or a ratio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IndicatorValue {
    /// A decimal number, such as `36.9`.
    Decimal(String),
    /// A ratio; a denominator of zero gives no figure.
    Ratio(Ratio),
}

/// Numerator over denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ratio {
    /// The part.
    #[serde(default)]
    pub numerator: u32,
    /// The whole.
    #[serde(default)]
    pub denominator: u32,
}

/// Where it started from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IndicatorBaselineSet {
    /// The value.
    pub value: IndicatorValue,
    /// As of when, as the source has it.
    pub as_of: String,
    /// Who says so.
    pub source: String,
}

/// Where it should be, and by when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IndicatorTargetSet {
    /// The value.
    pub value: IndicatorValue,
    /// By when.
    #[serde(with = "iso_date")]
    pub by: Date,
    /// Who says so.
    pub source: String,
}

/// A measurement for one quarter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IndicatorMeasured {
    /// The quarter it is for.
    pub quarter: Quarter,
    /// The value.
    pub value: IndicatorValue,
    /// Who says so.
    pub source: String,
    /// The same, by sex and age, where it is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disaggregation: Vec<DisaggregatedValue>,
}

/// A part of a measurement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisaggregatedValue {
    /// Sex, where it is broken down by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Age band, where it is broken down by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<AgeBand>,
    /// The value of this part.
    pub value: IndicatorValue,
}

/// A measurement, baseline or target was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IndicatorCorrected {
    /// The event that was wrong; it stays visible.
    pub corrects: EventId,
    /// The right value.
    pub value: IndicatorValue,
    /// Why; never empty.
    pub reason: String,
}
