//! Following: catch up, then wait to be woken, and look without it too.

use std::time::Duration;

use sqlx::postgres::PgListener;
use tais_proto::Position;

use super::PostgresLog;
use crate::entry::{Entry, Filter};
use crate::{Follower, Log as _, LogError};

/// How long a follower waits for a wake-up before it looks by itself.
const POLL: Duration = Duration::from_millis(250);

/// Follows the log on PostgreSQL.
pub struct PostgresFollower {
    log: PostgresLog,
    listener: PgListener,
    next: Position,
}

impl PostgresFollower {
    pub(super) async fn new(log: PostgresLog, next: Position) -> Result<Self, LogError> {
        let mut listener = PgListener::connect_with(&log.pool).await?;
        listener.listen("tais_log").await?;
        Ok(Self { log, listener, next })
    }
}

impl Follower for PostgresFollower {
    async fn next(&mut self, limit: usize) -> Result<Vec<Entry>, LogError> {
        loop {
            let page = self.log.read_from(self.next, limit, &Filter::default()).await?;
            if !page.entries.is_empty() {
                self.next = page.scanned_to;
                return Ok(page.entries);
            }
            // A wake-up is a hint: one that is lost costs a quarter of a second.
            match tokio::time::timeout(POLL, self.listener.recv()).await {
                Ok(Ok(_)) | Err(_) => {}
                Ok(Err(error)) => return Err(error.into()),
            }
        }
    }
}
