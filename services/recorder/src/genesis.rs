//! Where trust begins: the genesis at position 0, and the first keys and roles, signed by the log.

use std::sync::Arc;

use tais_log::{Log, NewEntry, Outcome};
use tais_proto::event::registry::{RegistryGenesis, RegistryKeyRegistered, RegistryRoleGranted};
use tais_proto::reference::StateCode;
use tais_proto::vocabulary::{Attestation, ChangeRule};
use tais_proto::{
    AccountId, Envelope, Event, EventId, LeafHash, Pillar, PublicKey, Publisher, Role, SigningKey, Source,
    StreamId, StreamKind, StreamRef, Timestamp,
};
use uuid::Uuid;

use crate::RecorderError;

/// What a new log begins with.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// The log's name, as its checkpoints will carry it.
    pub origin: String,
    /// The member state whose record it is.
    pub state: StateCode,
    /// The first administrator.
    pub administrator: AccountId,
    /// Whether it will hold sample data, shown on every page.
    pub sample: bool,
    /// The first key of each publisher.
    pub keys: Vec<(Publisher, PublicKey)>,
    /// The first role of each other account.
    pub roles: Vec<(AccountId, Role, Option<Pillar>)>,
}

/// Writes the beginning into an empty log, in one transaction; leaves a log that has one as it is.
///
/// Returns the leaf hash of the genesis, which auditors and the witness pin.
///
/// # Errors
/// When the log cannot be written.
pub async fn begin<L: Log>(
    log: &L,
    key: &SigningKey,
    beginning: &Beginning,
    now: Timestamp,
) -> Result<LeafHash, RecorderError> {
    if let Some(genesis) = log.read_one(tais_proto::Position(0)).await? {
        return Ok(genesis.leaf_hash);
    }
    let entries = entries(key, beginning, now)?;
    let outcomes = log.append(&entries, &[]).await?;
    match outcomes.first() {
        Some(Outcome::Recorded(receipt) | Outcome::AlreadyRecorded(receipt)) => Ok(receipt.leaf_hash),
        // Somebody else began the log between our look and our append.
        _ => match log.read_one(tais_proto::Position(0)).await? {
            Some(genesis) => Ok(genesis.leaf_hash),
            None => Err(RecorderError::NoGenesis),
        },
    }
}

fn entries(key: &SigningKey, beginning: &Beginning, now: Timestamp) -> Result<Vec<NewEntry>, RecorderError> {
    let stream = StreamRef { kind: StreamKind::Registry, id: StreamId(Uuid::now_v7()) };
    let events = events(key.public_key(), beginning);
    let correlation = Uuid::now_v7();
    (1..)
        .zip(events)
        .map(|(version, event)| {
            let envelope = Envelope {
                id: EventId(Uuid::now_v7()),
                source: Source { state: beginning.state.clone(), publisher: Publisher::Log },
                stream,
                stream_version: version,
                time: now,
                correlation,
                causation: None,
                actor: beginning.administrator,
                key_id: key.key_id(),
                key_seq: version,
                event,
            };
            sign(key, envelope, None)
        })
        .collect()
}

fn events(log_key: PublicKey, beginning: &Beginning) -> Vec<Event> {
    let genesis = RegistryGenesis {
        origin: beginning.origin.clone(),
        log_key,
        administrator: beginning.administrator,
        change_rule: ChangeRule::TwoPeople,
        sample: beginning.sample,
    };
    let keys = beginning.keys.iter().map(|(publisher, public_key)| {
        Event::from(RegistryKeyRegistered {
            key_id: public_key.key_id(),
            public_key: *public_key,
            publisher: *publisher,
            attestation: Attestation::Server,
            approved_by: None,
        })
    });
    let roles = beginning.roles.iter().map(|(account, role, pillar)| {
        Event::from(RegistryRoleGranted {
            account: *account,
            role: *role,
            pillar: *pillar,
            approved_by: None,
        })
    });
    std::iter::once(genesis.into()).chain(keys).chain(roles).collect()
}

/// Signs an envelope of the log's own.
pub(crate) fn sign(
    key: &SigningKey,
    envelope: Envelope,
    pillar: Option<Pillar>,
) -> Result<NewEntry, RecorderError> {
    let signed = key.sign(envelope.to_bytes()?);
    Ok(NewEntry { signed, envelope: Arc::new(envelope), pillar })
}
