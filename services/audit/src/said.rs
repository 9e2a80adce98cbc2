//! What an auditor did is itself in the record: an event of a stream of its own, in the security log.

use tais_bus::{NewEvents, OutboxError};
use tais_proto::event::security::{SecurityExported, SecurityVerified};
use tais_proto::{AccountId, Event, EventId, Position, StreamId, StreamKind, StreamRef};
use tais_web::{Failure, Frame};
use uuid::Uuid;

use crate::Audit;

impl Audit {
    /// Says that somebody takes something out of the system, before it is handed over. Nobody is named where
    /// nobody is signed in: that is a record of sample data.
    pub(crate) async fn taken_away(
        &self,
        frame: &Frame,
        what: String,
        position: Position,
    ) -> Result<(), Failure> {
        let Some(person) = &frame.signed_in else { return Ok(()) };
        let exported = SecurityExported { account: person.account, what, position };
        let said = self.say(person.account, exported.into()).await;
        said.map_err(|error| Failure::internal("saying in the record what was taken away", &error))
    }

    /// Says that somebody had the record verified.
    pub(crate) async fn verified(&self, verified: SecurityVerified) -> Result<(), OutboxError> {
        self.say(verified.account, verified.into()).await
    }

    async fn say(&self, actor: AccountId, event: Event) -> Result<(), OutboxError> {
        let id = EventId(Uuid::now_v7());
        let new = NewEvents {
            stream: StreamRef { kind: StreamKind::Security, id: StreamId(id.0) },
            base_version: 0,
            actor,
            correlation: id.0,
            causation: None,
            time: (self.config.clock)(),
            asked: None,
            events: vec![(id, event)],
        };
        self.config.outbox.save(&new).await.map(drop)
    }
}
