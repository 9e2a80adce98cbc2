//! What an administrator asked for the log's key: that another follows it. Another administrator approves.

use sqlx::Row as _;
use tais_proto::{AccountId, KeyId, Timestamp};

use super::accounts::{Accounts, AccountsError};

/// There is one at most: the log has one key, and one that follows it.
pub(super) const SCHEMA: &str = "
create table if not exists key_request (
    one integer primary key check (one = 1), key text not null, successor text not null,
    asked_by blob not null, asked_at integer not null);
";

/// That the log's key be followed by another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRequest {
    /// The log's key when it was asked.
    pub key: KeyId,
    /// The next one, as it was entered: a line of `tais keys`.
    pub successor: String,
    /// Who asked.
    pub asked_by: AccountId,
}

impl Accounts {
    /// Notes that somebody asks for the log's key to be followed by another; in the place of what was asked before.
    ///
    /// # Errors
    /// When the file does not take it.
    pub async fn ask_for_key(&self, request: &KeyRequest, now: Timestamp) -> Result<(), AccountsError> {
        let asked = sqlx::query("insert or replace into key_request values (1, ?, ?, ?, ?)")
            .bind(request.key.as_str())
            .bind(&request.successor)
            .bind(request.asked_by.0)
            .bind(now.unix_micros())
            .execute(self.pool());
        asked.await.map(|_| ()).map_err(|error| self.failed(error))
    }

    /// What was asked for the log's key, and neither approved nor taken back.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn key_request(&self) -> Result<Option<KeyRequest>, AccountsError> {
        let read = async {
            let row = sqlx::query("select key, successor, asked_by from key_request");
            let Some(row) = row.fetch_optional(self.pool()).await? else { return Ok(None) };
            let key: String = row.try_get("key")?;
            Ok(Some(KeyRequest {
                key: key.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
                successor: row.try_get("successor")?,
                asked_by: AccountId(row.try_get("asked_by")?),
            }))
        };
        read.await.map_err(|error| self.failed(error))
    }

    /// Forgets it: it was approved, or taken back.
    ///
    /// # Errors
    /// When the file does not take it.
    pub async fn settle_key_request(&self) -> Result<(), AccountsError> {
        let deleted = sqlx::query("delete from key_request").execute(self.pool());
        deleted.await.map(|_| ()).map_err(|error| self.failed(error))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::KeyRequest;
    use crate::session::Accounts;
    use tais_proto::{SigningKey, Timestamp};

    #[tokio::test]
    async fn one_request_at_most_until_it_is_settled() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(folder.path(), false).await.unwrap();
        assert_eq!(accounts.key_request().await.unwrap(), None);
        let now = Timestamp::from_unix_micros(1_790_000_000_000_000);
        let asked_by = accounts.people().await.unwrap()[6].account;
        let key = SigningKey::from_seed(&[1; 32]).key_id();
        for successor in ["one", "other"] {
            let request = KeyRequest { key: key.clone(), successor: successor.to_owned(), asked_by };
            accounts.ask_for_key(&request, now).await.unwrap();
            assert_eq!(accounts.key_request().await.unwrap(), Some(request));
        }
        accounts.settle_key_request().await.unwrap();
        assert_eq!(accounts.key_request().await.unwrap(), None);
    }
}
