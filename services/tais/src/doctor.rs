//! `tais doctor`: what is missing or unsafe here, in plain words, and what to do about it.
//!
//! It looks and changes nothing. Every check is one function that returns findings; adding a check
//! is adding one function and one line in [`examine`].

mod cluster;
mod machine;
mod message_server;

use std::fmt;
use std::path::PathBuf;

/// What to examine.
#[derive(Debug, Clone)]
pub struct Options {
    /// The directory of the embedded servers; without one they are looked for on the machine.
    pub servers: Option<PathBuf>,
    /// The data directory, which need not exist yet.
    pub data_dir: PathBuf,
    /// Loopback ports that Tais will listen on.
    pub ports: Vec<u16>,
    /// The URL of a PostgreSQL of one's own, in place of the embedded one.
    pub postgres: Option<String>,
    /// The URL of a nats-server of one's own, in place of the embedded one.
    pub nats: Option<String>,
}

/// How a finding is to be taken, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Works, and a person should know.
    Warning,
    /// Tais cannot start without it.
    Missing,
    /// Tais could start, and what it promises would not hold.
    Unsafe,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Missing => "missing",
            Self::Unsafe => "UNSAFE",
        }
    }
}

/// One thing that was examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was examined, in two or three words.
    pub name: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was seen. Never contains a password.
    pub words: String,
    /// What to do, when there is something to do.
    pub advice: Option<String>,
}

impl Finding {
    fn ok(name: &'static str, words: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Ok, words: words.into(), advice: None }
    }

    fn not_ok(
        name: &'static str,
        verdict: Verdict,
        words: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { name, verdict, words: words.into(), advice: Some(advice.into()) }
    }
}

/// Everything that was found, in the order of examination.
#[derive(Debug, Clone)]
pub struct Report {
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The worst verdict.
    #[must_use]
    pub fn worst(&self) -> Verdict {
        self.findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok)
    }

    /// Whether Tais can start here and keep its promises.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.worst() <= Verdict::Warning
    }
}

impl fmt::Display for Report {
    /// One line a finding and one for what to do, then a summary; nothing but text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{:<8} {}: {}", finding.verdict.word(), finding.name, finding.words)?;
            if let Some(advice) = &finding.advice {
                writeln!(f, "{:<8} -> {advice}", "")?;
            }
        }
        match self.worst() {
            Verdict::Ok => writeln!(f, "\nEverything is as it should be."),
            Verdict::Warning => writeln!(f, "\nTais can run here. Read the warnings."),
            Verdict::Missing => writeln!(f, "\nTais cannot start here until what is missing is there."),
            Verdict::Unsafe => writeln!(f, "\nDo not run Tais here until what is unsafe is put right."),
        }
    }
}

/// Examines the machine, the data directory and, where given, the servers of one's own.
pub async fn examine(options: &Options) -> Report {
    let mut findings = Vec::new();
    if options.postgres.is_none() || options.nats.is_none() {
        findings.extend(machine::servers(options));
    }
    findings.push(machine::data_dir(&options.data_dir));
    findings.push(machine::free_space(&options.data_dir));
    findings.push(machine::secrets(&options.data_dir));
    findings.extend(machine::ports(options));
    if let Some(url) = &options.postgres {
        findings.extend(cluster::examine(url).await);
    }
    if let Some(url) = &options.nats {
        findings.extend(message_server::examine(url).await);
    }
    Report { findings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(verdicts: &[Verdict]) -> Report {
        let finding = |&verdict| Finding::not_ok("thing", verdict, "seen", "do this");
        Report { findings: verdicts.iter().map(finding).collect() }
    }

    #[test]
    fn only_what_is_missing_or_unsafe_stands_in_the_way() {
        assert!(report(&[]).is_sound());
        assert!(report(&[Verdict::Ok, Verdict::Warning]).is_sound());
        assert!(!report(&[Verdict::Missing, Verdict::Ok]).is_sound());
        assert!(!report(&[Verdict::Unsafe, Verdict::Warning]).is_sound());
    }

    #[test]
    fn the_report_says_what_to_do_and_sums_up() {
        let text = report(&[Verdict::Warning, Verdict::Unsafe]).to_string();
        assert!(text.contains("UNSAFE   thing: seen\n         -> do this\n"), "{text}");
        assert!(text.ends_with("Do not run Tais here until what is unsafe is put right.\n"), "{text}");
    }
}
