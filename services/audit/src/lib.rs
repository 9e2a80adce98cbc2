//! `tais-audit`: what an auditor sees of the record.
//!
//! Its job: the timeline (who recorded what, and when), and each entry with its exact bytes, its
//! signature and its leaf. The offline verifier, proofs and bundles come with a later version.
//!
//! Not its job: changing anything. Its database role can only read.

mod pages;
mod routes;

use tais_log::PostgresLog;

pub use routes::router;

/// What the audit service works with.
#[derive(Clone)]
pub struct Audit {
    log: PostgresLog,
}

impl Audit {
    /// The audit service on a log whose role can only read.
    #[must_use]
    pub const fn new(log: PostgresLog) -> Self {
        Self { log }
    }
}
