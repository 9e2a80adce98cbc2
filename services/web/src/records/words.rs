//! Commitments, indicators, obligations and the Forum in the reader's words.

use serde_json::Value;
use tais_domain::admission::StreamState;
use tais_domain::forum::{About, Erasure};
use tais_domain::{commitment, obligation};
use tais_proto::event::activity::{OrganisationRef, ParticipationCount, Venue};
use tais_proto::event::indicator::{DisaggregatedValue, IndicatorValue};
use tais_proto::reference::{ItemCode, Reference};
use tais_proto::vocabulary::{ActivityKind, Direction, Sex};
use tais_proto::when::parse_iso_date;
use tais_proto::{Date, Event, Lang, PersonId, Pillar, Quarter, Texts as Spoken};

use super::acts::{Act, Shape};
use crate::language::{Arg, Texts};
use crate::parts::Standing;

/// The language of the reader as the record's texts know it.
#[must_use]
pub fn lang(t: Texts) -> Lang {
    t.language().tag().parse().unwrap_or(Lang::EN)
}

/// The title of a framework item in the reader's language.
#[must_use]
pub fn item(t: Texts, reference: &Reference, code: &ItemCode) -> String {
    let item = reference.item(code);
    let text = item.and_then(|item| item.title.best(lang(t))).map(|(_, text)| text.to_owned());
    text.unwrap_or_else(|| code.to_string())
}

/// What it is called, with the language it is written in.
#[must_use]
pub fn title(t: Texts, state: &StreamState) -> (String, String) {
    let spoken = match state {
        StreamState::Commitment(it) => &it.made.text,
        StreamState::Indicator(it) => &it.defined.title,
        StreamState::Obligation(it) => &it.scheduled.title,
        StreamState::Activity(it) => &it.details.title,
        StreamState::Forum(it) => match &it.about {
            About::Session { held } => &held.title,
            About::Member { erasure: Some(Erasure::Done), .. } => {
                return (lang(t).to_string(), t.get("forum-erased"));
            }
            About::Member { joined, .. } => return (lang(t).to_string(), person(t, joined.person)),
            About::Mentorship { started, .. } => {
                return (
                    lang(t).to_string(),
                    pair(t, &person(t, started.mentor), &person(t, started.mentee)),
                );
            }
        },
        StreamState::Plain { .. } => return (lang(t).to_string(), "-".to_owned()),
    };
    let (lang, text) = spoken.best(lang(t)).unwrap_or((lang(t), "-"));
    (lang.to_string(), text.to_owned())
}

/// Somebody whose name is not for this reader: the end of their id.
#[must_use]
pub fn person(t: Texts, id: PersonId) -> String {
    let id = id.0.simple().to_string();
    t.with("forum-person", &[("id", id[id.len() - 8..].to_owned().into())])
}

/// Mentor and mentee.
#[must_use]
pub fn pair(t: Texts, mentor: &str, mentee: &str) -> String {
    t.with("forum-pair", &[("mentor", mentor.to_owned().into()), ("mentee", mentee.to_owned().into())])
}

/// The day it is due.
#[must_use]
pub fn due(state: &StreamState) -> Option<Date> {
    match state {
        StreamState::Commitment(it) => Some(it.due),
        StreamState::Obligation(it) => Some(it.scheduled.due),
        StreamState::Indicator(it) => it.target.as_ref().map(|target| target.said.by),
        _ => None,
    }
}

/// Where it stands: the end of a text's key `record-state-…`, and whether somebody should look.
#[must_use]
pub fn standing(state: &StreamState, today: Date) -> (&'static str, bool) {
    let late = due(state).is_some_and(|due| due < today);
    match state {
        StreamState::Commitment(it) => match it.status {
            commitment::Status::Open if late => ("overdue", true),
            commitment::Status::Open => ("open", false),
            commitment::Status::Fulfilled { .. } => ("fulfilled", false),
            commitment::Status::Lapsed { .. } => ("lapsed", false),
        },
        StreamState::Obligation(it) => match it.status {
            obligation::Status::Open if late => ("overdue", true),
            obligation::Status::Open => ("open", false),
            obligation::Status::Met { .. } => ("met", false),
            obligation::Status::Missed { .. } => ("missed", true),
        },
        StreamState::Indicator(it) => match it.has_moved_as_meant() {
            Some(true) => ("moved", false),
            Some(false) => ("not-moved", true),
            None if it.measurements.is_empty() => ("not-measured", false),
            None => ("measured", false),
        },
        StreamState::Forum(it) => match &it.about {
            About::Session { .. } => ("held", false),
            About::Member { erasure: None, .. } => ("member", false),
            About::Member { erasure: Some(Erasure::Asked { .. }), .. } => ("erasure-asked", true),
            About::Member { erasure: Some(Erasure::Done), .. } => ("erased", false),
            About::Mentorship { completed: None, .. } => ("lasting", false),
            About::Mentorship { completed: Some(_), .. } => ("completed", false),
        },
        _ => ("open", false),
    }
}

/// Where it stands as a word with its sign: HTML.
#[must_use]
pub fn chip(t: Texts, state: &str, warns: bool) -> String {
    let standing = if warns { Standing::Bad } else { Standing::Plain };
    crate::parts::chip(standing, &t.get(&format!("record-state-{state}")))
}

/// `36.9 percent`, or `24 of 65 (37%)`.
#[must_use]
pub fn value(t: Texts, value: &IndicatorValue, unit: &str) -> String {
    match value {
        IndicatorValue::Decimal(text) if unit == "%" => format!("{text}%"),
        IndicatorValue::Decimal(text) => format!("{text} {unit}").trim_end().to_owned(),
        IndicatorValue::Ratio(ratio) => {
            let (part, whole) = (i64::from(ratio.numerator), i64::from(ratio.denominator));
            let values = [
                ("part", Arg::from(t.format_number(part))),
                ("whole", Arg::from(t.format_number(whole))),
                ("percent", Arg::from(t.format_percent(part, whole).unwrap_or_else(|| "–".to_owned()))),
            ];
            t.with("record-ratio", &values)
        }
    }
}

/// What an event says, field by field, in the order of its form.
#[must_use]
pub fn facts(t: Texts, reference: &Reference, event: &Event, unit: &str) -> Vec<(String, String)> {
    let Some(act) = Act::of(event.event_type()) else { return Vec::new() };
    let data: Value =
        event.to_json().ok().and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
    let said = act.fields.iter().filter_map(|field| {
        let words = of_shape(t, reference, field.shape, data.get(field.name)?, unit)?;
        Some((t.get(&format!("field-record-{}", field.name)), words))
    });
    said.collect()
}

fn of_shape(t: Texts, reference: &Reference, shape: Shape, data: &Value, unit: &str) -> Option<String> {
    let text = data.as_str().map(str::to_owned);
    Some(match shape {
        Shape::Line => text?,
        Shape::Words => serde_json::from_value::<Spoken>(data.clone()).ok()?.best(lang(t))?.1.to_owned(),
        Shape::Day => t.format_date(parse_iso_date(&text?).ok()?),
        Shape::Pillar => pillar(serde_json::from_value(data.clone()).ok()?),
        Shape::Direction => direction(t, serde_json::from_value(data.clone()).ok()?),
        Shape::Item => item(t, reference, &text?.parse().ok()?),
        Shape::Items => {
            let codes = data.as_array()?.iter().filter_map(|code| code.as_str()?.parse().ok());
            codes.map(|code| item(t, reference, &code)).collect::<Vec<_>>().join("; ")
        }
        Shape::Organisation => organisation(t, reference, &serde_json::from_value(data.clone()).ok()?),
        Shape::Value => value(t, &serde_json::from_value(data.clone()).ok()?, unit),
        Shape::Quarter => t.format_quarter(serde_json::from_value::<Quarter>(data.clone()).ok()?),
        // An id says nothing to a reader: the page links what was corrected.
        Shape::Earlier => return None,
        Shape::SessionKind => {
            t.get(&format!("kind-{}", serde_json::from_value::<ActivityKind>(data.clone()).ok()?))
        }
        Shape::PartialDay => t.format_partial_date(text?.parse().ok()?),
        Shape::City => serde_json::from_value::<Venue>(data.clone()).ok()?.city?,
        Shape::Attendances => {
            let counts: Vec<ParticipationCount> = serde_json::from_value(data.clone()).ok()?;
            attendances(t, &counts)
        }
        // An event holds ids, and its history shows what it holds.
        Shape::Person | Shape::NewPerson | Shape::Given => {
            person(t, serde_json::from_value(data.clone()).ok()?)
        }
        Shape::Parts => {
            let parts: Vec<DisaggregatedValue> = serde_json::from_value(data.clone()).ok()?;
            parts.iter().map(|it| part(t, it, unit)).collect::<Vec<_>>().join("; ")
        }
    })
}

/// `Female: 24; Male: 9`.
#[must_use]
pub fn attendances(t: Texts, counts: &[ParticipationCount]) -> String {
    let of = |sex: &Sex| {
        let own = counts.iter().filter(|cell| cell.sex == *sex).map(|cell| i64::from(cell.count.number));
        let sum: i64 = own.sum();
        (sum > 0).then(|| format!("{}: {}", t.get(&format!("sex-{sex}")), t.format_number(sum)))
    };
    Sex::ALL.iter().filter_map(of).collect::<Vec<_>>().join("; ")
}

fn part(t: Texts, part: &DisaggregatedValue, unit: &str) -> String {
    let sex = part.sex.map(|sex| t.get(&format!("sex-{sex}")));
    let age = part.age.map(|age| t.get(&format!("age-{age}")));
    let of: Vec<String> = sex.into_iter().chain(age).collect();
    format!("{}: {}", of.join(", "), value(t, &part.value, unit))
}

fn organisation(t: Texts, reference: &Reference, of: &OrganisationRef) -> String {
    match of {
        OrganisationRef::Name(name) => name.clone(),
        OrganisationRef::Code(code) => {
            let known = reference.organisation(code).and_then(|it| it.title.best(lang(t)));
            known.map_or_else(|| code.to_string(), |(_, name)| name.to_owned())
        }
    }
}

/// `APSC`.
#[must_use]
pub fn pillar(pillar: Pillar) -> String {
    pillar.code().to_uppercase()
}

/// Which way an indicator is meant to go.
#[must_use]
pub fn direction(t: Texts, direction: Direction) -> String {
    t.get(&format!("record-direction-{direction}"))
}
