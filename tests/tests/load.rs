//! Many at once: sixty-four writers who contradict and repeat themselves, two recorders that both record without asking
//! who leads, and a reader who follows all the while. Real Postgres, real NATS.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};
use sqlx::postgres::PgPoolOptions;
use tais::bench::Author;
use tais::migrate::DATABASE;
use tais_bus::{Delivery, NatsPublisher, NatsRecorder, Notice, PublisherBus as _, User};
use tais_log::{Entry, Filter, Follower as _, Log as _, PostgresLog, system_clock};
use tais_proto::event::activity::ActivityReported;
use tais_proto::reference::Reference;
use tais_proto::{Envelope, Event, EventId, Pillar, Position, Publisher, Signed, StreamId, StreamKind};
use tais_recorder::{Config, Recorder, only};
use tais_tests::{Cluster, state, typed, typed_participation};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const WRITERS: usize = 64;
/// What each of them says.
const WORDS: usize = 20;
/// So few that they meet, and so many that most are heard.
const STREAMS: usize = 192;
const PATIENCE: Duration = Duration::from_secs(120);

/// Who writes for one pillar, and how it is sent.
struct Pen {
    pillar: Pillar,
    author: Mutex<Author>,
    bus: NatsPublisher,
}

/// What everybody sees of everybody.
#[derive(Default)]
struct Common {
    /// By stream the version that somebody heard of last.
    versions: Mutex<HashMap<StreamId, u32>>,
    sent: Mutex<HashMap<EventId, Signed>>,
    /// Receipts as they were told.
    receipts: Mutex<Vec<(EventId, Position)>>,
    repeated: AtomicUsize,
}

impl Common {
    fn heard(&self, event: EventId, position: Position) {
        self.receipts.lock().unwrap().push((event, position));
        let sent = self.sent.lock().unwrap().get(&event).cloned();
        let Some(signed) = sent else { return };
        let envelope = Envelope::parse(&signed.bytes).unwrap();
        let mut versions = self.versions.lock().unwrap();
        let version = versions.entry(envelope.stream.id).or_default();
        *version = (*version).max(envelope.stream_version);
    }
}

impl Pen {
    async fn of(cluster: &Cluster, pillar: Pillar) -> Self {
        Self {
            pillar,
            author: Mutex::new(cluster.author(pillar).unwrap()),
            bus: cluster.publisher(Publisher::from(pillar), &cluster.nats.url()).await.unwrap(),
        }
    }

    /// Takes in what comes back.
    async fn listen(&self, common: &Common) {
        loop {
            match self.bus.next_delivery().await.unwrap() {
                Delivery::Notices(notices) => {
                    for notice in notices {
                        if let Notice::Recorded { event_id, position, .. } = notice {
                            common.heard(event_id, position);
                        }
                    }
                }
                Delivery::Recorded(_, token) => self.bus.acknowledge(token).await.unwrap(),
                Delivery::Reconnected => {}
            }
        }
    }
}

/// Says what the last version that was heard of seems to allow; others do the same at the same time.
async fn write(pen: &Pen, streams: &[StreamId], common: &Common, mut random: StdRng) {
    for _ in 0..WORDS {
        let stream = streams[random.gen_range(0..streams.len())];
        let version = common.versions.lock().unwrap().get(&stream).copied().unwrap_or(0) + 1;
        let event = if version == 1 {
            let title = format!("Mediators’ training {}", random.r#gen::<u32>());
            ActivityReported { details: typed(pen.pillar.code(), &title).unwrap() }.into()
        } else {
            typed_participation(random.gen_range(1..50), random.gen_range(1..50)).unwrap().into()
        };
        let said = pen.author.lock().unwrap().entry(StreamKind::Activity, stream, version, event).unwrap();
        let (id, signed) = (said.envelope.id, said.signed);
        common.sent.lock().unwrap().insert(id, signed.clone());
        let times = if random.gen_bool(0.25) { 2 } else { 1 };
        common.repeated.fetch_add(times - 1, Ordering::Relaxed);
        for _ in 0..times {
            // Under another message id the broker does not see that it is the same.
            pen.bus.submit(stream, &signed, &Uuid::now_v7().to_string()).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(random.gen_range(0..40))).await;
    }
}

async fn log(cluster: &Cluster, role: &str, password: &str) -> PostgresLog {
    let url = cluster.postgres.url(role, password, DATABASE);
    PostgresLog::new(PgPoolOptions::new().max_connections(4).connect(&url).await.unwrap(), system_clock())
}

/// Records whatever comes, and minds no other recorder; gives how many messages it took.
async fn record(cluster: &Cluster, stop: CancellationToken) -> usize {
    let log = log(cluster, "tais_recorder", &cluster.secrets.role_passwords().unwrap().recorder).await;
    let config = Config {
        state: state(),
        keys: only(cluster.secrets.log_key().unwrap()),
        checkpoint: cluster.data().join(format!("checkpoint-{}", Uuid::now_v7())),
        reference: Arc::new(Reference::load_embedded().unwrap()),
        clock: system_clock(),
    };
    let seed = cluster.secrets.bus().unwrap();
    let bus = NatsRecorder::connect(&cluster.nats.url(), seed.seed(User::Recorder), state()).await.unwrap();
    let mut recorder = Recorder::new(config.clone(), log.clone(), bus.clone());
    let mut taken = 0;
    while !stop.is_cancelled() {
        match recorder.step(Duration::from_millis(200)).await {
            Ok(messages) => taken += messages,
            // As it would after trouble: what it knew may be of a log that has gone on.
            Err(_) => recorder = Recorder::new(config.clone(), log.clone(), bus.clone()),
        }
    }
    taken
}

/// Follows the log and believes nothing that was not next.
async fn follow(log: PostgresLog, until: CancellationToken) -> Vec<Entry> {
    let mut follower = log.follow(Position(0)).await.unwrap();
    let mut seen: Vec<Entry> = Vec::new();
    loop {
        let next = tokio::select! {
            next = follower.next(100) => next.unwrap(),
            () = until.cancelled() => return seen,
        };
        for entry in next {
            assert_eq!(entry.position.0, seen.len() as u64, "a hole, or a later one before an earlier");
            seen.push(entry);
        }
    }
}

/// What must hold of a log, whoever wrote it at the same time.
fn check(entries: &[Entry]) -> Result<(), String> {
    let mut versions: BTreeMap<StreamId, u32> = BTreeMap::new();
    let mut ids = HashSet::new();
    for (place, entry) in entries.iter().enumerate() {
        if entry.position.0 != place as u64 {
            return Err(format!("position {} stands at {place}", entry.position));
        }
        if place > 0 && entry.recorded_at < entries[place - 1].recorded_at {
            return Err(format!("{place} was recorded before the one before it"));
        }
        let version = versions.entry(entry.stream.id).or_default();
        *version += 1;
        if entry.version != *version {
            return Err(format!("{place} is version {} of its stream, not {version}", entry.version));
        }
        if !ids.insert(entry.event_id) {
            return Err(format!("{place} was recorded before"));
        }
    }
    Ok(())
}

#[test]
fn whoever_writes_at_once_the_log_is_one() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let cluster = Arc::new(Cluster::start().await.unwrap());
        let audit = log(&cluster, "tais_audit", &cluster.secrets.role_passwords().unwrap().audit).await;
        let (stop, read) = (CancellationToken::new(), CancellationToken::new());
        let reader = tokio::spawn(follow(audit.clone(), read.clone()));
        let recorders = [(); 2].map(|()| {
            let (cluster, stop) = (Arc::clone(&cluster), stop.clone());
            tokio::spawn(async move { record(&cluster, stop).await })
        });
        let common = Arc::new(Common::default());
        let mut pens = Vec::new();
        for pillar in Pillar::ALL {
            pens.push(Arc::new(Pen::of(&cluster, *pillar).await));
        }
        for pen in &pens {
            let (pen, common) = (Arc::clone(pen), Arc::clone(&common));
            tokio::spawn(async move { pen.listen(&common).await });
        }
        let streams: Vec<Vec<StreamId>> =
            pens.iter().map(|_| (0..STREAMS / 3).map(|_| StreamId(Uuid::now_v7())).collect()).collect();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let of = writer % pens.len();
                let (pen, streams, common) = (Arc::clone(&pens[of]), streams[of].clone(), Arc::clone(&common));
                let random = StdRng::seed_from_u64(writer as u64);
                tokio::spawn(async move { write(&pen, &streams, &common, random).await })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }

        // Everything that was said is in the record, refused in the record, or set aside.
        let sent = common.sent.lock().unwrap().clone();
        let operator = cluster.operator().await.unwrap();
        let patience = Instant::now() + PATIENCE;
        let (entries, recorded, refused) = loop {
            let entries = audit.read_from(Position(0), 100_000, &Filter::default()).await.unwrap().entries;
            let recorded: HashSet<EventId> = entries.iter().map(|entry| entry.event_id).collect();
            let aside: Vec<Vec<u8>> =
                sqlx::query_scalar("select raw from log.quarantine").fetch_all(&operator).await.unwrap();
            let mut refused: HashSet<String> =
                aside.iter().map(|raw| hex::encode(Sha256::digest(raw))).collect();
            refused.extend(entries.iter().filter_map(|entry| match entry.envelope().unwrap().event {
                Event::RefusalRefused(refused) => Some(refused.sha256.clone()),
                _ => None,
            }));
            let settled = sent.iter().filter(|(id, signed)| {
                recorded.contains(id) || refused.contains(&signed.sha256())
            });
            if settled.count() == sent.len() {
                break (entries, recorded, refused);
            }
            assert!(Instant::now() < patience, "{} of {} were recorded", recorded.len(), sent.len());
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        stop.cancel();
        let mut taken = Vec::new();
        for recorder in recorders {
            taken.push(recorder.await.unwrap());
        }
        let both = sent.iter().filter(|(id, signed)| recorded.contains(id) && refused.contains(&signed.sha256()));
        assert_eq!(both.count(), 0, "nothing is both recorded and refused");
        check(&entries).unwrap();

        // Every receipt is true.
        let receipts = common.receipts.lock().unwrap().clone();
        for (event, position) in &receipts {
            let place = usize::try_from(position.0).unwrap();
            assert_eq!(entries[place].event_id, *event, "the receipt of {position}");
        }
        // Who followed saw the same, in the same order.
        tokio::time::sleep(Duration::from_secs(1)).await;
        read.cancel();
        let seen = reader.await.unwrap();
        assert!(seen.len() >= entries.len() && seen[..entries.len()] == entries[..]);

        let (said, refused) = (sent.len(), sent.len() - sent.keys().filter(|id| recorded.contains(id)).count());
        let repeated = common.repeated.load(Ordering::Relaxed);
        println!("{said} said, {repeated} of them twice, {refused} not recorded; the recorders took {taken:?} messages");
        assert!(taken.iter().all(|taken| *taken > 100), "one recorder alone has no rival");
        assert!(refused > 50 && repeated > 50 && receipts.len() > 50, "they did not meet");

        // What is checked can fail.
        for sabotage in [
            |log: &mut Vec<Entry>| log.swap(20, 21),
            |log: &mut Vec<Entry>| drop(log.remove(20)),
            |log: &mut Vec<Entry>| {
                let again = Entry { position: Position(log.len() as u64), ..log[20].clone() };
                log.push(again);
            },
            |log: &mut Vec<Entry>| log[20].version += 1,
        ] {
            let mut altered = entries.clone();
            sabotage(&mut altered);
            check(&altered).unwrap_err();
        }
    });
}
