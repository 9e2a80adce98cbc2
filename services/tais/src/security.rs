//! The security log's writer: sign-ins, failures, denials and who is whom at the identity provider, counted by minute so that nobody can
//! flood the record, saved into an outbox like anything else that is said.

use std::collections::BTreeMap;
use std::time::Duration;

use tais_bus::{NewEvents, Outbox};
use tais_log::system_clock;
use tais_proto::event::security::{
    SecurityDenied, SecurityIdentityTied, SecurityIdentityUntied, SecuritySignInFailed, SecuritySignedIn,
};
use tais_proto::{AccountId, Event, EventId, StreamId, StreamKind, StreamRef, Timestamp};
use tais_web::session::{Notice, Tie};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Different things told apart within a minute; what is denied beyond is counted as one.
const KINDS_MAX: usize = 200;
/// What denials beyond that are called.
const MORE: &str = "and more";
/// Who acts where nobody is signed in.
const NOBODY: AccountId = AccountId(Uuid::nil());

/// What was noticed within a minute.
#[derive(Debug, Default)]
struct Minute(BTreeMap<Notice, u32>);

impl Minute {
    fn add(&mut self, notice: Notice) {
        let full = self.0.len() >= KINDS_MAX && !self.0.contains_key(&notice);
        let counted = match notice {
            Notice::Denied { .. } if full => Notice::Denied { account: None, action: MORE.to_owned() },
            notice => notice,
        };
        let count = self.0.entry(counted).or_default();
        *count = count.saturating_add(1);
    }

    /// The events, each with who acts.
    fn events(&mut self, minute: Timestamp) -> Vec<(AccountId, Event)> {
        let counted = std::mem::take(&mut self.0);
        counted.into_iter().map(|(notice, count)| event(notice, minute, count)).collect()
    }
}

fn event(notice: Notice, minute: Timestamp, count: u32) -> (AccountId, Event) {
    match notice {
        Notice::SignedIn(account) => (account, SecuritySignedIn { account, minute, count }.into()),
        // Whoever failed was not the account: nobody acts.
        Notice::SignInFailed(account) => (NOBODY, SecuritySignInFailed { account, minute, count }.into()),
        Notice::IdentityTied(Tie { by, account, issuer }) => {
            (by, SecurityIdentityTied { account, issuer }.into())
        }
        Notice::IdentityUntied(Tie { by, account, issuer }) => {
            (by, SecurityIdentityUntied { account, issuer }.into())
        }
        Notice::Denied { account, action } => {
            (account.unwrap_or(NOBODY), SecurityDenied { account, action, minute, count }.into())
        }
    }
}

/// The minute of an instant.
fn minute_of(now: Timestamp) -> Timestamp {
    Timestamp::from_unix_micros(now.unix_micros().div_euclid(60_000_000) * 60_000_000)
}

/// Writes what is noticed, each minute and once more when told to stop. Without an outbox
/// what is noticed stands in the journal only.
///
/// # Errors
/// Never: what cannot be saved is said in the journal, and the pages go on.
pub async fn run(
    mut notices: mpsc::Receiver<Notice>,
    outbox: Option<Outbox>,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let mut writer = Writer { outbox, stream: StreamId(Uuid::now_v7()), version: 0 };
    let mut minute = Minute::default();
    let mut began = minute_of(system_clock()());
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(notice) = notices.recv() => minute.add(notice),
            _ = ticks.tick() => {
                let now = minute_of(system_clock()());
                if now != began {
                    writer.save(minute.events(began)).await;
                    began = now;
                }
            }
        }
    }
    while let Ok(notice) = notices.try_recv() {
        minute.add(notice);
    }
    writer.save(minute.events(began)).await;
    Ok(())
}

struct Writer {
    outbox: Option<Outbox>,
    stream: StreamId,
    version: u32,
}

impl Writer {
    async fn save(&mut self, events: Vec<(AccountId, Event)>) {
        let Some(outbox) = self.outbox.clone() else { return };
        for (actor, event) in events {
            let id = EventId(Uuid::now_v7());
            let new = NewEvents {
                stream: StreamRef { kind: StreamKind::Security, id: self.stream },
                base_version: self.version,
                actor,
                correlation: id.0,
                causation: None,
                time: system_clock()(),
                asked: None,
                events: vec![(id, event)],
            };
            match outbox.save(&new).await {
                Ok(_) => self.version += 1,
                Err(error) => {
                    // A stream of its own from here on: one that is held must not hold all that follows.
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "a security event was not saved"
                    );
                    (self.stream, self.version) = (StreamId(Uuid::now_v7()), 0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KINDS_MAX, Minute, NOBODY, minute_of};
    use tais_proto::{AccountId, Event, Timestamp};
    use tais_web::session::Notice;
    use uuid::Uuid;

    fn now() -> Timestamp {
        Timestamp::from_unix_micros(1_790_000_012_345_678)
    }

    #[test]
    fn what_happens_often_within_a_minute_is_one_event_with_its_count() {
        let somebody = AccountId(Uuid::now_v7());
        let mut minute = Minute::default();
        for _ in 0..1_000 {
            minute.add(Notice::SignInFailed(Some(somebody)));
        }
        minute.add(Notice::SignedIn(somebody));
        let events = minute.events(minute_of(now()));
        assert_eq!(events.len(), 2);
        let failed = events.iter().find_map(|(actor, event)| match event {
            Event::SecuritySignInFailed(failed) => Some((*actor, failed.count, failed.minute)),
            _ => None,
        });
        assert_eq!(failed, Some((NOBODY, 1_000, minute_of(now()))));
        assert_eq!(now().unix_micros() - minute_of(now()).unix_micros(), 32_345_678);
        assert!(minute.events(now()).is_empty());
    }

    #[test]
    fn nobody_floods_the_record_with_denials() {
        let mut minute = Minute::default();
        for n in 0..10_000 {
            minute.add(Notice::Denied { account: None, action: format!("GET /{n}") });
        }
        let events = minute.events(now());
        assert_eq!(events.len(), KINDS_MAX + 1);
    }
}
