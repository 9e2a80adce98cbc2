//! Replay: every projection folded again from the log alone, and its digest beside the live one.

use std::collections::HashMap;

use sqlx::PgPool;
use tais_domain::{Commitment, Forum, Indicator, Obligation};
use tais_log::{Filter, Log};
use tais_proto::reference::Reference;
use tais_proto::{Position, StreamId};

use crate::activity::ActivityProjection;
use crate::projection::{Digest, Projection, Row as _, Table, envelope};
use crate::state::StateProjection;
use crate::{ProjectorError, store};

/// The most entries read at a time.
const PAGE_MAX: usize = 1_000;

/// The digest at a position of one table of a projection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayedDigest {
    /// What the table's content is called.
    pub name: &'static str,
    /// Its version.
    pub version: u32,
    /// The digest, in lower-case hexadecimal.
    pub digest: String,
}

/// Where the rows of a replay go, projection by projection, those of each table in canonical order.
pub trait Sink: Send {
    /// Takes the next rows of a projection.
    fn take<P: Projection>(
        &mut self,
        rows: &[P::Row],
    ) -> impl Future<Output = Result<(), ProjectorError>> + Send;
}

/// Keeps no rows: a replay for its digests.
#[derive(Clone, Copy, Debug)]
pub struct DigestsOnly;

impl Sink for DigestsOnly {
    async fn take<P: Projection>(&mut self, _rows: &[P::Row]) -> Result<(), ProjectorError> {
        Ok(())
    }
}

struct Fold<P: Projection> {
    states: HashMap<StreamId, P::State>,
    /// Of the entries since the last page.
    rows: Vec<P::Row>,
    /// Of each table.
    digests: Vec<Digest>,
}

impl<P: Projection> Fold<P> {
    fn new() -> Self {
        let digests = P::TABLES.iter().map(Digest::new).collect();
        Self { states: HashMap::new(), rows: Vec::new(), digests }
    }

    fn apply(&mut self, entry: &tais_log::Entry, reference: &Reference) -> Result<(), ProjectorError> {
        if entry.stream.kind != P::STREAMS {
            return Ok(());
        }
        let before = self.states.remove(&entry.stream.id);
        let (state, rows) = P::apply(before, &envelope(entry)?, entry.position, reference)?;
        self.states.insert(entry.stream.id, state);
        self.rows.extend(rows);
        Ok(())
    }

    async fn hand_over(&mut self, sink: &mut impl Sink) -> Result<(), ProjectorError> {
        self.rows.iter().try_for_each(|row| self.digests[row.table()].add(row))?;
        sink.take::<P>(&self.rows).await?;
        self.rows.clear();
        Ok(())
    }

    fn finish(self) -> impl Iterator<Item = ReplayedDigest> {
        P::TABLES.iter().zip(self.digests).map(|(table, digest)| finish(table, digest))
    }
}

fn finish(table: &Table, digest: Digest) -> ReplayedDigest {
    ReplayedDigest { name: table.name, version: table.version, digest: digest.finish() }
}

/// Folds the log from its beginning up to and including a position, and hands the rows over. `progress`
/// hears how many entries are done.
///
/// # Errors
/// When the log cannot be read, does not fold, or the rows are not taken.
pub async fn replay<L: Log>(
    log: &L,
    up_to: Position,
    reference: &Reference,
    sink: &mut impl Sink,
    mut progress: impl FnMut(u64),
) -> Result<Vec<ReplayedDigest>, ProjectorError> {
    let mut activity = Fold::<ActivityProjection>::new();
    let mut commitment = Fold::<StateProjection<Commitment>>::new();
    let mut indicator = Fold::<StateProjection<Indicator>>::new();
    let mut obligation = Fold::<StateProjection<Obligation>>::new();
    let mut forum = Fold::<StateProjection<Forum>>::new();
    let mut next = Position(0);
    while next <= up_to {
        let page = log.read_from(next, PAGE_MAX, &Filter::default()).await?;
        if page.entries.is_empty() {
            break;
        }
        for entry in page.entries.iter().filter(|entry| entry.position <= up_to) {
            activity.apply(entry, reference)?;
            commitment.apply(entry, reference)?;
            indicator.apply(entry, reference)?;
            obligation.apply(entry, reference)?;
            forum.apply(entry, reference)?;
        }
        activity.hand_over(sink).await?;
        commitment.hand_over(sink).await?;
        indicator.hand_over(sink).await?;
        obligation.hand_over(sink).await?;
        forum.hand_over(sink).await?;
        next = page.scanned_to;
        progress(next.0.min(up_to.0 + 1));
    }
    let states =
        commitment.finish().chain(indicator.finish()).chain(obligation.finish()).chain(forum.finish());
    Ok(activity.finish().chain(states).collect())
}

/// The digests of the live rows at a position, in the same order as [`replay`]'s.
///
/// # Errors
/// When the rows cannot be read.
pub async fn live_digests(pool: &PgPool, up_to: Position) -> Result<Vec<ReplayedDigest>, ProjectorError> {
    let mut digests = live::<ActivityProjection>(pool, up_to).await?;
    digests.extend(live::<StateProjection<Commitment>>(pool, up_to).await?);
    digests.extend(live::<StateProjection<Indicator>>(pool, up_to).await?);
    digests.extend(live::<StateProjection<Obligation>>(pool, up_to).await?);
    digests.extend(live::<StateProjection<Forum>>(pool, up_to).await?);
    Ok(digests)
}

async fn live<P: Projection>(pool: &PgPool, up_to: Position) -> Result<Vec<ReplayedDigest>, ProjectorError> {
    let mut digests = Vec::with_capacity(P::TABLES.len());
    for (place, table) in P::TABLES.iter().enumerate() {
        let mut digest = Digest::new(table);
        store::each_live_row::<P>(pool, place, up_to, |row| digest.add(&row)).await?;
        digests.push(finish(table, digest));
    }
    Ok(digests)
}
