//! The commit: every chosen row goes through the intake under an id of its own that follows from it.
//! It runs behind the pages, some rows at a time, and can be begun again wherever it was interrupted.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{self, TryStreamExt as _};
use tais_bus::{ItemState, OutboxError};
use tais_proto::{AccountId, Lang, StreamId, Timestamp};
use uuid::Uuid;

use super::arriving::Arriving;
use super::assess::{Assessor, Outcome, Step};
use super::mapping::{Mapping, fingerprint};
use super::preview::{self, Preview};
use super::said::Said;
use super::store::{Choice, Fate, ImportStore, Noted, StoreError, Upload};
use super::table::{FileError, Table};
use crate::Clock;
use crate::intake::{Intake, IntakeError};
use crate::report::Asked;

/// The most rows that are said in one commit: of three events each, which one statement of the outbox still takes.
/// Somebody who saves an update meanwhile waits for those that are begun.
const TOGETHER_MAX: usize = 320;
/// The most commits at once: while one waits for the disk, the rows of the next are looked at and signed.
const COMMITS_MAX: usize = 3;

/// Why an import does not go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// What is kept of it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The intake.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
}

/// The imports of one pillar.
#[derive(Clone)]
pub struct Imports {
    intake: Intake,
    store: ImportStore,
    dir: PathBuf,
    clock: Clock,
    /// Which uploads are being committed now, so that two clicks are one.
    running: Arc<Mutex<HashSet<Uuid>>>,
}

/// An upload with its table.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The upload.
    pub upload: Upload,
    /// What was read of it.
    pub table: Table,
}

/// How far a commit is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// What was chosen, in the order of the file.
    pub choices: Vec<Choice>,
    /// How many rows are in each state, by its code: of a fate, or where an update on its way is.
    pub counts: BTreeMap<&'static str, usize>,
    /// Whether it is worked on in this process.
    pub is_running: bool,
}

impl Progress {
    /// How many rows are in a state.
    #[must_use]
    pub fn count(&self, code: &str) -> usize {
        self.counts.get(code).copied().unwrap_or(0)
    }

    /// Whether something may still change by itself.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.is_running || self.count("saved") + self.count("received") > 0
    }
}

impl Imports {
    /// The imports of an intake, with a file of their own in a directory.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub async fn open(dir: &Path, intake: Intake, clock: Clock) -> Result<Self, StoreError> {
        let store = ImportStore::open(&dir.join("import.sqlite")).await?;
        Ok(Self { intake, store, dir: dir.to_owned(), clock, running: Arc::default() })
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Where a file is gathered as it arrives.
    #[must_use]
    pub fn arriving(&self) -> Arriving {
        Arriving::within(&self.dir)
    }

    /// Takes a file in: it is read, its columns are recognised or remembered, and it is kept.
    ///
    /// # Errors
    /// When it cannot be read, or there is no room for it.
    pub async fn take(
        &self,
        actor: AccountId,
        name: &str,
        file: Arriving,
        language: Lang,
    ) -> Result<Opened, ImportError> {
        let table = read(file).await?;
        let known = self.store.remembered(actor, &fingerprint(&table.header)).await?;
        let mapping = known.unwrap_or_else(|| Mapping::recognise(&table.header, language));
        let mapping = mapping.within(table.header.len());
        let name = name.chars().take(120).collect();
        let upload = Upload { id: Uuid::now_v7(), name, mapping, reason: None };
        self.store.put(&upload, &table, actor, self.now()).await?;
        Ok(Opened { upload, table })
    }

    /// A person's upload with its table; `None` once it is gone.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn opened(&self, id: Uuid, actor: AccountId) -> Result<Option<Opened>, ImportError> {
        let opened = self.store.upload(id, actor, self.now()).await?;
        Ok(opened.map(|(upload, table)| Opened { upload, table }))
    }

    /// What a person's upload is called; `None` once it is gone.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn name(&self, id: Uuid, actor: AccountId) -> Result<Option<String>, ImportError> {
        Ok(self.store.name(id, actor, self.now()).await?)
    }

    /// Changes what the columns mean.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn map(&self, opened: &Opened, actor: AccountId, mapping: Mapping) -> Result<(), ImportError> {
        let mapping = mapping.within(opened.table.header.len());
        Ok(self.store.map(opened.upload.id, actor, &fingerprint(&opened.table.header), &mapping).await?)
    }

    /// What the file would do.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn preview(&self, opened: &Opened, actor: AccountId) -> Result<Preview, ImportError> {
        let Opened { upload, table } = opened;
        Ok(Preview::of(table, &upload.mapping, &self.intake, actor, self.now()).await?)
    }

    /// Notes which rows were chosen, each with the version that was seen, and begins.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn commit(
        &self,
        id: Uuid,
        actor: AccountId,
        reason: &str,
        rows: &[(u64, u32)],
    ) -> Result<(), ImportError> {
        self.store.choose(id, reason.trim(), rows).await?;
        self.go_on(id, actor);
        Ok(())
    }

    /// Works on what was chosen, behind the pages, unless somebody does already.
    pub fn go_on(&self, id: Uuid, actor: AccountId) {
        if !self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id) {
            return;
        }
        let imports = self.clone();
        tokio::spawn(async move {
            // However it ends, it no longer runs.
            let _ended = Ended { imports: &imports, id };
            if let Err(error) = imports.work(id, actor).await {
                tracing::error!(%error, import = %id, "an import stopped; it can be continued from its page");
            }
        });
    }

    async fn work(&self, id: Uuid, actor: AccountId) -> Result<(), ImportError> {
        let Some(opened) = self.opened(id, actor).await? else { return Ok(()) };
        let Opened { upload, table } = &opened;
        let said = preview::read(table, &upload.mapping, &self.intake).into_iter().flatten();
        let said: BTreeMap<u64, Said> = said.map(|said| (said.line, said)).collect();
        let assessor = Assessor::new(&self.intake, &upload.mapping, actor, self.now()).await?;
        let reason = upload.reason.clone().unwrap_or_default();
        let choices = self.store.choices(id).await?;
        let waiting: Vec<Choice> =
            choices.into_iter().filter(|choice| choice.fate == Fate::Waiting).collect();
        let work = Work { imports: self, id, said, assessor, reason, streams: Mutex::default() };
        let together = stream::iter(waiting.chunks(TOGETHER_MAX).map(Ok));
        together.try_for_each_concurrent(COMMITS_MAX, |rows| work.say(rows)).await
    }

    /// How far it is. What was seen to be recorded is not asked for again.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn progress(&self, id: Uuid) -> Result<Progress, ImportError> {
        let is_running = self.running.lock().unwrap_or_else(PoisonError::into_inner).contains(&id);
        let mut progress =
            Progress { choices: self.store.choices(id).await?, is_running, ..Progress::default() };
        let streams: Vec<StreamId> = progress
            .choices
            .iter()
            .filter(|choice| choice.fate == Fate::Saved)
            .filter_map(|choice| Some(choice.said?.1))
            .collect();
        let mut states: HashMap<Uuid, Vec<ItemState>> = HashMap::new();
        for item in self.intake.outbox().items_of_all(&streams).await? {
            states.entry(item.correlation).or_default().push(item.state);
        }
        let mut recorded = Vec::new();
        for choice in &mut progress.choices {
            let code = match (choice.fate, choice.said) {
                (Fate::Saved, Some((submission, _))) => {
                    let code = slowest(states.get(&submission.0).into_iter().flatten());
                    if code == Fate::Recorded.code() {
                        choice.fate = Fate::Recorded;
                        recorded.push((choice.line, Fate::Recorded, choice.said));
                    }
                    code
                }
                (fate, _) => fate.code(),
            };
            *progress.counts.entry(code).or_default() += 1;
        }
        self.store.note(id, &recorded).await?;
        Ok(progress)
    }
}

/// An upload that is being committed.
struct Work<'a> {
    imports: &'a Imports,
    id: Uuid,
    /// What its rows say, by their lines.
    said: BTreeMap<u64, Said>,
    assessor: Assessor<'a>,
    reason: String,
    /// The activities of which something was said: what a second row says of one is not on what the person saw.
    streams: Mutex<HashSet<StreamId>>,
}

impl Work<'_> {
    /// Says these rows in one commit, and notes what became of each.
    async fn say(&self, rows: &[Choice]) -> Result<(), ImportError> {
        let mut fates: Vec<Noted> = Vec::with_capacity(rows.len());
        let mut saying = Vec::with_capacity(rows.len());
        let mut all = Vec::with_capacity(rows.len());
        for Choice { line, version, .. } in rows {
            let step = match self.said.get(line) {
                Some(said) => step(&self.assessor, said, &self.reason, *version).await?,
                None => Err(Fate::Wrong),
            };
            let is_first =
                |stream| self.streams.lock().unwrap_or_else(PoisonError::into_inner).insert(stream);
            match step {
                Ok(Step { stream, .. }) if !is_first(stream) => fates.push((*line, Fate::Stale, None)),
                Ok(Step { id, stream, commands, decided }) => {
                    saying.push((*line, (id, stream)));
                    let decided = Some(decided).filter(|decided| decided.base_version == 0);
                    let asked = Asked { commands, seen: Some(*version), decided, ..Asked::default() };
                    all.push((self.assessor.submission(id), stream, asked));
                }
                Err(fate) => fates.push((*line, fate, None)),
            }
        }
        for ((line, said), done) in saying.into_iter().zip(self.imports.intake.act_on_each(all).await?) {
            fates.push(match done {
                Ok(()) => (line, Fate::Saved, Some(said)),
                Err(IntakeError::Refused(_) | IntakeError::IdReused(_)) => (line, Fate::Stale, None),
                Err(IntakeError::Outbox(OutboxError::IdReused(_))) => (line, Fate::Stale, None),
                Err(IntakeError::Outbox(OutboxError::StreamHeld(_))) => (line, Fate::Wrong, None),
                Err(error) => return Err(error.into()),
            });
        }
        Ok(self.imports.store.note(self.id, &fates).await?)
    }
}

/// What is to be said for a row that stands as the person saw it, or why nothing is.
async fn step(
    assessor: &Assessor<'_>,
    said: &Said,
    reason: &str,
    seen: u32,
) -> Result<Result<Step, Fate>, ImportError> {
    let (outcome, step) = assessor.assess(said, Some(reason)).await?;
    Ok(match (outcome, step) {
        (Outcome::Unchanged(_), _) => Err(Fate::Unchanged),
        (outcome, Some(step)) if outcome.version() == seen => Ok(step),
        (Outcome::New | Outcome::Changed { .. }, _) => Err(Fate::Stale),
        (Outcome::Wrong(_), _) => Err(Fate::Wrong),
    })
}

/// The state of the part that is least far.
fn slowest<'a>(states: impl Iterator<Item = &'a ItemState>) -> &'static str {
    let distance = |state: &&ItemState| match state {
        ItemState::Refused { .. } | ItemState::Quarantined { .. } => 0,
        ItemState::Held | ItemState::Abandoned => 1,
        ItemState::Saved => 2,
        ItemState::Received => 3,
        ItemState::Recorded { .. } => 4,
    };
    states.min_by_key(distance).map_or("saved", ItemState::code)
}

/// Reading may take a moment, and a workbook made to harm may make its reader fail: neither is done
/// where requests are answered.
async fn read(file: Arriving) -> Result<Table, FileError> {
    let reading = tokio::task::spawn_blocking(move || file.read());
    reading.await.unwrap_or_else(|failed| Err(FileError::Broken(failed.to_string())))
}

struct Ended<'a> {
    imports: &'a Imports,
    id: Uuid,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.imports.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}
