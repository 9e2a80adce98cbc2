//! The accounts that can sign in, in a SQLite file of the web shell's own. Passwords are kept as
//! Argon2id hashes; who failed to sign in waits.

use std::collections::HashMap;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Row as _, SqlitePool};
use tais_proto::{AccountId, Pillar, Role, Timestamp};
use uuid::Uuid;

use super::first::{self, FIRST_ACCOUNTS, First};
use super::password::{self, PasswordProblem};
use super::provider::{identities, waiting};
use super::store::Sessions;
use super::throttle::{self, Failures};
use super::{SignedIn, key_request, random_text};

const PASSWORD_BYTES: usize = 18;
/// How long a program's password is known without hashing it again.
const KNOWN_FOR: Duration = Duration::from_secs(60);
/// More programs than the office runs by far.
const KNOWN_MAX: usize = 256;
/// More names than anybody mistypes in a day; beyond it the oldest failures are forgotten.
const FAILURES_MAX: i64 = 10_000;

const SCHEMA: &str = "
create table if not exists account (
    id blob primary key, name text not null unique, role text not null, pillar text,
    password text not null, must_change integer not null, made_at integer not null);
-- Who asked for an account's role; somebody else grants it.
create table if not exists request (
    account blob primary key references account, asked_by blob not null, asked_at integer not null);
-- By the digest of the name, so that unknown names wait as known ones do and are written nowhere.
create table if not exists failure (name blob primary key, count integer not null, last integer not null);
-- By the digest of the id in the cookie: what is read out of this file opens no session.
create table if not exists session (
    id blob primary key, account blob not null references account, form_token text not null,
    opened integer not null, seen integer not null, confirmed integer not null,
    at_provider integer not null default 0);
";

/// What files from before the identity provider lack.
const AT_PROVIDER: &str = "alter table session add column at_provider integer not null default 0";

/// The accounts, and the sessions of those who are signed in. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pool: SqlitePool,
    folder: PathBuf,
    known: Arc<Mutex<HashMap<[u8; 32], Instant>>>,
    secret: [u8; 32],
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accounts").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Why the accounts cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The database file.
    #[error("the accounts file {path} cannot be used: check that its folder exists and is yours")]
    Database {
        /// Where it is.
        path: PathBuf,
        /// What SQLite says.
        source: sqlx::Error,
    },
    /// A file beside it.
    #[error("the file {path} cannot be read or written: check that its folder exists and is yours")]
    File {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The content is not accounts.
    #[error("the accounts file {path} is not understood ({why}): restore it from the backup")]
    Content {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Hashing needs memory and randomness.
    #[error("a password could not be hashed")]
    Hash(#[source] std::io::Error),
}

/// Somebody whose name and password belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Who.
    pub person: SignedIn,
    /// Whether the password must be changed before anything else.
    pub must_change: bool,
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum Unknown {
    /// The name or the password; nobody is told which.
    #[error("the name or the password is wrong")]
    Wrong {
        /// The account that was tried, where there is one: for the security log.
        account: Option<AccountId>,
    },
    /// Too many failures under this name.
    #[error("too many failures: wait {} seconds", .0.as_secs())]
    Wait(Duration),
    /// The file.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The present password.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// The new one is not good enough.
    #[error("the new password is not good enough: {0:?}")]
    Problem(PasswordProblem),
}

struct Account {
    person: SignedIn,
    password: String,
    must_change: bool,
}

impl Accounts {
    /// Opens the accounts in a folder; makes the first ones, one a role with a random password, when
    /// there are none. `must_change` asks that those passwords be changed before anything else.
    ///
    /// # Errors
    /// When the files cannot be used.
    pub async fn open(folder: &Path, must_change: bool) -> Result<Self, AccountsError> {
        let path = folder.join("accounts.sqlite");
        let failed = |source| AccountsError::Database { path: path.clone(), source };
        // Made by us before SQLite would, so that nobody else may ever read it.
        let made = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
        made.map_err(|source| AccountsError::File { path: path.clone(), source })?;
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal);
        let pool = SqlitePoolOptions::new()
            .max_connections(2)
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .map_err(failed)?;
        prepare(&pool).await.map_err(failed)?;
        let mut secret = [0; 32];
        rand::RngCore::fill_bytes(&mut rand::rngs::OsRng, &mut secret);
        let accounts = Self { pool, folder: folder.to_owned(), known: Arc::default(), secret };
        accounts.make_first(must_change).await?;
        Ok(accounts)
    }

    pub(super) fn failed(&self, source: sqlx::Error) -> AccountsError {
        AccountsError::Database { path: self.folder.join("accounts.sqlite"), source }
    }

    /// Makes the first accounts where there are none: those of an older file, or new ones. Two
    /// processes that start at once end with the same accounts.
    async fn make_first(&self, must_change: bool) -> Result<(), AccountsError> {
        let count = sqlx::query_scalar("select count(*) from account").fetch_one(&self.pool).await;
        let count: i64 = count.map_err(|error| self.failed(error))?;
        if count > 0 {
            return Ok(());
        }
        let older = first::older(&self.folder)?;
        let new = || FIRST_ACCOUNTS.iter().map(|first| First::new(*first, random_text::<PASSWORD_BYTES>()));
        let accounts: Vec<First> = older.unwrap_or_else(|| new().collect());
        let mut hashed = Vec::with_capacity(accounts.len());
        for account in &accounts {
            hashed.push(password::hash(&account.password).await.map_err(AccountsError::Hash)?);
        }
        let write = async {
            let mut transaction = self.pool.begin_with("begin immediate").await?;
            let there: i64 =
                sqlx::query_scalar("select count(*) from account").fetch_one(&mut *transaction).await?;
            if there > 0 {
                return Ok(false);
            }
            for (account, hash) in accounts.iter().zip(&hashed) {
                insert(&mut transaction, &account.person, hash, must_change).await?;
            }
            // The passwords are on disk before the accounts are: nobody is locked out by a crash.
            first::write(&self.folder, &accounts).map_err(sqlx::Error::Io)?;
            transaction.commit().await.map(|()| true)
        };
        if write.await.map_err(|error| self.failed(error))? {
            first::forget_older(&self.folder)?;
        }
        Ok(())
    }

    /// Everybody who has an account, in the order they were made.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn people(&self) -> Result<Vec<SignedIn>, AccountsError> {
        let rows = sqlx::query("select * from account order by made_at, rowid").fetch_all(&self.pool).await;
        let rows = rows.map_err(|error| self.failed(error))?;
        rows.iter().map(|row| Ok(self.account(row)?.person)).collect()
    }

    /// The first passwords that nobody has changed yet, by name: for whoever starts the system to
    /// hand out.
    ///
    /// # Errors
    /// When their file cannot be read.
    pub fn first_passwords(&self) -> Result<Vec<(String, String)>, AccountsError> {
        first::read(&self.folder)
    }

    pub(in crate::session) const fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// The sessions.
    #[must_use]
    pub fn sessions(&self) -> Sessions {
        Sessions::new(self.pool.clone())
    }

    /// The person of a name and password. Takes as long for an unknown name.
    ///
    /// # Errors
    /// When they do not belong together, or the name must wait.
    pub async fn check(&self, name: &str, password: &str, now: Timestamp) -> Result<Known, Unknown> {
        let failures = self.failures(name).await?;
        if let Some(wait) = throttle::wait(failures, now) {
            return Err(Unknown::Wait(wait));
        }
        let account = self.named(name).await?;
        let hash = account.as_ref().map(|account| account.password.as_str());
        let mark = hash.map(|hash| self.mark(hash, password));
        let recently = mark.is_some_and(|mark| self.is_known(&mark));
        let fits = recently || password::fits(password, hash).await.map_err(AccountsError::Hash)?;
        match account.filter(|_| fits) {
            Some(account) => {
                if failures.is_some() {
                    self.forgive(name).await?;
                }
                self.remember(mark);
                Ok(Known { person: account.person, must_change: account.must_change })
            }
            None => {
                self.note_failure(name, throttle::one_more(failures, now)).await?;
                let account = self.named(name).await?.map(|account| account.person.account);
                Err(Unknown::Wrong { account })
            }
        }
    }

    /// Changes a password; every other session of the account ends.
    ///
    /// # Errors
    /// When the present one is wrong, or the new one not good enough.
    pub async fn change_password(
        &self,
        name: &str,
        present: &str,
        new: &str,
        now: Timestamp,
    ) -> Result<Known, ChangeError> {
        let known = self.check(name, present, now).await?;
        password::judge(name, new).map_err(ChangeError::Problem)?;
        if present == new {
            return Err(ChangeError::Problem(PasswordProblem::Same));
        }
        self.set_password(known.person.account, new, false).await.map_err(Unknown::from)?;
        first::forget(&self.folder, name).map_err(Unknown::from)?;
        Ok(Known { must_change: false, ..known })
    }

    /// Sets a password and ends the account's sessions.
    pub(super) async fn set_password(
        &self,
        account: AccountId,
        new: &str,
        must_change: bool,
    ) -> Result<(), AccountsError> {
        let hash = password::hash(new).await.map_err(AccountsError::Hash)?;
        let write = async {
            let mut transaction = self.pool.begin().await?;
            sqlx::query("update account set password = ?, must_change = ? where id = ?")
                .bind(hash)
                .bind(must_change)
                .bind(account.0)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("delete from session where account = ?")
                .bind(account.0)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await
        };
        write.await.map_err(|error| self.failed(error))
    }

    async fn named(&self, name: &str) -> Result<Option<Account>, AccountsError> {
        let row = sqlx::query("select * from account where name = ?").bind(name).fetch_optional(&self.pool);
        let row = row.await.map_err(|error| self.failed(error))?;
        row.map(|row| self.account(&row)).transpose()
    }

    fn account(&self, row: &sqlx::sqlite::SqliteRow) -> Result<Account, AccountsError> {
        let read = || -> Result<Account, sqlx::Error> {
            Ok(Account {
                person: person_of(row)?,
                password: row.try_get("password")?,
                must_change: row.try_get("must_change")?,
            })
        };
        read().map_err(|error| AccountsError::Content {
            path: self.folder.join("accounts.sqlite"),
            why: error.to_string(),
        })
    }

    async fn failures(&self, name: &str) -> Result<Option<Failures>, AccountsError> {
        let row = sqlx::query_as::<_, (u32, i64)>("select count, last from failure where name = ?")
            .bind(digest_of(name))
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| self.failed(error))?;
        Ok(row.map(|(count, last)| Failures { count, last: Timestamp::from_unix_micros(last) }))
    }

    async fn note_failure(&self, name: &str, failures: Failures) -> Result<(), AccountsError> {
        let write = async {
            sqlx::query("insert or replace into failure values (?, ?, ?)")
                .bind(digest_of(name))
                .bind(failures.count)
                .bind(failures.last.unix_micros())
                .execute(&self.pool)
                .await?;
            sqlx::query(
                "delete from failure where name in
                     (select name from failure order by last desc limit -1 offset ?)",
            )
            .bind(FAILURES_MAX)
            .execute(&self.pool)
            .await
        };
        write.await.map(|_| ()).map_err(|error| self.failed(error))
    }

    async fn forgive(&self, name: &str) -> Result<(), AccountsError> {
        let deleted = sqlx::query("delete from failure where name = ?").bind(digest_of(name));
        deleted.execute(&self.pool).await.map(|_| ()).map_err(|error| self.failed(error))
    }

    /// What a right password is remembered by for a short while: worthless elsewhere, and after the
    /// password has changed.
    fn mark(&self, hash: &str, password: &str) -> [u8; 32] {
        let digest = Sha256::new().chain_update(self.secret).chain_update(hash).chain_update([0]);
        digest.chain_update(password).finalize().into()
    }

    fn is_known(&self, mark: &[u8; 32]) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(mark).is_some_and(|since| since.elapsed() < KNOWN_FOR)
    }

    fn remember(&self, mark: Option<[u8; 32]>) {
        let Some(mark) = mark else { return };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.entry(mark).or_insert_with(Instant::now);
        known.retain(|_, since| since.elapsed() < KNOWN_FOR);
    }
}

/// Makes the tables, and what older ones lack.
async fn prepare(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin_with("begin immediate").await?;
    for schema in [SCHEMA, identities::SCHEMA, key_request::SCHEMA, waiting::SCHEMA] {
        sqlx::raw_sql(schema).execute(&mut *transaction).await?;
    }
    let there = "select count(*) from pragma_table_info('session') where name = 'at_provider'";
    if sqlx::query_scalar::<_, i64>(there).fetch_one(&mut *transaction).await? == 0 {
        sqlx::raw_sql(AT_PROVIDER).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

pub(super) async fn insert(
    transaction: &mut sqlx::SqliteConnection,
    person: &SignedIn,
    hash: &str,
    must_change: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query("insert into account values (?, ?, ?, ?, ?, ?, unixepoch())")
        .bind(person.account.0)
        .bind(&person.name)
        .bind(person.role.code())
        .bind(person.pillar.map(Pillar::code))
        .bind(hash)
        .bind(must_change)
        .execute(transaction)
        .await
        .map(|_| ())
}

/// The person of a row that has an account's columns.
pub(super) fn person_of(row: &sqlx::sqlite::SqliteRow) -> Result<SignedIn, sqlx::Error> {
    let unknown = |what: &str, code: &str| sqlx::Error::Decode(format!("no such {what}: {code}").into());
    let role: String = row.try_get("role")?;
    let pillar: Option<String> = row.try_get("pillar")?;
    Ok(SignedIn {
        account: AccountId(row.try_get::<Uuid, _>("account_id").or_else(|_| row.try_get("id"))?),
        name: row.try_get("name")?,
        role: Role::from_code(&role).ok_or_else(|| unknown("role", &role))?,
        pillar: pillar
            .map(|code| Pillar::from_code(&code).ok_or_else(|| unknown("pillar", &code)))
            .transpose()?,
    })
}

fn digest_of(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{Accounts, Unknown};
    use std::collections::BTreeSet;
    use std::os::unix::fs::PermissionsExt as _;
    use tais_proto::{Pillar, Role, Timestamp};

    fn now() -> Timestamp {
        Timestamp::from_unix_micros(1_790_000_000_000_000)
    }

    #[tokio::test]
    async fn the_first_start_makes_an_account_for_each_role_and_the_second_finds_them() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) =
            tokio::join!(Accounts::open(folder.path(), false), Accounts::open(folder.path(), false));
        let (made, read) = (one.unwrap(), other.unwrap());
        let people = made.people().await.unwrap();
        assert_eq!(people, read.people().await.unwrap());
        let roles: BTreeSet<_> = people.iter().map(|person| person.role).collect();
        let pillars: BTreeSet<_> = people.iter().filter_map(|person| person.pillar).collect();
        assert_eq!((roles.len(), pillars.len()), (Role::ALL.len(), Pillar::ALL.len()));

        let passwords = made.first_passwords().unwrap();
        assert_eq!(
            passwords.iter().map(|(_, password)| password).collect::<BTreeSet<_>>().len(),
            people.len()
        );
        for (name, password) in &passwords {
            assert_eq!(read.check(name, password, now()).await.unwrap().person.name, *name);
        }
        for file in ["accounts.sqlite", "first-passwords.txt"] {
            let mode = std::fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
        let bytes = std::fs::read(folder.path().join("accounts.sqlite")).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(passwords.iter().all(|(_, password)| !text.contains(password.as_str())));
    }

    #[tokio::test]
    async fn a_changed_password_is_forgotten_by_the_file_and_the_last_one_takes_it_along() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(folder.path(), true).await.unwrap();
        for (name, password) in accounts.first_passwords().unwrap() {
            assert!(accounts.check(&name, &password, now()).await.unwrap().must_change);
            let known = accounts.change_password(&name, &password, "loron furak tebes", now()).await.unwrap();
            assert!(!known.must_change);
            let old = accounts.check(&name, &password, now()).await;
            assert!(matches!(old, Err(Unknown::Wrong { account: Some(_) })));
        }
        assert!(!folder.path().join("first-passwords.txt").exists());
    }

    #[tokio::test]
    async fn accounts_from_before_passwords_were_hashed_keep_their_ids() {
        let folder = tempfile::tempdir().unwrap();
        let older = r#"[{"name":"aec","account":"01938f00-0000-7000-8000-000000000001","role":"correspondent",
            "pillar":"aec","password":"sixteen-signs-at-least"}]"#;
        std::fs::write(folder.path().join("accounts.json"), older).unwrap();
        let accounts = Accounts::open(folder.path(), false).await.unwrap();
        let known = accounts.check("aec", "sixteen-signs-at-least", now()).await.unwrap();
        assert_eq!(known.person.account.to_string(), "01938f00-0000-7000-8000-000000000001");
        assert_eq!(accounts.people().await.unwrap().len(), 1);
        assert!(!folder.path().join("accounts.json").exists(), "the passwords no longer lie open");
    }
}
