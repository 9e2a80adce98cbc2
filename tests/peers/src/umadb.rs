//! UmaDB, a store of its own, over its gRPC on loopback. Its condition is that the stream has had no event since the
//! last one that the writer knows.

use std::collections::HashMap;
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::oneshot;
use umadb_client::AsyncUmaDbClient;
use umadb_core::mvcc::StorageOptions;
use umadb_dcb::{DcbAppendCondition, DcbEvent, DcbEventStoreAsync as _, DcbQuery, DcbQueryItem};
use umadb_server::{ServerOptions, start_server_with_options};
use uuid::Uuid;

use crate::work::{Append, Peer};

#[derive(Clone)]
pub struct UmaDb {
    client: Arc<AsyncUmaDbClient>,
    last: Arc<Mutex<HashMap<Uuid, u64>>>,
    /// The server goes on until this is dropped.
    _stop: Arc<oneshot::Sender<()>>,
}

impl UmaDb {
    pub async fn open(dir: &Path) -> anyhow::Result<Self> {
        let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let storage = StorageOptions::default().db_path(dir.join("umadb.db"));
        let options = ServerOptions { listen_addr: free.to_string(), tls: None, api_key: None, storage };
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(async move {
            if let Err(error) = start_server_with_options(options, stopped).await {
                eprintln!("UmaDB's server ended: {error}");
            }
        });
        let client = AsyncUmaDbClient::connect(format!("http://{free}"), None, None, None).await?;
        Ok(Self { client: Arc::new(client), last: Arc::default(), _stop: Arc::new(stop) })
    }
}

#[async_trait]
impl Peer for UmaDb {
    async fn append(&self, Append { stream, events, .. }: Append) -> anyhow::Result<()> {
        let tag = stream.to_string();
        let events = events
            .into_iter()
            .map(|body| {
                Ok(DcbEvent {
                    event_type: "Said".to_owned(),
                    tags: vec![tag.clone()],
                    data: serde_json::to_vec(&body)?,
                    uuid: Some(Uuid::new_v4()),
                    metadata: Vec::new(),
                })
            })
            .collect::<serde_json::Result<Vec<_>>>()?;
        let after = self.last.lock().unwrap_or_else(PoisonError::into_inner).get(&stream).copied();
        let of_the_stream = DcbQuery { items: vec![DcbQueryItem { types: Vec::new(), tags: vec![tag] }] };
        let condition = DcbAppendCondition { fail_if_events_match: of_the_stream, after };
        let position = self.client.append(events, Some(condition), None).await?;
        self.last.lock().unwrap_or_else(PoisonError::into_inner).insert(stream, position);
        Ok(())
    }

    async fn read(&self) -> anyhow::Result<usize> {
        let mut events = self.client.read(None, None, false, None).await?;
        let mut count = 0;
        loop {
            let batch = events.next_batch().await?;
            if batch.is_empty() {
                return Ok(count);
            }
            count += std::hint::black_box(batch).len();
        }
    }
}
