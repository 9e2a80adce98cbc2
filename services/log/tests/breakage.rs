//! What breaks on PostgreSQL: altered records, lost connections, a lost place.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use std::process::Command;
use std::slice::from_ref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use sqlx::postgres::PgListener;
use sqlx::{AssertSqlSafe, PgPool};
use support::events::{Author, HandClock, stream};
use support::server::{Database, database};
use tais_log::frontier::Frontier;
use tais_log::proof::{self, ConsistencyProof, InclusionProof, ProofError};
use tais_log::tile::TileRef;
use tais_log::{
    Clock, Filter, Follower as _, Log as _, LogError, Outcome, PostgresLog, is_transient, migrate,
};
use tais_proto::{EventId, LeafHash, Pillar, Position, Publisher, StreamKind, Timestamp};

async fn recorder(database: &Database) -> PostgresLog {
    PostgresLog::new(database.pool("tais_recorder").await, HandClock::new().clock())
}

/// A log of so many entries.
async fn log_of(database: &Database, count: usize) -> PostgresLog {
    let (log, mut apsc) = (recorder(database).await, Author::apsc());
    let batch: Vec<_> = (0..count).map(|_| apsc.says(stream(), 1, "an entry")).collect();
    log.append(&batch, &[]).await.unwrap();
    log
}

/// What only a superuser who takes the triggers away can do.
async fn tamper(operator: &PgPool, statement: &str) {
    let disable = "alter table log.entry disable trigger all";
    sqlx::query(disable).execute(operator).await.unwrap();
    let done = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(operator).await.unwrap();
    assert_eq!(done.rows_affected(), 1, "{statement}");
}

#[tokio::test]
async fn a_deleted_entry_is_a_hole_that_readers_stop_at() {
    for missing in [0, 3, 5] {
        let database = database().await;
        let log = log_of(&database, 6).await;
        let root = log.head().await.unwrap().root;
        assert_eq!(proof::root(&log, 6).await.unwrap(), root);
        tamper(&database.operator().await, &format!("delete from log.entry where position = {missing}"))
            .await;

        let read = log.read_from(Position(0), 100, &Filter::default()).await;
        assert!(matches!(read, Err(LogError::Hole(hole)) if hole == missing), "{missing}: {read:?}");
        let at_the_hole = log.read_from(Position(missing), 1, &Filter::default()).await;
        assert!(matches!(at_the_hole, Err(LogError::Hole(hole)) if hole == missing), "{at_the_hole:?}");
        let followed = log.follow(Position(0)).await.unwrap().next(100).await;
        assert!(matches!(&followed, Err(LogError::Hole(hole)) if *hole == missing), "{followed:?}");
        let error = read.unwrap_err();
        assert!(!error.is_transient(), "trying again does not bring it back");
        assert!(error.to_string().contains(&format!("position {missing} is missing")), "{error}");
        // Nobody computes a root without it either.
        let root = proof::root(&log, 6).await;
        assert!(matches!(root, Err(ProofError::NoTile { level: 0, index: 0 })), "{root:?}");
    }
}

#[tokio::test]
async fn what_no_recorder_writes_is_named_not_guessed() {
    for (change, problem) in [
        ("signature = '\\x00'", "signature"),
        ("leaf_hash = '\\x00'", "leaf_hash"),
        ("stream_kind = 'gossip'", "stream_kind"),
        ("pillar = 'fourth'", "pillar"),
        ("state = ''", "state"),
        ("version = -1", "version"),
    ] {
        let database = database().await;
        let log = log_of(&database, 2).await;
        tamper(&database.operator().await, &format!("update log.entry set {change} where position = 1"))
            .await;
        let read = log.read_from(Position(0), 100, &Filter::default()).await;
        let Err(LogError::Altered { position: 1, problem: found }) = read else {
            panic!("{change}: {read:?}")
        };
        assert_eq!(found, problem);
    }
}

#[tokio::test]
async fn a_head_that_does_not_fit_its_frontier_is_refused() {
    let database = database().await;
    let log = log_of(&database, 3).await;
    sqlx::query("update log.head set next_position = 4").execute(&database.operator().await).await.unwrap();
    let refused = |result: Result<(), LogError>| matches!(result, Err(LogError::Altered { position: 4, .. }));
    assert!(refused(log.head().await.map(drop)));
    let said = Author::apsc().says(stream(), 1, "nothing may be built on it");
    assert!(refused(log.append(&[said], &[]).await.map(drop)));
}

#[tokio::test]
async fn every_append_is_announced_with_the_next_position() {
    let database = database().await;
    let log = recorder(&database).await;
    let mut listener = PgListener::connect_with(&database.pool("tais_office").await).await.unwrap();
    listener.listen("tais_log").await.unwrap();
    let mut apsc = Author::apsc();
    for next in ["2", "4"] {
        let batch = [apsc.says(stream(), 1, "a"), apsc.says(stream(), 1, "b")];
        log.append(&batch, &[]).await.unwrap();
        let heard = tokio::time::timeout(Duration::from_secs(5), listener.recv()).await.unwrap().unwrap();
        assert_eq!(heard.payload(), next);
    }
}

/// Makes every commit of an entry end this way.
async fn at_commit(operator: &PgPool, body: &str) {
    let function = format!(
        "create function public.at_commit() returns trigger language plpgsql as $$ begin {body} return null; end $$"
    );
    sqlx::query(AssertSqlSafe(function)).execute(operator).await.unwrap();
    // A deferred trigger runs inside COMMIT.
    sqlx::query(
        "create constraint trigger at_commit after insert on log.entry deferrable initially deferred
         for each row execute function public.at_commit()",
    )
    .execute(operator)
    .await
    .unwrap();
}

async fn is_recorded(log: &PostgresLog, id: EventId) -> bool {
    !log.find(&[id]).await.unwrap().is_empty()
}

#[tokio::test]
async fn a_commit_that_is_refused_recorded_nothing() {
    let database = database().await;
    let (log, operator) = (recorder(&database).await, database.operator().await);
    at_commit(&operator, "raise exception 'no';").await;
    let said = Author::apsc().says(stream(), 1, "a");
    let error = log.append(from_ref(&said), &[]).await.unwrap_err();
    assert!(matches!(error, LogError::Database(_)) && !error.is_transient(), "{error:?}");
    assert!(!is_recorded(&log, said.envelope.id).await);
    assert_eq!(log.head().await.unwrap().size, 0);
}

#[tokio::test]
async fn a_connection_ended_while_committing_leaves_the_outcome_unknown() {
    let database = database().await;
    let (log, operator) = (recorder(&database).await, database.operator().await);
    at_commit(&operator, "perform pg_terminate_backend(pg_backend_pid());").await;
    let said = Author::apsc().says(stream(), 1, "a");
    let error = log.append(from_ref(&said), &[]).await.unwrap_err();
    assert!(matches!(error, LogError::UnknownOutcome(_)) && error.is_transient(), "{error:?}");
    // The receipts tell; then it is sent again.
    assert!(!is_recorded(&log, said.envelope.id).await);
    sqlx::query("drop trigger at_commit on log.entry").execute(&operator).await.unwrap();
    let again = log.append(from_ref(&said), &[]).await.unwrap();
    assert!(matches!(again[..], [Outcome::Recorded(_)]), "{again:?}");
}

#[tokio::test]
async fn who_leads_learns_that_the_place_was_lost() {
    let database = database().await;
    let (log, operator) = (recorder(&database).await, database.operator().await);
    let mut lease = log.try_lead().await.unwrap().unwrap();
    let ended: bool = sqlx::query_scalar(
        "select pg_terminate_backend(pid) from pg_locks join pg_database d on d.oid = database
          where locktype = 'advisory' and d.datname = current_database()",
    )
    .fetch_one(&operator)
    .await
    .unwrap();
    assert!(ended);
    let lost = tokio::time::timeout(Duration::from_secs(10), log.hold(&mut lease)).await.unwrap();
    assert!(matches!(lost, LogError::LeaseLost) && lost.is_transient(), "{lost:?}");
    assert!(log.try_lead().await.unwrap().is_some(), "somebody else may lead now");
}

#[tokio::test]
async fn which_errors_may_pass_by_themselves() {
    let database = database().await;
    let office = database.pool("tais_office").await;
    let refused = sqlx::query("delete from log.entry").execute(&office).await.unwrap_err();
    assert!(!is_transient(&refused), "a right too few stays one: {refused}");
    let operator = database.operator().await;
    let mut holder = operator.begin().await.unwrap();
    sqlx::query("select from log.head for update").execute(&mut *holder).await.unwrap();
    let mut waiting = operator.begin().await.unwrap();
    sqlx::query("set local lock_timeout = '10ms'").execute(&mut *waiting).await.unwrap();
    let locked = sqlx::query("select from log.head for update").execute(&mut *waiting).await.unwrap_err();
    assert!(is_transient(&locked), "a lock is given back: {locked}");
    let closed = database.pool("tais_office").await;
    closed.close().await;
    assert!(is_transient(&sqlx::query("select 1").execute(&closed).await.unwrap_err()));
}

/// A recorder that is stopped in the middle of an append (a frozen host) and goes on later.
#[tokio::test]
async fn who_slept_too_long_in_a_transaction_may_try_again() {
    let database = database().await;
    let operator = database.operator().await;
    let patience = |change: &str| {
        AssertSqlSafe(format!("alter role tais_recorder in database {} {change}", database.name()))
    };
    let short = patience("set idle_in_transaction_session_timeout = '200ms'");
    sqlx::query(short).execute(&operator).await.unwrap();
    let asleep = Arc::new(AtomicBool::new(true));
    let (clock, sleeper) = (HandClock::new().clock(), Arc::clone(&asleep));
    // The clock is read between the look-up and the write.
    let drowsy: Clock = Arc::new(move || {
        if sleeper.swap(false, Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(800));
        }
        clock()
    });
    let log = PostgresLog::new(database.pool("tais_recorder").await, drowsy);
    let said = Author::apsc().says(stream(), 1, "a");
    let error = log.append(from_ref(&said), &[]).await.unwrap_err();
    assert!(matches!(error, LogError::Database(_)) && error.is_transient(), "{error:?}");
    assert!(!asleep.load(Ordering::SeqCst), "the clock was read inside the transaction");
    let long = patience("reset idle_in_transaction_session_timeout");
    sqlx::query(long).execute(&operator).await.unwrap();
    let again = log.append(from_ref(&said), &[]).await.unwrap();
    assert!(matches!(again[..], [Outcome::Recorded(_)]), "{again:?}");
}

/// A server that keeps the connection open and says nothing more.
#[tokio::test]
async fn who_leads_a_silent_server_learns_that_too() {
    let database = database().await;
    let (log, operator) = (recorder(&database).await, database.operator().await);
    let mut lease = log.try_lead().await.unwrap().unwrap();
    let backend: i32 = sqlx::query_scalar(
        "select pid from pg_locks join pg_database d on d.oid = database
          where locktype = 'advisory' and d.datname = current_database()",
    )
    .fetch_one(&operator)
    .await
    .unwrap();
    signal("-STOP", backend);
    let lost = tokio::time::timeout(Duration::from_secs(20), log.hold(&mut lease)).await;
    signal("-CONT", backend);
    assert!(matches!(lost, Ok(LogError::LeaseLost)), "{lost:?}");
}

fn signal(name: &str, pid: i32) {
    assert!(Command::new("kill").arg(name).arg(pid.to_string()).status().unwrap().success());
}

/// How many rows of the log a role's one question makes the server look at.
async fn rows_read<F: Future<Output = ()>>(
    database: &Database,
    question: impl FnOnce(PostgresLog) -> F,
) -> i64 {
    let operator = database.operator().await;
    let looked_at = || async {
        sqlx::query_scalar::<_, i64>(
            "select (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int8
               from pg_stat_user_tables where relname = 'entry'",
        )
        .fetch_one(&operator)
        .await
        .unwrap()
    };
    let before = looked_at().await;
    let pool = database.pool("tais_audit").await;
    question(PostgresLog::new(pool.clone(), HandClock::new().clock())).await;
    // A backend hands in its counts when it ends.
    pool.close().await;
    loop {
        let left: i64 = sqlx::query_scalar("select count(*) from pg_stat_activity where usename = 'tais_audit' and datname = current_database()")
            .fetch_one(&operator)
            .await
            .unwrap();
        if left == 0 {
            return looked_at().await - before;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What pages ask for at every turn must cost the same in a log of any length.
#[tokio::test]
async fn finding_a_day_a_pillar_a_stream_or_nothing_does_not_read_the_whole_log() {
    const MANY: i64 = 3_000;
    let database = database().await;
    let (clock, operator) = (HandClock::new(), database.operator().await);
    let log = PostgresLog::new(database.pool("tais_recorder").await, clock.clock());
    let (mut aec, mut apsc) = (Author::new(Publisher::Aec, 2), Author::apsc());
    let rare = stream();
    let begun = clock.now();
    log.append(&[aec.says(rare, 1, "the only one of its pillar")], &[]).await.unwrap();
    for _ in 0..MANY / 500 {
        clock.add(time::Duration::days(1));
        let batch: Vec<_> = (0..500).map(|_| apsc.says(stream(), 1, "one of many")).collect();
        log.append(&batch, &[]).await.unwrap();
    }
    sqlx::query("analyze log.entry").execute(&operator).await.unwrap();
    // The plan that knows no values is the one that a busy connection ends with.
    let alter = format!(
        "alter role tais_audit in database {} set plan_cache_mode = force_generic_plan",
        database.name()
    );
    sqlx::query(AssertSqlSafe(alter)).execute(&operator).await.unwrap();

    let first_day = Timestamp::new(begun.to_utc() + time::Duration::hours(1));
    let day = rows_read(&database, |log| async move {
        assert_eq!(log.last_position_before(first_day).await.unwrap(), Some(Position(0)));
    });
    let of = |filter: Filter| {
        rows_read(&database, |log| async move {
            let page = log.read_from(Position(0), 100, &filter).await.unwrap();
            assert_eq!((page.entries.len(), page.scanned_to.0), (1, 3_001));
        })
    };
    let (day, pillar) = (day.await, of(Filter { pillar: Some(Pillar::Aec), ..Filter::default() }).await);
    let of_stream = of(Filter { stream: Some(rare), ..Filter::default() }).await;
    assert!(day < 10 && pillar < 10 && of_stream < 10, "rows read: {day}, {pillar}, {of_stream} of {MANY}");
    // Whoever follows has read all nearly always, and asks again.
    let nothing = |from: u64, kind: Option<StreamKind>| {
        rows_read(&database, move |log| async move {
            let filter = Filter { kind, ..Filter::default() };
            let page = log.read_from(Position(from), 100, &filter).await.unwrap();
            assert_eq!((page.entries.len(), page.scanned_to.0), (0, 3_001));
        })
    };
    let (end, rare) = (nothing(3_001, None).await, nothing(0, Some(StreamKind::Forum)).await);
    assert!(end < 10 && rare < 10, "rows read where there is nothing: {end}, {rare} of {MANY}");
    // The control: what does read everything is counted so.
    let all = rows_read(&database, |log| async move {
        assert_eq!(
            log.read_from(Position(0), 10_000, &Filter::default()).await.unwrap().entries.len(),
            3_001
        );
    });
    // A root is read from tiles, and not from every entry.
    let root = rows_read(&database, |log| async move { assert!(proof::root(&log, 3_001).await.is_ok()) });
    assert!(root.await < 300);
    assert!(all.await >= MANY);
}

/// A log that was begun before it had tiles gets them from `migrate`, and the append that makes a tile of
/// tiles whole writes that too.
#[tokio::test]
async fn tiles_are_completed_at_every_level() {
    let database = database().await;
    let operator = database.operator().await;
    let begun = 65_500_u64;
    sqlx::query(
        "insert into log.entry (position, event_id, stream, stream_kind, version, type, state, occurred_at,
                                recorded_at, key_id, key_seq, envelope, signature, leaf_hash)
         select n, gen_random_uuid(), gen_random_uuid(), 'activity', 1, 'x', 'TL', now(),
                '2026-11-01', 'k', n, '', '', sha256(int8send(n)) from generate_series(0, $1 - 1) n",
    )
    .bind(i64::try_from(begun).unwrap())
    .execute(&operator)
    .await
    .unwrap();
    let mut frontier = Frontier::default();
    let mut roots = Vec::new();
    for n in 0..begun {
        frontier.append(LeafHash(Sha256::digest(n.to_be_bytes()).into()));
        roots.push(frontier.root());
    }
    sqlx::query("update log.head set next_position = $1, frontier = $2")
        .bind(i64::try_from(begun).unwrap())
        .bind(frontier.hashes())
        .execute(&operator)
        .await
        .unwrap();
    migrate(&operator).await.unwrap();

    let (log, mut apsc) = (recorder(&database).await, Author::apsc());
    for _ in 0..2 {
        let batch: Vec<_> = (0..150).map(|_| apsc.says(stream(), 1, "an entry")).collect();
        for outcome in log.append(&batch, &[]).await.unwrap() {
            let Outcome::Recorded(receipt) = outcome else { panic!("{outcome:?}") };
            frontier.append(receipt.leaf_hash);
            roots.push(frontier.root());
        }
    }
    let size = begun + 300;
    let root = |size: u64| roots[usize::try_from(size).unwrap() - 1];
    for at in [1, 256, begun, 65_535, 65_536, 65_537, size] {
        assert_eq!(proof::root(&log, at).await.unwrap(), root(at), "size {at}");
        for position in [0, 255, 256, 40_000, at - 1] {
            if position < at {
                let proof = InclusionProof::of(&log, Position(position), at).await.unwrap();
                let leaf = log_leaf(&operator, position).await;
                proof.verify(leaf, root(at)).unwrap();
            }
        }
        ConsistencyProof::of(&log, at.min(begun), size)
            .await
            .unwrap()
            .verify(root(at.min(begun)), root(size))
            .unwrap();
    }
    let whole = TileRef::within(1, 0, size).unwrap();
    assert!(whole.is_whole() && log.tile(whole).await.unwrap().is_some());

    // A tile that is gone is missed, not guessed.
    sqlx::raw_sql(
        "alter table log.tile disable trigger all; delete from log.tile where level = 0 and index = 0",
    )
    .execute(&operator)
    .await
    .unwrap();
    let missing = InclusionProof::of(&log, Position(3), size).await;
    assert!(matches!(missing, Err(ProofError::NoTile { level: 0, index: 0 })), "{missing:?}");
}

async fn log_leaf(operator: &PgPool, position: u64) -> LeafHash {
    let leaf: Vec<u8> = sqlx::query_scalar("select leaf_hash from log.entry where position = $1")
        .bind(i64::try_from(position).unwrap())
        .fetch_one(operator)
        .await
        .unwrap();
    LeafHash(leaf.try_into().unwrap())
}
