//! The reference activities: read as any spreadsheet is, with two more files beside them that say
//! what a spreadsheet's row cannot. Every row goes in or is refused by name, and nothing is guessed.

use std::collections::HashMap;

use serde::Deserialize;
use tais_proto::event::activity::*;
use tais_proto::reference::Reference;
use tais_proto::vocabulary::Qualifier;
use tais_proto::{EventId, Lang, Pillar, Quantity};

use super::mapping::{Field, Mapping};
use super::problem::RowError;
use super::row::{self, Reading};
use super::said::Said;
use super::submission;
use super::table::{self, Cell, FileError, Row, Table};

#[derive(Clone, Debug, Deserialize)]
struct CountRow {
    r#ref: String,
    measure: String,
    qualifier: String,
    number: String,
    as_stated: String,
}

#[derive(Clone, Debug, Deserialize)]
struct AlternateRow {
    r#ref: String,
    field: String,
    alt_value: String,
    alt_source_url: String,
    note: String,
}

/// A row that can be reported.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The row's own reference.
    pub reference: String,
    /// The id it is submitted under: always the same for the same reference, so that a second load
    /// changes nothing.
    pub submission: EventId,
    /// The pillar.
    pub pillar: Pillar,
    /// What it is.
    pub details: ActivityDetails,
    /// Its counts, if there are any.
    pub participation: Option<ActivityParticipationRecorded>,
}

/// A row that cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// The line in the file, from 1, the header counted.
    pub line: u64,
    /// The row's own reference, where it has one.
    pub reference: String,
    /// The column.
    pub column: String,
    /// What is wrong there.
    pub problem: String,
}

/// The three files of one load; the second and third may be empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files<'a> {
    /// One row an activity.
    pub activities: &'a str,
    /// Qualified figures, by reference.
    pub counts: &'a str,
    /// What other sources say, by reference.
    pub alternates: &'a str,
}

/// Reads all rows.
///
/// # Errors
/// When the file itself cannot be read.
pub fn read(files: Files<'_>, reference: &Reference) -> Result<Vec<Result<Ready, RefusedRow>>, FileError> {
    let counts = by_reference::<CountRow>(files.counts, |row| &row.r#ref);
    let alternates = by_reference::<AlternateRow>(files.alternates, |row| &row.r#ref);
    let table = table::read(files.activities.as_bytes())?;
    let mapping = Mapping::recognise(&table.header, Lang::EN);
    let reading = Reading { mapping: &mapping, columns: table.header.len(), pillar: None, reference };
    let rows =
        row::read_all(&table.rows, reading).into_iter().zip(&table.rows).map(|(said, row)| match said {
            Ok(said) => {
                let counts = counts.get(&said.reference).map_or(&[][..], Vec::as_slice);
                let alternates = alternates.get(&said.reference).map_or(&[][..], Vec::as_slice);
                Ok(ready(&said, counts, alternates))
            }
            Err(errors) => Err(refused(&table, &mapping, row, &errors)),
        });
    Ok(rows.collect())
}

fn refused(table: &Table, mapping: &Mapping, row: &Row, errors: &[RowError]) -> RefusedRow {
    let name = mapping.columns.get(&Field::Reference).and_then(|column| row.cells.get(*column));
    let reference = if let Some(Cell::Text(name)) = name { name.clone() } else { String::new() };
    let column = errors.first().and_then(|error| error.column).and_then(|column| table.header.get(column));
    let problems: Vec<String> = errors.iter().map(|error| error.problem.to_string()).collect();
    RefusedRow {
        line: row.line,
        reference,
        column: column.cloned().unwrap_or_default(),
        problem: problems.join("; "),
    }
}

fn by_reference<T: serde::de::DeserializeOwned>(
    text: &str,
    key: impl Fn(&T) -> &String,
) -> HashMap<String, Vec<T>> {
    let mut rows: HashMap<String, Vec<T>> = HashMap::new();
    for row in csv::Reader::from_reader(text.as_bytes()).deserialize::<T>().flatten() {
        rows.entry(key(&row).clone()).or_default().push(row);
    }
    rows
}

fn ready(said: &Said, counts: &[CountRow], alternates: &[AlternateRow]) -> Ready {
    let alternates = alternates.iter().map(alternate).collect();
    Ready {
        reference: said.reference.clone(),
        submission: submission(said.pillar, &said.reference, 0),
        pillar: said.pillar,
        details: ActivityDetails { alternates, ..said.details() },
        participation: participation(said, counts),
    }
}

fn optional(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn alternate(row: &AlternateRow) -> Alternate {
    Alternate {
        field: row.field.clone(),
        value: row.alt_value.clone(),
        source: optional(&row.alt_source_url),
        note: optional(&row.note),
    }
}

/// Whole figures become counts and a total; qualified ones a qualified total; anything else is kept
/// in its own words.
fn participation(said: &Said, counts: &[CountRow]) -> Option<ActivityParticipationRecorded> {
    let mut said = said.clone();
    let mut qualified_total = None;
    let mut as_stated = Vec::new();
    for count in counts {
        let number = count.number.parse::<u32>().ok();
        match (count.measure.as_str(), count.qualifier.as_str(), number) {
            ("women", "exact", Some(number)) => said.women = said.women.or(Some(number)),
            ("men", "exact", Some(number)) => said.men = said.men.or(Some(number)),
            ("total", qualifier, Some(number)) => match qualified(qualifier) {
                Some(qualifier) => {
                    qualified_total = qualified_total.or(Some(Quantity { qualifier, number }));
                }
                None => as_stated.push(stated(count)),
            },
            _ => as_stated.push(stated(count)),
        }
    }
    let recorded = ActivityParticipationRecorded {
        counts: said.counts(),
        total: said.total.map(Quantity::exact).or(qualified_total),
        as_stated,
        reason: None,
    };
    let anything = !recorded.counts.is_empty() || recorded.total.is_some() || !recorded.as_stated.is_empty();
    anything.then_some(recorded)
}

fn qualified(word: &str) -> Option<Qualifier> {
    match word {
        "exact" => Some(Qualifier::Exact),
        "over" => Some(Qualifier::AtLeast),
        "about" | "nearly" => Some(Qualifier::About),
        _ => None,
    }
}

fn stated(count: &CountRow) -> StatedFigure {
    StatedFigure { measure: count.measure.clone(), text: count.as_stated.clone(), source: None }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
pub(crate) mod tests {
    use super::*;
    use uuid::Uuid;

    const ACTIVITIES: &str = include_str!("../../../../proto/reference/activities/activities.csv");
    const COUNTS: &str = include_str!("../../../../proto/reference/activities/activities-counts.csv");
    const ALTERNATES: &str = include_str!("../../../../proto/reference/activities/activities-alternates.csv");

    pub(crate) fn rows() -> Vec<Ready> {
        let reference = Reference::load_embedded().unwrap();
        let files = Files { activities: ACTIVITIES, counts: COUNTS, alternates: ALTERNATES };
        read(files, &reference).unwrap().into_iter().map(Result::unwrap).collect()
    }

    fn row(reference: &str) -> Ready {
        rows().into_iter().find(|row| row.reference == reference).unwrap()
    }

    #[test]
    fn every_real_row_is_understood_and_keeps_its_name() {
        let rows = rows();
        assert_eq!(rows.len(), 90);
        assert!(rows.iter().all(|row| row.submission.0.get_version_num() == 7));
        let mut ids: Vec<Uuid> = rows.iter().map(|row| row.submission.0).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 90);
    }

    #[test]
    fn nothing_is_guessed() {
        // An empty end stays empty; an unknown day stays unknown.
        assert_eq!(row("A110").details.ends, None);
        assert_eq!(row("A134").details.starts, None);
        // Two sources that disagree are kept side by side.
        assert!(row("A083").details.alternates.iter().any(|alternate| alternate.value == "2024-02-15"));
        let stated = row("A046").participation.unwrap();
        assert!(stated.total.is_none() && stated.as_stated[0].text.contains("over 280"));
        // "Over 90" is not 90.
        let total = row("A087").participation.unwrap().total.unwrap();
        assert_eq!((total.qualifier, total.number), (Qualifier::AtLeast, 90));
        // Seven women of 29 does not make the others men.
        let counted = row("A010").participation.unwrap();
        assert_eq!(counted.counts.len(), 1);
        assert_eq!(tais_domain::measure::attendances_by_sex(&counted), None);
        // Ten women and fifteen men is a breakdown.
        assert!(tais_domain::measure::attendances_by_sex(&row("A049").participation.unwrap()).is_some());
        // An activity of ASEAN as a whole has no single member state.
        assert!(rows().iter().any(|row| row.details.member_state.is_none()));
    }

    #[test]
    fn a_bad_row_is_refused_by_name_and_the_others_go_in() {
        let reference = Reference::load_embedded().unwrap();
        let header = ACTIVITIES.lines().next().unwrap();
        let good = ACTIVITIES.lines().nth(2).unwrap();
        let line = |reference: &str, pillar: &str, start: &str| {
            format!("{reference},{pillar},,TL,meeting,Title,,{start},,,,,,,,,,,,https://example.org,stated")
        };
        let text = [
            header.to_owned(),
            line("B1", "NONE", "2024-01-01"),
            good.to_owned(),
            line("B2", "AEC", "31/02/2024"),
            line("B2", "AEC", "2024-01-31"),
        ]
        .join("\n");
        let files = Files { activities: &text, ..Files::default() };
        let results = read(files, &reference).unwrap();
        let refused: Vec<_> = results.iter().filter_map(|row| row.as_ref().err()).collect();
        assert_eq!(results.len(), 4);
        assert_eq!((refused[0].line, refused[0].column.as_str()), (2, "pillar"));
        assert_eq!((refused[1].line, refused[1].column.as_str()), (4, "start_date"));
        assert_eq!((refused[2].line, refused[2].column.as_str()), (5, "ref"));
    }
}
