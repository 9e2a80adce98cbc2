//! Appending: what goes in, at which place, and what is answered for the rest.

use std::collections::BTreeSet;
use std::slice::from_ref;

use tais_log::proof::ProofError;
use tais_log::{Entry, Log, Outcome, proof};
use tais_proto::{Pillar, Position, Publisher, SigningKey};

use crate::support::events::{Author, bad, stream};
use crate::{Under, all, receipts, recorded};

pub async fn positions_are_gapless_and_receipts_say_what_was_read<L: Log>(under: Under<L>) {
    let (mut apsc, mut aec) = (Author::apsc(), Author::new(Publisher::Aec, 2));
    let (one, two) = (stream(), stream());
    let first = vec![apsc.says(one, 1, "a"), aec.says(two, 1, "b"), apsc.says(one, 2, "c")];
    let second = vec![aec.says(two, 2, "d")];
    let mut given = recorded(&under.log, &first).await;
    given.extend(recorded(&under.other, &second).await);

    let entries = all(&under.log).await;
    assert_eq!(entries.iter().map(|entry| entry.position.0).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(entries.iter().map(Entry::receipt).collect::<Vec<_>>(), given);
    for (entry, said) in entries.iter().zip(first.iter().chain(&second)) {
        assert_eq!(entry.signed, said.signed);
        assert_eq!(entry.envelope().unwrap(), *said.envelope);
        assert_eq!((entry.event_id, entry.stream), (said.envelope.id, said.envelope.stream));
        assert_eq!((entry.version, entry.pillar), (said.envelope.stream_version, said.pillar));
        assert_eq!(entry.event_type, said.envelope.event.event_type().as_str());
        assert_eq!(entry.state.as_str(), "TL");
        assert_eq!(entry.recorded_at, under.clock.now());
        let leaf = tais_proto::leaf_hash(&said.signed, entry.position, entry.recorded_at);
        assert_eq!(entry.leaf_hash, leaf, "position {}", entry.position);
        assert_eq!(under.other.read_one(entry.position).await.unwrap().as_ref(), Some(entry));
    }
    assert_eq!(entries[1].pillar, Some(Pillar::Aec));
    assert_eq!(under.log.read_one(Position(4)).await.unwrap(), None);
}

pub async fn an_empty_batch_changes_nothing<L: Log>(under: Under<L>) {
    assert_eq!(under.log.append(&[], &[]).await.unwrap(), []);
    let head = under.log.head().await.unwrap();
    assert_eq!((head.size, head.last_recorded_at), (0, None));
    assert_eq!(proof::root(&under.log, 0).await.unwrap(), head.root);
    assert_eq!(all(&under.log).await, []);
}

pub async fn what_was_decided_on_a_log_that_has_gone_on_is_not_written<L: Log>(under: Under<L>) {
    let mut apsc = Author::apsc();
    let (one, two, bad) = (apsc.says(stream(), 1, "a"), apsc.says(stream(), 1, "b"), bad("x", "malformed"));
    let first = under.log.append_at(0, from_ref(&one), &[]).await.unwrap().unwrap();
    assert_eq!(receipts(&first).len(), 1);
    // The other has not heard of it; nor does one write that thinks of a log longer than it is.
    for size in [0, 2] {
        assert_eq!(under.other.append_at(size, from_ref(&two), from_ref(&bad)).await.unwrap(), None);
        assert_eq!(under.log.append_at(size, &[], from_ref(&bad)).await.unwrap(), None);
    }
    assert_eq!(under.log.head().await.unwrap().size, 1);
    assert_eq!(under.log.quarantined(10).await.unwrap(), []);
    let second = under.other.append_at(1, from_ref(&two), from_ref(&bad)).await.unwrap().unwrap();
    assert_eq!(receipts(&second)[0].position, Position(1));
    assert_eq!(under.log.quarantined(10).await.unwrap().len(), 1);
}

pub async fn the_same_event_gets_the_same_receipt<L: Log>(under: Under<L>) {
    let mut apsc = Author::apsc();
    let said = apsc.says(stream(), 1, "once");
    let first = recorded(&under.log, from_ref(&said)).await;
    under.clock.add(time::Duration::hours(1));

    // Again, through another recorder; and twice in one batch.
    let again = under.other.append(from_ref(&said), &[]).await.unwrap();
    assert_eq!(again, [Outcome::AlreadyRecorded(first[0])]);
    let fresh = apsc.says(stream(), 1, "twice in a batch");
    let twice = under.log.append(&[fresh.clone(), fresh.clone()], &[]).await.unwrap();
    let [Outcome::Recorded(one), Outcome::AlreadyRecorded(two)] = twice[..] else { panic!("{twice:?}") };
    assert_eq!(one, two);

    assert_eq!(under.log.head().await.unwrap().size, 2);
    let unknown = apsc.says(stream(), 1, "never sent").envelope.id;
    let mut found = under.log.find(&[fresh.envelope.id, unknown, said.envelope.id]).await.unwrap();
    found.sort_by_key(|receipt| receipt.position);
    assert_eq!(found, [first[0], one]);
}

pub async fn other_bytes_under_a_recorded_id_are_told_apart<L: Log>(under: Under<L>) {
    let mut apsc = Author::apsc();
    let said = apsc.says(stream(), 1, "the first");
    let first = recorded(&under.log, from_ref(&said)).await;
    let before = under.log.head().await.unwrap();

    let contradiction = apsc.contradicts(&said);
    let outcomes = under.log.append(&[contradiction], &[]).await.unwrap();
    assert_eq!(outcomes, [Outcome::IdReused(first[0])]);
    // The same bytes under another key's signature are other evidence.
    let mut forged = said.clone();
    forged.signed = SigningKey::from_seed(&[9; 32]).sign(said.signed.bytes.clone());
    let outcomes = under.log.append(&[forged], &[]).await.unwrap();
    assert_eq!(outcomes, [Outcome::IdReused(first[0])]);

    assert_eq!(under.log.head().await.unwrap(), before);
    assert_eq!(all(&under.log).await[0].signed, said.signed);
}

pub async fn only_the_next_version_goes_in<L: Log>(under: Under<L>) {
    let mut apsc = Author::apsc();
    let one = stream();
    let conflict = |expected, given| Outcome::VersionConflict { expected, given };
    let early = apsc.says(one, 2, "before there is a first");
    assert_eq!(under.log.append(&[early], &[]).await.unwrap(), [conflict(1, 2)]);
    recorded(&under.log, &[apsc.says(one, 1, "first")]).await;
    let late = apsc.says(one, 1, "somebody was faster");
    assert_eq!(under.other.append(&[late], &[]).await.unwrap(), [conflict(2, 1)]);
    let skipping = apsc.says(one, 3, "one was skipped");
    assert_eq!(under.log.append(&[skipping], &[]).await.unwrap(), [conflict(2, 3)]);
    recorded(&under.other, &[apsc.says(one, 2, "second")]).await;
    assert_eq!(under.log.read_stream(one).await.unwrap().len(), 2);
}

pub async fn a_batch_may_carry_a_stream_on_but_not_skip<L: Log>(under: Under<L>) {
    let mut apsc = Author::apsc();
    let one = stream();
    let batch: Vec<_> = (1..=4).map(|version| apsc.says(one, version, "in one batch")).collect();
    recorded(&under.log, &batch).await;
    let [five, seven, six] = [5, 7, 6].map(|version| apsc.says(one, version, "out of order"));
    let outcomes = under.log.append(&[five, seven, six], &[]).await.unwrap();
    assert!(matches!(outcomes[0], Outcome::Recorded(_)), "{outcomes:?}");
    assert_eq!(outcomes[1], Outcome::VersionConflict { expected: 6, given: 7 });
    assert!(matches!(outcomes[2], Outcome::Recorded(_)), "{outcomes:?}");
    let versions: Vec<_> =
        under.log.read_stream(one).await.unwrap().iter().map(|entry| entry.version).collect();
    assert_eq!(versions, [1, 2, 3, 4, 5, 6]);
}

pub async fn a_place_in_a_keys_sequence_is_taken_once<L: Log>(under: Under<L>) {
    let mut apsc = Author::apsc();
    assert_eq!(under.log.last_key_seq(&apsc.key_id()).await.unwrap(), 0);
    recorded(&under.log, &[apsc.says(stream(), 1, "place 1")]).await;

    // Another event, another stream, the same place: across batches and within one.
    let mut restored = Author::apsc();
    let reused = restored.says(stream(), 1, "place 1 again");
    assert_eq!(under.other.append(&[reused], &[]).await.unwrap(), [Outcome::KeySequenceReused]);
    let fresh = apsc.says(stream(), 1, "place 2");
    let reused = restored.says(stream(), 1, "place 2 again");
    let outcomes = under.log.append(&[fresh, reused], &[]).await.unwrap();
    assert!(matches!(outcomes[..], [Outcome::Recorded(_), Outcome::KeySequenceReused]), "{outcomes:?}");

    // Another key has places of its own; a key's places may come in any order.
    let mut aec = Author::new(Publisher::Aec, 2);
    let (first, second) = (aec.says(stream(), 1, "1"), aec.says(stream(), 1, "2"));
    recorded(&under.log, &[second, first]).await;
    assert_eq!(under.log.last_key_seq(&aec.key_id()).await.unwrap(), 2);
    assert_eq!(under.log.last_key_seq(&apsc.key_id()).await.unwrap(), 2);
}

pub async fn what_conflicts_leaves_the_rest_of_its_batch_alone<L: Log>(under: Under<L>) {
    let mut apsc = Author::apsc();
    let one = stream();
    let good = apsc.says(one, 1, "good");
    // The same id comes twice: first in a version that cannot be, then in one that can.
    let possible = apsc.says(stream(), 1, "good as well");
    let mut impossible = possible.envelope.as_ref().clone();
    (impossible.stream_version, impossible.key_seq) = (9, 99);
    let batch = [apsc.sign(impossible), good, apsc.says(one, 7, "too early"), possible.clone()];
    let outcomes = under.log.append(&batch, &[]).await.unwrap();
    assert_eq!(outcomes[0], Outcome::VersionConflict { expected: 1, given: 9 });
    assert_eq!(outcomes[2], Outcome::VersionConflict { expected: 2, given: 7 });
    let [_, Outcome::Recorded(first), _, Outcome::Recorded(second)] = outcomes[..] else {
        panic!("{outcomes:?}")
    };
    assert_eq!((first.position, second.position), (Position(0), Position(1)));
    assert_eq!(under.log.last_key_seq(&apsc.key_id()).await.unwrap(), possible.envelope.key_seq);
}

pub async fn what_follows_on_what_was_left_out_is_left_out_too<L: Log>(under: Under<L>) {
    let (mut apsc, mut aec) = (Author::apsc(), Author::new(Publisher::Aec, 2));
    let (one, two) = (stream(), stream());
    let begun = apsc.says(one, 1, "begun");
    recorded(&under.log, &[begun.clone(), apsc.says(two, 1, "begun")]).await;
    // Another beginning of the first stream and what follows on it; the second stream goes on.
    let batch = [
        aec.says(one, 1, "claimed"),
        aec.says(one, 2, "follows"),
        aec.says(one, 3, "and on"),
        apsc.says(two, 2, "on"),
    ];
    for log in [&under.log, &under.other] {
        let outcomes = log.append(&batch, &[]).await.unwrap();
        assert_eq!(outcomes[0], Outcome::VersionConflict { expected: 2, given: 1 });
        assert_eq!(outcomes[1], Outcome::Unfounded);
        assert_eq!(outcomes[2], Outcome::VersionConflict { expected: 2, given: 3 });
        assert!(matches!(outcomes[3], Outcome::Recorded(_) | Outcome::AlreadyRecorded(_)), "{outcomes:?}");
    }
    // Other bytes under a recorded id are no beginning either; the same bytes are.
    let mut other = begun.envelope.as_ref().clone();
    other.key_seq = 99;
    let next = apsc.says(one, 2, "next");
    let outcomes = under.log.append(&[apsc.sign(other), next.clone()], &[]).await.unwrap();
    assert!(matches!(outcomes[..], [Outcome::IdReused(_), Outcome::Unfounded]), "{outcomes:?}");
    let outcomes = under.log.append(&[begun, next], &[]).await.unwrap();
    assert!(matches!(outcomes[..], [Outcome::AlreadyRecorded(_), Outcome::Recorded(_)]), "{outcomes:?}");
}

pub async fn the_root_is_that_of_the_leaves_at_every_size<L: Log>(under: Under<L>) {
    let mut apsc = Author::apsc();
    let mut roots = vec![under.log.head().await.unwrap().root];
    for size in 1..=40_u64 {
        recorded(&under.log, &[apsc.says(stream(), 1, "leaf")]).await;
        let head = under.log.head().await.unwrap();
        assert_eq!(head.size, size);
        roots.push(head.root);
    }
    // One batch over several subtree borders must give what one at a time gives.
    let batch: Vec<_> = (0..30).map(|_| apsc.says(stream(), 1, "leaf in a batch")).collect();
    recorded(&under.log, &batch).await;
    let head = under.log.head().await.unwrap();
    for (size, root) in roots.iter().enumerate() {
        assert_eq!(proof::root(&under.other, size as u64).await.unwrap(), *root, "size {size}");
    }
    let mut frontier = tais_log::frontier::Frontier::default();
    all(&under.log).await.iter().for_each(|entry| frontier.append(entry.leaf_hash));
    assert_eq!((head.size, head.root), (70, frontier.root()));
    assert_eq!(proof::root(&under.log, 70).await.unwrap(), head.root);
    assert!(matches!(proof::root(&under.log, 71).await, Err(ProofError::NoTile { .. })));
    assert_eq!(roots.iter().collect::<BTreeSet<_>>().len(), roots.len(), "every size has a root of its own");
}

pub async fn sixteen_appenders_over_two_handles_stay_gapless<L: Log>(under: Under<L>) {
    const EACH: u32 = 12;
    // Everybody also writes to one shared stream: of those who want a version, one gets it.
    let shared = stream();
    let appenders = (0..16_u8).map(|n| {
        let log = if n % 2 == 0 { under.log.clone() } else { under.other.clone() };
        tokio::spawn(async move {
            let mut author = Author::new(Publisher::Ascc, 100 + n);
            let own = stream();
            let (mut receipts_of_own, mut won) = (Vec::new(), 0_u32);
            for version in 1..=EACH {
                let batch = [author.says(own, version, "own"), author.says(shared, version, "shared")];
                let outcomes = log.append(&batch, &[]).await.unwrap();
                receipts_of_own.extend(receipts(&outcomes[..1]));
                won += u32::from(matches!(outcomes[1], Outcome::Recorded(_)));
            }
            (receipts_of_own, won)
        })
    });
    let (mut given, mut won) = (Vec::new(), 0);
    for appender in appenders.collect::<Vec<_>>() {
        let (receipts, wins) = appender.await.unwrap();
        assert!(receipts.is_sorted_by_key(|receipt| receipt.position), "an appender's own order is kept");
        given.extend(receipts);
        won += wins;
    }
    let entries = all(&under.log).await;
    assert!(entries.iter().map(|entry| entry.position.0).eq(0..entries.len() as u64));
    assert_eq!(entries.len(), given.len() + won as usize);
    assert_eq!(given.len(), 16 * EACH as usize);
    for receipt in given {
        assert_eq!(entries[usize::try_from(receipt.position.0).unwrap()].receipt(), receipt);
    }
    let versions = under.log.read_stream(shared).await.unwrap();
    assert!(versions.iter().map(|entry| entry.version).eq(1..=won), "one winner a version");
    let head = under.log.head().await.unwrap();
    assert_eq!(proof::root(&under.other, head.size).await.unwrap(), head.root);
}
