//! The command line.

use std::path::PathBuf;

use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use tais_proto::Pillar;

use crate::bench::Asked as Bench;
use crate::client::{Import, Submit};
use crate::settings::Settings;

/// The record of Timor-Leste's Office for ASEAN Affairs: what three pillars do for Women, Peace and
/// Security, in one log that nobody can quietly change.
#[derive(Debug, Parser)]
#[command(name = "tais", version, about)]
pub struct Cli {
    /// What is set.
    #[command(flatten)]
    pub settings: Settings,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// A pillar on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PillarName {
    /// Political-security
    Apsc,
    /// Economic
    Aec,
    /// Socio-cultural
    Ascc,
}

impl From<PillarName> for Pillar {
    fn from(name: PillarName) -> Self {
        match name {
            PillarName::Apsc => Self::Apsc,
            PillarName::Aec => Self::Aec,
            PillarName::Ascc => Self::Ascc,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run everything in one process, on private servers, until Ctrl-C
    Up {
        /// Do not fill an empty log with the sample year
        #[arg(long)]
        no_demo: bool,
    },
    /// Make schemas, roles, streams and the genesis, with the operator's credentials
    Migrate,
    /// Run a recorder: the only writer of the log; any number may stand by
    Recorder,
    /// Run a projector
    Projector {
        /// Build every projection anew beside the live one, and swap when caught up
        #[arg(long)]
        rebuild: bool,
    },
    /// Run the office's pages
    Office,
    /// Run the auditor's pages
    Audit,
    /// Run the correspondent of one pillar
    Correspondent {
        /// Which pillar
        #[arg(long, value_enum)]
        pillar: PillarName,
    },
    /// Fill an empty log with a sample year through the real pipeline, and stop
    Demo,
    /// Fold the log again from its beginning, and compare with the live projections
    Replay {
        /// Up to this position, or the end of this day in Dili (2026-11-24); the end if not given
        #[arg(long, value_name = "POSITION|DATE")]
        to: Option<String>,
        /// Keep the rows as well: in a new schema of the database, or where the name has a dot or a slash in a new
        /// file of JSON lines
        #[arg(long, value_name = "SCHEMA|FILE")]
        into: Option<String>,
    },
    /// Verify the record, a folder of `tais export`, or one receipt: from the bytes alone
    #[command(args_conflicts_with_subcommands = true)]
    Verify {
        /// One receipt
        #[command(subcommand)]
        what: Option<VerifyWhat>,
        /// The folder, for which neither network nor database is needed; without it the record in its database
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
        /// The log's key, as `tais keys` prints it, from a place that whoever runs the database does not rule
        #[arg(long, env = "TAIS_LOG_KEY", value_name = "KEY")]
        log_key: Option<String>,
        /// A checkpoint that was kept elsewhere; without it the one in the data directory
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
    /// Cosign checkpoints of a log (C2SP tlog-witness), where whoever runs the log does not rule
    Witness {
        /// The witness's name, such as audit.example/w1
        #[arg(long, value_name = "NAME")]
        name: String,
        /// The key of the log, as `tais keys` prints it; several times for several logs
        #[arg(long, env = "TAIS_LOG_KEY", required = true, value_name = "KEY")]
        log_key: Vec<String>,
    },
    /// Write the log as files that anybody can verify and follow (C2SP tlog-tiles)
    Export {
        /// The folder; what is there already is not written again
        #[arg(long, value_name = "DIR")]
        tiles: PathBuf,
    },
    /// Have the recorder sign what the log is now, and print the checkpoint
    Checkpoint,
    /// Print the public keys that others verify with
    Keys {
        /// Another thing to do with them
        #[command(subcommand)]
        what: Option<KeysWhat>,
    },
    /// Send one activity as JSON, and wait for its receipt
    Submit(Submit),
    /// Check a spreadsheet or an IATI file of activities, and save it with --commit
    Import(Import),
    /// Measure this machine: recording, reading and rebuilding, as ratios to its bare servers
    Bench(Bench),
    /// Say in plain words what is missing or unsafe here, and what to do
    Doctor,
    /// Print the settings in force, secrets masked
    Config,
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// What to verify.
#[derive(Debug, Subcommand)]
pub enum VerifyWhat {
    /// One receipt (`.tlog-proof`), with neither network nor database
    Receipt {
        /// The file
        file: PathBuf,
        /// The log's key, as `tais keys` prints it
        #[arg(long, env = "TAIS_LOG_KEY", value_name = "KEY")]
        log_key: Option<String>,
    },
}

/// What to do with the log's keys.
#[derive(Debug, Subcommand)]
pub enum KeysWhat {
    /// Make the log's next key and print its line; it signs nothing until two administrators approve it at /keys
    Rotate,
}

/// Writes completions to standard output.
pub fn completions(shell: Shell) {
    clap_complete::generate(shell, &mut Cli::command(), "tais", &mut std::io::stdout());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
