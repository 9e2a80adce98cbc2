//! What was pulled, verified already: on every core, and while the batch before it is committed.

use std::ops::Range;
use std::sync::Arc;
use std::thread::available_parallelism;

use tais_bus::{AckToken, Submitted};

use crate::plan::Message;
use crate::verify::{Arrived, Unverified, ValidKeys, Verified, verify};

/// So few are verified where they are: to ask another thread takes longer.
const FEW: usize = 2;

/// A pulled batch, and what verifying it came to under the keys of one version of the registry.
pub struct Arrivals {
    submitted: Arc<Vec<Submitted>>,
    verified: Vec<Result<Verified, Unverified>>,
    registry: u32,
}

impl Arrivals {
    /// Verifies what was pulled.
    pub async fn verify(submitted: Vec<Submitted>, keys: &ValidKeys) -> Self {
        let submitted = Arc::new(submitted);
        let verified = verified(&submitted, 0..submitted.len(), keys).await;
        Self { submitted, verified, registry: keys.version() }
    }

    /// Puts others behind them that were verified under the same keys.
    pub fn extend(&mut self, others: Self) {
        let others = (Arc::unwrap_or_clone(others.submitted), others.verified);
        Arc::make_mut(&mut self.submitted).extend(others.0);
        self.verified.extend(others.1);
    }

    pub fn len(&self) -> usize {
        self.submitted.len()
    }

    /// Verifies again what is left, where the registry has changed since.
    pub async fn keep_to(&mut self, keys: &ValidKeys, left: usize) {
        if self.registry != keys.version() {
            let left = left.min(self.submitted.len());
            self.verified.truncate(left);
            self.verified.extend(verified(&self.submitted, left..self.submitted.len(), keys).await);
            self.registry = keys.version();
        }
    }

    /// What some of the messages are acknowledged with.
    pub fn tokens(&self, some: Range<usize>) -> Vec<AckToken> {
        self.submitted[some].iter().filter_map(|submitted| submitted.token.clone()).collect()
    }

    /// The messages from one on.
    pub fn from(&self, first: usize) -> Vec<Message<'_>> {
        let all = self.submitted.iter().zip(&self.verified).skip(first);
        all.map(|(submitted, verified)| Message { submitted, verified }).collect()
    }
}

async fn verified(
    submitted: &Arc<Vec<Submitted>>,
    range: Range<usize>,
    keys: &ValidKeys,
) -> Vec<Result<Verified, Unverified>> {
    if range.len() <= FEW {
        return each(&submitted[range], keys);
    }
    let share = range.len().div_ceil(available_parallelism().map_or(1, usize::from));
    let end = range.end;
    let parts: Vec<_> = range
        .step_by(share)
        .map(|from| {
            let part = from..(from + share).min(end);
            let (range, submitted, keys) = (part.clone(), Arc::clone(submitted), keys.clone());
            (part, tokio::task::spawn_blocking(move || each(&submitted[range], &keys)))
        })
        .collect();
    let mut verified = Vec::new();
    for (part, verifying) in parts {
        // A thread that could not do it leaves it to this one.
        verified.extend(verifying.await.unwrap_or_else(|_| each(&submitted[part], keys)));
    }
    verified
}

fn each(submitted: &[Submitted], keys: &ValidKeys) -> Vec<Result<Verified, Unverified>> {
    let arrived: Vec<_> = submitted.iter().map(arrived).collect();
    verify(&arrived, keys, &mut rand::thread_rng())
}

fn arrived(submitted: &Submitted) -> Arrived<'_> {
    Arrived {
        publisher: submitted.publisher,
        stream: submitted.stream,
        signature: submitted.signature.as_deref(),
        bytes: &submitted.bytes,
    }
}
