//! `disintegrate` with `disintegrate-postgres`, with and without its check that nothing came between.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use async_trait::async_trait;
use disintegrate::serde::json::Json;
use disintegrate::{Event, EventStore as _, StreamItem, query};
use disintegrate_postgres::{Error, PgEventId, PgEventStore};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::work::{Append, Peer};

#[derive(Clone, Debug, Event, Serialize, Deserialize)]
enum Activity {
    Said {
        #[id]
        stream: Uuid,
        body: Value,
    },
}

#[derive(Clone)]
pub struct Disintegrate {
    store: PgEventStore<Activity, Json<Activity>>,
    /// The last event of each stream, where appends are validated.
    last: Option<Arc<Mutex<HashMap<Uuid, PgEventId>>>>,
}

impl Disintegrate {
    pub async fn open(pool: PgPool, validated: bool) -> anyhow::Result<Self> {
        let store = PgEventStore::try_new(pool, Json::<Activity>::default()).await?;
        Ok(Self { store, last: validated.then(Arc::default) })
    }
}

#[async_trait]
impl Peer for Disintegrate {
    async fn append(&self, Append { stream, events, .. }: Append) -> anyhow::Result<()> {
        let events: Vec<_> = events.into_iter().map(|body| Activity::Said { stream, body }).collect();
        let Some(last) = &self.last else {
            self.store.append_without_validation(events).await?;
            return Ok(());
        };
        let version = last.lock().unwrap_or_else(PoisonError::into_inner).get(&stream).copied().unwrap_or(0);
        loop {
            let of_the_stream = query!(Activity; stream == stream);
            match self.store.append(events.clone(), of_the_stream, version).await {
                Ok(persisted) => {
                    let id = persisted.last().context("nothing was appended")?.id();
                    last.lock().unwrap_or_else(PoisonError::into_inner).insert(stream, id);
                    return Ok(());
                }
                // Another stream's append, which its isolation took for a conflict: its users try again.
                Err(Error::Concurrency) => {}
                Err(Error::Database(error)) if is_serialization_failure(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn read(&self) -> anyhow::Result<usize> {
        let all = query!(Activity);
        let mut events = self.store.stream(&all);
        let mut count = 0;
        while let Some(item) = events.next().await {
            if let StreamItem::Event(event) = item? {
                std::hint::black_box(event);
                count += 1;
            }
        }
        Ok(count)
    }
}

fn is_serialization_failure(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|refused| refused.code().as_deref() == Some("40001"))
}
