//! What is read, rebuilt and kept, against what the same machine does bare.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::TryStreamExt as _;
use sqlx::Row as _;
use tais_log::{Filter, Log as _, PostgresLog, system_clock};
use tais_proto::Position;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::world::{World, pool};
use super::writing::rate;

/// Entries of a page.
const PAGE: usize = 2_000;

/// Reads the whole log as the services do. Entries a second.
pub async fn read_all(world: &World) -> anyhow::Result<f64> {
    let start = Instant::now();
    let (mut next, mut count) = (Position(0), 0);
    loop {
        let page = world.log.read_from(next, PAGE, &Filter::default()).await?;
        if page.entries.is_empty() {
            return Ok(rate(count, start.elapsed()));
        }
        count += page.entries.len();
        next = page.scanned_to;
    }
}

/// A row as sqlx gives it: the columns of an entry, as values.
type Row =
    (i64, Uuid, Uuid, String, i32, String, String, Option<String>, OffsetDateTime, Vec<u8>, Vec<u8>, Vec<u8>);

/// Fetches the same columns of the same pages with sqlx, and checks nothing of them. Rows a second.
pub async fn fetch_all(world: &World) -> anyhow::Result<f64> {
    let start = Instant::now();
    let (mut next, mut count) = (0_i64, 0);
    loop {
        let rows: Vec<Row> = sqlx::query_as(
            "select position, event_id, stream, stream_kind, version, type, state, pillar, recorded_at, envelope,
                    signature, leaf_hash from log.entry where position >= $1 order by position limit $2",
        )
        .bind(next)
        .bind(i64::try_from(PAGE)?)
        .fetch_all(world.log.pool())
        .await?;
        let Some(last) = rows.last() else { return Ok(rate(count, start.elapsed())) };
        next = last.0 + 1;
        count += rows.len();
    }
}

/// Folds the whole log into every projection anew, until all are live. Entries a second.
pub async fn rebuild(world: &World) -> anyhow::Result<f64> {
    let pool = pool(&world.url("tais_projector")?).await?;
    let log = PostgresLog::new(pool.clone(), system_clock());
    let (reference, shutdown) = (world.reference(), CancellationToken::new());
    let config =
        tais_projector::Config { pool: pool.clone(), reference: Arc::clone(&reference), rebuild: true };
    let before = last_build(world).await?;
    let size = world.log.head().await?.size;
    let start = Instant::now();
    let running = tokio::spawn(tais_projector::run(config, log, shutdown.clone()));
    while !rebuilt(world, before).await? {
        if running.is_finished() {
            running.await??;
            anyhow::bail!("the projector stopped");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let rate = rate(usize::try_from(size)?, start.elapsed());
    shutdown.cancel();
    running.await??;
    pool.close().await;
    Ok(rate)
}

/// The last build of a projection; 0 where there is none yet.
async fn last_build(world: &World) -> anyhow::Result<i64> {
    let projector = pool(&world.url("tais_projector")?).await?;
    tais_projector::migrate(&projector).await?;
    projector.close().await;
    let last = sqlx::query_scalar("select coalesce(max(id), 0) from projection.build");
    Ok(last.fetch_one(&world.operator).await?)
}

/// Whether every projection has a live build that is newer than this one.
async fn rebuilt(world: &World, before: i64) -> anyhow::Result<bool> {
    let fresh: i64 = sqlx::query_scalar("select count(*) from projection.build where live and id > $1")
        .bind(before)
        .fetch_one(&world.operator)
        .await?;
    Ok(fresh >= i64::try_from(tais_projector::PROJECTIONS)?)
}

/// The bytes of all envelopes by COPY. Rows a second.
pub async fn copy_out(world: &World) -> anyhow::Result<f64> {
    let size = world.log.head().await?.size;
    let mut connection = world.operator.acquire().await?;
    let start = Instant::now();
    let statement = "copy (select position, envelope from log.entry) to stdout (format binary)";
    let mut out = connection.copy_out_raw(statement).await?;
    while out.try_next().await?.is_some() {}
    Ok(rate(usize::try_from(size)?, start.elapsed()))
}

/// What an event takes on disk with its indexes and tiles, and what its envelope has, in bytes.
pub async fn bytes(world: &World) -> anyhow::Result<(f64, f64)> {
    let row = sqlx::query(
        "select (pg_total_relation_size('log.entry') + pg_total_relation_size('log.tile'))::float8 / count(*) as kept,
                avg(length(envelope))::float8 as envelope from log.entry",
    )
    .fetch_one(&world.operator)
    .await?;
    Ok((row.try_get("kept")?, row.try_get("envelope")?))
}

/// A service in a process of its own; killed when it is dropped.
pub struct Service(Child);

impl Service {
    pub fn start(world: &World, words: &[&str], user: &str) -> anyhow::Result<Self> {
        let child = Command::new(std::env::current_exe()?)
            .args(words)
            .arg("--data")
            .arg(world.data())
            .arg("--postgres")
            .arg(world.url(user)?)
            .arg("--nats")
            .arg(world.nats.url())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self(child))
    }

    /// The most memory that it had so far, in MB.
    pub fn memory(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
        let kibibytes: f64 = peak.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kibibytes * 1.024 / 1_000.0)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.0.kill().and_then(|()| self.0.wait()).map(drop).unwrap_or_default();
    }
}

/// The most memory of a recorder that drains what lies in SUBMIT, until the log has so many entries.
pub async fn recorder_memory(world: &World, size: u64) -> anyhow::Result<f64> {
    let service = Service::start(world, &["recorder"], "tais_recorder")?;
    let patience = Instant::now() + Duration::from_secs(300);
    while world.log.head().await?.size < size {
        anyhow::ensure!(Instant::now() < patience, "the recorder did not record all in five minutes");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    service.memory()
}

/// The most memory of a projector that builds every projection anew.
pub async fn rebuild_memory(world: &World) -> anyhow::Result<f64> {
    let before = last_build(world).await?;
    let service = Service::start(world, &["projector", "--rebuild"], "tais_projector")?;
    let mut most = 0.0_f64;
    while !rebuilt(world, before).await? {
        most = most.max(service.memory().context("the projector stopped")?);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(most.max(service.memory()?))
}
