//! One service each, against servers that run elsewhere.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use sqlx::postgres::PgConnectOptions;
use tais_bus::Outbox;
use tais_log::PostgresLog;
use tais_proto::reference::Reference;
use tais_proto::{Pillar, Publisher};
use tais_web::health::health_router;
use tais_web::session::Accounts;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::migrate::Migration;
use crate::secrets::Secrets;
use crate::services::{Database, Tasks, Wiring};
use crate::settings::Settings;
use crate::{embedded, telemetry, up};

fn wiring(settings: &Settings) -> anyhow::Result<Wiring> {
    embedded::files::private_dir(settings.data())?;
    let database = match &settings.postgres {
        Some(url) => Database::Given(url.parse::<PgConnectOptions>().context("--postgres")?),
        // A correspondent has no database at all.
        None => Database::Given(PgConnectOptions::new_without_pgpass()),
    };
    Ok(Wiring {
        database,
        nats_url: settings.nats.clone().unwrap_or_default(),
        secrets: Secrets::open(settings.data())?,
        data: settings.data().to_owned(),
        state: settings.state()?,
        reference: Arc::new(Reference::load_embedded()?),
        policy: settings.policy()?,
        witness_limit: Duration::from_secs(u64::from(settings.witness_limit()) * 60),
        shutdown: CancellationToken::new(),
    })
}

fn need<'a>(value: Option<&'a String>, flag: &str) -> anyhow::Result<&'a String> {
    value.with_context(|| format!("{flag} is needed: a service alone runs against servers of your own"))
}

/// Makes schemas, roles, streams and the genesis.
///
/// # Errors
/// When the database or the bus refuses.
#[expect(clippy::print_stdout, reason = "what auditors and the witness pin")]
pub async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    embedded::files::private_dir(settings.data())?;
    let accounts = Accounts::open(settings.data(), settings.https).await?;
    let genesis = crate::migrate::migrate(&Migration {
        operator_url: need(settings.postgres.as_ref(), "--postgres")?,
        nats_url: need(settings.nats.as_ref(), "--nats")?,
        secrets: &Secrets::open(settings.data())?,
        accounts: &accounts,
        state: &settings.state()?,
        origin: &settings.origin(),
        sample: false,
    })
    .await?;
    println!("Genesis leaf hash, for auditors to keep: {genesis}");
    Ok(())
}

/// Runs tasks until a signal, or until one stops by itself.
async fn until_stopped(wiring: &Wiring, mut tasks: Tasks) -> anyhow::Result<()> {
    let result = tokio::select! {
        () = up::signal() => Ok(()),
        ended = tasks.join_next() => up::first_end(ended),
    };
    wiring.shutdown.cancel();
    up::finish(tasks).await;
    result
}

async fn pages(
    settings: &Settings,
    wiring: &Wiring,
    faces: Router,
    outbox: Option<Outbox>,
    registry: Option<PostgresLog>,
    tasks: &mut Tasks,
) -> anyhow::Result<()> {
    let provider = settings.provider()?;
    let accounts = Accounts::open(settings.data(), settings.https).await?;
    let shell = wiring.shell(&accounts, false, (settings.https, provider), outbox, registry, tasks);
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port()))).await?;
    let metrics = telemetry::metrics()?;
    let health = health_router(|| async { Vec::new() }, move || metrics.render());
    tracing::info!(address = %listener.local_addr()?, "pages");
    up::serve_pages(shell.wrap(faces).merge(health), listener, wiring.shutdown.clone(), tasks);
    Ok(())
}

/// Runs a recorder.
///
/// # Errors
/// When it cannot start, or stops by itself.
pub async fn recorder(settings: &Settings) -> anyhow::Result<()> {
    need(settings.postgres.as_ref(), "--postgres")?;
    need(settings.nats.as_ref(), "--nats")?;
    let (wiring, mut tasks) = (wiring(settings)?, Tasks::new());
    wiring.recorder(&mut tasks).await?;
    until_stopped(&wiring, tasks).await
}

/// Runs a projector.
///
/// # Errors
/// When it cannot start, or stops by itself.
pub async fn projector(settings: &Settings, rebuild: bool) -> anyhow::Result<()> {
    need(settings.postgres.as_ref(), "--postgres")?;
    let (wiring, mut tasks) = (wiring(settings)?, Tasks::new());
    wiring.projector(&mut tasks, rebuild).await?;
    until_stopped(&wiring, tasks).await
}

/// Runs the office's pages.
///
/// # Errors
/// When it cannot start, or stops by itself.
pub async fn office(settings: &Settings) -> anyhow::Result<()> {
    need(settings.postgres.as_ref(), "--postgres")?;
    need(settings.nats.as_ref(), "--nats")?;
    let (wiring, mut tasks) = (wiring(settings)?, Tasks::new());
    let outbox = wiring.outbox(Publisher::Office, &mut tasks).await?;
    let (faces, log) = wiring.office(outbox.clone(), &mut tasks).await?;
    pages(settings, &wiring, faces, Some(outbox), Some(log), &mut tasks).await?;
    until_stopped(&wiring, tasks).await
}

/// Runs the auditor's pages.
///
/// # Errors
/// When it cannot start, or stops by itself.
pub async fn audit(settings: &Settings) -> anyhow::Result<()> {
    need(settings.postgres.as_ref(), "--postgres")?;
    need(settings.nats.as_ref(), "--nats")?;
    let (wiring, mut tasks) = (wiring(settings)?, Tasks::new());
    let outbox = wiring.outbox(Publisher::Audit, &mut tasks).await?;
    let (faces, log) = wiring.audit(outbox.clone()).await?;
    pages(settings, &wiring, faces, Some(outbox), Some(log), &mut tasks).await?;
    until_stopped(&wiring, tasks).await
}

/// Runs the correspondent of one pillar.
///
/// # Errors
/// When it cannot start, or stops by itself. The bus may be away.
pub async fn correspondent(settings: &Settings, pillar: Pillar) -> anyhow::Result<()> {
    need(settings.nats.as_ref(), "--nats")?;
    let (wiring, mut tasks) = (wiring(settings)?, Tasks::new());
    let correspondent = wiring.correspondent(pillar, &mut tasks).await?;
    let outbox = correspondent.intake().outbox().clone();
    pages(settings, &wiring, correspondent.router(), Some(outbox), None, &mut tasks).await?;
    until_stopped(&wiring, tasks).await
}
