//! What the page of keys shows: which key signs for whom, and the next key of the log on its way.

use askama::Template;
use tais_bus::{Item, ItemState};
use tais_domain::Registry;
use tais_domain::registry::KeyRecord;
use tais_log::checkpoint::{KeyType, NoteKey};
use tais_proto::{AccountId, Publisher};
use tais_web::language::{Arg, Texts};
use tais_web::parts::{FieldError, Standing, chip, error_summary, field_error};
use tais_web::session::{KeyRequest, SignedIn};
use tais_web::{Failure, Frame};
use uuid::Uuid;

struct Row {
    chip: String,
    publisher: String,
    id: String,
    note: String,
}

/// What is to be done about the next key.
enum Next {
    /// A change is being recorded.
    OnItsWay,
    /// One administrator asked; another looks.
    Asked(Asked),
    /// Nobody asked; what was typed last.
    ToAsk(String),
}

struct Asked {
    words: String,
    successor: String,
    submission: Uuid,
    can_approve: bool,
}

/// What an administrator typed that was not taken.
#[derive(Default)]
pub struct Wrong {
    /// The line.
    pub typed: String,
    /// Why not.
    pub errors: Vec<FieldError>,
}

/// What is known when the page is made.
pub struct Known<'a> {
    /// As the log has it.
    pub registry: &'a Registry,
    /// Changes of it that are not recorded.
    pub open: &'a [Item],
    /// Who has an account.
    pub people: &'a [SignedIn],
    /// What was asked, where it still can be approved.
    pub request: Option<KeyRequest>,
}

/// The page.
#[derive(Template)]
#[template(path = "keys.html")]
pub struct KeysPage {
    t: Texts,
    errors: String,
    csrf: String,
    refused: Vec<String>,
    rows: Vec<Row>,
    next: Next,
    wrong: String,
}

impl KeysPage {
    /// Makes the content.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub fn new(frame: &Frame, known: Known<'_>, wrong: &Wrong) -> Result<Self, Failure> {
        let t = frame.texts;
        let reader = frame.person()?.account;
        let next = match known.request {
            _ if known.open.iter().any(Item::is_pending) => Next::OnItsWay,
            Some(request) => Next::Asked(asked(t, request, reader, known.people)),
            None => Next::ToAsk(wrong.typed.clone()),
        };
        Ok(Self {
            t,
            errors: error_summary(t, &wrong.errors),
            csrf: frame.csrf.field(),
            refused: refused(t, known.open),
            rows: rows(t, known.registry),
            next,
            wrong: field_error(&wrong.errors, "successor"),
        })
    }
}

fn asked(t: Texts, request: KeyRequest, reader: AccountId, people: &[SignedIn]) -> Asked {
    let own = request.asked_by == reader;
    let asker = people.iter().find(|person| person.account == request.asked_by);
    let name = asker.map_or("-", |person| person.name.as_str());
    let words =
        if own { t.get("keys-asked-by-you") } else { t.with("keys-asked-by", &[("name", Arg::from(name))]) };
    Asked { words, successor: request.successor, submission: Uuid::now_v7(), can_approve: !own }
}

/// The keys in force first, the log's own on top; then those that ended.
fn rows(t: Texts, registry: &Registry) -> Vec<Row> {
    let mut keys: Vec<_> = registry.keys().map(|(_, key)| key).collect();
    keys.sort_by_key(|key| (key.until.is_some(), key.publisher != Publisher::Log, key.from));
    let row = |key: &&KeyRecord| {
        let from = ("from", Arg::from(key.from.0));
        let (standing, word, note) = match key.until {
            None => (Standing::Ok, "keys-in-force", t.with("keys-since", &[from])),
            Some(until) => {
                let until = ("until", Arg::from(until.0));
                (Standing::Plain, "keys-ended", t.with("keys-until", &[from, until]))
            }
        };
        Row {
            chip: chip(standing, &t.get(word)),
            publisher: t.get(&format!("publisher-{}", key.publisher)),
            id: key.public_key.key_id().to_string(),
            note,
        }
    };
    keys.iter().map(row).collect()
}

/// The key of a line that `tais keys rotate` prints, or the text that says why it is none for this log.
///
/// # Errors
/// The key of a text, with the log's name for it.
pub fn parse(t: Texts, line: &str, registry: &Registry) -> Result<NoteKey, String> {
    let origin = registry.genesis().map_or("", |genesis| genesis.origin.as_str());
    let key: NoteKey = line.trim().parse().map_err(|_| t.get("keys-wrong-line"))?;
    if key.key_type() != KeyType::Log || key.name() != origin {
        return Err(t.with("keys-wrong-log", &[("origin", Arg::from(origin))]));
    }
    if registry.keys().any(|(_, known)| known.public_key == key.public_key()) {
        return Err(t.get("keys-known"));
    }
    Ok(key)
}

/// Changes of the registry that were not recorded, and why.
pub fn refused(t: Texts, open: &[Item]) -> Vec<String> {
    let words = |item: &Item| {
        let reason = match &item.state {
            ItemState::Refused { rule, reason, .. } => t.refusal(rule, reason),
            ItemState::Quarantined { code, reason } => t.refusal(code, reason),
            _ => return None,
        };
        let what = t.event_name(item.event.event_type().as_str());
        Some(t.with("registry-refused", &[("what", Arg::from(what)), ("reason", Arg::from(reason))]))
    };
    open.iter().filter_map(words).collect()
}
