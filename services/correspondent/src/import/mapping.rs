//! Which column says what: recognised by name, changed by a person, and remembered for the next file
//! with the same header.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tais_proto::Lang;
use tais_proto::signing::sha256_hex;
use tais_proto::vocabulary::ActivityKind;
use tais_web::language::{Language, Texts};

use super::names::NAMES;

/// What a column can say of an activity.
#[expect(missing_docs, reason = "each is named as the field of the activity that it fills")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Field {
    Reference,
    Pillar,
    Title,
    /// The title in a language of its own.
    TitleIn(Lang),
    Kind,
    Occurrence,
    Starts,
    Ends,
    Summary,
    /// The summary in a language of its own.
    SummaryIn(Lang),
    Place,
    City,
    Country,
    MemberState,
    Mode,
    Bodies,
    Partners,
    Themes,
    Frameworks,
    Marker,
    MarkerReason,
    Women,
    Men,
    Others,
    Total,
    Budget,
    /// A budget in the words of its source: another currency is told and never converted.
    BudgetStated,
    Source,
    Confidence,
}

impl Field {
    /// Every field, texts in their own language only once each, in the order in which a person reads them.
    pub const ALL: &'static [Self] = &[
        Self::Reference,
        Self::Pillar,
        Self::Title,
        Self::Kind,
        Self::Occurrence,
        Self::Starts,
        Self::Ends,
        Self::Summary,
        Self::Place,
        Self::City,
        Self::Country,
        Self::MemberState,
        Self::Mode,
        Self::Bodies,
        Self::Partners,
        Self::Themes,
        Self::Frameworks,
        Self::Marker,
        Self::MarkerReason,
        Self::Women,
        Self::Men,
        Self::Others,
        Self::Total,
        Self::Budget,
        Self::BudgetStated,
        Self::Source,
        Self::Confidence,
    ];

    /// The word without a language: the end of its message key `column-<word>`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Pillar => "pillar",
            Self::Title | Self::TitleIn(_) => "title",
            Self::Kind => "kind",
            Self::Occurrence => "occurrence",
            Self::Starts => "starts",
            Self::Ends => "ends",
            Self::Summary | Self::SummaryIn(_) => "summary",
            Self::Place => "place",
            Self::City => "city",
            Self::Country => "country",
            Self::MemberState => "member-state",
            Self::Mode => "mode",
            Self::Bodies => "bodies",
            Self::Partners => "partners",
            Self::Themes => "themes",
            Self::Frameworks => "frameworks",
            Self::Marker => "marker",
            Self::MarkerReason => "marker-reason",
            Self::Women => "women",
            Self::Men => "men",
            Self::Others => "others",
            Self::Total => "total",
            Self::Budget => "budget",
            Self::BudgetStated => "budget-stated",
            Self::Source => "source",
            Self::Confidence => "confidence",
        }
    }

    /// The language of a text that has one of its own.
    #[must_use]
    pub const fn lang(self) -> Option<Lang> {
        match self {
            Self::TitleIn(lang) | Self::SummaryIn(lang) => Some(lang),
            _ => None,
        }
    }

    /// A short code: `title`, `title:pt`, `member-state`.
    #[must_use]
    pub fn code(self) -> String {
        let word = self.word();
        self.lang().map_or_else(|| word.to_owned(), |lang| format!("{word}:{lang}"))
    }

    /// The field of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let (word, lang) = match code.split_once(':') {
            Some((word, lang)) => (word, Some(lang.parse().ok()?)),
            None => (code, None),
        };
        let field = Self::ALL.iter().copied().find(|field| field.word() == word)?;
        match lang {
            None => Some(field),
            Some(lang) => field.spoken(lang),
        }
    }

    const fn spoken(self, lang: Lang) -> Option<Self> {
        match self {
            Self::Title => Some(Self::TitleIn(lang)),
            Self::Summary => Some(Self::SummaryIn(lang)),
            _ => None,
        }
    }

    /// Its name for a reader.
    #[must_use]
    pub fn name(self, t: Texts) -> String {
        let name = t.get(&format!("column-{}", self.word()));
        self.lang().map_or_else(|| name.clone(), |lang| format!("{name} ({lang})"))
    }

    /// The field that a column's name means.
    #[must_use]
    pub fn recognise(name: &str) -> Option<Self> {
        let plain = plain(name);
        let known = NAMES.iter().find(|(_, names)| names.contains(&plain.as_str())).map(|(field, _)| *field);
        known.or_else(|| Self::ALL.iter().copied().find(|field| field.is_called(&plain))).or_else(|| {
            // `title-pt`, `Título (pt)`.
            let (name, tag) = name.trim().trim_end_matches(')').rsplit_once(['-', '_', '('])?;
            Self::recognise(name)?.spoken(tag.trim().to_lowercase().parse().ok()?)
        })
    }

    /// Whether it is called so on a page or a template in any language.
    fn is_called(self, plain: &str) -> bool {
        Language::offered().any(|language| self::plain(&self.name(Texts::new(language))) == *plain)
    }
}

impl From<Field> for String {
    fn from(field: Field) -> Self {
        field.code()
    }
}

impl TryFrom<String> for Field {
    type Error = String;
    fn try_from(code: String) -> Result<Self, String> {
        Self::from_code(&code).ok_or_else(|| format!("\"{code}\" is no field of an activity"))
    }
}

/// A word as it is compared: small letters and digits alone, without accents.
#[must_use]
pub fn plain(text: &str) -> String {
    let letter = |c: char| match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        c => c,
    };
    text.chars().flat_map(char::to_lowercase).map(letter).filter(|c| c.is_alphanumeric()).collect()
}

/// Which column says what, and what a person says of the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The column of each field that has one, from 0.
    pub columns: BTreeMap<Field, usize>,
    /// The language of titles and summaries in a column that names none.
    pub language: Lang,
    /// The kind of every activity whose row names none.
    #[serde(default)]
    pub kind: Option<ActivityKind>,
}

impl Mapping {
    /// The mapping that the names of the columns suggest; the first of two of one name counts.
    #[must_use]
    pub fn recognise(header: &[String], language: Lang) -> Self {
        let mut columns = BTreeMap::new();
        for (index, name) in header.iter().enumerate() {
            if let Some(field) = Field::recognise(name) {
                columns.entry(field).or_insert(index);
            }
        }
        Self { columns, language, kind: None }
    }

    /// The fields without which no row can be taken.
    #[must_use]
    pub fn missing(&self) -> Vec<Field> {
        let has_title = self.columns.keys().any(|field| matches!(field, Field::Title | Field::TitleIn(_)));
        let has_kind = self.kind.is_some() || self.columns.contains_key(&Field::Kind);
        let has_reference = self.columns.contains_key(&Field::Reference);
        [(Field::Reference, has_reference), (Field::Title, has_title), (Field::Kind, has_kind)]
            .into_iter()
            .filter(|(_, has)| !has)
            .map(|(field, _)| field)
            .collect()
    }

    /// The same for a file of so many columns: what points past them is left out.
    #[must_use]
    pub fn within(mut self, columns: usize) -> Self {
        self.columns.retain(|_, column| *column < columns);
        self
    }
}

/// What names a header, so that its mapping is known again.
#[must_use]
pub fn fingerprint(header: &[String]) -> String {
    sha256_hex(serde_json::json!(header).to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(names: &[&str]) -> Vec<Option<Field>> {
        names.iter().map(|name| Field::recognise(name)).collect()
    }

    #[test]
    fn columns_are_recognised_in_three_languages_and_by_the_template() {
        for language in Language::offered() {
            let t = Texts::new(language);
            for field in Field::ALL {
                assert_eq!(Field::recognise(&field.name(t)), Some(*field), "{language:?}: {}", field.name(t));
            }
        }
        let known =
            recognised(&["TÍTULO", "Data de início ", "loron_ikus", "Mulheres", "feto", "Título (pt)"]);
        let wanted =
            [Field::Title, Field::Starts, Field::Ends, Field::Women, Field::Women, Field::TitleIn(Lang::PT)];
        assert_eq!(known, wanted.map(Some));
        assert_eq!(recognised(&["pillar_basis", "", "remarks", "title of the boss"]), [None; 4]);
    }

    #[test]
    fn the_names_of_a_field_are_its_own() {
        let mut seen = BTreeMap::new();
        for (field, names) in NAMES {
            for name in *names {
                assert_eq!(plain(name), *name, "names are written plainly");
                assert_eq!(seen.insert(*name, *field), None, "{name} stands twice");
                assert_eq!(Field::recognise(name), Some(*field));
            }
        }
        for field in Field::ALL.iter().copied().chain([Field::SummaryIn(Lang::TET)]) {
            assert_eq!(Field::from_code(&field.code()), Some(field));
        }
    }

    #[test]
    fn what_is_missing_is_told_and_a_person_can_say_it() {
        let header = ["Título", "Remarks"].map(str::to_owned);
        let mut mapping = Mapping::recognise(&header, Lang::PT);
        assert_eq!(mapping.missing(), [Field::Reference, Field::Kind]);
        mapping.kind = Some(ActivityKind::Training);
        mapping.columns.insert(Field::Reference, 1);
        assert_eq!(mapping.missing(), []);
        let kept = serde_json::to_string(&mapping).unwrap_or_default();
        assert_eq!(serde_json::from_str::<Mapping>(&kept).ok(), Some(mapping.clone()));
        assert_eq!(mapping.within(1).missing(), [Field::Reference]);
        assert_ne!(fingerprint(&header), fingerprint(&header[..1]));
    }
}
