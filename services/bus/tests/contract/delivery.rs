//! From the record to publishers.

use tais_bus::{Delivery, Notice, RecorderBus as _};
use tais_proto::{Pillar, Position, Publisher};

use crate::events::{entry, event_id};
use crate::{Bus, assert_silent, next, next_entry, next_notice};

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
    assert_eq!([next_entry(&apsc).await, next_entry(&apsc).await], [entries[1].clone(), entries[3].clone()]);
    assert_eq!(next_entry(&ascc).await, entries[4]);
    for all in [&office, &audit] {
        for entry in &entries {
            assert_eq!(next_entry(all).await, *entry);
        }
    }
    for publisher in [&apsc, &ascc, &office, &audit] {
        assert_silent(publisher).await;
    }
}

/// The relay publishes again what it does not know to be published.
pub async fn an_entry_relayed_twice_is_delivered_once<B: Bus>(bus: B) {
    let (apsc, recorder) = (bus.publisher(Publisher::Apsc).await, bus.recorder().await);
    let entries = [entry(7, Some(Pillar::Apsc)), entry(8, Some(Pillar::Apsc))];
    recorder.publish_recorded(&entries[..1]).await.unwrap();
    recorder.publish_recorded(&entries).await.unwrap();
    assert_eq!([next_entry(&apsc).await, next_entry(&apsc).await], entries);
    assert_silent(&apsc).await;
}

pub async fn what_is_not_acknowledged_is_delivered_again<B: Bus>(bus: B) {
    let (aec, recorder) = (bus.publisher(Publisher::Aec).await, bus.recorder().await);
    let entries = [entry(0, Some(Pillar::Aec)), entry(1, Some(Pillar::Aec))];
    recorder.publish_recorded(&entries).await.unwrap();
    let Delivery::Recorded(first, _) = next(&aec).await else { panic!("not an entry") };
    assert_eq!(*first, entries[0]);
    assert_eq!(next_entry(&aec).await, entries[1]);
    bus.let_redeliver().await;
    assert_eq!(next_entry(&aec).await, entries[0]);
    assert_silent(&aec).await;
}

pub async fn a_notice_reaches_its_publisher_alone<B: Bus>(bus: B) {
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
    recorder.notify(Publisher::Apsc, &recorded).await.unwrap();
    recorder.notify(Publisher::Aec, &quarantined).await.unwrap();
    assert_eq!(next_notice(&apsc).await, recorded);
    assert_eq!(next_notice(&aec).await, quarantined);
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
