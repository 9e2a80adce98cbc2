//! Where to go next, when the address comes from a request: only a place on this site.

use std::fmt;

/// Longer addresses are not ours.
const LENGTH_MAX: usize = 2_048;

/// A path with its query on this site, such as `/activities?at=1842`. It can name no other host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// The path, if it is one on this site: it begins with exactly one slash and has neither
    /// backslash nor control character, by which browsers can be led to another host.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_rooted = text.starts_with('/') && !text.starts_with("//");
        let is_plain = text.chars().all(|c| !c.is_control() && c != '\\' && !c.is_whitespace());
        (is_rooted && is_plain && text.len() <= LENGTH_MAX).then(|| Self(text.to_owned()))
    }

    /// The front page.
    #[must_use]
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path as the value of a query parameter.
    #[must_use]
    pub fn as_parameter(&self) -> String {
        percent_encode(&self.0)
    }

    /// The path as a header value: bytes beyond ASCII encoded.
    #[must_use]
    pub fn as_header(&self) -> String {
        self.0.bytes().fold(String::new(), |mut text, byte| {
            if byte.is_ascii() {
                text.push(char::from(byte))
            } else {
                text.push_str(&format!("%{byte:02X}"))
            }
            text
        })
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text as the value of a query parameter: everything but letters, digits and `-._~/` encoded.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::LocalPath;

    #[test]
    fn only_paths_on_this_site_are_taken() {
        for ours in ["/", "/apsc?at=12&kind=training", "/activities/Díli"] {
            assert!(LocalPath::parse(ours).is_some(), "{ours}");
        }
        let foreign =
            ["", "apsc", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/\t/evil"];
        for text in foreign {
            assert!(LocalPath::parse(text).is_none(), "{text:?}");
        }
        assert!(LocalPath::parse(&format!("/{}", "a".repeat(3_000))).is_none());
    }

    #[test]
    fn a_path_survives_in_a_parameter_and_in_a_header() {
        let path = LocalPath::parse("/a?b=c&d=é").unwrap();
        assert_eq!(path.as_parameter(), "/a%3Fb%3Dc%26d%3D%C3%A9");
        assert_eq!(path.as_header(), "/a?b=c&d=%C3%A9");
    }
}
