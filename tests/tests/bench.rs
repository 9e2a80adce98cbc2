//! `tais bench --quick`: that every measure can be taken. What it comes to says nothing in a build that is not optimised.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tais_tests::{executable, servers};

/// Takes the measures; what is printed, and what is written down.
fn bench(folder: &Path, words: &[&str]) -> (String, Value) {
    let file = folder.join("figures.json");
    let mut command = Command::new(executable().unwrap());
    command
        .args(["bench", "--quick", "--save"])
        .arg(&file)
        .arg("--servers")
        .arg(servers().unwrap())
        .args(words);
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = String::from_utf8_lossy(&stdout).into_owned();
    assert!(status.success(), "{text}{}", String::from_utf8_lossy(&stderr));
    (text, serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap())
}

/// A peer that keeps what it is given in a file, and answers as `tests/peers/src/work.rs` says.
const PEER: &str = r#"
import json, os, sys
_, url, folder, work, *file = sys.argv
assert url.startswith("postgres://"), url
kept = os.path.join(folder, "kept")
if work == "append":
    appends = [json.loads(line) for line in open(file[0])]
    assert all(append["version"] > 0 and append["writer"] >= 0 for append in appends)
    events = [event for append in appends for event in append["events"]]
    with open(kept, "a") as there:
        there.writelines(json.dumps(event) + "\n" for event in events)
    print(json.dumps({"events": len(events), "seconds": 2, "p50": 1, "p99": 2, "p999": 3}))
else:
    print(json.dumps({"events": len(open(kept).readlines()), "seconds": 1}))
"#;

#[test]
fn a_peer_is_measured_beside_us() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("peer.py");
    std::fs::write(&script, PEER).unwrap();
    let peer = format!("Somebody 1.0=python3 {}", script.display());
    let (text, figures) = bench(folder.path(), &["--peer", &peer]);
    assert!(text.contains("| Somebody 1.0 | 100 (1.0 / 2.0 / 3.0) |"), "{text}");
    assert_eq!(figures["measures"].as_array().unwrap().len(), 3, "{text}");
    let theirs = &figures["peers"]["Somebody 1.0"];
    // Two rounds: four works of 200 events each, then batches of what 1,024 events make, then all that is there.
    let read: Vec<_> = theirs["read all"].as_array().unwrap().iter().map(|round| &round["rate"]).collect();
    assert_eq!(read, [2_800.0, 5_600.0]);
}

#[test]
fn every_measure_is_taken_and_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let (text, figures) = bench(folder.path(), &[]);
    let measures = figures["measures"].as_array().unwrap();
    assert_eq!(measures.len(), 12, "{text}");
    for measure in measures {
        let name = measure["name"].as_str().unwrap();
        assert!(text.contains(name), "{name} is in the table");
        for value in ["ours", "reference", "ratio"] {
            assert!(measure[value].as_f64().is_some_and(|value| value > 0.0), "{value} of {name}: {measure}");
        }
        assert!(measure["target"].is_string() && measure["met"].is_boolean(), "{measure}");
    }
}
