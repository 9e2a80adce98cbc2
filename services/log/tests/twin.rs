//! The log in memory fails on command, in the ways the real one can.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use std::slice::from_ref;
use std::time::{Duration, Instant};

use support::events::{Author, HandClock, bad, stream};
use tais_log::memory::Fault;
use tais_log::{Filter, Log as _, LogError, MemoryLog, Outcome};
use tais_proto::Position;

fn twin() -> MemoryLog {
    MemoryLog::new(HandClock::new().clock())
}

#[tokio::test]
async fn a_failure_that_kept_nothing_leaves_the_log_as_it_was() {
    let (log, said) = (twin(), Author::apsc().says(stream(), 1, "a"));
    let before = log.head().await.unwrap();
    log.fail_next(Fault::NotKept);
    let error = log.append(from_ref(&said), &[bad("x", "malformed")]).await.unwrap_err();
    assert!(matches!(error, LogError::OnCommand) && error.is_transient());
    assert_eq!(log.head().await.unwrap(), before);
    assert_eq!(log.find(&[said.envelope.id]).await.unwrap(), []);
    assert_eq!(log.quarantined(9).await.unwrap(), []);
    let again = log.append(from_ref(&said), &[]).await.unwrap();
    assert!(matches!(again[..], [Outcome::Recorded(_)]), "{again:?}");
}

#[tokio::test]
async fn a_failure_that_kept_it_is_told_by_asking_for_the_receipt() {
    let (log, said) = (twin(), Author::apsc().says(stream(), 1, "a"));
    log.fail_next(Fault::Kept);
    let error = log.append(from_ref(&said), &[bad("x", "malformed")]).await.unwrap_err();
    assert!(
        matches!(error, LogError::UnknownOutcome(_)),
        "only this error may leave something behind: {error:?}"
    );
    let found = log.find(&[said.envelope.id]).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(log.quarantined(9).await.unwrap().len(), 1);
    // Whoever sends it again gets that receipt, and there is still one.
    let again = log.append(from_ref(&said), &[]).await.unwrap();
    assert_eq!(again, [Outcome::AlreadyRecorded(found[0])]);
    assert_eq!(log.head().await.unwrap().size, 1);
}

#[tokio::test]
async fn a_delay_is_a_delay_and_readers_see_nothing_before() {
    let (log, said) = (twin(), Author::apsc().says(stream(), 1, "a"));
    let delay = Duration::from_millis(80);
    log.fail_next(Fault::Delayed(delay));
    let (begun, writer) = (Instant::now(), log.clone());
    let late = tokio::spawn(async move { writer.append(&[said], &[]).await });
    tokio::time::sleep(Duration::from_millis(20)).await;
    let early = log.read_from(Position(0), 9, &Filter::default()).await.unwrap();
    assert_eq!(early.entries, [], "read before the delay was over");
    let outcomes = late.await.unwrap().unwrap();
    assert!(matches!(outcomes[..], [Outcome::Recorded(_)]), "{outcomes:?}");
    assert!(begun.elapsed() >= delay);
}

#[tokio::test]
async fn faults_come_in_the_order_commanded_and_then_end() {
    let (log, mut apsc) = (twin(), Author::apsc());
    for fault in [Fault::NotKept, Fault::Kept, Fault::NotKept] {
        log.fail_next(fault);
    }
    let mut sizes = Vec::new();
    for _ in 0..4 {
        let failed = log.append(&[apsc.says(stream(), 1, "a")], &[]).await.is_err();
        sizes.push((failed, log.head().await.unwrap().size));
    }
    assert_eq!(sizes, [(true, 0), (true, 1), (true, 1), (false, 2)]);
}
