//! The contract of the log: the same stories, told to the log in memory and to the log on PostgreSQL.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod append;
mod duties;
mod proofs;
mod read;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use support::events::HandClock;
use support::server;
use tais_log::{Entry, Filter, Log, MemoryLog, NewEntry, Outcome, PostgresLog, Receipt};
use tais_proto::Position;

/// A log under test: two handles to the same record, and the clock that both read.
struct Under<L> {
    log: L,
    /// Another recorder on the same record: its own connections, where there are any.
    other: L,
    clock: HandClock,
}

/// No story takes longer than this; one that hangs fails.
const STORY_MAX: Duration = Duration::from_secs(60);

/// Each story is a test against either log.
macro_rules! stories {
    ($($file:ident::$story:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let clock = super::HandClock::new();
                let log = super::MemoryLog::new(clock.clock());
                let under = super::Under { other: log.clone(), log, clock };
                tokio::time::timeout(super::STORY_MAX, super::$file::$story(under)).await.unwrap();
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let database = super::server::database().await;
                let clock = super::HandClock::new();
                let log = super::PostgresLog::new(database.pool("tais_recorder").await, clock.clock());
                let other = super::PostgresLog::new(database.pool("tais_recorder").await, clock.clock());
                let under = super::Under { log, other, clock };
                tokio::time::timeout(super::STORY_MAX, super::$file::$story(under)).await.unwrap();
            })+
        }
    };
}

stories! {
    append::positions_are_gapless_and_receipts_say_what_was_read,
    append::an_empty_batch_changes_nothing,
    append::what_was_decided_on_a_log_that_has_gone_on_is_not_written,
    append::the_same_event_gets_the_same_receipt,
    append::other_bytes_under_a_recorded_id_are_told_apart,
    append::only_the_next_version_goes_in,
    append::a_batch_may_carry_a_stream_on_but_not_skip,
    append::a_place_in_a_keys_sequence_is_taken_once,
    append::what_conflicts_leaves_the_rest_of_its_batch_alone,
    append::what_follows_on_what_was_left_out_is_left_out_too,
    append::the_root_is_that_of_the_leaves_at_every_size,
    append::sixteen_appenders_over_two_handles_stay_gapless,
    proofs::tiles_hold_the_leaf_hashes_in_order,
    proofs::proofs_hold_at_every_size_and_for_nothing_else,
    read::pages_follow_each_other_without_gap_or_overlap,
    read::a_filter_leaves_out_and_says_how_far_it_looked,
    read::backwards_the_latest_come_first,
    read::a_stream_is_read_whole_and_alone,
    read::a_follower_catches_up_and_is_woken,
    read::a_follower_may_wait_where_the_log_has_not_come_yet,
    read::a_day_ends_at_midnight_in_dili,
    read::recorded_time_never_goes_backwards,
    duties::a_bad_message_is_set_aside_once_with_its_bytes,
    duties::what_text_cannot_hold_does_not_hold_up_the_rest,
    duties::setting_aside_does_not_move_the_records_clock,
    duties::the_relay_keeps_its_place,
    duties::one_leads_and_any_other_waits_until_it_is_gone,
}

/// Everything in the log, in order.
async fn all<L: Log>(log: &L) -> Vec<Entry> {
    log.read_from(Position(0), 10_000, &Filter::default()).await.unwrap().entries
}

fn receipts(outcomes: &[Outcome]) -> Vec<Receipt> {
    let receipt = |outcome: &Outcome| match outcome {
        Outcome::Recorded(receipt) => *receipt,
        other => panic!("not recorded: {other:?}"),
    };
    outcomes.iter().map(receipt).collect()
}

async fn recorded<L: Log>(log: &L, batch: &[NewEntry]) -> Vec<Receipt> {
    receipts(&log.append(batch, &[]).await.unwrap())
}
