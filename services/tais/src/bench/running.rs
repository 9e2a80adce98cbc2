//! A recorder with all its duties, and correspondents who wait for its receipts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tais_bus::{Delivery, NatsPublisher, Notice, PublisherBus as _, submit_all};
use tais_proto::{EventId, Publisher};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::world::{Ready, World};

/// The most events that are sent at once, and batches of them: an outbox's own figures.
const BATCH_MAX: usize = 256;
const BATCHES_MAX: usize = 2;

/// The receipts that are waited for.
#[derive(Clone, Default)]
pub struct Waiting(Arc<Mutex<HashMap<EventId, oneshot::Sender<Instant>>>>);

impl Waiting {
    fn of(&self, event: EventId) -> oneshot::Receiver<Instant> {
        let (told, heard) = oneshot::channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(event, told);
        heard
    }

    fn tell(&self, notice: Notice) -> anyhow::Result<()> {
        let Notice::Recorded { event_id, .. } = notice else { anyhow::bail!("not recorded: {notice:?}") };
        let waits = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&event_id);
        // Who no longer waits is not told.
        if let Some(told) = waits {
            told.send(Instant::now()).unwrap_or_default();
        }
        Ok(())
    }

    /// Hears what comes back to a publisher, for ever.
    async fn hear(self, bus: NatsPublisher) -> anyhow::Result<()> {
        loop {
            match bus.next_delivery().await? {
                Delivery::Notices(notices) => notices.into_iter().try_for_each(|notice| self.tell(notice))?,
                Delivery::Recorded(_, token) => bus.acknowledge(token).await?,
                Delivery::Reconnected => {}
            }
        }
    }
}

/// A recorder with all its duties, and who waits for its receipts.
pub struct Running {
    said: mpsc::UnboundedSender<Ready>,
    waiting: Waiting,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Running {
    pub async fn start(world: &World) -> anyhow::Result<Self> {
        let (config, recorder) = world.recording().await?;
        let (log, stop) = (world.log.clone(), CancellationToken::new());
        let shutdown = stop.clone();
        let mut tasks = JoinSet::new();
        let (bus, waiting) = (world.bus(Publisher::Aec).await?, Waiting::default());
        let (said, to_send) = mpsc::unbounded_channel();
        let hearing = waiting.clone().hear(bus.clone());
        let stopped = stop.clone();
        tasks.spawn(async move {
            let ended = tokio::select! {
                recorded = tais_recorder::run(config, log, recorder, shutdown) => recorded.map_err(Into::into),
                heard = hearing => heard,
                sent = send(bus, to_send) => sent,
            };
            if let Err(error) = ended {
                tracing::error!(%error, "nothing is recorded any more");
            }
            stopped.cancel();
        });
        Ok(Self { said, waiting, stop, tasks })
    }

    pub async fn stop(mut self) {
        self.stop.cancel();
        self.tasks.shutdown().await;
    }

    /// From when it is said to the receipt.
    pub async fn say(&self, ready: &Ready) -> anyhow::Result<Duration> {
        let receipt = self.waiting.of(ready.id);
        let start = Instant::now();
        self.said.send(ready.clone())?;
        tokio::select! {
            receipt = receipt => Ok(receipt?.saturating_duration_since(start)),
            () = self.stop.cancelled() => anyhow::bail!("the recorder, or who hears its receipts, has stopped"),
        }
    }
}

/// Sends as an outbox does: what waits goes at once, and together where it is more than one.
async fn send(bus: NatsPublisher, mut said: mpsc::UnboundedReceiver<Ready>) -> anyhow::Result<()> {
    let mut on_their_way = FuturesUnordered::new();
    let mut waiting = Vec::new();
    loop {
        if !waiting.is_empty() && on_their_way.len() < BATCHES_MAX {
            on_their_way.push(send_all(&bus, std::mem::take(&mut waiting)));
        }
        let room = BATCH_MAX - waiting.len();
        tokio::select! {
            Some(sent) = on_their_way.next() => sent?,
            count = said.recv_many(&mut waiting, room), if room > 0 => if count == 0 { return Ok(()) },
        }
    }
}

async fn send_all(bus: &NatsPublisher, all: Vec<Ready>) -> anyhow::Result<()> {
    let all: Vec<_> = all.iter().map(|ready| (ready.stream, &ready.signed)).collect();
    let sent = submit_all(bus, &all).await;
    anyhow::ensure!(sent.into_iter().all(|sent| sent), "the broker did not take what was said");
    Ok(())
}
