//! What is due in my pillar, and what I say of it: commitments, measurements, reports.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use tais_domain::policy::{Grant, may_say};
use tais_proto::{EventType as E, Publisher, StreamId, StreamRef};
use tais_web::language::Texts;
use tais_web::parts::{FieldError, error_summary, error_title};
use tais_web::records::forms::can_follow;
use tais_web::records::{ACTS, Act, Asked, Form, Kind, Typed, input, words};
use tais_web::session::{CheckedForm, SignedIn};
use tais_web::{Failure, Frame, Page};

use super::views::{reason_of, state_chip};
use super::{in_time, page, render, submission};
use crate::Correspondent;
use crate::api::failure;
use crate::intake::IntakeError;
use crate::own::OwnRecord;

pub(super) fn router(base: &str) -> Router<Correspondent> {
    Router::new()
        .route(&format!("{base}/commitments"), post(begin))
        .route(&format!("{base}/commitments/new"), get(new))
        .route(&format!("{base}/commitments/{{id}}"), one(Kind::Commitment))
        .route(&format!("{base}/commitments/{{id}}/progress"), act(E::CommitmentProgressed))
        .route(&format!("{base}/commitments/{{id}}/fulfilment"), act(E::CommitmentFulfilled))
        .route(&format!("{base}/commitments/{{id}}/extension"), act(E::CommitmentExtended))
        .route(&format!("{base}/commitments/{{id}}/lapse"), act(E::CommitmentLapsed))
        .route(&format!("{base}/indicators/{{id}}"), one(Kind::Indicator))
        .route(&format!("{base}/indicators/{{id}}/measurement"), act(E::IndicatorMeasured))
        .route(&format!("{base}/obligations/{{id}}"), one(Kind::Obligation))
        .route(&format!("{base}/obligations/{{id}}/fulfilment"), act(E::ObligationMet))
        .route(&format!("{base}/records/{{id}}/resolution"), post(resolve))
}

fn kind_of(record: &OwnRecord) -> Option<Kind> {
    [Kind::Commitment, Kind::Indicator, Kind::Obligation]
        .into_iter()
        .find(|kind| kind.streams() == record.state.kind())
}

struct Due {
    url: String,
    lang: String,
    title: String,
    when: String,
    state: String,
    warns: bool,
}

/// What is to be done in the pillar, the soonest first; its place on the list of my updates.
#[derive(Template)]
#[template(path = "due.html")]
struct DuePart {
    t: Texts,
    new_url: String,
    rows: Vec<Due>,
}

pub(super) async fn due(correspondent: &Correspondent, frame: &Frame) -> Result<String, Failure> {
    let (t, intake) = (frame.texts, &correspondent.intake);
    let today = correspondent.now().dili_date();
    let mut records = intake.records().await.map_err(|error| failure(frame, error))?;
    records.retain(|record| !record.open.is_empty() || is_to_do(record));
    records.sort_by_key(|record| (words::due(&record.state).is_none(), words::due(&record.state)));
    let row = |record: &OwnRecord| {
        let (lang, title) = words::title(t, &record.state);
        let (state, warns) = words::standing(&record.state, today);
        let state = match record.open.first() {
            Some(item) => t.get(&format!("item-{}", item.state.code())),
            None => t.get(&format!("record-state-{state}")),
        };
        let when = words::due(&record.state).map(|due| t.format_date(due)).unwrap_or_default();
        let url = format!("/{}{}/{}", intake.pillar(), kind_of(record)?.path(), record.id);
        Some(Due { url, lang, title, when, state, warns })
    };
    let rows = records.iter().filter_map(row).collect();
    render(&DuePart { t, new_url: format!("/{}/commitments/new", intake.pillar()), rows })
}

/// Whether the correspondent still has something to do about it.
fn is_to_do(record: &OwnRecord) -> bool {
    use tais_domain::admission::StreamState as S;
    match &record.state {
        S::Commitment(it) => it.status == tais_domain::commitment::Status::Open,
        S::Obligation(it) => !matches!(it.status, tais_domain::obligation::Status::Met { .. }),
        state => matches!(state, S::Indicator(_)),
    }
}

#[derive(Template)]
#[template(path = "own_record.html")]
struct OwnPage {
    t: Texts,
    lang: String,
    title: String,
    state: String,
    when: String,
    history: String,
    open: Vec<(String, String, String)>,
    stopped: Option<String>,
    csrf: String,
    forms: Vec<Form>,
    errors: String,
}

/// The form that makes a commitment.
#[derive(Template)]
#[template(path = "own_record_new.html")]
struct NewPage {
    t: Texts,
    csrf: String,
    form: Form,
    errors: String,
}

fn asked<'a>(correspondent: &'a Correspondent, t: Texts) -> Asked<'a> {
    let today = correspondent.now().dili_date();
    Asked { t, reference: correspondent.intake.reference(), today, earlier: &[], people: &[] }
}

fn base(correspondent: &Correspondent) -> String {
    format!("/{}", correspondent.intake.pillar())
}

async fn new(State(correspondent): State<Correspondent>, frame: Frame) -> Result<Page, Failure> {
    correspondent.person(&frame)?;
    let pillar = correspondent.intake.pillar().code().to_owned();
    let typed = Typed::from([("pillar".to_owned(), pillar)]);
    new_page(&correspondent, &frame, &typed, &[])
}

fn new_page(
    correspondent: &Correspondent,
    frame: &Frame,
    typed: &Typed,
    errors: &[FieldError],
) -> Result<Page, Failure> {
    let t = frame.texts;
    let act = Kind::Commitment.beginning();
    let form = Form::new(asked(correspondent, t), act, (&base(correspondent), ""), typed, errors);
    let title = form.title.clone();
    let content = NewPage { t, csrf: frame.csrf.field(), form, errors: error_summary(t, errors) };
    answer(correspondent, frame, title, render(&content)?, errors)
}

/// A page, which says in its title and its status when something is wrong.
fn answer(
    correspondent: &Correspondent,
    frame: &Frame,
    title: String,
    body: String,
    errors: &[FieldError],
) -> Result<Page, Failure> {
    let title = if errors.is_empty() { title } else { error_title(frame.texts, &title) };
    let mut page = page(correspondent, frame, title, body);
    if !errors.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

fn one(kind: Kind) -> MethodRouter<Correspondent> {
    get(move |State(correspondent): State<Correspondent>, Path(id): Path<String>, frame: Frame| async move {
        let person = correspondent.person(&frame)?;
        let id: StreamId = id.parse().map_err(|_| Failure::NotFound)?;
        show(&correspondent, &frame, &person, (kind, id), None).await
    })
}

/// What was just refused: the act, what was typed, what is wrong with it.
type Wrong<'a> = (&'a Act, &'a Typed, &'a [FieldError]);

async fn show(
    correspondent: &Correspondent,
    frame: &Frame,
    person: &SignedIn,
    (kind, id): (Kind, StreamId),
    wrong: Option<Wrong<'_>>,
) -> Result<Page, Failure> {
    let t = frame.texts;
    let record = correspondent.intake.record(id).await.map_err(|error| failure(frame, error))?;
    let record = record.filter(|it| it.state.kind() == kind.streams()).ok_or(Failure::NotFound)?;
    let (lang, title) = words::title(t, &record.state);
    let (state, warns) = words::standing(&record.state, correspondent.now().dili_date());
    let errors = wrong.map(|(_, _, errors)| errors).unwrap_or_default();
    let stopped = record.open.iter().any(|item| !item.is_pending());
    let forms = if stopped { Vec::new() } else { forms(correspondent, t, person, &record, wrong) };
    let open = record.open.iter().map(|item| {
        let what = t.event_name(item.event.event_type().as_str());
        (state_chip(t, &item.state), what, reason_of(t, &item.state))
    });
    let due = words::due(&record.state);
    let content = OwnPage {
        t,
        lang,
        title: title.clone(),
        state: words::chip(t, state, warns),
        when: due.map(|due| t.with("record-due", &[("due", t.format_date(due).into())])).unwrap_or_default(),
        history: format!("{}/{id}", kind.path()),
        open: open.collect(),
        stopped: stopped.then(|| format!("{}/records/{id}/resolution", base(correspondent))),
        csrf: frame.csrf.field(),
        forms,
        errors: error_summary(t, errors),
    };
    let mut page = answer(correspondent, frame, title, render(&content)?, errors)?;
    if errors.is_empty() && record.open.iter().any(tais_bus::Item::is_pending) {
        page.head_extra = format!(r#"<meta http-equiv="refresh" content="{}">"#, super::REFRESH_SECONDS);
    }
    Ok(page)
}

fn forms(
    correspondent: &Correspondent,
    t: Texts,
    person: &SignedIn,
    record: &OwnRecord,
    wrong: Option<Wrong<'_>>,
) -> Vec<Form> {
    let (id, none) = (record.id.to_string(), Typed::new());
    let grant = Grant { role: person.role, pillar: person.pillar };
    let publisher = Publisher::from(correspondent.intake.pillar());
    let own = ACTS.iter().filter(|act| act.kind.streams() == record.state.kind() && !act.begins);
    own.filter(|act| may_say(publisher, [&grant], act.event) && can_follow(act, &record.state))
        .map(|act| {
            let (typed, errors) = match wrong {
                Some((refused, typed, errors)) if refused.event == act.event => (typed, errors),
                _ => (&none, [].as_slice()),
            };
            Form::new(asked(correspondent, t), act, (&base(correspondent), &id), typed, errors)
        })
        .collect()
}

async fn begin(
    State(correspondent): State<Correspondent>,
    frame: Frame,
    CheckedForm(pairs): CheckedForm<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    sent(&correspondent, &frame, E::CommitmentMade, None, pairs).await
}

fn act(event: E) -> MethodRouter<Correspondent> {
    post(
        move |State(correspondent): State<Correspondent>,
              Path(id): Path<String>,
              frame: Frame,
              CheckedForm(pairs): CheckedForm<Vec<(String, String)>>| async move {
            let id: StreamId = id.parse().map_err(|_| Failure::NotFound)?;
            sent(&correspondent, &frame, event, Some(id), pairs).await
        },
    )
}

/// A form that was sent: understood, saved, and led on to its record; or shown again with what is wrong.
async fn sent(
    correspondent: &Correspondent,
    frame: &Frame,
    event: E,
    stream: Option<StreamId>,
    pairs: Vec<(String, String)>,
) -> Result<Response, Failure> {
    let person = correspondent.person(frame)?;
    let act = Act::of(event).ok_or(Failure::NotFound)?;
    let typed: Typed = pairs.into_iter().collect();
    let submission = submission(correspondent, &person, typed.get("submission").map_or("", String::as_str))?;
    let id = stream.unwrap_or(StreamId(submission.id.0));
    let refused = match input::read(frame.texts, act, &typed, correspondent.intake.reference()) {
        Err(errors) => errors,
        Ok(event) => {
            let (intake, stream) = (correspondent.intake.clone(), StreamRef { kind: act.kind.streams(), id });
            match in_time(async move { intake.say(submission, stream, event).await }).await? {
                Ok(_) => {
                    let url = format!("{}{}/{id}", base(correspondent), act.kind.path());
                    return Ok(Redirect::to(&url).into_response());
                }
                Err(IntakeError::Refused(refusal)) => {
                    vec![input::beside_its_field(frame.texts, act, &refusal)]
                }
                Err(error) => return Err(failure(frame, error)),
            }
        }
    };
    if stream.is_none() {
        return Ok(new_page(correspondent, frame, &typed, &refused)?.into_response());
    }
    let wrong = Some((act, &typed, refused.as_slice()));
    Ok(show(correspondent, frame, &person, (act.kind, id), wrong).await?.into_response())
}

#[derive(serde::Deserialize)]
struct Read {}

/// Why something was not recorded has been read; something else can be said.
async fn resolve(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    CheckedForm(Read {}): CheckedForm<Read>,
) -> Result<Redirect, Failure> {
    correspondent.person(&frame)?;
    let id: StreamId = id.parse().map_err(|_| Failure::NotFound)?;
    correspondent.intake.resolve(id).await.map_err(|error| failure(&frame, error))?;
    Ok(Redirect::to(&base(&correspondent)))
}
