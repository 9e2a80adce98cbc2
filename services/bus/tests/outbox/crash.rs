//! The machine dies at every step of an event's way: the files, as they lie on disk at that moment,
//! are opened elsewhere and the way is gone to its end.

use std::path::Path;
use std::time::Duration;

use tais_bus::memory::Fault;
use tais_bus::outbox::NoReader;
use tais_bus::{Item, ItemState, Outbox, OutboxError};
use tempfile::TempDir;

use crate::events::{new_events, stream};
use crate::{Desk, open, try_open, until, work};

/// What a power cut leaves: the files as they are, without any goodbye of the database.
async fn after_crash(desk: &Desk) -> (TempDir, Outbox) {
    let elsewhere = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(desk.home.path()).unwrap() {
        let file = file.unwrap();
        // The shared memory of SQLite's log does not survive a crash of the machine.
        if !file.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(file.path(), elsewhere.path().join(file.file_name())).unwrap();
        }
    }
    let outbox = open(&elsewhere.path().join("outbox.sqlite")).await;
    (elsewhere, outbox)
}

/// The outbox after the crash holds the same items, and brings them to the end.
async fn goes_on(desk: &Desk, items: &[Item]) {
    let stream = items[0].stream.id;
    let (_files, outbox) = after_crash(desk).await;
    assert_eq!(outbox.items_of(stream).await.unwrap(), desk.outbox.items_of(stream).await.unwrap());
    let _recorder = desk.record();
    let _work = work(&outbox, desk.publisher.clone(), NoReader);
    until(async || {
        let items = outbox.items_of(stream).await.unwrap();
        items.iter().all(|item| matches!(item.state, ItemState::Recorded { .. })).then_some(())
    })
    .await;
    let record = desk.scribe.record();
    assert_eq!(record.texts_of(stream), ["1", "2", "3"]);
    assert_eq!(record.key_sequence(), [1, 2, 3]);
    assert_eq!(record.wrongs, [""; 0]);
}

#[tokio::test]
async fn after_saved() {
    let desk = Desk::new().await;
    let items = desk.outbox.save(&new_events(stream(), 0, &["1", "2", "3"])).await.unwrap();
    goes_on(&desk, &items).await;
}

/// A receipt does not wait for the disk: a power cut takes it, and the record gives it again.
#[tokio::test]
async fn when_the_receipts_are_lost() {
    let desk = Desk::new().await;
    let streams = [stream(), stream()];
    let mut items = Vec::new();
    for stream in streams {
        items.extend(desk.outbox.save(&new_events(stream, 0, &["1"])).await.unwrap());
    }
    let (_files, outbox) = after_crash(&desk).await;
    let _recorder = desk.record();
    {
        let _work = desk.work();
        desk.until_recorded(&items).await;
    }
    let _work = work(&outbox, desk.publisher.clone(), NoReader);
    let settled = outbox.settle(items, crate::SOON).await.unwrap();
    for item in settled {
        assert_eq!(item.state, desk.state(item.event_id).await);
    }
    let record = desk.scribe.record();
    assert_eq!(streams.map(|stream| record.texts_of(stream)), [["1"], ["1"]]);
    assert_eq!((record.key_sequence(), &record.wrongs), (vec![1, 2], &Vec::new()));
}

/// Signed, and nobody knows whether it was sent: it goes out again with the very same bytes.
#[tokio::test]
async fn between_signing_and_the_acknowledgement() {
    for fault in [Fault::NotKept, Fault::Kept] {
        let desk = Desk::new().await;
        (0..100).for_each(|_| desk.bus.fail_next(fault));
        let items = desk.outbox.save(&new_events(stream(), 0, &["1", "2", "3"])).await.unwrap();
        let work = desk.work();
        until(async || {
            let item = desk.outbox.item(items[0].event_id).await.unwrap().unwrap();
            (item.attempts > 0).then_some(())
        })
        .await;
        work.kill().await;
        assert_eq!(desk.state(items[0].event_id).await, ItemState::Saved);
        goes_on(&desk, &items).await;
    }
}

#[tokio::test]
async fn after_received() {
    let desk = Desk::new().await;
    let items = desk.outbox.save(&new_events(stream(), 0, &["1", "2", "3"])).await.unwrap();
    let work = desk.work();
    desk.until(items[0].event_id, |state| *state == ItemState::Received).await;
    work.kill().await;
    goes_on(&desk, &items).await;
}

/// The receipt was on its way when the machine died.
#[tokio::test]
async fn after_it_was_recorded_and_before_the_receipt_came() {
    let desk = Desk::new().await;
    let items = desk.outbox.save(&new_events(stream(), 0, &["1", "2", "3"])).await.unwrap();
    let work = desk.work();
    desk.until(items[0].event_id, |state| *state == ItemState::Received).await;
    work.kill().await;
    assert_eq!(desk.scribe.step(Duration::ZERO).await.unwrap(), 3);
    desk.scribe.relay().await.unwrap();
    desk.bus.lose_recorded();
    goes_on(&desk, &items).await;
}

#[tokio::test]
async fn after_recorded() {
    let desk = Desk::new().await;
    let items = desk.outbox.save(&new_events(stream(), 0, &["1", "2", "3"])).await.unwrap();
    {
        let (_recorder, _work) = (desk.record(), desk.work());
        desk.until_recorded(&items[..1]).await;
    }
    goes_on(&desk, &items).await;
}

#[tokio::test]
async fn after_refused_held_and_resolved() {
    let desk = Desk::new().await;
    let of = stream();
    desk.scribe.record().refuse.insert("1".into());
    let items = desk.outbox.save(&new_events(of, 0, &["1", "2"])).await.unwrap();
    {
        let (_recorder, _work) = (desk.record(), desk.work());
        desk.until(items[0].event_id, |state| matches!(state, ItemState::Refused { .. })).await;
    }
    let (_files, outbox) = after_crash(&desk).await;
    assert_eq!(outbox.held_streams().await.unwrap(), [of]);
    let more = outbox.save(&new_events(of, 2, &["3"])).await;
    assert!(matches!(more, Err(OutboxError::StreamHeld(_))), "{more:?}");
    desk.outbox.resolve(of).await.unwrap();
    let (_files, outbox) = after_crash(&desk).await;
    assert!(outbox.held_streams().await.unwrap().is_empty());
    let states: Vec<_> = outbox.items_of(of).await.unwrap().iter().map(|item| item.state.code()).collect();
    assert_eq!(states, ["refused", "abandoned"]);
}

#[tokio::test]
async fn after_quarantined() {
    let desk = Desk::new().await;
    let of = stream();
    desk.scribe.record().set_aside.insert("1".into());
    let items = desk.outbox.save(&new_events(of, 0, &["1", "2"])).await.unwrap();
    {
        let (_recorder, _work) = (desk.record(), desk.work());
        desk.until(items[0].event_id, |state| matches!(state, ItemState::Quarantined { .. })).await;
    }
    let (_files, outbox) = after_crash(&desk).await;
    assert_eq!(outbox.items_of(of).await.unwrap(), desk.outbox.items_of(of).await.unwrap());
    assert_eq!(outbox.held_streams().await.unwrap(), [of]);
}

/// A crash in the middle of many writes leaves a prefix of what was saved, never half of one saving.
#[tokio::test]
async fn in_the_middle_of_saving() {
    let desk = Desk::new().await;
    let saving = async {
        for n in 0..40 {
            let texts: Vec<String> = (0..5).map(|part| format!("{n}.{part}")).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            desk.outbox.save(&new_events(stream(), 0, &texts)).await.unwrap();
        }
    };
    let crashing = async {
        let mut sizes = Vec::new();
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let certainly = desk.outbox.counts().await.unwrap().saved;
            let (_files, outbox) = after_crash(&desk).await;
            let saved = outbox.counts().await.unwrap().saved;
            assert!(saved >= certainly, "{saved} of {certainly} that were told to be saved");
            assert_eq!(saved % 5, 0, "half of one saving");
            sizes.push(saved);
        }
        sizes
    };
    let ((), sizes) = tokio::join!(saving, crashing);
    assert!(sizes.iter().any(|size| *size > 0 && *size < 200), "{sizes:?}: no crash was in the middle");
}

#[tokio::test]
async fn a_file_that_is_no_outbox_is_refused_in_words() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("outbox.sqlite");
    std::fs::write(&file, "this is a letter, not a database; it is long enough to be looked at".repeat(100))
        .unwrap();
    let Err(error) = try_open(&file).await else { panic!("it was opened") };
    assert!(error.to_string().contains("outbox"), "{error}");
    let missing = home.path().join("no/such/place.sqlite");
    assert!(try_open(Path::new(&missing)).await.is_err());
}

#[tokio::test]
async fn a_kill_of_the_recorder_changes_nothing_for_the_outbox() {
    let desk = Desk::new().await;
    let of = stream();
    let texts: Vec<String> = (0..30).map(|n| n.to_string()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let items = desk.outbox.save(&new_events(of, 0, &texts)).await.unwrap();
    let _work = desk.work();
    for _ in 0..10 {
        let recorder = desk.record();
        tokio::time::sleep(Duration::from_millis(3)).await;
        recorder.kill().await;
        desk.bus.redeliver();
    }
    let _recorder = desk.record();
    desk.until_recorded(&items).await;
    assert_eq!(desk.scribe.record().texts_of(of), texts);
}
