//! The small parts that pages of all faces are made of, as HTML. Everything given is escaped here.

use crate::escape::escape;
use crate::language::Texts;

/// How something stands. Colour, sign and word say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Behind, late, missed, refused.
    Bad,
    /// At risk, returned, needs a look.
    Risk,
    /// On track, received, validated.
    Ok,
    /// None of these: due, draft.
    Plain,
}

/// A word for how something stands, with its sign.
#[must_use]
pub fn chip(standing: Standing, word: &str) -> String {
    let (class, sign) = match standing {
        Standing::Bad => ("chip bad", "▼"),
        Standing::Risk => ("chip risk", "◐"),
        Standing::Ok => ("chip ok", "✓"),
        Standing::Plain => return format!(r#"<span class="chip">{}</span>"#, escape(word)),
    };
    format!(r#"<span class="{class}"><i aria-hidden="true">{sign}</i> {}</span>"#, escape(word))
}

/// One thing to mend in a form: the id of its field, and what is wrong in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The id of the input.
    pub field: String,
    /// What is wrong, and how to write it.
    pub message: String,
}

/// The summary on top of a form that was refused: a list of links to the fields. Nothing to mend, no
/// summary. Give the page a title with the words of `error-title`, too.
#[must_use]
pub fn error_summary(t: Texts, errors: &[FieldError]) -> String {
    if errors.is_empty() {
        return String::new();
    }
    let items: String = errors
        .iter()
        .map(|error| {
            format!(r##"<li><a href="#{}">{}</a></li>"##, escape(&error.field), escape(&error.message))
        })
        .collect();
    format!(
        r#"<div class="errors" role="alert" aria-labelledby="error-summary" tabindex="-1"><h2 id="error-summary">{}</h2><ul>{items}</ul></div>"#,
        escape(&t.get("error-summary"))
    )
}

/// The words beside a field that was refused, for its `aria-describedby` (`wrong-` and the field's
/// id); empty when there is nothing wrong with it.
#[must_use]
pub fn field_error(errors: &[FieldError], field: &str) -> String {
    errors
        .iter()
        .filter(|error| error.field == field)
        .map(|error| {
            format!(r#"<span class="wrong" id="wrong-{}">{}</span>"#, escape(field), escape(&error.message))
        })
        .collect()
}

/// The title of a page whose form was refused, so that it is the first thing heard.
#[must_use]
pub fn error_title(t: Texts, title: &str) -> String {
    t.with("error-title", &[("title", title.into())])
}

/// The control that shows the page as of another day: works by the form alone.
#[derive(Clone, Copy, Debug)]
pub struct AsOf<'a> {
    /// Where the form goes: the page's own path.
    pub action: &'a str,
    /// The date in the field, `23/11/2026`.
    pub date: &'a str,
    /// What is shown now, in words: "23 November 2026 · event 1,842, the latest".
    pub says: &'a str,
    /// The strip of events a week, from [`crate::chart::event_strip`]; HTML.
    pub strip: &'a str,
    /// The first and the last label under the strip.
    pub ends: (&'a str, &'a str),
    /// Filters to keep: names and values of hidden fields.
    pub keep: &'a [(&'a str, &'a str)],
}

/// The as-of control, as a form that asks for `?on=`.
#[must_use]
pub fn as_of(t: Texts, control: &AsOf<'_>) -> String {
    let keep: String = control
        .keep
        .iter()
        .map(|(name, value)| {
            format!(r#"<input type="hidden" name="{}" value="{}">"#, escape(name), escape(value))
        })
        .collect();
    format!(
        r#"<form class="asof" method="get" action="{}">{keep}<div><label for="on">{}</label><input id="on" name="on" inputmode="numeric" size="10" value="{}" aria-describedby="on-hint"><button class="button second">{}</button><span class="vh" id="on-hint">{}</span><p>{}</p></div><div>{}<div class="ends"><span>{}</span><span>{}</span><span>{}</span></div></div></form>"#,
        escape(control.action),
        escape(&t.get("asof-label")),
        escape(control.date),
        escape(&t.get("asof-show")),
        escape(&t.get("asof-hint")),
        escape(control.says),
        control.strip,
        escape(control.ends.0),
        escape(&t.get("asof-strip")),
        escape(control.ends.1),
    )
}

#[cfg(test)]
mod tests {
    use super::{AsOf, FieldError, Standing, as_of, chip, error_summary, error_title, field_error};
    use crate::language::Texts;

    #[test]
    fn standings_differ_without_colour() {
        let chips: std::collections::BTreeSet<_> =
            [Standing::Bad, Standing::Risk, Standing::Ok, Standing::Plain].map(|s| chip(s, "<x>")).into();
        assert_eq!(chips.len(), 4);
        assert!(chips.iter().all(|chip| chip.contains("&lt;x&gt;")));
    }

    #[test]
    fn what_is_wrong_is_said_on_top_and_at_the_field() {
        let errors = [FieldError { field: "women".into(), message: "Write a number, not <many>".into() }];
        let t = Texts::default();
        assert!(
            error_summary(t, &errors).contains(r##"<a href="#women">Write a number, not &lt;many&gt;</a>"##)
        );
        assert!(field_error(&errors, "women").contains(r#"id="wrong-women""#));
        assert_eq!(field_error(&errors, "men"), "");
        assert_eq!(error_summary(t, &[]), "");
        assert_eq!(error_title(t, "New update"), "Error: New update");
    }

    #[test]
    fn the_as_of_control_keeps_the_filters_and_escapes() {
        let control = AsOf {
            action: "/activities",
            date: "\"><b>",
            says: "latest",
            strip: "",
            ends: ("Jan", "Nov"),
            keep: &[("pillar", "a&b")],
        };
        let html = as_of(Texts::default(), &control);
        assert!(
            html.contains(r#"name="pillar" value="a&amp;b""#) && html.contains("&quot;&gt;&lt;b&gt;"),
            "{html}"
        );
    }
}
