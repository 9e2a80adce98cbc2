//! The envelope every event travels in: structured-mode CloudEvents 1.0 with our extensions.
//!
//! Parsing happens once, at the boundary, after the signature was verified. Oversized or deeply
//! nested input is refused before serde sees it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::event::{Event, EventType, PayloadError};
use crate::ids::{AccountId, EventId, KeyId, StreamId};
use crate::reference::StateCode;
use crate::vocabulary::{Publisher, StreamKind};
use crate::when::Timestamp;
use crate::wire;

/// The largest message that is taken, in bytes: an entry of it still fits the 16-bit lengths of an entry
/// bundle (C2SP tlog-tiles).
pub const MESSAGE_BYTES_MAX: usize = 65_000;
/// The largest envelope that is read: records from before there were bundles may hold such.
pub const ENVELOPE_BYTES_MAX: usize = 256 * 1024;
/// The deepest nesting of JSON arrays and objects.
pub const NESTING_MAX: usize = 32;

/// Why bytes are not an envelope of this contract.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// More bytes than are taken.
    #[error(
        "the message has {bytes} bytes; at most {most} are taken: attach documents by their hash instead"
    )]
    Oversized {
        /// How many it has.
        bytes: usize,
        /// How many are taken.
        most: usize,
    },
    /// Nested too deeply.
    #[error("the message is nested more than {NESTING_MAX} levels deep")]
    TooDeep,
    /// Not JSON, or not an envelope.
    #[error("the message is not an event envelope: {0}")]
    Malformed(String),
    /// The payload's type or shape.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// Two attributes contradict each other.
    #[error("the envelope contradicts itself: {0}")]
    Contradiction(String),
}

impl EnvelopeError {
    /// A short code for message keys and metrics.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Oversized { .. } => "oversized",
            Self::TooDeep => "too-deep",
            Self::Malformed(_) => "malformed",
            Self::Payload(PayloadError::UnknownType(_)) => "unknown-type",
            Self::Payload(PayloadError::FutureVersion(..)) => "future-version",
            Self::Payload(PayloadError::Shape { .. }) => "wrong-shape",
            Self::Contradiction(_) => "contradiction",
        }
    }
}

/// CloudEvents `source`: `/tl/apsc`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// The member state whose record this is.
    pub state: StateCode,
    /// Who publishes.
    pub publisher: Publisher,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/{}", self.state.as_str().to_lowercase(), self.publisher)
    }
}

impl FromStr for Source {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (state, publisher) = text.strip_prefix('/')?.split_once('/')?;
            let lower = state.bytes().all(|b| b.is_ascii_lowercase());
            let state = lower.then(|| state.to_uppercase().parse().ok())??;
            Some(Self { state, publisher: Publisher::from_code(publisher)? })
        };
        parse().ok_or_else(|| format!("\"{}\" is not a source: it must look like /tl/apsc", clip(text)))
    }
}

/// CloudEvents `subject`: `activity/<uuid>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamRef {
    /// What kind of stream.
    pub kind: StreamKind,
    /// Which one.
    pub id: StreamId,
}

impl fmt::Display for StreamRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

impl FromStr for StreamRef {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (kind, id) = text.split_once('/')?;
            Some(Self { kind: StreamKind::from_code(kind)?, id: id.parse().ok()? })
        };
        parse()
            .ok_or_else(|| format!("\"{}\" is not a subject: it must look like activity/<uuid>", clip(text)))
    }
}

fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}

/// serde by `Display` and `FromStr`.
macro_rules! serde_as_text {
    ($($name:ident),+) => { $(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )+ };
}
serde_as_text!(Source, StreamRef);

/// An event with everything that says where it belongs and who says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The idempotency key, UUIDv7.
    pub id: EventId,
    /// Which publisher of which member state.
    pub source: Source,
    /// The stream it belongs to.
    pub stream: StreamRef,
    /// The version it gives its stream, from 1: optimistic concurrency.
    pub stream_version: u32,
    /// When it happened, as the publisher says. Order is position, never this.
    pub time: Timestamp,
    /// What started the chain of events this belongs to.
    pub correlation: Uuid,
    /// The event that caused it.
    pub causation: Option<EventId>,
    /// Who acted.
    pub actor: AccountId,
    /// The key that signs.
    pub key_id: KeyId,
    /// Its place in that key's sequence, from 1.
    pub key_seq: u32,
    /// What happened.
    pub event: Event,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a, D> {
    #[serde(borrow)]
    specversion: Cow<'a, str>,
    id: EventId,
    source: Source,
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    subject: StreamRef,
    time: Timestamp,
    #[serde(borrow)]
    datacontenttype: Cow<'a, str>,
    #[serde(borrow)]
    dataschema: Cow<'a, str>,
    streamversion: u32,
    correlationid: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    causationid: Option<EventId>,
    actor: AccountId,
    keyid: KeyId,
    keyseq: u32,
    data: D,
}

/// CloudEvents integers are signed 32-bit.
const INTEGER_MAX: u32 = i32::MAX as u32;

impl Envelope {
    /// Parses bytes whose signature was verified.
    ///
    /// # Errors
    /// When they are oversized, too deeply nested, no envelope, of an unknown type or contradictory.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > ENVELOPE_BYTES_MAX {
            return Err(EnvelopeError::Oversized { bytes: bytes.len(), most: ENVELOPE_BYTES_MAX });
        }
        if is_too_deep(bytes) {
            return Err(EnvelopeError::TooDeep);
        }
        Self::read(bytes)
    }

    /// Reads bytes that [`Envelope::to_bytes`] made here, however many they are.
    ///
    /// # Errors
    /// When they are no envelope of a known type.
    pub fn read(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let wire = Wire::parse(bytes).map_err(EnvelopeError::Malformed)?;
        let event_type = EventType::parse(&wire.r#type)?;
        wire.check(event_type)?;
        let event = Event::parse(event_type, wire.data.get())?;
        Ok(Self {
            id: wire.id,
            source: wire.source,
            stream: wire.subject,
            stream_version: wire.streamversion,
            time: wire.time,
            correlation: wire.correlationid,
            causation: wire.causationid,
            actor: wire.actor,
            key_id: wire.keyid,
            key_seq: wire.keyseq,
            event,
        })
    }

    /// The exact bytes to sign. Called once, by the publisher; nobody re-encodes afterwards.
    ///
    /// # Errors
    /// Never for values of this contract; the signature is serde's.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let event_type = self.event.event_type();
        serde_json::to_vec(&Wire {
            specversion: "1.0".into(),
            id: self.id,
            source: self.source.clone(),
            r#type: event_type.as_str().into(),
            subject: self.stream,
            time: self.time,
            datacontenttype: "application/json".into(),
            dataschema: data_schema(event_type).into(),
            streamversion: self.stream_version,
            correlationid: self.correlation,
            causationid: self.causation,
            actor: self.actor,
            keyid: self.key_id.clone(),
            keyseq: self.key_seq,
            data: &self.event,
        })
    }
}

/// CloudEvents `dataschema` of a type: the message of the contract that describes it.
#[must_use]
pub fn data_schema(event_type: EventType) -> String {
    format!("{DATA_SCHEMA}{}", event_type.message_name())
}

const DATA_SCHEMA: &str = "urn:tais:proto:";

impl<'a> Wire<'a, &'a RawValue> {
    /// The words of an error name the attribute that is wrong.
    fn parse(bytes: &'a [u8]) -> Result<Self, String> {
        wire::parse(bytes).map_err(|error| match error.path.as_str() {
            "" => error.problem,
            path => format!("{path}: {}", error.problem),
        })
    }

    fn check(&self, event_type: EventType) -> Result<(), EnvelopeError> {
        let contradiction = |text: String| Err(EnvelopeError::Contradiction(text));
        if self.specversion != "1.0" {
            return contradiction(format!("specversion is \"{}\", not \"1.0\"", clip(&self.specversion)));
        }
        if self.datacontenttype != "application/json" {
            return contradiction("datacontenttype is not application/json".into());
        }
        if self.dataschema.strip_prefix(DATA_SCHEMA) != Some(event_type.message_name()) {
            return contradiction(format!("dataschema must be {}", data_schema(event_type)));
        }
        if self.subject.kind != event_type.stream_kind() {
            return contradiction(format!(
                "{} does not belong to a stream of kind {}",
                event_type.as_str(),
                self.subject.kind
            ));
        }
        if self.id.0.get_version_num() != 7 {
            return contradiction("id is not a UUID of version 7".into());
        }
        let counted = |n: u32| (1..=INTEGER_MAX).contains(&n);
        if !counted(self.streamversion) || !counted(self.keyseq) {
            return contradiction("streamversion and keyseq count from 1".into());
        }
        Ok(())
    }
}

/// Whether arrays and objects are nested too deeply. Cheap, and done before serde runs: where no more are opened than may
/// be nested, how they lie need not be known.
fn is_too_deep(bytes: &[u8]) -> bool {
    let opened = bytes.iter().filter(|byte| matches!(byte, b'{' | b'[')).count();
    opened > NESTING_MAX && nesting(bytes) > NESTING_MAX
}

/// How deeply arrays and objects are nested, outside strings.
fn nesting(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_ignores_brackets_in_strings() {
        assert_eq!(nesting(br#"{"a":"[[[\"[","b":[1,{}]}"#), 3);
        assert_eq!(nesting("[".repeat(40).as_bytes()), 40);
        assert!(is_too_deep("[".repeat(NESTING_MAX + 1).as_bytes()));
        assert!(!is_too_deep("[".repeat(NESTING_MAX).as_bytes()) && !is_too_deep("[]".repeat(40).as_bytes()));
    }
}
