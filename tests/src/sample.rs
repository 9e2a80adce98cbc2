//! An activity to send.

use serde_json::{Value, json};
use tais_proto::event::activity::{ActivityDetails, ActivityParticipationRecorded};

/// A training of a pillar, as JSON.
#[must_use]
pub fn details(pillar: &str, title: &str) -> Value {
    json!({
        "pillar": format!("PILLAR_{}", pillar.to_uppercase()),
        "memberState": "TL",
        "kind": "ACTIVITY_KIND_TRAINING",
        "title": { "en": title },
        "starts": "2026-11-20",
        "ends": "2026-11-21",
        "occurrence": "OCCURRENCE_HELD",
        "venue": { "place": "Salão Nobre", "city": "Dili", "country": "Timor-Leste" },
        "sectoralBodies": [{ "code": "ACW" }],
        "partners": [{ "code": "UNWOMEN" }],
        "frameworkItems": ["WPS-PART", "NAP2-P1.1"],
        "genderMarker": { "score": "GENDER_SCORE_PRINCIPAL", "reason": "Women’s leadership is its aim." },
    })
}

/// The same, as a value.
///
/// # Errors
/// Never: the JSON is of the contract.
pub fn typed(pillar: &str, title: &str) -> serde_json::Result<ActivityDetails> {
    serde_json::from_value(details(pillar, title))
}

/// So many women and men, as JSON.
#[must_use]
pub fn participation(women: u32, men: u32) -> Value {
    let cell = |sex: &str, number: u32| {
        json!({
            "role": "PARTICIPANT_ROLE_PARTICIPANT", "sex": sex, "age": "AGE_BAND_UNKNOWN",
            "count": { "qualifier": "QUALIFIER_EXACT", "number": number },
        })
    };
    json!({ "counts": [cell("SEX_FEMALE", women), cell("SEX_MALE", men)] })
}

/// The same, as a value.
///
/// # Errors
/// Never: the JSON is of the contract.
pub fn typed_participation(women: u32, men: u32) -> serde_json::Result<ActivityParticipationRecorded> {
    serde_json::from_value(participation(women, men))
}
