//! Passwords: what makes one good enough, and their hashes. Argon2id with the parameters that OWASP
//! names (19 MiB, two passes, one lane), which are the crate's own defaults.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Argon2, password_hash};
use tokio::sync::Semaphore;

/// Length protects; rules about signs do not.
const LENGTH_MIN: usize = 12;
/// Longer ones only cost time.
const LENGTH_MAX: usize = 256;

/// How many hashes are made at once: each takes 19 MiB and a core.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// What a name that nobody has is compared with, so that it takes as long as one that somebody has.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now(&super::random_text::<18>()).unwrap_or_default());

/// Why a new password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordProblem {
    /// Shorter than 12 characters.
    TooShort,
    /// Longer than 256 bytes.
    TooLong,
    /// It holds the account's name, or is one sign over and over.
    TooPlain,
    /// It is the one in use.
    Same,
}

impl PasswordProblem {
    /// The key of its text.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::TooShort => "password-too-short",
            Self::TooLong => "password-too-long",
            Self::TooPlain => "password-too-plain",
            Self::Same => "password-same",
        }
    }
}

/// Whether a password is good enough for an account.
///
/// # Errors
/// With what is wrong with it.
pub fn judge(name: &str, password: &str) -> Result<(), PasswordProblem> {
    let first = password.chars().next();
    if password.chars().count() < LENGTH_MIN {
        Err(PasswordProblem::TooShort)
    } else if password.len() > LENGTH_MAX {
        Err(PasswordProblem::TooLong)
    } else if password.to_lowercase().contains(&name.to_lowercase())
        || password.chars().all(|c| Some(c) == first)
    {
        Err(PasswordProblem::TooPlain)
    } else {
        Ok(())
    }
}

fn hash_now(password: &str) -> Result<String, password_hash::Error> {
    let salt = SaltString::generate(&mut rand::rngs::OsRng);
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

/// The hash of a password, as a PHC string (`$argon2id$v=19$…`).
///
/// # Errors
/// When the system gives no memory or no randomness.
pub async fn hash(password: &str) -> Result<String, std::io::Error> {
    let password = password.to_owned();
    aside(move || hash_now(&password)).await?.map_err(|error| std::io::Error::other(error.to_string()))
}

/// Whether a password is the one behind a hash; for no hash at all it takes as long and is never.
pub async fn fits(password: &str, hash: Option<&str>) -> Result<bool, std::io::Error> {
    if password.len() > LENGTH_MAX {
        return Ok(false);
    }
    let (password, known) = (password.to_owned(), hash.map(str::to_owned));
    aside(move || {
        let hash = known.as_deref().unwrap_or(&NOBODY);
        let fits = PasswordHash::new(hash)
            .and_then(|hash| Argon2::default().verify_password(password.as_bytes(), &hash));
        known.is_some() && fits.is_ok()
    })
    .await
}

/// Hashing takes tens of milliseconds of a core: never on the threads that answer requests.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, std::io::Error> {
    let _turn = AT_ONCE.acquire().await.map_err(std::io::Error::other)?;
    tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{PasswordProblem, fits, hash, judge};

    #[tokio::test]
    async fn a_hash_fits_its_password_only_and_is_never_the_same_twice() {
        let one = hash("correct horse battery").await.unwrap();
        let other = hash("correct horse battery").await.unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && one != other, "{one}");
        assert!(fits("correct horse battery", Some(&one)).await.unwrap());
        assert!(!fits("correct horse batterz", Some(&one)).await.unwrap());
        assert!(!fits("correct horse battery", Some("not a hash")).await.unwrap());
        assert!(!fits("correct horse battery", None).await.unwrap());
    }

    #[test]
    fn a_new_password_is_long_and_not_the_name() {
        assert_eq!(judge("aec", "short"), Err(PasswordProblem::TooShort));
        assert_eq!(judge("aec", &"ab".repeat(200)), Err(PasswordProblem::TooLong));
        assert_eq!(judge("aec", "i am the AEC one"), Err(PasswordProblem::TooPlain));
        assert_eq!(judge("office", "aaaaaaaaaaaaaaaa"), Err(PasswordProblem::TooPlain));
        assert_eq!(judge("office", "loron furak tebes"), Ok(()));
    }
}
