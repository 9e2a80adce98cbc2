//! What is said of one activity: reported, revised, counted, documented, decided upon.

use serde::{Deserialize, Serialize};

use crate::amount::{Cents, Quantity};
use crate::ids::EventId;
use crate::reference::{BodyCode, ItemCode, MunicipalityCode, OrgCode, StateCode};
use crate::text::{Lang, Texts};
use crate::vocabulary::{
    ActivityKind, AgeBand, Confidence, GenderScore, Mode, Occurrence, ParticipantRole, Pillar, Sex,
};
use crate::when::PartialDate;

/// Everything that describes an activity, as it stands at one revision. Counts are recorded apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivityDetails {
    /// The pillar whose correspondent answers for it.
    pub pillar: Pillar,
    /// The member state that hosts or is concerned; absent for an activity of ASEAN as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_state: Option<StateCode>,
    /// What it is, in the office's terms.
    pub kind: ActivityKind,
    /// The source's own word where it says more than one kind holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind_as_stated: Option<String>,
    /// Its title; at least one language.
    pub title: Texts,
    /// What it was about.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub summary: Texts,
    /// First day, as precisely as it is known; absent where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<PartialDate>,
    /// Last day; absent where no source gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<PartialDate>,
    /// IANA name of the zone the dates are in; Asia/Dili where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Whether it was planned or held; absent where the source does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurrence: Option<Occurrence>,
    /// How people met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Where it took place; online activities have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub venue: Option<Venue>,
    /// The ASEAN bodies it belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sectoral_bodies: Vec<BodyRef>,
    /// Who leads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<OrganisationRef>,
    /// Who else carries it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partners: Vec<OrganisationRef>,
    /// Other member states whose correspondents took part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counterparts: Vec<StateCode>,
    /// The framework items it serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub framework_items: Vec<ItemCode>,
    /// Framework words of the source that no adopted item answers to; kept, never counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frameworks_as_stated: Vec<String>,
    /// The gender marker; absent means *not screened*, which is not zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender_marker: Option<GenderMarker>,
    /// Money, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// How sure the source is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Where this is known from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// What other sources say of single fields; kept beside, never mixed in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternates: Vec<Alternate>,
    /// The reference the source or the importing file gives it, such as `A075`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
}

/// A place, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Venue {
    /// The building or room, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The municipality, within Timor-Leste.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<MunicipalityCode>,
    /// The city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The country, as written; it need not be a member state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A sectoral body, by its code or, where no code is adopted, by its name as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BodyRef {
    /// A body of the reference data.
    Code(BodyCode),
    /// A body as a source names it.
    Name(String),
}

/// An organisation, by its code or, where no code is adopted, by its name as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OrganisationRef {
    /// An organisation of the reference data.
    Code(OrgCode),
    /// An organisation as a source names it.
    Name(String),
}

/// The gender marker with the reason for it, which is always written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenderMarker {
    /// The score.
    pub score: GenderScore,
    /// Why.
    pub reason: String,
}

/// Money planned for an activity and the part of it tagged to gender equality.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Budget {
    /// Planned, in US cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Cents>,
    /// Spent, in US cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent: Option<Cents>,
    /// The part tagged to gender equality, in US cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender_tagged: Option<Cents>,
}

/// What another source says of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Alternate {
    /// The field, by its name in this contract or in the importing file.
    pub field: String,
    /// The other value, as written; empty where the source leaves it blank.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// Where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A correspondent reports an activity: the first event of its stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivityReported {
    /// What it is.
    pub details: ActivityDetails,
}

/// The correspondent changes what was reported. After a validation this is a correction: it names
/// what it corrects, gives its reason and is validated again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivityRevised {
    /// The whole description as it now stands.
    pub details: ActivityDetails,
    /// Why it changes; required after a validation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The validation that this corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<EventId>,
}

/// Attendances are counted. Replaces any count recorded before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivityParticipationRecorded {
    /// Disjoint cells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<ParticipationCount>,
    /// The total as stated, where a source gives one; it may exceed the cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Quantity>,
    /// Figures that fit no cell (a percentage, two sources that disagree): kept, never counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub as_stated: Vec<StatedFigure>,
    /// Why, where it replaces an earlier count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One cell of a participation grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParticipationCount {
    /// In what part.
    pub role: ParticipantRole,
    /// Sex.
    pub sex: Sex,
    /// Age band.
    pub age: AgeBand,
    /// How many attendances.
    pub count: Quantity,
}

/// A figure in the words of its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatedFigure {
    /// What it measures, as the source or the importing file calls it.
    pub measure: String,
    /// The words or number, as written.
    pub text: String,
    /// Where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A document is attached by its hash; the bytes lie elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivityDocumentAttached {
    /// The document.
    pub document: Document,
}

/// A document: what it is called, its fingerprint, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Document {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// IANA media type.
    pub media_type: String,
    /// An address, or the name of the store that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The language it is written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Lang>,
}

/// What came of the activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivityOutcomeRecorded {
    /// The outcome.
    pub outcome: Texts,
}

/// The correspondent puts a revision before the General Directorate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivitySubmitted {
    /// The stream version of the content that is submitted.
    pub revision: u32,
    /// A word to the reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The Directorate sends it back; it never overwrites the author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivityReturned {
    /// The revision that was read.
    pub revision: u32,
    /// Why; never empty.
    pub reason: String,
}

/// The Directorate validates exactly this revision; never the person who submitted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivityValidated {
    /// The revision that was read.
    pub revision: u32,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The Vice Minister acknowledges a validated revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivityAcknowledged {
    /// The revision that was read.
    pub revision: u32,
}

/// The activity is withdrawn. It stays visible and leaves every figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivityWithdrawn {
    /// Why; never empty.
    pub reason: String,
}
