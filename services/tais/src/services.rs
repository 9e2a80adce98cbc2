//! Each service, wired: the same code whether it runs alone or beside the others.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgPool};
use tais_audit::Audit;
use tais_bus::{NatsPublisher, NatsRecorder, Outbox, User};
use tais_correspondent::Correspondent;
use tais_log::checkpoint::Policy;
use tais_log::{PostgresLog, ServiceRole, self_check, system_clock};
use tais_office::Office;
use tais_office::erasure::Erasures;
use tais_office::vault::Vault;
use tais_proto::reference::{Reference, StateCode};
use tais_proto::{Pillar, Publisher, Source, Timestamp};
use tais_web::Shell;
use tais_web::access::{self, Grants};
use tais_web::documents::Documents;
use tais_web::session::{Accounts, Notices, Provider};
use tais_web::unwitnessed::Unwitnessed;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::migrate::DATABASE;
use crate::secrets::Secrets;
use crate::witness;

/// The most connections of one service.
const CONNECTIONS_MAX: u32 = 8;
/// How long a request waits for a connection.
const ACQUIRE_WAIT: Duration = Duration::from_secs(5);
/// How long a connection of the database is trusted to be there after it answered.
const ANSWERED_LATELY: Duration = Duration::from_secs(1);

/// How a service reaches the database.
#[derive(Clone, Debug)]
pub enum Database {
    /// A cluster whose roles we made: each service takes its own role and password.
    Ours(PgConnectOptions),
    /// A URL that names the service's own role.
    Given(PgConnectOptions),
}

/// What every service is wired with.
#[derive(Clone)]
pub struct Wiring {
    /// The database.
    pub database: Database,
    /// The bus.
    pub nats_url: String,
    /// Keys and passwords.
    pub secrets: Secrets,
    /// The data directory.
    pub data: PathBuf,
    /// The member state.
    pub state: StateCode,
    /// The reference data.
    pub reference: Arc<Reference>,
    /// Whom to believe of the log, and who cosigns it.
    pub policy: Option<Policy>,
    /// After how long without a cosignature every page says so.
    pub witness_limit: Duration,
    /// Stops everything.
    pub shutdown: CancellationToken,
}

/// The services that run, and what they answer with.
pub type Tasks = JoinSet<anyhow::Result<()>>;

impl Wiring {
    /// A pool of a service's own role, after it tried what it must not be able to do.
    async fn pool(&self, role: ServiceRole) -> anyhow::Result<PgPool> {
        let passwords = self.secrets.role_passwords()?;
        let (user, password) = match role {
            ServiceRole::Recorder => ("tais_recorder", passwords.recorder),
            ServiceRole::Projector => ("tais_projector", passwords.projector),
            ServiceRole::Office => ("tais_office", passwords.office),
            ServiceRole::Audit => ("tais_audit", passwords.audit),
        };
        let options = match &self.database {
            Database::Ours(options) => options.clone().username(user).password(&password).database(DATABASE),
            Database::Given(options) => options.clone(),
        };
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_WAIT)
            // One that answered a moment ago is not asked first whether it still does.
            .test_before_acquire(false)
            .before_acquire(|connection, known| {
                Box::pin(async move {
                    if known.idle_for > ANSWERED_LATELY {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options.application_name(user))
            .await
            .with_context(|| format!("connecting to the database as {user}"))?;
        self_check(&pool, role).await.with_context(|| format!("checking the database as {user}"))?;
        Ok(pool)
    }

    /// The log in a service's own role.
    ///
    /// # Errors
    /// When the database refuses, or would let the service do too much.
    pub async fn log(&self, role: ServiceRole) -> anyhow::Result<PostgresLog> {
        Ok(PostgresLog::new(self.pool(role).await?, system_clock()))
    }

    /// Runs a recorder.
    ///
    /// # Errors
    /// When it cannot start.
    pub async fn recorder(&self, tasks: &mut Tasks) -> anyhow::Result<()> {
        let log = self.log(ServiceRole::Recorder).await?;
        let seeds = self.secrets.bus()?;
        let bus =
            NatsRecorder::connect(&self.nats_url, seeds.seed(User::Recorder), self.state.clone()).await?;
        let config = tais_recorder::Config {
            state: self.state.clone(),
            keys: {
                let secrets = self.secrets.clone();
                Arc::new(move |id| secrets.log_key_named(id))
            },
            checkpoint: self.data.join("checkpoint"),
            reference: Arc::clone(&self.reference),
            clock: system_clock(),
        };
        if let Some(policy) = self.policy.clone() {
            let (log, shutdown) = (log.clone(), self.shutdown.clone());
            tasks.spawn(async move {
                witness::ask_all(log, policy, shutdown).await;
                Ok(())
            });
        }
        let shutdown = self.shutdown.clone();
        tasks.spawn(async move {
            tais_recorder::run(config, log, bus, shutdown).await.context("the recorder stopped")
        });
        Ok(())
    }

    /// Runs a projector.
    ///
    /// # Errors
    /// When it cannot start.
    pub async fn projector(&self, tasks: &mut Tasks, rebuild: bool) -> anyhow::Result<()> {
        let log = self.log(ServiceRole::Projector).await?;
        let config = tais_projector::Config {
            pool: log.pool().clone(),
            reference: Arc::clone(&self.reference),
            rebuild,
        };
        let shutdown = self.shutdown.clone();
        tasks.spawn(async move {
            tais_projector::run(config, log, shutdown).await.context("the projector stopped")
        });
        Ok(())
    }

    /// The documents that correspondents attach: one folder for all services of the record.
    fn documents(&self) -> anyhow::Result<Documents> {
        let folder = self.data.join("documents");
        Documents::in_folder(&folder).with_context(|| format!("{}", folder.display()))
    }

    /// The vault, on a log of the office's role.
    ///
    /// # Errors
    /// When its key cannot be used.
    pub fn vault(&self, log: &PostgresLog) -> anyhow::Result<Vault> {
        Ok(Vault::new(log.pool().clone(), self.secrets.vault_key()?))
    }

    /// The office's pages, which publish through its outbox.
    ///
    /// # Errors
    /// When it cannot start.
    pub async fn office(&self, outbox: Outbox, tasks: &mut Tasks) -> anyhow::Result<(Router, PostgresLog)> {
        let log = self.log(ServiceRole::Office).await?;
        let vault = self.vault(&log)?;
        // Before anybody is shown: a restored backup may have brought back who was erased.
        let list = self.data.join("erased");
        let erasures = Erasures::begin(log.clone(), vault.clone(), list).await?;
        let shutdown = self.shutdown.clone();
        tasks.spawn(async move {
            erasures.follow(shutdown).await;
            Ok(())
        });
        let office = Office::new(
            log.clone(),
            outbox,
            Arc::clone(&self.reference),
            system_clock(),
            self.documents()?,
            vault,
            self.shutdown.clone(),
        );
        Ok((tais_office::router(office), log))
    }

    /// The auditor's pages.
    ///
    /// # Errors
    /// When it cannot start.
    pub async fn audit(&self, outbox: Outbox) -> anyhow::Result<(Router, PostgresLog)> {
        let log = self.log(ServiceRole::Audit).await?;
        let config = tais_audit::Config {
            reference: Arc::clone(&self.reference),
            outbox,
            log_key: self.secrets.public_log_keys()?.first().copied(),
            checkpoint: self.data.join("checkpoint"),
            policy: self.policy.clone(),
            clock: system_clock(),
        };
        Ok((tais_audit::router(Audit::new(log.clone(), config)), log))
    }

    /// Runs the correspondent of a pillar.
    ///
    /// # Errors
    /// When it cannot start. The bus may be away.
    pub async fn correspondent(&self, pillar: Pillar, tasks: &mut Tasks) -> anyhow::Result<Correspondent> {
        let publisher = Publisher::from(pillar);
        let dir = self.data.join(format!("correspondent-{pillar}"));
        crate::embedded::files::private_dir(&dir)?;
        let config = tais_correspondent::Config {
            pillar,
            state: self.state.clone(),
            key: self.secrets.publisher_key(publisher)?,
            reference: Arc::clone(&self.reference),
            clock: system_clock(),
            documents: self.documents()?,
        };
        let correspondent = Correspondent::open(&dir, config).await?;
        let bus = self.publisher(publisher).await?;
        let (running, shutdown) = (correspondent.clone(), self.shutdown.clone());
        tasks.spawn(async move {
            running.run(bus, shutdown).await.with_context(|| format!("the correspondent of {pillar} stopped"))
        });
        Ok(correspondent)
    }

    /// Runs the outbox of the office or of the auditors: what is said there is published like anybody's word.
    ///
    /// # Errors
    /// When it cannot start. The bus may be away.
    pub async fn outbox(&self, publisher: Publisher, tasks: &mut Tasks) -> anyhow::Result<Outbox> {
        let dir = self.data.join(publisher.code());
        crate::embedded::files::private_dir(&dir)?;
        let source = Source { state: self.state.clone(), publisher };
        let key = self.secrets.publisher_key(publisher)?;
        let outbox = Outbox::open(&dir.join("outbox.sqlite"), source, key, system_clock()).await?;
        let bus = self.publisher(publisher).await?;
        let (running, shutdown) = (outbox.clone(), self.shutdown.clone());
        tasks.spawn(async move {
            let reader = tais_bus::outbox::NoReader;
            let run = running.run(bus, reader, shutdown).await;
            run.with_context(|| format!("the outbox of {publisher} stopped"))
        });
        Ok(outbox)
    }

    /// The shell of the pages, and the writer of its security log over an outbox, if there is one.
    pub fn shell(
        &self,
        accounts: &Accounts,
        sample: bool,
        (secure, provider): (bool, Option<Provider>),
        outbox: Option<Outbox>,
        registry: Option<PostgresLog>,
        tasks: &mut Tasks,
    ) -> Shell {
        let (grants, unwitnessed) = (Grants::default(), Unwitnessed::default());
        if let Some(log) = registry {
            let (grants, sessions) = (grants.clone(), accounts.sessions());
            tasks.spawn(crate::grants::follow(log.clone(), grants, sessions, self.shutdown.clone()));
            // Where nobody was named to vouch for the record, nobody is missed.
            if let Some(policy) = self.policy.clone().filter(|policy| !policy.witnesses.is_empty()) {
                let (limit, unwitnessed, shutdown) =
                    (self.witness_limit, unwitnessed.clone(), self.shutdown.clone());
                tasks.spawn(async move {
                    witness::watch(log, policy, limit, unwitnessed, shutdown).await;
                    Ok(())
                });
            }
        }
        let (notices, heard) = Notices::channel();
        tasks.spawn(crate::security::run(heard, outbox, self.shutdown.clone()));
        let clock = || Timestamp::new(time::OffsetDateTime::now_utc());
        Shell {
            accounts: accounts.clone(),
            notices,
            sample,
            unwitnessed,
            secure,
            provider,
            table: access::site,
            grants,
            clock,
        }
    }

    async fn publisher(&self, publisher: Publisher) -> anyhow::Result<NatsPublisher> {
        let seeds = self.secrets.bus()?;
        let seed = seeds.seed(User::Publisher(publisher));
        Ok(NatsPublisher::connect(&self.nats_url, seed, publisher, self.state.clone()).await?)
    }
}
