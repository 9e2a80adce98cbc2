//! Accounts and their roles: who has an account is kept by the web shell, what it may do is in the log.
//!
//! A role is granted by two administrators: one asks, another grants. One alone takes it back, with a
//! reason. Both are events, published over the office's outbox.

use tais_bus::{Item, NewEvents, Outbox, OutboxError};
use tais_domain::{Refusal, Registry};
use tais_log::{Clock, Log as _, LogError, PostgresLog};
use tais_proto::event::registry::{RegistryRoleGranted, RegistryRoleRevoked};
use tais_proto::{AccountId, Event, EventId, Position, Publisher, StreamId, StreamKind, StreamRef};
use tais_web::session::SignedIn;

/// Why a role was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
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

/// A change of a role.
#[derive(Clone, Debug)]
pub enum Change {
    /// Asked for by one administrator, granted by another.
    Grant {
        /// Who asked.
        asked_by: AccountId,
    },
    /// Taken back.
    Revoke {
        /// Why.
        reason: String,
    },
}

/// What is changed, by whom, under which id.
#[derive(Clone, Debug)]
pub struct RoleChange {
    /// Made when the form was shown.
    pub id: EventId,
    /// The administrator at the form.
    pub by: AccountId,
    /// Whose role.
    pub person: SignedIn,
    /// What is done.
    pub change: Change,
}

impl RoleChange {
    /// Who acts, and what is said. Who asked for a role is who acts; who grants it approves.
    fn event(&self) -> (AccountId, Event) {
        let SignedIn { account, role, pillar, .. } = self.person;
        match &self.change {
            Change::Grant { asked_by } => {
                (*asked_by, RegistryRoleGranted { account, role, pillar, approved_by: Some(self.by) }.into())
            }
            Change::Revoke { reason } => {
                (self.by, RegistryRoleRevoked { account, role, pillar, reason: reason.clone() }.into())
            }
        }
    }
}

/// The registry, and the ways to change it.
#[derive(Clone)]
pub struct Roles {
    log: PostgresLog,
    outbox: Outbox,
    clock: Clock,
}

impl Roles {
    /// On the log, and on the office's own outbox.
    #[must_use]
    pub const fn new(log: PostgresLog, outbox: Outbox, clock: Clock) -> Self {
        Self { log, outbox, clock }
    }

    /// The registry as the log has it now, and its stream.
    ///
    /// # Errors
    /// When the log does not answer, or was altered.
    pub async fn registry(&self) -> Result<(StreamId, Registry), RoleError> {
        let unreadable = |error: &dyn std::fmt::Display| RoleError::Unreadable(error.to_string());
        let genesis = self.log.read_one(Position(0)).await?;
        let stream = genesis.ok_or_else(|| unreadable(&"the log has no genesis"))?.stream.id;
        let mut registry = Registry::default();
        for entry in self.log.read_stream(stream).await? {
            let envelope = entry.envelope().map_err(|error| unreadable(&error))?;
            registry.apply(entry.position, &envelope).map_err(|error| unreadable(&error))?;
        }
        Ok((stream, registry))
    }

    /// Changes of roles that are not recorded yet, or never will be.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn open(&self) -> Result<Vec<Item>, OutboxError> {
        let open = self.outbox.open_items().await?;
        Ok(open.into_iter().filter(|item| item.stream.kind == StreamKind::Registry).collect())
    }

    /// Makes a change, and keeps it on disk until it is recorded; making the same again gives the same.
    ///
    /// # Errors
    /// When a rule is broken, or the disk does not take it; nothing is changed then.
    pub async fn change(&self, change: &RoleChange) -> Result<Item, RoleError> {
        let (actor, event) = change.event();
        if let Some(item) = self.outbox.item(change.id).await? {
            let same = item.actor == actor && item.event == event;
            return if same { Ok(item) } else { Err(OutboxError::IdReused(Box::new(item)).into()) };
        }
        if self.open().await?.iter().any(Item::is_pending) {
            return Err(RoleError::OnItsWay);
        }
        let (stream, registry) = self.registry().await?;
        registry.check(&event, Publisher::Office, actor)?;
        let new = NewEvents {
            stream: StreamRef { kind: StreamKind::Registry, id: stream },
            base_version: registry.version(),
            actor,
            correlation: change.id.0,
            causation: None,
            time: (self.clock)(),
            asked: None,
            events: vec![(change.id, event)],
        };
        let items = self.outbox.save(&new).await?;
        items.into_iter().next().ok_or(RoleError::OnItsWay)
    }
}
