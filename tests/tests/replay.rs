//! Replaying: whatever the page of a day showed, the record alone gives again, byte for byte, on another
//! machine's clock, language and cores.
//!
//! `TAIS_REPLAY_EVENTS=100000 cargo test --workspace --test replay` is the campaign.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rand::{Rng as _, SeedableRng as _};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use tais_correspondent::intake::Submission;
use tais_correspondent::report::Report;
use tais_log::{Log as _, PostgresLog, system_clock};
use tais_projector::{ReplayedDigest, live_digests};
use tais_proto::{EventId, Pillar, Position, Publisher, Role};
use tais_tests::{Cluster, typed, typed_participation};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(300);
const MOMENTS: u64 = 20;
const PROJECTIONS: i64 = 5;

/// Where it is replayed: time zone, locale, worker threads.
const ELSEWHERE: [[(&str, &str); 3]; 4] = [
    [("TZ", "Pacific/Kiritimati"), ("LC_ALL", "pt_BR.UTF-8"), ("TOKIO_WORKER_THREADS", "1")],
    [("TZ", "America/St_Johns"), ("LC_ALL", "C"), ("TOKIO_WORKER_THREADS", "7")],
    [("TZ", "Asia/Dili"), ("LC_ALL", "tr_TR.UTF-8"), ("TOKIO_WORKER_THREADS", "2")],
    [("TZ", "UTC"), ("LC_ALL", "ar_EG.UTF-8"), ("TOKIO_WORKER_THREADS", "3")],
];

/// Waits until every projection has folded the whole log; gives its size.
async fn folded(pool: &PgPool) -> u64 {
    let patience = Instant::now() + PATIENCE;
    loop {
        // One that is still being built shows nothing yet.
        let (head, least): (i64, Option<i64>) = sqlx::query_as(
            "select next_position, (select min(size) from projection.build where live having count(*) = $1)
               from log.head",
        )
        .bind(PROJECTIONS)
        .fetch_one(pool)
        .await
        .unwrap();
        if least == Some(head) {
            return u64::try_from(head).unwrap();
        }
        assert!(Instant::now() < patience, "{least:?} of {head} entries are folded");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The digests that the command printed.
fn printed(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix("from the log  "));
    lines.map(str::to_owned).collect()
}

/// The digests of the rows in a file, by projection, as its description says: each row's bytes after their length.
fn digests_of(path: &std::path::Path, live: &[ReplayedDigest]) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Line<'a> {
        projection: &'a str,
        #[serde(borrow)]
        row: &'a RawValue,
    }
    let begin = |of: &ReplayedDigest| {
        Sha256::new().chain_update(format!("tais projection {} v{}\n", of.name, of.version))
    };
    let mut all: BTreeMap<&str, Sha256> = live.iter().map(|of| (of.name, begin(of))).collect();
    let text = std::fs::read_to_string(path).unwrap();
    for line in text.lines() {
        let line: Line = serde_json::from_str(line).unwrap();
        let digest = all.get_mut(line.projection).unwrap();
        digest.update((line.row.get().len() as u64).to_be_bytes());
        digest.update(line.row.get());
    }
    live.iter().map(|of| hex::encode(all.remove(of.name).unwrap().finalize())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_alone_gives_what_was_live_at_any_position() {
    let events: u64 = std::env::var("TAIS_REPLAY_EVENTS").map_or(600, |events| events.parse().unwrap());
    let seed = rand::random();
    println!("TAIS_REPLAY_EVENTS={events}, seed {seed}");
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let cluster = Cluster::start().await.unwrap();
    let pool = cluster.operator().await.unwrap();
    let _recorder = cluster.service("recorder").unwrap();
    let _projector = cluster.service("projector").unwrap();
    let correspondent = cluster.correspondent(Pillar::Apsc).await.unwrap();
    let bus = cluster.publisher(Publisher::Apsc, &cluster.nats.url()).await.unwrap();
    let (running, stop) = (correspondent.clone(), CancellationToken::new());
    tokio::spawn(async move { running.run(bus, stop).await.unwrap() });
    let actor = cluster.account(Role::Correspondent, Some(Pillar::Apsc)).unwrap();

    // The record grows; at moments nobody chose, what is live then is noted.
    let mut noted = Vec::new();
    let mut said = 0;
    for moment in 1..=MOMENTS {
        let until =
            if moment == MOMENTS { events } else { events * moment / MOMENTS - random.gen_range(0..10) };
        while said < until {
            let submission = Submission { id: EventId(Uuid::now_v7()), actor, time: system_clock()() };
            let counted = random.gen_bool(0.6).then(|| (random.gen_range(1..40), random.gen_range(0..40)));
            let participation = counted.map(|(women, men)| typed_participation(women, men).unwrap());
            let submit = random.gen_bool(0.8);
            said += 1 + u64::from(participation.is_some()) + u64::from(submit);
            let report = Report::new(typed("apsc", "Mediators’ training").unwrap(), participation, submit);
            correspondent.intake().report(submission, report).await.unwrap();
        }
        let outbox = correspondent.intake().outbox();
        while !outbox.open_items().await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let last = Position(folded(&pool).await - 1);
        noted.push((last, live_digests(&pool, last).await.unwrap()));
    }
    let log = PostgresLog::new(pool.clone(), system_clock());
    assert!(log.head().await.unwrap().size >= events);

    // Each row ends where the next of its activity begins, however they were batched.
    let (rows, wrong): (i64, i64) = sqlx::query_as(
        "select count(*), count(*) filter (where to_position is distinct from next)
           from (select to_position, lead(position) over (partition by activity order by position) as next
                   from read.activity) as row",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(rows > 0 && wrong == 0, "{wrong} of {rows} rows end elsewhere");

    // Elsewhere, from the record alone.
    for ((position, live), elsewhere) in noted.iter().zip(ELSEWHERE.iter().cycle()) {
        let (equal, text) =
            cluster.as_auditor_under(elsewhere, &["replay", "--to", &position.to_string()]).unwrap();
        assert!(equal, "{elsewhere:?}: {text}");
        let wanted: Vec<String> = live.iter().map(|live| live.digest.clone()).collect();
        assert_eq!(printed(&text), wanted, "{position} under {elsewhere:?}");
    }

    // The rows themselves, in a file and in a schema; neither is written over.
    let (position, live) = &noted[usize::try_from(MOMENTS / 2).unwrap()];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.ndjson");
    let words = ["replay", "--to", &position.to_string(), "--into", file.to_str().unwrap()];
    let (equal, text) = cluster.as_auditor(&words).unwrap();
    assert!(equal, "{text}");
    let wanted: Vec<String> = live.iter().map(|live| live.digest.clone()).collect();
    assert_eq!(digests_of(&file, live), wanted);
    let (written, text) = cluster.as_auditor(&words).unwrap();
    assert!(!written && text.contains("must not be there yet"), "{text}");
    let words = ["replay", "--to", &position.to_string(), "--into", "as_of"];
    let (written, text) = cluster.as_auditor(&words).unwrap();
    assert!(!written && text.contains("must be allowed to make one"), "an auditor only reads: {text}");
    let (equal, text) = cluster.as_projector(&words).unwrap();
    assert!(equal && text.contains("in the schema as_of"), "{text}");
    let other: i64 = sqlx::query_scalar(
        "select count(*) from (select position, activity, body::text from as_of.activity
            except select position, activity, body::text from read.activity where position <= $1) as other",
    )
    .bind(i64::try_from(position.0).unwrap())
    .fetch_one(&pool)
    .await
    .unwrap();
    let rows: i64 = sqlx::query_scalar("select count(*) from as_of.measure").fetch_one(&pool).await.unwrap();
    assert!(other == 0 && rows > 0, "{other} rows differ, {rows} of measures");

    // The control: one row changed behind the projector's back is told apart.
    let schema: String = sqlx::query_scalar(
        "select 'p_activity_' || id from projection.build where name = 'activity' and live",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let change = format!(
        "update {schema}.row set women = coalesce(women, 0) + 1 where position = (select min(position) from {schema}.row)"
    );
    sqlx::query(sqlx::AssertSqlSafe(change)).execute(&pool).await.unwrap();
    let (equal, text) = cluster.as_auditor(&["replay"]).unwrap();
    assert!(!equal && text.contains("DIFFERENT"), "{text}");
}
