//! Looking back in a long record: the page of a day against the page of now. Ratios of one run;
//! `TAIS_SERVERS=$(deploy/local servers) cargo bench -p tais-tests --bench history -- [--quick] [--save FILE]`.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, missing_docs, reason = "a bench")]
#![expect(clippy::print_stdout, reason = "its table")]

mod common;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Measure, World, percentile, pool, report};
use tais_log::{Log as _, NewEntry, Outcome, PostgresLog, system_clock};
use tais_proto::event::activity::{ActivityReported, ActivitySubmitted, ActivityValidated};
use tais_proto::reference::Reference;
use tais_proto::{
    AccountId, Envelope, Event, EventId, Pillar, Publisher, Role, SigningKey, Source, StreamId, StreamKind,
    StreamRef,
};
use tais_tests::{Person, state, typed, typed_participation};
use tais_web::session::Accounts;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Entries that are appended together.
const BATCH: usize = 1_000;
/// Events of an activity's life.
const EVENTS: usize = 4;
/// Requests whose median is a round's value.
const REQUESTS: usize = 20;

struct Author {
    publisher: Publisher,
    key: SigningKey,
    actor: AccountId,
    sequence: u32,
}

impl Author {
    fn of(world: &World, publisher: Publisher, role: Role, pillar: Option<Pillar>) -> Self {
        let cluster = &world.cluster;
        let (key, actor) = (cluster.secrets.publisher_key(publisher), cluster.account(role, pillar));
        Self { publisher, key: key.unwrap(), actor: actor.unwrap(), sequence: 0 }
    }

    fn says(&mut self, stream: StreamRef, version: u32, event: Event) -> NewEntry {
        self.sequence += 1;
        let envelope = Envelope {
            id: EventId(Uuid::now_v7()),
            source: Source { state: state(), publisher: self.publisher },
            stream,
            stream_version: version,
            time: system_clock()(),
            correlation: Uuid::now_v7(),
            causation: None,
            actor: self.actor,
            key_id: self.key.key_id(),
            key_seq: self.sequence,
            event,
        };
        let signed = self.key.sign(envelope.to_bytes().unwrap());
        NewEntry { signed, envelope: envelope.into(), pillar: Some(Pillar::Aec) }
    }
}

/// Activities that were reported, counted, submitted and validated; so many events.
async fn fill(world: &World, count: usize) {
    let mut correspondent = Author::of(world, Publisher::Aec, Role::Correspondent, Some(Pillar::Aec));
    let mut director = Author::of(world, Publisher::Office, Role::Director, None);
    let details = typed("aec", "Women-led enterprises: access to regional markets").unwrap();
    let mut left = count / EVENTS;
    while left > 0 {
        let activities = left.min(BATCH / EVENTS);
        left -= activities;
        let mut batch = Vec::with_capacity(BATCH);
        for activity in 0..activities {
            let stream = StreamRef { kind: StreamKind::Activity, id: StreamId(Uuid::now_v7()) };
            let women = u32::try_from(10 + activity % 40).unwrap();
            let reported = ActivityReported { details: details.clone() };
            batch.push(correspondent.says(stream, 1, reported.into()));
            batch.push(correspondent.says(stream, 2, typed_participation(women, 30).unwrap().into()));
            let submitted = ActivitySubmitted { revision: 2, note: None };
            batch.push(correspondent.says(stream, 3, submitted.into()));
            let validated = ActivityValidated { revision: 2, note: None };
            batch.push(director.says(stream, 4, validated.into()));
        }
        let outcomes = world.log.append(&batch, &[]).await.unwrap();
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Recorded(_))));
    }
}

/// Folds the whole record, until every projection is live.
async fn project(world: &World) {
    let passwords = world.cluster.secrets.role_passwords().unwrap();
    let pool = pool(&world.cluster, "tais_projector", &passwords.projector).await;
    let log = PostgresLog::new(pool.clone(), system_clock());
    let reference = Arc::new(Reference::load_embedded().unwrap());
    let config = tais_projector::Config { pool: pool.clone(), reference, rebuild: false };
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(tais_projector::run(config, log, shutdown.clone()));
    let size = i64::try_from(world.log.head().await.unwrap().size).unwrap();
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let behind = "select count(*) filter (where live and size >= $1) = count(distinct name) and count(*) > 0 from projection.build";
        if sqlx::query_scalar(behind).bind(size).fetch_one(&pool).await.unwrap_or(false) {
            break;
        }
        assert!(!running.is_finished(), "the projector has stopped");
    }
    shutdown.cancel();
    running.await.unwrap().unwrap();
}

/// The median of some requests, in milliseconds.
fn time(person: &Person, path: &str) -> f64 {
    let mut times = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let start = Instant::now();
        let page = person.get(path).unwrap();
        times.push(start.elapsed());
        assert_eq!(page.status, 200, "{path}: {}", page.text);
    }
    percentile(&times, 50)
}

#[tokio::main]
async fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rounds, count) = if quick { (2, 2_000) } else { (5, 1_000_000) };
    let world = World::new().await;
    let start = Instant::now();
    fill(&world, count).await;
    println!("{count} events recorded in {:.0?}", start.elapsed());
    let start = Instant::now();
    project(&world).await;
    println!("and folded in {:.0?}", start.elapsed());

    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let _office = world.cluster.service(&format!("office --port {port}")).unwrap();
    let base = format!("http://127.0.0.1:{port}");
    let accounts = Accounts::open(world.cluster.data(), false).await.unwrap();
    let passwords = accounts.first_passwords().unwrap();
    let password = &passwords.iter().find(|(name, _)| name == "office").unwrap().1;
    let person = loop {
        match Person::sign_in(&base, "office", password) {
            Ok(person) => break person,
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    };
    let mut measures = Vec::new();
    for (name, path, sign) in [
        ("the overview of a day, against the overview of now", "/", '?'),
        ("the list of a day, against the list of now", "/activities?pillar=aec", '&'),
    ] {
        let mut measure = Measure::new(name, "ms");
        for round in 1..=rounds {
            let at = count * round / (rounds + 1);
            measure.ours.push(time(&person, &format!("{path}{sign}at={at}")));
            measure.reference.push(time(&person, path));
        }
        measures.push(measure);
    }
    report(&world, &format!("{rounds} rounds of {REQUESTS} pages in {count} events"), &measures).await;
}
