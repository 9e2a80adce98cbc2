//! Proofs that an entry is in the tree, and that one tree continues another (RFC 9162, section 2.1):
//! read from tiles, and checked without the log. The arithmetic is that of the crate `tlog_tiles`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};

use tais_proto::{LeafHash, Position};
use tlog_tiles::{
    Error, Hash, HashReader, Tile, check_record, check_tree, prove_record, prove_tree, sub_tree_index,
    tree_hash,
};

use crate::frontier::Frontier;
use crate::tile::{HEIGHT, TileRef};
use crate::{Log, LogError};

/// A tree's root.
pub type Root = [u8; 32];

/// The longest proof that is looked at: a tree of 2 to the power of 64 leaves has no longer one.
pub const HASHES_MAX: usize = 64;

/// Why there is no proof, or it proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// It is asked for what the tree has not.
    #[error("a tree of {size} entries has no entry {position}")]
    NotIn {
        /// The entry.
        position: u64,
        /// The tree.
        size: u64,
    },
    /// A tree does not continue a larger one.
    #[error("a tree of {to} entries does not continue one of {from}")]
    NotLater {
        /// The size of the earlier tree.
        from: u64,
        /// The size of the later tree.
        to: u64,
    },
    /// A tile that must be there is not.
    #[error(
        "the log has no tile {index} of level {level}: let `tais migrate` complete the tiles, then verify the record"
    )]
    NoTile {
        /// Its level.
        level: u8,
        /// Its place there.
        index: u64,
    },
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the root: what it is about, the proof or the root is another")]
    Invalid,
}

/// That an entry is in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// The entry.
    pub position: Position,
    /// How many entries the tree has.
    pub size: u64,
    /// From the leaf's sibling up.
    pub hashes: Vec<[u8; 32]>,
}

/// That one tree is the beginning of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// How many entries the earlier tree has, at least one.
    pub from: u64,
    /// How many entries the later tree has.
    pub to: u64,
    /// As RFC 9162 orders them.
    pub hashes: Vec<[u8; 32]>,
}

impl InclusionProof {
    /// The proof of an entry in the tree of the log's first `size` entries.
    ///
    /// # Errors
    /// When the tree has no such entry, or the log cannot be read.
    pub async fn of<L: Log>(log: &L, position: Position, size: u64) -> Result<Self, ProofError> {
        if position.0 >= size {
            return Err(ProofError::NotIn { position: position.0, size });
        }
        let hashes = read(log, size, |reader| prove_record(size, position.0, reader)).await?;
        Ok(Self { position, size, hashes: raw(&hashes) })
    }

    /// Checks that a leaf of this hash stands there in the tree with this root.
    ///
    /// # Errors
    /// When it does not.
    pub fn verify(&self, leaf: LeafHash, root: Root) -> Result<(), ProofError> {
        let hashes = wrapped(&self.hashes)?;
        if self.position.0 >= self.size {
            return Err(ProofError::NotIn { position: self.position.0, size: self.size });
        }
        check_record(&hashes, self.size, Hash(root), self.position.0, Hash(leaf.0))
            .map_err(|_| ProofError::Invalid)
    }
}

impl ConsistencyProof {
    /// The proof that the tree of the first `to` entries continues that of the first `from`.
    ///
    /// # Errors
    /// When `from` is 0 or larger than `to`, or the log cannot be read.
    pub async fn of<L: Log>(log: &L, from: u64, to: u64) -> Result<Self, ProofError> {
        if from == 0 || from > to {
            return Err(ProofError::NotLater { from, to });
        }
        let hashes = read(log, to, |reader| prove_tree(to, from, reader)).await?;
        Ok(Self { from, to, hashes: raw(&hashes) })
    }

    /// Checks that the tree with the later root continues the tree with the earlier one.
    ///
    /// # Errors
    /// When it does not.
    pub fn verify(&self, earlier: Root, later: Root) -> Result<(), ProofError> {
        let hashes = wrapped(&self.hashes)?;
        if self.from == 0 || self.from > self.to {
            return Err(ProofError::NotLater { from: self.from, to: self.to });
        }
        check_tree(&hashes, self.to, Hash(later), self.from, Hash(earlier)).map_err(|_| ProofError::Invalid)
    }
}

/// The root of the log's first `size` entries, from tiles.
///
/// # Errors
/// When the log cannot be read, or lacks a tile.
pub async fn root<L: Log>(log: &L, size: u64) -> Result<Root, ProofError> {
    Ok(read(log, size, |reader| tree_hash(size, reader)).await?.0)
}

/// The frontier of the log's first `size` entries, from tiles.
///
/// # Errors
/// When the log cannot be read, or lacks a tile.
pub async fn frontier<L: Log>(log: &L, size: u64) -> Result<Frontier, ProofError> {
    let peaks = sub_tree_index(0, size, Vec::new());
    let hashes = read(log, size, |reader| reader.read_hashes(&peaks)).await?;
    Frontier::from_parts(size, &raw(&hashes)).map_err(|_| ProofError::Invalid)
}

fn raw(hashes: &[Hash]) -> Vec<[u8; 32]> {
    hashes.iter().map(|hash| hash.0).collect()
}

fn wrapped(hashes: &[[u8; 32]]) -> Result<Vec<Hash>, ProofError> {
    if hashes.len() > HASHES_MAX {
        Err(ProofError::Invalid)
    } else {
        Ok(hashes.iter().copied().map(Hash).collect())
    }
}

/// What a computation reads is learned by running it once on nothing; it asks once, for all at once.
async fn read<L: Log, T>(
    log: &L,
    size: u64,
    compute: impl Fn(&Given) -> Result<T, Error>,
) -> Result<T, ProofError> {
    let asking = Given::default();
    if let Ok(done) = compute(&asking) {
        return Ok(done);
    }
    let wanted = asking.wanted.into_inner().unwrap_or_else(PoisonError::into_inner);
    let given = Given { hashes: tiles(log, size, &wanted).await?, ..Given::default() };
    compute(&given).map_err(|_| ProofError::Invalid)
}

/// Hashes of the tree, by their place in the order that `tlog_tiles` counts them in.
#[derive(Default)]
struct Given {
    hashes: HashMap<u64, Hash>,
    wanted: Mutex<Vec<u64>>,
}

impl HashReader for Given {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let found: Option<Vec<Hash>> = indexes.iter().map(|index| self.hashes.get(index).copied()).collect();
        found.ok_or_else(|| {
            indexes.clone_into(&mut self.wanted.lock().unwrap_or_else(PoisonError::into_inner));
            Error::IndexesNotInTree
        })
    }
}

/// These hashes, from the tiles of a tree of `size` entries.
async fn tiles<L: Log>(log: &L, size: u64, wanted: &[u64]) -> Result<HashMap<u64, Hash>, ProofError> {
    let mut read: HashMap<TileRef, Vec<u8>> = HashMap::new();
    let mut hashes = HashMap::with_capacity(wanted.len());
    for wanted in wanted {
        let least = Tile::from_index(HEIGHT, *wanted);
        let (level, index) = (least.level(), least.level_index());
        let missing = ProofError::NoTile { level, index };
        let Some(tile) = TileRef::within(level, index, size) else { return Err(missing) };
        let bytes = match read.entry(tile) {
            Entry::Occupied(read) => read.into_mut(),
            Entry::Vacant(unread) => {
                let Some(bytes) = log.tile(tile).await? else { return Err(missing) };
                unread.insert(bytes)
            }
        };
        let hash = tile.coordinates().hash_at_index(bytes, *wanted);
        hashes.insert(*wanted, hash.map_err(|_| missing)?);
    }
    Ok(hashes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use std::path::Path;

    use base64::prelude::{BASE64_STANDARD, Engine as _};
    use proptest::prelude::*;
    use serde_json::Value;
    use sha2::{Digest as _, Sha256};

    use tlog_tiles::{node_hash, stored_hash_index};

    use super::*;

    /// The definitions of RFC 9162, section 2.1, word for word; a subtree's root is computed once.
    struct Naive {
        leaves: Vec<Hash>,
        roots: HashMap<(usize, usize), Hash>,
    }

    impl Naive {
        fn new(leaves: &[Hash]) -> Self {
            Self { leaves: leaves.to_vec(), roots: HashMap::new() }
        }

        /// The largest power of two smaller than the number of leaves, from the first on.
        fn split(first: usize, end: usize) -> usize {
            first + (end - first).next_power_of_two() / 2
        }

        fn root(&mut self, first: usize, end: usize) -> Hash {
            if end == first {
                return Hash(Sha256::digest([]).into());
            }
            if end == first + 1 {
                return self.leaves[first];
            }
            if let Some(known) = self.roots.get(&(first, end)) {
                return *known;
            }
            let split = Self::split(first, end);
            let root = node_hash(self.root(first, split), self.root(split, end));
            self.roots.insert((first, end), root);
            root
        }

        fn path(&mut self, m: usize, first: usize, end: usize) -> Vec<Hash> {
            if end == first + 1 {
                return Vec::new();
            }
            let split = Self::split(first, end);
            let (mut path, other) = if m < split {
                (self.path(m, first, split), self.root(split, end))
            } else {
                (self.path(m, split, end), self.root(first, split))
            };
            path.push(other);
            path
        }

        fn subproof(&mut self, m: usize, first: usize, end: usize, is_whole: bool) -> Vec<Hash> {
            if m == end {
                return if is_whole { Vec::new() } else { vec![self.root(first, end)] };
            }
            let split = Self::split(first, end);
            let (mut proof, other) = if m <= split {
                (self.subproof(m, first, split, is_whole), self.root(split, end))
            } else {
                (self.subproof(m, split, end, false), self.root(first, split))
            };
            proof.push(other);
            proof
        }
    }

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|n| tlog_tiles::record_hash(&n.to_be_bytes())).collect()
    }

    /// Every hash that a tree of these leaves stores.
    fn stored(leaves: &[Hash]) -> Given {
        let mut given = Given::default();
        let (mut level, mut hashes) = (0_u8, leaves.to_vec());
        while !hashes.is_empty() {
            for (n, hash) in (0_u64..).zip(&hashes) {
                given.hashes.insert(stored_hash_index(level, n), *hash);
            }
            hashes = hashes.chunks_exact(2).map(|pair| node_hash(pair[0], pair[1])).collect();
            level += 1;
        }
        given
    }

    #[test]
    fn every_proof_in_every_tree_to_512_entries_is_the_one_of_the_definition_and_holds() {
        let leaves = leaves(512);
        let given = stored(&leaves);
        let (mut inclusions, mut consistencies) = (0, 0);
        let mut naive = Naive::new(&leaves);
        let roots: Vec<Root> = (0..=leaves.len()).map(|size| naive.root(0, size).0).collect();
        for size in 1..=leaves.len() {
            assert_eq!(tree_hash(size as u64, &given).unwrap().0, roots[size]);
            for (position, leaf) in leaves.iter().enumerate().take(size) {
                let hashes = prove_record(size as u64, position as u64, &given).unwrap();
                assert_eq!(hashes, naive.path(position, 0, size), "entry {position} of {size}");
                let proof = InclusionProof {
                    position: Position(position as u64),
                    size: size as u64,
                    hashes: raw(&hashes),
                };
                proof.verify(LeafHash(leaf.0), roots[size]).unwrap();
                inclusions += 1;
            }
            for from in 1..=size {
                let hashes = prove_tree(size as u64, from as u64, &given).unwrap();
                assert_eq!(hashes, naive.subproof(from, 0, size, true), "{from} to {size}");
                let proof = ConsistencyProof { from: from as u64, to: size as u64, hashes: raw(&hashes) };
                proof.verify(roots[from], roots[size]).unwrap();
                consistencies += 1;
            }
        }
        assert_eq!((inclusions, consistencies), (131_328, 131_328));
    }

    fn flipped(hash: [u8; 32], bit: usize) -> [u8; 32] {
        let mut other = hash;
        other[bit / 8] ^= 1 << (bit % 8);
        other
    }

    #[test]
    fn every_changed_bit_of_a_proof_is_refused() {
        let leaves = leaves(21);
        let given = stored(&leaves);
        let mut naive = Naive::new(&leaves);
        let mut refused = 0;
        for size in 1..=leaves.len() {
            let root = naive.root(0, size).0;
            for (position, leaf) in leaves.iter().enumerate().take(size) {
                let hashes = raw(&prove_record(size as u64, position as u64, &given).unwrap());
                let proof = InclusionProof { position: Position(position as u64), size: size as u64, hashes };
                let leaf = LeafHash(leaf.0);
                for bit in 0..256 {
                    for at in 0..proof.hashes.len() {
                        let mut other = proof.clone();
                        other.hashes[at] = flipped(other.hashes[at], bit);
                        assert!(other.verify(leaf, root).is_err());
                        refused += 1;
                    }
                    assert!(proof.verify(LeafHash(flipped(leaf.0, bit)), root).is_err());
                    assert!(proof.verify(leaf, flipped(root, bit)).is_err());
                }
            }
            for from in 1..size {
                let earlier = naive.root(0, from).0;
                let hashes = raw(&prove_tree(size as u64, from as u64, &given).unwrap());
                let proof = ConsistencyProof { from: from as u64, to: size as u64, hashes };
                for bit in 0..256 {
                    for at in 0..proof.hashes.len() {
                        let mut other = proof.clone();
                        other.hashes[at] = flipped(other.hashes[at], bit);
                        assert!(other.verify(earlier, root).is_err());
                        refused += 1;
                    }
                    assert!(proof.verify(flipped(earlier, bit), root).is_err());
                    assert!(proof.verify(earlier, flipped(root, bit)).is_err());
                }
            }
        }
        assert!(refused > 300_000, "{refused}");
    }

    /// The cases that are published with the log of transparency-dev, where they lie beside the checkout.
    #[test]
    fn the_published_cases_come_out_as_published() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors/merkle-proofs.json");
        let Ok(text) = std::fs::read_to_string(&file) else {
            println!("skipped: the published cases are not at {}", file.display());
            return;
        };
        let cases: Value = serde_json::from_str(&text).unwrap();
        let hash = |value: &Value| BASE64_STANDARD.decode(value.as_str().unwrap_or_default()).unwrap();
        let root = |value: &Value| Root::try_from(hash(value)).ok();
        let hashes = |case: &Value| -> Option<Vec<[u8; 32]>> {
            let listed = case["proof"].as_array().cloned().unwrap_or_default();
            listed.iter().map(|one| hash(one).try_into().ok()).collect()
        };
        let number = |value: &Value| value.as_u64().unwrap();
        let mut looked = 0;
        for (name, case) in cases["inclusion"].as_object().unwrap() {
            let holds = hashes(case).zip(root(&case["root"])).zip(root(&case["leafHash"])).is_some_and(
                |((hashes, root), leaf)| {
                    let proof = InclusionProof {
                        position: Position(number(&case["leafIdx"])),
                        size: number(&case["treeSize"]),
                        hashes,
                    };
                    proof.verify(LeafHash(leaf), root).is_ok()
                },
            );
            assert_eq!(holds, !case["wantErr"].as_bool().unwrap(), "inclusion {name}: {case}");
            looked += 1;
        }
        for (name, case) in cases["consistency"].as_object().unwrap() {
            let holds = hashes(case).zip(root(&case["root1"])).zip(root(&case["root2"])).is_some_and(
                |((hashes, earlier), later)| {
                    let proof =
                        ConsistencyProof { from: number(&case["size1"]), to: number(&case["size2"]), hashes };
                    proof.verify(earlier, later).is_ok()
                },
            );
            assert_eq!(holds, !case["wantErr"].as_bool().unwrap(), "consistency {name}: {case}");
            looked += 1;
        }
        println!("{looked} published cases");
    }

    proptest! {
        /// Whatever somebody sends as a proof, it is refused and harms nobody.
        #[test]
        fn what_is_no_proof_is_refused(position: u64, size: u64, from: u64, hashes in prop::collection::vec(any::<[u8; 32]>(), 0..80), leaf: [u8; 32], root: [u8; 32]) {
            let proof = InclusionProof { position: Position(position), size, hashes: hashes.clone() };
            prop_assert!(proof.verify(LeafHash(leaf), root).is_err());
            let proof = ConsistencyProof { from, to: size, hashes };
            prop_assert!(proof.verify(leaf, root).is_err());
        }
    }
}
