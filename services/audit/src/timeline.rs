//! The timeline: who recorded what and when, the latest first, by pillar, by kind and from any day back.

use askama::Template;
use axum::extract::{Query, State};
use serde::Deserialize;
use tais_log::{Entry, Filter, Log as _};
use tais_proto::when::end_of_dili_day;
use tais_proto::{Pillar, Position, Publisher, Role, StreamKind};
use tais_web::fields::day;
use tais_web::language::{Arg, Texts};
use tais_web::{Failure, Frame, NavItem, Page, chart};

use crate::Audit;
use crate::routes::{failed, render};

/// How many entries a page lists.
const PAGE: usize = 50;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Entries before this position.
    before: Option<String>,
    /// Entries at this position and after.
    after: Option<String>,
    /// Entries recorded on this day in Dili and before.
    on: Option<String>,
    pillar: Option<String>,
    kind: Option<String>,
}

impl Asked {
    fn filter(&self) -> Filter {
        Filter {
            pillar: self.pillar.as_deref().and_then(Pillar::from_code),
            kind: self.kind.as_deref().and_then(StreamKind::from_code),
            stream: None,
        }
    }
}

/// `GET /audit`.
pub async fn show(
    State(audit): State<Audit>,
    Query(asked): Query<Asked>,
    frame: Frame,
) -> Result<Page, Failure> {
    let t = frame.texts;
    let filter = asked.filter();
    let size = audit.log.head().await.map_err(failed)?.size;
    let entries = match number(asked.after.as_deref()) {
        Some(after) => following(&audit, Position(after), &filter).await?,
        None => {
            let before = before(&audit, t, &asked, size).await?;
            audit.log.read_before(before, PAGE, &filter).await.map_err(failed)?
        }
    };
    let may_verify = frame.signed_in.as_ref().is_some_and(|person| person.role == Role::Auditor);
    let content = Timeline { may_verify, ..Timeline::new(t, &asked, &filter, &entries, size) };
    let body = render(&content)?;
    Ok(Page::new(&frame, t.get("audit-title"), body).under(NavItem::History))
}

fn number(text: Option<&str>) -> Option<u64> {
    text.and_then(|text| text.trim().parse().ok())
}

/// Where the page begins to look back from: a position, a day, or the end.
async fn before(audit: &Audit, t: Texts, asked: &Asked, size: u64) -> Result<Position, Failure> {
    if let Some(before) = number(asked.before.as_deref()) {
        return Ok(Position(before));
    }
    let Some(on) = asked.on.as_deref().map(str::trim).filter(|on| !on.is_empty()) else {
        return Ok(Position(size));
    };
    let day = day(on).ok_or_else(|| {
        let text: String = on.chars().take(40).collect();
        Failure::Malformed(t.with("audit-not-a-day", &[("text", text.into())]))
    })?;
    let last = audit.log.last_position_before(end_of_dili_day(day)).await.map_err(failed)?;
    Ok(last.map_or(Position(0), Position::next))
}

/// The page after a position; where that is not a full one, the latest.
async fn following(audit: &Audit, after: Position, filter: &Filter) -> Result<Vec<Entry>, Failure> {
    let page = audit.log.read_from(after, PAGE, filter).await.map_err(failed)?;
    if page.entries.len() < PAGE {
        return audit.log.read_before(Position(u64::MAX), PAGE, filter).await.map_err(failed);
    }
    Ok(page.entries.into_iter().rev().collect())
}

struct Row {
    position: Position,
    what: String,
    mark: String,
    publisher: String,
    attested: String,
    when: String,
    subject: Option<String>,
}

/// A choice of a filter: its code, its name, whether it is chosen.
type Choice = (&'static str, String, bool);

#[derive(Template)]
#[template(path = "timeline.html")]
struct Timeline {
    t: Texts,
    lead: String,
    pillars: Vec<Choice>,
    kinds: Vec<Choice>,
    on: String,
    rows: Vec<Row>,
    newer: Option<String>,
    older: Option<String>,
    may_verify: bool,
}

impl Timeline {
    fn new(t: Texts, asked: &Asked, filter: &Filter, entries: &[Entry], size: u64) -> Self {
        let pillar = filter.pillar.map(|pillar| format!("&pillar={pillar}")).unwrap_or_default();
        let chosen = pillar + &filter.kind.map(|kind| format!("&kind={kind}")).unwrap_or_default();
        let newest = entries.first().map(|entry| entry.position.next().0).filter(|next| *next < size);
        let oldest = entries.last().map(|entry| entry.position.0).filter(|last| *last > 0);
        Self {
            lead: t.with("audit-lead", &[("count", Arg::from(size))]),
            pillars: Pillar::ALL
                .iter()
                .map(|of| (of.code(), of.code().to_uppercase(), filter.pillar == Some(*of)))
                .collect(),
            kinds: StreamKind::ALL
                .iter()
                .map(|of| (of.code(), t.get(&format!("stream-{of}")), filter.kind == Some(*of)))
                .collect(),
            on: asked.on.clone().unwrap_or_default(),
            rows: entries.iter().map(|entry| row(t, entry)).collect(),
            newer: newest.map(|next| format!("/audit?after={next}{chosen}")),
            older: oldest
                .filter(|_| entries.len() == PAGE)
                .map(|last| format!("/audit?before={last}{chosen}")),
            may_verify: false,
            t,
        }
    }
}

/// Where what an entry is about can be seen as it stood then.
pub fn subject(entry: &Entry) -> Option<String> {
    (entry.stream.kind == StreamKind::Activity)
        .then(|| format!("/activities/{}?at={}", entry.stream.id, entry.position))
}

/// Who published an entry.
pub fn publisher(t: Texts, entry: &Entry) -> String {
    let publisher = entry.envelope().map(|envelope| envelope.source.publisher);
    publisher.map_or_else(|_| t.get("event-unknown"), |publisher| t.get(&format!("publisher-{publisher}")))
}

fn row(t: Texts, entry: &Entry) -> Row {
    let envelope = entry.envelope().ok();
    let recorded = t.format_time(entry.recorded_at.to_utc());
    let happened = envelope.as_ref().map(|envelope| t.format_time(envelope.time.to_utc()));
    let by_server = envelope.as_ref().is_some_and(|envelope| envelope.source.publisher != Publisher::Log);
    Row {
        position: entry.position,
        what: t.event_name(&entry.event_type),
        mark: entry.pillar.map(chart::pillar_mark).unwrap_or_default(),
        publisher: publisher(t, entry),
        attested: if by_server { t.get("audit-attested-server") } else { String::new() },
        when: t.with(
            "audit-when",
            &[("recorded", Arg::from(recorded)), ("happened", Arg::from(happened.unwrap_or_default()))],
        ),
        subject: subject(entry),
    }
}
