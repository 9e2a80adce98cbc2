//! The WPS cube: additive deltas by position and dimension, with rolled-up totals at intervals, so
//! that "now" and "as of position P" are the same query and cost the same.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use tais_domain::measure::{Cell, contributions};
use tais_domain::{Activity, Happened, activity};
use tais_proto::reference::Reference;
use tais_proto::{Envelope, Position, StreamKind};
use uuid::Uuid;

use crate::ProjectorError;
use crate::copy::Fields;
use crate::projection::{Projection, Row, bigint};

/// Totals are rolled up each time the log has grown by this many entries.
pub const ROLL_UP_EVERY: i64 = 1024;

/// The projection `measure`.
#[derive(Debug)]
pub struct MeasureProjection;

/// What one entry adds to one cell of the cube.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MeasureRow {
    /// At which position.
    pub position: i64,
    /// The order within the position.
    pub ordinal: i32,
    /// Which activity.
    pub activity: Uuid,
    /// What is counted.
    pub measure: String,
    /// The pillar.
    pub pillar: String,
    /// The quarter of the activity's first day, where a date is known.
    pub quarter: Option<String>,
    /// The activity's kind.
    pub kind: String,
    /// Provisional or validated.
    pub standing: String,
    /// The sectoral body.
    pub body: Option<String>,
    /// The WPS pillar.
    pub item: Option<String>,
    /// In what part people attended.
    pub role: Option<String>,
    /// Their sex.
    pub sex: Option<String>,
    /// What is added; negative where it is taken back.
    pub amount: i64,
}

impl Projection for MeasureProjection {
    const NAME: &'static str = "measure";
    const VERSION: u32 = 2;
    const STREAMS: StreamKind = StreamKind::Activity;
    type State = Activity;
    type Row = MeasureRow;

    fn apply(
        state: Option<Activity>,
        envelope: &Envelope,
        position: Position,
        reference: &Reference,
    ) -> Result<(Activity, Vec<MeasureRow>), ProjectorError> {
        let before = state.as_ref().map(|activity| contributions(activity, reference)).unwrap_or_default();
        let activity = activity::evolve(state, &Happened::from(envelope))
            .map_err(|error| ProjectorError::Broken { position: position.0, problem: error.to_string() })?;
        let after = contributions(&activity, reference);
        let rows = (0..)
            .zip(difference(before, after))
            .map(|(ordinal, (cell, amount))| row(&cell, amount, ordinal, envelope.stream.id.0, position))
            .collect();
        Ok((activity, rows))
    }
}

/// What must be added so that `before` becomes `after`, cell by cell, in a fixed order.
fn difference(before: Vec<(Cell, i64)>, after: Vec<(Cell, i64)>) -> BTreeMap<Cell, i64> {
    let mut sums = BTreeMap::new();
    for (cell, amount) in after {
        *sums.entry(cell).or_insert(0) += amount;
    }
    for (cell, amount) in before {
        *sums.entry(cell).or_insert(0) -= amount;
    }
    sums.retain(|_, amount| *amount != 0);
    sums
}

fn row(cell: &Cell, amount: i64, ordinal: i32, activity: Uuid, position: Position) -> MeasureRow {
    MeasureRow {
        position: bigint(position),
        ordinal,
        activity,
        measure: cell.measure.code().to_owned(),
        pillar: cell.pillar.code().to_owned(),
        quarter: cell.quarter.map(|quarter| quarter.to_string()),
        kind: cell.kind.code().to_owned(),
        standing: cell.standing.code().to_owned(),
        body: cell.body.as_ref().map(ToString::to_string),
        item: cell.item.as_ref().map(ToString::to_string),
        role: cell.role.map(|role| role.code().to_owned()),
        sex: cell.sex.map(|sex| sex.code().to_owned()),
        amount,
    }
}

impl Row for MeasureRow {
    const COLUMNS: &'static str = "position bigint not null, ordinal int not null, activity uuid not null, \
        measure text not null, pillar text not null, quarter text, kind text not null, standing text not null, \
        body text, item text, role text, sex text, amount bigint not null, primary key (position, ordinal)";
    const VIEWS: &'static [(&'static str, &'static str)] = &[("measure", "row"), ("measure_total", "total")];
    const COPIED: &'static str = "position, ordinal, activity, measure, pillar, quarter, kind, standing, \
        body, item, role, sex, amount";
    const TABLES: &'static [&'static str] = &[
        "create table {schema}.total (boundary bigint not null, measure text not null, pillar text not null, \
         quarter text, kind text not null, standing text not null, body text, item text, role text, sex text, \
         amount bigint not null)",
        "create index on {schema}.total (boundary, measure)",
    ];
    const INDEXES: &'static [&'static str] = &[];
    // A roll-up at boundary b sums every delta at a position <= b: what each stretch up to a boundary adds is summed
    // first, so that many boundaries at once do not read the deltas many times.
    const AFTER: &'static [&'static str] = &["with recursive boundary (b) as (
             select ($1 / 1024 + 1) * 1024 where ($1 / 1024 + 1) * 1024 <= $2
             union all select b + 1024 from boundary where b + 1024 <= $2),
         stretch as materialized (
             select (position + 1023) / 1024 * 1024 as upto, measure, pillar, quarter, kind, standing, body, item,
                    role, sex, sum(amount) as amount
               from {schema}.row where position > $1 / 1024 * 1024 and position <= $2 / 1024 * 1024
              group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
             union all
             select boundary, measure, pillar, quarter, kind, standing, body, item, role, sex, amount
               from {schema}.total where boundary = $1 / 1024 * 1024)
         insert into {schema}.total
         select b, measure, pillar, quarter, kind, standing, body, item, role, sex, sum(amount)
           from boundary join stretch on upto <= b
          group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 having sum(amount) <> 0"];

    fn write(&self, fields: &mut Fields<'_>) -> Result<(), ProjectorError> {
        fields.plain(Some(self.position));
        fields.plain(Some(self.ordinal));
        fields.plain(Some(self.activity));
        fields.plain(Some(&self.measure));
        fields.plain(Some(&self.pillar));
        fields.plain(self.quarter.as_ref());
        fields.plain(Some(&self.kind));
        fields.plain(Some(&self.standing));
        fields.text(self.body.as_deref());
        fields.text(self.item.as_deref());
        fields.plain(self.role.as_ref());
        fields.plain(self.sex.as_ref());
        fields.plain(Some(self.amount));
        Ok(())
    }

    fn read(row: &PgRow) -> Result<Self, ProjectorError> {
        Ok(Self {
            position: row.try_get("position")?,
            ordinal: row.try_get("ordinal")?,
            activity: row.try_get("activity")?,
            measure: row.try_get("measure")?,
            pillar: row.try_get("pillar")?,
            quarter: row.try_get("quarter")?,
            kind: row.try_get("kind")?,
            standing: row.try_get("standing")?,
            body: row.try_get("body")?,
            item: row.try_get("item")?,
            role: row.try_get("role")?,
            sex: row.try_get("sex")?,
            amount: row.try_get("amount")?,
        })
    }
}
