//! Handing over what waits: one event by itself, more of them together, in one message. Events of one stream that stand
//! behind each other are never parted: the recorder refuses what builds on something that it refused.
//!
//! The broker waits for its disk, delivers and is acknowledged once for each message, however much it carries. The bytes
//! of what comes together are, one event after another: the id of its stream (16 bytes), its signature (64), the length of
//! its envelope (4, big-endian), its envelope.

use std::error::Error;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use futures_util::future::join_all;
use tais_proto::{Signed, StreamId};
use uuid::Uuid;

use crate::{BusError, PublisherBus};

/// The most bytes that go together.
pub const TOGETHER_BYTES_MAX: usize = 250_000;
/// What stands before each envelope.
const HEAD: usize = 16 + 64 + 4;

/// Hands over events, those of a stream behind each other; says of each whether the broker has it on disk. Of what it
/// says no to, nobody knows.
pub async fn submit_all<B: PublisherBus>(bus: &B, all: &[(StreamId, &Signed)]) -> Vec<bool> {
    let runs: Vec<_> = all.chunk_by(|(one, _), (next, _)| one == next).collect();
    let parts = parts(&runs, |run| run.iter().map(|(_, signed)| size(signed.bytes.len())).sum());
    join_all(parts.into_iter().map(|part| submit_part(bus, part))).await.concat()
}

/// Cuts what goes together into parts of no more than [`TOGETHER_BYTES_MAX`]; what is larger by itself goes by itself.
pub(crate) fn parts<T>(all: &[T], size: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let mut parts = Vec::new();
    let (mut begun, mut bytes) = (0, 0);
    for (index, one) in all.iter().enumerate() {
        let more = size(one);
        if bytes + more > TOGETHER_BYTES_MAX && index > begun {
            parts.push(&all[begun..index]);
            (begun, bytes) = (index, 0);
        }
        bytes += more;
    }
    parts.extend(Some(&all[begun..]).filter(|left| !left.is_empty()));
    parts
}

async fn submit_part<B: PublisherBus>(bus: &B, runs: &[&[(StreamId, &Signed)]]) -> Vec<bool> {
    if runs.len() > 1 {
        let part = runs.concat();
        match bus.submit_together(&part).await {
            Ok(()) => return vec![true; part.len()],
            // Each stream by itself, so that one that is at fault stops no other.
            Err(error @ BusError::Refused(_)) => {
                tracing::debug!(error = &error as &dyn Error, "not taken together; each is sent by itself");
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn Error, "not handed over");
                return vec![false; part.len()];
            }
        }
    }
    join_all(runs.iter().map(|run| submit_run(bus, run))).await.concat()
}

async fn submit_run<B: PublisherBus>(bus: &B, run: &[(StreamId, &Signed)]) -> Vec<bool> {
    let result = match run {
        // With an id, which is new each time: the broker drops a message whose id it knows, even one that it lost.
        [(stream, signed)] => bus.submit(*stream, signed, &Uuid::now_v7().to_string()).await,
        _ => bus.submit_together(run).await,
    };
    if let Err(error) = &result {
        let stream = run.first().map(|(stream, _)| tracing::field::display(stream));
        tracing::debug!(stream, error = error as &dyn Error, "not handed over");
    }
    vec![result.is_ok(); run.len()]
}

/// One message of all of them.
///
/// # Errors
/// When it would be larger than [`TOGETHER_BYTES_MAX`].
pub(crate) fn encode(all: &[(StreamId, &Signed)]) -> Result<Bytes, BusError> {
    let bytes = all.iter().map(|(_, signed)| size(signed.bytes.len())).sum();
    if bytes > TOGETHER_BYTES_MAX {
        return Err(BusError::Refused(format!(
            "{} events have {bytes} bytes together, and {TOGETHER_BYTES_MAX} is the most",
            all.len()
        )));
    }
    let mut message = BytesMut::with_capacity(bytes);
    for (stream, signed) in all {
        message.put_slice(stream.0.as_bytes());
        message.put_slice(&signed.signature);
        // At most TOGETHER_BYTES_MAX, which fits.
        message.put_u32(u32::try_from(signed.bytes.len()).unwrap_or(u32::MAX));
        message.put_slice(&signed.bytes);
    }
    Ok(message.freeze())
}

/// The events of a message; `None` where it is not made of whole ones.
pub(crate) fn decode(mut message: Bytes) -> Option<Vec<(StreamId, Signed)>> {
    let mut all = Vec::new();
    while !message.is_empty() {
        let mut head = (message.len() >= HEAD).then(|| message.split_to(HEAD))?;
        let (mut stream, mut signature) = ([0; 16], [0; 64]);
        head.copy_to_slice(&mut stream);
        head.copy_to_slice(&mut signature);
        let length = usize::try_from(head.get_u32()).ok().filter(|length| *length <= message.len())?;
        let signed = Signed { bytes: message.split_to(length), signature };
        all.push((StreamId(Uuid::from_bytes(stream)), signed));
    }
    (!all.is_empty()).then_some(all)
}

/// How many bytes an event takes in a message, whose envelope has so many.
pub(crate) const fn size(envelope: usize) -> usize {
    HEAD + envelope
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event() -> impl Strategy<Value = (StreamId, Signed)> {
        let signed = (prop::collection::vec(any::<u8>(), 0..300), any::<[u8; 32]>(), any::<u128>());
        signed.prop_map(|(bytes, half, stream)| {
            let signature = [half, half].concat().try_into().unwrap();
            (StreamId(Uuid::from_u128(stream)), Signed { bytes: bytes.into(), signature })
        })
    }

    proptest! {
        #[test]
        fn what_goes_together_comes_as_it_went(all in prop::collection::vec(event(), 1..9), cut: prop::sample::Index) {
            let borrowed: Vec<_> = all.iter().map(|(stream, signed)| (*stream, signed)).collect();
            let message = encode(&borrowed).unwrap();
            prop_assert_eq!(decode(message.clone()), Some(all.clone()));
            // Of what was cut off, whole events or nothing.
            let left = decode(message.slice(..cut.index(message.len())));
            prop_assert!(left.is_none_or(|left| left[..] == all[..left.len()] && left.len() < all.len()));
        }

        #[test]
        fn whatever_comes_is_read_or_not_and_never_ends_it(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let read = decode(bytes.clone().into());
            if let Some(all) = read {
                let borrowed: Vec<_> = all.iter().map(|(stream, signed)| (*stream, signed)).collect();
                prop_assert_eq!(&encode(&borrowed).unwrap()[..], &bytes[..]);
            }
        }
    }
}
