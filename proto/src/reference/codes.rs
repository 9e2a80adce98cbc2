//! Codes of the reference data: thin newtypes, so that a body's code never stands where an item's
//! belongs. Whether a code exists is a question to [`super::Reference`], not to its shape.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

/// The longest code, in bytes.
pub const CODE_BYTES_MAX: usize = 40;

/// A text that cannot be a code.
#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" cannot be a code: 1 to {CODE_BYTES_MAX} letters, digits, blanks or any of . & / ( ) - _")]
pub struct CodeError(String);

fn check(text: &str) -> Result<&str, CodeError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " .&/()-_".contains(c);
    let shaped = !text.is_empty() && text.len() <= CODE_BYTES_MAX && text.trim() == text;
    if shaped && text.chars().all(allowed) {
        Ok(text)
    } else {
        Err(CodeError(text.chars().take(CODE_BYTES_MAX).collect()))
    }
}

macro_rules! code {
    ($(#[$meta:meta] $name:ident),+ $(,)?) => { $(
        #[$meta]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The code as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = CodeError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                check(text).map(|text| Self(text.to_owned()))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )+ };
}

code! {
    /// A framework, such as the second national action plan.
    FrameworkCode,
    /// An item of a framework, such as `WPS-PART`.
    ItemCode,
    /// An ASEAN body.
    BodyCode,
    /// An organisation.
    OrgCode,
    /// A member state: ISO 3166-1 alpha-2, upper case.
    StateCode,
    /// A municipality of Timor-Leste.
    MunicipalityCode,
}
