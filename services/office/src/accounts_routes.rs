//! `/accounts`: the administrators' page.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde::Deserialize;
use tais_bus::OutboxError;
use tais_proto::{AccountId, EventId, Pillar, Role};
use tais_web::parts::{FieldError, error_title};
use tais_web::program::sent_id;
use tais_web::session::{AccountsError, ConfirmedForm, Identity, MakeError, Notice, SignedIn, Tie, TieError};
use tais_web::{Failure, Frame, NavItem, Page, Shell};

use crate::Office;
use crate::pages::accounts::{AccountsPage, FirstPassword, Identities, Typed, TypedIdentity, Wrong};
use crate::registry::{Change, ChangeError};
use crate::routes::render;

pub fn router() -> Router<Office> {
    Router::new()
        .route("/accounts", get(show).post(make))
        .route("/accounts/{id}/request", post(request))
        .route("/accounts/{id}/grant", post(grant))
        .route("/accounts/{id}/revocation", post(revoke))
        .route("/accounts/{id}/password", post(reset))
        .route("/accounts/{id}/identity", post(tie))
        .route("/accounts/{id}/identity/removal", post(untie))
}

pub fn failed(error: AccountsError) -> Failure {
    Failure::internal("reading or writing the accounts", &error)
}

pub fn change_failure(frame: &Frame, error: ChangeError) -> Failure {
    let t = frame.texts;
    match error {
        ChangeError::Refused(refusal) => {
            Failure::Refused(t.refusal(refusal.rule.code(), &refusal.to_string()))
        }
        ChangeError::OnItsWay => Failure::Conflict(t.get("accounts-on-its-way")),
        ChangeError::Outbox(OutboxError::IdReused(_)) => Failure::Conflict(t.get("correspondent-id-reused")),
        ChangeError::Log(error) if error.is_transient() => Failure::NotReady(t.get("office-away")),
        error => Failure::internal("changing the registry", &error),
    }
}

async fn page(
    office: &Office,
    shell: &Shell,
    frame: &Frame,
    wrong: &Wrong,
    first: Option<FirstPassword>,
) -> Result<Page, Failure> {
    let t = frame.texts;
    let people = shell.accounts.people().await.map_err(failed)?;
    let requests = shell.accounts.requests().await.map_err(failed)?;
    let (_, registry) = office.changes.registry().await.map_err(|error| change_failure(frame, error))?;
    let open = office.changes.open().await;
    let open = open.map_err(|error| Failure::internal("reading the outbox", &error))?;
    let identities = identities(shell).await?;
    let identities = identities.as_ref();
    let content = AccountsPage::new(frame, &people, &requests, &registry, &open, identities, wrong, first)?;
    let wrong = !wrong.errors.is_empty();
    let title = t.get("accounts-title");
    let title = if wrong { error_title(t, &title) } else { title };
    let mut page = Page::new(frame, title, render(&content)?).under(NavItem::Accounts);
    if wrong {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

/// Who signs in at the identity provider, where there is one.
async fn identities(shell: &Shell) -> Result<Option<Identities>, Failure> {
    let Some(provider) = &shell.provider else { return Ok(None) };
    let subjects = shell.accounts.identities(provider.issuer()).await.map_err(failed)?;
    Ok(Some(Identities { host: provider.host().to_owned(), subjects }))
}

async fn show(
    State(office): State<Office>,
    Extension(shell): Extension<Shell>,
    frame: Frame,
) -> Result<Page, Failure> {
    page(&office, &shell, &frame, &Wrong::default(), None).await
}

/// Makes an account. Its first password is on the answer and nowhere else, so the answer is a page and
/// not the way to one.
async fn make(
    State(office): State<Office>,
    Extension(shell): Extension<Shell>,
    frame: Frame,
    ConfirmedForm(typed): ConfirmedForm<Typed>,
) -> Result<Page, Failure> {
    let t = frame.texts;
    let wrong = |field: &str, key: &str| vec![FieldError { field: field.to_owned(), message: t.get(key) }];
    let by = (frame.person()?.account, (shell.clock)());
    let Some(role) = Role::from_code(&typed.role) else {
        let errors = wrong("role", "correspondent-wrong-choice");
        return page(&office, &shell, &frame, &Wrong { typed, errors, identity: None }, None).await;
    };
    let pillar = Pillar::from_code(&typed.pillar);
    match shell.accounts.make(&typed.name, role, pillar, by).await {
        Ok((person, password)) => {
            let first = FirstPassword::new(t, &person.name, password);
            page(&office, &shell, &frame, &Wrong::default(), Some(first)).await
        }
        Err(error) => {
            let errors = match error {
                MakeError::Name => wrong("name", "accounts-wrong-name"),
                MakeError::Taken => wrong("name", "accounts-name-taken"),
                MakeError::Pillar => wrong("pillar", "refusal-pillar-of-role"),
                MakeError::Accounts(error) => return Err(failed(error)),
            };
            page(&office, &shell, &frame, &Wrong { typed, errors, identity: None }, None).await
        }
    }
}

#[derive(Deserialize)]
struct Step {
    submission: String,
    #[serde(default)]
    reason: String,
}

async fn person(shell: &Shell, id: &str) -> Result<SignedIn, Failure> {
    let id = id.parse().map(AccountId).map_err(|_| Failure::NotFound)?;
    shell.accounts.person(id).await.map_err(failed)?.ok_or(Failure::NotFound)
}

/// Asks for a role that was taken back.
async fn request(
    Extension(shell): Extension<Shell>,
    Path(id): Path<String>,
    frame: Frame,
    ConfirmedForm(_): ConfirmedForm<Step>,
) -> Result<Redirect, Failure> {
    let person = person(&shell, &id).await?;
    let asked_by = frame.person()?.account;
    shell.accounts.ask_for_role(person.account, asked_by, (shell.clock)()).await.map_err(failed)?;
    Ok(Redirect::to("/accounts"))
}

async fn grant(
    State(office): State<Office>,
    Extension(shell): Extension<Shell>,
    Path(id): Path<String>,
    frame: Frame,
    ConfirmedForm(step): ConfirmedForm<Step>,
) -> Result<Redirect, Failure> {
    let person = person(&shell, &id).await?;
    let account = person.account;
    let requests = shell.accounts.requests().await.map_err(failed)?;
    let Some(asked_by) = requests.get(&account).copied() else {
        return Err(Failure::Conflict(frame.texts.get("accounts-nobody-asked")));
    };
    change(&office, &frame, &step.submission, Change::Grant { asked_by, person }).await?;
    shell.accounts.settle_request(account).await.map_err(failed)?;
    Ok(Redirect::to("/accounts"))
}

async fn revoke(
    State(office): State<Office>,
    Extension(shell): Extension<Shell>,
    Path(id): Path<String>,
    frame: Frame,
    ConfirmedForm(step): ConfirmedForm<Step>,
) -> Result<Redirect, Failure> {
    let person = person(&shell, &id).await?;
    let reason = step.reason.trim().to_owned();
    change(&office, &frame, &step.submission, Change::Revoke { person, reason }).await?;
    Ok(Redirect::to("/accounts"))
}

/// Makes a change of the registry; the submission's id was made with the form.
pub async fn change(office: &Office, frame: &Frame, submission: &str, change: Change) -> Result<(), Failure> {
    let (id, by) = (EventId(sent_id(submission)?), frame.person()?.account);
    office.changes.change(id, by, &change).await.map(|_| ()).map_err(|error| change_failure(frame, error))
}

async fn reset(
    State(office): State<Office>,
    Extension(shell): Extension<Shell>,
    Path(id): Path<String>,
    frame: Frame,
    ConfirmedForm(_): ConfirmedForm<Step>,
) -> Result<Response, Failure> {
    let person = person(&shell, &id).await?;
    let password = shell.accounts.reset_password(person.account).await.map_err(failed)?;
    // Who resets their own password is signed out by it, and is told the new one all the same.
    let first = FirstPassword::new(frame.texts, &person.name, password);
    Ok(page(&office, &shell, &frame, &Wrong::default(), Some(first)).await?.into_response())
}

#[derive(Deserialize)]
struct Subject {
    subject: String,
}

#[derive(Deserialize)]
struct Nothing {}

/// Says who somebody at the identity provider is. It stands in the security log.
async fn tie(
    State(office): State<Office>,
    Extension(shell): Extension<Shell>,
    Path(id): Path<String>,
    frame: Frame,
    ConfirmedForm(Subject { subject }): ConfirmedForm<Subject>,
) -> Result<Response, Failure> {
    let issuer = shell.provider.as_ref().ok_or(Failure::NotFound)?.issuer();
    let person = person(&shell, &id).await?;
    let by = frame.person()?.account;
    let tied = match Identity::new(issuer, &subject) {
        Ok(identity) => shell.accounts.tie(&identity, person.account, (by, (shell.clock)())).await,
        Err(error) => Err(error),
    };
    let key = match tied {
        Ok(()) => {
            let tie = Tie { by, account: person.account, issuer: issuer.to_owned() };
            shell.notices.tell(Notice::IdentityTied(tie));
            return Ok(Redirect::to("/accounts").into_response());
        }
        Err(TieError::Subject) => "accounts-identity-wrong",
        Err(TieError::Taken) => "accounts-identity-taken",
        Err(TieError::Accounts(error)) => return Err(failed(error)),
    };
    let error = FieldError { field: format!("identity-{}", person.name), message: frame.texts.get(key) };
    let identity = Some(TypedIdentity { account: person.account, subject });
    let wrong = Wrong { identity, errors: vec![error], ..Wrong::default() };
    Ok(page(&office, &shell, &frame, &wrong, None).await?.into_response())
}

/// Takes that back, and ends the sessions of the account.
async fn untie(
    Extension(shell): Extension<Shell>,
    Path(id): Path<String>,
    frame: Frame,
    ConfirmedForm(Nothing {}): ConfirmedForm<Nothing>,
) -> Result<Redirect, Failure> {
    let issuer = shell.provider.as_ref().ok_or(Failure::NotFound)?.issuer();
    let account = person(&shell, &id).await?.account;
    if shell.accounts.untie(issuer, account).await.map_err(failed)? {
        let tie = Tie { by: frame.person()?.account, account, issuer: issuer.to_owned() };
        shell.notices.tell(Notice::IdentityUntied(tie));
    }
    Ok(Redirect::to("/accounts"))
}
