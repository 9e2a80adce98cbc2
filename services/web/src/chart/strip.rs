//! The strip of events per week that stands behind the as-of control.

/// Bars for a count a week, oldest first, scaled to the busiest week; `marked` is the week shown.
/// A week with anything in it has a bar one can see. No weeks, no strip.
#[must_use]
pub fn event_strip(weekly: &[u64], marked: Option<usize>) -> String {
    const HEIGHT: f64 = 40.0;
    const SMALLEST: f64 = 2.0;
    let busiest = weekly.iter().copied().max().unwrap_or(0);
    if weekly.is_empty() {
        return String::new();
    }
    let mut svg = format!(r#"<svg class="strip" width="100%" height="{HEIGHT}" aria-hidden="true">"#);
    let step = 100.0 / as_float(weekly.len() as u64);
    for (week, count) in weekly.iter().enumerate().filter(|(_, count)| **count > 0) {
        let tall = (HEIGHT * as_float(*count) / as_float(busiest)).max(SMALLEST);
        let class = if marked == Some(week) { r#" class="here""# } else { "" };
        svg.push_str(&format!(
            r#"<rect{class} x="{:.2}%" y="{:.1}" width="{:.2}%" height="{tall:.1}"/>"#,
            step * as_float(week as u64),
            HEIGHT - tall,
            step * 0.78,
        ));
    }
    svg.push_str("</svg>");
    svg
}

#[expect(clippy::cast_precision_loss, reason = "a drawing, precise to a tenth of a pixel")]
const fn as_float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::event_strip;

    #[test]
    fn bars_are_scaled_to_the_busiest_week_and_quiet_weeks_stay_empty() {
        let svg = event_strip(&[0, 10, 20, 1_000], Some(3));
        assert_eq!(svg.matches("<rect").count(), 3);
        assert!(
            svg.contains(r#"<rect class="here" x="75.00%" y="0.0" width="19.50%" height="40.0"/>"#),
            "{svg}"
        );
        assert!(svg.contains(r#"y="38.0" width="19.50%" height="2.0"#), "a small week can be seen: {svg}");
    }

    #[test]
    fn there_is_no_strip_without_weeks_and_no_bar_without_events() {
        assert_eq!(event_strip(&[], None), "");
        assert!(!event_strip(&[0, 0], None).contains("<rect"));
    }
}
