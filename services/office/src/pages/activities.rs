//! `/activities`: the list behind every figure. Its totals are the figure's.

use askama::Template;
use serde::Deserialize;
use tais_domain::measure::Share;
use tais_proto::Pillar;
use tais_proto::reference::Reference;
use tais_web::chart;
use tais_web::language::{Arg, Texts};

use super::words;
use crate::figures::Period;
use crate::link::{Links, Part};
use crate::query::{Listed, Slice, Totals, Wanted};

/// What the reader asked for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    /// The pillar's code.
    #[serde(default)]
    pub pillar: Option<String>,
    /// `wps`, `women` or `theme`.
    #[serde(default)]
    pub part: Option<String>,
    /// The code of a WPS pillar, with `part=theme`.
    #[serde(default)]
    pub theme: Option<String>,
    /// The first quarter.
    #[serde(default)]
    pub from: Option<String>,
    /// The last quarter.
    #[serde(default)]
    pub to: Option<String>,
    /// Which page of the list, from 1.
    #[serde(default)]
    pub page: Option<String>,
}

/// Rows of a page. The totals, the spreadsheet and the API are of all.
const PAGE: i64 = 500;

/// What a page shows of a list.
pub struct List<'a> {
    /// The page's rows.
    pub rows: &'a [Listed],
    /// What the whole list comes to.
    pub shown: Totals,
    /// The number of activities of the same pillar and period.
    pub whole: i64,
    /// The page's address.
    pub here: &'a str,
}

impl Asked {
    /// The pillar, where one was asked for that exists.
    #[must_use]
    pub fn pillar(&self) -> Option<Pillar> {
        self.pillar.as_deref().and_then(Pillar::from_code)
    }

    /// The period, where one was asked for.
    #[must_use]
    pub fn period(&self) -> Option<Period> {
        let quarter = |text: &Option<String>| text.as_deref()?.parse().ok();
        Some(Period { from: quarter(&self.from)?, to: quarter(&self.to)? })
    }

    fn page(&self) -> i64 {
        self.page
            .as_deref()
            .and_then(|page| page.parse().ok())
            .map_or(1, |page: i64| page.clamp(1, i64::MAX / PAGE))
    }

    /// Which rows the page shows.
    #[must_use]
    pub fn slice(&self) -> Slice {
        Slice { offset: (self.page() - 1) * PAGE, limit: PAGE }
    }

    /// Which part of a figure.
    #[must_use]
    pub fn part(&self) -> Part {
        match (self.part.as_deref(), &self.theme) {
            (Some("wps"), _) => Part::Wps,
            (Some("women"), _) => Part::Women,
            (Some("theme"), Some(theme)) => Part::Theme(theme.clone()),
            _ => Part::All,
        }
    }

    /// The same as a query.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        let part = self.part();
        Wanted {
            pillar: self.pillar(),
            wps: part == Part::Wps,
            theme: match &part {
                Part::Theme(theme) => Some(theme.clone()),
                _ => None,
            },
            period: self.period(),
            sex_stated: (part == Part::Women).then_some(true),
            undated: false,
            // The whole list shows everything; the list behind a figure only what the figure counts.
            uncounted: part == Part::All && self.period().is_none(),
        }
    }
}

struct Row {
    url: String,
    lang: String,
    title: String,
    kind: String,
    reference: String,
    mark: String,
    pillar: String,
    when: String,
    serves: String,
    women: String,
    state: String,
}

/// The page's content.
#[derive(Template)]
#[template(path = "activities.html")]
pub struct Activities {
    t: Texts,
    lead: String,
    csv_url: String,
    all_url: Option<String>,
    /// The same list of each pillar: its address, its name, and whether it is this one.
    pillars: Vec<(String, String, bool)>,
    newer: Option<String>,
    older: Option<String>,
    rows: Vec<Row>,
}

/// The same list on another of its pages.
fn on_page(here: &str, page: i64) -> String {
    with(here, &["page="], Some(format!("page={page}")))
}

/// The same list, from its first page, of one pillar or of all.
fn of_pillar(here: &str, pillar: Option<Pillar>) -> String {
    with(here, &["page=", "pillar="], pillar.map(|pillar| format!("pillar={}", pillar.code())))
}

/// An address with one part of its query in the place of others.
fn with(here: &str, others: &[&str], part: Option<String>) -> String {
    let (path, query) = here.split_once('?').unwrap_or((here, ""));
    let is_kept = |part: &&str| !part.is_empty() && !others.iter().any(|other| part.starts_with(other));
    let parts: Vec<String> = query.split('&').filter(is_kept).map(str::to_owned).chain(part).collect();
    if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
}

impl Activities {
    /// Makes the content.
    #[must_use]
    pub fn new(t: Texts, reference: &Reference, asked: &Asked, links: Links, list: &List<'_>) -> Self {
        let part = asked.part();
        let csv_url = links.list(asked.pillar(), &part).replacen("/activities?", "/activities.csv?", 1);
        let filtered = part != Part::All || asked.pillar().is_some() || asked.period().is_some();
        let page = asked.page();
        let pillar = |pillar: Option<Pillar>| {
            let name =
                pillar.map_or_else(|| t.get("record-all-pillars"), |pillar| pillar.code().to_uppercase());
            (of_pillar(list.here, pillar), name, pillar == asked.pillar())
        };
        Self {
            pillars: std::iter::once(None).chain(Pillar::ALL.iter().copied().map(Some)).map(pillar).collect(),
            newer: (page > 1).then(|| on_page(list.here, page - 1)),
            older: (page * PAGE < list.shown.activities).then(|| on_page(list.here, page + 1)),
            lead: lead(t, reference, asked, list),
            csv_url: if filtered { csv_url } else { format!("/activities.csv{}", links.frozen_query()) },
            all_url: filtered.then(|| format!("/activities{}", links.frozen_query())),
            rows: list.rows.iter().map(|listed| row(t, reference, links, listed)).collect(),
            t,
        }
    }
}

/// The figure that this list is behind, repeated in words.
fn lead(t: Texts, reference: &Reference, asked: &Asked, list: &List<'_>) -> String {
    let Totals { activities: count, women, attendances } = list.shown;
    let whole = list.whole;
    let pillar = asked.pillar().map_or_else(|| t.get("office-all-pillars"), |p| p.code().to_uppercase());
    let mut values =
        vec![("count", Arg::from(count)), ("whole", Arg::from(whole)), ("pillar", Arg::from(pillar))];
    let share = |share: Share| t.format_percent(share.numerator, share.denominator).unwrap_or_default();
    let text = match asked.part() {
        Part::All => t.with("office-list-all", &values),
        Part::Wps => {
            values.push(("share", Arg::from(share(Share { numerator: count, denominator: whole }))));
            t.with("office-list-wps", &values)
        }
        Part::Theme(theme) => {
            let name = theme.parse().map_or(theme, |code| words::item(t, reference, &code));
            values.push(("theme", Arg::from(name)));
            t.with("office-list-theme", &values)
        }
        Part::Women => {
            values.push(("women", Arg::Number(women)));
            values.push(("attendances", Arg::Number(attendances)));
            values.push(("share", Arg::from(share(Share { numerator: women, denominator: attendances }))));
            t.with("office-list-women", &values)
        }
    };
    match asked.period() {
        Some(period) => {
            let from = ("from", Arg::from(t.format_quarter(period.from)));
            let to = ("to", Arg::from(t.format_quarter(period.to)));
            format!("{text} {}", t.with("office-list-period", &[from, to]))
        }
        None => text,
    }
}

fn row(t: Texts, reference: &Reference, links: Links, listed: &Listed) -> Row {
    let details = &listed.activity.details;
    let (lang, title) = words::title(t, details);
    let names =
        listed.wps_pillars.iter().filter_map(|code| Some(words::item(t, reference, &code.parse().ok()?)));
    let serves: Vec<String> = names.collect();
    Row {
        url: links.activity(listed.id),
        lang,
        title,
        kind: t.get(&format!("kind-{}", details.kind)),
        reference: details.external_ref.clone().unwrap_or_default(),
        mark: chart::pillar_mark(details.pillar),
        pillar: details.pillar.code().to_uppercase(),
        when: words::days(t, details),
        serves: match (serves.is_empty(), listed.wps) {
            (false, _) => serves.join(", "),
            (true, true) => t.get("office-serves-wps"),
            (true, false) => "–".to_owned(),
        },
        women: match (listed.women, listed.attendances) {
            (Some(women), Some(all)) => {
                t.with("office-of-women", &[("women", Arg::Number(women)), ("all", Arg::Number(all))])
            }
            _ => t.get("office-not-stated"),
        },
        state: t.get(&format!("state-{}", listed.status)),
    }
}

/// The list as a spreadsheet, with a byte order mark so that Excel reads its accents.
///
/// A cell that a spreadsheet would take for a formula is given a leading apostrophe.
#[must_use]
pub fn csv(listed: &[Listed]) -> String {
    let mut text = String::from(
        "\u{feff}id,reference,pillar,kind,title,starts,ends,status,standing,counted,wps,wps_pillars,women,attendances\r\n",
    );
    for listed in listed {
        let details = &listed.activity.details;
        let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
        let date = |d: Option<tais_proto::PartialDate>| d.map(|d| d.to_string()).unwrap_or_default();
        let fields = [
            listed.id.to_string(),
            details.external_ref.clone().unwrap_or_default(),
            details.pillar.to_string(),
            details.kind.to_string(),
            details.title.best(tais_proto::Lang::EN).map(|(_, text)| text.to_owned()).unwrap_or_default(),
            date(details.starts),
            date(details.ends),
            listed.status.clone(),
            listed.standing.clone(),
            listed.counted.to_string(),
            listed.wps.to_string(),
            listed.wps_pillars.join(";"),
            number(listed.women),
            number(listed.attendances),
        ];
        let quoted: Vec<String> = fields.iter().map(|field| quote(field)).collect();
        text.push_str(&quoted.join(","));
        text.push_str("\r\n");
    }
    text
}

fn quote(field: &str) -> String {
    let guard = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        assert_eq!(quote("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(quote("=1+1"), "\"'=1+1\"");
    }

    #[test]
    fn every_row_is_on_one_page_and_each_leads_to_its_neighbours() {
        let reference = Reference::load_embedded().unwrap();
        let shown = Totals { activities: 2 * PAGE + 1, women: 0, attendances: 0 };
        let list = List { rows: &[], shown, whole: shown.activities, here: "/activities" };
        let links = Links { at: None, period: Period::ending("2026-Q4".parse().unwrap()) };
        let mut next = 0;
        for (page, newer, older) in [(1, None, Some(2)), (2, Some(1), Some(3)), (3, Some(2), None)] {
            let asked = Asked { page: Some(page.to_string()), ..Asked::default() };
            assert_eq!((asked.slice().offset, asked.slice().limit), (next, PAGE));
            next += PAGE;
            let content = Activities::new(Texts::default(), &reference, &asked, links, &list);
            let url = |page: Option<i64>| page.map(|page| format!("/activities?page={page}"));
            assert_eq!((content.newer, content.older), (url(newer), url(older)), "page {page}");
        }
        assert!(next >= shown.activities);
        for nonsense in ["", "0", "-1", "x", "9999999999999999999"] {
            let asked = Asked { page: Some(nonsense.to_owned()), ..Asked::default() };
            assert_eq!(asked.slice().offset, 0, "{nonsense:?}");
        }
    }

    #[test]
    fn another_page_keeps_what_was_asked() {
        assert_eq!(on_page("/activities", 2), "/activities?page=2");
        assert_eq!(on_page("/activities?pillar=aec&page=2&at=7", 3), "/activities?pillar=aec&at=7&page=3");
        let here = "/activities?pillar=aec&page=2&at=7";
        assert_eq!(of_pillar(here, Some(Pillar::Apsc)), "/activities?at=7&pillar=apsc");
        assert_eq!(of_pillar(here, None), "/activities?at=7");
        assert_eq!(of_pillar("/activities?pillar=aec", None), "/activities");
    }
}
