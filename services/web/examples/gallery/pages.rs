//! The pages of the gallery. Every figure is invented.

use std::sync::atomic::{AtomicU64, Ordering};

use askama::Template;
use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use tais_proto::{Pillar, Position};
use tais_web::chart::{SmallMultiple, axis, bullet_bar, event_strip, pillar_mark, small_multiple, tint};
use tais_web::parts::{AsOf, FieldError, Standing, as_of, chip, error_summary, field_error};
use tais_web::session::CheckedForm;
use tais_web::{Failure, Frame, Frozen, NavItem, Notice, Page, Place, Tone};
use time::macros::{date, datetime};

struct Bar {
    mark: String,
    pillar: String,
    name: String,
    percent: String,
    of: String,
    gap: String,
    svg: String,
}

struct Cell {
    count: u64,
    tint: &'static str,
}

struct Row {
    theme: &'static str,
    cells: Vec<Cell>,
    sum: u64,
}

struct Line {
    mark: String,
    pillar: String,
    svg: String,
}

#[derive(Template)]
#[template(path = "gallery.html")]
struct Gallery {
    late: String,
    due: String,
    received: String,
    behind: String,
    risk: String,
    as_of: String,
    bars: Vec<Bar>,
    axis: String,
    matrix: Vec<Row>,
    lines: Vec<Line>,
    happened: String,
    recorded: String,
    errors: String,
    women_wrong: String,
    csrf: String,
}

#[derive(serde::Deserialize)]
struct Nothing {}

/// The invented log grows by one event each time a page asks for news.
static POSITION: AtomicU64 = AtomicU64::new(1_842);

/// `/` and `/frozen`: the same page, live and as it stood.
pub fn site() -> Router {
    Router::new()
        .route("/", get(latest))
        .route("/frozen", get(frozen))
        .route("/events", get(news))
        .route("/gallery", get(latest).post(|_: CheckedForm<Nothing>| async { Redirect::to("/") }))
}

async fn latest(frame: Frame) -> Result<Page, Failure> {
    let mut page = gallery(&frame)?;
    page.notices.push(Notice { tone: Tone::Good, text: "Your update is recorded as event 1,842.".into() });
    page.notices
        .push(Notice { tone: Tone::Warn, text: "Figures include events up to 1,839 of 1,842.".into() });
    Ok(page)
}

/// One event, then the end: the browser comes back for the next one by itself.
async fn news() -> impl IntoResponse {
    let position = POSITION.fetch_add(1, Ordering::Relaxed) + 1;
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    (headers, format!("id: {position}\ndata: {position}\n\n"))
}

async fn frozen(frame: Frame) -> Result<Page, Failure> {
    let mut page = gallery(&frame)?;
    let date = frame.texts.format_date(date!(2026 - 03 - 03));
    page.frozen = Some(Frozen { position: Position(911), date, latest_url: "/".into() });
    Ok(page)
}

fn gallery(frame: &Frame) -> Result<Page, Failure> {
    let html = content(frame).render().map_err(|error| Failure::internal("showing the gallery", &error))?;
    let mut page = Page::new(frame, "Gallery", html).under(NavItem::Overview);
    page.live = Some("/events".to_owned());
    page.place = Some(Place {
        position: Some(Position(POSITION.load(Ordering::Relaxed))),
        recorded_at: Some(datetime!(2026-11-22 07:40 UTC)),
        root: Some("7c1f 09ab … e09a".to_owned()),
        verify_url: Some("/audit/verify?size=1842".to_owned()),
    });
    Ok(page)
}

fn content(frame: &Frame) -> Gallery {
    let t = frame.texts;
    let weekly: Vec<u64> = (0..46).map(|week| (week * 7 + week * week / 9) % 23 + week / 4).collect();
    let strip = event_strip(&weekly, Some(45));
    let errors =
        [FieldError { field: "women".into(), message: "Write the number of women in digits: 44".into() }];
    Gallery {
        late: chip(Standing::Bad, "8 days late"),
        due: chip(Standing::Plain, "in 5 days"),
        received: chip(Standing::Ok, "received"),
        behind: chip(Standing::Bad, "Behind"),
        risk: chip(Standing::Risk, "At risk"),
        as_of: as_of(
            t,
            &AsOf {
                action: "/",
                date: "23/11/2026",
                says: "23 November 2026 · event 1,842, the latest",
                strip: &strip,
                ends: ("January", "November"),
                keep: &[],
            },
        ),
        bars: vec![
            bar(frame, Pillar::Apsc, Some((11, 14)), Some(0.77), chip(Standing::Ok, "19 above")),
            bar(frame, Pillar::Aec, Some((6, 17)), Some(0.35), chip(Standing::Bad, "25 below")),
            bar(frame, Pillar::Ascc, None, None, String::new()),
        ],
        axis: axis(Some((0.6, "target 60%"))),
        matrix: vec![
            row("Participation", [5, 4, 4]),
            row("Prevention", [3, 1, 2]),
            row("Protection", [2, 1, 4]),
            row("Relief and recovery", [1, 0, 2]),
        ],
        lines: vec![
            line(Pillar::Apsc, &[Some(0.5), Some(0.58), Some(0.64), Some(0.71), Some(0.79)], "50", "79%"),
            line(Pillar::Aec, &[Some(0.3), Some(0.33), None, Some(0.38), Some(0.35)], "30", "35%"),
            line(Pillar::Ascc, &[Some(0.62), Some(0.68), Some(0.74), Some(0.77), Some(0.8)], "62", "80%"),
        ],
        happened: t.format_date(date!(2026 - 11 - 20)),
        recorded: t.format_time(datetime!(2026-11-22 07:40 UTC)),
        errors: error_summary(t, &errors),
        women_wrong: field_error(&errors, "women"),
        csrf: frame.csrf.field(),
    }
}

fn bar(frame: &Frame, pillar: Pillar, counts: Option<(i64, i64)>, before: Option<f64>, gap: String) -> Bar {
    let t = frame.texts;
    #[expect(clippy::cast_precision_loss, reason = "two small counts")]
    let share = counts.map(|(part, whole)| part as f64 / whole as f64);
    Bar {
        mark: pillar_mark(pillar),
        pillar: pillar.code().to_uppercase(),
        name: t.get(&format!("pillar-{}", pillar.code())),
        percent: counts.and_then(|(part, whole)| t.format_percent(part, whole)).unwrap_or_default(),
        of: counts.map(|(part, whole)| format!("{part} of {whole}")).unwrap_or_default(),
        gap,
        svg: bullet_bar(share, Some(0.6), before, Some(pillar)),
    }
}

fn row(theme: &'static str, counts: [u64; 3]) -> Row {
    let cells = counts.map(|count| Cell { count, tint: tint(count, 5) });
    Row { theme, cells: cells.into(), sum: counts.iter().sum() }
}

fn line(pillar: Pillar, points: &[Option<f64>], first_label: &str, last_label: &str) -> Line {
    let name = pillar.code().to_uppercase();
    let aria_label = format!("{name}: from {first_label} to {last_label} over five quarters; target 60%");
    let drawn = SmallMultiple {
        points,
        target: Some(0.6),
        pillar: Some(pillar),
        aria_label: &aria_label,
        first_label,
        last_label,
    };
    Line { mark: pillar_mark(pillar), svg: small_multiple(&drawn), pillar: name }
}
