//! What each commitment, indicator, obligation and stream of the Forum is, by position range: one fold
//! for the kinds of streams whose pages show the stream as a whole.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use tais_domain::refusal::EvolveError;
use tais_domain::{Commitment, Forum, Happened, Indicator, Obligation};
use tais_domain::{commitment, forum, indicator, obligation};
use tais_proto::reference::Reference;
use tais_proto::when::format_iso_date;
use tais_proto::{Date, Envelope, Pillar, Position, StreamKind};
use uuid::Uuid;

use crate::ProjectorError;
use crate::copy::Fields;
use crate::projection::{Projection, Row, Table, bigint};

/// A stream's state that is kept as it stands.
pub trait Kept: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name of its projection, and the view with it.
    const NAME: &'static str;
    /// The view, with its table.
    const VIEW: &'static [(&'static str, &'static str)];
    /// The kind of stream.
    const STREAMS: StreamKind;

    /// The state after one more event.
    ///
    /// # Errors
    /// For an event that was never admitted.
    fn evolve(state: Option<Self>, happened: &Happened<'_>) -> Result<Self, EvolveError>;
    /// The pillar that answers for it.
    fn pillar(&self) -> Option<Pillar>;
    /// The day it is due.
    fn due(&self) -> Option<Date>;
    /// Whether something is still to be done.
    fn is_open(&self) -> bool;
}

impl Kept for Commitment {
    const NAME: &'static str = "commitment";
    const VIEW: &'static [(&'static str, &'static str)] = &[("commitment", "row")];
    const STREAMS: StreamKind = StreamKind::Commitment;

    fn evolve(state: Option<Self>, happened: &Happened<'_>) -> Result<Self, EvolveError> {
        commitment::evolve(state, happened)
    }

    fn pillar(&self) -> Option<Pillar> {
        Some(self.made.pillar)
    }

    fn due(&self) -> Option<Date> {
        Some(self.due)
    }

    fn is_open(&self) -> bool {
        self.status == commitment::Status::Open
    }
}

impl Kept for Indicator {
    const NAME: &'static str = "indicator";
    const VIEW: &'static [(&'static str, &'static str)] = &[("indicator", "row")];
    const STREAMS: StreamKind = StreamKind::Indicator;

    fn evolve(state: Option<Self>, happened: &Happened<'_>) -> Result<Self, EvolveError> {
        indicator::evolve(state, happened)
    }

    fn pillar(&self) -> Option<Pillar> {
        self.defined.pillar
    }

    fn due(&self) -> Option<Date> {
        self.target.as_ref().map(|target| target.said.by)
    }

    fn is_open(&self) -> bool {
        true
    }
}

impl Kept for Obligation {
    const NAME: &'static str = "obligation";
    const VIEW: &'static [(&'static str, &'static str)] = &[("obligation", "row")];
    const STREAMS: StreamKind = StreamKind::Obligation;

    fn evolve(state: Option<Self>, happened: &Happened<'_>) -> Result<Self, EvolveError> {
        obligation::evolve(state, happened)
    }

    fn pillar(&self) -> Option<Pillar> {
        self.scheduled.pillar
    }

    fn due(&self) -> Option<Date> {
        Some(self.scheduled.due)
    }

    fn is_open(&self) -> bool {
        !matches!(self.status, obligation::Status::Met { .. })
    }
}

impl Kept for Forum {
    const NAME: &'static str = "forum";
    const VIEW: &'static [(&'static str, &'static str)] = &[("forum", "row")];
    const STREAMS: StreamKind = StreamKind::Forum;

    fn evolve(state: Option<Self>, happened: &Happened<'_>) -> Result<Self, EvolveError> {
        forum::evolve(state, happened)
    }

    fn pillar(&self) -> Option<Pillar> {
        None
    }

    fn due(&self) -> Option<Date> {
        None
    }

    fn is_open(&self) -> bool {
        Self::is_open(self)
    }
}

/// The projection of one kind of stream.
#[derive(Debug)]
pub struct StateProjection<S>(PhantomData<S>);

/// A stream as it stands from one position on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StateRow<S> {
    /// From which position.
    pub position: i64,
    /// Which stream.
    pub stream: Uuid,
    /// Whether something is still to be done.
    pub open: bool,
    /// The pillar that answers for it.
    pub pillar: Option<String>,
    /// The day it is due.
    pub due: Option<String>,
    /// Everything.
    pub body: S,
}

impl<S: Kept> Projection for StateProjection<S> {
    const NAME: &'static str = S::NAME;
    const STREAMS: StreamKind = S::STREAMS;
    const TABLES: &'static [Table] = &[Table {
        name: S::NAME,
        version: 1,
        table: "row",
        // As in `activity`: `to_position` repeats where the next row begins.
        columns: "position bigint not null, to_position bigint, stream uuid not null, \
            open boolean not null, pillar text, due text, body json not null, primary key (stream, position)",
        copied: "position, stream, open, pillar, due, body",
        order: "position",
        views: S::VIEW,
        beside: &[],
        indexes: &["create index if not exists row_at on {schema}.row (position)"],
        after: &[],
    }];
    const STREAM: &'static str = "stream";
    type State = S;
    type Row = StateRow<S>;

    fn apply(
        state: Option<S>,
        envelope: &Envelope,
        position: Position,
        _: &Reference,
    ) -> Result<(S, Vec<StateRow<S>>), ProjectorError> {
        let state = S::evolve(state, &Happened::from(envelope))
            .map_err(|error| ProjectorError::Broken { position: position.0, problem: error.to_string() })?;
        let row = StateRow {
            position: bigint(position),
            stream: envelope.stream.id.0,
            open: state.is_open(),
            pillar: state.pillar().map(|pillar| pillar.code().to_owned()),
            due: state.due().map(format_iso_date),
            body: state.clone(),
        };
        Ok((state, vec![row]))
    }
}

impl<S: Kept> Row for StateRow<S> {
    fn begins(&self) -> Option<(Uuid, i64)> {
        Some((self.stream, self.position))
    }

    fn write(&self, fields: &mut Fields<'_>) -> Result<(), ProjectorError> {
        fields.bigint(Some(self.position));
        fields.uuid(self.stream);
        fields.boolean(self.open);
        fields.text(self.pillar.as_deref());
        fields.text(self.due.as_deref());
        fields.json(&self.body)
    }

    fn read(_: usize, row: &PgRow) -> Result<Self, ProjectorError> {
        let Json(body): Json<S> = row.try_get("body")?;
        Ok(Self {
            position: row.try_get("position")?,
            stream: row.try_get("stream")?,
            open: row.try_get("open")?,
            pillar: row.try_get("pillar")?,
            due: row.try_get("due")?,
            body,
        })
    }
}
