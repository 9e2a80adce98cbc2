//! Commitments, indicators and obligations on the running system: said by the Directorate, kept by
//! the record, read by everybody who reads.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tais_tests::{Client, System};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(20);

fn id() -> String {
    Uuid::now_v7().to_string()
}

/// Says something and waits until the projection shows it; gives the record.
fn said(client: &Client, path: &str, body: &Value) -> Value {
    let key = id();
    let (status, answer) = client.post(path, Some(&key), body).unwrap();
    assert!(status == 200 || status == 202, "{path}: {status} {answer}");
    let kind = path.split('/').nth(3).unwrap();
    let stream = answer["activity"].as_str().unwrap();
    let patience = Instant::now() + PATIENCE;
    loop {
        let (_, decision) = client.get(&format!("/api/v1/decisions/{key}")).unwrap();
        let position = decision["receipt"]["position"].as_u64();
        let (status, shown) = client.get(&format!("/api/v1/{kind}/{stream}")).unwrap();
        let word = kind.trim_end_matches('s');
        if status == 200 && shown[word]["position"].as_u64() == position && position.is_some() {
            return shown[word].clone();
        }
        assert!(Instant::now() < patience, "{decision} {shown}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn refused(client: &Client, path: &str, body: &Value) -> Value {
    let (status, answer) = client.post(path, Some(&id()), body).unwrap();
    assert_eq!(status, 422, "{path}: {answer}");
    answer
}

#[test]
fn a_commitment_is_made_moved_and_kept_and_its_first_day_stays() {
    let system = System::start(false).unwrap();
    let director = system.client(Some("director"));
    let made = json!({
        "pillar": "PILLAR_APSC", "text": { "en": "Publish the roster" }, "due": "2026-01-31",
    });
    let record = said(&director, "/api/v1/commitments", &made);
    assert_eq!((record["standing"].as_str(), record["open"].as_bool()), (Some("overdue"), Some(true)));
    let office = system.person("office").unwrap();
    let home = || office.get("/").unwrap().text;
    until("it on the office's page", || home().contains("Publish the roster") && home().contains("Overdue"));
    let url = format!("/api/v1/commitments/{}", record["id"].as_str().unwrap());
    said(&director, &format!("{url}/progress"), &json!({ "note": { "en": "Forty names" } }));
    let earlier = json!({ "due": "2025-12-31", "reason": "sooner" });
    let answer = refused(&director, &format!("{url}/extension"), &earlier);
    assert_eq!(answer["errors"][0]["pointer"], "#/due", "{answer}");
    let later = json!({ "due": "2099-01-31", "reason": "More names" });
    let record = said(&director, &format!("{url}/extension"), &later);
    assert_eq!((&record["standing"], &record["record"]["due"]), (&json!("open"), &json!("2099-01-31")));
    assert_eq!(record["record"]["made"]["due"], "2026-01-31", "the first due date stays");
    let kept = json!({ "on": "2026-11-24", "evidence": { "en": "Published" } });
    let record = said(&director, &format!("{url}/fulfilment"), &kept);
    assert_eq!((&record["standing"], &record["open"]), (&json!("fulfilled"), &json!(false)));
    refused(&director, &format!("{url}/lapse"), &json!({ "reason": "too late" }));
    until("it gone from the office's page", || !home().contains("Publish the roster"));
    // An auditor sees all of it and changes nothing; as of an earlier event it was still open.
    let auditor = system.client(Some("auditor"));
    let (status, _) = auditor.post(&format!("{url}/lapse"), Some(&id()), &json!({ "reason": "x" })).unwrap();
    assert_eq!(status, 403);
    let before = record["position"].as_u64().unwrap() - 1;
    let (_, then) = auditor.get(&format!("{url}?at={before}")).unwrap();
    assert_eq!(then["commitment"]["standing"], "open");
    let (_, page) = auditor.page(&url.replace("/api/v1", "")).unwrap();
    assert!(page.contains("first it was due") && page.contains("Forty names") && page.contains("Published"));
    assert!(!page.contains("<form class=\"entry\""), "there is nothing to do for an auditor");
}

#[test]
fn a_correction_of_an_indicator_leaves_what_was_wrong_to_be_seen() {
    let system = System::start(false).unwrap();
    let director = system.client(Some("director"));
    let defined = json!({
        "code": "WIP", "title": { "en": "Women in parliament" }, "unit": "%", "direction": "DIRECTION_RISING",
    });
    let record = said(&director, "/api/v1/indicators", &defined);
    let url = format!("/api/v1/indicators/{}", record["id"].as_str().unwrap());
    let baseline = json!({
        "value": { "ratio": { "numerator": 24, "denominator": 65 } }, "asOf": "2023", "source": "Parliament",
    });
    said(&director, &format!("{url}/baseline"), &baseline);
    let measured = json!({ "quarter": "2026-Q3", "value": { "decimal": "3.80" }, "source": "Parliament" });
    let record = said(&director, &format!("{url}/measurement"), &measured);
    let event = record["record"]["measurements"][0]["event"].clone();
    let nothing = json!({ "corrects": id(), "value": { "decimal": "1" }, "reason": "typing" });
    let answer = refused(&director, &format!("{url}/correction"), &nothing);
    assert_eq!(answer["errors"][0]["pointer"], "#/corrects", "{answer}");
    let right = json!({ "corrects": event, "value": { "decimal": "38.0" }, "reason": "typing" });
    let record = said(&director, &format!("{url}/correction"), &right);
    let said_first = &record["record"]["measurements"][0]["said"]["value"]["decimal"];
    assert_eq!((said_first, &record["standing"]), (&json!("3.80"), &json!("moved")));
    let (_, page) = system.client(Some("aec")).page(&url.replace("/api/v1", "")).unwrap();
    assert!(page.contains("<del>3.80%</del>") && page.contains("38.0%"), "{page}");
}

/// Without scripts: the form says what is wrong beside its field, keeps what was typed, and leads on.
#[test]
fn an_obligation_is_scheduled_by_its_form_and_stands_in_the_calendar() {
    let system = System::start(false).unwrap();
    let mut director = system.person("director").unwrap();
    let key = id();
    let typed =
        [("submission", key.as_str()), ("title", "Yearly report; all pillars"), ("recipient", "Council")];
    let wrong = [&typed[..], &[("due", "31/02/2027")]].concat();
    let wrong = director.send("/obligations", &wrong).unwrap();
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("id=\"wrong-due\"") && wrong.text.contains("Yearly report; all pillars"));
    assert!(wrong.text.contains(&key), "mended, it is the same");
    let right = [&typed[..], &[("due", "28/02/2099"), ("language", "en")]].concat();
    for _ in 0..2 {
        let saved = director.send("/obligations", &right).unwrap();
        assert_eq!(saved.location.as_deref(), Some(format!("/obligations/{key}").as_str()), "{}", saved.text);
    }
    assert_eq!(
        director.get(&format!("/obligations/{key}")).unwrap().status,
        200,
        "also while it is on its way"
    );
    let auditor = system.person("auditor").unwrap();
    let patience = Instant::now() + PATIENCE;
    let calendar = loop {
        let calendar = auditor.get("/obligations.ics").unwrap().text;
        if calendar.contains("BEGIN:VEVENT") {
            break calendar;
        }
        assert!(Instant::now() < patience, "{calendar}");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), 1, "sent twice, due once: {calendar}");
    assert!(calendar.contains("DTSTART;VALUE=DATE:20990228"), "{calendar}");
    assert!(calendar.contains("SUMMARY:Yearly report\\; all pillars"), "{calendar}");
}

/// A correspondent's own commitment, by forms alone: made, seen by the Directorate, moved by it, kept.
#[test]
fn a_correspondent_keeps_a_commitment_that_the_directorate_moved() {
    let system = System::start(false).unwrap();
    let mut apsc = system.person("apsc").unwrap();
    assert!(apsc.get("/apsc").unwrap().text.contains("Nothing is due in this pillar"));
    let form = apsc.get("/apsc/commitments/new").unwrap().text;
    assert!(form.contains(r#"<option value="apsc" selected>"#), "{form}");
    let key = id();
    let typed = [
        ("submission", key.as_str()),
        ("text", "Send the roster"),
        ("due", "31/12/2098"),
        ("language", "en"),
    ];
    let other = [&typed[..], &[("pillar", "aec")]].concat();
    let refused = apsc.send("/apsc/commitments", &other).unwrap();
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains(r#"id="wrong-pillar""#), "{}", refused.text);
    let own = [&typed[..], &[("pillar", "apsc")]].concat();
    let place = format!("/apsc/commitments/{key}");
    for _ in 0..2 {
        let saved = apsc.send("/apsc/commitments", &own).unwrap();
        assert_eq!(saved.location.as_deref(), Some(place.as_str()), "{}", saved.text);
    }
    assert!(apsc.get("/apsc").unwrap().text.contains("Send the roster"), "what is due stands on my list");
    // The Directorate sees it and moves it; the correspondent's page follows.
    let director = system.client(Some("director"));
    let url = format!("/api/v1/commitments/{key}");
    until("the projection", || director.get(&url).unwrap().0 == 200);
    let later = json!({ "due": "2099-01-31", "reason": "More names" });
    said(&director, &format!("{url}/extension"), &later);
    until("the correspondent's page", || apsc.get(&place).unwrap().text.contains("31 January 2099"));
    let (k1, k2) = (id(), id());
    let note = [("submission", k1.as_str()), ("note", "Forty names"), ("language", "en")];
    assert_eq!(apsc.send(&format!("{place}/progress"), &note).unwrap().status, 303);
    let kept = [("submission", k2.as_str()), ("on", "24/11/2026"), ("evidence", "Sent"), ("language", "en")];
    assert_eq!(apsc.send(&format!("{place}/fulfilment"), &kept).unwrap().status, 303);
    until("fulfilled", || {
        director.get(&url).unwrap().1["commitment"]["standing"].as_str() == Some("fulfilled")
    });
    let (_, shown) = director.get(&url).unwrap();
    assert_eq!(shown["commitment"]["record"]["progress"], json!([{ "en": "Forty names" }]));
    assert!(apsc.get("/apsc").unwrap().text.contains("Nothing is due in this pillar"));
    // Another pillar's correspondent has nothing to do with it.
    let aec = system.person("aec").unwrap();
    assert_eq!(aec.get(&format!("/aec/commitments/{key}")).unwrap().status, 404);
    assert_eq!(aec.get(&place).unwrap().status, 403);
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let patience = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < patience, "{what} does not come");
        std::thread::sleep(Duration::from_millis(100));
    }
}
