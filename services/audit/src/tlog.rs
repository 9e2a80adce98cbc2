//! The log as static files (C2SP tlog-tiles): the same bytes over HTTP and in a folder, so that any monitor
//! that speaks the format can follow.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tais_log::tile::{Resource, TileRef, TooLongForBundle, WIDTH, bundle};
use tais_log::{Filter, Log, LogError};
use tais_proto::{Position, entry_bytes};
use tais_web::Failure;

use crate::Audit;
use crate::routes::failed;

/// What lies there never changes.
const FOR_EVER: &str = "private, max-age=31536000, immutable";

/// Why there is no such file.
#[derive(Debug, thiserror::Error)]
pub enum TlogError {
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An entry from before messages were bounded.
    #[error("entry {position} cannot be handed out in a bundle")]
    TooLong {
        /// Where.
        position: u64,
        /// Why.
        #[source]
        source: TooLongForBundle,
    },
}

/// The bytes of a tile or bundle of the log's first `size` entries; `None` where these have no such.
///
/// # Errors
/// When the log does not answer, or an entry is too long.
pub async fn resource<L: Log>(log: &L, resource: Resource, size: u64) -> Result<Option<Vec<u8>>, TlogError> {
    let (level, index, width) = match resource {
        Resource::Tile(TileRef { level, index, width }) => (level, index, width),
        Resource::Entries { index, width } => (0, index, width),
    };
    let Some(whole) = TileRef::within(level, index, size).filter(|whole| whole.width >= width) else {
        return Ok(None);
    };
    match resource {
        Resource::Tile(_) => Ok(log.tile(TileRef { width, ..whole }).await?),
        Resource::Entries { .. } => entries(log, whole.first(), width).await.map(Some),
    }
}

async fn entries<L: Log>(log: &L, first: u64, width: u16) -> Result<Vec<u8>, TlogError> {
    let page = log.read_from(Position(first), usize::from(width), &Filter::default()).await?;
    if page.entries.len() < usize::from(width) {
        return Err(LogError::Hole(first + page.entries.len() as u64).into());
    }
    let mut bytes = Vec::new();
    for entry in &page.entries {
        let one = entry_bytes(&entry.signed, entry.position, entry.recorded_at);
        let one = bundle([&one[..]]);
        let position = entry.position.0;
        bytes.extend(one.map_err(|source| TlogError::TooLong { position, source })?);
    }
    Ok(bytes)
}

/// `GET /tlog/tile/…`.
pub async fn serve(State(audit): State<Audit>, Path(path): Path<String>) -> Result<Response, Failure> {
    let wanted = Resource::parse(&format!("tile/{path}")).ok_or(Failure::NotFound)?;
    let signed = audit.log.last_checkpoint().await.map_err(failed)?.ok_or(Failure::NotFound)?;
    let bytes = resource(&audit.log, wanted, signed.checkpoint().size).await;
    let bytes = bytes.map_err(|error| Failure::internal("reading the log's tiles", &error))?;
    let headers = [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, FOR_EVER)];
    Ok((headers, bytes.ok_or(Failure::NotFound)?).into_response())
}

/// Whether a file of it is written once and for all.
#[must_use]
pub const fn is_final(resource: Resource) -> bool {
    match resource {
        Resource::Tile(tile) => tile.is_whole(),
        Resource::Entries { width, .. } => width == WIDTH,
    }
}
