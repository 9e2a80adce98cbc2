//! What administrators do with accounts: make one, ask for a role, hand out a new first password.

use std::collections::HashMap;

use sqlx::Row as _;
use tais_proto::{AccountId, Pillar, Role, Timestamp};
use uuid::Uuid;

use super::accounts::{Accounts, AccountsError, insert, person_of};
use super::{SignedIn, password, random_text};

const PASSWORD_BYTES: usize = 18;
const NAME_MAX: usize = 40;

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// A name is 2 to 40 lower-case letters, digits, dots and hyphens, and begins with a letter.
    #[error("this is no name for an account")]
    Name,
    /// Somebody has it.
    #[error("the name is taken")]
    Taken,
    /// A correspondent has a pillar, and nobody else has one.
    #[error("a correspondent has a pillar, and nobody else has one")]
    Pillar,
    /// The file.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

/// Whether a name can be an account's. It is written in the security log's neighbourhood and spoken
/// over the telephone, so it is plain.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
    (2..=NAME_MAX).contains(&name.len())
        && name.chars().all(plain)
        && name.starts_with(|c: char| c.is_ascii_lowercase())
}

impl Accounts {
    /// Makes an account and notes who asks for its role; gives the first password, which is nowhere
    /// else and must be changed. Until the role is granted in the log the account may do nothing.
    ///
    /// # Errors
    /// When the name or the role is none, or the file does not take it.
    pub async fn make(
        &self,
        name: &str,
        role: Role,
        pillar: Option<Pillar>,
        (asked_by, now): (AccountId, Timestamp),
    ) -> Result<(SignedIn, String), MakeError> {
        if !is_name(name) {
            return Err(MakeError::Name);
        }
        if (role == Role::Correspondent) != pillar.is_some() {
            return Err(MakeError::Pillar);
        }
        let person = SignedIn { account: AccountId(Uuid::now_v7()), name: name.to_owned(), role, pillar };
        let first = random_text::<PASSWORD_BYTES>();
        let hash = password::hash(&first).await.map_err(AccountsError::Hash)?;
        let write = async {
            let mut transaction = self.pool().begin().await?;
            insert(&mut transaction, &person, &hash, true).await?;
            ask(&mut transaction, person.account, asked_by, now).await?;
            transaction.commit().await
        };
        match write.await {
            Ok(()) => Ok((person, first)),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Err(MakeError::Taken),
            Err(error) => Err(self.failed(error).into()),
        }
    }

    /// Gives an account a new first password, which must be changed, and ends its sessions.
    ///
    /// # Errors
    /// When the file does not take it.
    pub async fn reset_password(&self, account: AccountId) -> Result<String, AccountsError> {
        let first = random_text::<PASSWORD_BYTES>();
        self.set_password(account, &first, true).await?;
        Ok(first)
    }

    /// The person of an account.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn person(&self, account: AccountId) -> Result<Option<SignedIn>, AccountsError> {
        let row = sqlx::query("select * from account where id = ?").bind(account.0);
        let row = row.fetch_optional(self.pool()).await.map_err(|error| self.failed(error))?;
        row.map(|row| person_of(&row)).transpose().map_err(|error| self.failed(error))
    }

    /// Notes that somebody asks for an account's role to be granted.
    ///
    /// # Errors
    /// When the file does not take it.
    pub async fn ask_for_role(
        &self,
        account: AccountId,
        asked_by: AccountId,
        now: Timestamp,
    ) -> Result<(), AccountsError> {
        let write = async {
            let mut connection = self.pool().acquire().await?;
            ask(&mut connection, account, asked_by, now).await
        };
        write.await.map_err(|error| self.failed(error))
    }

    /// Who asked for which account's role.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn requests(&self) -> Result<HashMap<AccountId, AccountId>, AccountsError> {
        let read = async {
            let rows = sqlx::query("select account, asked_by from request").fetch_all(self.pool()).await?;
            rows.iter()
                .map(|row| Ok((AccountId(row.try_get("account")?), AccountId(row.try_get("asked_by")?))))
                .collect()
        };
        let read: Result<_, sqlx::Error> = read.await;
        read.map_err(|error| self.failed(error))
    }

    /// Forgets a request: its role was granted.
    ///
    /// # Errors
    /// When the file does not take it.
    pub async fn settle_request(&self, account: AccountId) -> Result<(), AccountsError> {
        let deleted = sqlx::query("delete from request where account = ?").bind(account.0);
        deleted.execute(self.pool()).await.map(|_| ()).map_err(|error| self.failed(error))
    }
}

async fn ask(
    connection: &mut sqlx::SqliteConnection,
    account: AccountId,
    asked_by: AccountId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("insert or replace into request values (?, ?, ?)")
        .bind(account.0)
        .bind(asked_by.0)
        .bind(now.unix_micros())
        .execute(connection)
        .await
        .map(|_| ())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{MakeError, is_name};
    use crate::session::Accounts;
    use crate::session::store::Entered;
    use tais_proto::{Pillar, Role, Timestamp};

    #[test]
    fn a_name_is_plain() {
        assert!(is_name("maria.dos-santos2"));
        for name in ["", "a", "Maria", "maria santos", "2maria", "maría", &"a".repeat(41)] {
            assert!(!is_name(name), "{name:?}");
        }
    }

    #[tokio::test]
    async fn an_account_is_made_with_a_first_password_and_a_request() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(folder.path(), false).await.unwrap();
        let now = Timestamp::from_unix_micros(1_790_000_000_000_000);
        let by = (accounts.people().await.unwrap()[6].account, now);
        let (person, first) =
            accounts.make("maria", Role::Correspondent, Some(Pillar::Aec), by).await.unwrap();
        assert!(accounts.check("maria", &first, now).await.unwrap().must_change);
        assert_eq!(accounts.requests().await.unwrap()[&person.account], by.0);
        let taken = accounts.make("maria", Role::Auditor, None, by).await;
        assert!(matches!(taken, Err(MakeError::Taken)));
        let pillar = accounts.make("jose", Role::Correspondent, None, by).await;
        assert!(matches!(pillar, Err(MakeError::Pillar)));

        let id = accounts.sessions().open(person.account, Entered::ByPassword, now).await.unwrap();
        let fresh = accounts.reset_password(person.account).await.unwrap();
        assert!(accounts.sessions().find(&id, now).await.unwrap().is_none(), "its sessions ended");
        assert!(accounts.check("maria", &fresh, now).await.unwrap().must_change);
        assert!(accounts.check("maria", &first, now).await.is_err());
        accounts.settle_request(person.account).await.unwrap();
        assert!(accounts.requests().await.unwrap().is_empty());
    }
}
