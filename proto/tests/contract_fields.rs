//! Field by field, both ways. From the descriptor comes a value with everything set, which Rust must
//! take and write again unchanged; from Rust come, by its own refusals, the names it knows, which must
//! be those of the descriptor. So a field, a value or a duty on one side alone is found.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::collections::BTreeSet;

use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor, SerializeOptions};
use serde_json::{Value, json};
use support::samples::{nodes, sample, turns};
use support::{contract, examples, is_required};
use tais_proto::{Envelope, Event, EventType};

/// Every sample of every event: type, message, value.
fn samples(pool: &DescriptorPool) -> Vec<(EventType, MessageDescriptor, Value)> {
    let mut all = Vec::new();
    for event_type in EventType::ALL {
        let message = pool.get_message_by_name(event_type.message_name()).unwrap();
        for turn in 0..turns(pool) {
            all.push((*event_type, message.clone(), sample(&message, turn)));
        }
    }
    all
}

fn parse(event_type: EventType, value: &Value) -> Result<Event, String> {
    Event::parse(event_type, &value.to_string()).map_err(|error| error.to_string())
}

/// The names in back quotes after "expected" of serde's refusal.
fn expected_names(refusal: &str) -> BTreeSet<String> {
    let (_, list) =
        refusal.split_once("expected ").unwrap_or_else(|| panic!("no list of names in: {refusal}"));
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn field_names(message: &MessageDescriptor) -> BTreeSet<String> {
    message.fields().map(|field| field.json_name().to_owned()).collect()
}

/// Whether a message is nothing but a oneof, which in Rust is an enum with data.
fn is_choice(message: &MessageDescriptor) -> bool {
    message.fields().all(|field| field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic()))
}

#[test]
fn rust_takes_and_writes_everything_that_is_published() {
    for (event_type, message, value) in samples(&contract()) {
        let event =
            parse(event_type, &value).unwrap_or_else(|error| panic!("{}: {error}", event_type.as_str()));
        let written: Value = serde_json::from_str(&event.to_json().unwrap()).unwrap();
        assert_eq!(written, value, "{}: Rust drops or changes a field", event_type.as_str());

        let options = SerializeOptions::new();
        let back = DynamicMessage::deserialize(message, &written).unwrap();
        let back = back.serialize_with_options(serde_json::value::Serializer, &options).unwrap();
        assert_eq!(back, value, "{}: the descriptor drops or changes a field", event_type.as_str());
    }
}

#[test]
fn rust_knows_no_field_that_is_not_published() {
    for (event_type, message, value) in samples(&contract()) {
        for (inner, pointer) in nodes(&message, &value) {
            let mut changed = value.clone();
            let object = changed.pointer_mut(&pointer).unwrap().as_object_mut().unwrap();
            if is_choice(&inner) {
                object.clear();
            }
            object.insert("unheardOf".into(), json!(1));
            let refusal = parse(event_type, &changed).unwrap_err();
            assert!(refusal.contains("`unheardOf`"), "{}{pointer}: {refusal}", event_type.as_str());
            assert_eq!(expected_names(&refusal), field_names(&inner), "{} at {pointer}", event_type.as_str());
        }
    }
}

#[test]
fn rust_knows_no_value_of_a_vocabulary_that_is_not_published() {
    for (event_type, message, value) in samples(&contract()) {
        for (inner, pointer) in nodes(&message, &value) {
            for field in inner.fields().filter(|field| !field.is_list()) {
                let Kind::Enum(vocabulary) = field.kind() else { continue };
                let published: BTreeSet<String> =
                    vocabulary.values().skip(1).map(|value| value.name().to_owned()).collect();
                for unusable in ["UNHEARD_OF", vocabulary.values().next().unwrap().name()] {
                    let mut changed = value.clone();
                    changed.pointer_mut(&pointer).unwrap()[field.json_name()] = json!(unusable);
                    let refusal = parse(event_type, &changed).unwrap_err();
                    assert!(refusal.contains(field.json_name()), "the field is not named: {refusal}");
                    assert_eq!(expected_names(&refusal), published, "{}", field.full_name());
                }
            }
        }
    }
}

#[test]
fn what_must_be_written_is_the_same_on_both_sides() {
    for (event_type, message, value) in samples(&contract()) {
        for (inner, pointer) in nodes(&message, &value).into_iter().filter(|(inner, _)| !is_choice(inner)) {
            for field in inner.fields() {
                let mut changed = value.clone();
                changed
                    .pointer_mut(&pointer)
                    .unwrap()
                    .as_object_mut()
                    .unwrap()
                    .remove(field.json_name())
                    .unwrap();
                match parse(event_type, &changed) {
                    Ok(_) => assert!(!is_required(&field), "Rust does without {}", field.full_name()),
                    Err(refusal) => {
                        assert!(
                            is_required(&field),
                            "Rust cannot do without {}: {refusal}",
                            field.full_name()
                        );
                        assert!(
                            refusal.contains(&format!("missing field `{}`", field.json_name())),
                            "{refusal}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_choice_is_made_exactly_once() {
    for (event_type, message, value) in samples(&contract()) {
        for (inner, pointer) in nodes(&message, &value).into_iter().filter(|(inner, _)| is_choice(inner)) {
            for replacement in
                [json!({}), json!({"code": "A", "name": "B"}), json!({"decimal": "1", "ratio": {}})]
            {
                let mut changed = value.clone();
                *changed.pointer_mut(&pointer).unwrap() = replacement;
                assert!(parse(event_type, &changed).is_err(), "{} at {pointer}", inner.full_name());
            }
        }
    }
}

/// proto3 JSON leaves out a number 0, a false and an empty text of a field without presence: to Rust
/// that must mean the same as writing them.
#[test]
fn what_proto3_json_leaves_out_means_its_zero() {
    for (event_type, message, value) in samples(&contract()) {
        for (inner, pointer) in nodes(&message, &value) {
            for field in inner.fields().filter(|field| !field.supports_presence() && !is_required(field)) {
                let zero = match field.kind() {
                    _ if field.is_map() => json!({}),
                    _ if field.is_list() => json!([]),
                    Kind::Bool => json!(false),
                    Kind::Uint32 => json!(0),
                    Kind::String => json!(""),
                    other => panic!("{}: what is the zero of {other:?}?", field.full_name()),
                };
                let (mut written, mut left_out) = (value.clone(), value.clone());
                written.pointer_mut(&pointer).unwrap()[field.json_name()] = zero;
                left_out.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(field.json_name());
                assert_eq!(
                    parse(event_type, &written),
                    parse(event_type, &left_out),
                    "{}",
                    field.full_name()
                );
            }
        }
    }
}

/// Position 0 is the genesis: a required position must survive as 0.
#[test]
fn a_required_position_of_zero_is_written() {
    let mut found = 0;
    for (event_type, message, mut value) in samples(&contract()) {
        for field in message.fields().filter(|field| field.kind() == Kind::Uint64 && is_required(field)) {
            assert!(field.supports_presence(), "{} must be `optional`", field.full_name());
            value[field.json_name()] = json!("0");
            let written: Value =
                serde_json::from_str(&parse(event_type, &value).unwrap().to_json().unwrap()).unwrap();
            let back = DynamicMessage::deserialize(message.clone(), &written).unwrap();
            let back = serde_json::to_value(&back).unwrap();
            assert_eq!(back[field.json_name()], json!("0"), "{}", field.full_name());
            found += 1;
        }
    }
    assert!(found > 0);
}

#[test]
fn the_envelope_has_the_same_attributes_on_both_sides() {
    let message = contract().get_message_by_name("tais.v1.Envelope").unwrap();
    let (name, bytes) =
        examples().into_iter().find(|(name, _)| name.contains("activity.revised.v1.json")).unwrap();
    let json: Value = serde_json::from_slice(&bytes).unwrap();
    let refusal =
        |json: &Value| Envelope::parse(&serde_json::to_vec(json).unwrap()).map_err(|e| e.to_string());

    let mut changed = json.clone();
    changed["unheardof"] = json!(1);
    assert_eq!(expected_names(&refusal(&changed).unwrap_err()), field_names(&message));
    for field in message.fields() {
        assert_eq!(field.json_name(), field.name(), "attributes have no capitals");
        let mut changed = json.clone();
        changed
            .as_object_mut()
            .unwrap()
            .remove(field.name())
            .unwrap_or_else(|| panic!("{name}: {}", field.name()));
        match refusal(&changed) {
            Ok(_) => assert!(!is_required(&field), "Rust does without {}", field.name()),
            Err(error) => {
                assert!(is_required(&field), "Rust cannot do without {}: {error}", field.name());
                assert!(error.contains(&format!("missing field `{}`", field.name())), "{error}");
            }
        }
    }
}
