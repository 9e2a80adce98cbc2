//! What was typed into a form that could not be taken just now: it travels through the page that asks
//! to sign in, or to confirm, and is sent again from there. Nothing typed is lost, without scripts too.

use serde::{Deserialize, Serialize};

use crate::escape::escape;
use crate::local_path::LocalPath;

/// The token's field, which is never kept: it is the old session's.
pub(super) const TOKEN: &str = "csrf";
/// The field of a password that confirms a step.
pub(super) const CONFIRMATION: &str = "confirmation";

/// A form's fields, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    action: String,
    fields: Vec<(String, String)>,
}

impl Kept {
    /// Keeps an urlencoded form that was sent to an address.
    pub(crate) fn of(action: &LocalPath, form: &[u8]) -> Self {
        let fields = form_urlencoded::parse(form)
            .filter(|(name, _)| name != TOKEN && name != CONFIRMATION)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        Self { action: action.as_str().to_owned(), fields }
    }

    /// Nothing, for nowhere.
    pub(crate) fn nothing() -> Self {
        Self { action: "/".to_owned(), fields: Vec::new() }
    }

    /// As the value of one hidden field.
    pub(crate) fn packed(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Back from there. What is not understood, or leads elsewhere, is nothing.
    pub(super) fn unpacked(text: &str) -> Option<Self> {
        let kept: Self = serde_json::from_str(text).ok()?;
        LocalPath::parse(&kept.action).map(|_| kept)
    }

    /// Where it goes, for the `action` of a form.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// The fields, hidden, as HTML.
    #[must_use]
    pub fn hidden(&self) -> String {
        self.fields
            .iter()
            .map(|(name, value)| {
                format!(r#"<input type="hidden" name="{}" value="{}">"#, escape(name), escape(value))
            })
            .collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::Kept;
    use crate::local_path::LocalPath;

    #[test]
    fn what_was_typed_survives_and_the_token_and_the_password_do_not() {
        let path = LocalPath::parse("/apsc/new").unwrap();
        let form = b"csrf=old&title=a+%3Cb%3E&themes=X&themes=Y&confirmation=secret";
        let kept = Kept::of(&path, form);
        assert_eq!(Kept::unpacked(&kept.packed()).unwrap(), kept);
        let html = kept.hidden();
        assert!(html.contains(r#"value="a &lt;b&gt;""#) && html.matches("themes").count() == 2, "{html}");
        assert!(!html.contains("old") && !html.contains("secret"));
    }

    #[test]
    fn it_never_leads_elsewhere() {
        for text in ["", "{}", r#"{"action":"//evil.example","fields":[]}"#] {
            assert_eq!(Kept::unpacked(text), None, "{text}");
        }
    }
}
