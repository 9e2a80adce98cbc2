//! `tais bench --quick`: that every measure can be taken. What it comes to says nothing in a build that is not optimised.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::process::Command;

use serde_json::Value;
use tais_tests::{executable, servers};

#[test]
fn every_measure_is_taken_and_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("figures.json");
    let mut command = Command::new(executable().unwrap());
    command.args(["bench", "--quick", "--save"]).arg(&file).arg("--servers").arg(servers().unwrap());
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let figures: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let measures = figures["measures"].as_array().unwrap();
    assert_eq!(measures.len(), 11, "{text}");
    for measure in measures {
        let name = measure["name"].as_str().unwrap();
        assert!(text.contains(name), "{name} is in the table");
        for value in ["ours", "reference", "ratio"] {
            assert!(measure[value].as_f64().is_some_and(|value| value > 0.0), "{value} of {name}: {measure}");
        }
        assert!(measure["target"].is_string() && measure["met"].is_boolean(), "{measure}");
    }
}
