//! The intake, as ratios: from "saved" to the receipt, and a spreadsheet of ten thousand rows.
//!
//! `TAIS_SERVERS=$(deploy/local servers) cargo bench -p tais-tests --bench intake -- [--quick] [--only receipts|import|partner|page] [--save FILE]`
//!
//! It starts the program beside it as a recorder: build that first, `cargo build --release -p tais --bins`.
//! The form page is visited where `TAIS_CHROMIUM` and `TAIS_CHROMEDRIVER` name a browser and its driver.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may end by panicking")]
#![expect(clippy::print_stdout, reason = "its table")]
#![expect(clippy::cast_precision_loss, reason = "counts and times")]

#[path = "../tests/chromium/mod.rs"]
mod chromium;
mod common;

use std::fmt::Write as _;
use std::io::Read as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Measure, World, percentile, report};
use tais_bus::{ItemState, PublisherBus as _};
use tais_correspondent::import::arriving::Arriving;
use tais_correspondent::import::mapping::Mapping;
use tais_correspondent::intake::Submission;
use tais_correspondent::report::Report;
use tais_log::{Log as _, system_clock};
use tais_proto::reference::Reference;
use tais_proto::{AccountId, EventId, Lang, Pillar, Publisher, Role, SigningKey};
use tais_tests::{Slow, System, state, typed};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// One update alone, from "saved" to its receipt.
async fn receipts(world: &World, rounds: usize) -> Vec<Duration> {
    let recorder = world.cluster.service("recorder").unwrap();
    let correspondent = world.cluster.correspondent(Pillar::Apsc).await.unwrap();
    let bus = world.cluster.publisher(Publisher::Apsc, &world.cluster.nats.url()).await.unwrap();
    let (running, shutdown) = (correspondent.clone(), CancellationToken::new());
    let stop = shutdown.clone();
    tokio::spawn(async move { running.run(bus, stop).await.unwrap() });
    let actor = world.cluster.account(Role::Correspondent, Some(Pillar::Apsc)).unwrap();
    let outbox = correspondent.intake().outbox();
    let mut times = Vec::new();
    // The first ones wait for the service to be up.
    for round in 0..rounds + 20 {
        let submission = Submission { id: EventId(Uuid::now_v7()), actor, time: system_clock()() };
        let details = typed("apsc", "Mediators’ training").unwrap();
        let start = Instant::now();
        let report = Report::new(details, None, false);
        let (_, items) = correspondent.intake().report(submission, report).await.unwrap();
        let items = outbox.settle(items, Duration::from_secs(60)).await.unwrap();
        assert!(items.iter().all(|item| matches!(item.state, ItemState::Recorded { .. })), "{items:?}");
        if round >= 20 {
            times.push(start.elapsed());
        }
    }
    shutdown.cancel();
    drop(recorder);
    times
}

/// What cannot be saved: one publish that the broker has on disk, and one commit.
async fn bare(world: &mut World, rounds: usize) -> Vec<Duration> {
    let bus = world.cluster.publisher(Publisher::Aec, &world.cluster.nats.url()).await.unwrap();
    let events = world.events(u32::try_from(rounds).unwrap());
    sqlx::raw_sql("create table if not exists bench.one (id bigint generated always as identity primary key, bytes bytea)")
            .execute(&world.operator)
            .await
            .unwrap();
    let mut times = Vec::new();
    for (stream, signed) in events {
        let start = Instant::now();
        bus.submit(stream, &signed, &Uuid::now_v7().to_string()).await.unwrap();
        sqlx::query("insert into bench.one (bytes) values ($1)")
            .bind(&signed.bytes[..])
            .execute(&world.operator)
            .await
            .unwrap();
        times.push(start.elapsed());
    }
    times
}

/// A file of so many trainings, each with a count of its own; every round has its own.
fn spreadsheet(round: usize, rows: u32) -> Vec<u8> {
    let mut text = String::from("ref,kind,title,start_date,participants_total,women,men\n");
    for row in 0..rows {
        let (women, men) = (row % 40 + 1, row % 23 + 1);
        writeln!(
            text,
            "B-{round}-{row},training,Women mediators: course {row},2026-0{}-{:02},{},{women},{men}",
            row % 9 + 1,
            row % 28 + 1,
            women + men
        )
        .unwrap();
    }
    text.into_bytes()
}

/// A spreadsheet: how long until its preview is there, and how many events a second until all of it is
/// recorded.
async fn import(world: &World, round: usize, rows: u32) -> (Duration, f64) {
    let recorder = world.cluster.service("recorder").unwrap();
    let correspondent = world.cluster.correspondent(Pillar::Ascc).await.unwrap();
    let bus = world.cluster.publisher(Publisher::Ascc, &world.cluster.nats.url()).await.unwrap();
    let (running, shutdown) = (correspondent.clone(), CancellationToken::new());
    let stop = shutdown.clone();
    tokio::spawn(async move { running.run(bus, stop).await.unwrap() });
    let actor = world.cluster.account(Role::Correspondent, Some(Pillar::Ascc)).unwrap();
    let imports = correspondent.imports();
    // What it missed since it ran last is read before.
    while correspondent.intake().outbox().seen_to().await.unwrap().0 < world.log.head().await.unwrap().size {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let start = Instant::now();
    let opened = imports
        .take(actor, "bench.csv", Arriving::whole(&spreadsheet(round, rows)).unwrap(), Lang::EN)
        .await
        .unwrap();
    let preview = imports.preview(&opened, actor).await.unwrap();
    let previewed = start.elapsed();
    assert_eq!(preview.takeable().count(), rows as usize, "{:?}", preview.lines.first());
    let chosen: Vec<(u64, u32)> = preview.takeable().map(|line| (line.line, 0)).collect();
    let before = world.log.head().await.unwrap().size;
    let start = Instant::now();
    imports.commit(opened.upload.id, actor, "", &chosen).await.unwrap();
    let events = u64::from(rows) * 3;
    while world.log.head().await.unwrap().size < before + events {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let rate = events as f64 / start.elapsed().as_secs_f64();
    shutdown.cancel();
    drop(recorder);
    (previewed, rate)
}

/// How long a correspondent's first visit to the form takes on a slow network, until its first field
/// can be typed into.
fn form_page(rounds: usize) -> Vec<f64> {
    let mut times = Vec::new();
    chromium::run(async |browser| {
        let system = tokio::task::spawn_blocking(|| System::start(true).unwrap()).await.unwrap();
        let port = system.base().rsplit_once(':').unwrap().1.parse().unwrap();
        let slow = Slow::third_generation().to(port).await.unwrap();
        let session = system.person("apsc").unwrap().cookies().to_owned();
        for _ in 0..rounds {
            let phone = browser.window(390, true).await;
            // Somewhere on the site without its files, so that the cookie can be set before the visit.
            phone.goto(&format!("http://127.0.0.1:{slow}/service-worker.js")).await.unwrap();
            for (name, value) in &session {
                let set = format!("document.cookie = '{name}={value}; path=/'");
                phone.execute(&set, Vec::new()).await.unwrap();
            }
            let start = Instant::now();
            phone.goto(&format!("http://127.0.0.1:{slow}/apsc/new")).await.unwrap();
            chromium::find(&phone, "#title").await.send_keys("a").await.unwrap();
            times.push(start.elapsed().as_secs_f64() * 1_000.0);
            phone.close().await.unwrap();
        }
    });
    times
}

/// An IATI file of so many bytes.
fn partner_file(bytes: usize) -> String {
    let activity = |n: usize| {
        let text = "Women mediators and local peace. ".repeat(15);
        let other = "<transaction><value currency=\"USD\">1</value></transaction>".repeat(80);
        format!(
            "<iati-activity xml:lang=\"en\"><iati-identifier>XX-{n}</iati-identifier><title><narrative>Course {n}\
             </narrative></title><description><narrative>{text}</narrative></description>{other}</iati-activity>\n"
        )
    };
    let mut file = String::from("<?xml version=\"1.0\"?>\n<iati-activities version=\"2.03\">\n");
    let mut n = 0;
    while file.len() < bytes {
        n += 1;
        file.push_str(&activity(n));
    }
    file + "</iati-activities>"
}

/// Reads and previews a file as it arrives, in this process, and prints the most memory that it had.
async fn read_partner_file(path: &str) {
    let dir = tempfile::tempdir().unwrap();
    let config = tais_correspondent::Config {
        pillar: Pillar::Apsc,
        state: state(),
        key: SigningKey::from_seed(&[1; 32]),
        reference: Arc::new(Reference::load_embedded().unwrap()),
        clock: system_clock(),
        documents: tais_web::documents::Documents::in_folder(&dir.path().join("documents")).unwrap(),
    };
    let correspondent = tais_correspondent::Correspondent::open(dir.path(), config).await.unwrap();
    let (imports, actor) = (correspondent.imports(), AccountId(Uuid::now_v7()));
    let mut file = imports.arriving();
    let mut reader = std::fs::File::open(path).unwrap();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let read = reader.read(&mut chunk).unwrap();
        if read == 0 {
            break;
        }
        file.add(&chunk[..read]).unwrap();
    }
    let mut opened = imports.take(actor, "partner.xml", file, Lang::EN).await.unwrap();
    let kind = Some(tais_proto::vocabulary::ActivityKind::Training);
    imports.map(&opened, actor, Mapping { kind, ..opened.upload.mapping.clone() }).await.unwrap();
    opened = imports.opened(opened.upload.id, actor).await.unwrap().unwrap();
    let preview = imports.preview(&opened, actor).await.unwrap();
    assert_eq!(preview.count("new"), opened.table.rows.len());
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("{}", peak.trim().trim_end_matches("kB").trim());
}

/// The most memory, in MB, of a process that reads and previews such a file.
fn partner_memory(bytes: usize) -> f64 {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), partner_file(bytes)).unwrap();
    let mut itself = std::process::Command::new(std::env::current_exe().unwrap());
    let output = itself.arg(PARTNER_FILE).arg(file.path()).output().unwrap();
    let kibibytes: f64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    kibibytes * 1.024 / 1_000.0
}

const PARTNER_FILE: &str = "--partner-file";

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let [_, flag, path] = &std::env::args().collect::<Vec<_>>()[..]
        && flag == PARTNER_FILE
    {
        return runtime.block_on(read_partner_file(path));
    }
    let wanted = Wanted::read();
    let mut pages = Vec::new();
    if wanted.has("page") && std::env::var_os("TAIS_CHROMEDRIVER").is_some() {
        let mut page = Measure::new("first visit to the form on slow 3G, against three seconds", "ms");
        page.ours = form_page(3);
        page.reference = vec![3_000.0; page.ours.len()];
        pages.push(page);
    }
    if wanted.has("partner") {
        let mut memory =
            Measure::new("an IATI file of 100 MB, read and previewed, against 150 MB of memory", "MB");
        memory.reference.push(150.0);
        memory.ours.push(partner_memory(if wanted.quick { 10_000_000 } else { 100_000_000 }));
        pages.push(memory);
    }
    runtime.block_on(measure(&wanted, pages));
}

/// What the command line asks for.
struct Wanted {
    quick: bool,
    only: Option<String>,
}

impl Wanted {
    fn read() -> Self {
        let arguments: Vec<String> = std::env::args().collect();
        let only = arguments.iter().position(|argument| argument == "--only");
        Self {
            quick: arguments.iter().any(|argument| argument == "--quick"),
            only: only.map(|at| arguments[at + 1].clone()),
        }
    }

    fn has(&self, part: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == part)
    }
}

async fn measure(wanted: &Wanted, pages: Vec<Measure>) {
    let (rounds, updates, rows) = if wanted.quick { (2, 50, 200) } else { (5, 200, 10_000) };
    let mut world = World::new().await;
    let mut all = Vec::new();
    if wanted.has("receipts") {
        let mut p50 =
            Measure::new("one update, saved to receipt, p50, against one publish and one commit", "ms");
        let mut p99 = Measure::new("the same, p99", "ms");
        for _ in 0..rounds {
            let (ours, bare) = (receipts(&world, updates).await, bare(&mut world, updates).await);
            p50.ours.push(percentile(&ours, 50));
            p50.reference.push(percentile(&bare, 50));
            p99.ours.push(percentile(&ours, 99));
            p99.reference.push(percentile(&bare, 99));
        }
        all.extend([p50, p99]);
    }
    if wanted.has("import") {
        let mut recorded =
            Measure::new("a spreadsheet, chosen to recorded, against the recorder's own batches", "events/s");
        let mut preview = Measure::new("its preview, against two seconds", "ms");
        for round in 0..rounds {
            let (previewed, rate) = import(&world, round, rows).await;
            recorded.ours.push(rate);
            recorded.reference.push(world.record(rows).await);
            preview.ours.push(previewed.as_secs_f64() * 1_000.0);
            preview.reference.push(2_000.0);
        }
        all.extend([preview, recorded]);
    }
    all.extend(pages);
    report(&world, &format!("{rounds} rounds of {updates} updates, {rows} rows"), &all).await;
}
