//! At boot, each service tries what it must not be able to do, and refuses to start if it can.

use sqlx::{AssertSqlSafe, PgPool, Row as _};

/// Which service asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceRole {
    /// The only one that may append.
    Recorder,
    /// Reads the log, writes projections.
    Projector,
    /// Reads, and keeps the vault.
    Office,
    /// Reads.
    Audit,
}

/// Why a service must not start on this database.
#[derive(Debug, thiserror::Error)]
pub enum SelfCheckError {
    /// It could do what must be impossible.
    #[error(
        "this service could run \"{0}\": its role has a right too many; run `tais migrate`, or revoke it by hand"
    )]
    MayDoTooMuch(String),
    /// Its role rules over the log.
    #[error(
        "this service's role is a superuser or a member of tais_owner: give it its own role (`tais migrate` makes it)"
    )]
    Owner,
    /// The second wall is down.
    #[error(
        "the trigger {0} does not stand for every session, so an owner or a restore could change the record: put it \
         back with `alter table … enable always trigger …`, then verify the record"
    )]
    WallDown(String),
    /// Durability is switched off.
    #[error("the database has {name} = {value}, with which acknowledged entries can be lost: {advice}")]
    NotDurable {
        /// The setting.
        name: String,
        /// Its value.
        value: String,
        /// What to do.
        advice: &'static str,
    },
    /// The database did not answer.
    #[error("the database did not answer the check")]
    Database(#[from] sqlx::Error),
}

/// Tries everything that this service must not be able to do.
///
/// # Errors
/// When it can, or when the database is not durable.
pub async fn self_check(pool: &PgPool, role: ServiceRole) -> Result<(), SelfCheckError> {
    check_durability(pool).await?;
    let rules: bool = sqlx::query_scalar(
        "select rolsuper or pg_has_role(current_user, 'tais_owner', 'member') from pg_roles where rolname = current_user",
    )
    .fetch_one(pool)
    .await?;
    if rules {
        return Err(SelfCheckError::Owner);
    }
    for statement in forbidden(role) {
        if is_let_through(pool, statement).await? {
            return Err(SelfCheckError::MayDoTooMuch(statement.to_owned()));
        }
    }
    check_second_wall(pool).await
}

/// Postgres asks for the right before it looks for rows, so `where false` tells without touching any.
fn forbidden(role: ServiceRole) -> Vec<&'static str> {
    let mut statements = vec![
        "update log.entry set type = type where false",
        "delete from log.entry where false",
        "truncate log.entry",
        "update log.quarantine set reason = reason where false",
        "delete from log.quarantine where false",
        "truncate log.quarantine",
        "update log.tile set root = root where false",
        "delete from log.tile where false",
        "truncate log.tile",
        "update log.checkpoint set note = note where false",
        "delete from log.checkpoint where false",
        "truncate log.checkpoint cascade",
        "update log.cosignature set line = line where false",
        "delete from log.cosignature where false",
        "truncate log.cosignature",
        "delete from log.head where false",
    ];
    if role != ServiceRole::Recorder {
        statements.extend([
            "insert into log.entry select * from log.entry where false",
            "insert into log.quarantine (received_at, subject, raw, sha256, code, reason)
             select now(), '', '', '', '', '' where false",
            "insert into log.tile select * from log.tile where false",
            "insert into log.checkpoint select * from log.checkpoint where false",
            "insert into log.cosignature select * from log.cosignature where false",
            "update log.head set next_position = next_position where false",
            "update log.relay set place = place where false",
        ]);
    }
    if role != ServiceRole::Office {
        statements.extend([
            "select id from vault.person where false",
            "insert into vault.person select * from vault.person where false",
            "select person from vault.person_key where false",
        ]);
    }
    statements
}

/// What the triggers of the log answer to a change, after privileges have let it through.
const SECOND_WALL: &str = "TA001";
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Whether privileges let this statement through. That the triggers may still refuse it is no excuse:
/// the two walls stand each by itself.
async fn is_let_through(pool: &PgPool, statement: &'static str) -> Result<bool, SelfCheckError> {
    let mut tx = pool.begin().await?;
    // Read-only by default is a convenience of some roles, not the wall that is tried here.
    sqlx::query("set transaction read write").execute(&mut *tx).await?;
    let result = sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await;
    tx.rollback().await?;
    match result {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(SECOND_WALL) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(INSUFFICIENT_PRIVILEGE) => {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// The triggers must stand for every session, replication's included.
async fn check_second_wall(pool: &PgPool) -> Result<(), SelfCheckError> {
    let down: Option<String> = sqlx::query_scalar(
        "select wall.trigger || ' on log.' || wall.relation
           from (values (1, 'append_only_rows', 'entry'), (2, 'append_only_table', 'entry'),
                        (3, 'append_only_rows', 'quarantine'), (4, 'append_only_table', 'quarantine'),
                        (5, 'append_only_rows', 'tile'), (6, 'append_only_table', 'tile'),
                        (7, 'append_only_rows', 'checkpoint'), (8, 'append_only_table', 'checkpoint'),
                        (9, 'append_only_rows', 'cosignature'), (10, 'append_only_table', 'cosignature'))
                as wall (n, trigger, relation)
          where not exists (select from pg_trigger t
                             where t.tgrelid = ('log.' || wall.relation)::regclass and t.tgname = wall.trigger
                               and t.tgfoid = 'log.refuse_change'::regproc and t.tgenabled = 'A')
          order by n limit 1",
    )
    .fetch_optional(pool)
    .await?;
    down.map_or(Ok(()), |trigger| Err(SelfCheckError::WallDown(trigger)))
}

async fn check_durability(pool: &PgPool) -> Result<(), SelfCheckError> {
    let rows = sqlx::query(
        "select name, setting from pg_settings
          where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums')",
    )
    .fetch_all(pool)
    .await?;
    for row in rows {
        let (name, value): (String, String) = (row.try_get("name")?, row.try_get("setting")?);
        if value == "off" {
            let advice = match name.as_str() {
                "data_checksums" => {
                    "stop the server and run `pg_checksums --enable`, or make the cluster with `initdb --data-checksums`"
                }
                _ => "set it to on in postgresql.conf, and look for a setting of the role or the database",
            };
            return Err(SelfCheckError::NotDurable { name, value, advice });
        }
    }
    Ok(())
}
