//! What holds for every value, not only for the examples: texts and bytes come back as they were, and
//! no bit of what was signed can change unnoticed.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::sample::Index;
use prost_reflect::DescriptorPool;
use support::contract;
use support::samples::{sample, turns};
use support::values::{activity_event, envelope};
use tais_proto::when::{end_of_dili_day, format_iso_date, parse_iso_date};
use tais_proto::{
    Bytes, Date, Envelope, Event, EventType, PartialDate, Position, Quarter, Signed, SigningKey, Timestamp,
    leaf_hash,
};
use time::{Duration, Month};

fn pool() -> &'static DescriptorPool {
    static POOL: OnceLock<DescriptorPool> = OnceLock::new();
    POOL.get_or_init(contract)
}

fn any_date() -> impl Strategy<Value = Date> {
    (0_i32..=9998, 1_u16..=365).prop_map(|(year, day)| Date::from_ordinal_date(year, day).unwrap())
}

fn any_timestamp() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.unix_micros()..=Timestamp::MAX.unix_micros()).prop_map(Timestamp::from_unix_micros)
}

/// Any event of any type, with every field set.
fn any_event() -> impl Strategy<Value = Event> {
    (any::<Index>(), any::<Index>()).prop_map(|(which, turn)| {
        let event_type = EventType::ALL[which.index(EventType::ALL.len())];
        let message = pool().get_message_by_name(event_type.message_name()).unwrap();
        let json = sample(&message, turn.index(turns(pool())));
        Event::parse(event_type, &json.to_string()).unwrap()
    })
}

/// Text that is nearly a date or a quarter.
const NEARLY: &str = "[+-]?[0-9]{3,5}-[Q+]?[0-9]{1,2}(-[+]?[0-9]{1,2})?";

proptest! {
    #[test]
    fn dates_come_back(date in any_date(), month in 1_u8..=12) {
        prop_assert_eq!(parse_iso_date(&format_iso_date(date)).unwrap(), date);
        for partial in [PartialDate::Day(date), PartialDate::Month(date.year(), Month::try_from(month).unwrap())] {
            prop_assert_eq!(partial.to_string().parse::<PartialDate>().unwrap(), partial);
            prop_assert_eq!(serde_json::from_str::<PartialDate>(&serde_json::to_string(&partial)?)?, partial);
            prop_assert!(partial.earliest() <= partial.latest());
            prop_assert_eq!(Quarter::of(partial.earliest()), Quarter::of(partial.latest()));
        }
    }

    #[test]
    fn quarters_come_back_and_follow_each_other(date in any_date()) {
        let quarter = Quarter::of(date);
        prop_assert_eq!(quarter.to_string().parse::<Quarter>().unwrap(), quarter);
        prop_assert!(date <= quarter.last_day());
        prop_assert_eq!(Quarter::of(quarter.last_day()), quarter);
        let next = Quarter::of(quarter.last_day().next_day().unwrap());
        prop_assert_eq!(next.previous(), quarter);
        prop_assert!(quarter < next);
    }

    /// One date has one spelling: what is read is what would be written.
    #[test]
    fn nothing_nearly_a_date_is_taken_for_one(text in NEARLY) {
        if let Ok(partial) = text.parse::<PartialDate>() {
            prop_assert_eq!(partial.to_string(), text.clone());
        }
        if let Ok(date) = parse_iso_date(&text) {
            prop_assert_eq!(format_iso_date(date), text.clone());
        }
        if let Ok(quarter) = text.parse::<Quarter>() {
            prop_assert_eq!(quarter.to_string(), text);
        }
    }

    #[test]
    fn times_come_back_in_order(one in any_timestamp(), other in any_timestamp()) {
        prop_assert_eq!(one.to_string().parse::<Timestamp>().unwrap(), one);
        prop_assert_eq!(Timestamp::from_unix_micros(one.unix_micros()), one);
        prop_assert_eq!(one < other, one.unix_micros() < other.unix_micros());
    }

    #[test]
    fn an_instant_lies_in_its_day_in_dili(instant in any_timestamp()) {
        let day = instant.dili_date();
        if let (Some(before), Some(_)) = (day.previous_day(), day.next_day()) {
            prop_assert!(instant < end_of_dili_day(day));
            prop_assert!(end_of_dili_day(before) <= instant);
        }
    }

    #[test]
    fn any_two_instants_a_day_apart_are_so_in_dili(micros in 0_i64..4_102_444_800_000_000) {
        let instant = Timestamp::from_unix_micros(micros);
        let next = Timestamp::new(instant.to_utc() + Duration::DAY);
        prop_assert_eq!(instant.dili_date().next_day().unwrap(), next.dili_date());
    }

    #[test]
    fn positions_come_back(position in any::<u64>()) {
        let position = Position(position);
        let json = serde_json::to_string(&position)?;
        prop_assert_eq!(json.clone(), format!("\"{position}\""));
        prop_assert_eq!(serde_json::from_str::<Position>(&json)?, position);
        prop_assert_eq!(serde_json::from_str::<Position>(&position.to_string())?, position, "also as a number");
    }

    #[test]
    fn envelopes_of_activities_come_back(envelope in envelope(activity_event())) {
        let bytes = envelope.to_bytes()?;
        prop_assert_eq!(Envelope::parse(&bytes).unwrap(), envelope);
    }

    #[test]
    fn envelopes_of_every_type_come_back(envelope in envelope(any_event())) {
        let bytes = envelope.to_bytes()?;
        let parsed = Envelope::parse(&bytes).unwrap();
        prop_assert_eq!(parsed.to_bytes()?, bytes);
        prop_assert_eq!(parsed, envelope);
    }

    #[test]
    fn what_was_signed_verifies_and_nothing_else(
        envelope in envelope(activity_event()),
        seed in any::<[u8; 32]>(),
        other_seed in any::<[u8; 32]>(),
        at in any::<Index>(),
        bit in 0_u8..8,
    ) {
        prop_assume!(seed != other_seed);
        let key = SigningKey::from_seed(&seed);
        let signed = key.sign(envelope.to_bytes()?);
        prop_assert!(signed.verify(key.public_key()));
        prop_assert!(!signed.verify(SigningKey::from_seed(&other_seed).public_key()));

        let mut bytes_changed = signed.clone();
        bytes_changed.bytes = flipped(&signed.bytes, at.index(signed.bytes.len()), bit);
        prop_assert!(!bytes_changed.verify(key.public_key()));

        let mut signature_changed = signed.clone();
        signature_changed.signature[at.index(64)] ^= 1 << bit;
        prop_assert!(!signature_changed.verify(key.public_key()));

        let shorter = Signed { bytes: signed.bytes.slice(..at.index(signed.bytes.len())), ..signed };
        prop_assert!(!shorter.verify(key.public_key()));
    }

    /// Position, time, bytes and signature all stand in the leaf.
    #[test]
    fn a_leaf_changes_with_every_part_of_its_entry(
        bytes in proptest::collection::vec(any::<u8>(), 1..200),
        signature in any::<[u8; 32]>(),
        position in 0..u64::MAX,
        at in any::<Index>(),
        recorded_at in any_timestamp(),
    ) {
        let signed = Signed { bytes: bytes.into(), signature: [signature, signature].concat().try_into().unwrap() };
        let leaf = leaf_hash(&signed, Position(position), recorded_at);
        let later = Timestamp::from_unix_micros(recorded_at.unix_micros() ^ 1);
        prop_assert_ne!(leaf, leaf_hash(&signed, Position(position).next(), recorded_at));
        prop_assert_ne!(leaf, leaf_hash(&signed, Position(position), later));
        let mut other = signed.clone();
        other.bytes = flipped(&signed.bytes, at.index(signed.bytes.len()), 0);
        prop_assert_ne!(leaf, leaf_hash(&other, Position(position), recorded_at));
        let mut other = signed.clone();
        other.signature[at.index(64)] ^= 1;
        prop_assert_ne!(leaf, leaf_hash(&other, Position(position), recorded_at));
    }

    /// Whatever arrives: an answer, never a panic.
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Envelope::parse(&bytes).is_err());
    }

    /// A valid envelope with one byte changed: taken or refused, never a panic, and what is taken is a
    /// whole envelope again.
    #[test]
    fn a_damaged_envelope_is_answered(
        envelope in envelope(any_event()),
        at in any::<Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = envelope.to_bytes()?;
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(parsed) = Envelope::parse(&bytes) {
            prop_assert_eq!(Envelope::parse(&parsed.to_bytes()?).unwrap(), parsed);
        }
    }
}

fn flipped(bytes: &[u8], at: usize, bit: u8) -> Bytes {
    let mut flipped = bytes.to_vec();
    flipped[at] ^= 1 << bit;
    flipped.into()
}

/// Every bit of one signed envelope, not only some.
#[test]
fn no_single_bit_can_change() {
    let key = SigningKey::from_seed(&[7; 32]);
    let signed = key.sign(br#"{"specversion":"1.0"}"#.to_vec());
    let (length, public) = (signed.bytes.len(), key.public_key());
    for bit in 0..(length + 64) * 8 {
        let mut changed = signed.clone();
        match bit / 8 {
            at if at < length => changed.bytes = flipped(&signed.bytes, at, (bit % 8) as u8),
            at => changed.signature[at - length] ^= 1 << (bit % 8),
        }
        assert!(!changed.verify(public), "bit {bit}");
    }
}
