//! Erasing people from the vault. Two people say it in the record; this does it. It is done again at every
//! start, from the record and from a list outside the database: a restored backup brings nobody back.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tais_log::{Filter, Log as _, LogError, PostgresLog};
use tais_proto::{EventType, PersonId, Position, StreamKind};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::vault::{Vault, VaultError};

/// How often the record is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// After how many looks the vault's tables are written anew, beside at once: no transaction that could still see
/// what was deleted lasts longer than a minute.
const SHED_AFTER: [u32; 3] = [1, 5, 35];
/// The most entries that are read at once.
const PAGE: usize = 512;

/// Why people are not erased.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    /// The record.
    #[error("who is to be erased could not be read from the record")]
    Log(#[from] LogError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The list.
    #[error("the list of who was erased, {path}, cannot be read or written: give the office access to it")]
    List {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The list holds something else.
    #[error(
        "line {line} of the list of who was erased, {path}, is no id of a person: mend it from a copy; while it \
         is not whole, a restored backup could bring somebody back"
    )]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Where, from 1.
        line: usize,
    },
}

/// Who erases.
pub struct Erasures {
    log: PostgresLog,
    vault: Vault,
    /// An id a line.
    list: PathBuf,
    next: Position,
    done: BTreeSet<PersonId>,
    /// Looks since somebody was erased.
    since: Option<u32>,
}

impl Erasures {
    /// Erases whoever the list or the record says, before anybody is shown.
    ///
    /// # Errors
    /// When the record, the vault or the list does not answer.
    pub async fn begin(log: PostgresLog, vault: Vault, list: PathBuf) -> Result<Self, ErasureError> {
        let done = read(&list)?;
        let listed: Vec<PersonId> = done.iter().copied().collect();
        let mut erasures = Self { log, vault, list, next: Position(0), done, since: None };
        let again = erasures.erase(&listed).await?;
        if again > 0 {
            tracing::warn!(
                again,
                "people who were erased had come back with a restored backup; erased again"
            );
        }
        erasures.catch_up().await?;
        Ok(erasures)
    }

    /// Follows the record until told to stop. Trouble is waited out.
    pub async fn follow(mut self, shutdown: CancellationToken) {
        loop {
            tokio::select! { () = shutdown.cancelled() => return, () = tokio::time::sleep(LOOK) => {} }
            if let Err(error) = self.look().await {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "nobody can be erased now; trying again");
            }
        }
    }

    async fn look(&mut self) -> Result<(), ErasureError> {
        self.catch_up().await?;
        if let Some(looks) = self.since.map(|looks| looks + 1) {
            if SHED_AFTER.contains(&looks) {
                self.vault.shed().await?;
            }
            self.since = SHED_AFTER.iter().any(|after| *after > looks).then_some(looks);
        }
        Ok(())
    }

    async fn erase(&mut self, people: &[PersonId]) -> Result<u64, ErasureError> {
        let erased = self.vault.erase(people).await?;
        if erased > 0 {
            self.since = Some(0);
            self.vault.shed().await?;
        }
        Ok(erased)
    }

    async fn catch_up(&mut self) -> Result<(), ErasureError> {
        let forum = Filter { kind: Some(StreamKind::Forum), ..Filter::default() };
        loop {
            let page = self.log.read_from(self.next, PAGE, &forum).await?;
            let erased =
                page.entries.iter().filter(|entry| entry.event_type == EventType::ForumPersonErased.as_str());
            // The stream has the person's id.
            let new: Vec<PersonId> = erased
                .map(|entry| PersonId(entry.stream.id.0))
                .filter(|person| !self.done.contains(person))
                .collect();
            if !new.is_empty() {
                // The list first: what it names is erased at the next start, whatever happens now.
                self.write(&new)?;
                self.erase(&new).await?;
                self.done.extend(&new);
                tracing::info!(people = new.len(), "erased from the vault");
            }
            if page.scanned_to <= self.next {
                return Ok(());
            }
            self.next = page.scanned_to;
        }
    }

    fn write(&self, people: &[PersonId]) -> Result<(), ErasureError> {
        let lines: String = people.iter().map(|person| format!("{person}\n")).collect();
        let written = OpenOptions::new().create(true).append(true).open(&self.list).and_then(|mut file| {
            file.write_all(lines.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|source| ErasureError::List { path: self.list.clone(), source })
    }
}

fn read(list: &Path) -> Result<BTreeSet<PersonId>, ErasureError> {
    let text = match fs::read_to_string(list) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(source) => return Err(ErasureError::List { path: list.to_owned(), source }),
    };
    // A line that was cut off by a power cut was not acted on either, and the record has it.
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    if whole.len() < text.len() {
        OpenOptions::new()
            .write(true)
            .open(list)
            .and_then(|file| file.set_len(whole.len() as u64))
            .map_err(|source| ErasureError::List { path: list.to_owned(), source })?;
    }
    whole
        .lines()
        .enumerate()
        .map(|(line, id)| match Uuid::parse_str(id) {
            Ok(id) => Ok(PersonId(id)),
            Err(_) => Err(ErasureError::Unreadable { path: list.to_owned(), line: line + 1 }),
        })
        .collect()
}
