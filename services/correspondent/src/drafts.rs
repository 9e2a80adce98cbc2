//! Drafts: what somebody began to type and has not sent. They are kept as they were typed and never
//! checked; nothing in them leaves this service.
//!
//! They have a file of their own: the book can be deleted and is asked for again, a draft cannot.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Row as _, SqlitePool};
use tais_proto::envelope::MESSAGE_BYTES_MAX;
use tais_proto::{AccountId, EventId, Timestamp};

use crate::form::Typed;

/// How many drafts one account can have: more than anybody works at, and little enough for the disk.
pub(crate) const DRAFTS_MAX: u32 = 20;

/// Why a draft was not kept, or not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DraftError {
    /// The account has as many as it can have. Nothing older is thrown away to make room.
    #[error("the account has {DRAFTS_MAX} drafts already: nothing was kept; discard one of them")]
    Full,
    /// More was typed than could ever be sent.
    #[error("the draft has {0} bytes; at most {MESSAGE_BYTES_MAX} are kept: shorten it")]
    TooLarge(usize),
    /// The disk.
    #[error("the drafts' file did not take it: is the disk full?")]
    Disk(#[from] sqlx::Error),
    /// The file holds what was not written here, or by a later version.
    #[error("a draft cannot be read: keep the file, and ask for help")]
    Unreadable(#[from] serde_json::Error),
}

/// One draft.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// The id under which it will be submitted.
    pub(crate) id: EventId,
    /// When it was last kept.
    pub(crate) saved_at: Timestamp,
    /// What was typed.
    pub(crate) typed: Typed,
}

/// The drafts of one pillar.
#[derive(Clone)]
pub(crate) struct Drafts {
    pool: SqlitePool,
}

const SCHEMA: &str = "
create table if not exists draft (
    account blob not null, id blob not null, saved_at integer not null, typed text not null,
    primary key (account, id));
";

impl Drafts {
    /// Opens the drafts in a file of their own.
    pub(crate) async fn open(path: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        sqlx::raw_sql(SCHEMA).execute(&pool).await?;
        Ok(Self { pool })
    }

    /// Keeps what was typed, in place of what was kept under the same id.
    pub(crate) async fn keep(
        &self,
        account: AccountId,
        id: EventId,
        typed: &Typed,
        now: Timestamp,
    ) -> Result<(), DraftError> {
        let typed = serde_json::to_string(typed)?;
        if typed.len() > MESSAGE_BYTES_MAX {
            return Err(DraftError::TooLarge(typed.len()));
        }
        // One statement, so that two forms kept at once cannot both take the last place.
        let kept = sqlx::query(
            "insert into draft (account, id, saved_at, typed) select ?1, ?2, ?3, ?4
             where (select count(*) from draft where account = ?1 and id <> ?2) < ?5
             on conflict (account, id) do update set saved_at = excluded.saved_at, typed = excluded.typed",
        )
        .bind(account.0)
        .bind(id.0)
        .bind(now.unix_micros())
        .bind(typed)
        .bind(DRAFTS_MAX)
        .execute(&self.pool)
        .await?;
        if kept.rows_affected() == 0 { Err(DraftError::Full) } else { Ok(()) }
    }

    /// The drafts of an account, the last kept first.
    pub(crate) async fn of(&self, account: AccountId) -> Result<Vec<Draft>, DraftError> {
        let rows = sqlx::query(
            "select id, saved_at, typed from draft where account = ? order by saved_at desc, id desc",
        )
        .bind(account.0)
        .fetch_all(&self.pool)
        .await?;
        let draft = |row: sqlx::sqlite::SqliteRow| {
            Ok(Draft {
                id: EventId(row.try_get("id")?),
                saved_at: Timestamp::from_unix_micros(row.try_get("saved_at")?),
                typed: serde_json::from_str(row.try_get("typed")?)?,
            })
        };
        rows.into_iter().map(draft).collect()
    }

    /// One draft of an account.
    pub(crate) async fn one(&self, account: AccountId, id: EventId) -> Result<Option<Draft>, DraftError> {
        Ok(self.of(account).await?.into_iter().find(|draft| draft.id == id))
    }

    /// Throws a draft away, if there is such a one.
    pub(crate) async fn discard(&self, account: AccountId, id: EventId) -> Result<(), DraftError> {
        sqlx::query("delete from draft where account = ? and id = ?")
            .bind(account.0)
            .bind(id.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use tempfile::TempDir;
    use uuid::Uuid;

    use super::*;

    fn typed(title: &str) -> Typed {
        Typed { title: title.into(), starts: "tomorrow, or so".into(), ..Typed::default() }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix_micros(second * 1_000_000)
    }

    fn somebody() -> AccountId {
        AccountId(Uuid::now_v7())
    }

    fn new_id() -> EventId {
        EventId(Uuid::now_v7())
    }

    async fn open(dir: &TempDir) -> Drafts {
        Drafts::open(&dir.path().join("drafts.sqlite")).await.unwrap()
    }

    async fn titles(drafts: &Drafts, account: AccountId) -> Vec<String> {
        drafts.of(account).await.unwrap().into_iter().map(|draft| draft.typed.title).collect()
    }

    #[tokio::test]
    async fn a_draft_is_kept_as_it_was_typed_and_survives_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let (me, id) = (somebody(), new_id());
        let typed = Typed { themes: vec!["WPS-PART".into(), "no such".into()], ..typed("Half a ti") };
        open(&dir).await.keep(me, id, &typed, at(7)).await.unwrap();
        let draft = open(&dir).await.one(me, id).await.unwrap().unwrap();
        assert_eq!(format!("{:?}", draft.typed), format!("{typed:?}"));
        assert_eq!(draft.saved_at, at(7));
    }

    #[tokio::test]
    async fn the_same_id_is_one_draft_and_the_last_kept_comes_first() {
        let dir = tempfile::tempdir().unwrap();
        let drafts = open(&dir).await;
        let (me, first) = (somebody(), new_id());
        drafts.keep(me, first, &typed("First"), at(1)).await.unwrap();
        drafts.keep(me, new_id(), &typed("Second"), at(2)).await.unwrap();
        drafts.keep(me, first, &typed("First, and more"), at(3)).await.unwrap();
        assert_eq!(titles(&drafts, me).await, ["First, and more", "Second"]);
    }

    #[tokio::test]
    async fn nobody_sees_or_discards_what_is_not_theirs() {
        let dir = tempfile::tempdir().unwrap();
        let drafts = open(&dir).await;
        let (me, other, id) = (somebody(), somebody(), new_id());
        drafts.keep(me, id, &typed("Mine"), at(1)).await.unwrap();
        // An id is no secret: whoever uses another's has a draft of their own under it.
        drafts.keep(other, id, &typed("Theirs"), at(2)).await.unwrap();
        drafts.discard(other, id).await.unwrap();
        assert_eq!(titles(&drafts, me).await, ["Mine"]);
        assert!(drafts.one(other, id).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_full_account_keeps_what_it_has_and_can_go_on_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let drafts = open(&dir).await;
        let me = somebody();
        let ids: Vec<EventId> = (0..DRAFTS_MAX).map(|_| new_id()).collect();
        for id in &ids {
            drafts.keep(me, *id, &typed("Begun"), at(1)).await.unwrap();
        }
        let refused = drafts.keep(me, new_id(), &typed("One too many"), at(2)).await.unwrap_err();
        assert!(matches!(refused, DraftError::Full));
        drafts.keep(me, ids[0], &typed("Gone on with"), at(3)).await.unwrap();
        drafts.keep(somebody(), new_id(), &typed("Somebody else's"), at(3)).await.unwrap();
        drafts.discard(me, ids[1]).await.unwrap();
        drafts.keep(me, new_id(), &typed("The freed place"), at(4)).await.unwrap();
        let kept = titles(&drafts, me).await;
        assert_eq!(kept.len(), ids.len());
        assert_eq!(kept[..2], ["The freed place", "Gone on with"]);
    }

    #[tokio::test]
    async fn what_could_never_be_sent_is_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        let drafts = open(&dir).await;
        let me = somebody();
        let huge = typed(&"a".repeat(MESSAGE_BYTES_MAX));
        let refused = drafts.keep(me, new_id(), &huge, at(1)).await.unwrap_err();
        assert!(matches!(refused, DraftError::TooLarge(_)));
        assert!(titles(&drafts, me).await.is_empty());
    }
}
