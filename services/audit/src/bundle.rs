//! `/audit/bundle`: entries with their proofs in one file, to be checked by somebody who trusts nobody here.

use std::io::{Cursor, Write as _};

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tais_domain::Registry;
use tais_log::checkpoint::{KeyType, NoteKey, SignedCheckpoint, TlogProof};
use tais_log::{Filter, Log as _};
use tais_proto::Position;
use tais_web::{Failure, Frame};
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use crate::Audit;
use crate::receipt::{covers, receipt};
use crate::routes::failed;

/// The most entries of one bundle; the whole record is handed out as tiles.
pub const ENTRIES_MAX: u64 = 1_000;

const README: &str = include_str!("../bundle/README.txt");
const FORMATS: &str = include_str!("../../../proto/VERIFY.md");
const SECOND_VERIFIER: &str = include_str!("../../../tests/second-verifier/verify.py");
const SECOND_VERIFIER_NEEDS: &str = include_str!("../../../deploy/verifier.txt");

#[derive(Deserialize)]
pub struct Asked {
    from: String,
    to: String,
}

/// `GET /audit/bundle?from=POSITION&to=POSITION`: a zip.
pub async fn download(
    State(audit): State<Audit>,
    Query(asked): Query<Asked>,
    frame: Frame,
) -> Result<Response, Failure> {
    let t = frame.texts;
    let number = |text: &str| {
        let text = text.trim();
        let wrong = || Failure::Malformed(t.with("audit-bundle-wrong", &[("text", text.to_owned().into())]));
        text.parse::<u64>().map_err(|_| wrong())
    };
    let (from, to) = (number(&asked.from)?, number(&asked.to)?);
    if to < from || to - from >= ENTRIES_MAX {
        return Err(Failure::Malformed(t.with("audit-bundle-too-many", &[("most", ENTRIES_MAX.into())])));
    }
    let signed = audit.log.last_checkpoint().await.map_err(failed)?;
    let signed = signed.filter(|signed| covers(signed, Position(to)));
    let signed = signed.ok_or_else(|| Failure::NotReady(t.get("audit-receipt-not-yet")))?;
    let receipts = receipts(&audit, from, to, &signed).await?;
    let key = claimed_key(&audit, signed.checkpoint().size).await?;
    audit.taken_away(&frame, format!("entries {from} to {to} with their proofs"), Position(to)).await?;
    let policy = audit.config.policy.as_ref().map(|policy| policy.file().to_vec());
    let zipped = tokio::task::spawn_blocking(move || zip(&receipts, &signed, &key, policy.as_deref())).await;
    let zipped = zipped
        .map_err(|error| Failure::internal("making a bundle", &error))?
        .map_err(|error| Failure::internal("making a bundle", &error))?;
    let name = format!("attachment; filename=\"tais-{from}-{to}.zip\"");
    let headers = [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, zipped).into_response())
}

/// The receipts of these entries, each with its position.
async fn receipts(
    audit: &Audit,
    from: u64,
    to: u64,
    signed: &SignedCheckpoint,
) -> Result<Vec<(Position, TlogProof)>, Failure> {
    let most = usize::try_from(to - from + 1).unwrap_or(usize::MAX);
    let page = audit.log.read_from(Position(from), most, &Filter::default()).await.map_err(failed)?;
    let mut receipts = Vec::with_capacity(page.entries.len());
    for entry in &page.entries {
        let proof = receipt(audit, entry, signed.clone()).await;
        receipts.push((entry.position, proof.map_err(|error| Failure::internal("proving", &error))?));
    }
    Ok(receipts)
}

/// The log's key with which a checkpoint of so many entries is signed, as the record itself names it.
async fn claimed_key(audit: &Audit, size: u64) -> Result<NoteKey, Failure> {
    let unreadable =
        |error: &(dyn std::error::Error + 'static)| Failure::internal("reading the registry", error);
    let genesis = audit.log.read_one(Position(0)).await.map_err(failed)?.ok_or(Failure::NotFound)?;
    let mut registry = Registry::default();
    for entry in audit.log.read_stream(genesis.stream.id).await.map_err(failed)? {
        let envelope = entry.envelope().map_err(|error| unreadable(&error))?;
        registry.apply(entry.position, &envelope).map_err(|error| unreadable(&error))?;
    }
    let (Some(genesis), Some(key)) = (registry.genesis(), registry.log_key(size)) else {
        return Err(Failure::NotFound);
    };
    NoteKey::new(&genesis.origin, KeyType::Log, key.public_key).map_err(|error| unreadable(&error))
}

fn zip(
    receipts: &[(Position, TlogProof)],
    signed: &SignedCheckpoint,
    key: &NoteKey,
    policy: Option<&[u8]>,
) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, bytes: &[u8]| {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(bytes).map_err(ZipError::from)
    };
    put("README.txt", README.replace("{KEY}", &key.to_string()).as_bytes())?;
    put("VERIFY.md", FORMATS.as_bytes())?;
    put("verify.py", SECOND_VERIFIER.as_bytes())?;
    put("requirements.txt", SECOND_VERIFIER_NEEDS.as_bytes())?;
    put("checkpoint", signed.note())?;
    if let Some(policy) = policy {
        put("policy", policy)?;
    }
    for (position, proof) in receipts {
        put(&format!("entries/{position}.tlog-proof"), &proof.to_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}
