//! Taking in what comes back, and asking for what was missed.

use std::collections::HashMap;

use futures_util::FutureExt as _;
use tais_proto::{Event, EventId, Position, Signed, Timestamp, leaf_hash};
use tokio::task::coop::unconstrained;

use super::ending::Receipt;
use super::run::Run;
use super::told::News;
use super::{OutboxError, Read, Reader, Taken};
use crate::message::{AckToken, Delivery, Notice, RecordedEntry};
use crate::{BusError, PublisherBus};

/// The most that is taken in at once: receipts and entries together.
const BATCH_MAX: usize = 1_024;

/// Where the recorder says that an event stands.
#[derive(Clone, Copy)]
struct Heard {
    event_id: EventId,
    position: Position,
    recorded_at: Timestamp,
}

/// What came back and is taken in together.
#[derive(Default)]
struct Came {
    entries: Vec<RecordedEntry>,
    tokens: Vec<AckToken>,
    heard: Vec<Heard>,
}

impl<B: PublisherBus, R: Reader> Run<'_, B, R> {
    pub async fn follow(&self) -> Result<(), OutboxError> {
        loop {
            let mut came = Came::default();
            let mut next = Some(self.bus.next_delivery().await);
            // What is already here is taken together; more is not waited for.
            while let Some(delivery) = next {
                match delivery {
                    Ok(delivery) => self.sort(delivery, &mut came).await?,
                    Err(error) => {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "a delivery could not be read"
                        );
                        // Whatever it was, the record has it whole.
                        self.missed.notify_one();
                        tokio::time::sleep(self.outbox.pace.trouble).await;
                        break;
                    }
                }
                let more = came.entries.len() + came.heard.len() < BATCH_MAX;
                next = if more { unconstrained(self.bus.next_delivery()).now_or_never() } else { None };
            }
            self.hear(came.heard).await?;
            if self.take(came.entries).await? == Taken::Gap {
                self.missed.notify_one();
            }
            for token in came.tokens {
                if let Err(error) = self.bus.acknowledge(token).await {
                    tracing::debug!(error = &error as &dyn std::error::Error, "it will be delivered again");
                }
            }
        }
    }

    async fn sort(&self, delivery: Delivery, came: &mut Came) -> Result<(), OutboxError> {
        match delivery {
            Delivery::Recorded(entries, token) => {
                came.entries.extend(entries);
                came.tokens.push(token);
            }
            Delivery::Notices(notices) => {
                for notice in notices {
                    self.sort_notice(notice, came).await?;
                }
            }
            Delivery::Reconnected => {
                self.outbox.store.make_due().await?;
                self.outbox.to_send.look();
                self.missed.notify_one();
            }
        }
        Ok(())
    }

    async fn sort_notice(&self, notice: Notice, came: &mut Came) -> Result<(), OutboxError> {
        match notice {
            Notice::Recorded { event_id, position, recorded_at } => {
                came.heard.push(Heard { event_id, position, recorded_at });
            }
            Notice::Quarantined { sha256, code, reason } => {
                if self.outbox.kept().await?.failed(&sha256, &code, &reason, None).await? {
                    self.outbox.told.tell(News::Look);
                }
            }
        }
        Ok(())
    }

    /// Tells of the receipts that came from the recorder, and hands them over to be kept.
    async fn hear(&self, mut heard: Vec<Heard>) -> Result<(), OutboxError> {
        heard.retain(|heard| !self.sent.is_receipted(heard.event_id));
        if heard.is_empty() {
            return Ok(());
        }
        let mut sent: HashMap<EventId, (i64, Signed)> = heard
            .iter()
            .filter_map(|heard| Some((heard.event_id, self.sent.take(heard.event_id)?)))
            .collect();
        let ids = heard.iter().map(|heard| heard.event_id);
        let others: Vec<EventId> = ids.filter(|id| !sent.contains_key(id)).collect();
        sent.extend(self.outbox.store.sent_bytes(&others).await?);
        let mut receipts = Vec::with_capacity(heard.len());
        for Heard { event_id, position, recorded_at } in heard {
            match sent.remove(&event_id) {
                Some((seq, signed)) => {
                    let leaf_hash = leaf_hash(&signed, position, recorded_at);
                    receipts.push(Receipt { seq, event_id, signed: None, position, recorded_at, leaf_hash });
                }
                // Nothing of this kind was sent: the record is asked what that may be.
                None => self.missed.notify_one(),
            }
        }
        self.sent.receipted(receipts.iter().map(|receipt| receipt.event_id));
        let news = self.outbox.told.news_of(&receipts);
        // Before it is told: whoever hears of it reads it.
        self.outbox.to_keep.give(receipts);
        self.outbox.told.tell(news);
        Ok(())
    }

    /// Takes entries in: our receipts and refusals first, then the reader's fold.
    async fn take(&self, entries: Vec<RecordedEntry>) -> Result<Taken, OutboxError> {
        if entries.is_empty() {
            return Ok(Taken::Yes);
        }
        let store = &self.outbox.store;
        let entries: Vec<Read> = entries.into_iter().map(Read::of).collect();
        let mut ids = Vec::with_capacity(entries.len());
        let mut refusals = Vec::new();
        for Read { entry, envelope } in &entries {
            // An entry newer than this software is the reader's to judge; it is none of ours.
            let Ok(envelope) = envelope else { continue };
            if !self.sent.is_receipted(envelope.id) {
                ids.push((envelope.id, entry));
            }
            if let Event::RefusalRefused(refused) = &envelope.event {
                refusals.push((refused, entry.position));
            }
        }
        // What is asked for again is mostly known.
        let open = store.unrecorded(ids.iter().map(|(event_id, _)| *event_id)).await?;
        let receipts: Vec<Receipt> = ids
            .into_iter()
            .filter_map(|(event_id, entry)| {
                Some(Receipt {
                    seq: *open.get(&event_id)?,
                    event_id,
                    signed: Some(entry.signed.clone()),
                    position: entry.position,
                    recorded_at: entry.recorded_at,
                    leaf_hash: entry.leaf_hash,
                })
            })
            .collect();
        let mut ours = !receipts.is_empty();
        self.outbox.keep(&receipts).await?;
        self.sent.receipted(receipts.iter().map(|receipt| receipt.event_id));
        for (refused, position) in refusals {
            let (place, store) = (Some(position), self.outbox.kept().await?);
            ours |= store.failed(&refused.sha256, &refused.rule, &refused.reason, place).await?;
        }
        if ours {
            self.outbox.told.tell(News::Look);
        }
        self.reader.take(&entries).await
    }

    /// Asks the recorder for what was missed: at first, when something hints at it, and now and then.
    pub async fn ask(&self) -> Result<(), OutboxError> {
        if self.reader.is_empty().await? {
            self.outbox.store.ask_from_the_start().await?;
        }
        let mut from_the_start = false;
        loop {
            match self.ask_once().await? {
                // The reader misses what was already asked for. Once; what a second time would not
                // bring either waits for newer software.
                Ok(Taken::Gap) if !from_the_start => {
                    tracing::warn!("what was read before is incomplete: reading the record from its start");
                    from_the_start = true;
                    self.outbox.store.ask_from_the_start().await?;
                }
                Ok(_) => drop(tokio::time::timeout(self.outbox.pace.ask, self.missed.notified()).await),
                Err(error) => {
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        "the record cannot be asked now"
                    );
                    tokio::time::sleep(self.outbox.pace.trouble).await;
                }
            }
        }
    }

    /// Asks for everything since the last answer. The inner result is the bus's, and waited out.
    pub async fn ask_once(&self) -> Result<Result<Taken, BusError>, OutboxError> {
        let _asking = self.asking.lock().await;
        let mut taken = Taken::Yes;
        loop {
            let from = self.outbox.store.seen_to().await?;
            let page = match self.bus.replay(from).await {
                Ok(page) => page,
                Err(error) => return Ok(Err(error)),
            };
            if self.take(page.entries).await? == Taken::Gap {
                taken = Taken::Gap;
            }
            if !self.reader.flush().await? {
                // It is asked for again from here.
                return Ok(Ok(taken));
            }
            self.outbox.kept().await?.set_seen_to(page.scanned_to).await?;
            if page.scanned_to >= page.head || page.scanned_to <= from {
                return Ok(Ok(taken));
            }
        }
    }
}
