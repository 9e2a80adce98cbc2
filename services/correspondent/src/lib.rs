//! `tais-correspondent`: the intake of one pillar.
//!
//! Its job: what its correspondent says is checked by the rules, kept on disk before anybody reads
//! "saved", and carried to the record; what the record says back is folded into the correspondent's
//! own view.
//!
//! Not its job: the log. It holds no credential for the database; its whole world is its pillar's
//! subjects on the bus and three files of its own.
//!
//! Invariants:
//! * "saved" is on this disk, "received" is at the broker, "recorded" is in the log; only the last is
//!   a promise, and it comes with a receipt;
//! * the same submission id with the same content is the same update, however often it is sent;
//! * a draft is nobody's business but its author's: it is kept as typed, checked by nothing, and gone
//!   once its update is saved.

mod api;
pub mod book;
mod documents;
mod drafts;
mod form;
mod grid;
pub mod import;
pub mod intake;
pub mod own;
mod pages;
pub mod records;
pub mod report;
mod revision;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use tais_bus::{Outbox, OutboxError, PublisherBus};
use tais_proto::reference::{Reference, StateCode};
use tais_proto::{Pillar, Publisher, SigningKey, Source, Timestamp};
use tais_web::documents::Documents;
use tokio_util::sync::CancellationToken;

use book::Book;
use drafts::Drafts;
use import::commit::Imports;
use intake::Intake;

/// The clock, as a parameter.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a correspondent's service works with.
#[derive(Clone)]
pub struct Config {
    /// The pillar.
    pub pillar: Pillar,
    /// The member state.
    pub state: StateCode,
    /// The pillar's signing key.
    pub key: SigningKey,
    /// The reference data.
    pub reference: Arc<Reference>,
    /// The clock.
    pub clock: Clock,
    /// Where documents are kept.
    pub documents: Documents,
}

/// A correspondent's service.
#[derive(Clone)]
pub struct Correspondent {
    intake: Intake,
    book: Book,
    imports: Imports,
    drafts: Drafts,
    documents: Documents,
    clock: Clock,
}

impl Correspondent {
    /// Opens its files in a directory of its own.
    ///
    /// # Errors
    /// When they cannot be used.
    pub async fn open(dir: &Path, config: Config) -> Result<Self, OutboxError> {
        let source = Source { state: config.state, publisher: Publisher::from(config.pillar) };
        let outbox =
            Outbox::open(&dir.join("outbox.sqlite"), source, config.key, config.clock.clone()).await?;
        let book = Book::open(&dir.join("book.sqlite"), config.pillar).await?;
        let drafts = Drafts::open(&dir.join("drafts.sqlite")).await?;
        let intake = Intake::new(config.pillar, outbox, book.clone(), config.reference);
        let imports = Imports::open(dir, intake.clone(), config.clock.clone());
        let imports = imports.await.map_err(|error| OutboxError::Unreadable(error.to_string()))?;
        Ok(Self { intake, book, imports, drafts, documents: config.documents, clock: config.clock })
    }

    /// Imports of files.
    #[must_use]
    pub const fn imports(&self) -> &Imports {
        &self.imports
    }

    /// The intake, for programs in the same process.
    #[must_use]
    pub const fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Carries updates to the record and follows it, until told to stop.
    ///
    /// # Errors
    /// When its files fail. Trouble of the bus is waited out.
    pub async fn run<B: PublisherBus>(&self, bus: B, shutdown: CancellationToken) -> Result<(), OutboxError> {
        self.intake.outbox().run(bus, self.book.clone(), shutdown).await
    }

    /// Its pages and answers; wrap them in the shell.
    pub fn router(&self) -> Router {
        pages::router(self.clone()).merge(api::router(self.clone()))
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }
}
