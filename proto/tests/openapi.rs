//! `proto/openapi.json`, the description of `/api/v1`, is made here: its schemas from the contract's own
//! descriptor, its operations from the table below. Write it anew with
//! `TAIS_WRITE_OPENAPI=1 cargo test -p tais-proto --test openapi`.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use std::collections::BTreeMap;

use prost_reflect::{Cardinality, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};
use support::{contract, crate_dir, examples, is_required, messages};

/// What an operation takes and gives.
enum Shape {
    /// Reads, as of a position.
    Read,
    /// Reads what knows no position.
    Look,
    /// Says an event: the body is its data.
    Say(&'static str),
    /// Says something with a body of its own.
    Send(&'static str),
    /// Takes a file.
    File,
    /// Takes a file, and says its hash.
    Attach,
}

use Shape::{Attach, File, Look, Read, Say, Send};

/// Method, path, what it does, what it takes.
const OPERATIONS: &[(&str, &str, &str, Shape)] = &[
    ("get", "/api/v1/wps", "The consolidated figures", Read),
    ("get", "/api/v1/activities", "Activities", Read),
    ("get", "/api/v1/activities/{id}", "One activity with its events", Read),
    ("post", "/api/v1/activities/{id}/return", "Return what was submitted, with a reason", Send("Return")),
    ("post", "/api/v1/activities/{id}/validation", "Validate the revision that was read", Send("Validation")),
    ("post", "/api/v1/activities/{id}/acknowledgement", "Acknowledge it", Send("Acknowledgement")),
    ("get", "/api/v1/decisions/{id}", "How far a decision is on its way", Look),
    ("get", "/api/v1/commitments", "Commitments", Read),
    ("post", "/api/v1/commitments", "Make a commitment", Say("CommitmentMade")),
    ("get", "/api/v1/commitments/{id}", "One commitment", Read),
    ("post", "/api/v1/commitments/{id}/progress", "Note progress", Say("CommitmentProgressed")),
    ("post", "/api/v1/commitments/{id}/fulfilment", "It was kept", Say("CommitmentFulfilled")),
    ("post", "/api/v1/commitments/{id}/extension", "Move its due date", Say("CommitmentExtended")),
    ("post", "/api/v1/commitments/{id}/lapse", "Give it up", Say("CommitmentLapsed")),
    ("get", "/api/v1/indicators", "Indicators", Read),
    ("post", "/api/v1/indicators", "Define an indicator", Say("IndicatorDefined")),
    ("get", "/api/v1/indicators/{id}", "One indicator", Read),
    ("post", "/api/v1/indicators/{id}/measurement", "Record a measurement", Say("IndicatorMeasured")),
    ("post", "/api/v1/indicators/{id}/baseline", "Set the baseline", Say("IndicatorBaselineSet")),
    ("post", "/api/v1/indicators/{id}/target", "Set the target", Say("IndicatorTargetSet")),
    ("post", "/api/v1/indicators/{id}/correction", "Correct what was said", Say("IndicatorCorrected")),
    ("get", "/api/v1/obligations", "Reports that are due", Read),
    ("post", "/api/v1/obligations", "Schedule a report", Say("ObligationScheduled")),
    ("get", "/api/v1/obligations/{id}", "One report", Read),
    ("post", "/api/v1/obligations/{id}/fulfilment", "It was handed in", Say("ObligationMet")),
    ("post", "/api/v1/obligations/{id}/miss", "It was missed", Say("ObligationMissed")),
    ("get", "/api/v1/forum", "Sessions, members and mentorships of the Forum", Read),
    ("get", "/api/v1/forum/people", "Who they are", Look),
    ("get", "/api/v1/forum/{id}", "One of them", Read),
    ("post", "/api/v1/forum/sessions", "A session was held", Say("ForumSessionHeld")),
    ("post", "/api/v1/forum/members", "Somebody joined", Send("Membership")),
    ("post", "/api/v1/forum/mentorships", "A mentorship begins", Say("ForumMentorshipStarted")),
    ("post", "/api/v1/forum/{id}/completion", "It ended", Say("ForumMentorshipCompleted")),
    ("post", "/api/v1/forum/{id}/erasure-request", "Erase somebody from the vault", Say("ForumErasureAsked")),
    ("post", "/api/v1/forum/{id}/erasure", "A second person confirms it", Say("ForumPersonErased")),
    ("get", "/api/v1/{pillar}/activities", "The pillar's activities, also what is on its way", Look),
    ("post", "/api/v1/{pillar}/activities", "Report an activity", Send("Report")),
    ("get", "/api/v1/{pillar}/activities/{id}", "One of them", Look),
    ("post", "/api/v1/{pillar}/activities/{id}/revisions", "Revise or correct it", Send("Revision")),
    (
        "post",
        "/api/v1/{pillar}/activities/{id}/participation",
        "Record attendances",
        Say("ActivityParticipationRecorded"),
    ),
    ("post", "/api/v1/{pillar}/activities/{id}/documents", "Attach a document", Attach),
    ("post", "/api/v1/{pillar}/activities/{id}/submission", "Submit it to the Directorate", Send("Note")),
    ("post", "/api/v1/{pillar}/activities/{id}/withdrawal", "Withdraw it, with a reason", Send("Withdrawal")),
    (
        "post",
        "/api/v1/{pillar}/activities/{id}/resolution",
        "What was refused has been read; something else can be said",
        Send("Nothing"),
    ),
    ("get", "/api/v1/{pillar}/updates/{id}", "How far an update is on its way, with its receipts", Look),
    ("post", "/api/v1/{pillar}/imports", "Check a spreadsheet or an IATI file", File),
    ("get", "/api/v1/{pillar}/imports/{id}", "The check, row by row", Look),
    ("post", "/api/v1/{pillar}/imports/{id}/mapping", "Say which column is what", Send("Mapping")),
    ("get", "/api/v1/{pillar}/imports/{id}/commit", "How far it is saved", Look),
    ("post", "/api/v1/{pillar}/imports/{id}/commit", "Save all or chosen rows", Send("Commit")),
];

/// Bodies that are no event's data.
fn bodies() -> Value {
    let object = |properties: Value, required: Value| {
        json!({
            "type": "object", "additionalProperties": false, "properties": properties, "required": required,
        })
    };
    let (text, revision) = (json!({ "type": "string" }), json!({ "type": "integer", "minimum": 1 }));
    let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    json!({
        "Return": object(json!({ "revision": revision, "reason": text }), json!(["revision", "reason"])),
        "Validation": object(json!({ "revision": revision, "note": text }), json!(["revision"])),
        "Acknowledgement": object(json!({ "revision": revision }), json!(["revision"])),
        "Membership": object(
            json!({ "name": text, "contact": text, "on": { "type": "string", "format": "date" }, "pillar": schema("Pillar") }),
            json!(["name", "on"]),
        ),
        "Report": object(
            json!({
                "details": schema("ActivityDetails"),
                "participation": schema("ActivityParticipationRecorded"),
                "commitments": { "type": "array", "items": schema("CommitmentMade") },
                "submit": { "type": "boolean", "default": false },
                "time": { "type": "string", "format": "date-time" },
            }),
            json!(["details"]),
        ),
        "Revision": object(
            json!({ "details": schema("ActivityDetails"), "reason": text }),
            json!(["details"]),
        ),
        "Note": object(json!({ "note": text }), json!([])),
        "Withdrawal": object(json!({ "reason": text }), json!(["reason"])),
        "Nothing": { "type": "object" },
        "Mapping": { "type": "object", "description": "As the check gives it under `mapping`." },
        "Commit": { "type": "object", "description": "The chosen rows; all that can be saved where none is named." },
        "Saved": {
            "type": "object",
            "description": "What was saved. Ask again under the same key, or at Location, until it has its receipt.",
        },
        "Receipt": {
            "type": "object",
            "required": ["position", "recordedAt", "leafHash"],
            "properties": {
                "position": { "type": "integer" },
                "recordedAt": { "type": "string", "format": "date-time" },
                "leafHash": text,
            },
        },
        "Problem": {
            "type": "object",
            "description": "RFC 9457. `recorded` says whether anything was recorded, `next` what to do.",
            "required": ["type", "title", "status", "detail", "code", "recorded", "error_id"],
            "properties": {
                "type": text, "title": text, "status": { "type": "integer" }, "detail": text, "code": text,
                "recorded": text, "next": text, "error_id": text,
                "errors": {
                    "type": "array",
                    "items": object(json!({ "detail": text, "pointer": text }), json!(["detail", "pointer"])),
                },
            },
        },
    })
}

/// The comment above something in the contract.
fn comments() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for file in contract().files() {
        let proto = file.file_descriptor_proto();
        let locations = proto.source_code_info.iter().flat_map(|info| &info.location);
        let said: BTreeMap<Vec<i32>, String> = locations
            .map(|it| {
                (it.path.clone(), it.leading_comments().split_whitespace().collect::<Vec<_>>().join(" "))
            })
            .collect();
        for message in file.messages() {
            let mut take = |path: &[i32], name: &str| {
                let words = said.get(path).cloned().unwrap_or_default();
                all.insert(name.to_owned(), words);
            };
            take(message.path(), message.full_name());
            message.fields().for_each(|field| take(field.path(), field.full_name()));
        }
    }
    all
}

fn one(kind: Kind) -> Value {
    match kind {
        Kind::Message(message) if message.full_name() == "google.protobuf.Timestamp" => {
            json!({ "type": "string", "format": "date-time" })
        }
        Kind::Message(message) => json!({ "$ref": format!("#/components/schemas/{}", message.name()) }),
        Kind::Enum(of) => {
            let names: Vec<String> = of.values().skip(1).map(|value| value.name().to_owned()).collect();
            json!({ "type": "string", "enum": names })
        }
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Int32 => json!({ "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX }),
        Kind::Uint32 => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        // As proto3 JSON writes them, because JavaScript cannot hold them all.
        Kind::Uint64 => json!({ "type": "string", "pattern": "^[0-9]+$" }),
        Kind::String => json!({ "type": "string" }),
        Kind::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
        other => panic!("{other:?} has no schema here"),
    }
}

fn property(field: &FieldDescriptor, words: &str) -> Value {
    let mut schema = if field.is_map() {
        let value = field.kind().as_message().unwrap().map_entry_value_field();
        json!({ "type": "object", "additionalProperties": one(value.kind()) })
    } else if field.cardinality() == Cardinality::Repeated {
        json!({ "type": "array", "items": one(field.kind()) })
    } else {
        one(field.kind())
    };
    if !words.is_empty() {
        schema["description"] = json!(words);
    }
    schema
}

fn schema(message: &MessageDescriptor, comments: &BTreeMap<String, String>) -> Value {
    let words = |name: &str| comments.get(name).map_or("", String::as_str);
    let fields = || message.fields();
    let properties: Map<String, Value> =
        fields().map(|it| (it.json_name().to_owned(), property(&it, words(it.full_name())))).collect();
    let required: Vec<String> = fields().filter(is_required).map(|it| it.json_name().to_owned()).collect();
    let mut schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    // A message that is one of several: exactly one of its fields.
    let is_choice = |it: &FieldDescriptor| it.containing_oneof().is_some_and(|of| !of.is_synthetic());
    if fields().len() > 0 && fields().all(|it| is_choice(&it)) {
        (schema["minProperties"], schema["maxProperties"]) = (json!(1), json!(1));
    }
    if !words(message.full_name()).is_empty() {
        schema["description"] = json!(words(message.full_name()));
    }
    schema
}

fn operation(path: &str, what: &str, shape: &Shape) -> Value {
    let mut parameters = Vec::new();
    let mut in_path = |name: &str, schema: Value| {
        if path.contains(&format!("{{{name}}}")) {
            parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
        }
    };
    in_path("pillar", json!({ "enum": ["apsc", "aec", "ascc"] }));
    in_path("id", json!({ "type": "string", "format": "uuid" }));
    let json_of = |name: &str| json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } });
    let mut answers = json!({ "default": {
        "description": "Not done; problem details say why and what to do",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    } });
    let mut body = None;
    match shape {
        Read => {
            for (name, words) in [("at", "as of this position"), ("on", "as of the end of this day in Dili")]
            {
                parameters.push(json!({ "name": name, "in": "query", "description": words, "schema": { "type": "string" } }));
            }
            answers["200"] = json!({ "description": what, "content": { "application/json": {} } });
        }
        Look => answers["200"] = json!({ "description": what, "content": { "application/json": {} } }),
        Say(name) | Send(name) => {
            parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
            body = Some(json!({ "required": true, "content": json_of(name) }));
            answers["200"] = json!({ "description": "Recorded", "content": json_of("Saved") });
            answers["202"] =
                json!({ "description": "Saved; on its way into the record", "content": json_of("Saved") });
        }
        Attach => {
            parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
            parameters.push(json!({ "name": "name", "in": "query", "description": "The file's name", "schema": { "type": "string" } }));
            body = Some(json!({ "required": true, "content": { "*/*": {} } }));
            answers["200"] = json!({ "description": "Recorded", "content": json_of("Saved") });
            answers["202"] =
                json!({ "description": "Saved; on its way into the record", "content": json_of("Saved") });
        }
        File => {
            parameters.push(json!({ "name": "name", "in": "query", "description": "The file's name", "schema": { "type": "string" } }));
            body = Some(json!({ "required": true, "content": { "application/octet-stream": {} } }));
            answers["201"] = json!({ "description": "The check", "content": { "application/json": {} } });
        }
    }
    let mut operation = json!({ "summary": what, "parameters": parameters, "responses": answers });
    if let Some(body) = body {
        operation["requestBody"] = body;
    }
    operation
}

fn document() -> Value {
    let comments = comments();
    let mut schemas: Map<String, Value> = messages(&contract())
        .map(|message| (message.name().to_owned(), schema(&message, &comments)))
        .collect();
    for (name, body) in bodies().as_object().unwrap() {
        assert!(schemas.insert(name.clone(), body.clone()).is_none(), "{name} is a message of the contract");
    }
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for (method, path, what, shape) in OPERATIONS {
        let described = operation(path, what, shape);
        assert!(
            paths.entry(path).or_default().insert((*method).to_owned(), described).is_none(),
            "{path} twice"
        );
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tais",
            "version": "1",
            "description": "What is sent under an Idempotency-Key is safe to send again: the same gives the same answer, \
                            something else is a conflict and changes nothing.",
        },
        "security": [{ "password": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "password": { "type": "http", "scheme": "basic" } },
            "parameters": { "IdempotencyKey": {
                "name": "Idempotency-Key", "in": "header",
                "description": "A UUID of version 7, made by the client before it sends",
                "schema": { "type": "string", "format": "uuid" },
            } },
            "schemas": schemas,
        },
    })
}

#[test]
fn the_description_is_what_the_contract_says() {
    let text = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    let file = crate_dir().join("openapi.json");
    if std::env::var_os("TAIS_WRITE_OPENAPI").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == text, "openapi.json is not what the contract says: see the first lines of this test");
}

/// The schema of a part of the document, with all the others at hand.
fn validator(name: &str) -> jsonschema::Validator {
    let schemas = document()["components"].clone();
    let schema = json!({ "$ref": format!("#/components/schemas/{name}"), "components": schemas });
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn every_example_of_the_contract_has_its_schemas_shape() {
    for (name, bytes) in examples() {
        let example: Value = serde_json::from_slice(&bytes).unwrap();
        let event_type = tais_proto::EventType::parse(example["type"].as_str().unwrap()).unwrap();
        let message = event_type.message_name().rsplit('.').next().unwrap();
        let schema = validator(message);
        let wrong: Vec<String> = schema
            .iter_errors(&example["data"])
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        // A field that nobody knows is refused, as it is by the service.
        let mut altered = example["data"].clone();
        altered["noSuchField"] = json!(1);
        assert!(!schema.is_valid(&altered), "{name}");
    }
}
