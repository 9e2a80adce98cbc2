//! How a failure is told: one enum, written as a page for people and as problem details (RFC 9457)
//! for programs.
//!
//! Whatever went wrong, a person learns three things: what happened, whether anything was recorded,
//! and what to do now; and gets an id under which the operators find the rest in their journal.

mod tell;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tais_proto::Role;

use crate::frame::Frame;
use crate::page::Page;
use crate::session::Kept;

pub(crate) use tell::tell;

/// Whether the request left something in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Nothing was recorded.
    No,
    /// It may have been; it is safe to send it again.
    Unknown,
}

impl Recorded {
    /// The word in problem details and in keys of texts.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// Why a request was not answered as asked. Texts are in the reader's language; they are shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// There is no such page or record.
    #[error("there is nothing at this address")]
    NotFound,
    /// Only people who are signed in may see it. A page leads to the sign-in page.
    #[error("nobody is signed in")]
    SignInNeeded,
    /// The same for a form, which is kept and sent on after the person has signed in.
    #[error("nobody is signed in any more; the form was kept")]
    SignInToSend(Kept),
    /// A name and password for the API that do not belong together.
    #[error("the name or the password is wrong")]
    WrongPassword,
    /// The person's role may not do it; these may.
    #[error("the role may not do this")]
    Forbidden {
        /// The roles that may; empty when nobody may.
        may: Vec<Role>,
    },
    /// Too many sign-ins failed under this name; so many seconds are to be waited.
    #[error("too many sign-ins failed: wait {0} seconds")]
    TooManyAttempts(u64),
    /// The first password must be changed before anything else.
    #[error("the first password must be changed")]
    PasswordChangeNeeded,
    /// This step needs the password given anew; the form is kept.
    #[error("the password is needed once more")]
    ConfirmationNeeded {
        /// What was typed.
        kept: Kept,
        /// Whether the password that was given is wrong.
        wrong: bool,
    },
    /// The form is from an earlier session of the same browser; it is kept.
    #[error("the form is from an earlier session")]
    SendAgain(Kept),
    /// The form did not come from a page of ours.
    #[error("the form did not come from a page of this session")]
    ForeignForm,
    /// The request cannot be understood.
    #[error("the request cannot be understood: {0}")]
    Malformed(String),
    /// The same, at one place of what was sent.
    #[error("{pointer} cannot be understood: {words}")]
    MalformedAt {
        /// The place, as a JSON pointer (RFC 6901).
        pointer: String,
        /// What is wrong there.
        words: String,
    },
    /// The request is understood and refused by a rule; the text says which.
    #[error("refused: {0}")]
    Refused(String),
    /// The same, because of one place of what was sent.
    #[error("refused at {pointer}: {words}")]
    RefusedAt {
        /// The place, as a JSON pointer (RFC 6901).
        pointer: String,
        /// Which rule, in words.
        words: String,
    },
    /// Somebody was faster: the record has changed since.
    #[error("the record has changed since: {0}")]
    Conflict(String),
    /// More was sent than is taken.
    #[error("more was sent than is taken")]
    TooLarge,
    /// The address does not take this method.
    #[error("the address does not take this method")]
    WrongMethod,
    /// A part that is needed does not answer now.
    #[error("not ready: {0}")]
    NotReady(String),
    /// It is not known whether the update was recorded.
    #[error("the outcome is not known")]
    UnknownOutcome,
    /// A fault of ours. The cause is in the journal, not here.
    #[error("a fault of the server")]
    Internal,
}

impl Failure {
    /// A fault of ours: writes the operation and the whole chain of causes into the journal.
    #[must_use]
    pub fn internal(operation: &str, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut chain = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            chain.push_str(": ");
            chain.push_str(&error.to_string());
            cause = error.source();
        }
        tracing::error!(operation, error = chain, "a request failed");
        Self::Internal
    }

    /// The short name in problem details and in keys of texts.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::SignInNeeded | Self::SignInToSend(_) => "sign-in-needed",
            Self::WrongPassword => "wrong-password",
            Self::Forbidden { .. } => "forbidden",
            Self::TooManyAttempts(_) => "too-many-attempts",
            Self::PasswordChangeNeeded => "password-change-needed",
            Self::ConfirmationNeeded { .. } => "confirmation-needed",
            Self::ForeignForm | Self::SendAgain(_) => "foreign-form",
            Self::Malformed(_) | Self::MalformedAt { .. } => "malformed",
            Self::Refused(_) | Self::RefusedAt { .. } => "refused",
            Self::Conflict(_) => "conflict",
            Self::TooLarge => "too-large",
            Self::WrongMethod => "wrong-method",
            Self::NotReady(_) => "not-ready",
            Self::UnknownOutcome => "unknown-outcome",
            Self::Internal => "internal",
        }
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignInNeeded | Self::SignInToSend(_) | Self::WrongPassword => StatusCode::UNAUTHORIZED,
            Self::TooManyAttempts(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Forbidden { .. }
            | Self::ForeignForm
            | Self::SendAgain(_)
            | Self::PasswordChangeNeeded
            | Self::ConfirmationNeeded { .. } => StatusCode::FORBIDDEN,
            Self::Malformed(_) | Self::MalformedAt { .. } => StatusCode::BAD_REQUEST,
            Self::Refused(_) | Self::RefusedAt { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotReady(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::UnknownOutcome => StatusCode::GATEWAY_TIMEOUT,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether the request left something in the record.
    #[must_use]
    pub const fn recorded(&self) -> Recorded {
        match self {
            // A fault may have struck after the update was on its way.
            Self::UnknownOutcome | Self::Internal => Recorded::Unknown,
            _ => Recorded::No,
        }
    }

    /// A refusal by a rule; with the place it is about, where it is about one.
    #[must_use]
    pub fn refused(words: String, pointer: &str) -> Self {
        match pointer {
            "" => Self::Refused(words),
            pointer => Self::RefusedAt { pointer: pointer.to_owned(), words },
        }
    }

    /// The place of what was sent that the failure is about, as a JSON pointer.
    fn pointer(&self) -> Option<&str> {
        match self {
            Self::MalformedAt { pointer, .. } | Self::RefusedAt { pointer, .. } => Some(pointer),
            _ => None,
        }
    }

    /// What there is to say beyond the text of the failure's kind.
    fn detail(&self) -> Option<&str> {
        match self {
            Self::Malformed(text) | Self::Refused(text) | Self::Conflict(text) | Self::NotReady(text) => {
                Some(text).filter(|text| !text.is_empty()).map(String::as_str)
            }
            Self::MalformedAt { words, .. } | Self::RefusedAt { words, .. } => Some(words),
            _ => None,
        }
    }

    /// One value of each kind: for tests, and for the page that explains a kind.
    pub(crate) fn each() -> [Self; 16] {
        let nothing = String::new;
        [
            Self::NotFound,
            Self::SignInNeeded,
            Self::WrongPassword,
            Self::TooManyAttempts(0),
            Self::PasswordChangeNeeded,
            Self::ConfirmationNeeded { kept: Kept::nothing(), wrong: false },
            Self::Forbidden { may: Vec::new() },
            Self::ForeignForm,
            Self::Malformed(nothing()),
            Self::Refused(nothing()),
            Self::Conflict(nothing()),
            Self::TooLarge,
            Self::WrongMethod,
            Self::NotReady(nothing()),
            Self::UnknownOutcome,
            Self::Internal,
        ]
    }
}

/// The failure travels beside an empty answer; the shell, which knows the language and whether a
/// page or a program asked, tells it.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The fallback of the whole site's router.
pub async fn not_found() -> Failure {
    Failure::NotFound
}

/// `/problems/{code}`: what the `type` of problem details leads to.
pub(crate) fn routes() -> Router {
    Router::new().route("/problems/{code}", get(explain))
}

async fn explain(frame: Frame, Path(code): Path<String>) -> Result<Page, Failure> {
    let failure = Failure::each().into_iter().find(|failure| failure.code() == code);
    tell::explanation(&frame, &failure.ok_or(Failure::NotFound)?)
}
