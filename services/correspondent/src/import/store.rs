//! What an import keeps between its pages: the very bytes that were previewed, what was chosen of
//! them and how far that is, and which column a person said means what. A file of its own; all of it
//! can be deleted.

use std::path::Path;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{QueryBuilder, Row as _, SqlitePool};
use tais_proto::{AccountId, EventId, StreamId, Timestamp};
use uuid::Uuid;

use super::mapping::Mapping;
use super::table::Table;
use crate::book::ROWS_AT_ONCE;

/// How long an upload is kept: 24 hours.
pub const EXPIRY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;
/// How many uploads a person has; the oldest makes room.
pub const UPLOADS_OF_ONE_MAX: i64 = 5;
/// How many uploads there are in all.
pub const UPLOADS_MAX: i64 = 40;

/// Why something was not kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk.
    #[error("the import's file did not take it: nothing was kept; is the disk full?")]
    Disk(#[from] sqlx::Error),
    /// Too many uploads.
    #[error("{UPLOADS_MAX} uploads wait already: finish one of them, or wait a day")]
    Full,
    /// The file holds what nobody here writes.
    #[error("the import's file cannot be read: it can be deleted, and the upload made again")]
    Unreadable(#[from] serde_json::Error),
}

/// A file that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: Uuid,
    /// What it was called.
    pub name: String,
    /// Which column says what.
    pub mapping: Mapping,
    /// The reason for corrections, once it is committed.
    pub reason: Option<String>,
}

/// A row that a person chose, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The line of the file.
    pub line: u64,
    /// The version that the person saw.
    pub version: u32,
    /// Where it is.
    pub fate: Fate,
    /// What was said, once it is saved.
    pub said: Option<(EventId, StreamId)>,
}

/// A line, where it is, and what was said of which activity.
pub type Noted = (u64, Fate, Option<(EventId, StreamId)>);

/// Where a chosen row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its turn has not come.
    Waiting,
    /// It is saved and on its way.
    Saved,
    /// All of it is recorded.
    Recorded,
    /// The record said the same already.
    Unchanged,
    /// Somebody changed the activity after the preview.
    Stale,
    /// It cannot be taken any more; the preview says why.
    Wrong,
}

impl Fate {
    const ALL: [Self; 6] =
        [Self::Waiting, Self::Saved, Self::Recorded, Self::Unchanged, Self::Stale, Self::Wrong];

    /// A short code for the table, programs and message keys.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Saved => "saved",
            Self::Recorded => "recorded",
            Self::Unchanged => "unchanged",
            Self::Stale => "stale",
            Self::Wrong => "wrong",
        }
    }

    fn of(code: &str) -> Self {
        Self::ALL.into_iter().find(|fate| fate.code() == code).unwrap_or(Self::Waiting)
    }
}

/// The file.
#[derive(Clone, Debug)]
pub struct ImportStore {
    pool: SqlitePool,
}

const SCHEMA: &str = "
create table if not exists upload (
    id blob primary key, actor blob not null, received_at integer not null, name text not null,
    contents blob not null, mapping text not null, reason text);
create table if not exists choice (
    upload blob not null references upload on delete cascade, line integer not null,
    version integer not null, fate text not null, submission blob, stream blob,
    primary key (upload, line));
create table if not exists mapping (
    actor blob not null, fingerprint text not null, mapping text not null,
    primary key (actor, fingerprint));
";

impl ImportStore {
    /// Opens the file, making it where there is none.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What a power cut takes from here is said again under the same ids; the outbox waits for
            // the disk at each of its own commits.
            .synchronous(SqliteSynchronous::Normal);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        forget_files(&pool).await?;
        sqlx::raw_sql(SCHEMA).execute(&pool).await?;
        Ok(Self { pool })
    }

    /// Keeps a file. What is too old goes, and of this person's uploads the oldest.
    ///
    /// # Errors
    /// When there is no room, or the disk does not take it.
    pub async fn put(
        &self,
        upload: &Upload,
        table: &Table,
        actor: AccountId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.expire(now).await?;
        sqlx::query(
            "delete from upload where id in (select id from upload where actor = ?
             order by received_at desc, id desc limit -1 offset ?)",
        )
        .bind(actor.0)
        .bind(UPLOADS_OF_ONE_MAX - 1)
        .execute(&self.pool)
        .await?;
        let count: i64 = sqlx::query_scalar("select count(*) from upload").fetch_one(&self.pool).await?;
        if count >= UPLOADS_MAX {
            return Err(StoreError::Full);
        }
        sqlx::query("insert into upload values (?, ?, ?, ?, ?, ?, null)")
            .bind(upload.id)
            .bind(actor.0)
            .bind(now.unix_micros())
            .bind(&upload.name)
            .bind(serde_json::to_vec(table)?)
            .bind(serde_json::to_string(&upload.mapping)?)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn expire(&self, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("delete from upload where received_at < ?")
            .bind(now.unix_micros().saturating_sub(EXPIRY_MICROS))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// A person's upload, while it is kept.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn upload(
        &self,
        id: Uuid,
        actor: AccountId,
        now: Timestamp,
    ) -> Result<Option<(Upload, Table)>, StoreError> {
        self.expire(now).await?;
        let row =
            sqlx::query("select name, contents, mapping, reason from upload where id = ? and actor = ?")
                .bind(id)
                .bind(actor.0)
                .fetch_optional(&self.pool)
                .await?;
        let Some(row) = row else { return Ok(None) };
        let upload = Upload {
            id,
            name: row.try_get("name")?,
            mapping: serde_json::from_str(row.try_get("mapping")?)?,
            reason: row.try_get("reason")?,
        };
        Ok(Some((upload, serde_json::from_slice(row.try_get("contents")?)?)))
    }

    /// What a person's upload is called, while it is kept; its bytes stay where they are.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn name(
        &self,
        id: Uuid,
        actor: AccountId,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        self.expire(now).await?;
        let name = sqlx::query_scalar("select name from upload where id = ? and actor = ?");
        Ok(name.bind(id).bind(actor.0).fetch_optional(&self.pool).await?)
    }

    /// Changes what the columns of an upload mean, and remembers it for this person and header.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn map(
        &self,
        id: Uuid,
        actor: AccountId,
        fingerprint: &str,
        mapping: &Mapping,
    ) -> Result<(), StoreError> {
        let text = serde_json::to_string(mapping)?;
        sqlx::query("update upload set mapping = ? where id = ? and actor = ?")
            .bind(&text)
            .bind(id)
            .bind(actor.0)
            .execute(&self.pool)
            .await?;
        sqlx::query("insert or replace into mapping values (?, ?, ?)")
            .bind(actor.0)
            .bind(fingerprint)
            .bind(&text)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// What this person said a header means.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn remembered(
        &self,
        actor: AccountId,
        fingerprint: &str,
    ) -> Result<Option<Mapping>, StoreError> {
        let text: Option<String> =
            sqlx::query_scalar("select mapping from mapping where actor = ? and fingerprint = ?")
                .bind(actor.0)
                .bind(fingerprint)
                .fetch_optional(&self.pool)
                .await?;
        // One that an older version wrote otherwise is said anew.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Notes what was chosen, all or nothing. A row that was chosen before keeps its fate, unless it was
    /// stale or wrong: then it gets another turn.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn choose(&self, id: Uuid, reason: &str, rows: &[(u64, u32)]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("update upload set reason = ? where id = ?")
            .bind(reason)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        for rows in rows.chunks(ROWS_AT_ONCE) {
            let mut insert = QueryBuilder::new("insert into choice (upload, line, version, fate) ");
            insert.push_values(rows, |mut row, (line, version)| {
                let line = i64::try_from(*line).unwrap_or(i64::MAX);
                row.push_bind(id).push_bind(line).push_bind(version).push("'waiting'");
            });
            insert.push(
                " on conflict (upload, line) do update set fate = 'waiting', version = excluded.version
                   where fate in ('stale', 'wrong')",
            );
            insert.build().execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// What was chosen of an upload, in the order of the file.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn choices(&self, id: Uuid) -> Result<Vec<Choice>, StoreError> {
        let rows = sqlx::query(
            "select line, version, fate, submission, stream from choice where upload = ? order by line",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(choice).collect::<Result<_, _>>()?)
    }

    /// Notes where chosen rows are, all or nothing.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn note(&self, id: Uuid, rows: &[Noted]) -> Result<(), StoreError> {
        for rows in rows.chunks(ROWS_AT_ONCE) {
            let mut update = QueryBuilder::new(
                "update choice set fate = noted.column2, submission = noted.column3, stream = noted.column4 from (",
            );
            update.push_values(rows, |mut row, (line, fate, said)| {
                row.push_bind(i64::try_from(*line).unwrap_or(i64::MAX))
                    .push_bind(fate.code())
                    .push_bind(said.map(|(submission, _)| submission.0))
                    .push_bind(said.map(|(_, stream)| stream.0));
            });
            update.push(") as noted where choice.line = noted.column1 and choice.upload = ").push_bind(id);
            update.build().execute(&self.pool).await?;
        }
        Ok(())
    }
}

/// Uploads used to be kept as files. They live for a day: those are made again.
async fn forget_files(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let known = "select 1 from pragma_table_info('upload') where name = 'bytes'";
    if sqlx::query(known).fetch_optional(pool).await?.is_some() {
        sqlx::raw_sql("drop table choice; drop table upload").execute(pool).await?;
    }
    Ok(())
}

fn choice(row: &SqliteRow) -> Result<Choice, sqlx::Error> {
    let submission: Option<Uuid> = row.try_get("submission")?;
    let stream: Option<Uuid> = row.try_get("stream")?;
    Ok(Choice {
        line: u64::try_from(row.try_get::<i64, _>("line")?).unwrap_or(0),
        version: row.try_get("version")?,
        fate: Fate::of(row.try_get("fate")?),
        said: submission.map(EventId).zip(stream.map(StreamId)),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use tais_proto::Lang;

    use super::*;

    fn upload(mapping: &Mapping) -> Upload {
        let (id, name) = (Uuid::now_v7(), "a.csv".to_owned());
        Upload { id, name, mapping: mapping.clone(), reason: None }
    }

    fn table() -> Table {
        super::super::table::read(b"title\nOne\n").unwrap()
    }

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_unix_micros(micros)
    }

    #[tokio::test]
    async fn uploads_are_bounded_expire_and_belong_to_one_person() {
        let dir = tempfile::tempdir().unwrap();
        let store = ImportStore::open(&dir.path().join("import.sqlite")).await.unwrap();
        let mapping = Mapping::recognise(&["Title".to_owned()], Lang::EN);
        let (one, other) = (AccountId(Uuid::now_v7()), AccountId(Uuid::now_v7()));
        let first = upload(&mapping);
        store.put(&first, &table(), one, at(1)).await.unwrap();
        assert_eq!(store.upload(first.id, one, at(2)).await.unwrap(), Some((first.clone(), table())));
        assert_eq!(store.upload(first.id, other, at(2)).await.unwrap(), None, "another's is not seen");
        assert_eq!(store.name(first.id, one, at(2)).await.unwrap().as_deref(), Some("a.csv"));
        assert_eq!(store.name(first.id, other, at(2)).await.unwrap(), None);
        for second in 2..=UPLOADS_OF_ONE_MAX {
            store.put(&upload(&mapping), &table(), one, at(second)).await.unwrap();
        }
        assert!(store.upload(first.id, one, at(9)).await.unwrap().is_some());
        let last = upload(&mapping);
        store.put(&last, &table(), one, at(9)).await.unwrap();
        assert_eq!(store.upload(first.id, one, at(9)).await.unwrap(), None, "the oldest made room");
        let late = at(9 + EXPIRY_MICROS);
        assert!(store.upload(last.id, one, late).await.unwrap().is_some());
        assert_eq!(store.upload(last.id, one, at(10 + EXPIRY_MICROS)).await.unwrap(), None);
        for person in 0..UPLOADS_MAX {
            store
                .put(&upload(&mapping), &table(), AccountId(Uuid::now_v7()), at(late.unix_micros() + person))
                .await
                .unwrap();
        }
        let full = store.put(&upload(&mapping), &table(), one, late).await;
        assert!(matches!(full, Err(StoreError::Full)));
    }

    #[tokio::test]
    async fn what_a_person_said_of_a_header_is_remembered_for_that_person() {
        let dir = tempfile::tempdir().unwrap();
        let store = ImportStore::open(&dir.path().join("import.sqlite")).await.unwrap();
        let mapping = Mapping::recognise(&["Title".to_owned()], Lang::PT);
        let (one, other) = (AccountId(Uuid::now_v7()), AccountId(Uuid::now_v7()));
        let kept = upload(&mapping);
        store.put(&kept, &table(), one, at(1)).await.unwrap();
        let changed = Mapping { language: Lang::TET, ..mapping };
        store.map(kept.id, one, "header", &changed).await.unwrap();
        assert_eq!(store.upload(kept.id, one, at(1)).await.unwrap().unwrap().0.mapping, changed);
        assert_eq!(store.remembered(one, "header").await.unwrap(), Some(changed));
        assert_eq!(store.remembered(one, "another").await.unwrap(), None);
        assert_eq!(store.remembered(other, "header").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_row_that_was_saved_is_not_chosen_twice() {
        let dir = tempfile::tempdir().unwrap();
        let store = ImportStore::open(&dir.path().join("import.sqlite")).await.unwrap();
        let kept = upload(&Mapping::recognise(&[], Lang::EN));
        store.put(&kept, &table(), AccountId(Uuid::now_v7()), at(1)).await.unwrap();
        store.choose(kept.id, "", &[(2, 0), (3, 0)]).await.unwrap();
        let said = (EventId(Uuid::now_v7()), StreamId(Uuid::now_v7()));
        store.note(kept.id, &[(2, Fate::Saved, Some(said)), (3, Fate::Stale, None)]).await.unwrap();
        store.choose(kept.id, "why", &[(2, 7), (3, 7)]).await.unwrap();
        let choices = store.choices(kept.id).await.unwrap();
        let told: Vec<_> = choices.iter().map(|choice| (choice.version, choice.fate, choice.said)).collect();
        assert_eq!(told, [(0, Fate::Saved, Some(said)), (7, Fate::Waiting, None)]);
    }
}
