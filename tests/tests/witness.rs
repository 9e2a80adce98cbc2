//! A witness on the real executable: it cosigns what the recorder signs, refuses a fork, and keeps both sides
//! of it; and a log that is not what it was is stopped at the recorder.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::PgPool;
use tais_correspondent::intake::Submission;
use tais_correspondent::report::Report;
use tais_log::checkpoint::{AddCheckpoint, Checkpoint, KeyType, NoteKey, Policy, SignedCheckpoint};
use tais_log::system_clock;
use tais_proto::{EventId, Pillar, Publisher, Role};
use tais_tests::{Cluster, Person, System, executable, typed};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(60);
const ORIGIN: &str = "tais.test/tl";

struct Witness {
    child: Child,
    /// As a policy names it, with its address.
    key: String,
    url: String,
}

impl Drop for Witness {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn log_key(cluster: &Cluster) -> NoteKey {
    NoteKey::new(ORIGIN, KeyType::Log, cluster.secrets.log_key().unwrap().public_key()).unwrap()
}

/// Starts a witness as an auditor would, in a directory of its own; 0 is any port.
fn witness(log: &str, data: &Path, port: u16) -> Witness {
    let mut child = Command::new(executable().unwrap())
        .args(["witness", "--name", "audit.test/w1", "--port", &port.to_string(), "--log-key", log])
        .arg("--data")
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, _, key, url] = words[..] else { panic!("{line}") };
    Witness { child, key: key.to_owned(), url: url.to_owned() }
}

fn ask(witness: &Witness, request: &[u8]) -> (u16, String, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent.post(format!("{}/add-checkpoint", witness.url)).send(request).unwrap();
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    (answer.status().as_u16(), kind.unwrap_or_default(), answer.body_mut().read_to_string().unwrap())
}

/// Says so many things and waits until they are recorded.
async fn say(cluster: &Cluster, times: usize) {
    let correspondent = cluster.correspondent(Pillar::Apsc).await.unwrap();
    let bus = cluster.publisher(Publisher::Apsc, &cluster.nats.url()).await.unwrap();
    let (running, shutdown) = (correspondent.clone(), CancellationToken::new());
    let stop = shutdown.clone();
    let run = tokio::spawn(async move { running.run(bus, stop).await.unwrap() });
    let actor = cluster.account(Role::Correspondent, Some(Pillar::Apsc)).unwrap();
    for _ in 0..times {
        let submission = Submission { id: EventId(Uuid::now_v7()), actor, time: system_clock()() };
        let details = typed("apsc", "Mediators’ training").unwrap();
        correspondent.intake().report(submission, Report::new(details, None, false)).await.unwrap();
    }
    let outbox = correspondent.intake().outbox();
    let patience = Instant::now() + PATIENCE;
    while !outbox.open_items().await.unwrap().is_empty() {
        assert!(Instant::now() < patience, "it is not recorded");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    shutdown.cancel();
    run.await.unwrap();
}

/// Has the recorder sign what the log is now; gives how many entries that is.
fn signed_now(cluster: &Cluster) -> u64 {
    let (answered, note) = cluster.as_auditor(&["checkpoint"]).unwrap();
    assert!(answered, "{note}");
    SignedCheckpoint::parse(note.as_bytes()).unwrap().checkpoint().size
}

/// The newest checkpoint with a cosignature, once there is one of at least this size.
async fn cosigned(pool: &PgPool, least: u64) -> SignedCheckpoint {
    let patience = Instant::now() + PATIENCE;
    loop {
        let found: Option<(Vec<u8>, String)> = sqlx::query_as(
            "select note, line from log.checkpoint join log.cosignature using (size) where size >= $1
              order by size desc limit 1",
        )
        .bind(i64::try_from(least).unwrap())
        .fetch_optional(pool)
        .await
        .unwrap();
        if let Some((note, line)) = found {
            return SignedCheckpoint::parse(&[note, line.into_bytes()].concat()).unwrap();
        }
        assert!(Instant::now() < patience, "nobody cosigned {least} entries");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_cosigns_what_goes_on_and_keeps_both_sides_of_a_fork() {
    let cluster = Cluster::start().await.unwrap();
    let operator = cluster.operator().await.unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let witness = witness(&log_key(&cluster).to_string(), elsewhere.path(), 0);
    let policy =
        format!("log {}\nwitness w1 {} {}\nquorum w1\n", log_key(&cluster), witness.key, witness.url);
    let file = cluster.data().join("policy");
    std::fs::write(&file, &policy).unwrap();
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let mut recorder = cluster.service(&format!("recorder --policy {}", file.display())).unwrap();

    say(&cluster, 20).await;
    let first = cosigned(&operator, signed_now(&cluster)).await;
    assert_eq!(policy.check(&first).unwrap().len(), 1, "{first:?}");
    say(&cluster, 300).await;
    let size = signed_now(&cluster);
    let second = cosigned(&operator, size).await;
    policy.check(&second).unwrap();
    assert!(first.checkpoint().size >= 20 && size >= first.checkpoint().size + 300);
    let (whole, text) = cluster.as_auditor(&["verify", "--policy", file.to_str().unwrap()]).unwrap();
    assert!(whole && text.contains(&format!("the policy's quorum for the first {size} entries")), "{text}");

    // The log's own key signs another record of the same size, and one that does not go on from this.
    let key = cluster.secrets.log_key().unwrap();
    let forged =
        |size, root| Checkpoint { origin: ORIGIN.into(), size, root: [root; 32] }.sign(&key).unwrap();
    let request = |old, checkpoint| AddCheckpoint { old, proof: Vec::new(), checkpoint }.to_bytes();
    let (status, _, words) = ask(&witness, &request(size, forged(size, 1)));
    assert!(status == 409 && words.contains("the log has forked"), "{status} {words}");
    let (status, _, words) = ask(&witness, &request(size, forged(size + 10, 2)));
    assert_eq!(status, 422, "{words}");
    let evidence: Vec<String> = std::fs::read_dir(elsewhere.path().join("witness/evidence"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert_eq!(evidence.len(), 2);
    for text in &evidence {
        assert_eq!(
            text.matches(&format!("{ORIGIN}\n{size}\n")).count()
                + text.matches(&format!("{ORIGIN}\n{}\n", size + 10)).count(),
            2,
            "{text}"
        );
    }
    // What is no contradiction is answered as the protocol says, and leaves nothing.
    let (status, kind, words) = ask(&witness, &request(0, forged(size + 10, 2)));
    assert_eq!((status, kind.as_str(), words), (409, "text/x.tlog.size", format!("{size}\n")));
    assert_eq!(ask(&witness, b"hello").0, 400);
    let stranger = Checkpoint { origin: "other.test/x".into(), size: 1, root: [0; 32] }.sign(&key).unwrap();
    assert_eq!(ask(&witness, &request(0, stranger)).0, 404);

    // The record goes on, and is still cosigned.
    say(&cluster, 20).await;
    policy.check(&cosigned(&operator, signed_now(&cluster)).await).unwrap();
    assert!(recorder.ended(Duration::from_millis(10)).is_err(), "it still runs");
}

/// Every page says when no witness vouches for what was recorded, and stops saying so when one does.
#[test]
fn pages_say_that_no_witness_vouches_for_the_record() {
    let mut system = System::start(false).unwrap();
    let said = |system: &System| Person::nobody(system.base()).get("/sign-in").unwrap().text;
    assert!(!said(&system).contains("Not witnessed"), "nobody was named, nobody is missed");
    let (_, keys) = system.verb(&["keys"]).unwrap();
    let log = keys.split_whitespace().nth(1).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    // Its key and its address are known, and it is away.
    let (key, url) = {
        let away = witness(log, elsewhere.path(), 0);
        (away.key.clone(), away.url.clone())
    };
    let policy = system.data().join("policy");
    std::fs::write(&policy, format!("log {log}\nwitness w1 {key} {url}\nquorum w1\n")).unwrap();
    let flags = ["--policy", policy.to_str().unwrap(), "--witness-limit", "0"];
    system.restart_with(flags.map(str::to_owned).to_vec()).unwrap();
    let until = |wanted: bool, why: &str| {
        let patience = Instant::now() + PATIENCE;
        while said(&system).contains("Not witnessed") != wanted {
            assert!(Instant::now() < patience, "{why}");
            std::thread::sleep(Duration::from_millis(200));
        }
    };
    until(true, "it is away, and the page does not say so");
    let port = url.rsplit(':').next().unwrap().parse().unwrap();
    let _witness = witness(log, elsewhere.path(), port);
    let (signed, note) = system.verb(&["checkpoint"]).unwrap();
    assert!(signed, "{note}");
    until(false, "it is back, and the page still misses it");
}

/// An older copy of the database in the place of the newer one: the file outside it says so, and the recorder
/// neither signs nor records.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_older_database_is_not_written_to() {
    let cluster = Cluster::start().await.unwrap();
    let operator = cluster.operator().await.unwrap();
    let recorder = cluster.service("recorder").unwrap();
    say(&cluster, 10).await;
    drop(recorder);
    // What a restore of an older backup leaves.
    sqlx::raw_sql("create schema backup; create table backup.head as table log.head")
        .execute(&operator)
        .await
        .unwrap();
    let recorder = cluster.service("recorder").unwrap();
    say(&cluster, 300).await;
    let patience = Instant::now() + PATIENCE;
    while !cluster.data().join("checkpoint").exists() {
        assert!(Instant::now() < patience, "nothing is signed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(recorder);
    sqlx::raw_sql(
        "alter table log.entry disable trigger all; alter table log.tile disable trigger all;
         alter table log.checkpoint disable trigger all;
         delete from log.checkpoint; delete from log.tile;
         delete from log.entry where position >= (select next_position from backup.head);
         update log.head set next_position = b.next_position, frontier = b.frontier, last_recorded_at = b.last_recorded_at
           from backup.head b;
         alter table log.entry enable always trigger append_only_rows;
         alter table log.entry enable always trigger append_only_table;
         alter table log.tile enable always trigger append_only_rows;
         alter table log.tile enable always trigger append_only_table;
         alter table log.checkpoint enable always trigger append_only_rows;
         alter table log.checkpoint enable always trigger append_only_table",
    )
    .execute(&operator)
    .await
    .unwrap();
    let mut recorder = cluster.service("recorder").unwrap();
    assert!(!recorder.ended(PATIENCE).unwrap(), "it ends with an error");
    let size: i64 =
        sqlx::query_scalar("select next_position from log.head").fetch_one(&operator).await.unwrap();
    let before: i64 =
        sqlx::query_scalar("select next_position from backup.head").fetch_one(&operator).await.unwrap();
    assert_eq!(size, before, "nothing was recorded after it");
}
