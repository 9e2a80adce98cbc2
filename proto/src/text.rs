//! Texts are maps from language to text: one entry may be written in Tetum, another in Portuguese.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

/// A language tag of two or three lower-case letters: `en`, `pt`, `tet`, `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lang([u8; 3]);

impl Lang {
    /// English.
    pub const EN: Self = Self(*b"en ");
    /// Portuguese.
    pub const PT: Self = Self(*b"pt ");
    /// Tetum.
    pub const TET: Self = Self(*b"tet");

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII letters and a trailing blank ever get in (see `from_str`).
        std::str::from_utf8(&self.0).unwrap_or_default().trim_end()
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is not a language tag.
#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" is not a language tag: it must be two or three lower-case letters, such as tet")]
pub struct LangError(String);

impl FromStr for Lang {
    type Err = LangError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            [a, b] if text.bytes().all(|c| c.is_ascii_lowercase()) => Ok(Self([*a, *b, b' '])),
            [a, b, c] if text.bytes().all(|c| c.is_ascii_lowercase()) => Ok(Self([*a, *b, *c])),
            _ => Err(LangError(text.chars().take(20).collect())),
        }
    }
}

impl Serialize for Lang {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A text in one or more languages. An empty map means that nothing was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Texts(BTreeMap<Lang, String>);

impl Texts {
    /// A text in one language.
    #[must_use]
    pub fn one(lang: Lang, text: impl Into<String>) -> Self {
        Self(BTreeMap::from([(lang, text.into())]))
    }

    /// The same with the text of one language put in its place.
    #[must_use]
    pub fn with(mut self, lang: Lang, text: impl Into<String>) -> Self {
        self.0.insert(lang, text.into());
        self
    }

    /// The same without the text of one language.
    #[must_use]
    pub fn without(mut self, lang: Lang) -> Self {
        self.0.remove(&lang);
        self
    }

    /// Whether nothing was written in any language.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|text| text.trim().is_empty())
    }

    /// The text in this language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> Option<&str> {
        self.0.get(&lang).map(String::as_str)
    }

    /// The text in the wanted language or else in the first there is, with the language it is in,
    /// so that a page can mark it.
    #[must_use]
    pub fn best(&self, wanted: Lang) -> Option<(Lang, &str)> {
        self.0.get_key_value(&wanted).or_else(|| self.0.iter().next()).map(|(l, t)| (*l, t.as_str()))
    }

    /// Every language and its text.
    pub fn iter(&self) -> impl Iterator<Item = (Lang, &str)> {
        self.0.iter().map(|(lang, text)| (*lang, text.as_str()))
    }
}

/// A language that stands twice is refused: two readers of the same signed bytes must not see two
/// different texts.
impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Texts;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map from language tag to text")
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
                let mut texts = BTreeMap::new();
                while let Some((lang, text)) = map.next_entry::<Lang, String>()? {
                    if texts.insert(lang, text).is_some() {
                        return Err(de::Error::custom(format!("the language \"{lang}\" stands twice")));
                    }
                }
                Ok(Texts(texts))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

impl FromIterator<(Lang, String)> for Texts {
    fn from_iter<I: IntoIterator<Item = (Lang, String)>>(texts: I) -> Self {
        Self(texts.into_iter().collect())
    }
}
