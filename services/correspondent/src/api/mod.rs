//! The intake for programs, as JSON under `/api/v1/<pillar>/`.

mod import;

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use tais_bus::{Item, ItemState, OutboxError};
use tais_domain::activity::Command;
use tais_proto::event::activity::{ActivityDetails, ActivityParticipationRecorded};
use tais_proto::event::commitment::CommitmentMade;
use tais_proto::{EventId, Role, StreamId, Timestamp};
use tais_web::documents::DOCUMENT_BYTES_MAX;
use tais_web::program::{idempotency_key, json_of, sent_id};
use tais_web::session::SignedIn;
use tais_web::{Failure, Frame};

use crate::Correspondent;
use crate::documents::described;
use crate::intake::{IntakeError, Submission, Update};
use crate::own::View;
use crate::report::Report;
pub(crate) use import::import_failure;

pub(crate) fn router(correspondent: Correspondent) -> Router {
    let base = format!("/api/v1/{}", correspondent.intake.pillar());
    Router::new()
        .route(&format!("{base}/activities"), get(activities).post(report))
        .route(&format!("{base}/activities/{{id}}"), get(activity))
        .route(&format!("{base}/activities/{{id}}/revisions"), post(revise))
        .route(&format!("{base}/activities/{{id}}/participation"), post(record_participation))
        .route(&format!("{base}/activities/{{id}}/submission"), post(submit))
        .route(&format!("{base}/activities/{{id}}/withdrawal"), post(withdraw))
        .route(&format!("{base}/activities/{{id}}/resolution"), post(resolve))
        .route(&format!("{base}/updates/{{id}}"), get(updates))
        .route(
            &format!("{base}/activities/{{id}}/documents"),
            post(attach).layer(DefaultBodyLimit::max(DOCUMENT_BYTES_MAX)),
        )
        .merge(import::router(&base))
        .with_state(correspondent)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reported {
    details: ActivityDetails,
    #[serde(default)]
    participation: Option<ActivityParticipationRecorded>,
    /// What was promised there.
    #[serde(default)]
    commitments: Vec<CommitmentMade>,
    /// Whether it goes to the Directorate at once.
    #[serde(default)]
    submit: bool,
    #[serde(default)]
    time: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Revision {
    details: ActivityDetails,
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Note {
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Withdrawal {
    reason: String,
}

impl Correspondent {
    /// Who may act here: the correspondent of this pillar.
    pub(crate) fn person(&self, frame: &Frame) -> Result<SignedIn, Failure> {
        let person = frame.person()?;
        let own = person.role == Role::Correspondent && person.pillar == Some(self.intake.pillar());
        if own { Ok(person.clone()) } else { Err(Failure::Forbidden { may: vec![Role::Correspondent] }) }
    }

    fn submission(
        &self,
        headers: &HeaderMap,
        person: &SignedIn,
        time: Option<Timestamp>,
    ) -> Result<Submission, Failure> {
        let id = idempotency_key(headers)?;
        Ok(Submission { id: EventId(id), actor: person.account, time: time.unwrap_or_else(|| self.now()) })
    }
}

/// What went wrong, in the reader's language where there is a text for it.
pub(crate) fn failure(frame: &Frame, error: IntakeError) -> Failure {
    let t = frame.texts;
    match error {
        IntakeError::Refused(refusal) => {
            let detail = refusal.to_string();
            let text = t.refusal(refusal.rule.code(), &detail);
            Failure::refused(format!("{text} {detail}"), &refusal.pointer)
        }
        IntakeError::IdReused(_) | IntakeError::Outbox(OutboxError::IdReused(_)) => {
            Failure::Conflict(t.get("correspondent-id-reused"))
        }
        IntakeError::Outbox(OutboxError::StreamHeld(_)) => {
            Failure::Conflict(t.get("correspondent-stream-held"))
        }
        error => Failure::internal("saving an update", &error),
    }
}

fn stream_id(text: &str) -> Result<StreamId, Failure> {
    text.parse().map_err(|_| Failure::NotFound)
}

/// What was saved: 202 while it is on its way, 200 once all of it is recorded.
fn saved(correspondent: &Correspondent, id: StreamId, submission: EventId, items: &[Item]) -> Response {
    let updates: Vec<Update> = items.iter().map(Update::from).collect();
    let recorded = items.iter().all(|item| matches!(item.state, ItemState::Recorded { .. }));
    let status = if recorded && !items.is_empty() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let location = format!("/api/v1/{}/updates/{submission}", correspondent.intake.pillar());
    let mut response =
        (status, Json(json!({ "activity": id, "submission": submission, "updates": updates })))
            .into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

async fn report(
    State(correspondent): State<Correspondent>,
    frame: Frame,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let Reported { details, participation, commitments, submit, time } = json_of(&body)?;
    let submission = correspondent.submission(&headers, &person, time)?;
    let report = Report { details, participation, commitments, submit };
    let result = correspondent.intake.report(submission, report).await;
    let (id, items) = result.map_err(|error| failure(&frame, error))?;
    Ok(saved(&correspondent, id, submission.id, &items))
}

async fn act(
    correspondent: &Correspondent,
    frame: &Frame,
    headers: &HeaderMap,
    id: &str,
    command: Command,
) -> Result<Response, Failure> {
    let person = correspondent.person(frame)?;
    let id = stream_id(id)?;
    let submission = correspondent.submission(headers, &person, None)?;
    let items = correspondent
        .intake
        .act(submission, id, vec![command])
        .await
        .map_err(|error| failure(frame, error))?;
    Ok(saved(correspondent, id, submission.id, &items))
}

async fn revise(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, Failure> {
    let Revision { details, reason } = json_of(&body)?;
    act(&correspondent, &frame, &headers, &id, Command::Revise(details, reason)).await
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

/// The body is the document; `?name=` and the content type say what it is called and what it is.
async fn attach(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    Query(Named { name }): Query<Named>,
    frame: Frame,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, Failure> {
    correspondent.person(&frame)?;
    if body.is_empty() {
        return Err(Failure::Refused(frame.texts.get("documents-missing")));
    }
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let document = described(&correspondent, &name, media_type.unwrap_or_default(), body).await?;
    act(&correspondent, &frame, &headers, &id, Command::AttachDocument(document)).await
}

async fn record_participation(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, Failure> {
    act(&correspondent, &frame, &headers, &id, Command::RecordParticipation(json_of(&body)?)).await
}

async fn submit(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, Failure> {
    let Note { note } = if body.is_empty() { Note::default() } else { json_of(&body)? };
    act(&correspondent, &frame, &headers, &id, Command::Submit(note)).await
}

async fn withdraw(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, Failure> {
    let Withdrawal { reason } = json_of(&body)?;
    act(&correspondent, &frame, &headers, &id, Command::Withdraw(reason)).await
}

async fn resolve(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Response, Failure> {
    correspondent.person(&frame)?;
    let id = stream_id(&id)?;
    correspondent.intake.resolve(id).await.map_err(|error| failure(&frame, error))?;
    let view = correspondent.intake.activity(id).await.map_err(|error| failure(&frame, error))?;
    Ok(Json(view_json(&view.ok_or(Failure::NotFound)?)).into_response())
}

fn view_json(view: &View) -> serde_json::Value {
    let open: Vec<Update> = view.open.iter().map(Update::from).collect();
    json!({
        "id": view.id,
        "status": view.activity.status.code(),
        "version": view.activity.version,
        "recordedVersion": view.lines.len(),
        "activity": view.activity,
        "open": open,
    })
}

async fn activities(State(correspondent): State<Correspondent>, frame: Frame) -> Result<Response, Failure> {
    correspondent.person(&frame)?;
    let views = correspondent.intake.activities().await.map_err(|error| failure(&frame, error))?;
    let activities: Vec<_> = views.iter().map(view_json).collect();
    Ok(Json(json!({ "activities": activities })).into_response())
}

async fn activity(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Response, Failure> {
    correspondent.person(&frame)?;
    let view =
        correspondent.intake.activity(stream_id(&id)?).await.map_err(|error| failure(&frame, error))?;
    Ok(Json(view_json(&view.ok_or(Failure::NotFound)?)).into_response())
}

async fn updates(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Response, Failure> {
    correspondent.person(&frame)?;
    let submission = EventId(sent_id(&id).map_err(|_| Failure::NotFound)?);
    let items = correspondent.intake.settled_items_of(submission).await;
    let items = items.map_err(|error| Failure::internal("reading the outbox", &error))?;
    let stream = items.first().map(|item| item.stream.id).ok_or(Failure::NotFound)?;
    let updates: Vec<Update> = items.iter().map(Update::from).collect();
    Ok(Json(json!({ "activity": stream, "submission": submission, "updates": updates })).into_response())
}
