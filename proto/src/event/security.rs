//! Sign-ins, denials, exports and verifications. Counted by minute, so that an attacker cannot
//! flood the log.

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, Position};
use crate::when::Timestamp;

/// An account signed in, this often within a minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecuritySignedIn {
    /// Who.
    pub account: AccountId,
    /// The minute.
    pub minute: Timestamp,
    /// How often.
    pub count: u32,
}

/// Sign-ins failed, this often within a minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecuritySignInFailed {
    /// The account that was tried, where it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The minute.
    pub minute: Timestamp,
    /// How often.
    pub count: u32,
}

/// Something was denied, this often within a minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecurityDenied {
    /// Who asked, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What was asked for.
    pub action: String,
    /// The minute.
    pub minute: Timestamp,
    /// How often.
    pub count: u32,
}

/// Whoever signs in at the identity provider under some identifier is from now on this account. The
/// identifier itself is not said: it is a person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecurityIdentityTied {
    /// Who.
    pub account: AccountId,
    /// The identity provider's address, as it names itself.
    pub issuer: String,
}

/// The same is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecurityIdentityUntied {
    /// Who.
    pub account: AccountId,
    /// The identity provider's address, as it names itself.
    pub issuer: String,
}

/// Something was taken out of the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecurityExported {
    /// Who.
    pub account: AccountId,
    /// What.
    pub what: String,
    /// As of which position.
    pub position: Position,
}

/// The record was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecurityVerified {
    /// Who.
    pub account: AccountId,
    /// Up to which position.
    pub position: Position,
    /// The tree root that was computed, 64 lower-case hexadecimal digits.
    pub root: String,
    /// Whether everything agreed.
    #[serde(default)]
    pub intact: bool,
}
