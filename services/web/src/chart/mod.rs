//! Charts as plain SVG, made from numbers by pure functions.
//!
//! Widths are percentages, so that a chart fits its column without a script and without inline
//! styles; colours are classes, so that print and forced colours can change them. The value always
//! stands beside the chart in words: where it does, the SVG is hidden from screen readers.

mod bar;
mod multiple;
mod strip;

use tais_proto::Pillar;

pub use bar::{axis, bullet_bar};
pub use multiple::{SmallMultiple, small_multiple};
pub use strip::event_strip;

/// The number of tints of the matrix, `t0` (nothing) to `t5` (the most).
pub const TINTS: u32 = 5;

/// The pillar's mark: a diamond, a square or a triangle. Shape and colour say the same, so that the
/// pillars can be told apart without colour.
#[must_use]
pub fn pillar_mark(pillar: Pillar) -> String {
    let outline = match pillar {
        Pillar::Apsc => "M7 0 14 7 7 14 0 7Z",
        Pillar::Aec => "M1 1H13V13H1Z",
        Pillar::Ascc => "M7 0 14 13H0Z",
    };
    format!(
        r#"<svg class="mark {}" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"><path d="{outline}"/></svg>"#,
        pillar.code()
    )
}

/// The class of a matrix cell: `t0` for none, then five steps up to the largest cell. A cell with
/// something in it is never `t0`.
#[must_use]
pub const fn tint(count: u64, largest: u64) -> &'static str {
    if count == 0 || largest == 0 {
        return "t0";
    }
    let count = if count > largest { largest } else { count };
    let step = (count as u128 * TINTS as u128).div_ceil(largest as u128);
    match step {
        0 | 1 => "t1",
        2 => "t2",
        3 => "t3",
        4 => "t4",
        _ => "t5",
    }
}

/// A share as a percentage of the width, held between 0 and 100. What is not a number is not drawn.
fn width(share: f64) -> Option<String> {
    share.is_finite().then(|| format!("{:.2}%", share.clamp(0.0, 1.0) * 100.0))
}

#[cfg(test)]
mod tests {
    use super::{pillar_mark, tint, width};
    use tais_proto::Pillar;

    #[test]
    fn tints_rise_with_the_count_and_only_zero_is_blank() {
        let tints: Vec<_> = (0..=5).map(|count| tint(count, 5)).collect();
        assert_eq!(tints, ["t0", "t1", "t2", "t3", "t4", "t5"]);
        assert_eq!(tint(1, 1_000), "t1");
        assert_eq!(tint(9, 5), "t5");
        assert_eq!(tint(3, 0), "t0");
        assert_eq!(tint(u64::MAX, u64::MAX), "t5");
    }

    #[test]
    fn widths_stay_inside_the_chart() {
        assert_eq!(width(0.351).as_deref(), Some("35.10%"));
        assert_eq!(width(-3.0).as_deref(), Some("0.00%"));
        assert_eq!(width(7.0).as_deref(), Some("100.00%"));
        assert_eq!(width(f64::NAN), None);
    }

    #[test]
    fn each_pillar_has_a_shape_of_its_own() {
        let marks: std::collections::BTreeSet<_> = Pillar::ALL.iter().map(|p| pillar_mark(*p)).collect();
        assert_eq!(marks.len(), 3);
    }
}
