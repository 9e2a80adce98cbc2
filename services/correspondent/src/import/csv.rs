//! Text files: what encoding and what separator they use is found out, or they are refused by name.

use std::borrow::Cow;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::table::{COLUMNS_MAX, Cell, FileError, Filling, Row, Table};

/// The separators that spreadsheets write, in the order in which equals are decided.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Reads a table from text with separators.
///
/// # Errors
/// When it is no such text, or larger than is taken.
pub fn read(bytes: &[u8]) -> Result<Table, FileError> {
    let text = decode(bytes)?;
    let (separator, text, skipped) = separator(&text);
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut filling = Filling::default();
    let mut record = ::csv::StringRecord::new();
    let (mut line, mut counted) = (skipped + 1, 0);
    while reader.read_record(&mut record).map_err(|error| FileError::Broken(error.to_string()))? {
        if record.len() > COLUMNS_MAX && record.iter().skip(COLUMNS_MAX).any(|cell| !cell.trim().is_empty()) {
            return Err(FileError::TooManyColumns);
        }
        // A record is said to begin where the one before it ended; blank lines between are passed over.
        let begins = record.position().map_or(0, |place| usize::try_from(place.byte()).unwrap_or(usize::MAX));
        let passed = text.as_bytes().get(begins..).unwrap_or_default();
        let begins = begins + passed.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += text
            .as_bytes()
            .get(counted..begins)
            .unwrap_or_default()
            .iter()
            .filter(|byte| **byte == b'\n')
            .count() as u64;
        counted = begins;
        let cells = record.iter().take(COLUMNS_MAX).map(cell).collect();
        filling.row(Row { line, cells })?;
    }
    Ok(filling.done("CSV"))
}

/// What begins like a formula would be one as soon as the file is opened in a spreadsheet.
fn cell(text: &str) -> Cell {
    match text.trim() {
        formula if formula.starts_with('=') => Cell::Formula,
        text => Cell::text(text),
    }
}

/// Text as it is meant: by its byte order mark, else as UTF-8, else as Windows-1252, which is what
/// spreadsheets in Europe save as "CSV". What would leave control characters is neither.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, FileError> {
    let known = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let text = match known {
        Some(encoding) if [UTF_8, UTF_16LE, UTF_16BE].contains(&encoding) => {
            let (text, _, damaged) = encoding.decode(bytes);
            if damaged {
                return Err(FileError::Encoding);
            }
            text
        }
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        },
    };
    let is_control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    if text.contains(is_control) { Err(FileError::Encoding) } else { Ok(text) }
}

/// The separator, the text after a line that only names it (`sep=;`), and how many lines that took.
fn separator(text: &str) -> (u8, &str, u64) {
    if let Some(rest) = text.strip_prefix("sep=")
        && let Some(named) = rest.bytes().next().filter(|byte| SEPARATORS.contains(byte))
        && let Some((end, rest)) = rest[1..].split_once('\n')
        && end.trim().is_empty()
    {
        return (named, rest, 1);
    }
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some(index) = SEPARATORS.iter().position(|separator| *separator == byte) {
                    counts[index] += 1;
                }
            }
        }
    }
    let best = (0..counts.len()).rev().max_by_key(|index| counts[*index]).unwrap_or(0);
    (SEPARATORS[best], text, 0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::super::table::ROWS_MAX;
    use super::*;

    fn texts(table: &Table) -> Vec<(u64, Vec<&str>)> {
        table
            .rows
            .iter()
            .map(|row| (row.line, row.cells.iter().map(|cell| cell.as_text().unwrap_or_default()).collect()))
            .collect()
    }

    const PORTUGUESE: &str = "Título;Último dia\r\n\r\nFormação; 24/11/2026 \r\n\"Salão; grande\";\r\n";

    #[test]
    fn every_encoding_and_separator_gives_the_same_table() {
        let utf16 = |bytes: fn(u16) -> [u8; 2]| {
            let marked = format!("\u{feff}{PORTUGUESE}");
            marked.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
        };
        let files = [
            PORTUGUESE.as_bytes().to_vec(),
            format!("\u{feff}{PORTUGUESE}").into_bytes(),
            WINDOWS_1252.encode(PORTUGUESE).0.into_owned(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
        ];
        for file in files {
            let table = read(&file).unwrap();
            assert_eq!(table.header, ["Título", "Último dia"]);
            assert_eq!(
                texts(&table),
                [(3, vec!["Formação", "24/11/2026"]), (4, vec!["Salão; grande"])],
                "lines are those of the file"
            );
        }
        for (separator, file) in [(b'\t', "a\tb,c\n1\t2\n"), (b',', "a,\"b;;;\"\n1,2\n")] {
            let table = read(file.as_bytes()).unwrap();
            assert_eq!(table.header.len(), 2, "{separator}");
        }
        let named = read("sep=;\r\na;b,,,\r\n1;2\r\n".as_bytes()).unwrap();
        assert_eq!(
            (named.header.as_slice(), named.rows[0].line),
            (&["a".to_owned(), "b,,,".to_owned()][..], 3)
        );
    }

    #[test]
    fn an_unknown_encoding_is_refused_and_not_read_as_signs() {
        let without_mark: Vec<u8> = PORTUGUESE.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let half = [b"\xFF\xFEa".as_slice(), b"\0b"].concat();
        for file in [without_mark.as_slice(), &half, b"title\n\x81\x8D", b"title\nx\0y", b"\x1F\x8B\x08\0\0"]
        {
            assert_eq!(read(file), Err(FileError::Encoding), "{file:?}");
        }
    }

    #[test]
    fn what_begins_like_a_formula_is_one() {
        let table = read(b"title,women\n\"=HYPERLINK(\"\"http://x\"\")\", =1+1\n").unwrap();
        assert_eq!(table.rows[0].cells, [Cell::Formula, Cell::Formula]);
        let header = read(b"title,=1\nx,y\n");
        assert_eq!(header, Err(FileError::HeaderFormula(1, "B".into())));
    }

    #[test]
    fn a_million_empty_columns_and_too_many_rows_are_refused_or_passed_over() {
        let commas = ",".repeat(1_000_000);
        let table = read(format!("title,kind\nA{commas}\nB,meeting\n").as_bytes()).unwrap();
        assert_eq!(table.rows.iter().map(|row| row.cells.len()).collect::<Vec<_>>(), [1, 2]);
        let far = read(format!("title\nA{commas}x\n").as_bytes());
        assert_eq!(far, Err(FileError::TooManyColumns));
        let wide = format!("title\n{}", format!("A{}x\n", ",".repeat(250)).repeat(4_000));
        assert_eq!(read(wide.as_bytes()), Err(FileError::TooManyCells));
        let rows = |count: usize| format!("title\n{}", "A\n".repeat(count));
        assert_eq!(read(rows(ROWS_MAX).as_bytes()).unwrap().rows.len(), ROWS_MAX);
        assert_eq!(read(rows(ROWS_MAX + 1).as_bytes()), Err(FileError::TooManyRows));
    }
}
