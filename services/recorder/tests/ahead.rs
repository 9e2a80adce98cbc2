//! More than one batch, so that each but the first is planned while the one before it is being recorded: what comes of
//! that is what would have come of one after the other.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use std::time::Duration;

use support::{World, reported, stream};
use tais_log::memory::Fault;
use tais_log::{Filter, Log as _};
use tais_proto::event::activity::ActivitySubmitted;
use tais_proto::{Envelope, EventId, Position, Publisher, StreamId, StreamKind};
use tokio_util::sync::CancellationToken;

/// The most messages of one batch.
const BATCH: usize = 1_024;

impl World {
    async fn say(&self, envelope: &Envelope) {
        let Envelope { source, stream, .. } = envelope;
        self.submit(source.publisher, stream.id, envelope.to_bytes().unwrap()).await;
    }

    /// Fills the batch that is begun with reports on activities of their own.
    async fn fill(&mut self, begun: usize) {
        for _ in begun..BATCH {
            let report = self.report(stream());
            self.say(&report).await;
        }
    }

    /// Records what was said up to here; gives how many appends that took. The first ones take their time.
    async fn record(&mut self) -> usize {
        let before = self.log.appends();
        for _ in 0..2 {
            self.log.fail_next(Fault::Delayed(Duration::from_millis(20)));
        }
        let last = self.envelope(Publisher::Aec, stream(), 1, reported("PILLAR_AEC"));
        self.say(&last).await;
        let (log, stop) = (self.log.clone(), CancellationToken::new());
        let recorded = async {
            while log.find(&[last.id]).await.unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::select! {
            ended = self.recorder.record_until(&stop) => panic!("{ended:?}"),
            () = recorded => self.log.appends() - before,
        }
    }

    async fn aside(&self) -> Vec<String> {
        self.quarantined().await.into_iter().map(|(code, _)| code).collect()
    }

    async fn recorded(&self, stream: StreamId) -> Vec<EventId> {
        self.log.read_stream(stream).await.unwrap().iter().map(|entry| entry.event_id).collect()
    }
}

fn submitted() -> tais_proto::Event {
    ActivitySubmitted { revision: 1, note: None }.into()
}

#[tokio::test]
async fn what_follows_on_what_is_being_recorded_is_recorded_in_order() {
    let mut world = World::new().await;
    let streams: Vec<StreamId> = std::iter::repeat_with(stream).take(1_000).collect();
    let before = world.log.head().await.unwrap().size;
    let mut said = Vec::new();
    for id in &streams {
        said.push(world.report(*id));
    }
    for id in &streams {
        said.push(world.envelope(Publisher::Apsc, *id, 2, submitted()));
    }
    for envelope in &said {
        world.say(envelope).await;
    }
    world.fill(said.len() % BATCH).await;
    // Again, the same and something else under the same id.
    world.say(&said[0]).await;
    let mut other = said[1_999].clone();
    other.event = ActivitySubmitted { revision: 1, note: Some("otherwise".to_owned()) }.into();
    world.say(&other).await;
    assert_eq!(world.record().await, 3, "each batch once");
    let after = Position(before);
    let page = world.log.read_from(after, said.len(), &Filter::default()).await.unwrap();
    let recorded: Vec<EventId> = page.entries.iter().map(|entry| entry.event_id).collect();
    assert_eq!(recorded, said.iter().map(|envelope| envelope.id).collect::<Vec<_>>());
    assert_eq!(world.log.head().await.unwrap().size, before + 2 * BATCH as u64 + 1);
    assert_eq!(world.aside().await, ["id-reused"]);
}

#[tokio::test]
async fn what_comes_while_a_batch_is_recorded_is_recorded_with_the_next() {
    let mut world = World::new().await;
    let (first, second) = (stream(), stream());
    let mut said = vec![world.report(first), world.report(second)];
    said.push(world.envelope(Publisher::Apsc, second, 2, submitted()));
    said.push(world.envelope(Publisher::Apsc, first, 2, submitted()));
    let before = world.log.appends();
    world.log.fail_next(Fault::Delayed(Duration::from_secs(2)));
    let (mut recorder, stop) = (world.new_recorder(), CancellationToken::new());
    let speak = async {
        for envelope in &said {
            world.say(envelope).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let last = said[3].id;
        while world.log.find(&[last]).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        ended = recorder.record_until(&stop) => panic!("{ended:?}"),
        () = speak => {}
    }
    assert_eq!(world.log.appends() - before, 2, "the first, and what came while it was recorded");
    assert_eq!(world.recorded(first).await, [said[0].id, said[3].id]);
    assert_eq!(world.recorded(second).await, [said[1].id, said[2].id]);
}

/// The control: without forgetting the plan, what follows on a claim that was refused is recorded.
#[tokio::test]
async fn what_was_planned_on_what_did_not_stand_is_planned_again() {
    let mut world = World::new().await;
    let id = stream();
    let report = world.report(id);
    world.say(&report).await;
    world.step().await;
    // A recorder that knows nothing yet; another pillar claims to have begun the same activity. The refusal takes the
    // claim's place, so the log is as long as it was thought to be.
    world.recorder = world.new_recorder();
    let claimed = world.envelope(Publisher::Aec, id, 1, reported("PILLAR_AEC"));
    world.say(&claimed).await;
    world.fill(1).await;
    let follows = world.envelope(Publisher::Aec, id, 2, submitted());
    world.say(&follows).await;
    assert_eq!(world.record().await, 3, "the first again, and the rest");
    assert_eq!(world.recorded(id).await, [report.id]);
    let refused: Vec<EventId> = world.refusals().await.into_iter().map(|refused| refused.event).collect();
    assert_eq!(refused, [claimed.id, follows.id]);
}

#[tokio::test]
async fn nothing_is_planned_on_keys_that_are_about_to_end() {
    let mut world = World::new().await;
    world.fill(1).await;
    let revocation = world.revocation(Publisher::Apsc).await;
    world.say(&revocation).await;
    let late = world.report(stream());
    world.say(&late).await;
    assert_eq!(world.record().await, 2);
    assert_eq!(world.recorded(late.stream.id).await, []);
    assert_eq!(world.aside().await, ["bad-signature"]);
}

/// The log signs its refusals with a key of its own, whose numbers go on from batch to batch.
#[tokio::test]
async fn refusals_of_two_batches_have_numbers_of_their_own() {
    let mut world = World::new().await;
    for _ in 0..2 {
        // Signed, and nothing of this contract.
        let report = world.report(stream());
        let text = String::from_utf8(report.to_bytes().unwrap()).unwrap();
        let unreadable = text.replace("tais.activity.reported.v1", "tais.activity.danced.v1");
        world.submit(Publisher::Apsc, report.stream.id, unreadable.into_bytes()).await;
        world.fill(1).await;
    }
    assert_eq!(world.record().await, 3);
    let before = world.log.read_one(Position(0)).await.unwrap().unwrap().envelope().unwrap().key_seq;
    let refusals: Vec<u32> =
        world.entries(StreamKind::Refusal).await.iter().map(|said| said.key_seq).collect();
    assert_eq!(refusals.len(), 2);
    assert!(refusals[0] > before && refusals[1] == refusals[0] + 1, "{refusals:?}");
    assert_eq!(world.aside().await, ["unknown-type", "unknown-type"]);
}
