//! A form that comes under an id in use and says something else: both versions stand beside each
//! other, and the person chooses whether the second is an update of its own.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tais_bus::Item;
use tais_domain::activity::{Activity, evolve};
use tais_domain::{EvolveError, Happened};
use tais_proto::{Event, EventId, Lang, StreamKind};
use tais_web::parts::FieldError;
use tais_web::session::SignedIn;
use tais_web::{Failure, Frame};
use uuid::Uuid;

use super::{Purpose, form, to_update};
use crate::Correspondent;
use crate::form::Typed;
use crate::revision::{shown, with_commitment};

/// What was said under the id, as the activity stood with it.
fn said(items: &[Item]) -> Option<Activity> {
    let of_activity = items.iter().filter(|item| item.stream.kind == StreamKind::Activity);
    of_activity.into_iter().try_fold(None, |state, item| next(state, item).map(Some).ok()).flatten()
}

fn next(state: Option<Activity>, item: &Item) -> Result<Activity, EvolveError> {
    let happened =
        Happened { id: item.event_id, actor: item.actor, version: item.version, event: &item.event };
    evolve(state, &happened)
}

/// Both versions, with the choice to send the second as a new update.
pub(super) async fn both(
    correspondent: &Correspondent,
    frame: &Frame,
    person: &SignedIn,
    typed: Typed,
    id: EventId,
) -> Result<Response, Failure> {
    let t = frame.texts;
    let items = correspondent.intake.items_of(id).await;
    let items = items.map_err(|error| Failure::internal("reading the outbox", &error))?;
    // Under the id of something other than a report there is nothing to lay beside the form.
    let before = said(&items).ok_or_else(|| Failure::Conflict(t.get("correspondent-id-reused")))?;
    let language = typed.language.parse().unwrap_or(Lang::EN);
    let shown = shown(&before, language, correspondent.intake.reference());
    let made = items.iter().find_map(|item| match &item.event {
        Event::CommitmentMade(made) => Some(made),
        _ => None,
    });
    let shown = match made {
        Some(made) => with_commitment(shown, made),
        None => shown,
    };
    let differing = typed.sent_before(t, &shown);
    let same_person = items.iter().all(|item| item.actor == person.account);
    // Nothing a form can show differs: the same was sent again, by a version that put it otherwise.
    if differing.is_empty() && same_person {
        return Ok(to_update(correspondent, id));
    }
    let message = t.get("correspondent-id-reused-choose");
    let mut errors = vec![FieldError { field: "title".to_owned(), message }];
    errors.extend(differing);
    let typed = Typed { submission: Uuid::now_v7().to_string(), ..typed };
    let purpose = Purpose { instead_of: Some(id), ..Purpose::new_activity(correspondent.intake.pillar()) };
    let mut page = form(correspondent, frame, &purpose, &typed, &errors)?;
    page.status = StatusCode::CONFLICT;
    Ok(page.into_response())
}
