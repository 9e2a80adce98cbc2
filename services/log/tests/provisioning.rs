//! What `tais migrate` does to a cluster that knows nothing of it yet.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use std::slice::from_ref;

use sqlx::PgPool;
use support::events::{Author, HandClock, bad, stream};
use support::server::{SUPERUSER, Server, passwords};
use tais_log::{Log as _, Outcome, PostgresLog, ServiceRole, migrate, provision, self_check};

const ROLES: [(&str, ServiceRole); 4] = [
    ("tais_recorder", ServiceRole::Recorder),
    ("tais_projector", ServiceRole::Projector),
    ("tais_office", ServiceRole::Office),
    ("tais_audit", ServiceRole::Audit),
];

async fn execute(operator: &PgPool, statements: &'static str) {
    sqlx::raw_sql(statements).execute(operator).await.unwrap();
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
        provision(&lesser, &passwords()).await.unwrap();
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
    provision(&operator, &passwords()).await.unwrap();
    let error = PgPool::connect_with(server.options("tais_owner", "postgres")).await.unwrap_err();
    assert!(error.to_string().contains("not permitted to log in"), "{error}");
}
