//! The handle through which pages speak: texts by key, dates and numbers by the language's rules.

use fluent_bundle::{FluentArgs, FluentValue};
use tais_proto::{PartialDate, Quarter};
use time::{Date, OffsetDateTime};

use super::{Language, catalogue, format};

/// A value put into a text: a word as it is, or a count, written as the language writes numbers and
/// used to choose between singular and plural.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// A word, a name, a date already written out.
    Text(String),
    /// A count. Exact up to 2^53.
    Number(i64),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

macro_rules! number_from {
    ($($kind:ty),+) => {$(
        impl From<$kind> for Arg {
            fn from(number: $kind) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
        impl From<&$kind> for Arg {
            fn from(number: &$kind) -> Self {
                Self::from(*number)
            }
        }
    )+};
}
number_from!(i64, u64, i32, u32, usize);

/// The texts of one language. Cheap to copy; give it to every template as `t`.
///
/// Results are plain text, not HTML: the template escapes them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    language: Language,
}

impl Texts {
    /// The texts of a language.
    #[must_use]
    pub const fn new(language: Language) -> Self {
        Self { language }
    }

    /// The language spoken.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The text of a key that takes no values.
    #[must_use]
    pub fn get(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// The text of a key with its values: `t.with(key, &[("count", Arg::from(2))])`.
    #[must_use]
    pub fn with(&self, key: &str, values: &[(&str, Arg)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set((*name).to_owned(), fluent(value));
        }
        self.format(key, Some(&args))
    }

    /// Whether the key is known: for keys built at run time, such as `refusal-` and a rule's code.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        catalogue::of(self.language).has_message(key)
    }

    /// The name of an event by its CloudEvents type; one that this software does not know is said to
    /// be so.
    #[must_use]
    pub fn event_name(&self, event_type: &str) -> String {
        let name = event_type.strip_prefix("tais.").unwrap_or(event_type);
        let name = name.rsplit_once(".v").map_or(name, |(name, _)| name);
        let key = format!("event-{}", name.replace('.', "-"));
        if self.has(&key) { self.get(&key) } else { self.get("event-unknown") }
    }

    /// Why something was refused, by the rule's code; in the words given where no text has it.
    #[must_use]
    pub fn refusal(&self, code: &str, otherwise: &str) -> String {
        let key = format!("refusal-{code}");
        if self.has(&key) { self.get(&key) } else { otherwise.to_owned() }
    }

    /// A key that is missing shows itself, so that the page still says where to look.
    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = catalogue::of(self.language);
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(key, language = self.language.tag(), "a text is missing from the catalogue");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(key, language = self.language.tag(), ?errors, "a text lacks a value it needs");
        }
        text
    }

    /// `23 November 2026`.
    #[must_use]
    pub fn format_date(&self, date: Date) -> String {
        format::date(self.language, date)
    }

    /// `23 November 2026`, or `November 2026` where only the month is known.
    #[must_use]
    pub fn format_partial_date(&self, date: PartialDate) -> String {
        match date {
            PartialDate::Day(day) => format::date(self.language, day),
            PartialDate::Month(year, month) => format::month_of_year(self.language, year, month),
        }
    }

    /// `29` or `30 October`: the first day of a period, before its last day in full.
    #[must_use]
    pub fn format_beginning(&self, first: PartialDate, last: PartialDate) -> String {
        match (first, last) {
            (PartialDate::Day(first), PartialDate::Day(last)) => {
                format::beginning(self.language, first, last)
            }
            (first, _) => self.format_partial_date(first),
        }
    }

    /// `22 November 2026, 16:40`: the day and the 24-hour clock in Dili.
    #[must_use]
    pub fn format_time(&self, instant: OffsetDateTime) -> String {
        format::instant(self.language, instant)
    }

    /// `November`.
    #[must_use]
    pub fn format_month(&self, month: time::Month) -> &'static str {
        format::month(self.language, month)
    }

    /// `1,842`.
    #[must_use]
    pub fn format_number(&self, number: i64) -> String {
        format::number(self.language, number)
    }

    /// `63%` of two counts, or `None` when there is nothing to divide by: show "no data", never 0%.
    #[must_use]
    pub fn format_percent(&self, numerator: i64, denominator: i64) -> Option<String> {
        format::percent(numerator, denominator)
    }

    /// `Q4 2026`.
    #[must_use]
    pub fn format_quarter(&self, quarter: Quarter) -> String {
        format::quarter(self.language, quarter)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of people and events, far below 2^53")]
fn fluent(value: &Arg) -> FluentValue<'_> {
    match value {
        Arg::Text(text) => FluentValue::from(text.as_str()),
        Arg::Number(number) => FluentValue::from(*number as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, Texts};

    const ENGLISH: Texts = Texts::new(Language::En);

    #[test]
    fn a_missing_key_shows_itself() {
        let absent = "no-such-key";
        assert_eq!(ENGLISH.get(absent), "no-such-key");
        assert!(!ENGLISH.has(absent));
    }
}
