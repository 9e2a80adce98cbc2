//! `tais migrate`: schemas, roles, streams and the genesis, made with the operator's credentials,
//! which no service holds. Repeatable.

use anyhow::Context as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool};
use tais_bus::User;
use tais_log::{PostgresLog, system_clock};
use tais_proto::reference::StateCode;
use tais_proto::{LeafHash, Publisher, Role};
use tais_recorder::genesis::{Beginning, begin};
use tais_web::session::Accounts;

use crate::secrets::Secrets;

/// The database's name.
pub const DATABASE: &str = "tais";

/// What a migration works with.
pub struct Migration<'a> {
    /// The operator's URL of the cluster, any database of it.
    pub operator_url: &'a str,
    /// The bus.
    pub nats_url: &'a str,
    /// Keys and passwords.
    pub secrets: &'a Secrets,
    /// The accounts that get their first role.
    pub accounts: &'a Accounts,
    /// The member state.
    pub state: &'a StateCode,
    /// The log's name.
    pub origin: &'a str,
    /// Whether the log will hold sample data.
    pub sample: bool,
}

/// Brings everything up to date; gives the genesis's leaf hash, which auditors and the witness pin.
///
/// # Errors
/// When the database or the bus refuses.
pub async fn migrate(migration: &Migration<'_>) -> anyhow::Result<LeafHash> {
    let operator = operator_pool(migration.operator_url).await?;
    tais_log::migrate(&operator).await?;
    tais_log::provision(&operator, &migration.secrets.role_passwords()?).await?;
    let seed = migration.secrets.bus()?;
    tais_bus::migrate(migration.nats_url, seed.seed(User::Operator), migration.state).await?;
    let genesis = write_genesis(migration, operator.clone()).await?;
    operator.close().await;
    Ok(genesis)
}

/// A pool on our database, which is made where it is missing.
async fn operator_pool(url: &str) -> anyhow::Result<PgPool> {
    let options: PgConnectOptions = url.parse().context("the operator's database URL")?;
    let maintenance = PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await;
    let maintenance = maintenance.context("connecting to the database as its operator")?;
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(DATABASE)
        .fetch_one(&maintenance)
        .await?;
    if !exists {
        sqlx::query(AssertSqlSafe(format!("create database {DATABASE}"))).execute(&maintenance).await?;
    }
    maintenance.close().await;
    Ok(PgPoolOptions::new().max_connections(2).connect_with(options.database(DATABASE)).await?)
}

async fn write_genesis(migration: &Migration<'_>, operator: PgPool) -> anyhow::Result<LeafHash> {
    let log = PostgresLog::new(operator, system_clock());
    let mut keys = Vec::new();
    for publisher in Publisher::ON_THE_BUS {
        keys.push((*publisher, migration.secrets.publisher_key(*publisher)?.public_key()));
    }
    let people = migration.accounts.people().await?;
    let administrator = people
        .iter()
        .find(|person| person.role == Role::Administrator)
        .context("there is no administrator's account")?
        .account;
    let roles = people
        .iter()
        .filter(|person| person.account != administrator)
        .map(|person| (person.account, person.role, person.pillar))
        .collect();
    let beginning = Beginning {
        origin: migration.origin.to_owned(),
        state: migration.state.clone(),
        administrator,
        sample: migration.sample,
        keys,
        roles,
    };
    let now = system_clock()();
    Ok(begin(&log, &migration.secrets.log_key()?, &beginning, now).await?)
}
