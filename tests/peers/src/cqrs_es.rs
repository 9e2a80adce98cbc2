//! `cqrs-es` with `postgres-es`: a command loads its aggregate, whose events are then appended.

use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::PersistedEventRepository as _;
use cqrs_es::{Aggregate, CqrsFramework, DomainEvent};
use postgres_es::{PostgresCqrs, PostgresEventRepository};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgPool;

use crate::work::{Append, Peer};

#[derive(Default, Serialize, Deserialize)]
struct Activity {
    events: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Said(Value);

impl DomainEvent for Said {
    fn event_type(&self) -> String {
        "Said".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Activity {
    const TYPE: &'static str = "activity";
    type Command = Vec<Value>;
    type Event = Said;
    type Error = std::convert::Infallible;
    type Services = ();

    async fn handle(
        &mut self,
        events: Vec<Value>,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        for event in events {
            sink.write(Said(event), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, _: Said) {
        self.events += 1;
    }
}

#[derive(Clone)]
pub struct CqrsEs {
    framework: Arc<PostgresCqrs<Activity>>,
    pool: PgPool,
}

impl CqrsEs {
    pub async fn open(pool: PgPool) -> anyhow::Result<Self> {
        // Its own `db/init.sql`, as far as events go.
        sqlx::query(
            "create table if not exists events (
                 aggregate_type text not null, aggregate_id text not null, sequence bigint check (sequence >= 0) not null,
                 event_type text not null, event_version text not null, payload json not null, metadata json not null,
                 primary key (aggregate_type, aggregate_id, sequence))",
        )
        .execute(&pool)
        .await?;
        let framework: CqrsFramework<Activity, _> = postgres_es::postgres_cqrs(pool.clone(), Vec::new(), ());
        Ok(Self { framework: Arc::new(framework), pool })
    }
}

#[async_trait]
impl Peer for CqrsEs {
    async fn append(&self, append: Append) -> anyhow::Result<()> {
        self.framework.execute(&append.stream.to_string(), append.events).await.context("cqrs-es refused")
    }

    async fn read(&self) -> anyhow::Result<usize> {
        let repository = PostgresEventRepository::new(self.pool.clone());
        let mut events = repository.stream_all_events::<Activity>().await?;
        let mut count = 0;
        while let Some(event) = events.next::<Activity>(&[]).await {
            std::hint::black_box(event?);
            count += 1;
        }
        Ok(count)
    }
}
