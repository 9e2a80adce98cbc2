//! What the text of one cell means: in the words of the contract, of the reference data, or of the
//! pages in any language. Nothing is guessed: what means nothing is told.

use std::collections::HashMap;
use std::sync::LazyLock;

use tais_proto::event::activity::{BodyRef, OrganisationRef};
use tais_proto::reference::{ItemCode, Reference, StateCode};
use tais_proto::vocabulary::{ActivityKind, Confidence, GenderScore, Mode, Occurrence};
use tais_proto::{Cents, PartialDate, Pillar};
use tais_web::language::{Language, Texts};

use super::mapping::plain;
use super::problem::Problem;

/// Years that a day of an activity can lie in; "24/11/26" is not the year 26.
const YEARS: std::ops::RangeInclusive<i32> = 1945..=2200;

/// The words of a list, by how they are written.
type Words<T> = LazyLock<HashMap<String, T>>;

fn words_of<T: Copy>(prefix: &str, all: &[T], code: impl Fn(T) -> &'static str) -> HashMap<String, T> {
    let mut words = HashMap::new();
    for value in all {
        words.insert(plain(code(*value)), *value);
        for language in Language::offered() {
            let text = Texts::new(language).get(&format!("{prefix}-{}", code(*value)));
            words.entry(plain(&text)).or_insert(*value);
        }
    }
    words
}

static KINDS: Words<ActivityKind> = LazyLock::new(|| words_of("kind", ActivityKind::ALL, ActivityKind::code));
static OCCURRENCES: Words<Occurrence> =
    LazyLock::new(|| words_of("occurrence", Occurrence::ALL, Occurrence::code));
static MODES: Words<Mode> = LazyLock::new(|| words_of("mode", Mode::ALL, Mode::code));
static CONFIDENCES: Words<Confidence> =
    LazyLock::new(|| words_of("confidence", Confidence::ALL, Confidence::code));

fn word<T: Copy>(words: &Words<T>, text: &str) -> Result<T, Problem> {
    words.get(&plain(text)).copied().ok_or_else(|| Problem::UnknownWord { value: text.to_owned() })
}

pub(super) fn occurrence(text: &str) -> Result<Occurrence, Problem> {
    word(&OCCURRENCES, text)
}

pub(super) fn mode(text: &str) -> Result<Mode, Problem> {
    word(&MODES, text)
}

pub(super) fn confidence(text: &str) -> Result<Confidence, Problem> {
    word(&CONFIDENCES, text)
}

/// The kind, and the word itself where it says more than the kind does.
pub(super) fn kind(text: &str, reference: &Reference) -> Result<(ActivityKind, Option<String>), Problem> {
    if let Some(kind) = KINDS.get(&plain(text)) {
        return Ok((*kind, None));
    }
    let kind = reference.lookup_alias("kinds", text).and_then(ActivityKind::from_code);
    kind.map(|kind| (kind, Some(text.to_owned())))
        .ok_or_else(|| Problem::UnknownKind { value: text.to_owned() })
}

pub(super) fn pillar(text: &str) -> Result<Pillar, Problem> {
    let pillar = Pillar::from_code(&text.to_lowercase());
    pillar.ok_or_else(|| Problem::UnknownPillar { value: text.to_owned() })
}

/// A member state, or `None` for ASEAN as a whole.
pub(super) fn member_state(text: &str, reference: &Reference) -> Result<Option<StateCode>, Problem> {
    if text.eq_ignore_ascii_case("ASEAN") {
        return Ok(None);
    }
    let titled = || {
        let mut states = reference.member_states();
        states.find(|state| state.title.iter().any(|(_, title)| plain(title) == plain(text)))
    };
    let code = reference.lookup_alias("countries", text).and_then(|code| code.parse().ok());
    let code = code.or_else(|| text.to_uppercase().parse().ok());
    let known = code.filter(|code| reference.member_state(code).is_some());
    let known = known.or_else(|| titled().map(|state| state.code.clone()));
    known.map(Some).ok_or_else(|| Problem::UnknownState { value: text.to_owned() })
}

pub(super) fn date(text: &str) -> Result<PartialDate, Problem> {
    let date = tais_web::fields::partial_day(text).filter(|date| YEARS.contains(&date.earliest().year()));
    date.ok_or_else(|| Problem::WrongDate { value: text.to_owned() })
}

pub(super) fn number(text: &str) -> Result<u32, Problem> {
    text.parse().map_err(|_| Problem::WrongNumber { value: text.to_owned() })
}

pub(super) fn marker(text: &str) -> Result<GenderScore, Problem> {
    GenderScore::from_code(text).ok_or_else(|| Problem::WrongMarker { value: text.to_owned() })
}

pub(crate) fn amount(text: &str) -> Result<Cents, Problem> {
    let number = text.trim_start_matches("USD").trim_start_matches("US$").trim_start_matches('$');
    let number = number.trim_end_matches("USD").trim_end_matches('$').trim();
    cents(number).ok_or_else(|| Problem::WrongAmount { value: text.to_owned() })
}

/// `1234`, `1234.5` or `1234,50`. With a sign between thousands it could be read in two ways, and is
/// not read.
pub(super) fn cents(text: &str) -> Option<Cents> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || part.len() > 2 {
        return None;
    }
    let part = part.parse::<u64>().ok()? * if part.len() == 1 { 10 } else { 1 };
    whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(part).map(Cents)
}

/// The words of a list, separated by semicolons.
pub(super) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|word| !word.is_empty())
}

pub(super) fn body(word: &str, reference: &Reference) -> BodyRef {
    let code = reference.lookup_alias("bodies", word).and_then(|code| code.parse().ok());
    match code.filter(|code| reference.sectoral_body(code).is_some()) {
        Some(code) => BodyRef::Code(code),
        None => BodyRef::Name(word.to_owned()),
    }
}

pub(super) fn organisation(word: &str, reference: &Reference) -> OrganisationRef {
    let code = reference.lookup_alias("organisations", word).and_then(|code| code.parse().ok());
    match code.filter(|code| reference.organisation(code).is_some()) {
        Some(code) => OrganisationRef::Code(code),
        None => OrganisationRef::Name(word.to_owned()),
    }
}

/// Framework items and the words that no item answers to, which are kept as stated.
pub(super) type Tags = (Vec<ItemCode>, Vec<String>);

/// The items that the words of a list stand for, in `themes` or `frameworks`.
pub(super) fn tags(table: &str, text: &str, reference: &Reference) -> Tags {
    let titled = |word: &str| {
        let mut items = reference.wps_pillars();
        items.find(|item| item.title.iter().any(|(_, title)| plain(title) == plain(word)))
    };
    let (mut items, mut stated) = (Vec::new(), Vec::new());
    for word in list(text) {
        let code = reference.lookup_alias(table, word).and_then(|code| code.parse::<ItemCode>().ok());
        match code.or_else(|| titled(word).map(|item| item.code.clone())) {
            Some(item) if items.contains(&item) => {}
            Some(item) => items.push(item),
            None => stated.push(word.to_owned()),
        }
    }
    (items, stated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_where_they_can_be_read_in_one_way_only() {
        let read = |text| amount(text).map(|cents| cents.0).ok();
        assert_eq!(
            ["3000", "1234.5", "US$ 1234,50", "0.05 USD"].map(read),
            [300_000, 123_450, 123_450, 5].map(Some)
        );
        for text in ["1,234.50", "1.234", "3000 EUR", "-5", "", ".", "1.", "99999999999999999999", "1e3"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn days_are_read_as_people_here_write_them_and_none_is_made_up() {
        let read = |text| date(text).map(|date| date.to_string()).ok();
        assert_eq!(read("24/11/2026").as_deref(), Some("2026-11-24"));
        assert_eq!(read("11/2026").as_deref(), Some("2026-11"));
        assert_eq!(read("2026-11-24").as_deref(), Some("2026-11-24"));
        for text in ["31/02/2026", "24/11/26", "2026", "November", "45000", "24.11.2026", "1/2/3/4"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn words_of_every_language_mean_the_same() -> Result<(), Box<dyn std::error::Error>> {
        let reference = Reference::load_embedded()?;
        for word in ["training", "Training", "Formação", "formasaun"] {
            assert_eq!(kind(word, &reference), Ok((ActivityKind::Training, None)), "{word}");
        }
        assert_eq!(kind("Summit", &reference), Ok((ActivityKind::Meeting, Some("Summit".into()))));
        assert!(kind("party", &reference).is_err());
        let state = |word| member_state(word, &reference).map(|state| state.map(|code| code.to_string()));
        assert_eq!(state("tl"), Ok(Some("TL".into())));
        assert_eq!(state("Viet Nam"), Ok(Some("VN".into())));
        assert_eq!(state("asean"), Ok(None));
        assert!(state("Australia").is_err());
        assert_eq!(occurrence("Realizou-se"), Ok(Occurrence::Held));
        assert_eq!(tags("themes", "participation; Participation; joy", &reference).1, ["joy"]);
        Ok(())
    }
}
