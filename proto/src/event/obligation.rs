//! Reports that are due: under the NAP 1325, CEDAW, the regional plan of action.

use serde::{Deserialize, Serialize};

use crate::reference::ItemCode;
use crate::text::Texts;
use crate::vocabulary::Pillar;
use crate::when::{Date, iso_date};

/// A report is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObligationScheduled {
    /// What is due.
    pub title: Texts,
    /// The framework item that asks for it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework_item: Option<ItemCode>,
    /// The pillar that answers for it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pillar: Option<Pillar>,
    /// To whom it goes.
    pub recipient: String,
    /// The day it is due, in Dili.
    #[serde(with = "iso_date")]
    pub due: Date,
}

/// It was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObligationMet {
    /// The day it was handed in.
    #[serde(with = "iso_date")]
    pub on: Date,
    /// Its reference or address.
    pub reference: String,
}

/// It was not handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObligationMissed {
    /// Why; never empty.
    pub reason: String,
}
