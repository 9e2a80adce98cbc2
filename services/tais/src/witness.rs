//! `tais witness`, and on the other side asking witnesses to cosign what the recorder signed.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tais_audit::witness::{Witness, router};
use tais_log::checkpoint::{AddCheckpoint, KeyType, NoteKey, Policy, SignedCheckpoint};
use tais_log::proof::ConsistencyProof;
use tais_log::{Log as _, LogError, PostgresLog, system_clock};
use tais_proto::{Position, Timestamp};
use tais_web::unwitnessed::Unwitnessed;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::embedded::files::private_dir;
use crate::secrets::Secrets;
use crate::settings::Settings;
use crate::up;

/// How often it is looked whether there is something to cosign.
const LOOK: Duration = Duration::from_secs(2);
/// How long a witness may take to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// The longest pause after a witness did not answer.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// Of how many cosigned checkpoints it is looked whether the policy believes them, the newest first.
const COSIGNED: i64 = 100;
/// The largest answer that is read.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// Runs a witness of these logs until a signal.
///
/// # Errors
/// When it cannot start.
#[expect(clippy::print_stdout, reason = "what goes into a policy")]
pub async fn run(settings: &Settings, name: &str, logs: &[String]) -> anyhow::Result<()> {
    let logs: Vec<NoteKey> =
        logs.iter().map(|key| key.parse().context("--log-key")).collect::<Result<_, _>>()?;
    if logs.is_empty() || logs.iter().any(|log| log.key_type() != KeyType::Log) {
        bail!("name the log's key with --log-key: `tais keys` prints it where the log is run");
    }
    let key = Secrets::open(settings.data())?.witness_key()?;
    let name = NoteKey::new(name, KeyType::Witness, key.public_key()).context("--name")?;
    let dir = settings.data().join("witness");
    private_dir(&dir)?;
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port()))).await?;
    println!("witness {} {name} http://{}", name.name(), listener.local_addr()?);
    let witness = Witness { logs, name, key, dir, clock: system_clock(), turn: Mutex::default() };
    let served = axum::serve(listener, router(Arc::new(witness))).with_graceful_shutdown(up::signal());
    Ok(served.await?)
}

/// Asks the policy's witnesses to cosign each checkpoint, until told to stop. Trouble is waited out: the log
/// goes on without them, and says so.
pub async fn ask_all(log: PostgresLog, policy: Policy, shutdown: CancellationToken) {
    let mut asking = JoinSet::new();
    for witness in policy.witnesses {
        if let Some(url) = witness.url {
            asking.spawn(ask(log.clone(), witness.key, url));
        }
    }
    // They end with the set.
    shutdown.cancelled().await;
}

/// Looks whether witnesses cosign in time, until told to stop, and tells the pages. While the log does not
/// answer, what was known holds on.
pub async fn watch(
    log: PostgresLog,
    policy: Policy,
    limit: Duration,
    unwitnessed: Unwitnessed,
    shutdown: CancellationToken,
) {
    loop {
        match since(&log, &policy, limit).await {
            Ok(since) => unwitnessed.set(since),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "whether witnesses cosign is not known; trying again");
            }
        }
        tokio::select! { () = shutdown.cancelled() => return, () = tokio::time::sleep(LOOK) => {} }
    }
}

/// When the first entry was recorded that no checkpoint covers which the policy believes, if that is longer ago
/// than the limit.
async fn since(log: &PostgresLog, policy: &Policy, limit: Duration) -> Result<Option<Timestamp>, LogError> {
    let cosigned = log.cosigned_checkpoints(COSIGNED).await?;
    let believed = cosigned.iter().find(|signed| policy.check(signed).is_ok());
    let covered = believed.map_or(0, |signed| signed.checkpoint().size);
    let first = log.read_one(Position(covered)).await?;
    let now = system_clock()();
    let is_late = |at: Timestamp| {
        let waited = now.unix_micros().saturating_sub(at.unix_micros());
        u64::try_from(waited).is_ok_and(|waited| Duration::from_micros(waited) > limit)
    };
    Ok(first.map(|entry| entry.recorded_at).filter(|at| is_late(*at)))
}

async fn ask(log: PostgresLog, witness: NoteKey, url: String) {
    let mut cosigned = 0;
    let mut pause = LOOK;
    loop {
        tokio::time::sleep(pause).await;
        match ask_once(&log, &witness, &url, &mut cosigned).await {
            Ok(()) => pause = LOOK,
            Err(error) => {
                pause = (pause * 2).min(PAUSE_MAX);
                tracing::warn!(
                    witness = witness.name(),
                    error = format!("{error:#}"),
                    "a witness did not cosign"
                );
            }
        }
    }
}

async fn ask_once(log: &PostgresLog, witness: &NoteKey, url: &str, cosigned: &mut u64) -> anyhow::Result<()> {
    let Some(checkpoint) = log.last_checkpoint().await? else { return Ok(()) };
    let size = checkpoint.checkpoint().size;
    if checkpoint.cosigned(witness)?.is_some() {
        *cosigned = size;
        return Ok(());
    }
    // What it cosigned last is what it says when it is asked wrongly: once is enough.
    for _ in 0..2 {
        let proof = match *cosigned {
            0 => Vec::new(),
            old if old > size => {
                bail!("it has cosigned {old} entries, this log has signed {size}: an older database?")
            }
            old => ConsistencyProof::of(log, old, size).await?.hashes,
        };
        let request = AddCheckpoint { old: *cosigned, proof, checkpoint: checkpoint.clone() };
        match post(url.to_owned(), request).await? {
            Answer::Cosigned(lines) => {
                *cosigned = size;
                return keep(log, &checkpoint, witness, &lines).await;
            }
            Answer::OtherSize(known) => *cosigned = known,
        }
    }
    bail!("it names another size each time")
}

enum Answer {
    Cosigned(String),
    OtherSize(u64),
}

async fn post(url: String, request: AddCheckpoint) -> anyhow::Result<Answer> {
    let asked = tokio::task::spawn_blocking(move || {
        let config =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(ANSWER_WAIT));
        let agent: ureq::Agent = config.build().into();
        let address = format!("{}/add-checkpoint", url.trim_end_matches('/'));
        let mut answer = agent.post(address).send(&request.to_bytes()[..])?;
        let is_size = answer.headers().get("content-type").is_some_and(|kind| kind == "text/x.tlog.size");
        let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string()?;
        Ok::<_, ureq::Error>((answer.status().as_u16(), is_size, body))
    });
    match asked.await?? {
        (200, _, lines) => Ok(Answer::Cosigned(lines)),
        (409, true, size) => Ok(Answer::OtherSize(size.trim().parse().context("its size is no number")?)),
        (status, _, words) => bail!("it answered {status}: {}", words.trim()),
    }
}

async fn keep(
    log: &PostgresLog,
    checkpoint: &SignedCheckpoint,
    witness: &NoteKey,
    lines: &str,
) -> anyhow::Result<()> {
    let cosigned = checkpoint.with_cosignatures(lines, std::slice::from_ref(witness))?;
    let Some(time) = cosigned.cosigned(witness)? else { bail!("it answered with no cosignature of its key") };
    Ok(log.keep_cosignature(&cosigned, witness, time).await?)
}
