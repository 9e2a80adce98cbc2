//! The systems that people would otherwise pick, on the same PostgreSQL with the same events. A peer is a program
//! beside this one; what it is asked and what it answers is said in `tests/peers/src/work.rs`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::future::try_join_all;
use rand::distributions::{Distribution as _, WeightedIndex};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tais_log::{Log as _, NewEntry};
use tais_proto::{Publisher, StreamId};
use tokio::process::Command;
use uuid::Uuid;

use super::measure::{Measure, Target, median};
use super::running::Running;
use super::world::{Author, Ready, World};
use super::writing::{self, permille, rate};
use super::{Load, reading};

/// A peer, as `NAME=COMMAND WITH ARGUMENTS`.
#[derive(Clone, Debug)]
pub struct Peer {
    name: String,
    command: Vec<String>,
}

impl FromStr for Peer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, command) = text.split_once('=').ok_or("write it as NAME=COMMAND")?;
        let command: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if command.is_empty() {
            return Err("there is no command after the =".to_owned());
        }
        Ok(Self { name: name.to_owned(), command })
    }
}

/// What is done by all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Work {
    /// So many writers at the same time, each waiting for each event of its own.
    Writers(usize),
    /// 32 writers whose events are of few streams, by Zipf's law.
    Zipf,
    /// One writer who appends so many together.
    Batches(usize),
    /// All that was appended.
    Read,
}

const WORKS: [Work; 7] = [
    Work::Writers(1),
    Work::Writers(8),
    Work::Writers(32),
    Work::Zipf,
    Work::Batches(100),
    Work::Batches(1_000),
    Work::Read,
];
/// Streams that Zipf's law chooses from, the n-th with a weight of 1/n.
const ZIPF_STREAMS: u32 = 1_000;
const ZIPF_WRITERS: usize = 32;

impl Work {
    fn title(self) -> String {
        match self {
            Self::Writers(1) => "1 writer".to_owned(),
            Self::Writers(count) => format!("{count} writers"),
            Self::Zipf => format!("{ZIPF_WRITERS} writers, Zipf"),
            Self::Batches(size) => format!("batches of {size}"),
            Self::Read => "read all".to_owned(),
        }
    }

    const fn is_alone(self) -> bool {
        matches!(self, Self::Writers(_) | Self::Zipf)
    }
}

/// Events of one stream that are appended together.
struct Append {
    writer: usize,
    stream: StreamId,
    version: u32,
    entries: Vec<NewEntry>,
}

/// How a round went.
#[derive(Clone, Copy, Debug, Serialize)]
struct Round {
    /// Events a second.
    rate: f64,
    /// Milliseconds of an append, where each was waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    latency: Option<[f64; 3]>,
}

/// What a peer says of its work.
#[derive(Deserialize)]
struct Said {
    events: usize,
    seconds: f64,
    p50: Option<f64>,
    p99: Option<f64>,
    p999: Option<f64>,
}

/// What was measured: a system's rounds at each work, and the measures that have targets.
pub struct Compared {
    pub measures: Vec<Measure>,
    /// Each system with its rounds, ours first.
    systems: Vec<(String, HashMap<Work, Vec<Round>>)>,
}

const OURS: &str = "Tais, publish to receipt; batches and reading: its log";

/// Every work, by us and by each peer in turn, round after round. Those `beside` have a store of their own, and are not
/// what the targets speak of.
pub async fn compare(
    world: &World,
    load: Load,
    peers: &[Peer],
    beside: &[Peer],
    progress: impl Fn(String),
) -> anyhow::Result<Compared> {
    let mut author = world.author(Publisher::Aec)?;
    let mut homes = Vec::new();
    for (number, peer) in peers.iter().chain(beside).enumerate() {
        homes.push((peer, Home::make(world, number).await?));
    }
    let mut systems: Vec<_> = std::iter::once(OURS.to_owned())
        .chain(homes.iter().map(|(peer, _)| peer.name.clone()))
        .map(|name| (name, HashMap::<Work, Vec<Round>>::new()))
        .collect();
    let mut drained = Vec::new();
    for round in 1..=load.rounds {
        progress(format!("round {round}: draining SUBMIT"));
        let bus = world.bus(Publisher::Aec).await?;
        writing::publish(&bus, &author.reports(load.events)?, writing::PUBLISHING).await?;
        drained.push(writing::drain(world, load.events).await?);
        for work in WORKS {
            let appends = appends(&mut author, work, load)?;
            let file = world.data().join("appends.jsonl");
            std::fs::write(&file, lines(&appends)?)?;
            progress(format!("round {round}: {}, ours", work.title()));
            let mut rounds = vec![ours(world, work, appends).await?];
            for (peer, home) in &homes {
                progress(format!("round {round}: {}, {}", work.title(), peer.name));
                rounds.push(peer.work(home, work, &file).await?);
            }
            for ((_, all), round) in systems.iter_mut().zip(rounds) {
                all.entry(work).or_default().push(round);
            }
        }
    }
    let measures = measures(&systems[..=peers.len()], &drained);
    Ok(Compared { measures, systems })
}

/// What a peer has to itself.
struct Home {
    url: String,
    dir: PathBuf,
}

impl Home {
    async fn make(world: &World, number: usize) -> anyhow::Result<Self> {
        let name = format!("peer_{number}");
        sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&world.operator).await?;
        let dir = world.data().join(&name);
        std::fs::create_dir(&dir)?;
        Ok(Self { url: world.postgres.operator_url(&name), dir })
    }
}

impl Peer {
    async fn work(&self, home: &Home, work: Work, file: &Path) -> anyhow::Result<Round> {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).arg(&home.url).arg(&home.dir);
        match work {
            Work::Read => command.arg("read"),
            _ => command.arg("append").arg(file),
        };
        let output = command.output().await.with_context(|| format!("starting {}", self.name))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let problem = || {
            format!("{} at {}: {said}{}", self.name, work.title(), String::from_utf8_lossy(&output.stderr))
        };
        anyhow::ensure!(output.status.success(), problem());
        let said = said.lines().rev().find(|line| line.starts_with('{')).with_context(problem)?;
        let said: Said = serde_json::from_str(said).with_context(problem)?;
        let latency = match (work.is_alone(), said.p50, said.p99, said.p999) {
            (true, Some(p50), Some(p99), Some(p999)) => Some([p50, p99, p999]),
            _ => None,
        };
        Ok(Round { rate: rate(said.events, Duration::from_secs_f64(said.seconds)), latency })
    }
}

/// The appends of a work, all of streams that are new.
fn appends(author: &mut Author, work: Work, load: Load) -> anyhow::Result<Vec<Append>> {
    match work {
        Work::Writers(writers) => {
            (0..load.alone * 2).map(|n| append(author, n % writers, StreamId(Uuid::now_v7()), 1, 1)).collect()
        }
        Work::Zipf => {
            let streams: Vec<_> = (0..ZIPF_STREAMS).map(|_| StreamId(Uuid::now_v7())).collect();
            let chosen = WeightedIndex::new((1..=ZIPF_STREAMS).map(|rank| 1.0 / f64::from(rank)))?;
            let mut versions = vec![0; streams.len()];
            let mut random = rand::thread_rng();
            let mut one = || {
                let rank = chosen.sample(&mut random);
                versions[rank] += 1;
                append(author, rank % ZIPF_WRITERS, streams[rank], versions[rank], 1)
            };
            (0..load.alone * 2).map(|_| one()).collect()
        }
        Work::Batches(size) => {
            (0..load.events / size).map(|_| append(author, 0, StreamId(Uuid::now_v7()), 1, size)).collect()
        }
        Work::Read => Ok(Vec::new()),
    }
}

fn append(
    author: &mut Author,
    writer: usize,
    stream: StreamId,
    version: u32,
    count: usize,
) -> anyhow::Result<Append> {
    let entries =
        (version..).take(count).map(|version| author.describes(stream, version)).collect::<Result<_, _>>()?;
    Ok(Append { writer, stream, version, entries })
}

/// The appends as peers read them.
fn lines(appends: &[Append]) -> anyhow::Result<String> {
    let mut text = String::new();
    for Append { writer, stream, version, entries } in appends {
        let parsed = |entry: &NewEntry| serde_json::from_slice::<Value>(&entry.signed.bytes);
        let events = entries.iter().map(parsed).collect::<Result<Vec<_>, _>>()?;
        writeln!(
            text,
            "{}",
            json!({ "writer": writer, "stream": stream.0, "version": version, "events": events })
        )?;
    }
    Ok(text)
}

fn ready(entries: Vec<NewEntry>) -> Vec<Ready> {
    entries.into_iter().map(Ready::from).collect()
}

async fn ours(world: &World, work: Work, appends: Vec<Append>) -> anyhow::Result<Round> {
    if work == Work::Read {
        return Ok(Round { rate: reading::read_all(world).await?, latency: None });
    }
    let count = appends.iter().map(|append| append.entries.len()).sum();
    if !work.is_alone() {
        let start = Instant::now();
        for Append { entries, .. } in &appends {
            world.log.append(entries, &[]).await?;
        }
        return Ok(Round { rate: rate(count, start.elapsed()), latency: None });
    }
    let running = Running::start(world).await?;
    let mut queues: HashMap<usize, Vec<Ready>> = HashMap::new();
    for Append { writer, entries, .. } in appends {
        queues.entry(writer).or_default().extend(ready(entries));
    }
    let start = Instant::now();
    let writers = queues.into_values().map(async |queue| {
        let mut times = Vec::with_capacity(queue.len());
        for ready in &queue {
            times.push(running.say(ready).await?);
        }
        Ok::<_, anyhow::Error>(times)
    });
    let times = try_join_all(writers).await?.concat();
    let rate = rate(count, start.elapsed());
    running.stop().await;
    Ok(Round { rate, latency: Some([500, 990, 999].map(|part| permille(&times, part))) })
}

/// What the targets speak of: us, and the best peer of each round.
fn measures(systems: &[(String, HashMap<Work, Vec<Round>>)], drained: &[f64]) -> Vec<Measure> {
    let best = |round: usize, works: &[Work]| {
        let rates = systems
            .iter()
            .skip(1)
            .flat_map(|(_, all)| works.iter().filter_map(|work| all.get(work)?.get(round)));
        rates.map(|round| round.rate).fold(f64::NAN, f64::max)
    };
    let alone: Vec<Work> = WORKS.into_iter().filter(|work| matches!(work, Work::Writers(_))).collect();
    let mut single = Measure::new(
        "SUBMIT drained into the log, against the best peer's events appended one by one, by any number of writers",
        "events/s",
        Target::AtLeast(10.0),
    );
    let mut batches =
        Measure::new("the same against the best peer's batches of 1,000", "events/s", Target::AtLeast(1.2));
    let mut read = Measure::new(
        "the log read from its start, against the best peer's",
        "events/s",
        Target::AtLeast(3.0),
    );
    for (round, drained) in drained.iter().enumerate() {
        single.round(*drained, best(round, &alone));
        batches.round(*drained, best(round, &[Work::Batches(1_000)]));
        let ours = systems.first().and_then(|(_, all)| all.get(&Work::Read)?.get(round));
        read.round(ours.map_or(f64::NAN, |round| round.rate), best(round, &[Work::Read]));
    }
    vec![single, batches, read]
}

impl Compared {
    /// Events a second of each system at each work; where each event was waited for, milliseconds at p50, p99 and p99.9.
    pub fn table(&self) -> String {
        let titles = WORKS.map(|work| format!(" {} |", work.title())).concat();
        let mut table = format!(
            "| events a second (ms p50 / p99 / p99.9) |{titles}\n|---|{}\n",
            "---|".repeat(WORKS.len())
        );
        for (name, all) in &self.systems {
            let cells = WORKS
                .map(|work| format!(" {} |", all.get(&work).map_or_else(String::new, |rounds| cell(rounds))));
            table += &format!("| {name} |{}\n", cells.concat());
        }
        table
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let works = |all: &HashMap<Work, Vec<Round>>| -> Value {
            WORKS.iter().filter_map(|work| Some((work.title(), json!(all.get(work)?)))).collect()
        };
        self.systems.iter().map(|(name, all)| (name.clone(), works(all))).collect()
    }
}

fn cell(rounds: &[Round]) -> String {
    let rate = median(&rounds.iter().map(|round| round.rate).collect::<Vec<_>>());
    let latency = |part: usize| {
        let values: Vec<f64> = rounds.iter().filter_map(|round| Some(round.latency?[part])).collect();
        format!("{:.1}", median(&values))
    };
    if rounds.iter().all(|round| round.latency.is_none()) {
        return format!("{rate:.0}");
    }
    format!("{rate:.0} ({} / {} / {})", latency(0), latency(1), latency(2))
}
