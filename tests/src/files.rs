//! Looking for bytes in whatever a system keeps.

use std::path::{Path, PathBuf};

/// The first file below a folder that holds these bytes.
#[must_use]
pub fn lies_below(folder: &Path, bytes: &[u8]) -> Option<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                // A file of the servers may go away meanwhile.
                Ok(kind) if kind.is_file() && holds(&std::fs::read(&path).unwrap_or_default(), bytes) => {
                    return Some(path);
                }
                _ => {}
            }
        }
    }
    None
}

fn holds(content: &[u8], bytes: &[u8]) -> bool {
    memchr::memmem::find(content, bytes).is_some()
}
