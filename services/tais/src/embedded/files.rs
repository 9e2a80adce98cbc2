//! Small file operations that leave either the old content or the new, never a part.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::EmbeddedError;

/// Only the owner may read: what holds passwords.
const PRIVATE_FILE_MODE: u32 = 0o600;
/// A server's log is set aside when it is larger than this at a start.
const LOG_KEPT_BYTES: u64 = 16 * 1024 * 1024;
/// How much of a log's end is shown in an error.
const TAIL_LINES: usize = 12;

/// Makes a directory that only its owner may enter. Directories above it that are made on the way
/// get the usual mode: the server's account may have to pass through them.
pub(crate) fn private_dir(path: &Path) -> Result<(), EmbeddedError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(EmbeddedError::io("make the directory", parent))?;
    }
    // Recursive only so that another maker at the same moment is no error.
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(EmbeddedError::io("make the directory", path))
}

/// Replaces a file whole, durably, readable by its owner only.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> Result<(), EmbeddedError> {
    let fresh = path.with_extension("new");
    let io = |doing| EmbeddedError::io(doing, path);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(PRIVATE_FILE_MODE)
        .open(&fresh)
        .map_err(io("write"))?;
    file.write_all(content).map_err(io("write"))?;
    file.sync_all().map_err(io("flush"))?;
    fs::rename(&fresh, path).map_err(io("replace"))?;
    sync_parent(path)
}

/// Makes a rename or a new name in `path`'s directory durable.
pub(super) fn sync_parent(path: &Path) -> Result<(), EmbeddedError> {
    let Some(parent) = path.parent() else { return Ok(()) };
    let dir = fs::File::open(parent).map_err(EmbeddedError::io("open", parent))?;
    dir.sync_all().map_err(EmbeddedError::io("flush", parent))
}

/// Opens a server's log for appending; a large one is set aside first (one is kept).
pub(super) fn open_log(path: &Path) -> Result<fs::File, EmbeddedError> {
    if fs::metadata(path).is_ok_and(|log| log.len() > LOG_KEPT_BYTES) {
        fs::rename(path, path.with_extension("log.old")).map_err(EmbeddedError::io("set aside", path))?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(PRIVATE_FILE_MODE)
        .open(path)
        .map_err(EmbeddedError::io("open", path))
}

/// The last lines of a log, for an error message.
pub(super) fn tail(path: &Path) -> String {
    let text = fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_private_file_is_replaced_whole_and_stays_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("some.secret");
        write_private(&path, b"first and longer").unwrap();
        write_private(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
