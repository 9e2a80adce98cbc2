//! The recorder: waits for the place of the active one, records, and has its other duties done beside.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use backon::BackoffBuilder as _;
use tais_bus::RecorderBus;
use tais_log::Log;
use tais_log::checkpoint::SignedCheckpoint;
use tais_proto::Timestamp;
use tais_proto::reference::{Reference, StateCode};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::checkpoint::Checkpointer;
use crate::keys::LogKeys;
use crate::recording::Recording;
use crate::view::View;
use crate::{RecorderError, relay, replay};

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
        let log = self.log.clone();
        tokio::select! {
            result = relay => result,
            result = replay => result,
            result = checkpoints => result,
            result = self.record_until(shutdown) => result,
            lost = log.hold(&mut lease) => Err(lost.into()),
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
        self.recording().run(shutdown).await
    }

    /// Takes one batch, if there is one; for tests, and for a recorder driven by hand.
    ///
    /// # Errors
    /// As [`run`], transient ones included.
    pub async fn step(&mut self, wait: Duration) -> Result<usize, RecorderError> {
        self.recording().step(wait).await
    }

    fn recording(&mut self) -> Recording<'_, L, B> {
        let Self { config, log, bus, view, recorded } = self;
        Recording { config, log, bus, view, recorded }
    }
}

/// A duty in a task of its own, so that what it computes does not hold up who records; it ends where this is dropped.
async fn aside(
    duty: impl Future<Output = Result<(), RecorderError>> + Send + 'static,
) -> Result<(), RecorderError> {
    let task = AbortOnDropHandle::new(tokio::spawn(duty));
    task.await.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()))
}
