//! `tais replay`: every projection folded again from the log alone, beside the live digests.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tais_log::{Log, PostgresLog, system_clock};
use tais_projector::{DigestsOnly, Lines, ReplayedDigest, ScratchSchema, live_digests, replay};
use tais_proto::Position;
use tais_proto::reference::Reference;
use tais_proto::when::{end_of_dili_day, parse_iso_date};

use crate::embedded::{EmbeddedPostgres, ServerBinaries};
use crate::migrate::DATABASE;
use crate::secrets::Secrets;
use crate::settings::Settings;

/// Replays up to a position, a day in Dili or the end, keeps the rows where that is asked, and compares.
///
/// # Errors
/// When the log does not fold, the rows cannot be kept, or a digest differs.
#[expect(clippy::print_stdout, reason = "the answer that was asked for")]
pub async fn run(settings: &Settings, to: Option<&str>, into: Option<&str>) -> anyhow::Result<()> {
    let into = into.map(Into::parse).transpose()?;
    let (log, embedded) = connect(settings).await?;
    let position = position(&log, to).await?;
    let replayed = fold(settings, &log, position, into.as_ref()).await?;
    let live = live_digests(log.pool(), position).await?;
    let mut equal = true;
    println!("Replayed entries 0 to {position} from the log alone.");
    for (replayed, live) in replayed.iter().zip(&live) {
        let same = replayed == live;
        equal &= same;
        println!("{} v{}", replayed.name, replayed.version);
        println!("  from the log  {}", replayed.digest);
        println!("  live          {}  {}", live.digest, if same { "equal" } else { "DIFFERENT" });
    }
    match into {
        Some(Into::Schema(name)) => println!("The rows are in the schema {name}, a table each projection."),
        Some(Into::File(path)) => println!("The rows are in {}, a line each.", path.display()),
        None => {}
    }
    log.pool().close().await;
    if let Some(postgres) = embedded {
        postgres.stop().await?;
    }
    if equal { Ok(()) } else { bail!("the live rows are not what the log says: rebuild the projection") }
}

/// Where the rows are kept.
enum Into {
    Schema(String),
    File(PathBuf),
}

impl Into {
    fn parse(text: &str) -> anyhow::Result<Self> {
        if text.contains(['.', '/']) {
            return Ok(Self::File(text.into()));
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
        if begins && text.len() <= 60 && text.chars().all(plain) {
            return Ok(Self::Schema(text.to_owned()));
        }
        bail!("--into takes a new schema's name such as as_of_march, or a file's such as march.ndjson")
    }
}

async fn fold(
    settings: &Settings,
    log: &PostgresLog,
    position: Position,
    into: Option<&Into>,
) -> anyhow::Result<Vec<ReplayedDigest>> {
    let bar = ProgressBar::new(position.0 + 1)
        .with_style(ProgressStyle::with_template("replaying {wide_bar} {pos}/{len} entries, {eta} left")?);
    let reference = Reference::load_embedded()?;
    let progress = |done| bar.set_position(done);
    let replayed = match into {
        None => replay(log, position, &reference, &mut DigestsOnly, progress).await?,
        Some(Into::File(path)) => {
            let failed = || format!("writing {}: it must not be there yet", path.display());
            let file = File::create_new(path).with_context(failed)?;
            let mut lines = Lines(BufWriter::new(file));
            let replayed = replay(log, position, &reference, &mut lines, progress).await?;
            lines.0.flush().with_context(failed)?;
            replayed
        }
        Some(Into::Schema(name)) => {
            // An auditor may not write; who builds projections may make a schema of its own.
            let pool = as_projector(settings, log).await?;
            let mut schema = ScratchSchema::create(pool.clone(), name).await.with_context(|| {
                format!("making the schema {name}: it must not be there yet, and the role must be allowed to make one")
            })?;
            let replayed = replay(log, position, &reference, &mut schema, progress).await?;
            pool.close().await;
            replayed
        }
    };
    bar.finish_and_clear();
    Ok(replayed)
}

/// The same database as who builds projections, or as the role that was given.
async fn as_projector(settings: &Settings, log: &PostgresLog) -> anyhow::Result<PgPool> {
    let options = (*log.pool().connect_options()).clone();
    let options = match settings.postgres {
        Some(_) => options,
        None => {
            let passwords = Secrets::open(settings.data())?.role_passwords()?;
            options.username("tais_projector").password(&passwords.projector)
        }
    };
    Ok(PgPoolOptions::new().max_connections(2).connect_with(options).await?)
}

/// The log, read as an auditor reads it; with the server that had to be started for it.
pub(crate) async fn connect(settings: &Settings) -> anyhow::Result<(PostgresLog, Option<EmbeddedPostgres>)> {
    let secrets = Secrets::open(settings.data())?;
    let (options, embedded) = match &settings.postgres {
        Some(url) => (url.parse::<PgConnectOptions>()?, None),
        None => {
            let ours = |url: &str| url.parse::<PgConnectOptions>();
            match running(settings) {
                Some(port) => (ours(&format!("postgres://127.0.0.1:{port}"))?, None),
                None => {
                    let binaries = ServerBinaries::locate(settings.servers.as_deref())?;
                    let postgres = EmbeddedPostgres::start(&binaries, settings.data(), None).await?;
                    (ours(&postgres.operator_url(DATABASE))?, Some(postgres))
                }
            }
        }
    };
    let options = match settings.postgres {
        Some(_) => options,
        None => options.username("tais_audit").password(&secrets.role_passwords()?.audit).database(DATABASE),
    };
    let pool = PgPoolOptions::new().max_connections(4).connect_with(options).await;
    let pool = pool.context("connecting to the log as an auditor")?;
    Ok((PostgresLog::new(pool, system_clock()), embedded))
}

/// The port of the embedded server, where `tais up` runs on this data directory.
fn running(settings: &Settings) -> Option<u16> {
    if !crate::embedded::DataLock::is_held(settings.data()) {
        return None;
    }
    let text = std::fs::read_to_string(settings.data().join("ports.json")).ok()?;
    let ports: serde_json::Value = serde_json::from_str(&text).ok()?;
    ports.get("postgres")?.as_u64().and_then(|port| u16::try_from(port).ok())
}

async fn position(log: &PostgresLog, to: Option<&str>) -> anyhow::Result<Position> {
    let size = log.head().await?.size;
    let last = Position(size.checked_sub(1).context("the log is empty: there is nothing to replay")?);
    let Some(to) = to else { return Ok(last) };
    if let Ok(position) = to.parse::<u64>() {
        return if position <= last.0 {
            Ok(Position(position))
        } else {
            bail!("the log has no position {position} yet; its last is {last}")
        };
    }
    let day = parse_iso_date(to).context("--to takes a position or a day such as 2026-11-24")?;
    let position = log.last_position_before(end_of_dili_day(day)).await?;
    position.with_context(|| format!("nothing was recorded by the end of {to} in Dili"))
}
