//! What each activity is, by position range: the state at any position is a plain query. And what each of its entries
//! adds to the cube of measures (`measure.rs`), which follows from what the activity was and is.

use serde::Serialize;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use tais_domain::measure::{
    attendances_by_sex, contributions, has_wps_content, is_counted, standing, wps_pillars,
};
use tais_domain::{Activity, Happened, activity};
use tais_proto::reference::Reference;
use tais_proto::vocabulary::Sex;
use tais_proto::{Envelope, Position, StreamKind};
use uuid::Uuid;

use crate::ProjectorError;
use crate::copy::Fields;
use crate::measure::{self, MeasureRow};
use crate::projection::{Projection, Row, Table, bigint};

/// The projection `activity`.
#[derive(Debug)]
pub struct ActivityProjection;

/// An activity as it stands from one position on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActivityRow {
    /// From which position.
    pub position: i64,
    /// Which activity.
    pub activity: Uuid,
    /// Where it stands in the workflow.
    pub status: String,
    /// Provisional or validated.
    pub standing: String,
    /// Whether it is in the figures.
    pub counted: bool,
    /// The pillar.
    pub pillar: String,
    /// Its kind.
    pub kind: String,
    /// The quarter of its first day, where a date is known.
    pub quarter: Option<String>,
    /// Its first day at the latest it can be, for sorting, where a date is known.
    pub sort_date: Option<String>,
    /// Whether it serves Women, Peace and Security.
    pub wps: bool,
    /// The WPS pillars it serves.
    pub wps_pillars: Vec<String>,
    /// Attendances of women, where sex is stated.
    pub women: Option<i64>,
    /// Attendances with known sex, where it is stated.
    pub attendances: Option<i64>,
    /// The reference its source gives it.
    pub external_ref: Option<String>,
    /// Everything.
    pub body: Activity,
}

/// What one entry adds: what the activity is from there on, and what that adds to the figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "most of them are the large ones")]
pub enum Added {
    /// The activity.
    Activity(Box<ActivityRow>),
    /// A cell of the cube.
    Measure(MeasureRow),
}

impl Projection for ActivityProjection {
    const NAME: &'static str = "activity";
    const STREAMS: StreamKind = StreamKind::Activity;
    const TABLES: &'static [Table] = &[TABLE, measure::TABLE];
    const STREAM: &'static str = "activity";
    type State = Activity;
    type Row = Added;

    fn apply(
        state: Option<Activity>,
        envelope: &Envelope,
        position: Position,
        reference: &Reference,
    ) -> Result<(Activity, Vec<Added>), ProjectorError> {
        let before = state.as_ref().map(|activity| contributions(activity, reference)).unwrap_or_default();
        let activity = activity::evolve(state, &Happened::from(envelope))
            .map_err(|error| ProjectorError::Broken { position: position.0, problem: error.to_string() })?;
        let id = envelope.stream.id.0;
        let measured = measure::rows(before, contributions(&activity, reference), id, position);
        let mut added = vec![Added::Activity(Box::new(row(&activity, id, position, reference)))];
        added.extend(measured.map(Added::Measure));
        Ok((activity, added))
    }
}

fn row(activity: &Activity, id: Uuid, position: Position, reference: &Reference) -> ActivityRow {
    let details = &activity.details;
    let stated = activity.participation.as_ref().and_then(attendances_by_sex);
    let sum = |women_only: bool| {
        let cells = stated.as_ref()?;
        Some(
            cells
                .iter()
                .filter(|(_, sex, _)| !women_only || *sex == Sex::Female)
                .map(|c| i64::from(c.2))
                .sum(),
        )
    };
    ActivityRow {
        position: bigint(position),
        activity: id,
        status: activity.status.code().to_owned(),
        standing: standing(activity).code().to_owned(),
        counted: is_counted(activity),
        pillar: details.pillar.code().to_owned(),
        kind: details.kind.code().to_owned(),
        quarter: details.starts.map(|starts| starts.quarter().to_string()),
        sort_date: details.starts.map(|starts| tais_proto::when::format_iso_date(starts.latest())),
        wps: has_wps_content(details, reference),
        wps_pillars: wps_pillars(details, reference).iter().map(ToString::to_string).collect(),
        women: sum(true),
        attendances: sum(false),
        external_ref: details.external_ref.clone(),
        body: activity.clone(),
    }
}

const TABLE: Table = Table {
    name: "activity",
    version: 1,
    table: "row",
    // `to_position` is not content: it repeats where the next row begins, so that the state at a
    // position is one index range.
    columns: "position bigint not null, to_position bigint, activity uuid not null, \
        status text not null, standing text not null, counted boolean not null, pillar text not null, \
        kind text not null, quarter text, sort_date text, wps boolean not null, wps_pillars text[] not null, \
        women bigint, attendances bigint, external_ref text, body json not null, \
        primary key (activity, position)",
    copied: "position, activity, status, standing, counted, pillar, kind, quarter, \
        sort_date, wps, wps_pillars, women, attendances, external_ref, body",
    order: "position",
    views: &[("activity", "row")],
    beside: &[],
    indexes: &[
        "create index if not exists row_at on {schema}.row (position)",
        "create index if not exists row_now on {schema}.row (pillar, quarter) where to_position is null",
    ],
    after: &[],
};

impl Row for Added {
    fn table(&self) -> usize {
        match self {
            Self::Activity(_) => 0,
            Self::Measure(_) => 1,
        }
    }

    fn begins(&self) -> Option<(Uuid, i64)> {
        match self {
            Self::Activity(row) => Some((row.activity, row.position)),
            Self::Measure(_) => None,
        }
    }

    fn write(&self, fields: &mut Fields<'_>) -> Result<(), ProjectorError> {
        match self {
            Self::Activity(row) => row.write(fields),
            Self::Measure(row) => {
                row.write(fields);
                Ok(())
            }
        }
    }

    fn read(table: usize, row: &PgRow) -> Result<Self, ProjectorError> {
        Ok(match table {
            0 => Self::Activity(Box::new(ActivityRow::read(row)?)),
            _ => Self::Measure(MeasureRow::read(row)?),
        })
    }
}

impl ActivityRow {
    fn write(&self, fields: &mut Fields<'_>) -> Result<(), ProjectorError> {
        fields.bigint(Some(self.position));
        fields.uuid(self.activity);
        fields.text(Some(&self.status));
        fields.text(Some(&self.standing));
        fields.boolean(self.counted);
        fields.text(Some(&self.pillar));
        fields.text(Some(&self.kind));
        fields.text(self.quarter.as_deref());
        fields.text(self.sort_date.as_deref());
        fields.boolean(self.wps);
        fields.texts(&self.wps_pillars);
        fields.bigint(self.women);
        fields.bigint(self.attendances);
        fields.text(self.external_ref.as_deref());
        fields.json(&self.body)
    }

    fn read(row: &PgRow) -> Result<Self, ProjectorError> {
        let Json(body): Json<Activity> = row.try_get("body")?;
        Ok(Self {
            position: row.try_get("position")?,
            activity: row.try_get("activity")?,
            status: row.try_get("status")?,
            standing: row.try_get("standing")?,
            counted: row.try_get("counted")?,
            pillar: row.try_get("pillar")?,
            kind: row.try_get("kind")?,
            quarter: row.try_get("quarter")?,
            sort_date: row.try_get("sort_date")?,
            wps: row.try_get("wps")?,
            wps_pillars: row.try_get("wps_pillars")?,
            women: row.try_get("women")?,
            attendances: row.try_get("attendances")?,
            external_ref: row.try_get("external_ref")?,
            body,
        })
    }
}
