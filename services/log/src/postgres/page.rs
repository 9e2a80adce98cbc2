//! Reading in order: a page, how far it looked, and that nothing is missing from it.

use futures_util::TryStreamExt as _;
use sqlx::{PgPool, Postgres, QueryBuilder, Row as _};
use tais_proto::Position;

use crate::LogError;
use crate::entry::{Entry, Filter, Page};
use crate::read::{COLUMNS, bigint, entry, position};

/// The entries that most readers ask for at once, or more.
const PAGE: usize = 1_024;

/// The head and the entries come from one statement, hence from one snapshot.
pub(super) async fn read(
    pool: &PgPool,
    from: Position,
    limit: usize,
    filter: &Filter,
) -> Result<Page, LogError> {
    if limit == 0 {
        return Ok(Page::of(Vec::new(), from, limit, from.0));
    }
    loop {
        let mut statement = QueryBuilder::<Postgres>::new(format!(
            "select {COLUMNS}, (select next_position from log.head where log = 1) as next_position
               from log.entry where position >= "
        ));
        statement.push_bind(bigint(from));
        push_filter(&mut statement, filter);
        statement.push(" order by position limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let mut rows = statement.build().fetch(pool);
        // A page's worth of room at once, unless somebody asks for the whole log.
        let (mut entries, mut next) = (Vec::with_capacity(limit.min(PAGE)), None);
        while let Some(row) = rows.try_next().await? {
            if next.is_none() {
                next = Some(position(row.try_get("next_position")?));
            }
            entries.push(entry(&row)?);
        }
        if let Some(next) = next {
            return page(entries, from, limit, filter, next);
        }
        drop(rows);
        if let Some(next) = nothing(pool, from, filter).await? {
            return page(Vec::new(), from, limit, filter, next);
        }
        // Something came between the two statements.
    }
}

/// Where the log ends, if there is nothing to read from a position on.
///
/// Every follower asks this whenever it has read all. It asks for the first entry, not whether there is any: for the
/// latter a kept plan, which does not know that the position is the end, goes through the whole table.
async fn nothing(pool: &PgPool, from: Position, filter: &Filter) -> Result<Option<Position>, LogError> {
    let mut statement = QueryBuilder::<Postgres>::new(
        "select next_position, (select position from log.entry where position >= ",
    );
    statement.push_bind(bigint(from));
    push_filter(&mut statement, filter);
    statement.push(" order by position limit 1) from log.head where log = 1");
    let (next, first): (i64, Option<i64>) = statement.build_query_as().fetch_one(pool).await?;
    Ok(first.is_none().then(|| position(next)))
}

/// Backwards from a position, which need not exist yet.
pub(super) async fn read_before(
    pool: &PgPool,
    before: Position,
    limit: usize,
    filter: &Filter,
) -> Result<Vec<Entry>, LogError> {
    let mut statement =
        QueryBuilder::<Postgres>::new(format!("select {COLUMNS} from log.entry where position < "));
    statement.push_bind(bigint(before));
    push_filter(&mut statement, filter);
    statement.push(" order by position desc limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = statement.build().fetch_all(pool).await?;
    let entries: Vec<Entry> = rows.iter().map(entry).collect::<Result<_, _>>()?;
    if filter.is_everything() {
        let gap = entries.windows(2).find_map(|pair| match pair {
            [later, earlier] if earlier.position.next() != later.position => Some(earlier.position.0 + 1),
            _ => None,
        });
        return gap.map_or(Ok(entries), |hole| Err(LogError::Hole(hole)));
    }
    Ok(entries)
}

fn push_filter(statement: &mut QueryBuilder<Postgres>, filter: &Filter) {
    // Only what is asked for stands in the statement: "$1 is null or pillar = $1" would hide the
    // condition from the index as soon as PostgreSQL keeps one plan for all values. Codes are our own
    // constants and stand there as they are: how rare a pillar is decides how it is best found.
    if let Some(pillar) = filter.pillar {
        statement.push(format_args!(" and pillar = '{}'", pillar.code()));
    }
    if let Some(kind) = filter.kind {
        statement.push(format_args!(" and stream_kind = '{}'", kind.code()));
    }
    if let Some(stream) = filter.stream {
        statement.push(" and stream = ").push_bind(stream.0);
    }
}

fn page(
    entries: Vec<Entry>,
    from: Position,
    limit: usize,
    filter: &Filter,
    next: Position,
) -> Result<Page, LogError> {
    if filter.is_everything() {
        assert_contiguous(&entries, from, next, limit)?;
    }
    Ok(Page::of(entries, from, limit, next.0))
}

/// Positions are gapless: a hole means that the record was altered, and reading on would hide it.
fn assert_contiguous(
    entries: &[Entry],
    from: Position,
    next: Position,
    limit: usize,
) -> Result<(), LogError> {
    let expected = (next.0.saturating_sub(from.0)).min(limit as u64);
    let missing = (from.0..).zip(entries).find(|(position, entry)| entry.position.0 != *position);
    match missing {
        Some((position, _)) => Err(LogError::Hole(position)),
        None if (entries.len() as u64) < expected => Err(LogError::Hole(from.0 + entries.len() as u64)),
        None => Ok(()),
    }
}
