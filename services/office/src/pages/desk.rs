//! `/desk`: what waits for the person who is signed in; and the part of an activity's page where it
//! is decided about.

use askama::Template;
use tais_bus::{Item, ItemState};
use tais_domain::activity::Activity;
use tais_proto::{EventType, StreamId, StreamKind};
use tais_web::chart;
use tais_web::language::Texts;
use tais_web::session::{Csrf, SignedIn};
use uuid::Uuid;

use super::words;
use crate::desk::{awaits, may};
use crate::query::Listed;

struct Row {
    mark: String,
    pillar: String,
    reference: String,
    url: String,
    lang: String,
    title: String,
    when: String,
    asked: String,
}

/// What waits.
#[derive(Template)]
#[template(path = "desk.html")]
pub struct DeskPage {
    t: Texts,
    lead: String,
    rows: Vec<Row>,
    open: Vec<(String, String, String)>,
}

impl DeskPage {
    /// Makes the content. What was decided and has no receipt yet no longer waits.
    #[must_use]
    pub fn new(t: Texts, person: &SignedIn, listed: &[Listed], open: &[Item]) -> Self {
        let is_open = |listed: &&Listed| !open.iter().any(|item| item.stream.id == listed.id);
        let rows: Vec<Row> =
            listed.iter().filter(is_open).filter_map(|listed| row(t, person, listed)).collect();
        let of_activities = open.iter().filter(|item| item.stream.kind == StreamKind::Activity);
        let own = of_activities.filter(|item| may(person, item.event.event_type()));
        let open = own.map(|item| {
            let what = t.event_name(item.event.event_type().as_str());
            (format!("/activities/{}", item.stream.id), what, t.get(&format!("item-{}", item.state.code())))
        });
        let lead = t.with("desk-lead", &[("count", rows.len().into())]);
        Self { t, lead, rows, open: open.collect() }
    }
}

fn row(t: Texts, person: &SignedIn, listed: &Listed) -> Option<Row> {
    let asked = awaits(&listed.activity.status).filter(|event_type| may(person, *event_type))?;
    let details = &listed.activity.details;
    let (lang, title) = words::title(t, details);
    Some(Row {
        mark: chart::pillar_mark(details.pillar),
        pillar: details.pillar.code().to_uppercase(),
        reference: details.external_ref.clone().unwrap_or_default(),
        url: format!("/activities/{}", listed.id),
        lang,
        title,
        when: words::days(t, details),
        asked: match asked {
            EventType::ActivityAcknowledged => t.get("desk-to-acknowledge"),
            _ => t.get("desk-to-validate"),
        },
    })
}

/// Where an activity is decided about: the forms its reader may use, or how far a decision is.
#[derive(Template)]
#[template(path = "decision.html")]
pub struct DecisionPart {
    t: Texts,
    url: String,
    csrf: String,
    submission: Uuid,
    revision: u32,
    can_validate: bool,
    can_acknowledge: bool,
    can_return: bool,
    own: bool,
    open: Option<(String, String)>,
    stopped: bool,
}

impl DecisionPart {
    /// Makes the part, or nothing where this person decides nothing here now.
    #[must_use]
    pub fn new(
        t: Texts,
        person: &SignedIn,
        id: StreamId,
        activity: &Activity,
        open: Option<&Item>,
        csrf: &Csrf,
    ) -> Option<Self> {
        let can = |event_type| may(person, event_type);
        let waits_for = awaits(&activity.status);
        let stopped = open.is_some_and(|item| !item.is_pending());
        let part = Self {
            t,
            url: format!("/activities/{id}"),
            csrf: csrf.field(),
            submission: Uuid::now_v7(),
            revision: activity.revision,
            can_validate: waits_for == Some(EventType::ActivityValidated)
                && can(EventType::ActivityValidated),
            can_acknowledge: waits_for == Some(EventType::ActivityAcknowledged)
                && can(EventType::ActivityAcknowledged),
            can_return: waits_for.is_some() && can(EventType::ActivityReturned),
            own: activity.author == person.account,
            open: open.map(|item| (t.event_name(item.event.event_type().as_str()), how_far(t, &item.state))),
            stopped,
        };
        let decides = part.can_validate || part.can_acknowledge || part.can_return || part.open.is_some();
        decides.then_some(part)
    }
}

/// A decision's state in words, with the reason where it was not recorded.
fn how_far(t: Texts, state: &ItemState) -> String {
    let (code, reason) = match state {
        ItemState::Refused { rule, reason, .. } => (rule, reason),
        ItemState::Quarantined { code, reason } => (code, reason),
        state => return t.get(&format!("item-{}", state.code())),
    };
    t.refusal(code, reason)
}
