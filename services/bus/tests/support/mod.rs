//! What the tests of the bus share.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

pub mod events;
pub mod raw;
pub mod scribe;
pub mod server;
