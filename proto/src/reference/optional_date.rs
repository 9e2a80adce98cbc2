//! serde for a day that may be absent, as `2026-11-24`.

use serde::{Deserialize, Deserializer, de};

use crate::when::{Date, parse_iso_date};

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| parse_iso_date(&text).map_err(de::Error::custom)).transpose()
}
