//! The contract as a list of lines a person can review, and what may not happen between two of them.
//!
//! One line is one promise:
//! ```text
//! message tais.v1.Quantity
//! field tais.v1.Quantity 1 qualifier tais.v1.Qualifier plain required
//! enum tais.v1.Qualifier
//! value tais.v1.Qualifier 1 QUALIFIER_EXACT
//! ```
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind};

use super::{PACKAGE, is_required, messages};

/// Everything promised: by the owner's name and the number of the field or value.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listing {
    messages: BTreeMap<String, BTreeMap<u32, Field>>,
    enums: BTreeMap<String, BTreeMap<u32, String>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    name: String,
    kind: String,
    label: String,
    required: bool,
}

impl Listing {
    pub fn of(pool: &DescriptorPool) -> Self {
        let field = |field: FieldDescriptor| {
            let entry = Field {
                name: field.name().to_owned(),
                kind: kind(&field),
                label: label(&field),
                required: is_required(&field),
            };
            (field.number(), entry)
        };
        let messages =
            messages(pool).map(|m| (m.full_name().to_owned(), m.fields().map(field).collect())).collect();
        let number = |value: prost_reflect::EnumValueDescriptor| {
            (u32::try_from(value.number()).unwrap(), value.name().to_owned())
        };
        let enums = (pool.all_enums().filter(|e| e.package_name() == PACKAGE))
            .map(|e| (e.full_name().to_owned(), e.values().map(number).collect()))
            .collect();
        Self { messages, enums }
    }

    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (message, fields) in &self.messages {
            writeln!(text, "message {message}").unwrap();
            for (number, Field { name, kind, label, required }) in fields {
                let duty = if *required { "required" } else { "-" };
                writeln!(text, "field {message} {number} {name} {kind} {label} {duty}").unwrap();
            }
        }
        for (vocabulary, values) in &self.enums {
            writeln!(text, "enum {vocabulary}").unwrap();
            for (number, name) in values {
                writeln!(text, "value {vocabulary} {number} {name}").unwrap();
            }
        }
        text
    }

    pub fn from_text(text: &str) -> Self {
        let mut listing = Self::default();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["message", name] => drop(listing.messages.entry(name.into()).or_default()),
                ["enum", name] => drop(listing.enums.entry(name.into()).or_default()),
                ["field", owner, number, name, kind, label, duty] => {
                    let field = Field {
                        name: name.into(),
                        kind: kind.into(),
                        label: label.into(),
                        required: duty == "required",
                    };
                    listing.messages.get_mut(owner).unwrap().insert(number.parse().unwrap(), field);
                }
                ["value", owner, number, name] => {
                    listing.enums.get_mut(owner).unwrap().insert(number.parse().unwrap(), name.into());
                }
                _ => panic!("not a line of a released contract: {line}"),
            }
        }
        listing
    }

    /// What in `now` breaks a promise of `self`, each in words.
    pub fn broken_by(&self, now: &Self) -> Vec<String> {
        let mut broken = Vec::new();
        for (message, fields) in &self.messages {
            match now.messages.get(message) {
                None => broken.push(format!("message {message} was removed")),
                Some(present) => compare_fields(message, fields, present, &mut broken),
            }
        }
        for (vocabulary, values) in &self.enums {
            let Some(present) = now.enums.get(vocabulary) else {
                broken.push(format!("enum {vocabulary} was removed"));
                continue;
            };
            for (number, name) in values {
                match present.get(number) {
                    Some(same) if same == name => {}
                    Some(other) => broken.push(format!("value {vocabulary} {number} {name} is now {other}")),
                    None => broken.push(moved(vocabulary, *number, name, |n| {
                        present.iter().find(|(_, other)| *other == n).map(|(number, _)| *number)
                    })),
                }
            }
        }
        broken
    }
}

fn compare_fields(
    message: &str,
    released: &BTreeMap<u32, Field>,
    present: &BTreeMap<u32, Field>,
    broken: &mut Vec<String>,
) {
    for (number, was) in released {
        let Some(is) = present.get(number) else {
            broken.push(moved(message, *number, &was.name, |name| {
                present.iter().find(|(_, field)| field.name == name).map(|(number, _)| *number)
            }));
            continue;
        };
        let at = format!("{message}.{} = {number}", was.name);
        if was.name != is.name {
            broken.push(format!("{at} was renamed to {}", is.name));
        }
        if was.kind != is.kind {
            broken.push(format!("{at} was {} and is now {}", was.kind, is.kind));
        }
        if was.label != is.label {
            broken.push(format!("{at} was {} and is now {}", was.label, is.label));
        }
        if !was.required && is.required {
            broken.push(format!("{at} is now required: old events do not have it"));
        }
    }
    for (number, is) in present.iter().filter(|(number, is)| is.required && !released.contains_key(number)) {
        broken
            .push(format!("{message}.{} = {number} is new and required: old events do not have it", is.name));
    }
}

fn moved(owner: &str, number: u32, name: &str, find: impl Fn(&str) -> Option<u32>) -> String {
    match find(name) {
        Some(other) => format!("{owner}.{name} = {number} was renumbered to {other}"),
        None => format!("{owner}.{name} = {number} was removed"),
    }
}

fn kind(field: &FieldDescriptor) -> String {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => {
            format!("map<{},{}>", kind(&entry.map_entry_key_field()), kind(&entry.map_entry_value_field()))
        }
        Kind::Message(message) => message.full_name().to_owned(),
        Kind::Enum(vocabulary) => vocabulary.full_name().to_owned(),
        scalar => format!("{scalar:?}").to_lowercase(),
    }
}

fn label(field: &FieldDescriptor) -> String {
    match field.containing_oneof() {
        _ if field.is_map() => "map".into(),
        _ if field.cardinality() == Cardinality::Repeated => "repeated".into(),
        Some(oneof) if !oneof.is_synthetic() => format!("oneof:{}", oneof.name()),
        Some(_) => "optional".into(),
        None => "plain".into(),
    }
}
