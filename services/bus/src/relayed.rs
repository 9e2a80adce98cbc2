//! Entries on their way through RECORDED: those of one pillar that follow each other, in one message.
//!
//! Its bytes are, one entry after another: the id of its stream (16 bytes), its leaf hash (32), the length of its bytes (4,
//! big-endian), and the bytes that the leaf hash is of ([`entry_bytes`]). The pillar stands in a header.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use tais_proto::entry::Recorded;
use tais_proto::{LeafHash, Pillar, StreamId, entry_bytes};
use uuid::Uuid;

use crate::message::RecordedEntry;
use crate::{BusError, together};

/// What stands before the bytes of each entry.
const HEAD: usize = 16 + 32 + 4;
/// What these have beside the envelope.
const BESIDE: usize = 4 + 4 + 64 + 8 + 8;

/// Cuts entries into those that go together, in order.
pub(crate) fn parts(entries: &[RecordedEntry]) -> impl Iterator<Item = &[RecordedEntry]> {
    let size = |entry: &RecordedEntry| HEAD + entry.signed.bytes.len() + BESIDE;
    entries.chunk_by(|one, next| one.pillar == next.pillar).flat_map(move |run| together::parts(run, size))
}

/// Names a message: the broker drops the same entries within its window.
pub(crate) fn message_id(part: &[RecordedEntry]) -> String {
    let place = |entry: Option<&RecordedEntry>| entry.map_or(0, |entry| entry.position.0);
    format!("{}-{}", place(part.first()), place(part.last()))
}

pub(crate) fn encode(part: &[RecordedEntry]) -> Bytes {
    let mut message = BytesMut::new();
    for RecordedEntry { position, recorded_at, leaf_hash, stream, signed, .. } in part {
        let bytes = entry_bytes(signed, *position, *recorded_at);
        message.put_slice(stream.0.as_bytes());
        message.put_slice(&leaf_hash.0);
        // No message is as large as that.
        message.put_u32(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        message.put_slice(&bytes);
    }
    message.freeze()
}

/// The entries of a message.
///
/// # Errors
/// When it is not made of whole entries, or the leaf hash of one is not of its bytes.
pub(crate) fn decode(mut message: Bytes, pillar: Option<Pillar>) -> Result<Vec<RecordedEntry>, BusError> {
    let mut entries = Vec::new();
    while !message.is_empty() {
        let entry = take(&mut message, pillar);
        entries.push(entry.ok_or_else(|| {
            BusError::Unreadable("what was delivered is not whole, or not what was recorded".to_owned())
        })?);
    }
    Ok(entries)
}

fn take(message: &mut Bytes, pillar: Option<Pillar>) -> Option<RecordedEntry> {
    let mut head = (message.len() >= HEAD).then(|| message.split_to(HEAD))?;
    let (mut stream, mut leaf_hash) = ([0; 16], [0; 32]);
    head.copy_to_slice(&mut stream);
    head.copy_to_slice(&mut leaf_hash);
    let length = usize::try_from(head.get_u32()).ok().filter(|length| *length <= message.len())?;
    let bytes = message.split_to(length);
    let leaf_hash = Some(LeafHash(leaf_hash)).filter(|leaf_hash| LeafHash::of(&bytes) == *leaf_hash)?;
    let Recorded { signed, position, recorded_at } = Recorded::parse(&bytes).ok()?;
    let stream = StreamId(Uuid::from_bytes(stream));
    Some(RecordedEntry { position, recorded_at, leaf_hash, pillar, stream, signed })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::message::tests::entry;
    use crate::together::TOGETHER_BYTES_MAX;

    proptest! {
        #[test]
        fn entries_come_in_order_and_as_they_went(entries in prop::collection::vec(entry(), 0..40), long: bool) {
            let mut entries = entries;
            if long {
                entries.iter_mut().step_by(3).for_each(|entry| entry.signed.bytes = vec![7; 30_000].into());
            }
            entries.iter_mut().for_each(|entry| *entry = entry.clone().with_its_leaf_hash());
            let mut came = Vec::new();
            for part in parts(&entries) {
                let message = encode(part);
                prop_assert!(message.len() <= TOGETHER_BYTES_MAX || part.len() == 1);
                came.extend(decode(message, part[0].pillar).unwrap());
            }
            prop_assert_eq!(came, entries);
        }

        #[test]
        fn what_was_altered_on_the_way_is_not_believed(entry in entry(), at: prop::sample::Index, bit in 0..8_u8) {
            let mut message = encode(&[entry]).to_vec();
            // Not the stream, which the signature holds.
            let at = 16 + at.index(message.len() - 16);
            message[at] ^= 1 << bit;
            prop_assert!(decode(message.into(), None).is_err());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 1..400)) {
            prop_assert!(decode(bytes.into(), None).is_err());
        }
    }
}
