//! The same for programs: the body of an act is the event's data as `proto/` describes it.

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tais_domain::admission::StreamState;
use tais_proto::{Event, EventId, EventType as E, PersonId, Pillar, StreamId, StreamKind, StreamRef};
use tais_web::program::{idempotency_key, json_of};
use tais_web::{Failure, Frame};

use tais_web::records::{Act, Kind, words};

use super::query::{self, Record};
use super::{Filter, day_of};
use crate::Office;
use crate::at::AsOf;
use crate::desk::Said;
use crate::desk_routes::{desk_failure, told};
use crate::forum::NAMES_FOR;
use crate::routes::{failure, position_json};
use crate::vault::Person;

pub fn router() -> Router<Office> {
    Router::new()
        .route("/api/v1/commitments", list(Kind::Commitment).merge(begin(E::CommitmentMade)))
        .route("/api/v1/commitments/{id}", one(Kind::Commitment))
        .route("/api/v1/commitments/{id}/progress", act(E::CommitmentProgressed))
        .route("/api/v1/commitments/{id}/fulfilment", act(E::CommitmentFulfilled))
        .route("/api/v1/commitments/{id}/extension", act(E::CommitmentExtended))
        .route("/api/v1/commitments/{id}/lapse", act(E::CommitmentLapsed))
        .route("/api/v1/indicators", list(Kind::Indicator).merge(begin(E::IndicatorDefined)))
        .route("/api/v1/indicators/{id}", one(Kind::Indicator))
        .route("/api/v1/indicators/{id}/measurement", act(E::IndicatorMeasured))
        .route("/api/v1/indicators/{id}/baseline", act(E::IndicatorBaselineSet))
        .route("/api/v1/indicators/{id}/target", act(E::IndicatorTargetSet))
        .route("/api/v1/indicators/{id}/correction", act(E::IndicatorCorrected))
        .route("/api/v1/obligations", list(Kind::Obligation).merge(begin(E::ObligationScheduled)))
        .route("/api/v1/obligations/{id}", one(Kind::Obligation))
        .route("/api/v1/obligations/{id}/fulfilment", act(E::ObligationMet))
        .route("/api/v1/obligations/{id}/miss", act(E::ObligationMissed))
        .route("/api/v1/forum", list(Kind::Forum))
        .route("/api/v1/forum/people", get(people))
        .route("/api/v1/forum/{id}", one(Kind::Forum))
        .route("/api/v1/forum/sessions", begin(E::ForumSessionHeld))
        .route("/api/v1/forum/members", post(join))
        .route("/api/v1/forum/mentorships", begin(E::ForumMentorshipStarted))
        .route("/api/v1/forum/{id}/completion", act(E::ForumMentorshipCompleted))
        .route("/api/v1/forum/{id}/erasure-request", act(E::ForumErasureAsked))
        .route("/api/v1/forum/{id}/erasure", act(E::ForumPersonErased))
}

fn body_of(record: &Record, today: time::Date) -> Value {
    let content = match &record.state {
        StreamState::Commitment(it) => json!(it),
        StreamState::Indicator(it) => json!(it),
        StreamState::Obligation(it) => json!(it),
        StreamState::Forum(it) => json!(it),
        StreamState::Activity(_) | StreamState::Plain { .. } => Value::Null,
    };
    json!({
        "id": record.id,
        "position": record.position,
        "open": record.open,
        "standing": words::standing(&record.state, today).0,
        "record": content,
    })
}

fn list(kind: Kind) -> MethodRouter<Office> {
    get(
        move |State(office): State<Office>,
              Query(filter): Query<Filter>,
              Query(as_of): Query<AsOf>,
              frame: Frame| async move {
            let moment = office.moment(&as_of, &frame).await?;
            let pillar = filter.pillar.as_deref().and_then(Pillar::from_code);
            let records = query::all(office.log.pool(), kind, moment.position, pillar).await;
            let records = records.map_err(|error| failure(frame.texts, &error))?;
            let records: Vec<_> = records.iter().map(|record| body_of(record, day_of(moment))).collect();
            let name = kind.path().trim_start_matches('/');
            Ok::<_, Failure>(Json(
                json!({ "asOf": position_json(moment), "count": records.len(), name: records }),
            ))
        },
    )
}

fn one(kind: Kind) -> MethodRouter<Office> {
    get(
        move |State(office): State<Office>,
              Path(id): Path<String>,
              Query(as_of): Query<AsOf>,
              frame: Frame| async move {
            let moment = office.moment(&as_of, &frame).await?;
            let id = crate::query::stream_id(&id).ok_or(Failure::NotFound)?;
            let record = query::one(office.log.pool(), kind, moment.position, id).await;
            let record = record.map_err(|error| failure(frame.texts, &error))?.ok_or(Failure::NotFound)?;
            let word = kind.streams().code();
            Ok::<_, Failure>(Json(
                json!({ "asOf": position_json(moment), word: body_of(&record, day_of(moment)) }),
            ))
        },
    )
}

fn begin(event: E) -> MethodRouter<Office> {
    post(
        move |State(office): State<Office>, frame: Frame, headers: HeaderMap, body: axum::body::Bytes| async move {
            said(&office, &frame, event, None, &headers, &body).await
        },
    )
}

fn act(event: E) -> MethodRouter<Office> {
    post(
        move |State(office): State<Office>,
              Path(id): Path<String>,
              frame: Frame,
              headers: HeaderMap,
              body: axum::body::Bytes| async move {
            let id = crate::query::stream_id(&id).ok_or(Failure::NotFound)?;
            said(&office, &frame, event, Some(id), &headers, &body).await
        },
    )
}

/// Somebody who joins: who they are goes into the vault, and the event gets their id.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Joins {
    name: String,
    #[serde(default)]
    contact: String,
    on: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pillar: Option<Value>,
}

async fn join(
    State(office): State<Office>,
    frame: Frame,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, Failure> {
    crate::desk::must(frame.person()?, E::ForumMemberJoined)?;
    let id = idempotency_key(&headers)?;
    let joins: Joins = json_of(&body)?;
    if joins.name.trim().is_empty() {
        return Err(Failure::refused(frame.texts.get("refusal-missing"), "/name"));
    }
    let mut data = json!({ "person": id, "on": joins.on });
    if let Some(pillar) = joins.pillar {
        data["pillar"] = pillar;
    }
    let event = event_of(E::ForumMemberJoined, &data)?;
    let person = Person { name: joins.name.trim().to_owned(), contact: joins.contact.trim().to_owned() };
    office.enter(frame.texts, PersonId(id), &person).await?;
    say(&office, &frame, EventId(id), (StreamKind::Forum, StreamId(id)), event).await
}

/// Who they are, for those who may know.
async fn people(State(office): State<Office>, frame: Frame) -> Result<Json<Value>, Failure> {
    let people = office.people(&frame).await?.ok_or(Failure::Forbidden { may: NAMES_FOR.to_vec() })?;
    let people: Vec<_> = people
        .iter()
        .map(|(id, person)| json!({ "id": id, "name": person.name, "contact": person.contact }))
        .collect();
    Ok(Json(json!({ "count": people.len(), "people": people })))
}

async fn said(
    office: &Office,
    frame: &Frame,
    event: E,
    stream: Option<StreamId>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Failure> {
    let act = Act::of(event).ok_or(Failure::NotFound)?;
    crate::desk::must(frame.person()?, event)?;
    let id = EventId(idempotency_key(headers)?);
    // Read as JSON first: what is no JSON at all is told with its place.
    let event = event_of(event, &json_of(body)?)?;
    say(office, frame, id, (act.kind.streams(), stream.unwrap_or(StreamId(id.0))), event).await
}

fn event_of(event: E, data: &Value) -> Result<Event, Failure> {
    Event::parse(event, &data.to_string()).map_err(|error| Failure::Malformed(error.to_string()))
}

async fn say(
    office: &Office,
    frame: &Frame,
    id: EventId,
    (kind, stream): (StreamKind, StreamId),
    event: Event,
) -> Result<Response, Failure> {
    let stream = StreamRef { kind, id: stream };
    let said = Said { id, actor: frame.person()?.account, stream, event };
    let item = office.desk.say(said).await.map_err(|error| desk_failure(frame, error))?;
    Ok(told(&item))
}
