//! Other ways to fill and to lay out the log's table, against the one that it has: binary COPY instead of arrays, and
//! partitions by position with what keeps ids, versions and key sequences unique beside them. The same rows, written
//! turn about; `cargo bench -p tais-tests --bench tables`.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, missing_docs, reason = "a bench")]

mod common;

use std::time::Instant;

use common::{Measure, World, report};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};
use tais_log::{Entry, Filter, Log as _, LogError};
use tais_proto::Position;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Rows that are written together.
const BATCH: usize = 1_000;
const COLUMNS: &str = "position, event_id, stream, stream_kind, version, type, state, pillar, occurred_at, \
    recorded_at, key_id, key_seq, envelope, signature, leaf_hash";
const ROWS: &str = "unnest($1::int8[], $2::uuid[], $3::uuid[], $4::int4[], $5::text[], $6::timestamptz[], $7::bytea[],
    $8::bytea[], $9::bytea[]) as t (position, event_id, stream, version, type, recorded_at, envelope, signature, leaf_hash)";

/// The log's table twice, and once in partitions. No constraint of a partitioned table holds over all partitions
/// unless it names the position, so what must be unique has a narrow table of its own.
async fn tables(world: &World, partition: usize) {
    let parts = (0..3).map(|n| {
        let (from, to) = (n * partition, (n + 1) * partition);
        format!(
            "create table bench.part_{n} partition of bench.parts for values from ({from}) to ({to});
             alter table bench.part_{n} alter column envelope set storage external;
             create index on bench.part_{n} (event_id); create index on bench.part_{n} (stream, version);
             create index on bench.part_{n} using brin (recorded_at);
             create index on bench.part_{n} (pillar, position) where pillar is not null;"
        )
    });
    let statements = format!(
        "create table bench.arrays (like log.entry including all);
         create table bench.copied (like log.entry including all);
         create table bench.parts (like log.entry, primary key (position)) partition by range (position);
         {}
         create table bench.parts_id (event_id uuid primary key, position bigint not null);
         create table bench.parts_version (stream uuid, version int, primary key (stream, version));
         create table bench.parts_key_seq (key_id text, key_seq int, primary key (key_id, key_seq));",
        parts.collect::<String>()
    );
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(&world.operator).await.unwrap();
}

async fn arrays(connection: &mut PgConnection, table: &str, beside: &str, entries: &[Entry]) {
    let statement = format!(
        "with rows as (insert into bench.{table} ({COLUMNS})
             select position, event_id, stream, 'activity', version, type, 'TL', 'apsc', recorded_at,
                    recorded_at, '0123456789abcdef', position, envelope, signature, leaf_hash from {ROWS}){beside}
         select 1"
    );
    sqlx::query(AssertSqlSafe(statement))
        .bind(entries.iter().map(|entry| entry.position.0 as i64).collect::<Vec<_>>())
        .bind(entries.iter().map(|entry| entry.event_id.0).collect::<Vec<Uuid>>())
        .bind(entries.iter().map(|entry| entry.stream.id.0).collect::<Vec<Uuid>>())
        .bind(entries.iter().map(|entry| entry.version as i32).collect::<Vec<_>>())
        .bind(entries.iter().map(|entry| entry.event_type.as_str()).collect::<Vec<_>>())
        .bind(entries.iter().map(|entry| entry.recorded_at.to_utc()).collect::<Vec<OffsetDateTime>>())
        .bind(entries.iter().map(|entry| &entry.signed.bytes[..]).collect::<Vec<_>>())
        .bind(entries.iter().map(|entry| entry.signed.signature.as_slice()).collect::<Vec<_>>())
        .bind(entries.iter().map(|entry| entry.leaf_hash.0.as_slice()).collect::<Vec<_>>())
        .execute(connection)
        .await
        .unwrap();
}

/// What is unique in a log of partitions, in the same statement.
const BESIDE: &str = ", ids as (insert into bench.parts_id select * from unnest($2::uuid[], $1::int8[])),
    versions as (insert into bench.parts_version select * from unnest($3::uuid[], $4::int4[])),
    sequences as (insert into bench.parts_key_seq select '0123456789abcdef', n from unnest($1::int8[]) as n)";

/// PostgreSQL's binary COPY format: <https://www.postgresql.org/docs/current/sql-copy.html>.
async fn copied(connection: &mut PgConnection, entries: &[Entry]) {
    let mut bytes = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    for entry in entries {
        bytes.extend(15_i16.to_be_bytes());
        let epoch = OffsetDateTime::UNIX_EPOCH + Duration::days(10_957);
        let at = ((entry.recorded_at.to_utc() - epoch).whole_microseconds() as i64).to_be_bytes();
        let fields: [&[u8]; 15] = [
            &entry.position.0.to_be_bytes(),
            entry.event_id.0.as_bytes(),
            entry.stream.id.0.as_bytes(),
            b"activity",
            &entry.version.to_be_bytes(),
            entry.event_type.as_bytes(),
            b"TL",
            b"apsc",
            &at,
            &at,
            b"0123456789abcdef",
            &(entry.position.0 as u32).to_be_bytes(),
            &entry.signed.bytes,
            &entry.signed.signature,
            &entry.leaf_hash.0,
        ];
        for field in fields {
            bytes.extend(i32::try_from(field.len()).unwrap().to_be_bytes());
            bytes.extend_from_slice(field);
        }
    }
    bytes.extend((-1_i16).to_be_bytes());
    let mut tx = connection.begin().await.unwrap();
    let statement = format!("copy bench.copied ({COLUMNS}) from stdin (format binary)");
    let mut copy = tx.copy_in_raw(&statement).await.unwrap();
    copy.send(bytes).await.unwrap();
    copy.finish().await.unwrap();
    tx.commit().await.unwrap();
}

/// What tables of such names take with their indexes, a row.
async fn bytes(world: &World, names: &str, rows: usize) -> f64 {
    let size: i64 = sqlx::query_scalar(
        "select sum(pg_total_relation_size(oid))::bigint from pg_class
          where relnamespace = 'bench'::regnamespace and relkind = 'r' and relname ~ $1",
    )
    .bind(names)
    .fetch_one(&world.operator)
    .await
    .unwrap();
    size as f64 / rows as f64
}

#[tokio::main]
async fn main() -> Result<(), LogError> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rounds, count) = if quick { (2, 1_000) } else { (5, 20_000) };
    let mut world = World::new().await;
    world.record(u32::try_from(rounds * count).unwrap()).await;
    tables(&world, rounds * count / 2).await;
    let mut connection = world.operator.acquire().await.unwrap();
    let mut copy = Measure::new("the log's rows by arrays, against binary COPY", "rows/s");
    let mut parts = Measure::new("the log in one table, against partitions by position", "rows/s");
    let mut kept = Measure::new("the log in one table, against partitions by position", "bytes a row");
    for round in 0..rounds {
        let mut entries = Vec::new();
        while entries.len() < count {
            let from = Position((round * count + entries.len()) as u64);
            let left = (count - entries.len()).min(BATCH);
            entries.extend(world.log.read_from(from, left, &Filter::default()).await?.entries);
        }
        let rate = |start: Instant| count as f64 / start.elapsed().as_secs_f64();
        let start = Instant::now();
        for batch in entries.chunks(BATCH) {
            arrays(&mut connection, "arrays", "", batch).await;
        }
        let by_arrays = rate(start);
        copy.ours.push(by_arrays);
        parts.ours.push(by_arrays);
        let start = Instant::now();
        for batch in entries.chunks(BATCH) {
            copied(&mut connection, batch).await;
        }
        copy.reference.push(rate(start));
        let start = Instant::now();
        for batch in entries.chunks(BATCH) {
            arrays(&mut connection, "parts", BESIDE, batch).await;
        }
        parts.reference.push(rate(start));
    }
    kept.ours.push(bytes(&world, "^arrays$", rounds * count).await);
    kept.reference.push(bytes(&world, "^part", rounds * count).await);
    report(&world, "the table of the log", &[copy, parts, kept]).await;
    Ok(())
}
