//! Which account somebody is whom the provider vouches for: tied by an administrator, one identifier
//! to one account.

use std::collections::HashMap;

use sqlx::Row as _;
use tais_proto::{AccountId, Timestamp};

use crate::session::accounts::person_of;
use crate::session::{Accounts, AccountsError, SignedIn};

pub(in crate::session) const SCHEMA: &str = "
-- Which account somebody is whom the identity provider knows as its subject.
create table if not exists identity (
    issuer text not null, subject text not null, account blob not null references account,
    tied_by blob not null, tied_at integer not null,
    primary key (issuer, subject), unique (issuer, account));
";

/// OpenID Connect Core, section 2: a subject has at most 255 ASCII characters.
const SUBJECT_MAX: usize = 255;

/// Somebody as the provider knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider's address, as it names itself.
    pub issuer: String,
    /// Its identifier of the person.
    pub subject: String,
}

/// Why an identity was not tied.
#[derive(Debug, thiserror::Error)]
pub enum TieError {
    /// No identifier.
    #[error("this is no identifier of a person")]
    Subject,
    /// It is somebody else's, or the account has another.
    #[error("the identifier or the account is tied already")]
    Taken,
    /// The file.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

impl Identity {
    /// Somebody of a provider.
    ///
    /// # Errors
    /// When the identifier is none: 1 to 255 printable ASCII characters.
    pub fn new(issuer: &str, subject: &str) -> Result<Self, TieError> {
        let subject = subject.trim();
        let plain = subject.chars().all(|c| c.is_ascii_graphic() || c == ' ');
        if subject.is_empty() || subject.len() > SUBJECT_MAX || !plain {
            return Err(TieError::Subject);
        }
        Ok(Self { issuer: issuer.to_owned(), subject: subject.to_owned() })
    }
}

impl Accounts {
    /// The person that an identity is tied to.
    pub(super) async fn of_identity(&self, identity: &Identity) -> Result<Option<SignedIn>, AccountsError> {
        let row = sqlx::query(
            "select account.* from identity join account on account.id = identity.account
             where issuer = ? and subject = ?",
        )
        .bind(&identity.issuer)
        .bind(&identity.subject)
        .fetch_optional(self.pool())
        .await
        .map_err(|error| self.failed(error))?;
        row.map(|row| person_of(&row)).transpose().map_err(|error| self.failed(error))
    }

    /// The identifiers that a provider's people are tied by.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn identities(&self, issuer: &str) -> Result<HashMap<AccountId, String>, AccountsError> {
        let read = async {
            let rows = sqlx::query("select account, subject from identity where issuer = ?").bind(issuer);
            let rows = rows.fetch_all(self.pool()).await?;
            rows.iter().map(|row| Ok((AccountId(row.try_get("account")?), row.try_get("subject")?))).collect()
        };
        let read: Result<_, sqlx::Error> = read.await;
        read.map_err(|error| self.failed(error))
    }

    /// Ties an identity to an account. Tying the same again changes nothing.
    ///
    /// # Errors
    /// When either is tied otherwise, or the file does not take it.
    pub async fn tie(
        &self,
        identity: &Identity,
        account: AccountId,
        (by, now): (AccountId, Timestamp),
    ) -> Result<(), TieError> {
        if self.of_identity(identity).await?.is_some_and(|person| person.account == account) {
            return Ok(());
        }
        let tied = sqlx::query("insert into identity values (?, ?, ?, ?, ?)")
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .bind(account.0)
            .bind(by.0)
            .bind(now.unix_micros())
            .execute(self.pool())
            .await;
        match tied {
            Ok(_) => Ok(()),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Err(TieError::Taken),
            Err(error) => Err(self.failed(error).into()),
        }
    }

    /// Unties an account from a provider, and ends its sessions; gives whether it was tied.
    ///
    /// # Errors
    /// When the file does not take it.
    pub async fn untie(&self, issuer: &str, account: AccountId) -> Result<bool, AccountsError> {
        let write = async {
            let mut transaction = self.pool().begin().await?;
            let gone = sqlx::query("delete from identity where issuer = ? and account = ?")
                .bind(issuer)
                .bind(account.0)
                .execute(&mut *transaction)
                .await?;
            let ended = sqlx::query("delete from session where account = ?").bind(account.0);
            ended.execute(&mut *transaction).await?;
            transaction.commit().await.map(|()| gone.rows_affected() > 0)
        };
        write.await.map_err(|error| self.failed(error))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{Identity, TieError};
    use crate::session::Accounts;
    use crate::session::store::Entered;
    use tais_proto::Timestamp;

    #[test]
    fn an_identifier_is_short_plain_text() {
        assert_eq!(Identity::new("i", " 0a1b-2c \n").unwrap().subject, "0a1b-2c");
        for subject in ["", "  ", "a\u{0}b", "señora", &"a".repeat(256)] {
            assert!(matches!(Identity::new("i", subject), Err(TieError::Subject)), "{subject:?}");
        }
    }

    #[tokio::test]
    async fn one_identifier_is_one_account_and_untying_ends_its_sessions() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(folder.path(), false).await.unwrap();
        let now = Timestamp::from_unix_micros(1_790_000_000_000_000);
        let people = accounts.people().await.unwrap();
        let (one, other, by) = (people[0].account, people[1].account, (people[6].account, now));
        let identity = Identity::new("https://login.tl", "abc").unwrap();
        accounts.tie(&identity, one, by).await.unwrap();
        accounts.tie(&identity, one, by).await.unwrap();
        assert!(matches!(accounts.tie(&identity, other, by).await, Err(TieError::Taken)));
        let second = Identity::new("https://login.tl", "def").unwrap();
        assert!(matches!(accounts.tie(&second, one, by).await, Err(TieError::Taken)));
        assert_eq!(accounts.of_identity(&identity).await.unwrap().unwrap().account, one);
        let elsewhere = Identity::new("https://other.tl", "abc").unwrap();
        assert!(accounts.of_identity(&elsewhere).await.unwrap().is_none(), "a name of another provider");

        let entered = Entered::AtProvider { authenticated: None };
        let id = accounts.sessions().open(one, entered, now).await.unwrap();
        assert!(accounts.untie("https://login.tl", one).await.unwrap());
        assert!(accounts.sessions().find(&id, now).await.unwrap().is_none());
        assert!(!accounts.untie("https://login.tl", one).await.unwrap());
    }
}
