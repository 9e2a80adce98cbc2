//! The bus's twin in memory: the same promises, and it fails on command.

mod broker;
mod publisher;
mod recorder;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tais_proto::Publisher;
use tais_proto::reference::StateCode;
use tokio::sync::Notify;

use crate::BusError;
use broker::Broker;
pub use publisher::MemoryPublisher;

/// How the next submission or relay fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails and is not kept.
    NotKept,
    /// It is kept, and the answer is an error.
    Kept,
    /// It succeeds and is then lost, as by a broker that lost its disk.
    Lost,
    /// It is delivered twice.
    Duplicated,
    /// It succeeds, late.
    Delayed(Duration),
}

impl Fault {
    /// How often what was handed over is delivered.
    const fn copies(fault: Option<Self>) -> usize {
        match fault {
            Some(Self::NotKept | Self::Lost) => 0,
            Some(Self::Duplicated) => 2,
            Some(Self::Kept | Self::Delayed(_)) | None => 1,
        }
    }

    /// What the one who handed it over is told.
    const fn answer(fault: Option<Self>) -> Result<(), BusError> {
        match fault {
            Some(Self::NotKept | Self::Kept) => Err(BusError::OnCommand),
            _ => Ok(()),
        }
    }
}

/// A bus in memory, which is also the recorder's side of it; [`MemoryBus::publisher`] gives the
/// publishers' sides.
#[derive(Clone)]
pub struct MemoryBus {
    broker: Arc<Mutex<Broker>>,
    changed: Arc<Notify>,
    of: StateCode,
}

impl MemoryBus {
    /// An empty bus of one member state.
    #[must_use]
    pub fn new(of: StateCode) -> Self {
        Self { broker: Arc::default(), changed: Arc::default(), of }
    }

    /// A publisher's side.
    #[must_use]
    pub fn publisher(&self, publisher: Publisher) -> MemoryPublisher {
        MemoryPublisher { bus: self.clone(), publisher }
    }

    /// Makes the next submission fail in this way; several faults come in order.
    pub fn fail_next(&self, fault: Fault) {
        self.lock().submit_faults.push_back(fault);
    }

    /// Makes the next relay of entries fail in this way; several faults come in order.
    pub fn fail_next_relay(&self, fault: Fault) {
        self.lock().relay_faults.push_back(fault);
    }

    /// Cuts the bus off from everybody, until told otherwise.
    pub fn set_disconnected(&self, disconnected: bool) {
        self.change(|broker| {
            broker.away = disconnected;
            for publisher in Publisher::ON_THE_BUS {
                broker.mailbox(*publisher).set_cut(disconnected);
            }
        });
    }

    /// Delivers again what was delivered and never acknowledged, as the broker does after a while.
    pub fn redeliver(&self) {
        self.change(Broker::redeliver);
    }

    /// Loses RECORDED with all that waits in it, as an operator may who deletes and remakes it.
    pub fn lose_recorded(&self) {
        self.change(Broker::lose_recorded);
    }

    fn lock(&self) -> MutexGuard<'_, Broker> {
        // A panic in a test must not hide behind a poisoned lock.
        self.broker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the broker, and wakes whoever waits for something.
    fn change<T>(&self, change: impl FnOnce(&mut Broker) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_waiters();
        result
    }

    /// Waits until `take` finds something.
    async fn wait<T>(&self, mut take: impl FnMut(&mut Broker) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            if let Some(found) = take(&mut self.lock()) {
                return found;
            }
            changed.await;
        }
    }
}

fn cut_off() -> BusError {
    BusError::Unreachable("cut off on command".to_owned())
}
