//! The loop of each projection: follow the log, fold, write rows and checkpoint in one transaction.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use backon::BackoffBuilder as _;
use sqlx::PgPool;
use tais_domain::{Commitment, Forum, Indicator, Obligation};
use tais_log::{Entry, Follower, Log, proof};
use tais_proto::reference::Reference;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::ProjectorError;
use crate::activity::ActivityProjection;
use crate::measure::MeasureProjection;
use crate::projection::{Projection, envelope};
use crate::state::StateProjection;
use crate::store::{self, Batch, Build};

/// The most entries folded into one transaction.
const BATCH_MAX: usize = 1_000;
/// The longest pause after transient trouble.
const BACK_OFF_MAX: Duration = Duration::from_secs(5);

/// What the projector works with.
#[derive(Clone)]
pub struct Config {
    /// A pool of the projector's own role.
    pub pool: PgPool,
    /// The reference data that folds judge by.
    pub reference: Arc<Reference>,
    /// Build everything anew beside the live rows, and swap when caught up.
    pub rebuild: bool,
}

/// How many projections there are.
pub const PROJECTIONS: usize = 6;

/// Projects until told to stop.
///
/// # Errors
/// When the record does not fold, or a checkpoint is of another history.
pub async fn run<L: Log>(config: Config, log: L, shutdown: CancellationToken) -> Result<(), ProjectorError> {
    store::migrate(&config.pool).await?;
    tokio::try_join!(
        keep::<ActivityProjection, L>(&config, &log, &shutdown),
        keep::<MeasureProjection, L>(&config, &log, &shutdown),
        keep::<StateProjection<Commitment>, L>(&config, &log, &shutdown),
        keep::<StateProjection<Indicator>, L>(&config, &log, &shutdown),
        keep::<StateProjection<Obligation>, L>(&config, &log, &shutdown),
        keep::<StateProjection<Forum>, L>(&config, &log, &shutdown),
    )?;
    Ok(())
}

/// Keeps one projection going through transient trouble.
async fn keep<P: Projection, L: Log>(
    config: &Config,
    log: &L,
    shutdown: &CancellationToken,
) -> Result<(), ProjectorError> {
    let back_off = || {
        backon::ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(100))
            .with_max_delay(BACK_OFF_MAX)
            .with_max_times(usize::MAX)
            .with_jitter()
            .build()
    };
    let mut waits = back_off();
    let mut rebuild = config.rebuild;
    while !shutdown.is_cancelled() {
        let mut progressed = false;
        let result = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            result = follow::<P, L>(config, log, &mut rebuild, &mut progressed) => result,
        };
        match result {
            Ok(never) => match never {},
            Err(error) if error.is_transient() => {
                if progressed {
                    waits = back_off();
                }
                let wait = waits.next().unwrap_or(BACK_OFF_MAX);
                tracing::warn!(
                    projection = P::NAME,
                    error = &error as &dyn std::error::Error,
                    ?wait,
                    "projecting paused; trying again"
                );
                tokio::select! { () = shutdown.cancelled() => {}, () = tokio::time::sleep(wait) => {} }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Follows the log on the build that there is, or on a fresh one until it can take over.
async fn follow<P: Projection, L: Log>(
    config: &Config,
    log: &L,
    rebuild: &mut bool,
    progressed: &mut bool,
) -> Result<std::convert::Infallible, ProjectorError> {
    let mut build = store::open::<P>(&config.pool, *rebuild).await?;
    check_history::<P, L>(log, &build).await?;
    let mut follower = log.follow(build.next()).await?;
    loop {
        if !build.live && log.head().await?.size <= build.next().0 {
            store::swap::<P>(&config.pool, &build).await?;
            build.live = true;
            *rebuild = false;
            tracing::info!(
                projection = P::NAME,
                version = P::VERSION,
                entries = build.next().0,
                "projection is live"
            );
        }
        let entries = follower.next(BATCH_MAX).await?;
        let batch = match fold::<P>(config, &build, &entries).await {
            // Another projector wrote between our reading of the entries and of what the fold
            // remembers: they do not belong together, and nothing is wrong with the record.
            Err(ProjectorError::Broken { .. }) if store::has_moved(&config.pool, &build).await? => {
                return Err(ProjectorError::Moved(P::NAME));
            }
            folded => folded?,
        };
        store::write::<P>(&config.pool, &build, &batch).await?;
        build.frontier = batch.frontier;
        *progressed = true;
        #[expect(clippy::cast_precision_loss, reason = "a gauge")]
        metrics::gauge!("tais_projection_position", "projection" => P::NAME).set(build.next().0 as f64);
    }
}

/// A checkpoint whose (position, root) is not in the log belongs to another history.
async fn check_history<P: Projection, L: Log>(log: &L, build: &Build) -> Result<(), ProjectorError> {
    let size = build.frontier.size();
    let goes_on = log.head().await?.size >= size && proof::root(log, size).await? == build.frontier.root();
    if goes_on { Ok(()) } else { Err(ProjectorError::ForeignHistory { name: P::NAME, position: size }) }
}

/// Folds a batch; pure but for loading what the fold remembers of the streams it touches.
async fn fold<P: Projection>(
    config: &Config,
    build: &Build,
    entries: &[Entry],
) -> Result<Batch<P>, ProjectorError> {
    let streams: Vec<Uuid> = entries
        .iter()
        .filter(|entry| entry.stream.kind == P::STREAMS)
        .map(|entry| entry.stream.id.0)
        .collect();
    let mut states: HashMap<Uuid, P::State> = match streams.is_empty() {
        true => HashMap::new(),
        false => store::states::<P>(&config.pool, build, &streams).await?,
    };
    let known = states.keys().copied().collect();
    let mut rows = Vec::new();
    for entry in entries.iter().filter(|entry| entry.stream.kind == P::STREAMS) {
        let before = states.remove(&entry.stream.id.0);
        let (state, added) = P::apply(before, &envelope(entry)?, entry.position, &config.reference)?;
        states.insert(entry.stream.id.0, state);
        rows.extend(added);
    }
    let mut frontier = build.frontier.clone();
    store::extend(&mut frontier, entries.iter().map(|entry| entry.leaf_hash));
    Ok(Batch { rows, known, states, frontier })
}
