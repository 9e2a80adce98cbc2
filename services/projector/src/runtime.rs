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
use tokio_util::sync::CancellationToken;

use crate::ProjectorError;
use crate::activity::ActivityProjection;
use crate::measure::MeasureProjection;
use crate::projection::Projection;
use crate::state::StateProjection;
use crate::store::{self, Batch, Build};

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
        fold::<P>(config, &build, &mut batch, &entries).await?;
        advance::<P>(config, &mut build, &batch, frontier).await?;
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
    let (mut batch, mut read_to) = (Batch::default(), build.next());
    let mut is_indexed = false;
    let mut page = log.read_from(read_to, PAGE_MAX, &filter).await?;
    loop {
        let is_read = page.scanned_to == read_to;
        if !is_read {
            read_to = page.scanned_to;
            // The next page comes while this one is folded.
            let next = log.read_from(read_to, PAGE_MAX, &filter);
            let (next, folded) = tokio::join!(next, fold::<P>(config, build, &mut batch, &page.entries));
            folded?;
            page = next?;
        }
        if batch.is_full() || is_read && read_to > build.next() {
            let frontier = proof::frontier(log, read_to.0).await?;
            advance::<P>(config, build, &std::mem::take(&mut batch), frontier).await?;
            *progressed = true;
        } else if is_read && is_indexed {
            break;
        } else if is_read {
            store::index::<P>(&config.pool, build).await?;
            is_indexed = true;
            // Meanwhile the log may have gone on.
            page = log.read_from(read_to, PAGE_MAX, &filter).await?;
        }
    }
    store::swap::<P>(&config.pool, build).await?;
    build.live = true;
    let entries = build.next().0;
    tracing::info!(projection = P::NAME, version = P::VERSION, entries, "projection is live");
    Ok(())
}

/// Writes a batch into a build, which then stands at a frontier of the log.
async fn advance<P: Projection>(
    config: &Config,
    build: &mut Build,
    batch: &Batch<P>,
    frontier: Frontier,
) -> Result<(), ProjectorError> {
    store::write::<P>(&config.pool, build, batch, &frontier).await?;
    build.frontier = frontier;
    #[expect(clippy::cast_precision_loss, reason = "a gauge")]
    metrics::gauge!("tais_projection_position", "projection" => P::NAME).set(build.next().0 as f64);
    Ok(())
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
    match entries.iter().try_for_each(|entry| batch.fold(entry, &config.reference)) {
        // Another projector wrote between our reading of the entries and of what the fold
        // remembers: they do not belong together, and nothing is wrong with the record.
        Err(ProjectorError::Broken { .. }) if store::has_moved(&config.pool, build).await? => {
            Err(ProjectorError::Moved(P::NAME))
        }
        folded => folded,
    }
}
