//! From SUBMIT into the log: pull, verify, plan, append, tell, acknowledge. What comes meanwhile is verified and planned
//! while the batch before it is committed, as if that were recorded already; where it was not, it is planned anew.

use std::collections::HashSet;
use std::time::Duration;

use tais_bus::{AckToken, Notice, RecorderBus};
use tais_log::{Log, Outcome};
use tais_proto::{EventId, Publisher, StreamKind};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::RecorderError;
use crate::arrivals::Arrivals;
use crate::plan::{Before, Plan, Planner, recorded};
use crate::record::Config;
use crate::verify::ValidKeys;
use crate::view::View;

/// The most messages taken into one transaction.
const BATCH_MAX: usize = 1_024;
/// How long one pull waits for the first message.
const PULL_WAIT: Duration = Duration::from_secs(5);

/// Who records, with what it works with.
pub struct Recording<'a, L, B> {
    pub config: &'a Config,
    pub log: &'a L,
    pub bus: &'a B,
    pub view: &'a mut Option<View>,
    pub recorded: &'a Notify,
}

/// What was pulled together.
struct Batch {
    arrivals: Arrivals,
    /// How many of its messages are settled.
    settled: usize,
    /// What only the log knows, when a plan did not stand.
    before: Before,
    /// The next transaction, where it is planned already.
    planned: Option<Planned>,
}

/// One transaction.
struct Planned {
    plan: Plan,
    /// How many messages it settles.
    messages: usize,
    /// How many entries the log has before it.
    size: u64,
}

impl Batch {
    fn of(arrivals: Arrivals) -> Self {
        Self { arrivals, settled: 0, before: Before::default(), planned: None }
    }

    fn is_settled(&self) -> bool {
        self.settled >= self.arrivals.len()
    }
}

impl<L: Log, B: RecorderBus> Recording<'_, L, B> {
    /// Records until told to stop.
    pub async fn run(&mut self, shutdown: &CancellationToken) -> Result<(), RecorderError> {
        let mut next: Option<Batch> = None;
        while !shutdown.is_cancelled() {
            let mut batch = match next.take() {
                Some(batch) => batch,
                None => self.pull(PULL_WAIT).await?,
            };
            while !batch.is_settled() {
                let ahead = self.transaction(&mut batch, next.is_none()).await?;
                next = next.or(ahead);
            }
        }
        Ok(())
    }

    /// Pulls a batch and sees it through; gives how many messages it had.
    pub async fn step(&mut self, wait: Duration) -> Result<usize, RecorderError> {
        let mut batch = self.pull(wait).await?;
        while !batch.is_settled() {
            self.transaction(&mut batch, false).await?;
        }
        Ok(batch.settled)
    }

    async fn pull(&mut self, wait: Duration) -> Result<Batch, RecorderError> {
        let submitted = self.bus.pull(BATCH_MAX, wait).await?;
        let view = self.take_view().await?;
        let keys = ValidKeys::of(&self.view.insert(view).registry);
        Ok(Batch::of(Arrivals::verify(submitted, &keys).await))
    }

    /// The view, read from the log where there is none. Put back when all is known: whatever else happens,
    /// it is read again.
    async fn take_view(&mut self) -> Result<View, RecorderError> {
        match self.view.take() {
            Some(view) => Ok(view),
            None => View::load(self.log, &self.config.keys).await,
        }
    }

    /// Records as much of the batch as one transaction can. Gives what has come meanwhile, where that is asked for.
    async fn transaction(&mut self, batch: &mut Batch, look: bool) -> Result<Option<Batch>, RecorderError> {
        let mut view = self.take_view().await?;
        let mut planned = match batch.planned.take() {
            Some(planned) => planned,
            None => self.plan(batch, &mut view).await?,
        };
        let messages = batch.settled..batch.settled + planned.messages;
        let tokens = || batch.arrivals.tokens(messages.clone());
        // Whose keys may sign, and what was not reached, is known only after this.
        let look = look && messages.end == batch.arrivals.len() && !planned.plan.changes_the_registry();
        let ended = Notify::new();
        let commit = async {
            let outcomes = self.commit(&planned, tokens).await;
            ended.notify_one();
            outcomes
        };
        let (outcomes, ahead) = tokio::join!(commit, async {
            if look { self.look_ahead(&mut view, &planned, &ended).await } else { Ok(None) }
        });
        let (outcomes, mut ahead) = (outcomes?, ahead?);
        let as_planned = outcomes.as_ref().is_some_and(|outcomes| are_recorded(outcomes));
        if let Some(ahead) = ahead.as_mut().filter(|_| !as_planned) {
            ahead.planned = None;
        }
        let Some(outcomes) = outcomes else {
            // Another recorder came between: what this one knows, and would refuse by, is not what is.
            batch.before.failed = true;
            tracing::warn!("the log has gone on without this recorder; planning the batch again");
            return Ok(ahead);
        };
        // From here on the batch is in the record; a crash only means that it is delivered again.
        let Some(head) = settle(&mut view, &mut planned.plan, &outcomes, &mut batch.before.barred)? else {
            // The plan was hopeful, or a key's sequence number was used twice: read the log again and plan
            // the same batch anew. What was appended is found there by its id.
            batch.before.failed = true;
            tracing::warn!("the log does not stand as this recorder saw it; planning the batch again");
            return Ok(ahead);
        };
        if !as_planned {
            self.tell(&planned.plan, &outcomes, batch.arrivals.tokens(messages.clone())).await?;
        }
        // A log whose key was rotated is looked at anew, with the next one.
        *self.view = Some(view).filter(View::has_the_logs_key);
        batch.settled = messages.end;
        count(&planned.plan, &outcomes, head);
        Ok(ahead)
    }

    /// Plans what is left of a batch, as much of it as one transaction can hold.
    async fn plan(&self, batch: &mut Batch, view: &mut View) -> Result<Planned, RecorderError> {
        batch.arrivals.keep_to(&ValidKeys::of(&view.registry), batch.settled).await;
        let size = view.size;
        let (plan, messages) =
            self.planner(view, &batch.before, None).plan(&batch.arrivals.from(batch.settled)).await?;
        Ok(Planned { plan, messages, size })
    }

    fn planner<'p>(
        &'p self,
        view: &'p mut View,
        before: &'p Before,
        after: Option<&'p Plan>,
    ) -> Planner<'p, L> {
        let Config { state, keys, reference, clock, .. } = self.config;
        Planner { log: self.log, view, reference, keys, state, now: clock(), before, after }
    }

    /// Appends; whoever waits for a receipt hears of it at once, where all is as planned.
    async fn commit(
        &self,
        planned: &Planned,
        tokens: impl FnOnce() -> Vec<AckToken>,
    ) -> Result<Option<Vec<Outcome>>, RecorderError> {
        let Planned { plan, size, .. } = planned;
        let outcomes = self.log.append_at(*size, &plan.entries, &plan.quarantine).await?;
        if let Some(outcomes) = outcomes.as_ref().filter(|outcomes| are_recorded(outcomes)) {
            self.tell(plan, outcomes, tokens()).await?;
        }
        Ok(outcomes)
    }

    /// What comes until that has ended, verified and, if it can be without the log, planned to follow it.
    async fn look_ahead(
        &self,
        view: &mut View,
        after: &Planned,
        ended: &Notify,
    ) -> Result<Option<Batch>, RecorderError> {
        let keys = ValidKeys::of(&view.registry);
        let size = view.size + after.plan.entries.len() as u64;
        let mut ahead = Batch::of(Arrivals::verify(Vec::new(), &keys).await);
        let (mut plan, mut messages) = (Plan::default(), 0);
        while ahead.arrivals.len() < BATCH_MAX && messages == ahead.arrivals.len() {
            let submitted = tokio::select! {
                biased;
                () = ended.notified() => break,
                submitted = self.bus.pull(BATCH_MAX - messages, PULL_WAIT) => submitted?,
            };
            ahead.arrivals.extend(Arrivals::verify(submitted, &keys).await);
            let mut planner = self.planner(view, &ahead.before, Some(&after.plan));
            let Some((more, planned)) = planner.plan_ahead(plan, &ahead.arrivals.from(messages)).await?
            else {
                return Ok(Some(ahead));
            };
            (plan, messages) = (more, messages + planned);
        }
        ahead.planned = Some(Planned { plan, messages, size });
        Ok(Some(ahead).filter(|ahead| ahead.arrivals.len() > 0))
    }

    /// RECORDED brings the rest to everybody. Nothing is acknowledged before its commit.
    async fn tell(
        &self,
        plan: &Plan,
        outcomes: &[Outcome],
        tokens: Vec<AckToken>,
    ) -> Result<(), RecorderError> {
        let receipts = receipts(plan, outcomes);
        let all = || receipts.iter().chain(&plan.notices);
        for publisher in Publisher::ON_THE_BUS {
            let own = all().filter(|(of, _)| of == publisher).map(|(_, notice)| notice.clone());
            self.bus.notify(*publisher, &own.collect::<Vec<_>>()).await?;
        }
        self.bus.ack(tokens).await?;
        self.recorded.notify_one();
        Ok(())
    }
}

fn are_recorded(outcomes: &[Outcome]) -> bool {
    outcomes.iter().all(|outcome| matches!(outcome, Outcome::Recorded(_)))
}

/// Folds what was appended into the view. `None` when the log had moved and the plan was made on an
/// old state: what was appended stays (it is idempotent), the rest must be planned anew.
fn settle(
    view: &mut View,
    plan: &mut Plan,
    outcomes: &[Outcome],
    barred: &mut HashSet<EventId>,
) -> Result<Option<u64>, RecorderError> {
    let mut last = Some(0);
    let mut sent_again = Vec::new();
    for (entry, outcome) in plan.entries.iter().zip(outcomes) {
        match outcome {
            Outcome::Recorded(receipt) => {
                view.size += 1;
                if let Some(position) = &mut last {
                    view.apply(&entry.envelope, receipt.position)?;
                    *position = receipt.position.0.max(*position);
                }
            }
            // Another recorder took it into the registry, which is read anew.
            Outcome::AlreadyRecorded(_) if entry.envelope.stream.kind == StreamKind::Registry => last = None,
            // It was sent again; what else of its stream is in the log was not looked at.
            Outcome::AlreadyRecorded(_) => sent_again.push(entry.envelope.stream.id),
            Outcome::KeySequenceReused => {
                barred.insert(entry.envelope.id);
                last = None;
            }
            Outcome::IdReused(_) | Outcome::VersionConflict { .. } | Outcome::Unfounded => last = None,
        }
    }
    view.remember(plan.take_streams());
    sent_again.into_iter().for_each(|stream| view.forget(stream));
    Ok(last)
}

/// The receipts of what was appended, for those who sent it.
fn receipts(plan: &Plan, outcomes: &[Outcome]) -> Vec<(Publisher, Notice)> {
    let sent = plan.entries.iter().zip(outcomes).filter_map(|(entry, outcome)| match outcome {
        Outcome::Recorded(receipt) | Outcome::AlreadyRecorded(receipt) => {
            Some((entry.envelope.source.publisher, recorded(receipt)))
        }
        _ => None,
    });
    sent.collect()
}

fn count(plan: &Plan, outcomes: &[Outcome], last: u64) {
    // What came again was known beforehand, or found by the append.
    let found = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::AlreadyRecorded(_))).count();
    let known = plan.notices.iter().filter(|(_, notice)| matches!(notice, Notice::Recorded { .. })).count();
    metrics::counter!("tais_recorder_entries_total").increment((outcomes.len() - found) as u64);
    metrics::counter!("tais_recorder_repeated_total").increment((found + known) as u64);
    for kept in &plan.quarantine {
        metrics::counter!("tais_recorder_quarantined_total", "code" => kept.code.clone()).increment(1);
        tracing::warn!(subject = %kept.subject, code = %kept.code, reason = %kept.reason, "a message was set aside");
    }
    if !plan.entries.is_empty() {
        tracing::debug!(entries = plan.entries.len(), position = last, "recorded");
    }
}
