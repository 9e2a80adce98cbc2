//! Which language a page speaks, and how it is chosen.
//!
//! The office works in English, Portuguese and Tetum. Only a language that has its catalogue is
//! offered: a half-translated page is worse than one in the language the reader did not ask for.

mod catalogue;
mod format;
mod texts;

#[cfg(test)]
mod keys_in_sources;

pub use texts::{Arg, Texts};

/// The cookie that keeps the reader's choice.
pub const LANGUAGE_COOKIE: &str = "lang";

/// A language of the office.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, as written in Britain (day before month).
    #[default]
    En,
    /// Portuguese, as written in Timor-Leste.
    Pt,
    /// Tetum.
    Tet,
}

impl Language {
    /// Every language of the office, offered or not.
    pub const ALL: &'static [Self] = &[Self::Tet, Self::Pt, Self::En];

    /// The tag in `lang` attributes, cookies and file names.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Pt => "pt",
            Self::Tet => "tet",
        }
    }

    /// The language's name in itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Pt => "Português",
            Self::Tet => "Tetun",
        }
    }

    /// The language of a tag such as `pt`, `pt-TL` or `TET`; the region is not looked at.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::ALL.iter().copied().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The languages that have a catalogue, in the order in which they are shown.
    pub fn offered() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|language| catalogue::source(*language).is_some())
    }

    /// Whether the language has a catalogue.
    #[must_use]
    pub fn is_offered(self) -> bool {
        catalogue::source(self).is_some()
    }

    /// The language for one request: the reader's kept choice, then what the browser asks for (by
    /// its weights), then English.
    #[must_use]
    pub fn negotiate(cookie: Option<&str>, accept_language: Option<&str>) -> Self {
        choose(cookie, accept_language, Self::is_offered)
    }
}

fn choose(cookie: Option<&str>, accept: Option<&str>, is_offered: impl Fn(Language) -> bool) -> Language {
    let kept = cookie.and_then(Language::from_tag).filter(|language| is_offered(*language));
    kept.or_else(|| best_accepted(accept?, is_offered)).unwrap_or_default()
}

fn best_accepted(header: &str, is_offered: impl Fn(Language) -> bool) -> Option<Language> {
    let mut best: Option<(Language, f32)> = None;
    for range in header.split(',') {
        let Some((language, weight)) = weighted(range) else { continue };
        // Strictly greater: of equal weights the first one named wins.
        if weight > 0.0 && is_offered(language) && best.is_none_or(|(_, top)| weight > top) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

/// One range of `Accept-Language`. A weight that cannot be read makes the range worth nothing.
fn weighted(range: &str) -> Option<(Language, f32)> {
    let mut parts = range.split(';');
    let language = Language::from_tag(parts.next()?)?;
    let weight = match parts.next() {
        None => 1.0,
        Some(part) => part.trim().strip_prefix("q=")?.parse().ok()?,
    };
    Some((language, weight))
}

#[cfg(test)]
mod tests {
    use super::{Language, choose};

    const ALL_OFFERED: fn(Language) -> bool = |_| true;

    #[test]
    fn the_kept_choice_wins_over_the_browser() {
        assert_eq!(choose(Some("tet"), Some("pt"), ALL_OFFERED), Language::Tet);
    }

    #[test]
    fn the_browser_weights_decide_and_the_first_of_equals_wins() {
        assert_eq!(choose(None, Some("en;q=0.5, pt-TL;q=0.9, tet;q=0.8"), ALL_OFFERED), Language::Pt);
        assert_eq!(choose(None, Some("tet, pt"), ALL_OFFERED), Language::Tet);
        assert_eq!(choose(None, Some("id, fr;q=0.9, pt;q=0.1"), ALL_OFFERED), Language::Pt);
    }

    #[test]
    fn a_refused_or_unreadable_weight_counts_for_nothing() {
        assert_eq!(choose(None, Some("pt;q=0"), ALL_OFFERED), Language::En);
        assert_eq!(choose(None, Some("pt;q=much, tet;q=0.2"), ALL_OFFERED), Language::Tet);
    }

    #[test]
    fn only_an_offered_language_is_chosen() {
        let only_english = |language| language == Language::En;
        assert_eq!(choose(Some("pt"), Some("tet,pt;q=0.9"), only_english), Language::En);
        assert_eq!(choose(Some("../etc/passwd"), None, ALL_OFFERED), Language::En);
    }

    #[test]
    fn english_is_offered_and_every_offered_language_has_its_tag() {
        let offered: Vec<_> = Language::offered().collect();
        assert!(offered.contains(&Language::En));
        for language in offered {
            assert_eq!(Language::from_tag(language.tag()), Some(language));
        }
    }
}
