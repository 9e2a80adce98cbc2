//! The bus's twin in memory: the same promises, and it fails on command.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tais_proto::reference::StateCode;
use tais_proto::{Position, Publisher, Signed, StreamId};
use tokio::sync::Notify;

use crate::message::{AckToken, Delivery, Notice, RecordedEntry, ReplayPage, ReplayRequest, Submitted};
use crate::{BusError, PublisherBus, RecorderBus, subject};

/// How the next submission fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails and is not kept.
    NotKept,
    /// It is kept, and the answer is an error.
    Kept,
    /// It is kept twice.
    Duplicated,
    /// It succeeds, late.
    Delayed(Duration),
}

#[derive(Default)]
struct State {
    submitted: VecDeque<Submitted>,
    unacknowledged: BTreeMap<String, Submitted>,
    recorded: Vec<RecordedEntry>,
    deliveries: BTreeMap<&'static str, VecDeque<Delivery>>,
    replays: VecDeque<ReplayRequest>,
    answers: BTreeMap<String, ReplayPage>,
    faults: VecDeque<Fault>,
    tokens: u64,
    disconnected: bool,
}

/// A bus in memory; [`MemoryBus::publisher`] gives the publishers' sides of it.
#[derive(Clone)]
pub struct MemoryBus {
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    of: StateCode,
}

impl MemoryBus {
    /// An empty bus of one member state.
    #[must_use]
    pub fn new(of: StateCode) -> Self {
        Self { state: Arc::default(), changed: Arc::default(), of }
    }

    /// A publisher's side.
    #[must_use]
    pub fn publisher(&self, publisher: Publisher) -> MemoryPublisher {
        MemoryPublisher { bus: self.clone(), publisher }
    }

    /// Makes the next submission fail in this way; several faults come in order.
    pub fn fail_next(&self, fault: Fault) {
        self.lock().faults.push_back(fault);
    }

    /// Cuts the bus off from everybody, until told otherwise.
    pub fn set_disconnected(&self, disconnected: bool) {
        let mut state = self.lock();
        state.disconnected = disconnected;
        if !disconnected {
            for publisher in Publisher::ON_THE_BUS {
                state.deliveries.entry(publisher.code()).or_default().push_back(Delivery::Reconnected);
            }
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// Delivers again what was pulled and never acknowledged, as the broker does after a while.
    pub fn redeliver(&self) {
        let mut state = self.lock();
        let again = std::mem::take(&mut state.unacknowledged);
        state.submitted.extend(again.into_values());
        drop(state);
        self.changed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in a test must not hide behind a poisoned lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connected(&self) -> Result<MutexGuard<'_, State>, BusError> {
        let state = self.lock();
        if state.disconnected {
            Err(BusError::Unreachable("cut off on command".to_owned()))
        } else {
            Ok(state)
        }
    }

    /// Waits until `take` finds something.
    async fn wait<T>(&self, mut take: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            if let Some(found) = take(&mut self.lock()) {
                return found;
            }
            changed.await;
        }
    }
}

impl RecorderBus for MemoryBus {
    async fn pull(&self, max: usize, wait: Duration) -> Result<Vec<Submitted>, BusError> {
        let take = |state: &mut State| {
            if state.disconnected || state.submitted.is_empty() {
                return None;
            }
            let count = max.min(state.submitted.len());
            let pulled: Vec<Submitted> = state.submitted.drain(..count).collect();
            for message in &pulled {
                state.unacknowledged.insert(message.token.0.clone(), message.clone());
            }
            Some(pulled)
        };
        Ok(tokio::time::timeout(wait, self.wait(take)).await.unwrap_or_default())
    }

    async fn ack(&self, tokens: Vec<AckToken>) -> Result<(), BusError> {
        let mut state = self.connected()?;
        for token in tokens {
            state.unacknowledged.remove(&token.0);
        }
        Ok(())
    }

    async fn publish_recorded(&self, entries: &[RecordedEntry]) -> Result<(), BusError> {
        let mut state = self.connected()?;
        for entry in entries {
            if state.recorded.iter().any(|known| known.position == entry.position) {
                continue;
            }
            state.recorded.push(entry.clone());
            for publisher in Publisher::ON_THE_BUS {
                if publisher.pillar().is_none_or(|pillar| entry.pillar == Some(pillar)) {
                    let delivery = Delivery::Recorded(Box::new(entry.clone()), AckToken(String::new()));
                    state.deliveries.entry(publisher.code()).or_default().push_back(delivery);
                }
            }
        }
        drop(state);
        self.changed.notify_waiters();
        Ok(())
    }

    async fn recorded_is_empty(&self) -> Result<bool, BusError> {
        Ok(self.connected()?.recorded.is_empty())
    }

    async fn notify(&self, publisher: Publisher, notice: &Notice) -> Result<(), BusError> {
        let mut state = self.connected()?;
        let delivery = Delivery::Notice(notice.clone());
        state.deliveries.entry(publisher.code()).or_default().push_back(delivery);
        drop(state);
        self.changed.notify_waiters();
        Ok(())
    }

    async fn next_replay(&self) -> Result<ReplayRequest, BusError> {
        Ok(self.wait(|state| if state.disconnected { None } else { state.replays.pop_front() }).await)
    }

    async fn answer_replay(&self, request: ReplayRequest, page: ReplayPage) -> Result<(), BusError> {
        self.connected()?.answers.insert(request.reply, page);
        self.changed.notify_waiters();
        Ok(())
    }
}

/// A publisher's side of a bus in memory.
#[derive(Clone)]
pub struct MemoryPublisher {
    bus: MemoryBus,
    publisher: Publisher,
}

impl MemoryPublisher {
    /// Submits raw bytes under a subject of one's choice, as somebody with stolen credentials might.
    pub fn submit_raw(&self, subject: &str, signature: Option<String>, bytes: Vec<u8>) {
        let mut state = self.bus.lock();
        state.push(subject.to_owned(), signature, bytes);
        drop(state);
        self.bus.changed.notify_waiters();
    }
}

impl State {
    fn push(&mut self, subject: String, signature: Option<String>, bytes: Vec<u8>) {
        let (publisher, stream) = subject::parse_submit(&subject);
        self.tokens += 1;
        let token = AckToken(self.tokens.to_string());
        self.submitted.push_back(Submitted { subject, publisher, stream, signature, bytes, token });
    }
}

impl PublisherBus for MemoryPublisher {
    async fn submit(&self, stream: StreamId, signed: &Signed, _message_id: &str) -> Result<(), BusError> {
        let fault = self.bus.connected()?.faults.pop_front();
        match fault {
            Some(Fault::NotKept) => return Err(BusError::OnCommand),
            Some(Fault::Delayed(wait)) => tokio::time::sleep(wait).await,
            _ => {}
        }
        let subject = subject::submit(&self.bus.of, self.publisher, stream);
        let copies = if fault == Some(Fault::Duplicated) { 2 } else { 1 };
        let mut state = self.bus.connected()?;
        for _ in 0..copies {
            state.push(subject.clone(), Some(signed.signature_header()), signed.bytes.clone());
        }
        drop(state);
        self.bus.changed.notify_waiters();
        if fault == Some(Fault::Kept) { Err(BusError::OnCommand) } else { Ok(()) }
    }

    async fn next_delivery(&self) -> Result<Delivery, BusError> {
        let code = self.publisher.code();
        let take = |state: &mut State| {
            if state.disconnected { None } else { state.deliveries.get_mut(code)?.pop_front() }
        };
        Ok(self.bus.wait(take).await)
    }

    async fn acknowledge(&self, _token: AckToken) -> Result<(), BusError> {
        self.bus.connected().map(|_| ())
    }

    async fn replay(&self, from: Position) -> Result<ReplayPage, BusError> {
        let reply = {
            let mut state = self.bus.connected()?;
            state.tokens += 1;
            let reply = state.tokens.to_string();
            let request = ReplayRequest { publisher: self.publisher, from, reply: reply.clone() };
            state.replays.push_back(request);
            reply
        };
        self.bus.changed.notify_waiters();
        let answer = self.bus.wait(|state| state.answers.remove(&reply));
        tokio::time::timeout(crate::nats::ANSWER_WAIT, answer).await.map_err(|_| BusError::Timeout)
    }
}
