//! Escaping for the few places that write HTML by hand; templates escape by themselves.

/// The text with everything that means something in HTML, in text or in a quoted attribute, escaped.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_can_leave_an_attribute_or_open_a_tag() {
        assert_eq!(super::escape(r#"<a b='c' d="e">&"#), "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;");
        assert_eq!(super::escape("Díli, Ataúru"), "Díli, Ataúru");
    }
}
