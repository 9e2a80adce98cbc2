//! The tree as tiles of 256 hashes, in the shape of C2SP tlog-tiles: a proof reads some of them instead
//! of all entries. Pure.

use tlog_tiles::Tile as Coordinates;

/// How many hashes a whole tile has.
pub const WIDTH: u16 = 256;
/// The levels of the tree that one level of tiles covers: 2 to the power of it is [`WIDTH`].
pub(crate) const HEIGHT: u8 = 8;
/// Bytes of a hash.
pub(crate) const HASH: usize = 32;

/// Which tile, and how many of its hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TileRef {
    /// 0 holds leaf hashes; a hash of the next level is the root of a whole tile of this one.
    pub level: u8,
    /// Its place in its level, from 0.
    pub index: u64,
    /// From 1 to [`WIDTH`]; fewer than that where the tree ends.
    pub width: u16,
}

impl TileRef {
    /// The first hashes of a tile, in whose tree of `size` entries it lies: as many as there are.
    #[must_use]
    pub fn within(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = size.checked_shr(u32::from(level) * u32::from(HEIGHT)).unwrap_or(0);
        let width = hashes.saturating_sub(index.checked_mul(u64::from(WIDTH))?).min(u64::from(WIDTH));
        u16::try_from(width).ok().filter(|width| *width > 0).map(|width| Self { level, index, width })
    }

    /// The first hash that it holds, counted in its level.
    #[must_use]
    pub const fn first(&self) -> u64 {
        self.index.saturating_mul(WIDTH as u64)
    }

    /// Whether it is whole, and never changes.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.width == WIDTH
    }

    pub(crate) fn coordinates(&self) -> Coordinates {
        Coordinates::new(HEIGHT, self.level, self.index, u32::from(self.width), false)
    }
}

/// A tile that an append made whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Whole {
    pub index: u64,
    pub hashes: Vec<u8>,
    pub root: [u8; HASH],
}

impl Whole {
    /// A tile of these hashes, one after the other; `None` when they are not 256.
    pub fn of(index: u64, hashes: Vec<u8>) -> Option<Self> {
        if hashes.len() != usize::from(WIDTH) * HASH {
            return None;
        }
        let root = Coordinates::subtree_hash(&hashes).0;
        Some(Self { index, hashes, root })
    }
}

/// The leaf hashes of the tile at the tree's edge, which is not whole yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edge {
    index: u64,
    hashes: Vec<u8>,
}

impl Edge {
    /// The edge of a tree of `size` leaves; `None` when these are not the hashes of its last ones.
    pub fn from_parts(size: u64, hashes: Vec<u8>) -> Option<Self> {
        let expected = usize::try_from(size % u64::from(WIDTH)).ok()? * HASH;
        (hashes.len() == expected).then_some(Self { index: size / u64::from(WIDTH), hashes })
    }

    /// Takes a leaf; gives the tile that it completes.
    pub fn append(&mut self, leaf: [u8; HASH]) -> Option<Whole> {
        self.hashes.extend_from_slice(&leaf);
        if self.hashes.len() < usize::from(WIDTH) * HASH {
            return None;
        }
        let whole = Whole::of(self.index, std::mem::take(&mut self.hashes));
        self.index += 1;
        whole
    }
}
