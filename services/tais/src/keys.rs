//! `tais keys`: the log's public keys.

use anyhow::Context as _;
use tais_log::checkpoint::NoteKey;

use crate::settings::Settings;
use crate::verify::{Trusted, kept};

/// The public keys of the log that lie here, and which of them signs.
///
/// # Errors
/// When there are none here.
pub fn shown(settings: &Settings) -> anyhow::Result<String> {
    let none = || {
        format!("there is no log's key in {}: run this where the recorder runs", settings.data().display())
    };
    let trusted = Trusted::log(settings, None)?.with_context(none)?;
    // The log's name stands in its genesis, and in what was signed last.
    let signed = kept(settings, None)?;
    let name = signed.as_ref().map_or_else(|| settings.origin(), |signed| signed.checkpoint().origin.clone());
    let keys = trusted.named(&name)?;
    let is_one = keys.len() == 1;
    let line = |key: &NoteKey| {
        let signs = signed.as_ref().is_some_and(|signed| signed.verify(key).is_ok());
        let note =
            if signs { " signed the newest checkpoint" } else { " did not sign the newest checkpoint" };
        format!("log           {key}{}", if is_one { "" } else { note })
    };
    Ok(keys.iter().map(line).collect::<Vec<_>>().join("\n"))
}
