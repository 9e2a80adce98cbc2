//! `tais bench`: what recording, reading and rebuilding cost on this machine, as ratios to what its PostgreSQL and its
//! nats-server do bare. Each measure and its reference alternate in one run, with every durability setting of the
//! product; only ratios are held against targets.

mod measure;
mod mix;
mod peers;
mod reading;
mod running;
mod world;
mod writing;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tais_log::{Log as _, system_clock};
use tais_proto::Publisher;

pub use measure::{Measure, Target, median};
use mix::Mix;
pub use world::Author;

use crate::embedded::ServerBinaries;
use crate::settings::Settings;
use peers::Peer;
use running::Running;
use world::World;
use writing::percentile;

/// What is asked of `tais bench`.
#[derive(Args, Debug)]
pub struct Asked {
    /// A few events only: whether it runs, and that no target is missed by more than half
    #[arg(long)]
    quick: bool,
    /// End with failure where a target is missed
    #[arg(long)]
    strict: bool,
    /// How many entries the long log has
    #[arg(long, default_value_t = 1_000_000, value_name = "COUNT")]
    entries: usize,
    /// Take these measures only
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Measure nothing but us beside another event store on the same PostgreSQL, which this command speaks for;
    /// see tests/peers/run
    #[arg(long, value_name = "NAME=COMMAND")]
    peer: Vec<Peer>,
    /// The same of one with a store of its own: shown beside, not a target
    #[arg(long, value_name = "NAME=COMMAND", requires = "peer")]
    beside: Vec<Peer>,
    /// Write the figures as JSON
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

/// What is measured together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// SUBMIT drained into the log
    Drain,
    /// Correspondents who wait for their receipts
    Waiting,
    /// Updates at an even pace
    Paced,
    /// The memory of a recorder
    Memory,
    /// Reading, rebuilding and appending to a long log
    Long,
    /// The memory of a rebuild of the long log
    Rebuild,
}

/// How much is measured.
#[derive(Clone, Copy)]
struct Load {
    rounds: usize,
    /// Events of a round.
    events: usize,
    /// Events that are said one by one or at a pace.
    alone: usize,
    /// Entries of the shorter and of the longer log.
    entries: (usize, usize),
}

impl Load {
    const fn of(asked: &Asked) -> Self {
        if asked.quick {
            Self { rounds: 2, events: 1_024, alone: 100, entries: (2_000, 4_000) }
        } else {
            Self { rounds: 5, events: 10_000, alone: 1_000, entries: (100_000, asked.entries) }
        }
    }
}

/// Measures, prints the table, and writes the figures where that is asked.
///
/// # Errors
/// When a server does not start, or what is measured fails.
#[expect(clippy::print_stdout, reason = "the answer that was asked for")]
pub async fn run(settings: &Settings, asked: &Asked) -> anyhow::Result<ExitCode> {
    let load = Load::of(asked);
    let binaries = ServerBinaries::locate(settings.servers.as_deref())?;
    let world = World::start(&binaries).await?;
    let progress =
        ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {msg} {elapsed}")?);
    progress.enable_steady_tick(std::time::Duration::from_millis(200));
    let (measures, compared) = if asked.peer.is_empty() {
        (alone(&world, load, &asked.only, &progress).await?, None)
    } else {
        let say = |what| progress.set_message(what);
        let compared = peers::compare(&world, load, &asked.peer, &asked.beside, say).await?;
        (compared.measures.clone(), Some(compared))
    };
    progress.finish_and_clear();

    let version: String = sqlx::query_scalar("show server_version").fetch_one(&world.operator).await?;
    let cores = std::thread::available_parallelism()?;
    let at = system_clock()();
    println!(
        "PostgreSQL {version}, {cores} cores, {} rounds of {} events, a log of {} entries, {at}",
        load.rounds, load.events, load.entries.1
    );
    println!("| measure | ours | reference | ratio | target | |\n|---|---|---|---|---|---|");
    measures.iter().for_each(|measure| println!("{}", measure.line()));
    if let Some(compared) = &compared {
        println!("\n{}", compared.table());
    }
    if let Some(path) = &asked.save {
        let measures = measures.iter().map(Measure::json).collect::<Result<Vec<_>, _>>()?;
        let mut text = json!({ "at": at, "postgres": version, "cores": cores, "entries": load.entries.1, "measures": measures });
        if let Some(compared) = &compared {
            text["peers"] = compared.json();
        }
        let written = std::fs::write(path, serde_json::to_string_pretty(&text)? + "\n");
        written.with_context(|| format!("writing {}", path.display()))?;
    }
    world.stop().await?;
    if cfg!(debug_assertions) {
        println!("This build is not optimised: what it misses says nothing.");
        return Ok(ExitCode::SUCCESS);
    }
    let leniency = if asked.quick { 2.0 } else { 1.0 };
    let fails = (asked.strict || asked.quick) && !measures.iter().all(|measure| measure.met(leniency));
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What we are held against by ourselves.
async fn alone(
    world: &World,
    load: Load,
    only: &[Part],
    progress: &ProgressBar,
) -> anyhow::Result<Vec<Measure>> {
    let mut author = world.author(Publisher::Aec)?;
    let mut measures = Vec::new();
    for part in Part::value_variants() {
        if !only.is_empty() && !only.contains(part) {
            continue;
        }
        progress.set_message(format!("{part:?}"));
        match part {
            Part::Drain => measures.push(drain(world, &mut author, load).await?),
            Part::Waiting => measures.push(waiting(world, &mut author, load).await?),
            Part::Paced => measures.extend(paced(world, &mut author, load).await?),
            Part::Memory => measures.push(recorder_memory(world, &mut author, load).await?),
            Part::Long => measures.extend(long(world, &mut author, load).await?),
            Part::Rebuild => measures.push(rebuild_memory(world, &mut author, load).await?),
        }
    }
    Ok(measures)
}

async fn drain(world: &World, author: &mut Author, load: Load) -> anyhow::Result<Measure> {
    let mut measure = Measure::new(
        "SUBMIT drained into the log, against COPY, SHA-256 and batch Ed25519 one after another",
        "events/s",
        Target::AtLeast(1.0),
    );
    let bus = world.bus(Publisher::Aec).await?;
    for _ in 0..load.rounds {
        writing::publish(&bus, &author.reports(load.events)?, writing::PUBLISHING).await?;
        let ours = writing::drain(world, load.events).await?;
        measure.round(ours, writing::bare(world, load.events, author.public_key()).await?);
    }
    Ok(measure)
}

async fn waiting(world: &World, author: &mut Author, load: Load) -> anyhow::Result<Measure> {
    let mut measure = Measure::new(
        "64 correspondents, each waiting for its receipt, against 64 who only publish",
        "events/s",
        Target::AtLeast(0.5),
    );
    let bus = world.bus(Publisher::Aec).await?;
    for _ in 0..load.rounds {
        let bare = writing::publish(&bus, &author.reports(load.events)?, writing::WAITING).await?;
        writing::drain(world, load.events).await?;
        let running = Running::start(world).await?;
        writing::waiting(&running, &author.reports(load.alone)?).await?;
        let ours = writing::waiting(&running, &author.reports(load.events)?).await?;
        running.stop().await;
        measure.round(ours, bare);
    }
    Ok(measure)
}

async fn paced(world: &World, author: &mut Author, load: Load) -> anyhow::Result<Vec<Measure>> {
    let name = |percent: &str| {
        format!(
            "an update from publish to receipt at 500 a second, {percent}, against a publish, a commit and a delivery"
        )
    };
    let mut p50 = Measure::new(name("p50"), "ms", Target::AtMost(1.5));
    let mut p99 = Measure::new(name("p99"), "ms", Target::AtMost(2.0));
    let mut beside = Measure::new(
        "bare publishes beside bare commits at 500 a second, p99 of both from when each was due, against each alone",
        "ms",
        Target::None,
    );
    let mut fast = Measure::new(
        "an update from publish to receipt at 5,000 a second, p99, against 10 ms",
        "ms",
        Target::AtMost(1.0),
    );
    for _ in 0..load.rounds {
        let alone = writing::alone(world, author, load.alone).await?;
        writing::drain(world, load.alone).await?;
        let sum = |percent| alone.iter().map(|times| percentile(times, percent)).sum();
        let [published, committed] = writing::side_by_side(world, author, load.alone, 500).await?;
        writing::drain(world, load.alone).await?;
        let together = percentile(&published, 99) + percentile(&committed, 99);
        beside.round(together, percentile(&alone[0], 99) + percentile(&alone[1], 99));
        let running = Running::start(world).await?;
        writing::waiting(&running, &author.reports(load.alone)?).await?;
        let times = writing::paced(&running, &author.reports(load.alone)?, 500).await?;
        p50.round(percentile(&times, 50), sum(50));
        p99.round(percentile(&times, 99), sum(99));
        let times = writing::paced(&running, &author.reports(load.events)?, 5_000).await?;
        fast.round(percentile(&times, 99), 10.0);
        running.stop().await;
    }
    Ok(vec![p50, p99, beside, fast])
}

async fn recorder_memory(world: &World, author: &mut Author, load: Load) -> anyhow::Result<Measure> {
    let mut measure =
        Measure::new("the most memory of a recorder, against 128 MB", "MB", Target::AtMost(1.0));
    let bus = world.bus(Publisher::Aec).await?;
    writing::publish(&bus, &author.reports(load.events * 2)?, writing::PUBLISHING).await?;
    let end = world.log.head().await?.size + u64::try_from(load.events * 2)?;
    measure.round(reading::recorder_memory(world, end).await?, 128.0);
    Ok(measure)
}

async fn long(world: &World, author: &mut Author, load: Load) -> anyhow::Result<Vec<Measure>> {
    let mut office = world.author(Publisher::Office)?;
    let mut mix = Mix::new([author, &mut office])?;
    let (short, many) = load.entries;
    let appended = async |mix: &mut Mix<'_>, up_to: usize| {
        let there = usize::try_from(world.log.head().await?.size)?;
        world.fill(mix, up_to.saturating_sub(there)).await?;
        // What was filled in took more files than were there.
        world.go_round_the_wal().await?;
        let mut rates = Vec::new();
        for _ in 0..load.rounds {
            rates.push(writing::rate(load.events, world.fill(mix, load.events).await?));
        }
        Ok::<_, anyhow::Error>(rates)
    };
    let early = appended(&mut mix, short).await?;
    let mut rebuilt = Measure::new(
        "every projection built anew, against COPY TO of the same rows",
        "entries/s",
        Target::AtLeast(0.4),
    );
    for _ in 0..load.rounds {
        rebuilt.round(reading::rebuild(world).await?, reading::copy_out(world).await?);
    }
    let late = appended(&mut mix, many).await?;
    let name =
        format!("a log of {many} entries read from its start, against sqlx's fetch of the same columns");
    let mut read = Measure::new(name, "entries/s", Target::AtLeast(0.9));
    for _ in 0..load.rounds {
        read.round(reading::read_all(world).await?, reading::fetch_all(world).await?);
    }
    let name = format!("an append to {many} entries, against one to {short}");
    let mut append = Measure::new(name, "entries/s", Target::AtLeast(0.9));
    late.into_iter().zip(early).for_each(|(late, early)| append.round(late, early));
    let mut kept = Measure::new(
        "an event on disk, indexes and tiles included, against its envelope",
        "bytes",
        Target::AtMost(2.0),
    );
    let (ours, envelope) = reading::bytes(world).await?;
    kept.round(ours, envelope);
    Ok(vec![read, rebuilt, append, kept])
}

async fn rebuild_memory(world: &World, author: &mut Author, load: Load) -> anyhow::Result<Measure> {
    let (many, there) = (load.entries.1, usize::try_from(world.log.head().await?.size)?);
    if there < many {
        let mut office = world.author(Publisher::Office)?;
        world.fill(&mut Mix::new([author, &mut office])?, many - there).await?;
    }
    let name = format!("the most memory of a rebuild of {many} entries, against 256 MB");
    let mut memory = Measure::new(name, "MB", Target::AtMost(1.0));
    memory.round(reading::rebuild_memory(world).await?, 256.0);
    Ok(memory)
}
