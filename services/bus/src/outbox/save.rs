//! Saving, and signing what is the next of its stream.

use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, SqliteConnection};
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
            let Before { waited_for, stopped } = before(&mut tx, new.stream.id.0).await?;
            let mut is_next = !waited_for;
            let mut items = Vec::with_capacity(new.events.len());
            for (version, (event_id, event)) in (new.base_version + 1..).zip(&new.events) {
                if let Some(existing) = find(&mut tx, *event_id).await? {
                    if existing.stream != new.stream || existing.event != *event {
                        return Err(OutboxError::IdReused(Box::new(existing)));
                    }
                    items.push(existing);
                    continue;
                }
                if stopped {
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

async fn last_key_seq(connection: &mut SqliteConnection, key: &SigningKey) -> Result<i64, OutboxError> {
    let last: Option<i64> = sqlx::query_scalar("select max(key_seq) from item where key_id = ?")
        .bind(key.key_id().as_str())
        .fetch_one(connection)
        .await?;
    Ok(last.unwrap_or(0))
}

/// What there is of a stream that waits.
struct Before {
    /// Something is on its way, or stopped, so that what is saved now waits.
    waited_for: bool,
    /// Something is stopped, so that nothing more is saved.
    stopped: bool,
}

async fn before(connection: &mut SqliteConnection, stream: Uuid) -> Result<Before, OutboxError> {
    let statement = format!(
        "select coalesce(max(state in ('saved', 'received')), 0) as on_its_way,
                coalesce(max({STOPPED}), 0) as stopped from item where stream = ?"
    );
    let row = sqlx::query(AssertSqlSafe(statement)).bind(stream).fetch_one(connection).await?;
    let (on_its_way, stopped) = (row.try_get("on_its_way")?, row.try_get("stopped")?);
    Ok(Before { waited_for: on_its_way || stopped, stopped })
}
