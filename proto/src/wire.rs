//! What every shape on the wire shares: JSON read with the place of what is wrong in it, and the one macro behind every
//! closed vocabulary (a Rust enum, its proto3 JSON name and its short code).

use serde::Deserialize;

/// What is wrong with JSON, and where: `details.kind`, or nothing for the whole.
#[derive(Debug)]
pub(crate) struct Unfit {
    pub path: String,
    pub problem: String,
}

/// Reads a value of JSON that is all of the bytes. Nearly all of them fit, and are read without keeping track of the
/// place, which only an error needs; what does not fit is read once more for it.
pub(crate) fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Unfit> {
    serde_json::from_slice(bytes).or_else(|_| {
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = error.path().to_string();
            Unfit {
                path: if path == "." { String::new() } else { path },
                problem: error.into_inner().to_string(),
            }
        })?;
        let after = |error: serde_json::Error| Unfit { path: String::new(), problem: error.to_string() };
        deserializer.end().map_err(after)?;
        Ok(value)
    })
}

/// Declares an enum whose serde form is the proto3 JSON name (`"PILLAR_APSC"`) and whose short
/// lower-case code (`"apsc"`) serves in subjects, URLs, tables and message keys.
macro_rules! wire_enum {
    (
        $(#[$meta:meta])*
        $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $wire:literal / $code:literal ),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $( $(#[$vmeta])* #[serde(rename = $wire)] $variant ),+
        }

        impl $name {
            /// Every value, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The short lower-case code used in subjects, URLs, tables and message keys.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The name on the wire (proto3 JSON).
            #[must_use]
            pub const fn wire_name(self) -> &'static str {
                match self { $(Self::$variant => $wire),+ }
            }

            /// The value with this short code, if there is one.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

pub(crate) use wire_enum;
