//! Where projections live: a schema a build, a checkpoint a build, and the views that readers use.
//!
//! ```text
//! projection.build   which builds there are, how far each is, which one is live
//! p_<name>_<build>   the rows of one build
//! read.<view>        what readers see; swapped to a new build in one transaction
//! ```

use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection as _, PgPool, Row as _};
use tais_log::Entry;
use tais_log::frontier::Frontier;
use tais_proto::Position;

use crate::ProjectorError;
use crate::batch::{Batch, Closed, Ends};
use crate::projection::{Projection, Row as _, Table, bigint};

/// Makes the catalogue of builds and the schema of views, where they are missing.
///
/// # Errors
/// When the database refuses.
pub async fn migrate(pool: &PgPool) -> Result<(), ProjectorError> {
    sqlx::raw_sql(
        "create schema if not exists projection;
         create schema if not exists read;
         create table if not exists projection.build (
             id bigint generated always as identity primary key,
             name text not null,
             version int not null,
             live boolean not null default false,
             -- how many entries it has folded; the next position to read
             size bigint not null default 0,
             -- the Merkle frontier at that size: with it the checkpoint says which history it is of
             frontier bytea[] not null default '{}');
         create unique index if not exists build_live on projection.build (name) where live;",
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// One build of a projection, and how far it is.
#[derive(Clone, Debug)]
pub(crate) struct Build {
    pub id: i64,
    pub live: bool,
    pub frontier: Frontier,
}

impl Build {
    fn schema<P: Projection>(&self) -> String {
        format!("p_{}_{}", P::NAME, self.id)
    }

    /// The next position to read.
    pub const fn next(&self) -> Position {
        Position(self.frontier.size())
    }
}

/// The live build of this version, or the one being built; made where there is none.
pub(crate) async fn open<P: Projection>(pool: &PgPool, fresh: bool) -> Result<Build, ProjectorError> {
    let mut tx = pool.begin().await?;
    // One projector at a time decides which builds there are.
    sqlx::query("select pg_advisory_xact_lock(hashtext($1))").bind(P::NAME).execute(&mut *tx).await?;
    // A build whose schema somebody dropped is no build; it is made anew.
    sqlx::query("delete from projection.build where name = $1 and to_regclass('p_' || name || '_' || id || '.row') is null")
        .bind(P::NAME)
        .execute(&mut *tx)
        .await?;
    let found = sqlx::query(
        "select id, live, size, frontier from projection.build
          where name = $1 and version = $2 and (not $3 or not live) order by live desc, id desc limit 1",
    )
    .bind(P::NAME)
    .bind(version::<P>())
    .bind(fresh)
    .fetch_optional(&mut *tx)
    .await?;
    let build = match found {
        Some(row) => Build {
            id: row.try_get("id")?,
            live: row.try_get("live")?,
            frontier: read_frontier::<P>(row.try_get("size")?, &row.try_get::<Vec<Vec<u8>>, _>("frontier")?)?,
        },
        None => create::<P>(&mut tx).await?,
    };
    tx.commit().await?;
    Ok(build)
}

fn version<P: Projection>() -> i32 {
    i32::try_from(P::version()).unwrap_or(i32::MAX)
}

fn read_frontier<P: Projection>(size: i64, hashes: &[Vec<u8>]) -> Result<Frontier, ProjectorError> {
    let altered = |problem: String| ProjectorError::Altered { name: P::NAME, problem };
    let size = u64::try_from(size).map_err(|_| altered(format!("a size of {size}")))?;
    Frontier::from_parts(size, hashes).map_err(|error| altered(error.to_string()))
}

async fn create<P: Projection>(tx: &mut PgConnection) -> Result<Build, ProjectorError> {
    let id: i64 =
        sqlx::query_scalar("insert into projection.build (name, version) values ($1, $2) returning id")
            .bind(P::NAME)
            .bind(version::<P>())
            .fetch_one(&mut *tx)
            .await?;
    let build = Build { id, live: false, frontier: Frontier::default() };
    let schema = build.schema::<P>();
    let mut statements = vec![format!("create schema {schema}")];
    for Table { table, columns, beside, .. } in P::TABLES {
        // A state of 2 KB is kept as it is: to press it took a tenth of a build, for a quarter less of disk.
        let kept = "with (toast_tuple_target = 8160)";
        statements.push(format!("create table {schema}.{table} ({columns}) {kept}"));
        statements.extend(beside.iter().map(|statement| statement.replace("{schema}", &schema)));
    }
    for statement in statements {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await?;
    }
    Ok(build)
}

/// Makes what readers need of a build that has caught up.
pub(crate) async fn index<P: Projection>(pool: &PgPool, build: &Build) -> Result<(), ProjectorError> {
    for statement in P::TABLES.iter().flat_map(|table| table.indexes) {
        let statement = statement.replace("{schema}", &build.schema::<P>());
        sqlx::query(AssertSqlSafe(statement)).execute(pool).await?;
    }
    Ok(())
}

/// Whether another projector moved a build, or swapped it away.
pub(crate) async fn has_moved(pool: &PgPool, build: &Build) -> Result<bool, ProjectorError> {
    let size: Option<i64> =
        sqlx::query_scalar("select size from projection.build where id = $1 and live = $2")
            .bind(build.id)
            .bind(build.live)
            .fetch_optional(pool)
            .await?;
    Ok(size != Some(bigint(build.next())))
}

/// Loads what the fold remembers of these streams into a batch.
pub(crate) async fn load<P: Projection>(
    pool: &PgPool,
    build: &Build,
    batch: &mut Batch<P>,
    entries: &[&Entry],
) -> Result<(), ProjectorError> {
    let streams = batch.unknown(entries);
    if streams.is_empty() {
        return Ok(());
    }
    let (schema, stream) = (build.schema::<P>(), P::STREAM);
    // Asked stream for stream, for its last row: PostgreSQL knows nothing of a table that is being filled, and would
    // go through all of it.
    let statement = format!(
        "select asked.stream, last.body, last.position from unnest($1::uuid[]) as asked (stream)
           cross join lateral (select body, position from {schema}.row
             where {stream} = asked.stream order by position desc limit 1) as last"
    );
    for row in sqlx::query(AssertSqlSafe(statement)).bind(streams).fetch_all(pool).await? {
        let stream = row.try_get(0)?;
        let Json(state) = row.try_get::<Json<P::State>, _>(1)?;
        batch.know(stream, state, Some(row.try_get(2)?));
    }
    Ok(())
}

/// Writes rows and the checkpoint in one transaction.
pub(crate) async fn write<P: Projection>(
    pool: &PgPool,
    build: &Build,
    batch: &Closed,
    frontier: &Frontier,
) -> Result<(), ProjectorError> {
    let mut connection = pool.acquire().await?;
    let mut tx = connection.begin().await?;
    let moved = sqlx::query(
        "update projection.build set size = $1, frontier = $2 where id = $3 and size = $4 and live = $5",
    )
    .bind(bigint(Position(frontier.size())))
    .bind(frontier.hashes())
    .bind(build.id)
    .bind(bigint(build.next()))
    .bind(build.live)
    .execute(&mut *tx)
    .await?;
    if moved.rows_affected() != 1 {
        return Err(ProjectorError::Moved(P::NAME));
    }
    let schema = build.schema::<P>();
    end_rows::<P>(&mut tx, &schema, &batch.before).await?;
    for (place, (Table { table, copied, .. }, rows)) in P::TABLES.iter().zip(&batch.rows).enumerate() {
        let ends = (place == 0).then_some(&batch.ends[..]);
        rows.send(&mut tx, &format!("{schema}.{table}"), copied, ends).await?;
    }
    for statement in P::TABLES.iter().flat_map(|table| table.after) {
        // Planned for these positions each time: a plan for any would be one for a small table, and kept.
        sqlx::query(AssertSqlSafe(statement.replace("{schema}", &schema)))
            .persistent(false)
            .bind(bigint(build.next()) - 1)
            .bind(bigint(Position(frontier.size())) - 1)
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query("select pg_notify('tais_projection', $1)").bind(P::NAME).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// The row that was the last of its stream ends where the first new one begins.
async fn end_rows<P: Projection>(
    tx: &mut PgConnection,
    schema: &str,
    Ends { streams, lasts, ends }: &Ends,
) -> Result<(), ProjectorError> {
    if streams.is_empty() {
        return Ok(());
    }
    // Row for row by the primary key, as in `load`.
    sqlx::query("set local enable_seqscan = off").execute(&mut *tx).await?;
    let statement = format!(
        "update {schema}.row as row set to_position = new.first
           from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as new (stream, last, first)
          where row.{} = new.stream and row.position = new.last",
        P::STREAM
    );
    let update = sqlx::query(AssertSqlSafe(statement)).bind(streams).bind(lasts).bind(ends);
    update.execute(tx).await?;
    Ok(())
}

/// Makes a build that has caught up the live one: its views replace those of the build before, which
/// is then dropped. Readers see either the one or the other.
pub(crate) async fn swap<P: Projection>(pool: &PgPool, build: &Build) -> Result<(), ProjectorError> {
    let mut tx = pool.begin().await?;
    sqlx::query("select pg_advisory_xact_lock(hashtext($1))").bind(P::NAME).execute(&mut *tx).await?;
    // A table of it may have been a projection of its own, in the software before.
    let names: Vec<&str> = P::TABLES.iter().map(|table| table.name).collect();
    let old: Vec<(i64, String)> = sqlx::query_as(
        "select id, name from projection.build where (name = $1 or name = any($2)) and id <> $3",
    )
    .bind(P::NAME)
    .bind(names)
    .bind(build.id)
    .fetch_all(&mut *tx)
    .await?;
    let schema = build.schema::<P>();
    let mut statements = Vec::new();
    for (view, table) in P::TABLES.iter().flat_map(|table| table.views) {
        statements.push(format!("drop view if exists read.{view}"));
        statements.push(format!("create view read.{view} as select * from {schema}.{table}"));
    }
    statements.extend(old.iter().map(|(id, name)| format!("drop schema if exists p_{name}_{id} cascade")));
    for statement in statements {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await?;
    }
    let old: Vec<i64> = old.into_iter().map(|(id, _)| id).collect();
    sqlx::query("delete from projection.build where id = any($1)").bind(old).execute(&mut *tx).await?;
    sqlx::query("update projection.build set live = true where id = $1")
        .bind(build.id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Goes through the live rows of one of the tables up to a position, in canonical order.
pub(crate) async fn each_live_row<P: Projection>(
    pool: &PgPool,
    place: usize,
    up_to: Position,
    mut each: impl FnMut(P::Row) -> Result<(), ProjectorError>,
) -> Result<(), ProjectorError> {
    use futures_util::TryStreamExt as _;
    let Table { views, order, .. } = &P::TABLES[place];
    let statement = format!("select * from read.{} where position <= $1 order by {order}", views[0].0);
    let mut rows = sqlx::query(AssertSqlSafe(statement)).bind(bigint(up_to)).fetch(pool);
    while let Some(row) = rows.try_next().await? {
        each(P::Row::read(place, &row)?)?;
    }
    Ok(())
}
