//! The sessions, in the accounts' file: they outlive a restart, and end when they are idle, when they
//! are old, when their person signs out or changes the password.

use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::{Row as _, SqlitePool};
use tais_proto::{AccountId, Timestamp};

use super::accounts::person_of;
use super::{SignedIn, random_text};

/// How long a session lasts, however busy it is.
pub const SESSION_LENGTH: Duration = Duration::from_secs(12 * 60 * 60);
/// How long a session lasts without a request.
pub const SESSION_IDLE: Duration = Duration::from_secs(2 * 60 * 60);
/// For how long a password confirms what somebody does.
pub const CONFIRMED_FOR: Duration = Duration::from_secs(10 * 60);
/// How exactly the last request is remembered: not every request writes.
const SEEN_STEP: Duration = Duration::from_secs(60);
/// More sessions of one account than one person has browsers; beyond it the oldest ends.
const SESSIONS_MAX: i64 = 20;

/// How somebody came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entered {
    /// With the account's own password, just now.
    ByPassword,
    /// At the identity provider, which may have known them already.
    AtProvider {
        /// When they gave their password there, where it says so.
        authenticated: Option<Timestamp>,
    },
}

/// One session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub person: SignedIn,
    /// The token that our forms carry.
    pub form_token: String,
    /// Whether its person gave the password a short while ago.
    pub confirmed: bool,
    /// Whether its person came from the identity provider, and confirms there.
    pub at_provider: bool,
    /// Whether the account's own password, with which the person came in, must be changed before
    /// anything else.
    pub must_change: bool,
}

/// The open sessions. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sessions(SqlitePool);

/// The present less a duration, as SQLite keeps time.
fn before(now: Timestamp, duration: Duration) -> i64 {
    now.unix_micros().saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}

impl Sessions {
    pub(super) const fn new(pool: SqlitePool) -> Self {
        Self(pool)
    }

    /// Opens a session and gives its id, 32 random bytes as text, for the cookie.
    pub(crate) async fn open(
        &self,
        account: AccountId,
        entered: Entered,
        now: Timestamp,
    ) -> Result<String, sqlx::Error> {
        let id = random_text::<32>();
        let (at_provider, confirmed) = match entered {
            Entered::ByPassword => (false, now),
            Entered::AtProvider { authenticated } => {
                (true, authenticated.map_or(Timestamp::from_unix_micros(0), |at| at.min(now)))
            }
        };
        let mut transaction = self.0.begin_with("begin immediate").await?;
        sqlx::query("delete from session where opened <= ? or seen <= ?")
            .bind(before(now, SESSION_LENGTH))
            .bind(before(now, SESSION_IDLE))
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "delete from session where id in (select id from session where account = ?
                 order by opened desc limit -1 offset ?)",
        )
        .bind(account.0)
        .bind(SESSIONS_MAX - 1)
        .execute(&mut *transaction)
        .await?;
        let micros = now.unix_micros();
        sqlx::query("insert into session values (?, ?, ?, ?, ?, ?, ?)")
            .bind(key(&id))
            .bind(account.0)
            .bind(random_text::<32>())
            .bind(micros)
            .bind(micros)
            .bind(confirmed.unix_micros())
            .bind(at_provider)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// The session of an id, if it is open, neither idle nor old; it counts as used now.
    pub(crate) async fn find(&self, id: &str, now: Timestamp) -> Result<Option<Session>, sqlx::Error> {
        let row = sqlx::query(
            "select account.id as account_id, name, role, pillar, must_change, form_token, seen, confirmed,
                 at_provider
             from session join account on account.id = session.account
             where session.id = ? and opened > ? and seen > ?",
        )
        .bind(key(id))
        .bind(before(now, SESSION_LENGTH))
        .bind(before(now, SESSION_IDLE))
        .fetch_optional(&self.0)
        .await?;
        let Some(row) = row else { return Ok(None) };
        if row.try_get::<i64, _>("seen")? <= before(now, SEEN_STEP) {
            let used = sqlx::query("update session set seen = ? where id = ?");
            used.bind(now.unix_micros()).bind(key(id)).execute(&self.0).await?;
        }
        let at_provider: bool = row.try_get("at_provider")?;
        Ok(Some(Session {
            person: person_of(&row)?,
            form_token: row.try_get("form_token")?,
            confirmed: row.try_get::<i64, _>("confirmed")? > before(now, CONFIRMED_FOR),
            must_change: row.try_get::<bool, _>("must_change")? && !at_provider,
            at_provider,
        }))
    }

    /// Whether a session is still open. Asking does not keep it open.
    pub(crate) async fn is_open(&self, id: &str, now: Timestamp) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar("select exists (select 1 from session where id = ? and opened > ? and seen > ?)")
            .bind(key(id))
            .bind(before(now, SESSION_LENGTH))
            .bind(before(now, SESSION_IDLE))
            .fetch_one(&self.0)
            .await
    }

    /// Notes that the session's person gave the password just now.
    pub(crate) async fn confirm(&self, id: &str, now: Timestamp) -> Result<(), sqlx::Error> {
        let confirmed = sqlx::query("update session set confirmed = ? where id = ?");
        confirmed.bind(now.unix_micros()).bind(key(id)).execute(&self.0).await.map(|_| ())
    }

    /// Ends a session.
    pub(crate) async fn close(&self, id: &str) -> Result<(), sqlx::Error> {
        sqlx::query("delete from session where id = ?").bind(key(id)).execute(&self.0).await.map(|_| ())
    }

    /// Ends every session of an account: its role was revoked.
    ///
    /// # Errors
    /// When the file does not take it.
    pub async fn end_all(&self, account: AccountId) -> Result<u64, sqlx::Error> {
        let ended = sqlx::query("delete from session where account = ?").bind(account.0);
        ended.execute(&self.0).await.map(|done| done.rows_affected())
    }
}

fn key(id: &str) -> Vec<u8> {
    Sha256::digest(id).to_vec()
}
