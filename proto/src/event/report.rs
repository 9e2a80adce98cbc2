//! The quarter's report to the Council of Ministers.

use serde::{Deserialize, Serialize};

use crate::ids::{EventId, Position};
use crate::when::{Date, Quarter, iso_date};

/// A report is prepared at a position of the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportPrepared {
    /// The quarter.
    pub quarter: Quarter,
    /// The record it was prepared from.
    pub position: Position,
}

/// A report is sealed: position, projection version and digest together say exactly what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportSealed {
    /// The quarter.
    pub quarter: Quarter,
    /// The position it is sealed at.
    pub position: Position,
    /// The version of the projection its figures come from.
    pub projection_version: u32,
    /// The digest of that projection at that position, 64 lower-case hexadecimal digits.
    pub digest: String,
}

/// It was laid before the Council of Ministers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportPresented {
    /// The day.
    #[serde(with = "iso_date")]
    pub on: Date,
    /// To whom.
    pub recipient: String,
}

/// Later facts change what a sealed quarter would say; the seal stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportRestated {
    /// The seal that is restated.
    pub sealed: EventId,
    /// The position of the restatement.
    pub position: Position,
    /// The digest at that position, 64 lower-case hexadecimal digits.
    pub digest: String,
    /// Why; never empty.
    pub reason: String,
}
