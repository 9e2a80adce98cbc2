//! The import: files become tables, tables become what a form would say, and that is compared with
//! the record before anything is saved.
//!
//! ```text
//! file -> table (csv, xlsx, iati) -> mapping -> rows -> assessed against the record -> chosen -> intake
//! ```
//!
//! Invariants:
//! * the same table is previewed and committed, and by the same code: what the preview calls new or
//!   changed passed the very rules that the write runs;
//! * a row is known again by its reference, so that a second import changes nothing;
//! * an empty cell says nothing, and takes nothing away.

mod archive;
pub mod arriving;
pub mod assess;
pub mod changes;
pub mod commit;
mod csv;
pub mod iati;
mod iati_activity;
pub mod mapping;
mod names;
pub mod preview;
pub mod problem;
mod reference;
pub mod row;
pub mod said;
pub mod store;
pub mod table;
mod value;
mod xlsx;

use tais_proto::{EventId, Pillar};

#[cfg(test)]
pub(crate) use reference::tests;
pub use reference::{Files, Ready, RefusedRow, read};
pub(crate) use value::amount;

/// A UUID of version 7 that follows from the pillar and the row's reference alone: time zero, and
/// their hash for the rest. `attempt` counts up where an earlier one was refused and given up.
pub(crate) fn submission(pillar: Pillar, reference: &str, attempt: u32) -> EventId {
    match attempt {
        0 => derived_id(&format!("tais import {pillar} {reference}")),
        attempt => derived_id(&format!("tais import {pillar} {reference} {attempt}")),
    }
}

/// A UUID of version 7 that follows from a text.
pub(crate) fn derived_id(text: &str) -> EventId {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(text);
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    EventId(uuid::Builder::from_unix_timestamp_millis(0, &random).into_uuid())
}
