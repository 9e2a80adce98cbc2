//! The work that every peer does, whatever it is written in:
//!
//! ```text
//! PEER POSTGRES_URL DIR append FILE    each line of FILE an append: {"writer", "stream", "version", "events": [..]}
//! PEER POSTGRES_URL DIR read           everything that was appended, from its beginning
//! ```
//!
//! Writers work at the same time, each one append after another. `version`, the first event's in its stream, is for
//! stores that are told. A peer prints one line of JSON: `{"events", "seconds"}`, and where it appended the milliseconds
//! of an append: `p50, p99, p999`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Events of one stream that are appended together.
#[derive(Deserialize)]
pub struct Append {
    writer: usize,
    pub stream: Uuid,
    pub events: Vec<Value>,
}

/// An event store by its public interface.
#[async_trait]
pub trait Peer: Clone + Send + Sync + 'static {
    async fn append(&self, append: Append) -> anyhow::Result<()>;
    /// Reads all there is; gives how many events that are.
    async fn read(&self) -> anyhow::Result<usize>;
}

/// Connections that are needed: a writer has one.
pub const WRITERS: u32 = 32;

pub async fn append(peer: impl Peer, file: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let mut queues: BTreeMap<usize, Vec<Append>> = BTreeMap::new();
    let mut events = 0;
    for line in text.lines() {
        let append: Append = serde_json::from_str(line)?;
        events += append.events.len();
        queues.entry(append.writer).or_default().push(append);
    }
    let mut writers = JoinSet::new();
    let start = Instant::now();
    for queue in queues.into_values() {
        let peer = peer.clone();
        writers.spawn(async move {
            let mut times = Vec::with_capacity(queue.len());
            for append in queue {
                let start = Instant::now();
                peer.append(append).await?;
                times.push(start.elapsed());
            }
            Ok::<_, anyhow::Error>(times)
        });
    }
    let mut times = Vec::new();
    for done in writers.join_all().await {
        times.extend(done?);
    }
    let seconds = start.elapsed().as_secs_f64();
    times.sort();
    let [p50, p99, p999] = [500, 990, 999].map(|permille| percentile(&times, permille));
    Ok(json!({ "events": events, "seconds": seconds, "p50": p50, "p99": p99, "p999": p999 }))
}

pub async fn read(peer: impl Peer) -> anyhow::Result<Value> {
    let start = Instant::now();
    let events = peer.read().await?;
    Ok(json!({ "events": events, "seconds": start.elapsed().as_secs_f64() }))
}

fn percentile(sorted: &[Duration], permille: usize) -> f64 {
    let at = (sorted.len() * permille / 1_000).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
}
