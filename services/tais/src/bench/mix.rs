//! A record as it grows: many things under way at the same time, each of which goes through its life event by event.

use rand::Rng as _;
use rand::distributions::{Distribution as _, WeightedIndex};
use rand::rngs::ThreadRng;
use tais_log::NewEntry;
use tais_proto::{Envelope, Event, StreamId, StreamKind};
use uuid::Uuid;

use super::world::Author;

/// Streams that are under way at the same time.
const UNDER_WAY: usize = 1_000;

macro_rules! life {
    ($($event:literal),+) => {
        &[$(include_str!(concat!("../../../../proto/examples/tais.", $event, ".v1.json"))),+]
    };
}

/// What happens to a stream of a kind, with how many of a hundred streams have such a life. The events are the
/// contract's own examples.
const LIVES: [(u32, &[&str]); 10] = [
    (
        44,
        life![
            "activity.reported",
            "activity.participation-recorded",
            "activity.submitted",
            "activity.validated"
        ],
    ),
    (
        20,
        life![
            "activity.reported",
            "activity.document-attached",
            "activity.participation-recorded",
            "activity.outcome-recorded",
            "activity.submitted",
            "activity.returned",
            "activity.revised",
            "activity.submitted",
            "activity.validated",
            "activity.acknowledged"
        ],
    ),
    (6, life!["activity.reported", "activity.revised", "activity.withdrawn"]),
    (8, life!["commitment.made", "commitment.progressed", "commitment.extended", "commitment.fulfilled"]),
    (6, life!["indicator.defined", "indicator.baseline-set", "indicator.target-set", "indicator.measured"]),
    (4, life!["obligation.scheduled", "obligation.met"]),
    (3, life!["forum.session-held"]),
    (2, life!["forum.member-joined"]),
    (2, life!["forum.mentorship-started", "forum.mentorship-completed"]),
    (5, life!["security.signed-in"]),
];

/// What is under way, and who writes it down.
pub struct Mix<'a> {
    authors: [&'a mut Author; 2],
    lives: Vec<(StreamKind, Vec<Event>)>,
    chosen: WeightedIndex<u32>,
    under_way: Vec<UnderWay>,
    random: ThreadRng,
}

struct UnderWay {
    stream: StreamId,
    life: usize,
    happened: usize,
}

impl<'a> Mix<'a> {
    pub fn new(authors: [&'a mut Author; 2]) -> anyhow::Result<Self> {
        let mut lives = Vec::new();
        for (_, examples) in LIVES {
            let parsed = examples.iter().map(|example| Envelope::parse(example.as_bytes()));
            let envelopes = parsed.collect::<Result<Vec<_>, _>>()?;
            let kind = envelopes.first().map_or(StreamKind::Activity, |envelope| envelope.stream.kind);
            lives.push((kind, envelopes.into_iter().map(|envelope| envelope.event).collect()));
        }
        let chosen = WeightedIndex::new(LIVES.map(|(weight, _)| weight))?;
        Ok(Self { authors, lives, chosen, under_way: Vec::new(), random: rand::thread_rng() })
    }

    /// What happens next, somewhere.
    pub fn next(&mut self) -> anyhow::Result<NewEntry> {
        while self.under_way.len() < UNDER_WAY {
            let life = self.chosen.sample(&mut self.random);
            self.under_way.push(UnderWay { stream: StreamId(Uuid::now_v7()), life, happened: 0 });
        }
        let at = self.random.gen_range(0..self.under_way.len());
        let UnderWay { stream, life, happened } = &mut self.under_way[at];
        let (kind, events) = &self.lives[*life];
        let event = events[*happened].clone();
        *happened += 1;
        let (stream, version, over) = (*stream, u32::try_from(*happened)?, *happened == events.len());
        let author = &mut *self.authors[version as usize % 2];
        let entry = author.entry(*kind, stream, version, event)?;
        if over {
            self.under_way.swap_remove(at);
        }
        Ok(entry)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use tais_log::{Log as _, MemoryLog, Outcome, system_clock};
    use tais_projector::{DigestsOnly, replay};
    use tais_proto::reference::Reference;
    use tais_proto::{AccountId, Position, Publisher, SigningKey};
    use uuid::Uuid;

    use super::super::world::Author;
    use super::Mix;

    #[tokio::test]
    async fn what_happens_is_taken_by_the_log_and_folds() {
        let mut authors = [Publisher::Aec, Publisher::Office].map(|publisher| {
            let key = SigningKey::from_seed(&[u8::from(publisher == Publisher::Aec); 32]);
            Author::new(publisher, key, AccountId(Uuid::nil()), "TL".parse().unwrap()).unwrap()
        });
        let mut mix = Mix::new(authors.each_mut()).unwrap();
        let log = MemoryLog::new(system_clock());
        let batch: Vec<_> = (0..10_000).map(|_| mix.next().unwrap()).collect();
        let outcomes = log.append(&batch, &[]).await.unwrap();
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Recorded(_))));
        let reference = Reference::load_embedded().unwrap();
        replay(&log, Position(9_999), &reference, &mut DigestsOnly, |_| {}).await.unwrap();
    }
}
