//! The published contract (`proto/tais/v1`) and the Rust types say the same: events, examples,
//! vocabularies. The fields of each message are compared in `contract_fields.rs`.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::collections::BTreeSet;

use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor, SerializeOptions};
use serde_json::Value;
use support::{PACKAGE, contract, examples, messages};
use tais_proto::vocabulary::{
    ActivityKind, AgeBand, Attestation, ChangeRule, Confidence, Direction, GenderScore, Mode, Occurrence,
    ParticipantRole, Pillar, Publisher, Qualifier, Role, Sex, StreamKind,
};
use tais_proto::{Envelope, Event, EventType};

/// Messages that no field of another message refers to: the envelope and the events.
fn roots(pool: &DescriptorPool) -> BTreeSet<String> {
    let referred: BTreeSet<String> = pool
        .all_messages()
        .flat_map(|message| message.fields().collect::<Vec<_>>())
        .filter_map(|field| field.kind().as_message().map(|inner| inner.full_name().to_owned()))
        .collect();
    messages(pool)
        .map(|message| message.full_name().to_owned())
        .filter(|name| !referred.contains(name))
        .collect()
}

#[test]
fn every_event_type_has_its_message_and_every_event_message_its_type() {
    let mut declared: BTreeSet<String> = EventType::ALL.iter().map(|t| t.message_name().to_owned()).collect();
    declared.insert(format!("{PACKAGE}.Envelope"));
    assert_eq!(roots(&contract()), declared);
}

/// JSON through the descriptor and back; what the descriptor does not know is refused.
fn through(message: &MessageDescriptor, json: &Value, name: &str) -> Value {
    let value = DynamicMessage::deserialize(message.clone(), json)
        .unwrap_or_else(|error| panic!("{name} does not fit {}: {error}", message.full_name()));
    // Times come back as they were written; 64-bit integers stay texts.
    value.serialize_with_options(serde_json::value::Serializer, &SerializeOptions::new()).unwrap()
}

#[test]
fn every_example_means_the_same_to_the_descriptor_and_to_rust() {
    let pool = contract();
    let envelope = pool.get_message_by_name("tais.v1.Envelope").unwrap();
    for (name, bytes) in examples() {
        let parsed = Envelope::parse(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let json: Value = serde_json::from_slice(&bytes).unwrap();

        let payload = pool.get_message_by_name(parsed.event.event_type().message_name()).unwrap();
        let data = through(&payload, &json["data"], &name);
        assert_eq!(data, json["data"], "{name}: the descriptor changed the payload");

        let mut outer = through(&envelope, &json, &name);
        // `data` is a Struct there, which knows only doubles: the payload's own message speaks for it.
        outer["data"] = data;
        let again = Envelope::parse(&serde_json::to_vec(&outer).unwrap()).unwrap();
        assert_eq!(again, parsed, "{name}");

        let written: Value = serde_json::from_slice(&parsed.to_bytes().unwrap()).unwrap();
        assert_eq!(written, json, "{name}: Rust writes what it read");
    }
}

#[test]
fn every_event_type_has_an_example_under_its_name() {
    let examples = examples();
    for event_type in EventType::ALL {
        let wanted = format!("{}.json", event_type.as_str());
        assert!(examples.iter().any(|(name, _)| *name == wanted), "proto/examples/{wanted} is missing");
    }
    for (name, bytes) in &examples {
        let stem = name.trim_end_matches(".json").trim_end_matches(".min");
        let parsed = Envelope::parse(bytes).unwrap();
        assert_eq!(parsed.event.event_type().as_str(), stem, "{name} holds another type");
    }
}

#[test]
fn examples_are_events_of_their_own() {
    let all: Vec<Envelope> = examples().iter().map(|(_, bytes)| Envelope::parse(bytes).unwrap()).collect();
    let ids: BTreeSet<_> = all.iter().map(|envelope| envelope.id).collect();
    let versions: BTreeSet<_> =
        all.iter().map(|envelope| (envelope.stream, envelope.stream_version)).collect();
    assert_eq!(ids.len(), all.len(), "two examples have the same id");
    assert_eq!(versions.len(), all.len(), "two examples give the same stream the same version");
    for envelope in &all {
        if let Event::RegistryKeyRegistered(registered) = &envelope.event {
            assert_eq!(registered.key_id, registered.public_key.key_id());
        }
    }
}

/// Name and wire names of each Rust vocabulary.
macro_rules! vocabularies {
    ($($name:ident),+ $(,)?) => {
        [$((stringify!($name), $name::ALL.iter().map(|v| v.wire_name()).collect::<Vec<_>>())),+]
    };
}

#[test]
fn the_vocabularies_are_the_same_on_both_sides() {
    let pool = contract();
    let rust = vocabularies![
        ActivityKind,
        AgeBand,
        Attestation,
        ChangeRule,
        Confidence,
        Direction,
        GenderScore,
        Mode,
        Occurrence,
        ParticipantRole,
        Pillar,
        Publisher,
        Qualifier,
        Role,
        Sex,
        StreamKind,
    ];
    for (name, wire_names) in &rust {
        let published = pool.get_enum_by_name(&format!("{PACKAGE}.{name}")).unwrap();
        let values: Vec<String> = published.values().map(|value| value.name().to_owned()).collect();
        assert!(values[0].ends_with("_UNSPECIFIED"), "{name}: 0 must say that nothing was given");
        assert_eq!(values[1..], wire_names[..], "{name}");
    }
    let published = pool.all_enums().filter(|published| published.package_name() == PACKAGE).count();
    assert_eq!(published, rust.len(), "a published vocabulary is missing in this test");
}

#[test]
fn everything_published_is_explained() {
    let pool = contract();
    let mut unexplained = Vec::new();
    for file in pool.files().filter(|file| file.package_name() == PACKAGE) {
        let proto = file.file_descriptor_proto();
        let explained: BTreeSet<&[i32]> = (proto.source_code_info.as_ref().unwrap().location.iter())
            .filter(|location| !location.leading_comments().trim().is_empty())
            .map(|location| location.path.as_slice())
            .collect();
        let mut want = |path: &[i32], name: &str| {
            if !explained.contains(path) {
                unexplained.push(name.to_owned());
            }
        };
        for message in file.messages() {
            want(message.path(), message.full_name());
            message.fields().for_each(|field| want(field.path(), field.full_name()));
        }
        for vocabulary in file.enums() {
            want(vocabulary.path(), vocabulary.full_name());
            vocabulary.values().for_each(|value| want(value.path(), value.full_name()));
        }
    }
    assert_eq!(unexplained, Vec::<String>::new(), "write a comment above each of these");
}

#[test]
fn no_message_holds_itself_or_a_number_that_rounds() {
    for message in messages(&contract()) {
        for field in message.fields() {
            assert!(
                !matches!(field.kind(), Kind::Double | Kind::Float),
                "{}: floats round",
                field.full_name()
            );
            let inner = field.kind().as_message().map(|inner| inner.full_name().to_owned());
            assert_ne!(inner.as_deref(), Some(message.full_name()), "recursion has no bound");
        }
    }
}
