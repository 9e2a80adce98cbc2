//! Loopback ports for the servers, the same ones again after a restart.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rand::Rng;

use super::{EmbeddedError, files};

/// Ports are drawn from here, below the range that systems give to outgoing connections: a client
/// that keeps calling a server while it is down could otherwise be given that very port, and then
/// either talk to itself or keep the server from coming back.
const RANGE: std::ops::Range<u16> = 20_000..32_000;
const TRIES: u32 = 200;
const FILE: &str = "ports.json";

/// Both servers start at the same time and keep their ports in one file.
static FILE_IN_USE: Mutex<()> = Mutex::new(());

/// Whether a server could listen on this loopback port now.
#[must_use]
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// The port for `server`: the one asked for, else the one used before, else a free one.
pub(super) fn choose(
    data_dir: &Path,
    server: &'static str,
    asked: Option<u16>,
) -> Result<u16, EmbeddedError> {
    let _guard = FILE_IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
    let path = data_dir.join(FILE);
    let mut known = read(&path);
    let port = match (asked, known.get(server)) {
        (Some(port), _) if is_free(port) => port,
        (Some(port), _) => return Err(EmbeddedError::PortTaken { server, port }),
        (None, Some(&port)) if is_free(port) => port,
        (None, _) => draw(&known)?,
    };
    if known.insert(server.to_owned(), port) != Some(port) {
        let text = serde_json::to_vec_pretty(&known).expect("a map of names to numbers is always JSON");
        files::write_private(&path, &text)?;
    }
    Ok(port)
}

/// What is not readable is as good as not there: the file only saves clients from new ports.
fn read(path: &Path) -> BTreeMap<String, u16> {
    fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

fn draw(known: &BTreeMap<String, u16>) -> Result<u16, EmbeddedError> {
    let mut random = rand::thread_rng();
    (0..TRIES)
        .map(|_| random.gen_range(RANGE))
        .find(|port| !known.values().any(|taken| taken == port) && is_free(*port))
        .ok_or(EmbeddedError::NoPort { tries: TRIES })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_server_gets_its_port_again_unless_it_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let first = choose(dir.path(), "nats", None).unwrap();
        assert_ne!(first, choose(dir.path(), "postgres", None).unwrap());
        assert_eq!(first, choose(dir.path(), "nats", None).unwrap());
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first)).unwrap();
        assert_ne!(first, choose(dir.path(), "nats", None).unwrap());
    }

    #[test]
    fn a_taken_port_that_was_asked_for_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(matches!(choose(dir.path(), "nats", Some(port)), Err(EmbeddedError::PortTaken { .. })));
    }
}
