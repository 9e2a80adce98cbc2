//! Bytes against answers that others published or that were computed without this crate.
#![allow(clippy::unwrap_used, missing_docs)]

use tais_proto::signing::{parse_signature_header, pre_authentication_encoding, sha256_hex};
use tais_proto::when::{end_of_dili_day, parse_iso_date};
use tais_proto::{
    KeyId, PartialDate, Position, Quarter, Signed, SigningKey, Timestamp, entry_bytes, leaf_hash,
};

/// The example of the DSSE protocol description.
#[test]
fn the_pre_authentication_encoding_is_that_of_dsse() {
    let encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world");
    assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    assert_eq!(pre_authentication_encoding("", b""), b"DSSEv1 0  0 ");
    // Lengths are of bytes, not of characters.
    assert_eq!(pre_authentication_encoding("é", "ô".as_bytes()), "DSSEv1 2 é 2 ô".as_bytes());
}

fn published_seed() -> [u8; 32] {
    let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
    seed.try_into().unwrap()
}

/// RFC 8032 section 7.1, test 1: the public key of a seed. The key id is the start of its SHA-256:
/// `python3 -c 'import hashlib; print(hashlib.sha256(bytes.fromhex("d75a980182b10ab7d54bfed3c964073a
/// 0ee172f3daa62325af021a68f707511a")).hexdigest()[:16])'`
#[test]
fn a_seed_gives_the_published_key_and_its_name() {
    let key = SigningKey::from_seed(&published_seed()).public_key();
    assert_eq!(
        hex::encode(key.to_bytes()),
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    );
    assert_eq!(key.key_id(), "21fe31dfa154a261".parse::<KeyId>().unwrap());
}

/// Signed by another implementation with the key above (package `cryptography` of Python):
/// ```text
/// python3 -c 'from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey as K
/// k = K.from_private_bytes(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
/// b = b"{\"specversion\":\"1.0\"}"; t = b"application/cloudevents+json"
/// print(k.sign(b"DSSEv1 %d %s %d %s" % (len(t), t, len(b), b)).hex())'
/// ```
#[test]
fn a_signature_is_the_one_that_another_implementation_makes() {
    let signed = SigningKey::from_seed(&published_seed()).sign(evidence().bytes);
    assert_eq!(
        hex::encode(signed.signature),
        "d10ffb62062a90a0c81e5897899befc1baa15143f7b8f1861fb29295b85a7a8e\
         fce0857f95a656fdcce64870a383aed0a145a601f068d739c2420d8558f4b001"
    );
}

fn evidence() -> Signed {
    let signature = std::array::from_fn(|index| u8::try_from(index).unwrap());
    Signed { bytes: br#"{"specversion":"1.0"}"#[..].into(), signature }
}

/// Computed with
/// ```text
/// python3 -c 'import hashlib, struct
/// b = b"{\"specversion\":\"1.0\"}"; s = bytes(range(64))
/// e = struct.pack(">I", len(b)) + b + struct.pack(">I", len(s)) + s + struct.pack(">Qq", 7, 1795480200123456)
/// print(hashlib.sha256(b"\0" + e).hexdigest())'
/// ```
#[test]
fn the_leaf_hash_is_that_of_rfc_6962() {
    let recorded_at: Timestamp = "2026-11-24T00:30:00.123456Z".parse().unwrap();
    assert_eq!(recorded_at.unix_micros(), 1_795_480_200_123_456);
    let hash = leaf_hash(&evidence(), Position(7), recorded_at);
    assert_eq!(hash.to_string(), "b2dd2b96df273e23bfcf9da1f4d4f9828bffbc17604d9e9fb1330f0cfb20c452");
    let entry = entry_bytes(&evidence(), Position(7), recorded_at);
    assert_eq!(hash.to_string(), sha256_hex(&[&[0x00], &entry[..]].concat()));
}

#[test]
fn a_signature_survives_its_header() {
    let signed = evidence();
    assert_eq!(parse_signature_header(&signed.signature_header()), Some(signed.signature));
    assert_eq!(parse_signature_header("AAAA"), None, "too short");
    assert_eq!(parse_signature_header("not base64!"), None);
}

/// Timor-Leste became a member on 26 October 2025 in Dili; in UTC that day began at 15:00 on the 25th.
#[test]
fn a_day_is_a_day_in_dili() {
    let dili_day = |text: &str| text.parse::<Timestamp>().unwrap().dili_date();
    let october_25 = parse_iso_date("2025-10-25").unwrap();
    let october_26 = parse_iso_date("2025-10-26").unwrap();
    assert_eq!(dili_day("2025-10-25T14:59:59.999999Z"), october_25);
    assert_eq!(dili_day("2025-10-25T15:00:00Z"), october_26);
    assert_eq!(end_of_dili_day(october_25).to_string(), "2025-10-25T15:00:00Z");
    assert_eq!(dili_day("2025-10-26T00:00:00+09:00"), october_26);
}

#[test]
fn a_quarter_is_a_quarter_in_dili() {
    let quarter = |text: &str| Quarter::of(text.parse::<Timestamp>().unwrap().dili_date()).to_string();
    assert_eq!(quarter("2025-12-31T14:59:59Z"), "2025-Q4");
    assert_eq!(quarter("2025-12-31T15:00:00Z"), "2026-Q1");
    assert_eq!(quarter("2026-03-31T15:00:00Z"), "2026-Q2");
    assert_eq!(quarter("2026-06-30T15:00:00Z"), "2026-Q3");
    assert_eq!(quarter("2026-09-30T14:59:59Z"), "2026-Q3");

    let first: Quarter = "2026-Q1".parse().unwrap();
    assert_eq!(first.previous().to_string(), "2025-Q4");
    assert_eq!(first.last_day(), parse_iso_date("2026-03-31").unwrap());
    assert_eq!("2028-02".parse::<PartialDate>().unwrap().latest(), parse_iso_date("2028-02-29").unwrap());
}
