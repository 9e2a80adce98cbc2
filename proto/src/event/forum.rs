//! The Women in Leadership and Diplomacy Forum. People are vault ids, never names.

use serde::{Deserialize, Serialize};

use crate::event::activity::{ParticipationCount, Venue};
use crate::ids::PersonId;
use crate::text::Texts;
use crate::vocabulary::{ActivityKind, Pillar};
use crate::when::{Date, PartialDate, iso_date};

/// A session took place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForumSessionHeld {
    /// What it was called.
    pub title: Texts,
    /// What it was: a training, a workshop, a session.
    pub kind: ActivityKind,
    /// First day.
    pub starts: PartialDate,
    /// Last day, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<PartialDate>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub venue: Option<Venue>,
    /// Attendances.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<ParticipationCount>,
}

/// Somebody joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForumMemberJoined {
    /// Who, by vault id.
    pub person: PersonId,
    /// When.
    #[serde(with = "iso_date")]
    pub on: Date,
    /// The pillar of their work, where it belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pillar: Option<Pillar>,
}

/// A mentorship begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForumMentorshipStarted {
    /// Who mentors, by vault id.
    pub mentor: PersonId,
    /// Who is mentored, by vault id.
    pub mentee: PersonId,
    /// When.
    #[serde(with = "iso_date")]
    pub on: Date,
}

/// A mentorship ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForumMentorshipCompleted {
    /// Who mentored, by vault id.
    pub mentor: PersonId,
    /// Who was mentored, by vault id.
    pub mentee: PersonId,
    /// When.
    #[serde(with = "iso_date")]
    pub on: Date,
    /// What came of it, without names.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub outcome: Texts,
}

/// Somebody is to be erased from the vault, if a second person confirms it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForumErasureAsked {
    /// Who, by vault id.
    pub person: PersonId,
    /// Why, without names.
    pub reason: String,
}

/// Somebody is erased from the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForumPersonErased {
    /// Who, by vault id.
    pub person: PersonId,
}
