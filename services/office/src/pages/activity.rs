//! `/activities/{id}`: one activity as it stood, and the events behind it.

use askama::Template;
use tais_domain::activity::Status;
use tais_log::Entry;
use tais_proto::event::activity::{ActivityDetails, BodyRef, OrganisationRef};
use tais_proto::reference::Reference;
use tais_proto::vocabulary::Qualifier;
use tais_proto::{Envelope, Position, Quantity};
use tais_web::chart;
use tais_web::language::{Arg, Texts};

use super::words;
use crate::link::Links;
use crate::query::Listed;

struct EventRow {
    url: String,
    position: Position,
    what: String,
    publisher: String,
    recorded: String,
}

/// The page's content.
#[derive(Template)]
#[template(path = "activity.html")]
pub struct ActivityPage {
    t: Texts,
    mark: String,
    pillar: String,
    kind: String,
    reference: String,
    lang: String,
    title: String,
    summary_lang: String,
    summary: String,
    state: String,
    state_tone: &'static str,
    reason: String,
    facts: Vec<(String, String)>,
    sources: Vec<String>,
    alternates: Vec<(String, String)>,
    participation: Vec<(String, String, String, String)>,
    stated: Vec<(String, String)>,
    documents: Vec<(String, String)>,
    events: Vec<EventRow>,
}

impl ActivityPage {
    /// Makes the content from the activity as it stood and its entries up to then.
    #[must_use]
    pub fn new(t: Texts, reference: &Reference, listed: &Listed, entries: &[(Entry, Envelope)]) -> Self {
        let activity = &listed.activity;
        let details = &activity.details;
        let (lang, title) = words::title(t, details);
        let (summary_lang, summary) = details
            .summary
            .best(words::lang(t))
            .map(|(lang, text)| (lang.to_string(), text.to_owned()))
            .unwrap_or_default();
        let (state_tone, reason) = match &activity.status {
            Status::Withdrawn { reason } => {
                ("bad", t.with("office-withdrawn", &[("reason", Arg::from(reason))]))
            }
            Status::Returned { reason } => {
                ("risk", t.with("office-returned", &[("reason", Arg::from(reason))]))
            }
            Status::Validated { .. } | Status::Acknowledged { .. } => ("ok", String::new()),
            Status::Reported | Status::Submitted { .. } => ("", String::new()),
        };
        Self {
            mark: chart::pillar_mark(details.pillar),
            pillar: details.pillar.code().to_uppercase(),
            kind: kind(t, details),
            reference: details.external_ref.clone().unwrap_or_default(),
            lang,
            title,
            summary_lang,
            summary,
            state: t.get(&format!("state-{}", listed.status)),
            state_tone,
            reason,
            facts: facts(t, reference, listed),
            sources: details.sources.iter().filter(|s| s.starts_with("http")).cloned().collect(),
            alternates: alternates(t, details),
            participation: participation(t, listed),
            stated: stated(t, listed),
            documents: activity
                .documents
                .iter()
                .map(|document| (format!("/documents/{}", document.sha256), document.name.clone()))
                .collect(),
            events: entries.iter().map(|(entry, envelope)| event_row(t, entry, envelope)).collect(),
            t,
        }
    }

    /// The activity's title, for the page around the content.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }
}

fn kind(t: Texts, details: &ActivityDetails) -> String {
    let kind = t.get(&format!("kind-{}", details.kind));
    match &details.kind_as_stated {
        Some(stated) => format!("{kind} ({stated})"),
        None => kind,
    }
}

fn facts(t: Texts, reference: &Reference, listed: &Listed) -> Vec<(String, String)> {
    let details = &listed.activity.details;
    let mut facts = vec![(t.get("office-when"), words::days(t, details))];
    let mut add = |key: &str, value: String| {
        if !value.is_empty() {
            facts.push((t.get(key), value));
        }
    };
    add("office-where", venue(details));
    let state = details.member_state.as_ref();
    let state = state.and_then(|code| reference.member_state(code)?.title.best(words::lang(t)));
    add("office-member-state", state.map_or_else(|| t.get("office-regional"), |(_, name)| name.to_owned()));
    add("office-bodies", details.sectoral_bodies.iter().map(body).collect::<Vec<_>>().join(", "));
    add(
        "office-partners",
        details.lead.iter().chain(&details.partners).map(organisation).collect::<Vec<_>>().join(", "),
    );
    let items = details.framework_items.iter().map(|code| {
        let item = words::item(t, reference, code);
        let confirmed = reference.item(code).is_some_and(|item| item.confirmed);
        match confirmed {
            true => format!("{code}: {item}"),
            false => format!("{code}: {item} ({})", t.get("office-unconfirmed")),
        }
    });
    add("office-frameworks", items.collect::<Vec<_>>().join("; "));
    add("office-frameworks-stated", details.frameworks_as_stated.join("; "));
    let marker = details.gender_marker.as_ref();
    let marker = marker.map(|marker| format!("{}: {}", marker.score.code(), marker.reason));
    add("office-marker", marker.unwrap_or_else(|| t.get("office-marker-unscreened")));
    if let Some(confidence) = details.confidence {
        add("office-confidence", t.get(&format!("confidence-{confidence}")));
    }
    add("office-in-figures", t.get(if listed.counted { "office-yes" } else { "office-no" }));
    facts
}

fn venue(details: &ActivityDetails) -> String {
    let Some(venue) = &details.venue else { return String::new() };
    let municipality = venue.municipality.as_ref().map(ToString::to_string);
    let parts = [venue.place.clone(), municipality, venue.city.clone(), venue.country.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn body(body: &BodyRef) -> String {
    match body {
        BodyRef::Code(code) => code.to_string(),
        BodyRef::Name(name) => name.clone(),
    }
}

fn organisation(organisation: &OrganisationRef) -> String {
    match organisation {
        OrganisationRef::Code(code) => code.to_string(),
        OrganisationRef::Name(name) => name.clone(),
    }
}

fn alternates(t: Texts, details: &ActivityDetails) -> Vec<(String, String)> {
    let row = |alternate: &tais_proto::event::activity::Alternate| {
        let value = if alternate.value.is_empty() { t.get("office-blank") } else { alternate.value.clone() };
        let notes = [alternate.note.clone(), alternate.source.clone()];
        let notes = notes.into_iter().flatten().collect::<Vec<_>>().join("; ");
        (
            alternate.field.replace('_', " "),
            if notes.is_empty() { value } else { format!("{value} ({notes})") },
        )
    };
    details.alternates.iter().map(row).collect()
}

fn quantity(t: Texts, quantity: Quantity) -> String {
    let number = t.format_number(i64::from(quantity.number));
    match quantity.qualifier {
        Qualifier::Exact => number,
        qualifier => t.with(&format!("qualifier-{qualifier}"), &[("number", Arg::from(number))]),
    }
}

fn participation(t: Texts, listed: &Listed) -> Vec<(String, String, String, String)> {
    let Some(recorded) = &listed.activity.participation else { return Vec::new() };
    let cells = recorded.counts.iter().map(|cell| {
        (
            t.get(&format!("participant-{}", cell.role)),
            t.get(&format!("sex-{}", cell.sex)),
            t.get(&format!("age-{}", cell.age)),
            quantity(t, cell.count),
        )
    });
    cells.collect()
}

fn stated(t: Texts, listed: &Listed) -> Vec<(String, String)> {
    let Some(recorded) = &listed.activity.participation else { return Vec::new() };
    let total = recorded.total.map(|total| (t.get("office-total"), quantity(t, total)));
    let others =
        recorded.as_stated.iter().map(|figure| (figure.measure.replace('_', " "), figure.text.clone()));
    total.into_iter().chain(others).collect()
}

fn event_row(t: Texts, entry: &Entry, envelope: &Envelope) -> EventRow {
    let values = [
        ("recorded", Arg::from(t.format_time(entry.recorded_at.to_utc()))),
        ("happened", Arg::from(t.format_time(envelope.time.to_utc()))),
    ];
    EventRow {
        url: Links::event(entry.position),
        position: entry.position,
        what: t.event_name(&entry.event_type),
        publisher: t.get(&format!("publisher-{}", envelope.source.publisher)),
        recorded: t.with("office-recorded", &values),
    }
}
