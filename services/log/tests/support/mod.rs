//! What the tests of the log share.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

pub mod events;
pub mod server;
