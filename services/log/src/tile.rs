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

/// What C2SP tlog-tiles serves under `tile/`: hashes of one level, or the entries themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// Hashes.
    Tile(TileRef),
    /// The entries under a tile of level 0.
    Entries {
        /// Its place, from 0.
        index: u64,
        /// How many, from 1 to [`WIDTH`].
        width: u16,
    },
}

/// An entry with more bytes than a bundle's 16-bit lengths can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an entry of {0} bytes does not fit an entry bundle, which takes 65,535")]
pub struct TooLongForBundle(pub usize);

impl Resource {
    /// Where it lies: `tile/<level or "entries">/<index>[.p/<width>]`, the index in groups of three digits.
    #[must_use]
    pub fn path(self) -> String {
        let (level, index, width) = match self {
            Self::Tile(TileRef { level, index, width }) => (level.to_string(), index, width),
            Self::Entries { index, width } => ("entries".to_owned(), index, width),
        };
        let mut groups = format!("{:03}", index % 1_000);
        let mut rest = index / 1_000;
        while rest > 0 {
            groups = format!("x{:03}/{groups}", rest % 1_000);
            rest /= 1_000;
        }
        let partial = if width < WIDTH { format!(".p/{width}") } else { String::new() };
        format!("tile/{level}/{groups}{partial}")
    }

    /// What lies at a path, which is the only one for it.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let (groups, width) = match rest.split_once(".p/") {
            Some((groups, width)) => {
                (groups, width.parse::<u16>().ok().filter(|width| (1..WIDTH).contains(width))?)
            }
            None => (rest, WIDTH),
        };
        let mut index = 0_u64;
        for group in groups.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            index = index.checked_mul(1_000)?.checked_add(digits.parse().ok()?)?;
        }
        let resource = match level {
            "entries" => Self::Entries { index, width },
            level => {
                Self::Tile(TileRef { level: level.parse().ok().filter(|level| *level < 64)?, index, width })
            }
        };
        (resource.path() == path).then_some(resource)
    }

    /// Everything that a tree of `size` entries has, level by level; bundles last.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        let level = move |level: u8| {
            (0_u64..).map_while(move |index| TileRef::within(level, index, size)).map(Self::Tile)
        };
        let bundles = (0_u64..).map_while(move |index| TileRef::within(0, index, size));
        let bundles = bundles.map(|TileRef { index, width, .. }| Self::Entries { index, width });
        (0..8).flat_map(level).chain(bundles)
    }
}

/// Entries one after the other, each with its length before it.
///
/// # Errors
/// When one is too long.
pub fn bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, TooLongForBundle> {
    let mut bytes = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).map_err(|_| TooLongForBundle(entry.len()))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// The entries of a bundle; `None` when it is cut off.
#[must_use]
pub fn unbundle(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_at_checked(2)?;
        let length = u16::from_be_bytes(length.try_into().ok()?);
        let (entry, rest) = rest.split_at_checked(usize::from(length))?;
        entries.push(entry);
        bytes = rest;
    }
    Some(entries)
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The examples of C2SP tlog-tiles.
    #[test]
    fn paths_are_those_of_the_format() {
        let tile = |level, index, width| Resource::Tile(TileRef { level, index, width });
        assert_eq!(tile(0, 1_234_067, WIDTH).path(), "tile/0/x001/x234/067");
        assert_eq!(tile(2, 0, 1).path(), "tile/2/000.p/1");
        assert_eq!(Resource::Entries { index: 273, width: 112 }.path(), "tile/entries/273.p/112");
        for wrong in [
            "tile/0/0",
            "tile/0/x001",
            "tile/0/x000/001",
            "tile/00/001",
            "tile/64/001",
            "tile/0/001.p/0",
            "tile/0/001.p/256",
            "tile/0/001.p/01",
            "tile/0/001/",
            "tile/0/../001",
            "tile/-1/001",
            "checkpoint",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
            "tile/data/001",
            "tile/0/+01",
        ] {
            assert_eq!(Resource::parse(wrong), None, "{wrong}");
        }
    }

    /// "A tree of size 70,000 will be represented by …", in the format's own words.
    #[test]
    fn a_tree_of_70_000_has_what_the_format_says() {
        let all: Vec<Resource> = Resource::all(70_000).collect();
        let count = |wanted: u8, is_whole: bool| {
            let of_level = |resource: &&Resource| matches!(resource, Resource::Tile(tile) if tile.level == wanted && tile.is_whole() == is_whole);
            all.iter().filter(of_level).count()
        };
        assert_eq!((count(0, true), count(0, false)), (273, 1));
        assert_eq!((count(1, true), count(1, false)), (1, 1));
        assert_eq!((count(2, true), count(2, false)), (0, 1));
        assert!(all.contains(&Resource::Tile(TileRef { level: 0, index: 273, width: 112 })));
        assert!(all.contains(&Resource::Tile(TileRef { level: 1, index: 1, width: 17 })));
        assert!(all.contains(&Resource::Tile(TileRef { level: 2, index: 0, width: 1 })));
        assert_eq!(all.len(), 274 + 2 + 1 + 274);
        assert_eq!(Resource::all(0).count(), 0);
    }

    proptest! {
        #[test]
        fn each_path_leads_back(level in 0_u8..64, index: u64, width in 1..=WIDTH) {
            for resource in [Resource::Tile(TileRef { level, index, width }), Resource::Entries { index, width }] {
                prop_assert_eq!(Resource::parse(&resource.path()), Some(resource));
            }
        }

        #[test]
        fn no_text_is_a_path_that_is_written_otherwise(text in "tile/(entries|[0-9]{1,3})/[x0-9/.p]{0,20}") {
            if let Some(resource) = Resource::parse(&text) {
                prop_assert_eq!(resource.path(), text);
            }
        }

        #[test]
        fn a_bundle_gives_its_entries_back_and_nothing_else(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20), cut: prop::sample::Index) {
            let bytes = bundle(entries.iter().map(Vec::as_slice)).unwrap();
            prop_assert_eq!(unbundle(&bytes).unwrap(), entries);
            if !bytes.is_empty() {
                let cut = &bytes[..cut.index(bytes.len())];
                prop_assert!(unbundle(cut).is_none_or(|fewer| bundle(fewer).unwrap() == cut));
            }
        }
    }

    #[test]
    fn an_entry_that_no_bundle_takes_is_refused() {
        let long = vec![0; 65_536];
        assert_eq!(bundle([&long[..]]), Err(TooLongForBundle(65_536)));
        assert_eq!(bundle([&long[..65_535]]).unwrap().len(), 65_537);
    }
}
