//! The log's registry: keys and roles as the record itself says they are, by position.
//!
//! Trust begins with the genesis at position 0. Every service learns keys and roles by folding the
//! registry from there; nothing is trusted because a table says so.

use std::collections::{BTreeMap, BTreeSet};

use tais_proto::event::registry::*;
use tais_proto::vocabulary::Attestation;
use tais_proto::{AccountId, Envelope, Event, KeyId, Position, PublicKey, Publisher, Role, StreamId};

use crate::Happened;
use crate::policy::Grant;
use crate::refusal::{EvolveError, Refusal, Rule};

/// A key as the registry knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// The key.
    pub public_key: PublicKey,
    /// For whom it signs.
    pub publisher: Publisher,
    /// Who holds it when it signs.
    pub attestation: Attestation,
    /// The position that registered it; it signs for later ones.
    pub from: Position,
    /// The position that ended it; it signs for no later one.
    pub until: Option<Position>,
}

/// Keys, roles and the genesis, as of the last entry applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    stream: Option<StreamId>,
    version: u32,
    genesis: Option<RegistryGenesis>,
    keys: BTreeMap<KeyId, KeyRecord>,
    grants: BTreeMap<AccountId, BTreeSet<Grant>>,
}

impl Registry {
    /// The genesis, once it was applied.
    #[must_use]
    pub const fn genesis(&self) -> Option<&RegistryGenesis> {
        self.genesis.as_ref()
    }

    /// The one stream that is the registry: the one of the genesis.
    #[must_use]
    pub const fn stream(&self) -> Option<StreamId> {
        self.stream
    }

    /// The version of its last event.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// A key that may sign the next entry.
    #[must_use]
    pub fn valid_key(&self, key_id: &KeyId) -> Option<&KeyRecord> {
        self.keys.get(key_id).filter(|key| key.until.is_none())
    }

    /// The log's own key once it has so many entries: what signs the next one, and the checkpoint of them.
    #[must_use]
    pub fn log_key(&self, size: u64) -> Option<&KeyRecord> {
        let is_valid = |key: &&KeyRecord| {
            key.publisher == Publisher::Log
                && key.from.0 < size
                && key.until.is_none_or(|until| until.0 >= size)
        };
        // The rules let it have one; who verifies a record that broke them takes the last that it was given.
        self.keys.values().filter(is_valid).max_by_key(|key| key.from)
    }

    /// Every key that the log ever had, the first one first.
    #[must_use]
    pub fn log_keys(&self) -> Vec<&KeyRecord> {
        let mut keys: Vec<&KeyRecord> =
            self.keys.values().filter(|key| key.publisher == Publisher::Log).collect();
        keys.sort_by_key(|key| key.from);
        keys
    }

    /// Every key that was ever registered.
    pub fn keys(&self) -> impl Iterator<Item = (&KeyId, &KeyRecord)> {
        self.keys.iter()
    }

    /// What an account may act as.
    pub fn grants_of(&self, account: AccountId) -> impl Iterator<Item = &Grant> {
        self.grants.get(&account).into_iter().flatten()
    }

    /// Every role of every account.
    pub fn grants(&self) -> impl Iterator<Item = (AccountId, &Grant)> {
        self.grants.iter().flat_map(|(account, grants)| grants.iter().map(|grant| (*account, grant)))
    }

    fn is_administrator(&self, account: AccountId) -> bool {
        self.grants_of(account).any(|grant| grant.role == Role::Administrator)
    }

    /// The rules: whether this event may follow.
    ///
    /// # Errors
    /// When a rule is broken.
    pub fn check(&self, event: &Event, publisher: Publisher, actor: AccountId) -> Result<(), Refusal> {
        match (event, &self.genesis) {
            (Event::RegistryGenesis(_), None) => return Ok(()),
            (Event::RegistryGenesis(_), Some(_)) => return Err(Rule::AlreadyBegun.into()),
            (_, None) => return Err(Rule::NotBegun.into()),
            _ => {}
        }
        match event {
            Event::RegistryKeyRegistered(registered) => {
                if registered.publisher == Publisher::Log {
                    return Err(Refusal::at(Rule::LogKeyOnlyRotates, "/publisher"));
                }
                self.check_first_or_two(publisher, actor, registered.approved_by, || {
                    !self.keys.values().any(|key| key.publisher == registered.publisher)
                })?;
                self.check_new_key(&registered.key_id, registered.public_key, "/keyId")
            }
            Event::RegistryRoleGranted(granted) => {
                let ungranted = || !self.grants.contains_key(&granted.account);
                self.check_first_or_two(publisher, actor, granted.approved_by, ungranted)?;
                let correspondent = granted.role == Role::Correspondent;
                if correspondent == granted.pillar.is_some() {
                    Ok(())
                } else {
                    Err(Refusal::at(Rule::PillarOfRole, "/pillar"))
                }
            }
            Event::RegistryKeyRotated(rotated) => {
                self.check_two(actor, rotated.approved_by)?;
                self.valid_key(&rotated.key_id).ok_or(Refusal::at(Rule::KeyInvalid, "/keyId"))?;
                self.check_new_key(&rotated.successor, rotated.public_key, "/successor")
            }
            Event::RegistryKeyRevoked(revoked) => {
                crate::activity::require(Some(&revoked.reason), "/reason")?;
                let key = self.valid_key(&revoked.key_id).ok_or(Refusal::at(Rule::KeyInvalid, "/keyId"))?;
                match key.publisher {
                    Publisher::Log => Err(Refusal::at(Rule::LogKeyOnlyRotates, "/keyId")),
                    _ => Ok(()),
                }
            }
            Event::RegistryRoleRevoked(revoked) => crate::activity::require(Some(&revoked.reason), "/reason"),
            Event::RegistryItemRetired(retired) => crate::activity::require(Some(&retired.reason), "/reason"),
            _ => Ok(()),
        }
    }

    /// The log itself may register only what nobody has yet; from then on it takes two people.
    fn check_first_or_two(
        &self,
        publisher: Publisher,
        actor: AccountId,
        approved_by: Option<AccountId>,
        is_first: impl FnOnce() -> bool,
    ) -> Result<(), Refusal> {
        match publisher {
            Publisher::Log if is_first() => Ok(()),
            _ => self.check_two(actor, approved_by),
        }
    }

    fn check_two(&self, actor: AccountId, approved_by: Option<AccountId>) -> Result<(), Refusal> {
        match approved_by {
            Some(second) if second != actor && self.is_administrator(second) => Ok(()),
            _ => Err(Refusal::at(Rule::SecondPersonMissing, "/approvedBy")),
        }
    }

    fn check_new_key(&self, key_id: &KeyId, public_key: PublicKey, pointer: &str) -> Result<(), Refusal> {
        if *key_id == public_key.key_id() && !self.keys.contains_key(key_id) {
            Ok(())
        } else {
            Err(Refusal::at(Rule::KeyMismatch, pointer))
        }
    }

    /// Takes in one more event of the registry's stream, recorded at `position`.
    ///
    /// # Errors
    /// Only for an event that was never admitted here.
    pub fn apply(&mut self, position: Position, envelope: &Envelope) -> Result<(), EvolveError> {
        let happened = Happened::from(envelope);
        if happened.version != self.version + 1 {
            return Err(EvolveError::of(&happened));
        }
        self.version = happened.version;
        match happened.event {
            Event::RegistryGenesis(genesis) => {
                let record = (genesis.log_key, Publisher::Log, Attestation::Server);
                self.add_key(genesis.log_key.key_id(), record, position);
                let administrator = Grant { role: Role::Administrator, pillar: None };
                self.grants.entry(genesis.administrator).or_default().insert(administrator);
                self.genesis = Some((**genesis).clone());
                self.stream = Some(envelope.stream.id);
            }
            Event::RegistryKeyRegistered(r) => {
                self.add_key(r.key_id.clone(), (r.public_key, r.publisher, r.attestation), position);
            }
            Event::RegistryKeyRotated(rotated) => {
                let old = self.keys.get_mut(&rotated.key_id).ok_or(EvolveError::of(&happened))?;
                old.until = Some(position);
                let record = (rotated.public_key, old.publisher, old.attestation);
                self.add_key(rotated.successor.clone(), record, position);
            }
            Event::RegistryKeyRevoked(revoked) => {
                self.keys.get_mut(&revoked.key_id).ok_or(EvolveError::of(&happened))?.until = Some(position);
            }
            Event::RegistryRoleGranted(granted) => {
                let grant = Grant { role: granted.role, pillar: granted.pillar };
                self.grants.entry(granted.account).or_default().insert(grant);
            }
            Event::RegistryRoleRevoked(revoked) => {
                let grant = Grant { role: revoked.role, pillar: revoked.pillar };
                self.grants.entry(revoked.account).or_default().remove(&grant);
            }
            Event::RegistryItemAdopted(_)
            | Event::RegistryItemConfirmed(_)
            | Event::RegistryItemSuperseded(_)
            | Event::RegistryItemRetired(_) => {}
            _ => return Err(EvolveError::of(&happened)),
        }
        Ok(())
    }

    fn add_key(
        &mut self,
        id: KeyId,
        (public_key, publisher, attestation): (PublicKey, Publisher, Attestation),
        from: Position,
    ) {
        self.keys.insert(id, KeyRecord { public_key, publisher, attestation, from, until: None });
    }
}
