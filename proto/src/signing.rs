//! Signatures: Ed25519 over the exact envelope bytes with DSSE pre-authentication encoding
//! (<https://github.com/secure-systems-lab/dsse/blob/master/protocol.md>), verified before anything
//! is parsed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use curve25519_dalek::edwards::EdwardsPoint;
use ed25519_dalek::{Signer as _, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use crate::ids::KeyId;

/// The media type that a signature binds: structured-mode CloudEvents.
pub const ENVELOPE_MEDIA_TYPE: &str = "application/cloudevents+json";

/// What is signed: `DSSEv1 <len(type)> <type> <len(body)> <body>`, lengths in decimal bytes.
#[must_use]
pub fn pre_authentication_encoding(media_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {} {} ", media_type.len(), media_type, body.len());
    [head.as_bytes(), body].concat()
}

/// Something wrong with a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not 32 bytes in base64.
    #[error("a public key is 32 bytes in base64")]
    Encoding,
    /// Not a point of the curve, or one of small order, with which anybody could sign anything.
    #[error("this is not a usable Ed25519 public key: make a new one")]
    Weak,
}

/// An Ed25519 public key. On the wire base64 (proto3 JSON `bytes`).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads 32 raw bytes.
    ///
    /// # Errors
    /// When they are not a usable key.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| KeyError::Encoding)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Weak)?;
        if key.is_weak() { Err(KeyError::Weak) } else { Ok(Self(key)) }
    }

    /// The 32 raw bytes.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Whether this key signed exactly this message (strict verification). Envelopes are signed with an
    /// encoding of their own: see [`Signed::verify`].
    #[must_use]
    pub fn verify(self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0.verify_strict(message, &signature).is_ok()
    }

    /// The point that the key is.
    pub(crate) fn point(self) -> EdwardsPoint {
        self.0.to_edwards()
    }

    /// The key's name: the first 16 hexadecimal digits of SHA-256 over its bytes.
    ///
    /// # Panics
    /// Never: 8 bytes are always 16 hexadecimal digits.
    #[must_use]
    pub fn key_id(self) -> KeyId {
        let digest = Sha256::digest(self.to_bytes());
        hex::encode(&digest[..8]).parse().expect("16 hexadecimal digits")
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.key_id())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.to_bytes()))
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(|_| de::Error::custom(KeyError::Encoding))?;
        Self::from_bytes(&bytes).map_err(de::Error::custom)
    }
}

/// A private key. Made from a seed that the caller draws; this crate has no randomness.
#[derive(Clone)]
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    id: KeyId,
}

impl SigningKey {
    /// The key of a 32-byte seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let id = PublicKey(key.verifying_key()).key_id();
        Self { key, id }
    }

    /// Its public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.key.verifying_key())
    }

    /// Its name.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.id.clone()
    }

    /// Signs a message as it is, for formats that say themselves what they are. Envelopes are signed by
    /// [`SigningKey::sign`].
    #[must_use]
    pub fn sign_message(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }

    /// Signs the exact bytes of an envelope.
    #[must_use]
    pub fn sign(&self, bytes: impl Into<Bytes>) -> Signed {
        let bytes = bytes.into();
        let signature = self.sign_message(&pre_authentication_encoding(ENVELOPE_MEDIA_TYPE, &bytes));
        Signed { bytes, signature }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, secret)", self.key_id())
    }
}

/// Exact envelope bytes with the signature over them: the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The envelope, exactly as it was signed.
    pub bytes: Bytes,
    /// The Ed25519 signature.
    pub signature: [u8; 64],
}

impl Signed {
    /// Whether this key signed exactly these bytes (strict verification).
    #[must_use]
    pub fn verify(&self, key: PublicKey) -> bool {
        key.verify(&pre_authentication_encoding(ENVELOPE_MEDIA_TYPE, &self.bytes), &self.signature)
    }

    /// SHA-256 of the envelope bytes, in lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        sha256_hex(&self.bytes)
    }

    /// The signature as the header carries it: base64.
    #[must_use]
    pub fn signature_header(&self) -> String {
        STANDARD.encode(self.signature)
    }
}

/// Reads a signature from its header form.
#[must_use]
pub fn parse_signature_header(text: &str) -> Option<[u8; 64]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// SHA-256 in lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
