//! `tais verify`: whether the record is what was signed, for who trusts nobody.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use tais_audit::verify::{Figures, Pinned, Wrong, folder as verify_folder, record as verify_record};
use tais_log::checkpoint::{Checkpoint, KeyType, NoteKey, SignedCheckpoint, TlogProof};
use tais_proto::{Envelope, Pillar, PublicKey, Timestamp};

use crate::replay::connect;
use crate::secrets::Secrets;
use crate::settings::Settings;

/// What is verified, and against what from outside.
#[derive(Debug, Default)]
pub struct Asked {
    /// A folder in place of the database.
    pub folder: Option<PathBuf>,
    /// The log's key.
    pub log_key: Option<String>,
    /// A file with a checkpoint that was kept elsewhere.
    pub checkpoint: Option<PathBuf>,
}

/// Verifies the record in its database, or in a folder.
///
/// # Errors
/// When it cannot be read.
#[expect(clippy::print_stdout, reason = "the answer that was asked for")]
pub async fn record(settings: &Settings, asked: Asked) -> anyhow::Result<ExitCode> {
    let trusted = Trusted::log(settings, asked.log_key.as_deref())?;
    let pinned = Pinned {
        key: trusted.as_ref().and_then(|log| log.keys.first().copied()),
        origin: trusted.and_then(|log| log.name),
        // A folder may be of another day, or of another log than the one whose data lie here.
        checkpoint: match (&asked.folder, &asked.checkpoint) {
            (Some(_), None) => None,
            (_, given) => kept(settings, given.as_deref())?,
        },
        policy: settings.policy()?,
    };
    let brought = Brought {
        key: pinned.key.is_some(),
        checkpoint: pinned.checkpoint.is_some(),
        policy: pinned.policy.is_some(),
    };
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("verifying {wide_bar} {pos}/{len} entries, {eta} left")?);
    let shown = bar.clone();
    let progress = move |done, of| {
        shown.set_length(of);
        shown.set_position(done);
    };
    let verified = match asked.folder {
        Some(folder) => {
            tokio::task::spawn_blocking(move || verify_folder(&folder, pinned, progress)).await??
        }
        None => {
            let (log, embedded) = connect(settings).await?;
            let verified = verify_record(&log, pinned, progress).await;
            log.pool().close().await;
            if let Some(postgres) = embedded {
                postgres.stop().await?;
            }
            verified?
        }
    };
    bar.finish_and_clear();
    Ok(match verified {
        Ok(figures) => {
            println!("{}", good(&figures, &brought));
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            println!("{}", bad(&wrong));
            ExitCode::FAILURE
        }
    })
}

/// What was brought along from outside the record.
struct Brought {
    key: bool,
    checkpoint: bool,
    policy: bool,
}

fn good(figures: &Figures, brought: &Brought) -> String {
    let Figures { entries, streams, keys, checkpoints, signed, .. } = figures;
    let mut text =
        format!("The record is whole: all {entries} entries are what was signed and recorded.\n\n");
    if let Some((first, last)) = figures.recorded {
        text += &format!("recorded      {first} to {last}\n");
    }
    text += &format!("streams       {streams}, every version there\n");
    text += &format!("keys          {keys}, every signature fits, each key valid where it signed\n");
    // A log that was never rotated has the one that it was verified with.
    for (from, key) in figures.log_keys.iter().skip(1) {
        text += &format!("log           from position {from} its key is {key}\n");
    }
    text += &format!("checkpoints   {checkpoints}, the newest of {signed} entries\n");
    if brought.policy {
        text += &format!("witnesses     the policy's quorum for the first {} entries\n", figures.witnessed);
    }
    for (pillar, entries) in &figures.by_pillar {
        text += &format!("{:<13} {entries} entries\n", pillar.map_or("no pillar", Pillar::code));
    }
    for (key, first, last) in &figures.gaps {
        text += &format!(
            "note          numbers {first} to {last} of key {key} are not recorded: on their way, set aside, or withheld\n"
        );
    }
    if *signed < *entries {
        text += &format!("note          the last {} entries are in no checkpoint yet\n", entries - signed);
    }
    if !brought.key {
        text += "note          no key was given (--log-key): a record written anew under another key would look the same\n";
    }
    if !brought.checkpoint {
        text += "note          no checkpoint was given (--checkpoint): a tail that was cut off would not be missed\n";
    }
    text
}

fn bad(wrong: &Wrong) -> String {
    format!(
        "The record was altered.\n\nfirst         at position {}\nwhat          {wrong}\n\nStop the recorder, keep the \
         database as it is, and compare with the newest backup and the witness.",
        wrong.position()
    )
}

/// Verifies one receipt.
///
/// # Errors
/// When the file cannot be read, or no key is known.
#[expect(clippy::print_stdout, reason = "the answer that was asked for")]
pub fn receipt(settings: &Settings, log_key: Option<&str>, file: &Path) -> anyhow::Result<ExitCode> {
    let Some(trusted) = Trusted::log(settings, log_key)? else {
        bail!("say which log you trust with --log-key: `tais keys` prints it where the log is run")
    };
    let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let refused = |error: &dyn std::fmt::Display| {
        println!("The receipt does not hold: {error}.");
        Ok(ExitCode::FAILURE)
    };
    let proof = match TlogProof::parse(&bytes) {
        Ok(proof) => proof,
        Err(error) => return refused(&error),
    };
    let Checkpoint { origin, size, .. } = proof.checkpoint.checkpoint();
    let keys = trusted.named(origin)?;
    // Where none of them signed it, what is wrong is said of the first.
    let Some(log) = keys.iter().find(|key| proof.checkpoint.verify(key).is_ok()).or(keys.first()) else {
        bail!("there is no log's key to verify with")
    };
    let entry = match proof.verify(log) {
        Ok(entry) => entry,
        Err(error) => return refused(&error),
    };
    let policy = settings.policy()?;
    let witnesses = match policy.as_ref().map(|policy| policy.check(&proof.checkpoint)).transpose() {
        Ok(witnesses) => witnesses.unwrap_or_default(),
        Err(error) => return refused(&error),
    };
    println!("The receipt holds: the log {} has this entry at position {}.", log.name(), entry.position);
    println!();
    println!("recorded      {}", entry.recorded_at);
    println!("checkpoint    of {size} entries, signed by the log");
    for (witness, time) in witnesses {
        let at = Timestamp::from_unix_micros(i64::try_from(time).unwrap_or(0).saturating_mul(1_000_000));
        println!("cosigned      by {} at {at}", witness.name());
    }
    match Envelope::parse(&entry.signed.bytes) {
        Ok(envelope) => {
            println!("event         {} {}", envelope.event.event_type().as_str(), envelope.id);
            println!("stream        {} v{}", envelope.stream, envelope.stream_version);
            println!(
                "signed        by key {} of {}, number {}",
                envelope.key_id, envelope.source.publisher, envelope.key_seq
            );
        }
        Err(error) => println!("note          the event cannot be read by this version: {error}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Which log is trusted.
pub(crate) struct Trusted {
    /// Its name, where that was given.
    name: Option<String>,
    /// Its keys, the first one first; a log that was never rotated has one.
    keys: Vec<PublicKey>,
}

impl Trusted {
    /// The key that was given, or those that lie here.
    pub fn log(settings: &Settings, given: Option<&str>) -> anyhow::Result<Option<Self>> {
        if let Some(given) = given {
            let key: NoteKey = given.parse().context("--log-key")?;
            if key.key_type() != KeyType::Log {
                bail!("--log-key names a witness's key, not a log's");
            }
            return Ok(Some(Self { name: Some(key.name().to_owned()), keys: vec![key.public_key()] }));
        }
        if !settings.data().join("keys").exists() {
            return Ok(None);
        }
        let keys = Secrets::open(settings.data())?.public_log_keys()?;
        Ok((!keys.is_empty()).then_some(Self { name: None, keys }))
    }

    /// Each key under the log's name: the one that was given, or this.
    pub fn named(&self, name: &str) -> anyhow::Result<Vec<NoteKey>> {
        let name = self.name.as_deref().unwrap_or(name);
        self.keys.iter().map(|key| Ok(NoteKey::new(name, KeyType::Log, *key)?)).collect()
    }
}

/// The checkpoint that was kept outside the database.
pub(crate) fn kept(settings: &Settings, given: Option<&Path>) -> anyhow::Result<Option<SignedCheckpoint>> {
    let path = given.map_or_else(|| settings.data().join("checkpoint"), Path::to_owned);
    match std::fs::read(&path) {
        Ok(note) => {
            let signed = SignedCheckpoint::parse(&note);
            signed.map(Some).with_context(|| format!("reading {}", path.display()))
        }
        Err(error) if given.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}
