//! Readers of what comes from outside, as targets: each takes any bytes, must not fail, and what it takes must come
//! out as it went in. `cargo fuzz` runs them (`tests/fuzz`), and `tests/tests/parsers.rs` a short form.

use tais_correspondent::import::table;
use tais_log::checkpoint::{AddCheckpoint, NoteKey, Policy, SignedCheckpoint, TlogProof};
use tais_log::tile::{Resource, bundle, unbundle};
use tais_proto::entry::Recorded;
use tais_proto::{Envelope, entry_bytes};

/// Reads any bytes; panics where the reader is wrong.
pub type Target = fn(&[u8]);

/// Every target, by name.
pub const TARGETS: [(&str, Target); 10] = [
    ("checkpoint", checkpoint),
    ("receipt", receipt),
    ("policy", policy),
    ("key", key),
    ("add_checkpoint", add_checkpoint),
    ("entry_bundle", entry_bundle),
    ("tile_path", tile_path),
    ("entry", entry),
    ("envelope", envelope),
    ("table", spreadsheet),
];

/// A signed note with a checkpoint.
pub fn checkpoint(bytes: &[u8]) {
    if let Ok(signed) = SignedCheckpoint::parse(bytes) {
        assert_eq!(signed.note(), bytes, "a note is kept as it came");
    }
}

/// A receipt.
pub fn receipt(bytes: &[u8]) {
    if let Ok(proof) = TlogProof::parse(bytes) {
        assert_eq!(TlogProof::parse(&proof.to_bytes()).as_ref().ok(), Some(&proof));
    }
}

/// A policy.
pub fn policy(bytes: &[u8]) {
    if let Ok(policy) = Policy::parse(bytes) {
        assert_eq!(policy.file(), bytes);
    }
}

/// A key as people pass it on.
pub fn key(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(key) = text.parse::<NoteKey>() {
        assert_eq!(key.to_string().parse::<NoteKey>().as_ref().ok(), Some(&key));
    }
}

/// What a log asks of a witness.
pub fn add_checkpoint(bytes: &[u8]) {
    if let Ok(asked) = AddCheckpoint::parse(bytes) {
        assert_eq!(AddCheckpoint::parse(&asked.to_bytes()).as_ref().ok(), Some(&asked));
    }
}

/// A bundle of entries.
pub fn entry_bundle(bytes: &[u8]) {
    if let Some(entries) = unbundle(bytes) {
        assert_eq!(bundle(entries).ok().as_deref(), Some(bytes));
    }
}

/// The path of a file of the log.
pub fn tile_path(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(resource) = Resource::parse(&text) {
        assert_eq!(resource.path(), text, "a file has one path");
    }
}

/// An entry, as the leaf's hash covers it.
pub fn entry(bytes: &[u8]) {
    if let Ok(entry) = Recorded::parse(bytes) {
        assert_eq!(entry_bytes(&entry.signed, entry.position, entry.recorded_at), bytes);
    }
}

/// An event in its envelope.
pub fn envelope(bytes: &[u8]) {
    if let Ok(envelope) = Envelope::parse(bytes) {
        let again = envelope.to_bytes().unwrap_or_default();
        assert_eq!(Envelope::parse(&again).as_ref().ok(), Some(&envelope));
    }
}

/// A spreadsheet, CSV or IATI file.
pub fn spreadsheet(bytes: &[u8]) {
    if let Ok(table) = table::read(bytes) {
        assert!(!table.rows.is_empty(), "a table without rows is told");
    }
}
