//! Tiles in the table: an append writes what it makes whole; nothing is ever written twice.

use sqlx::postgres::PgConnection;
use sqlx::{PgPool, Row as _};

use crate::LogError;
use crate::tile::{Edge, HEIGHT, TileRef, WIDTH, Whole};

/// Whether between these sizes a tile becomes whole whose hashes are themselves roots of tiles. That is
/// one append of some thousands, and takes more than one statement.
pub(super) const fn ends_a_tile_of_tiles(from: u64, to: u64) -> bool {
    from >> (2 * HEIGHT) != to >> (2 * HEIGHT)
}

fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The edge of a tree of this size.
pub(super) async fn edge(connection: &mut PgConnection, size: u64) -> Result<Edge, LogError> {
    let first = size - size % u64::from(WIDTH);
    let hashes = leaves(connection, first, size).await?;
    Edge::from_parts(size, hashes).ok_or(LogError::Hole(first))
}

/// Writes every tile of a tree of this size that is whole and not there yet, level by level.
pub(crate) async fn complete(connection: &mut PgConnection, size: u64) -> Result<(), LogError> {
    let mut level = 0_u8;
    loop {
        let whole = size.checked_shr(u32::from(HEIGHT) * (u32::from(level) + 1)).unwrap_or(0);
        if whole == 0 {
            return Ok(());
        }
        let there: i64 =
            sqlx::query_scalar("select coalesce(max(index) + 1, 0) from log.tile where level = $1")
                .bind(i16::from(level))
                .fetch_one(&mut *connection)
                .await?;
        for index in u64::try_from(there).unwrap_or(0)..whole {
            let (first, end) = (index * u64::from(WIDTH), (index + 1) * u64::from(WIDTH));
            let hashes = match level.checked_sub(1) {
                None => leaves(connection, first, end).await?,
                Some(below) => roots(connection, below, first, end).await?,
            };
            let tile = Whole::of(index, hashes).ok_or(LogError::Hole(first))?;
            sqlx::query("insert into log.tile (level, index, hashes, root) values ($1, $2, $3, $4)")
                .bind(i16::from(level))
                .bind(int(index))
                .bind(tile.hashes)
                .bind(tile.root.to_vec())
                .execute(&mut *connection)
                .await?;
        }
        level += 1;
    }
}

/// The hashes of a tile, as far as the table has them.
pub(super) async fn read(pool: &PgPool, tile: TileRef) -> Result<Option<Vec<u8>>, LogError> {
    let mut connection = pool.acquire().await?;
    let (first, end) = (tile.first(), tile.first().saturating_add(u64::from(tile.width)));
    let hashes = if tile.is_whole() {
        sqlx::query_scalar("select hashes from log.tile where level = $1 and index = $2")
            .bind(i16::from(tile.level))
            .bind(int(tile.index))
            .fetch_optional(&mut *connection)
            .await?
    } else {
        Some(match tile.level.checked_sub(1) {
            None => leaves(&mut connection, first, end).await?,
            Some(below) => roots(&mut connection, below, first, end).await?,
        })
    };
    Ok(hashes.filter(|hashes| hashes.len() == usize::from(tile.width) * 32))
}

/// The leaf hashes of these positions that are there, one after the other.
async fn leaves(connection: &mut PgConnection, first: u64, end: u64) -> Result<Vec<u8>, LogError> {
    let rows = sqlx::query(
        "select leaf_hash as hash from log.entry where position >= $1 and position < $2 order by position",
    )
    .bind(int(first))
    .bind(int(end))
    .fetch_all(connection)
    .await?;
    joined(&rows)
}

/// The roots of these tiles that are there, one after the other.
async fn roots(connection: &mut PgConnection, level: u8, first: u64, end: u64) -> Result<Vec<u8>, LogError> {
    let rows = sqlx::query(
        "select root as hash from log.tile where level = $1 and index >= $2 and index < $3 order by index",
    )
    .bind(i16::from(level))
    .bind(int(first))
    .bind(int(end))
    .fetch_all(connection)
    .await?;
    joined(&rows)
}

fn joined(rows: &[sqlx::postgres::PgRow]) -> Result<Vec<u8>, LogError> {
    let mut hashes = Vec::with_capacity(rows.len() * 32);
    for row in rows {
        hashes.extend_from_slice(row.try_get::<&[u8], _>("hash")?);
    }
    Ok(hashes)
}
