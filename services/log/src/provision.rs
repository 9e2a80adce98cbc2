//! Schemas, roles and privileges, made with the operator's credentials, which no service holds.

use sqlx::{AssertSqlSafe, PgPool};

use crate::LogError;
use crate::postgres::complete;
use crate::scram::verifier;

/// Why the database could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// A migration.
    #[error("the log's schema could not be brought up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A statement.
    #[error("the database's roles could not be made: does the URL name an operator who may make roles?")]
    Database(#[from] sqlx::Error),
    /// The tree's tiles.
    #[error("the tiles of the log's tree could not be completed")]
    Tiles(#[from] LogError),
    /// A password.
    #[error("the password of {0} is empty or holds characters other than printable ASCII: choose another")]
    Password(&'static str),
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
    // A log that was begun before it had tiles gets those that it lacks.
    let mut tx = operator.begin().await?;
    let size: i64 = sqlx::query_scalar("select next_position from log.head where log = 1 for update")
        .fetch_one(&mut *tx)
        .await?;
    complete(&mut tx, u64::try_from(size).unwrap_or(0)).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes the roles and their privileges; repeatable.
///
/// # Errors
/// When the database refuses.
pub async fn provision(operator: &PgPool, passwords: &RolePasswords) -> Result<(), ProvisionError> {
    let roles = [
        ("tais_recorder", &passwords.recorder),
        ("tais_projector", &passwords.projector),
        ("tais_office", &passwords.office),
        ("tais_audit", &passwords.audit),
    ];
    for (role, password) in roles {
        if password.is_empty() || password.bytes().any(|byte| !(b' '..=b'~').contains(&byte)) {
            return Err(ProvisionError::Password(role));
        }
    }
    let mut tx = operator.begin().await?;
    // Two `tais migrate` at once take turns.
    sqlx::query("select pg_advisory_xact_lock(hashtext('tais provision'))").execute(&mut *tx).await?;
    make_role(&mut tx, "tais_owner", "nologin").await?;
    for (role, password) in roles {
        let verifier = verifier(password, rand::random());
        let attributes = format!("login noinherit nocreatedb nocreaterole password '{verifier}'");
        make_role(&mut tx, role, &attributes).await?;
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

/// Makes a role where it is missing, and sees that it has these attributes.
async fn make_role(
    tx: &mut sqlx::PgConnection,
    role: &'static str,
    attributes: &str,
) -> Result<(), sqlx::Error> {
    let exists: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
        .bind(role)
        .fetch_one(&mut *tx)
        .await?;
    // Names and attributes are ours; a verifier is Base64 and needs no quoting.
    let verb = if exists { "alter" } else { "create" };
    sqlx::query(AssertSqlSafe(format!("{verb} role {role} {attributes}"))).execute(&mut *tx).await?;
    Ok(())
}
