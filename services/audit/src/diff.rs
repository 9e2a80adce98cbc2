//! `/audit/diff`: two positions or days, the figures that are not the same at both, and the entries that
//! moved them.

use askama::Template;
use axum::extract::{Query, State};
use serde::Deserialize;
use tais_domain::measure::Measure;
use tais_log::Log as _;
use tais_proto::reference::Reference;
use tais_proto::when::end_of_dili_day;
use tais_proto::{Pillar, Position};
use tais_web::fields::day;
use tais_web::language::{Arg, Texts};
use tais_web::records::words::{item, lang};
use tais_web::{Failure, Frame, NavItem, Page, chart};
use time::UtcOffset;

use crate::Audit;
use crate::difference::{Between, Changed, Recorded, changed, folded, recorded};
use crate::routes::{failed, render};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The earlier one: a position or a day. Without it, the day before the latest entry's.
    from: Option<String>,
    /// The later one. Without it, the latest.
    to: Option<String>,
}

/// `GET /audit/diff`.
pub async fn show(
    State(audit): State<Audit>,
    Query(asked): Query<Asked>,
    frame: Frame,
) -> Result<Page, Failure> {
    let (t, pool) = (frame.texts, audit.log.pool());
    let unread = |error: sqlx::Error| Failure::internal("reading the projections", &error);
    let latest = folded(pool).await.map_err(unread)?;
    let to = match given(asked.to.as_deref()) {
        Some(text) => moment(&audit, t, text, latest).await?,
        None => latest,
    };
    let from = match given(asked.from.as_deref()) {
        Some(text) => moment(&audit, t, text, latest).await?,
        None => day_before(&audit, to).await?,
    };
    let between = Between { from: from.min(to), to: from.max(to) };
    let figures = changed(pool, between).await.map_err(unread)?;
    let entries = recorded(pool, between).await.map_err(unread)?;
    let content = Diff::new(t, &audit.config.reference, between, &figures, &entries);
    Ok(Page::new(&frame, t.get("audit-diff-title"), render(&content)?).under(NavItem::History))
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The position that somebody means by a number or by a day.
async fn moment(
    audit: &Audit,
    t: Texts,
    text: &str,
    latest: Option<Position>,
) -> Result<Option<Position>, Failure> {
    if let Ok(asked) = text.parse::<u64>() {
        if latest.is_none_or(|latest| asked > latest.0) {
            let last = latest.map_or("-".to_owned(), |latest| latest.to_string());
            let values = [("asked", Arg::from(asked)), ("latest", last.into())];
            return Err(Failure::Malformed(t.with("audit-diff-future", &values)));
        }
        return Ok(Some(Position(asked)));
    }
    let day = day(text).ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        Failure::Malformed(t.with("audit-diff-neither", &[("text", text.into())]))
    })?;
    Ok(audit.log.last_position_before(end_of_dili_day(day)).await.map_err(failed)?.min(latest))
}

/// The last position of the day in Dili before that of an entry.
async fn day_before(audit: &Audit, at: Option<Position>) -> Result<Option<Position>, Failure> {
    let Some(at) = at else { return Ok(None) };
    let Some(entry) = audit.log.read_one(at).await.map_err(failed)? else { return Ok(None) };
    let dili = UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC);
    let Some(before) = entry.recorded_at.to_utc().to_offset(dili).date().previous_day() else {
        return Ok(None);
    };
    audit.log.last_position_before(end_of_dili_day(before)).await.map_err(failed)
}

struct FigureRow {
    name: String,
    before: String,
    after: String,
    change: String,
    entries: Vec<Position>,
    others: String,
}

struct PillarPart {
    mark: String,
    title: String,
    rows: Vec<FigureRow>,
}

#[derive(Template)]
#[template(path = "diff.html")]
struct Diff {
    t: Texts,
    lead: String,
    from: String,
    to: String,
    pillars: Vec<PillarPart>,
    recorded: Vec<(String, i64)>,
    timeline: String,
}

impl Diff {
    fn new(
        t: Texts,
        reference: &Reference,
        between: Between,
        figures: &[Changed],
        entries: &[Recorded],
    ) -> Self {
        let count: i64 = entries.iter().map(|entry| entry.count).sum();
        let text = |at: Option<Position>| at.map(|at| at.to_string()).unwrap_or_default();
        let values = [
            ("from", Arg::from(between.from.map_or_else(|| "-".to_owned(), |at| at.to_string()))),
            ("to", Arg::from(between.to.map_or_else(|| "-".to_owned(), |at| at.to_string()))),
            ("entries", Arg::from(count)),
            ("figures", Arg::from(figures.len())),
        ];
        Self {
            lead: t.with("audit-diff-lead", &values),
            from: text(between.from),
            to: text(between.to),
            pillars: Pillar::ALL
                .iter()
                .map(|pillar| part(t, reference, *pillar, figures))
                .filter(|part| !part.rows.is_empty())
                .collect(),
            recorded: entries.iter().map(|entry| (t.event_name(&entry.event_type), entry.count)).collect(),
            timeline: format!("/audit?before={}", between.to.map_or(0, |to| to.next().0)),
            t,
        }
    }
}

fn part(t: Texts, reference: &Reference, pillar: Pillar, figures: &[Changed]) -> PillarPart {
    let mut of_pillar: Vec<&Changed> = figures.iter().filter(|figure| figure.pillar == pillar).collect();
    // In the order of the measures; the validated ones come right after the activities they are of.
    let place = |of: &str| Measure::ALL.iter().position(|known| known.code() == of);
    of_pillar.sort_by_key(|figure| (place(&figure.figure).unwrap_or(0), figure.figure == "validated"));
    PillarPart {
        mark: chart::pillar_mark(pillar),
        title: format!("{} · {}", pillar.code().to_uppercase(), t.get(&format!("pillar-{pillar}"))),
        rows: of_pillar.into_iter().map(|figure| row(t, reference, figure)).collect(),
    }
}

fn row(t: Texts, reference: &Reference, figure: &Changed) -> FigureRow {
    let name = t.get(&format!("measure-{}", figure.figure));
    let by = figure.by.as_ref().map(|by| dimension(t, reference, by));
    let others = figure.entry_count - i64::try_from(figure.entries.len()).unwrap_or(0);
    FigureRow {
        name: by.map_or_else(|| name.clone(), |by| format!("{name}: {by}")),
        before: t.format_number(figure.before),
        after: t.format_number(figure.after),
        change: signed(t, figure.after - figure.before),
        entries: figure.entries.clone(),
        others: match others {
            0 => String::new(),
            others => t.with("audit-diff-others", &[("count", Arg::from(others))]),
        },
    }
}

/// A number with its sign, as typographers write it.
fn signed(t: Texts, change: i64) -> String {
    let sign = if change < 0 { '\u{2212}' } else { '+' };
    format!("{sign}{}", t.format_number(change.abs()))
}

/// A framework item, a sectoral body or a sex in the reader's words.
fn dimension(t: Texts, reference: &Reference, code: &str) -> String {
    if tais_proto::vocabulary::Sex::from_code(code).is_some() {
        return t.get(&format!("sex-{code}"));
    }
    if let Some(body) = code.parse().ok().and_then(|code| reference.sectoral_body(&code)) {
        return body.title.best(lang(t)).map_or(code, |(_, title)| title).to_owned();
    }
    code.parse().map_or_else(|_| code.to_owned(), |code| item(t, reference, &code))
}
