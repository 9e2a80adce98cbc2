//! Connecting: for ever, with jitter, and without holding up a service's start.

use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event};
use rand::Rng as _;
use tokio::sync::broadcast;

use crate::BusError;
use crate::credentials::User;
use crate::subject;

/// How long an answer of the broker is waited for.
pub(crate) const ANSWER_WAIT: Duration = Duration::from_secs(5);
/// How long a service's start waits for the connection.
const CONNECT_WAIT: Duration = Duration::from_secs(1);
/// The longest pause between two attempts to connect.
const RECONNECT_MAX: Duration = Duration::from_secs(2);

/// A client that keeps connecting, and what tells that it is connected again.
pub(crate) async fn connect(
    url: &str,
    user: User,
    seed: &str,
) -> Result<(Client, broadcast::Receiver<()>), BusError> {
    let (connected, heard) = broadcast::channel(1);
    let client = ConnectOptions::with_nkey(seed.to_owned())
        .name(format!("tais {}", user.name()))
        .custom_inbox_prefix(subject::inbox(user.name()))
        .retry_on_initial_connect()
        .max_reconnects(None)
        .reconnect_delay_callback(pause)
        .ping_interval(Duration::from_secs(10))
        .request_timeout(Some(ANSWER_WAIT))
        .event_callback(move |event| {
            let connected = connected.clone();
            async move { tell(&event, &connected) }
        })
        .connect(url)
        .await
        .map_err(|error| BusError::Unreachable(error.to_string()))?;
    // A bus that is there is usually connected in a moment; one that is away holds nobody up.
    if tokio::time::timeout(CONNECT_WAIT, client.flush()).await.is_err() {
        tracing::warn!("the message bus is away; connecting goes on in the background");
    }
    Ok((client, heard))
}

/// Refuses at once while the bus is away: the client would keep what it is given and send it all,
/// every attempt of it, when the connection is back.
pub(crate) fn reachable(client: &Client) -> Result<(), BusError> {
    match client.connection_state() {
        State::Connected => Ok(()),
        State::Pending | State::Disconnected => {
            Err(BusError::Unreachable("there is no connection".to_owned()))
        }
    }
}

fn pause(attempts: usize) -> Duration {
    let attempts = u32::try_from(attempts.min(10)).unwrap_or(10);
    let longest = Duration::from_millis(50).saturating_mul(1 << attempts).min(RECONNECT_MAX);
    longest.mul_f64(rand::thread_rng().gen_range(0.5..1.0))
}

fn tell(event: &Event, connected: &broadcast::Sender<()>) {
    match event {
        Event::Connected => {
            tracing::info!("connected to the message bus");
            // Nobody may be listening yet; then nobody has missed anything.
            drop(connected.send(()));
        }
        Event::Disconnected => tracing::warn!("the message bus is away; what is said waits in the outbox"),
        event => tracing::debug!(%event, "message bus"),
    }
}
