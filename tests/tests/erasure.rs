//! Erasing a person on the running system: two people say it, no byte of the person stays in any file, every
//! proof still holds, and a restored backup brings nobody back.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, Row as _};
use tais_tests::{Client, System, lies_below};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(60);
const NAME: &str = "Zebedeia Quintão-Xerife";
const CONTACT: &str = "zebedeia.qx@example.org";

/// A pool of the operator of the system's own cluster.
fn operator(system: &System) -> PgPool {
    PgPoolOptions::new().max_connections(2).connect_lazy(&system.operator_url().unwrap()).unwrap()
}

/// Says something as a program, and waits until it is recorded; gives its stream.
fn said(client: &Client, path: &str, body: &Value) -> String {
    let key = Uuid::now_v7().to_string();
    let (status, answer) = client.post(path, Some(&key), body).unwrap();
    assert!(status == 200 || status == 202, "{path}: {status} {answer}");
    wait(path, || client.get(&format!("/api/v1/decisions/{key}")).unwrap().1["state"] == "recorded");
    answer["activity"].as_str().unwrap().to_owned()
}

fn wait(what: &str, mut done: impl FnMut() -> bool) {
    let patience = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < patience, "{what}: not within a minute");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn is_known(office: &Client, person: &str) -> bool {
    office.get("/api/v1/forum/people").unwrap().1.to_string().contains(person)
}

/// The vault's rows as a backup holds them: what is sealed, and the key that opens it.
async fn rows(pool: &PgPool, person: Uuid) -> Option<[Vec<u8>; 3]> {
    let row = sqlx::query(
        "select name, contact, sealed from vault.person p join vault.person_key k on k.person = p.id where id = $1",
    )
    .bind(person)
    .fetch_optional(pool)
    .await
    .unwrap()?;
    Some([row.get("name"), row.get("contact"), row.get("sealed")])
}

/// Until no segment is left of what was written before.
async fn rotate_wal(pool: &PgPool) {
    for step in ["select pg_switch_wal()", "checkpoint"].repeat(3) {
        sqlx::raw_sql(step).execute(pool).await.unwrap();
    }
}

fn lies(data: &Path, sealed: &[Vec<u8>; 3]) -> Vec<String> {
    let names = ["name", "contact", "key"];
    let found = names.iter().zip(sealed).filter_map(|(what, bytes)| Some((what, lies_below(data, bytes)?)));
    found.map(|(what, path)| format!("the sealed {what} in {}", path.display())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_erased_by_two_people_from_every_file_and_for_good() {
    let mut system = tokio::task::spawn_blocking(|| System::start(false).unwrap()).await.unwrap();
    let pool = operator(&system);
    // A segment that is not needed any more is removed and not kept for reuse.
    for setting in [
        "alter system set wal_recycle = off",
        "alter system set min_wal_size = '32MB'",
        "select pg_reload_conf()",
    ] {
        sqlx::raw_sql(setting).execute(&pool).await.unwrap();
    }
    let (office, director) = (system.client(Some("office")), system.client(Some("director")));
    let joins = json!({ "name": NAME, "contact": CONTACT, "on": "2026-03-08" });
    let person = said(&office, "/api/v1/forum/members", &joins);
    let other =
        said(&office, "/api/v1/forum/members", &json!({ "name": "Another Member", "on": "2026-03-08" }));
    let pair = json!({ "mentor": person, "mentee": other, "on": "2026-03-10" });
    let pair = said(&office, "/api/v1/forum/mentorships", &pair);
    let id: Uuid = person.parse().unwrap();
    let sealed = rows(&pool, id).await.unwrap();

    // It takes a reason and two people.
    let at = |path: &str| format!("/api/v1/forum/{person}/{path}");
    let refused = |(status, answer): (u16, Value), rule: &str| {
        assert_eq!(status, 422, "{answer}");
        assert!(answer.to_string().contains(rule), "{answer}");
    };
    let erase = json!({ "person": person });
    refused(office.post(&at("erasure"), None, &erase).unwrap(), "Nobody has asked");
    let unreasoned = json!({ "person": person, "reason": "" });
    refused(office.post(&at("erasure-request"), None, &unreasoned).unwrap(), "#/reason");
    said(&office, &at("erasure-request"), &json!({ "person": person, "reason": "asked for in writing" }));
    refused(office.post(&at("erasure"), None, &erase).unwrap(), "cannot confirm it");
    assert!(is_known(&office, &person), "one person alone erased somebody");
    // The page offers it to the second person only, and asks for the password again.
    let page = |who: &str| system.person(who).unwrap().get(&format!("/forum/{person}")).unwrap().text;
    assert!(!page("office").contains("Confirm the erasure"));
    assert!(page("director").contains("Confirm the erasure"));
    said(&director, &at("erasure"), &erase);
    wait("erased", || !is_known(&office, &person));

    // Nobody is shown under the id, nor entered under it again.
    for (who, path) in
        [("office", "/forum"), ("office", &format!("/forum/{pair}")), ("auditor", &format!("/forum/{pair}"))]
    {
        let shown = system.person(who).unwrap().get(path).unwrap().text;
        assert!(shown.contains("Erased") && !shown.contains(NAME), "{who} {path}");
    }
    let again = office.post("/api/v1/forum/members", Some(&person), &joins).unwrap();
    assert_eq!(again.0, 409, "{}", again.1);
    assert!(!is_known(&office, &person));

    // No byte of it stays in the cluster once the log of writes has gone on, sealed or not; the other's does.
    let others = rows(&pool, other.parse().unwrap()).await.unwrap();
    let patience = Instant::now() + PATIENCE;
    while {
        rotate_wal(&pool).await;
        !lies(system.data(), &sealed).is_empty()
    } {
        assert!(Instant::now() < patience, "{:?}", lies(system.data(), &sealed));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    for word in [NAME, CONTACT] {
        assert_eq!(lies_below(system.data(), word.as_bytes()), None, "{word}");
    }
    assert_eq!(lies(system.data(), &others).len(), 3, "the search finds what is there");

    // Everything that was recorded is whole, and the history says who and why.
    let (whole, words) = system.verb(&["verify"]).unwrap();
    assert!(whole, "{words}");
    let page = system.person("auditor").unwrap().get(&format!("/forum/{person}")).unwrap().text;
    assert!(page.contains("asked for in writing"), "{page}");

    // A backup from before is put back: the list outside the database is applied before anybody is shown.
    let restore = async |pool: &PgPool| {
        sqlx::query("insert into vault.person (id, name, contact) values ($1, $2, $3)")
            .bind(id)
            .bind(&sealed[0])
            .bind(&sealed[1])
            .execute(pool)
            .await
            .unwrap();
        sqlx::query("insert into vault.person_key values ($1, $2)")
            .bind(id)
            .bind(&sealed[2])
            .execute(pool)
            .await
            .unwrap();
        sqlx::query("delete from vault.erased").execute(pool).await.unwrap();
    };
    restore(&pool).await;
    assert!(is_known(&office, &person), "the control: the restored backup does bring her back");
    system.restart().unwrap();
    let pool = operator(&system);
    assert!(!is_known(&system.client(Some("office")), &person));
    assert!(rows(&pool, id).await.is_none());

    // So it is by the list alone, and by the record alone.
    let list = system.data().join("erased");
    assert_eq!(std::fs::read_to_string(&list).unwrap(), format!("{person}\n"));
    restore(&pool).await;
    std::fs::remove_file(&list).unwrap();
    system.restart().unwrap();
    assert!(!is_known(&system.client(Some("office")), &person));
    assert_eq!(std::fs::read_to_string(&list).unwrap(), format!("{person}\n"), "the list is made anew");
}
