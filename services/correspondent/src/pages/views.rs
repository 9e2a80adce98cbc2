//! What the pages show: a receipt, one activity.

use askama::Template;
use tais_bus::{Item, ItemState};
use tais_domain::activity::{Activity, Status};
use tais_proto::{EventId, Lang, Pillar};
use tais_web::chart;
use tais_web::language::{Arg, Texts};
use tais_web::parts::{Standing, chip};
use tais_web::session::Csrf;
use uuid::Uuid;

use crate::own::View;

pub(super) fn title_of(t: Texts, activity: &Activity) -> (String, String) {
    let lang = t.language().tag().parse().unwrap_or(Lang::EN);
    let (lang, text) = activity.details.title.best(lang).unwrap_or((Lang::EN, "-"));
    (lang.to_string(), text.to_owned())
}

pub(super) fn state_chip(t: Texts, state: &ItemState) -> String {
    let standing = match state {
        ItemState::Recorded { .. } => Standing::Ok,
        ItemState::Refused { .. } | ItemState::Quarantined { .. } => Standing::Bad,
        ItemState::Held | ItemState::Abandoned => Standing::Risk,
        ItemState::Saved | ItemState::Received => Standing::Plain,
    };
    chip(standing, &t.get(&format!("item-{}", state.code())))
}

pub(super) fn status_chip(t: Texts, status: &Status) -> String {
    let standing = match status {
        Status::Withdrawn { .. } => Standing::Bad,
        Status::Returned { .. } => Standing::Risk,
        Status::Validated { .. } | Status::Acknowledged { .. } => Standing::Ok,
        Status::Reported | Status::Submitted { .. } => Standing::Plain,
    };
    chip(standing, &t.get(&format!("state-{}", status.code())))
}

pub(super) fn reason_of(t: Texts, state: &ItemState) -> String {
    let (code, reason) = match state {
        ItemState::Refused { rule, reason, .. } => (rule, reason),
        ItemState::Quarantined { code, reason } => (code, reason),
        _ => return String::new(),
    };
    t.refusal(code, reason)
}

struct ReceiptRow {
    what: String,
    chip: String,
    reason: String,
    position: Option<u64>,
    recorded_at: String,
    leaf: String,
}

/// One submission and its receipts.
#[derive(Template)]
#[template(path = "update.html")]
pub struct UpdatePage {
    t: Texts,
    pillar: &'static str,
    title: String,
    lead: String,
    submission: EventId,
    url: String,
    lang: String,
    activity: String,
    rows: Vec<ReceiptRow>,
    waiting: bool,
}

impl UpdatePage {
    /// Makes the content.
    pub fn new(t: Texts, pillar: Pillar, submission: EventId, items: &[Item], view: &View) -> Self {
        let (lang, activity) = title_of(t, &view.activity);
        // The slowest part says how far the whole is.
        let furthest = |item: &&Item| match item.state {
            ItemState::Refused { .. } | ItemState::Quarantined { .. } => 0,
            ItemState::Held | ItemState::Abandoned => 1,
            ItemState::Saved => 2,
            ItemState::Received => 3,
            ItemState::Recorded { .. } => 4,
        };
        let state = items.iter().min_by_key(furthest).map_or("saved", |item| item.state.code());
        Self {
            pillar: pillar.code(),
            title: t.get(&format!("update-{state}-title")),
            lead: t.get(&format!("update-{state}")),
            submission,
            url: format!("/{pillar}/activities/{}", view.id),
            lang,
            activity,
            rows: items.iter().map(|item| receipt_row(t, item)).collect(),
            waiting: matches!(state, "saved" | "received"),
            t,
        }
    }

    /// The page's title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Whether something may still change by itself.
    pub const fn is_waiting(&self) -> bool {
        self.waiting
    }
}

fn receipt_row(t: Texts, item: &Item) -> ReceiptRow {
    let (position, recorded_at, leaf) = match &item.state {
        ItemState::Recorded { position, recorded_at, leaf_hash } => {
            (Some(position.0), t.format_time(recorded_at.to_utc()), leaf_hash.to_string())
        }
        ItemState::Refused { position, .. } => (Some(position.0), String::new(), String::new()),
        _ => (None, String::new(), String::new()),
    };
    ReceiptRow {
        what: t.event_name(item.event.event_type().as_str()),
        chip: state_chip(t, &item.state),
        reason: reason_of(t, &item.state),
        position,
        recorded_at,
        leaf,
    }
}

struct HistoryLine {
    position: Option<u64>,
    what: String,
    chip: String,
    words: String,
}

/// One activity: its history, and what can be done with it.
#[derive(Template)]
#[template(path = "activity.html")]
pub struct ActivityPage {
    t: Texts,
    mark: String,
    kind: String,
    lang: String,
    title: String,
    chip: String,
    reason: String,
    lines: Vec<HistoryLine>,
    url: String,
    csrf: String,
    submission: Uuid,
    attach: Uuid,
    can_submit: bool,
    corrects: bool,
    can_withdraw: bool,
    stopped: bool,
    documents: Vec<(String, String)>,
}

impl ActivityPage {
    /// Makes the content. `submission` names what the forms on the page will send.
    pub fn new(t: Texts, pillar: Pillar, view: &View, csrf: &Csrf, submission: Uuid) -> Self {
        let activity = &view.activity;
        let (lang, title) = title_of(t, activity);
        let recorded = view.lines.iter().map(|line| HistoryLine {
            position: Some(line.position.0),
            what: t.event_name(line.event_type.as_str()),
            chip: String::new(),
            words: t.with(
                "correspondent-recorded-on",
                &[("time", Arg::from(t.format_time(line.recorded_at.to_utc())))],
            ),
        });
        let open = view.open.iter().map(|item| HistoryLine {
            position: None,
            what: t.event_name(item.event.event_type().as_str()),
            chip: state_chip(t, &item.state),
            words: reason_of(t, &item.state),
        });
        let reason = match &activity.status {
            Status::Returned { reason } => t.with("office-returned", &[("reason", Arg::from(reason))]),
            Status::Withdrawn { reason } => t.with("office-withdrawn", &[("reason", Arg::from(reason))]),
            _ => String::new(),
        };
        Self {
            mark: chart::pillar_mark(pillar),
            kind: t.get(&format!("kind-{}", activity.details.kind)),
            lang,
            title,
            chip: status_chip(t, &activity.status),
            reason,
            lines: recorded.chain(open).collect(),
            url: format!("/{pillar}/activities/{}", view.id),
            csrf: csrf.field(),
            submission,
            attach: Uuid::now_v7(),
            stopped: view
                .open
                .iter()
                .any(|item| !item.is_pending() && !matches!(item.state, ItemState::Recorded { .. })),
            documents: activity
                .documents
                .iter()
                .map(|document| (format!("/documents/{}", document.sha256), document.name.clone()))
                .collect(),
            corrects: activity.status.validation().is_some(),
            can_submit: matches!(activity.status, Status::Reported | Status::Returned { .. }),
            can_withdraw: !matches!(activity.status, Status::Withdrawn { .. }),
            t,
        }
    }

    /// The page's title.
    pub fn title(&self) -> &str {
        &self.title
    }
}
