//! The log's own registry: where trust begins, and how keys, roles and reference items change.

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, KeyId};
use crate::reference::{FrameworkCode, ItemCode};
use crate::signing::PublicKey;
use crate::text::Texts;
use crate::vocabulary::{Attestation, ChangeRule, Pillar, Publisher, Role};
use crate::when::{Date, iso_date};

/// Position 0: names the log, its key, the first administrator and how changes are decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistryGenesis {
    /// The log's name, as its checkpoints will carry it.
    pub origin: String,
    /// The log's key.
    pub log_key: PublicKey,
    /// The first administrator.
    pub administrator: AccountId,
    /// How keys and roles change from here on.
    pub change_rule: ChangeRule,
    /// Whether this log holds sample data; shown on every page.
    #[serde(default)]
    pub sample: bool,
}

/// A reference item is taken into use, beyond those the software ships with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistryItemAdopted {
    /// Its framework.
    pub framework: FrameworkCode,
    /// Its code.
    pub item: ItemCode,
    /// The item it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ItemCode>,
    /// Its title.
    pub title: Texts,
    /// Who says so.
    pub source: String,
    /// First day in force.
    #[serde(with = "iso_date")]
    pub valid_from: Date,
}

/// An authorised person confirms an item that shipped unconfirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistryItemConfirmed {
    /// The item.
    pub item: ItemCode,
    /// Who says so.
    pub source: String,
}

/// One item takes the place of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistryItemSuperseded {
    /// The old item.
    pub item: ItemCode,
    /// The new one.
    pub by: ItemCode,
    /// First day of the new one.
    #[serde(with = "iso_date")]
    pub from: Date,
}

/// An item goes out of use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistryItemRetired {
    /// The item.
    pub item: ItemCode,
    /// Last day in force.
    #[serde(with = "iso_date")]
    pub on: Date,
    /// Why; never empty.
    pub reason: String,
}

/// A key may sign for a publisher from the next position on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistryKeyRegistered {
    /// The key's name; derived from the key.
    pub key_id: KeyId,
    /// The key.
    pub public_key: PublicKey,
    /// For whom it signs.
    pub publisher: Publisher,
    /// Who holds it when it signs.
    pub attestation: Attestation,
    /// Who approved, beside the actor of the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<AccountId>,
}

/// A key is followed by another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistryKeyRotated {
    /// The old key; not valid after this position.
    pub key_id: KeyId,
    /// The new key's name.
    pub successor: KeyId,
    /// The new key.
    pub public_key: PublicKey,
    /// Who approved, beside the actor of the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<AccountId>,
}

/// A key is not to be trusted after this position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistryKeyRevoked {
    /// The key.
    pub key_id: KeyId,
    /// Why; never empty.
    pub reason: String,
}

/// An account may act in a role from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistryRoleGranted {
    /// Who.
    pub account: AccountId,
    /// In what role.
    pub role: Role,
    /// For which pillar; a correspondent has exactly one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pillar: Option<Pillar>,
    /// Who approved, beside the actor of the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<AccountId>,
}

/// An account may no longer act in a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistryRoleRevoked {
    /// Who.
    pub account: AccountId,
    /// From what role.
    pub role: Role,
    /// Of which pillar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pillar: Option<Pillar>,
    /// Why; never empty.
    pub reason: String,
}
