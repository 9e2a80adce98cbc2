//! The recorder on the twins: what it takes, what it sets aside, and that nothing fails it twice.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use support::{NO_WAIT, World, reported, stream};
use tais_bus::PublisherBus as _;
use tais_log::memory::Fault;
use tais_log::{Log as _, NewEntry};
use tais_proto::event::activity::{ActivitySubmitted, ActivityValidated};
use tais_proto::{Envelope, Event, EventId, Publisher, SigningKey, StreamKind};

/// Everything bad at once, and something good behind it: each ends where it must, with its reason,
/// and what follows is not delayed.
#[tokio::test]
async fn bad_input_is_set_aside_with_a_reason_and_delays_nothing() {
    let mut world = World::new().await;
    let text = |envelope: &Envelope| String::from_utf8(envelope.to_bytes().unwrap()).unwrap();
    let good = text(&world.report(stream()));
    let foreign = world.envelope(Publisher::Aec, stream(), 1, reported("PILLAR_AEC"));
    let wrong_pillar = world.envelope(Publisher::Apsc, stream(), 1, reported("PILLAR_AEC"));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("malformed", b"{\"half\":".to_vec()),
        ("too-deep", format!("{}{}", "[".repeat(40), "]".repeat(40)).into_bytes()),
        ("unknown-type", good.replace("tais.activity.reported.v1", "tais.activity.danced.v1").into_bytes()),
        (
            "future-version",
            good.replace("tais.activity.reported.v1", "tais.activity.reported.v7").into_bytes(),
        ),
        ("wrong-shape", good.replace("ACTIVITY_KIND_TRAINING", "ACTIVITY_KIND_PARTY").into_bytes()),
        ("wrong-key", foreign.to_bytes().unwrap()),
        ("wrong-pillar", wrong_pillar.to_bytes().unwrap()),
    ];
    for (_, bytes) in &cases {
        // The subject names the stream of the envelope where there is one.
        let named = Envelope::parse(bytes).map_or_else(|_| stream(), |envelope| envelope.stream.id);
        world.submit(Publisher::Apsc, named, bytes.clone()).await;
    }
    let misplaced = world.report(stream());
    world.submit(Publisher::Apsc, stream(), misplaced.to_bytes().unwrap()).await;
    // Nobody's signature, another's, and none; and more than is taken.
    let subject = format!("tais.submit.tl.apsc.{}", stream());
    let apsc = world.publisher(Publisher::Apsc);
    apsc.submit_raw(&subject, None, good.clone().into_bytes());
    let stranger = SigningKey::from_seed(&[7; 32]).sign(good.clone().into_bytes());
    apsc.submit_raw(&subject, Some(stranger.signature_header()), stranger.bytes.clone());
    apsc.submit_raw(&subject, Some(stranger.signature_header()), vec![b' '; 300 * 1024]);
    apsc.submit_raw("tais.submit.tl.apsc.together", None, b"not whole".to_vec());
    let behind = world.report(stream());
    world.submit(Publisher::Apsc, behind.stream.id, behind.to_bytes().unwrap()).await;
    world.step().await;

    let kept = world.quarantined().await;
    let expected = cases.iter().map(|(code, _)| *code).chain([
        "wrong-subject",
        "no-signature",
        "bad-signature",
        "oversized",
    ]);
    for code in expected {
        let found = kept.iter().find(|(kept, _)| kept == code);
        let (_, reason) = found.unwrap_or_else(|| panic!("{code} is missing: {kept:?}"));
        assert!(reason.split_whitespace().count() >= 5, "{code}: {reason}");
    }
    let in_parts = kept.iter().find(|(_, reason)| reason.contains("together is not whole"));
    assert_eq!(in_parts.map(|(code, _)| code.as_str()), Some("wrong-subject"));
    assert_eq!(kept.len(), 12);
    let recorded = world.entries(StreamKind::Activity).await;
    assert_eq!(recorded.iter().map(|envelope| envelope.id).collect::<Vec<_>>(), [behind.id]);
    // What was properly signed and can be named leaves an entry, so that the key has no gap.
    let rules: Vec<String> = world.refusals().await.into_iter().map(|refused| refused.rule).collect();
    assert_eq!(rules, ["unknown-type", "future-version", "wrong-shape", "wrong-pillar", "wrong-subject"]);
}

#[tokio::test]
async fn among_hundreds_that_are_verified_together_the_one_that_nobody_signed_is_found() {
    let mut world = World::new().await;
    let mut said = Vec::new();
    for place in 0..300 {
        let report = world.report(stream());
        let mut signed = world.key(Publisher::Apsc).sign(report.to_bytes().unwrap());
        if place == 170 {
            signed.signature[40] ^= 1;
        } else {
            said.push(report.id);
        }
        world.resubmit(Publisher::Apsc, report.stream.id, &signed).await;
    }
    for _ in 0..3 {
        world.step().await;
    }
    let recorded: Vec<_> = world.entries(StreamKind::Activity).await.iter().map(|said| said.id).collect();
    assert_eq!(recorded, said);
    let kept: Vec<_> = world.quarantined().await.into_iter().map(|(code, _)| code).collect();
    assert_eq!(kept, ["bad-signature"]);
}

#[tokio::test]
async fn a_conflicting_version_is_refused_once_however_often_it_comes() {
    let mut world = World::new().await;
    let id = stream();
    let first = world.report(id);
    let second = world.report(id);
    world.submit(Publisher::Apsc, id, first.to_bytes().unwrap()).await;
    let refused = world.submit(Publisher::Apsc, id, second.to_bytes().unwrap()).await;
    world.step().await;
    for _ in 0..3 {
        world.resubmit(Publisher::Apsc, id, &refused).await;
        world.step().await;
    }
    let refusals = world.refusals().await;
    assert_eq!(refusals.len(), 1);
    assert_eq!((refusals[0].event, refusals[0].key_seq), (second.id, second.key_seq));
    assert_eq!((refusals[0].rule.as_str(), &refusals[0].sha256), ("version-conflict", &refused.sha256()));
}

#[tokio::test]
async fn the_same_event_again_changes_nothing_and_other_bytes_under_its_id_are_set_aside() {
    let mut world = World::new().await;
    let id = stream();
    let mut envelope = world.report(id);
    let signed = world.submit(Publisher::Apsc, id, envelope.to_bytes().unwrap()).await;
    // Twice within one batch, and again in a later one.
    world.resubmit(Publisher::Apsc, id, &signed).await;
    world.step().await;
    world.resubmit(Publisher::Apsc, id, &signed).await;
    world.step().await;
    assert_eq!(world.entries(StreamKind::Activity).await.len(), 1);
    assert!(world.quarantined().await.is_empty());

    envelope.event = ActivitySubmitted { revision: 1, note: None }.into();
    envelope.stream_version = 2;
    world.submit(Publisher::Apsc, id, envelope.to_bytes().unwrap()).await;
    world.step().await;
    assert_eq!(world.entries(StreamKind::Activity).await.len(), 1);
    assert_eq!(world.quarantined().await[0].0, "id-reused");
}

#[tokio::test]
async fn one_place_in_a_keys_sequence_holds_one_event() {
    let mut world = World::new().await;
    let first = world.report(stream());
    let mut second = world.report(stream());
    second.key_seq = first.key_seq;
    world.submit(Publisher::Apsc, first.stream.id, first.to_bytes().unwrap()).await;
    world.submit(Publisher::Apsc, second.stream.id, second.to_bytes().unwrap()).await;
    world.step().await;
    assert_eq!(world.entries(StreamKind::Activity).await.len(), 1);
    assert_eq!(world.quarantined().await[0].0, "key-sequence-reused");
}

/// Even a stolen key cannot write what the rules forbid.
#[tokio::test]
async fn the_rules_run_once_more_at_the_gate() {
    let mut world = World::new().await;
    let id = stream();
    let report = world.report(id);
    let submitted =
        world.envelope(Publisher::Apsc, id, 2, ActivitySubmitted { revision: 1, note: None }.into());
    // A correspondent validates; the Directorate reports; the submitter validates over the office's key.
    let validated = |revision| Event::from(ActivityValidated { revision, note: None });
    let by_correspondent = world.envelope(Publisher::Apsc, id, 3, validated(1));
    let by_office = world.envelope(Publisher::Office, stream(), 1, reported("PILLAR_APSC"));
    let mut by_submitter = world.envelope(Publisher::Office, id, 3, validated(1));
    by_submitter.actor = world.correspondent();
    for envelope in [&report, &submitted, &by_correspondent] {
        world.submit(Publisher::Apsc, id, envelope.to_bytes().unwrap()).await;
    }
    world.submit(Publisher::Office, by_office.stream.id, by_office.to_bytes().unwrap()).await;
    world.submit(Publisher::Office, id, by_submitter.to_bytes().unwrap()).await;
    world.step().await;
    let refused = world.refusals().await;
    assert_eq!(refused.len(), 3, "{refused:?}");
    assert!(refused.iter().all(|refused| refused.rule == "not-allowed"), "{refused:?}");
    // And what the rules allow goes in.
    let by_director = world.envelope(Publisher::Office, id, 3, validated(1));
    world.submit(Publisher::Office, id, by_director.to_bytes().unwrap()).await;
    world.step().await;
    assert_eq!(world.entries(StreamKind::Activity).await.len(), 3);
}

/// Whatever the log does with a batch, redelivery makes it whole, once.
#[tokio::test]
async fn a_failing_log_loses_nothing_and_doubles_nothing() {
    for fault in [Fault::NotKept, Fault::Kept] {
        let mut world = World::new().await;
        for _ in 0..5 {
            let envelope = world.report(stream());
            world.submit(Publisher::Apsc, envelope.stream.id, envelope.to_bytes().unwrap()).await;
        }
        world.log.fail_next(fault);
        assert!(world.recorder.step(NO_WAIT).await.unwrap_err().is_transient());
        assert_eq!(world.entries(StreamKind::Activity).await.len(), if fault == Fault::Kept { 5 } else { 0 });
        // Not acknowledged, so it comes again.
        world.bus.redeliver();
        world.step().await;
        assert_eq!(world.entries(StreamKind::Activity).await.len(), 5, "{fault:?}");
        // The control of "acknowledged": now nothing comes again.
        world.bus.redeliver();
        assert_eq!(world.recorder.step(NO_WAIT).await.unwrap(), 0);
    }
}

/// Two recorders at once write no fork, even without a lease: the head is the lock.
#[tokio::test]
async fn two_recorders_write_one_log() {
    let mut world = World::new().await;
    let id = stream();
    let report = world.report(id);
    world.submit(Publisher::Apsc, id, report.to_bytes().unwrap()).await;
    world.step().await;
    let second = world.envelope(Publisher::Apsc, id, 2, ActivitySubmitted { revision: 1, note: None }.into());
    world.submit(Publisher::Apsc, id, second.to_bytes().unwrap()).await;
    let other = world.new_recorder();
    let first = std::mem::replace(&mut world.recorder, other);
    world.step().await;
    world.recorder = first;
    // The first recorder's view of the stream is old; the log tells it, and it plans anew.
    let late = world.envelope(Publisher::Apsc, id, 2, ActivitySubmitted { revision: 1, note: None }.into());
    world.submit(Publisher::Apsc, id, late.to_bytes().unwrap()).await;
    world.step().await;
    assert_eq!(world.entries(StreamKind::Activity).await.len(), 2);
    assert_eq!(world.refusals().await[0].rule, "version-conflict");
}

/// One that lost its place and has not noticed yet refuses nothing by what it knew, and admits nothing by it.
#[tokio::test]
async fn a_recorder_that_was_overtaken_judges_by_what_is() {
    let mut world = World::new().await;
    let id = stream();
    let report = world.report(id);
    world.submit(Publisher::Apsc, id, report.to_bytes().unwrap()).await;
    world.step().await;
    let other = world.new_recorder();
    let overtaken = std::mem::replace(&mut world.recorder, other);
    let second = world.envelope(Publisher::Apsc, id, 2, ActivitySubmitted { revision: 1, note: None }.into());
    world.submit(Publisher::Apsc, id, second.to_bytes().unwrap()).await;
    world.step().await;
    world.recorder = overtaken;
    let validated = ActivityValidated { revision: 1, note: None };
    let third = world.envelope(Publisher::Office, id, 3, validated.into());
    world.submit(Publisher::Office, id, third.to_bytes().unwrap()).await;
    world.step().await;
    assert_eq!(world.entries(StreamKind::Activity).await.len(), 3, "what follows is recorded");
    assert!(world.refusals().await.is_empty());

    // A key that the other has heard the end of.
    let envelope = world.revocation(Publisher::Apsc).await;
    let signed = world.key(Publisher::Office).sign(envelope.to_bytes().unwrap());
    world.log.append(&[NewEntry { signed, envelope: envelope.into(), pillar: None }], &[]).await.unwrap();
    let late = world.report(stream());
    world.submit(Publisher::Apsc, late.stream.id, late.to_bytes().unwrap()).await;
    world.step().await;
    assert_eq!(world.entries(StreamKind::Activity).await.len(), 3, "nothing more is signed by it");
    assert_eq!(world.quarantined().await.len(), 1);
}

/// A recorder that starts reads no stream that calls itself new. Where one is not new after all, nothing
/// is refused for it, and what comes with it is judged on what the log says.
#[tokio::test]
async fn a_stream_that_only_looks_new_is_read_before_anything_is_refused() {
    let mut world = World::new().await;
    let id = stream();
    let report = world.report(id);
    let submit = |version| (version, Event::from(ActivitySubmitted { revision: 1, note: None }));
    let first = world.submit(Publisher::Apsc, id, report.to_bytes().unwrap()).await;
    let (version, event) = submit(2);
    let second = world.envelope(Publisher::Apsc, id, version, event);
    world.submit(Publisher::Apsc, id, second.to_bytes().unwrap()).await;
    world.step().await;

    world.recorder = world.new_recorder();
    // The first again, as after a redelivery, and what really follows.
    world.resubmit(Publisher::Apsc, id, &first).await;
    let validated = Event::from(ActivityValidated { revision: 1, note: None });
    let third = world.envelope(Publisher::Office, id, 3, validated);
    world.submit(Publisher::Office, id, third.to_bytes().unwrap()).await;
    world.step().await;
    let recorded = world.entries(StreamKind::Activity).await;
    assert_eq!(
        recorded.iter().map(|envelope| envelope.id).collect::<Vec<_>>(),
        [report.id, second.id, third.id]
    );
    assert!(world.refusals().await.is_empty());
    assert!(world.quarantined().await.is_empty());

    world.recorder = world.new_recorder();
    // Alone, it leaves nothing behind that a later event would be judged by.
    world.resubmit(Publisher::Apsc, id, &first).await;
    world.step().await;
    let conflicting = world.report(id);
    world.submit(Publisher::Apsc, id, conflicting.to_bytes().unwrap()).await;
    let again = world.envelope(Publisher::Apsc, id, 4, reported("PILLAR_APSC"));
    world.submit(Publisher::Apsc, id, again.to_bytes().unwrap()).await;
    world.step().await;
    assert_eq!(world.entries(StreamKind::Activity).await.len(), 3);
    let rules: Vec<String> = world.refusals().await.into_iter().map(|refused| refused.rule).collect();
    assert_eq!(rules.len(), 2, "{rules:?}");
    assert_eq!(rules[0], "version-conflict");
}

/// What follows in the same batch on something that is not recorded after all was judged on a state that
/// never was: it is judged again, on the record's.
#[tokio::test]
async fn nothing_is_recorded_on_a_beginning_that_was_only_claimed() {
    let mut world = World::new().await;
    let id = stream();
    let report = world.report(id);
    world.submit(Publisher::Apsc, id, report.to_bytes().unwrap()).await;
    world.step().await;

    // A recorder that knows nothing yet; another pillar claims to have begun the same activity.
    world.recorder = world.new_recorder();
    let claimed = world.envelope(Publisher::Aec, id, 1, reported("PILLAR_AEC"));
    let follows = world.envelope(Publisher::Aec, id, 2, ActivitySubmitted { revision: 1, note: None }.into());
    for envelope in [&claimed, &follows] {
        world.submit(Publisher::Aec, id, envelope.to_bytes().unwrap()).await;
    }
    world.step().await;
    let recorded = world.entries(StreamKind::Activity).await;
    assert_eq!(recorded.iter().map(|envelope| envelope.id).collect::<Vec<_>>(), [report.id]);
    let refused: Vec<EventId> = world.refusals().await.into_iter().map(|refused| refused.event).collect();
    assert_eq!(refused, [claimed.id, follows.id]);
}

/// What was decided on something that was refused is not recorded in its place, also when its version fits later: its
/// message may come again after the person has decided anew.
#[tokio::test]
async fn what_builds_on_a_refused_event_of_its_message_is_refused_with_it() {
    let mut world = World::new().await;
    let (id, other) = (stream(), stream());
    let report = world.report(id);
    world.submit(Publisher::Apsc, id, report.to_bytes().unwrap()).await;
    world.step().await;

    // The first of them comes too late; by its version alone the second would follow.
    let late = world.report(id);
    let submitted = || ActivitySubmitted { revision: 1, note: None };
    let follows = world.envelope(Publisher::Apsc, id, 2, submitted().into());
    let free = world.report(other);
    let said = [&late, &follows, &free];
    let signed = said.map(|said| world.key(Publisher::Apsc).sign(said.to_bytes().unwrap()));
    let all: Vec<_> = said.iter().zip(&signed).map(|(said, signed)| (said.stream.id, signed)).collect();
    for _ in 0..2 {
        world.publisher(Publisher::Apsc).submit_together(&all).await.unwrap();
        world.step().await;
    }
    let recorded = world.entries(StreamKind::Activity).await;
    assert_eq!(recorded.iter().map(|said| said.id).collect::<Vec<_>>(), [report.id, free.id]);
    let refused: Vec<_> = world.refusals().await.into_iter().map(|said| (said.event, said.rule)).collect();
    let refusals = [(late.id, "version-conflict"), (follows.id, "builds-on-refused")];
    assert_eq!(refused, refusals.map(|(id, rule)| (id, rule.to_owned())));

    // Of another message, it is judged by itself.
    let anew = world.envelope(Publisher::Apsc, id, 2, submitted().into());
    let beside = [&late, &anew].map(|said| world.key(Publisher::Apsc).sign(said.to_bytes().unwrap()));
    world.resubmit(Publisher::Apsc, id, &beside[0]).await;
    world.resubmit(Publisher::Apsc, id, &beside[1]).await;
    world.step().await;
    assert_eq!(world.entries(StreamKind::Activity).await.last().map(|said| said.id), Some(anew.id));
    assert_eq!(world.refusals().await.len(), 2);
}

/// What is set aside is not built on either.
#[tokio::test]
async fn what_builds_on_what_was_set_aside_is_refused() {
    let mut world = World::new().await;
    let id = stream();
    let report = world.report(id);
    world.submit(Publisher::Apsc, id, report.to_bytes().unwrap()).await;
    world.step().await;
    // Other bytes under the same id.
    let other = Envelope { time: "2026-01-01T00:00:00Z".parse().unwrap(), ..report.clone() };
    let follows =
        world.envelope(Publisher::Apsc, id, 2, ActivitySubmitted { revision: 1, note: None }.into());
    let signed = [&other, &follows].map(|said| world.key(Publisher::Apsc).sign(said.to_bytes().unwrap()));
    let all = [(id, &signed[0]), (id, &signed[1])];
    world.publisher(Publisher::Apsc).submit_together(&all).await.unwrap();
    world.step().await;
    assert_eq!(world.entries(StreamKind::Activity).await.len(), 1);
    assert!(world.quarantined().await.iter().any(|(code, _)| code == "id-reused"));
    assert_eq!(world.refusals().await[0].rule, "builds-on-refused");
}
