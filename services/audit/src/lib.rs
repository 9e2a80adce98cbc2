//! `tais-audit`: what an auditor sees of the record.
//!
//! Its job: the timeline (who recorded what, and when), each entry with its exact bytes, its signature, its
//! leaf and its receipt, what differs between two positions, the verifier, and evidence to take away. What an
//! auditor has verified or took away is said in the record itself.
//!
//! Not its job: changing anything. Its database role can only read.

mod bundle;
mod diff;
mod difference;
mod event;
mod receipt;
mod routes;
mod said;
mod timeline;
pub mod tlog;
mod verification;
pub mod verify;
pub mod witness;

use std::path::PathBuf;
use std::sync::Arc;

use tais_bus::Outbox;
use tais_log::checkpoint::Policy;
use tais_log::{Clock, PostgresLog};
use tais_proto::PublicKey;
use tais_proto::reference::Reference;

pub use routes::router;

/// What the audit service works with, beside the log.
#[derive(Clone)]
pub struct Config {
    /// The reference data.
    pub reference: Arc<Reference>,
    /// Says what was verified and taken away.
    pub outbox: Outbox,
    /// The log's key, where it lies beside this service.
    pub log_key: Option<PublicKey>,
    /// The file with the last checkpoint, outside the database; absent where the recorder runs elsewhere.
    pub checkpoint: PathBuf,
    /// Whom to believe, if that is set.
    pub policy: Option<Policy>,
    /// The clock.
    pub clock: Clock,
}

/// The audit service.
#[derive(Clone)]
pub struct Audit {
    log: PostgresLog,
    config: Config,
    verification: verification::Latest,
}

impl Audit {
    /// The audit service on a log whose role can only read.
    #[must_use]
    pub fn new(log: PostgresLog, config: Config) -> Self {
        Self { log, config, verification: verification::Latest::default() }
    }
}
