//! Revising an activity by the form: what was returned is mended, what was validated is corrected.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use tais_domain::Activity;
use tais_domain::activity::{Command, Status};
use tais_proto::{Lang, StreamId};
use tais_web::parts::FieldError;
use tais_web::session::CheckedForm;
use tais_web::{Failure, Frame, Page};
use uuid::Uuid;

use super::{Purpose, beside_its_field, form, in_time, submission, to_update};
use crate::Correspondent;
use crate::api::failure;
use crate::form::Typed;
use crate::grid::Sent;
use crate::intake::IntakeError;
use crate::own::View;
use crate::revision::{Next, has_finer_counts, next, shown};

async fn view(correspondent: &Correspondent, frame: &Frame, id: &str) -> Result<View, Failure> {
    let id: StreamId = id.parse().map_err(|_| Failure::NotFound)?;
    let view = correspondent.intake.activity(id).await.map_err(|error| failure(frame, error))?;
    let view = view.ok_or(Failure::NotFound)?;
    match view.activity.status {
        Status::Withdrawn { .. } => Err(Failure::Refused(frame.texts.get("refusal-closed"))),
        _ => Ok(view),
    }
}

fn purpose(correspondent: &Correspondent, view: &View) -> Purpose {
    Purpose {
        pillar: correspondent.intake.pillar(),
        revises: Some(view.id),
        corrects: Some(view.activity.status.validation().is_some()),
        finer_counts: has_finer_counts(&view.activity),
        instead_of: None,
    }
}

/// What the record has, as the form shows it: in the language of the form, if the activity has it.
fn on_record(correspondent: &Correspondent, activity: &Activity, language: &str) -> Typed {
    shown(activity, language.parse().unwrap_or(Lang::EN), correspondent.intake.reference())
}

pub(super) async fn show(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Page, Failure> {
    correspondent.person(&frame)?;
    let view = view(&correspondent, &frame, &id).await?;
    let typed = on_record(&correspondent, &view.activity, frame.texts.language().tag());
    let typed = Typed { submission: Uuid::now_v7().to_string(), ..typed };
    form(&correspondent, &frame, &purpose(&correspondent, &view), &typed, &[])
}

pub(super) async fn save(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    CheckedForm(Sent(typed)): CheckedForm<Sent>,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let intake = &correspondent.intake;
    let submission = submission(&correspondent, &person, &typed.submission)?;
    let sent = intake.items_of(submission.id).await;
    let sent = !sent.map_err(|error| Failure::internal("reading the outbox", &error))?.is_empty();
    let view = view(&correspondent, &frame, &id).await?;
    let purpose = purpose(&correspondent, &view);
    let answer = |typed: &Typed, errors: &[FieldError]| {
        form(&correspondent, &frame, &purpose, typed, errors).map(IntoResponse::into_response)
    };
    let now = on_record(&correspondent, &view.activity, &typed.language);
    let read = match typed.read(frame.texts, intake.pillar(), intake.reference()) {
        Ok(read) => read,
        Err(errors) => return answer(&typed, &errors),
    };
    let (details, participation) = match next(sent, &typed, &now, &view.activity, read) {
        Next::Receipts => return Ok(to_update(&correspondent, submission.id)),
        Next::Choose => {
            // What is sent next is a choice, and says something of its own.
            let changed = frame.texts.get("correspondent-changed-since");
            let mut errors = vec![FieldError { field: "title".to_owned(), message: changed }];
            errors.extend(typed.both_versions(frame.texts, &now));
            let submission = Uuid::now_v7().to_string();
            return answer(&Typed { version: view.activity.version, submission, ..typed }, &errors);
        }
        Next::Say(said) => *said,
    };
    let reason = Some(typed.reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    let revise = details.map(|details| Command::Revise(details, reason));
    let count = participation.map(Command::RecordParticipation);
    let commands = revise.into_iter().chain(count).chain([Command::Submit(None)]).collect();
    let (intake, id) = (intake.clone(), view.id);
    match in_time(async move { intake.act(submission, id, commands).await }).await? {
        Ok(_) => Ok(to_update(&correspondent, submission.id)),
        Err(IntakeError::Refused(refusal)) => answer(&typed, &[beside_its_field(&frame, &refusal)]),
        Err(error) => Err(failure(&frame, error)),
    }
}
