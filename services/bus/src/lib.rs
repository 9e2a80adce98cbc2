//! `tais-bus`: the one place that knows JetStream, and the durable outbox of every publisher.
//!
//! Its job: subjects, streams, consumers and permissions; carrying submissions to the recorder and
//! what is recorded back; and keeping what a publisher said until the record has it.
//!
//! Not its job: what an event means, and where it is recorded.
//!
//! Invariants:
//! * NATS is a buffer. Only a receipt from the log ends an outbox item's way;
//! * a retry goes out under a new message id, because the broker silently drops the same one inside
//!   its window even if the message was lost; the event id is what makes it harmless;
//! * wake-ups are hints: every follower also asks.

mod credentials;
mod error;
pub mod memory;
mod message;
mod nats;
pub mod outbox;
pub mod permissions;
mod publisher;
mod recorder;
mod relayed;
mod streams;
pub mod subject;
mod together;

use std::future::Future;
use std::time::Duration;

use tais_proto::{Position, Publisher, Signed, StreamId};

pub use credentials::{Credentials, CredentialsError, User};
pub use error::BusError;
pub use memory::{MemoryBus, MemoryPublisher};
pub use message::{AckToken, Delivery, Notice, RecordedEntry, ReplayPage, ReplayRequest, Submitted};
pub use outbox::{Item, ItemState, NewEvents, Outbox, OutboxError, Reader, Taken};
pub use publisher::NatsPublisher;
pub use recorder::NatsRecorder;
pub use streams::migrate;
pub use together::{TOGETHER_BYTES_MAX, submit_all};

/// A publisher's side of the bus.
pub trait PublisherBus: Clone + Send + Sync + 'static {
    /// Hands over an event; returns when the broker has it on disk. That is not the record.
    fn submit(
        &self,
        stream: StreamId,
        signed: &Signed,
        message_id: &str,
    ) -> impl Future<Output = Result<(), BusError>> + Send;

    /// Hands over events of no more than [`TOGETHER_BYTES_MAX`] in one message, each of a stream of its own; returns
    /// when the broker has it on disk. Where it fails the broker has all or none of them.
    fn submit_together(
        &self,
        all: &[(StreamId, &Signed)],
    ) -> impl Future<Output = Result<(), BusError>> + Send;

    /// What comes back next; waits for it.
    fn next_delivery(&self) -> impl Future<Output = Result<Delivery, BusError>> + Send;

    /// Says that a delivery was taken in.
    fn acknowledge(&self, token: AckToken) -> impl Future<Output = Result<(), BusError>> + Send;

    /// Asks the recorder what was recorded from a position on, within this publisher's view.
    fn replay(&self, from: Position) -> impl Future<Output = Result<ReplayPage, BusError>> + Send;
}

/// The recorder's side of the bus.
pub trait RecorderBus: Clone + Send + Sync + 'static {
    /// Submissions until there are `max` of them; what came together is never parted. Waits up to `wait` for the first
    /// and not at all for more. Who stops waiting loses none.
    fn pull(
        &self,
        max: usize,
        wait: Duration,
    ) -> impl Future<Output = Result<Vec<Submitted>, BusError>> + Send;

    /// Says that submissions are settled: recorded, refused or set aside. Of what came together, only the last has a
    /// token, and with it all of them are.
    fn ack(&self, tokens: Vec<AckToken>) -> impl Future<Output = Result<(), BusError>> + Send;

    /// Publishes what was recorded, in order, in as few messages as hold it; returns when the broker has all of it.
    fn publish_recorded(
        &self,
        entries: &[RecordedEntry],
    ) -> impl Future<Output = Result<(), BusError>> + Send;

    /// Whether RECORDED holds nothing.
    fn recorded_is_empty(&self) -> impl Future<Output = Result<bool, BusError>> + Send;

    /// Tells a publisher something about its submissions. A hint: it may be lost.
    fn notify(
        &self,
        publisher: Publisher,
        notices: &[Notice],
    ) -> impl Future<Output = Result<(), BusError>> + Send;

    /// The next replay request; waits for it.
    fn next_replay(&self) -> impl Future<Output = Result<ReplayRequest, BusError>> + Send;

    /// Answers a replay request.
    fn answer_replay(
        &self,
        request: ReplayRequest,
        page: ReplayPage,
    ) -> impl Future<Output = Result<(), BusError>> + Send;
}
