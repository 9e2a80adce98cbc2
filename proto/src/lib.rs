//! `tais-proto`: the published contract of Tais, as Rust values.
//!
//! Its job: the vocabulary (pillars, kinds, roles), the envelope every event travels in, every
//! event's payload, the bytes that are signed and hashed, and the reference data. The language
//! neutral twin of this crate is `proto/tais/v1/*.proto`; a contract test holds the two together.
//!
//! Not its job: what may happen (that is `tais-domain`), and anything with I/O. There is no clock,
//! no randomness, no network and no file access here.
//!
//! Invariants:
//! * bytes become typed values once, in [`Envelope::parse`]; what is past it needs no re-checking;
//! * [`Signed::verify`] comes before [`Envelope::parse`]: nothing unsigned is ever parsed;
//! * the stored bytes are the evidence: nothing here re-encodes an envelope that was signed.

mod wire;

pub mod amount;
pub mod batch;
pub mod entry;
pub mod envelope;
pub mod event;
pub mod ids;
pub mod reference;
pub mod signing;
pub mod text;
pub mod vocabulary;
pub mod when;

pub use amount::{Cents, Quantity};
/// What signed bytes are held in: a copy of them is one more look at the same.
pub use bytes::Bytes;
pub use entry::{LeafHash, entry_bytes, leaf_hash};
pub use envelope::{Envelope, EnvelopeError, Source, StreamRef};
pub use event::{Event, EventType};
pub use ids::{AccountId, EventId, KeyId, PersonId, Position, StreamId};
pub use signing::{KeyError, PublicKey, Signed, SigningKey};
pub use text::{Lang, Texts};
pub use vocabulary::{Pillar, Publisher, Role, StreamKind};
pub use when::{Date, PartialDate, Quarter, Timestamp};

/// The description of `/api/v1` (OpenAPI 3.1); `proto/tests/openapi.rs` makes it from the contract.
pub const OPENAPI: &str = include_str!("../openapi.json");
