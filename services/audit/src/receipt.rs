//! The receipt of an entry, to be kept by whoever said it and checked without us, and the checkpoint.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tais_log::checkpoint::{SignedCheckpoint, TlogProof};
use tais_log::proof::{InclusionProof, ProofError};
use tais_log::{Entry, Log as _};
use tais_proto::{Position, entry_bytes};
use tais_web::{Failure, Frame};

use crate::Audit;
use crate::routes::failed;

/// `GET /events/{position}/receipt`: C2SP tlog-proof.
pub async fn download(
    State(audit): State<Audit>,
    Path(position): Path<String>,
    frame: Frame,
) -> Result<Response, Failure> {
    let position = position.parse::<u64>().map(Position).map_err(|_| Failure::NotFound)?;
    let entry = audit.log.read_one(position).await.map_err(failed)?.ok_or(Failure::NotFound)?;
    let checkpoint = audit.log.last_checkpoint().await.map_err(failed)?;
    let Some(checkpoint) = checkpoint.filter(|signed| covers(signed, position)) else {
        return Err(Failure::NotReady(frame.texts.get("audit-receipt-not-yet")));
    };
    let receipt =
        receipt(&audit, &entry, checkpoint).await.map_err(|error| Failure::internal("proving", &error))?;
    audit.taken_away(&frame, format!("the receipt of entry {position}"), position).await?;
    let name = format!("attachment; filename=\"{position}.tlog-proof\"");
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, receipt.to_bytes()).into_response())
}

/// `GET /tlog/checkpoint`: the newest, as C2SP tlog-tiles serves it.
pub async fn checkpoint(State(audit): State<Audit>) -> Result<Response, Failure> {
    let signed = audit.log.last_checkpoint().await.map_err(failed)?.ok_or(Failure::NotFound)?;
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, signed.note().to_vec()).into_response())
}

/// Whether a checkpoint is of a tree that has this entry.
pub fn covers(signed: &SignedCheckpoint, position: Position) -> bool {
    position.0 < signed.checkpoint().size
}

/// The receipt of an entry that this checkpoint covers.
pub async fn receipt(
    audit: &Audit,
    entry: &Entry,
    checkpoint: SignedCheckpoint,
) -> Result<TlogProof, ProofError> {
    let inclusion = InclusionProof::of(&audit.log, entry.position, checkpoint.checkpoint().size).await?;
    let entry = entry_bytes(&entry.signed, entry.position, entry.recorded_at);
    Ok(TlogProof { entry, inclusion, checkpoint })
}
