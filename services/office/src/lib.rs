//! `tais-office`: what the Vice Minister's office reads.
//!
//! Its job: the consolidated page, the lists behind its figures, each activity with its events, the
//! brief, and the same as JSON. Every answer is a function of (position, filters, language). And the
//! desk: what the Directorate and the office decide, published through an outbox like anybody's word.
//!
//! And the vault: who the people of the Forum are, which no other service may know.
//!
//! Not its job: writing into the database. But for the vault, its role there can only read.
//!
//! Invariants:
//! * every figure links to the list of what it counts, and that list's totals are the figure;
//! * a page frozen by `?at=` or `?on=` never changes and never updates itself;
//! * pages read and work without JavaScript.

mod accounts_routes;
pub mod at;
pub mod desk;
mod desk_routes;
pub mod erasure;
pub mod figures;
mod forum;
mod keys_routes;
mod link;
mod live;
mod pages;
pub mod query;
mod records;
mod registry;
mod routes;
pub mod vault;

use std::sync::Arc;

use tais_bus::Outbox;
use tais_log::{Clock, PostgresLog};
use tais_proto::reference::Reference;
use tais_web::documents::Documents;
use tokio_util::sync::CancellationToken;

pub use desk::Desk;
pub use routes::router;

/// What the office works with.
#[derive(Clone)]
pub struct Office {
    log: PostgresLog,
    reference: Arc<Reference>,
    live: live::Live,
    desk: Desk,
    changes: registry::RegistryChanges,
    documents: Documents,
    vault: vault::Vault,
}

impl Office {
    /// The office on a log whose role can only read, and on its own outbox; watches the projections
    /// until told to stop.
    #[must_use]
    pub fn new(
        log: PostgresLog,
        outbox: Outbox,
        reference: Arc<Reference>,
        clock: Clock,
        documents: Documents,
        vault: vault::Vault,
        shutdown: CancellationToken,
    ) -> Self {
        let live = live::Live::start(log.pool().clone(), shutdown);
        let changes = registry::RegistryChanges::new(log.clone(), outbox.clone(), clock.clone());
        let desk = Desk::new(log.clone(), outbox, Arc::clone(&reference), clock);
        Self { log, reference, live, desk, changes, documents, vault }
    }
}
