//! One batch, planned: what is appended, what is quarantined, what is answered. The rules run here.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tais_bus::{Notice, Submitted};
use tais_domain::admission::{StreamState, admit};
use tais_domain::{Refusal, Rule};
use tais_log::{Log, NewEntry, Quarantined, Receipt};
use tais_proto::event::refusal::RefusalRefused;
use tais_proto::reference::{Reference, StateCode};
use tais_proto::{
    AccountId, Envelope, Event, EventId, Publisher, Signed, Source, StreamId, StreamKind, StreamRef,
    Timestamp,
};
use uuid::Uuid;

use crate::RecorderError;
use crate::genesis::sign;
use crate::keys::LogKeys;
use crate::verify::{Claim, Unverified, Verified};
use crate::view::View;

/// What one batch comes to.
#[derive(Debug, Default)]
pub struct Plan {
    /// To append, in order: admitted events and refusals.
    pub entries: Vec<NewEntry>,
    /// To keep aside with raw bytes and a reason.
    pub quarantine: Vec<Quarantined>,
    /// To tell publishers after the commit.
    pub notices: Vec<(Publisher, Notice)>,
    /// Streams as they will be after the batch.
    streams: HashMap<StreamId, StreamState>,
    /// Where in `entries` an event is.
    places: HashMap<EventId, usize>,
    /// Entries of the log's own in this batch.
    own: u32,
    /// Whether the registry changes: what follows waits for the next batch, with the new registry.
    registry_changes: bool,
    /// Streams of which something in the message at hand was refused or set aside.
    broken_off: HashSet<StreamId>,
}

/// What a plan is made with.
pub struct Planner<'a, L> {
    /// The log, for streams that are not cached.
    pub log: &'a L,
    /// The view.
    pub view: &'a mut View,
    /// The reference data.
    pub reference: &'a Reference,
    /// The log's keys that lie here.
    pub keys: &'a LogKeys,
    /// The member state whose record this is.
    pub state: &'a StateCode,
    /// The clock, read once a batch.
    pub now: Timestamp,
    /// What the log said of the same batch before.
    pub before: &'a Before,
    /// What is being appended, and taken to be recorded.
    pub after: Option<&'a Plan>,
}

/// How much of the log is read before a batch is planned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// Nothing for what says to be new: the append finds out, and to ask first costs a lone update more
    /// than its commit. Such a plan refuses nobody.
    Hopeful,
    /// All that it could depend on.
    Sure,
}

/// What is known of a batch that was planned and did not stand.
#[derive(Debug, Default)]
pub struct Before {
    /// Whether there was such a plan.
    pub failed: bool,
    /// Events whose place in their key's sequence another event has taken.
    pub barred: HashSet<EventId>,
}

/// A message of the batch.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// As it came, for the quarantine.
    pub submitted: &'a Submitted,
    /// What verifying it came to.
    pub verified: &'a Result<Verified, Unverified>,
}

impl<L: Log> Planner<'_, L> {
    /// Plans as much of the batch as can be decided on the present registry; returns the plan and
    /// how many messages it covers.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn plan(&mut self, messages: &[Message<'_>]) -> Result<(Plan, usize), RecorderError> {
        if !self.before.failed
            && let Some(planned) = self.attempt(Plan::default(), messages, Care::Hopeful).await?
        {
            return Ok(planned);
        }
        let planned = self.attempt(Plan::default(), messages, Care::Sure).await?;
        Ok(planned.unwrap_or_default())
    }

    /// Plans more of a batch while `after` is being appended; `None` where the log must be asked, which is behind by
    /// that much.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn plan_ahead(
        &mut self,
        begun: Plan,
        messages: &[Message<'_>],
    ) -> Result<Option<(Plan, usize)>, RecorderError> {
        self.attempt(begun, messages, Care::Hopeful).await
    }

    /// `None` when a hopeful plan would have to refuse something.
    async fn attempt(
        &mut self,
        mut plan: Plan,
        messages: &[Message<'_>],
        care: Care,
    ) -> Result<Option<(Plan, usize)>, RecorderError> {
        let known = self.known(messages, care).await?;
        for (index, message) in messages.iter().enumerate() {
            if plan.registry_changes {
                return Ok(Some((plan, index)));
            }
            match message.verified {
                Err(unverified) => plan.quarantine(message, unverified.code, &unverified.reason),
                Ok(Verified::Unreadable { code, reason, claim, signed }) => {
                    plan.quarantine(message, code, reason);
                    if let Some(claim) = claim.clone() {
                        self.refuse(&mut plan, claim, signed, code, reason).await?;
                    }
                }
                Ok(Verified::Event(envelope, signed)) => match known.get(&envelope.id) {
                    Some(receipt) => self.repeated(&mut plan, message, envelope, signed, receipt).await?,
                    None => match self.event(&mut plan, message, envelope, signed, care).await? {
                        Some(refused) if care == Care::Hopeful => {
                            tracing::debug!(%refused, "planning the batch again, with what the log says");
                            return Ok(None);
                        }
                        _ => {}
                    },
                },
            }
            if message.submitted.token.is_some() {
                // The last of what came together.
                plan.broken_off.clear();
            }
        }
        Ok(Some((plan, messages.len())))
    }

    /// Which events of the batch the log already has. The registry is folded beside the streams: what
    /// repeats in it must be known before it is admitted.
    async fn known(
        &self,
        messages: &[Message<'_>],
        care: Care,
    ) -> Result<HashMap<EventId, Receipt>, RecorderError> {
        let ids: Vec<EventId> = messages
            .iter()
            .filter_map(|message| match message.verified {
                Ok(Verified::Event(envelope, _))
                    if care == Care::Sure || envelope.stream.kind == StreamKind::Registry =>
                {
                    Some(envelope.id)
                }
                _ => None,
            })
            .collect();
        let receipts = if ids.is_empty() { Vec::new() } else { self.log.find(&ids).await? };
        Ok(receipts.into_iter().map(|receipt| (receipt.event_id, receipt)).collect())
    }

    /// Admits an event into the plan, or gives why it is refused; who is sure has put that into the plan.
    async fn event(
        &mut self,
        plan: &mut Plan,
        message: &Message<'_>,
        envelope: &Arc<Envelope>,
        signed: &Signed,
        care: Care,
    ) -> Result<Option<Refusal>, RecorderError> {
        if self.before.barred.contains(&envelope.id) {
            plan.quarantine(message, "key-sequence-reused", KEY_SEQUENCE_REUSED);
            return Ok(None);
        }
        if let Some(twin) = plan.places.get(&envelope.id) {
            if plan.entries[*twin].signed != *signed {
                plan.quarantine(message, "id-reused", ID_REUSED);
            }
            return Ok(None);
        }
        let id = envelope.stream.id;
        let before = match plan.stream(id).or_else(|| self.after?.stream(id)) {
            Some(state) => Some(state.clone()),
            // The first of its stream, as it says.
            None if envelope.stream_version == 1 && care == Care::Hopeful => self.view.cached(id),
            None => self.view.stream(self.log, id).await?,
        };
        let admitted = if plan.broken_off.contains(&id) {
            // Its version may fit, once something else took the place of what was refused.
            Err(Rule::BuildsOnRefused.into())
        } else {
            admit(before.as_ref(), envelope, &self.view.registry, self.reference)
        };
        if let Err(refusal) = admitted.and_then(|()| self.check_successor(&envelope.event)) {
            if care == Care::Sure {
                self.refuse_event(plan, message, envelope, signed, &refusal).await?;
            }
            return Ok(Some(refusal));
        }
        let registry = envelope.stream.kind == StreamKind::Registry;
        plan.registry_changes |= registry;
        let pillar = if registry { None } else { plan.advance(before, envelope)? };
        plan.push(NewEntry { signed: signed.clone(), envelope: Arc::clone(envelope), pillar });
        Ok(None)
    }

    /// A log's next key that nobody holds here would be the end of its checkpoints and refusals.
    fn check_successor(&self, event: &Event) -> Result<(), Refusal> {
        let Event::RegistryKeyRotated(rotated) = event else { return Ok(()) };
        let is_held =
            || (self.keys)(&rotated.successor).is_some_and(|k| k.public_key() == rotated.public_key);
        if rotated.key_id == self.view.key.key_id() && !is_held() {
            return Err(Refusal::at(Rule::KeyNotHeld, "/successor"));
        }
        Ok(())
    }

    /// The log has an event with this id: the same bytes get the same receipt, other bytes an alarm.
    async fn repeated(
        &self,
        plan: &mut Plan,
        message: &Message<'_>,
        envelope: &Envelope,
        signed: &Signed,
        receipt: &Receipt,
    ) -> Result<(), RecorderError> {
        let known = self.log.read_one(receipt.position).await?;
        if known.is_some_and(|entry| entry.signed == *signed) {
            plan.notices.push((envelope.source.publisher, recorded(receipt)));
        } else {
            tracing::warn!(event_id = %envelope.id, position = %receipt.position, "an event id came again with other bytes");
            plan.quarantine(message, "id-reused", ID_REUSED);
        }
        Ok(())
    }

    async fn refuse_event(
        &mut self,
        plan: &mut Plan,
        message: &Message<'_>,
        envelope: &Envelope,
        signed: &Signed,
        refusal: &Refusal,
    ) -> Result<(), RecorderError> {
        let reason = refusal.to_string();
        let code = refusal.rule.code();
        let claim = Claim {
            event: envelope.id,
            stream: envelope.stream.id,
            publisher: envelope.source.publisher,
            key_id: envelope.key_id.clone(),
            key_seq: envelope.key_seq,
        };
        plan.keep(message, code, &reason);
        self.refuse(plan, claim, signed, code, &reason).await
    }

    /// Writes a refusal entry, once for the same bytes however often they come.
    async fn refuse(
        &mut self,
        plan: &mut Plan,
        claim: Claim,
        signed: &Signed,
        rule: &str,
        reason: &str,
    ) -> Result<(), RecorderError> {
        let sha256 = signed.sha256();
        let stream = StreamRef { kind: StreamKind::Refusal, id: refusal_stream(&sha256) };
        let in_hand = plan.stream(stream.id).or_else(|| self.after?.stream(stream.id));
        if in_hand.is_some() || self.view.stream(self.log, stream.id).await?.is_some() {
            return Ok(());
        }
        plan.own += 1;
        let pillar = claim.publisher.pillar();
        let causation = Some(claim.event);
        let refused = RefusalRefused {
            event: claim.event,
            stream: claim.stream,
            publisher: claim.publisher,
            key_id: claim.key_id,
            key_seq: claim.key_seq,
            sha256,
            rule: rule.to_owned(),
            reason: reason.to_owned(),
        };
        let envelope = Envelope {
            id: EventId(Uuid::now_v7()),
            source: Source { state: self.state.clone(), publisher: Publisher::Log },
            stream,
            stream_version: 1,
            time: self.now,
            correlation: claim.event.0,
            causation,
            actor: AccountId(Uuid::nil()),
            key_id: self.view.key.key_id(),
            key_seq: self.view.log_key_seq + self.after.map_or(0, |after| after.own) + plan.own,
            event: Event::from(refused),
        };
        plan.advance(None, &envelope)?;
        plan.push(sign(&self.view.key, envelope, pillar)?);
        Ok(())
    }
}

const ID_REUSED: &str = "this event id was already used for other bytes: an event never changes; say something new under a new id";

const KEY_SEQUENCE_REUSED: &str = "another event already has this place in the key's sequence: the key is used by two outboxes, or was copied; revoke it";

/// The refusal of the same bytes is always the same stream, so it is written once.
fn refusal_stream(sha256: &str) -> StreamId {
    StreamId(Uuid::new_v5(&Uuid::NAMESPACE_OID, sha256.as_bytes()))
}

impl Plan {
    /// Folds an admitted event into the streams of this batch; gives the pillar that hears of it.
    fn advance(
        &mut self,
        before: Option<StreamState>,
        envelope: &Envelope,
    ) -> Result<Option<tais_proto::Pillar>, RecorderError> {
        let state = StreamState::evolve(before, envelope)
            .map_err(|source| RecorderError::Broken { position: u64::MAX, source })?;
        let pillar = state.pillar().or(envelope.source.publisher.pillar());
        self.streams.insert(envelope.stream.id, state);
        Ok(pillar)
    }

    fn push(&mut self, entry: NewEntry) {
        self.places.insert(entry.envelope.id, self.entries.len());
        self.entries.push(entry);
    }

    fn stream(&self, id: StreamId) -> Option<&StreamState> {
        self.streams.get(&id)
    }

    /// The streams as they are after the batch; the plan forgets them.
    pub fn take_streams(&mut self) -> HashMap<StreamId, StreamState> {
        std::mem::take(&mut self.streams)
    }

    /// Whether keys or roles are others after it.
    pub const fn changes_the_registry(&self) -> bool {
        self.registry_changes
    }

    /// Keeps a message aside.
    fn keep(&mut self, message: &Message<'_>, code: &str, reason: &str) {
        self.broken_off.extend(message.submitted.stream);
        self.quarantine.push(Quarantined {
            subject: message.submitted.subject.clone(),
            signature: message.submitted.signature.clone(),
            raw: message.submitted.bytes.to_vec(),
            code: code.to_owned(),
            reason: reason.to_owned(),
        });
    }

    /// Keeps a message aside and tells its publisher, where the subject names one.
    fn quarantine(&mut self, message: &Message<'_>, code: &str, reason: &str) {
        self.keep(message, code, reason);
        if let Some(publisher) = message.submitted.publisher {
            let sha256 = tais_proto::signing::sha256_hex(&message.submitted.bytes);
            let notice = Notice::Quarantined { sha256, code: code.to_owned(), reason: reason.to_owned() };
            self.notices.push((publisher, notice));
        }
    }
}

/// What a publisher is told of its receipt.
pub fn recorded(receipt: &Receipt) -> Notice {
    Notice::Recorded {
        event_id: receipt.event_id,
        position: receipt.position,
        recorded_at: receipt.recorded_at,
    }
}
