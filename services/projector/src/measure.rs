//! The WPS cube: additive deltas by position and dimension, with rolled-up totals at intervals, so
//! that "now" and "as of position P" are the same query and cost the same.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use tais_domain::measure::Cell;
use tais_proto::Position;
use uuid::Uuid;

use crate::ProjectorError;
use crate::copy::Fields;
use crate::projection::{Table, bigint};

/// Totals are rolled up each time the log has grown by this many entries.
pub const ROLL_UP_EVERY: i64 = 1024;

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
    pub measure: Cow<'static, str>,
    /// The pillar.
    pub pillar: Cow<'static, str>,
    /// The quarter of the activity's first day, where a date is known.
    pub quarter: Option<String>,
    /// The activity's kind.
    pub kind: Cow<'static, str>,
    /// Provisional or validated.
    pub standing: Cow<'static, str>,
    /// The sectoral body.
    pub body: Option<String>,
    /// The WPS pillar.
    pub item: Option<String>,
    /// In what part people attended.
    pub role: Option<Cow<'static, str>>,
    /// Their sex.
    pub sex: Option<Cow<'static, str>>,
    /// What is added; negative where it is taken back.
    pub amount: i64,
}

/// The rows of an entry by which an activity that gave `before` gives `after`.
pub(crate) fn rows(
    before: Vec<(Cell, i64)>,
    after: Vec<(Cell, i64)>,
    activity: Uuid,
    position: Position,
) -> impl Iterator<Item = MeasureRow> {
    let changed = (0..).zip(difference(before, after));
    changed.map(move |(ordinal, (cell, amount))| row(&cell, amount, ordinal, activity, position))
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
        measure: cell.measure.code().into(),
        pillar: cell.pillar.code().into(),
        quarter: cell.quarter.map(|quarter| quarter.to_string()),
        kind: cell.kind.code().into(),
        standing: cell.standing.code().into(),
        body: cell.body.as_ref().map(ToString::to_string),
        item: cell.item.as_ref().map(ToString::to_string),
        role: cell.role.map(|role| role.code().into()),
        sex: cell.sex.map(|sex| sex.code().into()),
        amount,
    }
}

pub(crate) const TABLE: Table = Table {
    name: "measure",
    version: 2,
    table: "measure",
    columns: "position bigint not null, ordinal int not null, activity uuid not null, \
        measure text not null, pillar text not null, quarter text, kind text not null, standing text not null, \
        body text, item text, role text, sex text, amount bigint not null, primary key (position, ordinal)",
    copied: "position, ordinal, activity, measure, pillar, quarter, kind, standing, \
        body, item, role, sex, amount",
    order: "position, ordinal",
    views: &[("measure", "measure"), ("measure_total", "total")],
    beside: &[
        "create table {schema}.total (boundary bigint not null, measure text not null, pillar text not null, \
         quarter text, kind text not null, standing text not null, body text, item text, role text, sex text, \
         amount bigint not null)",
        "create index on {schema}.total (boundary, measure)",
    ],
    indexes: &[],
    // A roll-up at boundary b sums every delta at a position <= b: what each stretch up to a boundary adds is summed
    // first, so that many boundaries at once do not read the deltas many times.
    after: &["with recursive boundary (b) as (
             select ($1 / 1024 + 1) * 1024 where ($1 / 1024 + 1) * 1024 <= $2
             union all select b + 1024 from boundary where b + 1024 <= $2),
         stretch as materialized (
             select (position + 1023) / 1024 * 1024 as upto, measure, pillar, quarter, kind, standing, body, item,
                    role, sex, sum(amount) as amount
               from {schema}.measure where position > $1 / 1024 * 1024 and position <= $2 / 1024 * 1024
              group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
             union all
             select boundary, measure, pillar, quarter, kind, standing, body, item, role, sex, amount
               from {schema}.total where boundary = $1 / 1024 * 1024)
         insert into {schema}.total
         select b, measure, pillar, quarter, kind, standing, body, item, role, sex, sum(amount)
           from boundary join stretch on upto <= b
          group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 having sum(amount) <> 0"],
};

impl MeasureRow {
    pub(crate) fn write(&self, fields: &mut Fields<'_>) {
        fields.bigint(Some(self.position));
        fields.int(self.ordinal);
        fields.uuid(self.activity);
        fields.text(Some(&self.measure));
        fields.text(Some(&self.pillar));
        fields.text(self.quarter.as_deref());
        fields.text(Some(&self.kind));
        fields.text(Some(&self.standing));
        fields.text(self.body.as_deref());
        fields.text(self.item.as_deref());
        fields.text(self.role.as_deref());
        fields.text(self.sex.as_deref());
        fields.bigint(Some(self.amount));
    }

    pub(crate) fn read(row: &PgRow) -> Result<Self, ProjectorError> {
        Ok(Self {
            position: row.try_get("position")?,
            ordinal: row.try_get("ordinal")?,
            activity: row.try_get("activity")?,
            measure: row.try_get::<String, _>("measure")?.into(),
            pillar: row.try_get::<String, _>("pillar")?.into(),
            quarter: row.try_get("quarter")?,
            kind: row.try_get::<String, _>("kind")?.into(),
            standing: row.try_get::<String, _>("standing")?.into(),
            body: row.try_get("body")?,
            item: row.try_get("item")?,
            role: row.try_get::<Option<String>, _>("role")?.map(Cow::Owned),
            sex: row.try_get::<Option<String>, _>("sex")?.map(Cow::Owned),
            amount: row.try_get("amount")?,
        })
    }
}
