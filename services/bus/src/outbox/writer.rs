//! The one connection that writes the outbox's file, and what of it waits for the disk.
//!
//! What was said waits: it is nowhere else. What the record gives again when it is asked, a receipt above all, does
//! not: in SQLite's log of writes it lies behind what was said and before what is said next, so that a power cut takes
//! the end of it and never leaves a hole. Whoever lost a receipt sends the same bytes again and is given it again.

use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqlitePool};

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
            sqlx::raw_sql("pragma synchronous = full").execute(&mut *connection).await?;
            // Said only by who holds the connection, and only after it is so.
            self.waits.store(true, Ordering::SeqCst);
        }
        Ok(connection)
    }

    /// For what the record gives again: its commits are on disk with the next that waits for it.
    pub async fn recoverable(&self) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        if self.waits.swap(false, Ordering::SeqCst) {
            sqlx::raw_sql("pragma synchronous = normal").execute(&mut *connection).await?;
        }
        Ok(connection)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

    use super::*;

    const FULL: i64 = 2;
    const NORMAL: i64 = 1;

    async fn says(mut connection: PoolConnection<Sqlite>) -> i64 {
        sqlx::query_scalar("pragma synchronous").fetch_one(&mut *connection).await.unwrap()
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
        assert_eq!(says(writer.durable().await.unwrap()).await, FULL);
        assert_eq!(says(writer.recoverable().await.unwrap()).await, NORMAL);
        assert_eq!(says(writer.recoverable().await.unwrap()).await, NORMAL);
        assert_eq!(says(writer.durable().await.unwrap()).await, FULL);
        // Cut off between asking for the connection and having it.
        let held = writer.recoverable().await.unwrap();
        assert!(tokio::time::timeout(std::time::Duration::ZERO, writer.durable()).await.is_err());
        drop(held);
        assert_eq!(says(writer.durable().await.unwrap()).await, FULL);
        // The pool may replace the connection by a new one at any time.
        drop(writer.recoverable().await.unwrap());
        pool.acquire().await.unwrap().close().await.unwrap();
        assert_eq!(says(writer.durable().await.unwrap()).await, FULL);
    }
}
