//! The one shape that every kind of file is read into: a header and rows of text, each row with its
//! place in the file, so that what is wrong can be told by line and column. Pure: bytes in, table out.

use serde::{Deserialize, Serialize};
use tais_web::language::Arg;

use super::{csv, iati, xlsx};

/// The largest file that is taken, unless it is streamed.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// The most rows of a file, without its header.
pub const ROWS_MAX: usize = 20_000;
/// The most columns.
pub const COLUMNS_MAX: usize = 256;

/// The most cells, empty ones within a row counted.
pub const CELLS_MAX: usize = 1_000_000;

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text; numbers and days are written out, days as `2026-11-24`.
    Text(String),
    /// A formula. It is never evaluated, and what it once gave is not believed.
    Formula,
    /// A value that the spreadsheet itself marks as an error, such as `#REF!`.
    Fault(String),
}

impl Cell {
    /// A cell of trimmed text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        match text.trim() {
            "" => Self::Empty,
            text => Self::Text(text.to_owned()),
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its line in the file or its row in the sheet, from 1.
    pub line: u64,
    /// Its cells; those at the end may be missing.
    pub cells: Vec<Cell>,
}

/// A file, read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The sheet, or what kind of file it was.
    pub sheet: String,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The rows that are not blank.
    pub rows: Vec<Row>,
}

/// Why a file is not read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Nothing in it.
    #[error("there is no row in it beside a header")]
    Empty,
    /// Larger than so many bytes: [`FILE_BYTES_MAX`], or [`iati::FILE_BYTES_MAX`].
    #[error("the file is larger than {} MiB", .0 / 1024 / 1024)]
    TooLarge(usize),
    /// More text than [`iati::TABLE_BYTES_MAX`].
    #[error("its activities have more than {} MiB of text", iati::TABLE_BYTES_MAX / 1024 / 1024)]
    TooMuchText,
    /// A kind of file that is not read.
    #[error("{0} files are not read: save it as .xlsx or .csv")]
    Kind(&'static str),
    /// Text in an encoding that is not known.
    #[error("the text's encoding is not known: save it as CSV UTF-8")]
    Encoding,
    /// More than [`ROWS_MAX`].
    #[error("it has more than {ROWS_MAX} rows")]
    TooManyRows,
    /// More than [`COLUMNS_MAX`].
    #[error("it has more than {COLUMNS_MAX} columns")]
    TooManyColumns,
    /// More than [`CELLS_MAX`].
    #[error("it has more than {CELLS_MAX} cells")]
    TooManyCells,
    /// A workbook with more than [`super::archive::PARTS_MAX`] parts.
    #[error("the workbook has more than {} parts", super::archive::PARTS_MAX)]
    TooManyParts,
    /// A workbook that unpacks to more than [`super::archive::INFLATED_BYTES_MAX`].
    #[error("the workbook unpacks to more than {} MiB", super::archive::INFLATED_BYTES_MAX / 1024 / 1024)]
    Inflated,
    /// A workbook that unpacks to more than [`super::archive::RATIO_MAX`] times its size.
    #[error("the workbook unpacks to more than {} times its size", super::archive::RATIO_MAX)]
    Ratio,
    /// A workbook that announces more than [`super::archive::STRINGS_MAX`] texts.
    #[error("the workbook announces more than {} texts", super::archive::STRINGS_MAX)]
    TooManyTexts,
    /// A part of a workbook whose name leads out of it.
    #[error("the workbook has a part with a name that is not allowed: {0}")]
    PartName(String),
    /// A document type or an entity is declared.
    #[error("it declares a document type or entities: {0}")]
    Entities(String),
    /// Elements nested more deeply than [`iati::DEPTH_MAX`].
    #[error("its elements are nested more than {} deep", iati::DEPTH_MAX)]
    TooDeep,
    /// A text longer than [`iati::TEXT_MAX`].
    #[error("a text in line {0} is longer than {max} characters", max = iati::TEXT_MAX)]
    TooLong(u64),
    /// A version of IATI that is not read.
    #[error("IATI version {0} is not read")]
    IatiVersion(String),
    /// Not an IATI activity file.
    #[error("this XML is not an IATI activity file")]
    NotIati,
    /// The header holds a formula.
    #[error("the header holds a formula, in row {0}, column {1}")]
    HeaderFormula(u64, String),
    /// Not what its beginning says.
    #[error("the file is damaged: {0}")]
    Broken(String),
}

impl FileError {
    /// The end of its message key: `file-<code>`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge(_) => "too-large",
            Self::TooMuchText => "too-much-text",
            Self::Kind(_) => "kind",
            Self::Encoding => "encoding",
            Self::TooManyRows => "too-many-rows",
            Self::TooManyColumns => "too-many-columns",
            Self::TooManyCells => "too-many-cells",
            Self::TooManyParts => "too-many-parts",
            Self::Inflated => "inflated",
            Self::Ratio => "ratio",
            Self::TooManyTexts => "too-many-texts",
            Self::PartName(_) => "part-name",
            Self::Entities(_) => "entities",
            Self::TooDeep => "too-deep",
            Self::TooLong(_) => "too-long",
            Self::IatiVersion(_) => "iati-version",
            Self::NotIati => "not-iati",
            Self::HeaderFormula(..) => "header-formula",
            Self::Broken(_) => "broken",
        }
    }

    /// The values of its message.
    #[must_use]
    pub fn arguments(&self) -> Vec<(&'static str, Arg)> {
        let mebibytes = |bytes: usize| Arg::from(bytes / 1024 / 1024);
        match self {
            Self::TooLarge(max) => vec![("max", mebibytes(*max))],
            Self::TooMuchText => vec![("max", mebibytes(iati::TABLE_BYTES_MAX))],
            Self::Kind(what) => vec![("what", Arg::from(*what))],
            Self::TooManyRows => vec![("max", Arg::from(ROWS_MAX))],
            Self::TooManyColumns => vec![("max", Arg::from(COLUMNS_MAX))],
            Self::TooManyCells => vec![("max", Arg::from(CELLS_MAX))],
            Self::TooManyParts => vec![("max", Arg::from(super::archive::PARTS_MAX))],
            Self::Inflated => vec![("max", Arg::from(super::archive::INFLATED_BYTES_MAX / 1024 / 1024))],
            Self::Ratio => vec![("max", Arg::from(super::archive::RATIO_MAX))],
            Self::TooManyTexts => vec![("max", Arg::from(super::archive::STRINGS_MAX))],
            Self::PartName(name) | Self::Entities(name) => vec![("name", Arg::from(name))],
            Self::TooDeep => vec![("max", Arg::from(iati::DEPTH_MAX))],
            Self::TooLong(line) => vec![("line", Arg::from(line)), ("max", Arg::from(iati::TEXT_MAX))],
            Self::IatiVersion(version) => vec![("version", Arg::from(version))],
            Self::HeaderFormula(row, column) => vec![("row", Arg::from(row)), ("column", Arg::from(column))],
            Self::Broken(why) => vec![("why", Arg::from(why))],
            Self::Empty | Self::Encoding | Self::NotIati => Vec::new(),
        }
    }
}

/// Reads a file of any kind that is known; the kind is told by its bytes, not by its name.
///
/// # Errors
/// When it is of no such kind, damaged, hostile, or larger than is taken.
pub fn read(bytes: &[u8]) -> Result<Table, FileError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(FileError::TooLarge(FILE_BYTES_MAX));
    }
    let table = match bytes {
        [b'P', b'K', 3 | 5, ..] => xlsx::read(bytes)?,
        // The old format, and the envelope of every workbook with a password.
        [0xD0, 0xCF, 0x11, 0xE0, ..] => return Err(FileError::Kind(".xls, password")),
        [b'%', b'P', b'D', b'F', ..] => return Err(FileError::Kind(".pdf")),
        _ if iati::is_xml(bytes) => iati::read(bytes)?,
        _ => csv::read(bytes)?,
    };
    if table.rows.is_empty() { Err(FileError::Empty) } else { Ok(table) }
}

/// A table as it fills: blank rows are left out, and the first row that is not is the header.
#[derive(Default)]
pub(super) struct Filling {
    table: Table,
    has_header: bool,
    cells: usize,
}

impl Filling {
    /// Takes the next row.
    pub fn row(&mut self, row: Row) -> Result<(), FileError> {
        let filled = row.cells.iter().rposition(|cell| *cell != Cell::Empty).map_or(0, |last| last + 1);
        if filled == 0 {
            return Ok(());
        }
        if filled > COLUMNS_MAX {
            return Err(FileError::TooManyColumns);
        }
        self.cells += filled;
        if self.cells > CELLS_MAX {
            return Err(FileError::TooManyCells);
        }
        if !self.has_header {
            self.table.header = header(&row)?;
            self.has_header = true;
            return Ok(());
        }
        if self.table.rows.len() == ROWS_MAX {
            return Err(FileError::TooManyRows);
        }
        let cells = row.cells.into_iter().take(filled).collect();
        self.table.rows.push(Row { line: row.line, cells });
        Ok(())
    }

    /// The table of a sheet.
    pub fn done(self, sheet: &str) -> Table {
        Table { sheet: sheet.to_owned(), ..self.table }
    }
}

fn header(row: &Row) -> Result<Vec<String>, FileError> {
    let name = |(column, cell): (usize, &Cell)| match cell {
        Cell::Empty => Ok(String::new()),
        Cell::Text(text) | Cell::Fault(text) => Ok(text.clone()),
        Cell::Formula => Err(FileError::HeaderFormula(row.line, column_letters(column))),
    };
    row.cells.iter().enumerate().map(name).collect()
}

/// A column as spreadsheets name it: `A` for the first, `AA` after `Z`.
#[must_use]
pub fn column_letters(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + u8::try_from(index % 26).unwrap_or(0)));
        match (index / 26).checked_sub(1) {
            Some(rest) => index = rest,
            None => return letters.into_iter().rev().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        let named = [0, 25, 26, 51, 52, 255, 701, 702].map(column_letters);
        assert_eq!(named, ["A", "Z", "AA", "AZ", "BA", "IV", "ZZ", "AAA"]);
    }

    #[test]
    fn other_kinds_of_file_are_refused_by_name() {
        assert_eq!(read(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), Err(FileError::Kind(".xls, password")));
        assert_eq!(read(b"%PDF-1.7"), Err(FileError::Kind(".pdf")));
        assert_eq!(read(b""), Err(FileError::Empty));
        assert_eq!(read(b"title\n\n,,\n"), Err(FileError::Empty), "a header alone says nothing");
        assert_eq!(read(&vec![b'x'; FILE_BYTES_MAX + 1]), Err(FileError::TooLarge(FILE_BYTES_MAX)));
    }
}
