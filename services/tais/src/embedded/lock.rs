//! One data directory, one running Tais.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::{EmbeddedError, files};

const FILE: &str = "tais.lock";

/// Holds a data directory for this process; given back when dropped, or by the kernel when the
/// process ends in any way.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
    dir: PathBuf,
}

impl DataLock {
    /// Takes the directory, making it (mode 0700) when it is not there.
    ///
    /// # Errors
    /// [`EmbeddedError::InUse`] when another process, or another holder in this one, has it.
    pub fn take(data_dir: &Path) -> Result<Self, EmbeddedError> {
        Self::take_named(data_dir, FILE)
    }

    /// Whether somebody holds the directory now. Looks only: makes neither directory nor file.
    #[must_use]
    pub fn is_held(data_dir: &Path) -> bool {
        File::open(data_dir.join(FILE))
            .is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// The directory that is held.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// As [`DataLock::take`], for one part of the directory.
    pub(super) fn take_named(data_dir: &Path, name: &str) -> Result<Self, EmbeddedError> {
        files::private_dir(data_dir)?;
        let path = data_dir.join(name);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(EmbeddedError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file, dir: data_dir.to_owned() }),
            Err(TryLockError::WouldBlock) => Err(EmbeddedError::InUse { path: data_dir.to_owned() }),
            Err(TryLockError::Error(source)) => Err(EmbeddedError::io("lock", &path)(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_second_taker_is_told_plainly_and_may_come_when_the_first_has_gone() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let first = DataLock::take(&data).unwrap();
        let words = DataLock::take(&data).unwrap_err().to_string();
        assert!(words.contains("in use by another running Tais") && words.contains("--data"), "{words}");
        drop(first);
        DataLock::take(&data).unwrap();
    }
}
