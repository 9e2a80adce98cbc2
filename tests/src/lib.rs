//! `tais-tests`: what the whole-system tests and the benches stand on.
//!
//! [`System`] runs the real executable as a person would; [`Cluster`] runs the real servers with the
//! services apart, so that each can be killed by itself. Servers come from `TAIS_SERVERS`, which
//! `deploy/local test` sets.

mod cluster;
mod files;
pub mod fuzz;
mod http;
mod issuer;
mod person;
mod proxy;
mod sample;
mod system;

use std::path::PathBuf;

use anyhow::Context as _;

pub use cluster::{Cluster, Service, kill, state};
pub use files::lies_below;
pub use http::{Answer, Client};
pub use issuer::{Issuer, Manner};
pub use person::{Person, Shown};
pub use proxy::{Proxy, Slow};
pub use sample::{details, participation, typed, typed_participation};
pub use system::System;

/// The text between two others.
///
/// # Errors
/// When they are not there.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> anyhow::Result<&'a str> {
    let rest = text.split_once(before).with_context(|| format!("no {before} in {text}"))?.1;
    Ok(rest.split_once(after).with_context(|| format!("no {after} in {rest}"))?.0)
}

/// The directory of the servers.
///
/// # Errors
/// When the tests were not started by `deploy/local test`.
pub fn servers() -> anyhow::Result<PathBuf> {
    let dir = std::env::var_os("TAIS_SERVERS");
    dir.map(PathBuf::from).context("TAIS_SERVERS is not set: run the tests with `deploy/local test`")
}

/// The executable under test, built beside the tests.
///
/// # Errors
/// When it was not built.
pub fn executable() -> anyhow::Result<PathBuf> {
    let mut dir = std::env::current_exe()?;
    // target/<profile>/deps/<test> -> target/<profile>/tais
    dir.pop();
    dir.pop();
    let path = dir.join("tais");
    if path.is_file() {
        Ok(path)
    } else {
        anyhow::bail!(
            "{} is not there: run the tests with `deploy/local test`, which builds it",
            path.display()
        )
    }
}
