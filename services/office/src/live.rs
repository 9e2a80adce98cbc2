//! `/live`: server-sent events that say how far the projections are. A page decides what to do.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::WatchStream;
use tokio_util::sync::CancellationToken;

use crate::at::position_shown;

/// How long the watcher waits for a wake-up before it looks by itself.
const POLL: Duration = Duration::from_secs(1);
/// How often a silent connection shows that it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How far the projections are. One watcher serves every reader; a slow reader only skips positions.
#[derive(Clone, Debug)]
pub struct Live(watch::Receiver<Option<u64>>);

impl Live {
    /// Starts watching, until told to stop.
    #[must_use]
    pub fn start(pool: PgPool, shutdown: CancellationToken) -> Self {
        let (sender, receiver) = watch::channel(None);
        tokio::spawn(async move {
            tokio::select! { () = shutdown.cancelled() => {}, () = watch(&pool, &sender) => {} }
        });
        Self(receiver)
    }

    /// The stream of one reader.
    pub fn events(&self) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
        let positions = WatchStream::new(self.0.clone()).filter_map(|position| position);
        let events = positions
            .map(|position| Ok(Event::default().id(position.to_string()).data(position.to_string())));
        Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
    }
}

async fn watch(pool: &PgPool, sender: &watch::Sender<Option<u64>>) {
    let mut listener = None;
    loop {
        match position_shown(pool).await {
            Ok(position) => {
                let position = position.map(|position| position.0);
                sender.send_if_modified(|shown| {
                    let moved = *shown != position;
                    *shown = position;
                    moved
                });
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "the projections do not answer")
            }
        }
        // A wake-up is a hint: without one the watcher looks each second.
        if listener.is_none() {
            listener = listen(pool).await.ok();
        }
        let wait = async {
            match &mut listener {
                Some(listener) => listener.recv().await.is_ok(),
                None => std::future::pending().await,
            }
        };
        if tokio::time::timeout(POLL, wait).await == Ok(false) {
            listener = None;
        }
    }
}

async fn listen(pool: &PgPool) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen("tais_projection").await?;
    Ok(listener)
}
