//! My updates: what was returned first, then what was begun, then what is due, then the rest, a page at a time.

use askama::Template;
use serde::Deserialize;
use tais_domain::activity::Status;
use tais_proto::Pillar;
use tais_web::chart;
use tais_web::language::{Arg, Texts};
use tais_web::percent_encode;
use tais_web::session::Csrf;

use super::views::{status_chip, title_of};
use crate::drafts::Draft;
use crate::own::View;

/// Rows of a page, of those that neither were returned nor are begun: few enough for a phone.
const PAGE: usize = 50;

/// What the reader asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// What is looked for in titles and references.
    #[serde(default)]
    find: String,
    /// Which page, from 1.
    #[serde(default)]
    page: String,
}

impl Asked {
    fn find(&self) -> Option<&str> {
        Some(self.find.trim()).filter(|find| !find.is_empty())
    }

    /// From 0.
    fn page(&self) -> usize {
        self.page.parse::<usize>().map_or(0, |page| page.clamp(1, usize::MAX / PAGE) - 1)
    }

    /// The address of another page of the same.
    fn on_page(&self, pillar: Pillar, page: usize) -> String {
        let found = self.find().map(|find| format!("find={}&", percent_encode(find))).unwrap_or_default();
        format!("/{pillar}?{found}page={}", page + 1)
    }
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

/// What the page shows.
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
    /// Whether there is something to look for things in.
    searchable: bool,
    find: String,
    newer: Option<String>,
    older: Option<String>,
}

impl ListPage {
    /// Makes the content. `queue` is the place for what waits on the reader's device, `due` for what is
    /// to be done; both and the drafts are on the first page alone.
    pub fn new(
        t: Texts,
        pillar: Pillar,
        (views, drafts): (&[View], &[Draft]),
        asked: &Asked,
        csrf: &Csrf,
        (queue, due): (String, String),
    ) -> Self {
        let is_first = asked.find().is_none() && asked.page() == 0;
        let (returned, rest) = sort(views, asked.find());
        let shown = rest.iter().skip(asked.page() * PAGE).take(PAGE);
        let older = (asked.page() + 1).saturating_mul(PAGE) < rest.len();
        Self {
            pillar: pillar.code(),
            mark: chart::pillar_mark(pillar),
            title: t.with("correspondent-list-title", &[("pillar", Arg::from(pillar.code().to_uppercase()))]),
            lead: lead(t, views, asked.find().map(|find| (find, rest.len()))),
            csrf: csrf.field(),
            queue,
            due: if is_first { due } else { String::new() },
            returned: returned
                .into_iter()
                .filter(|_| is_first)
                .map(|view| list_row(t, pillar, view))
                .collect(),
            drafts: drafts.iter().filter(|_| is_first).map(|draft| draft_row(t, pillar, draft)).collect(),
            rows: shown.map(|view| list_row(t, pillar, view)).collect(),
            searchable: views.len() > PAGE || asked.find().is_some(),
            find: asked.find().unwrap_or_default().to_owned(),
            newer: (asked.page() > 0).then(|| asked.on_page(pillar, asked.page() - 1)),
            older: older.then(|| asked.on_page(pillar, asked.page() + 1)),
            t,
        }
    }

    /// The page's title.
    pub fn title(&self) -> &str {
        &self.title
    }
}

/// What was returned, and the rest, what waits for somebody first; where something is looked for, all that has it is
/// the rest.
fn sort<'a>(views: &'a [View], find: Option<&str>) -> (Vec<&'a View>, Vec<&'a View>) {
    let is_returned = |view: &&View| matches!(view.activity.status, Status::Returned { .. });
    let (returned, mut rest): (Vec<&View>, Vec<&View>) = match find.map(str::to_lowercase) {
        Some(find) => (Vec::new(), views.iter().filter(|view| has(view, &find)).collect()),
        None => views.iter().partition(is_returned),
    };
    rest.sort_by_key(|view| match &view.open {
        open if open.iter().any(|item| !item.is_pending()) => 1,
        open if !open.is_empty() => 2,
        _ => 3,
    });
    (returned, rest)
}

/// Whether its title in any language or its reference has this in it, in lower case.
fn has(view: &View, find: &str) -> bool {
    let details = &view.activity.details;
    let texts = details.title.iter().map(|(_, text)| text).chain(details.external_ref.as_deref());
    texts.into_iter().any(|text| text.to_lowercase().contains(find))
}

fn lead(t: Texts, views: &[View], found: Option<(&str, usize)>) -> String {
    let count = Arg::from(views.len());
    if let Some((find, found)) = found {
        let values = [("found", Arg::from(found)), ("count", count), ("find", Arg::from(find))];
        return t.with("correspondent-list-found", &values);
    }
    let waiting = views.iter().filter(|view| !view.open.is_empty()).count();
    t.with("correspondent-list-lead", &[("count", count), ("waiting", Arg::from(waiting))])
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
