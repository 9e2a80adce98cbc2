//! What `tais migrate` does to a cluster that knows nothing of it yet.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use std::io::Write;
use std::slice::from_ref;
use std::sync::{Arc, Mutex};

use sqlx::PgPool;
use support::events::{Author, HandClock, bad, stream};
use support::server::{PASSWORD, SUPERUSER, Server};
use tais_log::{
    Log as _, Outcome, PostgresLog, ProvisionError, RolePasswords, ServiceRole, migrate, provision,
    self_check,
};

const ROLES: [(&str, ServiceRole); 4] = [
    ("tais_recorder", ServiceRole::Recorder),
    ("tais_projector", ServiceRole::Projector),
    ("tais_office", ServiceRole::Office),
    ("tais_audit", ServiceRole::Audit),
];

/// A password that only exact quoting brings over.
const AWKWARD: &str = r#"it's a $$ \ "zither" %L %"#;

fn passwords(password: &str) -> RolePasswords {
    let password = || password.to_owned();
    RolePasswords { recorder: password(), projector: password(), office: password(), audit: password() }
}

/// Where the log lines of this thread go.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn execute(operator: &PgPool, statements: &'static str) {
    sqlx::raw_sql(statements).execute(operator).await.unwrap();
}

#[tokio::test]
async fn passwords_are_kept_salted_and_never_logged() {
    let server = Server::empty().await;
    // A cluster that would still keep MD5, and that logs every statement.
    let operator = server.pool(server.options(SUPERUSER, "postgres")).await;
    execute(&operator, "alter database postgres set password_encryption = md5").await;
    execute(&operator, "alter database postgres set log_statement = 'all'").await;
    let operator = server.pool(server.options(SUPERUSER, "postgres")).await;

    let lines = Lines::default();
    let writer = lines.clone();
    let logging = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(logging);
    migrate(&operator).await.unwrap();
    provision(&operator, &passwords(AWKWARD)).await.unwrap();
    drop(guard);

    let here = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    for (who, said) in [("this process", here), ("the server", server.log())] {
        assert!(said.contains("alter role tais_recorder set"), "the control: {who} logs statements");
        assert!(!said.contains("zither"), "{who} logged a password");
    }
    let salted: i64 =
        sqlx::query_scalar("select count(*) from pg_authid where rolpassword like 'SCRAM-SHA-256$%'")
            .fetch_one(&operator)
            .await
            .unwrap();
    assert_eq!(salted, 4);
    for (role, _) in ROLES {
        let right = server.options(role, "postgres").password(AWKWARD);
        assert!(PgPool::connect_with(right).await.is_ok(), "{role}");
        let wrong = server.options(role, "postgres").password("a guess");
        assert!(PgPool::connect_with(wrong).await.is_err(), "{role}");
    }
    // One that the two sides might read differently is no password at all.
    for bad in ["", "caf\u{e9}", "a\nb"] {
        let error = provision(&operator, &passwords(bad)).await.unwrap_err();
        assert!(matches!(error, ProvisionError::Password("tais_recorder")), "{error:?}");
    }
    // Again, with other passwords: the old ones are gone.
    provision(&operator, &passwords(PASSWORD)).await.unwrap();
    let old = server.options("tais_audit", "postgres").password(AWKWARD);
    assert!(PgPool::connect_with(old).await.is_err());
    assert!(PgPool::connect_with(server.options("tais_audit", "postgres")).await.is_ok());
}

/// Where somebody else runs the cluster, nobody of ours is a superuser.
#[tokio::test]
async fn an_operator_who_may_make_databases_and_roles_is_enough() {
    let server = Server::empty().await;
    let superuser = server.pool(server.options(SUPERUSER, "postgres")).await;
    execute(&superuser, "create role lesser login createdb createrole password 'only for tests'").await;
    let lesser = server.pool(server.options("lesser", "postgres")).await;
    execute(&lesser, "create database tais").await;
    let lesser = server.pool(server.options("lesser", "tais")).await;
    // As often as one likes.
    for _ in 0..2 {
        migrate(&lesser).await.unwrap();
        provision(&lesser, &passwords(PASSWORD)).await.unwrap();
    }

    let said = Author::apsc().says(stream(), 1, "recorded");
    for (name, role) in ROLES {
        let pool = server.pool(server.options(name, "tais")).await;
        self_check(&pool, role).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let log = PostgresLog::new(pool, HandClock::new().clock());
        if role == ServiceRole::Recorder {
            let outcomes = log.append(from_ref(&said), &[bad("x", "malformed")]).await.unwrap();
            assert!(matches!(outcomes[..], [Outcome::Recorded(_)]), "{outcomes:?}");
        }
        assert_eq!(log.head().await.unwrap().size, 1, "{name}");
    }
    let projector = server.pool(server.options("tais_projector", "tais")).await;
    execute(&projector, "create schema activity_v7; create table activity_v7.row as select 1 as n").await;
    let office = server.pool(server.options("tais_office", "tais")).await;
    let n: i32 = sqlx::query_scalar("select n from activity_v7.row").fetch_one(&office).await.unwrap();
    assert_eq!(n, 1);
    // The operator owns through a role, and the second wall stands before the operator too.
    let refused = sqlx::query("update log.entry set type = 'x'").execute(&lesser).await.unwrap_err();
    assert!(refused.to_string().contains("append-only"), "{refused}");
}

#[tokio::test]
async fn the_owner_cannot_sign_in() {
    let server = Server::empty().await;
    let operator = server.pool(server.options(SUPERUSER, "postgres")).await;
    // Even where somebody made such a role before us.
    execute(&operator, "create role tais_owner login password 'only for tests'").await;
    migrate(&operator).await.unwrap();
    provision(&operator, &passwords(PASSWORD)).await.unwrap();
    let error = PgPool::connect_with(server.options("tais_owner", "postgres")).await.unwrap_err();
    assert!(error.to_string().contains("not permitted to log in"), "{error}");
}
