//! The bullet bar: one share against a target and an earlier value, on a scale that bars share.

use tais_proto::Pillar;

use super::width;
use crate::escape::escape;

/// One bar on a 0-100% track: the value filled in the pillar's colour (ink when the bar is for all
/// pillars), the target as a tick, the earlier value as a ring. Shares are fractions, 0.63 for 63%.
///
/// A value that is not known leaves a hatched track: nothing known must not look like nothing done.
#[must_use]
pub fn bullet_bar(
    value: Option<f64>,
    target: Option<f64>,
    comparison: Option<f64>,
    pillar: Option<Pillar>,
) -> String {
    let colour = pillar.map_or("all", Pillar::code);
    let mut svg = String::from(r#"<svg class="bar" width="100%" height="26" aria-hidden="true">"#);
    match value.and_then(width) {
        Some(value) => svg.push_str(&format!(
            r#"<rect class="track" y="6" width="100%" height="14"/><rect class="fill {colour}" y="6" width="{value}" height="14"/>"#
        )),
        None => svg.push_str(r#"<rect class="unknown" x="0.5" y="6.5" width="99.8%" height="13"/>"#),
    }
    if let Some(x) = target.and_then(width) {
        // The white line keeps the tick visible on a dark bar.
        svg.push_str(&format!(
            r#"<line class="halo" x1="{x}" x2="{x}" y1="0" y2="26"/><line class="tick" x1="{x}" x2="{x}" y1="0" y2="26"/>"#
        ));
    }
    if let Some(x) = comparison.and_then(width) {
        svg.push_str(&format!(r#"<circle class="ring" cx="{x}" cy="13" r="4"/>"#));
    }
    svg.push_str("</svg>");
    svg
}

/// The scale under a group of bars: 0, the target with its label, 100%. `target_label` is shown as
/// it is, for example "target 60%".
#[must_use]
pub fn axis(target: Option<(f64, &str)>) -> String {
    let mut svg = String::from(
        r#"<svg class="axis" width="100%" height="20" aria-hidden="true"><text x="0" y="15">0</text><text x="100%" y="15" text-anchor="end">100%</text>"#,
    );
    if let Some((share, label)) = target
        && let Some(x) = width(share)
    {
        svg.push_str(&format!(
            r#"<text class="target" x="{x}" y="15" text-anchor="middle">{}</text>"#,
            escape(label)
        ));
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::{axis, bullet_bar};
    use tais_proto::Pillar;

    #[test]
    fn the_bar_shows_value_target_and_earlier_value_where_they_are() {
        let svg = bullet_bar(Some(0.35), Some(0.6), Some(0.34), Some(Pillar::Aec));
        assert!(svg.contains(r#"<rect class="fill aec" y="6" width="35.00%""#), "{svg}");
        assert!(svg.contains(r#"<line class="tick" x1="60.00%""#), "{svg}");
        assert!(svg.contains(r#"<circle class="ring" cx="34.00%""#), "{svg}");
    }

    #[test]
    fn an_unknown_value_is_not_an_empty_bar() {
        let unknown = bullet_bar(None, Some(0.6), None, Some(Pillar::Aec));
        assert!(unknown.contains("unknown") && !unknown.contains("fill"), "{unknown}");
        assert_ne!(unknown, bullet_bar(Some(0.0), Some(0.6), None, Some(Pillar::Aec)));
        assert_eq!(unknown, bullet_bar(Some(f64::NAN), Some(0.6), None, Some(Pillar::Aec)));
    }

    #[test]
    fn the_label_of_the_target_is_escaped() {
        assert!(axis(Some((0.4, "<b>40%</b>"))).contains("&lt;b&gt;40%"));
        assert!(!axis(None).contains("target"));
    }
}
