//! Reading: in order, by filter, by day, and as it comes in.

use std::time::Duration;

use tais_log::{Entry, Filter, Follower as _, Log};
use tais_proto::when::end_of_dili_day;
use tais_proto::{Pillar, Position, Publisher, StreamKind, Timestamp};
use time::macros::date;

use crate::support::events::{Author, at, stream};
use crate::{Under, all, recorded};

/// Ten entries: APSC has the even positions, AEC the odd ones; one stream each.
async fn ten<L: Log>(under: &Under<L>) -> (tais_proto::StreamId, tais_proto::StreamId) {
    let (mut apsc, mut aec) = (Author::apsc(), Author::new(Publisher::Aec, 2));
    let (even, odd) = (stream(), stream());
    for version in 1..=5 {
        let batch = [apsc.says(even, version, "even"), aec.says(odd, version, "odd")];
        recorded(&under.log, &batch).await;
    }
    (even, odd)
}

fn positions(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.position.0).collect()
}

async fn page<L: Log>(log: &L, from: u64, limit: usize, filter: &Filter) -> (Vec<u64>, u64) {
    let page = log.read_from(Position(from), limit, filter).await.unwrap();
    (positions(&page.entries), page.scanned_to.0)
}

pub async fn pages_follow_each_other_without_gap_or_overlap<L: Log>(under: Under<L>) {
    let everything = Filter::default();
    assert_eq!(page(&under.log, 0, 5, &everything).await, (vec![], 0));
    assert_eq!(page(&under.log, 3, 5, &everything).await, (vec![], 3), "before there is a position 3");
    ten(&under).await;
    assert_eq!(page(&under.other, 0, 4, &everything).await, (vec![0, 1, 2, 3], 4));
    assert_eq!(page(&under.other, 4, 4, &everything).await, (vec![4, 5, 6, 7], 8));
    assert_eq!(page(&under.other, 8, 4, &everything).await, (vec![8, 9], 10));
    assert_eq!(page(&under.other, 8, 2, &everything).await, (vec![8, 9], 10));
    assert_eq!(page(&under.other, 10, 4, &everything).await, (vec![], 10));
    assert_eq!(page(&under.other, 12, 4, &everything).await, (vec![], 12));
    // Who asks for nothing has seen nothing.
    assert_eq!(page(&under.other, 4, 0, &everything).await, (vec![], 4));
}

pub async fn a_filter_leaves_out_and_says_how_far_it_looked<L: Log>(under: Under<L>) {
    let (even, odd) = ten(&under).await;
    let apsc = Filter { pillar: Some(Pillar::Apsc), ..Filter::default() };
    assert_eq!(page(&under.log, 0, 3, &apsc).await, (vec![0, 2, 4], 5));
    assert_eq!(page(&under.log, 5, 3, &apsc).await, (vec![6, 8], 10), "the last odd one was looked at too");
    let nobody = Filter { pillar: Some(Pillar::Ascc), ..Filter::default() };
    assert_eq!(page(&under.log, 0, 3, &nobody).await, (vec![], 10));
    let of_stream = Filter { stream: Some(odd), ..Filter::default() };
    assert_eq!(page(&under.log, 2, 9, &of_stream).await, (vec![3, 5, 7, 9], 10));
    let both = Filter { stream: Some(even), pillar: Some(Pillar::Aec), kind: None };
    assert_eq!(page(&under.log, 0, 9, &both).await, (vec![], 10), "all parts of a filter must hold");
    let activities = Filter { kind: Some(StreamKind::Activity), ..Filter::default() };
    assert_eq!(page(&under.log, 0, 2, &activities).await, (vec![0, 1], 2));
    let commitments = Filter { kind: Some(StreamKind::Commitment), ..Filter::default() };
    assert_eq!(page(&under.log, 0, 2, &commitments).await, (vec![], 10));
    assert_eq!(page(&under.log, 4, 0, &apsc).await, (vec![], 4), "who asks for nothing has seen nothing");
}

pub async fn backwards_the_latest_come_first<L: Log>(under: Under<L>) {
    let back = async |before: u64, limit: usize, filter: &Filter| {
        positions(&under.other.read_before(Position(before), limit, filter).await.unwrap())
    };
    let everything = Filter::default();
    assert_eq!(back(5, 3, &everything).await, [0; 0]);
    ten(&under).await;
    assert_eq!(back(99, 3, &everything).await, [9, 8, 7]);
    assert_eq!(back(7, 3, &everything).await, [6, 5, 4]);
    assert_eq!(back(2, 3, &everything).await, [1, 0]);
    assert_eq!(back(0, 3, &everything).await, [0; 0]);
    let apsc = Filter { pillar: Some(Pillar::Apsc), ..Filter::default() };
    assert_eq!(back(8, 3, &apsc).await, [6, 4, 2]);
}

pub async fn a_stream_is_read_whole_and_alone<L: Log>(under: Under<L>) {
    let (even, _) = ten(&under).await;
    let entries = under.other.read_stream(even).await.unwrap();
    assert_eq!(positions(&entries), [0, 2, 4, 6, 8]);
    assert!(entries.iter().map(|entry| entry.version).eq(1..=5));
    assert!(entries.iter().all(|entry| entry.stream.id == even));
    assert_eq!(under.log.read_stream(stream()).await.unwrap(), []);
}

pub async fn a_follower_catches_up_and_is_woken<L: Log>(under: Under<L>) {
    ten(&under).await;
    let mut follower = under.log.follow(Position(7)).await.unwrap();
    assert_eq!(positions(&follower.next(2).await.unwrap()), [7, 8]);
    assert_eq!(positions(&follower.next(100).await.unwrap()), [9]);
    let waiting = tokio::spawn(async move {
        let mut seen = Vec::new();
        while seen.len() < 6 {
            seen.extend(positions(&follower.next(4).await.unwrap()));
        }
        seen
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!waiting.is_finished(), "there was nothing to see yet");
    // What another recorder appends wakes it as well, in several batches.
    let mut ascc = Author::new(Publisher::Ascc, 3);
    let one = stream();
    recorded(&under.other, &[ascc.says(one, 1, "later")]).await;
    recorded(&under.log, &[ascc.says(one, 2, "later"), ascc.says(one, 3, "later")]).await;
    recorded(&under.other, &[4, 5, 6].map(|version| ascc.says(one, version, "later"))).await;
    assert_eq!(waiting.await.unwrap(), [10, 11, 12, 13, 14, 15]);
}

pub async fn a_follower_may_wait_where_the_log_has_not_come_yet<L: Log>(under: Under<L>) {
    let mut follower = under.log.follow(Position(11)).await.unwrap();
    // Nobody loses an entry by giving up waiting for it.
    assert!(tokio::time::timeout(Duration::from_millis(50), follower.next(9)).await.is_err());
    ten(&under).await;
    assert!(tokio::time::timeout(Duration::from_millis(400), follower.next(9)).await.is_err());
    let mut ascc = Author::new(Publisher::Ascc, 3);
    let batch = [1, 2, 3].map(|version| ascc.says(stream(), 1, &version.to_string()));
    recorded(&under.log, &batch).await;
    assert_eq!(positions(&follower.next(9).await.unwrap()), [11, 12]);
}

pub async fn a_day_ends_at_midnight_in_dili<L: Log>(under: Under<L>) {
    let mut apsc = Author::apsc();
    let midnight = end_of_dili_day(date!(2026 - 11 - 24));
    assert_eq!(midnight, at("2026-11-24T15:00:00Z"));
    let before = |instant| under.log.last_position_before(instant);
    assert_eq!(before(midnight).await.unwrap(), None, "of an empty log");
    for instant in ["2026-11-23T15:00:00Z", "2026-11-24T14:59:59.999999Z", "2026-11-24T15:00:00Z"] {
        under.clock.set(at(instant));
        recorded(&under.log, &[apsc.says(stream(), 1, instant)]).await;
    }
    let end_of = |day| before(end_of_dili_day(day));
    assert_eq!(end_of(date!(2026 - 11 - 23)).await.unwrap(), None);
    // The last microsecond still belongs to the day; the next is tomorrow.
    assert_eq!(end_of(date!(2026 - 11 - 24)).await.unwrap(), Some(Position(1)));
    assert_eq!(end_of(date!(2026 - 11 - 25)).await.unwrap(), Some(Position(2)));
    assert_eq!(before(Timestamp::MAX).await.unwrap(), Some(Position(2)));
    assert_eq!(before(at("2026-11-23T15:00:00.000001Z")).await.unwrap(), Some(Position(0)));
}

pub async fn recorded_time_never_goes_backwards<L: Log>(under: Under<L>) {
    let mut apsc = Author::apsc();
    let (late, early) = (at("2026-11-24T14:00:00Z"), at("2026-11-24T10:00:00Z"));
    under.clock.set(late);
    recorded(&under.log, &[apsc.says(stream(), 1, "on time")]).await;
    // The clock is set back by four hours: by the next recorder, too.
    under.clock.set(early);
    let receipt = recorded(&under.other, &[apsc.says(stream(), 1, "the clock went back")]).await[0];
    assert_eq!(receipt.recorded_at, late);
    recorded(&under.log, &[apsc.says(stream(), 1, "still back")]).await;
    under.clock.set(at("2026-11-24T14:00:01Z"));
    recorded(&under.log, &[apsc.says(stream(), 1, "caught up")]).await;

    let entries = all(&under.log).await;
    assert!(entries.is_sorted_by_key(|entry| entry.recorded_at), "{entries:?}");
    assert_eq!(under.log.head().await.unwrap().last_recorded_at, Some(at("2026-11-24T14:00:01Z")));
    let before = |instant| under.log.last_position_before(at(instant));
    assert_eq!(before("2026-11-24T13:59:59Z").await.unwrap(), None);
    assert_eq!(before("2026-11-24T14:00:00.5Z").await.unwrap(), Some(Position(2)));
    assert_eq!(before("2026-11-24T14:00:02Z").await.unwrap(), Some(Position(3)));
}
