//! Who says events of a pillar with its key, without a correspondent's service: for tests of what comes after it.

use std::sync::atomic::{AtomicU32, Ordering};

use tais_log::{NewEntry, system_clock};
use tais_proto::{
    AccountId, Envelope, Event, EventId, Pillar, Publisher, Role, SigningKey, Source, StreamId, StreamKind,
    StreamRef,
};
use uuid::Uuid;

use crate::{Cluster, state};

/// One pillar's key, and who writes with it.
pub struct Author {
    /// Whose events these are.
    pub pillar: Pillar,
    key: SigningKey,
    actor: AccountId,
    sequence: AtomicU32,
}

impl Author {
    /// The correspondent of a pillar.
    ///
    /// # Errors
    /// When the cluster knows none.
    pub fn new(cluster: &Cluster, pillar: Pillar) -> anyhow::Result<Self> {
        Ok(Self {
            pillar,
            key: cluster.secrets.publisher_key(Publisher::from(pillar))?,
            actor: cluster.account(Role::Correspondent, Some(pillar))?,
            sequence: AtomicU32::new(0),
        })
    }

    /// The next event of an activity, signed.
    ///
    /// # Errors
    /// Never for events of the contract.
    pub fn says(&self, stream: StreamId, version: u32, event: Event) -> anyhow::Result<NewEntry> {
        let id = EventId(Uuid::now_v7());
        let envelope = Envelope {
            id,
            source: Source { state: state(), publisher: Publisher::from(self.pillar) },
            stream: StreamRef { kind: StreamKind::Activity, id: stream },
            stream_version: version,
            time: system_clock()(),
            correlation: id.0,
            causation: None,
            actor: self.actor,
            key_id: self.key.key_id(),
            key_seq: self.sequence.fetch_add(1, Ordering::Relaxed) + 1,
            event,
        };
        Ok(NewEntry { signed: self.key.sign(envelope.to_bytes()?), envelope, pillar: Some(self.pillar) })
    }
}
