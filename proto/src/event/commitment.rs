//! What is said of one commitment: made, progressed, fulfilled, extended, lapsed.

use serde::{Deserialize, Serialize};

use crate::event::activity::OrganisationRef;
use crate::reference::ItemCode;
use crate::text::Texts;
use crate::vocabulary::Pillar;
use crate::when::{Date, iso_date};

/// A commitment is made. Its first due date is kept for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommitmentMade {
    /// The pillar that answers for it.
    pub pillar: Pillar,
    /// What is promised.
    pub text: Texts,
    /// Where it comes from: a meeting, an instrument, a paragraph of concluding observations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Who must keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OrganisationRef>,
    /// When it is due, a day in Dili.
    #[serde(with = "iso_date")]
    pub due: Date,
    /// The framework items it serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub framework_items: Vec<ItemCode>,
}

/// Something was done towards it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommitmentProgressed {
    /// What was done.
    pub note: Texts,
}

/// It was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommitmentFulfilled {
    /// The day it was kept.
    #[serde(with = "iso_date")]
    pub on: Date,
    /// What shows it.
    pub evidence: Texts,
}

/// Its due date moves, with a reason; the first due date stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommitmentExtended {
    /// The new due date.
    #[serde(with = "iso_date")]
    pub due: Date,
    /// Why; never empty.
    pub reason: String,
}

/// It was not kept and no longer will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommitmentLapsed {
    /// Why; never empty.
    pub reason: String,
}
