//! IATI activity files (2.01 to 2.03, and what is simple of 1.01 to 1.05), streamed into the one
//! table: a row an activity, in columns that the mapping knows by name. What IATI does not have, the
//! kind of activity, a person chooses.

use std::io::{self, BufRead, Read};

use encoding_rs::{Encoding, UTF_8};
use quick_xml::XmlVersion;
use quick_xml::encoding::DecodingReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use tais_proto::Lang;

use super::iati_activity::Activity;
use super::table::{Cell, FileError, ROWS_MAX, Row, Table};

/// How deeply elements may be nested; the standard needs eight.
pub const DEPTH_MAX: usize = 32;
/// The longest text of one element, in bytes.
pub const TEXT_MAX: usize = 20_000;
/// The largest file. It is streamed: this bounds the time that it takes, not the memory.
pub const FILE_BYTES_MAX: usize = 128 * 1024 * 1024;
/// The most text of all activities together that a table takes.
pub const TABLE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// The longest tag, comment or text as it stands in the file.
const ELEMENT_BYTES_MAX: usize = 256 * 1024;
/// Within so many bytes stands the declaration.
const HEAD_BYTES: usize = 256;

const VERSIONS: [&str; 8] = ["2.03", "2.02", "2.01", "1.05", "1.04", "1.03", "1.02", "1.01"];

/// Whether a file begins as XML does.
pub(super) fn is_xml(bytes: &[u8]) -> bool {
    super::csv::decode(&bytes[..bytes.len().min(64)])
        .is_ok_and(|text| text.trim_start_matches('\u{feff}').trim_start().starts_with('<'))
}

/// An element that is open.
pub(super) struct Open {
    pub name: String,
    /// Its language, or that of what it stands in.
    pub lang: Option<Lang>,
    pub text: String,
}

fn broken(error: impl std::fmt::Display) -> FileError {
    FileError::Broken(error.to_string())
}

/// Reads the activities of a file, keeping no more of it at a time than one element and the table.
///
/// # Errors
/// When it is no such file, of a version that is not read, hostile, or larger than is taken.
pub fn read(mut file: impl BufRead) -> Result<Table, FileError> {
    let encoding = encoding(file.fill_buf().map_err(broken)?)?;
    let mut text = DecodingReader::new(file);
    text.set_encoding(encoding);
    let mut reader = Reader::from_reader(Measured::new(text));
    let mut reading = Reading::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        let element = reader.get_mut().element();
        reading.line = element.ends;
        if element.bytes > ELEMENT_BYTES_MAX {
            return Err(FileError::TooLong(element.begins));
        }
        match event.map_err(unread)? {
            Event::Start(start) => reading.open(&start)?,
            Event::Empty(start) => {
                reading.open(&start)?;
                reading.close()?;
            }
            Event::End(_) => reading.close()?,
            Event::Text(text) => reading.text(&text.xml10_content())?,
            Event::CData(text) => reading.text(&text.xml10_content())?,
            Event::GeneralRef(name) => {
                let resolved = name.resolve_char_ref().map_err(broken)?.map(String::from);
                let known = resolved.or_else(|| {
                    quick_xml::escape::resolve_xml_entity(&name.xml10_content()).map(str::to_owned)
                });
                reading
                    .text(&known.ok_or_else(|| FileError::Entities(name.xml10_content().into_owned()))?)?;
            }
            Event::DocType(_) => return Err(FileError::Entities("DOCTYPE".to_owned())),
            Event::Eof => return reading.table(),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
}

/// The encoding that a file declares. A byte order mark says more, and is looked at by the reader.
fn encoding(head: &[u8]) -> Result<&'static Encoding, FileError> {
    let head = String::from_utf8_lossy(&head[..head.len().min(HEAD_BYTES)]);
    let declared = match Reader::from_str(head.trim_start_matches('\u{feff}')).read_event() {
        Ok(Event::Decl(declared)) => declared.encoding().transpose().map_err(broken)?.map(String::from),
        _ => None,
    };
    let Some(label) = declared else { return Ok(UTF_8) };
    match Encoding::for_label(label.as_bytes()) {
        Some(encoding) if encoding.is_ascii_compatible() => Ok(encoding),
        // Of two bytes a letter, and yet the declaration could be read: only the mark can tell.
        Some(_) => Ok(UTF_8),
        None => Err(FileError::Encoding),
    }
}

fn unread(error: quick_xml::Error) -> FileError {
    match error {
        quick_xml::Error::Encoding(_) => FileError::Encoding,
        error => broken(error),
    }
}

/// Counts lines, and the bytes of what is being read, which is not read on when it is too long.
struct Measured<R> {
    inner: R,
    line: u64,
    element: Element,
}

/// What was read last.
#[derive(Clone, Copy, Default)]
struct Element {
    begins: u64,
    ends: u64,
    bytes: usize,
}

impl<R: BufRead> Measured<R> {
    fn new(inner: R) -> Self {
        Self { inner, line: 1, element: Element { begins: 1, ..Element::default() } }
    }

    /// Ends an element; what is read next belongs to another.
    fn element(&mut self) -> Element {
        let next = Element { begins: self.line, ..Element::default() };
        Element { ends: self.line, ..std::mem::replace(&mut self.element, next) }
    }
}

impl<R: BufRead> Read for Measured<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Measured<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.element.bytes > ELEMENT_BYTES_MAX {
            return Err(io::Error::other("an element is too long"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        // It has this much, so nothing is read for it.
        if let Ok(text) = self.inner.fill_buf() {
            self.line += memchr::memchr_iter(b'\n', &text[..bytes.min(text.len())]).count() as u64;
        }
        self.element.bytes += bytes;
        self.inner.consume(bytes);
    }
}

pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, FileError> {
    let attribute = start.try_get_attribute(name).map_err(broken)?;
    let value = attribute.map(|found| found.normalized_value(XmlVersion::default())).transpose();
    let value = value.map_err(broken)?.map(|value| value.trim().to_owned());
    value.filter(|value| !value.is_empty()).map(|value| without_control(&value).map(|()| value)).transpose()
}

/// XML has no control characters; where they appear, the encoding is another than was declared.
fn without_control(text: &str) -> Result<(), FileError> {
    let is_control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    if text.contains(is_control) { Err(FileError::Encoding) } else { Ok(()) }
}

#[derive(Default)]
struct Reading {
    line: u64,
    open: Vec<Open>,
    version: Option<String>,
    activity: Option<(u64, Activity)>,
    header: Vec<String>,
    rows: Vec<Row>,
    bytes: usize,
}

impl Reading {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), FileError> {
        if self.open.len() == DEPTH_MAX {
            return Err(FileError::TooDeep);
        }
        let name = start.local_name().as_ref().to_owned();
        let stated = attribute(start, "xml:lang")?;
        let inherited = self.open.last().and_then(|outer| outer.lang);
        let lang = stated.map_or(inherited, |tag| language(&tag));
        match self.open.len() {
            0 => self.version = Some(version(&name, attribute(start, "version")?)?),
            1 if name == "iati-activity" => {
                if self.rows.len() == ROWS_MAX {
                    return Err(FileError::TooManyRows);
                }
                self.activity = Some((self.line, Activity::default()));
            }
            _ => {}
        }
        self.open.push(Open { name, lang, text: String::new() });
        if let Some((_, activity)) = &mut self.activity {
            activity.open(&self.open[1..], start)?;
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), FileError> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        without_control(text)?;
        open.text.push_str(text);
        if open.text.len() > TEXT_MAX { Err(FileError::TooLong(self.line)) } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), FileError> {
        if let Some((_, activity)) = &mut self.activity {
            activity.close(&self.open[1..]);
        }
        self.open.pop();
        if self.open.len() == 1
            && let Some((line, activity)) = self.activity.take()
        {
            self.row(line, activity)?;
        }
        Ok(())
    }

    fn row(&mut self, line: u64, activity: Activity) -> Result<(), FileError> {
        let mut cells = Vec::new();
        for (column, text) in activity.cells() {
            let index = self.header.iter().position(|known| *known == column).unwrap_or_else(|| {
                self.header.push(column);
                self.header.len() - 1
            });
            if cells.len() <= index {
                cells.resize(index + 1, Cell::Empty);
            }
            self.bytes += text.len();
            cells[index] = Cell::text(&text);
        }
        if self.bytes > TABLE_BYTES_MAX {
            return Err(FileError::TooMuchText);
        }
        cells.shrink_to_fit();
        self.rows.push(Row { line, cells });
        Ok(())
    }

    fn table(self) -> Result<Table, FileError> {
        let version = self.version.ok_or(FileError::NotIati)?;
        if !self.open.is_empty() {
            return Err(FileError::Broken("it ends before its last element does".to_owned()));
        }
        Ok(Table { sheet: format!("IATI {version}"), header: self.header, rows: self.rows })
    }
}

fn version(root: &str, version: Option<String>) -> Result<String, FileError> {
    if root != "iati-activities" {
        return Err(FileError::NotIati);
    }
    let version = version.unwrap_or_else(|| "–".to_owned());
    if VERSIONS.contains(&version.as_str()) { Ok(version) } else { Err(FileError::IatiVersion(version)) }
}

/// `pt-TL` is Portuguese.
fn language(tag: &str) -> Option<Lang> {
    tag.split(['-', '_']).next().and_then(|tag| tag.to_lowercase().parse().ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    /// Our own: no real organisation or activity.
    const SAMPLE: &str = include_str!("../../tests/samples/iati-2.03.xml");
    const OLD: &str = include_str!("../../tests/samples/iati-1.05.xml");

    fn cells(table: &Table, row: usize) -> Vec<(&str, &str)> {
        let named = table.header.iter().map(String::as_str).zip(&table.rows[row].cells);
        named.filter_map(|(name, cell)| Some((name, cell.as_text()?))).collect()
    }

    #[test]
    fn an_activity_says_what_the_standard_lets_it_say() {
        let table = read(SAMPLE.as_bytes()).unwrap();
        assert_eq!((table.sheet.as_str(), table.rows.len()), ("IATI 2.03", 3));
        assert_eq!(
            cells(&table, 0),
            [
                ("ref", "XX-TST-1-0001"),
                ("title-en", "Women mediators & local peace"),
                ("title-pt", "Mulheres mediadoras"),
                ("summary-en", "Training of mediators in two municipalities."),
                ("start_date", "2026-02-10"),
                ("end_date", "2026-06-30"),
                ("partners", "Example Agency; XX-TST-2"),
                ("marker", "2"),
                ("marker_reason", "Women’s leadership is its aim."),
                ("member_state", "TL"),
                ("budget", "5000.50"),
            ],
            "actual days go before planned, a revised budget before the original"
        );
        assert_eq!(table.rows[0].line, 5);
        let second = cells(&table, 1);
        assert!(second.contains(&("occurrence", "cancelled")), "{second:?}");
        assert!(second.contains(&("marker", "3")) && second.contains(&("country", "TL; ID")), "{second:?}");
        assert!(
            second.contains(&("budget-stated", "3000 EUR; 10 USD")),
            "what is not in dollars is told, not converted"
        );
        assert!(second.contains(&("marker_reason", "IATI policy marker 1, significance 3")));
        let third = cells(&table, 2);
        assert!(third.contains(&("occurrence", "held")) && !third.iter().any(|(name, _)| *name == "marker"));
    }

    #[test]
    fn the_first_version_is_understood_where_it_is_simple() {
        let table = read(OLD.as_bytes()).unwrap();
        assert_eq!(
            cells(&table, 0),
            [
                ("ref", "XX-OLD-7"),
                ("title-en", "Old title"),
                ("title-pt", "Título antigo"),
                ("summary-en", "Old description"),
                ("start_date", "2012-04-28"),
                ("end_date", "2012-12-31"),
                ("occurrence", "held"),
                ("partners", "Agency B"),
                ("marker", "1"),
                ("marker_reason", "IATI policy marker 1, significance 1"),
                ("member_state", "TL"),
                ("budget", "100.00"),
            ]
        );
    }

    #[test]
    fn hostile_and_foreign_xml_is_refused_by_name() {
        let laughs = r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><iati-activities version="2.03"><iati-activity><iati-identifier>&b;</iati-identifier></iati-activity></iati-activities>"#;
        assert!(matches!(read(laughs.as_bytes()), Err(FileError::Entities(_))));
        let with = |inner: &str| format!(r#"<iati-activities version="2.03">{inner}</iati-activities>"#);
        let undeclared = with("<iati-activity><iati-identifier>&b;</iati-identifier></iati-activity>");
        assert_eq!(read(undeclared.as_bytes()), Err(FileError::Entities("b".into())));
        let deep = with(&"<a>".repeat(DEPTH_MAX));
        assert_eq!(read(deep.as_bytes()), Err(FileError::TooDeep));
        let long =
            with(&format!("<iati-activity>\n<title>{}</title></iati-activity>", "x".repeat(TEXT_MAX + 1)));
        assert_eq!(read(long.as_bytes()), Err(FileError::TooLong(2)));
        let many = with(&"<iati-activity/>".repeat(ROWS_MAX + 1));
        assert_eq!(read(many.as_bytes()), Err(FileError::TooManyRows));
        let version = |version: &str| read(format!(r#"<iati-activities {version}/>"#).as_bytes());
        assert_eq!(version(r#"version="3.01""#), Err(FileError::IatiVersion("3.01".into())));
        assert_eq!(version(""), Err(FileError::IatiVersion("–".into())));
        assert_eq!(read(&b"<html><body/></html>"[..]), Err(FileError::NotIati));
        assert_eq!(read(&b"<!-- nothing -->"[..]), Err(FileError::NotIati));
        assert!(matches!(read(with("<iati-activity>").as_bytes()), Err(FileError::Broken(_))));
        let cut = &SAMPLE.as_bytes()[..SAMPLE.len() / 2];
        assert!(matches!(read(cut), Err(FileError::Broken(_))));
    }

    #[test]
    fn a_file_is_read_in_the_encoding_that_it_declares() {
        let file = |encoding: &str| {
            let declared =
                if encoding.is_empty() { String::new() } else { format!(" encoding=\"{encoding}\"") };
            format!(
                "<?xml version=\"1.0\"{declared}?>\n<iati-activities version=\"2.03\"><iati-activity>\
                 <title><narrative>Formação</narrative></title></iati-activity></iati-activities>"
            )
        };
        let title = |bytes: &[u8]| read(bytes).map(|table| cells(&table, 0)[0].1.to_owned());
        let said = Ok("Formação".to_owned());
        assert_eq!(title(file("").as_bytes()), said);
        assert_eq!(title(format!("\u{feff}{}", file("UTF-8")).as_bytes()), said);
        let latin: Vec<u8> =
            file("ISO-8859-1").chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        assert_eq!(title(&latin), said);
        let wide: Vec<u8> =
            format!("\u{feff}{}", file("UTF-16")).encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(title(&wide), said);
        let undeclared: Vec<u8> = file("").chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        assert_eq!(title(&undeclared), Err(FileError::Encoding), "it is not what it says to be");
        assert_eq!(title(file("Klingon-8").as_bytes()), Err(FileError::Encoding));
    }

    #[test]
    fn what_would_fill_the_memory_is_refused_by_name() {
        let with = |inner: &str| format!(r#"<iati-activities version="2.03">{inner}</iati-activities>"#);
        let long = with(&format!(
            "<iati-activity>\n<title x=\"{}\"/></iati-activity>",
            "x".repeat(ELEMENT_BYTES_MAX)
        ));
        assert_eq!(read(long.as_bytes()), Err(FileError::TooLong(2)));
        let comment = with(&format!("<!--{}-->", "x".repeat(ELEMENT_BYTES_MAX)));
        assert_eq!(read(comment.as_bytes()), Err(FileError::TooLong(1)));
        let text = format!("<title><narrative>{}</narrative></title>", "x".repeat(TEXT_MAX));
        let activities = TABLE_BYTES_MAX / TEXT_MAX + 1;
        let much = with(&format!("<iati-activity>{text}</iati-activity>").repeat(activities));
        assert_eq!(read(much.as_bytes()), Err(FileError::TooMuchText));
    }
}
