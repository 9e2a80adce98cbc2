//! The rules of an indicator and of an obligation.

use tais_proto::EventId;
use tais_proto::event::indicator::*;
use tais_proto::event::obligation::*;
use tais_proto::vocabulary::Sex;
use time::macros::date;
use uuid::Uuid;

use crate::support::*;
use crate::{APSC, Broken, DIRECTORATE, row};

fn decimal(text: &str) -> IndicatorValue {
    IndicatorValue::Decimal(text.into())
}

fn measured(value: IndicatorValue) -> IndicatorMeasured {
    let quarter = "2026-Q3".parse().unwrap();
    IndicatorMeasured { quarter, value, source: "SEII".into(), disaggregation: Vec::new() }
}

pub fn indicators() -> Vec<Broken> {
    let nothing = Story::new(3);
    let defined = nothing.clone().then(DIRECTORATE.0, DIRECTORATE.1, indicator());
    let define = |change: &dyn Fn(&mut IndicatorDefined)| {
        let mut defined = indicator();
        change(&mut defined);
        defined
    };
    let baseline = |as_of: &str, source: &str| IndicatorBaselineSet {
        value: decimal("30"),
        as_of: as_of.into(),
        source: source.into(),
    };
    let target =
        |value, source: &str| IndicatorTargetSet { value, by: date!(2028 - 12 - 31), source: source.into() };
    let ratio = |numerator, denominator| IndicatorValue::Ratio(Ratio { numerator, denominator });
    let part = |text| DisaggregatedValue { sex: Some(Sex::Female), age: None, value: decimal(text) };
    let parts = |parts: Vec<_>| IndicatorMeasured { disaggregation: parts, ..measured(decimal("36.9")) };
    let correct =
        |corrects, reason: &str| IndicatorCorrected { corrects, value: decimal("37"), reason: reason.into() };
    let unknown = EventId(Uuid::from_u128(9));
    let said = defined.clone().then(DIRECTORATE.0, DIRECTORATE.1, measured(decimal("36.9")));
    let event = said.history[1].id;
    let who = DIRECTORATE;
    vec![
        row("measured before it is defined", &nothing, who, measured(decimal("1")), ("not-begun", "")),
        row("defined twice", &defined, who, indicator(), ("already-begun", "")),
        row("without a code", &nothing, who, define(&|it| it.code = " ".into()), ("missing", "/code")),
        row("without a title", &nothing, who, define(&|it| it.title = text("")), ("title-missing", "/title")),
        row("without a unit", &nothing, who, define(&|it| it.unit.clear()), ("missing", "/unit")),
        row(
            "an unknown item",
            &nothing,
            who,
            define(&|it| it.framework_item = Some("NAP9".parse().unwrap())),
            ("unknown-code", "/frameworkItem"),
        ),
        row("a baseline of no day", &defined, who, baseline("", "SEII"), ("missing", "/asOf")),
        row("a baseline of nobody", &defined, who, baseline("2023", ""), ("missing", "/source")),
        row("a target of nobody", &defined, who, target(decimal("40"), ""), ("missing", "/source")),
        row("a word for a figure", &defined, who, target(decimal("many"), "NAP"), ("not-a-figure", "/value")),
        row("a point alone", &defined, who, measured(decimal("36.")), ("not-a-figure", "/value")),
        row("a power", &defined, who, measured(decimal("1e9")), ("not-a-figure", "/value")),
        row("a part above its whole", &defined, who, measured(ratio(5, 4)), ("not-a-figure", "/value")),
        row(
            "a part twice",
            &defined,
            who,
            parts(vec![part("1"), part("2")]),
            ("cell-twice", "/disaggregation/1"),
        ),
        row(
            "a part that is no figure",
            &defined,
            who,
            parts(vec![part("")]),
            ("not-a-figure", "/disaggregation/0/value"),
        ),
        row(
            "a correction of nothing",
            &said,
            who,
            correct(unknown, "typing"),
            ("nothing-to-correct", "/corrects"),
        ),
        row("a correction without a reason", &said, who, correct(event, " "), ("reason-missing", "/reason")),
        row("a correspondent corrects", &said, APSC, correct(event, "typing"), ("not-allowed", "")),
    ]
}

pub fn obligations() -> Vec<Broken> {
    let nothing = Story::new(4);
    let due = nothing.clone().then(DIRECTORATE.0, DIRECTORATE.1, obligation());
    let met = |reference: &str| ObligationMet { on: date!(2026 - 12 - 01), reference: reference.into() };
    let missed = |reason: &str| ObligationMissed { reason: reason.into() };
    let done = due.clone().then(DIRECTORATE.0, DIRECTORATE.1, met("CEDAW/C/TLS/5"));
    let late = due.clone().then(DIRECTORATE.0, DIRECTORATE.1, missed("no data"));
    let schedule = |change: &dyn Fn(&mut ObligationScheduled)| {
        let mut scheduled = obligation();
        change(&mut scheduled);
        scheduled
    };
    // What was missed may still be handed in.
    late.clone().then(DIRECTORATE.0, DIRECTORATE.1, met("late"));
    let who = DIRECTORATE;
    vec![
        row("met before it is due", &nothing, who, met("a"), ("not-begun", "")),
        row("scheduled twice", &due, who, obligation(), ("already-begun", "")),
        row(
            "without a title",
            &nothing,
            who,
            schedule(&|it| it.title = text("")),
            ("title-missing", "/title"),
        ),
        row("to nobody", &nothing, who, schedule(&|it| it.recipient.clear()), ("missing", "/recipient")),
        row(
            "an unknown item",
            &nothing,
            who,
            schedule(&|it| it.framework_item = Some("NAP9".parse().unwrap())),
            ("unknown-code", "/frameworkItem"),
        ),
        row("met without a reference", &due, who, met(""), ("missing", "/reference")),
        row("missed without a reason", &due, who, missed(""), ("reason-missing", "/reason")),
        row("met twice", &done, who, met("again"), ("closed", "")),
        row("missed after it was met", &done, who, missed("late"), ("closed", "")),
        row("missed twice", &late, who, missed("still"), ("closed", "")),
    ]
}
