//! IATI activity files (2.01 to 2.03, and what is simple of 1.01 to 1.05), streamed into the one
//! table: a row an activity, in columns that the mapping knows by name. What IATI does not have, the
//! kind of activity, a person chooses.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use tais_proto::Lang;

use super::iati_activity::Activity;
use super::table::{Cell, FileError, ROWS_MAX, Row, Table};

/// How deeply elements may be nested; the standard needs eight.
pub const DEPTH_MAX: usize = 32;
/// The longest text of one element, in bytes.
pub const TEXT_MAX: usize = 20_000;

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

/// Reads the activities of a file.
///
/// # Errors
/// When it is no such file, of a version that is not read, hostile, or larger than is taken.
pub fn read(bytes: &[u8]) -> Result<Table, FileError> {
    let text = super::csv::decode(bytes)?;
    let mut reader = Reader::from_str(&text);
    let mut reading = Reading { text: &text, ..Reading::default() };
    loop {
        let event = reader.read_event().map_err(broken)?;
        reading.at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        match event {
            Event::Start(start) => reading.open(&start)?,
            Event::Empty(start) => {
                reading.open(&start)?;
                reading.close();
            }
            Event::End(_) => reading.close(),
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

pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, FileError> {
    let attribute = start.try_get_attribute(name).map_err(broken)?;
    let value = attribute.map(|found| found.normalized_value(XmlVersion::default())).transpose();
    Ok(value.map_err(broken)?.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()))
}

#[derive(Default)]
struct Reading<'a> {
    text: &'a str,
    /// How far it was read, how far lines were counted, and how many they were.
    at: usize,
    counted: usize,
    lines: u64,
    open: Vec<Open>,
    version: Option<String>,
    activity: Option<(u64, Activity)>,
    activities: Vec<(u64, Activity)>,
}

impl Reading<'_> {
    fn line(&mut self) -> u64 {
        let passed = &self.text.as_bytes()[self.counted..self.at.min(self.text.len())];
        self.lines += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.counted = self.at.min(self.text.len());
        self.lines + 1
    }

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
                if self.activities.len() == ROWS_MAX {
                    return Err(FileError::TooManyRows);
                }
                self.activity = Some((self.line(), Activity::default()));
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
        open.text.push_str(text);
        if open.text.len() > TEXT_MAX { Err(FileError::TooLong(self.line())) } else { Ok(()) }
    }

    fn close(&mut self) {
        if let Some((_, activity)) = &mut self.activity {
            activity.close(&self.open[1..]);
        }
        self.open.pop();
        if self.open.len() == 1 {
            self.activities.extend(self.activity.take());
        }
    }

    fn table(self) -> Result<Table, FileError> {
        let version = self.version.ok_or(FileError::NotIati)?;
        if !self.open.is_empty() {
            return Err(FileError::Broken("it ends before its last element does".to_owned()));
        }
        let mut header: Vec<String> = Vec::new();
        let mut rows = Vec::new();
        for (line, activity) in self.activities {
            let mut cells = Vec::new();
            for (column, text) in activity.cells() {
                let index = header.iter().position(|known| *known == column).unwrap_or_else(|| {
                    header.push(column);
                    header.len() - 1
                });
                if cells.len() <= index {
                    cells.resize(index + 1, Cell::Empty);
                }
                cells[index] = Cell::text(&text);
            }
            rows.push(Row { line, cells });
        }
        Ok(Table { sheet: format!("IATI {version}"), header, rows })
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
        assert_eq!(read(b"<html><body/></html>"), Err(FileError::NotIati));
        assert_eq!(read(b"<!-- nothing -->"), Err(FileError::NotIati));
        assert!(matches!(read(with("<iati-activity>").as_bytes()), Err(FileError::Broken(_))));
        let cut = &SAMPLE.as_bytes()[..SAMPLE.len() / 2];
        assert!(matches!(read(cut), Err(FileError::Broken(_))));
    }
}
