//! Keys under a name, as signed notes and cosignatures know them (C2SP signed-note and
//! tlog-cosignature), written as vkeys: `<name>+<id>+<base64 of type and key>`.

use std::fmt;
use std::str::FromStr;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Serialize};
use tais_proto::{PublicKey, SigningKey};

/// What a key signs, with the number that the formats give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// A log's, that signs notes: Ed25519.
    Log = 0x01,
    /// A witness's, that signs cosignatures: Ed25519, cosignature/v1.
    Witness = 0x04,
}

/// Why a text is no key.
#[derive(Debug, thiserror::Error)]
pub enum NoteKeyError {
    /// It is not written as one.
    #[error("\"{0}\" is no verifier key: it is written <name>+<8 hexadecimal digits>+<base64>")]
    Format(String),
    /// A name that no note could carry.
    #[error("\"{0}\" cannot name a key: it must not be empty, nor contain a space or a plus")]
    Name(String),
    /// A type that this software does not know.
    #[error(
        "the key {0} is of type {1:#04x}: only Ed25519 keys of logs (0x01) and witnesses (0x04) are known"
    )]
    Type(String, u8),
    /// The digits are not those of the key.
    #[error("the key {0} does not fit its own id: it was mistyped or altered")]
    Id(String),
    /// No usable key.
    #[error("the key {0} is no usable Ed25519 key")]
    Weak(String),
}

/// A public key under a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NoteKey {
    name: String,
    key_type: KeyType,
    key: PublicKey,
}

impl NoteKey {
    /// A key under this name.
    ///
    /// # Errors
    /// When a note cannot carry the name.
    pub fn new(name: &str, key_type: KeyType, key: PublicKey) -> Result<Self, NoteKeyError> {
        if signed_note::is_key_name_valid(name) && !name.chars().any(char::is_control) {
            Ok(Self { name: name.to_owned(), key_type, key })
        } else {
            Err(NoteKeyError::Name(name.to_owned()))
        }
    }

    /// Its name; a log's is its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    #[must_use]
    pub const fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// The key itself.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.key
    }

    /// The first four bytes of SHA-256 over name, newline, type and key.
    #[must_use]
    pub fn id(&self) -> u32 {
        signed_note::key_id(&self.name, &self.bytes())
    }

    /// Whether this is the private half.
    #[must_use]
    pub fn is_of(&self, key: &SigningKey) -> bool {
        self.key == key.public_key()
    }

    fn bytes(&self) -> Vec<u8> {
        [&[self.key_type as u8][..], &self.key.to_bytes()].concat()
    }
}

impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.id(), BASE64_STANDARD.encode(self.bytes()))
    }
}

impl FromStr for NoteKey {
    type Err = NoteKeyError;

    fn from_str(text: &str) -> Result<Self, NoteKeyError> {
        let format = || NoteKeyError::Format(text.to_owned());
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(format());
        };
        let bytes = BASE64_STANDARD.decode(key).map_err(|_| format())?;
        let Some((key_type, raw)) = bytes.split_first() else { return Err(format()) };
        let key_type = match key_type {
            0x01 => KeyType::Log,
            0x04 => KeyType::Witness,
            other => return Err(NoteKeyError::Type(name.to_owned(), *other)),
        };
        let public = PublicKey::from_bytes(raw).map_err(|_| NoteKeyError::Weak(name.to_owned()))?;
        let key = Self::new(name, key_type, public)?;
        if id == format!("{:08x}", key.id()) { Ok(key) } else { Err(NoteKeyError::Id(name.to_owned())) }
    }
}

impl TryFrom<String> for NoteKey {
    type Error = NoteKeyError;

    fn try_from(text: String) -> Result<Self, NoteKeyError> {
        text.parse()
    }
}

impl From<NoteKey> for String {
    fn from(key: NoteKey) -> Self {
        key.to_string()
    }
}
