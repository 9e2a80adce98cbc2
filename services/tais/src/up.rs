//! `tais up`: everything in one process, on private servers, stopped in order.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::Router;
use sqlx::postgres::PgConnectOptions;
use tais_log::{Log as _, PostgresLog};
use tais_proto::reference::Reference;
use tais_proto::{Pillar, Publisher};
use tais_web::health::{Readiness, health_router};
use tais_web::session::Accounts;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::embedded::{DataLock, EmbeddedNats, EmbeddedPostgres, ServerBinaries};
use crate::migrate::{Migration, migrate};
use crate::secrets::Secrets;
use crate::services::{Database, Tasks, Wiring};
use crate::settings::Settings;
use crate::{demo, telemetry};

/// How long services may take to finish what they are at.
const STOP_WAIT: Duration = Duration::from_secs(10);
/// How long open connections may take to end.
const DRAIN_WAIT: Duration = Duration::from_secs(2);
/// How long the first figures may take.
const FIRST_PAGE_WAIT: Duration = Duration::from_secs(600);

/// What `tais up` was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Serve; fill an empty log with the demo year first.
    Demo,
    /// Serve what there is.
    Plain,
    /// Fill an empty log with the demo year, and stop.
    FillOnly,
}

struct Servers {
    postgres: Option<EmbeddedPostgres>,
    nats: Option<EmbeddedNats>,
    operator_url: String,
    nats_url: String,
}

/// Runs everything until a signal, or until something stops that must not.
///
/// # Errors
/// When something cannot start, or stops by itself.
pub async fn up(settings: &Settings, mode: Mode) -> anyhow::Result<()> {
    // What is set wrongly is told before anything starts.
    settings.provider()?;
    let lock = DataLock::take(settings.data())?;
    let data = lock.dir().to_owned();
    let secrets = Secrets::open(&data)?;
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port())))
        .await
        .with_context(|| {
            format!(
                "port {} cannot be had: is Tais running there already? Choose another with --port",
                settings.port()
            )
        })?;
    let servers = start_servers(settings, &data, &secrets).await?;
    let result = serve(settings, mode, &data, &secrets, &servers, listener).await;
    if let Some(nats) = servers.nats {
        nats.stop().await?;
    }
    if let Some(postgres) = servers.postgres {
        postgres.stop().await?;
    }
    result
}

async fn start_servers(
    settings: &Settings,
    data: &std::path::Path,
    secrets: &Secrets,
) -> anyhow::Result<Servers> {
    let fragment = tais_bus::permissions::config_fragment(&settings.state()?, &secrets.bus()?.public_keys()?);
    let binaries = match (&settings.postgres, &settings.nats) {
        (Some(_), Some(_)) => None,
        _ => Some(ServerBinaries::locate(settings.servers.as_deref())?),
    };
    let postgres = async {
        match (&settings.postgres, &binaries) {
            (None, Some(binaries)) => EmbeddedPostgres::start(binaries, data, None).await.map(Some),
            _ => Ok(None),
        }
    };
    let nats = async {
        match (&settings.nats, &binaries) {
            (None, Some(binaries)) => EmbeddedNats::start(binaries, data, None, &fragment).await.map(Some),
            _ => Ok(None),
        }
    };
    let (postgres, nats) = tokio::try_join!(postgres, nats)?;
    let operator_url = postgres.as_ref().map(|postgres| postgres.operator_url("postgres"));
    let nats_url = nats.as_ref().map(EmbeddedNats::url);
    Ok(Servers {
        operator_url: operator_url.or_else(|| settings.postgres.clone()).unwrap_or_default(),
        nats_url: nats_url.or_else(|| settings.nats.clone()).unwrap_or_default(),
        postgres,
        nats,
    })
}

async fn serve(
    settings: &Settings,
    mode: Mode,
    data: &std::path::Path,
    secrets: &Secrets,
    servers: &Servers,
    listener: TcpListener,
) -> anyhow::Result<()> {
    let accounts = Accounts::open(data, settings.https).await?;
    let genesis = migrate(&Migration {
        operator_url: &servers.operator_url,
        nats_url: &servers.nats_url,
        secrets,
        accounts: &accounts,
        state: &settings.state()?,
        origin: &settings.origin(),
        sample: mode != Mode::Plain,
    })
    .await?;
    let wiring = Wiring {
        database: Database::Ours(servers.operator_url.parse::<PgConnectOptions>()?),
        nats_url: servers.nats_url.clone(),
        secrets: secrets.clone(),
        data: data.to_owned(),
        state: settings.state()?,
        reference: Arc::new(Reference::load_embedded()?),
        policy: settings.policy()?,
        witness_limit: Duration::from_secs(u64::from(settings.witness_limit()) * 60),
        shutdown: CancellationToken::new(),
    };
    let mut tasks = Tasks::new();
    let result = run(settings, &wiring, mode, &accounts, &mut tasks, listener, &genesis.to_string()).await;
    wiring.shutdown.cancel();
    finish(tasks).await;
    result
}

/// Waits, for a while, until services have finished what they were at.
pub(crate) async fn finish(mut tasks: Tasks) {
    let finished =
        tokio::time::timeout(STOP_WAIT, async { while tasks.join_next().await.is_some() {} }).await;
    if finished.is_err() {
        tracing::warn!(
            "some services did not finish in time; what they were at is durable and goes on at the next start"
        );
    }
}

async fn run(
    settings: &Settings,
    wiring: &Wiring,
    mode: Mode,
    accounts: &Accounts,
    tasks: &mut Tasks,
    listener: TcpListener,
    genesis: &str,
) -> anyhow::Result<()> {
    wiring.recorder(tasks).await?;
    wiring.projector(tasks, false).await?;
    let office_outbox = wiring.outbox(Publisher::Office, tasks).await?;
    let (office, log) = wiring.office(office_outbox.clone(), tasks).await?;
    let audit_outbox = wiring.outbox(Publisher::Audit, tasks).await?;
    let mut faces = office.merge(wiring.audit(audit_outbox).await?.0);
    let mut correspondents = Vec::new();
    for pillar in Pillar::ALL {
        let correspondent = wiring.correspondent(*pillar, tasks).await?;
        faces = faces.merge(correspondent.router());
        correspondents.push(correspondent);
    }
    let sample = is_sample(&log).await?;
    let (door, outbox) = ((settings.https, settings.provider()?), Some(office_outbox.clone()));
    let shell = wiring.shell(accounts, sample, door, outbox, Some(log.clone()), tasks);
    let address = listener.local_addr()?;
    let health = health(&log)?;
    serve_pages(shell.wrap(faces).merge(health), listener, wiring.shutdown.clone(), tasks);

    let stop = signal();
    tokio::pin!(stop);
    let prepare = async {
        if mode != Mode::Plain && demo::is_wanted(&log).await? {
            let vault = wiring.vault(&log)?;
            let people = accounts.people().await?;
            demo::fill(&correspondents, (&office_outbox, &vault), &people, &wiring.reference).await?;
        }
        wait_for_figures(&log).await
    };
    tokio::select! {
        result = prepare => result?,
        () = &mut stop => return Ok(()),
        ended = tasks.join_next() => return first_end(ended),
    }
    if mode == Mode::FillOnly {
        return Ok(());
    }
    announce(address, accounts, genesis, sample)?;
    tokio::select! {
        () = &mut stop => Ok(()),
        ended = tasks.join_next() => first_end(ended),
    }
}

/// A service that ends by itself ends everything: what it promised can no longer be kept.
pub(crate) fn first_end(
    ended: Option<Result<anyhow::Result<()>, tokio::task::JoinError>>,
) -> anyhow::Result<()> {
    match ended {
        Some(Ok(Ok(()))) | None => bail!("a service ended by itself"),
        Some(Ok(Err(error))) => Err(error),
        Some(Err(error)) => Err(error).context("a service broke down"),
    }
}

async fn is_sample(log: &PostgresLog) -> anyhow::Result<bool> {
    let genesis = log.read_one(tais_proto::Position(0)).await?.context("the log has no genesis")?;
    match genesis.envelope()?.event {
        tais_proto::Event::RegistryGenesis(genesis) => Ok(genesis.sample),
        _ => bail!("position 0 is not a genesis: this is not a log of Tais"),
    }
}

pub(crate) fn serve_pages(
    router: Router,
    listener: TcpListener,
    shutdown: CancellationToken,
    tasks: &mut Tasks,
) {
    tasks.spawn(async move {
        let stop = shutdown.clone();
        let serving =
            axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await });
        tokio::select! {
            result = serving.into_future() => result.context("serving the pages"),
            // Live pages never end by themselves.
            () = async { shutdown.cancelled().await; tokio::time::sleep(DRAIN_WAIT).await } => Ok(()),
        }
    });
}

fn health(log: &PostgresLog) -> anyhow::Result<Router> {
    let metrics = telemetry::metrics()?;
    let log = log.clone();
    let readiness = move || {
        let log = log.clone();
        async move { readiness(&log).await }
    };
    Ok(health_router(readiness, move || metrics.render()))
}

async fn readiness(log: &PostgresLog) -> Readiness {
    let shown = tais_office::at::position_shown(log.pool()).await;
    let head = log.head().await;
    let database = head.as_ref().map(|head| format!("{} entries", head.size)).map_err(ToString::to_string);
    let projections = match (&head, shown) {
        (Ok(head), Ok(Some(shown))) => {
            let lag = head.size.saturating_sub(shown.0 + 1);
            if lag <= LAG_MAX {
                Ok(format!("{lag} entries behind"))
            } else {
                Err(format!("{lag} entries behind"))
            }
        }
        (_, Ok(None)) => Err("being built".to_owned()),
        (_, Err(error)) => Err(error.to_string()),
        (Err(error), _) => Err(error.to_string()),
    };
    vec![("log".to_owned(), database), ("projections".to_owned(), projections)]
}

/// How many entries the projections may be behind and still count as ready.
const LAG_MAX: u64 = 1_000;

async fn wait_for_figures(log: &PostgresLog) -> anyhow::Result<()> {
    let ready = async {
        loop {
            let size = log.head().await?.size;
            if let Ok(Some(shown)) = tais_office::at::position_shown(log.pool()).await
                && shown.0 + 1 >= size
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(FIRST_PAGE_WAIT, ready).await.context("the projections did not catch up in time")?
}

/// Ctrl-C, or the signal of a supervisor.
pub(crate) async fn signal() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::warn!(%error, "only Ctrl-C stops this process");
            drop(tokio::signal::ctrl_c().await);
            return;
        }
    };
    tokio::select! { _ = tokio::signal::ctrl_c() => {}, _ = terminate.recv() => {} }
}

#[expect(clippy::print_stdout, reason = "what a person at the terminal waits for")]
fn announce(address: SocketAddr, accounts: &Accounts, genesis: &str, sample: bool) -> anyhow::Result<()> {
    println!("ready http://{address}");
    println!();
    println!("Sign in at http://{address}/sign-in as");
    for (name, password) in accounts.first_passwords()? {
        println!("  {name:<16} {password}");
    }
    println!();
    println!("Genesis leaf hash, for auditors to keep: {genesis}");
    if sample {
        println!("This record holds sample data, and every page says so.");
    }
    println!("Ctrl-C stops everything and keeps the data.");
    Ok(())
}
