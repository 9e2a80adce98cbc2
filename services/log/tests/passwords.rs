//! What becomes of a password: the server can tell the right one, and nobody reads it in a log.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use sqlx::PgPool;
use support::server::{PASSWORD, SUPERUSER, Server};
use tais_log::{ProvisionError, RolePasswords, migrate, provision};

/// A password that only exact quoting brings over.
const AWKWARD: &str = r#"it's a $$ \ "zither" %L %"#;

fn passwords(password: &str) -> RolePasswords {
    let password = || password.to_owned();
    RolePasswords { recorder: password(), projector: password(), office: password(), audit: password() }
}

/// Where the log lines of this process go.
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
    // For the whole process, which runs this test alone.
    tracing::subscriber::set_global_default(logging).unwrap();
    migrate(&operator).await.unwrap();
    provision(&operator, &passwords(AWKWARD)).await.unwrap();

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
    for role in ["tais_recorder", "tais_projector", "tais_office", "tais_audit"] {
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
