//! A document as the record names it.

use axum::body::Bytes;
use tais_proto::event::activity::Document;
use tais_web::Failure;

use crate::Correspondent;

/// The longest name that is kept.
const NAME_MAX: usize = 200;

/// Keeps the bytes, and gives what the record says of them: the last part of the name, without what
/// cannot be seen, and the media type if it is one.
///
/// # Errors
/// When the store does not take it.
pub(crate) async fn described(
    correspondent: &Correspondent,
    name: &str,
    media_type: &str,
    bytes: Bytes,
) -> Result<Document, Failure> {
    let kept = correspondent.documents.put(bytes).await;
    let sha256 = kept.map_err(|error| Failure::internal("keeping a document", &error))?;
    let name = plain_name(name);
    let name = if name.is_empty() { sha256.chars().take(12).collect() } else { name };
    Ok(Document { name, sha256, media_type: media_type_of(media_type), location: None, language: None })
}

fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect::<String>().trim().to_owned()
}

fn media_type_of(text: &str) -> String {
    let token = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_one = essence.len() <= 100 && essence.split_once('/').is_some_and(|(a, b)| token(a) && token(b));
    if is_one { essence } else { "application/octet-stream".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_media_type_are_taken_plainly() {
        assert_eq!(plain_name("C:\\fakepath\\../minutes\r\n of may.pdf "), "minutes of may.pdf");
        assert_eq!(plain_name("../.."), "..");
        assert_eq!(media_type_of("application/PDF; charset=x"), "application/pdf");
        for wrong in ["", "pdf", "text/html\r\nX: y", "a/b/c"] {
            assert_eq!(media_type_of(wrong), "application/octet-stream", "{wrong}");
        }
    }
}
