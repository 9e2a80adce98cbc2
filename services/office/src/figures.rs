//! From the cube to the figures of the page. Pure: every figure is a function of (cube, period).

use std::collections::BTreeMap;

use serde::Serialize;
use tais_domain::measure::{Measure, Share, Standing};
use tais_proto::reference::ItemCode;
use tais_proto::vocabulary::Sex;
use tais_proto::{Pillar, Quarter};

/// How many quarters the trend and the default period show.
pub const QUARTERS: usize = 5;

/// A sum of the cube at one position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CubeCell {
    /// What is counted.
    pub measure: Measure,
    /// The pillar.
    pub pillar: Pillar,
    /// The quarter; `None` where no date is known.
    pub quarter: Option<Quarter>,
    /// Provisional or validated.
    pub standing: Standing,
    /// The WPS pillar, for coverage.
    pub item: Option<ItemCode>,
    /// Sex, for attendances.
    pub sex: Option<Sex>,
    /// The sum.
    pub amount: i64,
}

/// Quarters from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first.
    pub from: Quarter,
    /// The last.
    pub to: Quarter,
}

impl Period {
    /// The quarter of a day and those before it.
    #[must_use]
    pub fn ending(to: Quarter) -> Self {
        let from = (1..QUARTERS).fold(to, |quarter, _| quarter.previous());
        Self { from, to }
    }

    /// Whether a quarter lies in it.
    #[must_use]
    pub fn contains(&self, quarter: Quarter) -> bool {
        self.from <= quarter && quarter <= self.to
    }

    /// Its last quarters, oldest first, at most [`QUARTERS`].
    #[must_use]
    pub fn quarters(&self) -> Vec<Quarter> {
        let all = std::iter::successors(Some(self.to), |quarter| Some(quarter.previous()));
        let mut quarters: Vec<Quarter> =
            all.take_while(|quarter| *quarter >= self.from).take(QUARTERS).collect();
        quarters.reverse();
        quarters
    }
}

/// The figures of one pillar, or of all three together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PillarFigures {
    /// Activities that serve Women, Peace and Security, of all activities.
    pub wps: Share,
    /// The part of all activities that the Directorate has validated.
    pub validated: Share,
    /// Attendances of women, of all attendances with known sex.
    pub women: Share,
    /// Activities that give no breakdown by sex; left out of `women`.
    pub sex_missing: i64,
    /// Activities whose date is not known; in no period, and so in no figure here.
    pub undated: i64,
}

/// The figures of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The period they are of.
    pub period: Period,
    /// By pillar, in the order of [`Pillar::ALL`].
    pub pillars: Vec<(Pillar, PillarFigures)>,
    /// All together.
    pub all: PillarFigures,
    /// Activities by WPS pillar and ASEAN pillar.
    pub coverage: BTreeMap<(ItemCode, Pillar), i64>,
    /// The WPS share by quarter, for each pillar, oldest first.
    pub trend: Vec<(Quarter, Vec<(Pillar, Share)>)>,
}

/// Computes the figures of a period.
#[must_use]
pub fn figures(cube: &[CubeCell], period: Period) -> Figures {
    let mut coverage = BTreeMap::new();
    for cell in cube.iter().filter(|cell| cell.measure == Measure::Coverage && is_in(cell, period)) {
        if let Some(item) = &cell.item {
            *coverage.entry((item.clone(), cell.pillar)).or_insert(0) += cell.amount;
        }
    }
    let trend = period
        .quarters()
        .into_iter()
        .map(|quarter| {
            let only = Period { from: quarter, to: quarter };
            (
                quarter,
                Pillar::ALL.iter().map(|pillar| (*pillar, of_pillar(cube, *pillar, only).wps)).collect(),
            )
        })
        .collect();
    let pillars: Vec<_> =
        Pillar::ALL.iter().map(|pillar| (*pillar, of_pillar(cube, *pillar, period))).collect();
    let all = pillars.iter().fold(PillarFigures::default(), |sum, (_, figures)| sum + *figures);
    Figures { period, pillars, all, coverage, trend }
}

fn is_in(cell: &CubeCell, period: Period) -> bool {
    cell.quarter.is_some_and(|quarter| period.contains(quarter))
}

fn of_pillar(cube: &[CubeCell], pillar: Pillar, period: Period) -> PillarFigures {
    let mut figures = PillarFigures::default();
    for cell in cube.iter().filter(|cell| cell.pillar == pillar) {
        if cell.quarter.is_none() && cell.measure == Measure::Activities {
            figures.undated += cell.amount;
        }
        if !is_in(cell, period) {
            continue;
        }
        match cell.measure {
            Measure::Activities => {
                figures.wps.denominator += cell.amount;
                figures.validated.denominator += cell.amount;
                if cell.standing == Standing::Validated {
                    figures.validated.numerator += cell.amount;
                }
            }
            Measure::WpsActivities => figures.wps.numerator += cell.amount,
            Measure::Attendances => {
                figures.women.denominator += cell.amount;
                if cell.sex == Some(Sex::Female) {
                    figures.women.numerator += cell.amount;
                }
            }
            Measure::SexMissing => figures.sex_missing += cell.amount,
            Measure::Coverage
            | Measure::BodyActivities
            | Measure::SexStated
            | Measure::MarkerScreened
            | Measure::MarkerFocused => {}
        }
    }
    figures
}

impl std::ops::Add for PillarFigures {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            wps: self.wps + other.wps,
            validated: self.validated + other.validated,
            women: self.women + other.women,
            sex_missing: self.sex_missing + other.sex_missing,
            undated: self.undated + other.undated,
        }
    }
}

impl Figures {
    /// The activities of one cell of the coverage matrix.
    #[must_use]
    pub fn covered(&self, item: &ItemCode, pillar: Pillar) -> i64 {
        self.coverage.get(&(item.clone(), pillar)).copied().unwrap_or(0)
    }

    /// The pillar with the smallest share, where one is smaller than the others.
    #[must_use]
    pub fn lowest(&self, share: impl Fn(&PillarFigures) -> Share) -> Option<Pillar> {
        let mut shares: Vec<_> =
            self.pillars.iter().filter_map(|(pillar, f)| Some((share(f).percent()?, *pillar))).collect();
        shares.sort_unstable();
        match shares[..] {
            [(lowest, pillar), (next, _), ..] if lowest < next => Some(pillar),
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    fn cell(measure: Measure, pillar: Pillar, quarter: Option<&str>, amount: i64) -> CubeCell {
        CubeCell {
            measure,
            pillar,
            quarter: quarter.map(|quarter| quarter.parse().unwrap()),
            standing: Standing::Provisional,
            item: None,
            sex: None,
            amount,
        }
    }

    #[test]
    fn shares_are_summed_from_counts_and_what_is_missing_is_counted() {
        let female = |pillar, amount| CubeCell {
            sex: Some(Sex::Female),
            ..cell(Measure::Attendances, pillar, Some("2026-Q4"), amount)
        };
        let male = |pillar, amount| CubeCell {
            sex: Some(Sex::Male),
            ..cell(Measure::Attendances, pillar, Some("2026-Q4"), amount)
        };
        let cube = [
            cell(Measure::Activities, Pillar::Aec, Some("2026-Q4"), 3),
            cell(Measure::WpsActivities, Pillar::Aec, Some("2026-Q4"), 1),
            cell(Measure::Activities, Pillar::Ascc, Some("2026-Q3"), 1),
            cell(Measure::WpsActivities, Pillar::Ascc, Some("2026-Q3"), 1),
            cell(Measure::Activities, Pillar::Ascc, Some("2024-Q1"), 50),
            cell(Measure::Activities, Pillar::Ascc, None, 2),
            female(Pillar::Aec, 1),
            male(Pillar::Aec, 99),
            female(Pillar::Ascc, 1),
            cell(Measure::SexMissing, Pillar::Aec, Some("2026-Q4"), 2),
        ];
        let figures = figures(&cube, Period::ending("2026-Q4".parse().unwrap()));
        assert_eq!(figures.period.from, "2025-Q4".parse().unwrap());
        assert_eq!((figures.all.wps.numerator, figures.all.wps.denominator), (2, 4));
        // 2 of 101, and not the mean of 1 % and 100 %.
        assert_eq!((figures.all.women.numerator, figures.all.women.denominator), (2, 101));
        assert_eq!((figures.all.sex_missing, figures.all.undated), (2, 2));
        assert_eq!(figures.lowest(|f| f.wps), Some(Pillar::Aec));
        // A pillar without activities has no share: not zero.
        assert_eq!(figures.pillars[0].1.wps.percent(), None);
        assert_eq!(figures.trend.len(), QUARTERS);
    }
}
