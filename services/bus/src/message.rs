//! What travels: submissions, entries, notices and replays, with their wire forms.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tais_proto::signing::parse_signature_header;
use tais_proto::{EventId, LeafHash, Pillar, Position, Publisher, Signed, StreamId, Timestamp, leaf_hash};

use crate::{BusError, subject, together};

/// Names a delivery when it is acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AckToken(pub String);

/// A submission as the recorder receives it, nothing checked.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// The subject it came on.
    pub subject: String,
    /// Whose subject that is.
    pub publisher: Option<Publisher>,
    /// The stream it names.
    pub stream: Option<StreamId>,
    /// The signature header, as it came.
    pub signature: Option<String>,
    /// The raw bytes.
    pub bytes: Bytes,
    /// For the acknowledgement. Of what came together, the last one has it.
    pub token: Option<AckToken>,
}

impl Submitted {
    /// What came in one message: one event as a rule, several where the subject says so.
    pub(crate) fn of(subject: &str, signature: Option<String>, bytes: Bytes, token: AckToken) -> Vec<Self> {
        let (publisher, stream) = subject::parse_submit(subject);
        let together = subject::is_together(subject).then(|| together::decode(bytes.clone())).flatten();
        let Some(together) = together else {
            let token = Some(token);
            return vec![Self { subject: subject.to_owned(), publisher, stream, signature, bytes, token }];
        };
        let place = subject.rfind('.').map_or(subject, |dot| &subject[..=dot]);
        let mut all: Vec<Self> = together
            .into_iter()
            .map(|(stream, signed)| Self {
                // As if it had come by itself.
                subject: format!("{place}{stream}"),
                publisher,
                stream: Some(stream),
                signature: Some(signed.signature_header()),
                bytes: signed.bytes,
                token: None,
            })
            .collect();
        if let Some(last) = all.last_mut() {
            last.token = Some(token);
        }
        all
    }
}

/// An entry of the log on its way to those who follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEntry {
    /// Its place.
    pub position: Position,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Its leaf of the tree.
    pub leaf_hash: LeafHash,
    /// The pillar its stream belongs to.
    pub pillar: Option<Pillar>,
    /// Its stream.
    pub stream: StreamId,
    /// The evidence.
    pub signed: Signed,
}

impl RecordedEntry {
    /// Checks that the leaf hash is of exactly these bytes at this place and time.
    pub(crate) fn checked(self) -> Result<Self, BusError> {
        if leaf_hash(&self.signed, self.position, self.recorded_at) == self.leaf_hash {
            Ok(self)
        } else {
            Err(BusError::Unreadable(format!("the leaf hash of entry {} is not of its bytes", self.position)))
        }
    }
}

/// What comes back to a publisher.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// Entries of the log within its view, in order.
    Recorded(Vec<RecordedEntry>, AckToken),
    /// Something about its submissions.
    Notices(Vec<Notice>),
    /// The connection is back: what was missed must be asked for.
    Reconnected,
}

/// What the recorder tells a publisher about a submission. A hint: the record is what counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Notice {
    /// It is recorded, now or before. Its leaf hash follows from the bytes that were sent.
    Recorded {
        /// The event.
        event_id: EventId,
        /// Its place.
        position: Position,
        /// When.
        recorded_at: Timestamp,
    },
    /// It was set aside.
    Quarantined {
        /// SHA-256 of its bytes, in hexadecimal.
        sha256: String,
        /// Why, as a short code.
        code: String,
        /// Why, in words.
        reason: String,
    },
}

/// A publisher asks what was recorded from a position on.
#[derive(Clone, Debug)]
pub struct ReplayRequest {
    /// Who asks.
    pub publisher: Publisher,
    /// From where.
    pub from: Position,
    /// Where the answer goes.
    pub(crate) reply: String,
}

/// An answer to a replay request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplayPage {
    /// The entries within the asker's view, in order.
    pub entries: Vec<RecordedEntry>,
    /// Where to ask on: everything before it was looked at.
    pub scanned_to: Position,
    /// How many entries the log has.
    pub head: Position,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WirePage {
    entries: Vec<WireEntry>,
    scanned_to: Position,
    head: Position,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireEntry {
    position: Position,
    recorded_at: Timestamp,
    leaf_hash: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pillar: Option<Pillar>,
    stream: StreamId,
    envelope: String,
    signature: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireRequest {
    from: Position,
}

pub(crate) fn encode_request(from: Position) -> Result<Vec<u8>, BusError> {
    serde_json::to_vec(&WireRequest { from }).map_err(unreadable)
}

pub(crate) fn decode_request(bytes: &[u8]) -> Result<Position, BusError> {
    serde_json::from_slice::<WireRequest>(bytes).map(|request| request.from).map_err(unreadable)
}

pub(crate) fn encode_page(page: &ReplayPage) -> Result<Vec<u8>, BusError> {
    let entries = page
        .entries
        .iter()
        .map(|entry| WireEntry {
            position: entry.position,
            recorded_at: entry.recorded_at,
            leaf_hash: entry.leaf_hash.to_string(),
            pillar: entry.pillar,
            stream: entry.stream,
            envelope: STANDARD.encode(&entry.signed.bytes),
            signature: entry.signed.signature_header(),
        })
        .collect();
    serde_json::to_vec(&WirePage { entries, scanned_to: page.scanned_to, head: page.head })
        .map_err(unreadable)
}

pub(crate) fn decode_page(bytes: &[u8]) -> Result<ReplayPage, BusError> {
    let page: WirePage = serde_json::from_slice(bytes).map_err(unreadable)?;
    let entries = page.entries.into_iter().map(decode_entry).collect::<Result<_, _>>()?;
    Ok(ReplayPage { entries, scanned_to: page.scanned_to, head: page.head })
}

fn decode_entry(wire: WireEntry) -> Result<RecordedEntry, BusError> {
    let bad = |what: &str| BusError::Unreadable(format!("entry {} has no readable {what}", wire.position));
    let entry = RecordedEntry {
        position: wire.position,
        recorded_at: wire.recorded_at,
        leaf_hash: parse_leaf_hash(&wire.leaf_hash).ok_or_else(|| bad("leaf hash"))?,
        pillar: wire.pillar,
        stream: wire.stream,
        signed: Signed {
            bytes: STANDARD.decode(&wire.envelope).map_err(|_| bad("envelope"))?.into(),
            signature: parse_signature_header(&wire.signature).ok_or_else(|| bad("signature"))?,
        },
    };
    entry.checked()
}

fn parse_leaf_hash(text: &str) -> Option<LeafHash> {
    hex::decode(text).ok()?.try_into().ok().map(LeafHash)
}

fn unreadable(error: serde_json::Error) -> BusError {
    BusError::Unreadable(error.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
pub(crate) mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    impl RecordedEntry {
        pub(crate) fn with_its_leaf_hash(mut self) -> Self {
            self.leaf_hash = leaf_hash(&self.signed, self.position, self.recorded_at);
            self
        }
    }

    pub(crate) fn entry() -> impl Strategy<Value = RecordedEntry> {
        let pillar = prop::option::of(prop::sample::select(Pillar::ALL));
        // Bytes of any kind: what was recorded is evidence, not text.
        let signed = (prop::collection::vec(any::<u8>(), 0..300), any::<[u8; 32]>(), any::<[u8; 32]>());
        (any::<u64>(), 0..4_000_000_000_000_000_i64, any::<u128>(), pillar, signed).prop_map(
            |(position, micros, stream, pillar, (bytes, left, right))| {
                let mut signature = [0; 64];
                signature[..32].copy_from_slice(&left);
                signature[32..].copy_from_slice(&right);
                let (position, recorded_at) = (Position(position), Timestamp::from_unix_micros(micros));
                let signed = Signed { bytes: bytes.into(), signature };
                let (leaf_hash, stream) = (LeafHash([0; 32]), StreamId(Uuid::from_u128(stream)));
                RecordedEntry { position, recorded_at, leaf_hash, pillar, stream, signed }
                    .with_its_leaf_hash()
            },
        )
    }

    proptest! {
        #[test]
        fn a_page_comes_back_as_it_went(
            entries in prop::collection::vec(entry(), 0..5), scanned_to: u64, head: u64,
        ) {
            let page = ReplayPage { entries, scanned_to: Position(scanned_to), head: Position(head) };
            prop_assert_eq!(decode_page(&encode_page(&page).unwrap()).unwrap(), page);
        }

        #[test]
        fn an_entry_that_was_altered_on_the_way_is_not_believed(entry in entry(), at: prop::sample::Index, bit in 0..8_u8) {
            let mut altered = entry.clone();
            let mut bytes = altered.signed.bytes.to_vec();
            match bytes.len() {
                0 => bytes.push(0),
                length => bytes[at.index(length)] ^= 1_u8 << bit,
            }
            altered.signed.bytes = bytes.into();
            let page = |entry| ReplayPage { entries: vec![entry], ..ReplayPage::default() };
            prop_assert!(decode_page(&encode_page(&page(altered)).unwrap()).is_err());
            let mut moved = entry.clone();
            moved.position = Position(entry.position.0 ^ 1);
            prop_assert!(decode_page(&encode_page(&page(moved)).unwrap()).is_err());
            prop_assert!(decode_page(&encode_page(&page(entry)).unwrap()).is_ok());
        }

        #[test]
        fn no_bytes_make_a_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            drop((decode_page(&bytes), decode_request(&bytes)));
            drop(serde_json::from_slice::<Notice>(&bytes));
        }

        #[test]
        fn a_request_comes_back_as_it_went(from: u64) {
            prop_assert_eq!(decode_request(&encode_request(Position(from)).unwrap()).unwrap(), Position(from));
        }
    }

    /// The wire form of notices is a contract: services of two versions speak to each other.
    #[test]
    fn notices_look_like_this() {
        let event_id = EventId(Uuid::from_u128(1));
        let notices = [
            Notice::Recorded {
                event_id,
                position: Position(7),
                recorded_at: Timestamp::from_unix_micros(1_790_000_000_000_000),
            },
            Notice::Quarantined { sha256: "ab".into(), code: "c".into(), reason: "r".into() },
        ];
        let text = concat!(
            r#"[{"notice":"recorded","eventId":"00000000-0000-0000-0000-000000000001","position":"7","#,
            r#""recordedAt":"2026-09-21T14:13:20Z"},"#,
            r#"{"notice":"quarantined","sha256":"ab","code":"c","reason":"r"}]"#,
        );
        assert_eq!(serde_json::to_string(&notices).unwrap(), text);
        assert_eq!(serde_json::from_str::<Vec<Notice>>(text).unwrap(), notices);
    }
}
