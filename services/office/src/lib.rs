//! `tais-office`: what the Vice Minister's office reads.
//!
//! Its job: the consolidated page, the lists behind its figures, each activity with its events, the
//! brief, and the same as JSON. Every answer is a function of (position, filters, language).
//!
//! Not its job: writing anything. Its database role can only read.
//!
//! Invariants:
//! * every figure links to the list of what it counts, and that list's totals are the figure;
//! * a page frozen by `?at=` or `?on=` never changes and never updates itself;
//! * pages read and work without JavaScript.

pub mod at;
pub mod figures;
mod link;
mod live;
mod pages;
pub mod query;
mod routes;

use std::sync::Arc;

use tais_log::PostgresLog;
use tais_proto::reference::Reference;
use tokio_util::sync::CancellationToken;

pub use routes::router;

/// What the office works with.
#[derive(Clone)]
pub struct Office {
    log: PostgresLog,
    reference: Arc<Reference>,
    live: live::Live,
}

impl Office {
    /// The office on a log whose role can only read; watches the projections until told to stop.
    #[must_use]
    pub fn new(log: PostgresLog, reference: Arc<Reference>, shutdown: CancellationToken) -> Self {
        let live = live::Live::start(log.pool().clone(), shutdown);
        Self { log, reference, live }
    }
}
