//! `tais export`: the log as files that anybody can verify, copy and follow.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use tais_audit::tlog::{is_final, resource};
use tais_log::tile::Resource;
use tais_log::{Log as _, PostgresLog};

use crate::replay::connect;
use crate::settings::Settings;

/// Writes what the newest checkpoint covers; gives what is to be said of it.
///
/// # Errors
/// When the log or the disk does not answer.
pub async fn tiles(settings: &Settings, dir: &Path) -> anyhow::Result<String> {
    let (log, embedded) = connect(settings).await?;
    let written = write(&log, dir).await;
    log.pool().close().await;
    if let Some(postgres) = embedded {
        postgres.stop().await?;
    }
    written
}

async fn write(log: &PostgresLog, dir: &Path) -> anyhow::Result<String> {
    let signed = log.last_checkpoint().await?;
    let signed =
        signed.context("the log has signed no checkpoint yet: it does within a minute of its first entry")?;
    let size = signed.checkpoint().size;
    let all: Vec<Resource> = Resource::all(size).collect();
    let bar = ProgressBar::new(all.len() as u64)
        .with_style(ProgressStyle::with_template("writing {wide_bar} {pos}/{len} files, {eta} left")?);
    let mut written = 0_u64;
    for wanted in &all {
        let path = dir.join(wanted.path());
        // What is whole never changes.
        if !(is_final(*wanted) && path.exists()) {
            let bytes = resource(log, *wanted, size).await?;
            put(&path, &bytes.with_context(|| format!("the log lacks {}", wanted.path()))?)?;
            written += 1;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    // Last: whoever follows finds everything that it covers.
    put(&dir.join("checkpoint"), signed.note())?;
    Ok(format!(
        "{} holds the log's first {size} entries in {} files, {written} of them written now.\nAnybody can verify it: tais verify {} --log-key KEY",
        dir.display(),
        all.len() + 1,
        dir.display()
    ))
}

/// Writes a file whole or not at all.
fn put(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let failed = || format!("writing {}", path.display());
    let parent = path.parent().with_context(failed)?;
    fs::create_dir_all(parent).with_context(failed)?;
    let fresh = path.with_added_extension("new");
    fs::write(&fresh, bytes).with_context(failed)?;
    fs::rename(&fresh, path).with_context(failed)
}
