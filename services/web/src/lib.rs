//! `tais-web`: the shell shared by the three faces (correspondent, office, audit).
//!
//! Its job: the page around every page, the reader's language, who is signed in, the look and its
//! files, charts as plain SVG, and how a failure is told to a person or a program.
//!
//! Not its job: what a page says. The shell knows nothing of the log or of projections; it is given
//! numbers and texts.
//!
//! Invariants:
//! * every page reads and works without JavaScript; the scripts save a reload, and carry a
//!   correspondent's form over a time without a network;
//! * nothing is asked of any other host, and nothing is inline: the content policy forbids both;
//! * a page frozen at a position never updates itself;
//! * a request that changes something comes from our own page and carries its session's token, or
//!   carries a name and a password of its own.

mod escape;
mod frame;
mod local_path;
mod shell;

pub mod access;
pub mod answer;
pub mod assets;
pub mod chart;
pub mod documents;
pub mod fields;
pub mod headers;
pub mod health;
pub mod language;
pub mod page;
pub mod parts;
pub mod program;
pub mod records;
pub mod session;
pub mod unwitnessed;

pub use answer::Failure;
pub use escape::escape;
pub use frame::Frame;
pub use language::{Arg, Language, Texts};
pub use local_path::{LocalPath, percent_encode};
pub use page::{Frozen, NavItem, Notice, Page, Place, Tone};
pub use shell::Shell;
