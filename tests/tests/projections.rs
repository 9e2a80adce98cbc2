//! Projections beside a growing log: built anew without a gap, and never on another history.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use sqlx::PgPool;
use tais_correspondent::Correspondent;
use tais_correspondent::intake::Submission;
use tais_correspondent::report::Report;
use tais_log::{Log as _, Outcome, PostgresLog, system_clock};
use tais_proto::event::activity::ActivityReported;
use tais_proto::{EventId, Pillar, Publisher, Role, StreamId, StreamKind, Timestamp};
use tais_tests::{Cluster, typed, typed_participation};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(60);

async fn report(cluster: &Cluster, correspondent: &Correspondent, n: u32) {
    let submission = Submission {
        id: EventId(Uuid::now_v7()),
        actor: cluster.account(Role::Correspondent, Some(Pillar::Ascc)).unwrap(),
        time: Timestamp::new(time::OffsetDateTime::now_utc()),
    };
    let details = typed("ascc", &format!("Training {n}")).unwrap();
    let participation = typed_participation(n + 1, n).unwrap();
    correspondent.intake().report(submission, Report::new(details, Some(participation), true)).await.unwrap();
}

/// Waits until every projection is live and has folded the whole log and nothing is on its way.
async fn settled(operator: &PgPool, correspondent: &Correspondent) {
    let patience = Instant::now() + PATIENCE;
    loop {
        let behind: Option<bool> = sqlx::query_scalar(
            "select count(*) < $1 or min(size) < (select next_position from log.head)
               from projection.build where live",
        )
        .bind(i64::try_from(PROJECTIONS).unwrap())
        .fetch_optional(operator)
        .await
        .unwrap_or(Some(true));
        if behind == Some(false) && correspondent.intake().outbox().open_items().await.unwrap().is_empty() {
            return;
        }
        assert!(Instant::now() < patience, "the projections do not catch up");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until so many builds that are live fulfil this.
async fn live(operator: &PgPool, condition: &str, builds: usize) {
    let patience = Instant::now() + PATIENCE;
    let count = format!("select count(*) from projection.build where live and {condition}");
    let count = || sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(count.clone())).fetch_one(operator);
    // The table is made by the first projector.
    while count().await.unwrap_or(0) < i64::try_from(builds).unwrap() {
        assert!(Instant::now() < patience, "the projections are not built");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn builds(operator: &PgPool) -> Vec<(i64, String)> {
    sqlx::query_as("select id, name from projection.build order by id").fetch_all(operator).await.unwrap()
}

/// How many projections there are, each with one live build.
const PROJECTIONS: usize = 5;

#[test]
fn a_rebuild_beside_the_live_rows_swaps_without_a_gap() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let cluster = Cluster::start().await.unwrap();
        let _recorder = cluster.service("recorder").unwrap();
        let mut projector = cluster.service("projector").unwrap();
        let correspondent = cluster.correspondent(Pillar::Ascc).await.unwrap();
        let bus = cluster.publisher(Publisher::Ascc, &cluster.nats.url()).await.unwrap();
        let (running, shutdown) = (correspondent.clone(), CancellationToken::new());
        let stop = shutdown.clone();
        tokio::spawn(async move { running.run(bus, stop).await.unwrap() });
        let operator = cluster.operator().await.unwrap();
        for n in 0..120_u32 {
            report(&cluster, &correspondent, n).await;
        }
        settled(&operator, &correspondent).await;
        let before = builds(&operator).await;
        assert_eq!(before.len(), PROJECTIONS);

        // A second projector builds anew while the log grows; readers always find their views.
        let _second = cluster.service("projector --rebuild").unwrap();
        for n in 120..260 {
            report(&cluster, &correspondent, n).await;
            let seen: i64 =
                sqlx::query_scalar("select count(*) from read.activity").fetch_one(&operator).await.unwrap();
            assert!(seen >= 360, "what was there stays readable: {seen}");
        }
        let patience = Instant::now() + PATIENCE;
        while builds(&operator).await.iter().any(|build| before.contains(build)) {
            assert!(Instant::now() < patience, "the rebuild does not take over");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        settled(&operator, &correspondent).await;
        assert_eq!(builds(&operator).await.len(), PROJECTIONS, "the old builds are gone");
        assert!(projector.ended(Duration::from_millis(200)).is_err(), "the first projector follows the new build");
        let (equal, output) = cluster.replay().unwrap();
        assert!(equal, "{output}");
        // The roll-ups are the sums of what they roll up: the log is past the first boundary.
        let (rolled, summed): (Option<i64>, Option<i64>) = sqlx::query_as(
            "select (select sum(amount)::int8 from read.measure_total where boundary = 1024 and measure = 'attendances'),
                    (select sum(amount)::int8 from read.measure where position <= 1024 and measure = 'attendances')",
        )
        .fetch_one(&operator)
        .await
        .unwrap();
        let size: i64 = sqlx::query_scalar("select next_position from log.head").fetch_one(&operator).await.unwrap();
        if size > 1024 {
            assert_eq!(rolled, summed);
        }
        shutdown.cancel();
    });
}

/// A build folds the next batch while the last one is written: what it remembers of a stream is in this batch, in the
/// one before it, or in its table, and each row ends where the next of its stream begins, wherever that is.
#[test]
fn a_build_of_many_batches_is_what_the_log_alone_gives() {
    const STREAMS: usize = 3_000;
    const EVENTS: usize = 12_000;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let cluster = Cluster::start().await.unwrap();
        let operator = cluster.operator().await.unwrap();
        let log = PostgresLog::new(operator.clone(), system_clock());
        let (mut author, mut random) = (cluster.author(Pillar::Aec).unwrap(), StdRng::seed_from_u64(3));
        let mut streams = [(); STREAMS].map(|()| (StreamId(Uuid::now_v7()), 0));
        let mut says = || {
            let (stream, version) = &mut streams[random.gen_range(0..STREAMS)];
            *version += 1;
            let event = match *version {
                1 => ActivityReported { details: typed("aec", "Women in customs brokerage").unwrap() }.into(),
                version => typed_participation(version, random.gen_range(1..9)).unwrap().into(),
            };
            author.entry(StreamKind::Activity, *stream, *version, event).unwrap()
        };
        for _ in 0..EVENTS / 500 {
            let batch: Vec<_> = (0..500).map(|_| says()).collect();
            let outcomes = log.append(&batch, &[]).await.unwrap();
            assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Recorded(_))));
        }
        let _projector = cluster.service("projector").unwrap();
        live(&operator, &format!("size > {EVENTS}"), PROJECTIONS).await;
        // Each of the two indexes at the end reads all rows once, and what is left of those that were given an end later,
        // each once at most. Whatever else went through them would do so for each page.
        let gone_through: i64 = sqlx::query_scalar(
            r"select seq_tup_read from pg_stat_user_tables where relname = 'row' and schemaname like 'p\_activity\_%'",
        )
        .fetch_one(&operator)
        .await
        .unwrap();
        assert!(gone_through <= 2 * 2 * EVENTS as i64, "{gone_through} rows of {EVENTS} were gone through");
        let (equal, printed) = cluster.replay().unwrap();
        assert!(equal, "{printed}");
        let [rows, wrong]: [i64; 2] = sqlx::query_as(
            "select count(*), count(*) filter (where to_position is distinct from next) from (
                 select to_position, lead(position) over (partition by activity order by position) as next
                   from read.activity) as row",
        )
        .fetch_one(&operator)
        .await
        .map(|(rows, wrong)| [rows, wrong])
        .unwrap();
        assert_eq!((rows, wrong), (EVENTS as i64, 0));
        // Each roll-up is the sum of all before it.
        let differ: i64 = sqlx::query_scalar(
            "select count(*) from (
                 select boundary, sum(amount) as total from read.measure_total group by 1) as rolled
               full join (
                 select b as boundary, (select sum(amount) from read.measure where position <= b) as total
                   from generate_series(1024, $1, 1024) as b) as summed using (boundary)
              where rolled.total is distinct from summed.total",
        )
        .bind(EVENTS as i64)
        .fetch_one(&operator)
        .await
        .unwrap();
        assert_eq!(differ, 0, "roll-ups differ from the sums of their rows");
    });
}

/// Before the figures were folded with the activities they were a projection of their own, and read until the build
/// that has both takes over.
#[test]
fn what_was_a_projection_of_its_own_goes_when_its_figures_are_built() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let cluster = Cluster::start().await.unwrap();
        let operator = cluster.operator().await.unwrap();
        let password = cluster.secrets.role_passwords().unwrap().projector;
        let url = cluster.postgres.url("tais_projector", &password, tais::migrate::DATABASE);
        let projector = PgPool::connect(&url).await.unwrap();
        tais_projector::migrate(&projector).await.unwrap();
        let before = "
            insert into projection.build (id, name, version, live) overriding system value values
                (901, 'activity', 1, true), (902, 'measure', 2, true);
            create schema p_activity_901; create table p_activity_901.row (position bigint);
            create view read.activity as select * from p_activity_901.row;
            create schema p_measure_902; create table p_measure_902.row (position bigint);
            create table p_measure_902.total (boundary bigint);
            create view read.measure as select * from p_measure_902.row;
            create view read.measure_total as select * from p_measure_902.total";
        sqlx::raw_sql(before).execute(&projector).await.unwrap();
        let _projector = cluster.service("projector").unwrap();
        live(&operator, "id < 900", PROJECTIONS).await;
        assert_eq!(builds(&operator).await.len(), PROJECTIONS, "the old builds are gone");
        let left: i64 = sqlx::query_scalar(
            "select count(*) from pg_namespace where nspname in ('p_activity_901', 'p_measure_902')",
        )
        .fetch_one(&operator)
        .await
        .unwrap();
        assert_eq!(left, 0, "and their tables");
        sqlx::raw_sql("select ordinal from read.measure; select amount from read.measure_total")
            .execute(&operator)
            .await
            .unwrap();
    });
}

/// A checkpoint that is not in the log belongs to another history: a restored or foreign database.
#[test]
fn a_projection_of_another_history_refuses_to_start() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let cluster = Cluster::start().await.unwrap();
        let operator = cluster.operator().await.unwrap();
        {
            let _projector = cluster.service("projector").unwrap();
            live(&operator, "size > 0", 2).await;
        }
        // The control: on its own history it starts again and goes on.
        let mut again = cluster.service("projector").unwrap();
        assert!(again.ended(Duration::from_secs(2)).is_err(), "it runs");
        drop(again);
        let foreign =
            "update projection.build set frontier = array(select sha256(hash) from unnest(frontier) as hash)";
        sqlx::query(foreign).execute(&operator).await.unwrap();
        let mut refused = cluster.service("projector").unwrap();
        assert!(!refused.ended(Duration::from_secs(20)).unwrap(), "it ends with an error");
    });
}
