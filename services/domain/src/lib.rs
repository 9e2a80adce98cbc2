//! `tais-domain`: the rules of the office's work, as plain functions of values.
//!
//! Its job: who may say what ([`policy`]); what may follow from what ([`activity`], [`commitment`],
//! [`indicator`], [`obligation`], [`registry`]); the last gate before the log ([`admission`]); and what is counted, and how
//! ([`measure`]).
//!
//! Not its job: anything with I/O. There is no tokio, no SQL, no clock and no randomness here.
//!
//! Invariants:
//! * one check for everybody: [`admission::admit`] at the recorder runs the same rules that
//!   `decide` ran at the publisher;
//! * `decide` never emits what `evolve` refuses;
//! * folding the same entries gives the same state, on any machine, at any time.

pub mod activity;
pub mod admission;
pub mod commitment;
pub mod forum;
pub mod happened;
pub mod indicator;
pub mod measure;
pub mod obligation;
pub mod policy;
pub mod refusal;
pub mod registry;

pub use activity::Activity;
pub use commitment::Commitment;
pub use forum::Forum;
pub use happened::Happened;
pub use indicator::Indicator;
pub use obligation::Obligation;
pub use refusal::{EvolveError, Refusal, Rule};
pub use registry::{KeyRecord, Registry};
