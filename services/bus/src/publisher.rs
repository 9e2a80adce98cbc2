//! A publisher's side on NATS. A correspondent has no `$JS.API`: it publishes and awaits the
//! broker's acknowledgement, listens on its delivery subject, and asks the recorder for replays.

use std::sync::Arc;

use async_nats::{Client, HeaderMap, Message, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde::Deserialize;
use tais_proto::reference::StateCode;
use tais_proto::{Pillar, Position, Publisher, Signed, StreamId};
use tokio::sync::{Mutex, broadcast};

use crate::credentials::User;
use crate::message::{AckToken, Delivery, RecordedEntry, ReplayPage, decode_page, encode_request};
use crate::nats::{ANSWER_WAIT, connect, reachable};
use crate::{BusError, PublisherBus, relayed, subject, together};

/// A publisher connected to NATS.
#[derive(Clone)]
pub struct NatsPublisher {
    client: Client,
    publisher: Publisher,
    state: StateCode,
    incoming: Arc<Mutex<Incoming>>,
}

struct Incoming {
    delivered: Subscriber,
    notices: Subscriber,
    connected: broadcast::Receiver<()>,
}

/// The broker's answer to a publish: an error, or the stream that has the message.
#[derive(Deserialize)]
struct PubAck {
    error: Option<PubError>,
    stream: Option<String>,
}

#[derive(Deserialize)]
struct PubError {
    description: String,
}

impl NatsPublisher {
    /// Connects; keeps trying in the background where the bus is away.
    ///
    /// # Errors
    /// When the address or the seed is none.
    pub async fn connect(
        url: &str,
        seed: &str,
        publisher: Publisher,
        state: StateCode,
    ) -> Result<Self, BusError> {
        let (client, connected) = connect(url, User::Publisher(publisher), seed).await?;
        let subscribe = async |subject| {
            client.subscribe(subject).await.map_err(|error| BusError::Unreachable(error.to_string()))
        };
        let delivered = subscribe(subject::deliver(&state, publisher)).await?;
        let notices = subscribe(subject::notice(&state, publisher)).await?;
        let incoming = Arc::new(Mutex::new(Incoming { delivered, notices, connected }));
        Ok(Self { client, publisher, state, incoming })
    }

    /// Whether the bus can be reached at this moment.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        reachable(&self.client).is_ok()
    }

    async fn request(&self, subject: String, headers: HeaderMap, body: Bytes) -> Result<Message, BusError> {
        reachable(&self.client)?;
        let request = self.client.request_with_headers(subject, headers, body);
        match tokio::time::timeout(ANSWER_WAIT, request).await {
            Err(_) => Err(BusError::Timeout),
            Ok(Err(error)) => match error.kind() {
                async_nats::RequestErrorKind::TimedOut => Err(BusError::Timeout),
                _ => Err(BusError::Unreachable(error.to_string())),
            },
            Ok(Ok(message)) => Ok(message),
        }
    }
}

impl PublisherBus for NatsPublisher {
    async fn submit(&self, stream: StreamId, signed: &Signed, message_id: &str) -> Result<(), BusError> {
        let mut headers = signature(signed);
        headers.insert(async_nats::header::NATS_MESSAGE_ID, message_id);
        let subject = subject::submit(&self.state, self.publisher, stream);
        kept(&self.request(subject, headers, signed.bytes.clone()).await?)
    }

    async fn submit_together(&self, all: &[(StreamId, &Signed)]) -> Result<(), BusError> {
        let subject = subject::submit_together(&self.state, self.publisher);
        kept(&self.request(subject, HeaderMap::new(), together::encode(all)?).await?)
    }

    async fn next_delivery(&self) -> Result<Delivery, BusError> {
        let mut incoming = self.incoming.lock().await;
        let Incoming { delivered, notices, connected } = &mut *incoming;
        tokio::select! {
            message = delivered.next() => {
                let message = message.ok_or_else(closed)?;
                let token = AckToken(message.reply.as_ref().map(ToString::to_string).unwrap_or_default());
                match recorded(&message) {
                    Ok(entries) => Ok(Delivery::Recorded(entries, token)),
                    Err(unreadable) => {
                        // It would come again unchanged and fill the window; a replay brings it whole.
                        self.acknowledge(token).await.map_or_else(Err, |()| Err(unreadable))
                    }
                }
            }
            message = notices.next() => serde_json::from_slice(&message.ok_or_else(closed)?.payload)
                .map(Delivery::Notices)
                .map_err(|error| BusError::Unreadable(error.to_string())),
            // Lagging behind several reconnections is as good as hearing of one.
            _ = connected.recv() => Ok(Delivery::Reconnected),
        }
    }

    async fn acknowledge(&self, token: AckToken) -> Result<(), BusError> {
        reachable(&self.client)?;
        let published = self.client.publish(token.0, "+ACK".into()).await;
        published.map_err(|error| BusError::Unreachable(error.to_string()))
    }

    async fn replay(&self, from: Position) -> Result<ReplayPage, BusError> {
        let subject = subject::replay(&self.state, self.publisher);
        let answer = self.request(subject, HeaderMap::new(), encode_request(from)?.into()).await?;
        decode_page(&answer.payload)
    }
}

fn signature(signed: &Signed) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(subject::SIGNATURE, signed.signature_header());
    headers
}

/// Whether the broker's answer says that it has the message on disk.
fn kept(answer: &Message) -> Result<(), BusError> {
    let ack: PubAck =
        serde_json::from_slice(&answer.payload).map_err(|error| BusError::Unreadable(error.to_string()))?;
    match ack {
        PubAck { error: Some(error), .. } => Err(BusError::Refused(error.description)),
        PubAck { stream: Some(stream), .. } if stream == subject::SUBMIT => Ok(()),
        PubAck { .. } => Err(BusError::Unreadable("an answer to something else".to_owned())),
    }
}

fn closed() -> BusError {
    BusError::Unreachable("the connection was closed".to_owned())
}

fn recorded(message: &Message) -> Result<Vec<RecordedEntry>, BusError> {
    let pillar = message.headers.as_ref().and_then(|headers| headers.get(subject::PILLAR));
    relayed::decode(message.payload.clone(), pillar.and_then(|code| Pillar::from_code(code.as_str())))
}
