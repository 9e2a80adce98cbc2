//! The recorder's loop: pull, plan, append, acknowledge, answer. One screen, in that order.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use backon::BackoffBuilder as _;
use tais_bus::{Notice, RecorderBus};
use tais_log::checkpoint::SignedCheckpoint;
use tais_log::{Log, Outcome};
use tais_proto::reference::{Reference, StateCode};
use tais_proto::{EventId, Publisher, StreamKind, Timestamp};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::arrivals::Arrivals;
use crate::checkpoint::Checkpointer;
use crate::keys::LogKeys;
use crate::plan::{Before, Message, Plan, Planner, recorded};
use crate::verify::ValidKeys;
use crate::view::View;
use crate::{RecorderError, relay, replay};

/// The most messages taken into one transaction.
const BATCH_MAX: usize = 1_024;
/// How long one pull waits for the first message.
const PULL_WAIT: Duration = Duration::from_secs(5);
/// How often a standing-by recorder asks whether the place is free.
const LEASE_RETRY: Duration = Duration::from_secs(1);

/// What a recorder works with.
#[derive(Clone)]
pub struct Config {
    /// The member state whose record it writes.
    pub state: StateCode,
    /// The log's keys, for refusals and checkpoints.
    pub keys: LogKeys,
    /// The file with the last signed checkpoint. It must not lie in the database, nor in its backups.
    pub checkpoint: PathBuf,
    /// The reference data.
    pub reference: Arc<Reference>,
    /// The clock, for the time of refusals; the log keeps its own.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

/// One recorder.
pub struct Recorder<L, B> {
    config: Config,
    log: L,
    bus: B,
    view: Option<View>,
    recorded: Arc<Notify>,
}

/// Records until told to stop. Transient trouble is waited out; anything else ends the service, and
/// recovery starts from what is durable.
///
/// # Errors
/// When the record does not fold, or belongs to another log.
pub async fn run<L: Log, B: RecorderBus>(
    config: Config,
    log: L,
    bus: B,
    shutdown: CancellationToken,
) -> Result<(), RecorderError> {
    let mut recorder = Recorder::new(config, log, bus);
    let mut back_off = back_off();
    while !shutdown.is_cancelled() {
        let result = tokio::select! {
            () = shutdown.cancelled() => Ok(()),
            result = recorder.lead(&shutdown) => result,
        };
        match result {
            Ok(()) => back_off = self::back_off(),
            Err(error) if error.is_transient() => {
                let wait = back_off.next().unwrap_or(BACK_OFF_MAX);
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    ?wait,
                    "recording paused; trying again"
                );
                recorder.view = None;
                tokio::select! { () = shutdown.cancelled() => {}, () = tokio::time::sleep(wait) => {} }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

const BACK_OFF_MAX: Duration = Duration::from_secs(5);

fn back_off() -> backon::ExponentialBackoff {
    backon::ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(BACK_OFF_MAX)
        .with_max_times(usize::MAX)
        .with_jitter()
        .build()
}

impl<L: Log, B: RecorderBus> Recorder<L, B> {
    /// A recorder that has not looked at the log yet.
    pub fn new(config: Config, log: L, bus: B) -> Self {
        Self { config, log, bus, view: None, recorded: Arc::new(Notify::new()) }
    }

    /// Stands by until the place is free, then records until something goes wrong.
    async fn lead(&mut self, shutdown: &CancellationToken) -> Result<(), RecorderError> {
        let mut lease = loop {
            match self.log.try_lead().await? {
                Some(lease) => break lease,
                None => tokio::time::sleep(LEASE_RETRY).await,
            }
        };
        // Before anything is recorded: a log that does not go on from what was signed is not written to.
        let checkpoints = self.checkpointer().await?;
        tracing::info!("this recorder is active");
        let (log, bus, recorded) = (self.log.clone(), self.bus.clone(), Arc::clone(&self.recorded));
        let relay = aside(async move { relay::run(&log, &bus, &recorded).await });
        let (log, bus) = (self.log.clone(), self.bus.clone());
        let replay = aside(async move { replay::run(&log, &bus).await });
        let checkpoints = aside(checkpoints.run());
        let (log, bus) = (self.log.clone(), self.bus.clone());
        let mut recording =
            Recording { config: &self.config, log, bus, view: &mut self.view, recorded: &self.recorded };
        tokio::select! {
            result = relay => result,
            result = replay => result,
            result = checkpoints => result,
            result = recording.run(shutdown) => result,
            lost = self.log.hold(&mut lease) => Err(lost.into()),
        }
    }

    /// Signs a checkpoint of what the log is now; `None` when that is signed already.
    ///
    /// # Errors
    /// When the log does not go on from what was signed before, or cannot be read.
    pub async fn sign(&self) -> Result<Option<SignedCheckpoint>, RecorderError> {
        self.checkpointer().await?.sign().await
    }

    async fn checkpointer(&self) -> Result<Checkpointer<L>, RecorderError> {
        let Config { keys, checkpoint, .. } = &self.config;
        Checkpointer::begin(self.log.clone(), Arc::clone(keys), checkpoint.clone()).await
    }

    /// Records until told to stop, without the place of the active recorder and its other duties; for benches.
    ///
    /// # Errors
    /// As [`run`], transient ones included.
    pub async fn record_until(&mut self, shutdown: &CancellationToken) -> Result<(), RecorderError> {
        let (log, bus) = (self.log.clone(), self.bus.clone());
        Recording { config: &self.config, log, bus, view: &mut self.view, recorded: &self.recorded }
            .run(shutdown)
            .await
    }

    /// Takes one batch, if there is one; for tests, and for a recorder driven by hand.
    ///
    /// # Errors
    /// As [`run`], transient ones included.
    pub async fn step(&mut self, wait: Duration) -> Result<usize, RecorderError> {
        let (log, bus) = (self.log.clone(), self.bus.clone());
        let mut recording =
            Recording { config: &self.config, log, bus, view: &mut self.view, recorded: &self.recorded };
        recording.step(wait).await
    }
}

/// A duty in a task of its own, so that what it computes does not hold up who records; it ends where this is dropped.
async fn aside(
    duty: impl Future<Output = Result<(), RecorderError>> + Send + 'static,
) -> Result<(), RecorderError> {
    let task = AbortOnDropHandle::new(tokio::spawn(duty));
    task.await.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()))
}

struct Recording<'a, L, B> {
    config: &'a Config,
    log: L,
    bus: B,
    view: &'a mut Option<View>,
    recorded: &'a Notify,
}

impl<L: Log, B: RecorderBus> Recording<'_, L, B> {
    async fn run(&mut self, shutdown: &CancellationToken) -> Result<(), RecorderError> {
        let mut next: Option<Arrivals> = None;
        while !shutdown.is_cancelled() {
            let arrivals = match next.take().filter(|next| next.len() > 0) {
                Some(arrivals) => arrivals,
                None => self.pull(PULL_WAIT).await?,
            };
            // What has come meanwhile is verified while this is committed; it is not waited for.
            let (bus, keys) = (self.bus.clone(), self.keys().await?);
            let ahead = async move {
                let submitted = bus.pull(BATCH_MAX, Duration::ZERO).await?;
                Ok::<_, RecorderError>(Arrivals::verify(submitted, &keys).await)
            };
            let (recorded, ahead) = tokio::join!(self.record_all(arrivals), ahead);
            recorded?;
            next = Some(ahead?);
        }
        Ok(())
    }

    /// Pulls a batch and sees it through. Nothing is acknowledged before its commit.
    async fn step(&mut self, wait: Duration) -> Result<usize, RecorderError> {
        let arrivals = self.pull(wait).await?;
        let pulled = arrivals.len();
        self.record_all(arrivals).await?;
        Ok(pulled)
    }

    async fn pull(&mut self, wait: Duration) -> Result<Arrivals, RecorderError> {
        let submitted = self.bus.pull(BATCH_MAX, wait).await?;
        let keys = self.keys().await?;
        Ok(Arrivals::verify(submitted, &keys).await)
    }

    async fn record_all(&mut self, mut arrivals: Arrivals) -> Result<(), RecorderError> {
        let mut before = Before::default();
        let mut done = 0;
        while done < arrivals.len() {
            let keys = self.keys().await?;
            arrivals.keep_to(&keys, done).await;
            done += self.record(&arrivals.from(done), &mut before).await?;
        }
        Ok(())
    }

    /// The keys that may sign now.
    async fn keys(&mut self) -> Result<ValidKeys, RecorderError> {
        let view = self.take_view().await?;
        Ok(ValidKeys::of(&self.view.insert(view).registry))
    }

    /// The view, read from the log where there is none. Put back when all is known: whatever else happens,
    /// it is read again.
    async fn take_view(&mut self) -> Result<View, RecorderError> {
        match self.view.take() {
            Some(view) => Ok(view),
            None => View::load(&self.log, &self.config.keys).await,
        }
    }

    /// Records as much of the batch as one transaction can; returns how many messages are settled.
    /// `before` collects what only the log knows, when a plan did not stand.
    async fn record(
        &mut self,
        messages: &[Message<'_>],
        before: &mut Before,
    ) -> Result<usize, RecorderError> {
        let mut view = self.take_view().await?;
        let mut planner = Planner {
            log: &self.log,
            view: &mut view,
            reference: &self.config.reference,
            keys: &self.config.keys,
            state: &self.config.state,
            now: (self.config.clock)(),
            before,
        };
        let (plan, planned) = planner.plan(messages).await?;
        let Some(outcomes) = self.log.append_at(view.size, &plan.entries, &plan.quarantine).await? else {
            // Another recorder came between: what this one knows, and would refuse by, is not what is.
            before.failed = true;
            tracing::warn!("the log has gone on without this recorder; planning the batch again");
            return Ok(0);
        };
        // From here on the batch is in the record; a crash only means that it is delivered again.
        let Some(head) = settle(&mut view, &plan, &outcomes, &mut before.barred)? else {
            // The plan was hopeful, or a key's sequence number was used twice: read the log again and plan
            // the same batch anew. What was appended is found there by its id.
            before.failed = true;
            tracing::warn!("the log does not stand as this recorder saw it; planning the batch again");
            return Ok(0);
        };
        // A log whose key was rotated is looked at anew, with the next one.
        *self.view = Some(view).filter(View::has_the_logs_key);
        // Whoever waits for a receipt hears of it at once; RECORDED brings the rest to everybody.
        for (publisher, notice) in receipts(&plan, &outcomes).iter().chain(&plan.notices) {
            self.bus.notify(*publisher, notice).await?;
        }
        let tokens = messages[..planned].iter().map(|message| message.submitted.token.clone());
        self.bus.ack(tokens.collect()).await?;
        self.recorded.notify_one();
        count(&plan, &outcomes, head);
        Ok(planned)
    }
}

/// Folds what was appended into the view. `None` when the log had moved and the plan was made on an
/// old state: what was appended stays (it is idempotent), the rest must be planned anew.
fn settle(
    view: &mut View,
    plan: &Plan,
    outcomes: &[Outcome],
    barred: &mut HashSet<EventId>,
) -> Result<Option<u64>, RecorderError> {
    let mut last = Some(0);
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
            Outcome::AlreadyRecorded(_) => view.forget(entry.envelope.stream.id),
            Outcome::KeySequenceReused => {
                barred.insert(entry.envelope.id);
                last = None;
            }
            Outcome::IdReused(_) | Outcome::VersionConflict { .. } | Outcome::Unfounded => last = None,
        }
    }
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
    sent.filter(|(publisher, _)| Publisher::ON_THE_BUS.contains(publisher)).collect()
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
