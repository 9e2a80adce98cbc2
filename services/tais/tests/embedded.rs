//! The embedded servers keep their promises: durable settings, back after a kill with everything
//! that was committed, nothing left behind, and one user of a data directory at a time.

#![allow(clippy::unwrap_used)]

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use async_nats::jetstream;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use tais::doctor::{self, Verdict};
use tais::embedded::{DataLock, EmbeddedError, EmbeddedNats, EmbeddedPostgres, Runner, ServerBinaries};
use tokio::time::sleep;

const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

fn servers() -> ServerBinaries {
    let dir = env::var_os("TAIS_SERVERS")
        .expect("these tests run real servers: use `deploy/local test`, or set TAIS_SERVERS to what `deploy/local servers` prints");
    ServerBinaries::locate(Some(Path::new(&dir))).unwrap()
}

async fn operator(postgres: &EmbeddedPostgres) -> PgConnection {
    PgConnection::connect(&postgres.operator_url("postgres")).await.unwrap()
}

async fn setting(connection: &mut PgConnection, name: &str) -> String {
    sqlx::query("select current_setting($1)").bind(name).fetch_one(connection).await.unwrap().get(0)
}

fn pid(number: u32) -> Pid {
    Pid::from_raw(number.cast_signed()).unwrap()
}

/// Whether the process is gone or only waits to be reaped.
fn has_ended(number: u32) -> bool {
    test_kill_process(pid(number)).is_err()
        || fs::read_to_string(format!("/proc/{number}/stat")).is_ok_and(|stat| stat.contains(") Z "))
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        sleep(POLL).await;
    }
}

#[tokio::test]
async fn postgres_starts_durable_and_only_for_this_machine() {
    let dir = tempfile::tempdir().unwrap();
    let postgres = EmbeddedPostgres::start(&servers(), dir.path(), None).await.unwrap();
    let mut connection = operator(&postgres).await;
    for name in ["data_checksums", "fsync", "full_page_writes", "synchronous_commit"] {
        assert_eq!(setting(&mut connection, name).await, "on", "{name}");
    }
    assert_eq!(setting(&mut connection, "listen_addresses").await, "127.0.0.1");
    assert_eq!(setting(&mut connection, "server_encoding").await, "UTF8");
    let first_line = fs::read_to_string(dir.path().join("postgres/cluster/postmaster.pid")).unwrap();
    assert_eq!(first_line.lines().next().unwrap(), postgres.pid().unwrap().to_string());
    let mode = fs::metadata(dir.path().join("postgres.secret")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    connection.close().await.unwrap();
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn nobody_gets_in_without_the_password() {
    let dir = tempfile::tempdir().unwrap();
    let postgres = EmbeddedPostgres::start(&servers(), dir.path(), None).await.unwrap();
    let refused = PgConnection::connect(&postgres.url("tais_operator", "guess", "postgres")).await;
    let code = refused.unwrap_err().as_database_error().and_then(|error| error.code()).unwrap().into_owned();
    assert_eq!(code, "28P01");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_postgres_comes_back_with_what_was_committed() {
    let dir = tempfile::tempdir().unwrap();
    let postgres = EmbeddedPostgres::start(&servers(), dir.path(), None).await.unwrap();
    let mut connection = operator(&postgres).await;
    sqlx::query("create table kept (n int)").execute(&mut connection).await.unwrap();
    for n in 1..=3_i64 {
        sqlx::query("insert into kept select 1").execute(&mut connection).await.unwrap();
        let before = postgres.pid().unwrap();
        kill_process(pid(before), Signal::KILL).unwrap();
        until("the supervisor has another process", || postgres.pid().is_some_and(|now| now != before)).await;
        postgres.wait_ready().await.unwrap();
        connection = operator(&postgres).await;
        let kept: i64 =
            sqlx::query("select count(*) from kept").fetch_one(&mut connection).await.unwrap().get(0);
        assert_eq!(kept, n);
    }
    assert!(postgres.deaths() >= 3);
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_nats_server_comes_back_with_what_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let nats = EmbeddedNats::start(&servers(), dir.path(), None, "").await.unwrap();
    let client = async_nats::connect(nats.url()).await.unwrap();
    let jetstream = jetstream::new(client);
    let stream = jetstream::stream::Config {
        name: "KEPT".to_owned(),
        subjects: vec!["kept".to_owned()],
        ..Default::default()
    };
    jetstream.create_stream(stream).await.unwrap();
    jetstream.publish("kept", "one".into()).await.unwrap().await.unwrap();

    let before = nats.pid().unwrap();
    kill_process(pid(before), Signal::KILL).unwrap();
    until("the supervisor has another process", || nats.pid().is_some_and(|now| now != before)).await;
    nats.wait_ready().await.unwrap();

    let client = async_nats::connect(nats.url()).await.unwrap();
    let stream = jetstream::new(client).get_stream("KEPT").await.unwrap();
    assert_eq!(stream.cached_info().state.messages, 1);
    assert_eq!(nats.deaths(), 1);
    nats.stop().await.unwrap();
}

#[tokio::test]
async fn the_nats_fragment_decides_who_may_connect() {
    let dir = tempfile::tempdir().unwrap();
    let fragment = "authorization { users: [ { user: known, password: word } ] }";
    let nats = EmbeddedNats::start(&servers(), dir.path(), None, fragment).await.unwrap();
    assert!(async_nats::connect(nats.url()).await.is_err(), "a stranger");
    let known = async_nats::ConnectOptions::with_user_and_password("known".to_owned(), "word".to_owned());
    known.connect(nats.url()).await.unwrap();
    nats.stop().await.unwrap();
}

#[tokio::test]
async fn an_unreadable_fragment_is_reported_in_the_servers_words() {
    let dir = tempfile::tempdir().unwrap();
    let error = EmbeddedNats::start(&servers(), dir.path(), None, "no_such_word: 1").await.unwrap_err();
    assert!(error.to_string().contains("no_such_word"), "{error}");
}

#[tokio::test]
async fn a_stop_leaves_nothing_behind_and_the_next_start_finds_everything() {
    let dir = tempfile::tempdir().unwrap();
    let binaries = servers();
    let postgres = EmbeddedPostgres::start(&binaries, dir.path(), None).await.unwrap();
    let nats = EmbeddedNats::start(&binaries, dir.path(), None, "").await.unwrap();
    let mut connection = operator(&postgres).await;
    sqlx::query("create table kept (n int)").execute(&mut connection).await.unwrap();
    let (database, bus) = (postgres.pid().unwrap(), nats.pid().unwrap());
    let ports = (postgres.port(), nats.port(), nats.monitor_port());
    postgres.stop().await.unwrap();
    nats.stop().await.unwrap();
    assert!(has_ended(database) && has_ended(bus));
    assert!(!dir.path().join("postgres/cluster/postmaster.pid").exists(), "it was shut down in order");

    let postgres = EmbeddedPostgres::start(&binaries, dir.path(), None).await.unwrap();
    let nats = EmbeddedNats::start(&binaries, dir.path(), None, "").await.unwrap();
    assert_eq!(ports, (postgres.port(), nats.port(), nats.monitor_port()));
    let mut connection = operator(&postgres).await;
    sqlx::query("select * from kept").execute(&mut connection).await.unwrap();
    postgres.stop().await.unwrap();
    nats.stop().await.unwrap();
}

#[tokio::test]
async fn a_restart_is_a_new_process_on_the_same_data() {
    let dir = tempfile::tempdir().unwrap();
    let binaries = servers();
    let postgres = EmbeddedPostgres::start(&binaries, dir.path(), None).await.unwrap();
    let nats = EmbeddedNats::start(&binaries, dir.path(), None, "").await.unwrap();
    let before = (postgres.pid(), nats.pid());
    postgres.restart().await.unwrap();
    nats.restart().await.unwrap();
    assert_ne!(before.0, postgres.pid());
    assert_ne!(before.1, nats.pid());
    assert_eq!((0, 0), (postgres.deaths(), nats.deaths()), "asked for, so not counted as deaths");
}

#[tokio::test]
async fn a_data_directory_has_one_user() {
    let dir = tempfile::tempdir().unwrap();
    let binaries = servers();
    let _all = DataLock::take(dir.path()).unwrap();
    let _nats = EmbeddedNats::start(&binaries, dir.path(), None, "").await.unwrap();
    let second = EmbeddedNats::start(&binaries, dir.path(), None, "").await;
    assert!(matches!(second, Err(EmbeddedError::InUse { .. })));
}

#[tokio::test]
async fn an_interrupted_first_start_is_begun_again() {
    let dir = tempfile::tempdir().unwrap();
    let half = dir.path().join("postgres/cluster.new/base");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("half"), "written").unwrap();
    let postgres = EmbeddedPostgres::start(&servers(), dir.path(), None).await.unwrap();
    operator(&postgres).await;
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_lost_password_is_told_plainly_and_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let binaries = servers();
    EmbeddedPostgres::start(&binaries, dir.path(), None).await.unwrap().stop().await.unwrap();
    let secret = dir.path().join("postgres.secret");
    fs::remove_file(&secret).unwrap();
    let lost = EmbeddedPostgres::start(&binaries, dir.path(), None).await;
    assert!(matches!(lost, Err(EmbeddedError::Secret { .. })));
    fs::write(&secret, "another").unwrap();
    let wrong = EmbeddedPostgres::start(&binaries, dir.path(), None).await.err();
    assert!(matches!(wrong, Some(EmbeddedError::Secret { .. })), "{wrong:?}");
}

/// Names the directory in which a test, started a second time, holds servers until it is killed.
const HOLD: &str = "TAIS_TEST_HOLD_SERVERS_IN";

#[tokio::test]
async fn servers_end_by_themselves_when_tais_is_killed() {
    let binaries = servers();
    if let Some(dir) = env::var_os(HOLD) {
        return hold_for_ever(&binaries, &PathBuf::from(dir)).await;
    }
    assert!(
        Runner::plain().ends_with_tais(),
        "this system has no `setpriv --pdeathsig` (util-linux 2.33 or newer): install it, or servers outlive a killed Tais"
    );
    let dir = tempfile::tempdir().unwrap();
    let held = hold_and_kill("servers_end_by_themselves_when_tais_is_killed", dir.path()).await;
    until("the servers are gone", || held.iter().all(|&server| has_ended(server))).await;
}

#[tokio::test]
async fn the_start_after_a_killed_tais_is_not_hindered() {
    let binaries = servers();
    if let Some(dir) = env::var_os(HOLD) {
        return hold_for_ever(&binaries, &PathBuf::from(dir)).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let held = hold_and_kill("the_start_after_a_killed_tais_is_not_hindered", dir.path()).await;
    let postgres = EmbeddedPostgres::start(&binaries, dir.path(), None).await.unwrap();
    let nats = EmbeddedNats::start(&binaries, dir.path(), None, "").await.unwrap();
    assert!(held.iter().all(|&server| has_ended(server)), "none of the killed one's servers is left");
    operator(&postgres).await;
    postgres.stop().await.unwrap();
    nats.stop().await.unwrap();
}

/// Runs this test binary's `test` once more, kills it when its servers run, and says which.
async fn hold_and_kill(test: &str, dir: &Path) -> Vec<u32> {
    let pids = dir.join("pids");
    let mut tais = Command::new(env::current_exe().unwrap())
        .args(["--exact", test])
        .env(HOLD, dir)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("the servers run", || pids.exists()).await;
    let held: Vec<u32> =
        fs::read_to_string(&pids).unwrap().lines().map(|line| line.parse().unwrap()).collect();
    assert!(held.iter().all(|&server| !has_ended(server)));
    tais.kill().unwrap();
    tais.wait().unwrap();
    held
}

async fn hold_for_ever(binaries: &ServerBinaries, dir: &Path) {
    let postgres = EmbeddedPostgres::start(binaries, dir, None).await.unwrap();
    let nats = EmbeddedNats::start(binaries, dir, None, "").await.unwrap();
    let text = format!("{}\n{}\n", postgres.pid().unwrap(), nats.pid().unwrap());
    fs::write(dir.join("pids.new"), text).unwrap();
    fs::rename(dir.join("pids.new"), dir.join("pids")).unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn the_doctor_finds_the_embedded_servers_sound_when_given_as_ones_own() {
    let dir = tempfile::tempdir().unwrap();
    let binaries = servers();
    let postgres = EmbeddedPostgres::start(&binaries, dir.path(), None).await.unwrap();
    let nats = EmbeddedNats::start(&binaries, dir.path(), None, "").await.unwrap();
    let options = doctor::Options {
        servers: env::var_os("TAIS_SERVERS").map(PathBuf::from),
        data_dir: dir.path().to_owned(),
        ports: Vec::new(),
        postgres: Some(postgres.operator_url("postgres")),
        nats: Some(nats.url()),
    };
    let report = doctor::examine(&options).await;
    assert!(report.is_sound(), "{report}");

    let mut connection = operator(&postgres).await;
    sqlx::query("alter role tais_operator set synchronous_commit = off")
        .execute(&mut connection)
        .await
        .unwrap();
    let report = doctor::examine(&options).await;
    assert_eq!(report.worst(), Verdict::Unsafe, "{report}");
    assert!(report.to_string().contains("synchronous_commit is off"), "{report}");
    postgres.stop().await.unwrap();
    nats.stop().await.unwrap();
}
