//! A form with a file in it.

use axum::body::Bytes;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;
use tais_web::Failure;

/// Beside the file, a form carries its token and its boundaries.
pub(super) const FORM_BYTES: usize = 64 * 1024;

/// The fields of such a form.
#[derive(Default)]
pub(super) struct Sent {
    /// The session's token.
    pub token: String,
    /// The id of what is said, where the form has one.
    pub submission: String,
    /// The file's name, as the browser gives it.
    pub name: String,
    /// What kind of file it is, as the browser says.
    pub media_type: String,
    /// The file.
    pub bytes: Bytes,
}

/// Why such a form is not read.
pub(super) fn refused(error: MultipartError) -> Failure {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Failure::Malformed(String::new()),
    }
}

pub(super) async fn sent(mut form: Multipart) -> Result<Sent, Failure> {
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await.map_err(refused)? {
        match field.name() {
            Some("csrf") => sent.token = field.text().await.map_err(refused)?,
            Some("submission") => sent.submission = field.text().await.map_err(refused)?,
            Some("file") => {
                sent.name = field.file_name().unwrap_or_default().to_owned();
                sent.media_type = field.content_type().unwrap_or_default().to_owned();
                sent.bytes = field.bytes().await.map_err(refused)?;
            }
            _ => {}
        }
    }
    Ok(sent)
}
