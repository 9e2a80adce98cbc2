//! Who is on the way to the provider and back: kept here, for one return, by the browser that left.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use sqlx::{Row as _, SqlitePool};
use tais_proto::{AccountId, Timestamp};

use crate::local_path::LocalPath;
use crate::session::Kept;

pub(in crate::session) const SCHEMA: &str = "
-- Who is on the way to the identity provider and back. The state and the browser's cookie by their digests.
create table if not exists waiting (
    state blob primary key, browser blob not null, nonce text not null, verifier text not null,
    account blob references account, next text not null, kept text not null, began integer not null);
";

/// How long somebody may take at the provider.
const LASTS: Duration = Duration::from_secs(10 * 60);
/// More than sign in at once; beyond it the oldest has to begin again.
const WAITING_MAX: i64 = 1_000;
/// What a form may hold to be kept meanwhile; the longest of ours hold a tenth of it.
const KEPT_MAX: usize = 256 * 1024;

/// One sign-in that was begun.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub nonce: String,
    pub verifier: String,
    /// Whom it has to be: somebody who confirms a step.
    pub account: Option<AccountId>,
    /// Where they go then.
    pub next: LocalPath,
    /// What they had typed.
    pub kept: Option<Kept>,
    pub began: Timestamp,
}

/// The sign-ins that were begun.
pub(super) struct WaitingRoom<'a>(pub &'a SqlitePool);

impl WaitingRoom<'_> {
    pub async fn enter(&self, state: &str, browser: &str, waiting: &Waiting) -> Result<(), sqlx::Error> {
        let kept = waiting.kept.as_ref().map(Kept::packed).filter(|kept| kept.len() <= KEPT_MAX);
        let mut transaction = self.0.begin_with("begin immediate").await?;
        sqlx::query("insert into waiting values (?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(digest(state))
            .bind(digest(browser))
            .bind(&waiting.nonce)
            .bind(&waiting.verifier)
            .bind(waiting.account.map(|account| account.0))
            .bind(waiting.next.as_str())
            .bind(kept.unwrap_or_default())
            .bind(waiting.began.unix_micros())
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "delete from waiting where began <= ? or state in
                 (select state from waiting order by began desc limit -1 offset ?)",
        )
        .bind(waiting.began.unix_micros().saturating_sub(lasts()))
        .bind(WAITING_MAX)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await
    }

    /// Takes out what a state stands for, once, if it is not too old and this browser's.
    pub async fn leave(
        &self,
        state: &str,
        browser: &str,
        now: Timestamp,
    ) -> Result<Option<Waiting>, sqlx::Error> {
        let row = sqlx::query("delete from waiting where state = ? returning *").bind(digest(state));
        let Some(row) = row.fetch_optional(self.0).await? else { return Ok(None) };
        let began: i64 = row.try_get("began")?;
        let ours: Vec<u8> = row.try_get("browser")?;
        if ours != digest(browser) || began <= now.unix_micros().saturating_sub(lasts()) {
            return Ok(None);
        }
        Ok(Some(Waiting {
            nonce: row.try_get("nonce")?,
            verifier: row.try_get("verifier")?,
            account: row.try_get::<Option<uuid::Uuid>, _>("account")?.map(AccountId),
            next: LocalPath::parse(row.try_get("next")?).unwrap_or_else(LocalPath::root),
            kept: Kept::unpacked(row.try_get("kept")?),
            began: Timestamp::from_unix_micros(began),
        }))
    }
}

fn lasts() -> i64 {
    i64::try_from(LASTS.as_micros()).unwrap_or(i64::MAX)
}

fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{LASTS, WAITING_MAX, Waiting, WaitingRoom};
    use crate::local_path::LocalPath;
    use crate::session::{Accounts, Kept};
    use tais_proto::Timestamp;

    const NOW: i64 = 1_790_000_000_000_000;

    fn waiting(began: i64) -> Waiting {
        let next = LocalPath::parse("/apsc/new").unwrap();
        Waiting {
            nonce: "n".into(),
            verifier: "v".into(),
            account: None,
            kept: Some(Kept::of(&next, b"title=a")),
            next,
            began: Timestamp::from_unix_micros(began),
        }
    }

    #[tokio::test]
    async fn a_return_counts_once_from_the_same_browser_and_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(folder.path(), false).await.unwrap();
        let room = WaitingRoom(accounts.pool());
        let now = Timestamp::from_unix_micros(NOW);
        room.enter("one", "mine", &waiting(NOW)).await.unwrap();
        let back = room.leave("one", "mine", now).await.unwrap().unwrap();
        assert_eq!((back.kept, back.next), (waiting(NOW).kept, waiting(NOW).next));
        assert!(room.leave("one", "mine", now).await.unwrap().is_none(), "once");
        room.enter("two", "mine", &waiting(NOW)).await.unwrap();
        assert!(room.leave("two", "yours", now).await.unwrap().is_none(), "another browser");
        assert!(room.leave("unknown", "mine", now).await.unwrap().is_none());
        room.enter("late", "mine", &waiting(NOW)).await.unwrap();
        let late = Timestamp::from_unix_micros(NOW + i64::try_from(LASTS.as_micros()).unwrap());
        assert!(room.leave("late", "mine", late).await.unwrap().is_none(), "too late");
    }

    #[tokio::test]
    async fn nobody_fills_the_disk_by_leaving() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(folder.path(), false).await.unwrap();
        let room = WaitingRoom(accounts.pool());
        for n in 0..WAITING_MAX + 20 {
            room.enter(&n.to_string(), "mine", &waiting(NOW + n)).await.unwrap();
        }
        let count: i64 =
            sqlx::query_scalar("select count(*) from waiting").fetch_one(accounts.pool()).await.unwrap();
        assert_eq!(count, WAITING_MAX);
    }
}
