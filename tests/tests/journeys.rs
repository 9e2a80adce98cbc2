//! The whole way, by the real executable: submit, receipt, figures, replay; and bad input.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tais_tests::{Client, System, details, participation};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until all updates of a submission are recorded; gives them.
fn recorded(client: &Client, pillar: &str, submission: &str) -> Vec<Value> {
    let patience = Instant::now() + PATIENCE;
    loop {
        let (status, answer) = client.get(&format!("/api/v1/{pillar}/updates/{submission}")).unwrap();
        assert_eq!(status, 200, "{answer}");
        let updates = answer["updates"].as_array().unwrap().clone();
        if updates.iter().all(|update| update["state"] == "recorded") {
            return updates;
        }
        assert!(Instant::now() < patience, "{updates:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn wps(client: &Client, query: &str) -> Value {
    client.get(&format!("/api/v1/wps{query}")).unwrap().1
}

/// Waits until the figures have taken in a position.
fn figures_at(client: &Client, position: u64) -> Value {
    let patience = Instant::now() + PATIENCE;
    loop {
        let figures = wps(client, "");
        if figures["asOf"]["position"].as_u64().is_some_and(|shown| shown >= position) {
            return figures;
        }
        assert!(Instant::now() < patience, "{figures}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn one_update_from_a_correspondents_hands_to_the_vice_ministers_page() {
    let mut system = System::start(false).unwrap();
    let (apsc, office) = (system.client(Some("apsc")), system.client(Some("office")));
    let before = wps(&office, "");
    assert_eq!(
        before["all"]["wps"],
        json!({ "numerator": 0, "denominator": 0 }),
        "an empty record is no error"
    );
    assert_eq!(office.page("/").unwrap().0, 200);

    let id = Uuid::now_v7().to_string();
    let body = json!({ "details": details("apsc", "Mediators’ training"), "participation": participation(24, 9), "submit": true });
    let (status, answer) = apsc.post("/api/v1/apsc/activities", Some(&id), &body).unwrap();
    assert_eq!(status, 202, "{answer}");
    let updates = recorded(&apsc, "apsc", &id);
    assert_eq!(updates.len(), 3, "reported, counted, submitted");
    let last = updates.iter().map(|update| update["receipt"]["position"].as_u64().unwrap()).max().unwrap();
    assert!(updates.iter().all(|update| update["receipt"]["leafHash"].as_str().unwrap().len() == 64));

    // Asking again under the same id is the same update; other content under it is refused.
    let (status, again) = apsc.post("/api/v1/apsc/activities", Some(&id), &body).unwrap();
    assert_eq!((status, again["updates"].as_array().unwrap().len()), (200, 3));
    let other = json!({ "details": details("apsc", "Something else") });
    assert_eq!(apsc.post("/api/v1/apsc/activities", Some(&id), &other).unwrap().0, 409);

    let figures = figures_at(&office, last);
    assert_eq!(figures["pillars"]["apsc"]["wps"], json!({ "numerator": 1, "denominator": 1 }));
    assert_eq!(figures["all"]["women"], json!({ "numerator": 24, "denominator": 33 }));
    assert_eq!(figures["pillars"]["aec"]["wps"]["denominator"], 0);
    let (_, page) = office.page("/").unwrap();
    assert!(page.contains("Mediators’ training"), "{page}");

    // The record of before is still there, and stays so; a day means its last position.
    let frozen = wps(&office, &format!("?at={}", last - 3));
    assert_eq!(frozen["all"]["wps"]["denominator"], 0);
    let day = figures["asOf"]["recordedAt"].as_str().unwrap().get(..10).unwrap();
    assert_eq!(office.get(&format!("/api/v1/wps?at={}", last + 1)).unwrap().0, 400, "no future");
    assert!(office.page(&format!("/?on={day}")).unwrap().1.contains("as it stood"));

    // The activity's events are those of the receipt, and each can be looked at.
    let (_, activity) = office.get(&format!("/api/v1/activities/{id}")).unwrap();
    assert_eq!(activity["events"].as_array().unwrap().len(), 3);
    assert!(office.page(&format!("/events/{last}")).unwrap().1.contains("Checked now"));

    // Withdrawn with a reason: it leaves every figure, and what was said before stays.
    let reason = json!({ "reason": "Recorded twice." });
    let (_, answer) = apsc.post(&format!("/api/v1/apsc/activities/{id}/withdrawal"), None, &reason).unwrap();
    let withdrawal = answer["submission"].as_str().unwrap().to_owned();
    let position = recorded(&apsc, "apsc", &withdrawal)[0]["receipt"]["position"].as_u64().unwrap();
    assert_eq!(figures_at(&office, position)["all"]["wps"]["denominator"], 0);
    assert_eq!(wps(&office, &format!("?at={last}"))["all"]["wps"]["denominator"], 1);

    // After a restart everything is as it was.
    system.restart().unwrap();
    let office = system.client(Some("office"));
    assert_eq!(wps(&office, &format!("?at={last}"))["all"]["women"]["numerator"], 24);
    assert_eq!(recorded(&system.client(Some("apsc")), "apsc", &id).len(), 3);
}

/// Waits until a decision of the office is recorded.
fn decided(client: &Client, answer: &Value) {
    let id = answer["decision"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let patience = Instant::now() + PATIENCE;
    loop {
        let (_, now) = client.get(&format!("/api/v1/decisions/{id}")).unwrap();
        match now["state"].as_str() {
            Some("saved" | "received") => assert!(Instant::now() < patience, "{now}"),
            state => return assert_eq!(state, Some("recorded"), "{now}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until an activity stands so, and gives it as the office reads it.
fn standing(client: &Client, id: &str, status: &str) -> Value {
    let patience = Instant::now() + PATIENCE;
    loop {
        let (_, answer) = client.get(&format!("/api/v1/activities/{id}")).unwrap();
        if answer["activity"]["status"] == status {
            return answer;
        }
        assert!(Instant::now() < patience, "{status}: {answer}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_return_has_its_reason_a_validation_its_second_person_and_a_correction_its_history() {
    let system = System::start(false).unwrap();
    let apsc = system.client(Some("apsc"));
    let [director, office, auditor] = ["director", "office", "auditor"].map(|name| system.client(Some(name)));
    let id = Uuid::now_v7().to_string();
    let body = json!({ "details": details("apsc", "Mediators’ training"), "submit": true });
    apsc.post("/api/v1/apsc/activities", Some(&id), &body).unwrap();
    recorded(&apsc, "apsc", &id);
    let at = |step: &str| format!("/api/v1/activities/{id}/{step}");
    let submitted = standing(&director, &id, "submitted");
    let author = submitted["activity"]["activity"]["author"].clone();
    let revision = submitted["activity"]["activity"]["revision"].clone();

    // Nobody but the Directorate returns or validates; nobody but the office acknowledges.
    let validation = json!({ "revision": revision });
    for (client, step) in
        [(&apsc, "validation"), (&office, "validation"), (&auditor, "return"), (&director, "acknowledgement")]
    {
        let body = if step == "return" {
            json!({ "revision": revision, "reason": "No." })
        } else {
            validation.clone()
        };
        let (status, problem) = client.post(&at(step), None, &body).unwrap();
        assert_eq!(status, 403, "{step}: {problem}");
    }
    assert_eq!(system.client(None).post(&at("validation"), None, &validation).unwrap().0, 401);
    // A return needs its reason, a decision the revision that stands, an acknowledgement a validation.
    let (status, problem) =
        director.post(&at("return"), None, &json!({ "revision": revision, "reason": " " })).unwrap();
    assert!(status == 422 && problem.to_string().contains("reason"), "{problem}");
    assert_eq!(director.post(&at("validation"), None, &json!({ "revision": 99 })).unwrap().0, 422);
    assert_eq!(office.post(&at("acknowledgement"), None, &validation).unwrap().0, 422);

    let reason = "How many women took part?";
    let back = json!({ "revision": revision, "reason": reason });
    let key = Uuid::now_v7().to_string();
    let (status, answer) = director.post(&at("return"), Some(&key), &back).unwrap();
    assert_eq!(status, 202, "{answer}");
    decided(&director, &answer);
    // The same again is the same decision; another under its id is refused.
    assert_eq!(director.post(&at("return"), Some(&key), &back).unwrap().0, 200);
    assert_eq!(director.post(&at("validation"), Some(&key), &validation).unwrap().0, 409);
    let returned = standing(&apsc, &id, "returned");
    assert_eq!(returned["activity"]["activity"]["author"], author, "the author stays the author");
    assert!(returned.to_string().contains(reason));

    // The correspondent reads the reason on their own side, counts, and submits again.
    let own = format!("/api/v1/apsc/activities/{id}");
    let patience = Instant::now() + PATIENCE;
    while !apsc.get(&own).unwrap().1.to_string().contains(reason) {
        assert!(Instant::now() < patience, "the return does not arrive");
        std::thread::sleep(Duration::from_millis(50));
    }
    let (_, answer) = apsc.post(&format!("{own}/participation"), None, &participation(24, 9)).unwrap();
    recorded(&apsc, "apsc", answer["submission"].as_str().unwrap());
    let (_, answer) = apsc.post(&format!("{own}/submission"), None, &json!({})).unwrap();
    recorded(&apsc, "apsc", answer["submission"].as_str().unwrap());
    let submitted = standing(&director, &id, "submitted");
    let revision = submitted["activity"]["activity"]["revision"].clone();

    let (_, answer) = director.post(&at("validation"), None, &json!({ "revision": revision })).unwrap();
    decided(&director, &answer);
    standing(&office, &id, "validated");
    let (_, answer) = office.post(&at("acknowledgement"), None, &json!({ "revision": revision })).unwrap();
    decided(&office, &answer);
    let done = standing(&office, &id, "acknowledged");
    let steps: Vec<&str> =
        done["events"].as_array().unwrap().iter().filter_map(|event| event["type"].as_str()).collect();
    let named = [
        "reported",
        "submitted",
        "returned",
        "participation-recorded",
        "submitted",
        "validated",
        "acknowledged",
    ];
    assert_eq!(steps, named.map(|step| format!("tais.activity.{step}.v1")), "each step is an event");

    // After the validation a change is a correction: with a reason, validated again, the old one visible.
    let last = done["asOf"]["position"].as_u64().unwrap();
    let changed = json!({ "details": details("apsc", "Mediators’ training, Dili") });
    let (status, problem) = apsc.post(&format!("{own}/revisions"), None, &changed).unwrap();
    assert!(status == 422 && problem.to_string().contains("reason"), "{problem}");
    let changed = json!({ "details": details("apsc", "Mediators’ training, Dili"), "reason": "The place was missing." });
    let (_, answer) = apsc.post(&format!("{own}/revisions"), None, &changed).unwrap();
    recorded(&apsc, "apsc", answer["submission"].as_str().unwrap());
    assert_eq!(standing(&office, &id, "reported")["activity"]["standing"], "provisional");
    let (_, before) = office.get(&format!("/api/v1/activities/{id}?at={last}")).unwrap();
    assert_eq!(before["activity"]["status"], "acknowledged");
    assert!(!before["activity"].to_string().contains("training, Dili"), "{before}");
}

#[test]
fn what_is_not_allowed_is_refused_in_words_and_nothing_is_saved() {
    let system = System::start(false).unwrap();
    let apsc = system.client(Some("apsc"));
    let report = |body: &Value| apsc.post("/api/v1/apsc/activities", None, body).unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut details = details("apsc", "Title");
        change(&mut details);
        json!({ "details": details })
    };
    type Case<'a> = (&'a dyn Fn(&mut Value), u16, &'a str, &'a str);
    let cases: [Case<'_>; 6] = [
        (&|d| d["title"] = json!({ "en": " " }), 422, "title", "#/details/title"),
        (&|d| d["ends"] = json!("2026-11-01"), 422, "last day", "#/details/ends"),
        (&|d| d["frameworkItems"] = json!(["NO-SUCH"]), 422, "NO-SUCH", "#/details/frameworkItems/0"),
        (&|d| d["pillar"] = json!("PILLAR_AEC"), 422, "pillar", "#/details/pillar"),
        (&|d| d["kind"] = json!("ACTIVITY_KIND_PARTY"), 400, "ACTIVITY_KIND_PARTY", "#/details/kind"),
        (&|d| d["surprise"] = json!(1), 400, "surprise", "#/details/surprise"),
    ];
    for (change, expected, word, pointer) in cases {
        let (status, problem) = report(&with(change));
        assert_eq!(status, expected, "{problem}");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        assert!(problem.to_string().to_lowercase().contains(&word.to_lowercase()), "{word}: {problem}");
    }
    // Somebody else's pillar, nobody at all, and the wrong password.
    let body = with(&|_| {});
    assert_eq!(system.client(Some("aec")).post("/api/v1/apsc/activities", None, &body).unwrap().0, 403);
    assert_eq!(system.client(None).post("/api/v1/apsc/activities", None, &body).unwrap().0, 401);
    let stranger = Client::new(system.base()).signed_in("apsc", "wrong");
    assert_eq!(stranger.post("/api/v1/apsc/activities", None, &body).unwrap().0, 401);
    let (_, list) = apsc.get("/api/v1/apsc/activities").unwrap();
    assert_eq!(list["activities"], json!([]));
}

#[test]
fn the_sample_year_replays_to_the_live_digests_and_a_change_is_seen() {
    let system = System::start(true).unwrap();
    let (_, activities) = system.client(None).get("/api/v1/activities").unwrap();
    let refs: Vec<&str> = activities["activities"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|listed| listed["activity"]["details"]["externalRef"].as_str())
        .collect();
    assert_eq!(
        refs.iter().filter(|reference| reference.starts_with('A')).count(),
        90,
        "every real row is in"
    );
    assert!(refs.contains(&"A075") && refs.contains(&"A108"), "the Forum's re-activation and its training");

    for to in [&["replay"][..], &["replay", "--to", "300"]] {
        let (equal, output) = system.verb(to).unwrap();
        assert!(equal && output.matches("equal").count() == 6, "{output}");
    }
    let (sound, output) = system.verb(&["replay", "--to", "999999"]).unwrap();
    assert!(!sound && output.contains("no position 999999"), "{output}");

    // The control: one row changed behind the projector's back, and the replay says so.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let url = system.operator_url().unwrap();
        let operator = sqlx::PgPool::connect(&url).await.unwrap();
        let schema: String = sqlx::query_scalar(
            "select 'p_activity_' || id from projection.build where name = 'activity' and live",
        )
        .fetch_one(&operator)
        .await
        .unwrap();
        let change = format!(
            "update {schema}.measure set amount = amount + 1
              where (position, ordinal) = (select position, ordinal from {schema}.measure order by 1, 2 limit 1)"
        );
        let changed = sqlx::query(sqlx::AssertSqlSafe(change)).execute(&operator).await.unwrap();
        assert_eq!(changed.rows_affected(), 1);
    });
    let (equal, output) = system.verb(&["replay"]).unwrap();
    assert!(!equal && output.contains("DIFFERENT"), "{output}");
}
