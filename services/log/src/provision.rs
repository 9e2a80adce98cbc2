//! Schemas, roles and privileges, made with the operator's credentials, which no service holds.

use sqlx::{AssertSqlSafe, PgPool};

/// Why the database could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// A migration.
    #[error("the log's schema could not be brought up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A statement.
    #[error("the database's roles could not be made: does the URL name an operator who may make roles?")]
    Database(#[from] sqlx::Error),
}

/// The passwords of the login roles.
#[derive(Clone, Debug)]
pub struct RolePasswords {
    /// Of `tais_recorder`.
    pub recorder: String,
    /// Of `tais_projector`.
    pub projector: String,
    /// Of `tais_office`.
    pub office: String,
    /// Of `tais_audit`.
    pub audit: String,
}

/// Brings the log's schema up to date.
///
/// # Errors
/// When the database refuses, or holds a schema newer than this software.
pub async fn migrate(operator: &PgPool) -> Result<(), ProvisionError> {
    sqlx::migrate!("./migrations").run(operator).await?;
    Ok(())
}

/// Makes the roles and their privileges; repeatable.
///
/// # Errors
/// When the database refuses.
pub async fn provision(operator: &PgPool, passwords: &RolePasswords) -> Result<(), ProvisionError> {
    let mut tx = operator.begin().await?;
    // Two `tais migrate` at once take turns.
    sqlx::query("select pg_advisory_xact_lock(hashtext('tais provision'))").execute(&mut *tx).await?;
    make_role(&mut tx, "tais_owner", None).await?;
    for (role, password) in [
        ("tais_recorder", &passwords.recorder),
        ("tais_projector", &passwords.projector),
        ("tais_office", &passwords.office),
        ("tais_audit", &passwords.audit),
    ] {
        make_role(&mut tx, role, Some(password)).await?;
    }
    sqlx::raw_sql(include_str!("roles.sql")).execute(&mut *tx).await?;
    // The projector makes a schema for each build.
    let grant: String = sqlx::query_scalar(
        "select format('grant create on database %I to tais_projector', current_database())",
    )
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query(AssertSqlSafe(grant)).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

async fn make_role(
    tx: &mut sqlx::PgConnection,
    role: &str,
    password: Option<&str>,
) -> Result<(), sqlx::Error> {
    let exists: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
        .bind(role)
        .fetch_one(&mut *tx)
        .await?;
    if !exists {
        // Names are ours; passwords are quoted by the server itself.
        sqlx::query(AssertSqlSafe(format!("create role {role}"))).execute(&mut *tx).await?;
    }
    if let Some(password) = password {
        let alter: String = sqlx::query_scalar(
            "select format('alter role %I login noinherit nocreatedb nocreaterole password %L', $1, $2)",
        )
        .bind(role)
        .bind(password)
        .fetch_one(&mut *tx)
        .await?;
        sqlx::query(AssertSqlSafe(alter)).execute(&mut *tx).await?;
    }
    Ok(())
}
