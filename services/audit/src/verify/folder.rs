//! Verifying a folder with the log's files (C2SP tlog-tiles), with neither network nor database.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tais_log::checkpoint::{CheckpointError, SignedCheckpoint};
use tais_log::evidence::Evidence;
use tais_log::tile::{Resource, TileRef, unbundle};
use tais_proto::LeafHash;
use tais_proto::entry::Recorded;

use super::{Figures, Pinned, Verification, Wrong};

/// Why a folder cannot be verified.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The disk.
    #[error("{path} cannot be read")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Its checkpoint.
    #[error("{path} holds no checkpoint: this is no folder of a log")]
    Checkpoint {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: CheckpointError,
    },
}

/// Verifies all that a folder has; `progress` hears how many entries of how many are done. The outer error is
/// the disk's: nothing is known then.
///
/// # Errors
/// When the folder cannot be read.
pub fn folder(
    dir: &Path,
    pinned: Pinned,
    mut progress: impl FnMut(u64, u64),
) -> Result<Result<Figures, Wrong>, FolderError> {
    let path = dir.join("checkpoint");
    let note = fs::read(&path).map_err(|source| FolderError::Io { path: path.clone(), source })?;
    let signed = SignedCheckpoint::parse(&note).map_err(|source| FolderError::Checkpoint { path, source })?;
    let size = signed.checkpoint().size;
    let mut verification = Verification::new(pinned);
    verification.expect(signed, "in the folder");
    for tile in (0..).map_while(|index| TileRef::within(0, index, size)) {
        let (hashes, entries) = (read(dir, Resource::Tile(tile))?, read(dir, bundle_of(tile))?);
        let (Some(hashes), Some(entries)) = (hashes, entries) else {
            return Ok(Err(Wrong::Missing(tile.first())));
        };
        let taken = evidence(tile, &hashes, &entries).and_then(|evidence| verification.take(&evidence));
        if let Err(wrong) = taken {
            return Ok(Err(wrong));
        }
        progress(verification.size(), size);
    }
    for resource in Resource::all(size) {
        if let Resource::Tile(tile @ TileRef { level: 1.., .. }) = resource {
            let Some(hashes) = read(dir, resource)? else {
                return Ok(Err(verification.tiles().no_tile(tile.level.into(), int(tile.index))));
            };
            if let Err(wrong) = verification.tiles().check_hashes(tile, &hashes) {
                return Ok(Err(wrong));
            }
        }
    }
    Ok(verification.end())
}

const fn bundle_of(tile: TileRef) -> Resource {
    Resource::Entries { index: tile.index, width: tile.width }
}

fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The bytes of a file; `None` where it is not there.
fn read(dir: &Path, resource: Resource) -> Result<Option<Vec<u8>>, FolderError> {
    let path = dir.join(resource.path());
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FolderError::Io { path, source }),
    }
}

/// The entries of a bundle with their leaves.
fn evidence(tile: TileRef, hashes: &[u8], entries: &[u8]) -> Result<Vec<Evidence>, Wrong> {
    let first = tile.first();
    let entries = unbundle(entries).filter(|entries| entries.len() == usize::from(tile.width));
    let entries = entries.ok_or(Wrong::Missing(first))?;
    if hashes.len() != entries.len() * 32 {
        return Err(Wrong::Tile { position: first, level: 0, index: int(tile.index) });
    }
    let mut all = Vec::with_capacity(entries.len());
    for ((position, entry), leaf) in (first..).zip(entries).zip(hashes.chunks(32)) {
        if LeafHash::of(entry).0[..] != *leaf {
            return Err(Wrong::Leaf(position));
        }
        let unreadable =
            |error: &dyn std::fmt::Display| Wrong::Unreadable { position, why: error.to_string() };
        let recorded = Recorded::parse(entry).map_err(|error| unreadable(&error))?;
        all.push(Evidence {
            position: int(recorded.position.0),
            envelope: recorded.signed.bytes,
            signature: recorded.signed.signature.to_vec(),
            recorded_at: recorded.recorded_at,
            leaf_hash: Some(leaf.to_vec()),
            columns: None,
        });
    }
    Ok(all)
}
