//! The one connection that writes the outbox's file, and what of it waits for the disk.
//!
//! What was said waits: it is nowhere else. What the record gives again when it is asked, a receipt above all, does
//! not: in SQLite's log of writes it lies behind what was said and before what is said next, so that a power cut takes
//! the end of it and never leaves a hole. Whoever lost a receipt sends the same bytes again and is given it again.

use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Sqlite, SqliteConnection, SqlitePool};

/// Of one connection; a second one would empty its page cache with each commit.
#[derive(Debug)]
pub(super) struct Writer {
    pool: SqlitePool,
    /// Whether its commits are known to wait for the disk, as those of a new connection do.
    waits: AtomicBool,
}

impl Writer {
    /// A pool of one connection, whose options say that commits wait for the disk.
    pub const fn new(pool: SqlitePool) -> Self {
        Self { pool, waits: AtomicBool::new(true) }
    }

    /// Every commit of it is on disk before it returns.
    pub async fn durable(&self) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        if !self.waits.load(Ordering::SeqCst) {
            self.wait(&mut connection).await?;
        }
        Ok(connection)
    }

    /// Runs what writes only what the record gives again, and gives its rows: on disk with the next commit that waits.
    pub async fn recoverable(
        &self,
        statement: Query<'_, Sqlite, SqliteArguments>,
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        self.waits.store(false, Ordering::SeqCst);
        sqlx::raw_sql("pragma synchronous = normal").execute(&mut *connection).await?;
        let rows = statement.fetch_all(&mut *connection).await;
        // Now, and not when somebody says something next.
        self.wait(&mut connection).await?;
        rows
    }

    async fn wait(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        sqlx::raw_sql("pragma synchronous = full").execute(connection).await?;
        // Said only by who holds the connection, and only after it is so.
        self.waits.store(true, Ordering::SeqCst);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use sqlx::Row as _;
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

    use super::*;

    const FULL: i64 = 2;
    const NORMAL: i64 = 1;

    const ASKED: &str = "pragma synchronous";

    async fn durable(writer: &Writer) -> i64 {
        let mut connection = writer.durable().await.unwrap();
        sqlx::query_scalar(ASKED).fetch_one(&mut *connection).await.unwrap()
    }

    async fn recoverable(writer: &Writer) -> i64 {
        writer.recoverable(sqlx::query(ASKED)).await.unwrap()[0].get(0)
    }

    #[tokio::test]
    async fn what_was_said_waits_for_the_disk_whatever_was_written_before_it() {
        let dir = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(dir.path().join("outbox.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        let writer = Writer::new(pool.clone());
        assert_eq!(durable(&writer).await, FULL);
        assert_eq!(recoverable(&writer).await, NORMAL);
        assert_eq!(recoverable(&writer).await, NORMAL);
        assert_eq!(durable(&writer).await, FULL);
        // What cannot be done leaves nothing behind.
        assert!(writer.recoverable(sqlx::query("select nothing")).await.is_err());
        assert_eq!(durable(&writer).await, FULL);
        // Cut off, wherever that is.
        for steps in 0..20 {
            let mut cut = Box::pin(writer.recoverable(sqlx::query(ASKED)));
            for _ in 0..steps {
                if futures_util::poll!(&mut cut).is_ready() {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_micros(100)).await;
            }
            drop(cut);
            assert_eq!(durable(&writer).await, FULL);
        }
        // The pool may replace the connection by a new one at any time.
        assert_eq!(recoverable(&writer).await, NORMAL);
        pool.acquire().await.unwrap().close().await.unwrap();
        assert_eq!(durable(&writer).await, FULL);
    }
}
