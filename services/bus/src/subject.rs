//! Subjects. Pure: what a subject is made of, and what one means.

use tais_proto::reference::StateCode;
use tais_proto::{Pillar, Publisher, StreamId};

/// The header that carries the signature, in base64.
pub const SIGNATURE: &str = "Tais-Signature";
/// The header that names the pillar of what is relayed, where it has one; a delivery's own subject no longer does.
pub const PILLAR: &str = "Tais-Pillar";

/// The stream of submissions.
pub const SUBMIT: &str = "SUBMIT";
/// The stream of what was recorded.
pub const RECORDED: &str = "RECORDED";
/// The recorder's consumer on [`SUBMIT`].
pub const RECORDER: &str = "recorder";
/// The stream's place in a subject where there are several.
const TOGETHER: &str = "together";
/// The pillar's place in a subject where a stream has no pillar.
const ALL: &str = "all";

/// A state's token in a subject.
#[must_use]
pub fn state_token(state: &StateCode) -> String {
    state.as_str().to_lowercase()
}

/// Where a publisher submits: `tais.submit.tl.apsc.<stream>`.
#[must_use]
pub fn submit(state: &StateCode, publisher: Publisher, stream: StreamId) -> String {
    format!("tais.submit.{}.{publisher}.{stream}", state_token(state))
}

/// Where a publisher submits events of several streams in one message.
#[must_use]
pub fn submit_together(state: &StateCode, publisher: Publisher) -> String {
    format!("tais.submit.{}.{publisher}.{TOGETHER}", state_token(state))
}

/// Whether a message carries events of several streams.
#[must_use]
pub fn is_together(subject: &str) -> bool {
    subject.split('.').skip(4).eq([TOGETHER])
}

/// Everything a publisher submits.
#[must_use]
pub fn submissions_of(state: &StateCode, publisher: Publisher) -> String {
    format!("tais.submit.{}.{publisher}.>", state_token(state))
}

/// Who submitted, and about which stream, according to a subject.
#[must_use]
pub fn parse_submit(subject: &str) -> (Option<Publisher>, Option<StreamId>) {
    let mut tokens = subject.split('.').skip(3);
    let publisher =
        tokens.next().and_then(Publisher::from_code).filter(|p| Publisher::ON_THE_BUS.contains(p));
    let stream = tokens.next().and_then(|token| token.parse().ok());
    (publisher, stream.filter(|_| tokens.next().is_none()))
}

/// Where entries of a pillar are relayed: `tais.recorded.tl.apsc.<stream>`, or `.together` where they are several.
#[must_use]
pub fn recorded(state: &StateCode, pillar: Option<Pillar>, streams: &[StreamId]) -> String {
    let place = format!("tais.recorded.{}.{}", state_token(state), pillar.map_or(ALL, Pillar::code));
    match streams {
        [stream] => format!("{place}.{stream}"),
        _ => format!("{place}.{TOGETHER}"),
    }
}

/// Everything that is relayed.
#[must_use]
pub fn all_recorded(state: &StateCode) -> String {
    format!("tais.recorded.{}.>", state_token(state))
}

/// The entries a publisher hears of: a correspondent's own pillar's, everybody else all.
#[must_use]
pub fn recorded_for(state: &StateCode, publisher: Publisher) -> String {
    match publisher.pillar() {
        Some(pillar) => format!("tais.recorded.{}.{pillar}.>", state_token(state)),
        None => all_recorded(state),
    }
}

/// Where JetStream delivers them.
#[must_use]
pub fn deliver(state: &StateCode, publisher: Publisher) -> String {
    format!("tais.deliver.{}.{publisher}", state_token(state))
}

/// Where the recorder speaks to a publisher.
#[must_use]
pub fn notice(state: &StateCode, publisher: Publisher) -> String {
    format!("tais.notice.{}.{publisher}", state_token(state))
}

/// Everywhere the recorder speaks to a publisher.
#[must_use]
pub fn all_notices(state: &StateCode) -> String {
    format!("tais.notice.{}.*", state_token(state))
}

/// Where a publisher asks what was recorded.
#[must_use]
pub fn replay(state: &StateCode, publisher: Publisher) -> String {
    format!("tais.replay.{}.{publisher}", state_token(state))
}

/// Everywhere a publisher asks.
#[must_use]
pub fn all_replays(state: &StateCode) -> String {
    format!("tais.replay.{}.*", state_token(state))
}

/// Who asks, according to the subject of a replay request.
#[must_use]
pub fn parse_replay(subject: &str) -> Option<Publisher> {
    subject.split('.').nth(3).and_then(Publisher::from_code)
}

/// The inbox prefix of a user; nobody else may listen there.
#[must_use]
pub fn inbox(user: &str) -> String {
    format!("_INBOX_{user}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn a_subject_says_who_and_about_what() {
        let state = "TL".parse().unwrap();
        let stream = "01938f00-0000-7000-8000-000000000001".parse().unwrap();
        let subject = submit(&state, Publisher::Apsc, stream);
        assert_eq!(subject, "tais.submit.tl.apsc.01938f00-0000-7000-8000-000000000001");
        assert_eq!(parse_submit(&subject), (Some(Publisher::Apsc), Some(stream)));
        let together = submit_together(&state, Publisher::Apsc);
        assert_eq!(parse_submit(&together), (Some(Publisher::Apsc), None));
        assert!(is_together(&together) && !is_together(&subject) && !is_together(&format!("{together}.x")));
        // The log itself never speaks over the bus, and nothing follows the stream.
        assert_eq!(parse_submit("tais.submit.tl.log.x"), (None, None));
        assert_eq!(parse_submit(&format!("{subject}.more")).1, None);
        assert_eq!(recorded(&state, None, &[stream]), format!("tais.recorded.tl.all.{stream}"));
        assert_eq!(recorded(&state, Some(Pillar::Aec), &[stream, stream]), "tais.recorded.tl.aec.together");
        assert_eq!(parse_replay(&replay(&state, Publisher::Office)), Some(Publisher::Office));
    }
}
