//! Commitments, indicators, obligations and the Forum: their pages, their forms and their API. What can
//! be said stands in one table ([`tais_web::records::acts`]); the rules are the domain's, asked at the
//! desk before anything is saved and at the recorder again.

mod api;
mod calendar;
mod pages;
mod query;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use serde::Deserialize;
use tais_bus::Item;
use tais_domain::admission::StreamState;
use tais_domain::forum;
use tais_log::{Entry, Log as _};
use tais_proto::{AccountId, Envelope, EventId, EventType as E, PersonId, Pillar, StreamId, StreamRef};
use tais_web::language::Texts;
use tais_web::parts::{FieldError, error_summary, error_title};
use tais_web::program::sent_id;
use tais_web::records::acts::Shape;
use tais_web::records::forms::can_follow;
use tais_web::records::{ACTS, Act, Asked, Form, Kind, Typed, input, words};
use tais_web::session::{CheckedForm, ConfirmedForm};
use tais_web::{Failure, Frame, NavItem, Page};

use crate::Office;
use crate::at::{AsOf, Moment};
use crate::desk::{DeskError, Said, may};
use crate::desk_routes::desk_failure;
use crate::routes::{REFRESH_SECONDS, as_of_page, failure, render};
use pages::{About, ListPage, NewPage, RecordPage, WaitsPage};
pub(crate) use query::{Record, all};

pub fn router() -> Router<Office> {
    Router::new()
        .route("/commitments", list(Kind::Commitment).merge(begin(E::CommitmentMade)))
        .route("/commitments/new", new(E::CommitmentMade))
        .route("/commitments/{id}", one(Kind::Commitment))
        .route("/commitments/{id}/progress", act(E::CommitmentProgressed))
        .route("/commitments/{id}/fulfilment", act(E::CommitmentFulfilled))
        .route("/commitments/{id}/extension", act(E::CommitmentExtended))
        .route("/commitments/{id}/lapse", act(E::CommitmentLapsed))
        .route("/commitments/{id}/resolution", resolve(Kind::Commitment))
        .route("/indicators", list(Kind::Indicator).merge(begin(E::IndicatorDefined)))
        .route("/indicators/new", new(E::IndicatorDefined))
        .route("/indicators/{id}", one(Kind::Indicator))
        .route("/indicators/{id}/measurement", act(E::IndicatorMeasured))
        .route("/indicators/{id}/baseline", act(E::IndicatorBaselineSet))
        .route("/indicators/{id}/target", act(E::IndicatorTargetSet))
        .route("/indicators/{id}/correction", act(E::IndicatorCorrected))
        .route("/indicators/{id}/resolution", resolve(Kind::Indicator))
        .route("/obligations", list(Kind::Obligation).merge(begin(E::ObligationScheduled)))
        .route("/obligations/new", new(E::ObligationScheduled))
        .route("/obligations/{id}", one(Kind::Obligation))
        .route("/obligations/{id}/fulfilment", act(E::ObligationMet))
        .route("/obligations/{id}/miss", act(E::ObligationMissed))
        .route("/obligations/{id}/resolution", resolve(Kind::Obligation))
        .route("/obligations.ics", get(calendar::download))
        .route("/forum/sessions", begin(E::ForumSessionHeld))
        .route("/forum/sessions/new", new(E::ForumSessionHeld))
        .route("/forum/members", begin(E::ForumMemberJoined))
        .route("/forum/members/new", new(E::ForumMemberJoined))
        .route("/forum/mentorships", begin(E::ForumMentorshipStarted))
        .route("/forum/mentorships/new", new(E::ForumMentorshipStarted))
        .route("/forum/{id}", one(Kind::Forum))
        .route("/forum/{id}/completion", act(E::ForumMentorshipCompleted))
        .route("/forum/{id}/erasure-request", confirmed_act(E::ForumErasureAsked))
        .route("/forum/{id}/erasure", confirmed_act(E::ForumPersonErased))
        .route("/forum/{id}/resolution", resolve(Kind::Forum))
        .merge(api::router())
}

/// How far ahead the consolidated page looks, and how much it shows.
const PRESSING_DAYS: i64 = 30;
const PRESSING_MAX: usize = 4;

/// What is overdue or due soon, of commitments and reports, the most pressing first.
///
/// # Errors
/// When the projections cannot be read.
pub(crate) async fn pressing(
    pool: &sqlx::PgPool,
    at: Option<tais_proto::Position>,
    today: time::Date,
) -> Result<Vec<(Kind, Record)>, crate::query::QueryError> {
    let mut pressing = Vec::new();
    for kind in [Kind::Commitment, Kind::Obligation] {
        let all = query::all(pool, kind, at, None).await?;
        pressing.extend(all.into_iter().filter(|record| record.open).map(|record| (kind, record)));
    }
    let soon = today.saturating_add(time::Duration::days(PRESSING_DAYS));
    pressing.retain(|(_, record)| words::due(&record.state).is_some_and(|due| due <= soon));
    pressing.sort_by_key(|(_, record)| words::due(&record.state));
    pressing.truncate(PRESSING_MAX);
    Ok(pressing)
}

/// The day by which "overdue" is judged: today, or on a page of an older record the day of that record.
fn day_of(moment: Moment) -> time::Date {
    let now = tais_proto::Timestamp::new(time::OffsetDateTime::now_utc());
    moment.recorded_at.filter(|_| moment.frozen).unwrap_or(now).dili_date()
}

pub(crate) fn may_say(frame: &Frame, event: E) -> bool {
    frame.signed_in.as_ref().is_some_and(|person| may(person, event))
}

#[derive(Deserialize)]
struct Filter {
    #[serde(default)]
    pillar: Option<String>,
}

fn list(kind: Kind) -> MethodRouter<Office> {
    get(
        move |State(office): State<Office>,
              Query(filter): Query<Filter>,
              Query(as_of): Query<AsOf>,
              frame: Frame| async move {
            let t = frame.texts;
            let moment = office.moment(&as_of, &frame).await?;
            let pillar = filter.pillar.as_deref().and_then(Pillar::from_code);
            let records = query::all(office.log.pool(), kind, moment.position, pillar).await;
            let records = records.map_err(|error| failure(t, &error))?;
            let may_begin = !moment.frozen && may_say(&frame, kind.beginning().event);
            let content = ListPage::new(t, kind, &records, pillar, may_begin, day_of(moment));
            let (title, body) = (content.title().to_owned(), render(&content)?);
            let mut page = as_of_page(&office, &frame, moment, title, body).await?.under(nav(kind));
            page.live = None;
            Ok::<_, Failure>(page)
        },
    )
}

const fn nav(kind: Kind) -> NavItem {
    match kind {
        Kind::Commitment => NavItem::Commitments,
        Kind::Indicator => NavItem::Indicators,
        Kind::Obligation => NavItem::Obligations,
        Kind::Forum => NavItem::Forum,
    }
}

fn new(event: E) -> MethodRouter<Office> {
    get(move |State(office): State<Office>, frame: Frame| async move {
        let act = Act::of(event).ok_or(Failure::NotFound)?;
        new_page(&office, &frame, act, &Typed::new(), &[]).await
    })
}

async fn new_page(
    office: &Office,
    frame: &Frame,
    act: &Act,
    typed: &Typed,
    errors: &[FieldError],
) -> Result<Page, Failure> {
    let t = frame.texts;
    let people = match act.fields.iter().any(|field| field.shape == Shape::Person) {
        true => office.by_name(frame).await?,
        false => Vec::new(),
    };
    let asked = Asked { people: &people, ..asked(office, t, &[]) };
    let form = Form::new(asked, act, ("", ""), typed, errors);
    let title = form.title.clone();
    let content = NewPage { t, csrf: frame.csrf.field(), form, errors: error_summary(t, errors) };
    let title = if errors.is_empty() { title } else { error_title(t, &title) };
    let mut page = Page::new(frame, title, render(&content)?).under(nav(act.kind));
    if !errors.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

fn asked<'a>(office: &'a Office, t: Texts, earlier: &'a [(EventId, String)]) -> Asked<'a> {
    let today = tais_proto::Timestamp::new(time::OffsetDateTime::now_utc()).dili_date();
    Asked { t, reference: &office.reference, today, earlier, people: &[] }
}

fn one(kind: Kind) -> MethodRouter<Office> {
    get(
        move |State(office): State<Office>,
              Path(id): Path<String>,
              Query(as_of): Query<AsOf>,
              frame: Frame| async move {
            let moment = office.moment(&as_of, &frame).await?;
            let id = crate::query::stream_id(&id).ok_or(Failure::NotFound)?;
            show(&office, &frame, moment, (kind, id), None).await
        },
    )
}

/// What was just refused: the act, what was typed, what is wrong with it.
type Wrong<'a> = (&'a Act, &'a Typed, &'a [FieldError]);

async fn show(
    office: &Office,
    frame: &Frame,
    moment: Moment,
    (kind, id): (Kind, StreamId),
    wrong: Option<Wrong<'_>>,
) -> Result<Page, Failure> {
    let t = frame.texts;
    let record = query::one(office.log.pool(), kind, moment.position, id).await;
    let record = record.map_err(|error| failure(t, &error))?;
    let open = office.desk.open_decision(id).await;
    let open = open.map_err(|error| Failure::internal("reading the outbox", &error))?;
    let open = open.filter(|_| !moment.frozen && may_say(frame, kind.beginning().event));
    let Some(record) = record else { return waits(office, frame, moment, kind, id).await };
    let entries = history(office, moment, id).await.map_err(|error| failure(t, &error))?;
    let saved = entries.len() < usize::try_from(newest_version(office, id).await?).unwrap_or(usize::MAX);
    let forms = match (&open, moment.frozen) {
        (None, false) => forms_for(office, frame, &record, &entries, wrong),
        _ => Vec::new(),
    };
    let about = About {
        t,
        reference: &office.reference,
        today: day_of(moment),
        entries: &entries,
        open: open.as_ref(),
        csrf: frame.csrf.field(),
    };
    let errors = wrong.map(|(_, _, errors)| errors).unwrap_or_default();
    let mut content = RecordPage::new(&about, kind, &record, forms, error_summary(t, errors));
    if let StreamState::Forum(it) = &record.state {
        content.name(crate::forum::title(t, it, &office.names(frame).await?));
    }
    let title = content.title().to_owned();
    let title = if errors.is_empty() { title } else { error_title(t, &title) };
    let mut page = as_of_page(office, frame, moment, title, render(&content)?).await?.under(nav(kind));
    page.live = None;
    if !errors.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    } else if !moment.frozen && (saved || open.as_ref().is_some_and(Item::is_pending)) {
        page.head_extra = refresh();
    }
    Ok(page)
}

fn refresh() -> String {
    format!(r#"<meta http-equiv="refresh" content="{REFRESH_SECONDS}">"#)
}

/// The version that the log has, however far the projections are.
async fn newest_version(office: &Office, id: StreamId) -> Result<u32, Failure> {
    let state = office.desk.state(id).await;
    let state = state.map_err(|error: DeskError| Failure::internal("reading a stream", &error))?;
    Ok(state.as_ref().map_or(0, StreamState::version))
}

/// Nothing on the pages yet: saved a moment ago, or nothing at all.
async fn waits(
    office: &Office,
    frame: &Frame,
    moment: Moment,
    kind: Kind,
    id: StreamId,
) -> Result<Page, Failure> {
    let items = office.desk.outbox().items_of(id).await;
    let items = items.map_err(|error| Failure::internal("reading the outbox", &error))?;
    let item = items.first().filter(|item| item.stream.kind == kind.streams() && !moment.frozen);
    let item = item.filter(|_| may_say(frame, kind.beginning().event)).ok_or(Failure::NotFound)?;
    let content = WaitsPage::new(frame.texts, item);
    let mut page = Page::new(frame, content.what.clone(), render(&content)?).under(nav(kind));
    page.head_extra = refresh();
    Ok(page)
}

/// The stream's entries up to the moment.
async fn history(
    office: &Office,
    moment: Moment,
    id: StreamId,
) -> Result<Vec<(Entry, Envelope)>, crate::query::QueryError> {
    let Some(position) = moment.position else { return Ok(Vec::new()) };
    let entries = office.log.read_stream(id).await?;
    let known = entries.into_iter().take_while(|entry| entry.position <= position);
    Ok(known.filter_map(|entry| entry.envelope().ok().map(|envelope| (entry, envelope))).collect())
}

fn forms_for(
    office: &Office,
    frame: &Frame,
    record: &Record,
    entries: &[(Entry, Envelope)],
    wrong: Option<Wrong<'_>>,
) -> Vec<Form> {
    let t = frame.texts;
    let earlier: Vec<(EventId, String)> = entries
        .iter()
        .filter(|(_, envelope)| {
            let of = envelope.event.event_type();
            matches!(of, E::IndicatorBaselineSet | E::IndicatorTargetSet | E::IndicatorMeasured)
        })
        .map(|(entry, envelope)| {
            let facts = words::facts(t, &office.reference, &envelope.event, "");
            let said = facts.into_iter().take(2).map(|(_, value)| value).collect::<Vec<_>>().join(", ");
            (entry.event_id, format!("#{} {}: {said}", entry.position, t.event_name(&entry.event_type)))
        })
        .collect();
    let (id, none) = (record.id.to_string(), Typed::new());
    let actor = frame.signed_in.as_ref().map(|person| person.account);
    let own = ACTS.iter().filter(|act| act.kind.streams() == record.state.kind() && !act.begins);
    let asked_for_it = |act: &Act| act.event == E::ForumPersonErased && asked_by(&record.state) == actor;
    own.filter(|act| may_say(frame, act.event) && can_follow(act, &record.state) && !asked_for_it(act))
        .map(|act| {
            let (typed, errors) = match wrong {
                Some((refused, typed, errors)) if refused.event == act.event => (typed, errors),
                _ => (&none, [].as_slice()),
            };
            Form::new(asked(office, t, &earlier), act, ("", &id), typed, errors)
        })
        .collect()
}

/// Who asked for an erasure that waits for a second person.
fn asked_by(state: &StreamState) -> Option<AccountId> {
    match state {
        StreamState::Forum(it) => match it.about {
            forum::About::Member { erasure: Some(forum::Erasure::Asked { by }), .. } => Some(by),
            _ => None,
        },
        _ => None,
    }
}

fn begin(event: E) -> MethodRouter<Office> {
    post(
        move |State(office): State<Office>,
              frame: Frame,
              CheckedForm(pairs): CheckedForm<Vec<(String, String)>>| async move {
            sent(&office, &frame, event, None, pairs).await
        },
    )
}

fn act(event: E) -> MethodRouter<Office> {
    post(
        move |State(office): State<Office>,
              Path(id): Path<String>,
              frame: Frame,
              CheckedForm(pairs): CheckedForm<Vec<(String, String)>>| async move {
            let id = crate::query::stream_id(&id).ok_or(Failure::NotFound)?;
            sent(&office, &frame, event, Some(id), pairs).await
        },
    )
}

/// The same for what needs the password given a short while ago: what it takes away does not come back.
fn confirmed_act(event: E) -> MethodRouter<Office> {
    post(
        move |State(office): State<Office>,
              Path(id): Path<String>,
              frame: Frame,
              ConfirmedForm(pairs): ConfirmedForm<Vec<(String, String)>>| async move {
            let id = crate::query::stream_id(&id).ok_or(Failure::NotFound)?;
            sent(&office, &frame, event, Some(id), pairs).await
        },
    )
}

/// A form that was sent: understood, said, and led on to its record; or shown again with what is wrong.
async fn sent(
    office: &Office,
    frame: &Frame,
    event: E,
    stream: Option<StreamId>,
    pairs: Vec<(String, String)>,
) -> Result<Response, Failure> {
    let act = Act::of(event).ok_or(Failure::NotFound)?;
    let person = frame.person()?.clone();
    crate::desk::must(&person, event)?;
    let typed: Typed = pairs.into_iter().collect();
    let id = EventId(sent_id(typed.get("submission").map_or("", String::as_str))?);
    let stream_id = stream.unwrap_or(StreamId(id.0));
    let (meant, person_to_enter) = crate::forum::meant(office, act, &typed, stream_id).await?;
    let refused = match input::read(frame.texts, act, &meant, &office.reference) {
        Err(errors) => errors,
        Ok(event) => {
            if let Some(person) = person_to_enter {
                office.enter(frame.texts, PersonId(stream_id.0), &person).await?;
            }
            let stream = StreamRef { kind: act.kind.streams(), id: stream_id };
            match office.desk.say(Said { id, actor: person.account, stream, event }).await {
                Ok(_) => {
                    return Ok(Redirect::to(&format!("{}/{stream_id}", act.kind.path())).into_response());
                }
                Err(DeskError::Refused(refusal)) => {
                    vec![input::beside_its_field(frame.texts, act, &refusal)]
                }
                Err(error) => return Err(desk_failure(frame, error)),
            }
        }
    };
    if stream.is_none() {
        return Ok(new_page(office, frame, act, &typed, &refused).await?.into_response());
    }
    let moment = office.moment(&AsOf::default(), frame).await?;
    let wrong = Some((act, &typed, refused.as_slice()));
    Ok(show(office, frame, moment, (act.kind, stream_id), wrong).await?.into_response())
}

#[derive(Deserialize)]
struct Read {}

/// Why something was not recorded has been read; something else can be said.
fn resolve(kind: Kind) -> MethodRouter<Office> {
    post(
        move |State(office): State<Office>,
              Path(id): Path<String>,
              frame: Frame,
              CheckedForm(Read {}): CheckedForm<Read>| async move {
            let id = crate::query::stream_id(&id).ok_or(Failure::NotFound)?;
            crate::desk::must(frame.person()?, kind.beginning().event)?;
            let resolved = office.desk.outbox().resolve(id).await;
            resolved.map_err(|error| Failure::internal("closing what was said", &error))?;
            Ok::<_, Failure>(Redirect::to(&format!("{}/{id}", kind.path())))
        },
    )
}
