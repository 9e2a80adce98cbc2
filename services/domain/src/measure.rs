//! What is counted, and how: each activity's contributions to the WPS measures, and shares.
//!
//! Every figure is a sum of contributions, so "now", "as of position P" and "what changed" are the
//! same query. Shares are summed from counts, never averaged; a denominator of zero gives no
//! figure; what is missing is counted and shown.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tais_proto::event::activity::{ActivityDetails, ActivityParticipationRecorded, BodyRef};
use tais_proto::reference::{BodyCode, ItemCode, Reference};
use tais_proto::vocabulary::{ActivityKind, Occurrence, ParticipantRole, Qualifier, Sex};
use tais_proto::{Pillar, Quarter};

use crate::activity::{Activity, Status};

/// What a contribution adds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Activities.
    Activities,
    /// Activities that serve at least one WPS framework item in force on their date.
    WpsActivities,
    /// Activities that serve a WPS pillar (the dimension `item`); one that serves two counts in both.
    Coverage,
    /// Activities of a sectoral body (the dimension `body`).
    BodyActivities,
    /// Attendances with known sex (the dimensions `role` and `sex`).
    Attendances,
    /// Activities whose attendances are broken down by sex.
    SexStated,
    /// Activities that give no breakdown by sex; left out of shares, and said so.
    SexMissing,
    /// Activities screened for the gender marker.
    MarkerScreened,
    /// Activities marked 1 or 2.
    MarkerFocused,
}

impl Measure {
    /// Every measure.
    pub const ALL: &'static [Self] = &[
        Self::Activities,
        Self::WpsActivities,
        Self::Coverage,
        Self::BodyActivities,
        Self::Attendances,
        Self::SexStated,
        Self::SexMissing,
        Self::MarkerScreened,
        Self::MarkerFocused,
    ];

    /// A short code for tables and URLs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Activities => "activities",
            Self::WpsActivities => "wps-activities",
            Self::Coverage => "coverage",
            Self::BodyActivities => "body-activities",
            Self::Attendances => "attendances",
            Self::SexStated => "sex-stated",
            Self::SexMissing => "sex-missing",
            Self::MarkerScreened => "marker-screened",
            Self::MarkerFocused => "marker-focused",
        }
    }
}

/// Whether a figure rests on what the Directorate validated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Recorded, not (or no longer) validated.
    Provisional,
    /// Validated or acknowledged as it stands.
    Validated,
}

impl Standing {
    /// A short code for tables and URLs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Provisional => "provisional",
            Self::Validated => "validated",
        }
    }
}

/// One activity's addition to one cell of the cube.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// What is counted.
    pub measure: Measure,
    /// The pillar.
    pub pillar: Pillar,
    /// The quarter of its first day; `None` where no date is known.
    pub quarter: Option<Quarter>,
    /// Its kind.
    pub kind: ActivityKind,
    /// Provisional or validated.
    pub standing: Standing,
    /// The sectoral body, for [`Measure::BodyActivities`].
    pub body: Option<BodyCode>,
    /// The WPS pillar, for [`Measure::Coverage`].
    pub item: Option<ItemCode>,
    /// In what part, for [`Measure::Attendances`].
    pub role: Option<ParticipantRole>,
    /// Sex, for [`Measure::Attendances`].
    pub sex: Option<Sex>,
}

/// Whether the activity is in the figures: recorded, not withdrawn, and not merely planned.
#[must_use]
pub fn is_counted(activity: &Activity) -> bool {
    !matches!(activity.status, Status::Withdrawn { .. })
        && activity.details.occurrence != Some(Occurrence::Planned)
}

/// Provisional or validated, as the activity stands.
#[must_use]
pub const fn standing(activity: &Activity) -> Standing {
    match activity.status.validation() {
        Some(_) => Standing::Validated,
        None => Standing::Provisional,
    }
}

/// The WPS pillars the activity serves, through items in force on its date. Where the date is not
/// known, the items count as tagged.
#[must_use]
pub fn wps_pillars(details: &ActivityDetails, reference: &Reference) -> BTreeSet<ItemCode> {
    tagged_in_force(details, reference).flat_map(|item| reference.wps_pillars_of(item)).collect()
}

/// Whether the activity serves Women, Peace and Security at all: a WPS pillar, or an item of a WPS
/// framework that belongs to no single pillar (a resolution, the plan as a whole).
#[must_use]
pub fn has_wps_content(details: &ActivityDetails, reference: &Reference) -> bool {
    tagged_in_force(details, reference).any(|item| reference.is_wps(item))
}

fn tagged_in_force<'a>(
    details: &'a ActivityDetails,
    reference: &'a Reference,
) -> impl Iterator<Item = &'a ItemCode> {
    details.framework_items.iter().filter(move |item| match details.starts {
        Some(starts) => reference.item_on(item, starts.latest()).is_some(),
        None => reference.item(item).is_some(),
    })
}

/// Attendances by sex, where they are broken down honestly: every count exact, and either cells that
/// add up to the exact total, or both women and men given and no larger number ("over 90") stated
/// beside them. Anything less is missing, and a missing half is never guessed.
#[must_use]
pub fn attendances_by_sex(
    participation: &ActivityParticipationRecorded,
) -> Option<Vec<(ParticipantRole, Sex, u32)>> {
    let counts = &participation.counts;
    let cells: Vec<_> =
        counts.iter().map(|c| Some((c.role, c.sex, c.count.if_exact()?))).collect::<Option<_>>()?;
    let has = |wanted| cells.iter().any(|(_, sex, _)| *sex == wanted);
    let sum: u64 = cells.iter().map(|(_, _, number)| u64::from(*number)).sum();
    let both = has(Sex::Female) && has(Sex::Male);
    let adds_up = match participation.total {
        Some(total) if total.qualifier == Qualifier::Exact => u64::from(total.number) == sum,
        Some(total) => both && u64::from(total.number) <= sum,
        None => both,
    };
    (adds_up && !cells.is_empty()).then_some(cells)
}

/// Everything one activity adds to the cube, as it stands. Empty where it is not counted.
#[must_use]
pub fn contributions(activity: &Activity, reference: &Reference) -> Vec<(Cell, i64)> {
    if !is_counted(activity) {
        return Vec::new();
    }
    let details = &activity.details;
    let cell = |measure| Cell {
        measure,
        pillar: details.pillar,
        quarter: details.starts.map(tais_proto::PartialDate::quarter),
        kind: details.kind,
        standing: standing(activity),
        body: None,
        item: None,
        role: None,
        sex: None,
    };
    let mut rows = vec![(cell(Measure::Activities), 1)];
    if has_wps_content(details, reference) {
        rows.push((cell(Measure::WpsActivities), 1));
    }
    for pillar in wps_pillars(details, reference) {
        rows.push((Cell { item: Some(pillar), ..cell(Measure::Coverage) }, 1));
    }
    let bodies: BTreeSet<_> = details.sectoral_bodies.iter().filter_map(code_of).collect();
    for body in bodies {
        rows.push((Cell { body: Some(body.clone()), ..cell(Measure::BodyActivities) }, 1));
    }
    match activity.participation.as_ref().and_then(attendances_by_sex) {
        Some(attendances) => {
            rows.push((cell(Measure::SexStated), 1));
            let mut sums = std::collections::BTreeMap::new();
            for (role, sex, number) in attendances {
                *sums.entry((role, sex)).or_insert(0) += i64::from(number);
            }
            for ((role, sex), number) in sums {
                rows.push((Cell { role: Some(role), sex: Some(sex), ..cell(Measure::Attendances) }, number));
            }
        }
        None => rows.push((cell(Measure::SexMissing), 1)),
    }
    if let Some(marker) = &details.gender_marker {
        rows.push((cell(Measure::MarkerScreened), 1));
        if marker.score.is_gender_focused() {
            rows.push((cell(Measure::MarkerFocused), 1));
        }
    }
    rows
}

fn code_of(body: &BodyRef) -> Option<&BodyCode> {
    match body {
        BodyRef::Code(code) => Some(code),
        BodyRef::Name(_) => None,
    }
}

/// A share with the counts it is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The part.
    pub numerator: i64,
    /// The whole.
    pub denominator: i64,
}

impl Share {
    /// Below this many, the counts are shown large and the percentage small.
    pub const SMALL_DENOMINATOR: i64 = 10;

    /// The share from 0 to 1; none where the denominator is zero.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of activities and attendances are far below 2^52")]
    pub fn fraction(self) -> Option<f64> {
        (self.denominator > 0).then(|| self.numerator as f64 / self.denominator as f64)
    }

    /// The share in whole per cent, rounded half up; none where the denominator is zero.
    #[must_use]
    pub const fn percent(self) -> Option<i64> {
        if self.denominator > 0 {
            Some((self.numerator * 200 + self.denominator) / (2 * self.denominator))
        } else {
            None
        }
    }
}

impl std::ops::Add for Share {
    type Output = Self;
    /// Shares are joined by summing their counts, never by averaging.
    fn add(self, other: Self) -> Self {
        Self {
            numerator: self.numerator + other.numerator,
            denominator: self.denominator + other.denominator,
        }
    }
}
