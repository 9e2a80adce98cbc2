//! The auditor's addresses.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use serde::Deserialize;
use tais_log::{Filter, Log as _, LogError};
use tais_proto::{Event, Pillar, Position};
use tais_web::{Failure, Frame, NavItem, Page};

use crate::Audit;
use crate::pages::{EventPage, Timeline};

/// How many entries a page of the timeline lists.
const PAGE: u64 = 50;

/// The auditor's pages; wrap them in the shell.
pub fn router(audit: Audit) -> Router {
    Router::new().route("/audit", get(timeline)).route("/events/{position}", get(event)).with_state(audit)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// Entries before this position, newest first.
    before: Option<String>,
    pillar: Option<String>,
    at: Option<String>,
}

fn failed(error: LogError) -> Failure {
    Failure::internal("reading the log", &error)
}

fn render(template: &impl askama::Template) -> Result<String, Failure> {
    template.render().map_err(|error| Failure::internal("writing a page", &error))
}

async fn timeline(
    State(audit): State<Audit>,
    Query(asked): Query<Asked>,
    frame: Frame,
) -> Result<Page, Failure> {
    let head = audit.log.head().await.map_err(failed)?;
    let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<u64>().ok());
    let end =
        number(&asked.before).or(number(&asked.at).map(|at| at + 1)).unwrap_or(head.size).min(head.size);
    let pillar = asked.pillar.as_deref().and_then(Pillar::from_code);
    let filter = Filter { pillar, ..Filter::default() };
    // Reads a window backwards; a filtered window may hold fewer entries than a page.
    let mut entries = Vec::new();
    let mut start = end;
    while start > 0 && entries.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
        let from = start.saturating_sub(PAGE);
        let limit = usize::try_from(start - from).unwrap_or(usize::MAX);
        let page = audit.log.read_from(Position(from), limit, &filter).await.map_err(failed)?;
        entries.extend(page.entries.into_iter().filter(|entry| entry.position.0 < start).rev());
        start = from;
    }
    let body = render(&Timeline::new(frame.texts, &entries, head.size, end, start, pillar, PAGE))?;
    Ok(Page::new(&frame, frame.texts.get("audit-title"), body).under(NavItem::History))
}

async fn event(
    State(audit): State<Audit>,
    Path(position): Path<String>,
    frame: Frame,
) -> Result<Page, Failure> {
    let position = position.parse::<u64>().map(Position).map_err(|_| Failure::NotFound)?;
    let entry = audit.log.read_one(position).await.map_err(failed)?.ok_or(Failure::NotFound)?;
    let head = audit.log.head().await.map_err(failed)?;
    let key = key_of(&audit, &entry).await?;
    let content = EventPage::new(frame.texts, &entry, key, head.size);
    let title = content.title().to_owned();
    Ok(Page::new(&frame, title, render(&content)?).under(NavItem::History))
}

/// The public key that the registry names for an entry, up to that entry.
async fn key_of(audit: &Audit, entry: &tais_log::Entry) -> Result<Option<tais_proto::PublicKey>, Failure> {
    let Ok(envelope) = entry.envelope() else { return Ok(None) };
    let Some(genesis) = audit.log.read_one(Position(0)).await.map_err(failed)? else { return Ok(None) };
    let registry = audit.log.read_stream(genesis.stream.id).await.map_err(failed)?;
    let known = registry.iter().take_while(|known| known.position <= entry.position);
    let keys = known.filter_map(|known| match known.envelope().ok()?.event {
        Event::RegistryGenesis(genesis) => Some(genesis.log_key),
        Event::RegistryKeyRegistered(registered) => Some(registered.public_key),
        Event::RegistryKeyRotated(rotated) => Some(rotated.public_key),
        _ => None,
    });
    Ok(keys.into_iter().find(|key| key.key_id() == envelope.key_id))
}
