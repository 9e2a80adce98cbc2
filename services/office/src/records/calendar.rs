//! `/obligations.ics`: what is due, for the calendar on a desk or a phone (RFC 5545).

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use icalendar::{Calendar, Component as _, Event, EventLike as _};
use tais_domain::admission::StreamState;
use tais_domain::obligation::Status;
use tais_web::language::Texts;
use tais_web::{Failure, Frame};

use tais_web::records::{Kind, words};

use super::query::{self, Record};
use crate::Office;
use crate::at::AsOf;
use crate::routes::failure;

pub async fn download(State(office): State<Office>, frame: Frame) -> Result<Response, Failure> {
    let moment = office.moment(&AsOf::default(), &frame).await?;
    let records = query::all(office.log.pool(), Kind::Obligation, moment.position, None).await;
    let records = records.map_err(|error| failure(frame.texts, &error))?;
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"obligations.ics\""),
    ];
    Ok((headers, calendar(frame.texts, &records)).into_response())
}

/// One all-day event for each obligation that is still to be met. Its id is the obligation's, so that
/// a second download changes the events and doubles none.
fn calendar(t: Texts, records: &[Record]) -> String {
    let mut calendar = Calendar::new();
    calendar.name(&t.get("record-title-obligation"));
    for record in records {
        let StreamState::Obligation(it) = &record.state else { continue };
        if matches!(it.status, Status::Met { .. }) {
            continue;
        }
        let (_, title) = words::title(t, &record.state);
        let mut event = Event::new();
        event
            .uid(&record.id.to_string())
            .summary(&title)
            .starts(it.scheduled.due)
            .description(&it.scheduled.recipient);
        calendar.push(event.done());
    }
    calendar.to_string()
}
