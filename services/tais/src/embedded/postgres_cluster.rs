//! The cluster's files: made once, whole or not at all, with the settings the record relies on.

use std::fs;
use std::path::{Path, PathBuf};

use rand::RngCore;
use rand::rngs::OsRng;

use super::postgres::OPERATOR;
use super::runner::Runner;
use super::{EmbeddedError, ServerBinaries, files};

/// Bytes of randomness in the operator's password.
const PASSWORD_BYTES: usize = 32;
/// The file of our settings, read last by the server.
const SETTINGS_FILE: &str = "tais.conf";
/// The first major version with the builtin locale provider: byte order, the same on every system.
const BUILTIN_LOCALE_SINCE: u32 = 17;

/// Only with a password, and only from this machine.
const ACCESS: &str = "# Written by tais at every start.\nhost all all 127.0.0.1/32 scram-sha-256\n";

/// Where things lie under the data directory.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub home: PathBuf,
    pub cluster: PathBuf,
    pub log: PathBuf,
    pub secret: PathBuf,
}

impl Layout {
    pub(super) fn under(data_dir: &Path) -> Self {
        let home = data_dir.join("postgres");
        Self {
            cluster: home.join("cluster"),
            log: home.join("postgres.log"),
            secret: data_dir.join("postgres.secret"),
            home,
        }
    }
}

/// Makes the cluster when there is none; returns the operator's password.
pub(super) async fn prepare(
    binaries: &ServerBinaries,
    runner: &Runner,
    layout: &Layout,
) -> Result<String, EmbeddedError> {
    if layout.cluster.exists() {
        check_major(binaries, layout)?;
        return read_secret(&layout.secret)
            .ok_or_else(|| EmbeddedError::Secret { path: layout.secret.clone() });
    }
    let password = match read_secret(&layout.secret) {
        Some(password) => password,
        None => new_secret(&layout.secret)?,
    };
    initialise(binaries, runner, layout, &password).await?;
    Ok(password)
}

/// Writes settings and access rules; both are ours and written anew at every start.
pub(super) fn write_settings(runner: &Runner, layout: &Layout, port: u16) -> Result<(), EmbeddedError> {
    for (name, text) in [(SETTINGS_FILE, settings(port)), ("pg_hba.conf", ACCESS.to_owned())] {
        let path = layout.cluster.join(name);
        files::write_private(&path, text.as_bytes())?;
        runner.give(&path)?;
    }
    Ok(())
}

fn settings(port: u16) -> String {
    format!(
        "# Written by tais at every start; changes here do not last.\n\
         listen_addresses = '127.0.0.1'\n\
         port = {port}\n\
         # One way in: no sockets, whose paths have a length limit and places of their own.\n\
         unix_socket_directories = ''\n\
         password_encryption = 'scram-sha-256'\n\
         # What \"recorded\" means: on disk before the commit is answered, and whole after a crash.\n\
         fsync = on\n\
         full_page_writes = on\n\
         synchronous_commit = on\n\
         max_connections = 100\n\
         shared_buffers = '512MB'\n\
         # The log only grows: the write-ahead log has room between checkpoints, so that pages are written once,\n\
         # and its files are used again instead of made anew in the middle of a commit.\n\
         wal_buffers = '64MB'\n\
         min_wal_size = '1GB'\n\
         max_wal_size = '4GB'\n\
         checkpoint_timeout = '15min'\n\
         timezone = 'UTC'\n\
         log_timezone = 'UTC'\n"
    )
}

fn read_secret(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn new_secret(path: &Path) -> Result<String, EmbeddedError> {
    let mut bytes = [0; PASSWORD_BYTES];
    OsRng.fill_bytes(&mut bytes);
    let password = hex::encode(bytes);
    files::write_private(path, password.as_bytes())?;
    Ok(password)
}

fn check_major(binaries: &ServerBinaries, layout: &Layout) -> Result<(), EmbeddedError> {
    let path = layout.cluster.join("PG_VERSION");
    let text = fs::read_to_string(&path).map_err(EmbeddedError::io("read", &path))?;
    let server = binaries.postgres_version.0;
    match text.trim().parse() {
        Ok(found) if found != server => {
            Err(EmbeddedError::OtherMajor { path: layout.cluster.clone(), found, server })
        }
        _ => Ok(()),
    }
}

/// Runs initdb beside the final place and renames: a machine that stops half-way leaves nothing
/// that looks like a cluster.
async fn initialise(
    binaries: &ServerBinaries,
    runner: &Runner,
    layout: &Layout,
    password: &str,
) -> Result<(), EmbeddedError> {
    let fresh = layout.home.join("cluster.new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).map_err(EmbeddedError::io("remove the unfinished", &fresh))?;
    }
    // The server's account may not read the secret itself.
    let password_file = layout.home.join("password");
    files::write_private(&password_file, password.as_bytes())?;
    runner.give(&password_file)?;
    let outcome = run_initdb(binaries, runner, &fresh, &password_file).await;
    fs::remove_file(&password_file).map_err(EmbeddedError::io("remove", &password_file))?;
    outcome?;
    include_settings(&fresh)?;
    fs::rename(&fresh, &layout.cluster).map_err(EmbeddedError::io("move into place", &layout.cluster))?;
    files::sync_parent(&layout.cluster)
}

async fn run_initdb(
    binaries: &ServerBinaries,
    runner: &Runner,
    cluster: &Path,
    password_file: &Path,
) -> Result<(), EmbeddedError> {
    let mut command = tokio::process::Command::from(runner.untied(&binaries.initdb));
    command.arg("-D").arg(cluster).arg("--pwfile").arg(password_file);
    command.args(["--username", OPERATOR, "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]);
    if binaries.postgres_version.0 >= BUILTIN_LOCALE_SINCE {
        command.args(["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
    } else {
        command.arg("--locale=C.UTF-8");
    }
    // Messages in one language, and no account's own settings.
    command.env("LC_MESSAGES", "C").env_remove("PGDATA");
    let output = command.output().await.map_err(EmbeddedError::io("run", &binaries.initdb))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(EmbeddedError::Init { output: String::from_utf8_lossy(&said).trim().to_owned() })
}

fn include_settings(cluster: &Path) -> Result<(), EmbeddedError> {
    use std::io::Write;
    let path = cluster.join("postgresql.conf");
    let mut file =
        fs::OpenOptions::new().append(true).open(&path).map_err(EmbeddedError::io("open", &path))?;
    writeln!(file, "\ninclude '{SETTINGS_FILE}'").map_err(EmbeddedError::io("write", &path))?;
    file.sync_all().map_err(EmbeddedError::io("flush", &path))
}
