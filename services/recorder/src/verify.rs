//! From raw bytes to a verified event: signature first, parsing after. Pure, given the coins that signatures are checked
//! together with.

use std::sync::Arc;

use rand::{CryptoRng, RngCore};
use serde::Deserialize;
use tais_domain::Registry;
use tais_proto::batch;
use tais_proto::envelope::{MESSAGE_BYTES_MAX, Source};
use tais_proto::signing::parse_signature_header;
use tais_proto::{
    Bytes, Envelope, EnvelopeError, EventId, KeyId, PublicKey, Publisher, Signed, StreamId, StreamRef,
};

/// What arrived under one subject.
#[derive(Clone, Debug)]
pub struct Arrived<'a> {
    /// The publisher whose subject it came on; NATS lets nobody else publish there.
    pub publisher: Option<Publisher>,
    /// The stream named by the subject.
    pub stream: Option<StreamId>,
    /// The signature header, as it came.
    pub signature: Option<&'a str>,
    /// The raw bytes.
    pub bytes: &'a Bytes,
}

/// The keys that may sign the next entry, as of one version of the registry. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ValidKeys {
    version: u32,
    keys: Arc<[(KeyId, Publisher, PublicKey)]>,
}

impl ValidKeys {
    /// Those of a registry.
    pub fn of(registry: &Registry) -> Self {
        let valid = registry.keys().filter(|(_, key)| key.until.is_none());
        let keys = valid.map(|(id, key)| (id.clone(), key.publisher, key.public_key)).collect();
        Self { version: registry.version(), keys }
    }

    fn of_publisher(&self, publisher: Publisher) -> impl Iterator<Item = (&KeyId, PublicKey)> {
        self.keys.iter().filter(move |(_, of, _)| *of == publisher).map(|(id, _, key)| (id, *key))
    }

    /// The registry's version.
    pub const fn version(&self) -> u32 {
        self.version
    }
}

/// Bytes whose signature holds.
#[derive(Clone, Debug)]
pub enum Verified {
    /// An event of this contract, as its subject says.
    Event(Arc<Envelope>, Signed),
    /// Signed properly, and not an event of this contract.
    Unreadable {
        /// What is wrong with it.
        code: &'static str,
        /// The same in words.
        reason: String,
        /// Who it claims to be, where that much can be read.
        claim: Option<Claim>,
        /// The evidence.
        signed: Signed,
    },
}

/// What a refusal entry needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The event.
    pub event: EventId,
    /// The stream it was meant for.
    pub stream: StreamId,
    /// Who published it.
    pub publisher: Publisher,
    /// The key that signed it.
    pub key_id: KeyId,
    /// Its place in that key's sequence.
    pub key_seq: u32,
}

/// Bytes that nobody known has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified {
    /// A short code.
    pub code: &'static str,
    /// The same in words.
    pub reason: String,
}

impl Unverified {
    fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// What came on a publisher's subject with a signature, which is not looked at yet.
struct Opened {
    publisher: Publisher,
    stream: StreamId,
    signed: Signed,
}

/// Verifies and then parses each message. Whose signature holds no valid key of the subject's publisher made over
/// exactly these bytes is an error.
pub fn verify(
    arrived: &[Arrived<'_>],
    keys: &ValidKeys,
    random: &mut (impl RngCore + CryptoRng),
) -> Vec<Result<Verified, Unverified>> {
    let opened: Vec<_> = arrived.iter().map(open).collect();
    let hold_together = opened.len() >= batch::FEWEST && hold_together(&opened, keys, random);
    let one = |opened: Opened| {
        let Opened { publisher, stream, signed } = opened;
        let mut own = keys.of_publisher(publisher);
        let by = own.find(|(_, key)| hold_together || signed.verify(*key)).map(|(id, _)| id.clone());
        by.map(|key_id| read(signed, publisher, stream, key_id)).ok_or_else(|| {
            let why = "they were altered, or the key was never registered or is revoked";
            Unverified::new("bad-signature", format!("no valid key of {publisher} signed these bytes: {why}"))
        })
    };
    opened.into_iter().map(|opened| opened.and_then(one)).collect()
}

/// Whether every signature is of its publisher's first key; where that is not so, it is found out one by one.
fn hold_together<'a>(
    opened: &'a [Result<Opened, Unverified>],
    keys: &ValidKeys,
    random: &mut (impl RngCore + CryptoRng),
) -> bool {
    let with_key = |opened: &'a Opened| {
        let (_, key) = keys.of_publisher(opened.publisher).next()?;
        Some((key, &opened.signed))
    };
    let signed: Option<Vec<_>> = opened.iter().flatten().map(with_key).collect();
    signed.is_some_and(|signed| batch::all_verify(&signed, random))
}

fn open(arrived: &Arrived<'_>) -> Result<Opened, Unverified> {
    let (Some(publisher), Some(stream)) = (arrived.publisher, arrived.stream) else {
        return Err(Unverified::new(
            "wrong-subject",
            "the subject names no publisher or no stream of this record, or what came together is not whole",
        ));
    };
    if arrived.bytes.len() > MESSAGE_BYTES_MAX {
        let error = EnvelopeError::Oversized { bytes: arrived.bytes.len(), most: MESSAGE_BYTES_MAX };
        return Err(Unverified::new(error.code(), error.to_string()));
    }
    let Some(signature) = arrived.signature.and_then(parse_signature_header) else {
        return Err(Unverified::new(
            "no-signature",
            "the message carries no readable Tais-Signature header, so nobody can have said it",
        ));
    };
    Ok(Opened { publisher, stream, signed: Signed { bytes: arrived.bytes.clone(), signature } })
}

fn read(signed: Signed, publisher: Publisher, stream: StreamId, key_id: KeyId) -> Verified {
    let unreadable = |signed: Signed, code, reason| {
        let claim = claim(&signed.bytes, publisher, &key_id);
        Verified::Unreadable { code, reason, claim, signed }
    };
    match Envelope::parse(&signed.bytes) {
        Err(error) => unreadable(signed, error.code(), error.to_string()),
        Ok(envelope) if envelope.key_id != key_id => {
            let reason = format!("it names key {}, but key {key_id} signed it", envelope.key_id);
            unreadable(signed, "wrong-key", reason)
        }
        Ok(envelope) if envelope.source.publisher != publisher || envelope.stream.id != stream => {
            let reason = format!(
                "it says {} of {}, but came on the subject of {publisher} and stream {stream}",
                envelope.source, envelope.stream
            );
            unreadable(signed, "wrong-subject", reason)
        }
        Ok(envelope) => Verified::Event(Arc::new(envelope), signed),
    }
}

/// Reads just enough of an envelope to name it in a refusal entry.
fn claim(bytes: &[u8], publisher: Publisher, key_id: &KeyId) -> Option<Claim> {
    #[derive(Deserialize)]
    struct Attributes {
        id: EventId,
        subject: StreamRef,
        source: Source,
        keyseq: u32,
    }
    if bytes.len() > MESSAGE_BYTES_MAX {
        return None;
    }
    let attributes: Attributes = serde_json::from_slice(bytes).ok()?;
    (attributes.source.publisher == publisher && attributes.keyseq > 0).then(|| Claim {
        event: attributes.id,
        stream: attributes.subject.id,
        publisher,
        key_id: key_id.clone(),
        key_seq: attributes.keyseq,
    })
}
