//! `tais-recorder`: the only writer of the log.
//!
//! It pulls what publishers submitted, verifies signature and key, admits each event by the
//! domain's rules on the state folded from the log, and appends a batch in one transaction. Only
//! then it acknowledges. What cannot be taken is kept in quarantine with its raw bytes and a reason;
//! what was signed properly and refused leaves a refusal entry of its own. Nothing is dropped and
//! nothing blocks what follows it.
//!
//! Not its job: what an event means (that is `tais-domain`), and what anybody looks at.
//!
//! Invariants:
//! * a message is acknowledged after the commit, never before;
//! * the view of the log that rules are checked on is never newer than the log, and is thrown away
//!   whenever an outcome is unknown; what is planned on a batch that is still being appended is appended right after
//!   exactly that batch, or planned again;
//! * a checkpoint is signed only of what was read and hashed again, and only after the one before it;
//! * one recorder is active, any number stand by; two at once would still write no fork, because
//!   the log's head row is the lock.

mod arrivals;
mod checkpoint;
mod error;
pub mod genesis;
mod keys;
mod plan;
mod record;
mod recording;
mod relay;
mod replay;
mod verify;
mod view;

pub use checkpoint::SignError;
pub use error::RecorderError;
pub use keys::{LogKeys, only};
pub use record::{Config, Recorder, run};
pub use verify::{Claim, Unverified, Verified, verify};
