//! The words of spreadsheets: which of them stand for a code. A word that is not here stays a word.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Reference;
use super::codes::ItemCode;
use crate::vocabulary::ActivityKind;

/// A theme word, and the item it tags.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// The word, as spreadsheets have it.
    pub word: String,
    /// The item; none where the word tags nothing.
    pub item: Option<ItemCode>,
    /// Why.
    pub reason: String,
}

/// The tables that words are looked up in, named after what they give.
pub(super) const TABLES: &[&str] = &[
    "bodies",
    "countries",
    "frameworks",
    "instruments",
    "kinds",
    "organisations",
    "themes",
    "whole_frameworks",
];

/// Words of spreadsheets that stand for codes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aliases {
    /// Remarks, by table.
    #[serde(default)]
    pub note: BTreeMap<String, String>,
    /// Word to code, by table: `bodies`, `countries`, `frameworks` (items), `instruments`, `kinds`,
    /// `organisations`, `themes` (items) and `whole_frameworks`.
    #[serde(default)]
    pub tables: BTreeMap<String, BTreeMap<String, String>>,
}

impl Aliases {
    /// The code that a word, exactly as written, stands for in a table.
    #[must_use]
    pub fn code(&self, table: &str, word: &str) -> Option<&str> {
        self.tables.get(table)?.get(word).map(String::as_str)
    }

    /// The same, for a word that blanks or capitals may have come upon.
    fn code_of_any_case(&self, table: &str, word: &str) -> Option<&str> {
        let wanted = word.trim().to_lowercase();
        let mut words = self.tables.get(table)?.iter();
        words.find(|(known, _)| known.to_lowercase() == wanted).map(|(_, code)| code.as_str())
    }
}

impl Reference {
    /// The code that a word stands for in a table of [`Aliases::tables`]: as an alias exactly as
    /// written, as a code itself, or as an alias written with other capitals. `None` means that the
    /// word stays free text.
    #[must_use]
    pub fn lookup_alias<'a>(&'a self, table: &str, word: &'a str) -> Option<&'a str> {
        let word = word.trim();
        let itself = || self.is_code(table, word).then_some(word);
        let aliases = &self.aliases;
        aliases.code(table, word).or_else(itself).or_else(|| aliases.code_of_any_case(table, word))
    }

    /// A theme word, with the reason for its item or for having none.
    #[must_use]
    pub fn theme(&self, word: &str) -> Option<&Theme> {
        self.themes.iter().find(|theme| theme.word == word.trim())
    }

    /// Every theme word.
    #[must_use]
    pub fn themes(&self) -> &[Theme] {
        &self.themes
    }

    /// Makes the themes that tag something a table of [`Aliases`] too, so that one look-up serves all.
    pub(super) fn index_themes(&mut self) {
        let table = self.aliases.tables.entry("themes".to_owned()).or_default();
        let tagging = self.themes.iter().filter_map(|theme| Some((&theme.word, theme.item.as_ref()?)));
        table.extend(tagging.map(|(word, item)| (word.clone(), item.to_string())));
    }

    /// Whether a text is a code of the things that a table gives.
    pub(super) fn is_code(&self, table: &str, text: &str) -> bool {
        match table {
            "bodies" => text.parse().is_ok_and(|code| self.sectoral_body(&code).is_some()),
            "countries" => text.parse().is_ok_and(|code| self.member_state(&code).is_some()),
            "frameworks" | "themes" => text.parse().is_ok_and(|code| self.item(&code).is_some()),
            "instruments" => self.legal_instruments.iter().any(|row| row.code.as_str() == text),
            "kinds" => ActivityKind::from_code(text).is_some(),
            "organisations" => text.parse().is_ok_and(|code| self.organisation(&code).is_some()),
            "whole_frameworks" => text.parse().is_ok_and(|code| self.framework(&code).is_some()),
            _ => false,
        }
    }
}
