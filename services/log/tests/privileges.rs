//! Who may do what to the log: every service role is tried at every forbidden verb, and every wall is
//! taken down once to see that somebody notices.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use sqlx::{AssertSqlSafe, PgPool};
use support::events::{Author, HandClock, bad, stream};
use support::server::{Database, PASSWORD, database, passwords};
use tais_log::{Filter, Log as _, LogError, PostgresLog, SelfCheckError, ServiceRole, provision, self_check};
use tais_proto::Position;

const ROLES: [(&str, ServiceRole); 4] = [
    ("tais_recorder", ServiceRole::Recorder),
    ("tais_projector", ServiceRole::Projector),
    ("tais_office", ServiceRole::Office),
    ("tais_audit", ServiceRole::Audit),
];

/// Nobody may ever run these, whatever the role.
const FORBIDDEN: &[&str] = &[
    "update log.entry set type = 'x'",
    "update log.entry set envelope = '' where position = 0",
    "delete from log.entry where position = 0",
    "truncate log.entry cascade",
    "update log.quarantine set reason = 'x'",
    "delete from log.quarantine",
    "truncate log.quarantine",
    "update log.tile set root = root",
    "delete from log.tile",
    "truncate log.tile",
    "insert into log.head values (2, 0, '{}', null)",
    "delete from log.head",
    "truncate log.head cascade",
    "insert into log.relay values (1, 0)",
    "delete from log.relay",
    "truncate log.relay",
    "merge into log.entry e using log.entry o on e.position = o.position when matched then delete",
    "insert into log.entry select * from log.entry on conflict (position) do update set type = 'x'",
    "alter table log.entry disable trigger all",
    "alter table log.entry drop constraint entry_event_id",
    "alter table log.entry owner to current_user",
    "create trigger mine before insert on log.entry for each row execute function log.refuse_change()",
    "create rule mine as on insert to log.entry do instead nothing",
    "drop trigger append_only_rows on log.entry",
    "drop table log.relay",
    "drop schema log cascade",
    "create table log.mine (a int)",
    "create table public.mine (a int)",
    "create or replace function log.refuse_change() returns trigger language plpgsql as 'begin return null; end'",
    "set role tais_owner",
    "set session_replication_role = replica",
    "create role mine",
];

/// What only the recorder may do.
const RECORDERS: &[&str] = &[
    "insert into log.entry select * from log.entry where false",
    "insert into log.quarantine (received_at, subject, raw, sha256, code, reason) values (now(), '', '', '', '', '')",
    "insert into log.tile select * from log.tile where false",
    "update log.head set next_position = 9 where false",
    "update log.relay set place = 9 where false",
];

/// A log with an entry and a message in quarantine, so that there is something to lose.
async fn with_a_record() -> Database {
    let database = database().await;
    let log = PostgresLog::new(database.pool("tais_recorder").await, HandClock::new().clock());
    log.append(&[Author::apsc().says(stream(), 1, "kept")], &[bad("x", "malformed")]).await.unwrap();
    database
}

async fn code_of(pool: &PgPool, statement: &str) -> Option<String> {
    let mut tx = pool.begin().await.unwrap();
    sqlx::query("set transaction read write").execute(&mut *tx).await.unwrap();
    let result = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut *tx).await;
    tx.rollback().await.unwrap();
    match result {
        Ok(_) => None,
        Err(sqlx::Error::Database(error)) => Some(error.code().unwrap().into_owned()),
        Err(error) => panic!("{statement}: {error}"),
    }
}

const INSUFFICIENT_PRIVILEGE: &str = "42501";

#[tokio::test]
async fn every_forbidden_verb_is_refused_to_every_role() {
    let database = with_a_record().await;
    let mut wrong = Vec::new();
    for (name, role) in ROLES {
        let pool = database.pool(name).await;
        let may = |statement| role == ServiceRole::Recorder && RECORDERS.contains(statement);
        for statement in FORBIDDEN.iter().chain(RECORDERS) {
            let code = code_of(&pool, statement).await;
            let expected = (!may(statement)).then_some(INSUFFICIENT_PRIVILEGE);
            if code.as_deref() != expected {
                wrong.push(format!("{name}: {statement}: {code:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn nobody_but_the_office_looks_into_the_vault() {
    let database = database().await;
    let looks = [
        "select count(*) from vault.person",
        "select count(*) from vault.person_key",
        "insert into vault.person values (gen_random_uuid(), '', '', now())",
        "delete from vault.person_key",
    ];
    for (name, role) in ROLES {
        let pool = database.pool(name).await;
        for look in looks {
            let expected = (role != ServiceRole::Office).then_some(INSUFFICIENT_PRIVILEGE);
            assert_eq!(code_of(&pool, look).await.as_deref(), expected, "{name}: {look}");
        }
        // What is in it is never overwritten, and who was erased stays so.
        for change in
            ["update vault.person set name = ''", "truncate vault.person cascade", "delete from vault.erased"]
        {
            assert_eq!(code_of(&pool, change).await.as_deref(), Some(INSUFFICIENT_PRIVILEGE), "{name}");
        }
    }
}

#[tokio::test]
async fn nobody_grants_themselves_anything() {
    let database = with_a_record().await;
    for (name, _) in ROLES {
        let pool = database.pool(name).await;
        // PostgreSQL only warns here, so it is the effect that counts.
        sqlx::raw_sql("set transaction read write; grant all on log.entry to current_user")
            .execute(&pool)
            .await
            .unwrap();
        let code = code_of(&pool, "update log.entry set type = 'x'").await;
        assert_eq!(code.as_deref(), Some(INSUFFICIENT_PRIVILEGE), "{name}");
    }
}

#[tokio::test]
async fn each_role_reads_what_it_needs_and_no_more() {
    let database = with_a_record().await;
    for (name, _) in ROLES {
        let pool = database.pool(name).await;
        let log = PostgresLog::new(pool.clone(), HandClock::new().clock());
        assert_eq!(
            log.read_from(Position(0), 9, &Filter::default()).await.unwrap().entries.len(),
            1,
            "{name}"
        );
        assert_eq!(log.head().await.unwrap().size, 1, "{name}");
        let sees_quarantine = matches!(name, "tais_recorder" | "tais_audit");
        assert_eq!(log.quarantined(9).await.is_ok(), sees_quarantine, "{name}");
        assert_eq!(log.relay_place().await.is_ok(), sees_quarantine, "{name}");
        let read_only: String =
            sqlx::query_scalar("show default_transaction_read_only").fetch_one(&pool).await.unwrap();
        assert_eq!(read_only == "on", matches!(name, "tais_office" | "tais_audit"), "{name}");
    }
}

#[tokio::test]
async fn a_new_projection_is_readable_without_a_grant_of_its_own() {
    let database = database().await;
    // Rights on a database are not copied from its template; making roles again is harmless.
    provision(&database.operator().await, &passwords()).await.unwrap();
    let projector = database.pool("tais_projector").await;
    sqlx::raw_sql("create schema activity_v7; create table activity_v7.row as select 1 as n")
        .execute(&projector)
        .await
        .unwrap();
    for reader in ["tais_office", "tais_audit"] {
        let pool = database.pool(reader).await;
        let n: i32 = sqlx::query_scalar("select n from activity_v7.row").fetch_one(&pool).await.unwrap();
        assert_eq!(n, 1, "{reader}");
        let code = code_of(&pool, "delete from activity_v7.row").await;
        assert_eq!(code.as_deref(), Some(INSUFFICIENT_PRIVILEGE), "{reader}");
    }
    let recorder = database.pool("tais_recorder").await;
    assert_eq!(code_of(&recorder, "create schema mine").await.as_deref(), Some(INSUFFICIENT_PRIVILEGE));
    assert_eq!(
        code_of(&recorder, "select n from activity_v7.row").await.as_deref(),
        Some(INSUFFICIENT_PRIVILEGE)
    );
}

#[tokio::test]
async fn not_even_the_operator_changes_the_record() {
    let database = with_a_record().await;
    let operator = database.operator().await;
    for role in ["origin", "replica"] {
        for table in ["entry", "quarantine"] {
            let column = if table == "entry" { "type" } else { "reason" };
            for statement in [
                format!("update log.{table} set {column} = 'x'"),
                format!("delete from log.{table}"),
                format!("truncate log.{table}"),
            ] {
                let mut tx = operator.begin().await.unwrap();
                let set = format!("set local session_replication_role = {role}");
                sqlx::query(AssertSqlSafe(set)).execute(&mut *tx).await.unwrap();
                let error =
                    sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut *tx).await.unwrap_err();
                assert!(error.to_string().contains("append-only"), "{role}: {statement}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn every_service_passes_its_own_check() {
    let database = with_a_record().await;
    for (name, role) in ROLES {
        self_check(&database.pool(name).await, role).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

async fn refusal(database: &Database, (name, role): (&str, ServiceRole)) -> SelfCheckError {
    let error = self_check(&database.pool(name).await, role).await;
    error.expect_err(&format!("{name} passed the check"))
}

/// Each right too many, and the statement that the check must name.
#[tokio::test]
async fn a_right_too_many_is_noticed_and_named() {
    for (role, right, named) in [
        (ROLES[0], "update on log.entry", "update log.entry"),
        (ROLES[0], "delete on log.entry", "delete from log.entry"),
        (ROLES[0], "truncate on log.entry", "truncate log.entry"),
        (ROLES[0], "update on log.quarantine", "update log.quarantine"),
        (ROLES[0], "truncate on log.quarantine", "truncate log.quarantine"),
        (ROLES[0], "update on log.tile", "update log.tile"),
        (ROLES[0], "truncate on log.tile", "truncate log.tile"),
        (ROLES[2], "insert on log.tile", "insert into log.tile"),
        (ROLES[0], "delete on log.head", "delete from log.head"),
        (ROLES[1], "insert on log.entry", "insert into log.entry"),
        (ROLES[2], "insert on log.quarantine", "insert into log.quarantine"),
        (ROLES[2], "update on log.head", "update log.head"),
        (ROLES[3], "update on log.relay", "update log.relay"),
        (ROLES[3], "update (type) on log.entry", "update log.entry"),
    ] {
        let database = with_a_record().await;
        let grant = format!("grant {right} to {}", role.0);
        sqlx::query(AssertSqlSafe(grant.clone())).execute(&database.operator().await).await.unwrap();
        let error = refusal(&database, role).await;
        let SelfCheckError::MayDoTooMuch(statement) = &error else { panic!("{grant}: {error:?}") };
        assert!(statement.starts_with(named), "{grant}: {statement}");
        assert!(error.to_string().contains("tais migrate"), "{error}");
    }
}

/// Privileges stand, but somebody took the triggers down, or lets replication pass them.
#[tokio::test]
async fn a_second_wall_that_is_down_is_noticed_and_named() {
    for (sabotage, named) in [
        ("alter table log.entry disable trigger all", "append_only_rows on log.entry"),
        ("alter table log.entry disable trigger append_only_table", "append_only_table on log.entry"),
        ("alter table log.entry enable trigger append_only_rows", "append_only_rows on log.entry"),
        (
            "alter table log.quarantine enable replica trigger append_only_rows",
            "append_only_rows on log.quarantine",
        ),
        ("drop trigger append_only_table on log.quarantine", "append_only_table on log.quarantine"),
        ("alter table log.tile disable trigger all", "append_only_rows on log.tile"),
        ("drop trigger append_only_table on log.tile", "append_only_table on log.tile"),
    ] {
        let database = with_a_record().await;
        sqlx::raw_sql(AssertSqlSafe(sabotage)).execute(&database.operator().await).await.unwrap();
        for role in ROLES {
            let error = refusal(&database, role).await;
            let SelfCheckError::WallDown(trigger) = &error else { panic!("{sabotage}: {error:?}") };
            assert_eq!(trigger, named, "{sabotage}");
        }
    }
}

#[tokio::test]
async fn whoever_rules_over_the_log_is_refused() {
    let database = with_a_record().await;
    let operator = database.operator().await;
    let error = self_check(&operator, ServiceRole::Recorder).await.unwrap_err();
    assert!(matches!(error, SelfCheckError::Owner), "{error:?}");
    // A role of this test alone: roles belong to the server, which the tests share.
    let member = "tais_member_of_the_owner";
    for statement in
        [format!("create role {member} login password '{PASSWORD}'"), format!("grant tais_owner to {member}")]
    {
        sqlx::query(AssertSqlSafe(statement)).execute(&operator).await.unwrap();
    }
    let error = refusal(&database, (member, ServiceRole::Recorder)).await;
    assert!(matches!(error, SelfCheckError::Owner), "{error:?}");
}

#[tokio::test]
async fn a_database_that_may_lose_what_it_acknowledged_is_refused() {
    let database = with_a_record().await;
    let alter =
        format!("alter role tais_recorder in database {} set synchronous_commit = off", database.name());
    sqlx::query(AssertSqlSafe(alter)).execute(&database.operator().await).await.unwrap();
    let error = refusal(&database, ROLES[0]).await;
    let SelfCheckError::NotDurable { name, value, .. } = &error else { panic!("{error:?}") };
    assert_eq!((name.as_str(), value.as_str()), ("synchronous_commit", "off"));
    assert!(error.to_string().contains("the role or the database"), "{error}");
    // Others write nothing that is acknowledged, but a reader's session is judged by its own setting.
    self_check(&database.pool("tais_audit").await, ServiceRole::Audit).await.unwrap();
}

/// The last wall is arithmetic: whoever takes the others down leaves a hole.
#[tokio::test]
async fn what_a_superuser_deletes_is_missed() {
    let database = with_a_record().await;
    let operator = database.operator().await;
    sqlx::query("alter table log.entry disable trigger all").execute(&operator).await.unwrap();
    sqlx::query("delete from log.entry").execute(&operator).await.unwrap();
    let log = PostgresLog::new(database.pool("tais_audit").await, HandClock::new().clock());
    let read = log.read_from(Position(0), 9, &Filter::default()).await;
    assert!(matches!(read, Err(LogError::Hole(0))), "{read:?}");
}
