//! `/`: the consolidated page. What changed, where we are behind, what is due; then the figures.

use askama::Template;
use tais_domain::measure::Share;
use tais_log::Entry;
use tais_proto::reference::{ItemCode, Reference};
use tais_proto::{Pillar, Position, Quarter, StreamId};
use tais_web::language::{Arg, Texts};
use tais_web::records::Kind;
use tais_web::records::words::{due as due_day, standing, title as record_title};
use tais_web::{chart, parts};

use super::words;
use crate::at::Moment;
use crate::figures::{Figures, PillarFigures};
use crate::link::{Links, Part};
use crate::records::Record;

/// The share of women in decision-making that the second national action plan aims at.
const WOMEN_TARGET: &str = "TG-NAP2-30";

/// An entry for the list of the latest, with the title of its activity.
pub struct LatestEvent {
    /// The entry.
    pub entry: Entry,
    /// The title of its activity and the language that is in.
    pub title: (String, String),
}

/// Everything the page is made from.
pub struct Input<'a> {
    /// Texts in the reader's language.
    pub t: Texts,
    /// The reference data.
    pub reference: &'a Reference,
    /// As of when.
    pub moment: Moment,
    /// The figures then.
    pub figures: Figures,
    /// The figures when the month began.
    pub earlier: Option<Figures>,
    /// How many entries about activities came since.
    pub entries_since: i64,
    /// Activities recorded for the quarter of that day, by pillar.
    pub this_quarter: Vec<(Pillar, i64)>,
    /// Commitments and reports that are overdue or due soon.
    pub pressing: Vec<(Kind, Record)>,
    /// The day the page stands for, in Dili.
    pub today: time::Date,
    /// Entries by week, oldest first.
    pub weekly: Vec<u64>,
    /// The latest entries.
    pub latest: Vec<LatestEvent>,
}

struct Changed {
    figure: String,
    words: String,
    link: String,
}

struct Behind {
    count: usize,
    of: String,
    words: String,
    names: Vec<String>,
}

struct Due {
    tone: &'static str,
    sign: &'static str,
    chip: String,
    text: String,
    url: String,
}

struct Bar {
    mark: String,
    code: String,
    name: String,
    figure: String,
    of: String,
    url: String,
    bar: String,
    earlier: String,
    chip: String,
    tone: &'static str,
    sign: &'static str,
}

struct Card {
    name: &'static str,
    title: String,
    sub: String,
    rows: Vec<Bar>,
    axis: String,
    note: String,
}

struct PillarHead {
    mark: String,
    code: String,
}

struct MatrixCell {
    tint: &'static str,
    url: String,
    count: i64,
    none: bool,
}

struct MatrixRow {
    name: String,
    cells: Vec<MatrixCell>,
    sum: i64,
}

struct Matrix {
    title: String,
    pillars: Vec<PillarHead>,
    rows: Vec<MatrixRow>,
    note: String,
}

struct Line {
    mark: String,
    code: String,
    svg: String,
    values: Vec<String>,
}

struct Trend {
    lines: Vec<Line>,
    quarters: Vec<String>,
    first: String,
    last: String,
}

struct EventRow {
    url: String,
    position: Position,
    what: String,
    mark: String,
    pillar: String,
    datetime: String,
    when: String,
    activity_url: String,
    lang: String,
    title: String,
}

/// The page's content.
#[derive(Template)]
#[template(path = "overview.html")]
pub struct Overview {
    t: Texts,
    frozen_query: String,
    lead: String,
    changed: Changed,
    behind: Behind,
    due_words: String,
    due: Vec<Due>,
    asof: String,
    cards: Vec<Card>,
    matrix: Matrix,
    trend: Trend,
    latest: Vec<EventRow>,
}

fn code(pillar: Pillar) -> String {
    pillar.code().to_uppercase()
}

impl Overview {
    /// Makes the content from what was read. Pure.
    #[must_use]
    pub fn new(input: &Input<'_>) -> Self {
        let t = input.t;
        let links =
            Links { at: input.moment.position.filter(|_| input.moment.frozen), period: input.figures.period };
        Self {
            frozen_query: links.frozen_query(),
            lead: lead(input),
            changed: changed(input),
            behind: behind(input),
            due_words: due_words(input),
            due: due(input, links),
            asof: as_of(input),
            cards: vec![wps_card(input, links), women_card(input, links)],
            matrix: matrix(input, links),
            trend: trend(input),
            latest: input.latest.iter().map(|event| event_row(t, links, event)).collect(),
            t,
        }
    }
}

/// The page in one sentence, made from the figures by rule.
fn lead(input: &Input<'_>) -> String {
    let (t, all) = (input.t, &input.figures.all);
    let Some(now) = all.wps.percent() else { return t.get("office-lead-empty") };
    let values = [
        ("share", Arg::from(percent(t, now))),
        ("part", Arg::from(all.wps.numerator)),
        ("whole", Arg::from(all.wps.denominator)),
    ];
    let first = t.with("office-lead", &values);
    match input.figures.lowest(|figures| figures.wps) {
        Some(pillar) => {
            format!("{first} {}", t.with("office-lead-lowest", &[("pillar", Arg::from(code(pillar)))]))
        }
        None => first,
    }
}

fn percent(t: Texts, percent: i64) -> String {
    t.format_percent(percent, 100).unwrap_or_default()
}

fn share_text(t: Texts, share: Share) -> String {
    t.format_percent(share.numerator, share.denominator).unwrap_or_else(|| t.get("office-no-figure"))
}

fn changed(input: &Input<'_>) -> Changed {
    let t = input.t;
    let now = share_text(t, input.figures.all.wps);
    let before = input.earlier.as_ref().and_then(|figures| figures.all.wps.percent());
    let figure = match before {
        Some(before) if Some(before) != input.figures.all.wps.percent() => t.with(
            "office-changed-from-to",
            &[("from", Arg::from(percent(t, before))), ("to", Arg::from(now))],
        ),
        _ => now,
    };
    let words = match before {
        None => t.get("office-changed-first"),
        Some(before) if Some(before) == input.figures.all.wps.percent() => t.get("office-changed-same"),
        Some(_) => t.get("office-changed-moved"),
    };
    let link = t.with("office-changed-link", &[("count", Arg::from(input.entries_since))]);
    Changed { figure, words, link }
}

/// Behind is what has nothing: a theme that a pillar serves with no activity at all.
fn behind(input: &Input<'_>) -> Behind {
    let t = input.t;
    let mut names = Vec::new();
    let mut cells = 0;
    for item in input.reference.wps_pillars() {
        for pillar in Pillar::ALL {
            cells += 1;
            if input.figures.covered(&item.code, *pillar) == 0 {
                let theme = words::item(t, input.reference, &item.code);
                names.push(format!("{}: {theme}", code(*pillar)));
            }
        }
    }
    let words = match names.is_empty() {
        true => t.get("office-behind-none"),
        false => t.with("office-behind-names", &[("names", Arg::from(names.join("; ")))]),
    };
    Behind {
        count: names.len(),
        of: t.with("office-behind-of", &[("count", Arg::from(cells))]),
        words,
        names,
    }
}

fn due_words(input: &Input<'_>) -> String {
    let last_day = Quarter::of(input.today).last_day();
    let days = (last_day - input.today).whole_days();
    let values = [("date", Arg::from(input.t.format_date(last_day))), ("days", Arg::from(days))];
    input.t.with("office-due-quarter", &values)
}

fn due(input: &Input<'_>, links: Links) -> Vec<Due> {
    let quarter = Quarter::of(input.today);
    let period = crate::figures::Period { from: quarter, to: quarter };
    let links = Links { period, ..links };
    let row = |(pillar, count): &(Pillar, i64)| {
        let received = *count > 0;
        let chip = match received {
            true => input.t.with("office-due-received", &[("count", Arg::from(*count))]),
            false => input.t.get("office-due-nothing"),
        };
        Due {
            tone: if received { "ok" } else { "bad" },
            sign: if received { "✓" } else { "▼" },
            chip,
            text: code(*pillar),
            url: links.list(Some(*pillar), &Part::All),
        }
    };
    let pressing = input.pressing.iter().map(|(kind, record)| pressing(input, links, *kind, record));
    input.this_quarter.iter().map(row).chain(pressing).collect()
}

fn pressing(input: &Input<'_>, links: Links, kind: Kind, record: &Record) -> Due {
    let t = input.t;
    let (_, is_late) = standing(&record.state, input.today);
    let due = due_day(&record.state).map(|due| t.format_date(due)).unwrap_or_default();
    let (_, title) = record_title(t, &record.state);
    Due {
        tone: if is_late { "bad" } else { "" },
        sign: if is_late { "▼" } else { "" },
        chip: if is_late { t.get("record-state-overdue") } else { due },
        text: title,
        url: format!("{}/{}{}", kind.path(), record.id, links.frozen_query()),
    }
}

fn as_of(input: &Input<'_>) -> String {
    let t = input.t;
    let weeks = i64::try_from(input.weekly.len()).unwrap_or(0);
    let says = match input.moment.position {
        None => t.get("office-asof-nothing"),
        Some(position) => {
            let key = if input.moment.frozen { "office-asof-frozen" } else { "office-asof-latest" };
            let values =
                [("date", Arg::from(t.format_date(input.today))), ("position", Arg::from(position.0))];
            t.with(key, &values)
        }
    };
    parts::as_of(
        t,
        &parts::AsOf {
            action: "/",
            date: &words::typed_date(input.today),
            says: &says,
            strip: &chart::event_strip(&input.weekly, input.weekly.len().checked_sub(1)),
            ends: (
                &t.format_date(input.today.saturating_sub(time::Duration::weeks(weeks))),
                &t.format_date(input.today),
            ),
            keep: &[],
        },
    )
}

/// What a card of bars shows of each pillar.
struct BarKind {
    share: fn(&PillarFigures) -> Share,
    part: Part,
    target: Option<f64>,
}

fn bars(input: &Input<'_>, links: Links, kind: &BarKind) -> Vec<Bar> {
    let t = input.t;
    let row = |(pillar, figures): &(Pillar, PillarFigures)| {
        let share = (kind.share)(figures);
        let earlier = input.earlier.as_ref().and_then(|earlier| {
            earlier.pillars.iter().find(|(of, _)| of == pillar).and_then(|(_, f)| (kind.share)(f).fraction())
        });
        let (chip, tone, sign) = gap(t, share, kind.target);
        Bar {
            mark: chart::pillar_mark(*pillar),
            code: code(*pillar),
            name: t.get(&format!("pillar-{pillar}")),
            figure: share_text(t, share),
            of: of(t, share),
            url: links.list(Some(*pillar), &kind.part),
            bar: chart::bullet_bar(share.fraction(), kind.target, earlier, Some(*pillar)),
            earlier: earlier
                .map(|earlier| t.with("office-earlier", &[("share", Arg::from(fraction_text(t, earlier)))]))
                .unwrap_or_default(),
            chip,
            tone,
            sign,
        }
    };
    input.figures.pillars.iter().map(row).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a percentage")]
fn fraction_text(t: Texts, fraction: f64) -> String {
    percent(t, (fraction * 100.0).round() as i64)
}

fn of(t: Texts, share: Share) -> String {
    t.with("office-of", &[("part", Arg::from(share.numerator)), ("whole", Arg::from(share.denominator))])
}

#[expect(clippy::cast_possible_truncation, reason = "percentage points")]
fn gap(t: Texts, share: Share, target: Option<f64>) -> (String, &'static str, &'static str) {
    let (Some(share), Some(target)) = (share.percent(), target) else { return (String::new(), "", "") };
    let points = share - (target * 100.0).round() as i64;
    let values = [("points", Arg::from(points.abs()))];
    match points {
        0.. => (t.with("office-above", &values), "ok", "✓"),
        -4..=-1 => (t.with("office-below", &values), "risk", "◐"),
        _ => (t.with("office-below", &values), "bad", "▼"),
    }
}

fn period_words(input: &Input<'_>) -> [(&'static str, Arg); 2] {
    let period = input.figures.period;
    [
        ("from", Arg::from(input.t.format_quarter(period.from))),
        ("to", Arg::from(input.t.format_quarter(period.to))),
    ]
}

fn wps_card(input: &Input<'_>, links: Links) -> Card {
    let (t, all) = (input.t, &input.figures.all);
    let kind = BarKind { share: |figures| figures.wps, part: Part::Wps, target: None };
    let values = [
        ("share", Arg::from(share_text(t, all.validated))),
        ("part", Arg::from(all.validated.numerator)),
        ("whole", Arg::from(all.validated.denominator)),
        ("undated", Arg::from(all.undated)),
    ];
    Card {
        name: "wps",
        title: t.with("office-wps-title", &[("share", Arg::from(share_text(t, all.wps)))]),
        sub: t.with("office-wps-sub", &period_words(input)),
        rows: bars(input, links, &kind),
        axis: chart::axis(None),
        note: t.with("office-wps-note", &values),
    }
}

fn women_card(input: &Input<'_>, links: Links) -> Card {
    let (t, all) = (input.t, &input.figures.all);
    let baseline = input.reference.baselines().iter().find(|baseline| baseline.code.as_str() == WOMEN_TARGET);
    let target = baseline.and_then(|baseline| baseline.target_pct).map(|percent| percent / 100.0);
    let kind = BarKind { share: |figures| figures.women, part: Part::Women, target };
    let label =
        target.map(|target| t.with("office-women-target", &[("share", Arg::from(fraction_text(t, target)))]));
    Card {
        name: "women",
        title: t.with("office-women-title", &[("share", Arg::from(share_text(t, all.women)))]),
        sub: t.with("office-women-sub", &period_words(input)),
        rows: bars(input, links, &kind),
        axis: chart::axis(target.zip(label.as_deref())),
        note: t.with("office-women-note", &[("missing", Arg::from(all.sex_missing))]),
    }
}

fn matrix(input: &Input<'_>, links: Links) -> Matrix {
    let t = input.t;
    let items: Vec<&ItemCode> = input.reference.wps_pillars().map(|item| &item.code).collect();
    let count = |item: &ItemCode, pillar| input.figures.covered(item, pillar);
    let largest =
        items.iter().flat_map(|item| Pillar::ALL.iter().map(move |pillar| count(item, *pillar))).max();
    let tint =
        |n: i64| chart::tint(u64::try_from(n).unwrap_or(0), u64::try_from(largest.unwrap_or(0)).unwrap_or(0));
    let rows = items
        .iter()
        .map(|item| {
            let cell = |pillar: &Pillar| {
                let n = count(item, *pillar);
                let url = links.list(Some(*pillar), &Part::Theme(item.to_string()));
                MatrixCell { tint: tint(n), url, count: n, none: n == 0 }
            };
            let cells: Vec<MatrixCell> = Pillar::ALL.iter().map(cell).collect();
            let sum = cells.iter().map(|cell| cell.count).sum();
            MatrixRow { name: words::item(t, input.reference, item), cells, sum }
        })
        .collect::<Vec<_>>();
    let gaps = rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.none).count();
    Matrix {
        title: t.with("office-coverage-title", &[("gaps", Arg::from(gaps))]),
        pillars: Pillar::ALL
            .iter()
            .map(|p| PillarHead { mark: chart::pillar_mark(*p), code: code(*p) })
            .collect(),
        rows,
        note: t.get("office-coverage-note"),
    }
}

fn trend(input: &Input<'_>) -> Trend {
    let t = input.t;
    let quarters: Vec<String> =
        input.figures.trend.iter().map(|(quarter, _)| t.format_quarter(*quarter)).collect();
    let lines = Pillar::ALL.iter().enumerate().map(|(index, pillar)| {
        let shares: Vec<Share> =
            input.figures.trend.iter().filter_map(|(_, pillars)| Some(pillars.get(index)?.1)).collect();
        let points: Vec<Option<f64>> = shares.iter().map(|share| share.fraction()).collect();
        let values: Vec<String> = shares.iter().map(|share| share_text(t, *share)).collect();
        let known =
            || shares.iter().zip(&values).filter(|(share, _)| share.denominator > 0).map(|(_, text)| text);
        let label =
            quarters.iter().zip(&values).map(|(q, v)| format!("{q} {v}")).collect::<Vec<_>>().join(", ");
        let svg = chart::small_multiple(&chart::SmallMultiple {
            points: &points,
            target: None,
            pillar: Some(*pillar),
            aria_label: &format!("{}: {label}", code(*pillar)),
            first_label: known().next().map_or("", String::as_str),
            last_label: known().next_back().map_or("", String::as_str),
        });
        Line { mark: chart::pillar_mark(*pillar), code: code(*pillar), svg, values }
    });
    Trend {
        lines: lines.collect(),
        first: quarters.first().cloned().unwrap_or_default(),
        last: t
            .with("office-trend-last", &[("quarter", quarters.last().cloned().unwrap_or_default().into())]),
        quarters,
    }
}

fn event_row(t: Texts, links: Links, event: &LatestEvent) -> EventRow {
    let entry = &event.entry;
    let stream: StreamId = entry.stream.id;
    EventRow {
        url: Links::event(entry.position),
        position: entry.position,
        what: t.event_name(&entry.event_type),
        mark: entry.pillar.map(chart::pillar_mark).unwrap_or_default(),
        pillar: entry.pillar.map(code).unwrap_or_default(),
        datetime: entry.recorded_at.to_string(),
        when: t.format_time(entry.recorded_at.to_utc()),
        activity_url: links.activity(stream),
        lang: event.title.0.clone(),
        title: event.title.1.clone(),
    }
}
