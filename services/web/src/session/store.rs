//! The sessions of this process. They do not outlive it: people sign in again after a restart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::{SignedIn, random_text};

/// How long a session lasts, however busy it is.
pub const SESSION_LENGTH: Duration = Duration::from_secs(12 * 60 * 60);

/// More sessions than the office has people by far; beyond it the oldest one ends.
const SESSIONS_MAX: usize = 4_096;

/// One session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub person: SignedIn,
    /// The token that our forms carry.
    pub form_token: String,
    opened: Instant,
}

/// The open sessions, shared by all services of a process. Cheap to clone.
///
/// Kept under the digest of their id: what is read out of memory or a dump opens no session.
#[derive(Clone, Debug, Default)]
pub struct Sessions(Arc<Mutex<HashMap<[u8; 32], Session>>>);

impl Sessions {
    /// Opens a session and gives its id, 32 random bytes as text, for the cookie.
    pub(crate) fn open(&self, person: SignedIn, now: Instant) -> String {
        let id = random_text::<32>();
        let session = Session { person, form_token: random_text::<32>(), opened: now };
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| is_alive(session, now));
        if open.len() >= SESSIONS_MAX
            && let Some(oldest) = open.iter().min_by_key(|(_, session)| session.opened).map(|(key, _)| *key)
        {
            open.remove(&oldest);
        }
        open.insert(key(&id), session);
        id
    }

    /// The session of an id, if it is open and not too old.
    pub(crate) fn find(&self, id: &str, now: Instant) -> Option<Session> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(&key(id)).filter(|session| is_alive(session, now)).cloned()
    }

    /// Ends a session.
    pub(crate) fn close(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(id));
    }
}

fn is_alive(session: &Session, now: Instant) -> bool {
    now.saturating_duration_since(session.opened) < SESSION_LENGTH
}

fn key(id: &str) -> [u8; 32] {
    Sha256::digest(id).into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{SESSION_LENGTH, SESSIONS_MAX, Sessions};
    use crate::session::SignedIn;
    use std::time::{Duration, Instant};
    use tais_proto::{AccountId, Role};

    fn person() -> SignedIn {
        let account = AccountId(uuid::Uuid::now_v7());
        SignedIn { account, name: "office".into(), role: Role::Office, pillar: None }
    }

    #[test]
    fn a_session_ends_after_twelve_hours_however_busy() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let id = sessions.open(person(), start);
        for hour in 0..12 {
            assert!(sessions.find(&id, start + Duration::from_secs(hour * 3_600)).is_some());
        }
        assert!(sessions.find(&id, start + SESSION_LENGTH).is_none());
    }

    #[test]
    fn a_closed_or_invented_session_is_none() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let id = sessions.open(person(), now);
        assert!(sessions.find("invented", now).is_none());
        sessions.close(&id);
        assert!(sessions.find(&id, now).is_none());
    }

    #[test]
    fn sessions_are_bounded_and_the_oldest_one_goes() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let first = sessions.open(person(), start);
        let second = sessions.open(person(), start + Duration::from_secs(1));
        for _ in 2..=SESSIONS_MAX {
            sessions.open(person(), start + Duration::from_secs(2));
        }
        let now = start + Duration::from_secs(3);
        assert!(sessions.find(&first, now).is_none());
        assert!(sessions.find(&second, now).is_some());
    }
}
