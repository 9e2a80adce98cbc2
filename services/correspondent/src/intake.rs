//! From what a person says to events in the outbox: the rules first, then the disk, then "saved".

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Serialize;
use tais_bus::{Item, ItemState, NewEvents, Outbox, OutboxError};
use tais_domain::activity::{Activity, Command, Status, decide, evolve};
use tais_domain::admission::StreamState;
use tais_domain::{Happened, Refusal, Rule};
use tais_proto::event::activity::ActivityDetails;
use tais_proto::reference::{ItemCode, Reference};
use tais_proto::{AccountId, Event, EventId, Pillar, Publisher, StreamId, StreamKind, StreamRef, Timestamp};
use uuid::Uuid;

use crate::book::{Book, Line};
use crate::report::{Asked, Report, check_commitments, commitment};

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

/// An activity as its correspondent sees it: what the record has, and what is still on its way.
#[derive(Clone, Debug)]
pub struct View {
    /// Its id.
    pub id: StreamId,
    /// What it will be once everything that is on its way is recorded.
    pub activity: Activity,
    /// Its recorded history.
    pub lines: Vec<Line>,
    /// What is not recorded: on its way, or stopped.
    pub open: Vec<Item>,
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
        for (_, stream) in self.book.activities() {
            let StreamState::Activity(activity) = stream.state else { continue };
            for item in activity.details.framework_items {
                *times.entry(item).or_default() += 1;
            }
        }
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
        let asked = Asked { commands, commitments: report.commitments, seen: None };
        let items = self.act_on(submission, id, asked).await?;
        Ok((id, items))
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
        match self.prepare(submission, id, asked).await? {
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
        let _turn = self.turn.lock().await;
        let mut prepared = Vec::with_capacity(all.len());
        for (submission, id, asked) in all {
            prepared.push(self.prepare(submission, id, asked).await);
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

    /// What is to be saved for what was asked, or what was saved for it before.
    async fn prepare(
        &self,
        submission: Submission,
        id: StreamId,
        asked: Asked,
    ) -> Result<Prepared, IntakeError> {
        let digest = asked.digest(submission, id);
        let items = self.items_of(submission.id).await?;
        if let Some(first) = items.first() {
            let is_same = first.asked.as_ref().is_none_or(|before| *before == digest);
            let same = is_same && first.stream.id == id;
            return if same { Ok(Prepared::Saved(items)) } else { Err(IntakeError::IdReused(submission.id)) };
        }
        let Asked { commands, commitments, seen } = asked;
        let standing = self.standing(id).await?;
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

    /// The items that were saved under a submission's id.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn items_of(&self, submission: EventId) -> Result<Vec<Item>, OutboxError> {
        let mut items = Vec::new();
        while let Some(item) = self.outbox.item(derived(submission, items.len())).await? {
            items.push(item);
        }
        Ok(items)
    }

    /// What an activity is with everything that is on its way, and the version decisions build on.
    pub(crate) async fn standing(&self, id: StreamId) -> Result<(Option<Activity>, u32), IntakeError> {
        let recorded = self.book.stream(id).map(|stream| stream.state);
        let mut state = match recorded {
            Some(StreamState::Activity(activity)) => Some(*activity),
            _ => None,
        };
        for item in self.outbox.items_of(id).await? {
            let version = state.as_ref().map_or(0, |activity| activity.version);
            let on_its_way = item.is_pending() || matches!(item.state, ItemState::Recorded { .. });
            if on_its_way && item.version == version + 1 {
                let happened = Happened {
                    id: item.event_id,
                    actor: item.actor,
                    version: item.version,
                    event: &item.event,
                };
                state =
                    Some(evolve(state, &happened).map_err(|error| OutboxError::Reader(error.to_string()))?);
            }
        }
        let version = state.as_ref().map_or(0, |activity| activity.version);
        Ok((state, version))
    }

    /// One activity.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn activity(&self, id: StreamId) -> Result<Option<View>, IntakeError> {
        let (Some(activity), _) = self.standing(id).await? else { return Ok(None) };
        let lines = self.book.stream(id).map(|stream| stream.lines).unwrap_or_default();
        // What a person has decided about is no longer open; what is recorded stands among the lines,
        // or will in a moment.
        let undecided = self.outbox.open_items().await?;
        let is_open = |item: &Item| {
            matches!(item.state, ItemState::Recorded { .. })
                || undecided.iter().any(|open| open.seq == item.seq)
        };
        let is_line = |item: &Item| lines.iter().any(|line| line.event_id == item.event_id);
        let items = self.outbox.items_of(id).await?;
        let open = items.into_iter().filter(|item| is_open(item) && !is_line(item)).collect();
        Ok(Some(View { id, activity, lines, open }))
    }

    /// The activities of the pillar by the reference that a file gives them, recorded or on their way. Of
    /// two with the same reference the one that is not withdrawn counts, then the older.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub(crate) async fn by_reference(&self) -> Result<HashMap<String, StreamId>, IntakeError> {
        let mut found: HashMap<String, (bool, StreamId)> = HashMap::new();
        let mut take = |details: &ActivityDetails, is_withdrawn: bool, id: StreamId| {
            if let Some(reference) = &details.external_ref {
                let known = found.entry(reference.clone()).or_insert((is_withdrawn, id));
                *known = (*known).min((is_withdrawn, id));
            }
        };
        for (id, stream) in self.book.activities() {
            if let StreamState::Activity(activity) = &stream.state {
                take(&activity.details, matches!(activity.status, Status::Withdrawn { .. }), id);
            }
        }
        for item in self.outbox.open_items().await?.iter().filter(|item| item.is_pending()) {
            if let Event::ActivityReported(reported) = &item.event {
                take(&reported.details, false, item.stream.id);
            }
        }
        Ok(found.into_iter().map(|(reference, (_, id))| (reference, id)).collect())
    }

    /// Every activity of the pillar, newest first.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn activities(&self) -> Result<Vec<View>, IntakeError> {
        let mut ids: Vec<StreamId> = self.book.activities().into_iter().map(|(id, _)| id).collect();
        let open = self.outbox.open_items().await?;
        for item in open.iter().filter(|item| item.stream.kind == StreamKind::Activity) {
            if !ids.contains(&item.stream.id) {
                ids.push(item.stream.id);
            }
        }
        let mut views = Vec::with_capacity(ids.len());
        for id in ids {
            views.extend(self.activity(id).await?);
        }
        let key = |view: &View| {
            let first = view.lines.first().map(|line| line.recorded_at);
            (first.is_none(), first, view.id)
        };
        views.sort_by_key(|view| std::cmp::Reverse(key(view)));
        Ok(views)
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
