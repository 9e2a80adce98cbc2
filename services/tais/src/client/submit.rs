//! `tais submit`: one activity as JSON, until its receipt is there.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;
use uuid::Uuid;

use super::{Client, Target, content, say};

/// How often the receipt is asked for.
const LOOK: Duration = Duration::from_millis(500);

/// One activity.
#[derive(Args, Clone, Debug)]
pub struct Submit {
    /// The activity as JSON, as `POST /api/v1/<pillar>/activities` takes it; `-` is standard input
    pub file: PathBuf,
    /// The update's id (UUIDv7): sending again under it is the same update. Made and printed if not given
    #[arg(long, value_name = "UUID")]
    pub id: Option<Uuid>,
    /// How many seconds to wait for the receipt; 0 returns as soon as it is saved
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    pub wait: u64,
    /// Where to, and as whom.
    #[command(flatten)]
    pub target: Target,
}

/// Sends it, and waits for its receipt.
///
/// # Errors
/// When it is not saved; the message says whether it may have been.
pub fn submit(asked: &Submit, port: u16) -> anyhow::Result<ExitCode> {
    let client = Client::new(&asked.target, port)?;
    let body = content(&asked.file)?;
    serde_json::from_slice::<Value>(&body)
        .with_context(|| format!("{} is not JSON", asked.file.display()))?;
    let id = asked.id.unwrap_or_else(Uuid::now_v7);
    say(&format!("update {id}"))?;
    let saved = client.post("/activities", Some(id), &body).with_context(|| {
        format!("the update is not known to be saved; sending it again with --id {id} is safe")
    })?;
    say(&format!("saved: activity {}", saved["activity"].as_str().unwrap_or_default()))?;
    let patience = Instant::now() + Duration::from_secs(asked.wait);
    loop {
        let answer = client.get(&format!("/updates/{id}"))?;
        let updates = answer["updates"].as_array().cloned().unwrap_or_default();
        let is = |update: &Value, states: &[&str]| {
            update["state"].as_str().is_some_and(|state| states.contains(&state))
        };
        if updates.iter().all(|update| is(update, &["recorded"])) {
            for update in &updates {
                say(&line(update))?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        if updates.iter().any(|update| is(update, &["refused", "quarantined", "held", "abandoned"])) {
            for update in &updates {
                say(&line(update))?;
            }
            return Ok(ExitCode::FAILURE);
        }
        if Instant::now() >= patience {
            say("saved, and not recorded yet: it is sent on as soon as the record can be reached")?;
            return Ok(ExitCode::SUCCESS);
        }
        std::thread::sleep(LOOK);
    }
}

/// One event and how far it is.
fn line(update: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (what, state) = (word(&update["type"]), word(&update["state"]));
    match update["receipt"]["position"].as_u64() {
        Some(position) => {
            format!("{state} at {position}: {what}, leaf {}", word(&update["receipt"]["leafHash"]))
        }
        None => format!("{state}: {what} {}", word(&update["reason"])),
    }
}
