//! PostgreSQL and nats-server as private child processes of `tais up` and of the tests.
//!
//! Why it exists: the embedded default must need nothing but two commands, yet keep the promise
//! that what was recorded stays recorded. So the servers are real ones, on loopback only, with
//! generated passwords, with every setting that durability needs, and they are
//!
//! - started again when they die (`supervise`), until they are told to stop;
//! - stopped in order when Tais stops, and by the kernel when Tais is killed (`runner`);
//! - cleared away at the next start should they have survived even that (`leftover`).
//!
//! Not its job: roles, schemas, streams and credentials, which `tais migrate` makes; and anything
//! about a cluster that somebody else runs.
//!
//! Everything lives under one data directory, used by one process at a time ([`DataLock`]):
//!
//! ```text
//! tais.lock  ports.json  postgres.secret (0600)
//! postgres/  cluster/  postgres.log
//! nats/      jetstream/  nats.conf (0600)  nats.log
//! ```

mod binaries;
mod error;
pub(crate) mod files;
mod health;
mod leftover;
mod lock;
mod nats;
mod ports;
mod postgres;
mod postgres_cluster;
mod runner;
mod supervise;

pub use binaries::{NATS_AT_LEAST, POSTGRES_AT_LEAST, ServerBinaries, Version};
pub use error::EmbeddedError;
pub use lock::DataLock;
pub use nats::EmbeddedNats;
pub use ports::is_free as port_is_free;
pub use postgres::{EmbeddedPostgres, OPERATOR};
pub use runner::Runner;
