//! Changes of roles and of the log's key: who has an account is kept by the web shell, what it may do
//! and which key signs is in the log.
//!
//! A role is granted by two administrators, and the log's key rotated by two: one asks, another
//! approves. One alone takes a role back, with a reason. All are events, published over the office's
//! outbox.

use tais_bus::{Item, NewEvents, Outbox, OutboxError};
use tais_domain::{Refusal, Registry};
use tais_log::{Clock, Log as _, LogError, PostgresLog};
use tais_proto::event::registry::{RegistryKeyRotated, RegistryRoleGranted, RegistryRoleRevoked};
use tais_proto::{
    AccountId, Event, EventId, KeyId, Position, PublicKey, Publisher, StreamId, StreamKind, StreamRef,
};
use tais_web::session::SignedIn;

/// Why the registry was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// A rule.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Another change is on its way.
    #[error("another change of keys or roles is on its way: look again in a moment")]
    OnItsWay,
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The registry cannot be folded.
    #[error("the registry cannot be read: {0}")]
    Unreadable(String),
}

/// What is changed.
#[derive(Clone, Debug)]
pub enum Change {
    /// A role that one administrator asked for is granted by another.
    Grant {
        /// Who asked.
        asked_by: AccountId,
        /// Whose role.
        person: SignedIn,
    },
    /// A role is taken back.
    Revoke {
        /// Whose.
        person: SignedIn,
        /// Why.
        reason: String,
    },
    /// The log's key is followed by one that one administrator asked for and another approves.
    Rotate {
        /// Who asked.
        asked_by: AccountId,
        /// The key it had then.
        key: KeyId,
        /// The next one.
        successor: PublicKey,
    },
}

impl Change {
    /// Who acts, and what is said. Who asked is who acts; who agrees approves.
    fn event(&self, by: AccountId) -> (AccountId, Event) {
        match self {
            Self::Grant { asked_by, person: SignedIn { account, role, pillar, .. } } => {
                let (account, role, pillar) = (*account, *role, *pillar);
                (*asked_by, RegistryRoleGranted { account, role, pillar, approved_by: Some(by) }.into())
            }
            Self::Revoke { person: SignedIn { account, role, pillar, .. }, reason } => {
                let (account, role, pillar, reason) = (*account, *role, *pillar, reason.clone());
                (by, RegistryRoleRevoked { account, role, pillar, reason }.into())
            }
            Self::Rotate { asked_by, key, successor } => {
                let rotated = RegistryKeyRotated {
                    key_id: key.clone(),
                    successor: successor.key_id(),
                    public_key: *successor,
                    approved_by: Some(by),
                };
                (*asked_by, rotated.into())
            }
        }
    }
}

fn unreadable(error: &dyn std::fmt::Display) -> ChangeError {
    ChangeError::Unreadable(error.to_string())
}

/// The registry, and the ways to change it.
#[derive(Clone)]
pub struct RegistryChanges {
    log: PostgresLog,
    outbox: Outbox,
    clock: Clock,
}

impl RegistryChanges {
    /// On the log, and on the office's own outbox.
    #[must_use]
    pub const fn new(log: PostgresLog, outbox: Outbox, clock: Clock) -> Self {
        Self { log, outbox, clock }
    }

    /// The registry as the log has it now, and its stream.
    ///
    /// # Errors
    /// When the log does not answer, or was altered.
    pub async fn registry(&self) -> Result<(StreamId, Registry), ChangeError> {
        let genesis = self.log.read_one(Position(0)).await?;
        let stream = genesis.ok_or_else(|| unreadable(&"the log has no genesis"))?.stream.id;
        let mut registry = Registry::default();
        for entry in self.log.read_stream(stream).await? {
            let envelope = entry.envelope().map_err(|error| unreadable(&error))?;
            registry.apply(entry.position, &envelope).map_err(|error| unreadable(&error))?;
        }
        Ok((stream, registry))
    }

    /// Changes that are not recorded yet, or never will be.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn open(&self) -> Result<Vec<Item>, OutboxError> {
        let open = self.outbox.open_items().await?;
        Ok(open.into_iter().filter(|item| item.stream.kind == StreamKind::Registry).collect())
    }

    /// Puts away what was refused: it was read.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn put_away(&self) -> Result<(), OutboxError> {
        for item in self.open().await?.iter().filter(|item| !item.is_pending()) {
            self.outbox.resolve(item.stream_id()).await?;
        }
        Ok(())
    }

    /// Makes a change, and keeps it on disk until it is recorded; making the same again gives the same.
    /// The id was made when the form was shown.
    ///
    /// # Errors
    /// When a rule is broken, or the disk does not take it; nothing is changed then.
    pub async fn change(&self, id: EventId, by: AccountId, change: &Change) -> Result<Item, ChangeError> {
        let (actor, event) = change.event(by);
        if let Some(item) = self.outbox.item(id).await? {
            let same = item.actor == actor && item.event == event;
            return if same { Ok(item) } else { Err(OutboxError::IdReused(Box::new(item)).into()) };
        }
        if self.open().await?.iter().any(Item::is_pending) {
            return Err(ChangeError::OnItsWay);
        }
        let (stream, registry) = self.registry().await?;
        registry.check(&event, Publisher::Office, actor)?;
        // Every change was decided on the registry as it is now: none waits for one that was refused.
        self.put_away().await?;
        let new = NewEvents {
            stream: StreamRef { kind: StreamKind::Registry, id: stream },
            base_version: registry.version(),
            actor,
            correlation: id.0,
            causation: None,
            time: (self.clock)(),
            asked: None,
            events: vec![(id, event)],
        };
        let items = self.outbox.save(&new).await?;
        items.into_iter().next().ok_or(ChangeError::OnItsWay)
    }
}
