//! Who may publish and hear what: the NATS authorization fragment, made from the domain's table of
//! who may say what. Pure.

use std::fmt::Write as _;

use tais_domain::policy::permission;
use tais_proto::reference::StateCode;
use tais_proto::{EventType, Publisher};

use crate::credentials::User;
use crate::subject;

/// What one user may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// Subjects it may publish to.
    pub publish: Vec<String>,
    /// Subjects it may subscribe to.
    pub subscribe: Vec<String>,
    /// Whether it may answer, once and soon, whoever asked it something.
    pub answers: bool,
}

/// How long the server lets an answer to a request pass.
const ANSWER_WITHIN: &str = "1m";

/// Whether the domain's table lets a publisher say anything at all.
fn speaks(publisher: Publisher) -> bool {
    EventType::ALL.iter().any(|event_type| permission(*event_type).publishers.contains(&publisher))
}

/// The table.
#[must_use]
pub fn permissions(state: &StateCode, user: User) -> Permissions {
    let own = |subjects: &[&str]| subjects.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    let inbox = format!("{}.>", subject::inbox(user.name()));
    match user {
        User::Publisher(publisher) => Permissions {
            publish: speaks(publisher)
                .then(|| subject::submissions_of(state, publisher))
                .into_iter()
                .chain([
                    subject::replay(state, publisher),
                    // Says that a delivery was taken in; it is not an API.
                    format!("$JS.ACK.{}.{publisher}.>", subject::RECORDED),
                ])
                .collect(),
            subscribe: vec![inbox, subject::deliver(state, publisher), subject::notice(state, publisher)],
            answers: false,
        },
        User::Recorder => Permissions {
            publish: [
                vec![subject::all_recorded(state), subject::all_notices(state)],
                own(&[
                    "$JS.API.STREAM.INFO.SUBMIT",
                    "$JS.API.STREAM.INFO.RECORDED",
                    "$JS.API.CONSUMER.INFO.SUBMIT.recorder",
                    "$JS.API.CONSUMER.MSG.NEXT.SUBMIT.recorder",
                    "$JS.ACK.SUBMIT.recorder.>",
                ]),
            ]
            .concat(),
            subscribe: vec![inbox, subject::all_replays(state)],
            // A replay is answered into the asker's private inbox, and nothing else reaches it.
            answers: true,
        },
        User::Operator => Permissions { publish: own(&[">"]), subscribe: own(&[">"]), answers: false },
    }
}

/// The `authorization` block of the server's configuration. It holds public keys only.
#[must_use]
pub fn config_fragment(state: &StateCode, keys: &[(User, String)]) -> String {
    let mut text = String::from("authorization {\n  users = [\n");
    for (user, public_key) in keys {
        let Permissions { publish, subscribe, answers } = permissions(state, *user);
        let answers = if answers {
            format!("\n        allow_responses: {{ max: 1, expires: \"{ANSWER_WITHIN}\" }}")
        } else {
            String::new()
        };
        let list = |subjects: &[String]| serde_json::Value::from(subjects.to_vec()).to_string();
        // Writing to a String cannot fail.
        if writeln!(
            text,
            "    # {}\n    {{ nkey: {public_key}, permissions: {{\n        publish: {{ allow: {} }}\n        subscribe: {{ allow: {} }}{answers} }} }}",
            user.name(),
            list(&publish),
            list(&subscribe),
        )
        .is_err()
        {
            break;
        }
    }
    text.push_str("  ]\n}\n");
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn a_publisher_reaches_its_own_subjects_and_no_api() {
        let state = "TL".parse().unwrap();
        for publisher in Publisher::ON_THE_BUS {
            let Permissions { publish, subscribe, answers } =
                permissions(&state, User::Publisher(*publisher));
            assert!(!answers);
            assert!(publish.contains(&format!("tais.submit.tl.{publisher}.>")));
            for subject in publish.iter().chain(&subscribe) {
                assert!(!subject.contains("$JS.API"), "{subject}");
                assert!(subject.contains(publisher.code()), "{publisher} may use {subject}");
            }
        }
    }
}
