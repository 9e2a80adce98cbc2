//! The development accounts: one a role, made at first start, kept in a file only its owner reads.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tais_proto::{AccountId, Pillar, Role};
use uuid::Uuid;

use super::{SignedIn, random_text, same_secret};

const PASSWORD_BYTES: usize = 18;

/// The accounts made at first start: name, role, pillar.
const FIRST_ACCOUNTS: [(&str, Role, Option<Pillar>); 7] = [
    ("apsc", Role::Correspondent, Some(Pillar::Apsc)),
    ("aec", Role::Correspondent, Some(Pillar::Aec)),
    ("ascc", Role::Correspondent, Some(Pillar::Ascc)),
    ("director", Role::Director, None),
    ("office", Role::Office, None),
    ("auditor", Role::Auditor, None),
    ("administrator", Role::Administrator, None),
];

/// The accounts that can sign in.
#[derive(Debug)]
pub struct Accounts(Vec<Account>);

/// One account. Its password does not appear when it is printed for debugging.
pub struct Account {
    /// Who signs in.
    pub person: SignedIn,
    password: String,
}

impl Account {
    /// The password, for whoever starts the system to hand out.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("person", &self.person).finish_non_exhaustive()
    }
}

/// Why the accounts cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The file cannot be read or written.
    #[error("the accounts file {path} cannot be {action}: check that its folder exists and is yours")]
    File {
        /// Where it is.
        path: PathBuf,
        /// "read" or "written".
        action: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// Others on this machine may read the passwords.
    #[error("the accounts file {path} can be read by others (mode {mode:o}): run chmod 600 {path}")]
    OpenToOthers {
        /// Where it is.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The content is not the accounts.
    #[error(
        "the accounts file {path} is not understood ({why}): mend it, or move it away to have a new one made"
    )]
    Content {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    account: Uuid,
    role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pillar: Option<String>,
    password: String,
}

impl Accounts {
    /// Reads the accounts of the file; makes the file, one account a role with a random password,
    /// when there is none. Two processes starting at once end with the same file.
    ///
    /// # Errors
    /// When the file cannot be read or made, is open to others, or is not understood.
    pub fn load_or_create(path: &Path) -> Result<Self, AccountsError> {
        if !path.exists() {
            create(path)?;
        }
        let failed = |source| AccountsError::File { path: path.to_owned(), action: "read", source };
        let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(AccountsError::OpenToOthers { path: path.to_owned(), mode });
        }
        let text = std::fs::read_to_string(path).map_err(failed)?;
        parse(&text).map_err(|why| AccountsError::Content { path: path.to_owned(), why })
    }

    /// Every account, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Account] {
        &self.0
    }

    /// The person of a name and password, if they belong together. Takes as long for an unknown name.
    #[must_use]
    pub fn check(&self, name: &str, password: &str) -> Option<&SignedIn> {
        let account = self.0.iter().find(|account| account.person.name == name);
        let right = same_secret(account.map_or("", |account| &account.password), password);
        account.filter(|_| right).map(|account| &account.person)
    }
}

fn create(path: &Path) -> Result<(), AccountsError> {
    let rows: Vec<Row> = FIRST_ACCOUNTS.iter().map(|first| first_row(*first)).collect();
    let write = || -> std::io::Result<()> {
        let mut text = serde_json::to_vec_pretty(&rows)?;
        text.push(b'\n');
        // Written aside and linked into place: the name never shows half a file, and a link, unlike
        // a rename, never replaces the file of a process that was faster.
        let aside = path.with_extension(format!("new-{}", Uuid::now_v7().simple()));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
        file.write_all(&text)?;
        file.sync_all()?;
        let linked = std::fs::hard_link(&aside, path);
        std::fs::remove_file(&aside)?;
        match linked {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            Ok(()) | Err(_) => sync_folder(path),
        }
    };
    write().map_err(|source| AccountsError::File { path: path.to_owned(), action: "written", source })
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

fn first_row((name, role, pillar): (&str, Role, Option<Pillar>)) -> Row {
    Row {
        name: name.to_owned(),
        account: Uuid::now_v7(),
        role: role.code().to_owned(),
        pillar: pillar.map(|pillar| pillar.code().to_owned()),
        password: random_text::<PASSWORD_BYTES>(),
    }
}

fn parse(text: &str) -> Result<Accounts, String> {
    let rows: Vec<Row> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    rows.into_iter().map(account).collect::<Result<_, _>>().map(Accounts)
}

fn account(row: Row) -> Result<Account, String> {
    let Row { name, account, role, pillar, password } = row;
    let role =
        Role::from_code(&role).ok_or_else(|| format!("account {name} has no known role: \"{role}\""))?;
    let pillar = pillar
        .map(|code| {
            Pillar::from_code(&code).ok_or_else(|| format!("account {name} has no known pillar: \"{code}\""))
        })
        .transpose()?;
    if (role == Role::Correspondent) != pillar.is_some() {
        return Err(format!("account {name}: a correspondent has a pillar, and nobody else has one"));
    }
    if password.len() < 16 {
        return Err(format!("account {name}: the password is shorter than 16 characters"));
    }
    Ok(Account { person: SignedIn { account: AccountId(account), name, role, pillar }, password })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{Accounts, AccountsError, Row, parse};
    use std::collections::BTreeSet;
    use std::os::unix::fs::PermissionsExt;
    use tais_proto::{Pillar, Role};

    #[test]
    fn the_first_start_makes_one_account_a_role_and_the_second_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts.json");
        let made = Accounts::load_or_create(&path).unwrap();
        let read = Accounts::load_or_create(&path).unwrap();

        let roles: BTreeSet<_> = made.all().iter().map(|account| account.person.role).collect();
        let pillars: BTreeSet<_> = made.all().iter().filter_map(|account| account.person.pillar).collect();
        let passwords: BTreeSet<_> = made.all().iter().map(|account| account.password.clone()).collect();
        assert_eq!((roles.len(), pillars.len()), (Role::ALL.len(), Pillar::ALL.len()));
        assert_eq!(passwords.len(), made.all().len(), "no two passwords are the same");
        assert!(passwords.iter().all(|password| password.len() >= 16));
        for (one, other) in made.all().iter().zip(read.all()) {
            assert_eq!((&one.person, &one.password), (&other.person, &other.password));
        }
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left aside");
    }

    #[test]
    fn only_the_right_password_of_the_right_account_signs_in() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::load_or_create(&folder.path().join("accounts.json")).unwrap();
        let (apsc, aec) = (&accounts.all()[0], &accounts.all()[1]);
        assert_eq!(accounts.check("apsc", &apsc.password), Some(&apsc.person));
        assert_eq!(accounts.check("apsc", &aec.password), None);
        assert_eq!(accounts.check("nobody", &apsc.password), None);
        assert_eq!(accounts.check("nobody", ""), None);
        assert!(!format!("{accounts:?}").contains(&apsc.password), "a password is never printed");
    }

    #[test]
    fn a_file_others_can_read_is_refused_with_the_cure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts.json");
        Accounts::load_or_create(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = Accounts::load_or_create(&path).unwrap_err();
        assert!(matches!(error, AccountsError::OpenToOthers { mode: 0o644, .. }));
        assert!(error.to_string().contains("chmod 600"));
    }

    #[test]
    fn a_file_that_says_something_impossible_is_refused() {
        let row = |role: &str, pillar: Option<&str>, password: &str| {
            let row = Row {
                name: "x".into(),
                account: uuid::Uuid::now_v7(),
                role: role.into(),
                pillar: pillar.map(Into::into),
                password: password.into(),
            };
            parse(&serde_json::to_string(&[row]).unwrap()).map(|_| ())
        };
        let long = "a-password-that-is-long";
        assert_eq!(row("office", None, long), Ok(()));
        assert!(row("king", None, long).unwrap_err().contains("king"));
        assert!(row("correspondent", None, long).is_err(), "a correspondent without a pillar");
        assert!(row("auditor", Some("aec"), long).is_err(), "an auditor with a pillar");
        assert!(row("office", None, "short").is_err());
        assert!(parse("{}").is_err());
    }
}
