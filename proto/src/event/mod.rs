//! Every event there is. Adding one is one line in the table below and the compiler's list.

pub mod activity;
pub mod commitment;
pub mod forum;
pub mod indicator;
pub mod obligation;
pub mod refusal;
pub mod registry;
pub mod report;
pub mod security;

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

use crate::vocabulary::StreamKind;
use crate::wire::{self, Unfit};

use activity::*;
use commitment::*;
use forum::*;
use indicator::*;
use obligation::*;
use refusal::*;
use registry::*;
use report::*;
use security::*;

/// A payload that does not have the shape of its type.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// The type is not one of this contract.
    #[error("\"{0}\" is not an event type of this contract: check its spelling")]
    UnknownType(String),
    /// The type exists, in a version newer than this software.
    #[error("\"{0}\" is newer than this software, which knows version {1}: update the recorder first")]
    FutureVersion(String, u32),
    /// The payload does not fit.
    #[error("data{path}: {problem}")]
    Shape {
        /// Where, as `.details.kind`.
        path: String,
        /// What is wrong there.
        problem: String,
    },
}

fn parse_payload<T: DeserializeOwned>(json: &str) -> Result<Arc<T>, PayloadError> {
    let shape = |Unfit { path, problem }| PayloadError::Shape {
        path: if path.is_empty() { path } else { format!(".{path}") },
        problem,
    };
    wire::parse(json.as_bytes()).map(Arc::new).map_err(shape)
}

/// Declares the table: stream kind, payload, wire type without its version, version.
macro_rules! events {
    ($( $stream:ident $payload:ident $wire:literal $version:literal; )+) => {
        /// The type of an event, with its version.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventType { $(
            #[doc = concat!("`", $wire, ".v", $version, "`")]
            $payload,
        )+ }

        impl EventType {
            /// Every type of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$payload),+];

            /// The CloudEvents `type`, such as `tais.activity.reported.v1`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$payload => concat!($wire, ".v", $version)),+ }
            }

            /// The kind of stream it belongs to.
            #[must_use]
            pub const fn stream_kind(self) -> StreamKind {
                match self { $(Self::$payload => StreamKind::$stream),+ }
            }

            /// The message of `proto/tais/v1` that describes its payload.
            #[must_use]
            pub const fn message_name(self) -> &'static str {
                match self { $(Self::$payload => concat!("tais.v1.", stringify!($payload))),+ }
            }

            /// The type with this CloudEvents name.
            ///
            /// # Errors
            /// When the name is unknown, or known in an older version only.
            pub fn parse(name: &str) -> Result<Self, PayloadError> {
                match name { $(concat!($wire, ".v", $version) => return Ok(Self::$payload),)+ _ => {} }
                let (base, version) = name.rsplit_once(".v").unwrap_or((name, ""));
                match (base, version.parse::<u32>()) {
                    $(($wire, Ok(v)) if v > $version => Err(PayloadError::FutureVersion(name.chars().take(80).collect(), $version)),)+
                    _ => Err(PayloadError::UnknownType(name.chars().take(80).collect())),
                }
            }
        }

        /// An event: what happened, as a typed value. It never changes, so who passes it on shares it.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event { $(
            #[doc = concat!("`", $wire, ".v", $version, "`")]
            $payload(Arc<$payload>),
        )+ }

        impl Event {
            /// Its type.
            #[must_use]
            pub const fn event_type(&self) -> EventType {
                match self { $(Self::$payload(_) => EventType::$payload),+ }
            }

            /// Parses a payload of a known type.
            ///
            /// # Errors
            /// When the payload does not have that type's shape; the message names the field.
            pub fn parse(event_type: EventType, json: &str) -> Result<Self, PayloadError> {
                match event_type { $(EventType::$payload => parse_payload(json).map(Self::$payload)),+ }
            }

            /// The payload as proto3 JSON.
            ///
            /// # Errors
            /// Never for values of this contract; the signature is serde's.
            pub fn to_json(&self) -> serde_json::Result<String> {
                serde_json::to_string(self)
            }
        }

        impl Serialize for Event {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Self::$payload(payload) => payload.as_ref().serialize(serializer)),+ }
            }
        }

        $(impl From<$payload> for Event {
            fn from(payload: $payload) -> Self {
                Self::$payload(Arc::new(payload))
            }
        })+
    };
}

events! {
    Activity ActivityReported "tais.activity.reported" 1;
    Activity ActivityRevised "tais.activity.revised" 1;
    Activity ActivityParticipationRecorded "tais.activity.participation-recorded" 1;
    Activity ActivityDocumentAttached "tais.activity.document-attached" 1;
    Activity ActivityOutcomeRecorded "tais.activity.outcome-recorded" 1;
    Activity ActivitySubmitted "tais.activity.submitted" 1;
    Activity ActivityReturned "tais.activity.returned" 1;
    Activity ActivityValidated "tais.activity.validated" 1;
    Activity ActivityAcknowledged "tais.activity.acknowledged" 1;
    Activity ActivityWithdrawn "tais.activity.withdrawn" 1;
    Commitment CommitmentMade "tais.commitment.made" 1;
    Commitment CommitmentProgressed "tais.commitment.progressed" 1;
    Commitment CommitmentFulfilled "tais.commitment.fulfilled" 1;
    Commitment CommitmentExtended "tais.commitment.extended" 1;
    Commitment CommitmentLapsed "tais.commitment.lapsed" 1;
    Indicator IndicatorDefined "tais.indicator.defined" 1;
    Indicator IndicatorBaselineSet "tais.indicator.baseline-set" 1;
    Indicator IndicatorTargetSet "tais.indicator.target-set" 1;
    Indicator IndicatorMeasured "tais.indicator.measured" 1;
    Indicator IndicatorCorrected "tais.indicator.corrected" 1;
    Forum ForumSessionHeld "tais.forum.session-held" 1;
    Forum ForumMemberJoined "tais.forum.member-joined" 1;
    Forum ForumMentorshipStarted "tais.forum.mentorship-started" 1;
    Forum ForumMentorshipCompleted "tais.forum.mentorship-completed" 1;
    Forum ForumErasureAsked "tais.forum.erasure-asked" 1;
    Forum ForumPersonErased "tais.forum.person-erased" 1;
    Obligation ObligationScheduled "tais.obligation.scheduled" 1;
    Obligation ObligationMet "tais.obligation.met" 1;
    Obligation ObligationMissed "tais.obligation.missed" 1;
    Report ReportPrepared "tais.report.prepared" 1;
    Report ReportSealed "tais.report.sealed" 1;
    Report ReportPresented "tais.report.presented" 1;
    Report ReportRestated "tais.report.restated" 1;
    Refusal RefusalRefused "tais.refusal.refused" 1;
    Security SecuritySignedIn "tais.security.signed-in" 1;
    Security SecuritySignInFailed "tais.security.sign-in-failed" 1;
    Security SecurityDenied "tais.security.denied" 1;
    Security SecurityIdentityTied "tais.security.identity-tied" 1;
    Security SecurityIdentityUntied "tais.security.identity-untied" 1;
    Security SecurityExported "tais.security.exported" 1;
    Security SecurityVerified "tais.security.verified" 1;
    Registry RegistryGenesis "tais.registry.genesis" 1;
    Registry RegistryItemAdopted "tais.registry.item-adopted" 1;
    Registry RegistryItemConfirmed "tais.registry.item-confirmed" 1;
    Registry RegistryItemSuperseded "tais.registry.item-superseded" 1;
    Registry RegistryItemRetired "tais.registry.item-retired" 1;
    Registry RegistryKeyRegistered "tais.registry.key-registered" 1;
    Registry RegistryKeyRotated "tais.registry.key-rotated" 1;
    Registry RegistryKeyRevoked "tais.registry.key-revoked" 1;
    Registry RegistryRoleGranted "tais.registry.role-granted" 1;
    Registry RegistryRoleRevoked "tais.registry.role-revoked" 1;
}
