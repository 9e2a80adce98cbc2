//! The directions of the architecture, held by a test: who may depend on whom.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::BTreeSet;
use std::process::Command;

/// Which of our crates each may use. Everything else is forbidden.
const MAY_USE: &[(&str, &[&str])] = &[
    ("tais-proto", &[]),
    ("tais-domain", &["tais-proto"]),
    ("tais-log", &["tais-proto"]),
    ("tais-bus", &["tais-domain", "tais-proto"]),
    ("tais-web", &["tais-domain", "tais-proto"]),
    ("tais-correspondent", &["tais-bus", "tais-domain", "tais-proto", "tais-web"]),
    ("tais-recorder", &["tais-bus", "tais-domain", "tais-log", "tais-proto"]),
    ("tais-projector", &["tais-domain", "tais-log", "tais-proto"]),
    ("tais-office", &["tais-bus", "tais-domain", "tais-log", "tais-proto", "tais-web"]),
    ("tais-audit", &["tais-bus", "tais-domain", "tais-log", "tais-proto", "tais-web"]),
];

/// What a pure crate must not have anywhere below it.
const IMPURE: &[&str] = &["tokio", "sqlx", "async-nats", "axum", "rand", "reqwest"];

/// The names of what a crate uses when it is built, directly or at any depth.
fn uses(name: &str, depth: Option<u32>) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO"));
    command.args([
        "tree",
        "--offline",
        "--locked",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{lib}",
        "-p",
        name,
    ]);
    if let Some(depth) = depth {
        command.args(["--depth", &depth.to_string()]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text.lines().filter_map(|line| line.split_whitespace().next());
    names.map(|lib| lib.replace('_', "-")).filter(|used| used != name).collect()
}

#[test]
fn arrows_point_one_way() {
    for (name, allowed) in MAY_USE {
        for used in uses(name, Some(1)).iter().filter(|used| used.starts_with("tais")) {
            assert!(allowed.contains(&used.as_str()), "{name} must not use {used}");
        }
    }
}

#[test]
fn the_contract_and_the_rules_do_no_input_or_output() {
    for name in ["tais-proto", "tais-domain"] {
        let below = uses(name, None);
        assert!(below.contains("serde"), "the walk sees what is used: {below:?}");
        for impure in IMPURE {
            assert!(!below.contains(*impure), "{name} has {impure} below it");
        }
    }
}

/// The control: the same walk finds what must not stand below the pure crates where it does stand.
#[test]
fn control_the_walk_sees_what_is_used() {
    assert!(uses("tais-log", Some(1)).contains("sqlx"));
    assert!(uses("tais-recorder", None).contains("async-nats"));
}
