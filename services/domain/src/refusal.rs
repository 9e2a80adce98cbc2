//! Refusals: which rule was broken, in words that say what to do next.

use tais_proto::{EventType, Pillar, Publisher};

/// A rule of the domain that something broke.
#[expect(missing_docs, reason = "the fields of a rule say what they are")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The publisher or the actor's role may not say this.
    NotAllowed { publisher: Publisher, event_type: EventType },
    /// The stream belongs to another pillar.
    WrongPillar { stream: Pillar, publisher: Publisher },
    /// The stream already has a beginning.
    AlreadyBegun,
    /// Nothing is known of this stream yet.
    NotBegun,
    /// Another version came first.
    VersionConflict { expected: u32, given: u32 },
    /// It came together with something on its stream that was refused or set aside, and builds on that.
    BuildsOnRefused,
    /// Withdrawn, fulfilled or lapsed: nothing follows.
    Closed,
    /// A title is required.
    TitleMissing,
    /// A reason is required.
    ReasonMissing,
    /// A code that the reference data does not have.
    UnknownCode { what: &'static str, code: String },
    /// The last day lies before the first.
    EndsBeforeStarts,
    /// The part tagged to gender equality exceeds the whole.
    TaggedExceedsBudget,
    /// No figure was given.
    NothingCounted,
    /// The same cell of the grid twice.
    CellTwice,
    /// The cells add up to more than the stated total.
    CellsExceedTotal { cells: u64, total: u32 },
    /// A fingerprint that is not a SHA-256.
    NotSha256,
    /// The revision that was read is not the one that stands.
    RevisionChanged { current: u32, given: u32 },
    /// It is already before the Directorate.
    AlreadySubmitted,
    /// It is not before the Directorate.
    NotSubmitted,
    /// It is not validated.
    NotValidated,
    /// Nobody validates their own submission.
    OwnSubmission,
    /// A correction after validation names what it corrects.
    CorrectionUnnamed,
    /// A commitment is extended to a later day than it is due.
    NotLater,
    /// Changes of keys and roles take two people.
    SecondPersonMissing,
    /// A key's name does not follow from the key, or the key is already known.
    KeyMismatch,
    /// The key is unknown or no longer valid.
    KeyInvalid,
    /// The log has one key, and is never without.
    LogKeyOnlyRotates,
    /// The log's next key is not where the recorder is.
    KeyNotHeld,
    /// A correspondent's role names a pillar; no other role does.
    PillarOfRole,
    /// A field that must say something says nothing.
    Missing,
    /// A value that is neither a decimal number nor a part of a whole.
    NotAFigure,
    /// A correction of something that was never said here.
    NothingToCorrect,
    /// Nobody mentors themselves.
    Oneself,
    /// A membership stands under the id of another person.
    OtherPerson,
    /// An erasure is asked for before it is confirmed.
    ErasureNotAsked,
    /// Who asked for an erasure does not confirm it.
    OwnErasure,
}

impl Rule {
    /// A short code: the message key `refusal-<code>`, and the `rule` of a refusal entry.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed { .. } => "not-allowed",
            Self::WrongPillar { .. } => "wrong-pillar",
            Self::AlreadyBegun => "already-begun",
            Self::NotBegun => "not-begun",
            Self::VersionConflict { .. } => "version-conflict",
            Self::BuildsOnRefused => "builds-on-refused",
            Self::Closed => "closed",
            Self::TitleMissing => "title-missing",
            Self::ReasonMissing => "reason-missing",
            Self::UnknownCode { .. } => "unknown-code",
            Self::EndsBeforeStarts => "ends-before-starts",
            Self::TaggedExceedsBudget => "tagged-exceeds-budget",
            Self::NothingCounted => "nothing-counted",
            Self::CellTwice => "cell-twice",
            Self::CellsExceedTotal { .. } => "cells-exceed-total",
            Self::NotSha256 => "not-sha256",
            Self::RevisionChanged { .. } => "revision-changed",
            Self::AlreadySubmitted => "already-submitted",
            Self::NotSubmitted => "not-submitted",
            Self::NotValidated => "not-validated",
            Self::OwnSubmission => "own-submission",
            Self::CorrectionUnnamed => "correction-unnamed",
            Self::NotLater => "not-later",
            Self::SecondPersonMissing => "second-person-missing",
            Self::KeyMismatch => "key-mismatch",
            Self::KeyInvalid => "key-invalid",
            Self::LogKeyOnlyRotates => "log-key-only-rotates",
            Self::KeyNotHeld => "key-not-held",
            Self::PillarOfRole => "pillar-of-role",
            Self::Missing => "missing",
            Self::NotAFigure => "not-a-figure",
            Self::NothingToCorrect => "nothing-to-correct",
            Self::Oneself => "oneself",
            Self::OtherPerson => "other-person",
            Self::ErasureNotAsked => "erasure-not-asked",
            Self::OwnErasure => "own-erasure",
        }
    }
}

/// A refusal: the rule, and the place in the input where it was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule that was broken.
    pub rule: Rule,
    /// JSON pointer into the event's data, such as `/details/title`; empty for the event as a whole.
    pub pointer: String,
}

impl Refusal {
    /// A refusal of the event as a whole.
    #[must_use]
    pub const fn of(rule: Rule) -> Self {
        Self { rule, pointer: String::new() }
    }

    /// A refusal of one field.
    #[must_use]
    pub fn at(rule: Rule, pointer: impl Into<String>) -> Self {
        Self { rule, pointer: pointer.into() }
    }
}

impl From<Rule> for Refusal {
    fn from(rule: Rule) -> Self {
        Self::of(rule)
    }
}

/// Refuses a field that says nothing.
pub(crate) fn filled(text: &str, pointer: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() { Err(Refusal::at(Rule::Missing, pointer)) } else { Ok(()) }
}

impl std::error::Error for Refusal {}

/// Plain English for logs and for the record itself; pages use the message files.
impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.rule {
            Rule::NotAllowed { publisher, event_type } => {
                write!(f, "{publisher} may not say {}, or not in this person's role", event_type.as_str())
            }
            Rule::WrongPillar { stream, publisher } => {
                write!(f, "this belongs to {stream}; {publisher} cannot change it")
            }
            Rule::AlreadyBegun => f.write_str("this id is already in use: start a new one"),
            Rule::NotBegun => f.write_str("nothing was reported under this id yet"),
            Rule::VersionConflict { expected, given } => {
                write!(
                    f,
                    "somebody was faster: version {expected} is next, this is version {given}; read what changed and decide again"
                )
            }
            Rule::BuildsOnRefused => f.write_str(
                "it builds on what came with it and was refused or set aside; decide again on what stands",
            ),
            Rule::Closed => f.write_str("it is closed; nothing can follow"),
            Rule::TitleMissing => f.write_str("a title is required, in at least one language"),
            Rule::ReasonMissing => f.write_str("a reason is required"),
            Rule::UnknownCode { what, code } => {
                write!(f, "the reference data has no {what} \"{code}\": choose one from the list")
            }
            Rule::EndsBeforeStarts => f.write_str("the last day lies before the first"),
            Rule::TaggedExceedsBudget => f.write_str("the part tagged to gender equality exceeds the budget"),
            Rule::NothingCounted => f.write_str("no count, total or stated figure was given"),
            Rule::CellTwice => f.write_str("the same role, sex and age band is given twice"),
            Rule::CellsExceedTotal { cells, total } => {
                write!(f, "the counts add up to {cells}, more than the total of {total}")
            }
            Rule::NotSha256 => {
                f.write_str("a document is known by its SHA-256: 64 lower-case hexadecimal digits")
            }
            Rule::RevisionChanged { current, given } => {
                write!(f, "revision {given} was read, but revision {current} stands now: read it again")
            }
            Rule::AlreadySubmitted => f.write_str("this revision is already submitted"),
            Rule::NotSubmitted => f.write_str("it is not submitted, so it cannot be returned or validated"),
            Rule::NotValidated => f.write_str("it is not validated, so it cannot be acknowledged"),
            Rule::OwnSubmission => f.write_str("nobody validates their own submission: another person must"),
            Rule::CorrectionUnnamed => f.write_str("a correction names the validation that it corrects"),
            Rule::NotLater => f.write_str("the new due date must be later than the present one"),
            Rule::SecondPersonMissing => {
                f.write_str("keys and roles change only with a second person's approval")
            }
            Rule::KeyMismatch => {
                f.write_str("the key's id does not follow from the key, or the key is already registered")
            }
            Rule::KeyInvalid => f.write_str("the key is unknown or no longer valid"),
            Rule::LogKeyOnlyRotates => {
                f.write_str("the log's own key is neither joined by another nor revoked: it is rotated")
            }
            Rule::KeyNotHeld => f.write_str(
                "the recorder does not hold the log's next key: put its file where the recorder runs first",
            ),
            Rule::PillarOfRole => {
                f.write_str("a correspondent has exactly one pillar; no other role has any")
            }
            Rule::Missing => f.write_str("this must be filled in"),
            Rule::NotAFigure => f.write_str(
                "a value is a decimal number such as 36.9, or a part of a whole that is not smaller",
            ),
            Rule::NothingToCorrect => {
                f.write_str("nothing was said here under that id: name the event that was wrong")
            }
            Rule::Oneself => f.write_str("nobody mentors themselves: choose two people"),
            Rule::OtherPerson => {
                f.write_str("a membership is kept under its person's id: use that as the stream's")
            }
            Rule::ErasureNotAsked => {
                f.write_str("nobody has asked for this erasure: one asks, another confirms")
            }
            Rule::OwnErasure => {
                f.write_str("nobody confirms an erasure that they asked for: another person must")
            }
        }
    }
}

/// An event that cannot follow on a state. What was admitted never gives one: seeing it means that
/// the record was read in the wrong order or was altered.
#[derive(Debug, thiserror::Error)]
#[error(
    "{event_type} as version {version} cannot follow here: the stream was read out of order, or the record was altered"
)]
pub struct EvolveError {
    /// The event's type.
    pub event_type: &'static str,
    /// The version it claims.
    pub version: u32,
}

impl EvolveError {
    /// For this event.
    #[must_use]
    pub const fn of(happened: &crate::Happened<'_>) -> Self {
        Self { event_type: happened.event.event_type().as_str(), version: happened.version }
    }
}
