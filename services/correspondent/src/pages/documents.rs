//! Attaching a document to an activity: the bytes into the store first, then their hash into the record.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::response::Response;
use axum::routing::post;
use tais_domain::activity::Command;
use tais_proto::StreamId;
use tais_web::documents::DOCUMENT_BYTES_MAX;
use tais_web::{Failure, Frame};

use super::upload::{FORM_BYTES, sent};
use super::{in_time, submission, to_update};
use crate::Correspondent;
use crate::api::failure;
use crate::documents::described;

pub(super) fn router(base: &str) -> Router<Correspondent> {
    let attach = post(attach).layer(DefaultBodyLimit::max(DOCUMENT_BYTES_MAX + FORM_BYTES));
    Router::new().route(&format!("{base}/activities/{{id}}/documents"), attach)
}

async fn attach(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    form: Multipart,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let id: StreamId = id.parse().map_err(|_| Failure::NotFound)?;
    let sent = sent(form).await?;
    frame.csrf.verify(&sent.token)?;
    let submission = submission(&correspondent, &person, &sent.submission)?;
    if sent.bytes.is_empty() {
        return Err(Failure::Refused(frame.texts.get("documents-missing")));
    }
    let document = described(&correspondent, &sent.name, &sent.media_type, sent.bytes).await?;
    let intake = correspondent.intake.clone();
    let saving = async move { intake.act(submission, id, vec![Command::AttachDocument(document)]).await };
    in_time(saving).await?.map_err(|error| failure(&frame, error))?;
    Ok(to_update(&correspondent, submission.id))
}
