//! The page on which a person changes the password.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::CheckedForm;
use super::accounts::{ChangeError, Unknown};
use super::notice::Notice;
use super::pages::{Next, next_or_root, render, see_other, session_cookie};
use super::store::Entered;
use crate::answer::Failure;
use crate::frame::Frame;
use crate::language::{Arg, Texts};
use crate::page::Page;
use crate::parts::{FieldError, error_summary, error_title, field_error};
use crate::shell::Shell;

struct Field {
    id: &'static str,
    label: String,
    hint: String,
    autocomplete: &'static str,
    wrong: String,
    described: String,
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage<'a> {
    t: Texts,
    errors: String,
    csrf: String,
    name: &'a str,
    next: &'a str,
    fields: Vec<Field>,
}

#[derive(Deserialize)]
pub(super) struct Change {
    present: String,
    new: String,
    again: String,
    #[serde(default)]
    next: String,
}

/// `GET /password`.
pub(super) async fn show(frame: Frame, Query(Next { next }): Query<Next>) -> Result<Page, Failure> {
    page(&frame, &next, &[])
}

/// `POST /password`: every other session of the account ends, and this one gets a new id.
pub(super) async fn change(
    frame: Frame,
    State(shell): State<Shell>,
    jar: CookieJar,
    CheckedForm(form): CheckedForm<Change>,
) -> Result<Response, Failure> {
    let t = frame.texts;
    let name = frame.person()?.name.clone();
    let now = (shell.clock)();
    let wrong = |field: &str, message: String| {
        let error = FieldError { field: field.to_owned(), message };
        page(&frame, &form.next, &[error]).map(IntoResponse::into_response)
    };
    if form.new != form.again {
        return wrong("again", t.get("password-differs"));
    }
    let known = match shell.accounts.change_password(&name, &form.present, &form.new, now).await {
        Ok(known) => known,
        Err(ChangeError::Problem(problem)) => return wrong("new", t.get(problem.key())),
        Err(ChangeError::Unknown(Unknown::Wrong { account })) => {
            shell.notices.tell(Notice::SignInFailed(account));
            return wrong("present", t.get("password-wrong"));
        }
        Err(ChangeError::Unknown(Unknown::Wait(wait))) => {
            let minutes = wait.as_secs().div_ceil(60);
            return wrong("present", t.with("sign-in-wait", &[("minutes", Arg::from(minutes))]));
        }
        Err(ChangeError::Unknown(Unknown::Accounts(error))) => {
            return Err(Failure::internal("changing a password", &error));
        }
    };
    let opened = shell.accounts.sessions().open(known.person.account, Entered::ByPassword, now).await;
    let id = opened.map_err(|error| Failure::internal("opening a session", &error))?;
    let jar = jar.add(session_cookie(&shell, id));
    Ok((jar, see_other(&next_or_root(&form.next))).into_response())
}

fn page(frame: &Frame, next: &str, errors: &[FieldError]) -> Result<Page, Failure> {
    let t = frame.texts;
    let field = |id: &'static str, label: String, hint: String, autocomplete| {
        let wrong = field_error(errors, id);
        let described = [
            (!hint.is_empty()).then(|| format!("hint-{id}")),
            (!wrong.is_empty()).then(|| format!("wrong-{id}")),
        ];
        let described = described.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Field { id, label, hint, autocomplete, wrong, described }
    };
    let body = PasswordPage {
        t,
        errors: error_summary(t, errors),
        csrf: frame.csrf.field(),
        name: &frame.person()?.name,
        next,
        fields: vec![
            field("present", t.get("password-present"), String::new(), "current-password"),
            field("new", t.get("password-new"), t.get("password-hint"), "new-password"),
            field("again", t.get("password-again"), String::new(), "new-password"),
        ],
    };
    let title = t.get("password-title");
    let title = if errors.is_empty() { title } else { error_title(t, &title) };
    let mut page = Page::new(frame, title, render(&body)?);
    if !errors.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}
