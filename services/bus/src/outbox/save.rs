//! Saving, and signing what is the next of its stream.

use std::collections::{HashMap, HashSet};

use sqlx::{QueryBuilder, Row as _, SqliteConnection};
use tais_proto::{Event, EventId, Signed, SigningKey, Source, StreamId};

use super::OutboxError;
use super::item::{Item, ItemState, NewEvents};
use super::row::{Fresh, Placed, envelope_of, find, insert};
use super::store::{BEGIN, ROWS_AT_ONCE, STOPPED, Store};

/// Who signs.
#[derive(Clone, Copy)]
pub(super) struct Signer<'a> {
    pub source: &'a Source,
    pub key: &'a SigningKey,
}

impl Store {
    /// Saves all of it or nothing, in one commit. What is the next of its stream is signed at once, so
    /// that sending it waits for no other.
    pub async fn save(&self, all: &[NewEvents], signer: Signer<'_>) -> Result<Vec<Vec<Item>>, OutboxError> {
        let mut tx = self.writer.begin_with(BEGIN).await?;
        let mut known = Known::before(&mut tx, all, signer.key).await?;
        let mut saved = Vec::with_capacity(all.len());
        let mut fresh = Vec::new();
        for new in all {
            let mut items = Vec::with_capacity(new.events.len());
            for (version, (event_id, event)) in (new.base_version + 1..).zip(&new.events) {
                items.push(match known.items.get(event_id) {
                    Some(existing) if existing.stream != new.stream || existing.event != *event => {
                        return Err(OutboxError::IdReused(Box::new(existing.clone())));
                    }
                    Some(existing) => existing.clone(),
                    None if known.stopped.contains(&new.stream.id) => {
                        return Err(OutboxError::StreamHeld(new.stream.id));
                    }
                    None => {
                        let item = known.item(new, version, *event_id, event);
                        fresh.push(Fresh { sent: known.place(&item, signer)?, item: item.clone() });
                        item
                    }
                });
            }
            saved.push(items);
        }
        insert(&mut tx, &fresh).await?;
        tx.commit().await?;
        Ok(saved)
    }

    /// Gives items their place in the key's sequence and their signature, where they have none.
    pub async fn sign(
        &self,
        due: Vec<(Item, Option<Signed>)>,
        signer: Signer<'_>,
    ) -> Result<Vec<(Item, Signed)>, OutboxError> {
        if due.iter().all(|(_, signed)| signed.is_some()) {
            return Ok(due.into_iter().filter_map(|(item, signed)| Some((item, signed?))).collect());
        }
        let mut tx = self.writer.begin_with(BEGIN).await?;
        let (_, mut key_seq) = last(&mut tx, signer.key).await?;
        let mut all = Vec::with_capacity(due.len());
        let mut fresh = Vec::new();
        for (item, signed) in due {
            let signed = match signed {
                Some(signed) => signed,
                None => {
                    key_seq += 1;
                    let signed = signer.sign(&item, key_seq)?;
                    fresh.push((item.seq, key_seq, signed.clone()));
                    signed
                }
            };
            all.push((item, signed));
        }
        keep(&mut tx, signer, &fresh).await?;
        tx.commit().await?;
        Ok(all)
    }
}

impl Signer<'_> {
    fn sign(&self, item: &Item, key_seq: i64) -> Result<Signed, OutboxError> {
        let place = u32::try_from(key_seq).unwrap_or(u32::MAX);
        Ok(self.key.sign(envelope_of(item, self.source, self.key.key_id(), place)?))
    }
}

/// Keeps what was signed, with its place in the key's sequence.
async fn keep(
    connection: &mut SqliteConnection,
    signer: Signer<'_>,
    fresh: &[(i64, i64, Signed)],
) -> Result<(), OutboxError> {
    let mut update = QueryBuilder::new("update item set key_id = ");
    update.push_bind(signer.key.key_id().as_str().to_owned());
    update.push(
        ", key_seq = signed.column2, envelope = signed.column3, signature = signed.column4,
           sha256 = signed.column5 from (",
    );
    update.push_values(fresh, |mut row, (seq, key_seq, signed)| {
        row.push_bind(*seq)
            .push_bind(*key_seq)
            .push_bind(&signed.bytes)
            .push_bind(signed.signature.to_vec())
            .push_bind(signed.sha256());
    });
    update.push(") as signed where item.seq = signed.column1");
    update.build().execute(connection).await?;
    Ok(())
}

/// The last place in the file, and the last of the key's sequence.
async fn last(connection: &mut SqliteConnection, key: &SigningKey) -> Result<(i64, i64), OutboxError> {
    Ok(sqlx::query_as(
        "select coalesce((select seq from sqlite_sequence where name = 'item'), 0),
                coalesce((select max(key_seq) from item where key_id = ?), 0)",
    )
    .bind(key.key_id().as_str())
    .fetch_one(connection)
    .await?)
}

/// What the file has of what is saved now.
struct Known {
    seq: i64,
    key_seq: i64,
    items: HashMap<EventId, Item>,
    /// Streams on which something is on its way or stopped: what is saved now waits behind it.
    waited_for: HashSet<StreamId>,
    /// Streams on which something is stopped: nothing more is saved.
    stopped: HashSet<StreamId>,
}

impl Known {
    async fn before(
        connection: &mut SqliteConnection,
        all: &[NewEvents],
        key: &SigningKey,
    ) -> Result<Self, OutboxError> {
        let (seq, key_seq) = last(connection, key).await?;
        let mut known =
            Self { seq, key_seq, items: HashMap::new(), waited_for: HashSet::new(), stopped: HashSet::new() };
        let streams: Vec<StreamId> = all.iter().map(|new| new.stream.id).collect();
        for streams in streams.chunks(ROWS_AT_ONCE) {
            let mut select = QueryBuilder::new(format!(
                "select stream, max({STOPPED}) as stopped from item
                  where (state in ('saved', 'received') or {STOPPED}) and stream in ("
            ));
            let mut ids = select.separated(", ");
            for stream in streams {
                ids.push_bind(stream.0);
            }
            select.push(") group by stream");
            for row in select.build().fetch_all(&mut *connection).await? {
                let stream = StreamId(row.try_get("stream")?);
                known.waited_for.insert(stream);
                if row.try_get("stopped")? {
                    known.stopped.insert(stream);
                }
            }
        }
        let events: Vec<EventId> = all.iter().flat_map(|new| &new.events).map(|(id, _)| *id).collect();
        for item in find(connection, &events).await? {
            known.items.insert(item.event_id, item);
        }
        Ok(known)
    }

    fn item(&mut self, new: &NewEvents, version: u32, event_id: EventId, event: &Event) -> Item {
        self.seq += 1;
        Item {
            seq: self.seq,
            event_id,
            stream: new.stream,
            version,
            actor: new.actor,
            correlation: new.correlation,
            causation: new.causation,
            time: new.time,
            event: event.clone(),
            state: ItemState::Saved,
            attempts: 0,
            asked: new.asked.clone(),
        }
    }

    /// Signs an item if it is the next of its stream; the others wait.
    fn place(&mut self, item: &Item, signer: Signer<'_>) -> Result<Option<Placed>, OutboxError> {
        self.items.insert(item.event_id, item.clone());
        if !self.waited_for.insert(item.stream.id) {
            return Ok(None);
        }
        self.key_seq += 1;
        let signed = signer.sign(item, self.key_seq)?;
        Ok(Some(Placed { key_id: signer.key.key_id(), key_seq: self.key_seq, signed }))
    }
}
