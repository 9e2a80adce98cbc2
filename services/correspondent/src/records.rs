//! What the correspondent says of the pillar's own commitments, indicators and obligations: the rules
//! first, on what the record has and what is on its way; then the disk.

use tais_bus::{Item, NewEvents};
use tais_domain::admission::{StreamState, check};
use tais_domain::{Refusal, Rule};
use tais_proto::{Event, Publisher, StreamRef};

use crate::intake::{Intake, IntakeError, Submission};

impl Intake {
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
