//! The desk's addresses: what waits, and the three decisions, for people and for programs.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use tais_bus::{Item, ItemState, OutboxError};
use tais_domain::activity::Command;
use tais_proto::{EventId, EventType, StreamId};
use tais_web::program::{idempotency_key, json_of, sent_id};
use tais_web::session::{CheckedForm, ConfirmedForm, SignedIn};
use tais_web::{Failure, Frame, NavItem, Page};

use crate::Office;
use crate::at::AsOf;
use crate::desk::{self, Decision, DeskError};
use crate::pages::desk::DeskPage;
use crate::query::{self, Slice, Wanted};
use crate::routes::{failure, render};

pub fn router() -> Router<Office> {
    Router::new()
        .route("/desk", get(desk_page))
        .route("/activities/{id}/return", post(return_form))
        .route("/activities/{id}/validation", post(validate_form))
        .route("/activities/{id}/acknowledgement", post(acknowledge_form))
        .route("/activities/{id}/resolution", post(resolve_form))
        .route("/api/v1/activities/{id}/return", post(return_call))
        .route("/api/v1/activities/{id}/validation", post(validate_call))
        .route("/api/v1/activities/{id}/acknowledgement", post(acknowledge_call))
        .route("/api/v1/decisions/{id}", get(decision))
}

/// What went wrong, in the reader's language where there is a text for it.
pub(crate) fn desk_failure(frame: &Frame, error: DeskError) -> Failure {
    let t = frame.texts;
    match error {
        DeskError::Refused(refusal) => {
            let text = t.refusal(refusal.rule.code(), &refusal.to_string());
            Failure::refused(text, &refusal.pointer)
        }
        DeskError::OnItsWay => Failure::Conflict(t.get("desk-on-its-way")),
        DeskError::IdReused(_) | DeskError::Outbox(OutboxError::IdReused(_)) => {
            Failure::Conflict(t.get("correspondent-id-reused"))
        }
        DeskError::Outbox(OutboxError::StreamHeld(_)) => Failure::Conflict(t.get("desk-held")),
        DeskError::Log(error) if error.is_transient() => Failure::NotReady(t.get("office-away")),
        error => Failure::internal("deciding about an activity", &error),
    }
}

fn stream_id(text: &str) -> Result<StreamId, Failure> {
    query::stream_id(text).ok_or(Failure::NotFound)
}

impl Office {
    async fn decide(
        &self,
        frame: &Frame,
        person: &SignedIn,
        id: EventId,
        activity: StreamId,
        command: Command,
    ) -> Result<Item, Failure> {
        let decision = Decision { id, actor: person.account, activity, command };
        self.desk.decide(decision).await.map_err(|error| desk_failure(frame, error))
    }
}

fn person(frame: &Frame, event_type: EventType) -> Result<SignedIn, Failure> {
    let person = frame.person()?;
    desk::must(person, event_type)?;
    Ok(person.clone())
}

/// What waits for this person, the longest waiting first.
async fn desk_page(State(office): State<Office>, frame: Frame) -> Result<Page, Failure> {
    let person = frame.person()?.clone();
    desk::must_have_desk(&person)?;
    let t = frame.texts;
    let moment = office.moment(&AsOf::default(), &frame).await?;
    let wanted = Wanted { uncounted: true, ..Wanted::default() };
    let listed = match moment.position {
        Some(position) => query::activities(office.log.pool(), position, &wanted, Slice::ALL).await,
        None => Ok(Vec::new()),
    };
    let mut listed = listed.map_err(|error| failure(t, &error))?;
    listed.sort_by_key(|listed| listed.position);
    let open = office.desk.outbox().open_items().await;
    let open = open.map_err(|error| Failure::internal("reading the outbox", &error))?;
    let body = render(&DeskPage::new(t, &person, &listed, &open))?;
    Ok(Page::new(&frame, t.get("desk-title"), body).under(NavItem::Desk))
}

#[derive(Deserialize)]
struct Form {
    submission: String,
    revision: u32,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    note: String,
}

async fn from_form(
    office: &Office,
    frame: &Frame,
    id: &str,
    submission: &str,
    (event_type, command): (EventType, Command),
) -> Result<Redirect, Failure> {
    let person = person(frame, event_type)?;
    let activity = stream_id(id)?;
    office.decide(frame, &person, EventId(sent_id(submission)?), activity, command).await?;
    Ok(Redirect::to(&format!("/activities/{activity}")))
}

async fn return_form(
    State(office): State<Office>,
    Path(id): Path<String>,
    frame: Frame,
    CheckedForm(form): CheckedForm<Form>,
) -> Result<Redirect, Failure> {
    let command = Command::Return(form.revision, form.reason.trim().to_owned());
    from_form(&office, &frame, &id, &form.submission, (EventType::ActivityReturned, command)).await
}

async fn validate_form(
    State(office): State<Office>,
    Path(id): Path<String>,
    frame: Frame,
    ConfirmedForm(form): ConfirmedForm<Form>,
) -> Result<Redirect, Failure> {
    let note = Some(form.note.trim().to_owned()).filter(|note| !note.is_empty());
    let command = Command::Validate(form.revision, note);
    from_form(&office, &frame, &id, &form.submission, (EventType::ActivityValidated, command)).await
}

async fn acknowledge_form(
    State(office): State<Office>,
    Path(id): Path<String>,
    frame: Frame,
    ConfirmedForm(form): ConfirmedForm<Form>,
) -> Result<Redirect, Failure> {
    let command = Command::Acknowledge(form.revision);
    from_form(&office, &frame, &id, &form.submission, (EventType::ActivityAcknowledged, command)).await
}

#[derive(Deserialize)]
struct Read {}

/// Why a decision was not recorded has been read; something else can be decided.
async fn resolve_form(
    State(office): State<Office>,
    Path(id): Path<String>,
    frame: Frame,
    CheckedForm(Read {}): CheckedForm<Read>,
) -> Result<Redirect, Failure> {
    let activity = stream_id(&id)?;
    let open = office.desk.open_decision(activity).await;
    let open = open.map_err(|error| Failure::internal("reading the outbox", &error))?;
    let item = open.ok_or(Failure::NotFound)?;
    person(&frame, item.event.event_type())?;
    let resolved = office.desk.outbox().resolve(activity).await;
    resolved.map_err(|error| Failure::internal("closing a decision", &error))?;
    Ok(Redirect::to(&format!("/activities/{activity}")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Return {
    revision: u32,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Validation {
    revision: u32,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Acknowledgement {
    revision: u32,
}

/// 202 while a decision is on its way, 200 once it is recorded.
pub(crate) fn told(item: &Item) -> Response {
    let mut answer = json!({
        "decision": item.event_id,
        "activity": item.stream.id,
        "type": item.event.event_type().as_str(),
        "state": item.state.code(),
    });
    let status = match &item.state {
        ItemState::Recorded { position, recorded_at, leaf_hash } => {
            answer["receipt"] = json!({
                "position": position.0,
                "recordedAt": recorded_at,
                "leafHash": leaf_hash.to_string(),
            });
            StatusCode::OK
        }
        ItemState::Refused { reason, .. } | ItemState::Quarantined { reason, .. } => {
            answer["reason"] = json!(reason);
            StatusCode::OK
        }
        _ => StatusCode::ACCEPTED,
    };
    (status, Json(answer)).into_response()
}

async fn call(
    office: &Office,
    frame: &Frame,
    headers: &HeaderMap,
    id: &str,
    (event_type, command): (EventType, Command),
) -> Result<Response, Failure> {
    let person = person(frame, event_type)?;
    let key = EventId(idempotency_key(headers)?);
    Ok(told(&office.decide(frame, &person, key, stream_id(id)?, command).await?))
}

async fn return_call(
    State(office): State<Office>,
    Path(id): Path<String>,
    frame: Frame,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, Failure> {
    let Return { revision, reason } = json_of(&body)?;
    let command = Command::Return(revision, reason.trim().to_owned());
    call(&office, &frame, &headers, &id, (EventType::ActivityReturned, command)).await
}

async fn validate_call(
    State(office): State<Office>,
    Path(id): Path<String>,
    frame: Frame,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, Failure> {
    let Validation { revision, note } = json_of(&body)?;
    let command = Command::Validate(revision, note);
    call(&office, &frame, &headers, &id, (EventType::ActivityValidated, command)).await
}

async fn acknowledge_call(
    State(office): State<Office>,
    Path(id): Path<String>,
    frame: Frame,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, Failure> {
    let Acknowledgement { revision } = json_of(&body)?;
    let command = Command::Acknowledge(revision);
    call(&office, &frame, &headers, &id, (EventType::ActivityAcknowledged, command)).await
}

/// How far a decision is on its way.
async fn decision(
    State(office): State<Office>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Response, Failure> {
    let item = office.desk.outbox().item(EventId(sent_id(&id).map_err(|_| Failure::NotFound)?)).await;
    let item = item.map_err(|error| Failure::internal("reading the outbox", &error))?;
    let item = item.ok_or(Failure::NotFound)?;
    person(&frame, item.event.event_type())?;
    Ok(told(&item))
}
