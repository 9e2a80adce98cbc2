//! The correspondent's pages: my updates, a new one, its receipt, and one activity.

mod documents;
mod drafts;
mod fields;
mod grid;
mod import;
mod list;
mod offline;
mod records;
mod reused;
mod revise;
mod upload;
mod views;

use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use tais_domain::Refusal;
use tais_domain::activity::Command;
use tais_proto::{EventId, StreamId};
use tais_web::parts::FieldError;
use tais_web::program::sent_id;
use tais_web::session::{CheckedForm, SignedIn};
use tais_web::{Failure, Frame, NavItem, Page};
use uuid::Uuid;

use crate::Correspondent;
use crate::api::failure;
use crate::form::Typed;
use crate::grid::Sent;
use crate::intake::{IntakeError, Submission};
use fields::{FormPage, Purpose};
use list::ListPage;
use views::{ActivityPage, UpdatePage};

/// How long a person waits for "saved": less than the files' own patience with a busy disk. After that
/// it is not known whether it was, and the form's id makes it safe to send it again.
const SAVING: Duration = Duration::from_secs(4);

/// How often a page that waits for its receipt is loaded again, without any script.
const REFRESH_SECONDS: u32 = 2;

pub(crate) fn router(correspondent: Correspondent) -> Router {
    let base = format!("/{}", correspondent.intake.pillar());
    Router::new()
        .route(&base, get(list))
        .route(&format!("{base}/new"), get(drafts::new).post(create))
        .route(&format!("{base}/drafts/{{id}}"), post(drafts::keep))
        .route(&format!("{base}/drafts/{{id}}/discard"), post(drafts::discard))
        .route(&format!("{base}/updates/{{id}}"), get(update))
        .route(&format!("{base}/activities/{{id}}"), get(activity))
        .route(&format!("{base}/activities/{{id}}/revision"), get(revise::show).post(revise::save))
        .route(&format!("{base}/activities/{{id}}/submission"), post(submit))
        .route(&format!("{base}/activities/{{id}}/withdrawal"), post(withdraw))
        .route(&format!("{base}/activities/{{id}}/resolution"), post(resolve))
        .merge(import::router(&base))
        .merge(records::router(&base))
        .merge(documents::router(&base))
        .with_state(correspondent)
}

fn render(template: &impl Template) -> Result<String, Failure> {
    template.render().map_err(|error| Failure::internal("writing a page", &error))
}

fn page(correspondent: &Correspondent, frame: &Frame, title: String, body: String) -> Page {
    Page::new(frame, title, body).under(NavItem::MyPillar(correspondent.intake.pillar()))
}

/// A page of which the reader's browser keeps the last copy.
fn page_at_hand(correspondent: &Correspondent, frame: &Frame, title: String, body: &str) -> Page {
    let copy = offline::saved_copy(frame.texts, correspondent.now());
    page(correspondent, frame, title, format!("{copy}{body}"))
}

async fn list(
    State(correspondent): State<Correspondent>,
    frame: Frame,
    Query(asked): Query<list::Asked>,
) -> Result<Page, Failure> {
    let person = correspondent.person(&frame)?;
    let views = correspondent.intake.activities().await.map_err(|error| failure(&frame, error))?;
    let drafts = correspondent.drafts_of(&frame, &person).await?;
    let queue = offline::queue(&correspondent, &frame, &person)?;
    let due = records::due(&correspondent, &frame).await?;
    let pillar = correspondent.intake.pillar();
    let content = ListPage::new(frame.texts, pillar, (&views, &drafts), &asked, &frame.csrf, (queue, due));
    let title = content.title().to_owned();
    let mut page = page_at_hand(&correspondent, &frame, title, &render(&content)?);
    page.head_extra = offline::scripts(&["queue.js"]);
    Ok(page)
}

fn form(
    correspondent: &Correspondent,
    frame: &Frame,
    purpose: &Purpose,
    typed: &Typed,
    errors: &[FieldError],
) -> Result<Page, Failure> {
    let t = frame.texts;
    let reference = correspondent.intake.reference();
    let queue = offline::queue(correspondent, frame, &correspondent.person(frame)?)?;
    let used = correspondent.intake.used_items();
    let content = FormPage::new(t, purpose, (reference, &used), typed, errors, &frame.csrf, queue);
    let title = purpose.title(t);
    let title = if errors.is_empty() { title } else { tais_web::parts::error_title(t, &title) };
    let mut page = page_at_hand(correspondent, frame, title, &render(&content)?);
    page.head_extra = offline::scripts(&["queue.js", "form.js"]);
    if !errors.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn create(
    State(correspondent): State<Correspondent>,
    frame: Frame,
    CheckedForm(Sent(typed)): CheckedForm<Sent>,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let intake = &correspondent.intake;
    let purpose = Purpose::new_activity(intake.pillar());
    let report = match typed.report(frame.texts, intake.pillar(), intake.reference()) {
        Ok(report) => report,
        Err(errors) => return Ok(form(&correspondent, &frame, &purpose, &typed, &errors)?.into_response()),
    };
    let submission = submission(&correspondent, &person, &typed.submission)?;
    let intake = intake.clone();
    let saving = async move { intake.report(submission, report).await };
    match in_time(saving).await? {
        Ok(_) => {
            correspondent.forget_draft(&person, submission.id).await?;
            Ok(to_update(&correspondent, submission.id))
        }
        Err(IntakeError::Refused(refusal)) => {
            let errors = [beside_its_field(&frame, &refusal)];
            Ok(form(&correspondent, &frame, &purpose, &typed, &errors)?.into_response())
        }
        Err(IntakeError::IdReused(id)) => reused::both(&correspondent, &frame, &person, typed, id).await,
        Err(error) => Err(failure(&frame, error)),
    }
}

/// What saving came to, or that nobody knows yet. It goes on to its end even when the person's
/// connection breaks or nobody waits any longer.
async fn in_time<T: Send + 'static>(saving: impl Future<Output = T> + Send + 'static) -> Result<T, Failure> {
    match tokio::time::timeout(SAVING, tokio::spawn(saving)).await {
        Ok(saved) => saved.map_err(|error| Failure::internal("saving an update", &error)),
        Err(_) => Err(Failure::UnknownOutcome),
    }
}

/// A refusal in words, beside the field it is about.
fn beside_its_field(frame: &Frame, refusal: &Refusal) -> FieldError {
    let message = frame.texts.refusal(refusal.rule.code(), &refusal.to_string());
    FieldError { field: fields::field_of(&refusal.pointer).to_owned(), message }
}

fn submission(correspondent: &Correspondent, person: &SignedIn, id: &str) -> Result<Submission, Failure> {
    Ok(Submission { id: EventId(sent_id(id)?), actor: person.account, time: correspondent.now() })
}

fn to_update(correspondent: &Correspondent, submission: EventId) -> Response {
    Redirect::to(&format!("/{}/updates/{submission}", correspondent.intake.pillar())).into_response()
}

#[derive(Deserialize)]
struct Wait {
    #[serde(default)]
    still: Option<String>,
}

async fn update(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    Query(wait): Query<Wait>,
    frame: Frame,
) -> Result<Page, Failure> {
    correspondent.person(&frame)?;
    let submission = EventId(sent_id(&id).map_err(|_| Failure::NotFound)?);
    let items = correspondent.intake.settled_items_of(submission).await;
    let items = items.map_err(|error| Failure::internal("reading the outbox", &error))?;
    let stream = items.first().map(|item| item.stream.id).ok_or(Failure::NotFound)?;
    let view = correspondent.intake.activity(stream).await.map_err(|error| failure(&frame, error))?;
    let content = UpdatePage::new(
        frame.texts,
        correspondent.intake.pillar(),
        submission,
        &items,
        &view.ok_or(Failure::NotFound)?,
    );
    let title = content.title().to_owned();
    let waiting = content.is_waiting() && wait.still.is_none();
    let mut page = page(&correspondent, &frame, title, render(&content)?);
    if waiting {
        page.head_extra = format!(r#"<meta http-equiv="refresh" content="{REFRESH_SECONDS}">"#);
    }
    Ok(page)
}

async fn activity(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Page, Failure> {
    correspondent.person(&frame)?;
    let id: StreamId = id.parse().map_err(|_| Failure::NotFound)?;
    let view = correspondent.intake.activity(id).await.map_err(|error| failure(&frame, error))?;
    let content = ActivityPage::new(
        frame.texts,
        correspondent.intake.pillar(),
        &view.ok_or(Failure::NotFound)?,
        &frame.csrf,
        Uuid::now_v7(),
    );
    let title = content.title().to_owned();
    Ok(page_at_hand(&correspondent, &frame, title, &render(&content)?))
}

#[derive(Deserialize)]
struct Step {
    submission: String,
    #[serde(default)]
    reason: String,
}

async fn step(
    correspondent: &Correspondent,
    frame: &Frame,
    id: &str,
    step: &Step,
    command: Command,
) -> Result<Response, Failure> {
    let person = correspondent.person(frame)?;
    let id: StreamId = id.parse().map_err(|_| Failure::NotFound)?;
    let submission = submission(correspondent, &person, &step.submission)?;
    let result = correspondent.intake.act(submission, id, vec![command]).await;
    result.map_err(|error| failure(frame, error))?;
    Ok(to_update(correspondent, submission.id))
}

async fn submit(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    CheckedForm(asked): CheckedForm<Step>,
) -> Result<Response, Failure> {
    step(&correspondent, &frame, &id, &asked, Command::Submit(None)).await
}

async fn withdraw(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    CheckedForm(asked): CheckedForm<Step>,
) -> Result<Response, Failure> {
    let reason = asked.reason.clone();
    step(&correspondent, &frame, &id, &asked, Command::Withdraw(reason)).await
}

async fn resolve(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    CheckedForm(_): CheckedForm<Step>,
) -> Result<Response, Failure> {
    correspondent.person(&frame)?;
    let id: StreamId = id.parse().map_err(|_| Failure::NotFound)?;
    correspondent.intake.resolve(id).await.map_err(|error| failure(&frame, error))?;
    Ok(Redirect::to(&format!("/{}/activities/{id}", correspondent.intake.pillar())).into_response())
}
