//! What the pages show: my updates, a receipt, one activity.

use askama::Template;
use tais_bus::{Item, ItemState};
use tais_domain::activity::{Activity, Status};
use tais_proto::{EventId, Lang, Pillar};
use tais_web::chart;
use tais_web::language::{Arg, Texts};
use tais_web::parts::{Standing, chip};
use tais_web::session::Csrf;
use uuid::Uuid;

use crate::drafts::Draft;
use crate::own::View;

fn title_of(t: Texts, activity: &Activity) -> (String, String) {
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

fn status_chip(t: Texts, status: &Status) -> String {
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

struct Row {
    chip: String,
    reference: String,
    url: String,
    lang: String,
    title: String,
    when: String,
    progress: String,
}

struct DraftRow {
    lang: String,
    title: String,
    saved: String,
    url: String,
    discard: String,
}

/// My updates: what was returned first, then what was begun, then what is on its way, then the rest.
#[derive(Template)]
#[template(path = "list.html")]
pub struct ListPage {
    t: Texts,
    pillar: &'static str,
    mark: String,
    title: String,
    lead: String,
    csrf: String,
    queue: String,
    due: String,
    returned: Vec<Row>,
    drafts: Vec<DraftRow>,
    rows: Vec<Row>,
}

impl ListPage {
    /// Makes the content. `queue` is the place for what waits on the reader's device, `due` for what is
    /// to be done.
    pub fn new(
        t: Texts,
        pillar: Pillar,
        views: &[View],
        drafts: &[Draft],
        csrf: &Csrf,
        (queue, due): (String, String),
    ) -> Self {
        let is_returned = |view: &&View| matches!(view.activity.status, Status::Returned { .. });
        let (returned, mut sorted): (Vec<&View>, Vec<&View>) = views.iter().partition(is_returned);
        let urgency = |view: &&View| match &view.open {
            open if open.iter().any(|item| !item.is_pending()) => 1,
            open if !open.is_empty() => 2,
            _ => 3,
        };
        sorted.sort_by_key(urgency);
        let waiting = views.iter().filter(|view| !view.open.is_empty()).count();
        Self {
            pillar: pillar.code(),
            mark: chart::pillar_mark(pillar),
            title: t.with("correspondent-list-title", &[("pillar", Arg::from(pillar.code().to_uppercase()))]),
            lead: t.with(
                "correspondent-list-lead",
                &[("count", Arg::from(views.len())), ("waiting", Arg::from(waiting))],
            ),
            csrf: csrf.field(),
            queue,
            due,
            returned: returned.into_iter().map(|view| list_row(t, pillar, view)).collect(),
            drafts: drafts.iter().map(|draft| draft_row(t, pillar, draft)).collect(),
            rows: sorted.into_iter().map(|view| list_row(t, pillar, view)).collect(),
            t,
        }
    }

    /// The page's title.
    pub fn title(&self) -> &str {
        &self.title
    }
}

fn list_row(t: Texts, pillar: Pillar, view: &View) -> Row {
    let (lang, title) = title_of(t, &view.activity);
    let starts = view.activity.details.starts;
    let progress = match view.open.first() {
        Some(item) => t.get(&format!("item-{}", item.state.code())),
        None => t.with("correspondent-recorded-events", &[("count", Arg::from(view.lines.len()))]),
    };
    Row {
        chip: status_chip(t, &view.activity.status),
        reference: view.activity.details.external_ref.clone().unwrap_or_default(),
        url: format!("/{pillar}/activities/{}", view.id),
        lang,
        title,
        when: starts.map_or_else(|| t.get("office-date-unknown"), |starts| t.format_partial_date(starts)),
        progress,
    }
}

fn draft_row(t: Texts, pillar: Pillar, draft: &Draft) -> DraftRow {
    let (lang, title) = match draft.typed.title.trim() {
        "" => (t.language().tag().to_owned(), t.get("correspondent-draft-untitled")),
        title => (draft.typed.language.clone(), title.to_owned()),
    };
    let saved_at = t.format_time(draft.saved_at.to_utc());
    DraftRow {
        lang,
        title,
        saved: t.with("correspondent-draft-kept", &[("time", Arg::from(saved_at))]),
        url: format!("/{pillar}/new?draft={}", draft.id),
        discard: format!("/{pillar}/drafts/{}/discard", draft.id),
    }
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
