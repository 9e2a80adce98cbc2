//! The office's addresses.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tais_log::{Entry, Log as _, proof};
use tais_proto::{Envelope, Pillar, Position, Quarter};
use tais_web::Failure;
use tais_web::Frame;
use tais_web::{Frozen, NavItem, Page, Place};

use crate::Office;
use crate::at::{AsOf, AsOfError, Moment};
use crate::desk::{DeskError, has_desk};
use crate::figures::{Figures, Period, figures};
use crate::link::{Links, Part};
use crate::pages::activities::{Activities, Asked, List, csv};
use crate::pages::activity::ActivityPage;
use crate::pages::desk::DecisionPart;
use crate::pages::overview::{Input, LatestEvent, Overview};
use crate::query::{self, QueryError, Slice, Totals, Wanted};

/// How many of the latest entries the page lists.
const LATEST: i64 = 6;
/// How often a page that waits for a receipt is loaded again, without any script.
pub(crate) const REFRESH_SECONDS: u32 = 2;
/// How many weeks the strip of entries shows.
const WEEKS: u16 = 48;

/// The office's pages and answers; wrap it in the shell.
pub fn router(office: Office) -> Router {
    Router::new()
        .route("/", get(overview))
        .route("/brief", get(overview))
        .route("/activities", get(activities))
        .route("/activities.csv", get(activities_csv))
        .route("/activities/{id}", get(activity))
        .route("/documents/{sha256}", get(document))
        .route("/live", get(|State(office): State<Office>| async move { office.live.events() }))
        .route("/api/v1/openapi.json", get(openapi))
        .route("/api/v1/wps", get(api_wps))
        .route("/api/v1/activities", get(api_activities))
        .route("/api/v1/activities/{id}", get(api_activity))
        .merge(crate::accounts_routes::router())
        .merge(crate::desk_routes::router())
        .merge(crate::forum::router())
        .merge(crate::keys_routes::router())
        .merge(crate::records::router())
        .with_state(office)
}

impl Office {
    pub(crate) async fn moment(&self, asked: &AsOf, frame: &Frame) -> Result<Moment, Failure> {
        let t = frame.texts;
        asked.resolve(self.log.pool(), &self.log).await.map_err(|error| match error {
            AsOfError::NotAPosition(text) => {
                Failure::Malformed(t.with("office-not-a-position", &[("text", text.into())]))
            }
            AsOfError::NotADay(text) => {
                Failure::Malformed(t.with("office-not-a-day", &[("text", text.into())]))
            }
            AsOfError::Future { asked, latest } => {
                let values = [("asked", asked.into()), ("latest", latest.into())];
                Failure::Malformed(t.with("office-future", &values))
            }
            AsOfError::Query(error) => failure(t, &error),
        })
    }

    async fn place(&self, moment: Moment) -> Result<Place, QueryError> {
        let root = match moment.position {
            Some(position) => Some(proof::root(&self.log, position.0 + 1).await?),
            None => None,
        };
        Ok(Place {
            position: moment.position,
            recorded_at: moment.recorded_at.map(tais_proto::Timestamp::to_utc),
            root: root.map(|root| short(&root)),
            verify_url: None,
        })
    }

    async fn figures_at(&self, position: Option<Position>, period: Period) -> Result<Figures, QueryError> {
        let cube = match position {
            Some(position) => query::cube(self.log.pool(), position).await?,
            None => Vec::new(),
        };
        Ok(figures(&cube, period))
    }

    async fn latest(
        &self,
        frame: &Frame,
        position: Option<Position>,
    ) -> Result<Vec<LatestEvent>, QueryError> {
        let Some(at) = position else { return Ok(Vec::new()) };
        let mut latest = Vec::new();
        for position in query::latest_positions(self.log.pool(), at, LATEST).await? {
            let Some(entry) = self.log.read_one(position).await? else { continue };
            let listed = query::activity(self.log.pool(), at, entry.stream.id).await?;
            let title = listed.map(|listed| crate::pages::title(frame.texts, &listed.activity.details));
            latest.push(LatestEvent { entry, title: title.unwrap_or_default() });
        }
        Ok(latest)
    }

    async fn overview_input(&self, frame: &Frame, moment: Moment) -> Result<Input<'_>, QueryError> {
        let pool = self.log.pool();
        let today = today(moment);
        let quarter = Quarter::of(today);
        let period = Period::ending(quarter);
        let month = today.replace_day(1).unwrap_or(today);
        let month_start = month.previous_day().map(tais_proto::when::end_of_dili_day);
        let before = match month_start {
            Some(instant) => self.log.last_position_before(instant).await?.min(moment.position),
            None => None,
        };
        // The genesis and the first keys are not yet anything to compare with.
        let earlier = match before {
            Some(position) => Some(self.figures_at(Some(position), period).await?),
            None => None,
        };
        let (entries_since, weekly) = match moment.position {
            Some(at) => (
                query::entries_between(pool, before, at).await?,
                query::weekly(pool, at, today, WEEKS).await?,
            ),
            None => (0, Vec::new()),
        };
        let this_quarter = self.figures_at(moment.position, Period { from: quarter, to: quarter }).await?;
        Ok(Input {
            t: frame.texts,
            reference: &self.reference,
            moment,
            figures: self.figures_at(moment.position, period).await?,
            earlier: earlier.filter(|figures| figures.all.wps.denominator > 0),
            entries_since,
            this_quarter: this_quarter.pillars.iter().map(|(p, f)| (*p, f.wps.denominator)).collect(),
            pressing: crate::records::pressing(pool, moment.position, today).await?,
            today,
            weekly,
            latest: self.latest(frame, moment.position).await?,
        })
    }
}

/// The day the answer stands for: that of its last entry, or this one while nothing is recorded.
fn today(moment: Moment) -> time::Date {
    let now = || tais_proto::Timestamp::new(time::OffsetDateTime::now_utc());
    moment.recorded_at.unwrap_or_else(now).dili_date()
}

pub(crate) fn failure(t: tais_web::language::Texts, error: &QueryError) -> Failure {
    match error {
        // Before the projector has made its first build there is nothing to read.
        QueryError::Database(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01") => {
            Failure::NotReady(t.get("office-not-ready"))
        }
        QueryError::Database(error) if tais_log::is_transient(error) => {
            Failure::NotReady(t.get("office-away"))
        }
        error => Failure::internal("reading the record", error),
    }
}

fn short(root: &[u8; 32]) -> String {
    let hex: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{} {} … {}", &hex[..4], &hex[4..8], &hex[60..])
}

fn page(frame: &Frame, moment: Moment, place: Place, title: String, body: String) -> Page {
    let mut page = Page::new(frame, title, body);
    let day = moment.recorded_at.map(|at| frame.texts.format_date(at.dili_date()));
    page.frozen = moment.frozen.then(|| Frozen {
        position: moment.position.unwrap_or_default(),
        date: day.unwrap_or_else(|| frame.texts.get("office-before-everything")),
        latest_url: frame.here.as_str().split('?').next().unwrap_or("/").to_owned(),
    });
    page.place = Some(place);
    page.live = Some("/live".to_owned());
    page
}

/// A page as of a moment, with the place it was made from.
pub(crate) async fn as_of_page(
    office: &Office,
    frame: &Frame,
    moment: Moment,
    title: String,
    body: String,
) -> Result<Page, Failure> {
    let place = office.place(moment).await.map_err(|error| failure(frame.texts, &error))?;
    Ok(page(frame, moment, place, title, body))
}

pub(crate) fn render(template: &impl askama::Template) -> Result<String, Failure> {
    template.render().map_err(|error| Failure::internal("writing a page", &error))
}

/// `?on=DATE` leads to the position it means, so that the address says exactly what is shown.
fn canonical(frame: &Frame, asked: &AsOf, moment: Moment) -> Option<Redirect> {
    let wants_day = asked.at.is_none() && asked.on.as_deref().is_some_and(|on| !on.trim().is_empty());
    let position = moment.position.filter(|_| wants_day)?;
    let path = frame.here.as_str().split('?').next().unwrap_or("/");
    Some(Redirect::to(&format!("{path}?at={position}")))
}

async fn overview(
    State(office): State<Office>,
    Query(asked): Query<AsOf>,
    frame: Frame,
) -> Result<Response, Failure> {
    let moment = office.moment(&asked, &frame).await?;
    if let Some(redirect) = canonical(&frame, &asked, moment) {
        return Ok(redirect.into_response());
    }
    let t = frame.texts;
    let input = office.overview_input(&frame, moment).await.map_err(|error| failure(t, &error))?;
    let body = render(&Overview::new(&input))?;
    let place = office.place(moment).await.map_err(|error| failure(t, &error))?;
    let page = page(&frame, moment, place, t.get("office-overview-title"), body).under(NavItem::Overview);
    Ok(page.into_response())
}

async fn listed(
    office: &Office,
    asked: &Asked,
    moment: Moment,
    slice: Slice,
) -> Result<Vec<query::Listed>, QueryError> {
    match moment.position {
        Some(position) => query::activities(office.log.pool(), position, &asked.wanted(), slice).await,
        None => Ok(Vec::new()),
    }
}

async fn totals(office: &Office, wanted: &Wanted, moment: Moment) -> Result<Totals, QueryError> {
    match moment.position {
        Some(position) => query::totals(office.log.pool(), position, wanted).await,
        None => Ok(Totals::default()),
    }
}

async fn activities(
    State(office): State<Office>,
    Query(as_of): Query<AsOf>,
    Query(asked): Query<Asked>,
    frame: Frame,
) -> Result<Page, Failure> {
    let t = frame.texts;
    let moment = office.moment(&as_of, &frame).await?;
    let whole = Wanted { pillar: asked.pillar(), period: asked.period(), ..Wanted::default() };
    let read = async {
        let shown = totals(&office, &asked.wanted(), moment).await?;
        let whole = match asked.part() {
            Part::All => shown.activities,
            _ => totals(&office, &whole, moment).await?.activities,
        };
        let rows = listed(&office, &asked, moment, asked.slice()).await?;
        Ok::<_, QueryError>((rows, shown, whole))
    };
    let (rows, shown, whole) = read.await.map_err(|error| failure(t, &error))?;
    let links = Links {
        at: moment.position.filter(|_| moment.frozen),
        period: asked.period().unwrap_or_else(|| Period::ending(Quarter::of(today(moment)))),
    };
    let list = List { rows: &rows, shown, whole, here: frame.here.as_str() };
    let body = render(&Activities::new(t, &office.reference, &asked, links, &list))?;
    let place = office.place(moment).await.map_err(|error| failure(t, &error))?;
    Ok(page(&frame, moment, place, t.get("office-activities-title"), body).under(NavItem::Activities))
}

async fn activities_csv(
    State(office): State<Office>,
    Query(as_of): Query<AsOf>,
    Query(asked): Query<Asked>,
    frame: Frame,
) -> Result<Response, Failure> {
    let moment = office.moment(&as_of, &frame).await?;
    let rows =
        listed(&office, &asked, moment, Slice::ALL).await.map_err(|error| failure(frame.texts, &error))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"activities.csv\""),
    ];
    Ok((headers, csv(&rows)).into_response())
}

async fn entries(office: &Office, moment: Moment, id: &str) -> Result<Option<Detail>, QueryError> {
    let (Some(id), Some(position)) = (query::stream_id(id), moment.position) else { return Ok(None) };
    let Some(listed) = query::activity(office.log.pool(), position, id).await? else { return Ok(None) };
    let entries = office.log.read_stream(id).await?;
    let known = entries.into_iter().take_while(|entry| entry.position <= position);
    let entries = known.filter_map(|entry| entry.envelope().ok().map(|envelope| (entry, envelope))).collect();
    Ok(Some(Detail { listed, entries }))
}

struct Detail {
    listed: query::Listed,
    entries: Vec<(Entry, Envelope)>,
}

async fn activity(
    State(office): State<Office>,
    Path(id): Path<String>,
    Query(as_of): Query<AsOf>,
    frame: Frame,
) -> Result<Page, Failure> {
    let t = frame.texts;
    let moment = office.moment(&as_of, &frame).await?;
    let detail = entries(&office, moment, &id).await.map_err(|error| failure(t, &error))?;
    let Detail { listed, entries } = detail.ok_or(Failure::NotFound)?;
    let content = ActivityPage::new(t, &office.reference, &listed, &entries);
    let at_desk = if moment.frozen { AtDesk::default() } else { at_desk(&office, &frame, &listed).await? };
    let forms = at_desk.part.as_ref().map(render).transpose()?.unwrap_or_default();
    let body = render(&content)? + &forms;
    let place = office.place(moment).await.map_err(|error| failure(t, &error))?;
    let mut page = page(&frame, moment, place, content.title().to_owned(), body).under(NavItem::Activities);
    page.live = None;
    if at_desk.is_waiting {
        page.head_extra = format!(r#"<meta http-equiv="refresh" content="{REFRESH_SECONDS}">"#);
    }
    Ok(page)
}

/// What the person at the desk sees of an activity besides its projection.
#[derive(Default)]
struct AtDesk {
    part: Option<DecisionPart>,
    /// A decision is on its way, or the projection has not taken it in yet: worth loading again.
    is_waiting: bool,
}

/// What the person at the desk can do about an activity, as the log has it now.
async fn at_desk(office: &Office, frame: &Frame, listed: &query::Listed) -> Result<AtDesk, Failure> {
    let Some(person) = frame.signed_in.as_ref().filter(|person| has_desk(person)) else {
        return Ok(AtDesk::default());
    };
    let failed = |error: DeskError| Failure::internal("reading what waits", &error);
    let activity = office.desk.activity(listed.id).await.map_err(failed)?;
    let open = office.desk.open_decision(listed.id).await.map_err(|error| failed(error.into()))?;
    let activity = activity.as_ref().unwrap_or(&listed.activity);
    let is_waiting =
        activity.version > listed.activity.version || open.as_ref().is_some_and(tais_bus::Item::is_pending);
    let part = DecisionPart::new(frame.texts, person, listed.id, activity, open.as_ref(), &frame.csrf);
    Ok(AtDesk { part, is_waiting })
}

/// The same answer for programs: a strong tag, since it is a function of (position, address).
fn answer(headers: &HeaderMap, frame: &Frame, moment: Moment, body: &serde_json::Value) -> Response {
    let position = moment.position.map_or("none".to_owned(), |position| position.to_string());
    let address = tais_proto::signing::sha256_hex(frame.here.as_str().as_bytes());
    let tag = format!("\"{position}-{}-{}\"", &address[..12], env!("CARGO_PKG_VERSION"));
    let caching = if moment.frozen { "private, max-age=31536000, immutable" } else { "private, no-cache" };
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag.as_bytes());
    let mut response = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Json(body).into_response(),
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

pub(crate) fn position_json(moment: Moment) -> serde_json::Value {
    json!({
        "position": moment.position.map(|position| position.0),
        "recordedAt": moment.recorded_at.map(|at| at.to_string()),
    })
}

/// A document that an activity names.
async fn document(State(office): State<Office>, Path(sha256): Path<String>) -> Result<Response, Failure> {
    office.documents.answer(&sha256).await
}

/// How programs speak with the record.
async fn openapi() -> Response {
    let kind = [(header::CONTENT_TYPE, "application/openapi+json;version=3.1")];
    (kind, tais_proto::OPENAPI).into_response()
}

async fn api_wps(
    State(office): State<Office>,
    Query(as_of): Query<AsOf>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    frame: Frame,
) -> Result<Response, Failure> {
    let moment = office.moment(&as_of, &frame).await?;
    let period = asked.period().unwrap_or_else(|| Period::ending(Quarter::of(today(moment))));
    let figures =
        office.figures_at(moment.position, period).await.map_err(|error| failure(frame.texts, &error))?;
    let pillars: serde_json::Map<String, serde_json::Value> =
        figures.pillars.iter().map(|(pillar, figures)| (pillar.to_string(), json!(figures))).collect();
    let coverage: Vec<serde_json::Value> = office
        .reference
        .wps_pillars()
        .flat_map(|item| Pillar::ALL.iter().map(move |pillar| (item, *pillar)))
        .map(|(item, pillar)| {
            json!({ "item": item.code, "pillar": pillar.code(), "activities": figures.covered(&item.code, pillar) })
        })
        .collect();
    let body = json!({
        "asOf": position_json(moment),
        "period": { "from": period.from, "to": period.to },
        "all": figures.all,
        "pillars": pillars,
        "coverage": coverage,
    });
    Ok(answer(&headers, &frame, moment, &body))
}

async fn api_activities(
    State(office): State<Office>,
    Query(as_of): Query<AsOf>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    frame: Frame,
) -> Result<Response, Failure> {
    let moment = office.moment(&as_of, &frame).await?;
    let rows =
        listed(&office, &asked, moment, Slice::ALL).await.map_err(|error| failure(frame.texts, &error))?;
    let body = json!({ "asOf": position_json(moment), "count": rows.len(), "activities": rows });
    Ok(answer(&headers, &frame, moment, &body))
}

async fn api_activity(
    State(office): State<Office>,
    Path(id): Path<String>,
    Query(as_of): Query<AsOf>,
    headers: HeaderMap,
    frame: Frame,
) -> Result<Response, Failure> {
    let moment = office.moment(&as_of, &frame).await?;
    let detail = entries(&office, moment, &id).await.map_err(|error| failure(frame.texts, &error))?;
    let Detail { listed, entries } = detail.ok_or(Failure::NotFound)?;
    let events: Vec<serde_json::Value> = entries
        .iter()
        .map(|(entry, envelope)| {
            json!({
                "position": entry.position.0,
                "eventId": entry.event_id,
                "type": entry.event_type,
                "version": entry.version,
                "recordedAt": entry.recorded_at,
                "time": envelope.time,
                "actor": envelope.actor,
                "source": envelope.source,
                "leafHash": entry.leaf_hash.to_string(),
            })
        })
        .collect();
    let body = json!({ "asOf": position_json(moment), "activity": listed, "events": events });
    Ok(answer(&headers, &frame, moment, &body))
}
