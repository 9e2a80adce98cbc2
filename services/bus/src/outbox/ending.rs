//! How an item ends: recorded, refused, set aside, or given up.

use std::collections::HashMap;

use sqlx::sqlite::Sqlite;
use sqlx::{AssertSqlSafe, Connection as _, QueryBuilder, Row as _};
use tais_proto::{EventId, LeafHash, Position, Signed, StreamId, Timestamp};
use uuid::Uuid;

use super::OutboxError;
use super::store::{BEGIN, ON_ITS_WAY, ROWS_AT_ONCE, STOPPED, Store};

/// Where an event stands in the record.
pub(super) struct Receipt {
    /// Its place in the file.
    pub seq: i64,
    pub event_id: EventId,
    /// What was recorded, where that is not known to be what was sent from here.
    pub signed: Option<Signed>,
    pub position: Position,
    pub recorded_at: Timestamp,
    pub leaf_hash: LeafHash,
}

impl Store {
    /// Keeps receipts of ours, if they are of exactly the bytes that were sent. Gives whether anything is not signed
    /// yet, whose turn may have come.
    pub async fn recorded(&self, receipts: &[Receipt]) -> Result<bool, OutboxError> {
        let mut waits = false;
        for receipts in receipts.chunks(ROWS_AT_ONCE) {
            // Nearly always all of it: one statement, and a commit of its own.
            let mut update = keep(receipts, "('saved', 'received')");
            update.push(format!(
                "; select changes() as kept, exists (select 1 from item indexed by item_unsigned
                                                      where {ON_ITS_WAY} and envelope is null) as waits"
            ));
            for row in self.writer.recoverable(update.build()).await? {
                waits |= row.try_get::<bool, _>("waits")?;
                let kept = usize::try_from(row.try_get::<i64, _>("kept")?).unwrap_or(0);
                if kept < receipts.len() && self.any_ended_otherwise(receipts).await? {
                    self.recorded_after_all(receipts).await?;
                    waits = true;
                }
            }
        }
        Ok(waits)
    }

    /// Those of these events that are ours and whose receipt is not kept yet, with their places.
    pub async fn unrecorded(
        &self,
        events: impl Iterator<Item = EventId>,
    ) -> Result<HashMap<EventId, i64>, OutboxError> {
        let events: Vec<EventId> = events.collect();
        let mut unrecorded = HashMap::new();
        for events in events.chunks(ROWS_AT_ONCE) {
            let mut select = QueryBuilder::new("select event_id, seq from item where event_id in (");
            let mut ids = select.separated(", ");
            for event in events {
                ids.push_bind(event.0);
            }
            select.push(") and state <> 'recorded'");
            for row in select.build().fetch_all(&self.reader).await? {
                unrecorded.insert(EventId(row.try_get("event_id")?), row.try_get("seq")?);
            }
        }
        Ok(unrecorded)
    }

    async fn any_ended_otherwise(&self, receipts: &[Receipt]) -> Result<bool, OutboxError> {
        let mut select = QueryBuilder::new("select 1 from item where seq in (");
        let mut places = select.separated(", ");
        for receipt in receipts {
            places.push_bind(receipt.seq);
        }
        select.push(") and state not in ('saved', 'received', 'recorded') limit 1");
        Ok(select.build().fetch_optional(&self.reader).await?.is_some())
    }

    /// What had been set aside and is recorded after all, because a copy of it came when its key was
    /// known, stops nothing any more: what was held behind it goes on.
    async fn recorded_after_all(&self, receipts: &[Receipt]) -> Result<(), OutboxError> {
        let mut writer = self.writer.durable().await?;
        let mut tx = writer.begin_with(BEGIN).await?;
        let mut update = keep(receipts, "('refused', 'quarantined', 'held', 'abandoned')");
        if update.build().execute(&mut *tx).await?.rows_affected() > 0 {
            let go_on = format!(
                "update item set state = 'saved', code = null where {STOPPED} and state = 'held' and not exists (
                     select 1 from item as stopped where stopped.stream = item.stream
                        and stopped.state in ('refused', 'quarantined') and stopped.closed = 0)"
            );
            sqlx::query(AssertSqlSafe(go_on)).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Ends an item that was refused (`position` is where the record says so) or set aside, and holds
    /// what is behind it. While something before it is on its way, that is not what stops the stream: it waits for
    /// word of what came before.
    pub async fn failed(
        &self,
        sha256: &str,
        code: &str,
        reason: &str,
        position: Option<Position>,
    ) -> Result<bool, OutboxError> {
        let mut writer = self.writer.durable().await?;
        let mut tx = writer.begin_with(BEGIN).await?;
        // A refusal in the record outweighs a notice of quarantine that came before it.
        let row = sqlx::query(
            "update item set state = ?, code = ?, reason = ?, position = ?
              where sha256 = ? and (state in ('saved', 'received') or (? and state = 'quarantined' and closed = 0))
                and not exists (select 1 from item as before indexed by item_stream
                                 where before.state in ('saved', 'received') and before.stream = item.stream
                                   and before.seq < item.seq)
              returning seq, stream",
        )
        .bind(if position.is_some() { "refused" } else { "quarantined" })
        .bind(code)
        .bind(reason)
        .bind(position.map(|position| i64::try_from(position.0).unwrap_or(i64::MAX)))
        .bind(sha256)
        .bind(position.is_some())
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(row) = &row {
            sqlx::query(
                "update item set state = 'held', code = 'held'
                  where stream = ? and seq > ? and state in ('saved', 'received')",
            )
            .bind(row.try_get::<Uuid, _>("stream")?)
            .bind(row.try_get::<i64, _>("seq")?)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(row.is_some())
    }

    pub async fn resolve(&self, stream: StreamId) -> Result<(), OutboxError> {
        let mut writer = self.writer.durable().await?;
        let mut tx = writer.begin_with(BEGIN).await?;
        sqlx::query("update item set state = 'abandoned' where stream = ? and state = 'held'")
            .bind(stream.0)
            .execute(&mut *tx)
            .await?;
        sqlx::query("update item set closed = 1 where stream = ? and state in ('refused', 'quarantined')")
            .bind(stream.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The statement that keeps receipts of items in one of these states.
fn keep(receipts: &[Receipt], states: &str) -> QueryBuilder<Sqlite> {
    let mut update = QueryBuilder::new(
        "update item set state = 'recorded', position = receipt.column2, recorded_at = receipt.column3,
                leaf_hash = receipt.column4, code = null, reason = null from (",
    );
    update.push_values(receipts, |mut row, receipt| {
        row.push_bind(receipt.seq)
            .push_bind(i64::try_from(receipt.position.0).unwrap_or(i64::MAX))
            .push_bind(receipt.recorded_at.unix_micros())
            .push_bind(receipt.leaf_hash.0.to_vec())
            .push_bind(receipt.signed.as_ref().map(|signed| &signed.bytes[..]))
            .push_bind(receipt.signed.as_ref().map(|signed| signed.signature.to_vec()));
    });
    update.push(
        ") as receipt where item.seq = receipt.column1 and (receipt.column5 is null
                or (item.envelope = receipt.column5 and item.signature = receipt.column6)) and item.state in ",
    );
    update.push(states);
    update
}
