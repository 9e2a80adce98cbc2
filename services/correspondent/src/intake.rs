//! From what a person says to events in the outbox: the rules first, then the disk, then "saved".

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tais_bus::{Item, ItemState, NewEvents, Outbox, OutboxError};
use tais_domain::activity::{Activity, Command, decide, evolve};
use tais_domain::{Happened, Refusal, Rule};
use tais_proto::reference::{ItemCode, Reference};
use tais_proto::{AccountId, Event, EventId, Pillar, Publisher, StreamId, StreamKind, StreamRef, Timestamp};
use uuid::Uuid;

use crate::book::Book;
use crate::report::{Asked, Report, check_commitments, commitment};

/// How long a page or an answer waits for the receipt rather than say that it is on its way: nobody notices.
const SETTLING: Duration = Duration::from_millis(300);

/// Why something was not saved.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// A rule.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The submission's id was used for something else.
    #[error("submission {0} was already used for something else: nothing was changed; choose a new id")]
    IdReused(EventId),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// What was asked could not be encoded.
    #[error("what was asked could not be encoded")]
    Encode(#[from] serde_json::Error),
}

/// Who asks, under which id, and when they say it happened.
#[derive(Clone, Copy, Debug)]
pub struct Submission {
    /// Made by the client, UUIDv7; asking again under it is safe.
    pub id: EventId,
    /// Who acts.
    pub actor: AccountId,
    /// When it happened, as they say.
    pub time: Timestamp,
}

/// What becomes of what was asked.
enum Prepared {
    /// It was saved before.
    Saved(Vec<Item>),
    /// It is to be saved.
    New(Vec<NewEvents>),
}

impl Prepared {
    fn unsaved(&self) -> &[NewEvents] {
        match self {
            Self::Saved(_) => &[],
            Self::New(new) => new,
        }
    }
}

/// The intake of one pillar.
#[derive(Clone)]
pub struct Intake {
    pillar: Pillar,
    outbox: Outbox,
    book: Book,
    reference: Arc<Reference>,
    /// One decision at a time, so that what is noted under an id is what was saved under it.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Intake {
    /// The intake of a pillar on its outbox and its book.
    #[must_use]
    pub fn new(pillar: Pillar, outbox: Outbox, book: Book, reference: Arc<Reference>) -> Self {
        Self { pillar, outbox, book, reference, turn: Arc::default() }
    }

    /// The pillar.
    #[must_use]
    pub const fn pillar(&self) -> Pillar {
        self.pillar
    }

    /// The reference data.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The outbox.
    #[must_use]
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    pub(crate) const fn book(&self) -> &Book {
        &self.book
    }

    /// Whoever decides holds this meanwhile: what is decided builds on what was saved before.
    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// The framework items that the pillar's recorded activities serve, the most frequent first.
    #[must_use]
    pub fn used_items(&self) -> Vec<ItemCode> {
        let mut times: BTreeMap<ItemCode, usize> = BTreeMap::new();
        self.book.each_activity(|_, activity| {
            for item in &activity.details.framework_items {
                *times.entry(item.clone()).or_default() += 1;
            }
        });
        let mut items: Vec<_> = times.into_iter().collect();
        items.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        items.into_iter().map(|(item, _)| item).collect()
    }

    /// Reports a new activity with what was counted and promised there.
    ///
    /// # Errors
    /// When a rule is broken, or the disk does not take it; nothing is saved then.
    pub async fn report(
        &self,
        submission: Submission,
        report: Report,
    ) -> Result<(StreamId, Vec<Item>), IntakeError> {
        // The activity's id follows from the submission's, so that asking again cannot make another.
        let id = StreamId(submission.id.0);
        let mut commands = vec![Command::Report(report.details)];
        commands.extend(report.participation.map(Command::RecordParticipation));
        if report.submit {
            commands.push(Command::Submit(None));
        }
        let asked = Asked { commands, commitments: report.commitments, ..Asked::default() };
        let items = match self.say_new(submission, id, &asked).await? {
            Some(items) => items,
            None => self.act_on(submission, id, asked).await?,
        };
        Ok((id, items))
    }

    /// Says this of an activity that nothing was said of; `None` where something may have been said, or a rule is
    /// broken: who looks first knows.
    async fn say_new(
        &self,
        submission: Submission,
        id: StreamId,
        asked: &Asked,
    ) -> Result<Option<Vec<Item>>, IntakeError> {
        let _turn = self.turn.lock().await;
        match self.prepare_new(submission, id, asked) {
            Some(new) => Ok(self.outbox.save_new(&new).await?),
            None => Ok(None),
        }
    }

    /// What is to be saved for what was asked of an activity, where nothing was said of that.
    fn prepare_new(&self, submission: Submission, id: StreamId, asked: &Asked) -> Option<Vec<NewEvents>> {
        if self.book.stream(id).is_some() {
            return None;
        }
        if let Some(decided) = asked.decided.clone() {
            return Some(vec![NewEvents { asked: Some(asked.digest(submission, id)), ..decided }]);
        }
        match self.prepare(submission, id, asked.clone(), Vec::new(), Vec::new()) {
            Ok(Prepared::New(new)) => Some(new),
            Ok(Prepared::Saved(_)) | Err(_) => None,
        }
    }

    /// Does these things with an activity, all or none.
    ///
    /// # Errors
    /// When a rule is broken, or the disk does not take it; nothing is saved then.
    pub async fn act(
        &self,
        submission: Submission,
        id: StreamId,
        commands: Vec<Command>,
    ) -> Result<Vec<Item>, IntakeError> {
        self.act_on(submission, id, Asked { commands, ..Asked::default() }).await
    }

    /// The same with all that can be asked at once.
    ///
    /// # Errors
    /// When another version stands, a rule is broken, or the disk does not take it.
    pub(crate) async fn act_on(
        &self,
        submission: Submission,
        id: StreamId,
        asked: Asked,
    ) -> Result<Vec<Item>, IntakeError> {
        let _turn = self.turn.lock().await;
        let streams = [id];
        let current = self.outbox.current_items_of(&streams);
        let (saved, current) = tokio::join!(self.items_of(submission.id), current);
        let (saved, current) = (saved?, current?);
        match self.prepare(submission, id, asked, saved, current)? {
            Prepared::Saved(items) => Ok(items),
            Prepared::New(new) => Ok(self.outbox.save_all(&new).await?.into_iter().flatten().collect()),
        }
    }

    /// Several at once, each of an activity of its own: in one commit, unless one of them cannot be
    /// saved. The outer error is the disk's; then nothing is known of any.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub(crate) async fn act_on_each(
        &self,
        all: Vec<(Submission, StreamId, Asked)>,
    ) -> Result<Vec<Result<(), IntakeError>>, IntakeError> {
        if all.is_empty() {
            return Ok(Vec::new());
        }
        // As rows of a spreadsheet mostly are. What builds on nothing waits for nobody's turn.
        let new = all.iter().map(|(submission, id, asked)| self.prepare_new(*submission, *id, asked));
        if let Some(new) = new.collect::<Option<Vec<_>>>()
            && self.outbox.save_new(&new.into_iter().flatten().collect::<Vec<_>>()).await?.is_some()
        {
            return Ok(all.iter().map(|_| Ok(())).collect());
        }
        let _turn = self.turn.lock().await;
        let firsts: Vec<EventId> = all.iter().map(|(submission, ..)| submission.id).collect();
        let streams: Vec<StreamId> = all.iter().map(|(_, id, _)| *id).collect();
        let known: HashSet<EventId> =
            self.outbox.items(&firsts).await?.into_iter().map(|item| item.event_id).collect();
        let mut current: HashMap<StreamId, Vec<Item>> = HashMap::new();
        for item in self.outbox.current_items_of(&streams).await? {
            current.entry(item.stream.id).or_default().push(item);
        }
        let mut prepared = Vec::with_capacity(all.len());
        for (submission, id, asked) in all {
            let is_known = known.contains(&submission.id);
            let saved = if is_known { self.items_of(submission.id).await? } else { Vec::new() };
            let current = current.remove(&id).unwrap_or_default();
            prepared.push(self.prepare(submission, id, asked, saved, current));
        }
        let new: Vec<NewEvents> = prepared.iter().flatten().flat_map(Prepared::unsaved).cloned().collect();
        let together = match self.outbox.save_all(&new).await {
            Ok(_) => true,
            Err(OutboxError::IdReused(_) | OutboxError::StreamHeld(_)) => false,
            Err(error) => return Err(error.into()),
        };
        let mut done = Vec::with_capacity(prepared.len());
        for prepared in prepared {
            done.push(match prepared {
                Ok(prepared) if !together => {
                    self.outbox.save_all(prepared.unsaved()).await.map(drop).map_err(Into::into)
                }
                prepared => prepared.map(drop),
            });
        }
        Ok(done)
    }

    /// What is to be saved for what was asked, or what was `saved` for it before; `current` is what the
    /// outbox has of the activity.
    fn prepare(
        &self,
        submission: Submission,
        id: StreamId,
        asked: Asked,
        saved: Vec<Item>,
        current: Vec<Item>,
    ) -> Result<Prepared, IntakeError> {
        let digest = asked.digest(submission, id);
        if let Some(first) = saved.first() {
            let is_same = first.asked.as_ref().is_none_or(|before| *before == digest);
            let same = is_same && first.stream.id == id;
            return if same { Ok(Prepared::Saved(saved)) } else { Err(IntakeError::IdReused(submission.id)) };
        }
        let Asked { commands, commitments, seen, .. } = asked;
        let standing = self.standing_with(id, current)?;
        if let Some(given) = seen.filter(|seen| *seen != standing.1) {
            return Err(Refusal::of(Rule::RevisionChanged { current: standing.1, given }).into());
        }
        let decided = self.decide(standing, submission, id, commands)?;
        check_commitments(self.pillar, &commitments, submission.actor, &self.reference)?;
        let events = decided.events.len();
        let mut new = vec![NewEvents { asked: Some(digest), ..decided }];
        // Each is a stream of its own.
        new.extend((events..).zip(commitments).map(|(n, made)| commitment(submission, n, made)));
        Ok(Prepared::New(new))
    }

    /// What these commands mean for an activity as it stands. An import's preview asks this too, so that
    /// it cannot promise what is then refused.
    pub(crate) fn decide(
        &self,
        standing: (Option<Activity>, u32),
        submission: Submission,
        id: StreamId,
        commands: Vec<Command>,
    ) -> Result<NewEvents, IntakeError> {
        let (mut state, base_version) = standing;
        let mut events: Vec<(EventId, Event)> = Vec::new();
        for command in commands {
            for event in decide(state.as_ref(), command, submission.actor, &self.reference)? {
                self.check_pillar(&event)?;
                let event_id = derived(submission.id, events.len());
                let version = state.as_ref().map_or(base_version, |activity| activity.version) + 1;
                let happened = Happened { id: event_id, actor: submission.actor, version, event: &event };
                let next =
                    evolve(state, &happened).map_err(|error| OutboxError::Reader(error.to_string()))?;
                state = Some(next);
                events.push((event_id, event));
            }
        }
        Ok(NewEvents {
            stream: StreamRef { kind: StreamKind::Activity, id },
            base_version,
            actor: submission.actor,
            correlation: submission.id.0,
            causation: None,
            time: submission.time,
            asked: None,
            events,
        })
    }

    /// Ends a stopped activity after the person has read both versions: what was refused is closed and
    /// what waited behind it abandoned; what they then say is decided anew on what the record has.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn resolve(&self, id: StreamId) -> Result<(), IntakeError> {
        Ok(self.outbox.resolve(id).await?)
    }

    fn check_pillar(&self, event: &Event) -> Result<(), Refusal> {
        match event {
            Event::ActivityReported(reported) if reported.details.pillar != self.pillar => {
                let rule = Rule::WrongPillar {
                    stream: reported.details.pillar,
                    publisher: Publisher::from(self.pillar),
                };
                Err(Refusal::at(rule, "/details/pillar"))
            }
            _ => Ok(()),
        }
    }

    /// The items that were saved under a submission's id, as soon as all of them are settled: usually they are
    /// before anybody can ask. Waits for [`SETTLING`] at most.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn settled_items_of(&self, submission: EventId) -> Result<Vec<Item>, OutboxError> {
        self.outbox.settle(self.items_of(submission).await?, SETTLING).await
    }

    /// The items that were saved under a submission's id.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn items_of(&self, submission: EventId) -> Result<Vec<Item>, OutboxError> {
        let mut items = Vec::new();
        loop {
            // Nearly always all of them.
            let ids: Vec<EventId> = (items.len()..items.len() + 8).map(|n| derived(submission, n)).collect();
            let mut found: HashMap<EventId, Item> =
                self.outbox.items(&ids).await?.into_iter().map(|item| (item.event_id, item)).collect();
            for id in ids {
                let Some(item) = found.remove(&id) else { return Ok(items) };
                items.push(item);
            }
        }
    }
}

/// The id of the n-th event of a submission: the submission's own, counted up. Its time and version
/// bits stay, and two submissions are 62 random bits apart.
pub(crate) fn derived(submission: EventId, n: usize) -> EventId {
    let (high, low) = submission.0.as_u64_pair();
    let variant = low & (0b11 << 62);
    let low = variant | (low.wrapping_add(n as u64) & !(0b11 << 62));
    EventId(Uuid::from_u64_pair(high, low))
}

/// An item's state as programs read it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    /// The event.
    pub event_id: EventId,
    /// The stream.
    pub stream: String,
    /// Its type.
    pub r#type: &'static str,
    /// saved, received, recorded, refused, quarantined, held or abandoned.
    pub state: &'static str,
    /// The receipt, once it is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
    /// Why it was refused or set aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A receipt as programs read it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptView {
    /// Its place in the record.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Its leaf of the tree, in hexadecimal.
    pub leaf_hash: String,
}

impl From<&Item> for Update {
    fn from(item: &Item) -> Self {
        let receipt = match &item.state {
            ItemState::Recorded { position, recorded_at, leaf_hash } => Some(ReceiptView {
                position: position.0,
                recorded_at: *recorded_at,
                leaf_hash: leaf_hash.to_string(),
            }),
            _ => None,
        };
        let reason = match &item.state {
            ItemState::Refused { reason, .. } | ItemState::Quarantined { reason, .. } => Some(reason.clone()),
            _ => None,
        };
        Self {
            event_id: item.event_id,
            stream: item.stream.to_string(),
            r#type: item.event.event_type().as_str(),
            state: item.state.code(),
            receipt,
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_stay_version_7_and_apart() {
        // The random part is at its end, so that counting up must wrap within it.
        let id = EventId(Uuid::from_u64_pair(0x0193_8f00_0000_7fff, (0b10 << 62) | (u64::MAX >> 2)));
        for n in 0..3 {
            let derived = derived(id, n).0;
            assert_eq!(derived.get_version_num(), 7);
            assert_eq!(derived.get_variant(), uuid::Variant::RFC4122);
        }
        assert_ne!(derived(id, 1), derived(id, 2));
    }
}
