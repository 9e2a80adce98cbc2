//! From a form to the event that it means. The rules are the domain's; here only what a form alone
//! can get wrong is told beside its field.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tais_domain::Refusal;
use tais_domain::forum::SESSION_KINDS;
use tais_proto::amount::Quantity;
use tais_proto::event::activity::{OrganisationRef, ParticipationCount};
use tais_proto::reference::Reference;
use tais_proto::vocabulary::{ActivityKind, AgeBand, Direction, ParticipantRole, Sex};
use tais_proto::when::format_iso_date;
use tais_proto::{Event, Pillar, Quarter};

use super::acts::{Act, Field, Shape};
use crate::fields::{day, partial_day};
use crate::language::Texts;
use crate::parts::FieldError;

/// What was typed, by the name of the field.
pub type Typed = BTreeMap<String, String>;

/// The name of the input for a part by sex and age; `all` where it is not broken down by it.
#[must_use]
pub fn part_name(sex: Option<Sex>, age: Option<AgeBand>) -> String {
    format!("part.{}.{}", sex.map_or("all", Sex::code), age.map_or("all", AgeBand::code))
}

/// The name of the input for attendances of a sex.
#[must_use]
pub fn count_name(sex: Sex) -> String {
    format!("count.{sex}")
}

/// The id of a field on a page that has several forms.
#[must_use]
pub fn id_of(act: &Act, name: &str) -> String {
    format!("{}{name}", prefix(act))
}

/// What the ids of an act's fields begin with.
#[must_use]
pub fn prefix(act: &Act) -> String {
    if act.path.is_empty() { String::new() } else { format!("{}-", act.path) }
}

/// A refusal beside the field it is about.
#[must_use]
pub fn beside_its_field(t: Texts, act: &Act, refusal: &Refusal) -> FieldError {
    let first = refusal.pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
    let field = act.fields.iter().find(|field| field.name == first).or(act.fields.first());
    let message = t.refusal(refusal.rule.code(), &refusal.to_string());
    FieldError { field: id_of(act, field.map_or("", |field| field.name)), message }
}

/// What a form means.
///
/// # Errors
/// Every field that cannot be understood, with words beside it.
pub fn read(t: Texts, act: &Act, typed: &Typed, reference: &Reference) -> Result<Event, Vec<FieldError>> {
    let (mut data, mut errors) = (Map::new(), Vec::new());
    for field in act.fields {
        match value(field, typed, reference) {
            Ok(Some(value)) => {
                data.insert(field.name.to_owned(), value);
            }
            Ok(None) if !field.required => {}
            Ok(None) => {
                errors.push(FieldError { field: id_of(act, field.name), message: t.get("refusal-missing") });
            }
            Err(key) => errors.push(FieldError { field: id_of(act, field.name), message: t.get(key) }),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Event::parse(act.event, &Value::Object(data).to_string()).map_err(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "a form made no event");
        let field = act.fields.first().map_or("", |field| field.name);
        vec![FieldError { field: id_of(act, field), message: t.get("refusal-wrong-shape") }]
    })
}

/// The value of a field; the key of a text where it cannot be understood.
fn value(field: &Field, typed: &Typed, reference: &Reference) -> Result<Option<Value>, &'static str> {
    match field.shape {
        Shape::Parts => return parts(typed),
        Shape::Attendances => return attendances(typed),
        _ => {}
    }
    let text = typed.get(field.name).map_or("", |text| text.trim());
    if text.is_empty() {
        return Ok(None);
    }
    let choice = |value: Option<Value>| value.ok_or("correspondent-wrong-choice");
    let known = |code: &str| code.parse().ok().filter(|code| reference.item(code).is_some());
    Ok(Some(match field.shape {
        Shape::Line | Shape::Earlier | Shape::Person | Shape::NewPerson | Shape::Given => json!(text),
        Shape::Words => {
            let lang = typed.get("language").map_or("en", String::as_str);
            json!({ lang: text.replace("\r\n", "\n") })
        }
        Shape::Day => json!(format_iso_date(day(text).ok_or("records-wrong-day")?)),
        Shape::Pillar => choice(Pillar::from_code(text).map(|pillar| json!(pillar)))?,
        Shape::Direction => choice(Direction::from_code(text).map(|direction| json!(direction)))?,
        Shape::Item => json!(known(text).ok_or("correspondent-wrong-item")?),
        Shape::Items => {
            let codes = text.split(';').map(str::trim).filter(|code| !code.is_empty());
            let codes: Option<Vec<_>> = codes.map(known).collect();
            json!(codes.ok_or("correspondent-wrong-item")?)
        }
        Shape::Organisation => {
            let code = text.parse().ok().filter(|code| reference.organisation(code).is_some());
            json!(code.map_or_else(|| OrganisationRef::Name(text.to_owned()), OrganisationRef::Code))
        }
        Shape::Value => figure(text).ok_or("refusal-not-a-figure")?,
        Shape::Quarter => choice(text.parse::<Quarter>().ok().map(|quarter| json!(quarter)))?,
        Shape::SessionKind => {
            let kind = ActivityKind::from_code(text).filter(|kind| SESSION_KINDS.contains(kind));
            choice(kind.map(|kind| json!(kind)))?
        }
        Shape::PartialDay => json!(partial_day(text).ok_or("correspondent-wrong-date")?),
        Shape::City => json!({ "city": text }),
        Shape::Parts | Shape::Attendances => Value::Null,
    }))
}

/// Attendances by sex; where nothing is known, nothing is said.
fn attendances(typed: &Typed) -> Result<Option<Value>, &'static str> {
    let mut counts = Vec::new();
    for sex in Sex::ALL.iter().copied() {
        let text = typed.get(&count_name(sex)).map_or("", |text| text.trim());
        if !text.is_empty() {
            let number = text.parse().map_err(|_| "correspondent-wrong-number")?;
            let (role, age) = (ParticipantRole::Participant, AgeBand::Unknown);
            counts.push(ParticipationCount { role, sex, age, count: Quantity::exact(number) });
        }
    }
    Ok((!counts.is_empty()).then(|| json!(counts)))
}

/// `36.9` or `36,9`, or a part of a whole: `24/65`.
fn figure(text: &str) -> Option<Value> {
    match text.split_once('/') {
        None => Some(json!({ "decimal": text.replace(',', ".") })),
        Some((part, whole)) => {
            let part: u32 = part.trim().parse().ok()?;
            let whole: u32 = whole.trim().parse().ok()?;
            Some(json!({ "ratio": { "numerator": part, "denominator": whole } }))
        }
    }
}

fn parts(typed: &Typed) -> Result<Option<Value>, &'static str> {
    let mut parts = Vec::new();
    let ages = || AgeBand::ALL.iter().copied().map(Some);
    for age in std::iter::once(None).chain(ages()) {
        for sex in Sex::ALL.iter().copied() {
            let text = typed.get(&part_name(Some(sex), age)).map_or("", |text| text.trim());
            if !text.is_empty() {
                let mut part = json!({ "sex": sex, "value": figure(text).ok_or("refusal-not-a-figure")? });
                if let Some(age) = age {
                    part["age"] = json!(age);
                }
                parts.push(part);
            }
        }
    }
    Ok((!parts.is_empty()).then(|| json!(parts)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::super::acts::ACTS;
    use super::*;

    fn typed(fields: &[(&str, &str)]) -> Typed {
        fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    /// Something right for every field, so that every act's form makes its event.
    #[test]
    fn every_act_can_be_said_by_its_form() {
        let reference = Reference::load_embedded().unwrap();
        let fields = typed(&[
            ("text", "A promise"),
            ("title", "A title"),
            ("note", "Begun"),
            ("evidence", "Published"),
            ("pillar", "apsc"),
            ("due", "31/12/2026"),
            ("on", "2026-11-24"),
            ("by", "31/12/2028"),
            ("origin", "Summit"),
            ("owner", "A ministry"),
            ("frameworkItems", "WPS-PART; WPS-PROT"),
            ("frameworkItem", "WPS-PART"),
            ("code", "WIP"),
            ("unit", "percent"),
            ("direction", "rising"),
            ("quarter", "2026-Q3"),
            ("value", "24 / 65"),
            ("asOf", "2023"),
            ("source", "Parliament"),
            ("corrects", "0192f000-0000-7000-8000-000000000001"),
            ("reason", "typing"),
            ("recipient", "CEDAW"),
            ("reference", "CEDAW/C/TLS/5"),
            ("part.female.under-30", "12,5"),
            ("kind", "training"),
            ("starts", "12/2024"),
            ("ends", "31/12/2024"),
            ("venue", "Dili"),
            ("count.female", "24"),
            ("person", "0192f000-0000-7000-8000-000000000001"),
            ("mentor", "0192f000-0000-7000-8000-000000000001"),
            ("mentee", "0192f000-0000-7000-8000-000000000002"),
            ("outcome", "Leads a delegation"),
            ("language", "pt"),
        ]);
        for act in ACTS {
            let event = read(Texts::default(), act, &fields, &reference);
            assert_eq!(event.map(|event| event.event_type()), Ok(act.event));
            // Left empty, every field that must be filled is named at once.
            let required = act.fields.iter().filter(|field| field.required).count();
            let errors = read(Texts::default(), act, &Typed::new(), &reference).unwrap_err();
            assert_eq!(errors.len(), required, "{errors:?}");
        }
    }

    #[test]
    fn what_cannot_be_understood_is_told_beside_its_field() {
        let reference = Reference::load_embedded().unwrap();
        let act = Act::of(tais_proto::EventType::IndicatorTargetSet).unwrap();
        let wrong = typed(&[("value", "24/many"), ("by", "31/02/2026"), ("source", "NAP")]);
        let errors = read(Texts::default(), act, &wrong, &reference).unwrap_err();
        let fields: Vec<_> = errors.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["target-value", "target-by"]);
    }
}
