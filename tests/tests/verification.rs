//! What an auditor does on the running system: the record verified on a page, evidence taken away in one file
//! that is checked without it, and both said in the record.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::process::Command;

use serde_json::json;
use tais_tests::{Person, System, details, executable};
use zip::ZipArchive;

/// The files of the bundle at an address, by name.
fn bundle(person: &Person, path: &str) -> BTreeMap<String, Vec<u8>> {
    let answer = person.open(path).unwrap();
    assert_eq!(answer.status(), 200);
    let bytes = answer.into_body().read_to_vec().unwrap();
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for place in 0..zip.len() {
        let mut file = zip.by_index(place).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        files.insert(file.name().unwrap().into_owned(), content);
    }
    files
}

/// Whether both verifiers accept a receipt; they agree, or this panics.
fn holds(dir: &std::path::Path, receipt: &str, key: &str) -> bool {
    let ours = Command::new(executable().unwrap())
        .current_dir(dir)
        .args(["verify", "receipt", receipt, "--log-key", key])
        .output()
        .unwrap();
    let mut python = Command::new("python3");
    if let Some(packages) = std::env::var_os("TAIS_VERIFIER") {
        python.env("PYTHONPATH", packages);
    }
    let theirs =
        python.current_dir(dir).args(["verify.py", "receipt", receipt, "--log-key", key]).output().unwrap();
    assert_eq!(ours.status.success(), theirs.status.success(), "{ours:?}\n{theirs:?}");
    ours.status.success()
}

#[test]
fn an_auditor_has_the_record_verified_and_takes_evidence_away() {
    let system = System::start(false).unwrap();
    let body = json!({ "details": details("apsc", "Mediators’ training"), "submit": true });
    let (status, answer) = system.client(Some("apsc")).post("/api/v1/apsc/activities", None, &body).unwrap();
    assert_eq!(status, 202, "{answer}");
    let mut auditor = system.person("auditor").unwrap();
    auditor.until("/audit", |page| page.text.contains("Submitted")).unwrap();

    // Nothing was verified yet; then it is, and the sentence comes first.
    let page = auditor.get("/audit/verify").unwrap().text;
    assert!(page.contains("Nobody has had the record verified"), "{page}");
    auditor.send("/audit/verify", &[]).unwrap();
    let page = auditor.until("/audit/verify", |page| page.text.contains("The record is whole")).unwrap().text;
    assert!(page.contains("Root of the tree"), "{page}");
    auditor.until("/audit?kind=security", |page| page.text.contains("Security: verified")).unwrap();
    for who in ["office", "director", "apsc"] {
        assert_eq!(system.person(who).unwrap().get("/audit/verify").unwrap().status, 403, "{who}");
    }

    // What was not signed yet has no proof; a moment later it has, and holds without the system.
    let (signed, words) = system.verb(&["checkpoint"]).unwrap();
    assert!(signed, "{words}");
    // A monitor follows the log under a name and a password, and nobody without one.
    assert_eq!(system.client(None).text("/tlog/checkpoint").unwrap().0, 401);
    let (status, note) = system.client(Some("auditor")).text("/tlog/checkpoint").unwrap();
    assert!(status == 200 && words.starts_with(note.trim_end()), "{status} {note}");
    let files = bundle(&auditor, "/audit/bundle?from=2&to=6");
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "README.txt",
            "VERIFY.md",
            "checkpoint",
            "entries/2.tlog-proof",
            "entries/3.tlog-proof",
            "entries/4.tlog-proof",
            "entries/5.tlog-proof",
            "entries/6.tlog-proof",
            "requirements.txt",
            "verify.py",
        ]
    );
    let away = tempfile::tempdir().unwrap();
    std::fs::create_dir(away.path().join("entries")).unwrap();
    for (name, content) in &files {
        std::fs::write(away.path().join(name), content).unwrap();
    }
    let (known, keys) = system.verb(&["keys"]).unwrap();
    assert!(known, "{keys}");
    let key = keys.split_whitespace().nth(1).unwrap();
    assert!(String::from_utf8_lossy(&files["README.txt"]).contains(key), "the README names the log's key");
    for position in 2..=6 {
        assert!(holds(away.path(), &format!("entries/{position}.tlog-proof"), key));
    }
    // The control: one letter of an entry changed.
    let receipt = away.path().join("entries/4.tlog-proof");
    let mut content = std::fs::read_to_string(&receipt).unwrap();
    let place = content.find("extra ").unwrap() + 10;
    content.replace_range(place..=place, if &content[place..=place] == "A" { "B" } else { "A" });
    std::fs::write(&receipt, content).unwrap();
    assert!(!holds(away.path(), "entries/4.tlog-proof", key));

    // Bad requests are told, and what was taken away is in the record.
    for (query, status) in
        [("from=x&to=6", 400), ("from=6&to=2", 400), ("from=0&to=5000", 400), ("from=0&to=999", 503)]
    {
        assert_eq!(auditor.get(&format!("/audit/bundle?{query}")).unwrap().status, status, "{query}");
    }
    auditor.until("/audit?kind=security", |page| page.text.contains("Security: exported")).unwrap();

    // One entry changed behind everybody's back: the page says so and where, and so does the record.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let url = system.operator_url().unwrap();
    runtime.block_on(async {
        let operator = sqlx::PgPool::connect(&url).await.unwrap();
        sqlx::raw_sql(
            "alter table log.entry disable trigger all;
             update log.entry set envelope = set_byte(envelope, 40, get_byte(envelope, 40) # 1) where position = 3;
             alter table log.entry enable always trigger append_only_rows;
             alter table log.entry enable always trigger append_only_table",
        )
        .execute(&operator)
        .await
        .unwrap();
    });
    auditor.send("/audit/verify", &[]).unwrap();
    let page =
        auditor.until("/audit/verify", |page| page.text.contains("The record was altered")).unwrap().text;
    assert!(page.contains("first at position 3"), "{page}");

    // A kept checkpoint that cannot be read is not done without: nothing is known then.
    std::fs::write(system.data().join("checkpoint"), "hello").unwrap();
    auditor.send("/audit/verify", &[]).unwrap();
    auditor.until("/audit/verify", |page| page.text.contains("The record could not be read")).unwrap();
}
