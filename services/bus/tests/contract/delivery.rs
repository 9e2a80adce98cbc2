//! From the record to publishers.

use tais_bus::{Delivery, Notice, RecorderBus as _, TOGETHER_BYTES_MAX};
use tais_proto::{Pillar, Position, Publisher, Signed};

use crate::events::{at, entry, event_id, stream};
use crate::{Bus, assert_silent, next, next_entries, next_notices};

pub async fn everyone_hears_of_its_pillar_and_the_office_of_all<B: Bus>(bus: B) {
    let [apsc, ascc, office, audit] = [
        bus.publisher(Publisher::Apsc).await,
        bus.publisher(Publisher::Ascc).await,
        bus.publisher(Publisher::Office).await,
        bus.publisher(Publisher::Audit).await,
    ];
    let entries = [
        entry(0, None),
        entry(1, Some(Pillar::Apsc)),
        entry(2, Some(Pillar::Aec)),
        entry(3, Some(Pillar::Apsc)),
        entry(4, Some(Pillar::Ascc)),
    ];
    bus.recorder().await.publish_recorded(&entries).await.unwrap();
    for mine in [1, 3] {
        assert_eq!(next_entries(&apsc).await, entries[mine..=mine]);
    }
    assert_eq!(next_entries(&ascc).await, entries[4..]);
    for all in [&office, &audit] {
        for entry in &entries {
            assert_eq!(next_entries(all).await, std::slice::from_ref(entry));
        }
    }
    for publisher in [&apsc, &ascc, &office, &audit] {
        assert_silent(publisher).await;
    }
}

/// In order, by pillar, and no more than fits.
pub async fn what_follows_each_other_comes_together<B: Bus>(bus: B) {
    let (office, recorder) = (bus.publisher(Publisher::Office).await, bus.recorder().await);
    let mut entries: Vec<_> = (0..9).map(|n| entry(n, (n < 3).then_some(Pillar::Apsc))).collect();
    let large = Signed { bytes: vec![b'y'; TOGETHER_BYTES_MAX - 200].into(), signature: [9; 64] };
    entries[5] = at(5, None, stream(), large);
    recorder.publish_recorded(&entries).await.unwrap();
    for part in [0..3, 3..5, 5..6, 6..9] {
        assert_eq!(next_entries(&office).await, entries[part]);
    }
    assert_silent(&office).await;
}

/// The relay publishes again what it does not know to be published. Where more has come by then it is another message,
/// and who follows sees that it has the first of them.
pub async fn what_is_relayed_twice_is_delivered_once<B: Bus>(bus: B) {
    let (apsc, recorder) = (bus.publisher(Publisher::Apsc).await, bus.recorder().await);
    let entries = [entry(7, Some(Pillar::Apsc)), entry(8, Some(Pillar::Apsc)), entry(9, Some(Pillar::Apsc))];
    recorder.publish_recorded(&entries[..2]).await.unwrap();
    recorder.publish_recorded(&entries[..2]).await.unwrap();
    recorder.publish_recorded(&entries).await.unwrap();
    assert_eq!(next_entries(&apsc).await, entries[..2]);
    assert_eq!(next_entries(&apsc).await, entries);
    assert_silent(&apsc).await;
}

pub async fn what_is_not_acknowledged_is_delivered_again<B: Bus>(bus: B) {
    let (aec, recorder) = (bus.publisher(Publisher::Aec).await, bus.recorder().await);
    let entries = [0, 1, 2].map(|position| entry(position, Some(Pillar::Aec)));
    recorder.publish_recorded(&entries[..2]).await.unwrap();
    recorder.publish_recorded(&entries[2..]).await.unwrap();
    let Delivery::Recorded(first, _) = next(&aec).await else { panic!("not an entry") };
    assert_eq!(first, entries[..2]);
    assert_eq!(next_entries(&aec).await, entries[2..]);
    bus.let_redeliver().await;
    assert_eq!(next_entries(&aec).await, entries[..2]);
    assert_silent(&aec).await;
}

pub async fn notices_reach_their_publisher_alone<B: Bus>(bus: B) {
    let [apsc, aec, office] = [
        bus.publisher(Publisher::Apsc).await,
        bus.publisher(Publisher::Aec).await,
        bus.publisher(Publisher::Office).await,
    ];
    let recorder = bus.recorder().await;
    let recorded =
        Notice::Recorded { event_id: event_id(), position: Position(3), recorded_at: crate::events::now() };
    let quarantined = Notice::Quarantined {
        sha256: "ab".repeat(32),
        code: "unknown-key".into(),
        reason: "the key is not in the record: register it first".into(),
    };
    let both = [recorded, quarantined];
    recorder.notify(Publisher::Apsc, &both).await.unwrap();
    recorder.notify(Publisher::Aec, &both[1..]).await.unwrap();
    recorder.notify(Publisher::Office, &[]).await.unwrap();
    assert_eq!(next_notices(&apsc).await, both);
    assert_eq!(next_notices(&aec).await, both[1..]);
    for publisher in [&apsc, &aec, &office] {
        assert_silent(publisher).await;
    }
}

/// How the relay finds out that somebody deleted RECORDED.
pub async fn recorded_is_empty_until_something_is_relayed<B: Bus>(bus: B) {
    let recorder = bus.recorder().await;
    assert!(recorder.recorded_is_empty().await.unwrap());
    recorder.publish_recorded(&[entry(0, None)]).await.unwrap();
    assert!(!recorder.recorded_is_empty().await.unwrap());
}
