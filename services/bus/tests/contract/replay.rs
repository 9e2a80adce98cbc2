//! Asking the recorder what was recorded.

use std::time::{Duration, Instant};

use tais_bus::{PublisherBus as _, RecorderBus as _, ReplayPage};
use tais_proto::{Pillar, Position, Publisher, Signed};

use crate::Bus;
use crate::events::{at, entry, stream};

pub async fn the_one_who_asks_is_answered<B: Bus>(bus: B) {
    let recorder = bus.recorder().await;
    let pages = [
        ReplayPage {
            entries: vec![entry(41, Some(Pillar::Apsc)), entry(44, None)],
            scanned_to: Position(45),
            head: Position(100),
        },
        ReplayPage { entries: Vec::new(), scanned_to: Position(100), head: Position(100) },
    ];
    for (publisher, page) in [(Publisher::Apsc, &pages[0]), (Publisher::Office, &pages[1])] {
        let asker = bus.publisher(publisher).await;
        let answering = async {
            let request = recorder.next_replay().await.unwrap();
            assert_eq!((request.publisher, request.from), (publisher, Position(40)));
            recorder.answer_replay(request, page.clone()).await.unwrap();
        };
        let (answer, ()) = tokio::join!(asker.replay(Position(40)), answering);
        assert_eq!(answer.unwrap(), *page);
    }
}

/// As much as the recorder puts into one answer: 300 KiB of envelopes, in 128 entries.
pub async fn the_largest_page_fits<B: Bus>(bus: B) {
    let (asker, recorder) = (bus.publisher(Publisher::Ascc).await, bus.recorder().await);
    let of_size = |n: u64| Signed {
        bytes: vec![b'y'; 2400 + usize::try_from(n % 2).unwrap()].into(),
        signature: [9; 64],
    };
    let entries = (0..128).map(|n| at(u64::MAX / 2 + n, Some(Pillar::Ascc), stream(), of_size(n))).collect();
    let page =
        ReplayPage { entries, scanned_to: Position(u64::MAX / 2 + 128), head: Position(u64::MAX / 2 + 200) };
    let answering = async {
        loop {
            let request = recorder.next_replay().await.unwrap();
            recorder.answer_replay(request, page.clone()).await.unwrap();
        }
    };
    // Whoever asks before the recorder listens is told so at once, and asks again.
    let asking = async {
        loop {
            match asker.replay(Position(0)).await {
                Ok(answer) => break answer,
                Err(error) => assert!(error.is_transient(), "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let answer = tokio::select! { answer = asking => answer, () = answering => return };
    assert!(answer == page, "the page is another");
}

pub async fn nobody_waits_for_ever_for_an_answer<B: Bus>(bus: B) {
    let asker = bus.publisher(Publisher::Aec).await;
    let begun = Instant::now();
    let error = asker.replay(Position(0)).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    // Neither when nobody is there, nor when somebody is who does not answer.
    let _silent = bus.recorder().await;
    let error = asker.replay(Position(0)).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}
