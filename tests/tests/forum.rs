//! The Forum on the running system: sessions, members and mentorships; who may know a name; and that no
//! name lies anywhere in the clear.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod chromium;

use std::time::{Duration, Instant};

use chromium::{PATIENCE, fill, find, press, run, until};
use serde_json::{Value, json};
use tais_tests::{Client, System, lies_below};
use uuid::Uuid;

/// A name that nothing else contains, and how to reach her.
const NAME: &str = "Zebedeia Quintão-Xerife";
const CONTACT: &str = "zebedeia.qx@example.org";

/// Says something over the API and waits until it is recorded.
fn said(client: &Client, path: &str, body: &Value) -> String {
    let key = Uuid::now_v7().to_string();
    let (status, answer) = client.post(path, Some(&key), body).unwrap();
    assert!(status == 200 || status == 202, "{path}: {status} {answer}");
    let stream = answer["activity"].as_str().unwrap().to_owned();
    let patience = Instant::now() + PATIENCE;
    while client.get(&format!("/api/v1/forum/{stream}")).unwrap().0 != 200
        || client.get(&format!("/api/v1/decisions/{key}")).unwrap().1["state"] != "recorded"
    {
        assert!(Instant::now() < patience, "{path} was not recorded");
        std::thread::sleep(Duration::from_millis(50));
    }
    stream
}

#[test]
fn names_are_for_the_office_and_lie_nowhere_in_the_clear() {
    let system = System::start(false).unwrap();
    let office = system.client(Some("office"));
    let member = |name: &str, contact: &str| {
        let body = json!({ "name": name, "contact": contact, "on": "2026-03-08", "pillar": "PILLAR_APSC" });
        said(&office, "/api/v1/forum/members", &body)
    };
    // The same again is the same; another name under the same id is told, and changes nothing.
    let id = Uuid::now_v7().to_string();
    for (name, status) in [("Once", 202), ("Once", 202), ("Twice", 409)] {
        let body = json!({ "name": name, "on": "2026-03-08" });
        let answer = office.post("/api/v1/forum/members", Some(&id), &body).unwrap();
        assert!(
            answer.0 == status || (status == 202 && answer.0 == 200),
            "{name}: {} {}",
            answer.0,
            answer.1
        );
    }
    let (mentor, mentee) = (member(NAME, CONTACT), member("Another Member", ""));
    let title = "Zebra session of the Forum";
    let held = json!({ "title": { "en": title }, "kind": "ACTIVITY_KIND_TRAINING", "starts": "2026-05" });
    said(&office, "/api/v1/forum/sessions", &held);
    let pair = json!({ "mentor": mentor, "mentee": mentee, "on": "2026-03-10" });
    let mentorship = said(&office, "/api/v1/forum/mentorships", &pair);

    // Who may know sees names; the record, the auditor and the API for all hold ids.
    let people = office.get("/api/v1/forum/people").unwrap().1;
    assert!(!people.to_string().contains("Twice"), "{people}");
    assert!(
        people["people"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| { one == &json!({ "id": mentor, "name": NAME, "contact": CONTACT }) })
    );
    for (who, knows) in [("office", true), ("director", true), ("auditor", false), ("apsc", false)] {
        let person = system.person(who).unwrap();
        for path in ["/forum".to_owned(), format!("/forum/{mentor}"), format!("/forum/{mentorship}")] {
            let shown = person.get(&path).unwrap();
            assert_eq!((shown.status, shown.text.contains(NAME)), (200, knows), "{who} {path}");
        }
        assert_eq!(person.get("/forum").unwrap().text.contains(CONTACT), knows, "{who}");
        let (status, answer) = system.client(Some(who)).get("/api/v1/forum/people").unwrap();
        assert_eq!((status == 200, answer.to_string().contains(NAME)), (knows, knows), "{who}");
        let (_, all) = system.client(Some(who)).get("/api/v1/forum").unwrap();
        assert_eq!(all["count"], 5);
        assert!(!all.to_string().contains(NAME), "the record holds ids");
    }
    let apsc = system.client(Some("apsc"));
    assert_eq!(apsc.post("/api/v1/forum/sessions", None, &held).unwrap().0, 403);

    // A mortal rule: nobody mentors themselves; what ends, ends once.
    let oneself = json!({ "mentor": mentor, "mentee": mentor, "on": "2026-03-10" });
    let (status, answer) = office.post("/api/v1/forum/mentorships", None, &oneself).unwrap();
    assert_eq!((status, &answer["errors"][0]["pointer"]), (422, &json!("#/mentee")), "{answer}");
    let ends = json!({ "mentor": mentor, "mentee": mentee, "on": "2026-06-30" });
    said(&office, &format!("/api/v1/forum/{mentorship}/completion"), &ends);
    let again = office.post(&format!("/api/v1/forum/{mentorship}/completion"), None, &ends).unwrap();
    assert_eq!(again.0, 422, "{}", again.1);

    // Everything that any server or service of it keeps, as raw bytes.
    for word in [NAME, CONTACT, "Quint\\u00e3o-Xerife"] {
        assert_eq!(lies_below(system.data(), word.as_bytes()), None, "{word}");
    }
    // The control: the same search finds what is said in the clear.
    assert!(lies_below(system.data(), title.as_bytes()).is_some());
}

#[test]
fn the_forum_is_kept_on_a_phone_without_scripts() {
    run(async |browser| {
        let system = System::start(false).unwrap();
        let phone = browser.window(390, false).await;
        phone.goto(&format!("{}/sign-in?next=/forum", system.base())).await.unwrap();
        fill(&phone, "name", "office").await;
        fill(&phone, "password", system.password("office")).await;
        press(&phone, "main form button").await;
        until(&phone, "main", |page| page.contains("Nobody has joined yet")).await;
        for (name, contact) in [(NAME, CONTACT), ("Another Member", "+670 7700 0000")] {
            phone.goto(&format!("{}/forum/members/new", system.base())).await.unwrap();
            press(&phone, "form.entry button").await;
            until(&phone, "#wrong-members-person", |wrong| !wrong.is_empty()).await;
            fill(&phone, "members-person", name).await;
            fill(&phone, "members-contact", contact).await;
            fill(&phone, "members-on", "08/03/2026").await;
            press(&phone, "form.entry button").await;
            until(&phone, "h1", |title| title == name).await;
        }
        phone.goto(&format!("{}/forum/mentorships/new", system.base())).await.unwrap();
        find(&phone, "#mentorships-mentor").await.select_by_label(NAME).await.unwrap();
        find(&phone, "#mentorships-mentee").await.select_by_label("Another Member").await.unwrap();
        fill(&phone, "mentorships-on", "10/03/2026").await;
        press(&phone, "form.entry button").await;
        until(&phone, "h1", |title| title == format!("{NAME} mentors Another Member")).await;
        press(&phone, "#completion > summary").await;
        fill(&phone, "completion-on", "30/06/2026").await;
        fill(&phone, "completion-outcome", "Led a delegation").await;
        press(&phone, "#completion form button").await;
        until(&phone, ".chip", |state| state.contains("Completed")).await;

        phone.goto(&format!("{}/forum/sessions/new", system.base())).await.unwrap();
        fill(&phone, "sessions-title", "Speaking for a delegation").await;
        find(&phone, "#sessions-kind").await.select_by_value("training").await.unwrap();
        fill(&phone, "sessions-starts", "05/2026").await;
        fill(&phone, "sessions-counts-female", "twenty").await;
        press(&phone, "form.entry button").await;
        until(&phone, "#wrong-sessions-counts", |wrong| wrong.contains("whole number")).await;
        find(&phone, "#sessions-counts-female").await.clear().await.unwrap();
        fill(&phone, "sessions-counts-female", "24").await;
        fill(&phone, "sessions-counts-male", "9").await;
        press(&phone, "form.entry button").await;
        until(&phone, "h1", |title| title == "Speaking for a delegation").await;
        until(&phone, "main", |page| page.contains("Female: 24; Male: 9")).await;
        phone.goto(&format!("{}/forum", system.base())).await.unwrap();
        let page = until(&phone, "main", |page| page.contains("24 of 33")).await;
        assert!(page.contains(CONTACT) && page.contains("Completed"), "{page}");
        let width = phone.execute("return document.documentElement.scrollWidth", vec![]).await.unwrap();
        assert!(width.as_u64().unwrap() <= 390, "{width}");
    });
}
