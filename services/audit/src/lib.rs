//! `tais-audit`: what an auditor sees of the record.
//!
//! Its job: the timeline (who recorded what, and when), each entry with its exact bytes, its signature
//! and its leaf, and what differs between two positions. The offline verifier, proofs and bundles come
//! with a later version.
//!
//! Not its job: changing anything. Its database role can only read.

mod diff;
mod difference;
mod event;
mod receipt;
mod routes;
mod timeline;
pub mod tlog;
pub mod verify;
pub mod witness;

use std::sync::Arc;

use tais_log::PostgresLog;
use tais_proto::reference::Reference;

pub use routes::router;

/// What the audit service works with.
#[derive(Clone)]
pub struct Audit {
    log: PostgresLog,
    reference: Arc<Reference>,
}

impl Audit {
    /// The audit service on a log whose role can only read.
    #[must_use]
    pub const fn new(log: PostgresLog, reference: Arc<Reference>) -> Self {
        Self { log, reference }
    }
}
