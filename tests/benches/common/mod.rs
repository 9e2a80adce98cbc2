//! What the benches share: ratios of ours and of the bare servers, interleaved in one run on one
//! machine; every durability setting is the product's own.
#![allow(dead_code, reason = "each bench uses its part")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::json;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tais::migrate::DATABASE;
use tais_bus::{NatsRecorder, PublisherBus as _, User};
use tais_log::{Log as _, PostgresLog, system_clock};
use tais_proto::event::activity::ActivityReported;
use tais_proto::reference::Reference;
use tais_proto::{
    AccountId, Envelope, EventId, Pillar, Publisher, Role, Signed, SigningKey, Source, StreamId, StreamKind,
    StreamRef,
};
use tais_recorder::{Config, Recorder, only};
use tais_tests::{Cluster, state, typed};
use uuid::Uuid;

/// Ours and its reference, a value a round.
pub struct Measure {
    name: &'static str,
    unit: &'static str,
    pub ours: Vec<f64>,
    pub reference: Vec<f64>,
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

pub fn percentile(times: &[Duration], percent: usize) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)].as_secs_f64() * 1_000.0
}

impl Measure {
    pub const fn new(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit, ours: Vec::new(), reference: Vec::new() }
    }

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

/// The real servers, and events for them.
pub struct World {
    pub cluster: Cluster,
    pub operator: PgPool,
    pub log: PostgresLog,
    key: SigningKey,
    actor: AccountId,
    sequence: u32,
}

pub async fn pool(cluster: &Cluster, user: &str, password: &str) -> PgPool {
    let url = cluster.postgres.url(user, password, DATABASE);
    PgPoolOptions::new().max_connections(8).connect(&url).await.unwrap()
}

impl World {
    pub async fn new() -> Self {
        let cluster = Cluster::start().await.unwrap();
        let passwords = cluster.secrets.role_passwords().unwrap();
        let log =
            PostgresLog::new(pool(&cluster, "tais_recorder", &passwords.recorder).await, system_clock());
        let operator = cluster.operator().await.unwrap();
        sqlx::raw_sql("create schema bench").execute(&operator).await.unwrap();
        Self {
            key: cluster.secrets.publisher_key(Publisher::Aec).unwrap(),
            actor: cluster.account(Role::Correspondent, Some(Pillar::Aec)).unwrap(),
            operator,
            log,
            cluster,
            sequence: 0,
        }
    }

    /// A recorder that is driven by hand. It asks the broker for more before it is told to: none is kept beside one
    /// that runs.
    async fn recorder(&self) -> Recorder<PostgresLog, NatsRecorder> {
        let secrets = &self.cluster.secrets;
        let config = Config {
            state: state(),
            keys: only(secrets.log_key().unwrap()),
            checkpoint: self.cluster.data().join("checkpoint-of-the-bench"),
            reference: Arc::new(Reference::load_embedded().unwrap()),
            clock: system_clock(),
        };
        let seeds = secrets.bus().unwrap();
        let url = self.cluster.nats.url();
        let bus = NatsRecorder::connect(&url, seeds.seed(User::Recorder), state()).await.unwrap();
        Recorder::new(config, self.log.clone(), bus)
    }

    /// Of the publisher whose events they are.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.public_key().to_bytes()
    }

    pub fn events(&mut self, count: u32) -> Vec<(StreamId, Signed)> {
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
    pub async fn record(&mut self, count: u32) -> f64 {
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
        let mut recorder = self.recorder().await;
        let end = self.log.head().await.unwrap().size + u64::from(count);
        // Its first look at the log is not what is measured.
        let begun = recorder.step(Duration::from_secs(5)).await.unwrap();
        let start = Instant::now();
        while self.log.head().await.unwrap().size < end {
            recorder.step(Duration::from_secs(1)).await.unwrap();
        }
        f64::from(count - u32::try_from(begun).unwrap()) / start.elapsed().as_secs_f64()
    }
}

/// Prints the table, and saves it where `--save FILE` says.
pub async fn report(world: &World, what: &str, measures: &[Measure]) {
    let version: String = sqlx::query_scalar("show server_version").fetch_one(&world.operator).await.unwrap();
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!("PostgreSQL {version}, {cores} cores, {what}, {}", system_clock()());
    println!("| measure | ours | reference | ours / reference |\n|---|---|---|---|");
    measures.iter().for_each(Measure::print);
    let arguments: Vec<String> = std::env::args().collect();
    let save =
        arguments.iter().position(|argument| argument == "--save").and_then(|at| arguments.get(at + 1));
    if let Some(path) = save {
        let measures: Vec<_> = measures
            .iter()
            .map(|m| json!({ "name": m.name, "unit": m.unit, "ours": m.ours, "reference": m.reference, "ratio": m.ratio() }))
            .collect();
        let text =
            json!({ "postgres": version, "cores": cores, "at": system_clock()(), "measures": measures });
        std::fs::write(path, serde_json::to_string_pretty(&text).unwrap()).unwrap();
    }
}
