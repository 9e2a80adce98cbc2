//! The durable outbox of every publisher: what was said is on disk before anybody is told "saved",
//! and stays until the record has it.
//!
//! ```text
//! saved -> received (the broker has it) -> recorded (the log has it; the receipt is kept)
//!                                       -> refused, quarantined: what waits behind it on the same
//!                                          stream is held, the person decides, the held is abandoned
//! ```
//!
//! Of a stream, what was decided together is in flight, in one message; the next decision goes after its
//! receipts. The recorder refuses what stands behind a refused event of its stream in the same message. An event
//! gets its place in the key's sequence and its signature when it is to be sent, not before: what is held and
//! abandoned without being sent then leaves no gap that would look like a withheld event.

mod ending;
mod error;
mod follow;
mod item;
mod keeping;
mod pace;
mod row;
mod run;
mod save;
mod send;
mod store;
mod to_send;
mod told;
mod writer;

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use tais_proto::{Envelope, EnvelopeError, Position, SigningKey, Source, StreamId, Timestamp};

use crate::message::RecordedEntry;
pub use error::OutboxError;
pub use item::{Counts, Item, ItemState, NewEvents};
use keeping::{ToKeep, by_itself};
pub use pace::Pace;
use save::{Saved, Signer};
use store::Store;
use to_send::ToSend;
use told::{News, Told};

/// The clock, as a parameter.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a reader made of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// They are taken in, now or before.
    Yes,
    /// Something before one of them is missing: ask for a replay.
    Gap,
}

/// An entry that came back, and what it says.
#[derive(Debug)]
pub struct Read {
    /// The entry.
    pub entry: RecordedEntry,
    /// An error where it is newer than this software.
    pub envelope: Result<Envelope, EnvelopeError>,
}

impl Read {
    /// Reads an entry.
    #[must_use]
    pub fn of(entry: RecordedEntry) -> Self {
        let envelope = Envelope::parse(&entry.signed.bytes);
        Self { entry, envelope }
    }
}

/// Who folds what comes back. Entries may come more than once, and out of order.
pub trait Reader: Send + Sync {
    /// Takes entries in: all of them, or as far as nothing is missing.
    fn take(&self, entries: &[Read]) -> impl Future<Output = Result<Taken, OutboxError>> + Send;

    /// Whether all that was taken in is on disk now. Only then it is never given again; a reader that keeps
    /// nothing says yes.
    fn flush(&self) -> impl Future<Output = Result<bool, OutboxError>> + Send {
        std::future::ready(Ok(true))
    }

    /// Whether it must be given everything from the start, because it lost what it had. Asked once
    /// a run.
    fn is_empty(&self) -> impl Future<Output = Result<bool, OutboxError>> + Send {
        std::future::ready(Ok(false))
    }
}

/// A reader that keeps nothing, for publishers that read the log itself.
#[derive(Clone, Copy, Debug)]
pub struct NoReader;

impl Reader for NoReader {
    async fn take(&self, _entries: &[Read]) -> Result<Taken, OutboxError> {
        Ok(Taken::Yes)
    }
}

/// A publisher's outbox.
#[derive(Clone)]
pub struct Outbox {
    store: Store,
    source: Source,
    key: SigningKey,
    clock: Clock,
    pace: Pace,
    to_send: Arc<ToSend>,
    told: Told,
    to_keep: Arc<ToKeep>,
}

impl Outbox {
    /// Opens the outbox in a file of its own, making it where there is none.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub async fn open(
        path: &Path,
        source: Source,
        key: SigningKey,
        clock: Clock,
    ) -> Result<Self, OutboxError> {
        let store = Store::open(path).await?;
        let (pace, to_send, told, to_keep) =
            (Pace::default(), Arc::default(), Told::default(), Arc::default());
        Ok(Self { store, source, key, clock, pace, to_send, told, to_keep })
    }

    /// The same outbox, waiting more or less long than usual.
    #[must_use]
    pub const fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Whose outbox this is.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// Saves events; they are on disk when this returns. Saving the same again gives the same items.
    ///
    /// # Errors
    /// When an id was used for something else, the stream is held, or the disk does not take it.
    pub async fn save(&self, events: &NewEvents) -> Result<Vec<Item>, OutboxError> {
        let saved = self.save_all(std::slice::from_ref(events)).await?;
        Ok(saved.into_iter().flatten().collect())
    }

    /// Saves events of several streams, all of them or none; gives the items of each.
    ///
    /// # Errors
    /// As [`Outbox::save`], when any of them cannot be saved.
    pub async fn save_all(&self, all: &[NewEvents]) -> Result<Vec<Vec<Item>>, OutboxError> {
        if all.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(items) = self.save_if_new(all).await? {
            return Ok(items);
        }
        let Saved { items, fresh } = self.kept().await?.save(all, self.signer()).await?;
        self.to_send.give(fresh);
        Ok(items)
    }

    /// Saves events of streams that nothing was ever said of; `None`, and nothing is saved, where something of it
    /// may have been saved before: then [`Outbox::save_all`] knows. What was saved is found without looking first.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn save_new(&self, all: &[NewEvents]) -> Result<Option<Vec<Item>>, OutboxError> {
        Ok(self.save_if_new(all).await?.map(|items| items.into_iter().flatten().collect()))
    }

    /// Saves what says to be new, and hands it to the sender as soon as it is on disk.
    async fn save_if_new(&self, all: &[NewEvents]) -> Result<Option<Vec<Vec<Item>>>, OutboxError> {
        let Some((items, new)) = self.store.sign_new(all, self.signer()).await? else { return Ok(None) };
        let outbox = self.clone();
        let is_new = by_itself(async move {
            let fresh = outbox.store.write_new(new).await?;
            Ok(fresh.map(|fresh| outbox.to_send.give(fresh)).is_some())
        });
        Ok(is_new.await?.then_some(items))
    }

    const fn signer(&self) -> Signer<'_> {
        Signer { source: &self.source, key: &self.key }
    }

    /// One item.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn item(&self, event: tais_proto::EventId) -> Result<Option<Item>, OutboxError> {
        Ok(self.kept().await?.items(&[event]).await?.pop())
    }

    /// The items of these events, of those that were saved here.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn items(&self, events: &[tais_proto::EventId]) -> Result<Vec<Item>, OutboxError> {
        self.kept().await?.items(events).await
    }

    /// The items of a stream, in order.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn items_of(&self, stream: StreamId) -> Result<Vec<Item>, OutboxError> {
        self.kept().await?.items_of(&[stream], true).await
    }

    /// The items of several streams, in order.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn items_of_all(&self, streams: &[StreamId]) -> Result<Vec<Item>, OutboxError> {
        self.kept().await?.items_of(streams, true).await
    }

    /// The items of streams that are on their way, recorded, or wait for a person's decision; in order.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn current_items_of(&self, streams: &[StreamId]) -> Result<Vec<Item>, OutboxError> {
        self.kept().await?.items_of(streams, false).await
    }

    /// What the record has at this position or after it, in its order: for a reader that has taken in
    /// what was before.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn recorded_from(&self, position: Position) -> Result<Vec<Item>, OutboxError> {
        self.kept().await?.recorded_from(position).await
    }

    /// Every stream of which something was ever saved here: for who looks up many at once.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn saved_streams(&self) -> Result<Vec<StreamId>, OutboxError> {
        self.store.saved_streams().await
    }

    /// What is not recorded: saved, received, refused, quarantined or held; in order.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn open_items(&self) -> Result<Vec<Item>, OutboxError> {
        self.kept().await?.open_items().await
    }

    /// How many items are in each state.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn counts(&self) -> Result<Counts, OutboxError> {
        self.kept().await?.counts().await
    }

    /// The streams on which something was refused or set aside and nobody has decided yet; they take
    /// nothing new until [`Outbox::resolve`].
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn held_streams(&self) -> Result<Vec<StreamId>, OutboxError> {
        self.kept().await?.stopped_streams().await
    }

    /// Ends a held stream after the person has chosen: the refused is closed and what waited behind
    /// it abandoned; what was chosen is then saved as new events.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn resolve(&self, stream: StreamId) -> Result<(), OutboxError> {
        self.store.resolve(stream).await?;
        self.told.tell(News::Look);
        Ok(())
    }

    /// Up to where the record was asked for.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn seen_to(&self) -> Result<Position, OutboxError> {
        self.store.seen_to().await
    }
}
