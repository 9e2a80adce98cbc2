//! Accounts and roles on the running system: who is let in, by whom, until when, and what the record
//! says of it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::io::Read as _;
use std::time::{Duration, Instant};

use tais_tests::{Person, System, between};
use uuid::Uuid;

/// The address of what can be done with somebody's account.
fn account_of(page: &str, name: &str) -> String {
    let row = between(page, &format!(r#"<li id="{name}">"#), "</li>").unwrap();
    between(row, r#"action=""#, r#"""#).unwrap().rsplit_once('/').unwrap().0.to_owned()
}

#[test]
fn an_account_gets_its_role_from_two_people_and_loses_it_with_its_sessions() {
    let mut system = System::start(false).unwrap();
    let (mut one, mut two) =
        (system.person("administrator").unwrap(), system.person("administrator-2").unwrap());
    let made = one.send("/accounts", &[("name", "maria"), ("role", "auditor"), ("pillar", "")]).unwrap();
    assert_eq!(made.status, 200, "{}", made.text);
    let first = between(&made.text, "<code>", "</code>").unwrap().to_owned();
    let place = account_of(&made.text, "maria");
    assert!(!one.get("/accounts").unwrap().text.contains(&first), "it is shown this once");

    // The first password is changed before anything else.
    let mut maria = Person::sign_in(system.base(), "maria", &first).unwrap();
    let led = maria.get("/audit").unwrap();
    assert_eq!((led.status, led.location.unwrap().as_str()), (303, "/password?next=/audit"));
    let new = "loron furak tebes";
    let change = [("present", first.as_str()), ("new", new), ("again", new)];
    assert_eq!(maria.send("/password", &change).unwrap().status, 303);
    // The role is not granted yet: the account is nobody in particular.
    assert_eq!(maria.get("/audit").unwrap().status, 403);

    // Who asked does not grant, and nobody else than an administrator does.
    let step = || Uuid::now_v7().to_string();
    let grant = format!("{place}/grant");
    let alone = one.send(&grant, &[("submission", &step())]).unwrap();
    assert!(alone.text.contains("only with a second person"), "{}", alone.text);
    assert_eq!(
        system.person("office").unwrap().send(&grant, &[("submission", &step())]).unwrap().status,
        403
    );
    let granted = two.send(&grant, &[("submission", &step())]).unwrap();
    assert_eq!(granted.status, 303, "{}", granted.text);
    maria.until("/audit", |shown| shown.status == 200 && shown.text.contains("role granted")).unwrap();

    // A page that she leaves open ends within five seconds of the record's word.
    let mut stream = maria.open("/live").unwrap().into_body().into_reader();
    let open = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes));
        Instant::now()
    });
    let revocation = format!("{place}/revocation");
    let silent = one.send(&revocation, &[("submission", &step()), ("reason", " ")]).unwrap();
    assert_eq!(silent.status, 422, "{}", silent.text);
    std::thread::sleep(Duration::from_secs(3));
    assert!(!open.is_finished(), "a refused revocation changes nothing");
    let revoked = one.send(&revocation, &[("submission", &step()), ("reason", "Left the office.")]).unwrap();
    assert_eq!(revoked.status, 303);
    let auditor = system.person("auditor").unwrap();
    auditor.until("/audit", |shown| shown.text.contains("role revoked")).unwrap();
    let recorded = Instant::now();
    let ended = open.join().unwrap();
    let within = ended.saturating_duration_since(recorded);
    assert!(within < Duration::from_secs(5), "the open page lived on for {within:?}");
    let led = maria.get("/audit").unwrap();
    assert_eq!(led.location.as_deref(), Some("/sign-in?next=/audit"));

    // Who signed in, who failed and what was denied is in the record, counted by minute.
    assert!(Person::sign_in(system.base(), "maria", "a wrong guess").is_err());
    system.restart().unwrap();
    let auditor = system.person("auditor").unwrap();
    for event in ["signed in", "sign in failed", "denied"] {
        auditor.until("/audit", |shown| shown.text.contains(event)).unwrap();
    }
}
