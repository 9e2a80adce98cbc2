//! The form of an act, made from its fields.

use tais_domain::admission::StreamState;
use tais_domain::forum::{About, Erasure, SESSION_KINDS};
use tais_domain::{commitment, obligation};
use tais_proto::reference::Reference;
use tais_proto::vocabulary::{AgeBand, Direction, Sex};
use tais_proto::{Date, EventId, EventType, PersonId, Pillar, Quarter};
use uuid::Uuid;

use super::acts::{Act, Field, Shape};
use super::input::{Typed, count_name, id_of, part_name, prefix};
use super::words::{self, lang};
use crate::escape;
use crate::fields::Fields;
use crate::language::Texts;
use crate::parts::FieldError;

/// How many quarters back a measurement can be for.
const QUARTERS: usize = 12;
/// The languages a text can be written in.
const LANGUAGES: [&str; 4] = ["en", "pt", "tet", "id"];

/// What a form is made for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The reader's texts.
    pub t: Texts,
    /// The reference data.
    pub reference: &'a Reference,
    /// Today in Dili.
    pub today: Date,
    /// What can be corrected: an event and what it said.
    pub earlier: &'a [(EventId, String)],
    /// Who can be chosen, by name.
    pub people: &'a [(PersonId, String)],
}

/// A form of a page.
#[derive(Debug)]
pub struct Form {
    /// Where it goes.
    pub url: String,
    /// What it is called, and its button with it.
    pub title: String,
    /// Its place on the page.
    pub id: String,
    /// Its fields: HTML.
    pub fields: Vec<String>,
    /// The id of what it says.
    pub submission: Uuid,
    /// Whether it is shown unfolded.
    pub open: bool,
}

impl Form {
    /// The form of an act with what was typed, under a service's own address; `wrong` is for the act that was just refused.
    #[must_use]
    pub fn new(
        asked: Asked<'_>,
        act: &Act,
        (base, id): (&str, &str),
        typed: &Typed,
        wrong: &[FieldError],
    ) -> Self {
        let (t, form) = (asked.t, prefix(act));
        let make = Fields { t, errors: wrong, form: &form, words: "record-" };
        let shown = act.fields.iter().filter(|field| field.shape != Shape::Given);
        let mut fields: Vec<String> = shown.map(|of| field(asked, make, act, *of, typed)).collect();
        if act.fields.iter().any(|field| field.shape == Shape::Words) {
            fields.push(language(make, typed));
        }
        if matches!(act.event, EventType::ForumErasureAsked | EventType::ForumPersonErased) {
            fields.push(format!(r#"<p class="hint">{}</p>"#, escape(&t.get("record-erasure-hint"))));
        }
        let known = typed.get("submission").and_then(|id| Uuid::parse_str(id).ok());
        Self {
            url: act.url(base, id),
            title: title(t, act),
            id: if act.path.is_empty() { "begin".to_owned() } else { act.path.to_owned() },
            fields,
            submission: known.unwrap_or_else(Uuid::now_v7),
            open: !wrong.is_empty(),
        }
    }
}

/// What an act is called on its form and its button.
#[must_use]
pub fn title(t: Texts, act: &Act) -> String {
    let what = if act.path.is_empty() { act.kind.streams().code() } else { act.path };
    t.get(&format!("record-act-{what}"))
}

/// Whether an act can follow on a state: what the rules would refuse is not offered.
#[must_use]
pub fn can_follow(act: &Act, state: &StreamState) -> bool {
    use tais_proto::EventType as E;
    match (state, act.event) {
        (StreamState::Commitment(it), _) => it.status == commitment::Status::Open,
        (StreamState::Obligation(it), E::ObligationMissed) => it.status == obligation::Status::Open,
        (StreamState::Obligation(it), _) => !matches!(it.status, obligation::Status::Met { .. }),
        (StreamState::Forum(it), E::ForumErasureAsked) => {
            matches!(it.about, About::Member { erasure: None, .. })
        }
        (StreamState::Forum(it), E::ForumPersonErased) => {
            matches!(it.about, About::Member { erasure: Some(Erasure::Asked { .. }), .. })
        }
        (StreamState::Forum(it), _) => it.is_open(),
        (StreamState::Indicator(it), E::IndicatorCorrected) => {
            it.baseline.is_some() || it.target.is_some() || !it.measurements.is_empty()
        }
        _ => true,
    }
}

fn field(asked: Asked<'_>, make: Fields<'_>, act: &Act, field: Field, typed: &Typed) -> String {
    let (t, name) = (asked.t, field.name);
    let value = typed.get(name).map_or("", String::as_str);
    let pillars = || Pillar::ALL.iter().map(|it| (it.code().to_owned(), t.get(&format!("pillar-{it}"))));
    let items = || {
        let titled = |item: &tais_proto::reference::Item| {
            let title = item.title.best(lang(t)).map_or("", |(_, title)| title).to_owned();
            (item.code.to_string(), title)
        };
        asked.reference.items().map(titled)
    };
    match field.shape {
        Shape::Line | Shape::Items | Shape::City | Shape::Given => make.text(name, value, None, false),
        Shape::Words => make.area(name, value),
        Shape::Day | Shape::PartialDay => make.text(name, value, Some(10), true),
        Shape::Value => make.text(name, value, Some(10), false),
        Shape::Pillar => make.select(name, value, pillars()),
        Shape::Direction => {
            let all = Direction::ALL.iter().map(|it| (it.code().to_owned(), words::direction(t, *it)));
            make.select(name, value, all)
        }
        Shape::Item => make.suggest(name, value, items()),
        Shape::Organisation => {
            let titled = |it: &tais_proto::reference::Organisation| {
                let title = it.title.best(lang(t)).map_or("", |(_, title)| title).to_owned();
                (it.code.to_string(), title)
            };
            make.suggest(name, value, asked.reference.organisations().map(titled))
        }
        Shape::Quarter => {
            let this = Quarter::of(asked.today);
            let back = std::iter::successors(Some(this), |quarter| Some(quarter.previous()));
            make.select(name, value, back.take(QUARTERS).map(|q| (q.to_string(), t.format_quarter(q))))
        }
        Shape::Earlier => {
            let earlier = asked.earlier.iter().map(|(event, said)| (event.to_string(), said.clone()));
            make.select(name, value, earlier)
        }
        Shape::Parts => parts(t, act, name, typed, make.errors),
        Shape::SessionKind => {
            let all = SESSION_KINDS.iter().map(|it| (it.code().to_owned(), t.get(&format!("kind-{it}"))));
            make.select(name, value, all)
        }
        Shape::Attendances => attendances(make, act, name, typed),
        Shape::Person => {
            let people = asked.people.iter().map(|(id, name)| (id.to_string(), name.clone()));
            make.select(name, value, people)
        }
        Shape::NewPerson => {
            let contact = typed.get("contact").map_or("", String::as_str);
            make.text(name, value, None, false) + &make.text("contact", contact, None, false)
        }
    }
}

fn language(make: Fields<'_>, typed: &Typed) -> String {
    let here = make.t.language().tag().to_owned();
    let chosen = typed.get("language").cloned().unwrap_or(here);
    let all = LANGUAGES.map(|tag| (tag.to_owned(), make.t.get(&format!("language-{tag}"))));
    make.select("language", &chosen, all.into_iter())
}

/// How many of each sex.
fn attendances(make: Fields<'_>, act: &Act, name: &str, typed: &Typed) -> String {
    let (t, id) = (make.t, id_of(act, name));
    let wrong = crate::parts::field_error(make.errors, &id);
    let inputs: String = Sex::ALL
        .iter()
        .map(|sex| {
            let input = count_name(*sex);
            let value = typed.get(&input).map(|text| escape(text)).unwrap_or_default();
            let word = escape(&t.get(&format!("sex-{sex}")));
            format!(
                r#"<label for="{id}-{sex}">{word}</label><input id="{id}-{sex}" name="{input}" value="{value}" size="5" inputmode="numeric">"#
            )
        })
        .collect();
    let legend = escape(&t.get(&format!("field-record-{name}")));
    format!(r#"<fieldset class="field" id="{id}"><legend>{legend}</legend>{wrong}{inputs}</fieldset>"#)
}

/// The same value by sex and age: a folded table, its headers naming each input.
fn parts(t: Texts, act: &Act, name: &str, typed: &Typed, errors: &[FieldError]) -> String {
    let id = id_of(act, name);
    let wrong = crate::parts::field_error(errors, &id);
    let heads: String = Sex::ALL
        .iter()
        .map(|sex| {
            format!(r#"<th scope="col" id="{id}-{sex}">{}</th>"#, escape(&t.get(&format!("sex-{sex}"))))
        })
        .collect();
    let ages = std::iter::once(None).chain(AgeBand::ALL.iter().copied().map(Some));
    let rows: String = ages
        .map(|age| {
            let code = age.map_or("all", AgeBand::code);
            let head = age.map_or_else(|| t.get("record-all-ages"), |age| t.get(&format!("age-{age}")));
            let cells: String = Sex::ALL
                .iter()
                .map(|sex| {
                    let input = part_name(Some(*sex), age);
                    let value = typed.get(&input).map(|text| escape(text)).unwrap_or_default();
                    format!(r#"<td><input name="{input}" value="{value}" size="4" aria-labelledby="{id}-{code} {id}-{sex}"></td>"#)
                })
                .collect();
            format!(r#"<tr><th scope="row" id="{id}-{code}">{}</th>{cells}</tr>"#, escape(&head))
        })
        .collect();
    let open = if wrong.is_empty() { "" } else { " open" };
    let title = escape(&t.get(&format!("field-record-{name}")));
    format!(
        r#"<details class="field" id="{id}"{open}><summary>{title}</summary>{wrong}<table class="counts"><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></details>"#
    )
}
