//! One entry: its exact bytes, its signature, its leaf.

use askama::Template;
use axum::extract::{Path, State};
use tais_log::{Entry, Log as _};
use tais_proto::{Event, EventType, Position, PublicKey, StreamId, leaf_hash};
use tais_web::language::{Arg, Texts};
use tais_web::parts::{Standing, chip};
use tais_web::records::words;
use tais_web::{Failure, Frame, NavItem, Page, chart, escape};

use crate::Audit;
use crate::receipt::covers;
use crate::routes::{failed, render};
use crate::timeline::{publisher, subject};

/// `GET /events/{position}`.
pub async fn show(
    State(audit): State<Audit>,
    Path(position): Path<String>,
    frame: Frame,
) -> Result<Page, Failure> {
    let position = position.parse::<u64>().map(Position).map_err(|_| Failure::NotFound)?;
    let entry = audit.log.read_one(position).await.map_err(failed)?.ok_or(Failure::NotFound)?;
    let head = audit.log.head().await.map_err(failed)?;
    let key = key_of(&audit, &entry).await?;
    let checkpoint = audit.log.last_checkpoint().await.map_err(failed)?;
    let is_signed = checkpoint.is_some_and(|signed| covers(&signed, position));
    let mut content = EventPage { is_signed, ..EventPage::new(frame.texts, &entry, key, head.size) };
    content.facts.extend(erased(&audit, frame.texts, &entry).await?);
    let title = content.title.clone();
    Ok(Page::new(&frame, title, render(&content)?).under(NavItem::History))
}

/// Whom of those it names the record says to be erased.
async fn erased(audit: &Audit, t: Texts, entry: &Entry) -> Result<Vec<(String, String, bool)>, Failure> {
    let people = match entry.envelope().map(|envelope| envelope.event) {
        Ok(Event::ForumMemberJoined(joined)) => vec![joined.person],
        Ok(Event::ForumErasureAsked(asked)) => vec![asked.person],
        Ok(Event::ForumMentorshipStarted(pair)) => vec![pair.mentor, pair.mentee],
        Ok(Event::ForumMentorshipCompleted(pair)) => vec![pair.mentor, pair.mentee],
        _ => Vec::new(),
    };
    let mut facts = Vec::new();
    for person in people {
        // What is said of a person stands in the stream of their membership.
        let said = audit.log.read_stream(StreamId(person.0)).await.map_err(failed)?;
        if said.last().is_some_and(|last| last.event_type == EventType::ForumPersonErased.as_str()) {
            facts.push((words::person(t, person), t.get("forum-erased"), false));
        }
    }
    Ok(facts)
}

/// The public key that the registry names for an entry, up to that entry.
async fn key_of(audit: &Audit, entry: &Entry) -> Result<Option<PublicKey>, Failure> {
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

#[derive(Template)]
#[template(path = "event.html")]
struct EventPage {
    t: Texts,
    title: String,
    mark: String,
    publisher: String,
    position: Position,
    previous: Option<u64>,
    next: Option<u64>,
    verdict: String,
    facts: Vec<(String, String, bool)>,
    subject: Option<String>,
    envelope: String,
    /// Whether a checkpoint covers it, so that it has a receipt.
    is_signed: bool,
}

impl EventPage {
    /// `key` is the one that the registry names for it.
    fn new(t: Texts, entry: &Entry, key: Option<PublicKey>, size: u64) -> Self {
        let position = entry.position;
        let title = t.with(
            "audit-event-title",
            &[("position", Arg::from(position.0)), ("what", Arg::from(t.event_name(&entry.event_type)))],
        );
        Self {
            title,
            mark: entry.pillar.map(chart::pillar_mark).unwrap_or_default(),
            publisher: publisher(t, entry),
            position,
            previous: position.0.checked_sub(1),
            next: (position.0 + 1 < size).then_some(position.0 + 1),
            verdict: verdict(t, entry, key),
            facts: facts(t, entry),
            subject: subject(entry),
            envelope: pretty(&entry.signed.bytes),
            is_signed: false,
            t,
        }
    }
}

/// What was just computed from the stored bytes: the leaf hash and the signature.
fn verdict(t: Texts, entry: &Entry, key: Option<PublicKey>) -> String {
    let leaf = leaf_hash(&entry.signed, entry.position, entry.recorded_at) == entry.leaf_hash;
    let signed = key.is_some_and(|key| entry.signed.verify(key));
    let (standing, key) = match (leaf, signed) {
        (true, true) => (Standing::Ok, "audit-verdict-good"),
        (true, false) => (Standing::Bad, "audit-verdict-signature"),
        (false, _) => (Standing::Bad, "audit-verdict-leaf"),
    };
    format!(r#"<p class="notice">{} {}</p>"#, chip(standing, &t.get("audit-verdict")), escape(&t.get(key)))
}

fn facts(t: Texts, entry: &Entry) -> Vec<(String, String, bool)> {
    let mut facts = vec![
        (t.get("audit-position"), entry.position.to_string(), false),
        (t.get("audit-recorded-at"), t.format_time(entry.recorded_at.to_utc()), false),
        (t.get("audit-event-id"), entry.event_id.to_string(), true),
        (t.get("audit-stream"), format!("{} v{}", entry.stream, entry.version), true),
        (t.get("audit-leaf"), entry.leaf_hash.to_string(), true),
        (t.get("audit-signature"), entry.signed.signature_header(), true),
    ];
    if let Ok(envelope) = entry.envelope() {
        facts.insert(2, (t.get("audit-happened-at"), t.format_time(envelope.time.to_utc()), false));
        facts.push((t.get("audit-key"), format!("{} #{}", envelope.key_id, envelope.key_seq), true));
        facts.push((t.get("audit-actor"), envelope.actor.to_string(), true));
    }
    facts
}

/// The stored bytes, indented for reading. The evidence is the bytes as they are.
fn pretty(bytes: &[u8]) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_slice(bytes);
    let text = value.ok().and_then(|value| serde_json::to_string_pretty(&value).ok());
    text.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned())
}
