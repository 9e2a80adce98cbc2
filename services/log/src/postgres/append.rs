//! The append path. As a rule it is one statement: the head is where the last append left it, the ids
//! and versions are new, and the tables' own constraints say so. Where they say no, the head row is
//! locked, what the batch touches is looked up, and the same statement runs on what was found.

use std::collections::HashSet;

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use tais_proto::{EventId, KeyId, LeafHash, Position, Signed, StreamId, Timestamp};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{HeadRow, Next, head};
use crate::LogError;
use crate::append::Known;
use crate::entry::{NewEntry, Quarantined, Receipt};
use crate::read::{bigint, position};

/// Takes the lock that orders all appends.
pub(super) async fn lock_head(tx: &mut Transaction<'_, Postgres>) -> Result<HeadRow, LogError> {
    let row = sqlx::query(
        "select next_position, frontier, last_recorded_at from log.head where log = 1 for update",
    )
    .fetch_one(&mut **tx)
    .await?;
    head(&row)
}

/// What the log holds of what the batch touches, in one look-up under the lock.
pub(super) async fn known(tx: &mut Transaction<'_, Postgres>, batch: &[NewEntry]) -> Result<Known, LogError> {
    let ids: Vec<Uuid> = batch.iter().map(|new| new.envelope.id.0).collect();
    let mut streams: Vec<Uuid> = batch.iter().map(|new| new.envelope.stream.id.0).collect();
    streams.sort_unstable();
    streams.dedup();
    let keys: Vec<&str> = batch.iter().map(|new| new.envelope.key_id.as_str()).collect();
    let seqs: Vec<i32> = batch.iter().map(|new| int(new.envelope.key_seq)).collect();
    let rows = sqlx::query(
        "select 0::int2 as kind, event_id as id, position as n, null::text as key_id,
                recorded_at, leaf_hash, envelope, signature
           from log.entry where event_id = any($1)
         union all
         select 1::int2, s.id, (select version from log.entry where stream = s.id order by version desc limit 1),
                null, null, null, null, null
           from unnest($2::uuid[]) as s (id)
         union all
         select 2::int2, null, e.key_seq, e.key_id, null, null, null, null
           from unnest($3::text[], $4::int4[]) as k (key_id, key_seq)
           join log.entry e on e.key_id = k.key_id and e.key_seq = k.key_seq",
    )
    .bind(ids)
    .bind(streams)
    .bind(keys)
    .bind(seqs)
    .fetch_all(&mut **tx)
    .await?;
    let mut known = Known::default();
    for row in &rows {
        read_known(row, &mut known)?;
    }
    Ok(known)
}

fn read_known(row: &PgRow, known: &mut Known) -> Result<(), LogError> {
    let n: Option<i64> = row.try_get("n")?;
    match row.try_get::<i16, _>("kind")? {
        0 => {
            let place = position(n.unwrap_or(0));
            let altered =
                |problem: &str| LogError::Altered { position: place.0, problem: problem.to_owned() };
            let leaf: &[u8] = row.try_get("leaf_hash")?;
            let signature: &[u8] = row.try_get("signature")?;
            let receipt = Receipt {
                event_id: EventId(row.try_get("id")?),
                position: place,
                recorded_at: Timestamp::new(row.try_get::<OffsetDateTime, _>("recorded_at")?),
                leaf_hash: LeafHash(leaf.try_into().map_err(|_| altered("leaf_hash"))?),
            };
            let signature = signature.try_into().map_err(|_| altered("signature"))?;
            let signed = Signed { bytes: row.try_get::<Vec<u8>, _>("envelope")?.into(), signature };
            known.ids.insert(receipt.event_id, (receipt, signed));
        }
        1 => {
            let version = n.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            known.versions.insert(StreamId(row.try_get("id")?), version);
        }
        _ => {
            let key: &str = row.try_get("key_id")?;
            if let (Ok(key), Some(seq)) = (key.parse::<KeyId>(), n.and_then(|n| u32::try_from(n).ok())) {
                known.key_seqs.insert((key, seq));
            }
        }
    }
    Ok(())
}

fn int(number: u32) -> i32 {
    // Envelopes carry CloudEvents integers, which are signed 32-bit.
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// What a failed commit means. Where the server refused, nothing was recorded; where the connection
/// ended, whoever ended it, the outcome is unknown, and the event ids tell it later.
pub(super) fn commit_error(error: sqlx::Error) -> LogError {
    let code = match &error {
        sqlx::Error::Database(refused) => refused.code(),
        _ => return LogError::UnknownOutcome(error),
    };
    // Connection lost, server shutting down or crashed, statement completion unknown.
    let ended = code.is_some_and(|code| code.starts_with("08") || code.starts_with("57P") || code == "40003");
    if ended { LogError::UnknownOutcome(error) } else { LogError::Database(error) }
}

/// All of it or nothing: where the head does not stand at $5, or the log lacks what a stream's first
/// entry of the batch follows on ($6, $7), no row comes back and nothing is written.
const ENTRIES: &str = "\
with moved as (
    update log.head set next_position = $1, frontier = $2, last_recorded_at = coalesce($3, last_recorded_at)
     where log = 1 and next_position = $5 and not exists (
         select 1 from unnest($6::uuid[], $7::int4[]) as follows (stream, version)
          where not exists (select 1 from log.entry e
                             where e.stream = follows.stream and e.version = follows.version))
    returning next_position),
entries as (
    insert into log.entry (position, event_id, stream, stream_kind, version, type, state, pillar,
                           occurred_at, recorded_at, key_id, key_seq, envelope, signature, leaf_hash)
    select position, event_id, stream, stream_kind, version, type, state, pillar,
           occurred_at, $4, key_id, key_seq, envelope, signature, leaf_hash
      from unnest($8::int8[], $9::uuid[], $10::uuid[], $11::text[], $12::int4[], $13::text[], $14::text[],
                  $15::text[], $16::timestamptz[], $17::text[], $18::int4[], $19::bytea[], $20::bytea[],
                  $21::bytea[])
        as t (position, event_id, stream, stream_kind, version, type, state, pillar,
              occurred_at, key_id, key_seq, envelope, signature, leaf_hash)
     where exists (select 1 from moved))";

/// What few batches have, and PostgreSQL would prepare for in each: whole tiles, and what is set aside.
const BESIDE: &str = ",
tiles as (
    insert into log.tile (level, index, hashes, root)
    select 0, index, hashes, root from unnest($22::int8[], $23::bytea[], $24::bytea[]) as w (index, hashes, root)
     where exists (select 1 from moved)),
quarantined as (
    insert into log.quarantine (received_at, subject, signature, raw, sha256, code, reason)
    select $4, subject, signature, raw, sha256(raw), code, reason
      from unnest($25::text[], $26::text[], $27::bytea[], $28::text[], $29::text[])
        as q (subject, signature, raw, code, reason)
     where exists (select 1 from moved)
    on conflict do nothing)";

const NOTIFY: &str = " select pg_notify('tais_log', next_position::text) from moved";

/// Everything the batch adds, in one statement, if the head still stands at `from`; gives whether it did.
pub(super) async fn insert(
    connection: &mut PgConnection,
    batch: &[NewEntry],
    next: &Next,
    quarantine: &[Quarantined],
    from: u64,
) -> Result<bool, sqlx::Error> {
    let Next { sequenced, whole, now, .. } = next;
    let recorded: Vec<&NewEntry> = sequenced.recorded(batch).map(|(_, new)| new).collect();
    let entries = &sequenced.entries;
    let quarantine: Vec<Quarantined> = quarantine.iter().map(Quarantined::storable).collect();
    let mut streams = HashSet::new();
    let first = entries.iter().filter(|e| streams.insert(e.stream.id) && e.version > 1);
    let (follows, versions): (Vec<Uuid>, Vec<i32>) =
        first.map(|e| (e.stream.id.0, int(e.version - 1))).unzip();
    let any = (!entries.is_empty()).then(|| now.to_utc());
    let has_beside = !whole.is_empty() || !quarantine.is_empty();
    let statement = [ENTRIES, if has_beside { BESIDE } else { "" }, NOTIFY].concat();
    let mut append = sqlx::query(AssertSqlSafe(statement))
        .bind(bigint(Position(sequenced.frontier.size())))
        .bind(sequenced.frontier.hashes())
        .bind(any)
        .bind(now.to_utc())
        .bind(bigint(Position(from)))
        .bind(follows)
        .bind(versions)
        .bind(entries.iter().map(|e| bigint(e.position)).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.event_id.0).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.stream.id.0).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.stream.kind.code()).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| int(e.version)).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.event_type.as_str()).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.state.as_str()).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.pillar.map(|p| p.code())).collect::<Vec<_>>())
        .bind(recorded.iter().map(|n| n.envelope.time.to_utc()).collect::<Vec<_>>())
        .bind(recorded.iter().map(|n| n.envelope.key_id.as_str()).collect::<Vec<_>>())
        .bind(recorded.iter().map(|n| int(n.envelope.key_seq)).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| &e.signed.bytes[..]).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.signed.signature.as_slice()).collect::<Vec<_>>())
        .bind(entries.iter().map(|e| e.leaf_hash.0.as_slice()).collect::<Vec<_>>());
    if has_beside {
        append = append
            .bind(whole.iter().map(|tile| bigint(Position(tile.index))).collect::<Vec<_>>())
            .bind(whole.iter().map(|tile| tile.hashes.as_slice()).collect::<Vec<_>>())
            .bind(whole.iter().map(|tile| tile.root.as_slice()).collect::<Vec<_>>())
            .bind(quarantine.iter().map(|q| q.subject.as_str()).collect::<Vec<_>>())
            .bind(quarantine.iter().map(|q| q.signature.as_deref()).collect::<Vec<_>>())
            .bind(quarantine.iter().map(|q| q.raw.as_slice()).collect::<Vec<_>>())
            .bind(quarantine.iter().map(|q| q.code.as_str()).collect::<Vec<_>>())
            .bind(quarantine.iter().map(|q| q.reason.as_str()).collect::<Vec<_>>());
    }
    append.fetch_optional(connection).await.map(|moved| moved.is_some())
}

/// Whether the tables refused because of what the batch says, which the slow path tells by name.
pub(super) fn is_conflict(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
