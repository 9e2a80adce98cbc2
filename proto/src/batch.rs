//! Many signatures at once, as strict as one by one.
//!
//! One equation holds for all of them, each with a random factor (Bernstein and others, "High-speed high-security
//! signatures", section 5, <https://ed25519.cr.yp.to/ed25519-20110926.pdf>). It is blind to points of small order: the
//! holder of a key could make signatures that it lets through and that a verifier of single ones refuses. What it is
//! blind to lies either in a key or in the signature's point R, so both are shown to have no such part. Of many points R
//! this is seen on sums of random halves of them: where one has such a part, a sum has none with a chance of one half at
//! most. No crate takes points that are decoded already.

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{Identity as _, IsIdentity as _, VartimeMultiscalarMul as _};
use rand_core::{CryptoRng, RngCore};
use sha2::{Digest as _, Sha512};

use crate::signing::{ENVELOPE_MEDIA_TYPE, PublicKey, Signed, pre_authentication_encoding};

/// From so many on it is quicker than one by one.
pub const FEWEST: usize = 64;
/// Sums that are looked at: who has a key gets a forgery of this kind through with a chance of 2⁻⁴⁰ a try, and each
/// try is set aside under their name.
const SUMS: usize = 40;
/// Points whose partial sums are tabled together.
const TOGETHER: usize = 4;

/// Whether [`Signed::verify`] holds for each of these. `false` says nothing of any of them: look one by one.
#[must_use]
pub fn all_verify(signed: &[(PublicKey, &Signed)], random: &mut (impl RngCore + CryptoRng)) -> bool {
    // Σ zᵢ·Rᵢ + Σ (Σ zᵢ·kᵢ)·A − (Σ zᵢ·sᵢ)·B is the identity, with kᵢ = SHA-512(R, A, message) and zᵢ random.
    let mut keys: Vec<(PublicKey, Scalar)> = Vec::new();
    let (mut points, mut factors) = (Vec::with_capacity(signed.len()), Vec::with_capacity(signed.len()));
    let mut of_base = Scalar::ZERO;
    for (key, signed) in signed {
        let (r, s) = signed.signature.split_at(32);
        let (Some(point), Some(s)) = (point(r), scalar(s)) else { return false };
        let message = pre_authentication_encoding(ENVELOPE_MEDIA_TYPE, &signed.bytes);
        let hash = Sha512::new().chain_update(r).chain_update(key.to_bytes()).chain_update(message);
        let z = factor(random);
        let zk = z * Scalar::from_hash(hash);
        match keys.iter_mut().find(|(known, _)| known == key) {
            Some((_, sum)) => *sum += zk,
            None => keys.push((*key, zk)),
        }
        of_base += z * s;
        points.push(point);
        factors.push(z);
    }
    if !keys.iter().all(|(key, _)| key.point().is_torsion_free()) || !are_torsion_free(&points, random) {
        return false;
    }
    for (key, sum) in keys {
        points.push(key.point());
        factors.push(sum);
    }
    points.push(ED25519_BASEPOINT_POINT);
    factors.push(-of_base);
    EdwardsPoint::vartime_multiscalar_mul(&factors, &points).is_identity()
}

/// A signature's R, in its one encoding and not of small order.
fn point(r: &[u8]) -> Option<EdwardsPoint> {
    let encoded = CompressedEdwardsY::from_slice(r).ok()?;
    let point = encoded.decompress().filter(|point| !point.is_small_order())?;
    is_reduced(encoded.as_bytes()).then_some(point)
}

/// A signature's s, in its one encoding.
fn scalar(s: &[u8]) -> Option<Scalar> {
    Scalar::from_canonical_bytes(s.try_into().ok()?).into_option()
}

/// 128 random bits: that a false equation holds has a chance of 2⁻¹²⁸.
fn factor(random: &mut (impl RngCore + CryptoRng)) -> Scalar {
    Scalar::from(u128::from(random.next_u64()) << 64 | u128::from(random.next_u64()))
}

/// Whether y is less than 2²⁵⁵ − 19. With a point that is not of small order x is not zero, so its sign is no second way
/// to write it.
fn is_reduced(encoded: &[u8; 32]) -> bool {
    let [first, between @ .., last] = encoded;
    last & 0x7f != 0x7f || *first < 0xed || between.iter().any(|byte| *byte != 0xff)
}

fn are_torsion_free(points: &[EdwardsPoint], random: &mut impl RngCore) -> bool {
    let mut sums = [EdwardsPoint::identity(); SUMS];
    for some in points.chunks(TOGETHER) {
        let mut table = [EdwardsPoint::identity(); 1 << TOGETHER];
        for index in 1..1_usize << some.len() {
            let lowest = index.trailing_zeros() as usize;
            table[index] = table[index & (index - 1)] + some[lowest];
        }
        let coins: [u64; TOGETHER] = std::array::from_fn(|_| random.next_u64());
        for (bit, sum) in sums.iter_mut().enumerate() {
            let taken = |place: usize| usize::from(coins[place] >> bit & 1 == 1) << place;
            *sum += table[(0..some.len()).map(taken).sum::<usize>()];
        }
    }
    sums.iter().all(|sum| sum.is_identity() || sum.is_torsion_free())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
    use curve25519_dalek::scalar::Scalar;
    use ed25519_zebra::VerificationKeyBytes;
    use ed25519_zebra::batch::Verifier;
    use proptest::prelude::*;
    use rand_core::OsRng;
    use sha2::{Digest as _, Sha512};

    use super::{EdwardsPoint, PublicKey, Signed, all_verify, is_reduced};
    use crate::SigningKey;
    use crate::signing::{ENVELOPE_MEDIA_TYPE, pre_authentication_encoding};

    /// A signature by who knows the key, with parts of small order in the key and in R.
    fn forged(secret: u64, in_key: EdwardsPoint, in_r: EdwardsPoint, bytes: Vec<u8>) -> (PublicKey, Signed) {
        let (secret, nonce) = (Scalar::from(secret + 2), Scalar::from(77_u64));
        let key = (ED25519_BASEPOINT_POINT * secret + in_key).compress();
        let r = (ED25519_BASEPOINT_POINT * nonce + in_r).compress();
        let message = pre_authentication_encoding(ENVELOPE_MEDIA_TYPE, &bytes);
        let k = Scalar::from_hash(
            Sha512::new().chain_update(r.as_bytes()).chain_update(key.as_bytes()).chain_update(message),
        );
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(r.as_bytes());
        signature[32..].copy_from_slice((nonce + k * secret).as_bytes());
        (PublicKey::from_bytes(key.as_bytes()).unwrap(), Signed { bytes: bytes.into(), signature })
    }

    fn batch_equation_holds(key: PublicKey, signed: &Signed) -> bool {
        let mut batch = Verifier::new();
        let message = pre_authentication_encoding(ENVELOPE_MEDIA_TYPE, &signed.bytes);
        batch.queue((VerificationKeyBytes::from(key.to_bytes()), signed.signature.into(), &message));
        batch.verify(OsRng).is_ok()
    }

    fn honest(count: usize) -> Vec<(PublicKey, Signed)> {
        let key = SigningKey::from_seed(&[7; 32]);
        (0..count).map(|n| (key.public_key(), key.sign(format!("entry {n}").into_bytes()))).collect()
    }

    fn all(signed: &[(PublicKey, Signed)]) -> bool {
        let signed: Vec<_> = signed.iter().map(|(key, signed)| (*key, signed)).collect();
        all_verify(&signed, &mut OsRng)
    }

    #[test]
    fn what_only_the_batch_equation_lets_through_is_not_let_through() {
        for torsion in EIGHT_TORSION.iter().skip(1) {
            for (in_key, in_r) in
                [(EIGHT_TORSION[0], *torsion), (*torsion, EIGHT_TORSION[0]), (*torsion, *torsion)]
            {
                let (key, signed) = forged(3, in_key, in_r, b"said otherwise".to_vec());
                assert!(batch_equation_holds(key, &signed), "else this shows nothing");
                let mut batch = honest(99);
                batch.insert(50, (key, signed));
                assert!(!all(&batch));
            }
        }
        assert!(all(&honest(99)) && all(&[]));
    }

    #[test]
    fn one_number_has_one_encoding() {
        let p = |low: u8| {
            let mut bytes = [0xff; 32];
            bytes[0] = low;
            bytes[31] = 0x7f;
            bytes
        };
        assert!(
            is_reduced(&p(0xec)) && !is_reduced(&p(0xed)) && !is_reduced(&[0xff; 32]) && is_reduced(&[0; 32])
        );
    }

    proptest! {
        /// All together hold only if each holds, and honest ones do.
        #[test]
        fn together_is_no_more_than_one_by_one(
            kinds in prop::collection::vec((0..4_u8, 1..8_usize, any::<u64>()), 1..20),
        ) {
            let mut batch = honest(20);
            for (kind, torsion, secret) in kinds {
                let secret = secret >> 1;
                let bytes = secret.to_be_bytes().to_vec();
                let [none, some] = [EIGHT_TORSION[0], EIGHT_TORSION[torsion]];
                let (key, mut signed) = match kind {
                    1 => forged(secret, none, some, bytes),
                    2 => forged(secret, some, none, bytes),
                    _ => forged(secret, none, none, bytes),
                };
                if kind == 3 {
                    signed.bytes = [&signed.bytes[..], b"!"].concat().into();
                }
                batch.push((key, signed));
            }
            let each = batch.iter().all(|(key, signed)| signed.verify(*key));
            let keys_are_free = batch.iter().all(|(key, _)| key.point().is_torsion_free());
            prop_assert_eq!(all(&batch), each && keys_are_free);
        }
    }
}
