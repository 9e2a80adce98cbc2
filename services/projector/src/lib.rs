//! `tais-projector`: everything anyone looks at, folded from the log.
//!
//! A projection is a pure fold with a name and a version. The runtime gives it batches of entries
//! and writes its rows and its checkpoint in one transaction; a rebuild goes into a fresh schema
//! beside the live one and the views that readers use are swapped when it has caught up.
//!
//! Adding a projection is adding one file and one line in [`run`] and one in [`replay`].
//!
//! Not its job: writing the log, or deciding anything.
//!
//! Invariants:
//! * rows are only added, each at the position that caused it, so the state at any position is a
//!   plain query, and the digest at any position can be computed from the rows;
//! * a checkpoint is (position, tree root): one that is not in the log belongs to another history,
//!   and the projector refuses to start on it;
//! * folding the log alone gives the same digest as the live rows.

pub mod activity;
mod batch;
mod copy;
mod error;
pub mod measure;
pub mod projection;
mod replay;
mod runtime;
mod scratch;
pub mod state;
mod store;

pub use copy::Fields;
pub use error::ProjectorError;
pub use projection::{Digest, Projection};
pub use replay::{DigestsOnly, ReplayedDigest, Sink, live_digests, replay};
pub use runtime::{Config, PROJECTIONS, run};
pub use scratch::{Lines, ScratchSchema};
pub use store::migrate;
