//! A record of its own to measure on: private servers, a genesis, keys and accounts, and events made beforehand.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tais_bus::{NatsPublisher, NatsRecorder, User};
use tais_log::{Log as _, NewEntry, Outcome, PostgresLog, system_clock};
use tais_proto::event::activity::{ActivityDetails, ActivityReported, ActivityRevised};
use tais_proto::reference::{Reference, StateCode};
use tais_proto::{
    AccountId, Envelope, Event, EventId, Pillar, Publisher, Role, Signed, SigningKey, Source, StreamId,
    StreamKind, StreamRef,
};
use tais_recorder::{Config, Recorder};
use tais_web::session::{Accounts, SignedIn};
use tempfile::TempDir;
use uuid::Uuid;

use super::mix::Mix;
use crate::embedded::{EmbeddedNats, EmbeddedPostgres, ServerBinaries};
use crate::migrate::{DATABASE, Migration, migrate};
use crate::secrets::Secrets;

/// An activity as a correspondent reports it.
const DETAILS: &str = r#"{"pillar":"PILLAR_AEC","memberState":"TL","kind":"ACTIVITY_KIND_TRAINING",
    "title":{"en":"Women-led enterprises: access to regional markets"},"starts":"2026-05-04","ends":"2026-05-06",
    "occurrence":"OCCURRENCE_HELD","venue":{"place":"Salão Nobre","city":"Dili","country":"Timor-Leste"},
    "sectoralBodies":[{"code":"ACW"}],"partners":[{"code":"UNWOMEN"}],"frameworkItems":["WPS-PART"]}"#;
/// The subject of what is only delivered.
pub const DELIVERY: &str = "bench.delivery";
/// Entries that are appended together where the log is filled.
const FILL: usize = 1_000;

/// As many files as `min_wal_size` keeps, of 16 MB each.
const WAL_FILES: usize = 64;

/// A record to measure on. Everything of it goes when it is dropped.
pub struct World {
    pub postgres: EmbeddedPostgres,
    pub nats: EmbeddedNats,
    pub log: PostgresLog,
    /// Who may do everything, for the references.
    pub operator: PgPool,
    secrets: Secrets,
    people: Vec<SignedIn>,
    reference: Arc<Reference>,
    state: StateCode,
    data: TempDir,
}

impl World {
    /// Starts servers, and begins a record.
    pub async fn start(binaries: &ServerBinaries) -> anyhow::Result<Self> {
        let data = TempDir::with_prefix("tais-bench-")?;
        let state: StateCode = "TL".parse()?;
        let secrets = Secrets::open(data.path())?;
        let accounts = Accounts::open(data.path(), false).await?;
        let people = accounts.people().await?;
        let fragment = tais_bus::permissions::config_fragment(&state, &secrets.bus()?.public_keys()?);
        let postgres = EmbeddedPostgres::start(binaries, data.path(), None).await?;
        let nats = EmbeddedNats::start(binaries, data.path(), None, &fragment).await?;
        migrate(&Migration {
            operator_url: &postgres.operator_url("postgres"),
            nats_url: &nats.url(),
            secrets: &secrets,
            accounts: &accounts,
            state: &state,
            origin: "tais.bench/tl",
            sample: false,
        })
        .await?;
        let operator = pool(&postgres.operator_url(DATABASE)).await?;
        sqlx::raw_sql("create schema bench; create table bench.entry (like log.entry including all);
                       create table bench.one (id bigint generated always as identity primary key, bytes bytea)")
            .execute(&operator)
            .await?;
        let recorder = postgres.url("tais_recorder", &secrets.role_passwords()?.recorder, DATABASE);
        let log = PostgresLog::new(pool(&recorder).await?, system_clock());
        let reference = Arc::new(Reference::load_embedded()?);
        let world = Self { postgres, nats, log, operator, secrets, people, reference, state, data };
        world.go_round_the_wal().await?;
        Ok(world)
    }

    /// Has PostgreSQL make the files of its write-ahead log and come back to the first, as it has where it has run for a
    /// while. What is measured would otherwise stand still some 15 ms for each file that is made, and a server makes
    /// each but once.
    pub async fn go_round_the_wal(&self) -> anyhow::Result<()> {
        for _ in 0..WAL_FILES {
            sqlx::query("select pg_logical_emit_message(false, 'bench', 'round'), pg_switch_wal()")
                .execute(&self.operator)
                .await?;
        }
        sqlx::query("checkpoint").execute(&self.operator).await?;
        Ok(())
    }

    /// Stops the servers.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.operator.close().await;
        self.log.pool().close().await;
        self.nats.stop().await?;
        self.postgres.stop().await?;
        Ok(())
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    pub fn reference(&self) -> Arc<Reference> {
        Arc::clone(&self.reference)
    }

    /// The address of the record for one of its roles.
    pub fn url(&self, user: &str) -> anyhow::Result<String> {
        let passwords = self.secrets.role_passwords()?;
        let password = if user == "tais_projector" { passwords.projector } else { passwords.recorder };
        Ok(self.postgres.url(user, &password, DATABASE))
    }

    pub async fn recorder(&self) -> anyhow::Result<Recorder<PostgresLog, NatsRecorder>> {
        let (config, bus) = self.recording().await?;
        Ok(Recorder::new(config, self.log.clone(), bus))
    }

    /// What a recorder works with.
    pub async fn recording(&self) -> anyhow::Result<(Config, NatsRecorder)> {
        let key = self.secrets.log_key()?;
        let config = Config {
            state: self.state.clone(),
            keys: tais_recorder::only(key),
            checkpoint: self.data().join("checkpoint-of-the-bench"),
            reference: self.reference(),
            clock: system_clock(),
        };
        let seeds = self.secrets.bus()?;
        let bus =
            NatsRecorder::connect(&self.nats.url(), seeds.seed(User::Recorder), self.state.clone()).await?;
        Ok((config, bus))
    }

    pub async fn bus(&self, publisher: Publisher) -> anyhow::Result<NatsPublisher> {
        let seeds = self.secrets.bus()?;
        let seed = seeds.seed(User::Publisher(publisher));
        Ok(NatsPublisher::connect(&self.nats.url(), seed, publisher, self.state.clone()).await?)
    }

    /// Who sends under [`DELIVERY`], and who hears it over another connection.
    pub async fn delivery(&self) -> anyhow::Result<(async_nats::Client, async_nats::Subscriber)> {
        let seeds = self.secrets.bus()?;
        let connect = async || {
            let options = async_nats::ConnectOptions::with_nkey(seeds.seed(User::Operator).to_owned());
            options.connect(self.nats.url()).await
        };
        let hearer = connect().await?;
        let heard = hearer.subscribe(DELIVERY).await?;
        hearer.flush().await?;
        Ok((connect().await?, heard))
    }

    pub fn author(&self, publisher: Publisher) -> anyhow::Result<Author> {
        let pillar = publisher.pillar();
        let role = if pillar.is_some() { Role::Correspondent } else { Role::Director };
        let person = self.people.iter().find(|person| person.role == role && person.pillar == pillar);
        let actor = person.context("no such account")?.account;
        Author::new(publisher, self.secrets.publisher_key(publisher)?, actor, self.state.clone())
    }

    /// Appends what happens, without the bus; gives how long the appends took.
    pub async fn fill(&self, mix: &mut Mix<'_>, count: usize) -> anyhow::Result<Duration> {
        let (mut left, mut took) = (count, Duration::ZERO);
        while left > 0 {
            let some = left.min(FILL);
            left -= some;
            let batch = (0..some).map(|_| mix.next()).collect::<Result<Vec<_>, _>>()?;
            let start = Instant::now();
            let outcomes = self.log.append(&batch, &[]).await?;
            took += start.elapsed();
            let all = outcomes.iter().all(|outcome| matches!(outcome, Outcome::Recorded(_)));
            anyhow::ensure!(all, "the log did not take what it was filled with");
        }
        Ok(took)
    }
}

/// Who writes, with a key, and without a correspondent's service before the log.
pub struct Author {
    publisher: Publisher,
    key: SigningKey,
    actor: AccountId,
    state: StateCode,
    details: ActivityDetails,
    sequence: u32,
}

/// An event that is ready to be sent.
#[derive(Clone)]
pub struct Ready {
    pub id: EventId,
    pub stream: StreamId,
    pub signed: Signed,
}

impl From<NewEntry> for Ready {
    fn from(NewEntry { signed, envelope, .. }: NewEntry) -> Self {
        Self { id: envelope.id, stream: envelope.stream.id, signed }
    }
}

impl Author {
    /// Who writes as this account.
    ///
    /// # Errors
    /// Never: the details of an activity are well formed.
    pub fn new(
        publisher: Publisher,
        key: SigningKey,
        actor: AccountId,
        state: StateCode,
    ) -> anyhow::Result<Self> {
        Ok(Self { publisher, key, actor, state, details: serde_json::from_str(DETAILS)?, sequence: 0 })
    }

    /// The next event of a stream, signed.
    ///
    /// # Errors
    /// Never for events of the contract.
    pub fn entry(
        &mut self,
        kind: StreamKind,
        stream: StreamId,
        version: u32,
        event: Event,
    ) -> anyhow::Result<NewEntry> {
        self.sequence += 1;
        let id = EventId(Uuid::now_v7());
        let envelope = Envelope {
            id,
            source: Source { state: self.state.clone(), publisher: self.publisher },
            stream: StreamRef { kind, id: stream },
            stream_version: version,
            time: system_clock()(),
            correlation: id.0,
            causation: None,
            actor: self.actor,
            key_id: self.key.key_id(),
            key_seq: self.sequence,
            event,
        };
        Ok(NewEntry {
            signed: self.key.sign(envelope.to_bytes()?),
            envelope: Arc::new(envelope),
            pillar: Some(Pillar::Aec),
        })
    }

    /// The activity is described: reported, and from then on revised.
    pub(super) fn describes(&mut self, stream: StreamId, version: u32) -> anyhow::Result<NewEntry> {
        let details = self.details.clone();
        let event = match version {
            1 => ActivityReported { details }.into(),
            _ => ActivityRevised { details, reason: None, corrects: None }.into(),
        };
        self.entry(StreamKind::Activity, stream, version, event)
    }

    /// So many reports, each the first of its stream.
    pub(super) fn reports(&mut self, count: usize) -> anyhow::Result<Vec<Ready>> {
        (0..count).map(|_| Ok(self.describes(StreamId(Uuid::now_v7()), 1)?.into())).collect()
    }

    pub(super) fn public_key(&self) -> [u8; 32] {
        self.key.public_key().to_bytes()
    }
}

pub async fn pool(url: &str) -> anyhow::Result<PgPool> {
    Ok(PgPoolOptions::new().max_connections(8).connect(url).await?)
}
