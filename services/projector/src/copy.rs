//! Rows in COPY's text format (PostgreSQL's manual, COPY, "Text Format"): fields between tabs, rows between newlines.

use std::fmt::Display;
use std::io::{self, Write};

use memchr::memchr_iter;
use serde::Serialize;
use sqlx::postgres::PgConnection;

use crate::ProjectorError;
use crate::projection::Row;

/// The bytes that are sent together.
const CHUNK: usize = 256 * 1024;

/// Rows as COPY takes them, one after another and without what ends each.
#[derive(Debug, Default)]
pub(crate) struct Copied {
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl Copied {
    /// With room for so many bytes.
    pub fn with_room(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), ends: Vec::new() }
    }

    pub fn add<R: Row>(&mut self, row: &R) -> Result<(), ProjectorError> {
        row.write(&mut Fields { bytes: &mut self.bytes, begun: false })?;
        self.ends.push(self.bytes.len());
        Ok(())
    }

    pub const fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Appends the rows to a table, each with where it ends, where that is given.
    pub async fn send(
        &self,
        connection: &mut PgConnection,
        table: &str,
        columns: &str,
        ends: Option<&[Option<i64>]>,
    ) -> Result<(), ProjectorError> {
        if self.ends.is_empty() {
            return Ok(());
        }
        let more = if ends.is_some() { ", to_position" } else { "" };
        let statement = format!("copy {table} ({columns}{more}) from stdin");
        let mut copy = connection.copy_in_raw(&statement).await?;
        let (mut chunk, mut begin) = (Vec::with_capacity(CHUNK * 2), 0);
        for (place, end) in self.ends.iter().enumerate() {
            chunk.extend_from_slice(&self.bytes[begin..*end]);
            begin = *end;
            if let Some(ends) = ends {
                Fields { bytes: &mut chunk, begun: true }.plain(ends.get(place).copied().flatten());
            }
            chunk.push(b'\n');
            if chunk.len() >= CHUNK {
                copy.send(chunk.as_slice()).await?;
                chunk.clear();
            }
        }
        if !chunk.is_empty() {
            copy.send(chunk.as_slice()).await?;
        }
        copy.finish().await?;
        Ok(())
    }
}

/// The fields of one row, in the order of [`Table::copied`]; `None` is NULL.
#[derive(Debug)]
pub struct Fields<'a> {
    bytes: &'a mut Vec<u8>,
    begun: bool,
}

impl Fields<'_> {
    fn next(&mut self) -> &mut Vec<u8> {
        if self.begun {
            self.bytes.push(b'\t');
        }
        self.begun = true;
        self.bytes
    }

    /// What holds nothing to escape: numbers, ids, codes.
    pub fn plain(&mut self, value: Option<impl Display>) {
        let bytes = self.next();
        match value {
            // Writing to a Vec does not fail.
            Some(value) => write!(bytes, "{value}").unwrap_or_default(),
            None => bytes.extend_from_slice(b"\\N"),
        }
    }

    /// Any text.
    pub fn text(&mut self, value: Option<&str>) {
        let bytes = self.next();
        match value {
            Some(value) => escape(bytes, value.as_bytes()),
            None => bytes.extend_from_slice(b"\\N"),
        }
    }

    /// A value as JSON.
    ///
    /// # Errors
    /// When the value cannot be JSON.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), ProjectorError> {
        serde_json::to_writer(Json(self.next()), value)?;
        Ok(())
    }
}

/// JSON as it is written: of what COPY escapes, it has only backslashes.
struct Json<'a>(&'a mut Vec<u8>);

impl Write for Json<'_> {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let mut begin = 0;
        for at in memchr_iter(b'\\', part) {
            self.0.extend_from_slice(&part[begin..=at]);
            self.0.push(b'\\');
            begin = at + 1;
        }
        self.0.extend_from_slice(&part[begin..]);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Backslash, tab, newline and carriage return are escaped; none of them is part of another character in UTF-8.
fn escape(bytes: &mut Vec<u8>, text: &[u8]) {
    for byte in text {
        match byte {
            b'\\' => bytes.extend_from_slice(b"\\\\"),
            b'\t' => bytes.extend_from_slice(b"\\t"),
            b'\n' => bytes.extend_from_slice(b"\\n"),
            b'\r' => bytes.extend_from_slice(b"\\r"),
            byte => bytes.push(*byte),
        }
    }
}
