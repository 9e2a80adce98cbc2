//! The contract of the bus: the same stories, told to the bus in memory and to NATS.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod away;
mod delivery;
mod replay;
mod submission;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use support::events;
use support::server::Server;
use tais_bus::{
    Delivery, MemoryBus, MemoryPublisher, NatsPublisher, NatsRecorder, Notice, PublisherBus, RecordedEntry,
    RecorderBus, Submitted,
};
use tais_proto::Publisher;

/// A bus under test, as a story needs it.
trait Bus {
    type Publisher: PublisherBus;
    type Recorder: RecorderBus;

    async fn new() -> Self;
    async fn publisher(&self, publisher: Publisher) -> Self::Publisher;
    async fn recorder(&self) -> Self::Recorder;
    /// Lets so much time pass that what was not acknowledged comes again.
    async fn let_redeliver(&self);
    /// Takes the broker away from everybody, and brings it back.
    async fn take_away(&mut self);
    async fn bring_back(&mut self);
}

struct Memory(MemoryBus);

impl Bus for Memory {
    type Publisher = MemoryPublisher;
    type Recorder = MemoryBus;

    async fn new() -> Self {
        Self(MemoryBus::new(events::state()))
    }

    async fn publisher(&self, publisher: Publisher) -> MemoryPublisher {
        self.0.publisher(publisher)
    }

    async fn recorder(&self) -> MemoryBus {
        self.0.clone()
    }

    async fn let_redeliver(&self) {
        self.0.redeliver();
    }

    async fn take_away(&mut self) {
        self.0.set_disconnected(true);
    }

    async fn bring_back(&mut self) {
        self.0.set_disconnected(false);
    }
}

struct Nats(Server);

impl Bus for Nats {
    type Publisher = NatsPublisher;
    type Recorder = NatsRecorder;

    async fn new() -> Self {
        Self(Server::migrated().await)
    }

    async fn publisher(&self, publisher: Publisher) -> NatsPublisher {
        self.0.publisher(publisher).await
    }

    async fn recorder(&self) -> NatsRecorder {
        self.0.recorder().await
    }

    async fn let_redeliver(&self) {
        // The consumers' wait for an acknowledgement is ten seconds.
        tokio::time::sleep(Duration::from_secs(11)).await;
    }

    async fn take_away(&mut self) {
        self.0.kill();
    }

    async fn bring_back(&mut self) {
        assert!(self.0.start_again(), "{}", self.0.log());
    }
}

/// No story takes longer than this; one that hangs fails.
const STORY_MAX: Duration = Duration::from_secs(60);

/// Each story is a test against either bus.
macro_rules! stories {
    ($($file:ident::$story:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let story = async { super::$file::$story(<super::Memory as super::Bus>::new().await).await };
                tokio::time::timeout(super::STORY_MAX, story).await.unwrap();
            })+
        }
        mod nats {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let story = async { super::$file::$story(<super::Nats as super::Bus>::new().await).await };
                tokio::time::timeout(super::STORY_MAX, story).await.unwrap();
            })+
        }
    };
}

stories! {
    submission::what_is_submitted_arrives_whole,
    submission::what_is_submitted_together_arrives_whole_and_in_order,
    submission::what_came_together_is_settled_with_its_last,
    submission::what_is_not_taken_together_leaves_nothing,
    submission::what_follows_each_other_on_a_stream_is_not_parted,
    submission::a_pull_takes_what_is_there_and_does_not_linger,
    submission::who_stops_waiting_for_a_pull_loses_nothing,
    submission::a_pull_with_nothing_there_waits_as_long_as_it_was_told,
    submission::what_is_not_acknowledged_comes_again_and_what_is_does_not,
    submission::the_same_message_id_is_taken_once_and_a_new_one_again,
    submission::what_is_too_large_is_refused_and_stops_nothing,
    submission::two_recorders_share_and_nothing_is_taken_twice,
    delivery::everyone_hears_of_its_pillar_and_the_office_of_all,
    delivery::what_follows_each_other_comes_together,
    delivery::what_is_relayed_twice_is_delivered_once,
    delivery::what_is_not_acknowledged_is_delivered_again,
    delivery::notices_reach_their_publisher_alone,
    delivery::recorded_is_empty_until_something_is_relayed,
    replay::the_one_who_asks_is_answered,
    replay::the_largest_page_fits,
    replay::nobody_waits_for_ever_for_an_answer,
    away::what_is_said_while_the_bus_is_away_fails_at_once,
    away::everything_goes_on_when_the_bus_is_back,
}

const SOON: Duration = Duration::from_secs(10);
/// How long nothing must come for a story to believe that nothing comes.
const SILENCE: Duration = Duration::from_millis(300);

/// Pulls until so many submissions came.
async fn pull<R: RecorderBus>(recorder: &R, count: usize) -> Vec<Submitted> {
    let mut pulled = Vec::new();
    while pulled.len() < count {
        let more = recorder.pull(count - pulled.len(), SOON).await.unwrap();
        assert!(!more.is_empty(), "only {} of {count} came", pulled.len());
        pulled.extend(more);
    }
    pulled
}

async fn next<P: PublisherBus>(publisher: &P) -> Delivery {
    loop {
        match publisher.next_delivery().await.unwrap() {
            Delivery::Reconnected => {}
            delivery => return delivery,
        }
    }
}

/// The next entries that come together, acknowledged.
async fn next_entries<P: PublisherBus>(publisher: &P) -> Vec<RecordedEntry> {
    match tokio::time::timeout(SOON, next(publisher)).await.expect("no entry came") {
        Delivery::Recorded(entries, token) => {
            publisher.acknowledge(token).await.unwrap();
            entries
        }
        other => panic!("not an entry: {other:?}"),
    }
}

async fn next_notices<P: PublisherBus>(publisher: &P) -> Vec<Notice> {
    match tokio::time::timeout(SOON, next(publisher)).await.expect("no notice came") {
        Delivery::Notices(notices) => notices,
        other => panic!("not a notice: {other:?}"),
    }
}

async fn assert_silent<P: PublisherBus>(publisher: &P) {
    if let Ok(delivery) = tokio::time::timeout(SILENCE, next(publisher)).await {
        panic!("this should not have come: {delivery:?}");
    }
}
