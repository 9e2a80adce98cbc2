//! What the twin keeps where nats-server would: two streams, their consumers, and who is connected.

use std::collections::{BTreeMap, HashSet, VecDeque};

use bytes::Bytes;
use tais_proto::Publisher;

use super::Fault;
use crate::message::{AckToken, Delivery, Notice, RecordedEntry, ReplayPage, ReplayRequest, Submitted};
use crate::relayed;

#[derive(Default)]
pub(super) struct Broker {
    /// Whether nobody reaches it.
    pub away: bool,
    /// What came in each message.
    pub submitted: VecDeque<Vec<Submitted>>,
    /// Names what was relayed.
    pub relayed: HashSet<String>,
    pub replays: VecDeque<ReplayRequest>,
    pub answers: BTreeMap<String, ReplayPage>,
    pub submit_faults: VecDeque<Fault>,
    pub relay_faults: VecDeque<Fault>,
    /// Message ids that were seen: the same one is taken and silently dropped.
    message_ids: HashSet<String>,
    /// What came in one message, by its token.
    unacknowledged: BTreeMap<u64, Vec<Submitted>>,
    mailboxes: BTreeMap<&'static str, Mailbox>,
    counter: u64,
}

/// What waits for one publisher.
#[derive(Default)]
pub(super) struct Mailbox {
    /// Whether this publisher does not reach the broker.
    pub cut: bool,
    queue: VecDeque<Delivery>,
    unacknowledged: BTreeMap<u64, Vec<RecordedEntry>>,
}

impl Broker {
    pub fn next_number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    pub fn mailbox(&mut self, publisher: Publisher) -> &mut Mailbox {
        self.mailboxes.entry(publisher.code()).or_default()
    }

    /// Whether a message id is new.
    pub fn is_new(&mut self, message_id: &str) -> bool {
        self.message_ids.insert(message_id.to_owned())
    }

    pub fn keep(&mut self, subject: &str, signature: Option<String>, bytes: Bytes) {
        let token = AckToken(self.next_number().to_string());
        self.submitted.push_back(Submitted::of(subject, signature, bytes, token));
    }

    pub fn pull(&mut self, max: usize) -> Option<Vec<Submitted>> {
        if self.away || self.submitted.is_empty() {
            return None;
        }
        let mut pulled = Vec::new();
        while pulled.len() < max
            && let Some(message) = self.submitted.pop_front()
        {
            pulled.extend_from_slice(&message);
            if let Some(token) = message.last().and_then(|last| last.token.as_ref()) {
                self.unacknowledged.insert(number(token), message);
            }
        }
        Some(pulled)
    }

    pub fn settle(&mut self, tokens: &[AckToken]) {
        for token in tokens {
            self.unacknowledged.remove(&number(token));
        }
    }

    /// Keeps entries that go together, and puts them before those who may hear of them.
    pub fn relay(&mut self, part: &[RecordedEntry], copies: usize) {
        if copies == 0 || !self.relayed.insert(relayed::message_id(part)) {
            return;
        }
        let of = part.first().and_then(|entry| entry.pillar);
        for publisher in Publisher::ON_THE_BUS {
            if publisher.pillar().is_none_or(|pillar| of == Some(pillar)) {
                for _ in 0..copies {
                    let token = AckToken(self.next_number().to_string());
                    let delivery = Delivery::Recorded(part.to_vec(), token);
                    self.mailbox(*publisher).queue.push_back(delivery);
                }
            }
        }
    }

    pub fn redeliver(&mut self) {
        let again = std::mem::take(&mut self.unacknowledged);
        self.submitted.extend(again.into_values());
        for mailbox in self.mailboxes.values_mut() {
            mailbox.redeliver();
        }
    }

    pub fn lose_recorded(&mut self) {
        self.relayed.clear();
        for mailbox in self.mailboxes.values_mut() {
            mailbox.queue.retain(|delivery| !matches!(delivery, Delivery::Recorded(..)));
            mailbox.unacknowledged.clear();
        }
    }
}

impl Mailbox {
    /// Notices are not kept: who is away does not hear them.
    pub fn notify(&mut self, notices: &[Notice]) {
        if !self.cut && !notices.is_empty() {
            self.queue.push_back(Delivery::Notices(notices.to_vec()));
        }
    }

    pub fn take(&mut self) -> Option<Delivery> {
        if self.cut {
            return None;
        }
        let delivery = self.queue.pop_front()?;
        if let Delivery::Recorded(entries, token) = &delivery {
            self.unacknowledged.insert(number(token), entries.clone());
        }
        Some(delivery)
    }

    pub fn settle(&mut self, token: &AckToken) {
        self.unacknowledged.remove(&number(token));
    }

    pub fn set_cut(&mut self, cut: bool) {
        if self.cut && !cut {
            self.queue.push_back(Delivery::Reconnected);
        }
        self.cut = cut;
    }

    fn redeliver(&mut self) {
        let again = std::mem::take(&mut self.unacknowledged);
        let again = again.into_iter().map(|(n, part)| Delivery::Recorded(part, AckToken(n.to_string())));
        self.queue.extend(again);
    }
}

/// Tokens of the twin are numbers; anything else names nothing.
fn number(token: &AckToken) -> u64 {
    token.0.parse().unwrap_or(0)
}
