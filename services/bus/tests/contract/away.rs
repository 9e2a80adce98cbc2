//! When the broker is away, and when it is back.

use std::time::{Duration, Instant};

use tais_bus::{Delivery, PublisherBus, RecorderBus as _};
use tais_proto::{Pillar, Position, Publisher};

use crate::events::{entry, signed, stream};
use crate::{Bus, SOON, next_entries, pull};

/// Nobody is kept waiting, and nothing piles up in memory to be sent later behind the outbox's back.
pub async fn what_is_said_while_the_bus_is_away_fails_at_once<B: Bus>(mut bus: B) {
    let (publisher, recorder) = (bus.publisher(Publisher::Apsc).await, bus.recorder().await);
    bus.take_away().await;
    let stream = stream();
    let said = signed(Publisher::Apsc, stream, "while it is away");
    // The client may need a moment to notice.
    let begun = Instant::now();
    while publisher.submit(stream, &said, "noticing").await.is_ok() {
        assert!(begun.elapsed() < SOON, "a submission was acknowledged by nobody");
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let begun = Instant::now();
    for n in 0..100 {
        let error = publisher.submit(stream, &said, &n.to_string()).await.unwrap_err();
        assert!(error.is_transient());
    }
    publisher.replay(Position(0)).await.unwrap_err();
    recorder.publish_recorded(&[entry(0, None)]).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    bus.bring_back().await;
    reconnected(&publisher).await;
    submit_until_taken(&publisher, stream, &said).await;
    // Of what failed nothing arrives now, but for what was on the wire when the broker went.
    let mut arrived = 0;
    loop {
        let pulled = recorder.pull(1000, Duration::from_secs(2)).await.unwrap_or_default();
        if pulled.is_empty() && arrived > 0 {
            break;
        }
        arrived += pulled.len();
    }
    assert!(arrived <= 2, "{arrived} copies arrived");
}

pub async fn everything_goes_on_when_the_bus_is_back<B: Bus>(mut bus: B) {
    let (publisher, recorder) = (bus.publisher(Publisher::Aec).await, bus.recorder().await);
    let stream = stream();
    let before = signed(Publisher::Aec, stream, "before");
    publisher.submit(stream, &before, "before").await.unwrap();
    let relayed = entry(0, Some(Pillar::Aec));
    bus.take_away().await;
    bus.bring_back().await;
    reconnected(&publisher).await;
    // What was acknowledged is still there, and both sides work on, on the same connections.
    assert_eq!(pull_when_back(&recorder).await[0].bytes, before.bytes);
    let after = signed(Publisher::Aec, stream, "after");
    submit_until_taken(&publisher, stream, &after).await;
    assert_eq!(pull(&recorder, 1).await[0].bytes, after.bytes);
    while recorder.publish_recorded(std::slice::from_ref(&relayed)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(next_entries(&publisher).await, [relayed]);
}

async fn pull_when_back<R: tais_bus::RecorderBus>(recorder: &R) -> Vec<tais_bus::Submitted> {
    loop {
        match recorder.pull(1, Duration::from_millis(500)).await {
            Ok(pulled) if !pulled.is_empty() => return pulled,
            Ok(_) => {}
            Err(error) => {
                assert!(error.is_transient(), "{error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn reconnected<P: PublisherBus>(publisher: &P) {
    loop {
        if let Ok(Delivery::Reconnected) = publisher.next_delivery().await {
            return;
        }
    }
}

async fn submit_until_taken<P: PublisherBus>(
    publisher: &P,
    stream: tais_proto::StreamId,
    said: &tais_proto::Signed,
) {
    let mut attempt = 0;
    while let Err(error) = publisher.submit(stream, said, &format!("taken.{attempt}")).await {
        assert!(error.is_transient() && attempt < 50, "{error}");
        attempt += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
