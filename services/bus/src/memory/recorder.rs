//! The recorder's side of the twin.

use std::time::Duration;

use tais_proto::Publisher;

use super::{Fault, MemoryBus, cut_off};
use crate::message::{AckToken, Notice, RecordedEntry, ReplayPage, ReplayRequest, Submitted};
use crate::{BusError, RecorderBus, relayed};

impl MemoryBus {
    fn connected(&self) -> Result<(), BusError> {
        if self.lock().away { Err(cut_off()) } else { Ok(()) }
    }
}

impl RecorderBus for MemoryBus {
    async fn pull(&self, max: usize, wait: Duration) -> Result<Vec<Submitted>, BusError> {
        let pulled = self.wait(|broker| broker.pull(max));
        Ok(tokio::time::timeout(wait, pulled).await.unwrap_or_default())
    }

    async fn ack(&self, tokens: Vec<AckToken>) -> Result<(), BusError> {
        self.connected()?;
        self.change(|broker| broker.settle(&tokens));
        Ok(())
    }

    async fn publish_recorded(&self, entries: &[RecordedEntry]) -> Result<(), BusError> {
        self.connected()?;
        let fault = self.lock().relay_faults.pop_front();
        if let Some(Fault::Delayed(wait)) = fault {
            tokio::time::sleep(wait).await;
            self.connected()?;
        }
        self.change(|broker| {
            for part in relayed::parts(entries) {
                broker.relay(part, Fault::copies(fault));
            }
        });
        Fault::answer(fault)
    }

    async fn recorded_is_empty(&self) -> Result<bool, BusError> {
        self.connected()?;
        Ok(self.lock().relayed.is_empty())
    }

    async fn notify(&self, publisher: Publisher, notices: &[Notice]) -> Result<(), BusError> {
        self.connected()?;
        self.change(|broker| broker.mailbox(publisher).notify(notices));
        Ok(())
    }

    async fn next_replay(&self) -> Result<ReplayRequest, BusError> {
        Ok(self.wait(|broker| if broker.away { None } else { broker.replays.pop_front() }).await)
    }

    async fn answer_replay(&self, request: ReplayRequest, page: ReplayPage) -> Result<(), BusError> {
        self.connected()?;
        self.change(|broker| broker.answers.insert(request.reply, page));
        Ok(())
    }
}
