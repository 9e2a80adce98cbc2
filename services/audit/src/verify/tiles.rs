//! The tiles that the entries make, to hold those against that a record keeps of them. Pure.

use tais_log::evidence::KeptTile;
use tais_log::frontier::Frontier;
use tais_log::tile::TileRef;
use tais_proto::LeafHash;

use super::problem::Wrong;

/// Hashes of a whole tile.
const TILE: u64 = 256;

/// The tiles of a tree, level by level.
#[derive(Default)]
pub struct Tiles {
    /// Of each whole tile its root.
    roots: Vec<Vec<[u8; 32]>>,
    /// The hashes of the one that is not whole yet.
    edges: Vec<Vec<[u8; 32]>>,
}

impl Tiles {
    /// Takes the next leaf.
    pub(super) fn append(&mut self, leaf: [u8; 32]) {
        let (mut hash, mut level) = (leaf, 0);
        loop {
            if self.edges.len() == level {
                self.edges.push(Vec::new());
                self.roots.push(Vec::new());
            }
            self.edges[level].push(hash);
            if (self.edges[level].len() as u64) < TILE {
                return;
            }
            let whole = std::mem::take(&mut self.edges[level]);
            let mut tree = Frontier::default();
            whole.iter().for_each(|hash| tree.append(LeafHash(*hash)));
            hash = tree.root();
            self.roots[level].push(hash);
            level += 1;
        }
    }

    /// Whether a tile is one of the whole ones of this tree.
    #[must_use]
    pub fn covers(&self, level: i16, index: i64) -> bool {
        self.tile_root(level, index).is_some()
    }

    fn tile_root(&self, level: i16, index: i64) -> Option<&[u8; 32]> {
        self.roots.get(usize::try_from(level).ok()?)?.get(usize::try_from(index).ok()?)
    }

    /// The hashes of the tile of a level that is not whole yet.
    fn edge(&self, level: u8) -> &[[u8; 32]] {
        self.edges.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }

    /// The whole tiles of this tree: level and index.
    pub fn whole_tiles(&self) -> impl Iterator<Item = (i16, i64)> {
        let levels = (0..).zip(&self.roots);
        levels.flat_map(|(level, tiles)| (0..).zip(tiles).map(move |(index, _)| (level, index)))
    }

    /// That a tile is not what it must be.
    #[must_use]
    pub fn no_tile(&self, level: i16, index: i64) -> Wrong {
        let below = u32::try_from(level).ok().and_then(|level| TILE.checked_pow(level + 1));
        let position = below.and_then(|below| below.checked_mul(u64::try_from(index).ok()?)).unwrap_or(0);
        Wrong::Tile { position, level, index }
    }

    /// Checks a tile as it lies in the table. After the last entry.
    ///
    /// # Errors
    /// When it is not the tree's.
    pub fn check(&self, tile: &KeptTile) -> Result<(), Wrong> {
        let mut tree = Frontier::default();
        let hashes = tile.hashes.chunks(32).filter_map(|hash| hash.try_into().ok());
        hashes.for_each(|hash| tree.append(LeafHash(hash)));
        let root = self.tile_root(tile.level, tile.index);
        let same = root.is_some_and(|root| tree.root() == *root && tile.root[..] == *root);
        let is_whole = tree.size() == TILE && tile.hashes.len() as u64 == TILE * 32;
        if same && is_whole { Ok(()) } else { Err(self.no_tile(tile.level, tile.index)) }
    }

    /// Checks a tile of a level above the leaves as it lies in a folder, whole or not. After the last entry.
    pub(super) fn check_hashes(&self, tile: TileRef, hashes: &[u8]) -> Result<(), Wrong> {
        let (level, index) = (i16::from(tile.level), i64::try_from(tile.index).unwrap_or(i64::MAX));
        if !tile.is_whole() {
            let edge: Vec<u8> = self.edge(tile.level).concat();
            return if edge == hashes { Ok(()) } else { Err(self.no_tile(level, index)) };
        }
        let mut tree = Frontier::default();
        let leaves = hashes.chunks(32).filter_map(|hash| hash.try_into().ok());
        leaves.for_each(|hash| tree.append(LeafHash(hash)));
        self.check(&KeptTile { level, index, hashes: hashes.to_vec(), root: tree.root().to_vec() })
    }
}
