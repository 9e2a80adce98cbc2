//! What was signed properly and refused by a rule: an entry of its own, so that a key's sequence
//! has no unexplained gap.

use serde::{Deserialize, Serialize};

use crate::ids::{EventId, KeyId, StreamId};
use crate::vocabulary::Publisher;

/// An event was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefusalRefused {
    /// The event that was refused.
    pub event: EventId,
    /// The stream it was meant for.
    pub stream: StreamId,
    /// Who published it.
    pub publisher: Publisher,
    /// The key that signed it.
    pub key_id: KeyId,
    /// Its place in that key's sequence.
    pub key_seq: u32,
    /// SHA-256 of its exact bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// The rule that was broken, as a code (`refusal-` message keys are made of it).
    pub rule: String,
    /// The rule in plain English, for a reader without the message files.
    pub reason: String,
}
