//! What travels: submissions, entries, notices and replays, with their wire forms.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tais_proto::signing::parse_signature_header;
use tais_proto::{EventId, LeafHash, Pillar, Position, Publisher, Signed, StreamId, Timestamp, leaf_hash};

use crate::BusError;

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
    pub bytes: Vec<u8>,
    /// For the acknowledgement.
    pub token: AckToken,
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
    /// An entry of the log within its view.
    Recorded(Box<RecordedEntry>, AckToken),
    /// Something about one of its submissions.
    Notice(Notice),
    /// The connection is back: what was missed must be asked for.
    Reconnected,
}

/// What the recorder tells a publisher about a submission. A hint: the record is what counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Notice {
    /// It was recorded before; its receipt can be asked for.
    Recorded {
        /// The event.
        event_id: EventId,
        /// Its place.
        position: Position,
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
            bytes: STANDARD.decode(&wire.envelope).map_err(|_| bad("envelope"))?,
            signature: parse_signature_header(&wire.signature).ok_or_else(|| bad("signature"))?,
        },
    };
    entry.checked()
}

pub(crate) fn parse_leaf_hash(text: &str) -> Option<LeafHash> {
    hex::decode(text).ok()?.try_into().ok().map(LeafHash)
}

fn unreadable(error: serde_json::Error) -> BusError {
    BusError::Unreadable(error.to_string())
}
