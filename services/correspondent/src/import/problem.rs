//! What can be wrong with a row, each with its place and with a message key and its values, so that
//! it is told in the reader's language.

use tais_domain::Refusal;
use tais_proto::Pillar;
use tais_web::language::{Arg, Texts};

/// The longest text of one cell, in characters.
pub const CELL_CHARS_MAX: usize = 10_000;
/// The most text of one row, in bytes: what is made of it must fit into one event.
pub const ROW_BYTES_MAX: usize = 100_000;

/// What is wrong in one place.
#[expect(missing_docs, reason = "the fields of a problem are what its words say")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A cell that must not be empty.
    #[error("it is empty, and without it the row cannot be taken")]
    Missing,
    /// A formula.
    #[error("it holds a formula: put the value in its place")]
    Formula,
    /// An error value of the spreadsheet.
    #[error("the spreadsheet has an error here: {0}")]
    Fault(String),
    /// Longer than [`CELL_CHARS_MAX`].
    #[error("it is longer than {CELL_CHARS_MAX} characters")]
    TooLong,
    /// Longer than [`ROW_BYTES_MAX`].
    #[error("the row holds more than {ROW_BYTES_MAX} bytes of text")]
    RowTooLong,
    /// More cells than the header has names.
    #[error("the row has more cells than the header")]
    TooManyCells,
    /// The reference of an earlier row.
    #[error("the same reference stands in line {line}")]
    Twice { line: u64 },
    /// A pillar that is none.
    #[error("\"{value}\" is none of APSC, AEC, ASCC")]
    UnknownPillar { value: String },
    /// A pillar that is not this page's.
    #[error("it belongs to {pillar}, whose own correspondent imports it")]
    OtherPillar { pillar: Pillar },
    /// A kind that is not known.
    #[error("\"{value}\" is no known kind")]
    UnknownKind { value: String },
    /// A member state that is not known.
    #[error("\"{value}\" is no member state")]
    UnknownState { value: String },
    /// A word that is none of the list.
    #[error("\"{value}\" is none of the words that are known here")]
    UnknownWord { value: String },
    /// Not a day or month.
    #[error("\"{value}\" is not a day: write it as 24/11/2026, or 11/2026 where only the month is known")]
    WrongDate { value: String },
    /// Not a whole number.
    #[error("\"{value}\" is not a whole number")]
    WrongNumber { value: String },
    /// Not an amount in dollars.
    #[error("\"{value}\" is not an amount in US dollars")]
    WrongAmount { value: String },
    /// Not a gender marker.
    #[error("\"{value}\" is no gender marker: 0, 1 or 2")]
    WrongMarker { value: String },
    /// A marker without its reason.
    #[error("a gender marker needs its reason")]
    MarkerReasonMissing,
    /// A reason without its marker.
    #[error("a reason is given, and no gender marker")]
    MarkerMissing,
    /// A rule of the domain.
    #[error("{detail}")]
    Rule { code: &'static str, detail: String },
    /// The record counts the same in finer cells, which one number would undo.
    #[error("the record counts this in finer cells: change it on the activity's own page")]
    FinerCounts,
    /// An earlier update of this activity waits for a decision.
    #[error("an earlier update of this activity was refused: decide about that one first")]
    Held,
}

impl Problem {
    /// The end of its message key, `problem-<code>`; for a rule that of `refusal-<code>`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Formula => "formula",
            Self::Fault(_) => "fault",
            Self::TooLong => "too-long",
            Self::RowTooLong => "row-too-long",
            Self::TooManyCells => "too-many-cells",
            Self::Twice { .. } => "twice",
            Self::UnknownPillar { .. } => "unknown-pillar",
            Self::OtherPillar { .. } => "other-pillar",
            Self::UnknownKind { .. } => "unknown-kind",
            Self::UnknownState { .. } => "unknown-state",
            Self::UnknownWord { .. } => "unknown-word",
            Self::WrongDate { .. } => "wrong-date",
            Self::WrongNumber { .. } => "wrong-number",
            Self::WrongAmount { .. } => "wrong-amount",
            Self::WrongMarker { .. } => "wrong-marker",
            Self::MarkerReasonMissing => "marker-reason-missing",
            Self::MarkerMissing => "marker-missing",
            Self::Rule { code, .. } => code,
            Self::FinerCounts => "finer-counts",
            Self::Held => "held",
        }
    }

    /// The values of its message.
    #[must_use]
    pub fn arguments(&self) -> Vec<(&'static str, Arg)> {
        // A cell may hold a page of text; what is told of it is its beginning.
        let clip = |text: &str| Arg::from(text.chars().take(80).collect::<String>());
        match self {
            Self::Fault(value)
            | Self::UnknownPillar { value }
            | Self::UnknownKind { value }
            | Self::UnknownState { value }
            | Self::UnknownWord { value }
            | Self::WrongDate { value }
            | Self::WrongNumber { value }
            | Self::WrongAmount { value }
            | Self::WrongMarker { value } => vec![("value", clip(value))],
            Self::TooLong => vec![("max", Arg::from(CELL_CHARS_MAX))],
            Self::RowTooLong => vec![("max", Arg::from(ROW_BYTES_MAX))],
            Self::Twice { line } => vec![("line", Arg::from(line))],
            Self::OtherPillar { pillar } => vec![("pillar", Arg::from(pillar.code().to_uppercase()))],
            _ => Vec::new(),
        }
    }

    /// In the reader's language.
    #[must_use]
    pub fn words(&self, t: Texts) -> String {
        match self {
            Self::Rule { code, detail } => t.refusal(code, detail),
            _ => t.with(&format!("problem-{}", self.code()), &self.arguments()),
        }
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        Self::Rule { code: refusal.rule.code(), detail: refusal.to_string() }
    }
}

/// A problem with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// The line of the file.
    pub line: u64,
    /// The column, from 0; `None` where it is the row as a whole.
    pub column: Option<usize>,
    /// What is wrong.
    pub problem: Problem,
}
