//! A witness: it cosigns what goes on from what it cosigned before, and keeps both where a log has forked
//! (C2SP tlog-witness). The auditor runs it, where whoever runs the log does not rule.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tais_log::Clock;
use tais_log::checkpoint::{
    AddCheckpoint, CheckpointError, NoteKey, REQUEST_BYTES_MAX, Refused, SignedCheckpoint,
};
use tais_log::checkpoint_file::{self, CheckpointFileError};
use tais_proto::SigningKey;
use tais_proto::signing::sha256_hex;

/// Why a witness does not answer.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// By the protocol.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// What it keeps.
    #[error(transparent)]
    File(#[from] CheckpointFileError),
    /// The evidence of a fork.
    #[error("{path}, which is evidence, cannot be written")]
    Evidence {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Its name.
    #[error("this witness cannot sign")]
    Sign(#[from] CheckpointError),
}

/// A witness of some logs.
pub struct Witness {
    /// The logs that it knows.
    pub logs: Vec<NoteKey>,
    /// Under which name and key it cosigns.
    pub name: NoteKey,
    /// The private half.
    pub key: SigningKey,
    /// Where it keeps the last checkpoint of each log, and evidence.
    pub dir: PathBuf,
    /// The clock.
    pub clock: Clock,
    /// Looking and keeping are one step: one request at a time.
    pub turn: Mutex<()>,
}

impl Witness {
    /// Judges a request; gives the signature line of what it cosigned.
    ///
    /// # Errors
    /// When it does not cosign. A contradiction of the log's is kept before it is told.
    pub fn add(&self, body: &[u8]) -> Result<String, WitnessError> {
        let asked = AddCheckpoint::parse(body)?;
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let file = self.file(&asked.checkpoint.checkpoint().origin);
        let last = checkpoint_file::read(&file)?;
        if let Err(refused) = asked.judge(&self.logs, last.as_ref().map(SignedCheckpoint::checkpoint)) {
            if refused.is_evidence()
                && let Some(last) = &last
            {
                self.keep_evidence(&refused, last, body)?;
            }
            return Err(refused.into());
        }
        // Kept before it is told: nobody hears of a cosignature that this witness could contradict.
        checkpoint_file::write(&file, last.as_ref(), &asked.checkpoint)?;
        Ok(asked.checkpoint.cosign(&self.name, &self.key, (self.clock)())?)
    }

    /// The file of a log's last checkpoint; an origin may hold what no file's name may.
    fn file(&self, origin: &str) -> PathBuf {
        self.dir.join(format!("{}.checkpoint", &sha256_hex(origin.as_bytes())[..16]))
    }

    /// Both checkpoints, each with the log's signature, and what was asked.
    fn keep_evidence(
        &self,
        refused: &Refused,
        last: &SignedCheckpoint,
        body: &[u8],
    ) -> Result<(), WitnessError> {
        let dir = self.dir.join("evidence");
        let path = dir.join(format!("{}.txt", &sha256_hex(body)[..32]));
        let head = format!("{refused}\n{}\n\nCosigned before:\n\n", (self.clock)());
        let content = [head.as_bytes(), last.note(), b"\nAsked to cosign:\n\n", body].concat();
        let written = fs::create_dir_all(&dir).and_then(|()| write(&path, &content));
        tracing::error!(%refused, evidence = %path.display(), "a log contradicts itself");
        written.map_err(|source| WitnessError::Evidence { path, source })
    }
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    fs::write(path, content)?;
    fs::File::open(path)?.sync_all()
}

/// Its one address.
pub fn router(witness: Arc<Witness>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .with_state(witness)
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Bytes) -> Response {
    let judged = tokio::task::spawn_blocking(move || witness.add(&body)).await;
    match judged {
        Ok(Ok(line)) => text(StatusCode::OK, "text/plain; charset=utf-8", line),
        Ok(Err(WitnessError::Refused(Refused::OtherSize(size)))) => {
            text(StatusCode::CONFLICT, "text/x.tlog.size", format!("{size}\n"))
        }
        Ok(Err(WitnessError::Refused(refused))) => {
            let status = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::BAD_REQUEST);
            text(status, "text/plain; charset=utf-8", format!("{refused}\n"))
        }
        Ok(Err(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, "this witness cannot do its work");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a request was not answered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn text(status: StatusCode, content_type: &'static str, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}
