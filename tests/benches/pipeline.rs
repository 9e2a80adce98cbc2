//! The recorder and the projector, as ratios: ours and the bare servers.
//!
//! `TAIS_SERVERS=$(deploy/local servers) cargo bench -p tais-tests --bench pipeline -- [--quick] [--save FILE]`
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may end by panicking")]
#![expect(clippy::print_stdout, reason = "its table")]
#![expect(clippy::cast_precision_loss, reason = "counts and times")]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Measure, World, pool, report};
use futures_util::TryStreamExt as _;
use tais_log::{Log as _, PostgresLog, system_clock};
use tais_proto::reference::Reference;
use tokio_util::sync::CancellationToken;

/// Binary COPY of the same rows into a table of the same shape, with the same indexes.
async fn copy_in(world: &World, count: u32) -> f64 {
    let last = i64::try_from(world.log.head().await.unwrap().size).unwrap();
    let rows = format!("select * from log.entry where position >= {}", last - i64::from(count));
    let mut connection = world.operator.acquire().await.unwrap();
    let out = connection.copy_out_raw(&format!("copy ({rows}) to stdout (format binary)")).await.unwrap();
    let bytes: Vec<u8> = out
        .try_fold(Vec::new(), |mut all, part| async move {
            all.extend_from_slice(&part);
            Ok(all)
        })
        .await
        .unwrap();
    let start = Instant::now();
    let mut copy = connection.copy_in_raw("copy bench.entry from stdin (format binary)").await.unwrap();
    copy.send(bytes.as_slice()).await.unwrap();
    assert_eq!(copy.finish().await.unwrap(), u64::from(count));
    f64::from(count) / start.elapsed().as_secs_f64()
}

/// All projections built anew from the whole log, until they are live.
async fn rebuild(world: &World) -> f64 {
    let passwords = world.cluster.secrets.role_passwords().unwrap();
    let pool = pool(&world.cluster, "tais_projector", &passwords.projector).await;
    let log = PostgresLog::new(pool.clone(), system_clock());
    let size = world.log.head().await.unwrap().size;
    let reference = Arc::new(Reference::load_embedded().unwrap());
    let config = tais_projector::Config { pool: pool.clone(), reference, rebuild: true };
    tais_projector::migrate(&pool).await.unwrap();
    let before: i64 = sqlx::query_scalar("select coalesce(max(id), 0) from projection.build")
        .fetch_one(&pool)
        .await
        .unwrap();
    let projections: i64 = sqlx::query_scalar("select count(*) from projection.build where live")
        .fetch_one(&pool)
        .await
        .unwrap();
    let shutdown = CancellationToken::new();
    let start = Instant::now();
    let running = tokio::spawn(tais_projector::run(config, log, shutdown.clone()));
    let fresh = "select count(*) from projection.build where live and id > $1";
    while sqlx::query_scalar::<_, i64>(fresh).bind(before).fetch_one(&pool).await.unwrap() < projections {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let rate = size as f64 / start.elapsed().as_secs_f64();
    shutdown.cancel();
    running.await.unwrap().unwrap();
    pool.close().await;
    rate
}

async fn copy_out(world: &World) -> f64 {
    let size = world.log.head().await.unwrap().size;
    let mut connection = world.operator.acquire().await.unwrap();
    let start = Instant::now();
    let mut out = connection
        .copy_out_raw("copy (select position, envelope from log.entry) to stdout (format binary)")
        .await
        .unwrap();
    let mut bytes = 0;
    while let Some(part) = out.try_next().await.unwrap() {
        bytes += part.len();
    }
    assert!(bytes > 0);
    size as f64 / start.elapsed().as_secs_f64()
}

#[tokio::main]
async fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rounds, count) = if quick { (2, 300) } else { (5, 5_000) };
    let mut world = World::new().await;
    let mut record =
        Measure::new("recorder: SUBMIT to committed, against binary COPY of the same rows", "events/s");
    let mut build = Measure::new("rebuild of all projections, against COPY TO of the same rows", "events/s");
    for _ in 0..rounds {
        record.ours.push(world.record(count).await);
        record.reference.push(copy_in(&world, count).await);
    }
    for _ in 0..rounds {
        build.ours.push(rebuild(&world).await);
        build.reference.push(copy_out(&world).await);
    }
    report(&world, &format!("{rounds} rounds of {count} events"), &[record, build]).await;
}
