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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_shapes_that_sources_use_are_codes() {
        for text in ["NAP2-P1.1", "CEDAW/C/TLS/CO/2-3/Add.1", "X-ATAURO", "SDG-5.a", "A"] {
            assert_eq!(text.parse::<ItemCode>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_refused_with_its_text() {
        let long = "A".repeat(CODE_BYTES_MAX + 1);
        for text in ["", " A", "A ", "A;B", "Díli", "A\n", long.as_str()] {
            let error = text.parse::<ItemCode>().unwrap_err().to_string();
            assert!(error.contains("cannot be a code"), "{error}");
            assert!(serde_json::from_value::<ItemCode>(text.into()).is_err(), "{text}");
        }
        assert!("A".repeat(CODE_BYTES_MAX).parse::<ItemCode>().is_ok());
    }

    proptest! {
        #[test]
        fn a_code_survives_json_and_is_only_its_text(text in "[A-Za-z0-9.&/()_-]{1,40}") {
            let code: OrgCode = text.parse().unwrap();
            let json = serde_json::to_string(&code).unwrap();
            prop_assert_eq!(&json, &format!("\"{text}\""));
            prop_assert_eq!(serde_json::from_str::<OrgCode>(&json).unwrap(), code);
        }

        #[test]
        fn whatever_is_taken_has_the_shape(text in any::<String>()) {
            if let Ok(code) = text.parse::<BodyCode>() {
                prop_assert!(!code.as_str().is_empty() && code.as_str().len() <= CODE_BYTES_MAX);
                prop_assert!(code.as_str().is_ascii());
            }
        }
    }
}
