//! The command-line client against the running system: what it prints, and that asking twice is once.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::Path;
use std::process::Command;

use serde_json::json;
use tais_tests::{System, details, executable, participation};

const ACTIVITIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../proto/reference/activities/activities.csv");

/// Runs the client as a correspondent; gives its success and what it printed.
fn client(base: &str, password: &str, pillar: &str, words: &[&str]) -> (bool, String) {
    // An update goes to an address, a file to this machine.
    let (_, port) = base.rsplit_once(':').unwrap();
    let whither = if words[0] == "submit" { ["--url", base] } else { ["--port", port] };
    let output = Command::new(executable().unwrap())
        .args(words)
        .args(["--pillar", pillar])
        .args(whither)
        .env_remove("TAIS_URL")
        .env("TAIS_PASSWORD", password)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

fn write(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.to_string_lossy().into_owned()
}

#[test]
fn an_update_is_sent_until_its_receipt_and_sending_it_again_is_the_same() {
    let mut system = System::start(false).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let body = json!({ "details": details("aec", "Traders’ forum"), "participation": participation(3, 4) });
    let file = write(folder.path(), "update.json", &body.to_string());
    let (base, password) = (system.base().to_owned(), system.password("aec").to_owned());
    let ask = |words: &[&str]| client(&base, &password, "aec", words);

    let (done, first) = ask(&["submit", &file]);
    assert!(done && first.matches("recorded at ").count() == 2, "{first}");
    let id = first.lines().find_map(|line| line.strip_prefix("update ")).unwrap();
    let (done, again) = ask(&["submit", &file, "--id", id]);
    assert!(done, "{again}");
    assert_eq!(again, first, "the same update and the same receipts");
    let (_, list) = system.client(Some("aec")).get("/api/v1/aec/activities").unwrap();
    assert_eq!(list["activities"].as_array().unwrap().len(), 1);

    // What a rule refuses, who is not known, and what is no JSON are said in words.
    let other =
        write(folder.path(), "other.json", &json!({ "details": details("aec", "Other") }).to_string());
    let (done, said) = ask(&["submit", &other, "--id", id]);
    assert!(!done && said.contains("409"), "{said}");
    let (done, said) = client(&base, "wrong", "aec", &["submit", &file]);
    assert!(!done && said.contains("401"), "{said}");
    let (done, said) = ask(&["submit", &write(folder.path(), "broken.json", "{")]);
    assert!(!done && said.contains("is not JSON"), "{said}");

    // Nobody answers: the update's id is printed, and sending again is said to be safe.
    system.stop().unwrap();
    let (done, said) = ask(&["submit", &file]);
    assert!(!done && said.contains("update ") && said.contains("is safe"), "{said}");
}

#[test]
fn a_file_is_checked_then_saved_and_a_second_time_changes_nothing() {
    let system = System::start(false).unwrap();
    let ask = |words: &[&str]| client(system.base(), system.password("ascc"), "ascc", words);
    let (_, checked) = ask(&["import", ACTIVITIES]);
    let new: usize = checked.split(" new").next().unwrap().parse().unwrap();
    assert!(new > 20, "{checked}");
    assert!(
        checked.contains(&format!("{new} new, 0 changed, 0 unchanged, {} with errors", 90 - new)),
        "{checked}"
    );
    assert!(checked.contains("line 2, pillar:") && checked.contains("nothing was saved"), "{checked}");
    let (_, list) = system.client(Some("ascc")).get("/api/v1/ascc/activities").unwrap();
    assert_eq!(list["activities"], json!([]));

    let (_, saved) = ask(&["import", ACTIVITIES, "--commit"]);
    assert!(saved.contains(&format!("{new} of {new} recorded")), "{saved}");
    let (_, again) = ask(&["import", ACTIVITIES, "--commit"]);
    assert!(again.starts_with(&format!("0 new, 0 changed, {new} unchanged")), "{again}");
}
