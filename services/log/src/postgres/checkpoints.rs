//! Checkpoints in the table: each after the one before it, and none twice.

use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};
use tais_proto::Timestamp;

use crate::LogError;
use crate::checkpoint::{NoteKey, SignedCheckpoint};

pub(super) async fn last(pool: &PgPool) -> Result<Option<SignedCheckpoint>, LogError> {
    let row = sqlx::query(
        "select size, note, array(select line from log.cosignature c where c.size = p.size order by cosigned_at)
                as lines from log.checkpoint p order by size desc limit 1",
    )
    .fetch_optional(pool)
    .await?;
    row.as_ref().map(checkpoint).transpose()
}

pub(super) async fn cosigned(pool: &PgPool, limit: i64) -> Result<Vec<SignedCheckpoint>, LogError> {
    let rows = sqlx::query(
        "select size, note, array(select line from log.cosignature c where c.size = p.size order by cosigned_at)
                as lines from log.checkpoint p
          where exists (select from log.cosignature c where c.size = p.size) order by size desc limit $1",
    )
    .bind(limit)
    .fetch_all(pool)
    .await?;
    rows.iter().map(checkpoint).collect()
}

fn checkpoint(row: &PgRow) -> Result<SignedCheckpoint, LogError> {
    let size = u64::try_from(row.try_get::<i64, _>("size")?).unwrap_or(0);
    let altered = || LogError::Altered { position: size, problem: "the checkpoint kept there".to_owned() };
    // Lines of one witness follow each other; who verifies takes its latest.
    let note = [row.try_get("note")?, row.try_get::<Vec<String>, _>("lines")?.concat().into_bytes()].concat();
    let checkpoint = SignedCheckpoint::parse(&note).map_err(|_| altered())?;
    if checkpoint.checkpoint().size == size { Ok(checkpoint) } else { Err(altered()) }
}

pub(super) async fn keep(
    pool: &PgPool,
    previous: u64,
    signed: &SignedCheckpoint,
    at: Timestamp,
) -> Result<bool, LogError> {
    let int = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let checkpoint = signed.checkpoint();
    let kept = sqlx::query(
        "insert into log.checkpoint (size, previous, root, signed_at, note)
         select $1, $2, $3, $4, $5
          where $2 = (select coalesce(max(size), 0) from log.checkpoint) and $2 < $1
         on conflict do nothing",
    )
    .bind(int(checkpoint.size))
    .bind(int(previous))
    .bind(checkpoint.root.to_vec())
    .bind(at.to_utc())
    .bind(signed.note())
    .execute(pool)
    .await?;
    Ok(kept.rows_affected() == 1)
}

pub(super) async fn keep_cosignature(
    pool: &PgPool,
    signed: &SignedCheckpoint,
    witness: &NoteKey,
    time: u64,
) -> Result<(), LogError> {
    let seconds = i64::try_from(time).unwrap_or(i64::MAX);
    let at = Timestamp::from_unix_micros(seconds.saturating_mul(1_000_000));
    sqlx::query(
        "insert into log.cosignature (size, witness, cosigned_at, line) values ($1, $2, $3, $4) on conflict do nothing",
    )
    .bind(i64::try_from(signed.checkpoint().size).unwrap_or(i64::MAX))
    .bind(witness.to_string())
    .bind(at.to_utc())
    .bind(signed.line_of(witness).unwrap_or_default())
    .execute(pool)
    .await?;
    Ok(())
}
