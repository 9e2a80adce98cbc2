//! Values made from the descriptor: every field set, every enum value and every branch in turn.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, missing_docs)]

use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

/// How many samples it takes until every enum value and every branch has had its turn.
pub fn turns(pool: &DescriptorPool) -> usize {
    let values = pool.all_enums().map(|vocabulary| vocabulary.values().len() - 1);
    let branches = pool.all_messages().flat_map(|m| m.oneofs().map(|o| o.fields().len()).collect::<Vec<_>>());
    values.chain(branches).max().unwrap()
}

/// A message with every field set, as proto3 JSON. Of an enum and of a oneof it holds one, by `turn`.
pub fn sample(message: &MessageDescriptor, turn: usize) -> Value {
    let mut object = Map::new();
    for field in message.fields() {
        if let Some(oneof) = field.containing_oneof().filter(|oneof| !oneof.is_synthetic()) {
            let chosen = oneof.fields().nth(turn % oneof.fields().len()).unwrap();
            if chosen.number() != field.number() {
                continue;
            }
        }
        object.insert(field.json_name().to_owned(), sample_field(&field, turn));
    }
    Value::Object(object)
}

fn sample_field(field: &FieldDescriptor, turn: usize) -> Value {
    if field.is_map() {
        return json!({"pt": "como está escrito", "tet": "hanesan hakerek"});
    }
    if field.cardinality() == Cardinality::Repeated {
        return json!([sample_single(field, turn), sample_single(field, turn + 1)]);
    }
    sample_single(field, turn)
}

fn sample_single(field: &FieldDescriptor, turn: usize) -> Value {
    match field.kind() {
        Kind::Message(message) if message.full_name() == "google.protobuf.Timestamp" => {
            json!("2026-11-24T00:30:00Z")
        }
        Kind::Message(message) => sample(&message, turn),
        Kind::Enum(vocabulary) => {
            // The first value is UNSPECIFIED, which nobody sends.
            let value = vocabulary.values().nth(1 + turn % (vocabulary.values().len() - 1)).unwrap();
            json!(value.name())
        }
        Kind::String => json!(sample_text(field.name(), turn)),
        Kind::Bool => json!(true),
        Kind::Uint32 | Kind::Int32 => json!(u32::try_from(turn).unwrap() + 1),
        Kind::Uint64 => json!(u64::MAX.to_string()),
        Kind::Bytes => json!("PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="),
        other => panic!("{}: no sample for {other:?}", field.full_name()),
    }
}

/// A text of the format that the field's comment describes.
fn sample_text(field: &str, turn: usize) -> &'static str {
    match field {
        "starts" | "ends" => ["2024-12-10", "2024-12"][turn % 2],
        "due" | "on" | "by" | "from" | "valid_from" => "2026-12-31",
        "quarter" => "2026-Q4",
        "key_id" | "successor" => "39f713d0a644253f",
        "language" => "tet",
        "account" | "administrator" | "approved_by" | "corrects" | "event" | "mentee" | "mentor"
        | "person" | "sealed" | "stream" => "018ce65e-7800-7633-a3d9-62d1d1511c03",
        _ => "as written",
    }
}

/// Every message inside a sample, with the JSON pointer to it.
pub fn nodes(message: &MessageDescriptor, value: &Value) -> Vec<(MessageDescriptor, String)> {
    let mut found = Vec::new();
    walk(message, value, String::new(), &mut found);
    found
}

fn walk(
    message: &MessageDescriptor,
    value: &Value,
    at: String,
    found: &mut Vec<(MessageDescriptor, String)>,
) {
    for field in message.fields().filter(|field| !field.is_map()) {
        let (Kind::Message(inner), Some(value)) = (field.kind(), value.get(field.json_name())) else {
            continue;
        };
        let here = format!("{at}/{}", field.json_name());
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    walk(&inner, item, format!("{here}/{index}"), found);
                }
            }
            Value::Object(_) => walk(&inner, value, here, found),
            // A time is a message to protobuf and a text in JSON.
            _ => {}
        }
    }
    found.push((message.clone(), at));
}
