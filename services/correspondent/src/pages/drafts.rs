//! Keeping a draft, going on with it, discarding it. What is in it is nobody's business until it is
//! sent: nothing is checked here.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tais_proto::{EventId, Timestamp};
use tais_web::language::{Arg, Texts};
use tais_web::program::sent_id;
use tais_web::session::{CheckedForm, SignedIn};
use tais_web::{Failure, Frame};
use uuid::Uuid;

use super::{Purpose, form, to_update};
use crate::Correspondent;
use crate::drafts::{DRAFTS_MAX, Draft, DraftError};
use crate::form::Typed;
use crate::grid::Sent;

/// Where the list of updates names its drafts.
const PLACE: &str = "drafts";

impl Correspondent {
    /// The drafts of a person. A draft whose update was saved after all is thrown away here: the last
    /// keeping of a page and the update itself may arrive in either order.
    pub(super) async fn drafts_of(&self, frame: &Frame, person: &SignedIn) -> Result<Vec<Draft>, Failure> {
        let mut drafts = Vec::new();
        for draft in self.drafts.of(person.account).await.map_err(|error| told(frame, &error))? {
            match self.was_sent(draft.id).await? {
                true => self.forget_draft(person, draft.id).await?,
                false => drafts.push(draft),
            }
        }
        Ok(drafts)
    }

    /// Throws the draft of an update away, if there is one.
    pub(super) async fn forget_draft(&self, person: &SignedIn, id: EventId) -> Result<(), Failure> {
        let forgotten = self.drafts.discard(person.account, id).await;
        forgotten.map_err(|error| Failure::internal("discarding a draft", &error))
    }

    async fn was_sent(&self, id: EventId) -> Result<bool, Failure> {
        let items = self.intake.items_of(id).await;
        Ok(!items.map_err(|error| Failure::internal("reading the outbox", &error))?.is_empty())
    }
}

/// Why a draft was not kept, in the reader's language.
fn told(frame: &Frame, error: &DraftError) -> Failure {
    match error {
        DraftError::Full => {
            let values = [("count", Arg::from(u64::from(DRAFTS_MAX)))];
            Failure::Refused(frame.texts.with("correspondent-drafts-full", &values))
        }
        DraftError::TooLarge(_) => Failure::TooLarge,
        error => Failure::internal("keeping a draft", error),
    }
}

fn id_of(text: &str) -> Result<EventId, Failure> {
    Ok(EventId(sent_id(text).map_err(|_| Failure::NotFound)?))
}

/// `16:38`, in Dili: who keeps a draft looks at it today.
fn clock(now: Timestamp) -> String {
    let now = now.in_dili();
    format!("{:02}:{:02}", now.hour(), now.minute())
}

fn saved_words(t: Texts, now: Timestamp) -> String {
    t.with("correspondent-draft-saved", &[("time", Arg::from(clock(now)))])
}

/// The form's script keeps a draft while somebody types and asks for words only; a browser without
/// scripts is led to the list.
fn wants_words(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/plain")
}

pub(super) async fn keep(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    headers: HeaderMap,
    CheckedForm(Sent(typed)): CheckedForm<Sent>,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let id = id_of(&id)?;
    let words = wants_words(&headers);
    if correspondent.was_sent(id).await? {
        let nothing = StatusCode::NO_CONTENT.into_response();
        return Ok(if words { nothing } else { to_update(&correspondent, id) });
    }
    let now = correspondent.now();
    let typed = Typed { submission: id.to_string(), ..typed };
    let kept = correspondent.drafts.keep(person.account, id, &typed, now).await;
    kept.map_err(|error| told(&frame, &error))?;
    Ok(match words {
        true => saved_words(frame.texts, now).into_response(),
        false => to_list(&correspondent),
    })
}

fn to_list(correspondent: &Correspondent) -> Response {
    Redirect::to(&format!("/{}#{PLACE}", correspondent.intake.pillar())).into_response()
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn discard(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    correspondent.forget_draft(&person, id_of(&id)?).await?;
    Ok(to_list(&correspondent))
}

#[derive(Deserialize)]
pub(super) struct Begun {
    #[serde(default)]
    draft: Option<String>,
}

/// The form for a new activity, empty or with a draft.
pub(super) async fn new(
    State(correspondent): State<Correspondent>,
    Query(Begun { draft }): Query<Begun>,
    frame: Frame,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let typed = match draft {
        None => Typed {
            submission: Uuid::now_v7().to_string(),
            occurrence: "held".to_owned(),
            member_state: "TL".to_owned(),
            language: frame.texts.language().tag().to_owned(),
            ..Typed::default()
        },
        Some(id) => {
            let id = id_of(&id)?;
            if correspondent.was_sent(id).await? {
                return Ok(to_update(&correspondent, id));
            }
            let draft = correspondent.drafts.one(person.account, id).await;
            draft.map_err(|error| told(&frame, &error))?.ok_or(Failure::NotFound)?.typed
        }
    };
    let purpose = Purpose::new_activity(correspondent.intake.pillar());
    Ok(form(&correspondent, &frame, &purpose, &typed, &[])?.into_response())
}
