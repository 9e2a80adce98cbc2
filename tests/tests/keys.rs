//! The log's key is followed by another on the running system: made where the recorder runs, asked for by one
//! administrator, approved by another, and from then on what signs.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use tais_log::checkpoint::{KeyType, NoteKey};
use tais_proto::SigningKey;
use tais_tests::{System, between};
use uuid::Uuid;

fn step() -> String {
    Uuid::now_v7().to_string()
}

#[test]
fn two_administrators_give_the_log_its_next_key() {
    let system = System::start(false).unwrap();
    let (mut one, mut two) =
        (system.person("administrator").unwrap(), system.person("administrator-2").unwrap());
    let first = system.verb(&["keys"]).unwrap().1;
    let first: NoteKey = between(&first, "log ", "\n").unwrap().trim().parse().unwrap();
    let (made, text) = system.verb(&["keys", "rotate"]).unwrap();
    assert!(made, "{text}");
    let line = text.lines().find(|line| line.starts_with(first.name())).unwrap().to_owned();
    let again = system.verb(&["keys", "rotate"]).unwrap().1;
    assert!(
        again.contains(&line) && again.contains("made before"),
        "it waits, and no third is made: {again}"
    );

    // What is no line, another log's, a witness's or a known one is refused beside its field.
    let next: NoteKey = line.parse().unwrap();
    let named = |name: &str, key_type| NoteKey::new(name, key_type, next.public_key()).unwrap().to_string();
    for (wrong, words) in [
        (line[..line.len() - 4].to_owned(), "copy it whole"),
        (named("example.org/other", KeyType::Log), "no key of this log"),
        (named(first.name(), KeyType::Witness), "no key of this log"),
        (first.to_string(), "knows this key already"),
    ] {
        let answer = one.send("/keys", &[("successor", &wrong)]).unwrap();
        assert!(answer.status == 422 && answer.text.contains(words), "{wrong}: {}", answer.text);
        assert!(answer.text.contains(&wrong), "what was typed is kept");
    }
    // One that the recorder does not hold is asked for and approved, and refused with the reason.
    let foreign = NoteKey::new(first.name(), KeyType::Log, SigningKey::from_seed(&[7; 32]).public_key());
    let foreign = foreign.unwrap().to_string();
    assert_eq!(one.send("/keys", &[("successor", &foreign)]).unwrap().status, 303);
    let approval = [("submission", step()), ("successor", foreign.clone())];
    let approval = approval.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(two.send("/keys/approval", &approval).unwrap().status, 303);
    let refused = one.until("/keys", |page| page.text.contains("Not recorded")).unwrap().text;
    assert!(refused.contains("The recorder does not hold"), "{refused}");
    assert!(two.get("/accounts").unwrap().text.contains("Not recorded"), "said where roles are granted, too");

    // Who asked does not approve; what was looked at is what is approved.
    assert_eq!(two.send("/keys/removal", &[]).unwrap().status, 303);
    assert_eq!(one.send("/keys", &[("successor", &format!(" {line} "))]).unwrap().status, 303);
    assert!(!one.get("/keys").unwrap().text.contains("Approve the next key"));
    let approve = |line: &str| [("submission", step()), ("successor", line.to_owned())];
    let own = approve(&line);
    let own = own.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert!(one.send("/keys/approval", &own).unwrap().text.contains("only with a second person"));
    assert_eq!(two.send("/keys/approval", &approval).unwrap().status, 409, "another was asked for meanwhile");
    let page = two.get("/keys").unwrap().text;
    assert!(
        page.contains(&format!("<code>{line}</code>")) && page.contains("Approve the next key"),
        "{page}"
    );
    let agreed = approve(&line);
    let agreed = agreed.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(two.send("/keys/approval", &agreed).unwrap().status, 303);
    assert_eq!(two.send("/keys/approval", &agreed).unwrap().status, 303, "sent twice, said once");
    let page = one.until("/keys", |page| page.text.contains("Ended")).unwrap().text;
    assert!(
        page.contains(&next.public_key().key_id().to_string()) && !page.contains("Not recorded"),
        "{page}"
    );

    // From then on it signs: checkpoints, and whoever verifies sees where it begins.
    let (signed, text) = system.verb(&["checkpoint"]).unwrap();
    assert!(signed, "{text}");
    let keys = system.verb(&["keys"]).unwrap().1;
    assert!(keys.contains(&format!("{line} signed the newest")), "{keys}");
    for key in [first.to_string(), line.clone()] {
        let (holds, text) = system.verb(&["verify", "--log-key", &key]).unwrap();
        assert!(holds && text.contains(&line), "{text}");
    }
    let history = system.person("auditor").unwrap().get("/audit").unwrap().text;
    assert!(history.contains("key rotated"), "{history}");
}
