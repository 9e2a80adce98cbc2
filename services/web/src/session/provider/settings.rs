//! What has to be set for people to sign in at an identity provider; checked before anything starts.

use openidconnect::url::{Host, Url};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl};

/// Why the settings are none.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not an address.
    #[error("{what} is no address ({text}): give it as https://host")]
    Address {
        /// Which.
        what: &'static str,
        /// What was given.
        text: String,
    },
    /// Anybody on the way could read it.
    #[error("{what} must begin with https ({text}); http is for this machine alone")]
    Open {
        /// Which.
        what: &'static str,
        /// What was given.
        text: String,
    },
    /// Nothing in it.
    #[error("{0} is empty: give what the identity provider gave you")]
    Empty(&'static str),
}

/// Who the provider is, and who we are for it.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    pub(super) issuer: IssuerUrl,
    pub(super) client: ClientId,
    pub(super) secret: ClientSecret,
    pub(super) redirect: RedirectUrl,
    host: String,
}

impl ProviderSettings {
    /// Reads them. `issuer` is the provider's address as it names itself, `public` the address at which
    /// people reach this site; the provider is to be told `/sign-in/provider/return` below it.
    ///
    /// # Errors
    /// When an address is none or open to others on the way, or the name or the secret is empty.
    pub fn new(issuer: &str, client: &str, secret: &str, public: &str) -> Result<Self, SettingsError> {
        let address = address("the identity provider's address", issuer)?;
        let public = address_of_site(public)?;
        let [client, secret] = [("our name at the provider", client), ("our secret at the provider", secret)]
            .map(|(what, text)| Some(text.trim()).filter(|text| !text.is_empty()).ok_or(what));
        let unreadable = |_| SettingsError::Address { what: "an address", text: issuer.to_owned() };
        Ok(Self {
            issuer: IssuerUrl::new(issuer.to_owned()).map_err(unreadable)?,
            client: ClientId::new(client.map_err(SettingsError::Empty)?.to_owned()),
            secret: ClientSecret::new(secret.map_err(SettingsError::Empty)?.to_owned()),
            redirect: RedirectUrl::new(format!("{public}/sign-in/provider/return")).map_err(unreadable)?,
            host: address.host_str().unwrap_or_default().to_owned(),
        })
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }
}

fn address(what: &'static str, text: &str) -> Result<Url, SettingsError> {
    let none = || SettingsError::Address { what, text: text.to_owned() };
    let url = Url::parse(text).map_err(|_| none())?;
    let local = match url.host().ok_or_else(none)? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if local => Ok(url),
        "http" => Err(SettingsError::Open { what, text: text.to_owned() }),
        _ => Err(none()),
    }
}

/// Scheme, host and port, to which paths are added.
fn address_of_site(text: &str) -> Result<String, SettingsError> {
    let what = "the address of these pages";
    let url = address(what, text)?;
    if url.path() != "/" || url.query().is_some() {
        return Err(SettingsError::Address { what, text: text.to_owned() });
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{ProviderSettings, SettingsError};

    #[test]
    fn the_provider_is_told_where_people_come_back_to() {
        let settings =
            ProviderSettings::new("https://login.tl/realm", "tais", " s \n", "https://tais.tl/").unwrap();
        assert_eq!(settings.redirect.as_str(), "https://tais.tl/sign-in/provider/return");
        assert_eq!((settings.host(), settings.secret.secret().as_str()), ("login.tl", "s"));
        for local in ["http://127.0.0.1:8420", "http://localhost:8420", "http://[::1]:8420"] {
            assert!(ProviderSettings::new("https://login.tl", "tais", "s", local).is_ok(), "{local}");
        }
    }

    #[test]
    fn what_others_could_read_or_nobody_can_reach_is_refused() {
        let with = |issuer, public| ProviderSettings::new(issuer, "tais", "s", public);
        for open in ["http://login.tl", "http://10.0.0.1"] {
            assert!(matches!(with(open, "https://tais.tl"), Err(SettingsError::Open { .. })), "{open}");
            assert!(matches!(with("https://login.tl", open), Err(SettingsError::Open { .. })), "{open}");
        }
        for none in ["", "login.tl", "file:///etc/passwd", "javascript:alert(1)"] {
            assert!(matches!(with(none, "https://tais.tl"), Err(SettingsError::Address { .. })), "{none}");
        }
        assert!(with("https://login.tl", "https://tais.tl/below").is_err());
        assert!(matches!(
            ProviderSettings::new("https://login.tl", "tais", "\n", "https://tais.tl"),
            Err(SettingsError::Empty(_))
        ));
    }
}
