//! The pages: a list of each kind, one record with its history and what can be said of it, and the
//! form that begins one.

use askama::Template;
use tais_bus::{Item, ItemState};
use tais_domain::admission::StreamState;
use tais_log::Entry;
use tais_proto::event::indicator::IndicatorMeasured;
use tais_proto::reference::Reference;
use tais_proto::{Date, Envelope, EventId};
use tais_web::chart;
use tais_web::language::{Arg, Texts};

use tais_web::records::{Form, Kind, forms, words};

use super::query::Record;

struct Row {
    mark: String,
    pillar: String,
    url: String,
    lang: String,
    title: String,
    due: String,
    state: String,
    warns: bool,
}

/// `/commitments`, `/indicators`, `/obligations`.
#[derive(Template)]
#[template(path = "records.html")]
pub struct ListPage {
    t: Texts,
    title: String,
    lead: String,
    none: String,
    calendar: bool,
    pillars: Vec<(String, String, bool)>,
    new_url: Option<String>,
    new_title: String,
    due_title: String,
    rows: Vec<Row>,
}

impl ListPage {
    /// The list. `pillar` is the filter in force; `may_begin` is whether this reader may add one.
    pub fn new(
        t: Texts,
        kind: Kind,
        records: &[Record],
        pillar: Option<tais_proto::Pillar>,
        may_begin: bool,
        today: Date,
    ) -> Self {
        let word = kind.streams().code();
        let late =
            records.iter().filter(|record| words::standing(&record.state, today).0 == "overdue").count();
        let open = records.iter().filter(|record| record.open).count();
        let values =
            [("count", Arg::from(records.len())), ("open", Arg::from(open)), ("late", Arg::from(late))];
        let filter = |code: &str, name: String| {
            let url = if code.is_empty() {
                kind.path().to_owned()
            } else {
                format!("{}?pillar={code}", kind.path())
            };
            (url, name, pillar.map_or("", |pillar| pillar.code()) == code)
        };
        let all = std::iter::once(filter("", t.get("record-all-pillars")));
        let each = tais_proto::Pillar::ALL.iter().map(|it| filter(it.code(), words::pillar(*it)));
        Self {
            t,
            title: t.get(&format!("record-title-{word}")),
            lead: t.with(&format!("record-lead-{word}"), &values),
            none: t.get(&format!("record-none-{word}")),
            calendar: kind == Kind::Obligation,
            pillars: all.chain(each).collect(),
            new_url: may_begin.then(|| format!("{}/new", kind.path())),
            new_title: forms::title(t, kind.beginning()),
            due_title: t.get(if kind == Kind::Indicator { "field-record-by" } else { "field-record-due" }),
            rows: records.iter().map(|record| row(t, kind, record, today)).collect(),
        }
    }

    pub fn title(&self) -> &str {
        &self.title
    }
}

fn row(t: Texts, kind: Kind, record: &Record, today: Date) -> Row {
    let (lang, title) = words::title(t, &record.state);
    let (state, warns) = words::standing(&record.state, today);
    let pillar = record.state.pillar();
    Row {
        mark: pillar.map(chart::pillar_mark).unwrap_or_default(),
        pillar: pillar.map(words::pillar).unwrap_or_default(),
        url: format!("{}/{}", kind.path(), record.id),
        lang,
        title,
        due: words::due(&record.state).map(|due| t.format_date(due)).unwrap_or_default(),
        state: t.get(&format!("record-state-{state}")),
        warns,
    }
}

struct Happening {
    url: String,
    position: u64,
    what: String,
    when: String,
    facts: Vec<(String, String)>,
    corrects: Option<(String, u64)>,
}

struct Measured {
    quarter: String,
    value: String,
    was: Vec<String>,
    source: String,
}

/// One commitment, indicator or obligation.
#[derive(Template)]
#[template(path = "record.html")]
pub struct RecordPage {
    t: Texts,
    lang: String,
    title: String,
    pillar: String,
    mark: String,
    state: String,
    lead: String,
    measured: Vec<Measured>,
    events: Vec<Happening>,
    on_its_way: Option<(String, String)>,
    stopped: bool,
    url: String,
    csrf: String,
    forms: Vec<Form>,
    errors: String,
}

/// What a record's page is made from, besides the record.
pub struct About<'a> {
    pub t: Texts,
    pub reference: &'a Reference,
    pub today: Date,
    pub entries: &'a [(Entry, Envelope)],
    pub open: Option<&'a Item>,
    pub csrf: String,
}

impl RecordPage {
    /// The page.
    pub fn new(about: &About<'_>, kind: Kind, record: &Record, forms: Vec<Form>, errors: String) -> Self {
        let t = about.t;
        let (lang, title) = words::title(t, &record.state);
        let (state, warns) = words::standing(&record.state, about.today);
        let pillar = record.state.pillar();
        let unit = unit(&record.state);
        Self {
            t,
            lang,
            title,
            pillar: pillar.map(words::pillar).unwrap_or_default(),
            mark: pillar.map(chart::pillar_mark).unwrap_or_default(),
            state: words::chip(t, state, warns),
            lead: lead(t, &record.state),
            measured: measured(t, &record.state),
            events: about.entries.iter().map(|entry| happening(about, entry, unit)).collect(),
            on_its_way: about.open.map(|item| on_its_way(t, item)),
            stopped: about.open.is_some_and(|item| !item.is_pending()),
            url: format!("{}/{}", kind.path(), record.id),
            csrf: about.csrf.clone(),
            forms,
            errors,
        }
    }

    pub fn title(&self) -> &str {
        &self.title
    }

    /// Puts a name where only some readers may know it.
    pub fn name(&mut self, title: Option<String>) {
        if let Some(title) = title {
            self.title = title;
        }
    }
}

fn on_its_way(t: Texts, item: &Item) -> (String, String) {
    let what = t.event_name(item.event.event_type().as_str());
    let how_far = match &item.state {
        ItemState::Refused { rule, reason, .. } => t.refusal(rule, reason),
        ItemState::Quarantined { code, reason } => t.refusal(code, reason),
        state => t.get(&format!("item-{}", state.code())),
    };
    (what, how_far)
}

fn unit(state: &StreamState) -> &str {
    match state {
        StreamState::Indicator(it) => &it.defined.unit,
        _ => "",
    }
}

/// The sentence that matters: until when, or how far.
fn lead(t: Texts, state: &StreamState) -> String {
    match state {
        StreamState::Commitment(it) if it.due != it.made.due => {
            let values =
                [("due", Arg::from(t.format_date(it.due))), ("first", Arg::from(t.format_date(it.made.due)))];
            t.with("record-due-moved", &values)
        }
        StreamState::Indicator(it) => {
            let unit = &it.defined.unit;
            let baseline = it.baseline.as_ref().map(|set| {
                let value = words::value(t, set.value(|said| &said.value), unit);
                t.with("record-baseline", &[("value", value.into()), ("when", set.said.as_of.clone().into())])
            });
            let target = it.target.as_ref().map(|set| {
                let value = words::value(t, set.value(|said| &said.value), unit);
                let by = t.format_date(set.said.by);
                t.with("record-target", &[("value", value.into()), ("by", by.into())])
            });
            let latest = it.latest().map(|set| {
                let value = words::value(t, set.value(|said| &said.value), unit);
                let quarter = t.format_quarter(set.said.quarter);
                t.with("record-latest", &[("value", value.into()), ("quarter", quarter.into())])
            });
            [latest, baseline, target].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        StreamState::Forum(it) => crate::forum::lead(t, it),
        state => words::due(state)
            .map(|due| t.with("record-due", &[("due", t.format_date(due).into())]))
            .unwrap_or_default(),
    }
}

fn measured(t: Texts, state: &StreamState) -> Vec<Measured> {
    let StreamState::Indicator(indicator) = state else { return Vec::new() };
    let unit = &indicator.defined.unit;
    let value = |said: &IndicatorMeasured| words::value(t, &said.value, unit);
    let mut all: Vec<_> = indicator.measurements.iter().collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.said.quarter));
    let one = |it: &&tais_domain::indicator::Stated<IndicatorMeasured>| Measured {
        quarter: t.format_quarter(it.said.quarter),
        value: words::value(t, it.value(|said| &said.value), unit),
        // What was wrong stays visible.
        was: if it.corrections.is_empty() { Vec::new() } else { vec![value(&it.said)] },
        source: it.said.source.clone(),
    };
    all.iter().map(one).collect()
}

fn happening(about: &About<'_>, (entry, envelope): &(Entry, Envelope), unit: &str) -> Happening {
    let t = about.t;
    let corrects = match &envelope.event {
        tais_proto::Event::IndicatorCorrected(corrected) => place_of(about, corrected.corrects),
        _ => None,
    };
    Happening {
        url: format!("/events/{}", entry.position),
        position: entry.position.0,
        what: t.event_name(&entry.event_type),
        when: t.format_time(entry.recorded_at.to_utc()),
        facts: words::facts(t, about.reference, &envelope.event, unit),
        corrects: corrects.map(|position| (format!("/events/{position}"), position)),
    }
}

fn place_of(about: &About<'_>, event: EventId) -> Option<u64> {
    about.entries.iter().find(|(entry, _)| entry.event_id == event).map(|(entry, _)| entry.position.0)
}

/// The form that begins a record.
#[derive(Template)]
#[template(path = "record_new.html")]
pub struct NewPage {
    pub t: Texts,
    pub csrf: String,
    pub form: Form,
    pub errors: String,
}

/// What was said is saved and not yet on the pages.
#[derive(Template)]
#[template(path = "record_waits.html")]
pub struct WaitsPage {
    pub t: Texts,
    pub what: String,
    pub state: String,
}

impl WaitsPage {
    pub fn new(t: Texts, item: &Item) -> Self {
        let (what, state) = on_its_way(t, item);
        Self { t, what, state }
    }
}
