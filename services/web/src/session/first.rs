//! The first accounts and their passwords, in a file that only its owner reads, until each password
//! is changed: whoever starts the system hands them out from there.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tais_proto::{AccountId, Pillar, Role};
use uuid::Uuid;

use super::SignedIn;
use super::accounts::AccountsError;

/// What is made at first start: name, role, pillar. Two administrators, because keys and roles are
/// changed by two people.
pub(super) const FIRST_ACCOUNTS: [(&str, Role, Option<Pillar>); 8] = [
    ("apsc", Role::Correspondent, Some(Pillar::Apsc)),
    ("aec", Role::Correspondent, Some(Pillar::Aec)),
    ("ascc", Role::Correspondent, Some(Pillar::Ascc)),
    ("director", Role::Director, None),
    ("office", Role::Office, None),
    ("auditor", Role::Auditor, None),
    ("administrator", Role::Administrator, None),
    ("administrator-2", Role::Administrator, None),
];

/// An account with its first password.
pub(super) struct First {
    pub person: SignedIn,
    pub password: String,
}

impl First {
    pub fn new((name, role, pillar): (&str, Role, Option<Pillar>), password: String) -> Self {
        let account = AccountId(Uuid::now_v7());
        Self { person: SignedIn { account, name: name.to_owned(), role, pillar }, password }
    }
}

fn passwords_file(folder: &Path) -> PathBuf {
    folder.join("first-passwords.txt")
}

fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> AccountsError {
    let path = path.to_owned();
    move |source| AccountsError::File { path, source }
}

/// Writes the passwords, one a line after its name.
pub(super) fn write(folder: &Path, accounts: &[First]) -> std::io::Result<()> {
    let lines = accounts.iter().map(|first| (first.person.name.clone(), first.password.clone()));
    replace(folder, &lines.collect::<Vec<_>>())
}

fn replace(folder: &Path, lines: &[(String, String)]) -> std::io::Result<()> {
    let path = passwords_file(folder);
    // Written aside and renamed: the name never shows half a file.
    let aside = path.with_extension(format!("new-{}", Uuid::now_v7().simple()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
    for (name, password) in lines {
        writeln!(file, "{name} {password}")?;
    }
    file.sync_all()?;
    std::fs::rename(&aside, &path)?;
    File::open(folder)?.sync_all()
}

/// The passwords that are still the first ones.
pub(super) fn read(folder: &Path) -> Result<Vec<(String, String)>, AccountsError> {
    let path = passwords_file(folder);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let lines = text.lines().filter_map(|line| line.split_once(' '));
            Ok(lines.map(|(name, password)| (name.to_owned(), password.to_owned())).collect())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(file_error(&path)(error)),
    }
}

/// Forgets a password that was changed; the last one takes the file with it.
pub(super) fn forget(folder: &Path, name: &str) -> Result<(), AccountsError> {
    let path = passwords_file(folder);
    let before = read(folder)?;
    let left: Vec<_> = before.iter().filter(|(known, _)| known != name).cloned().collect();
    if left.len() == before.len() {
        return Ok(());
    }
    let written = if left.is_empty() { std::fs::remove_file(&path) } else { replace(folder, &left) };
    written.map_err(file_error(&path))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OlderRow {
    name: String,
    account: Uuid,
    role: String,
    #[serde(default)]
    pillar: Option<String>,
    password: String,
}

fn older_file(folder: &Path) -> PathBuf {
    folder.join("accounts.json")
}

/// The accounts of a data directory from before passwords were hashed: the log knows their ids.
pub(super) fn older(folder: &Path) -> Result<Option<Vec<First>>, AccountsError> {
    let path = older_file(folder);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file_error(&path)(error)),
    };
    let content = |why: String| AccountsError::Content { path: path.clone(), why };
    let rows: Vec<OlderRow> = serde_json::from_str(&text).map_err(|error| content(error.to_string()))?;
    let first = |row: OlderRow| {
        let role =
            Role::from_code(&row.role).ok_or_else(|| content(format!("no such role: {}", row.role)))?;
        let pillar = row.pillar.as_deref().and_then(Pillar::from_code);
        let person = SignedIn { account: AccountId(row.account), name: row.name, role, pillar };
        Ok(First { person, password: row.password })
    };
    rows.into_iter().map(first).collect::<Result<_, _>>().map(Some)
}

/// Removes that older file, in which the passwords lie open.
pub(super) fn forget_older(folder: &Path) -> Result<(), AccountsError> {
    let path = older_file(folder);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(file_error(&path)(error)),
        _ => Ok(()),
    }
}
