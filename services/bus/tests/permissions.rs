//! What the server lets each user do, asked without a client of ours.
//!
//! The table of what is allowed is written down here a second time, by hand: a mistake in the one that
//! the server is configured with must not hide in its own reflection.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use support::raw::Raw;
use support::server::Server;
use tais_bus::{Credentials, User};
use tais_proto::Publisher;

/// Everything of JetStream's API that reads, changes or takes away.
const API: &[&str] = &[
    "$JS.API.INFO",
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.LIST",
    "$JS.API.STREAM.CREATE.MINE",
    "$JS.API.STREAM.UPDATE.SUBMIT",
    "$JS.API.STREAM.INFO.SUBMIT",
    "$JS.API.STREAM.INFO.RECORDED",
    "$JS.API.STREAM.DELETE.SUBMIT",
    "$JS.API.STREAM.DELETE.RECORDED",
    "$JS.API.STREAM.PURGE.SUBMIT",
    "$JS.API.STREAM.PURGE.RECORDED",
    "$JS.API.STREAM.MSG.GET.SUBMIT",
    "$JS.API.STREAM.MSG.GET.RECORDED",
    "$JS.API.STREAM.MSG.DELETE.RECORDED",
    "$JS.API.STREAM.SNAPSHOT.RECORDED",
    "$JS.API.STREAM.RESTORE.RECORDED",
    "$JS.API.DIRECT.GET.SUBMIT",
    "$JS.API.DIRECT.GET.RECORDED",
    "$JS.API.CONSUMER.NAMES.RECORDED",
    "$JS.API.CONSUMER.LIST.RECORDED",
    "$JS.API.CONSUMER.CREATE.RECORDED",
    "$JS.API.CONSUMER.CREATE.RECORDED.mine",
    "$JS.API.CONSUMER.CREATE.RECORDED.mine.tais.recorded.tl.aec.x",
    "$JS.API.CONSUMER.DURABLE.CREATE.RECORDED.mine",
    "$JS.API.CONSUMER.INFO.RECORDED.aec",
    "$JS.API.CONSUMER.INFO.SUBMIT.recorder",
    "$JS.API.CONSUMER.DELETE.RECORDED.aec",
    "$JS.API.CONSUMER.DELETE.SUBMIT.recorder",
    "$JS.API.CONSUMER.MSG.NEXT.SUBMIT.recorder",
    "$JS.API.CONSUMER.PAUSE.RECORDED.aec",
    "$JS.API.CONSUMER.UNPIN.SUBMIT.recorder",
    "$JS.API.STREAM.PEER.REMOVE.SUBMIT",
    "$JS.API.META.LEADER.STEPDOWN",
    "$JS.API.ACCOUNT.PURGE.$G",
];

/// What the recorder alone may ask.
const RECORDERS_API: &[&str] = &[
    "$JS.API.STREAM.INFO.SUBMIT",
    "$JS.API.STREAM.INFO.RECORDED",
    "$JS.API.CONSUMER.INFO.SUBMIT.recorder",
    "$JS.API.CONSUMER.MSG.NEXT.SUBMIT.recorder",
];

/// Subjects that are nobody's to publish to but the recorder's.
const RECORDERS_SUBJECTS: &[&str] = &[
    "tais.recorded.tl.apsc.01938f00-0000-7000-8000-000000000001",
    "tais.recorded.tl.all.01938f00-0000-7000-8000-000000000001",
    "tais.notice.tl.apsc",
    "tais.notice.tl.office",
    "$JS.ACK.SUBMIT.recorder.1.1.1.1.1",
];

/// Subjects that are nobody's to publish to, the recorder not excepted.
const NOBODYS_SUBJECTS: &[&str] = &[
    "tais.deliver.tl.apsc",
    "tais.deliver.tl.office",
    "tais.recorded.id.apsc.x",
    "tais.submit",
    "tais.submit.tl",
    "tais.replay.tl",
    "_INBOX.x",
    "_INBOX_operator.x",
    "$SYS.REQ.SERVER.PING",
    "$JS.EVENT.ADVISORY.API",
    "$JS.FC.RECORDED.aec.x",
    "anything.else",
];

/// What would let a user hear everything, and is therefore nobody's to hear.
const WIDE: &[&str] = &[
    ">",
    "*",
    "tais.>",
    "tais.*.tl.*",
    "tais.submit.>",
    "tais.recorded.>",
    "tais.deliver.>",
    "tais.deliver.tl.*",
    "tais.notice.>",
    "_INBOX.>",
    "_INBOX_operator.>",
    "*.>",
    "$JS.>",
    "$JS.API.>",
    "$JS.ACK.>",
    "$SYS.>",
];

fn subjects_of(publisher: Publisher) -> [String; 4] {
    [
        format!("tais.submit.tl.{publisher}.01938f00-0000-7000-8000-000000000001"),
        format!("tais.submit.tl.{publisher}.a.b"),
        format!("tais.replay.tl.{publisher}"),
        format!("$JS.ACK.RECORDED.{publisher}.1.1.1.1.1"),
    ]
}

fn hearing_of(publisher: Publisher) -> [String; 3] {
    [
        format!("tais.deliver.tl.{publisher}"),
        format!("tais.notice.tl.{publisher}"),
        format!("_INBOX_{publisher}.>"),
    ]
}

/// Asks both ways of subscribing: plainly, and in a group that would take messages away from others.
fn may_hear(raw: &mut Raw, subject: &str) -> bool {
    let plain = raw.subscribe(subject, "").is_denied();
    let grouped = raw.subscribe(subject, "group").is_denied();
    assert_eq!(plain, grouped, "{subject}: a group is another matter than one listener");
    !plain
}

fn may_publish(raw: &mut Raw, subject: &str) -> bool {
    !raw.publish(subject, "", "{}").is_denied()
}

#[tokio::test]
async fn a_publisher_reaches_its_own_subjects_and_nothing_else() {
    let server = Server::migrated().await;
    for publisher in Publisher::ON_THE_BUS {
        let raw = Raw::connect(server.port(), Some(server.seed(User::Publisher(*publisher))));
        let mut raw = raw.unwrap();
        for subject in subjects_of(*publisher) {
            assert!(may_publish(&mut raw, &subject), "{publisher} may not publish to its own {subject}");
        }
        for subject in hearing_of(*publisher) {
            assert!(may_hear(&mut raw, &subject), "{publisher} may not hear its own {subject}");
        }
        let others: Vec<Publisher> =
            Publisher::ON_THE_BUS.iter().copied().filter(|p| p != publisher).collect();
        let of_others = others.iter().flat_map(|other| subjects_of(*other));
        let inboxes = others.iter().map(|other| format!("_INBOX_{other}.x"));
        let fixed = [API, RECORDERS_SUBJECTS, NOBODYS_SUBJECTS].concat();
        for subject in of_others.chain(inboxes).chain(fixed.into_iter().map(str::to_owned)) {
            assert!(!may_publish(&mut raw, &subject), "{publisher} may publish to {subject}");
        }
        let heard_by_others = others.iter().flat_map(|other| hearing_of(*other));
        // Not even its own pillar's entries outside its deliveries, nor what it asks and submits.
        let own = ["tais.submit.tl", "tais.recorded.tl"].map(|prefix| format!("{prefix}.{publisher}.>"));
        let own =
            own.into_iter().chain([format!("tais.replay.tl.{publisher}"), "_INBOX_recorder.>".to_owned()]);
        for subject in heard_by_others.chain(own).chain(WIDE.iter().map(|s| (*s).to_owned())) {
            assert!(!may_hear(&mut raw, &subject), "{publisher} may hear {subject}");
        }
    }
}

#[tokio::test]
async fn the_recorder_reads_submissions_and_cannot_speak_for_a_publisher() {
    let server = Server::migrated().await;
    let mut raw = Raw::connect(server.port(), Some(server.seed(User::Recorder))).unwrap();
    for subject in RECORDERS_API.iter().chain(RECORDERS_SUBJECTS) {
        assert!(may_publish(&mut raw, subject), "the recorder may not publish to {subject}");
    }
    for subject in API.iter().filter(|subject| !RECORDERS_API.contains(subject)).chain(NOBODYS_SUBJECTS) {
        assert!(!may_publish(&mut raw, subject), "the recorder may publish to {subject}");
    }
    for publisher in Publisher::ON_THE_BUS {
        for subject in subjects_of(*publisher).into_iter().chain([format!("_INBOX_{publisher}.x")]) {
            assert!(!may_publish(&mut raw, &subject), "the recorder may publish to {subject}");
        }
        for subject in hearing_of(*publisher) {
            assert!(!may_hear(&mut raw, &subject), "the recorder may hear {subject}");
        }
    }
    for subject in ["_INBOX_recorder.>", "tais.replay.tl.*"] {
        assert!(may_hear(&mut raw, subject), "the recorder may not hear {subject}");
    }
    for subject in WIDE {
        assert!(!may_hear(&mut raw, subject), "the recorder may hear {subject}");
    }
}

#[tokio::test]
async fn an_answer_reaches_who_asked_once() {
    let server = Server::migrated().await;
    let mut recorder = Raw::connect(server.port(), Some(server.seed(User::Recorder))).unwrap();
    recorder.subscribe("tais.replay.tl.*", "");
    let mut asker = Raw::connect(server.port(), Some(server.seed(User::Publisher(Publisher::Apsc)))).unwrap();
    asker.subscribe("_INBOX_apsc.>", "");
    assert!(recorder.publish("_INBOX_apsc.1", "", "unasked").is_denied());
    assert!(asker.publish("tais.replay.tl.apsc", "_INBOX_apsc.1", "{}").errors.is_empty());
    assert_eq!(recorder.wait_for_message().unwrap().0, "tais.replay.tl.apsc");
    assert!(recorder.publish("_INBOX_apsc.1", "", "answer").errors.is_empty());
    assert_eq!(asker.wait_for_message().unwrap(), ("_INBOX_apsc.1".into(), "answer".into()));
    assert!(recorder.publish("_INBOX_apsc.1", "", "a second answer").is_denied());
    assert!(recorder.publish("_INBOX_apsc.2", "", "another inbox").is_denied());
}

#[tokio::test]
async fn a_publisher_learns_that_its_submission_is_kept_without_any_api() {
    let server = Server::migrated().await;
    let seed = server.seed(User::Publisher(Publisher::Audit));
    let mut raw = Raw::connect(server.port(), Some(seed)).unwrap();
    raw.subscribe("_INBOX_audit.>", "");
    assert!(raw.publish("tais.submit.tl.audit.x", "_INBOX_audit.1", "{}").errors.is_empty());
    let (_, answer) = raw.wait_for_message().unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["stream"], "SUBMIT");
    // Where it may not submit, nothing is kept and nobody answers.
    assert!(raw.publish("tais.submit.tl.office.x", "_INBOX_audit.2", "{}").is_denied());
    assert!(raw.wait_for_message().is_none());
}

#[tokio::test]
async fn nobody_and_strangers_are_shown_out() {
    let server = Server::migrated().await;
    assert!(Raw::connect(server.port(), None).is_none());
    let strangers = Credentials::load_or_create(&server.home().join("strangers")).unwrap();
    assert!(Raw::connect(server.port(), Some(strangers.seed(User::Operator))).is_none());
    // The server itself is well: who is known is let in.
    assert!(Raw::connect(server.port(), Some(server.seed(User::Operator))).is_some());
}
