//! One line of the small multiples: a pillar's share over the quarters, on a scale all lines share.

use tais_proto::Pillar;

use super::width;
use crate::escape::escape;

const HEIGHT: f64 = 88.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 72.0;
/// Where the line begins and ends, in percent of the width; the last value stands to the right.
const LEFT: f64 = 4.0;
const RIGHT: f64 = 84.0;

/// What one line shows. Shares are fractions; a quarter without data is `None` and breaks the line.
#[derive(Clone, Copy, Debug)]
pub struct SmallMultiple<'a> {
    /// The share of each quarter, oldest first.
    pub points: &'a [Option<f64>],
    /// The target, drawn as a dashed line.
    pub target: Option<f64>,
    /// Whose line; `None` for all pillars together.
    pub pillar: Option<Pillar>,
    /// The whole line in words, for a screen reader.
    pub aria_label: &'a str,
    /// What is written at the first known point, for example "50".
    pub first_label: &'a str,
    /// What is written after the last known point, for example "79%".
    pub last_label: &'a str,
}

/// The line as SVG, with its first and last value written.
#[must_use]
pub fn small_multiple(line: &SmallMultiple<'_>) -> String {
    let colour = line.pillar.map_or("all", Pillar::code);
    let known: Vec<(f64, f64)> = places(line.points).into_iter().flatten().collect();
    let mut svg = format!(
        r#"<svg class="multiple {colour}" width="100%" height="{HEIGHT}" role="img" aria-label="{}">"#,
        escape(line.aria_label)
    );
    svg.push_str(&rule("base", BOTTOM));
    if let Some(target) = line.target.filter(|target| target.is_finite()) {
        svg.push_str(&rule("goal", height_of(target)));
    }
    svg.push_str(&lines(line.points));
    for (x, y) in &known {
        svg.push_str(&format!(r#"<circle cx="{x:.2}%" cy="{y:.1}" r="3"/>"#));
    }
    if let Some((x, y)) = known.first().filter(|_| known.len() > 1) {
        let label = escape(line.first_label);
        svg.push_str(&format!(
            r#"<text x="{x:.2}%" y="{:.1}" text-anchor="middle">{label}</text>"#,
            y + 18.0
        ));
    }
    if let Some((x, y)) = known.last() {
        let label = escape(line.last_label);
        svg.push_str(&format!(
            r#"<circle cx="{x:.2}%" cy="{y:.1}" r="5"/><text class="last" x="{x:.2}%" dx="10" y="{:.1}">{label}</text>"#,
            y + 6.0
        ));
    }
    svg.push_str("</svg>");
    svg
}

fn rule(class: &str, y: f64) -> String {
    format!(r#"<line class="{class}" x1="{LEFT}%" x2="{RIGHT}%" y1="{y:.1}" y2="{y:.1}"/>"#)
}

/// The known stretches as lines, in a nested drawing that is stretched to the width while its
/// strokes keep their weight.
fn lines(points: &[Option<f64>]) -> String {
    let mut drawing = format!(
        r#"<svg width="100%" height="{HEIGHT}" viewBox="0 0 100 {HEIGHT}" preserveAspectRatio="none">"#
    );
    let places = places(points);
    for stretch in places.split(Option::is_none).filter(|stretch| stretch.len() > 1) {
        let corners: Vec<_> = stretch.iter().flatten().map(|(x, y)| format!("{x:.2},{y:.1}")).collect();
        drawing.push_str(&format!(
            r#"<polyline points="{}" vector-effect="non-scaling-stroke"/>"#,
            corners.join(" ")
        ));
    }
    drawing.push_str("</svg>");
    drawing
}

fn places(points: &[Option<f64>]) -> Vec<Option<(f64, f64)>> {
    #[expect(clippy::cast_precision_loss, reason = "a handful of quarters")]
    let step = (RIGHT - LEFT) / (points.len().max(2) - 1) as f64;
    let mut x = LEFT - step;
    let mut place = |point: &Option<f64>| {
        x += step;
        point.filter(|share| width(*share).is_some()).map(|share| (x, height_of(share)))
    };
    points.iter().map(&mut place).collect()
}

fn height_of(share: f64) -> f64 {
    BOTTOM - share.clamp(0.0, 1.0) * (BOTTOM - TOP)
}

#[cfg(test)]
mod tests {
    use super::{SmallMultiple, small_multiple};
    use tais_proto::Pillar;

    fn draw(points: &[Option<f64>]) -> String {
        small_multiple(&SmallMultiple {
            points,
            target: Some(0.6),
            pillar: Some(Pillar::Apsc),
            aria_label: "50 & <79>",
            first_label: "50",
            last_label: "79%",
        })
    }

    #[test]
    fn points_stand_on_one_scale_and_the_ends_are_labelled() {
        let svg = draw(&[Some(0.0), Some(0.5), Some(1.0)]);
        assert!(svg.contains(r#"points="4.00,72.0 44.00,42.0 84.00,12.0""#), "{svg}");
        assert!(svg.contains(">50</text>") && svg.contains(">79%</text>"), "{svg}");
        assert!(svg.contains(r#"aria-label="50 &amp; &lt;79&gt;""#), "{svg}");
    }

    #[test]
    fn a_quarter_without_data_breaks_the_line() {
        let svg = draw(&[Some(0.1), Some(0.2), None, Some(0.4), Some(f64::NAN), Some(0.5), Some(0.6)]);
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert_eq!(svg.matches(r#"r="3""#).count(), 5);
    }

    #[test]
    fn nothing_known_draws_no_value() {
        let svg = draw(&[None, None]);
        assert!(!svg.contains("<circle") && !svg.contains("<text") && svg.contains("goal"));
        assert!(!draw(&[]).contains("<circle"));
        assert_eq!(draw(&[Some(0.5)]).matches("<text").count(), 1, "one point has one label");
    }
}
