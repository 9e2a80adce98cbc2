//! The log's own keys: which one signs is what the registry says, and rotation is an entry like any other.

use std::sync::Arc;

use tais_domain::Registry;
use tais_log::Log;
use tais_proto::{KeyId, Position, SigningKey};

use crate::RecorderError;
use crate::view::envelope_of;

/// The keys that lie where this recorder runs, by their names. Asked anew each time: a successor is made
/// while the recorder runs.
pub type LogKeys = Arc<dyn Fn(&KeyId) -> Option<SigningKey> + Send + Sync>;

/// A log's one key, where there are no others.
#[must_use]
pub fn only(key: SigningKey) -> LogKeys {
    Arc::new(move |id| (key.key_id() == *id).then(|| key.clone()))
}

/// The keys and roles that the log has now.
pub(crate) async fn read_registry<L: Log>(log: &L) -> Result<Registry, RecorderError> {
    let genesis = log.read_one(Position(0)).await?.ok_or(RecorderError::NoGenesis)?;
    let mut registry = Registry::default();
    for entry in log.read_stream(genesis.stream.id).await? {
        let envelope = envelope_of(&entry)?;
        registry
            .apply(entry.position, &envelope)
            .map_err(|source| RecorderError::Broken { position: entry.position.0, source })?;
    }
    Ok(registry)
}

/// The private half of the key that the log has once it holds so many entries.
pub(crate) fn held(registry: &Registry, size: u64, keys: &LogKeys) -> Result<SigningKey, RecorderError> {
    let key = registry.log_key(size).ok_or(RecorderError::NoGenesis)?.public_key;
    // What lies under a key's name is that key, or it is of no use.
    let held = keys(&key.key_id()).filter(|held| held.public_key() == key);
    held.ok_or_else(|| RecorderError::KeyNotHeld(key.key_id()))
}
