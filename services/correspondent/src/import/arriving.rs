//! A file as it arrives: in memory while it is small, on disk when it is a large one of the kind that is
//! streamed, and gone when it was read.

use std::io::{BufReader, Read as _, Seek as _, Write as _};
use std::path::Path;

use tempfile::SpooledTempFile;

use super::iati;
use super::table::{self, FILE_BYTES_MAX, FileError, Table};

/// What tells one kind of file from another.
const HEAD_BYTES: usize = 64;

/// A file of which more may come.
#[derive(Debug)]
pub struct Arriving {
    file: SpooledTempFile,
    head: Vec<u8>,
    size: usize,
}

impl Arriving {
    /// Nothing of a file yet; if it grows large, it lies in this directory.
    #[must_use]
    pub fn within(dir: &Path) -> Self {
        Self { file: SpooledTempFile::new_in(FILE_BYTES_MAX, dir), head: Vec::new(), size: 0 }
    }

    /// A small file that is here already.
    ///
    /// # Errors
    /// When it is larger than is taken, or the disk does not take it.
    pub fn whole(bytes: &[u8]) -> Result<Self, FileError> {
        let mut whole = Self::within(&std::env::temp_dir());
        whole.add(bytes)?;
        Ok(whole)
    }

    /// Whether nothing came.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// Takes what came next. Writing to the disk is left to the system, so nobody waits for it here.
    ///
    /// # Errors
    /// When it is larger than is taken, or the disk does not take it.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        let wanted = HEAD_BYTES.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..wanted]);
        self.size += bytes.len();
        let max = if iati::is_xml(&self.head) { iati::FILE_BYTES_MAX } else { FILE_BYTES_MAX };
        if self.size > max {
            return Err(FileError::TooLarge(max));
        }
        self.file.write_all(bytes).map_err(broken)
    }

    /// Reads it, which may take a moment.
    ///
    /// # Errors
    /// When it is of no kind that is read, damaged, hostile, or larger than is taken.
    pub fn read(mut self) -> Result<Table, FileError> {
        self.file.rewind().map_err(broken)?;
        if iati::is_xml(&self.head) {
            let table = iati::read(BufReader::new(self.file))?;
            return if table.rows.is_empty() { Err(FileError::Empty) } else { Ok(table) };
        }
        let mut bytes = Vec::with_capacity(self.size);
        self.file.read_to_end(&mut bytes).map_err(broken)?;
        table::read(&bytes)
    }
}

fn broken(error: std::io::Error) -> FileError {
    FileError::Broken(error.to_string())
}
