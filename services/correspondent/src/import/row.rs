//! From the cells of one row to what it says. All that is wrong with a row is told at once.

use tais_domain::{Refusal, Rule};
use tais_proto::event::activity::*;
use tais_proto::reference::Reference;
use tais_proto::vocabulary::{ActivityKind, GenderScore};
use tais_proto::{Lang, PartialDate, Pillar};

use super::mapping::{Field, Mapping};
use super::problem::{CELL_CHARS_MAX, Problem, ROW_BYTES_MAX, RowError};
use super::said::Said;
use super::table::{Cell, Row};
use super::value;

/// What reading a row needs beside it.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// Which column says what.
    pub mapping: &'a Mapping,
    /// How many columns the header names.
    pub columns: usize,
    /// The pillar of rows that name none.
    pub pillar: Option<Pillar>,
    /// The reference data.
    pub reference: &'a Reference,
}

struct Cells<'a> {
    reading: Reading<'a>,
    row: &'a Row,
    errors: Vec<RowError>,
}

impl<'a> Cells<'a> {
    fn wrong(&mut self, field: Option<Field>, problem: Problem) {
        let column = field.and_then(|field| self.reading.mapping.columns.get(&field).copied());
        self.errors.push(RowError { line: self.row.line, column, problem });
    }

    fn cell(&self, field: Field) -> Option<&'a Cell> {
        self.reading.mapping.columns.get(&field).and_then(|column| self.row.cells.get(*column))
    }

    fn text(&mut self, field: Field) -> Option<&'a str> {
        match self.cell(field)? {
            Cell::Empty => None,
            Cell::Text(text) if text.chars().count() > CELL_CHARS_MAX => {
                self.wrong(Some(field), Problem::TooLong);
                None
            }
            Cell::Text(text) => Some(text),
            Cell::Formula => {
                self.wrong(Some(field), Problem::Formula);
                None
            }
            Cell::Fault(fault) => {
                self.wrong(Some(field), Problem::Fault(fault.clone()));
                None
            }
        }
    }

    fn owned(&mut self, field: Field) -> Option<String> {
        self.text(field).map(str::to_owned)
    }

    fn read<T>(&mut self, field: Field, read: impl FnOnce(&str) -> Result<T, Problem>) -> Option<T> {
        let text = self.text(field)?;
        read(text).map_err(|problem| self.wrong(Some(field), problem)).ok()
    }

    /// Whether the cell holds nothing, not even something that is wrong.
    fn is_empty(&self, field: Field) -> bool {
        self.cell(field).is_none_or(|cell| *cell == Cell::Empty)
    }

    fn texts(&mut self, plain: Field) -> Vec<(Lang, String)> {
        let mapping = self.reading.mapping;
        let fields = mapping.columns.keys().copied().filter(|field| field.word() == plain.word());
        let mut texts: Vec<(Lang, String)> = Vec::new();
        for field in fields {
            let lang = field.lang().unwrap_or(mapping.language);
            if let Some(text) = self.owned(field)
                && !texts.iter().any(|(known, _)| *known == lang)
            {
                texts.push((lang, text.replace("\r\n", "\n")));
            }
        }
        texts
    }
}

/// Reads one row.
///
/// # Errors
/// All that is wrong with it.
pub fn read(row: &Row, reading: Reading<'_>) -> Result<Said, Vec<RowError>> {
    let mut cells = Cells { reading, row, errors: Vec::new() };
    whole(&mut cells);
    let said = said(&mut cells);
    match said {
        Some(said) if cells.errors.is_empty() => Ok(said),
        _ => {
            // As a person goes through the row.
            cells.errors.sort_by_key(|error| error.column);
            Err(cells.errors)
        }
    }
}

fn whole(cells: &mut Cells<'_>) {
    if cells.row.cells.len() > cells.reading.columns {
        cells.wrong(None, Problem::TooManyCells);
    }
    let size = |cell: &Cell| if let Cell::Text(text) = cell { text.len() } else { 0 };
    if cells.row.cells.iter().map(size).sum::<usize>() > ROW_BYTES_MAX {
        cells.wrong(None, Problem::RowTooLong);
    }
}

fn said(cells: &mut Cells<'_>) -> Option<Said> {
    let reference = cells.reading.reference;
    let own = cells.owned(Field::Reference);
    if own.is_none() && cells.is_empty(Field::Reference) {
        cells.wrong(Some(Field::Reference), Problem::Missing);
    }
    let pillar = pillar(cells);
    let title = cells.texts(Field::Title);
    let summary = cells.texts(Field::Summary);
    missing_title(cells, &title);
    let kind = kind(cells);
    let (starts, ends) = days(cells);
    let marker = marker(cells);
    let [bodies, partners, sources] = [Field::Bodies, Field::Partners, Field::Source]
        .map(|field| cells.text(field).into_iter().flat_map(value::list).collect::<Vec<_>>());
    let said = Said {
        line: cells.row.line,
        reference: own.unwrap_or_default(),
        pillar: pillar.unwrap_or(Pillar::Apsc),
        title,
        summary,
        kind: kind.as_ref().map_or(ActivityKind::Meeting, |(kind, _)| *kind),
        kind_as_stated: kind.as_ref().and_then(|(_, stated)| stated.clone()),
        names_kind: !cells.is_empty(Field::Kind),
        occurrence: cells.read(Field::Occurrence, value::occurrence),
        starts,
        ends,
        place: cells.owned(Field::Place),
        city: cells.owned(Field::City),
        country: cells.owned(Field::Country),
        member_state: cells.read(Field::MemberState, |text| value::member_state(text, reference)),
        mode: cells.read(Field::Mode, value::mode),
        bodies: bodies.into_iter().map(|word| value::body(word, reference)).collect(),
        partners: partners.into_iter().map(|word| value::organisation(word, reference)).collect(),
        themes: cells.text(Field::Themes).map(|text| value::tags("themes", text, reference)),
        frameworks: cells.text(Field::Frameworks).map(|text| value::tags("frameworks", text, reference)),
        marker,
        women: cells.read(Field::Women, value::number),
        men: cells.read(Field::Men, value::number),
        others: cells.read(Field::Others, value::number),
        total: cells.read(Field::Total, value::number),
        budget: cells.read(Field::Budget, value::amount),
        budget_stated: cells.owned(Field::BudgetStated),
        sources: sources.into_iter().map(str::to_owned).collect(),
        confidence: cells.read(Field::Confidence, value::confidence),
    };
    let sum: u64 = said.counts().iter().map(|cell| u64::from(cell.count.number)).sum();
    if let Some(total) = said.total.filter(|total| sum > u64::from(*total)) {
        let rule = Rule::CellsExceedTotal { cells: sum, total };
        cells.wrong(Some(Field::Total), Problem::from(&Refusal::of(rule)));
    }
    (pillar.is_some() && kind.is_some()).then_some(said)
}

fn pillar(cells: &mut Cells<'_>) -> Option<Pillar> {
    let own = cells.reading.pillar;
    if cells.is_empty(Field::Pillar) {
        if own.is_none() {
            cells.wrong(Some(Field::Pillar), Problem::Missing);
        }
        return own;
    }
    let pillar = cells.read(Field::Pillar, value::pillar)?;
    if own.is_some_and(|own| own != pillar) {
        cells.wrong(Some(Field::Pillar), Problem::OtherPillar { pillar });
    }
    Some(pillar)
}

fn missing_title(cells: &mut Cells<'_>, title: &[(Lang, String)]) {
    let fields: Vec<Field> = cells.reading.mapping.columns.keys().copied().collect();
    let titles = || fields.iter().copied().filter(|field| field.word() == Field::Title.word());
    if title.is_empty() && titles().all(|field| cells.is_empty(field)) {
        cells.wrong(titles().next(), Problem::Missing);
    }
}

fn kind(cells: &mut Cells<'_>) -> Option<(ActivityKind, Option<String>)> {
    let reference = cells.reading.reference;
    if cells.is_empty(Field::Kind) {
        let chosen = cells.reading.mapping.kind;
        if chosen.is_none() {
            cells.wrong(Some(Field::Kind), Problem::Missing);
        }
        return chosen.map(|kind| (kind, None));
    }
    cells.read(Field::Kind, |text| value::kind(text, reference))
}

fn days(cells: &mut Cells<'_>) -> (Option<PartialDate>, Option<PartialDate>) {
    let (starts, ends) = (cells.read(Field::Starts, value::date), cells.read(Field::Ends, value::date));
    // The rules say so too, and stop at the first that is broken: here all is told at once.
    if starts.zip(ends).is_some_and(|(starts, ends)| ends.latest() < starts.earliest()) {
        cells.wrong(Some(Field::Ends), Problem::from(&Refusal::of(Rule::EndsBeforeStarts)));
    }
    (starts, ends)
}

fn marker(cells: &mut Cells<'_>) -> Option<GenderMarker> {
    let score: Option<GenderScore> = cells.read(Field::Marker, value::marker);
    let reason = cells.owned(Field::MarkerReason);
    match (score, reason) {
        (Some(score), Some(reason)) => Some(GenderMarker { score, reason }),
        (Some(_), None) => {
            if cells.is_empty(Field::MarkerReason) {
                cells.wrong(Some(Field::Marker), Problem::MarkerReasonMissing);
            }
            None
        }
        (None, Some(_)) => {
            if cells.is_empty(Field::Marker) {
                cells.wrong(Some(Field::MarkerReason), Problem::MarkerMissing);
            }
            None
        }
        (None, None) => None,
    }
}

/// Reads all rows. A reference that stands twice is told at the second.
#[must_use]
pub fn read_all(rows: &[Row], reading: Reading<'_>) -> Vec<Result<Said, Vec<RowError>>> {
    let column = reading.mapping.columns.get(&Field::Reference).copied();
    let mut seen = std::collections::HashMap::new();
    let read_one = |row: &Row| {
        let result = read(row, reading);
        let Some(Cell::Text(name)) = column.and_then(|column| row.cells.get(column)) else { return result };
        let first = *seen.entry(name.clone()).or_insert(row.line);
        if first == row.line {
            return result;
        }
        let mut errors = result.err().unwrap_or_default();
        errors.push(RowError { line: row.line, column, problem: Problem::Twice { line: first } });
        Err(errors)
    };
    rows.iter().map(read_one).collect()
}
