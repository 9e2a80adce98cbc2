//! Saving at once, and what an older outbox wrote.

use std::time::Duration;

use futures_util::future::join_all;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};

use crate::events::{new_events, stream};
use crate::{Desk, open, until};

/// What is new is signed while what came before it waits for the disk. Where that turns out to be known, or whoever
/// saves goes away, nothing that was signed behind it may leave a gap that would look like a withheld event.
#[tokio::test(flavor = "multi_thread")]
async fn who_saves_at_once_leaves_no_gap() {
    let desk = Desk::new().await;
    let (_recorder, _work) = (desk.record(), desk.work());
    let known = new_events(stream(), 0, &["known"]);
    desk.outbox.save(&known).await.unwrap();
    let saving = (0..90).map(|n| {
        let outbox = desk.outbox.clone();
        let mut all: Vec<_> = (0..4).map(|_| new_events(stream(), 0, &["1", "2", "3"])).collect();
        all.extend((n % 3 == 1).then(|| known.clone()));
        tokio::spawn(async move {
            let saving = outbox.save_all(&all);
            if n % 5 == 4 {
                // Some of them before they are saved, some after.
                drop(tokio::time::timeout(Duration::from_millis(n % 7), saving).await);
                return Vec::new();
            }
            saving.await.unwrap().concat()
        })
    });
    let saved: Vec<_> = join_all(saving).await.into_iter().map(Result::unwrap).collect();
    desk.until_recorded(&saved.concat()).await;
    until(async || desk.outbox.open_items().await.unwrap().is_empty().then_some(())).await;
    let record = desk.scribe.record();
    let sequence = record.key_sequence();
    assert!(sequence.len() > 72 * 12, "{}", sequence.len());
    assert_eq!(sequence, (1..=u32::try_from(sequence.len()).unwrap()).collect::<Vec<u32>>());
    assert!(record.wrongs.is_empty(), "{:?}", record.wrongs);
}

/// Older outboxes wrote beside the envelope what it says.
#[tokio::test]
async fn what_an_older_outbox_wrote_is_read_and_sent() {
    let desk = Desk::new().await;
    let stream = stream();
    let mut items = desk.outbox.save(&new_events(stream, 0, &["1", "2"])).await.unwrap();
    // The second decision waits for its turn, and is written in columns.
    items.extend(desk.outbox.save(&new_events(stream, 2, &["3"])).await.unwrap());
    let file = SqliteConnectOptions::new().filename(desk.file());
    let mut older = SqliteConnection::connect_with(&file).await.unwrap();
    for item in &items[..2] {
        let columns = "update item set stream_kind = ?, version = ?, actor = ?, correlation = ?, time = ?,
                                       type = ?, data = ? where seq = ? and data = ''";
        let update = sqlx::query(columns)
            .bind(item.kind().code())
            .bind(item.version)
            .bind(item.actor.0)
            .bind(item.correlation)
            .bind(item.time.unix_micros())
            .bind(item.event.event_type().as_str())
            .bind(item.event.to_json().unwrap())
            .bind(item.seq);
        assert_eq!(update.execute(&mut older).await.unwrap().rows_affected(), 1);
    }
    older.close().await.unwrap();
    let desk = Desk { outbox: open(&desk.file()).await, ..desk };
    assert_eq!(desk.outbox.items_of(stream).await.unwrap(), items);
    let (_recorder, _work) = (desk.record(), desk.work());
    desk.until_recorded(&items).await;
    assert_eq!(desk.scribe.record().texts_of(stream), ["1", "2", "3"]);
    assert_eq!(desk.scribe.record().key_sequence(), [1, 2, 3]);
}

/// The recorder sets it aside; until then, and afterwards, a person can read what they said.
#[tokio::test]
async fn what_is_larger_than_any_message_is_read() {
    let desk = Desk::new().await;
    let stream = stream();
    let items = desk.outbox.save(&new_events(stream, 0, &["x".repeat(300_000).as_str()])).await.unwrap();
    assert_eq!(desk.outbox.items_of(stream).await.unwrap(), items);
    assert_eq!(desk.outbox.open_items().await.unwrap(), items);
}
