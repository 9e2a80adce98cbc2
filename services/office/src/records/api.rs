//! The same for programs: the body of an act is the event's data as `proto/` describes it.

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tais_domain::admission::StreamState;
use tais_proto::{Event, EventId, EventType as E, Pillar, StreamId, StreamRef};
use tais_web::program::{idempotency_key, json_of};
use tais_web::{Failure, Frame};

use tais_web::records::{Act, Kind, words};

use super::query::{self, Record};
use super::{Filter, day_of};
use crate::Office;
use crate::at::AsOf;
use crate::desk::Said;
use crate::desk_routes::{desk_failure, told};
use crate::routes::{failure, position_json};

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
}

fn body_of(record: &Record, today: time::Date) -> Value {
    let content = match &record.state {
        StreamState::Commitment(it) => json!(it),
        StreamState::Indicator(it) => json!(it),
        StreamState::Obligation(it) => json!(it),
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

async fn said(
    office: &Office,
    frame: &Frame,
    event: E,
    stream: Option<StreamId>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Failure> {
    let act = Act::of(event).ok_or(Failure::NotFound)?;
    let person = frame.person()?.clone();
    crate::desk::must(&person, event)?;
    let id = EventId(idempotency_key(headers)?);
    // Read as JSON first: what is no JSON at all is told with its place.
    let data: Value = json_of(body)?;
    let event =
        Event::parse(event, &data.to_string()).map_err(|error| Failure::Malformed(error.to_string()))?;
    let stream = StreamRef { kind: act.kind.streams(), id: stream.unwrap_or(StreamId(id.0)) };
    let said = Said { id, actor: person.account, stream, event };
    let item = office.desk.say(said).await.map_err(|error| desk_failure(frame, error))?;
    Ok(told(&item))
}
