//! A publisher's side of the twin.

use bytes::Bytes;
use tais_proto::{Position, Publisher, Signed, StreamId};

use super::{Fault, MemoryBus, cut_off};
use crate::message::{AckToken, Delivery, ReplayPage, ReplayRequest};
use crate::streams::SUBMISSION_BYTES_MAX;
use crate::{BusError, PublisherBus, subject, together};

/// A publisher's side of a bus in memory.
#[derive(Clone)]
pub struct MemoryPublisher {
    pub(super) bus: MemoryBus,
    pub(super) publisher: Publisher,
}

impl MemoryPublisher {
    /// Submits raw bytes under a subject of one's choice, as somebody with stolen credentials might.
    pub fn submit_raw(&self, subject: &str, signature: Option<String>, bytes: impl Into<Bytes>) {
        self.bus.change(|broker| broker.keep(subject, signature, bytes.into()));
    }

    /// Cuts this publisher off alone, until told otherwise. Notices do not wait for it.
    pub fn set_disconnected(&self, disconnected: bool) {
        self.bus.change(|broker| broker.mailbox(self.publisher).set_cut(disconnected));
    }

    async fn keep(
        &self,
        subject: String,
        signature: Option<String>,
        bytes: Bytes,
        message_id: Option<&str>,
    ) -> Result<(), BusError> {
        self.connected()?;
        if bytes.len() > SUBMISSION_BYTES_MAX {
            return Err(BusError::Refused("message size exceeds maximum allowed".to_owned()));
        }
        let fault = self.bus.lock().submit_faults.pop_front();
        if let Some(Fault::Delayed(wait)) = fault {
            tokio::time::sleep(wait).await;
            self.connected()?;
        }
        self.bus.change(|broker| {
            // What fails before it reaches the broker leaves no trace of its id there either.
            if fault == Some(Fault::NotKept) || message_id.is_some_and(|id| !broker.is_new(id)) {
                return;
            }
            for _ in 0..Fault::copies(fault) {
                broker.keep(&subject, signature.clone(), bytes.clone());
            }
        });
        Fault::answer(fault)
    }

    fn connected(&self) -> Result<(), BusError> {
        if self.bus.lock().mailbox(self.publisher).cut { Err(cut_off()) } else { Ok(()) }
    }
}

impl PublisherBus for MemoryPublisher {
    async fn submit(&self, stream: StreamId, signed: &Signed, message_id: &str) -> Result<(), BusError> {
        let subject = subject::submit(&self.bus.of, self.publisher, stream);
        self.keep(subject, Some(signed.signature_header()), signed.bytes.clone(), Some(message_id)).await
    }

    async fn submit_together(&self, all: &[(StreamId, &Signed)]) -> Result<(), BusError> {
        let subject = subject::submit_together(&self.bus.of, self.publisher);
        self.keep(subject, None, together::encode(all)?, None).await
    }

    async fn next_delivery(&self) -> Result<Delivery, BusError> {
        Ok(self.bus.wait(|broker| broker.mailbox(self.publisher).take()).await)
    }

    async fn acknowledge(&self, token: AckToken) -> Result<(), BusError> {
        self.connected()?;
        self.bus.change(|broker| broker.mailbox(self.publisher).settle(&token));
        Ok(())
    }

    async fn replay(&self, from: Position) -> Result<ReplayPage, BusError> {
        self.connected()?;
        let reply = self.bus.change(|broker| {
            let reply = broker.next_number().to_string();
            let request = ReplayRequest { publisher: self.publisher, from, reply: reply.clone() };
            broker.replays.push_back(request);
            reply
        });
        let answer = self.bus.wait(|broker| {
            if broker.mailbox(self.publisher).cut { None } else { broker.answers.remove(&reply) }
        });
        tokio::time::timeout(crate::nats::ANSWER_WAIT, answer).await.map_err(|_| BusError::Timeout)
    }
}
