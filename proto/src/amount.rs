//! Numbers with their meaning: qualified counts and money.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::vocabulary::Qualifier;

/// A count as its source gives it. Only [`Qualifier::Exact`] counts enter figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quantity {
    /// What the number is worth.
    pub qualifier: Qualifier,
    /// The number, in attendances (not people).
    #[serde(default)]
    pub number: u32,
}

impl Quantity {
    /// Exactly this many.
    #[must_use]
    pub const fn exact(number: u32) -> Self {
        Self { qualifier: Qualifier::Exact, number }
    }

    /// The number, if it is exact.
    #[must_use]
    pub fn if_exact(self) -> Option<u32> {
        (self.qualifier == Qualifier::Exact).then_some(self.number)
    }
}

/// Money in US cents (the currency of Timor-Leste is the US dollar).
///
/// On the wire a `uint64`, which proto3 JSON writes as a string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(pub u64);

impl Serialize for Cents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_u64(self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Cents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_u64(deserializer).map(Self)
    }
}

/// proto3 JSON writes 64-bit integers as strings, because JavaScript cannot hold them all.
pub(crate) fn serialize_u64<S: Serializer>(value: u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&value)
}

/// Accepts a string or a number, as proto3 JSON does.
pub(crate) fn deserialize_u64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Visitor;
    impl de::Visitor<'_> for Visitor {
        type Value = u64;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number from 0, as a string or a number")
        }
        fn visit_u64<E: de::Error>(self, value: u64) -> Result<u64, E> {
            Ok(value)
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
            text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }
    deserializer.deserialize_any(Visitor)
}
