//! Ours and its reference, a value a round, and whether that is what was aimed at.

use serde::Serialize;

/// What a ratio of ours over the reference is to be.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// More is better.
    AtLeast(f64),
    /// Less is better.
    AtMost(f64),
    /// Nothing is aimed at: it explains another.
    None,
}

impl Target {
    /// Whether a ratio is right, with this much leniency: 2 lets it miss by half.
    fn met(self, ratio: f64, leniency: f64) -> bool {
        match self {
            Self::AtLeast(target) => ratio * leniency >= target,
            Self::AtMost(target) => ratio <= target * leniency,
            Self::None => true,
        }
    }
}

/// One measure.
#[derive(Clone, Debug)]
pub struct Measure {
    name: String,
    unit: &'static str,
    target: Target,
    /// Ours, a value a round.
    pub ours: Vec<f64>,
    /// What it is held against, a value a round.
    pub reference: Vec<f64>,
}

/// A measure as the file has it.
#[derive(Serialize)]
struct Written<'a> {
    name: &'a str,
    unit: &'static str,
    ours: f64,
    reference: f64,
    ratio: f64,
    target: String,
    met: bool,
    rounds: Rounds<'a>,
}

#[derive(Serialize)]
struct Rounds<'a> {
    ours: &'a [f64],
    reference: &'a [f64],
}

/// The middle one of some values.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Measure {
    /// A measure before its first round.
    #[must_use]
    pub fn new(name: impl Into<String>, unit: &'static str, target: Target) -> Self {
        Self { name: name.into(), unit, target, ours: Vec::new(), reference: Vec::new() }
    }

    /// Takes in a round.
    pub fn round(&mut self, ours: f64, reference: f64) {
        self.ours.push(ours);
        self.reference.push(reference);
    }

    fn ratio(&self) -> f64 {
        median(&self.ours) / median(&self.reference)
    }

    /// Whether the target is met, in the median of the rounds.
    #[must_use]
    pub fn met(&self, leniency: f64) -> bool {
        self.target.met(self.ratio(), leniency)
    }

    fn wanted(&self) -> String {
        match self.target {
            Target::AtLeast(target) => format!("≥ {target}"),
            Target::AtMost(target) => format!("≤ {target}"),
            Target::None => "none".to_owned(),
        }
    }

    /// A line of the table.
    #[must_use]
    pub fn line(&self) -> String {
        let cell =
            |values: &[f64]| format!("{} {} ±{:.0} %", short(median(values)), self.unit, spread(values));
        format!(
            "| {} | {} | {} | {:.2} | {} | {} |",
            self.name,
            cell(&self.ours),
            cell(&self.reference),
            self.ratio(),
            self.wanted(),
            match self.target {
                Target::None => "",
                _ if self.met(1.0) => "met",
                _ => "missed",
            },
        )
    }

    /// The same for programs.
    ///
    /// # Errors
    /// When a value is no number.
    pub fn json(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(Written {
            name: &self.name,
            unit: self.unit,
            ours: median(&self.ours),
            reference: median(&self.reference),
            ratio: self.ratio(),
            target: self.wanted(),
            met: self.met(1.0),
            rounds: Rounds { ours: &self.ours, reference: &self.reference },
        })
    }
}

/// Half of what lies between the least and the most, in per cent of the median.
fn spread(values: &[f64]) -> f64 {
    let (least, most) =
        values.iter().fold((f64::MAX, f64::MIN), |(a, b), value| (a.min(*value), b.max(*value)));
    (most - least) / median(values) * 50.0
}

fn short(value: f64) -> String {
    if value < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::{Measure, Target};

    fn measured(target: Target, ours: &[f64], reference: &[f64]) -> Measure {
        let mut measure = Measure::new("x", "ms", target);
        ours.iter().zip(reference).for_each(|(ours, reference)| measure.round(*ours, *reference));
        measure
    }

    #[test]
    fn the_median_is_what_counts() {
        let fast = measured(Target::AtLeast(2.0), &[1.0, 9.0, 4.0], &[2.0, 2.0, 2.0]);
        assert!(fast.met(1.0));
        assert!(
            fast.line().contains("| 4.00 ms ±100 % | 2.00 ms ±0 % | 2.00 | ≥ 2 | met |"),
            "{}",
            fast.line()
        );
        let slow = measured(Target::AtLeast(2.0), &[3.0], &[2.0]);
        assert!(!slow.met(1.0) && slow.met(2.0));
        let late = measured(Target::AtMost(1.5), &[4.0], &[2.0]);
        assert!(!late.met(1.0) && late.met(2.0) && !measured(Target::AtMost(1.5), &[7.0], &[2.0]).met(2.0));
    }
}
