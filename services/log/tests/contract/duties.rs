//! Beside the record: the quarantine, the relay's place, and who leads.

use std::slice::from_ref;
use std::time::Duration;

use tais_log::{Log, Outcome};
use tais_proto::Position;

use crate::support::events::{Author, bad, stream};
use crate::{Under, recorded};

pub async fn a_bad_message_is_set_aside_once_with_its_bytes<L: Log>(under: Under<L>) {
    let mut apsc = Author::apsc();
    let (broken, deep) = (bad("{ not json \0", "malformed"), bad("[[[", "too-deep"));
    let received = under.clock.now();
    // It travels with good ones and does not hold them up.
    let outcomes =
        under.log.append(&[apsc.says(stream(), 1, "good")], &[broken.clone(), deep.clone()]).await.unwrap();
    assert!(matches!(outcomes[..], [Outcome::Recorded(_)]), "{outcomes:?}");
    under.clock.add(time::Duration::hours(2));

    // Redelivered: alone, through another recorder, twice in one batch, on another subject.
    let mut elsewhere = broken.clone();
    elsewhere.subject = "tais.submit.tl.ascc.y".into();
    under.other.append(&[], &[broken.clone(), elsewhere, broken.clone()]).await.unwrap();
    let kept = under.log.quarantined(10).await.unwrap();
    assert_eq!(kept.iter().map(|kept| &kept.message).collect::<Vec<_>>(), [&deep, &broken], "newest first");
    assert!(kept.iter().all(|kept| kept.received_at == received), "when it was first received");

    // The same bytes for another reason, and other bytes for the same reason, are other cases.
    let mut signed = bad("{ not json \0", "wrong-signature");
    signed.signature = Some("AAAA".into());
    let other = bad("{ nor this", "malformed");
    under.log.append(&[], &[signed.clone(), other.clone()]).await.unwrap();
    let kept = under.log.quarantined(2).await.unwrap();
    assert_eq!(kept.iter().map(|kept| &kept.message).collect::<Vec<_>>(), [&other, &signed]);
    assert!(kept[0].id > kept[1].id);
    assert_eq!(kept[0].received_at, under.clock.now());
    assert_eq!(under.log.quarantined(10).await.unwrap().len(), 4);
    assert_eq!(under.log.head().await.unwrap().size, 1, "what is set aside is no entry");
}

pub async fn what_text_cannot_hold_does_not_hold_up_the_rest<L: Log>(under: Under<L>) {
    // A zero byte is legal in a JSON string and in a header, and PostgreSQL keeps none in text.
    let mut zeros = bad("the bytes\0as they came", "malformed");
    zeros.subject = "tais.submit.tl.aec\0.x".into();
    zeros.signature = Some("\0\0".into());
    zeros.reason = "unknown field `a\0b`".into();
    let good = Author::apsc().says(stream(), 1, "a text with \0 in it");
    let outcomes = under.log.append(from_ref(&good), from_ref(&zeros)).await.unwrap();
    assert!(matches!(outcomes[..], [Outcome::Recorded(_)]), "{outcomes:?}");
    let entry = under.other.read_one(Position(0)).await.unwrap().unwrap();
    assert_eq!(entry.signed, good.signed);
    let kept = under.other.quarantined(9).await.unwrap().remove(0).message;
    assert_eq!(kept.raw, zeros.raw, "the evidence is untouched");
    assert_eq!(kept.subject, "tais.submit.tl.aec\u{FFFD}.x");
    assert_eq!(kept.signature.as_deref(), Some("\u{FFFD}\u{FFFD}"));
    assert_eq!(kept.reason, "unknown field `a\u{FFFD}b`");
}

pub async fn setting_aside_does_not_move_the_records_clock<L: Log>(under: Under<L>) {
    let mut apsc = Author::apsc();
    recorded(&under.log, &[apsc.says(stream(), 1, "first")]).await;
    let head = under.log.head().await.unwrap();
    under.clock.add(time::Duration::hours(2));
    under.log.append(&[], &[bad("x", "malformed")]).await.unwrap();
    assert_eq!(under.log.head().await.unwrap(), head);
}

pub async fn the_relay_keeps_its_place<L: Log>(under: Under<L>) {
    assert_eq!(under.log.relay_place().await.unwrap(), Position(0));
    under.log.set_relay_place(Position(41)).await.unwrap();
    assert_eq!(under.other.relay_place().await.unwrap(), Position(41));
    // Back, too: the whole of RECORDED can be filled again.
    under.other.set_relay_place(Position(0)).await.unwrap();
    assert_eq!(under.log.relay_place().await.unwrap(), Position(0));
}

pub async fn one_leads_and_any_other_waits_until_it_is_gone<L: Log>(under: Under<L>) {
    let mut first = under.log.try_lead().await.unwrap().expect("nobody leads yet");
    assert!(under.other.try_lead().await.unwrap().is_none());
    assert!(under.log.try_lead().await.unwrap().is_none(), "not even twice by the same recorder");
    let held = tokio::time::timeout(Duration::from_millis(1_500), under.log.hold(&mut first)).await;
    assert!(held.is_err(), "the place is kept while nothing happens: {held:?}");
    drop(first);
    // The server notices within moments that the connection is gone.
    let second = loop {
        match under.other.try_lead().await.unwrap() {
            Some(lease) => break lease,
            None => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    };
    assert!(under.log.try_lead().await.unwrap().is_none());
    drop(second);
}
