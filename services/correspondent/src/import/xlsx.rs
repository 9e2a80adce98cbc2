//! Workbooks. Only what was typed is read: a formula stays unevaluated and is told by its cell.
//! Cells are streamed, so that a sheet which claims a million columns costs nothing.

use std::io::Cursor;

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};

use super::archive;
use super::table::{COLUMNS_MAX, Cell, FileError, Filling, ROWS_MAX, Row, Table};

fn broken(error: impl std::fmt::Display) -> FileError {
    FileError::Broken(error.to_string())
}

/// Reads the first visible sheet that holds anything.
///
/// # Errors
/// When it is no workbook, hostile, or larger than is taken.
pub fn read(bytes: &[u8]) -> Result<Table, FileError> {
    archive::check(bytes)?;
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheets: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    for name in sheets {
        let table = sheet(&mut workbook, &name)?;
        if !table.header.is_empty() {
            return Ok(table);
        }
    }
    Err(FileError::Empty)
}

fn sheet(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Table, FileError> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(broken)?;
    let mut filling = Filling::default();
    let mut row = Row::default();
    while let Some(record) = reader.next_cell_with_formula_metadata().map_err(broken)? {
        let cell = if record.formula.is_some() { Cell::Formula } else { cell(record.value) };
        if cell == Cell::Empty {
            continue;
        }
        let (line, column) = (u64::from(record.pos.0) + 1, record.pos.1 as usize);
        if column >= COLUMNS_MAX {
            return Err(FileError::TooManyColumns);
        }
        // Blank rows may stand between, so the sheet's own count of rows is not the table's.
        if line > (ROWS_MAX * 4) as u64 {
            return Err(FileError::TooManyRows);
        }
        if line < row.line {
            return Err(FileError::Broken(format!("row {line} stands after row {}", row.line)));
        }
        if line > row.line {
            filling.row(std::mem::replace(&mut row, Row { line, cells: Vec::new() }))?;
        }
        if row.cells.len() <= column {
            row.cells.resize(column + 1, Cell::Empty);
        }
        row.cells[column] = cell;
    }
    filling.row(row)?;
    Ok(filling.done(name))
}

fn cell(value: DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Text(number.to_string()),
        // Rust writes 24.0 as "24", which is what the person typed.
        DataRef::Float(number) => Cell::Text(number.to_string()),
        DataRef::String(text) => Cell::text(&text),
        DataRef::SharedString(text) => Cell::text(text),
        DataRef::Bool(is_true) => Cell::Text(is_true.to_string()),
        DataRef::DateTime(date) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            Cell::Text(format!("{year:04}-{month:02}-{day:02}"))
        }
        DataRef::DateTimeIso(text) => Cell::text(text.split('T').next().unwrap_or_default()),
        DataRef::DurationIso(text) => Cell::text(&text),
        DataRef::Error(error) => Cell::Fault(error.to_string()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use std::io::{Cursor, Write as _};

    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
    use zip::write::SimpleFileOptions;
    use zip::{ZipArchive, ZipWriter};

    use super::super::archive::{INFLATED_BYTES_MAX, PARTS_MAX, RATIO_FREE_BYTES, STRINGS_MAX};
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn what_was_typed_is_read_as_it_was_typed() {
        let mut workbook = Workbook::new();
        workbook.add_worksheet().set_name("Notes").unwrap();
        let sheet = workbook.add_worksheet().set_name("Atividades").unwrap();
        let day = Format::new().set_num_format("dd/mm/yyyy");
        for (column, name) in ["Title", "First day", "Women", "Error"].iter().enumerate() {
            sheet.write(2, u16::try_from(column).unwrap(), *name).unwrap();
        }
        sheet.write(4, 0, " Formação ").unwrap();
        let date = ExcelDateTime::from_ymd(2026, 11, 24).unwrap();
        sheet.write_datetime_with_format(4, 1, &date, &day).unwrap();
        sheet.write(4, 2, 24.0).unwrap();
        sheet.write(5, 0, "Workshop").unwrap();
        sheet.write_formula(5, 2, Formula::new("=10+14").set_result("24")).unwrap();
        let table = read(&workbook.save_to_buffer().unwrap()).unwrap();
        assert_eq!(table.sheet, "Atividades", "an empty sheet before it is passed over");
        assert_eq!(table.header, ["Title", "First day", "Women", "Error"]);
        let row = |line, cells| Row { line, cells };
        assert_eq!(
            table.rows,
            [
                row(5, vec![text("Formação"), text("2026-11-24"), text("24")]),
                row(6, vec![text("Workshop"), Cell::Empty, Cell::Formula]),
            ],
            "the result that lies beside a formula is not believed"
        );
    }

    /// A workbook of which one part is replaced or added.
    fn with_part(name: &str, content: &[u8]) -> Vec<u8> {
        let mut workbook = Workbook::new();
        workbook.add_worksheet().write(0, 0, "Title").unwrap().write(1, 0, "A").unwrap();
        let mut archive = ZipArchive::new(Cursor::new(workbook.save_to_buffer().unwrap())).unwrap();
        let mut written = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..archive.len() {
            let part = archive.by_index_raw(index).unwrap();
            if part.name().unwrap() != name {
                written.raw_copy_file(part).unwrap();
            }
        }
        written.start_file(name, SimpleFileOptions::default()).unwrap();
        written.write_all(content).unwrap();
        written.finish().unwrap().into_inner()
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let zeros = vec![b' '; usize::try_from(INFLATED_BYTES_MAX).unwrap() + 1];
        let bomb = with_part("xl/media/a.xml", &zeros);
        assert!(bomb.len() < 200 * 1024, "{}", bomb.len());
        assert!(matches!(read(&bomb), Err(FileError::Ratio)));
        // Padded so that the ratio looks honest, it is still too large.
        let mut noise = 1_u64;
        let mut padding = || {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (noise >> 56) as u8 | 1
        };
        let mut padded: Vec<u8> = (0..500_000).map(|_| padding()).collect();
        padded.extend(zeros);
        assert_eq!(read(&with_part("xl/media/a.bin", &padded)), Err(FileError::Inflated));
        let small = vec![b' '; usize::try_from(RATIO_FREE_BYTES / 2).unwrap()];
        assert!(read(&with_part("xl/media/a.xml", &small)).is_ok());
    }

    /// The header of a part claims that it is small; what comes out is counted all the same.
    #[test]
    fn what_a_header_claims_is_not_believed() {
        let mut bomb = with_part("bomb.xml", &vec![b' '; 50 * 1024 * 1024]);
        let size = (50_u32 * 1024 * 1024).to_le_bytes();
        let places: Vec<usize> = (0..bomb.len() - 4).filter(|at| bomb[*at..*at + 4] == size).collect();
        assert!(!places.is_empty());
        for at in places {
            bomb[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
        }
        assert!(matches!(read(&bomb), Err(FileError::Ratio | FileError::Broken(_))));
    }

    #[test]
    fn entities_are_refused_in_any_capitals_and_encoding() {
        let laughs = r#"<?xml version="1.0"?><!DoCtYpE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>
            <sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&lol2;</t></si></sst>"#;
        let utf16: Vec<u8> = format!("\u{feff}{laughs}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        for laughs in [laughs.as_bytes(), &utf16] {
            let refused = read(&with_part("xl/sharedStrings.xml", laughs));
            assert_eq!(refused, Err(FileError::Entities("xl/sharedStrings.xml".into())));
        }
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        for name in ["../../etc/cron.d/x", "/etc/passwd", "xl\\..\\..\\x", "C:/x"] {
            assert!(matches!(read(&with_part(name, b"x")), Err(FileError::PartName(_))), "{name}");
        }
        assert!(read(&with_part("xl/a..b.xml", b"<x/>")).is_ok(), "two dots within a name are a name");
        let mut many = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..=PARTS_MAX {
            many.start_file(index.to_string(), SimpleFileOptions::default()).unwrap();
        }
        assert_eq!(read(&many.finish().unwrap().into_inner()), Err(FileError::TooManyParts));
    }

    #[test]
    fn room_is_not_made_for_what_is_only_announced() {
        for count in [STRINGS_MAX.to_string(), format!("{}0", u64::MAX), "999999999999".to_owned()] {
            let announced =
                format!("<sst uniqueCount = '{count}'><si><t>Title</t></si><si><t>A</t></si></sst>");
            let result = read(&with_part("xl/sharedStrings.xml", announced.as_bytes()));
            assert_eq!(result == Err(FileError::TooManyTexts), count.len() > 7, "{count}");
        }
    }

    /// The cells at both corners of the largest sheet there is.
    #[test]
    fn a_sheet_that_claims_to_be_huge_costs_nothing() {
        let sheet = |cell: &str, value: &str| {
            format!(
                r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Title</t></is></c></row><row><c r="{cell}" t="inlineStr"><is><t>{value}</t></is></c></row></sheetData></worksheet>"#
            )
        };
        let read = |cell, value| read(&with_part("xl/worksheets/sheet1.xml", sheet(cell, value).as_bytes()));
        assert_eq!(read("A2", "x").unwrap().rows.len(), 1);
        assert_eq!(read("XFD2", "x"), Err(FileError::TooManyColumns));
        assert_eq!(read("A1048576", "x"), Err(FileError::TooManyRows));
        assert_eq!(read("XFD1048576", "").unwrap().rows.len(), 0, "an empty cell is nothing");
    }

    #[test]
    fn damaged_files_are_told_and_other_archives_are_not_workbooks() {
        let whole = with_part("x.xml", b"<x/>");
        for length in [4, 100, whole.len() / 2, whole.len() - 1] {
            assert!(matches!(read(&whole[..length]), Err(FileError::Broken(_))), "{length}");
        }
        assert_eq!(read(&with_part("mimetype", b"application/vnd.oasis")), Err(FileError::Kind(".ods")));
        let mut plain = ZipWriter::new(Cursor::new(Vec::new()));
        plain.start_file("readme.txt", SimpleFileOptions::default()).unwrap();
        assert!(matches!(read(&plain.finish().unwrap().into_inner()), Err(FileError::Broken(_))));
    }
}
