//! Between items and the rows of the outbox's file.

use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{QueryBuilder, Row as _};
use tais_proto::{
    AccountId, Envelope, Event, EventId, EventType, KeyId, LeafHash, Position, Signed, SigningKey, Source,
    StreamId, StreamKind, StreamRef, Timestamp,
};
use uuid::Uuid;

use super::OutboxError;
use super::item::{Item, ItemState};
use super::store::ROWS_AT_ONCE;

pub(super) const COLUMNS: &str = "seq, event_id, stream_kind, stream, version, actor, correlation, causation, time, type, \
    data, case when data = '' then envelope end as said, state, attempts, asked, position, recorded_at, leaf_hash, code, reason";

/// The items of these events, of those that were saved.
pub(super) async fn find(
    connection: &mut sqlx::SqliteConnection,
    events: &[EventId],
) -> Result<Vec<Item>, OutboxError> {
    let mut found = Vec::new();
    for events in events.chunks(ROWS_AT_ONCE) {
        let mut select = QueryBuilder::new(format!("select {COLUMNS} from item where event_id in ("));
        let mut ids = select.separated(", ");
        for event in events {
            ids.push_bind(event.0);
        }
        select.push(")");
        for row in select.build().fetch_all(&mut *connection).await? {
            found.push(item(&row)?);
        }
    }
    Ok(found)
}

/// An item as it is saved.
pub(super) struct Fresh {
    pub item: Item,
    /// What is sent of it, where that is known already.
    pub sent: Option<Placed>,
}

/// What is sent, and its place in the key's sequence.
pub(super) struct Placed {
    pub key_seq: i64,
    pub signed: Signed,
}

impl Fresh {
    pub fn signed(&self) -> Option<(&Item, &Placed)> {
        Some((&self.item, self.sent.as_ref()?))
    }
}

/// Writes items as they are saved.
pub(super) async fn insert(
    connection: &mut sqlx::SqliteConnection,
    items: &[Fresh],
    key: &SigningKey,
) -> Result<(), OutboxError> {
    for items in items.chunks(ROWS_AT_ONCE) {
        let signed: Vec<_> = items.iter().filter_map(Fresh::signed).collect();
        if !signed.is_empty() {
            insert_signed(&signed, key).build().execute(&mut *connection).await?;
        }
        let waiting: Vec<&Item> =
            items.iter().filter(|fresh| fresh.sent.is_none()).map(|fresh| &fresh.item).collect();
        if !waiting.is_empty() {
            insert_waiting(&waiting)?.build().execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// The statement that writes what is to be sent now, up to a condition. What the envelope says stands nowhere else.
pub(super) fn insert_signed(items: &[(&Item, &Placed)], key: &SigningKey) -> QueryBuilder<Sqlite> {
    let mut insert = QueryBuilder::new(
        "insert into item (stream_kind, version, actor, correlation, time, type, data,
                           seq, event_id, stream, asked, key_seq, envelope, signature, sha256, key_id)
         select '', 0, x'', x'', 0, '', '', said.*, ",
    );
    insert.push_bind(key.key_id().as_str().to_owned());
    insert.push(" from (");
    insert.push_values(items, |mut row, (item, Placed { key_seq, signed })| {
        row.push_bind(item.seq)
            .push_bind(item.event_id.0)
            .push_bind(item.stream.id.0)
            .push_bind(item.asked.clone())
            .push_bind(*key_seq)
            .push_bind(signed.bytes.to_vec())
            .push_bind(signed.signature.to_vec())
            .push_bind(signed.sha256());
    });
    insert.push(") as said");
    insert
}

fn insert_waiting(items: &[&Item]) -> Result<QueryBuilder<Sqlite>, OutboxError> {
    let data = items.iter().map(|item| item.event.to_json()).collect::<Result<Vec<String>, _>>();
    let data = data.map_err(|error| OutboxError::Unreadable(error.to_string()))?;
    let mut insert = QueryBuilder::new(
        "insert into item (seq, event_id, stream_kind, stream, version, actor, correlation, causation, time,
                           type, data, asked) ",
    );
    insert.push_values(items.iter().zip(data), |mut row, (item, data)| {
        row.push_bind(item.seq)
            .push_bind(item.event_id.0)
            .push_bind(item.stream.kind.code())
            .push_bind(item.stream.id.0)
            .push_bind(item.version)
            .push_bind(item.actor.0)
            .push_bind(item.correlation)
            .push_bind(item.causation.map(|id| id.0))
            .push_bind(item.time.unix_micros())
            .push_bind(item.event.event_type().as_str())
            .push_bind(data)
            .push_bind(item.asked.clone());
    });
    Ok(insert)
}

/// What was signed to be sent, if anything was.
pub(super) fn signed(row: &SqliteRow) -> Result<Option<Signed>, OutboxError> {
    let Some(bytes) = row.try_get::<Option<Vec<u8>>, _>("envelope")? else { return Ok(None) };
    Ok(Some(Signed { bytes: bytes.into(), signature: array(row.try_get("signature")?)? }))
}

pub(super) fn envelope_of(
    item: &Item,
    source: &Source,
    key_id: KeyId,
    key_seq: u32,
) -> Result<Vec<u8>, OutboxError> {
    let envelope = Envelope {
        id: item.event_id,
        source: source.clone(),
        stream: item.stream,
        stream_version: item.version,
        time: item.time,
        correlation: item.correlation,
        causation: item.causation,
        actor: item.actor,
        key_id,
        key_seq,
        event: item.event.clone(),
    };
    envelope.to_bytes().map_err(|error| OutboxError::Unreadable(error.to_string()))
}

pub(super) fn array<const N: usize>(bytes: Vec<u8>) -> Result<[u8; N], OutboxError> {
    bytes
        .try_into()
        .map_err(|_| OutboxError::Unreadable("a signature or hash of the wrong length".to_owned()))
}

pub(super) fn item(row: &SqliteRow) -> Result<Item, OutboxError> {
    let (seq, attempts, asked) = (row.try_get("seq")?, row.try_get("attempts")?, row.try_get("asked")?);
    let (event_id, state) = (EventId(row.try_get("event_id")?), state(row)?);
    let Some(envelope) = row.try_get::<Option<Vec<u8>>, _>("said")? else {
        let event_type = EventType::parse(row.try_get("type")?).map_err(unreadable)?;
        let kind = StreamKind::from_code(row.try_get("stream_kind")?);
        let kind = kind.ok_or_else(|| unreadable("a stream of no kind"))?;
        return Ok(Item {
            seq,
            event_id,
            stream: StreamRef { kind, id: StreamId(row.try_get("stream")?) },
            version: row.try_get("version")?,
            actor: AccountId(row.try_get("actor")?),
            correlation: row.try_get("correlation")?,
            causation: row.try_get::<Option<Uuid>, _>("causation")?.map(EventId),
            time: Timestamp::from_unix_micros(row.try_get("time")?),
            event: Event::parse(event_type, row.try_get("data")?).map_err(unreadable)?,
            state,
            attempts,
            asked,
        });
    };
    let Envelope { stream, stream_version: version, actor, correlation, causation, time, event, .. } =
        Envelope::read(&envelope).map_err(unreadable)?;
    Ok(Item {
        seq,
        event_id,
        stream,
        version,
        actor,
        correlation,
        causation,
        time,
        event,
        state,
        attempts,
        asked,
    })
}

fn unreadable(error: impl ToString) -> OutboxError {
    OutboxError::Unreadable(error.to_string())
}

fn state(row: &SqliteRow) -> Result<ItemState, OutboxError> {
    let text = |name: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<String>, _>(name)?.unwrap_or_default());
    let position = || {
        let place = row.try_get::<Option<i64>, _>("position")?.and_then(|n| u64::try_from(n).ok());
        place.map(Position).ok_or_else(|| OutboxError::Unreadable("position".to_owned()))
    };
    Ok(match row.try_get::<String, _>("state")?.as_str() {
        "saved" => ItemState::Saved,
        "received" => ItemState::Received,
        "recorded" => ItemState::Recorded {
            position: position()?,
            recorded_at: Timestamp::from_unix_micros(row.try_get("recorded_at")?),
            leaf_hash: LeafHash(array(row.try_get("leaf_hash")?)?),
        },
        "refused" => {
            ItemState::Refused { rule: text("code")?, reason: text("reason")?, position: position()? }
        }
        "quarantined" => ItemState::Quarantined { code: text("code")?, reason: text("reason")? },
        "held" => ItemState::Held,
        "abandoned" => ItemState::Abandoned,
        other => return Err(OutboxError::Unreadable(format!("state {other}"))),
    })
}
