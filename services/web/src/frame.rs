//! What every page needs to know of its request, gathered once by the shell.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use tais_proto::Timestamp;

use crate::answer::Failure;
use crate::language::Texts;
use crate::local_path::LocalPath;
use crate::session::{Csrf, SignedIn};

/// The reader, the language and the address of one request. Take it as a handler's argument; the
/// shell puts it into every request.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The texts in the reader's language.
    pub texts: Texts,
    /// Who reads, if anybody is signed in.
    pub signed_in: Option<SignedIn>,
    /// Whether that person gave the password a short while ago; a program gives it each time.
    pub confirmed: bool,
    /// Whether that person came from the identity provider, and confirms there.
    pub at_provider: bool,
    /// The identity provider's host, where people can sign in at one.
    pub provider: Option<Arc<str>>,
    /// The token for this page's forms.
    pub csrf: Csrf,
    /// The address asked for.
    pub here: LocalPath,
    /// Whether the record holds sample data, which every page then says.
    pub sample: bool,
    /// Since when no witness vouches for what is recorded, which every page then says.
    pub unwitnessed: Option<Timestamp>,
    /// Whether a program asked (`/api/…`), which wants problem details and not pages.
    pub for_a_program: bool,
}

impl Frame {
    /// The person who is signed in.
    ///
    /// # Errors
    /// [`Failure::SignInNeeded`] when nobody is.
    pub fn person(&self) -> Result<&SignedIn, Failure> {
        self.signed_in.as_ref().ok_or(Failure::SignInNeeded)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Frame {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!(
                path = parts.uri.path(),
                "a page was asked for outside the shell: wrap its router"
            );
            Failure::Internal
        })
    }
}
