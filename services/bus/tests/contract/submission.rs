//! From publishers to the recorder.

use std::time::{Duration, Instant};

use tais_bus::{AckToken, BusError, PublisherBus as _, RecorderBus as _, TOGETHER_BYTES_MAX, submit_all};
use tais_proto::{Publisher, Signed};

use crate::events::{signed, stream};
use crate::{Bus, SILENCE, SOON, pull};

pub async fn what_is_submitted_arrives_whole<B: Bus>(bus: B) {
    let recorder = bus.recorder().await;
    for publisher in Publisher::ON_THE_BUS {
        let stream = stream();
        let said = signed(*publisher, stream, "um relatório — ação");
        bus.publisher(*publisher).await.submit(stream, &said, publisher.code()).await.unwrap();
        let arrived = pull(&recorder, 1).await.remove(0);
        assert_eq!(arrived.bytes, said.bytes);
        assert_eq!(arrived.signature, Some(said.signature_header()));
        assert_eq!(arrived.subject, format!("tais.submit.tl.{publisher}.{stream}"));
        assert_eq!(arrived.publisher, Some(*publisher));
        assert_eq!(arrived.stream, Some(stream));
    }
}

pub async fn what_is_submitted_together_arrives_whole_and_in_order<B: Bus>(bus: B) {
    let (publisher, recorder) = (bus.publisher(Publisher::Aec).await, bus.recorder().await);
    let all: Vec<_> = (0..100)
        .map(|n| {
            let stream = stream();
            (stream, signed(Publisher::Aec, stream, &n.to_string()))
        })
        .collect();
    let borrowed: Vec<_> = all.iter().map(|(stream, signed)| (*stream, signed)).collect();
    publisher.submit_together(&borrowed).await.unwrap();
    publisher.submit_together(&borrowed[..1]).await.unwrap();
    let mut arrived = Vec::new();
    while arrived.len() < 101 {
        // More than were asked for, where they came in one message.
        let some = recorder.pull(75, SOON).await.unwrap();
        assert!(some.len() >= if arrived.is_empty() { 100 } else { 1 }, "{}", some.len());
        arrived.extend(some);
    }
    for (arrived, (stream, signed)) in arrived.iter().zip(all.iter().chain(&all[..1])) {
        assert_eq!(arrived.bytes, signed.bytes);
        assert_eq!(arrived.signature, Some(signed.signature_header()));
        assert_eq!((arrived.publisher, arrived.stream), (Some(Publisher::Aec), Some(*stream)));
        assert_eq!(arrived.subject, format!("tais.submit.tl.aec.{stream}"));
    }
}

/// Nothing of it is settled before the last is: whoever dies in between is given all of it again.
pub async fn what_came_together_is_settled_with_its_last<B: Bus>(bus: B) {
    let (publisher, recorder) = (bus.publisher(Publisher::Apsc).await, bus.recorder().await);
    let said = signed(Publisher::Apsc, stream(), "said");
    let all: Vec<_> = (0..5).map(|_| (stream(), &said)).collect();
    publisher.submit_together(&all).await.unwrap();
    let tokens = async || {
        let pulled = pull(&recorder, 5).await;
        assert!(pulled[..4].iter().all(|message| message.token.is_none()));
        pulled.into_iter().filter_map(|message| message.token).collect::<Vec<AckToken>>()
    };
    assert_eq!(tokens().await.len(), 1);
    bus.let_redeliver().await;
    recorder.ack(tokens().await).await.unwrap();
    bus.let_redeliver().await;
    assert!(recorder.pull(10, SILENCE).await.unwrap().is_empty());
}

pub async fn what_is_not_taken_together_leaves_nothing<B: Bus>(bus: B) {
    let (publisher, recorder) = (bus.publisher(Publisher::Aec).await, bus.recorder().await);
    let of_size = |bytes: usize| Signed { bytes: vec![b'x'; bytes].into(), signature: [7; 64] };
    let (small, large) = (of_size(100), of_size(300 * 1024));
    let mut all: Vec<_> = (0..20).map(|_| (stream(), &small)).collect();
    all[7].1 = &large;
    let refused = publisher.submit_together(&all).await;
    assert!(matches!(refused, Err(BusError::Refused(_))), "{refused:?}");
    let too_many = publisher.submit_together(&vec![(stream(), &small); TOGETHER_BYTES_MAX / 100]).await;
    assert!(matches!(too_many, Err(BusError::Refused(_))), "{too_many:?}");
    assert!(recorder.pull(10, SILENCE).await.unwrap().is_empty());
    // By themselves, the one that is at fault stops no other; what stands behind it on its stream stays with it.
    all[8].0 = all[7].0;
    let sent = submit_all(&publisher, &all[..10]).await;
    let left: Vec<_> = (0..10).filter(|n| !sent[*n]).collect();
    assert_eq!(left, [7, 8]);
    assert_eq!(pull(&recorder, 8).await.len(), 8);
    // More than one message holds goes in several.
    let many: Vec<_> = (0..TOGETHER_BYTES_MAX / 100).map(|_| (stream(), &small)).collect();
    assert_eq!(submit_all(&publisher, &many).await, vec![true; many.len()]);
    assert_eq!(pull(&recorder, many.len()).await.len(), many.len());
    assert!(recorder.pull(10, SILENCE).await.unwrap().is_empty());
}

/// The recorder refuses what builds on something that it refused, and knows that by the message.
pub async fn what_follows_each_other_on_a_stream_is_not_parted<B: Bus>(bus: B) {
    let (publisher, recorder) = (bus.publisher(Publisher::Apsc).await, bus.recorder().await);
    let said = Signed { bytes: vec![b'x'; TOGETHER_BYTES_MAX / 20].into(), signature: [7; 64] };
    let streams: Vec<_> = (0..30).map(|_| stream()).collect();
    let all: Vec<_> = streams.iter().flat_map(|stream| vec![(*stream, &said); 4]).collect();
    assert_eq!(submit_all(&publisher, &all).await, vec![true; all.len()]);
    let pulled = pull(&recorder, all.len()).await;
    assert_eq!(pulled.len(), all.len());
    let messages: Vec<_> = pulled.split_inclusive(|one| one.token.is_some()).collect();
    assert!(messages.len() > 5);
    for message in messages {
        assert_eq!(message.len() % 4, 0);
        assert!(message.chunks(4).all(|four| four.iter().all(|one| one.stream == four[0].stream)));
    }
}

pub async fn a_pull_takes_what_is_there_and_does_not_linger<B: Bus>(bus: B) {
    let (publisher, recorder) = (bus.publisher(Publisher::Apsc).await, bus.recorder().await);
    let stream = stream();
    let submit = async |from: usize, to: usize| {
        for n in from..to {
            let said = signed(Publisher::Apsc, stream, &n.to_string());
            publisher.submit(stream, &said, &n.to_string()).await.unwrap();
        }
    };
    // More than tokio lets a task take in one poll.
    submit(0, 200).await;
    // The first pull brings them near; what it leaves is there for the second.
    let mut taken = recorder.pull(1, SOON).await.unwrap().len();
    tokio::time::sleep(SILENCE).await;
    let begun = Instant::now();
    let all_at_once = recorder.pull(1000, SOON).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(1), "it lingered for {:?}", begun.elapsed());
    taken += all_at_once.len();
    assert_eq!(taken, 200, "what is there is taken in one batch");
    // At most as many as were asked for, and in the order they came.
    submit(200, 205).await;
    let mut texts = Vec::new();
    while texts.len() < 5 {
        let pulled = recorder.pull(2, SOON).await.unwrap();
        assert!(matches!(pulled.len(), 1 | 2));
        texts.extend(pulled.into_iter().map(|message| message.bytes));
    }
    for (n, text) in (200..205).zip(&texts) {
        let needle = format!("\"{n}\"");
        assert!(text.windows(needle.len()).any(|window| window == needle.as_bytes()), "{n} is out of order");
    }
}

/// The recorder looks for more while it records, and stops looking in the middle of it.
pub async fn who_stops_waiting_for_a_pull_loses_nothing<B: Bus>(bus: B) {
    let (publisher, recorder) = (bus.publisher(Publisher::Apsc).await, bus.recorder().await);
    let said = signed(Publisher::Apsc, stream(), "said");
    let submit = async {
        for n in 0..200 {
            publisher.submit(stream(), &said, &n.to_string()).await.unwrap();
        }
    };
    let mut came = 0;
    let pull = async {
        while came < 200 {
            let pulled = tokio::time::timeout(Duration::from_micros(300), recorder.pull(3, SOON)).await;
            came += pulled.map_or(0, |pulled| pulled.unwrap().len());
        }
    };
    // Sooner than anything is delivered again.
    let both = tokio::time::timeout(SOON * 4 / 5, async { tokio::join!(submit, pull) }).await;
    assert!(both.is_ok(), "only {came} came");
}

pub async fn a_pull_with_nothing_there_waits_as_long_as_it_was_told<B: Bus>(bus: B) {
    let recorder = bus.recorder().await;
    assert!(recorder.pull(10, Duration::from_millis(1)).await.unwrap().is_empty());
    let begun = Instant::now();
    assert!(recorder.pull(10, SILENCE).await.unwrap().is_empty());
    assert!(begun.elapsed() >= SILENCE && begun.elapsed() < SILENCE * 5, "{:?}", begun.elapsed());
    // Something that comes meanwhile ends the wait.
    let publisher = bus.publisher(Publisher::Aec).await;
    let late = async {
        tokio::time::sleep(SILENCE).await;
        let stream = stream();
        publisher.submit(stream, &signed(Publisher::Aec, stream, "late"), "late").await.unwrap();
    };
    let begun = Instant::now();
    let (pulled, ()) = tokio::join!(recorder.pull(10, SOON), late);
    assert_eq!(pulled.unwrap().len(), 1);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

pub async fn what_is_not_acknowledged_comes_again_and_what_is_does_not<B: Bus>(bus: B) {
    let (publisher, recorder) = (bus.publisher(Publisher::Apsc).await, bus.recorder().await);
    let stream = stream();
    let [settled, open] = ["settled", "open"].map(|text| signed(Publisher::Apsc, stream, text));
    publisher.submit(stream, &settled, "settled").await.unwrap();
    publisher.submit(stream, &open, "open").await.unwrap();
    let pulled = pull(&recorder, 2).await;
    let tokens = pulled.iter().filter(|message| message.bytes == settled.bytes);
    recorder.ack(tokens.filter_map(|message| message.token.clone()).collect()).await.unwrap();
    bus.let_redeliver().await;
    let again = pull(&recorder, 1).await;
    assert_eq!(again[0].bytes, open.bytes);
    recorder.ack(again.into_iter().filter_map(|message| message.token).collect()).await.unwrap();
    assert!(recorder.pull(10, SILENCE).await.unwrap().is_empty());
}

/// Why an outbox that sends again takes a new message id.
pub async fn the_same_message_id_is_taken_once_and_a_new_one_again<B: Bus>(bus: B) {
    let (publisher, recorder) = (bus.publisher(Publisher::Ascc).await, bus.recorder().await);
    let stream = stream();
    let said = signed(Publisher::Ascc, stream, "once");
    publisher.submit(stream, &said, "event.0").await.unwrap();
    publisher.submit(stream, &said, "event.0").await.unwrap();
    publisher.submit(stream, &said, "event.1").await.unwrap();
    assert_eq!(pull(&recorder, 2).await.len(), 2);
    assert!(recorder.pull(10, SILENCE).await.unwrap().is_empty());
}

pub async fn what_is_too_large_is_refused_and_stops_nothing<B: Bus>(bus: B) {
    let (publisher, recorder) = (bus.publisher(Publisher::Apsc).await, bus.recorder().await);
    let stream = stream();
    let of_size = |bytes: usize| Signed { bytes: vec![b'x'; bytes].into(), signature: [7; 64] };
    let refused = publisher.submit(stream, &of_size(300 * 1024), "large").await;
    assert!(matches!(refused, Err(BusError::Refused(_))), "{refused:?}");
    // The largest envelope passes, with its headers.
    let largest = of_size(tais_proto::envelope::MESSAGE_BYTES_MAX);
    publisher.submit(stream, &largest, "largest").await.unwrap();
    assert_eq!(pull(&recorder, 1).await[0].bytes, largest.bytes);
}

pub async fn two_recorders_share_and_nothing_is_taken_twice<B: Bus>(bus: B) {
    let (publisher, one, other) =
        (bus.publisher(Publisher::Apsc).await, bus.recorder().await, bus.recorder().await);
    let stream = stream();
    // Both have asked before there is anything.
    let (nothing, at_all) = tokio::join!(one.pull(1, SILENCE), other.pull(1, SILENCE));
    assert!(nothing.unwrap().is_empty() && at_all.unwrap().is_empty());
    for n in 0..40 {
        let said = signed(Publisher::Apsc, stream, &n.to_string());
        publisher.submit(stream, &said, &n.to_string()).await.unwrap();
    }
    let mut bytes = Vec::new();
    while bytes.len() < 40 {
        let (one, other) = tokio::join!(one.pull(100, SILENCE), other.pull(100, SILENCE));
        bytes.extend(one.unwrap().into_iter().chain(other.unwrap()).map(|message| message.bytes));
    }
    bytes.sort();
    bytes.dedup();
    assert_eq!(bytes.len(), 40);
}
