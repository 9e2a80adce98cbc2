//! The recorder's side on NATS.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::{PullConsumer, pull};
use async_nats::jetstream::{self, Context};
use async_nats::{Client, HeaderMap, Subscriber};
use futures_util::future::try_join_all;
use futures_util::{FutureExt as _, StreamExt as _};
use tais_proto::Publisher;
use tais_proto::reference::StateCode;
use tokio::sync::Mutex;
use tokio::task::coop::unconstrained;

use crate::credentials::User;
use crate::message::{
    AckToken, Notice, RecordedEntry, ReplayPage, ReplayRequest, Submitted, decode_request, encode_page,
};
use crate::nats::{ANSWER_WAIT, connect, reachable};
use crate::{BusError, RecorderBus, relayed, subject};

/// How many messages are fetched ahead of the recorder, and how many bytes of them.
const PREFETCH: usize = 1024;
const PREFETCH_BYTES: usize = 4 * 1024 * 1024;
/// The most notices of one message.
const NOTICES_MAX: usize = 256;
/// How long one request for submissions stands.
const PULL_EXPIRES: Duration = Duration::from_secs(30);
/// How often the broker shows that a request still stands.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// The recorder connected to NATS.
#[derive(Clone)]
pub struct NatsRecorder {
    client: Client,
    context: Context,
    state: StateCode,
    submissions: Arc<Mutex<Option<pull::Stream>>>,
    replays: Arc<Mutex<Subscriber>>,
}

impl NatsRecorder {
    /// Connects; keeps trying in the background where the bus is away.
    ///
    /// # Errors
    /// When the address or the seed is none.
    pub async fn connect(url: &str, seed: &str, state: StateCode) -> Result<Self, BusError> {
        let (client, _) = connect(url, User::Recorder, seed).await?;
        let replays = client
            .subscribe(subject::all_replays(&state))
            .await
            .map_err(|error| BusError::Unreachable(error.to_string()))?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(ANSWER_WAIT);
        Ok(Self {
            client,
            context,
            state,
            submissions: Arc::default(),
            replays: Arc::new(Mutex::new(replays)),
        })
    }

    /// Whether the bus can be reached at this moment.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        reachable(&self.client).is_ok()
    }

    async fn open(&self) -> Result<pull::Stream, BusError> {
        let consumer: PullConsumer = self
            .context
            .get_consumer_from_stream(subject::RECORDER, subject::SUBMIT)
            .await
            .map_err(|error| BusError::Unreachable(error.to_string()))?;
        consumer
            .stream()
            .max_messages_per_batch(PREFETCH)
            .max_bytes_per_batch(PREFETCH_BYTES)
            .expires(PULL_EXPIRES)
            .heartbeat(HEARTBEAT)
            .messages()
            .await
            .map_err(|error| BusError::Unreachable(error.to_string()))
    }

    /// Publishes all before it waits for any: one round trip for the lot.
    async fn publish_all(&self, entries: &[RecordedEntry]) -> Result<(), BusError> {
        let mut acks = Vec::new();
        for part in relayed::parts(entries) {
            let pillar = part.first().and_then(|entry| entry.pillar);
            let streams: Vec<_> = part.iter().map(|entry| entry.stream).collect();
            let subject = subject::recorded(&self.state, pillar, &streams);
            let mut headers = HeaderMap::new();
            headers.insert(async_nats::header::NATS_MESSAGE_ID, relayed::message_id(part));
            if let Some(pillar) = pillar {
                headers.insert(subject::PILLAR, pillar.code());
            }
            let ack = self.context.publish_with_headers(subject, headers, relayed::encode(part)).await;
            acks.push(ack.map_err(|error| BusError::Unreachable(error.to_string()))?.into_future());
        }
        let acked = try_join_all(acks).await;
        acked.map(drop).map_err(|error| BusError::Refused(error.to_string()))
    }
}

fn submitted(message: &jetstream::Message) -> Vec<Submitted> {
    let headers = message.headers.as_ref();
    let signature = headers.and_then(|headers| headers.get(subject::SIGNATURE)).map(ToString::to_string);
    let token = AckToken(message.reply.as_ref().map(ToString::to_string).unwrap_or_default());
    Submitted::of(&message.subject, signature, message.payload.clone(), token)
}

impl RecorderBus for NatsRecorder {
    async fn pull(&self, max: usize, wait: Duration) -> Result<Vec<Submitted>, BusError> {
        let mut submissions = self.submissions.lock().await;
        let open = match &mut *submissions {
            Some(open) => open,
            none => none.insert(self.open().await?),
        };
        // What is already here is taken; more is not waited for. Up to here nothing is taken from anywhere: who stops
        // waiting has lost nothing.
        let mut next = tokio::time::timeout(wait, open.next()).await.ok();
        let mut pulled = Vec::new();
        while let Some(message) = next {
            match message {
                Some(Ok(message)) => pulled.extend(submitted(&message)),
                // The stream of messages is broken: what was pulled is good, the next pull reopens.
                broken => {
                    *submissions = None;
                    match broken {
                        Some(Err(error)) if pulled.is_empty() => {
                            return Err(BusError::Unreachable(error.to_string()));
                        }
                        None if pulled.is_empty() => return Err(BusError::Timeout),
                        _ => break,
                    }
                }
            }
            // Not under tokio's budget for one poll, which would end a batch at 128 messages.
            next = if pulled.len() < max { unconstrained(open.next()).now_or_never() } else { None };
        }
        Ok(pulled)
    }

    async fn ack(&self, tokens: Vec<AckToken>) -> Result<(), BusError> {
        for token in tokens {
            let acked = self.client.publish(token.0, "+ACK".into()).await;
            acked.map_err(|error| BusError::Unreachable(error.to_string()))?;
        }
        Ok(())
    }

    async fn publish_recorded(&self, entries: &[RecordedEntry]) -> Result<(), BusError> {
        reachable(&self.client)?;
        let published = tokio::time::timeout(ANSWER_WAIT, self.publish_all(entries)).await;
        published.map_err(|_| BusError::Timeout)?
    }

    async fn recorded_is_empty(&self) -> Result<bool, BusError> {
        let stream = self.context.get_stream(subject::RECORDED).await;
        let stream = stream.map_err(|error| BusError::Unreachable(error.to_string()))?;
        Ok(stream.cached_info().state.last_sequence == 0)
    }

    async fn notify(&self, publisher: Publisher, notices: &[Notice]) -> Result<(), BusError> {
        for some in notices.chunks(NOTICES_MAX) {
            let body = serde_json::to_vec(some).map_err(|error| BusError::Unreadable(error.to_string()))?;
            let sent = self.client.publish(subject::notice(&self.state, publisher), body.into()).await;
            sent.map_err(|error| BusError::Unreachable(error.to_string()))?;
        }
        Ok(())
    }

    async fn next_replay(&self) -> Result<ReplayRequest, BusError> {
        let mut replays = self.replays.lock().await;
        loop {
            let Some(message) = replays.next().await else {
                return Err(BusError::Unreachable("the connection was closed".to_owned()));
            };
            let publisher = subject::parse_replay(&message.subject);
            match (publisher, message.reply, decode_request(&message.payload)) {
                (Some(publisher), Some(reply), Ok(from)) => {
                    return Ok(ReplayRequest { publisher, from, reply: reply.to_string() });
                }
                // Whoever asks wrongly gets no answer, and keeps nobody else from theirs.
                _ => tracing::warn!(subject = %message.subject, "a replay request that cannot be read"),
            }
        }
    }

    async fn answer_replay(&self, request: ReplayRequest, page: ReplayPage) -> Result<(), BusError> {
        let sent = self.client.publish(request.reply, encode_page(&page)?.into()).await;
        sent.map_err(|error| BusError::Unreachable(error.to_string()))
    }
}
