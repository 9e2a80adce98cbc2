//! What programs send: JSON, under an id that makes sending it again safe.

use axum::http::HeaderMap;
use serde::de::DeserializeOwned;
use tais_proto::envelope::MESSAGE_BYTES_MAX;
use uuid::Uuid;

use crate::answer::Failure;

/// The header under which a program names what it sends.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Reads the id of what is sent: a UUID of version 7, with or without quotes.
///
/// # Errors
/// [`Failure::Malformed`] when it is no such id.
pub fn sent_id(text: &str) -> Result<Uuid, Failure> {
    let id = Uuid::parse_str(text.trim().trim_matches('"')).ok().filter(|id| id.get_version_num() == 7);
    id.ok_or_else(|| Failure::Malformed("Idempotency-Key: UUID v7".to_owned()))
}

/// The id under which a program sends something; a new one where it names none.
///
/// # Errors
/// [`Failure::Malformed`] when it names something that is no id.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Uuid, Failure> {
    match headers.get(IDEMPOTENCY_KEY) {
        None => Ok(Uuid::now_v7()),
        Some(key) => sent_id(key.to_str().unwrap_or_default()),
    }
}

/// Reads a body, which is never larger than a message may be.
///
/// # Errors
/// When it is too large, or not what is asked for.
pub fn json_of<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    if body.len() > MESSAGE_BYTES_MAX {
        return Err(Failure::TooLarge);
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let words = error.inner().to_string();
        match pointer(error.path()) {
            at if at.is_empty() => Failure::Malformed(words),
            pointer => Failure::MalformedAt { pointer, words },
        }
    })?;
    json.end().map_err(|error| Failure::Malformed(error.to_string()))?;
    Ok(value)
}

/// A place in JSON as a pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } | Segment::Enum { variant: key } => {
            format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
        }
        Segment::Unknown => pointer,
    })
}
