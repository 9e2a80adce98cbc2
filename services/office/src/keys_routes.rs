//! `/keys`: which key signs for whom, and how two administrators give the log its next one.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde::Deserialize;
use tais_web::parts::{FieldError, error_title};
use tais_web::session::{ConfirmedForm, KeyRequest};
use tais_web::{Failure, Frame, NavItem, Page, Shell};

use crate::Office;
use crate::accounts_routes::{change, change_failure, failed};
use crate::pages::keys::{KeysPage, Known, Wrong, parse};
use crate::registry::Change;
use crate::routes::render;

pub fn router() -> Router<Office> {
    Router::new()
        .route("/keys", get(show).post(ask))
        .route("/keys/approval", post(approve))
        .route("/keys/removal", post(take_back))
        .route("/keys/resolution", post(put_away))
}

async fn page(office: &Office, shell: &Shell, frame: &Frame, wrong: &Wrong) -> Result<Page, Failure> {
    let t = frame.texts;
    let people = shell.accounts.people().await.map_err(failed)?;
    let (_, registry) = office.changes.registry().await.map_err(|error| change_failure(frame, error))?;
    let open = office.changes.open().await;
    let open = open.map_err(|error| Failure::internal("reading the outbox", &error))?;
    // What was approved stays asked until it is recorded: a refusal may be mended, and approved again.
    let request = shell.accounts.key_request().await.map_err(failed)?;
    let request = request.filter(|request| registry.valid_key(&request.key).is_some());
    let known = Known { registry: &registry, open: &open, people: &people, request };
    let content = KeysPage::new(frame, known, wrong)?;
    let title = t.get("keys-title");
    let is_wrong = !wrong.errors.is_empty();
    let title = if is_wrong { error_title(t, &title) } else { title };
    let mut page = Page::new(frame, title, render(&content)?).under(NavItem::Keys);
    if is_wrong {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn show(
    State(office): State<Office>,
    Extension(shell): Extension<Shell>,
    frame: Frame,
) -> Result<Page, Failure> {
    page(&office, &shell, &frame, &Wrong::default()).await
}

#[derive(Deserialize)]
struct Successor {
    successor: String,
}

/// Asks that the log's key be followed by another.
async fn ask(
    State(office): State<Office>,
    Extension(shell): Extension<Shell>,
    frame: Frame,
    ConfirmedForm(Successor { successor: typed }): ConfirmedForm<Successor>,
) -> Result<Response, Failure> {
    let (_, registry) = office.changes.registry().await.map_err(|error| change_failure(&frame, error))?;
    let key = registry.log_key(u64::MAX).ok_or(Failure::NotFound)?.public_key.key_id();
    match parse(frame.texts, &typed, &registry) {
        Ok(successor) => {
            let asked_by = frame.person()?.account;
            let request = KeyRequest { key, successor: successor.to_string(), asked_by };
            shell.accounts.ask_for_key(&request, (shell.clock)()).await.map_err(failed)?;
            Ok(Redirect::to("/keys").into_response())
        }
        Err(message) => {
            let errors = vec![FieldError { field: "successor".to_owned(), message }];
            Ok(page(&office, &shell, &frame, &Wrong { typed, errors }).await?.into_response())
        }
    }
}

#[derive(Deserialize)]
struct Approval {
    submission: String,
    /// What the approver saw.
    successor: String,
}

async fn approve(
    State(office): State<Office>,
    Extension(shell): Extension<Shell>,
    frame: Frame,
    ConfirmedForm(Approval { submission, successor }): ConfirmedForm<Approval>,
) -> Result<Redirect, Failure> {
    let t = frame.texts;
    let request = shell.accounts.key_request().await.map_err(failed)?;
    let request = request.ok_or_else(|| Failure::Conflict(t.get("keys-nobody-asked")))?;
    let seen = successor.parse().ok().filter(|_| request.successor == successor);
    let seen: tais_log::checkpoint::NoteKey =
        seen.ok_or_else(|| Failure::Conflict(t.get("keys-changed-meanwhile")))?;
    let KeyRequest { key, asked_by, .. } = request;
    let rotate = Change::Rotate { asked_by, key, successor: seen.public_key() };
    change(&office, &frame, &submission, rotate).await?;
    Ok(Redirect::to("/keys"))
}

#[derive(Deserialize)]
struct Nothing {}

/// Takes back what was asked; either administrator may.
async fn take_back(
    Extension(shell): Extension<Shell>,
    ConfirmedForm(Nothing {}): ConfirmedForm<Nothing>,
) -> Result<Redirect, Failure> {
    shell.accounts.settle_key_request().await.map_err(failed)?;
    Ok(Redirect::to("/keys"))
}

/// Puts away what the recorder refused: somebody has read why.
async fn put_away(
    State(office): State<Office>,
    ConfirmedForm(Nothing {}): ConfirmedForm<Nothing>,
) -> Result<Redirect, Failure> {
    let put_away = office.changes.put_away().await;
    put_away.map_err(|error| Failure::internal("closing what was refused", &error))?;
    Ok(Redirect::to("/keys"))
}
