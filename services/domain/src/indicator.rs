//! One indicator: defined, given a baseline and a target, measured, corrected. What was corrected
//! stays visible beside what is right.

use serde::{Deserialize, Serialize};
use tais_proto::event::indicator::*;
use tais_proto::reference::Reference;
use tais_proto::vocabulary::Direction;
use tais_proto::{Event, EventId};

use crate::Happened;
use crate::refusal::{EvolveError, Refusal, Rule, filled};

/// The longest decimal that is taken: more digits than any source gives.
const DECIMAL_MAX: usize = 30;

/// Something that was said of the indicator, with what corrected it since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated<T> {
    /// The event that said it.
    pub event: EventId,
    /// What it said.
    pub said: T,
    /// Its corrections, the last in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<IndicatorCorrected>,
}

impl<T> Stated<T> {
    const fn new(event: EventId, said: T) -> Self {
        Self { event, said, corrections: Vec::new() }
    }

    /// The value in force: the last correction's, or what was said first.
    pub fn value<'a>(&'a self, first: impl Fn(&'a T) -> &'a IndicatorValue) -> &'a IndicatorValue {
        self.corrections.last().map_or_else(|| first(&self.said), |correction| &correction.value)
    }
}

/// What an indicator is after its events so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicator {
    /// The version of its last event.
    pub version: u32,
    /// What it is.
    pub defined: IndicatorDefined,
    /// Where it started from.
    pub baseline: Option<Stated<IndicatorBaselineSet>>,
    /// Where it should be.
    pub target: Option<Stated<IndicatorTargetSet>>,
    /// Its measurements, in the order in which they were recorded.
    pub measurements: Vec<Stated<IndicatorMeasured>>,
}

impl Indicator {
    /// The measurement of the last quarter; of one quarter's the one recorded last.
    #[must_use]
    pub fn latest(&self) -> Option<&Stated<IndicatorMeasured>> {
        self.measurements.iter().max_by_key(|measured| measured.said.quarter)
    }

    /// Whether the latest measurement lies on the meant side of the baseline; `None` where either is
    /// missing or gives no figure.
    #[must_use]
    pub fn has_moved_as_meant(&self) -> Option<bool> {
        let now = self.latest()?.value(|said| &said.value);
        let then = self.baseline.as_ref()?.value(|said| &said.value);
        let (now, then) = (figure(now)?, figure(then)?);
        Some(match self.defined.direction {
            Direction::Rising => now > then,
            Direction::Falling => now < then,
        })
    }

    fn find(&mut self, event: EventId) -> Option<&mut Vec<IndicatorCorrected>> {
        let baseline = self.baseline.as_mut().filter(|stated| stated.event == event);
        let target = self.target.as_mut().filter(|stated| stated.event == event);
        let measured = self.measurements.iter_mut().find(|stated| stated.event == event);
        baseline
            .map(|stated| &mut stated.corrections)
            .or(target.map(|stated| &mut stated.corrections))
            .or(measured.map(|stated| &mut stated.corrections))
    }
}

/// The figure of a value; `None` for a denominator of zero. Only for comparing and drawing: what is
/// shown is the value as it was given.
#[must_use]
pub fn figure(value: &IndicatorValue) -> Option<f64> {
    match value {
        IndicatorValue::Decimal(text) => text.parse().ok(),
        IndicatorValue::Ratio(Ratio { denominator: 0, .. }) => None,
        IndicatorValue::Ratio(ratio) => Some(f64::from(ratio.numerator) / f64::from(ratio.denominator)),
    }
}

/// The rules: whether this event may follow on this state. That a code is unique in the record is
/// checked by the page that defines it: one stream knows nothing of the others.
///
/// # Errors
/// When a rule is broken.
pub fn check(state: Option<&Indicator>, event: &Event, reference: &Reference) -> Result<(), Refusal> {
    let Some(indicator) = state else {
        return match event {
            Event::IndicatorDefined(defined) => check_defined(defined, reference),
            _ => Err(Rule::NotBegun.into()),
        };
    };
    match event {
        Event::IndicatorDefined(_) => Err(Rule::AlreadyBegun.into()),
        Event::IndicatorBaselineSet(set) => {
            check_value(&set.value, "/value")?;
            filled(&set.as_of, "/asOf")?;
            filled(&set.source, "/source")
        }
        Event::IndicatorTargetSet(set) => {
            check_value(&set.value, "/value")?;
            filled(&set.source, "/source")
        }
        Event::IndicatorMeasured(measured) => check_measured(measured),
        Event::IndicatorCorrected(corrected) => {
            check_value(&corrected.value, "/value")?;
            if corrected.reason.trim().is_empty() {
                return Err(Refusal::at(Rule::ReasonMissing, "/reason"));
            }
            // Looking for it in a copy keeps one way of looking.
            match indicator.clone().find(corrected.corrects) {
                Some(_) => Ok(()),
                None => Err(Refusal::at(Rule::NothingToCorrect, "/corrects")),
            }
        }
        _ => Err(Rule::NotBegun.into()),
    }
}

fn check_defined(defined: &IndicatorDefined, reference: &Reference) -> Result<(), Refusal> {
    filled(&defined.code, "/code")?;
    if defined.title.is_empty() {
        return Err(Refusal::at(Rule::TitleMissing, "/title"));
    }
    filled(&defined.unit, "/unit")?;
    match &defined.framework_item {
        Some(item) if reference.item(item).is_none() => {
            let rule = Rule::UnknownCode { what: "framework item", code: item.to_string() };
            Err(Refusal::at(rule, "/frameworkItem"))
        }
        _ => Ok(()),
    }
}

fn check_measured(measured: &IndicatorMeasured) -> Result<(), Refusal> {
    check_value(&measured.value, "/value")?;
    filled(&measured.source, "/source")?;
    let parts = &measured.disaggregation;
    for (index, part) in parts.iter().enumerate() {
        check_value(&part.value, &format!("/disaggregation/{index}/value"))?;
        if parts[..index].iter().any(|other| (other.sex, other.age) == (part.sex, part.age)) {
            return Err(Refusal::at(Rule::CellTwice, format!("/disaggregation/{index}")));
        }
    }
    Ok(())
}

/// A decimal is digits with at most one point and a sign; a part of a whole is not larger than it.
fn check_value(value: &IndicatorValue, pointer: &str) -> Result<(), Refusal> {
    let is_right = match value {
        IndicatorValue::Ratio(ratio) => ratio.numerator <= ratio.denominator,
        IndicatorValue::Decimal(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
            let all = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            text.len() <= DECIMAL_MAX && all(whole) && all(part)
        }
    };
    if is_right { Ok(()) } else { Err(Refusal::at(Rule::NotAFigure, pointer)) }
}

/// What the indicator is after one more event.
///
/// # Errors
/// Only for an event that was never admitted here: the stream was read out of order or altered.
pub fn evolve(state: Option<Indicator>, happened: &Happened<'_>) -> Result<Indicator, EvolveError> {
    let error = || EvolveError::of(happened);
    let Some(mut indicator) = state else {
        return match happened.event {
            Event::IndicatorDefined(defined) if happened.version == 1 => Ok(Indicator {
                version: 1,
                defined: (**defined).clone(),
                baseline: None,
                target: None,
                measurements: Vec::new(),
            }),
            _ => Err(error()),
        };
    };
    if happened.version != indicator.version + 1 {
        return Err(error());
    }
    indicator.version = happened.version;
    match happened.event {
        Event::IndicatorBaselineSet(set) => {
            indicator.baseline = Some(Stated::new(happened.id, (**set).clone()));
        }
        Event::IndicatorTargetSet(set) => {
            indicator.target = Some(Stated::new(happened.id, (**set).clone()));
        }
        Event::IndicatorMeasured(measured) => {
            indicator.measurements.push(Stated::new(happened.id, (**measured).clone()));
        }
        Event::IndicatorCorrected(corrected) => {
            let corrections = indicator.find(corrected.corrects).ok_or_else(error)?;
            corrections.push((**corrected).clone());
        }
        _ => return Err(error()),
    }
    Ok(indicator)
}
