//! `tais import`: a spreadsheet or an IATI file, shown first and saved when asked to.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tais_proto::vocabulary::ActivityKind;

use super::{Client, Target, content, say};

const LOOK: Duration = Duration::from_millis(500);
/// Wrong rows that are printed; the rest is counted.
const SHOWN_MAX: usize = 50;

/// A file of activities.
#[derive(Args, Clone, Debug)]
pub struct Import {
    /// A spreadsheet (.xlsx, CSV) or an IATI activity file; `-` is standard input
    pub file: PathBuf,
    /// Save what is new or changed; without it the file is only checked
    #[arg(long)]
    pub commit: bool,
    /// Why, where something validated is corrected
    #[arg(long, default_value = "")]
    pub reason: String,
    /// The kind of every activity whose row names none, such as training (IATI files name none)
    #[arg(long)]
    pub kind: Option<String>,
    /// Where to, and as whom.
    #[command(flatten)]
    pub target: Target,
}

/// Checks the file, prints what it would change, and saves it if asked to.
///
/// # Errors
/// When the file is not understood, or the server refuses it.
pub fn import(asked: &Import, port: u16) -> anyhow::Result<ExitCode> {
    let client = Client::new(&asked.target, port)?;
    let name = asked.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = tais_web::percent_encode(&name);
    let mut preview = client.post(&format!("/imports?name={name}"), None, &content(&asked.file)?)?;
    let id = preview["import"].as_str().context("the answer names no import")?.to_owned();
    if let Some(kind) = &asked.kind {
        let kind =
            ActivityKind::from_code(kind).with_context(|| format!("\"{kind}\" is no kind of activity"))?;
        let mut mapping = preview["mapping"].take();
        mapping["kind"] = json!(kind);
        preview = client.post(&format!("/imports/{id}/mapping"), None, mapping.to_string().as_bytes())?;
    }
    say(&summary(&preview))?;
    for line in errors(&preview) {
        say(&line)?;
    }
    let count = |state: &str| preview["counts"][state].as_u64().unwrap_or(0);
    let missing = preview["missing"].as_array().is_some_and(|missing| !missing.is_empty());
    if missing || count("new") + count("changed") == 0 {
        return Ok(if missing || count("wrong") > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS });
    }
    if !asked.commit {
        say("nothing was saved: add --commit to save what is new or changed")?;
        return Ok(ExitCode::SUCCESS);
    }
    let body = json!({ "reason": asked.reason }).to_string();
    client.post(&format!("/imports/{id}/commit"), None, body.as_bytes())?;
    let recorded = follow(&client, &id, count("new") + count("changed"))?;
    Ok(if recorded && count("wrong") == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn summary(preview: &Value) -> String {
    let count = |state: &str| preview["counts"][state].as_u64().unwrap_or(0);
    let missing: Vec<&str> =
        preview["missing"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if missing.is_empty() {
        let (new, changed) = (count("new"), count("changed"));
        format!(
            "{new} new, {changed} changed, {} unchanged, {} with errors",
            count("unchanged"),
            count("wrong")
        )
    } else {
        format!(
            "no column is recognised for: {}. Name it in the header, or choose it on the import page",
            missing.join(", ")
        )
    }
}

/// The wrong rows, one line an error.
fn errors(preview: &Value) -> Vec<String> {
    let rows = preview["rows"].as_array().cloned().unwrap_or_default();
    let mut lines = Vec::new();
    for row in &rows {
        for error in row["errors"].as_array().into_iter().flatten() {
            let column = error["columnName"].as_str().unwrap_or("-");
            let words = error["words"].as_str().unwrap_or_default();
            lines.push(format!("line {}, {column}: {words}", row["line"]));
        }
    }
    let more = lines.len().saturating_sub(SHOWN_MAX);
    lines.truncate(SHOWN_MAX);
    if more > 0 {
        lines.push(format!("and {more} more errors; the import page shows all"));
    }
    lines
}

/// Follows the import until every chosen row is recorded or never will be.
fn follow(client: &Client, id: &str, rows: u64) -> anyhow::Result<bool> {
    let style = ProgressStyle::with_template("{msg:24} {wide_bar} {pos}/{len}")?;
    let bar = ProgressBar::new(rows).with_style(style).with_message("recording");
    loop {
        let progress = client.get(&format!("/imports/{id}/commit"))?;
        let states = progress["rows"].as_array().cloned().unwrap_or_default();
        let open = states.iter().filter(|row| is_open(row)).count() as u64;
        bar.set_position(rows.saturating_sub(open));
        if open == 0 && progress["working"] == false {
            bar.finish_and_clear();
            let recorded = states.iter().filter(|row| is_done(row)).count();
            say(&format!("{recorded} of {} recorded", states.len()))?;
            for row in states.iter().filter(|row| !is_done(row)) {
                say(&format!("line {}: {}", row["line"], row["state"].as_str().unwrap_or_default()))?;
            }
            return Ok(recorded == states.len());
        }
        std::thread::sleep(LOOK);
    }
}

/// Whether the record says what the row says.
fn is_done(row: &Value) -> bool {
    ["recorded", "unchanged"].iter().any(|state| row["state"] == *state)
}

fn is_open(row: &Value) -> bool {
    ["waiting", "saved"].iter().any(|state| row["state"] == *state)
}
