//! Who may publish and hear what: the NATS authorization fragment, made from the publishers of the
//! domain's table. Pure.

use std::fmt::Write as _;

use tais_proto::Publisher;
use tais_proto::reference::StateCode;

use crate::credentials::User;
use crate::subject;

/// What one user may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// Subjects it may publish to.
    pub publish: Vec<String>,
    /// Subjects it may subscribe to.
    pub subscribe: Vec<String>,
}

/// The table.
#[must_use]
pub fn permissions(state: &StateCode, user: User) -> Permissions {
    let own = |subjects: &[&str]| subjects.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    let inbox = format!("{}.>", subject::inbox(user.name()));
    match user {
        User::Publisher(publisher) => Permissions {
            publish: vec![
                format!("tais.submit.{}.{publisher}.>", subject::state_token(state)),
                subject::replay(state, publisher),
                // Says that a delivery was taken in; it is not an API.
                format!("$JS.ACK.{}.{publisher}.>", subject::RECORDED),
            ],
            subscribe: vec![inbox, subject::deliver(state, publisher), subject::notice(state, publisher)],
        },
        User::Recorder => Permissions {
            publish: [
                own(&[
                    "tais.recorded.>",
                    "tais.notice.>",
                    "$JS.API.STREAM.INFO.SUBMIT",
                    "$JS.API.STREAM.INFO.RECORDED",
                    "$JS.API.CONSUMER.INFO.SUBMIT.recorder",
                    "$JS.API.CONSUMER.MSG.NEXT.SUBMIT.recorder",
                    "$JS.ACK.SUBMIT.recorder.>",
                ]),
                // Answers to replay requests go to the asker's private inbox.
                Publisher::ON_THE_BUS.iter().map(|p| format!("{}.>", subject::inbox(p.code()))).collect(),
            ]
            .concat(),
            subscribe: vec![inbox, format!("tais.replay.{}.*", subject::state_token(state))],
        },
        User::Operator => Permissions { publish: own(&[">"]), subscribe: own(&[">"]) },
    }
}

/// The `authorization` block of the server's configuration. It holds public keys only.
#[must_use]
pub fn config_fragment(state: &StateCode, keys: &[(User, String)]) -> String {
    let mut text = String::from("authorization {\n  users = [\n");
    for (user, public_key) in keys {
        let Permissions { publish, subscribe } = permissions(state, *user);
        let list = |subjects: &[String]| serde_json::Value::from(subjects.to_vec()).to_string();
        // Writing to a String cannot fail.
        if writeln!(
            text,
            "    # {}\n    {{ nkey: {public_key}, permissions: {{\n        publish: {{ allow: {} }}\n        subscribe: {{ allow: {} }} }} }}",
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
            let Permissions { publish, subscribe } = permissions(&state, User::Publisher(*publisher));
            assert!(publish.contains(&format!("tais.submit.tl.{publisher}.>")));
            for subject in publish.iter().chain(&subscribe) {
                assert!(!subject.contains("$JS.API"), "{subject}");
                assert!(subject.contains(publisher.code()), "{publisher} may use {subject}");
            }
        }
    }
}
