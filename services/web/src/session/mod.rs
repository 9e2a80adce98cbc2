//! Who is signed in, and that a form came from our own page.
//!
//! Local accounts with a password. What an account may do is not decided here but by the roles in the
//! log, of which an account's own role is what it was made for.

mod accounts;
mod first;
mod guard;
mod kept;
mod key_request;
mod management;
mod notice;
mod pages;
mod password;
mod password_page;
mod provider;
mod store;
mod throttle;

use tais_proto::{AccountId, Pillar, Role};

use crate::language::{Arg, Texts};

pub use accounts::{Accounts, AccountsError, ChangeError, Known, Unknown};
pub use guard::{CheckedForm, ConfirmedForm, Csrf, MaybeSignedIn};
pub use kept::Kept;
pub use key_request::KeyRequest;
pub use management::MakeError;
pub use notice::{Notice, Notices, Tie};
pub use password::PasswordProblem;
pub use provider::{Identity, Provider, ProviderSettings, SettingsError, TieError};
pub use store::{CONFIRMED_FOR, SESSION_IDLE, SESSION_LENGTH, Sessions};

pub(crate) use guard::comes_from_our_own_page;
pub(crate) use pages::{confirmation_page, routes, send_again_page, sign_in_to_send_page};

/// A person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The account: the `actor` of what the person does.
    pub account: AccountId,
    /// The name signed in with.
    pub name: String,
    /// What the account was made for.
    pub role: Role,
    /// A correspondent's pillar.
    pub pillar: Option<Pillar>,
}

impl SignedIn {
    /// The name and the role in words.
    #[must_use]
    pub fn describe(&self, t: Texts) -> String {
        let role = t.get(&format!("role-{}", self.role.code()));
        t.with("shell-signed-in-as", &[("name", Arg::from(&self.name)), ("role", Arg::from(role))])
    }
}

/// Compares two secrets without telling by the time it takes how much of them is alike: their
/// digests are compared, of which every byte is looked at.
fn same_secret(one: &str, other: &str) -> bool {
    use sha2::{Digest, Sha256};
    let (one, other) = (Sha256::digest(one), Sha256::digest(other));
    one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// Random bytes of the operating system as text for addresses and cookies.
fn random_text<const BYTES: usize>() -> String {
    use base64::Engine;
    use rand::RngCore;
    let mut bytes = [0; BYTES];
    rand::rngs::OsRng.fill_bytes(&mut bytes);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::{random_text, same_secret};

    #[test]
    fn secrets_are_equal_only_when_they_are() {
        assert!(same_secret("correct", "correct"));
        for other in ["", "correcu", "correct ", "Correct"] {
            assert!(!same_secret("correct", other), "{other:?}");
        }
    }

    #[test]
    fn random_texts_are_long_and_never_the_same() {
        let (one, other) = (random_text::<32>(), random_text::<32>());
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
    }
}
