//! Whom to believe: a log's key, witnesses, and how many of them must have cosigned (C2SP tlog-policy).

use std::collections::{HashMap, HashSet};

use super::{CheckpointError, KeyType, NoteKey, SignedCheckpoint};

/// The most lines that are read.
const LINES_MAX: usize = 1_000;

/// Why a file is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the policy: {what}")]
pub struct PolicyError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// A witness as a policy names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its key.
    pub key: NoteKey,
    /// Where it takes checkpoints.
    pub url: Option<String>,
}

/// Whom to believe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The logs.
    pub logs: Vec<NoteKey>,
    /// The witnesses.
    pub witnesses: Vec<Witness>,
    quorum: Rule,
    file: Vec<u8>,
}

/// Who must have cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Nobody,
    Witness(usize),
    Least(usize, Vec<Rule>),
}

impl Rule {
    fn is_met(&self, cosigned: &HashSet<usize>) -> bool {
        match self {
            Self::Nobody => true,
            Self::Witness(index) => cosigned.contains(index),
            Self::Least(least, members) => {
                members.iter().filter(|member| member.is_met(cosigned)).count() >= *least
            }
        }
    }
}

/// A policy as it is read, line by line.
#[derive(Default)]
struct Reading {
    logs: Vec<NoteKey>,
    witnesses: Vec<Witness>,
    /// Names that may still be listed; a name is a member once only.
    names: HashMap<Vec<u8>, Option<Rule>>,
    quorum: Option<Rule>,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// When it is none; says at which line.
    pub fn parse(file: &[u8]) -> Result<Self, PolicyError> {
        let mut reading = Reading::default();
        let mut last = 0;
        for (line, text) in (1..).zip(file.split(|byte| *byte == b'\n')) {
            let wrong = |what: &str| PolicyError { line, what: what.to_owned() };
            if line > LINES_MAX {
                return Err(wrong("it is longer than any policy"));
            }
            if text.iter().any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f) {
                return Err(wrong("it holds a control character"));
            }
            let words: Vec<&[u8]> =
                text.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty()).collect();
            if words.first().is_some_and(|word| !word.starts_with(b"#")) {
                reading.take(&words).map_err(|what| PolicyError { line, what })?;
            }
            last = line;
        }
        let Reading { logs, witnesses, quorum, .. } = reading;
        let missing = PolicyError { line: last, what: "there is no quorum line".to_owned() };
        Ok(Self { logs, witnesses, quorum: quorum.ok_or(missing)?, file: file.to_vec() })
    }

    /// The file that it was read from.
    #[must_use]
    pub fn file(&self) -> &[u8] {
        &self.file
    }

    /// Who cosigned, and when, if a log of the policy signed it and the quorum is there.
    ///
    /// # Errors
    /// When it does not meet the policy.
    pub fn check(&self, signed: &SignedCheckpoint) -> Result<Vec<(&NoteKey, u64)>, CheckpointError> {
        signed.verify_any(&self.logs)?;
        let mut found = Vec::new();
        let mut cosigned = HashSet::new();
        for (index, witness) in self.witnesses.iter().enumerate() {
            if let Some(time) = signed.cosigned(&witness.key)? {
                found.push((&witness.key, time));
                cosigned.insert(index);
            }
        }
        if self.quorum.is_met(&cosigned) { Ok(found) } else { Err(CheckpointError::NoQuorum(found.len())) }
    }
}

impl Reading {
    fn take(&mut self, words: &[&[u8]]) -> Result<(), String> {
        match words {
            [b"log", key] | [b"log", key, _] => {
                let key = key_of(key, KeyType::Log)?;
                if self.logs.iter().any(|known| known.public_key() == key.public_key()) {
                    return Err("the same log stands there twice".to_owned());
                }
                self.logs.push(key);
            }
            [b"witness", name, key, url @ ..] if url.len() <= 1 => {
                let key = key_of(key, KeyType::Witness)?;
                if self.witnesses.iter().any(|known| known.key.public_key() == key.public_key()) {
                    return Err("the same witness stands there twice".to_owned());
                }
                let url = url.first().map(|url| String::from_utf8_lossy(url).into_owned());
                self.name(name, Rule::Witness(self.witnesses.len()))?;
                self.witnesses.push(Witness { key, url });
            }
            [b"group", name, least, members @ ..] if !members.is_empty() => {
                let least = match *least {
                    b"any" => 1,
                    b"all" => members.len(),
                    number => decimal(number).ok_or("a group needs \"any\", \"all\" or a number")?,
                };
                if !(1..=members.len()).contains(&least) {
                    return Err("a group cannot need more than it has, nor nobody".to_owned());
                }
                let members = members.iter().map(|member| self.member(member)).collect::<Result<_, _>>()?;
                self.name(name, Rule::Least(least, members))?;
            }
            [b"quorum", name] => {
                let rule = if *name == b"none" { Rule::Nobody } else { self.member(name)? };
                if self.quorum.replace(rule).is_some() {
                    return Err("there is a second quorum line".to_owned());
                }
            }
            [word, ..] => {
                return Err(format!("\"{}\" cannot stand there like this", String::from_utf8_lossy(word)));
            }
            [] => {}
        }
        Ok(())
    }

    fn name(&mut self, name: &[u8], rule: Rule) -> Result<(), String> {
        if name == b"none" || self.names.insert(name.to_vec(), Some(rule)).is_some() {
            return Err("this name stands for something already".to_owned());
        }
        Ok(())
    }

    fn member(&mut self, name: &[u8]) -> Result<Rule, String> {
        let shown = String::from_utf8_lossy(name);
        match self.names.get_mut(name) {
            None => Err(format!("nothing above is called \"{shown}\"")),
            Some(rule) => rule.take().ok_or_else(|| format!("\"{shown}\" is a member of something already")),
        }
    }
}

fn key_of(word: &[u8], key_type: KeyType) -> Result<NoteKey, String> {
    let text = std::str::from_utf8(word).map_err(|_| "the key is not written as one".to_owned())?;
    let key: NoteKey = text.parse().map_err(|error: super::NoteKeyError| error.to_string())?;
    if key.key_type() == key_type { Ok(key) } else { Err("the key is of another type".to_owned()) }
}

fn decimal(word: &[u8]) -> Option<usize> {
    let number: usize = std::str::from_utf8(word).ok()?.parse().ok()?;
    (number.to_string().as_bytes() == word).then_some(number)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;
    use tais_proto::{SigningKey, Timestamp};

    use super::super::Checkpoint;
    use super::*;

    fn log() -> (NoteKey, SigningKey) {
        let key = SigningKey::from_seed(&[1; 32]);
        (NoteKey::new("tais.example/tl", KeyType::Log, key.public_key()).unwrap(), key)
    }

    fn witness(n: u8) -> (NoteKey, SigningKey) {
        let key = SigningKey::from_seed(&[100 + n; 32]);
        (NoteKey::new(&format!("witness.example/{n}"), KeyType::Witness, key.public_key()).unwrap(), key)
    }

    fn cosigned(by: &[u8]) -> SignedCheckpoint {
        let (name, key) = log();
        let mut signed =
            Checkpoint { origin: name.name().into(), size: 7, root: [3; 32] }.sign(&key).unwrap();
        for n in by {
            let (name, key) = witness(*n);
            let line = signed.cosign(&name, &key, Timestamp::from_unix_micros(9_000_000)).unwrap();
            signed = signed.with_cosignatures(&line, &[name]).unwrap();
        }
        signed
    }

    /// The example of the format: two of three of one house, and any of three of another.
    fn houses() -> String {
        let mut text = format!("# two houses\nlog {}\n\n", log().0);
        for (house, numbers) in [("X", 1..=3), ("Y", 4..=6)] {
            for n in numbers {
                text += &format!("witness {house}{n}\t{} https://w{n}.example/\n", witness(n).0);
            }
        }
        text + "group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y4 Y5 Y6\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
    }

    #[test]
    fn the_quorum_is_what_the_groups_say() {
        let policy = Policy::parse(houses().as_bytes()).unwrap();
        assert_eq!((policy.logs.len(), policy.witnesses.len()), (1, 6));
        for all in 0_u8..64 {
            let by: Vec<u8> = (1..=6).filter(|n| all >> (n - 1) & 1 == 1).collect();
            let of_x = by.iter().filter(|n| **n <= 3).count();
            let is_met = of_x >= 2 && by.len() > of_x;
            let checked = policy.check(&cosigned(&by));
            assert_eq!(checked.is_ok(), is_met, "{by:?}");
            assert!(checked.is_err() || checked.unwrap().len() == by.len());
        }
        let none = Policy::parse(format!("log {}\nquorum none\n", log().0).as_bytes()).unwrap();
        assert_eq!(none.check(&cosigned(&[])), Ok(Vec::new()));
        let other = Policy::parse(b"quorum none\n").unwrap();
        assert!(matches!(other.check(&cosigned(&[])), Err(CheckpointError::UnknownLog(_))));
    }

    #[test]
    fn what_is_no_policy_is_refused_with_its_line() {
        let (log, witness) = (log().0, witness(1).0);
        for (text, line) in [
            (String::new(), 1),
            (format!("log {log}\n"), 2),
            (format!("log {log}\nlog {log}\nquorum none"), 2),
            (format!("log {witness}\nquorum none"), 1),
            (format!("witness a {log}\nquorum a"), 1),
            (format!("witness a {witness}\nwitness b {witness}\nquorum a"), 2),
            (format!("witness none {witness}\nquorum none"), 1),
            (format!("witness a {witness}\ngroup a any a\nquorum a"), 2),
            (format!("witness a {witness}\ngroup g 2 a\nquorum g"), 2),
            (format!("witness a {witness}\ngroup g 0 a\nquorum g"), 2),
            (format!("witness a {witness}\ngroup g 01 a\nquorum g"), 2),
            (format!("witness a {witness}\ngroup g any a a\nquorum g"), 2),
            (format!("witness a {witness}\ngroup g any a\nquorum a"), 3),
            (format!("witness a {witness}\ngroup g any\nquorum a"), 2),
            ("quorum a".to_owned(), 1),
            ("quorum none\nquorum none".to_owned(), 2),
            ("quorum none\nhello".to_owned(), 2),
            ("quorum none\u{7f}".to_owned(), 1),
            ("quorum none\r\n".to_owned(), 1),
        ] {
            assert_eq!(Policy::parse(text.as_bytes()).map_err(|error| error.line), Err(line), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_fail(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            drop(Policy::parse(&bytes));
        }
    }
}
