//! The part of an envelope that folds need.

use tais_proto::{AccountId, Envelope, Event, EventId};

/// One event of a stream, with who said it and the version it gives the stream.
#[derive(Clone, Copy, Debug)]
pub struct Happened<'a> {
    /// Which event.
    pub id: EventId,
    /// Who acted.
    pub actor: AccountId,
    /// The version it gives its stream, from 1.
    pub version: u32,
    /// What happened.
    pub event: &'a Event,
}

impl<'a> From<&'a Envelope> for Happened<'a> {
    fn from(envelope: &'a Envelope) -> Self {
        Self {
            id: envelope.id,
            actor: envelope.actor,
            version: envelope.stream_version,
            event: &envelope.event,
        }
    }
}
