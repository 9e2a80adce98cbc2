//! What can go wrong with the embedded servers, each with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use super::binaries::Version;

/// Why an embedded server could not be found, started or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// A program is nowhere to be found.
    #[error(
        "{program} was not found in {looked}. `deploy/local servers` fetches it and prints the \
         directory to give with --servers"
    )]
    Missing {
        /// The program's name.
        program: &'static str,
        /// The directories that were searched, in words.
        looked: String,
    },
    /// A program is there but older than Tais can trust.
    #[error(
        "{path} is version {found}, and Tais needs {needed} or newer: {why}. \
         `deploy/local servers` fetches a newer one and prints the directory to give with --servers",
        path = path.display()
    )]
    TooOld {
        /// The program.
        path: PathBuf,
        /// Its version.
        found: Version,
        /// The oldest version that is accepted.
        needed: Version,
        /// What is wrong with older ones.
        why: &'static str,
    },
    /// A program is there but does not run.
    #[error(
        "{path} does not run: {reason}. Remove it, or give another directory with --servers",
        path = path.display()
    )]
    Unusable {
        /// The program.
        path: PathBuf,
        /// What it said.
        reason: String,
    },
    /// The system refused an operation on a file or process.
    #[error("cannot {doing} {path}: check that it exists, that its owner is right and that there is space", path = path.display())]
    Io {
        /// The operation, as a verb.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process holds the data directory.
    #[error(
        "{path} is in use by another running Tais. Stop that one, or choose another directory with --data",
        path = path.display()
    )]
    InUse {
        /// The data directory.
        path: PathBuf,
    },
    /// The port that was asked for is taken.
    #[error(
        "port {port} for {server} is taken by another program. Stop that program, or ask for another port"
    )]
    PortTaken {
        /// Which server wanted it.
        server: &'static str,
        /// The port.
        port: u16,
    },
    /// No free port could be found.
    #[error(
        "no free loopback port was found in {tries} tries. Check that 127.0.0.1 is configured and not exhausted"
    )]
    NoPort {
        /// How many were tried.
        tries: u32,
    },
    /// PostgreSQL refuses to run as root and no way round it works here.
    #[error(
        "PostgreSQL does not run as root, and neither a user namespace nor another account works here ({reason}). \
         Run Tais as an ordinary user, or put servers and data where every account may look, \
         for example --data /var/lib/tais"
    )]
    CannotRunAsRoot {
        /// What was tried and what happened.
        reason: String,
    },
    /// The cluster could not be made.
    #[error("the database cluster could not be made; initdb said: {output}")]
    Init {
        /// What initdb wrote.
        output: String,
    },
    /// The cluster belongs to another major version.
    #[error(
        "the data in {path} was made by PostgreSQL {found}, and the server here is {server}. \
         Give a server of version {found} with --servers, or move the data with pg_upgrade",
        path = path.display()
    )]
    OtherMajor {
        /// The cluster.
        path: PathBuf,
        /// The major version it was made with.
        found: u32,
        /// The major version of the server at hand.
        server: u32,
    },
    /// The operator's password does not open the cluster.
    #[error(
        "the password in {path} is missing or does not open the cluster beside it. \
         Put the file back from a backup of the data directory; the two belong together",
        path = path.display()
    )]
    Secret {
        /// The secret's file.
        path: PathBuf,
    },
    /// A server did not come up.
    #[error(
        "{server} was not ready after {waited_seconds} s ({last}). The end of its log, {log}:\n{tail}",
        log = log.display()
    )]
    NotReady {
        /// Which server.
        server: &'static str,
        /// How long was waited.
        waited_seconds: u64,
        /// The last thing seen: how it exited, or why it did not answer.
        last: String,
        /// Its log.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// The supervisor has ended, so that the server can be neither started nor stopped by it.
    #[error("{server} is no longer supervised: it was stopped before. Start it anew")]
    Stopped {
        /// Which server.
        server: &'static str,
    },
}

impl EmbeddedError {
    /// A closure for `map_err` that keeps the operation and the path.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }
}
