//! Sequencing a batch: which entries go in, at which positions. Pure, and shared by both logs.

use std::collections::{HashMap, HashSet};

use tais_proto::{EventId, KeyId, Position, Signed, StreamId, Timestamp, leaf_hash};

use crate::entry::{Entry, NewEntry, Outcome, Receipt};
use crate::frontier::Frontier;

/// What the log already holds of what a batch touches.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub ids: HashMap<EventId, (Receipt, Signed)>,
    pub versions: HashMap<StreamId, u32>,
    pub key_seqs: HashSet<(KeyId, u32)>,
}

impl Known {
    /// What the log holds if the batch is right about it: nothing of what it brings, and of each stream
    /// all that comes before.
    pub fn as_the_batch_says(batch: &[NewEntry]) -> Self {
        let mut known = Self::default();
        for NewEntry { envelope, .. } in batch {
            let before = envelope.stream_version.saturating_sub(1);
            known.versions.entry(envelope.stream.id).or_insert(before);
        }
        known
    }
}

/// A batch in order.
#[derive(Debug)]
pub(crate) struct Sequenced {
    pub entries: Vec<Entry>,
    pub outcomes: Vec<Outcome>,
    pub frontier: Frontier,
}

/// Gives positions to what can be appended, from `frontier.size()` on, and says why for the rest.
pub(crate) fn sequence(
    batch: &[NewEntry],
    mut known: Known,
    mut frontier: Frontier,
    recorded_at: Timestamp,
) -> Sequenced {
    let mut entries = Vec::with_capacity(batch.len());
    let mut outcomes = Vec::with_capacity(batch.len());
    let mut left_out = HashSet::new();
    for new in batch {
        let (stream, version) = (new.envelope.stream.id, new.envelope.stream_version);
        let follows = (stream, version.saturating_sub(1));
        let unfounded = || left_out.contains(&follows).then_some(Outcome::Unfounded);
        if let Some(outcome) = conflict(new, &known).or_else(unfounded) {
            if !matches!(outcome, Outcome::AlreadyRecorded(_)) {
                left_out.insert((stream, version));
            }
            outcomes.push(outcome);
            continue;
        }
        left_out.remove(&(stream, version));
        let entry = entry(new, Position(frontier.size()), recorded_at);
        frontier.append(entry.leaf_hash);
        known.ids.insert(entry.event_id, (entry.receipt(), new.signed.clone()));
        known.versions.insert(entry.stream.id, entry.version);
        known.key_seqs.insert((new.envelope.key_id.clone(), new.envelope.key_seq));
        outcomes.push(Outcome::Recorded(entry.receipt()));
        entries.push(entry);
    }
    Sequenced { entries, outcomes, frontier }
}

impl Sequenced {
    /// Each entry with the new entry of the batch that it was made of.
    pub(crate) fn recorded<'a>(
        &'a self,
        batch: &'a [NewEntry],
    ) -> impl Iterator<Item = (&'a Entry, &'a NewEntry)> {
        let taken = batch.iter().zip(&self.outcomes);
        let taken = taken.filter(|(_, outcome)| matches!(outcome, Outcome::Recorded(_))).map(|(new, _)| new);
        self.entries.iter().zip(taken)
    }
}

fn conflict(new: &NewEntry, known: &Known) -> Option<Outcome> {
    let envelope = &new.envelope;
    if let Some((receipt, signed)) = known.ids.get(&envelope.id) {
        return Some(match *signed == new.signed {
            true => Outcome::AlreadyRecorded(*receipt),
            false => Outcome::IdReused(*receipt),
        });
    }
    let expected = known.versions.get(&envelope.stream.id).copied().unwrap_or(0) + 1;
    if envelope.stream_version != expected {
        return Some(Outcome::VersionConflict { expected, given: envelope.stream_version });
    }
    let taken = known.key_seqs.contains(&(envelope.key_id.clone(), envelope.key_seq));
    taken.then_some(Outcome::KeySequenceReused)
}

fn entry(new: &NewEntry, position: Position, recorded_at: Timestamp) -> Entry {
    let envelope = &new.envelope;
    Entry {
        position,
        event_id: envelope.id,
        stream: envelope.stream,
        version: envelope.stream_version,
        event_type: envelope.event.event_type().as_str().to_owned(),
        state: envelope.source.state.clone(),
        pillar: new.pillar,
        recorded_at,
        signed: new.signed.clone(),
        leaf_hash: leaf_hash(&new.signed, position, recorded_at),
    }
}
