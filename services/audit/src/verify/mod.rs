//! The verifier: whether a record is what was signed, from its bytes alone.

mod cores;
mod fold;
mod folder;
mod problem;
mod record;
mod signatures;
mod tiles;

pub use fold::{Figures, Pinned, Verification};
pub use folder::{FolderError, folder};
pub use problem::Wrong;
pub use record::record;
pub use tiles::Tiles;
