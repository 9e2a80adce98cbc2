//! Each fault of the bus by itself, and what the outbox makes of it.

use std::time::{Duration, Instant};

use tais_bus::memory::Fault;
use tais_bus::outbox::{NoReader, Pace};
use tais_bus::{ItemState, RecorderBus as _};

use crate::events::{new_events, stream};
use crate::{Desk, work};

/// Three events of one stream come through this, once and in order.
async fn comes_through(prepare: impl Fn(&Desk)) -> Desk {
    let desk = Desk::new().await;
    prepare(&desk);
    let stream = stream();
    let items = desk.outbox.save(&new_events(stream, 0, &["1", "2", "3"])).await.unwrap();
    {
        let (_recorder, _work) = (desk.record(), desk.work());
        desk.until_recorded(&items).await;
    }
    assert_eq!(desk.scribe.record().texts_of(stream), ["1", "2", "3"]);
    assert_eq!(desk.scribe.record().key_sequence(), [1, 2, 3]);
    assert_eq!(desk.scribe.record().wrongs, [""; 0]);
    desk
}

#[tokio::test]
async fn a_submission_that_fails_is_sent_again() {
    comes_through(|desk| (0..3).for_each(|_| desk.bus.fail_next(Fault::NotKept))).await;
}

#[tokio::test]
async fn a_submission_whose_acknowledgement_is_lost_is_recorded_once() {
    comes_through(|desk| (0..3).for_each(|_| desk.bus.fail_next(Fault::Kept))).await;
}

#[tokio::test]
async fn a_submission_that_is_doubled_is_recorded_once() {
    comes_through(|desk| (0..3).for_each(|_| desk.bus.fail_next(Fault::Duplicated))).await;
}

#[tokio::test]
async fn a_submission_that_is_late_is_recorded_once() {
    comes_through(|desk| (0..3).for_each(|_| desk.bus.fail_next(Fault::Delayed(Duration::from_millis(60)))))
        .await;
}

/// What waits is handed over together; whatever becomes of that, each is recorded once.
#[tokio::test]
async fn many_at_once_come_through_every_fault() {
    for fault in [
        Fault::NotKept,
        Fault::Kept,
        Fault::Lost,
        Fault::Duplicated,
        Fault::Delayed(Duration::from_millis(60)),
    ] {
        let desk = Desk::new().await;
        (0..2).for_each(|_| desk.bus.fail_next(fault));
        let all: Vec<_> = (0..60).map(|_| new_events(stream(), 0, &["1", "2"])).collect();
        let items = desk.outbox.save_all(&all).await.unwrap();
        let (_recorder, _work) = (desk.record(), desk.work());
        for items in &items {
            desk.until_recorded(items).await;
        }
        let record = desk.scribe.record();
        assert_eq!(record.entries.len(), 120, "{fault:?}");
        assert_eq!(record.key_sequence(), (1..=120).collect::<Vec<_>>(), "{fault:?}");
    }
}

/// However much else is on its way.
#[tokio::test]
async fn a_lost_receipt_is_found_although_others_keep_coming() {
    comes_among_others(|desk| desk.bus.fail_next_relay(Fault::Lost)).await;
}

#[tokio::test]
async fn a_submission_that_the_broker_loses_is_sent_again_although_receipts_keep_coming() {
    comes_among_others(|desk| desk.bus.fail_next(Fault::Lost)).await;
}

async fn comes_among_others(prepare: impl Fn(&Desk)) {
    let desk = Desk::new().await;
    prepare(&desk);
    let lost = desk.outbox.save(&new_events(stream(), 0, &["1"])).await.unwrap().remove(0);
    let (_recorder, _work) = (desk.record(), desk.work());
    let outbox = desk.outbox.clone();
    let _others = crate::Running(tokio::spawn(async move {
        loop {
            outbox.save(&new_events(stream(), 0, &["1"])).await.unwrap();
            tokio::time::sleep(Duration::from_millis(4)).await;
        }
    }));
    desk.until_recorded(&[lost]).await;
}

/// The broker acknowledged it and lost it. A repetition under the same message id would be dropped.
#[tokio::test]
async fn a_submission_that_the_broker_loses_is_sent_under_a_new_id() {
    comes_through(|desk| (0..2).for_each(|_| desk.bus.fail_next(Fault::Lost))).await;
}

#[tokio::test]
async fn a_receipt_that_is_lost_is_asked_for() {
    comes_through(|desk| (0..2).for_each(|_| desk.bus.fail_next_relay(Fault::Lost))).await;
}

#[tokio::test]
async fn a_relay_that_fails_or_repeats_itself_changes_nothing() {
    comes_through(|desk| {
        for fault in [Fault::NotKept, Fault::Kept, Fault::Duplicated] {
            desk.bus.fail_next_relay(fault);
        }
    })
    .await;
}

#[tokio::test]
async fn a_recorder_that_dies_between_record_and_acknowledgement_records_once() {
    let desk = comes_through(|desk| desk.scribe.record().die_before_ack = true).await;
    desk.bus.redeliver();
    desk.scribe.step(Duration::ZERO).await.unwrap();
    assert_eq!(desk.scribe.record().entries.len(), 3);
}

/// With the pauses that services use: the connection's return is what makes it quick.
#[tokio::test]
async fn what_was_saved_while_cut_off_is_recorded_as_soon_as_it_is_back() {
    let mut desk = Desk::new().await;
    desk.outbox = desk.outbox.with_pace(Pace::default());
    desk.publisher.set_disconnected(true);
    let (_recorder, _work) = (desk.record(), desk.work());
    let items = desk.outbox.save(&new_events(stream(), 0, &["1", "2", "3"])).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(desk.outbox.open_items().await.unwrap().iter().all(|item| item.state == ItemState::Saved));
    let begun = Instant::now();
    desk.publisher.set_disconnected(false);
    desk.until_recorded(&items).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

/// Without a recorder the broker is not filled with copies of what it already has.
#[tokio::test]
async fn nothing_is_sent_twice_while_the_recorder_is_away() {
    let desk = Desk::new().await;
    let items = desk.outbox.save(&new_events(stream(), 0, &["1", "2"])).await.unwrap();
    let work = desk.work();
    desk.until(items[0].event_id, |state| *state == ItemState::Received).await;
    // The answer that does not come is waited for five seconds; the pace alone would send 50 copies.
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(desk.bus.pull(100, Duration::ZERO).await.unwrap().len(), 2);
    assert_eq!(desk.outbox.item(items[0].event_id).await.unwrap().unwrap().attempts, 1);
    desk.bus.redeliver();
    let _recorder = desk.record();
    desk.until_recorded(&items).await;
    drop(work);
}

/// The recorder answers and does not record, for long: the pauses grow up to their bound.
#[tokio::test]
async fn pauses_grow_between_attempts() {
    let desk = Desk::new().await;
    let pace = Pace {
        receipt: Duration::from_millis(10),
        receipt_max: Duration::from_millis(400),
        ask: Duration::from_secs(30),
        trouble: Duration::from_millis(5),
    };
    let outbox = desk.outbox.clone().with_pace(pace);
    let items = outbox.save(&new_events(stream(), 0, &["1"])).await.unwrap();
    let answering = desk.scribe.clone();
    let answering = async move { while answering.answer().await.is_ok() {} };
    let _recorder = crate::Running(tokio::spawn(answering));
    let _work = work(&outbox, desk.publisher.clone(), NoReader);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let attempts = outbox.item(items[0].event_id).await.unwrap().unwrap().attempts;
    // 10, 20, 40, 80, 160, 320 and then 400 ms, give or take a quarter; without growth 200 attempts.
    assert!((6..=14).contains(&attempts), "{attempts} attempts");
    // Each went out under an id of its own: the broker kept every one.
    let copies = desk.bus.pull(100, Duration::ZERO).await.unwrap();
    assert!(copies.len() + 1 >= usize::try_from(attempts).unwrap(), "{} of {attempts}", copies.len());
    assert!(copies.windows(2).all(|pair| pair[0].bytes == pair[1].bytes), "bytes changed");
}
