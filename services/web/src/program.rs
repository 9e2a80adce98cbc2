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
    serde_json::from_slice(body).map_err(|error| Failure::Malformed(error.to_string()))
}
