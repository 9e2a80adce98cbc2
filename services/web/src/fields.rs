//! The fields of a form, each with its label, its hint and what is wrong with it.

use std::fmt::Write as _;

use tais_proto::Date;
use tais_proto::when::{PartialDate, parse_iso_date};

use crate::escape;
use crate::language::Texts;
use crate::parts::{FieldError, field_error};

/// Makes fields. Their labels and hints are the texts `field-<words><name>` and the same with `-hint`.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    /// The reader's texts.
    pub t: Texts,
    /// What is wrong, by the field's id.
    pub errors: &'a [FieldError],
    /// What the ids begin with, where a page has several forms; the names stay.
    pub form: &'a str,
    /// What the keys of their texts begin with, where a word means something else on another page.
    pub words: &'a str,
}

impl Fields<'_> {
    fn id(&self, name: &str) -> String {
        format!("{}{name}", self.form)
    }

    /// A field around an input of one's own, which has the id of [`Self::attributes`].
    #[must_use]
    pub fn wrap(&self, name: &str, input: &str) -> String {
        let id = self.id(name);
        let wrong = field_error(self.errors, &id);
        let class = if wrong.is_empty() { "field" } else { "field bad-field" };
        let label_key = format!("field-{}{name}", self.words);
        let (label, hint_key) = (escape(&self.t.get(&label_key)), format!("{label_key}-hint"));
        let hint = match self.t.has(&hint_key) {
            true => format!(r#"<span class="hint" id="hint-{id}">{}</span>"#, escape(&self.t.get(&hint_key))),
            false => String::new(),
        };
        format!(r#"<div class="{class}"><label for="{id}">{label}</label>{hint}{wrong}{input}</div>"#)
    }

    /// The id, the name, and what describes the field.
    #[must_use]
    pub fn attributes(&self, name: &str) -> String {
        let id = self.id(name);
        let hint = self.t.has(&format!("field-{}{name}-hint", self.words)).then(|| format!("hint-{id}"));
        let wrong = self.errors.iter().any(|error| error.field == id);
        let ids: Vec<String> = hint.into_iter().chain(wrong.then(|| format!("wrong-{id}"))).collect();
        let mut attributes = format!(r#"id="{id}" name="{name}""#);
        if !ids.is_empty() {
            write!(attributes, r#" aria-describedby="{}""#, ids.join(" ")).unwrap_or_default();
        }
        if wrong {
            attributes.push_str(r#" aria-invalid="true""#);
        }
        attributes
    }

    /// A line of text.
    #[must_use]
    pub fn text(&self, name: &str, value: &str, size: Option<u8>, numeric: bool) -> String {
        let size = size.map(|size| format!(r#" size="{size}""#)).unwrap_or_default();
        let mode = if numeric { r#" inputmode="numeric""# } else { "" };
        let (attributes, value) = (self.attributes(name), escape(value));
        self.wrap(name, &format!(r#"<input {attributes} value="{value}"{size}{mode}>"#))
    }

    /// Several lines of text.
    #[must_use]
    pub fn area(&self, name: &str, value: &str) -> String {
        let (attributes, value) = (self.attributes(name), escape(value));
        self.wrap(name, &format!(r#"<textarea {attributes}>{value}</textarea>"#))
    }

    /// One of several, or none.
    #[must_use]
    pub fn select(&self, name: &str, value: &str, options: impl Iterator<Item = (String, String)>) -> String {
        let none = escape(&self.t.get("correspondent-choose"));
        let options: String = options
            .map(|(code, text)| {
                let chosen = if code == value { " selected" } else { "" };
                format!(r#"<option value="{}"{chosen}>{}</option>"#, escape(&code), escape(&text))
            })
            .collect();
        let attributes = self.attributes(name);
        let html = format!(r#"<select {attributes}><option value="">{none}</option>{options}</select>"#);
        self.wrap(name, &html)
    }

    /// A line of text with suggestions that the browser searches as one types.
    #[must_use]
    pub fn suggest(
        &self,
        name: &str,
        value: &str,
        options: impl Iterator<Item = (String, String)>,
    ) -> String {
        let (attributes, value, id) = (self.attributes(name), escape(value), self.id(name));
        let options: String = options
            .map(|(code, text)| format!(r#"<option value="{}">{}</option>"#, escape(&code), escape(&text)))
            .collect();
        let html = format!(
            r#"<input {attributes} value="{value}" list="list-{id}" autocomplete="off"><datalist id="list-{id}">{options}</datalist>"#
        );
        self.wrap(name, &html)
    }
}

/// A day as people write it here (`24/11/2026`), as programs do, or a month (`11/2026`).
#[must_use]
pub fn partial_day(text: &str) -> Option<PartialDate> {
    let parts: Vec<&str> = text.trim().split('/').collect();
    match parts[..] {
        [day, month, year] => format!("{year:0>4}-{month:0>2}-{day:0>2}").parse().ok(),
        [month, year] => format!("{year:0>4}-{month:0>2}").parse().ok(),
        _ => text.trim().parse().ok(),
    }
}

/// A day as people write it here (`24/11/2026`), or as programs do.
#[must_use]
pub fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    if let Ok(date) = parse_iso_date(text) {
        return Some(date);
    }
    let mut parts = text.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    parse_iso_date(&format!("{year:0>4}-{month:0>2}-{day:0>2}")).ok().filter(|_| parts.next().is_none())
}
