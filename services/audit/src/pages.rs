//! What the auditor's pages show.

use askama::Template;
use tais_log::Entry;
use tais_proto::{Pillar, Position, PublicKey, Publisher, StreamKind, leaf_hash};
use tais_web::language::{Arg, Texts};
use tais_web::parts::{Standing, chip};
use tais_web::{chart, escape};

struct Row {
    position: Position,
    what: String,
    mark: String,
    publisher: String,
    attested: String,
    when: String,
    subject: Option<String>,
}

/// The timeline: who recorded what, newest first.
#[derive(Template)]
#[template(path = "timeline.html")]
pub struct Timeline {
    t: Texts,
    lead: String,
    pillars: Vec<(String, String, bool)>,
    rows: Vec<Row>,
    newer: Option<String>,
    older: Option<String>,
}

fn subject(entry: &Entry) -> Option<String> {
    (entry.stream.kind == StreamKind::Activity)
        .then(|| format!("/activities/{}?at={}", entry.stream.id, entry.position))
}

fn publisher(t: Texts, entry: &Entry) -> String {
    let publisher = entry.envelope().map(|envelope| envelope.source.publisher);
    publisher.map_or_else(|_| t.get("event-unknown"), |publisher| t.get(&format!("publisher-{publisher}")))
}

impl Timeline {
    /// Makes the content of one page: entries `start..end` of `size`.
    pub fn new(
        t: Texts,
        entries: &[Entry],
        size: u64,
        end: u64,
        start: u64,
        pillar: Option<Pillar>,
        page: u64,
    ) -> Self {
        let chosen = pillar.map(|pillar| format!("&pillar={pillar}")).unwrap_or_default();
        Self {
            lead: t.with("audit-lead", &[("count", Arg::from(size))]),
            pillars: Pillar::ALL
                .iter()
                .map(|of| (of.code().to_owned(), of.code().to_uppercase(), pillar == Some(*of)))
                .collect(),
            rows: entries.iter().map(|entry| row(t, entry)).collect(),
            newer: (end < size).then(|| format!("/audit?before={}{chosen}", (end + page).min(size))),
            older: (start > 0).then(|| format!("/audit?before={start}{chosen}")),
            t,
        }
    }
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

/// One entry: its exact bytes, its signature, its leaf.
#[derive(Template)]
#[template(path = "event.html")]
pub struct EventPage {
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
}

impl EventPage {
    /// Makes the content; `key` is the one that the registry names for it.
    pub fn new(t: Texts, entry: &Entry, key: Option<PublicKey>, size: u64) -> Self {
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
            t,
        }
    }

    /// The page's title.
    pub fn title(&self) -> &str {
        &self.title
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
