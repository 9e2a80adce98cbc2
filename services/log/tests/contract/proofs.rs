//! Tiles and proofs: the same from either log, at every size that the log ever had.

use tais_log::Log;
use tais_log::frontier::Frontier;
use tais_log::proof::{self, ConsistencyProof, InclusionProof, ProofError};
use tais_log::tile::TileRef;
use tais_proto::Position;

use crate::support::events::{Author, stream};
use crate::{Under, all, recorded};

/// More than two tiles, in batches that end within a tile, with it and beyond it, over both handles.
async fn filled<L: Log>(under: &Under<L>) -> u64 {
    let mut apsc = Author::apsc();
    let mut size = 0;
    for (turn, count) in [1_usize, 254, 1, 1, 300, 0, 3].into_iter().enumerate() {
        let batch: Vec<_> = (0..count).map(|_| apsc.says(stream(), 1, "leaf")).collect();
        recorded(if turn % 2 == 0 { &under.log } else { &under.other }, &batch).await;
        size += count as u64;
    }
    size
}

/// The root at every size, by the definition.
async fn roots<L: Log>(log: &L) -> Vec<[u8; 32]> {
    let mut frontier = Frontier::default();
    let mut roots = vec![frontier.root()];
    for entry in all(log).await {
        frontier.append(entry.leaf_hash);
        roots.push(frontier.root());
    }
    roots
}

pub async fn tiles_hold_the_leaf_hashes_in_order<L: Log>(under: Under<L>) {
    let size = filled(&under).await;
    let leaves: Vec<u8> = all(&under.log).await.iter().flat_map(|entry| entry.leaf_hash.0).collect();
    for index in 0..=size / 256 {
        let tile = TileRef::within(0, index, size).unwrap();
        let expected = leaves.chunks(256 * 32).nth(usize::try_from(index).unwrap()).unwrap();
        assert_eq!(under.other.tile(tile).await.unwrap().as_deref(), Some(expected), "tile {index}");
    }
    let above = TileRef::within(1, 0, size).unwrap();
    assert_eq!(above.width, 2);
    let bytes = under.log.tile(above).await.unwrap().unwrap();
    let mut first = Frontier::default();
    all(&under.log).await.iter().take(256).for_each(|entry| first.append(entry.leaf_hash));
    assert_eq!(bytes[..32], first.root());
    assert_eq!(TileRef::within(0, 3, size), None);
    let beyond = TileRef { level: 0, index: 2, width: 200 };
    assert_eq!(under.log.tile(beyond).await.unwrap(), None, "the log has not as many");
}

pub async fn proofs_hold_at_every_size_and_for_nothing_else<L: Log>(under: Under<L>) {
    let size = filled(&under).await;
    let (entries, roots) = (all(&under.log).await, roots(&under.log).await);
    let root = |size: u64| roots[usize::try_from(size).unwrap()];
    for at in [1, 2, 3, 255, 256, 257, 511, 512, 513, size] {
        assert_eq!(proof::root(&under.other, at).await.unwrap(), root(at), "size {at}");
        for position in [0, 1, 127, 254, 255, 256, 300, 511, at - 1] {
            if position >= at {
                continue;
            }
            let leaf = entries[usize::try_from(position).unwrap()].leaf_hash;
            let proof = InclusionProof::of(&under.log, Position(position), at).await.unwrap();
            proof.verify(leaf, root(at)).unwrap();
            let other = entries[usize::try_from((position + 1) % size).unwrap()].leaf_hash;
            assert!(matches!(proof.verify(other, root(at)), Err(ProofError::Invalid)));
            assert!(matches!(proof.verify(leaf, [7; 32]), Err(ProofError::Invalid)));
        }
        for from in [1, 2, 128, 255, 256, 400, at] {
            if from > at {
                continue;
            }
            let proof = ConsistencyProof::of(&under.log, from, at).await.unwrap();
            proof.verify(root(from), root(at)).unwrap();
            assert!(from == at || matches!(proof.verify([7; 32], root(at)), Err(ProofError::Invalid)));
        }
    }
    let beyond = InclusionProof::of(&under.log, Position(size), size).await;
    assert!(matches!(beyond, Err(ProofError::NotIn { .. })));
    let backwards = ConsistencyProof::of(&under.log, 9, 8).await;
    assert!(matches!(backwards, Err(ProofError::NotLater { from: 9, to: 8 })));
    assert!(matches!(proof::root(&under.log, size + 1).await, Err(ProofError::NoTile { .. })));
}
