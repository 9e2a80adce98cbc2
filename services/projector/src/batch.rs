//! What is folded before it is written: in memory, a bounded amount at a time.

use std::collections::{HashMap, HashSet};

use tais_log::Entry;
use tais_proto::reference::Reference;
use uuid::Uuid;

use crate::ProjectorError;
use crate::copy::Copied;
use crate::projection::{Projection, Row, envelope};

/// The bytes of rows and the streams of which a batch is full.
const BATCH_BYTES: usize = 6 * 1024 * 1024;
const BATCH_STREAMS: usize = 1_536;

/// What entries come to that are folded one after another: rows, and what the fold remembers.
pub(crate) struct Batch<P: Projection> {
    /// Of each table.
    rows: Vec<Copied>,
    /// Of which stream each row of the first table is, and where it begins.
    begins: Vec<(Uuid, i64)>,
    /// Where the last row begins that a stream had before, of those that had one.
    last: HashMap<Uuid, i64>,
    states: HashMap<Uuid, P::State>,
    /// What the batch before it, which may not be written yet, left of each of its streams: what the fold remembers,
    /// and where the last row begins.
    left: HashMap<Uuid, (P::State, Option<i64>)>,
}

impl<P: Projection> Default for Batch<P> {
    fn default() -> Self {
        Self {
            rows: P::TABLES.iter().map(|_| Copied::default()).collect(),
            begins: Vec::new(),
            last: HashMap::new(),
            states: HashMap::new(),
            left: HashMap::new(),
        }
    }
}

impl<P: Projection> Batch<P> {
    /// Folds one more entry, of a stream that is loaded.
    pub fn fold(&mut self, entry: &Entry, reference: &Reference) -> Result<(), ProjectorError> {
        let stream = entry.stream.id.0;
        let before = self.states.remove(&stream);
        let (state, rows) = P::apply(before, &envelope(entry)?, entry.position, reference)?;
        self.states.insert(stream, state);
        for row in &rows {
            self.rows[row.table()].add(row)?;
            self.begins.extend(row.begins());
        }
        Ok(())
    }

    /// What is to be written, and the batch that goes on from here meanwhile.
    pub fn close(self) -> (Closed, Self) {
        let (ends, before) = ends(&self.begins, &self.last);
        let closed = Closed { rows: self.rows, ends, before };
        let last: HashMap<Uuid, i64> = self.begins.into_iter().collect();
        let left = |(stream, state)| (stream, (state, last.get(&stream).copied()));
        let rows = closed.rows.iter().map(|rows| Copied::with_room(rows.bytes())).collect();
        (closed, Self { rows, left: self.states.into_iter().map(left).collect(), ..Self::default() })
    }

    /// The streams of these entries of which must be loaded what the fold remembers.
    pub fn unknown(&mut self, entries: &[&Entry]) -> Vec<Uuid> {
        let mut streams: HashSet<Uuid> = entries.iter().map(|entry| entry.stream.id.0).collect();
        streams.retain(|stream| !self.states.contains_key(stream) && !self.take_over(*stream));
        streams.into_iter().collect()
    }

    /// What the fold remembers of a stream, and where its last row begins.
    pub fn know(&mut self, stream: Uuid, state: P::State, last: Option<i64>) {
        self.states.insert(stream, state);
        self.last.extend(last.map(|position| (stream, position)));
    }

    /// Takes over what the batch before left of a stream.
    fn take_over(&mut self, stream: Uuid) -> bool {
        let Some((state, last)) = self.left.remove(&stream) else { return false };
        self.know(stream, state, last);
        true
    }

    /// Whether it is time to write it: each row and each stream is held in memory until then.
    pub fn is_full(&self) -> bool {
        self.rows.iter().map(Copied::bytes).sum::<usize>() >= BATCH_BYTES
            || self.states.len() >= BATCH_STREAMS
    }
}

/// What a batch comes to, as it is written.
pub(crate) struct Closed {
    /// Of each table.
    pub rows: Vec<Copied>,
    /// Where each row of the first table ends.
    pub ends: Vec<Option<i64>>,
    pub before: Ends,
}

/// Rows that were the last of their streams: of which stream, where each begins, and where it ends now.
#[derive(Default)]
pub(crate) struct Ends {
    pub streams: Vec<Uuid>,
    pub lasts: Vec<i64>,
    pub ends: Vec<i64>,
}

/// Where each row ends: where the next one of its stream begins, if that is here as well. And where the last row ends
/// that a stream had before.
fn ends(begins: &[(Uuid, i64)], last: &HashMap<Uuid, i64>) -> (Vec<Option<i64>>, Ends) {
    let mut next: HashMap<Uuid, i64> = HashMap::new();
    let mut ends: Vec<_> =
        begins.iter().rev().map(|(stream, position)| next.insert(*stream, *position)).collect();
    ends.reverse();
    let mut before = Ends::default();
    for (stream, first) in next {
        if let Some(last) = last.get(&stream) {
            before.streams.push(stream);
            before.lasts.push(*last);
            before.ends.push(first);
        }
    }
    (ends, before)
}
