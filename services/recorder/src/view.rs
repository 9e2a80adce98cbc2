//! The recorder's view of the log: the registry, and a bounded cache of folded streams.
//!
//! It is a cache and nothing more: it can be thrown away at any moment and read again.

use std::num::NonZeroUsize;

use lru::LruCache;
use tais_domain::Registry;
use tais_domain::admission::StreamState;
use tais_log::{Entry, Log};
use tais_proto::{Envelope, Event, Position, SigningKey, StreamId, StreamKind};

use crate::RecorderError;
use crate::keys::{LogKeys, held, read_registry};

/// How many folded streams are kept; some kilobytes each.
const STREAMS_MAX: NonZeroUsize = NonZeroUsize::new(10_000).expect("not zero");

/// The view, as of everything this recorder has appended or read.
#[derive(Debug)]
pub struct View {
    /// How many entries the log had: what is planned on this view is appended to a log of that size or not at all.
    pub size: u64,
    /// Keys and roles.
    pub registry: Registry,
    /// The log's own key, as the registry has it.
    pub key: SigningKey,
    /// How many entries the log's own key has signed.
    pub log_key_seq: u32,
    streams: LruCache<StreamId, Option<StreamState>>,
}

impl View {
    /// Reads the registry from the genesis on.
    ///
    /// # Errors
    /// When there is no genesis, the record does not fold, or the log's key is not held here.
    pub async fn load<L: Log>(log: &L, keys: &LogKeys) -> Result<Self, RecorderError> {
        // First: what is read after it may be newer, and then this size is none that the log has.
        let size = log.head().await?.size;
        let registry = read_registry(log).await?;
        let key = held(&registry, u64::MAX, keys)?;
        let log_key_seq = log.last_key_seq(&key.key_id()).await?;
        let streams = LruCache::new(STREAMS_MAX);
        Ok(Self { size, registry, key, log_key_seq, streams })
    }

    /// Whether the log still signs with the key that this was loaded with.
    pub fn has_the_logs_key(&self) -> bool {
        self.registry.log_key(u64::MAX).is_some_and(|record| record.public_key == self.key.public_key())
    }

    /// What a stream is, as far as that is known without reading the log.
    pub fn cached(&mut self, id: StreamId) -> Option<StreamState> {
        self.streams.get(&id).cloned().flatten()
    }

    /// Forgets what a stream was: more of it is in the log than was thought.
    pub fn forget(&mut self, id: StreamId) {
        self.streams.pop(&id);
    }

    /// What a stream is; read and folded from the log where it is not cached.
    ///
    /// # Errors
    /// When the log cannot be read, or the stream does not fold.
    pub async fn stream<L: Log>(
        &mut self,
        log: &L,
        id: StreamId,
    ) -> Result<Option<StreamState>, RecorderError> {
        if let Some(state) = self.streams.get(&id) {
            return Ok(state.clone());
        }
        let mut state = None;
        for entry in log.read_stream(id).await? {
            state = Some(evolve(state, &envelope_of(&entry)?, entry.position)?);
        }
        self.streams.put(id, state.clone());
        Ok(state)
    }

    /// Takes in what was just appended, of the registry and of the log's own; what streams are is [remembered](Self::remember).
    ///
    /// # Errors
    /// When it does not fold, which means that the plan and the log disagree.
    pub fn apply(&mut self, envelope: &Envelope, position: Position) -> Result<(), RecorderError> {
        if matches!(envelope.event, Event::RefusalRefused(_)) {
            self.log_key_seq = self.log_key_seq.max(envelope.key_seq);
        }
        if envelope.stream.kind != StreamKind::Registry {
            return Ok(());
        }
        let applied = self.registry.apply(position, envelope);
        applied.map_err(|source| RecorderError::Broken { position: position.0, source })
    }

    /// What streams are now.
    pub fn remember(&mut self, streams: impl IntoIterator<Item = (StreamId, StreamState)>) {
        for (id, state) in streams {
            self.streams.put(id, Some(state));
        }
    }
}

pub(crate) fn envelope_of(entry: &Entry) -> Result<Envelope, RecorderError> {
    entry.envelope().map_err(|source| RecorderError::Unreadable { position: entry.position.0, source })
}

fn evolve(
    state: Option<StreamState>,
    envelope: &Envelope,
    position: Position,
) -> Result<StreamState, RecorderError> {
    StreamState::evolve(state, envelope)
        .map_err(|source| RecorderError::Broken { position: position.0, source })
}
