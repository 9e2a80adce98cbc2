//! Numbers and dates as each language writes them.
//!
//! Our own table: the public locale data has nothing for Tetum and would give it American dates
//! without a word. Months are written out, because 3/11 means two days to two readers.

use tais_proto::Quarter;
use time::{Date, OffsetDateTime};

use super::Language;

/// A line may not break inside a number.
const NO_BREAK_SPACE: char = '\u{a0}';

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_PT: [&str; 12] = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
];
const MONTHS_TET: [&str; 12] = [
    "Janeiru",
    "Fevereiru",
    "Marsu",
    "Abril",
    "Maiu",
    "Juñu",
    "Jullu",
    "Agustu",
    "Setembru",
    "Outubru",
    "Novembru",
    "Dezembru",
];

/// The month's name.
pub(super) fn month(language: Language, month: time::Month) -> &'static str {
    let index = usize::from(u8::from(month)) - 1;
    match language {
        Language::En => MONTHS_EN[index],
        Language::Pt => MONTHS_PT[index],
        Language::Tet => MONTHS_TET[index],
    }
}

/// `23 November 2026`, `23 de novembro de 2026`, `23 Novembru 2026`.
pub(super) fn date(language: Language, date: Date) -> String {
    let (year, month_of, day) = date.to_calendar_date();
    let name = month(language, month_of);
    match language {
        Language::En | Language::Tet => format!("{day} {name} {year}"),
        Language::Pt => format!("{day} de {name} de {year}"),
    }
}

/// The first day of a period, as far as its last day does not say it too: `29` before `30 November 2026`, `30 October`
/// before `2 November 2026`.
pub(super) fn beginning(language: Language, first: Date, last: Date) -> String {
    let (year, month_of, day) = first.to_calendar_date();
    if year != last.year() {
        return date(language, first);
    }
    if month_of == last.month() {
        return day.to_string();
    }
    let name = month(language, month_of);
    match language {
        Language::En | Language::Tet => format!("{day} {name}"),
        Language::Pt => format!("{day} de {name}"),
    }
}

/// `November 2026`, `novembro de 2026`, `Novembru 2026`: a date known to the month only.
pub(super) fn month_of_year(language: Language, year: i32, of: time::Month) -> String {
    let name = month(language, of);
    match language {
        Language::En | Language::Tet => format!("{name} {year}"),
        Language::Pt => format!("{name} de {year}"),
    }
}

/// `23 November 2026, 16:40` by the clock in Dili, 24 hours, in every language.
pub(super) fn instant(language: Language, instant: OffsetDateTime) -> String {
    let local = instant.to_offset(tais_proto::when::DILI);
    format!("{}, {:02}:{:02}", date(language, local.date()), local.hour(), local.minute())
}

/// `1,842`, `1842`, `18 420`: Portuguese groups from five digits on, with a space that cannot break.
/// Tetum is written here as Portuguese is, until a speaker says otherwise.
pub(super) fn number(language: Language, number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let separator = match language {
        Language::En => (digits.len() > 3).then_some(','),
        Language::Pt | Language::Tet => (digits.len() > 4).then_some(NO_BREAK_SPACE),
    };
    let sign = if number < 0 { "\u{2212}" } else { "" };
    match separator {
        None => format!("{sign}{digits}"),
        Some(separator) => format!("{sign}{}", group(&digits, separator)),
    }
}

fn group(digits: &str, separator: char) -> String {
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

/// `63%` of two counts, rounded half up. None when there is nothing to divide by, or when the counts
/// cannot be a share: no figure is not the same as zero.
pub(super) fn percent(numerator: i64, denominator: i64) -> Option<String> {
    if denominator <= 0 || numerator < 0 {
        return None;
    }
    let (numerator, denominator) = (i128::from(numerator), i128::from(denominator));
    Some(format!("{}%", (200 * numerator + denominator) / (2 * denominator)))
}

/// `Q4 2026`; `4.º trimestre de 2026`; `Trimestre 4 2026`.
pub(super) fn quarter(language: Language, quarter: Quarter) -> String {
    let Quarter { year, number } = quarter;
    match language {
        Language::En => format!("Q{number} {year}"),
        Language::Pt => format!("{number}.º trimestre de {year}"),
        Language::Tet => format!("Trimestre {number} {year}"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{beginning, date, instant, month_of_year, number, percent, quarter};
    use crate::language::Language::{En, Pt, Tet};
    use tais_proto::Quarter;
    use time::Month;
    use time::macros::{date, datetime};

    #[test]
    fn numbers_are_grouped_as_each_language_does() {
        for (language, value, written) in [
            (En, 0, "0"),
            (En, 999, "999"),
            (En, 1_842, "1,842"),
            (En, 1_234_567, "1,234,567"),
            (En, -1_842, "\u{2212}1,842"),
            (En, i64::MIN, "\u{2212}9,223,372,036,854,775,808"),
            (Pt, 1_842, "1842"),
            (Pt, 18_420, "18\u{a0}420"),
            (Tet, 1_234_567, "1\u{a0}234\u{a0}567"),
        ] {
            assert_eq!(number(language, value), written, "{language:?} {value}");
        }
    }

    #[test]
    fn dates_have_their_month_in_words() {
        let day = date!(2026 - 11 - 23);
        assert_eq!(date(En, day), "23 November 2026");
        assert_eq!(date(Pt, day), "23 de novembro de 2026");
        assert_eq!(date(Tet, day), "23 Novembru 2026");
        assert_eq!(month_of_year(Pt, 2026, Month::March), "março de 2026");
        assert_eq!(month_of_year(Tet, 2026, Month::June), "Juñu 2026");
    }

    #[test]
    fn a_period_says_its_month_and_year_once() {
        let last = date!(2026 - 11 - 30);
        for (language, first, written) in [
            (En, date!(2026 - 11 - 29), "29"),
            (En, date!(2026 - 10 - 30), "30 October"),
            (Pt, date!(2026 - 10 - 30), "30 de outubro"),
            (Tet, date!(2026 - 10 - 30), "30 Outubru"),
            (En, date!(2025 - 11 - 30), "30 November 2025"),
        ] {
            assert_eq!(beginning(language, first, last), written);
        }
    }

    #[test]
    fn the_clock_is_the_one_in_dili() {
        assert_eq!(instant(En, datetime!(2026-11-22 23:05 UTC)), "23 November 2026, 08:05");
    }

    #[test]
    fn a_share_is_rounded_half_up_and_absent_without_a_denominator() {
        assert_eq!(percent(29, 46).unwrap(), "63%");
        assert_eq!(percent(1, 200).unwrap(), "1%");
        assert_eq!(percent(0, 12).unwrap(), "0%");
        assert_eq!(percent(i64::MAX, i64::MAX).unwrap(), "100%");
        assert_eq!(percent(0, 0), None);
        assert_eq!(percent(-1, 4), None);
    }

    #[test]
    fn quarters_have_a_label_in_every_language() {
        let last = Quarter { year: 2026, number: 4 };
        assert_eq!(quarter(En, last), "Q4 2026");
        assert_eq!(quarter(Pt, last), "4.º trimestre de 2026");
        assert_eq!(quarter(Tet, last), "Trimestre 4 2026");
    }
}
