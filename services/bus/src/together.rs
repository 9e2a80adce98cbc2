//! Handing over what waits: one by one where it is little, together where it is much.

use std::error::Error;

use futures_util::future::join_all;
use tais_proto::{Signed, StreamId};
use uuid::Uuid;

use crate::{BusError, PublisherBus};

/// The most events that the broker takes together.
pub const TOGETHER_MAX: usize = 1_000;
/// So many cost the broker about as much together as one by one: to open and close a batch is dearer than to
/// keep an event, and a batch waits for the disk once.
const TOGETHER_MIN: usize = 24;

/// Hands over up to [`TOGETHER_MAX`] events, each of a stream of its own; says of each whether the broker has
/// it on disk. Of what it says no to, nobody knows.
pub async fn submit_all<B: PublisherBus>(bus: &B, all: &[(StreamId, &Signed)]) -> Vec<bool> {
    if all.len() >= TOGETHER_MIN {
        match bus.submit_together(all).await {
            Ok(()) => return vec![true; all.len()],
            // One of them is at fault: each by itself, so that it stops no other.
            Err(error @ BusError::Refused(_)) => {
                tracing::debug!(error = &error as &dyn Error, "not taken together; each is sent by itself");
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn Error, "not handed over");
                return vec![false; all.len()];
            }
        }
    }
    join_all(all.iter().map(|(stream, signed)| submit_alone(bus, *stream, signed))).await
}

async fn submit_alone<B: PublisherBus>(bus: &B, stream: StreamId, signed: &Signed) -> bool {
    // New each time: the broker drops a message whose id it knows, even one that it lost.
    let message_id = Uuid::now_v7().to_string();
    let result = bus.submit(stream, signed, &message_id).await;
    if let Err(error) = &result {
        tracing::debug!(%stream, error = error as &dyn Error, "not handed over");
    }
    result.is_ok()
}
