//! Checks of this machine: the servers' programs, the account, the data directory, the ports.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Finding, Options, Verdict};
use crate::embedded::{DataLock, EmbeddedError, Runner, ServerBinaries, port_is_free};

/// Less free space than this is unsafe: a full disk stops the message server from taking anything.
const FREE_BYTES_MIN: u64 = 1 << 30;
/// How deep below the data directory secret files are looked for.
const DEPTH_MAX: u32 = 4;
/// What holds a key or a password, by its ending.
const SECRET_ENDINGS: [&str; 6] = ["secret", "key", "seed", "nk", "creds", "pem"];
/// PostgreSQL's own files are many, and it guards their modes itself.
const NOT_SEARCHED: [&str; 2] = ["cluster", "jetstream"];

/// The programs and how they run under this account.
pub(super) fn servers(options: &Options) -> Vec<Finding> {
    const NAME: &str = "embedded servers";
    let binaries = match ServerBinaries::locate(options.servers.as_deref()) {
        Ok(binaries) => binaries,
        Err(error) => {
            let verdict = if matches!(error, EmbeddedError::TooOld { .. }) {
                Verdict::Unsafe
            } else {
                Verdict::Missing
            };
            let advice = "run `deploy/local servers` and give the directory it prints with --servers";
            return vec![Finding::not_ok(NAME, verdict, error.to_string(), advice)];
        }
    };
    let words = format!("PostgreSQL {}, nats-server {}", binaries.postgres_version, binaries.nats_version);
    vec![Finding::ok(NAME, words), account(&binaries, &options.data_dir)]
}

fn account(binaries: &ServerBinaries, data_dir: &Path) -> Finding {
    const NAME: &str = "account for PostgreSQL";
    match Runner::for_postgres(&binaries.postgres, &data_dir.join("postgres")) {
        Ok(runner) if runner.ends_with_tais() => Finding::ok(NAME, format!("runs {}", runner.words())),
        Ok(runner) => Finding::not_ok(
            NAME,
            Verdict::Warning,
            format!("runs {}", runner.words()),
            "install util-linux 2.33 or newer, whose `setpriv` lets the system end the servers; \
             without it the next start ends them",
        ),
        Err(error) => Finding::not_ok(
            NAME,
            Verdict::Missing,
            error.to_string(),
            "run Tais as an ordinary user, or put servers and data under a path every account may enter",
        ),
    }
}

/// Whether we may write where the data lies or will lie.
pub(super) fn data_dir(data_dir: &Path) -> Finding {
    const NAME: &str = "data directory";
    let place = existing(data_dir);
    let shown = data_dir.display();
    if DataLock::is_held(data_dir) {
        return Finding::not_ok(
            NAME,
            Verdict::Warning,
            format!("{shown} is in use by a running Tais"),
            "nothing, if that is the one you mean; a second one needs a --data of its own",
        );
    }
    if !place.is_dir() || rustix::fs::access(&place, rustix::fs::Access::WRITE_OK).is_err() {
        return Finding::not_ok(
            NAME,
            Verdict::Missing,
            format!("{} cannot be written to", place.display()),
            "give another directory with --data, or make this one writable for the account Tais runs as",
        );
    }
    let state = if place == data_dir { "is there" } else { "will be made" };
    Finding::ok(NAME, format!("{shown} {state} and can be written to"))
}

/// Whether the record has room to grow.
pub(super) fn free_space(data_dir: &Path) -> Finding {
    const NAME: &str = "free space";
    let place = existing(data_dir);
    match rustix::fs::statvfs(&place) {
        Ok(disk) => judge_space(disk.f_bavail.saturating_mul(disk.f_frsize)),
        Err(error) => Finding::not_ok(
            NAME,
            Verdict::Warning,
            format!("it could not be read for {}: {error}", place.display()),
            "check by hand that at least 1 GiB is free",
        ),
    }
}

fn judge_space(free: u64) -> Finding {
    const NAME: &str = "free space";
    let words = format!("{:.1} GiB", free as f64 / f64::from(1_u32 << 30));
    if free >= FREE_BYTES_MIN {
        return Finding::ok(NAME, words);
    }
    let advice = "free at least 1 GiB: with a full disk nothing more can be recorded";
    Finding::not_ok(NAME, Verdict::Unsafe, words, advice)
}

/// Whether keys and passwords are closed to everybody else.
pub(super) fn secrets(data_dir: &Path) -> Finding {
    const NAME: &str = "secret files";
    let mut open = Vec::new();
    let mut seen = 0;
    look_for_secrets(data_dir, DEPTH_MAX, &mut |path, mode| {
        seen += 1;
        if mode & 0o077 != 0 {
            open.push(path.display().to_string());
        }
    });
    if open.is_empty() {
        return Finding::ok(NAME, format!("{seen} found, each readable by its owner only"));
    }
    let advice =
        format!("chmod 600 {}; and consider what lay open as known to others: rotate it", open.join(" "));
    Finding::not_ok(NAME, Verdict::Unsafe, format!("{} of {seen} can be read by others", open.len()), advice)
}

fn look_for_secrets(dir: &Path, depth: u32, tell: &mut dyn FnMut(&Path, u32)) {
    // What cannot be read is not ours, or not there yet.
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.metadata() else { continue };
        let is_secret =
            path.extension().and_then(|e| e.to_str()).is_some_and(|e| SECRET_ENDINGS.contains(&e));
        let searched = !NOT_SEARCHED.iter().any(|name| entry.file_name() == *name);
        if kind.is_dir() && depth > 0 && searched {
            look_for_secrets(&path, depth - 1, tell);
        } else if kind.is_file() && is_secret {
            tell(&path, kind.permissions().mode());
        }
    }
}

/// Whether Tais can listen.
pub(super) fn ports(options: &Options) -> Vec<Finding> {
    let running = DataLock::is_held(&options.data_dir);
    options.ports.iter().map(|&port| judge_port(port, port_is_free(port), running)).collect()
}

fn judge_port(port: u16, free: bool, running: bool) -> Finding {
    const NAME: &str = "port";
    match (free, running) {
        (true, _) => Finding::ok(NAME, format!("{port} is free")),
        (false, true) => Finding::not_ok(
            NAME,
            Verdict::Warning,
            format!("{port} is taken, and a Tais is running on this data directory"),
            "nothing, if it is that one",
        ),
        (false, false) => Finding::not_ok(
            NAME,
            Verdict::Missing,
            format!("{port} cannot be had: another program has it, or it needs privileges"),
            "stop that program, or give another port with --port",
        ),
    }
}

/// The path itself, or the nearest directory above it that is there.
fn existing(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/")).to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_secret_that_others_can_read_is_unsafe_and_named() {
        let dir = tempfile::tempdir().unwrap();
        let below = dir.path().join("keys");
        fs::create_dir(&below).unwrap();
        let key = below.join("apsc.key");
        fs::write(&key, "x").unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(secrets(dir.path()).verdict, Verdict::Ok);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
        let finding = secrets(dir.path());
        assert_eq!(finding.verdict, Verdict::Unsafe);
        assert!(finding.advice.unwrap().contains("apsc.key"));
    }

    #[test]
    fn a_directory_to_come_is_fine_and_a_held_one_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("a/b");
        assert_eq!(data_dir(&data).verdict, Verdict::Ok);
        assert!(!data.exists(), "looking changes nothing");
        let _held = DataLock::take(&data).unwrap();
        assert_eq!(data_dir(&data).verdict, Verdict::Warning);
    }

    #[test]
    fn a_file_in_the_way_is_missing_a_directory() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(data_dir(&file.path().join("data")).verdict, Verdict::Missing);
    }

    #[test]
    fn little_space_is_unsafe() {
        assert_eq!(judge_space(FREE_BYTES_MIN - 1).verdict, Verdict::Unsafe);
        assert_eq!(judge_space(FREE_BYTES_MIN).verdict, Verdict::Ok);
    }

    #[test]
    fn a_taken_port_is_only_worth_a_warning_when_tais_runs() {
        assert_eq!(judge_port(8420, false, false).verdict, Verdict::Missing);
        assert_eq!(judge_port(8420, false, true).verdict, Verdict::Warning);
        assert_eq!(judge_port(8420, true, false).verdict, Verdict::Ok);
    }

    #[test]
    fn missing_servers_are_missing() {
        let empty = tempfile::tempdir().unwrap();
        let options = Options {
            servers: Some(empty.path().to_owned()),
            data_dir: empty.path().to_owned(),
            ports: Vec::new(),
            postgres: None,
            nats: None,
        };
        assert_eq!(servers(&options)[0].verdict, Verdict::Missing);
    }
}
