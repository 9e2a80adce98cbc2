//! The message catalogues, embedded. Adding a language is adding its file and its line here.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::{Language, format};

/// The text of a language's catalogue, or `None` while it has none.
pub(super) const fn source(language: Language) -> Option<&'static str> {
    match language {
        Language::En => Some(include_str!("../../locales/en.ftl")),
        Language::Pt => Some(include_str!("../../locales/pt.ftl")),
        Language::Tet => Some(include_str!("../../locales/tet.ftl")),
    }
}

pub(super) type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| embedded(Language::En));
static PORTUGUESE: LazyLock<Bundle> = LazyLock::new(|| embedded(Language::Pt));
static TETUM: LazyLock<Bundle> = LazyLock::new(|| embedded(Language::Tet));

/// The parsed catalogue of a language.
pub(super) fn of(language: Language) -> &'static Bundle {
    match language {
        Language::En => &ENGLISH,
        Language::Pt => &PORTUGUESE,
        Language::Tet => &TETUM,
    }
}

fn embedded(language: Language) -> Bundle {
    bundle(language, source(language).unwrap_or_default())
}

/// Parses a catalogue. What cannot be parsed is reported and left out: the page then shows the key,
/// which a test catches before any reader does.
fn bundle(language: Language, text: &str) -> Bundle {
    let locale: LanguageIdentifier = plural_rules(language).parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![locale]);
    // Isolation marks are for mixing writing directions; all our languages run left to right, and
    // the invisible characters would end up in exports and in searches.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match language {
        Language::En => |value, _| written(Language::En, value),
        Language::Pt => |value, _| written(Language::Pt, value),
        Language::Tet => |value, _| written(Language::Tet, value),
    }));
    let resource = FluentResource::try_new(text.to_owned());
    let resource = resource.unwrap_or_else(|(parsed, errors)| {
        tracing::error!(language = language.tag(), ?errors, "the catalogue has lines that cannot be read");
        parsed
    });
    if let Err(errors) = bundle.add_resource(resource) {
        tracing::error!(language = language.tag(), ?errors, "the catalogue says the same key twice");
    }
    bundle
}

/// Whose plural rules a catalogue follows. Timor-Leste writes as Portugal does: zero is plural, which
/// it is not in Brazil. Tetum has no plural forms and no rules of its own, so its texts choose by
/// literal numbers only; a test holds that.
const fn plural_rules(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Pt => "pt-PT",
        Language::Tet => "tet",
    }
}

fn written(language: Language, value: &FluentValue<'_>) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(format::number(language, whole(number.value))),
        FluentValue::String(_) | FluentValue::Custom(_) | FluentValue::None | FluentValue::Error => None,
    }
}

/// Only counts are given to messages as numbers (see `Arg`); fluent keeps them as floats.
#[expect(clippy::cast_possible_truncation, reason = "counts far below 2^53; a cast saturates beyond")]
fn whole(number: f64) -> i64 {
    number.round() as i64
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{Language, bundle, source};
    use fluent_bundle::{FluentArgs, FluentResource};
    use std::collections::{BTreeMap, BTreeSet};

    fn keys(text: &str) -> BTreeSet<&str> {
        text.lines()
            .filter_map(|line| line.split_once(" ="))
            .map(|(key, _)| key)
            .filter(|key| is_key(key))
            .collect()
    }

    fn is_key(text: &str) -> bool {
        text.starts_with(|c: char| c.is_ascii_lowercase())
    }

    #[test]
    fn every_catalogue_can_be_read_and_says_each_key_once() {
        for language in Language::offered() {
            let text = source(language).unwrap();
            assert!(FluentResource::try_new(text.to_owned()).is_ok(), "{language:?} has unreadable lines");
            let lines = text.lines().filter(|line| is_key(line) && line.contains(" =")).count();
            assert_eq!(lines, keys(text).len(), "{language:?} says a key twice");
        }
    }

    #[test]
    fn every_catalogue_has_the_keys_of_the_english_one() {
        let english = keys(source(Language::En).unwrap());
        for language in Language::offered() {
            assert_eq!(keys(source(language).unwrap()), english, "{language:?}");
        }
    }

    /// The values that each key takes.
    fn values(text: &str) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut key = "";
        for line in text.lines() {
            if let Some((name, _)) = line.split_once(" =").filter(|(name, _)| is_key(name)) {
                key = name;
            }
            let names = line.split('$').skip(1).filter_map(|rest| rest.split([' ', '}']).next());
            values.entry(key).or_default().extend(names);
        }
        values
    }

    #[test]
    fn every_catalogue_takes_the_values_of_the_english_one() {
        let english = values(source(Language::En).unwrap());
        for language in Language::offered() {
            assert_eq!(values(source(language).unwrap()), english, "{language:?}");
        }
    }

    #[test]
    fn zero_is_plural_in_portuguese_and_tetum_chooses_by_number_only() {
        let t = crate::Texts::new(Language::Pt);
        let received = |count: u32| t.with("office-due-received", &[("count", count.into())]);
        assert_eq!([received(0), received(1)], ["0 atividades", "uma atividade"]);
        assert!(!source(Language::Tet).unwrap().contains("[one]"));
    }

    #[test]
    fn counts_choose_the_plural_are_grouped_and_carry_no_isolation_marks() {
        let text = "events = { $count ->\n    [one] { $count } event\n   *[other] { $count } events\n}\n";
        for (count, written) in [(1, "1 event"), (0, "0 events"), (1_842, "1,842 events")] {
            let bundle = bundle(Language::En, text);
            let mut args = FluentArgs::new();
            args.set("count", f64::from(count));
            let pattern = bundle.get_message("events").unwrap().value().unwrap();
            assert_eq!(bundle.format_pattern(pattern, Some(&args), &mut Vec::new()), written);
        }
    }
}
