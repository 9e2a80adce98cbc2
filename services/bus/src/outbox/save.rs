//! Saving, and signing what is the next of its stream.

use sqlx::{AssertSqlSafe, SqliteConnection};
use tais_proto::{Event, EventId, Signed, SigningKey, Source};
use uuid::Uuid;

use super::OutboxError;
use super::item::{Item, ItemState, NewEvents};
use super::row::{envelope_of, find, insert};
use super::store::{BEGIN, STOPPED, Store};

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
        let mut key_seq = last_key_seq(&mut tx, signer.key).await?;
        let mut saved = Vec::with_capacity(all.len());
        for new in all {
            let mut is_next = !is_waited_for(&mut tx, new.stream.id.0).await?;
            let mut items = Vec::with_capacity(new.events.len());
            for (version, (event_id, event)) in (new.base_version + 1..).zip(&new.events) {
                if let Some(existing) = find(&mut tx, *event_id).await? {
                    if existing.stream != new.stream || existing.event != *event {
                        return Err(OutboxError::IdReused(Box::new(existing)));
                    }
                    items.push(existing);
                    continue;
                }
                if is_stopped(&mut tx, new.stream.id.0).await? {
                    return Err(OutboxError::StreamHeld(new.stream.id));
                }
                let mut item = item_of(new, version, *event_id, event);
                key_seq += i64::from(is_next);
                let sent = is_next.then(|| signer.sign(&item, key_seq)).transpose()?;
                let sent = sent.map(|signed| (signer.key.key_id(), key_seq, signed));
                item.seq = insert(&mut tx, &item, sent.as_ref()).await?;
                is_next = false;
                items.push(item);
            }
            saved.push(items);
        }
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
        let mut key_seq = last_key_seq(&mut tx, signer.key).await?;
        let mut all = Vec::with_capacity(due.len());
        for (item, signed) in due {
            let signed = match signed {
                Some(signed) => signed,
                None => {
                    key_seq += 1;
                    sign_one(&mut tx, &item, signer, key_seq).await?
                }
            };
            all.push((item, signed));
        }
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

fn item_of(new: &NewEvents, version: u32, event_id: EventId, event: &Event) -> Item {
    Item {
        // the file gives it
        seq: 0,
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

async fn sign_one(
    connection: &mut SqliteConnection,
    item: &Item,
    signer: Signer<'_>,
    key_seq: i64,
) -> Result<Signed, OutboxError> {
    let signed = signer.sign(item, key_seq)?;
    sqlx::query(
        "update item set key_id = ?, key_seq = ?, envelope = ?, signature = ?, sha256 = ? where seq = ?",
    )
    .bind(signer.key.key_id().as_str())
    .bind(key_seq)
    .bind(&signed.bytes)
    .bind(signed.signature.to_vec())
    .bind(signed.sha256())
    .bind(item.seq)
    .execute(connection)
    .await?;
    Ok(signed)
}

async fn last_key_seq(connection: &mut SqliteConnection, key: &SigningKey) -> Result<i64, OutboxError> {
    let last: Option<i64> = sqlx::query_scalar("select max(key_seq) from item where key_id = ?")
        .bind(key.key_id().as_str())
        .fetch_one(connection)
        .await?;
    Ok(last.unwrap_or(0))
}

/// Whether something of a stream is still on its way, or stopped, so that what is saved now waits.
async fn is_waited_for(connection: &mut SqliteConnection, stream: Uuid) -> Result<bool, OutboxError> {
    let statement = format!(
        "select exists (select 1 from item where stream = ? and (state in ('saved', 'received') or {STOPPED}))"
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(statement)).bind(stream).fetch_one(connection).await?)
}

async fn is_stopped(connection: &mut SqliteConnection, stream: Uuid) -> Result<bool, OutboxError> {
    let statement = format!("select exists (select 1 from item where stream = ? and {STOPPED})");
    Ok(sqlx::query_scalar(AssertSqlSafe(statement)).bind(stream).fetch_one(connection).await?)
}
