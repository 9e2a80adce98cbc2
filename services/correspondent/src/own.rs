//! What a correspondent has: the book, and what the outbox knows that the book does not have yet. It
//! may be on its way, stopped, or recorded a moment ago; nothing is missing from a list meanwhile.

use std::collections::{BTreeMap, HashMap};

use tais_bus::{Item, ItemState, OutboxError};
use tais_domain::Happened;
use tais_domain::activity::{Activity, Status};
use tais_domain::admission::StreamState;
use tais_proto::event::activity::ActivityDetails;
use tais_proto::{Event, EventId, StreamId, StreamKind};

use crate::book::{Line, Stream};
use crate::intake::{Intake, IntakeError};

/// An activity as its correspondent sees it: what the record has, and what is still on its way.
#[derive(Clone, Debug)]
pub struct View {
    /// Its id.
    pub id: StreamId,
    /// What it will be once everything that is on its way is recorded.
    pub activity: Activity,
    /// Its recorded history.
    pub lines: Vec<Line>,
    /// What the book does not have yet.
    pub open: Vec<Item>,
}

/// A commitment, an indicator or an obligation as its correspondent sees it.
#[derive(Clone, Debug)]
pub struct OwnRecord {
    /// Its id.
    pub id: StreamId,
    /// What it will be once everything that is on its way is recorded.
    pub state: StreamState,
    /// What is not recorded: on its way, or stopped.
    pub open: Vec<Item>,
}

/// Any of them.
struct Own {
    state: StreamState,
    lines: Vec<Line>,
    open: Vec<Item>,
}

impl Intake {
    /// One activity.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn activity(&self, id: StreamId) -> Result<Option<View>, IntakeError> {
        Ok(self.own(id).await?.and_then(|own| view(id, own)))
    }

    /// Every activity of the pillar, newest first.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn activities(&self) -> Result<Vec<View>, IntakeError> {
        let all = self.all_own(|kind| kind == StreamKind::Activity).await?;
        let mut views: Vec<View> = all.into_iter().filter_map(|(id, own)| view(id, own)).collect();
        let key = |view: &View| {
            let first = view.lines.first().map(|line| line.recorded_at);
            (first.is_none(), first, view.id)
        };
        views.sort_by_key(|view| std::cmp::Reverse(key(view)));
        Ok(views)
    }

    /// One commitment, indicator or obligation of the pillar.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn record(&self, id: StreamId) -> Result<Option<OwnRecord>, IntakeError> {
        Ok(self.own(id).await?.and_then(|own| self.own_record(id, own)))
    }

    /// All of them.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn records(&self) -> Result<Vec<OwnRecord>, IntakeError> {
        let all = self.all_own(|kind| kind != StreamKind::Activity).await?;
        Ok(all.into_iter().filter_map(|(id, own)| self.own_record(id, own)).collect())
    }

    fn own_record(&self, id: StreamId, own: Own) -> Option<OwnRecord> {
        let Own { state, mut open, .. } = own;
        open.retain(|item| !matches!(item.state, ItemState::Recorded { .. }));
        let is_record = matches!(
            state,
            StreamState::Commitment(_) | StreamState::Indicator(_) | StreamState::Obligation(_)
        );
        (is_record && state.pillar() == Some(self.pillar())).then_some(OwnRecord { id, state, open })
    }

    /// What an activity is with everything that is on its way, and the version decisions build on.
    pub(crate) async fn standing(&self, id: StreamId) -> Result<(Option<Activity>, u32), IntakeError> {
        Ok(self.standing_with(id, self.outbox().current_items_of(&[id]).await?)?)
    }

    /// The same of the outbox's items.
    pub(crate) fn standing_with(
        &self,
        id: StreamId,
        items: Vec<Item>,
    ) -> Result<(Option<Activity>, u32), OutboxError> {
        let own = own(self.book().stream(id), items)?;
        let activity = own.and_then(|own| view(id, own)).map(|view| view.activity);
        let version = activity.as_ref().map_or(0, |activity| activity.version);
        Ok((activity, version))
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
        let unread = self.unread().await?;
        self.book().each_activity(|id, activity| {
            take(&activity.details, matches!(activity.status, Status::Withdrawn { .. }), id);
        });
        for item in unread.values().flatten().filter(|item| counts(item)) {
            if let Event::ActivityReported(reported) = &item.event {
                take(&reported.details, false, item.stream.id);
            }
        }
        Ok(found.into_iter().map(|(reference, (_, id))| (reference, id)).collect())
    }

    async fn own(&self, id: StreamId) -> Result<Option<Own>, IntakeError> {
        // The book after the outbox: what is read in between is then known to both, not to none.
        let items = self.outbox().current_items_of(&[id]).await?;
        Ok(own(self.book().stream(id), items)?)
    }

    async fn all_own(
        &self,
        is_wanted: fn(StreamKind) -> bool,
    ) -> Result<BTreeMap<StreamId, Own>, IntakeError> {
        let mut unread = self.unread().await?;
        let mut all = BTreeMap::new();
        for (id, stream) in self.book().streams(is_wanted) {
            let items = unread.remove(&id).unwrap_or_default();
            all.extend(own(Some(stream), items)?.map(|own| (id, own)));
        }
        for (id, items) in unread {
            if items.iter().any(|item| is_wanted(item.stream.kind)) {
                all.extend(own(None, items)?.map(|own| (id, own)));
            }
        }
        Ok(all)
    }

    /// What the book may not have yet, by stream.
    async fn unread(&self) -> Result<BTreeMap<StreamId, Vec<Item>>, OutboxError> {
        // In this order: what is recorded between the two is found by the second.
        let read_to = self.book().read_to();
        let mut items: BTreeMap<EventId, Item> = BTreeMap::new();
        let open = self.outbox().open_items().await?;
        let recorded = self.outbox().recorded_from(read_to).await?;
        items.extend(open.into_iter().chain(recorded).map(|item| (item.event_id, item)));
        let mut unread: BTreeMap<StreamId, Vec<Item>> = BTreeMap::new();
        for item in items.into_values() {
            unread.entry(item.stream.id).or_default().push(item);
        }
        for items in unread.values_mut() {
            items.sort_by_key(|item| item.seq);
        }
        Ok(unread)
    }
}

/// Whether it is or will be part of its stream.
const fn counts(item: &Item) -> bool {
    item.is_pending() || matches!(item.state, ItemState::Recorded { .. })
}

/// A stream with what the book does not have of it. A first event that was refused left nothing: then
/// there is none.
fn own(stream: Option<Stream>, items: Vec<Item>) -> Result<Option<Own>, OutboxError> {
    let (mut state, lines) = stream.map_or((None, Vec::new()), |stream| (Some(stream.state), stream.lines));
    for item in items.iter().filter(|item| counts(item)) {
        if item.version == state.as_ref().map_or(0, StreamState::version) + 1 {
            let happened =
                Happened { id: item.event_id, actor: item.actor, version: item.version, event: &item.event };
            let next = StreamState::follow(item.stream.kind, state, &happened);
            state = Some(next.map_err(|error| OutboxError::Reader(error.to_string()))?);
        }
    }
    let is_line = |item: &Item| lines.iter().any(|line| line.event_id == item.event_id);
    let open = items.into_iter().filter(|item| !is_line(item)).collect();
    Ok(state.map(|state| Own { state, lines, open }))
}

fn view(id: StreamId, own: Own) -> Option<View> {
    let Own { state, lines, open } = own;
    let StreamState::Activity(activity) = state else { return None };
    Some(View { id, activity: *activity, lines, open })
}
