//! Rows in COPY's binary format (PostgreSQL's manual, COPY, "Binary Format"): the number of its fields before each row,
//! and before each field how many bytes it has. All numbers are big-endian.

use serde::Serialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::ProjectorError;
use crate::projection::Row;

/// What stands before all rows: a signature, no flags, and nothing more.
const HEAD: &[u8; 19] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What stands behind them, where a row would have the number of its fields.
const TAIL: i16 = -1;
/// The bytes that are sent together.
const CHUNK: usize = 256 * 1024;
/// The type of an array's elements: `text`, in PostgreSQL's catalogue.
const TEXT: u32 = 25;

/// Rows as COPY takes them.
#[derive(Debug, Default)]
pub(crate) struct Copied {
    /// The fields of all rows.
    bytes: Vec<u8>,
    /// How many fields each row has, and where they end.
    rows: Vec<(i16, usize)>,
}

impl Copied {
    /// With room for so many bytes.
    pub fn with_room(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), rows: Vec::new() }
    }

    pub fn add<R: Row>(&mut self, row: &R) -> Result<(), ProjectorError> {
        let mut fields = Fields { bytes: &mut self.bytes, count: 0 };
        row.write(&mut fields)?;
        self.rows.push((fields.count, self.bytes.len()));
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
        if self.rows.is_empty() {
            return Ok(());
        }
        let more = if ends.is_some() { ", to_position" } else { "" };
        let statement = format!("copy {table} ({columns}{more}) from stdin (format binary)");
        let mut copy = connection.copy_in_raw(&statement).await?;
        let (mut chunk, mut begin) = (Vec::with_capacity(CHUNK * 2), 0);
        chunk.extend_from_slice(HEAD);
        for (place, (count, end)) in self.rows.iter().enumerate() {
            chunk.extend((count + i16::from(ends.is_some())).to_be_bytes());
            chunk.extend_from_slice(&self.bytes[begin..*end]);
            begin = *end;
            if let Some(ends) = ends {
                Fields { bytes: &mut chunk, count: 0 }.bigint(ends.get(place).copied().flatten());
            }
            if chunk.len() >= CHUNK {
                copy.send(chunk.as_slice()).await?;
                chunk.clear();
            }
        }
        chunk.extend(TAIL.to_be_bytes());
        copy.send(chunk.as_slice()).await?;
        copy.finish().await?;
        Ok(())
    }
}

/// The fields of one row, in the order and of the types of the columns that are copied; `None` is NULL.
#[derive(Debug)]
pub struct Fields<'a> {
    bytes: &'a mut Vec<u8>,
    count: i16,
}

impl Fields<'_> {
    /// The next field, as `write` writes it.
    fn next<T>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        self.count += 1;
        let at = self.bytes.len();
        self.bytes.extend(0_i32.to_be_bytes());
        let written = write(self.bytes);
        let length = length(self.bytes.len() - at - 4);
        self.bytes[at..at + 4].copy_from_slice(&length);
        written
    }

    fn bytes(&mut self, value: Option<impl AsRef<[u8]>>) {
        self.count += 1;
        match value {
            Some(value) => put(self.bytes, value.as_ref()),
            None => self.bytes.extend((-1_i32).to_be_bytes()),
        }
    }

    /// A `bigint`.
    pub fn bigint(&mut self, value: Option<i64>) {
        self.bytes(value.map(i64::to_be_bytes));
    }

    /// An `int`.
    pub fn int(&mut self, value: i32) {
        self.bytes(Some(value.to_be_bytes()));
    }

    /// A `uuid`.
    pub fn uuid(&mut self, value: Uuid) {
        self.bytes(Some(value.as_bytes()));
    }

    /// A `boolean`.
    pub fn boolean(&mut self, value: bool) {
        self.bytes(Some([u8::from(value)]));
    }

    /// A `text`.
    pub fn text(&mut self, value: Option<&str>) {
        self.bytes(value);
    }

    /// A `text[]` without NULLs.
    pub fn texts(&mut self, values: &[String]) {
        self.next(|bytes| {
            let dimensions = i32::from(!values.is_empty());
            bytes.extend(dimensions.to_be_bytes());
            // None of them is NULL.
            bytes.extend(0_i32.to_be_bytes());
            bytes.extend(TEXT.to_be_bytes());
            if dimensions == 1 {
                bytes.extend(length(values.len()));
                // They are counted from one.
                bytes.extend(1_i32.to_be_bytes());
            }
            values.iter().for_each(|value| put(bytes, value.as_bytes()));
        });
    }

    /// A value as `json`.
    ///
    /// # Errors
    /// When the value cannot be JSON.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), ProjectorError> {
        Ok(self.next(|bytes| serde_json::to_writer(bytes, value))?)
    }
}

/// Bytes behind how many they are.
fn put(bytes: &mut Vec<u8>, value: &[u8]) {
    bytes.extend(length(value.len()));
    bytes.extend_from_slice(value);
}

/// A number of bytes or elements. PostgreSQL takes no field of more than 1 GB.
fn length(of: usize) -> [u8; 4] {
    i32::try_from(of).unwrap_or(i32::MAX).to_be_bytes()
}
