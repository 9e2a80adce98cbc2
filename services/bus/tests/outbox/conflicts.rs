//! When something is refused or set aside: what waits behind it is held until a person decides.

use std::collections::BTreeSet;
use std::time::Duration;

use tais_bus::outbox::Counts;
use tais_bus::{ItemState, Notice, OutboxError, RecorderBus as _};
use tais_proto::{Pillar, Position};

use crate::events::{at, key, new_events, stream};
use crate::support::scribe::OUTBOX_KEY;
use crate::{Desk, open, until};

#[tokio::test]
async fn a_refused_event_holds_its_stream_and_no_other() {
    let desk = Desk::new().await;
    desk.scribe.record().refuse.insert("b".into());
    let (hit, free) = (stream(), stream());
    let items = desk.outbox.save(&new_events(hit, 0, &["a", "b", "c", "d"])).await.unwrap();
    let others = desk.outbox.save(&new_events(free, 0, &["x", "y"])).await.unwrap();
    let (_recorder, _work) = (desk.record(), desk.work());
    let refused = desk.until(items[1].event_id, |state| matches!(state, ItemState::Refused { .. })).await;
    let ItemState::Refused { rule, reason, position } = &refused else { unreachable!() };
    assert_eq!((rule.as_str(), reason.as_str()), ("told-to", "refused by the rule told-to"));
    assert!(desk.scribe.record().envelopes().any(|(at, _)| at == *position));
    desk.until_recorded(&others).await;
    desk.until_recorded(&items[..1]).await;
    for held in &items[2..] {
        assert_eq!(desk.state(held.event_id).await, ItemState::Held);
    }
    assert_eq!(desk.outbox.held_streams().await.unwrap(), [hit]);
    assert_eq!(desk.outbox.open_items().await.unwrap().len(), 3);
    // Nothing new goes behind it unseen; repeating what is there changes nothing.
    let more = desk.outbox.save(&new_events(hit, 4, &["e"])).await;
    assert!(matches!(more, Err(OutboxError::StreamHeld(of)) if of == hit), "{more:?}");
    assert!(desk.outbox.save(&new_events(free, 2, &["z"])).await.is_ok());

    // The person chose: what is said now is decided anew, on the state as it is.
    desk.outbox.resolve(hit).await.unwrap();
    assert!(desk.outbox.held_streams().await.unwrap().is_empty());
    for held in &items[2..] {
        assert_eq!(desk.state(held.event_id).await, ItemState::Abandoned);
    }
    assert_eq!(desk.state(items[1].event_id).await, refused, "why it was refused stays with it");
    let anew = desk.outbox.save(&new_events(hit, 1, &["b again", "d again"])).await.unwrap();
    desk.until_recorded(&anew).await;
    let counts = desk.outbox.counts().await.unwrap();
    assert_eq!(counts, Counts { recorded: 6, refused: 1, abandoned: 2, ..Counts::default() });
    let record = desk.scribe.record();
    assert_eq!(record.texts_of(hit), ["a", "b again", "d again"]);
    assert_eq!(record.texts_of(free), ["x", "y", "z"]);
    // What was held and given up has no place in the key's sequence, or is refused in the record: nothing looks withheld.
    assert_eq!(record.key_sequence(), (1..=9).collect::<Vec<u32>>());
    assert!(record.wrongs.is_empty(), "{:?}", record.wrongs);
}

/// What came with a refused event and was given up stays out, although its version fits once something else was said,
/// and although its message comes again.
#[tokio::test]
async fn what_was_sent_behind_a_refused_event_is_not_recorded_later() {
    let desk = Desk::new().await;
    desk.scribe.record().refuse.insert("b".into());
    let stream = stream();
    let items = desk.outbox.save(&new_events(stream, 0, &["a", "b", "c"])).await.unwrap();
    desk.bus.fail_next(tais_bus::memory::Fault::Duplicated);
    let _work = desk.work();
    desk.until(items[2].event_id, |state| *state == ItemState::Received).await;
    // One copy is recorded and acknowledged, the other stays on its way.
    let pulled = desk.bus.pull(1, Duration::ZERO).await.unwrap();
    assert_eq!(pulled.len(), 3);
    let recorder = desk.record();
    desk.until(items[2].event_id, |state| *state == ItemState::Held).await;
    desk.outbox.resolve(stream).await.unwrap();
    let anew = desk.outbox.save(&new_events(stream, 1, &["b again"])).await.unwrap();
    desk.until_recorded(&anew).await;
    desk.bus.redeliver();
    let last = desk.outbox.save(&new_events(crate::events::stream(), 0, &["last"])).await.unwrap();
    desk.until_recorded(&last).await;
    assert_eq!(desk.scribe.record().texts_of(stream), ["a", "b again"]);
    drop(recorder);
}

/// Who waits for a receipt hears that there will be none.
#[tokio::test]
async fn who_waits_is_told_that_it_was_refused_or_set_aside() {
    let desk = Desk::new().await;
    desk.scribe.record().refuse.insert("b".into());
    desk.scribe.record().set_aside.insert("x".into());
    let mut items = desk.outbox.save(&new_events(stream(), 0, &["a", "b", "c"])).await.unwrap();
    items.extend(desk.outbox.save(&new_events(stream(), 0, &["x"])).await.unwrap());
    let (_recorder, _work) = (desk.record(), desk.work());
    let settled = tokio::time::timeout(crate::SOON, desk.outbox.settle(items, Duration::MAX)).await;
    let states: Vec<_> = settled.unwrap().unwrap().iter().map(|item| item.state.code()).collect();
    assert_eq!(states, ["recorded", "refused", "held", "quarantined"]);
}

/// Two outboxes on one stream: the version decides, and who comes second is told.
#[tokio::test]
async fn who_comes_second_with_a_version_is_refused() {
    let desk = Desk::new().await;
    let stream = stream();
    let (_recorder, _work) = (desk.record(), desk.work());
    let first = desk.outbox.save(&new_events(stream, 0, &["mine"])).await.unwrap();
    desk.until_recorded(&first).await;
    let second = desk.outbox.save(&new_events(stream, 0, &["theirs"])).await.unwrap();
    let state = desk.until(second[0].event_id, |state| matches!(state, ItemState::Refused { .. })).await;
    assert!(matches!(state, ItemState::Refused { rule, .. } if rule == "conflict"));
}

#[tokio::test]
async fn what_is_set_aside_holds_its_stream() {
    let desk = Desk::new().await;
    desk.scribe.record().set_aside.insert("a".into());
    let items = desk.outbox.save(&new_events(stream(), 0, &["a", "b"])).await.unwrap();
    let (_recorder, _work) = (desk.record(), desk.work());
    let state = desk.until(items[0].event_id, |state| matches!(state, ItemState::Quarantined { .. })).await;
    assert!(matches!(state, ItemState::Quarantined { code, reason }
        if code == "unknown-key" && reason == "its key is not known"));
    assert_eq!(desk.state(items[1].event_id).await, ItemState::Held);
}

/// A copy that was still on its way can be recorded after its twin was set aside, because by then its
/// key was known. The record decides: what was held goes on.
#[tokio::test]
async fn what_was_set_aside_and_is_recorded_after_all_stops_nothing() {
    let desk = Desk::new().await;
    desk.scribe.record().set_aside.insert("a".into());
    let stream = stream();
    let mut items = desk.outbox.save(&new_events(stream, 0, &["a"])).await.unwrap();
    items.extend(desk.outbox.save(&new_events(stream, 1, &["b"])).await.unwrap());
    desk.bus.fail_next(tais_bus::memory::Fault::Duplicated);
    let work = desk.work();
    desk.until(items[0].event_id, |state| *state == ItemState::Received).await;
    let mut copies = desk.bus.pull(10, std::time::Duration::ZERO).await.unwrap();
    let (late, early) = (copies.pop().unwrap(), copies.remove(0));
    let sha256 = tais_proto::signing::sha256_hex(&early.bytes);
    let notice = Notice::Quarantined { sha256, code: "unknown-key".into(), reason: "unknown".into() };
    desk.bus.ack(vec![early.token.unwrap()]).await.unwrap();
    desk.bus.notify(tais_proto::Publisher::Apsc, &[notice]).await.unwrap();
    desk.until(items[1].event_id, |state| *state == ItemState::Held).await;
    desk.scribe.record().set_aside.clear();
    assert_eq!(late.bytes, early.bytes);
    desk.bus.redeliver();
    let _recorder = desk.record();
    desk.until_recorded(&items).await;
    assert_eq!(desk.scribe.record().texts_of(stream), ["a", "b"]);
    assert!(desk.outbox.held_streams().await.unwrap().is_empty());
    drop(work);
}

/// Somebody else's entry under our event id is no receipt.
#[tokio::test]
async fn only_the_same_bytes_are_a_receipt() {
    let desk = Desk::new().await;
    let of = stream();
    let items = desk.outbox.save(&new_events(of, 0, &["a"])).await.unwrap();
    let _work = desk.work();
    desk.until(items[0].event_id, |state| *state == ItemState::Received).await;
    let ours = desk.bus.pull(1, std::time::Duration::ZERO).await.unwrap().remove(0);
    // The same event, signed anew with another place in the key's sequence.
    let mut envelope = tais_proto::Envelope::parse(&ours.bytes).unwrap();
    envelope.key_seq += 1;
    let forged = key(OUTBOX_KEY).sign(envelope.to_bytes().unwrap());
    desk.bus.publish_recorded(&[at(0, Some(Pillar::Apsc), of, forged)]).await.unwrap();
    // What follows it is taken in, so it was too.
    let mark = desk.outbox.save(&new_events(stream(), 0, &["mark"])).await.unwrap();
    desk.until(mark[0].event_id, |state| *state == ItemState::Received).await;
    let pulled = until(async || {
        let mut pulled = desk.bus.pull(10, std::time::Duration::ZERO).await.unwrap();
        pulled.pop().filter(|message| message.bytes != ours.bytes)
    })
    .await;
    let signature = tais_proto::signing::parse_signature_header(&pulled.signature.unwrap()).unwrap();
    let signed = tais_proto::Signed { bytes: pulled.bytes, signature };
    let entry = at(1, Some(Pillar::Apsc), pulled.stream.unwrap(), signed);
    desk.bus.publish_recorded(&[entry]).await.unwrap();
    desk.until_recorded(&mark).await;
    assert_eq!(desk.state(items[0].event_id).await, ItemState::Received);
}

/// The bus may lose a notice, and deliver it late: only what is on its way is set aside by it.
#[tokio::test]
async fn a_late_notice_does_not_undo_the_record() {
    let desk = Desk::new().await;
    let items = desk.outbox.save(&new_events(stream(), 0, &["a"])).await.unwrap();
    let (_recorder, _work) = (desk.record(), desk.work());
    desk.until_recorded(&items).await;
    let bytes = desk.scribe.record().entries[0].signed.bytes.clone();
    let sha256 = tais_proto::signing::sha256_hex(&bytes);
    let notice = Notice::Quarantined { sha256, code: "late".into(), reason: "late".into() };
    desk.bus.notify(tais_proto::Publisher::Apsc, &[notice]).await.unwrap();
    let mark = desk.outbox.save(&new_events(stream(), 0, &["mark"])).await.unwrap();
    desk.until_recorded(&mark).await;
    assert!(matches!(desk.state(items[0].event_id).await, ItemState::Recorded { position: Position(0), .. }));
}

/// What one of them believes to be the end of the file is not, once the other has saved: nothing is lost, doubled or
/// given a place twice.
#[tokio::test]
async fn two_outboxes_on_one_file_take_turns() {
    let desk = Desk::new().await;
    let other = open(&desk.home.path().join("outbox.sqlite")).await;
    let mut items = Vec::new();
    for round in 0..6 {
        let outbox = if round % 2 == 0 { &desk.outbox } else { &other };
        let events = new_events(stream(), 0, &["one", "two"]);
        let saved = outbox.save(&events).await.unwrap();
        // Whichever is asked again finds what the other saved.
        let again = if round % 2 == 0 { &other } else { &desk.outbox };
        assert_eq!(again.save(&events).await.unwrap(), saved);
        items.extend(saved);
    }
    let places: BTreeSet<i64> = items.iter().map(|item| item.seq).collect();
    assert_eq!(places.len(), 12);
    let (_recorder, _work) = (desk.record(), desk.work());
    desk.until_recorded(&items).await;
    let record = desk.scribe.record();
    assert_eq!(record.key_sequence(), (1..=12).collect::<Vec<u32>>());
    assert!(record.wrongs.is_empty(), "{:?}", record.wrongs);
}
