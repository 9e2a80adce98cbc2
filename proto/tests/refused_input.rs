//! What nobody should send and somebody will: each kind is refused with an error of its own, in words
//! that name the field or the limit.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use serde_json::{Value, json};
use support::examples;
use tais_proto::envelope::{ENVELOPE_BYTES_MAX, NESTING_MAX};
use tais_proto::{Envelope, Event, EventType};

fn reported() -> Value {
    let wanted = "tais.activity.reported.v1.json";
    let (_, bytes) = examples().into_iter().find(|(name, _)| name == wanted).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// The code and the words of the refusal.
fn refusal_of(bytes: &[u8]) -> (&'static str, String) {
    let error = Envelope::parse(bytes).expect_err("this must be refused");
    (error.code(), error.to_string())
}

/// Refused under this code, and the words hold each of these.
fn assert_refused(bytes: &[u8], code: &str, words: &[&str]) {
    let (found, message) = refusal_of(bytes);
    assert_eq!(found, code, "{message}");
    for word in words {
        assert!(message.contains(word), "\"{word}\" is not in: {message}");
    }
}

/// The reported example with one place changed.
fn changed(pointer: &str, value: Value) -> Vec<u8> {
    let mut json = reported();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match json.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        object => object[name] = value,
    }
    json.to_string().into_bytes()
}

/// The reported example with a piece of its text replaced; for what a `Value` cannot hold.
fn rewritten(from: &str, to: &str) -> Vec<u8> {
    let text = reported().to_string();
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.replace(from, to).into_bytes()
}

#[test]
fn the_example_itself_is_taken() {
    assert!(Envelope::parse(reported().to_string().as_bytes()).is_ok());
}

#[test]
fn oversized() {
    let room = ENVELOPE_BYTES_MAX - changed("/data/details/summary/en", json!("")).len();
    let summary = |length: usize| changed("/data/details/summary/en", json!("x".repeat(length)));
    assert!(Envelope::parse(&summary(room)).is_ok(), "256 KiB are taken");
    assert_refused(&summary(room + 1), "oversized", &["262145 bytes", "262144"]);
}

#[test]
fn nested_too_deeply() {
    let nested = |levels: usize| {
        let inner = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        changed("/data/details/summary/en", serde_json::from_str(&inner).unwrap())
    };
    let around = 4;
    assert_refused(&nested(NESTING_MAX - around), "wrong-shape", &["summary"]);
    assert_refused(&nested(NESTING_MAX - around + 1), "too-deep", &["32 levels"]);
    assert_refused("[".repeat(200_000).as_bytes(), "too-deep", &["32 levels"]);
}

#[test]
fn unknown_types() {
    for name in ["tais.activity.repotred.v1", "tais.activity.reported", "tais.activity.reported.v0", "", "v2"]
    {
        assert_refused(&changed("/type", json!(name)), "unknown-type", &[name, "check its spelling"]);
    }
}

#[test]
fn versions_of_the_future() {
    let message = changed("/type", json!("tais.activity.reported.v2"));
    assert_refused(&message, "future-version", &["tais.activity.reported.v2", "version 1", "update"]);
}

#[test]
fn contradictions() {
    let cases = [
        ("/specversion", json!("0.3"), "specversion"),
        ("/datacontenttype", json!("text/xml"), "datacontenttype"),
        ("/dataschema", json!("urn:tais:proto:tais.v1.ActivityRevised"), "dataschema must be"),
        ("/subject", json!("commitment/0193b87c-b1c0-7984-97e5-5eb86ed1ad87"), "stream of kind commitment"),
        ("/streamversion", json!(0), "streamversion"),
        ("/streamversion", json!(2_147_483_648_u32), "streamversion"),
        ("/keyseq", json!(0), "keyseq"),
        ("/id", json!("6f7e1d9e-8f0b-4b1d-9c56-0d8f6a0f3f10"), "version 7"),
    ];
    for (pointer, value, word) in cases {
        assert_refused(&changed(pointer, value), "contradiction", &[word]);
    }
}

#[test]
fn attributes_that_are_malformed_are_named() {
    let cases = [
        ("/id", json!("A075")),
        ("/source", json!("/TL/apsc")),
        ("/source", json!("/tl/everybody")),
        ("/source", json!("tl")),
        ("/subject", json!("activity")),
        ("/subject", json!("meeting/0193b87c-b1c0-7984-97e5-5eb86ed1ad87")),
        ("/time", json!("12 December 2024")),
        ("/time", json!("2024-12-12")),
        ("/streamversion", json!("1")),
        ("/streamversion", json!(-1)),
        ("/streamversion", json!(4_294_967_296_u64)),
        ("/keyid", json!("39F713D0A644253F")),
        ("/keyseq", json!(1.5)),
        ("/actor", json!("the Vice Minister")),
        ("/correlationid", Value::Null),
    ];
    for (pointer, value) in cases {
        assert_refused(&changed(pointer, value), "malformed", &[&pointer[1..]]);
    }
    assert_refused(&changed("/unheardof", json!(1)), "malformed", &["unknown field `unheardof`"]);
}

#[test]
fn payloads_of_another_shape_name_their_field() {
    let cases = [
        ("/data/details/kind", json!("PARTY"), "data.details.kind"),
        ("/data/details/pillar", json!("apsc"), "data.details.pillar"),
        ("/data/details/starts", json!("2024-13"), "data.details.starts"),
        ("/data/details/starts", json!("2024-02-30"), "data.details.starts"),
        ("/data/details/ends", json!("11/12/2024"), "data.details.ends"),
        ("/data/details/frameworkItems/1", json!("no; code"), "data.details.frameworkItems[1]"),
        ("/data/details/genderMarker/score", json!(2), "data.details.genderMarker.score"),
        ("/data/details/budget/planned", json!("-1"), "data.details.budget.planned"),
        ("/data/details/budget/planned", json!("12.50"), "data.details.budget.planned"),
        ("/data/details/budget/planned", json!("18446744073709551616"), "data.details.budget.planned"),
        ("/data/details/title", json!({"English": "x"}), "data.details.title"),
        ("/data/details/title", json!("a title"), "data.details.title"),
        ("/data/details/lead", json!({"nickname": "x"}), "data.details.lead"),
        ("/data/details/alternates/0/unheardOf", json!(1), "data.details.alternates[0].unheardOf"),
        ("/data", json!([]), "data"),
    ];
    for (pointer, value, word) in cases {
        assert_refused(&changed(pointer, value), "wrong-shape", &[word]);
    }
}

/// Two readers of the same signed bytes must never see two different values.
#[test]
fn keys_that_stand_twice() {
    let twice = rewritten(r#""specversion":"1.0""#, r#""specversion":"1.0","specversion":"1.0""#);
    assert_refused(&twice, "malformed", &["duplicate field `specversion`"]);
    let twice = rewritten(r#""mode":"MODE_IN_PERSON""#, r#""mode":"MODE_IN_PERSON","mode":"MODE_ONLINE""#);
    assert_refused(&twice, "wrong-shape", &["duplicate field `mode`"]);
    let twice = rewritten(r#""summary":{"#, r#""summary":{"en":"something else","#);
    assert_refused(&twice, "wrong-shape", &["data.details.summary", "\"en\"", "twice"]);
}

#[test]
fn what_is_not_json() {
    for number in ["NaN", "Infinity", "-Infinity", "01", "1e999"] {
        let text = rewritten(r#""streamversion":1"#, &format!(r#""streamversion":{number}"#));
        assert_refused(&text, "malformed", &["line 1 column"]);
    }
    for text in ["", " ", "null", "[]", "\"x\"", "{", "<xml/>", "\u{feff}{}"] {
        assert_refused(text.as_bytes(), "malformed", &["not an event envelope"]);
    }
    let mut trailing = reported().to_string().into_bytes();
    trailing.extend_from_slice(b"{}");
    assert_refused(&trailing, "malformed", &["trailing characters"]);
}

#[test]
fn text_that_is_not_utf_8() {
    for (place, name) in [("Two days for", "in the payload"), ("/tl/apsc", "in an attribute")] {
        let mut bytes = rewritten(place, "@@@@");
        let at = bytes.windows(4).position(|window| window == b"@@@@").unwrap();
        bytes[at] = 0xff;
        assert_refused(&bytes, "malformed", &["unicode"]);
        assert!(std::str::from_utf8(&bytes).is_err(), "{name}");
    }
    let lone = rewritten("Two days for", r"\ud800");
    assert_refused(&lone, "wrong-shape", &["hex escape"]);
}

/// A time that no calendar of ours reaches must be refused, not stop the recorder.
#[test]
fn times_at_the_ends_of_the_calendar() {
    for time in ["9999-12-31T23:59:59-09:00", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00+09:00"] {
        assert_refused(&changed("/time", json!(time)), "malformed", &["time", time]);
    }
    for time in ["9999-12-31T14:59:59Z", "0001-01-01T00:00:00Z"] {
        let parsed = Envelope::parse(&changed("/time", json!(time))).unwrap();
        assert_eq!(parsed.time.to_string(), time);
        assert!(!tais_proto::when::format_iso_date(parsed.time.dili_date()).is_empty());
    }
}

#[test]
fn a_payload_alone_is_one_json_value() {
    let error = Event::parse(EventType::ActivityWithdrawn, r#"{"reason":"twice"} {}"#).unwrap_err();
    assert!(error.to_string().contains("trailing characters"), "{error}");
}
