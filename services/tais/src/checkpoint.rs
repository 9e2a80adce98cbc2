//! `tais checkpoint`: a signed checkpoint now, for who cannot wait for the next.

use std::time::Duration;

use anyhow::bail;
use tais_log::Log as _;
use tokio::time::Instant;

use crate::replay::connect;
use crate::settings::Settings;

/// How long a recorder may take.
const WAIT: Duration = Duration::from_secs(30);
/// How often it is asked: what nobody heard is lost.
const AGAIN: Duration = Duration::from_millis(500);

/// Asks the recorder to sign what the log is now; gives the note, with the cosignatures it has by then.
///
/// # Errors
/// When the database does not answer, or no recorder does.
pub async fn ask(settings: &Settings) -> anyhow::Result<String> {
    let (log, embedded) = connect(settings).await?;
    if let Some(postgres) = embedded {
        log.pool().close().await;
        postgres.stop().await?;
        bail!(
            "no recorder runs here: start `tais up`, or name the database of the one that runs with --postgres"
        );
    }
    let wanted = log.head().await?.size;
    let patience = Instant::now() + WAIT;
    loop {
        if let Some(signed) = log.last_checkpoint().await?
            && signed.checkpoint().size >= wanted
        {
            log.pool().close().await;
            return Ok(String::from_utf8(signed.note().to_vec())?);
        }
        if Instant::now() > patience {
            bail!("no recorder signed within {} seconds: is one running?", WAIT.as_secs());
        }
        log.ask_for_checkpoint().await?;
        tokio::time::sleep(AGAIN).await;
    }
}
