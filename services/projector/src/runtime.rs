//! The loop of each projection: follow the log, fold, write rows and checkpoint in one transaction.

use std::sync::Arc;
use std::time::Duration;

use backon::BackoffBuilder as _;
use sqlx::PgPool;
use tais_domain::{Commitment, Forum, Indicator, Obligation};
use tais_log::frontier::Frontier;
use tais_log::{Entry, Filter, Follower, Log, proof};
use tais_proto::StreamKind;
use tais_proto::reference::Reference;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::ProjectorError;
use crate::activity::ActivityProjection;
use crate::batch::{Batch, Closed};
use crate::projection::Projection;
use crate::state::StateProjection;
use crate::store::{self, Build};

/// The most entries of one reading.
const PAGE_MAX: usize = 1_000;
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
pub const PROJECTIONS: usize = 5;

/// Projects until told to stop.
///
/// # Errors
/// When the record does not fold, or a checkpoint is of another history.
pub async fn run<L: Log>(config: Config, log: L, shutdown: CancellationToken) -> Result<(), ProjectorError> {
    store::migrate(&config.pool).await?;
    tokio::try_join!(
        keep::<ActivityProjection, L>(&config, &log, &shutdown),
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

/// Follows the log on the build that there is, or on a fresh one once it has taken over.
async fn follow<P: Projection, L: Log>(
    config: &Config,
    log: &L,
    rebuild: &mut bool,
    progressed: &mut bool,
) -> Result<std::convert::Infallible, ProjectorError> {
    let mut build = store::open::<P>(&config.pool, *rebuild).await?;
    check_history::<P, L>(log, &build).await?;
    if !build.live {
        catch_up::<P, L>(config, log, &mut build, progressed).await?;
        *rebuild = false;
    }
    let mut follower = log.follow(build.next()).await?;
    loop {
        let entries = follower.next(PAGE_MAX).await?;
        let mut frontier = build.frontier.clone();
        entries.iter().for_each(|entry| frontier.append(entry.leaf_hash));
        let mut batch = Batch::default();
        if let Err(error) = fold::<P>(config, &build, &mut batch, &entries).await {
            return Err(told_apart::<P>(config, &build, error).await);
        }
        store::write::<P>(&config.pool, &build, &batch.close().0, &frontier).await?;
        stand::<P>(&mut build, frontier);
        *progressed = true;
    }
}

/// Folds all there is into a build that nobody reads yet, and lets it take over.
async fn catch_up<P: Projection, L: Log>(
    config: &Config,
    log: &L,
    build: &mut Build,
    progressed: &mut bool,
) -> Result<(), ProjectorError> {
    // Nearly all entries are of activities: who folds them reads everything, and sees where one is missing.
    let kind = (P::STREAMS != StreamKind::Activity).then_some(P::STREAMS);
    let filter = Filter { kind, ..Filter::default() };
    let mut writing = Writing::default();
    let (mut batch, mut begun, mut read_to) = (Batch::default(), build.next(), build.next());
    let mut is_indexed = false;
    let mut page = log.read_from(read_to, PAGE_MAX, &filter).await?;
    loop {
        let is_read = page.scanned_to == read_to;
        if !is_read {
            read_to = page.scanned_to;
            // The next page comes while this one is folded.
            let next = log.read_from(read_to, PAGE_MAX, &filter);
            let (next, folded) = tokio::join!(next, fold::<P>(config, build, &mut batch, &page.entries));
            if let Err(error) = folded {
                writing.end::<P>(build).await?;
                return Err(told_apart::<P>(config, build, error).await);
            }
            page = next?;
        }
        if batch.is_full() || is_read && read_to > begun {
            let frontier = proof::frontier(log, read_to.0).await?;
            *progressed |= writing.end::<P>(build).await?;
            let (closed, next) = batch.close();
            writing.begin::<P>(config, build, closed, frontier);
            batch = next;
            begun = read_to;
        } else if is_read && is_indexed {
            break;
        } else if is_read {
            *progressed |= writing.end::<P>(build).await?;
            store::index::<P>(&config.pool, build).await?;
            is_indexed = true;
            // Meanwhile the log may have gone on.
            page = log.read_from(read_to, PAGE_MAX, &filter).await?;
        }
    }
    writing.end::<P>(build).await?;
    store::swap::<P>(&config.pool, build).await?;
    build.live = true;
    let entries = build.next().0;
    tracing::info!(projection = P::NAME, version = P::version(), entries, "projection is live");
    Ok(())
}

/// The batch of a build that is being written while the next one is folded; given up when this is dropped.
#[derive(Default)]
struct Writing(JoinSet<Result<Frontier, ProjectorError>>);

impl Writing {
    /// Begins to write, when the batch before is written.
    fn begin<P: Projection>(&mut self, config: &Config, build: &Build, batch: Closed, frontier: Frontier) {
        let (pool, build) = (config.pool.clone(), build.clone());
        self.0.spawn(async move {
            store::write::<P>(&pool, &build, &batch, &frontier).await?;
            Ok(frontier)
        });
    }

    /// Waits until what was begun is written, if anything was; the build then stands there.
    async fn end<P: Projection>(&mut self, build: &mut Build) -> Result<bool, ProjectorError> {
        let Some(written) = self.0.join_next().await else { return Ok(false) };
        stand::<P>(build, written.map_err(std::io::Error::from)??);
        Ok(true)
    }
}

/// The build stands at a frontier of the log.
fn stand<P: Projection>(build: &mut Build, frontier: Frontier) {
    build.frontier = frontier;
    #[expect(clippy::cast_precision_loss, reason = "a gauge")]
    metrics::gauge!("tais_projection_position", "projection" => P::NAME).set(build.next().0 as f64);
}

/// A checkpoint whose (position, root) is not in the log belongs to another history.
async fn check_history<P: Projection, L: Log>(log: &L, build: &Build) -> Result<(), ProjectorError> {
    let size = build.frontier.size();
    let goes_on = log.head().await?.size >= size && proof::root(log, size).await? == build.frontier.root();
    if goes_on { Ok(()) } else { Err(ProjectorError::ForeignHistory { name: P::NAME, position: size }) }
}

/// Folds entries into a batch; pure but for loading what the fold remembers of the streams it touches.
async fn fold<P: Projection>(
    config: &Config,
    build: &Build,
    batch: &mut Batch<P>,
    entries: &[Entry],
) -> Result<(), ProjectorError> {
    let entries: Vec<&Entry> = entries.iter().filter(|entry| entry.stream.kind == P::STREAMS).collect();
    store::load::<P>(&config.pool, build, batch, &entries).await?;
    entries.iter().try_for_each(|entry| batch.fold(entry, &config.reference))
}

/// Another projector may have written between our reading of the entries and of what the fold remembers: then they
/// do not belong together, and nothing is wrong with the record.
async fn told_apart<P: Projection>(config: &Config, build: &Build, error: ProjectorError) -> ProjectorError {
    if !matches!(error, ProjectorError::Broken { .. }) {
        return error;
    }
    match store::has_moved(&config.pool, build).await {
        Ok(true) => ProjectorError::Moved(P::NAME),
        Ok(false) => error,
        Err(unknown) => unknown,
    }
}
