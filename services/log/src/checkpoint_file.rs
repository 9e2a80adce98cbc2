//! The last checkpoint in a file outside the database, for who signs and for who cosigns: written whole or
//! not at all, and only in the place of the one that was there before.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::checkpoint::{CheckpointError, SignedCheckpoint};

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointFileError {
    /// The disk.
    #[error("{path}, which holds the last signed checkpoint, cannot be used")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It holds something else.
    #[error(
        "{path} does not hold a checkpoint: restore it from a backup, or take the newest from the witness"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: CheckpointError,
    },
    /// Somebody else wrote it.
    #[error("{0} holds another checkpoint than the last that was signed here: another recorder writes it")]
    Moved(PathBuf),
}

/// The last checkpoint; `None` where there is no file.
///
/// # Errors
/// When the file cannot be read, or holds something else.
pub fn read(path: &Path) -> Result<Option<SignedCheckpoint>, CheckpointFileError> {
    match fs::read(path) {
        Ok(note) => SignedCheckpoint::parse(&note)
            .map(Some)
            .map_err(|source| CheckpointFileError::Unreadable { path: path.to_owned(), source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(CheckpointFileError::Io { path: path.to_owned(), source }),
    }
}

/// Puts a checkpoint in the place of the one before it. One at a time: whoever writes holds a lock.
///
/// # Errors
/// When another one is there, or the disk does not take it.
pub fn write(
    path: &Path,
    before: Option<&SignedCheckpoint>,
    signed: &SignedCheckpoint,
) -> Result<(), CheckpointFileError> {
    let failed = |source| CheckpointFileError::Io { path: path.to_owned(), source };
    let lock = File::create(path.with_extension("lock")).map_err(failed)?;
    lock.lock().map_err(failed)?;
    let there = read(path)?;
    let size = |signed: Option<&SignedCheckpoint>| signed.map(|signed| signed.checkpoint().clone());
    if size(there.as_ref()) != size(before) {
        return Err(CheckpointFileError::Moved(path.to_owned()));
    }
    let fresh = path.with_extension("new");
    let mut file = File::create(&fresh).map_err(failed)?;
    file.write_all(signed.note()).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&fresh, path).map_err(failed)?;
    // The name too must outlive a power cut.
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed)
}
