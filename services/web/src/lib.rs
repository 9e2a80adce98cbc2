//! `tais-web`: the shell shared by the three faces (correspondent, office, audit).
//!
//! Its job: the page around every page, the reader's language, who is signed in, the look and its
//! files, charts as plain SVG, and how a failure is told to a person or a program.
//!
//! Not its job: what a page says. The shell knows nothing of the log or of projections; it is given
//! numbers and texts.
//!
//! Invariants:
//! * every page reads and works without JavaScript; the one script only saves a reload;
//! * nothing is asked of any other host, and nothing is inline: the content policy forbids both;
//! * a page frozen at a position never updates itself.

mod escape;

pub mod assets;
pub mod chart;
pub mod headers;
pub mod language;

pub use escape::escape;
