//! Real servers with the services apart, so that each can be killed by itself.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tais::bench::Author;
use tais::embedded::{EmbeddedNats, EmbeddedPostgres, ServerBinaries};
use tais::migrate::{DATABASE, Migration, migrate};
use tais::secrets::Secrets;
use tais_bus::{NatsPublisher, User};
use tais_correspondent::{Config, Correspondent};
use tais_log::system_clock;
use tais_proto::reference::{Reference, StateCode};
use tais_proto::{AccountId, Pillar, Publisher, Role};
use tais_web::session::{Accounts, SignedIn};
use tempfile::TempDir;

use crate::{executable, servers};

/// Postgres and NATS, migrated; services are started as wanted.
pub struct Cluster {
    /// The database server.
    pub postgres: EmbeddedPostgres,
    /// The message server.
    pub nats: EmbeddedNats,
    /// Keys and passwords.
    pub secrets: Secrets,
    people: Vec<SignedIn>,
    data: TempDir,
}

/// The member state of the tests.
///
/// # Panics
/// Never: the code is well formed.
#[must_use]
pub fn state() -> StateCode {
    "TL".parse().expect("a code")
}

/// Ends a process at once, as a power cut would.
///
/// # Errors
/// When it is not there.
pub fn kill(pid: u32) -> anyhow::Result<()> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).context("a process id")?;
    Ok(kill_process(pid, Signal::KILL)?)
}

impl Cluster {
    /// Starts both servers and writes the genesis.
    ///
    /// # Errors
    /// When something does not start.
    pub async fn start() -> anyhow::Result<Self> {
        let data = tempfile::Builder::new().prefix("tais-test-").tempdir()?;
        let secrets = Secrets::open(data.path())?;
        let accounts = Accounts::open(data.path(), false).await?;
        let people = accounts.people().await?;
        let binaries = ServerBinaries::locate(Some(&servers()?))?;
        let fragment = tais_bus::permissions::config_fragment(&state(), &secrets.bus()?.public_keys()?);
        let postgres = EmbeddedPostgres::start(&binaries, data.path(), None).await?;
        let nats = EmbeddedNats::start(&binaries, data.path(), None, &fragment).await?;
        migrate(&Migration {
            operator_url: &postgres.operator_url("postgres"),
            nats_url: &nats.url(),
            secrets: &secrets,
            accounts: &accounts,
            state: &state(),
            origin: "tais.test/tl",
            sample: false,
        })
        .await?;
        Ok(Self { postgres, nats, secrets, people, data })
    }

    /// A pool of the operator, who sees everything; for looking at what happened.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn operator(&self) -> anyhow::Result<PgPool> {
        let url = self.postgres.operator_url(DATABASE);
        Ok(PgPoolOptions::new().max_connections(4).connect(&url).await?)
    }

    /// The account of a role.
    ///
    /// # Errors
    /// When there is none.
    pub fn account(&self, role: Role, pillar: Option<Pillar>) -> anyhow::Result<AccountId> {
        let found = self.people.iter().find(|person| person.role == role && person.pillar == pillar);
        Ok(found.context("no such account")?.account)
    }

    /// Runs a recorder, a projector (`projector --rebuild`) or the office (`office --port 8081`) as a process of
    /// its own.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn service(&self, words: &str) -> anyhow::Result<Service> {
        let mut words = words.split_whitespace();
        let verb = words.next().unwrap_or_default();
        let passwords = self.secrets.role_passwords()?;
        let (user, password) = match verb {
            "projector" => ("tais_projector", passwords.projector),
            "office" => ("tais_office", passwords.office),
            _ => ("tais_recorder", passwords.recorder),
        };
        let child = Command::new(executable()?)
            .arg(verb)
            .args(words)
            .arg("--data")
            .arg(self.data.path())
            .arg("--postgres")
            .arg(self.postgres.url(user, &password, DATABASE))
            .arg("--nats")
            .arg(self.nats.url())
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Service(child))
    }

    /// Who says a pillar's events with its key, without its service.
    ///
    /// # Errors
    /// When there is no such key or account.
    pub fn author(&self, pillar: Pillar) -> anyhow::Result<Author> {
        let publisher = Publisher::from(pillar);
        let actor = self.account(Role::Correspondent, Some(pillar))?;
        Author::new(publisher, self.secrets.publisher_key(publisher)?, actor, state())
    }

    /// Replays the log and compares, as an auditor would; gives whether all is equal, and the output.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn replay(&self) -> anyhow::Result<(bool, String)> {
        self.as_auditor(&["replay"])
    }

    /// Runs a verb of the executable on the record with an auditor's rights; gives its success and output.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn as_auditor(&self, words: &[&str]) -> anyhow::Result<(bool, String)> {
        self.as_auditor_under(&[], words)
    }

    /// The same under other settings of the environment.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn as_auditor_under(
        &self,
        environment: &[(&str, &str)],
        words: &[&str],
    ) -> anyhow::Result<(bool, String)> {
        self.verb(("tais_audit", &self.secrets.role_passwords()?.audit), environment, words)
    }

    /// The same with the rights of who builds projections.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn as_projector(&self, words: &[&str]) -> anyhow::Result<(bool, String)> {
        self.verb(("tais_projector", &self.secrets.role_passwords()?.projector), &[], words)
    }

    fn verb(
        &self,
        (role, password): (&str, &str),
        environment: &[(&str, &str)],
        words: &[&str],
    ) -> anyhow::Result<(bool, String)> {
        let output = Command::new(executable()?)
            .envs(environment.iter().copied())
            .args(words)
            .arg("--data")
            .arg(self.data.path())
            .arg("--postgres")
            .arg(self.postgres.url(role, password, DATABASE))
            .output()?;
        let text = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
    }

    /// Opens the correspondent of a pillar in this process.
    ///
    /// # Errors
    /// When its files cannot be used.
    pub async fn correspondent(&self, pillar: Pillar) -> anyhow::Result<Correspondent> {
        let dir = self.data.path().join(format!("test-{pillar}"));
        std::fs::create_dir_all(&dir)?;
        let config = Config {
            pillar,
            state: state(),
            key: self.secrets.publisher_key(Publisher::from(pillar))?,
            reference: Arc::new(Reference::load_embedded()?),
            clock: system_clock(),
            documents: tais_web::documents::Documents::in_folder(&self.data.path().join("documents"))?,
        };
        Ok(Correspondent::open(&dir, config).await?)
    }

    /// Connects as a publisher, at the message server or at something between.
    ///
    /// # Errors
    /// When the address is none.
    pub async fn publisher(&self, publisher: Publisher, url: &str) -> anyhow::Result<NatsPublisher> {
        let seeds = self.secrets.bus()?;
        Ok(NatsPublisher::connect(url, seeds.seed(User::Publisher(publisher)), publisher, state()).await?)
    }

    /// Where everything lies.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.data.path()
    }
}

/// A service in a process of its own; killed when it is dropped.
pub struct Service(Child);

impl Service {
    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Service {
    /// Waits for it to end by itself; gives its success.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn ended(&mut self, patience: std::time::Duration) -> anyhow::Result<bool> {
        let end = std::time::Instant::now() + patience;
        while std::time::Instant::now() < end {
            if let Some(status) = self.0.try_wait()? {
                return Ok(status.success());
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        anyhow::bail!("it is still running")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may be dead already; either way nothing of it is left.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
