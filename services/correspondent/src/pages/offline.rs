//! What the scripts of the form need on a page: its texts in the reader's language, and the places
//! where they write. All of it is hidden until there is something to say.

use askama::Template;
use tais_proto::{AccountId, Pillar, Timestamp};
use tais_web::language::{Arg, Texts};
use tais_web::session::SignedIn;
use tais_web::{Failure, Frame, assets, escape};

use super::render;
use crate::Correspondent;

/// What waits on the reader's device.
#[derive(Template)]
#[template(path = "offline.html")]
struct QueuePart {
    t: Texts,
    account: AccountId,
    pillar: Pillar,
    kept: String,
}

/// The place for what waits on the reader's device.
pub(super) fn queue(
    correspondent: &Correspondent,
    frame: &Frame,
    person: &SignedIn,
) -> Result<String, Failure> {
    let t = frame.texts;
    // The script puts its own clock in place of the sign.
    let kept = t.with("offline-kept", &[("time", Arg::from("%"))]);
    render(&QueuePart { t, account: person.account, pillar: correspondent.intake.pillar(), kept })
}

/// What a copy of the page says of itself. The service worker takes its `hidden` away when it shows
/// the copy, so that the time is that of the server.
pub(super) fn saved_copy(t: Texts, now: Timestamp) -> String {
    let words = t.with("offline-saved-copy", &[("time", Arg::from(t.format_time(now.to_utc())))]);
    format!(r#"<p class="copy" id="saved-copy" hidden>{}</p>"#, escape(&words))
}

/// The scripts for `<head>`: the queue's, and on a form the form's behind it.
pub(super) fn scripts(names: &[&str]) -> String {
    names.iter().map(|name| format!(r#"<script src="{}" defer></script>"#, assets::url(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_says_so_once_the_worker_has_shown_it() {
        let html = saved_copy(Texts::default(), Timestamp::from_unix_micros(1_795_509_900_000_000));
        let worker = include_str!("../../../web/assets/service-worker.js");
        assert!(html.contains(r#"id="saved-copy" hidden"#), "{html}");
        assert!(worker.contains(r#"replace('id="saved-copy" hidden', 'id="saved-copy"')"#));
        assert!(html.contains("Saved copy from 24 November 2026, 17:45. You are offline."), "{html}");
    }
}
