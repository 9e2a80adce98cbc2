//! As whom a server runs, and how it is kept from outliving Tais.
//!
//! PostgreSQL refuses to run as root. As root it therefore runs in a user namespace, where it is
//! nobody special while its files stay root's own; where that is forbidden, under another account.
//!
//! A killed Tais cannot stop its servers, so the kernel does: `setpriv --pdeathsig` gives them a
//! signal when the thread that started them ends (hence the thread per server in `supervise`).
//! The helper programs do this without unsafe code of ours; where they are missing the servers
//! still run, and one left over is cleared away at the next start.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::EmbeddedError;

/// An account other than root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Account {
    uid: u32,
    gid: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RunAs {
    Ourselves,
    Namespace(Account),
    Other(Account),
}

/// How a server's program is started on this machine.
#[derive(Debug, Clone)]
pub struct Runner {
    run_as: RunAs,
    can_tie: bool,
}

impl Runner {
    /// For a program that runs as whoever we are.
    #[must_use]
    pub fn plain() -> Self {
        let mut runner = Self { run_as: RunAs::Ourselves, can_tie: false };
        runner.can_tie = runner.tie_works();
        runner
    }

    /// For PostgreSQL: plain, unless we are root.
    ///
    /// `home` is where its files are or will be, which decides the account when they exist.
    ///
    /// # Errors
    /// [`EmbeddedError::CannotRunAsRoot`] when we are root and neither way round works.
    pub fn for_postgres(postgres: &Path, home: &Path) -> Result<Self, EmbeddedError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::plain());
        }
        Self::for_postgres_as_root(postgres, home, &[Self::in_namespace, Self::as_other])
    }

    fn for_postgres_as_root(
        postgres: &Path,
        home: &Path,
        ways: &[fn(Account) -> RunAs],
    ) -> Result<Self, EmbeddedError> {
        let owner = owner_other_than_root(&home.join("cluster"));
        let account = owner.unwrap_or_else(stand_in_account);
        let mut reasons = Vec::new();
        for way in ways {
            let mut runner = Self { run_as: way(account), can_tie: false };
            // In a namespace only root's files are ours; another account's cluster needs that account.
            if owner.is_some() && matches!(runner.run_as, RunAs::Namespace(_)) {
                reasons.push("the cluster belongs to another account, so no namespace".to_owned());
                continue;
            }
            match first_words(runner.untied(postgres).arg("--version")) {
                Ok(()) => {
                    runner.can_tie = runner.tie_works();
                    return Ok(runner);
                }
                Err(reason) => reasons.push(reason),
            }
        }
        Err(EmbeddedError::CannotRunAsRoot { reason: reasons.join("; ") })
    }

    fn in_namespace(account: Account) -> RunAs {
        RunAs::Namespace(account)
    }

    fn as_other(account: Account) -> RunAs {
        RunAs::Other(account)
    }

    /// In words, for `tais doctor`.
    #[must_use]
    pub fn words(&self) -> String {
        let who = self.who();
        let tie =
            if self.can_tie { "ends with Tais" } else { "is not ended by the system should Tais be killed" };
        format!("{who}; {tie}")
    }

    /// Whether the system ends the server should Tais be killed.
    #[must_use]
    pub fn ends_with_tais(&self) -> bool {
        self.can_tie
    }

    /// The command for a program that the kernel sends `signal` (`INT`, `TERM`) when the calling
    /// thread ends. It gets a process group of its own, so that Ctrl-C at the terminal reaches Tais
    /// alone and the servers are stopped in order.
    pub(super) fn tied(&self, program: &Path, signal: &str) -> Command {
        let mut words: Vec<String> = self.prefix();
        if self.can_tie {
            words.extend(["setpriv", "--pdeathsig", signal, "--"].map(str::to_owned));
        }
        let mut command = command_of(&words, program.as_os_str());
        command.process_group(0);
        command
    }

    /// The command for a program that runs briefly.
    pub(super) fn untied(&self, program: &Path) -> Command {
        command_of(&self.prefix(), program.as_os_str())
    }

    /// Gives a path to the account the server runs under.
    pub(super) fn give(&self, path: &Path) -> Result<(), EmbeddedError> {
        match self.run_as {
            RunAs::Other(account) => chown(path, Some(account.uid), Some(account.gid))
                .map_err(EmbeddedError::io("give to the server's account", path)),
            RunAs::Ourselves | RunAs::Namespace(_) => Ok(()),
        }
    }

    /// Whether the server will be able to write in `home`: a directory on the way may be closed to
    /// it, which root itself would not notice.
    pub(super) fn check_reach(&self, home: &Path) -> Result<(), EmbeddedError> {
        let reached = first_words(self.untied(Path::new("test")).arg("-w").arg(home));
        reached.map_err(|_| EmbeddedError::CannotRunAsRoot {
            reason: format!("{} cannot be written to {}", home.display(), self.who()),
        })
    }

    /// Whether the server runs under an account that must be let through our directories.
    pub(super) fn is_other_account(&self) -> bool {
        matches!(self.run_as, RunAs::Other(_))
    }

    fn who(&self) -> String {
        match self.run_as {
            RunAs::Ourselves => "under our own account".to_owned(),
            RunAs::Namespace(_) => "as root's stand-in in a user namespace".to_owned(),
            RunAs::Other(account) => format!("under the account with uid {}", account.uid),
        }
    }

    fn prefix(&self) -> Vec<String> {
        match self.run_as {
            RunAs::Ourselves => Vec::new(),
            RunAs::Namespace(Account { uid, gid }) => vec![
                "unshare".to_owned(),
                "--user".to_owned(),
                format!("--map-user={uid}"),
                format!("--map-group={gid}"),
                "--".to_owned(),
            ],
            RunAs::Other(Account { uid, gid }) => vec![
                "setpriv".to_owned(),
                format!("--reuid={uid}"),
                format!("--regid={gid}"),
                "--clear-groups".to_owned(),
                "--".to_owned(),
            ],
        }
    }

    fn tie_works(&self) -> bool {
        let tied = Self { can_tie: true, ..self.clone() };
        first_words(&mut tied.tied(Path::new("true"), "TERM")).is_ok()
    }
}

fn command_of(prefix: &[String], program: &OsStr) -> Command {
    let mut command = match prefix {
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(program);
            command
        }
        [] => Command::new(program),
    };
    command.stdin(Stdio::null());
    command
}

/// Runs a command to its end; an error is the first line of what it said.
fn first_words(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(said.lines().next().unwrap_or("it failed without a word").to_owned())
}

fn owner_other_than_root(path: &Path) -> Option<Account> {
    let owner = fs::metadata(path).ok()?;
    (owner.uid() != 0).then(|| Account { uid: owner.uid(), gid: owner.gid() })
}

/// An account that has a name here, since PostgreSQL looks its own up.
fn stand_in_account() -> Account {
    let passwd = fs::read_to_string(PathBuf::from("/etc/passwd")).unwrap_or_default();
    pick_account(&passwd)
}

fn pick_account(passwd: &str) -> Account {
    let find = |wanted: &str| {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            let uid: u32 = fields.nth(1)?.parse().ok()?;
            let gid: u32 = fields.next()?.parse().ok()?;
            (name == wanted && uid != 0).then_some(Account { uid, gid })
        })
    };
    const NOBODY: Account = Account { uid: 65_534, gid: 65_534 };
    find("postgres").or_else(|| find("nobody")).unwrap_or(NOBODY)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_database_account_is_preferred_and_root_never_chosen() {
        let both =
            "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\npostgres:x:101:104::/:/bin/sh\n";
        assert_eq!(pick_account(both), Account { uid: 101, gid: 104 });
        let one = "postgres:x:0:0::/root:/bin/sh\nnobody:x:99:98::/:/bin/false\n";
        assert_eq!(pick_account(one), Account { uid: 99, gid: 98 });
        assert_eq!(pick_account(""), Account { uid: 65_534, gid: 65_534 });
    }

    #[test]
    fn when_no_way_works_the_reasons_are_told() {
        let home = tempfile::tempdir().unwrap();
        let error = Runner::for_postgres_as_root(
            Path::new("/nonexistent/postgres"),
            home.path(),
            &[Runner::in_namespace, Runner::as_other],
        )
        .unwrap_err();
        let words = error.to_string();
        assert!(words.contains("ordinary user") && words.contains("/nonexistent/postgres"), "{words}");
    }
}
