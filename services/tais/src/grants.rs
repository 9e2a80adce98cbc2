//! Follows the registry in the log, so that pages go by the roles that the record grants, and a role
//! that was taken back ends its sessions.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::Context as _;
use tais_domain::Registry;
use tais_log::{Log as _, PostgresLog};
use tais_proto::Position;
use tais_web::access::{Grant, Grants};
use tais_web::session::Sessions;
use tokio_util::sync::CancellationToken;

/// How often the registry is looked at: a revocation reaches an open page within this and the two
/// seconds in which the page asks.
const LOOK: Duration = Duration::from_secs(2);

/// Follows it until told to stop. While the log does not answer, what was known holds on.
///
/// # Errors
/// When the registry does not fold: then nobody knows who may do what.
pub async fn follow(
    log: PostgresLog,
    grants: Grants,
    sessions: Sessions,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    loop {
        match registry(&log).await {
            Ok(registry) => {
                for account in grants.replace(registry) {
                    let ended = sessions.end_all(account).await.context("ending sessions")?;
                    tracing::info!(%account, ended, "a role was taken back; its sessions ended");
                }
            }
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "the registry was not read; trying again")
            }
        }
        tokio::select! { () = shutdown.cancelled() => return Ok(()), () = tokio::time::sleep(LOOK) => {} }
    }
}

/// Every grant that holds now.
async fn registry(log: &PostgresLog) -> anyhow::Result<HashSet<Grant>> {
    let genesis = log.read_one(Position(0)).await?.context("the log has no genesis")?;
    let mut registry = Registry::default();
    for entry in log.read_stream(genesis.stream.id).await? {
        registry.apply(entry.position, &entry.envelope()?)?;
    }
    Ok(registry.grants().map(|(account, grant)| (account, grant.role, grant.pillar)).collect())
}
