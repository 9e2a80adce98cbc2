//! `tais keys`: the log's public keys, and the next one.

use anyhow::Context as _;
use tais_log::checkpoint::{KeyType, NoteKey, SignedCheckpoint};

use crate::secrets::Secrets;
use crate::settings::Settings;
use crate::verify::{Trusted, kept};

/// The log's keys that lie here, the first one first, and the checkpoint that was signed last.
struct Keys {
    name: String,
    keys: Vec<NoteKey>,
    signed: Option<SignedCheckpoint>,
}

impl Keys {
    fn read(settings: &Settings) -> anyhow::Result<Self> {
        let none = || {
            format!(
                "there is no log's key in {}: run this where the recorder runs",
                settings.data().display()
            )
        };
        let trusted = Trusted::log(settings, None)?.with_context(none)?;
        // The log's name stands in its genesis, and in what was signed last.
        let signed = kept(settings, None)?;
        let name =
            signed.as_ref().map_or_else(|| settings.origin(), |signed| signed.checkpoint().origin.clone());
        Ok(Self { keys: trusted.named(&name)?, name, signed })
    }

    fn signed_by(&self, key: &NoteKey) -> bool {
        self.signed.as_ref().is_some_and(|signed| signed.verify(key).is_ok())
    }
}

/// The public keys of the log that lie here, and which of them signs.
///
/// # Errors
/// When there are none here.
pub fn shown(settings: &Settings) -> anyhow::Result<String> {
    let keys = Keys::read(settings)?;
    let is_one = keys.keys.len() == 1;
    let line = |key: &NoteKey| {
        let signs = keys.signed_by(key);
        let note =
            if signs { " signed the newest checkpoint" } else { " did not sign the newest checkpoint" };
        format!("log           {key}{}", if is_one { "" } else { note })
    };
    Ok(keys.keys.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// Makes the log's next key where none waits, and says what to do with it.
///
/// # Errors
/// When there is no key here that another could follow, or its file cannot be made.
pub fn rotate(settings: &Settings) -> anyhow::Result<String> {
    let keys = Keys::read(settings)?;
    let waiting = keys.keys.split_first().and_then(|(_, later)| later.last());
    let (line, made) = match waiting.filter(|key| !keys.signed_by(key)) {
        Some(key) => (key.clone(), "A next key was made before, and has signed no checkpoint yet".to_owned()),
        None => {
            let (key, file) = Secrets::open(settings.data())?.make_next_log_key()?;
            let line = NoteKey::new(&keys.name, KeyType::Log, key.public_key())?;
            (line, format!("The log's next key lies in {}", file.display()))
        }
    };
    Ok(format!(
        "{made}. This is its line:\n\n{line}\n\n\
         1. Copy its file to where else a recorder stands by, and offline beside the copy of the present key.\n\
         2. Give the line to the auditors and to whoever runs a witness (tais witness takes --log-key several\n   \
            times): a witness that was not told does not cosign what the next key signs.\n\
         3. At /keys one administrator enters the line; another compares it with `tais keys` and approves.\n\n\
         It signs nothing before that, and the present key nothing after."
    ))
}
