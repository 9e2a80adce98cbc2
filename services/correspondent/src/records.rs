//! What the correspondent says of the pillar's own commitments, indicators and obligations: the rules
//! first, on what the record has and what is on its way; then the disk.

use tais_bus::{Item, ItemState, NewEvents, OutboxError};
use tais_domain::admission::{StreamState, check};
use tais_domain::{Happened, Refusal, Rule};
use tais_proto::{Event, Publisher, StreamId, StreamKind, StreamRef};

use crate::intake::{Intake, IntakeError, Submission};

/// One commitment, indicator or obligation.
#[derive(Clone, Debug)]
pub struct OwnRecord {
    /// Its id.
    pub id: StreamId,
    /// What it will be once everything that is on its way is recorded.
    pub state: StreamState,
    /// What is not recorded: on its way, or stopped.
    pub open: Vec<Item>,
}

impl Intake {
    /// All of them, recorded or on their way.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn records(&self) -> Result<Vec<OwnRecord>, IntakeError> {
        let mut ids: Vec<StreamId> = self.book().records().into_iter().map(|(id, _)| id).collect();
        for item in self.outbox().open_items().await? {
            if item.stream.kind != StreamKind::Activity && !ids.contains(&item.stream.id) {
                ids.push(item.stream.id);
            }
        }
        let mut records = Vec::new();
        for id in ids {
            records.extend(self.record(id).await?);
        }
        Ok(records)
    }

    /// One of them.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn record(&self, id: StreamId) -> Result<Option<OwnRecord>, IntakeError> {
        let known = self.book().stream(id);
        let lines = known.as_ref().map(|stream| stream.lines.clone()).unwrap_or_default();
        let mut state = known.map(|stream| stream.state);
        let items = self.outbox().items_of(id).await?;
        for item in &items {
            let version = state.as_ref().map_or(0, StreamState::version);
            let on_its_way = item.is_pending() || matches!(item.state, ItemState::Recorded { .. });
            if on_its_way && item.version == version + 1 {
                let happened = Happened {
                    id: item.event_id,
                    actor: item.actor,
                    version: item.version,
                    event: &item.event,
                };
                let next = StreamState::follow(item.stream.kind, state, &happened);
                state = Some(next.map_err(|error| OutboxError::Reader(error.to_string()))?);
            }
        }
        // A first event that was refused left nothing: then there is no such record.
        let state = state.filter(|state| {
            matches!(
                state,
                StreamState::Commitment(_) | StreamState::Indicator(_) | StreamState::Obligation(_)
            ) && state.pillar() == Some(self.pillar())
        });
        let undecided = self.outbox().open_items().await?;
        let is_open = |item: &Item| {
            undecided.iter().any(|open| open.seq == item.seq)
                && !lines.iter().any(|line| line.event_id == item.event_id)
        };
        let open = items.into_iter().filter(is_open).collect();
        Ok(state.map(|state| OwnRecord { id, state, open }))
    }

    /// Says something of one of them; saying the same again gives the same item.
    ///
    /// # Errors
    /// When a rule is broken, or the disk does not take it; nothing is saved then.
    pub async fn say(
        &self,
        submission: Submission,
        stream: StreamRef,
        event: Event,
    ) -> Result<Item, IntakeError> {
        let _turn = self.turn().await;
        if let Some(item) = self.outbox().item(submission.id).await? {
            let same = item.stream == stream && item.actor == submission.actor && item.event == event;
            return if same { Ok(item) } else { Err(IntakeError::IdReused(submission.id)) };
        }
        if let Event::CommitmentMade(made) = &event
            && made.pillar != self.pillar()
        {
            let publisher = Publisher::from(self.pillar());
            let rule = Rule::WrongPillar { stream: made.pillar, publisher };
            return Err(Refusal::at(rule, "/pillar").into());
        }
        let state = self.record(stream.id).await?.map(|record| record.state);
        check(stream.kind, state.as_ref(), &event, submission.actor, self.reference())?;
        let new = NewEvents {
            stream,
            base_version: state.as_ref().map_or(0, StreamState::version),
            actor: submission.actor,
            correlation: submission.id.0,
            causation: None,
            time: submission.time,
            asked: None,
            events: vec![(submission.id, event)],
        };
        let items = self.outbox().save(&new).await?;
        items.into_iter().next().ok_or_else(|| Refusal::of(Rule::NotBegun).into())
    }
}
