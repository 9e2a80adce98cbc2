//! The Merkle frontier (a compact range): what must be remembered of a tree so that leaves can be
//! appended and its root computed. RFC 6962 section 2.1. Pure.

use sha2::{Digest as _, Sha256};
use tais_proto::LeafHash;

/// The roots of the perfect subtrees that a tree of this size is made of, largest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    hashes: Vec<[u8; 32]>,
}

/// Parts that make no frontier.
#[derive(Debug, thiserror::Error)]
#[error("a tree of {size} leaves has {expected} subtree roots of 32 bytes each, not {given}")]
pub struct FrontierError {
    size: u64,
    expected: u32,
    given: usize,
}

impl Frontier {
    /// A frontier from what was stored of it.
    ///
    /// # Errors
    /// When there are not as many hashes of 32 bytes as the size has one bits.
    pub fn from_parts<H: AsRef<[u8]>>(size: u64, hashes: &[H]) -> Result<Self, FrontierError> {
        let expected = size.count_ones();
        let error = || FrontierError { size, expected, given: hashes.len() };
        let hashes: Vec<[u8; 32]> = hashes
            .iter()
            .map(|hash| hash.as_ref().try_into())
            .collect::<Result<_, _>>()
            .map_err(|_| error())?;
        if hashes.len() == expected as usize { Ok(Self { size, hashes }) } else { Err(error()) }
    }

    /// How many leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The subtree roots, largest first, as they are stored.
    #[must_use]
    pub fn hashes(&self) -> Vec<Vec<u8>> {
        self.hashes.iter().map(|hash| hash.to_vec()).collect()
    }

    /// Appends a leaf: two subtrees of the same size become one, as often as there are two.
    pub fn append(&mut self, leaf: LeafHash) {
        let mut hash = leaf.0;
        let mut size = self.size;
        while size & 1 == 1 {
            if let Some(left) = self.hashes.pop() {
                hash = node(&left, &hash);
            }
            size >>= 1;
        }
        self.hashes.push(hash);
        self.size += 1;
    }

    /// The root; of an empty tree SHA-256 of nothing.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        let joined = self.hashes.iter().rev().copied().reduce(|right, left| node(&left, &right));
        joined.unwrap_or_else(|| Sha256::digest([]).into())
    }
}

/// SHA-256(0x01 ‖ left ‖ right).
fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update([0x01]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    fn leaf(data: &[u8]) -> LeafHash {
        LeafHash(Sha256::new().chain_update([0]).chain_update(data).finalize().into())
    }

    /// The definition of RFC 6962 section 2.1, word for word.
    fn naive(leaves: &[LeafHash]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => one.0,
            many => {
                let split = many.len().next_power_of_two() / 2;
                node(&naive(&many[..split]), &naive(&many[split..]))
            }
        }
    }

    #[test]
    fn every_size_to_600_agrees_with_the_definition_and_with_ct_merkle() {
        let mut frontier = Frontier::default();
        let mut leaves = Vec::new();
        let mut other = ct_merkle::mem_backed_tree::MemoryBackedTree::<sha2_11::Sha256, Vec<u8>>::new();
        assert_eq!(frontier.root(), naive(&[]));
        for n in 0..600_u32 {
            let data = n.to_be_bytes();
            frontier.append(leaf(&data));
            leaves.push(leaf(&data));
            other.push(data.to_vec());
            assert_eq!(frontier.root(), naive(&leaves), "size {}", n + 1);
            assert_eq!(&frontier.root()[..], &other.root().as_bytes()[..], "size {}", n + 1);
            let again = Frontier::from_parts(frontier.size(), &frontier.hashes()).unwrap();
            assert_eq!(again, frontier);
        }
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        assert!(Frontier::from_parts(3, &[[0_u8; 32]]).is_err());
        assert!(Frontier::from_parts(1, &[[0_u8; 31]]).is_err());
    }
}
