//! What a file would do, before it does it.

use std::collections::HashSet;

use tais_proto::{AccountId, Pillar, Timestamp};

use super::assess::{Assessor, Outcome};
use super::mapping::{Field, Mapping};
use super::problem::RowError;
use super::row::{self, Reading};
use super::said::Said;
use super::table::{Row, Table};
use crate::intake::{Intake, IntakeError};

/// One row, and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line of the file.
    pub line: u64,
    /// The row's reference, as far as it has one.
    pub reference: String,
    /// The row's title, as far as it has one.
    pub title: String,
    /// What it comes to.
    pub outcome: Outcome,
}

impl Line {
    /// Whether taking it corrects what was validated, so that a reason is needed.
    #[must_use]
    pub const fn corrects(&self) -> bool {
        matches!(self.outcome, Outcome::Changed { corrects: true, .. })
    }
}

/// A whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The fields that have no column and cannot be missing; no row is read then.
    pub missing: Vec<Field>,
    /// Every row.
    pub lines: Vec<Line>,
}

impl Preview {
    /// Holds every row against the record and the rules. Nothing is saved.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn of(
        table: &Table,
        mapping: &Mapping,
        intake: &Intake,
        actor: AccountId,
        time: Timestamp,
    ) -> Result<Self, IntakeError> {
        let missing = mapping.missing();
        if !missing.is_empty() {
            return Ok(Self { missing, lines: Vec::new() });
        }
        let assessor = Assessor::new(intake, mapping, actor, time).await?;
        let mut lines = Vec::with_capacity(table.rows.len());
        for (row, said) in table.rows.iter().zip(read(table, mapping, intake)) {
            let outcome = match said {
                Ok(said) => assessor.assess(&said, None).await?.0,
                Err(errors) => Outcome::Wrong(errors),
            };
            lines.push(line(row, mapping, outcome));
        }
        Ok(Self { missing, lines })
    }

    /// The rows that can be taken.
    pub fn takeable(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| matches!(line.outcome, Outcome::New | Outcome::Changed { .. }))
    }

    /// Whether one of these lines corrects what was validated.
    #[must_use]
    pub fn corrects(&self, lines: &[(u64, u32)]) -> bool {
        let chosen: HashSet<u64> = lines.iter().map(|(line, _)| *line).collect();
        self.lines.iter().any(|line| line.corrects() && chosen.contains(&line.line))
    }

    /// How many rows come to this.
    #[must_use]
    pub fn count(&self, code: &str) -> usize {
        self.lines.iter().filter(|line| line.outcome.code() == code).count()
    }
}

/// The rows of a table as the intake's pillar reads them.
pub fn read(table: &Table, mapping: &Mapping, intake: &Intake) -> Vec<Result<Said, Vec<RowError>>> {
    let pillar: Option<Pillar> = Some(intake.pillar());
    let reading = Reading { mapping, columns: table.header.len(), pillar, reference: intake.reference() };
    row::read_all(&table.rows, reading)
}

fn line(row: &Row, mapping: &Mapping, outcome: Outcome) -> Line {
    let first = |word: &str| {
        let mut cells = mapping.columns.iter().filter(|(field, _)| field.word() == word);
        let text = cells.find_map(|(_, column)| row.cells.get(*column)?.as_text());
        text.map(|text| text.chars().take(200).collect()).unwrap_or_default()
    };
    let (reference, title) = (first(Field::Reference.word()), first(Field::Title.word()));
    Line { line: row.line, reference, title, outcome }
}
