//! A failure, told to a person as a page and to a program as problem details.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use problem_details::ProblemDetails;
use serde::Serialize;
use tais_proto::Role;

use super::Failure;
use crate::frame::Frame;
use crate::language::{Arg, Texts};
use crate::page::Page;
use crate::session;

/// What problem details say beyond the standard's own members.
#[derive(Clone, Serialize)]
struct More {
    code: &'static str,
    recorded: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    next: String,
    error_id: String,
    /// What to mend and where, as RFC 9457 shows it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<AtPlace>,
}

#[derive(Clone, Serialize)]
struct AtPlace {
    pointer: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    t: Texts,
    title: String,
    what: String,
    detail: &'a str,
    may: String,
    recorded: String,
    next: String,
    error_id: &'a str,
}

/// Turns an answer that failed into one that says so. Answers that are told already (pages, problem
/// details, redirects) pass as they are.
pub(crate) fn tell(frame: &Frame, response: Response) -> Response {
    match failure_of(&response) {
        None => response,
        Some(failure) => {
            let told = told(frame, &failure);
            with_headers_of(response, told)
        }
    }
}

fn told(frame: &Frame, failure: &Failure) -> Response {
    if !frame.for_a_program
        && let Some(asked) = asked_back(frame, failure)
    {
        return asked;
    }
    let error_id = hex::encode(rand::random::<[u8; 4]>());
    tracing::info!(error_id, code = failure.code(), path = frame.here.as_str(), "a failure was told");
    let response = if frame.for_a_program {
        as_problem(frame, failure, error_id)
    } else {
        as_page(frame, failure, &error_id)
    };
    if let Failure::TooManyAttempts(seconds) = failure {
        return ([(header::RETRY_AFTER, seconds.to_string())], response).into_response();
    }
    if failure.status() == StatusCode::UNAUTHORIZED && frame.for_a_program {
        return ([(header::WWW_AUTHENTICATE, r#"Basic realm="Tais", charset="UTF-8""#)], response)
            .into_response();
    }
    response
}

/// What only the person can help with is asked for, with what was typed kept in the page.
fn asked_back(frame: &Frame, failure: &Failure) -> Option<Response> {
    let page = match failure {
        Failure::SignInNeeded => {
            let place = format!("/sign-in?next={}", frame.here.as_parameter());
            return Some(Redirect::to(&place).into_response());
        }
        Failure::PasswordChangeNeeded => {
            let place = format!("/password?next={}", frame.here.as_parameter());
            return Some(Redirect::to(&place).into_response());
        }
        Failure::SignInToSend(kept) => session::sign_in_to_send_page(frame, kept),
        Failure::SendAgain(kept) => session::send_again_page(frame, kept, true),
        Failure::ConfirmationNeeded { kept, wrong } => session::confirmation_page(frame, kept, *wrong),
        _ => return None,
    };
    Some(page.map_or_else(
        |failure| failure.status().into_response(),
        |mut page| {
            page.status = failure.status();
            page.into_response()
        },
    ))
}

/// The failure behind an answer: ours, or the framework's own plain refusal, which nobody should
/// have to read.
fn failure_of(response: &Response) -> Option<Failure> {
    if let Some(failure) = response.extensions().get::<Failure>() {
        return Some(failure.clone());
    }
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|kind| !kind.starts_with("text/plain")) {
        return None;
    }
    match response.status() {
        StatusCode::NOT_FOUND => Some(Failure::NotFound),
        StatusCode::METHOD_NOT_ALLOWED => Some(Failure::WrongMethod),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Failure::TooLarge),
        StatusCode::SERVICE_UNAVAILABLE => Some(Failure::NotReady(String::new())),
        status if status.is_client_error() => Some(Failure::Malformed(String::new())),
        status if status.is_server_error() => Some(Failure::Internal),
        _ => None,
    }
}

/// The first answer's headers that still hold (`Allow`, cookies), on the answer that is told.
fn with_headers_of(mut first: Response, mut told: Response) -> Response {
    for stale in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CACHE_CONTROL, header::ETAG] {
        first.headers_mut().remove(stale);
    }
    for (name, value) in first.headers() {
        told.headers_mut().append(name, value.clone());
    }
    told.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    told
}

fn as_problem(frame: &Frame, failure: &Failure, error_id: String) -> Response {
    let t = frame.texts;
    let code = failure.code();
    let kind = format!("/problems/{code}").parse::<Uri>().unwrap_or_default();
    let detail = failure.detail().map_or_else(|| t.get(&format!("failure-{code}-what")), str::to_owned);
    let at_place = |pointer: &str| AtPlace { pointer: format!("#{pointer}"), detail: detail.clone() };
    let more = More {
        code,
        recorded: failure.recorded().code(),
        next: t.get(&format!("failure-{code}-next")),
        error_id,
        errors: failure.pointer().map(at_place).into_iter().collect(),
    };
    ProblemDetails::from_status_code(failure.status())
        .with_type(kind)
        .with_title(t.get(&format!("failure-{code}-title")))
        .with_detail(detail)
        .with_extensions(more)
        .into_response()
}

fn as_page(frame: &Frame, failure: &Failure, error_id: &str) -> Response {
    match page(frame, failure, error_id) {
        Ok(mut page) => {
            page.status = failure.status();
            page.into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the page of a failure could not be written out");
            failure.status().into_response()
        }
    }
}

/// The page about a kind of failure, for those who follow the `type` of problem details.
pub(super) fn explanation(frame: &Frame, failure: &Failure) -> Result<Page, Failure> {
    page(frame, failure, "").map_err(|error| Failure::internal("explaining a failure", &error))
}

fn page(frame: &Frame, failure: &Failure, error_id: &str) -> Result<Page, askama::Error> {
    let t = frame.texts;
    let code = failure.code();
    let title = t.get(&format!("failure-{code}-title"));
    let body = FailurePage {
        t,
        title: title.clone(),
        what: t.get(&format!("failure-{code}-what")),
        detail: failure.detail().unwrap_or_default(),
        may: roles_in_words(t, failure),
        recorded: t.get(&format!("failure-recorded-{}", failure.recorded().code())),
        next: t.get(&format!("failure-{code}-next")),
        error_id,
    };
    Ok(Page::new(frame, title, body.render()?))
}

fn roles_in_words(t: Texts, failure: &Failure) -> String {
    let Failure::Forbidden { may } = failure else { return String::new() };
    let names: Vec<_> = may.iter().map(|role: &Role| t.get(&format!("role-{}", role.code()))).collect();
    if names.is_empty() {
        return String::new();
    }
    t.with("failure-roles", &[("roles", Arg::from(names.join(", ")))])
}
