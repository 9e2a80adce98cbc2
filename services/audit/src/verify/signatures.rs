//! Whether every entry is signed by its key: of many at once, and one by one to name the one that is not.
//!
//! Many at once is the batch equation of ZIP 215 (<https://zips.z.cash/zip-0215>), which holds whenever each signature
//! does. It lets through some that RFC 8032 leaves open and that only the holder of the key can make; the recorder
//! records none of them.

use ed25519_zebra::VerificationKeyBytes;
use ed25519_zebra::batch::Verifier;
use rand::rngs::OsRng;
use tais_proto::signing::{ENVELOPE_MEDIA_TYPE, pre_authentication_encoding};
use tais_proto::{PublicKey, Signed};

use super::cores::on_every_core;
use super::problem::Wrong;

/// An entry's signature, and the key that must have made it.
pub struct Signature {
    pub position: u64,
    pub signed: Signed,
    pub key: PublicKey,
}

impl Signature {
    fn holds(&self) -> bool {
        self.signed.verify(self.key)
    }
}

/// That all of them hold.
///
/// # Errors
/// The first that does not.
pub fn verify_all(signatures: &[Signature]) -> Result<(), Wrong> {
    let first_bad = on_every_core(signatures, |part| {
        if hold_together(part) { None } else { part.iter().find(|signature| !signature.holds()) }
    });
    match first_bad.into_iter().flatten().next() {
        None => Ok(()),
        Some(bad) => Err(Wrong::Signature { position: bad.position, key: bad.key.key_id().to_string() }),
    }
}

fn hold_together(signatures: &[Signature]) -> bool {
    let mut batch = Verifier::new();
    for Signature { signed, key, .. } in signatures {
        let message = pre_authentication_encoding(ENVELOPE_MEDIA_TYPE, &signed.bytes);
        batch.queue((VerificationKeyBytes::from(key.to_bytes()), signed.signature.into(), &message));
    }
    batch.verify(OsRng).is_ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{Signature, verify_all};
    use crate::verify::Wrong;
    use tais_proto::SigningKey;

    /// Signatures of three keys over what they sign.
    fn signatures(count: u64) -> Vec<Signature> {
        let keys = [1, 2, 3].map(|seed| SigningKey::from_seed(&[seed; 32]));
        let one = |position: u64| {
            let key = &keys[usize::try_from(position % 3).unwrap()];
            let signed = key.sign(format!("entry {position}").into_bytes());
            Signature { position, signed, key: key.public_key() }
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn the_first_bad_one_is_named() {
        for count in [0, 1, 2, 100] {
            verify_all(&signatures(count)).unwrap();
        }
        for bad in 0..40 {
            let mut altered = signatures(40);
            for at in (bad..40).step_by(7) {
                match at % 3 {
                    0 => altered[at].signed.bytes = altered[at].signed.bytes.slice(1..),
                    1 => altered[at].signed.signature[at % 64] ^= 1,
                    _ => altered[at].key = SigningKey::from_seed(&[9; 32]).public_key(),
                }
            }
            let found = verify_all(&altered).unwrap_err();
            assert!(
                matches!(found, Wrong::Signature { position, .. } if position == bad as u64),
                "{found:?}"
            );
        }
    }
}
