//! Saving, and signing what is the next of its stream, with what was decided together with it.

use std::collections::{HashMap, HashSet};

use sqlx::error::DatabaseError;
use sqlx::sqlite::Sqlite;
use sqlx::{AssertSqlSafe, Connection as _, QueryBuilder, Row as _, SqliteConnection};
use tais_proto::{Event, EventId, Signed, SigningKey, Source, StreamId};

use super::OutboxError;
use super::item::{Item, ItemState, NewEvents};
use super::row::{COLUMNS, Fresh, Placed, envelope_of, find, insert, insert_signed, item};
use super::store::{BEGIN, ON_ITS_WAY, ROWS_AT_ONCE, STOPPED, Store};
use crate::together::{self, TOGETHER_BYTES_MAX};

/// The most events of a stream that go in one message.
const RUN_MAX: usize = 16;

/// Who signs.
#[derive(Clone, Copy)]
pub(super) struct Signer<'a> {
    pub source: &'a Source,
    pub key: &'a SigningKey,
}

/// What was saved.
pub(super) struct Saved {
    /// The items of each.
    pub items: Vec<Vec<Item>>,
    /// What is to be sent now.
    pub fresh: Vec<(Item, Signed)>,
}

/// What is written where it is new.
pub(super) struct New {
    fresh: Vec<Fresh>,
    insert: QueryBuilder<Sqlite>,
}

/// The last place in the file, and the last of the key's sequence.
#[derive(Clone, Copy)]
pub(super) struct Last {
    seq: i64,
    key_seq: i64,
}

impl Store {
    /// Saves all of it or nothing, in one commit. What is the next of its stream is signed at once, and what was
    /// decided together with it, so that sending it waits for no other. What is not new is looked up.
    pub async fn save(&self, all: &[NewEvents], signer: Signer<'_>) -> Result<Saved, OutboxError> {
        let mut last = self.last.lock().await;
        *last = None;
        let mut writer = self.writer.durable().await?;
        let mut tx = writer.begin_with(BEGIN).await?;
        let mut known = Known::before(&mut tx, all, signer.key).await?;
        let (items, fresh) = known.add(all, signer)?;
        insert(&mut tx, &fresh, signer.key).await?;
        tx.commit().await?;
        *last = Some(known.last);
        Ok(Saved { items, fresh: sendable(fresh) })
    }

    /// The items of what is saved with one statement if all of it is new. Who comes next signs behind it while this
    /// waits for the disk: if this is not written after all, that is not either.
    pub async fn sign_new(
        &self,
        all: &[NewEvents],
        signer: Signer<'_>,
    ) -> Result<Option<(Vec<Vec<Item>>, New)>, OutboxError> {
        let mut last = self.last.lock().await;
        let Some(before) = last.take() else { return Ok(None) };
        let mut known = Known::nothing(before);
        let (items, fresh) = known.add(all, signer)?;
        let Some(insert) = insert_new(&fresh, before, signer.key) else { return Ok(None) };
        *last = Some(known.last);
        Ok(Some((items, New { fresh, insert })))
    }

    /// Writes it if it is new, and gives what is to be sent now.
    pub async fn write_new(&self, new: New) -> Result<Option<Vec<(Item, Signed)>>, OutboxError> {
        let New { fresh, mut insert } = new;
        let mut writer = self.writer.durable().await?;
        let is_new = match insert.build().execute(&mut *writer).await {
            Ok(done) => done.rows_affected() > 0,
            Err(error) if error.as_database_error().is_some_and(DatabaseError::is_unique_violation) => false,
            Err(error) => return Err(error.into()),
        };
        drop(writer);
        if !is_new {
            *self.last.lock().await = None;
        }
        Ok(is_new.then(|| sendable(fresh)))
    }

    /// Signs what is now the next of its stream. What is saved behind something that is on its way is signed when its
    /// turn comes. Gives what is to be sent now.
    pub async fn sign_next(&self, signer: Signer<'_>) -> Result<Vec<(Item, Signed)>, OutboxError> {
        let mut kept = self.last.lock().await;
        *kept = None;
        let mut writer = self.writer.durable().await?;
        let mut tx = writer.begin_with(BEGIN).await?;
        let mut last = last(&mut tx, signer.key).await?;
        let mut fresh = Vec::new();
        for item in next_unsigned(&mut tx).await? {
            last.key_seq += 1;
            let signed = signer.sign(&item, last.key_seq)?;
            fresh.push((item, last.key_seq, signed));
        }
        for fresh in fresh.chunks(ROWS_AT_ONCE) {
            keep(&mut tx, signer, fresh).await?;
        }
        tx.commit().await?;
        *kept = Some(last);
        Ok(fresh.into_iter().map(|(item, _, signed)| (item, signed)).collect())
    }
}

/// The first open item of each stream, where that is not signed.
async fn next_unsigned(connection: &mut SqliteConnection) -> Result<Vec<Item>, OutboxError> {
    let select = format!(
        "select {COLUMNS} from item indexed by item_unsigned where {ON_ITS_WAY} and envelope is null and not exists (
              select 1 from item as before indexed by item_stream where before.state in ('saved', 'received')
                 and before.stream = item.stream and before.seq < item.seq)
          order by seq"
    );
    let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(connection).await?;
    rows.iter().map(item).collect()
}

impl Signer<'_> {
    fn sign(&self, item: &Item, key_seq: i64) -> Result<Signed, OutboxError> {
        Ok(self.key.sign(self.envelope(item, key_seq)?))
    }

    fn envelope(&self, item: &Item, key_seq: i64) -> Result<Vec<u8>, OutboxError> {
        let place = u32::try_from(key_seq).unwrap_or(u32::MAX);
        envelope_of(item, self.source, self.key.key_id(), place)
    }
}

/// What a message may still take of what was decided together.
struct Room {
    events: usize,
    bytes: usize,
}

impl Room {
    const ALL: Self = Self { events: RUN_MAX, bytes: TOGETHER_BYTES_MAX };

    /// What is left beside an envelope of so many bytes; `None` where that does not go with the others.
    fn beside(&self, envelope: usize) -> Option<Self> {
        let events = self.events.checked_sub(1)?;
        Some(Self { events, bytes: self.bytes.checked_sub(together::size(envelope))? })
    }
}

/// Keeps what was signed, with its place in the key's sequence.
async fn keep(
    connection: &mut SqliteConnection,
    signer: Signer<'_>,
    fresh: &[(Item, i64, Signed)],
) -> Result<(), OutboxError> {
    let mut update = QueryBuilder::new("update item set key_id = ");
    update.push_bind(signer.key.key_id().as_str().to_owned());
    update.push(
        ", data = '', key_seq = signed.column2, envelope = signed.column3, signature = signed.column4,
           sha256 = signed.column5 from (",
    );
    update.push_values(fresh, |mut row, (item, key_seq, signed)| {
        row.push_bind(item.seq)
            .push_bind(*key_seq)
            .push_bind(&signed.bytes[..])
            .push_bind(signed.signature.to_vec())
            .push_bind(signed.sha256());
    });
    update.push(") as signed where item.seq = signed.column1");
    update.build().execute(connection).await?;
    Ok(())
}

async fn last(connection: &mut SqliteConnection, key: &SigningKey) -> Result<Last, OutboxError> {
    let (seq, key_seq) = sqlx::query_as(
        "select coalesce((select seq from sqlite_sequence where name = 'item'), 0),
                coalesce((select max(key_seq) from item where key_id = ?), 0)",
    )
    .bind(key.key_id().as_str())
    .fetch_one(connection)
    .await?;
    Ok(Last { seq, key_seq })
}

fn sendable(fresh: Vec<Fresh>) -> Vec<(Item, Signed)> {
    fresh.into_iter().filter_map(|Fresh { item, sent }| Some((item, sent?.signed))).collect()
}

/// What the file has of what is saved now.
struct Known {
    last: Last,
    items: HashMap<EventId, Item>,
    /// Streams on which something is on its way or stopped: what is saved now waits behind it.
    waited_for: HashSet<StreamId>,
    /// Streams on which something is stopped: nothing more is saved.
    stopped: HashSet<StreamId>,
}

impl Known {
    fn nothing(last: Last) -> Self {
        Self { last, items: HashMap::new(), waited_for: HashSet::new(), stopped: HashSet::new() }
    }

    async fn before(
        connection: &mut SqliteConnection,
        all: &[NewEvents],
        key: &SigningKey,
    ) -> Result<Self, OutboxError> {
        let mut known = Self::nothing(last(connection, key).await?);
        let streams: Vec<StreamId> = all.iter().map(|new| new.stream.id).collect();
        for streams in streams.chunks(ROWS_AT_ONCE) {
            let mut select = QueryBuilder::new(format!(
                "select stream, max({STOPPED}) as stopped from item where ({ON_ITS_WAY} or {STOPPED}) and stream in ("
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

    /// The items of each, and those of them that are not in the file yet.
    fn add(
        &mut self,
        all: &[NewEvents],
        signer: Signer<'_>,
    ) -> Result<(Vec<Vec<Item>>, Vec<Fresh>), OutboxError> {
        let mut saved = Vec::with_capacity(all.len());
        let mut fresh = Vec::new();
        for new in all {
            let mut items = Vec::with_capacity(new.events.len());
            let mut room = None;
            for (version, (event_id, event)) in (new.base_version + 1..).zip(&new.events) {
                items.push(match self.items.get(event_id) {
                    Some(existing) if existing.stream != new.stream || existing.event != *event => {
                        return Err(OutboxError::IdReused(Box::new(existing.clone())));
                    }
                    Some(existing) => existing.clone(),
                    None if self.stopped.contains(&new.stream.id) => {
                        return Err(OutboxError::StreamHeld(new.stream.id));
                    }
                    None => {
                        let item = self.item(new, version, *event_id, event);
                        fresh.push(Fresh { sent: self.place(&item, signer, &mut room)?, item: item.clone() });
                        item
                    }
                });
            }
            saved.push(items);
        }
        Ok((saved, fresh))
    }

    fn item(&mut self, new: &NewEvents, version: u32, event_id: EventId, event: &Event) -> Item {
        self.last.seq += 1;
        Item {
            seq: self.last.seq,
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
            asked: new.asked.clone().filter(|_| version == new.base_version + 1),
        }
    }

    /// Signs an item if it is the next of its stream, or goes in one message with what that is; the others wait.
    fn place(
        &mut self,
        item: &Item,
        signer: Signer<'_>,
        room: &mut Option<Room>,
    ) -> Result<Option<Placed>, OutboxError> {
        self.items.insert(item.event_id, item.clone());
        let is_next = self.waited_for.insert(item.stream.id);
        if !is_next && room.is_none() {
            return Ok(None);
        }
        let key_seq = self.last.key_seq + 1;
        let envelope = signer.envelope(item, key_seq)?;
        *room = room.take().unwrap_or(Room::ALL).beside(envelope.len());
        if !is_next && room.is_none() {
            return Ok(None);
        }
        self.last.key_seq = key_seq;
        Ok(Some(Placed { key_seq, signed: signer.key.sign(envelope) }))
    }
}

/// The statement that writes items that say to be new, if one can. They are not new where the file has gone on from
/// `before`, or something is on its way or stopped on one of their streams, or one of them is there already: then it
/// writes nothing.
fn insert_new(fresh: &[Fresh], before: Last, key: &SigningKey) -> Option<QueryBuilder<Sqlite>> {
    if fresh.is_empty() || fresh.len() > ROWS_AT_ONCE {
        return None;
    }
    let signed: Vec<_> = fresh.iter().map(Fresh::signed).collect::<Option<_>>()?;
    let mut insert = insert_signed(&signed, key);
    insert.push(" where (select seq from sqlite_sequence where name = 'item') is ");
    // A file that nothing was ever saved in has no last place.
    insert.push_bind((before.seq > 0).then_some(before.seq));
    insert.push(" and coalesce((select max(key_seq) from item where key_id = ");
    insert.push_bind(key.key_id().as_str().to_owned());
    insert.push("), 0) = ").push_bind(before.key_seq);
    insert.push(format!(
        " and not exists (select 1 from item where ({ON_ITS_WAY} or {STOPPED}) and stream in ("
    ));
    let streams: HashSet<StreamId> = fresh.iter().map(|fresh| fresh.item.stream.id).collect();
    let mut ids = insert.separated(", ");
    for stream in streams {
        ids.push_bind(stream.0);
    }
    insert.push("))");
    Some(insert)
}
