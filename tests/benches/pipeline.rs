//! How fast, as ratios: ours and the bare servers, interleaved in one run on one machine.
//!
//! `TAIS_SERVERS=$(deploy/local servers) cargo bench -p tais-tests --bench pipeline -- [--quick] [--save FILE]`
//!
//! Every durability setting is the product's own: `fsync`, `synchronous_commit`, data checksums,
//! `sync_interval: always`.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may end by panicking")]
#![expect(clippy::print_stdout, reason = "its table")]
#![expect(clippy::cast_precision_loss, reason = "counts and times")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::json;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tais::migrate::DATABASE;
use tais_bus::{NatsRecorder, PublisherBus as _, User};
use tais_correspondent::intake::Submission;
use tais_correspondent::report::Report;
use tais_log::{Log as _, PostgresLog, system_clock};
use tais_proto::event::activity::ActivityReported;
use tais_proto::reference::Reference;
use tais_proto::{
    AccountId, Envelope, EventId, Pillar, Publisher, Role, Signed, SigningKey, Source, StreamId, StreamKind,
    StreamRef,
};
use tais_recorder::{Config, Recorder};
use tais_tests::{Cluster, state, typed};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

struct Measure {
    name: &'static str,
    unit: &'static str,
    ours: Vec<f64>,
    reference: Vec<f64>,
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn percentile(times: &[Duration], percent: usize) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)].as_secs_f64() * 1_000.0
}

impl Measure {
    /// Ours over the reference, in the median of the rounds.
    fn ratio(&self) -> f64 {
        median(&self.ours) / median(&self.reference)
    }

    fn spread(values: &[f64]) -> f64 {
        let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
        (most - least) / median(values) * 100.0
    }

    fn print(&self) {
        println!(
            "| {} | {:.2} {u} (±{:.0} %) | {:.2} {u} (±{:.0} %) | {:.2} |",
            self.name,
            median(&self.ours),
            Self::spread(&self.ours) / 2.0,
            median(&self.reference),
            Self::spread(&self.reference) / 2.0,
            self.ratio(),
            u = self.unit,
        );
    }
}

struct World {
    cluster: Cluster,
    operator: PgPool,
    log: PostgresLog,
    recorder: Recorder<PostgresLog, NatsRecorder>,
    key: SigningKey,
    actor: AccountId,
    sequence: u32,
}

async fn pool(cluster: &Cluster, user: &str, password: &str) -> PgPool {
    let url = cluster.postgres.url(user, password, DATABASE);
    PgPoolOptions::new().max_connections(8).connect(&url).await.unwrap()
}

impl World {
    async fn new() -> Self {
        let cluster = Cluster::start().await.unwrap();
        let passwords = cluster.secrets.role_passwords().unwrap();
        let log =
            PostgresLog::new(pool(&cluster, "tais_recorder", &passwords.recorder).await, system_clock());
        let config = Config {
            state: state(),
            key: cluster.secrets.log_key().unwrap(),
            reference: Arc::new(Reference::load_embedded().unwrap()),
            clock: system_clock(),
        };
        let seeds = cluster.secrets.bus().unwrap();
        let bus =
            NatsRecorder::connect(&cluster.nats.url(), seeds.seed(User::Recorder), state()).await.unwrap();
        let operator = cluster.operator().await.unwrap();
        sqlx::raw_sql("create schema bench; create table bench.entry (like log.entry including all)")
            .execute(&operator)
            .await
            .unwrap();
        Self {
            key: cluster.secrets.publisher_key(Publisher::Aec).unwrap(),
            actor: cluster.account(Role::Correspondent, Some(Pillar::Aec)).unwrap(),
            recorder: Recorder::new(config, log.clone(), bus),
            operator,
            log,
            cluster,
            sequence: 0,
        }
    }

    fn events(&mut self, count: u32) -> Vec<(StreamId, Signed)> {
        let details = typed("aec", "Women-led enterprises: access to regional markets").unwrap();
        let make = |sequence: u32| {
            let stream = StreamId(Uuid::now_v7());
            let envelope = Envelope {
                id: EventId(Uuid::now_v7()),
                source: Source { state: state(), publisher: Publisher::Aec },
                stream: StreamRef { kind: StreamKind::Activity, id: stream },
                stream_version: 1,
                time: system_clock()(),
                correlation: Uuid::now_v7(),
                causation: None,
                actor: self.actor,
                key_id: self.key.key_id(),
                key_seq: sequence,
                event: ActivityReported { details: details.clone() }.into(),
            };
            (stream, self.key.sign(envelope.to_bytes().unwrap()))
        };
        let first = self.sequence + 1;
        self.sequence += count;
        (first..=self.sequence).map(make).collect()
    }

    /// Fills SUBMIT, then records it all: everything verified, admitted, hashed, indexed, committed.
    async fn record(&mut self, count: u32) -> f64 {
        let bus = self.cluster.publisher(Publisher::Aec, &self.cluster.nats.url()).await.unwrap();
        let events = self.events(count);
        futures_util::stream::iter(events)
            .map(|(stream, signed)| {
                let bus = bus.clone();
                async move { bus.submit(stream, &signed, &Uuid::now_v7().to_string()).await }
            })
            .buffer_unordered(256)
            .try_collect::<()>()
            .await
            .unwrap();
        let before = self.log.head().await.unwrap().size;
        let start = Instant::now();
        while self.log.head().await.unwrap().size < before + u64::from(count) {
            self.recorder.step(Duration::from_secs(1)).await.unwrap();
        }
        f64::from(count) / start.elapsed().as_secs_f64()
    }

    /// Binary COPY of the same rows into a table of the same shape, with the same indexes.
    async fn copy_in(&self, count: u32) -> f64 {
        let last = i64::try_from(self.log.head().await.unwrap().size).unwrap();
        let rows = format!("select * from log.entry where position >= {}", last - i64::from(count));
        let mut connection = self.operator.acquire().await.unwrap();
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

    /// One update alone, from "saved" to its receipt.
    async fn receipts(&self, rounds: usize) -> Vec<Duration> {
        let recorder = self.cluster.service("recorder").unwrap();
        let correspondent = self.cluster.correspondent(Pillar::Apsc).await.unwrap();
        let bus = self.cluster.publisher(Publisher::Apsc, &self.cluster.nats.url()).await.unwrap();
        let (running, shutdown) = (correspondent.clone(), CancellationToken::new());
        let stop = shutdown.clone();
        tokio::spawn(async move { running.run(bus, stop).await.unwrap() });
        let actor = self.cluster.account(Role::Correspondent, Some(Pillar::Apsc)).unwrap();
        let outbox = correspondent.intake().outbox();
        let mut changes = outbox.changes();
        let mut times = Vec::new();
        // The first ones wait for the service to be up.
        for round in 0..rounds + 20 {
            let submission = Submission { id: EventId(Uuid::now_v7()), actor, time: system_clock()() };
            let details = typed("apsc", "Mediators’ training").unwrap();
            let start = Instant::now();
            correspondent.intake().report(submission, Report::new(details, None, false)).await.unwrap();
            while !outbox.open_items().await.unwrap().is_empty() {
                changes.changed().await.unwrap();
            }
            if round >= 20 {
                times.push(start.elapsed());
            }
        }
        shutdown.cancel();
        drop(recorder);
        times
    }

    /// What cannot be saved: one publish that the broker has on disk, and one commit.
    async fn bare(&mut self, rounds: usize) -> Vec<Duration> {
        let bus = self.cluster.publisher(Publisher::Aec, &self.cluster.nats.url()).await.unwrap();
        let events = self.events(u32::try_from(rounds).unwrap());
        sqlx::raw_sql("create table if not exists bench.one (id bigint generated always as identity primary key, bytes bytea)")
            .execute(&self.operator)
            .await
            .unwrap();
        let mut times = Vec::new();
        for (stream, signed) in events {
            let start = Instant::now();
            bus.submit(stream, &signed, &Uuid::now_v7().to_string()).await.unwrap();
            sqlx::query("insert into bench.one (bytes) values ($1)")
                .bind(&signed.bytes)
                .execute(&self.operator)
                .await
                .unwrap();
            times.push(start.elapsed());
        }
        times
    }

    /// Both projections built anew from the whole log, until they are live.
    async fn rebuild(&self) -> f64 {
        let passwords = self.cluster.secrets.role_passwords().unwrap();
        let pool = pool(&self.cluster, "tais_projector", &passwords.projector).await;
        let log = PostgresLog::new(pool.clone(), system_clock());
        let size = self.log.head().await.unwrap().size;
        let reference = Arc::new(Reference::load_embedded().unwrap());
        let config = tais_projector::Config { pool: pool.clone(), reference, rebuild: true };
        tais_projector::migrate(&pool).await.unwrap();
        let before: i64 = sqlx::query_scalar("select coalesce(max(id), 0) from projection.build")
            .fetch_one(&pool)
            .await
            .unwrap();
        let shutdown = CancellationToken::new();
        let start = Instant::now();
        let running = tokio::spawn(tais_projector::run(config, log, shutdown.clone()));
        let fresh = "select count(*) from projection.build where live and id > $1";
        while sqlx::query_scalar::<_, i64>(fresh).bind(before).fetch_one(&pool).await.unwrap() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let rate = size as f64 / start.elapsed().as_secs_f64();
        shutdown.cancel();
        running.await.unwrap().unwrap();
        pool.close().await;
        rate
    }

    async fn copy_out(&self) -> f64 {
        let size = self.log.head().await.unwrap().size;
        let mut connection = self.operator.acquire().await.unwrap();
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
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let (rounds, count, updates) = if quick { (2, 300, 30) } else { (5, 5_000, 200) };
    let mut world = World::new().await;
    let measure = |name, unit| Measure { name, unit, ours: Vec::new(), reference: Vec::new() };
    let mut record =
        measure("recorder: SUBMIT to committed, against binary COPY of the same rows", "events/s");
    let mut rebuild = measure("rebuild of both projections, against COPY TO of the same rows", "events/s");
    let mut p50 = measure("one update, saved to receipt, p50, against one publish and one commit", "ms");
    let mut p99 = measure("the same, p99", "ms");
    for _ in 0..rounds {
        record.ours.push(world.record(count).await);
        record.reference.push(world.copy_in(count).await);
    }
    for _ in 0..rounds {
        rebuild.ours.push(world.rebuild().await);
        rebuild.reference.push(world.copy_out().await);
    }
    for _ in 0..rounds {
        let (ours, bare) = (world.receipts(updates).await, world.bare(updates).await);
        p50.ours.push(percentile(&ours, 50));
        p50.reference.push(percentile(&bare, 50));
        p99.ours.push(percentile(&ours, 99));
        p99.reference.push(percentile(&bare, 99));
    }
    let all = [record, rebuild, p50, p99];
    let version: String = sqlx::query_scalar("show server_version").fetch_one(&world.operator).await.unwrap();
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!(
        "PostgreSQL {version}, {cores} cores, {rounds} rounds, {count} events a round, {}",
        system_clock()()
    );
    println!("| measure | ours | reference | ours / reference |\n|---|---|---|---|");
    all.iter().for_each(Measure::print);
    let save =
        arguments.iter().position(|argument| argument == "--save").and_then(|at| arguments.get(at + 1));
    if let Some(path) = save {
        let measures: Vec<_> = all
            .iter()
            .map(|m| json!({ "name": m.name, "unit": m.unit, "ours": m.ours, "reference": m.reference, "ratio": m.ratio() }))
            .collect();
        let text =
            json!({ "postgres": version, "cores": cores, "at": system_clock()(), "measures": measures });
        std::fs::write(path, serde_json::to_string_pretty(&text).unwrap()).unwrap();
    }
}
