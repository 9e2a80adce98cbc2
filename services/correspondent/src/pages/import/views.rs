//! What the pages of an import show.

use askama::Template;
use tais_proto::vocabulary::ActivityKind;
use tais_proto::{Lang, PartialDate, Pillar};
use tais_web::language::{Arg, Texts};
use tais_web::parts::{FieldError, Standing, chip, error_summary, field_error};
use tais_web::session::Csrf;

use crate::import::assess::Outcome;
use crate::import::changes::Change;
use crate::import::commit::Opened;
use crate::import::iati;
use crate::import::mapping::{Field, Mapping};
use crate::import::preview::{Line, Preview};
use crate::import::table::{FILE_BYTES_MAX, column_letters};

/// The most rows of one kind that a page shows; the others go by one box for all of them.
pub(super) const ROWS_SHOWN: usize = 200;

/// The languages in which titles are written here.
const LANGUAGES: [&str; 4] = ["en", "pt", "tet", "id"];

/// The rows that come to this.
pub(super) fn of<'a>(preview: &'a Preview, code: &'a str) -> impl Iterator<Item = &'a Line> {
    preview.lines.iter().filter(move |line| line.outcome.code() == code)
}

/// The form that takes a file.
#[derive(Template)]
#[template(path = "import_upload.html")]
pub(super) struct UploadPage {
    t: Texts,
    pillar: &'static str,
    hint: String,
    summary: String,
    wrong: String,
    csrf: String,
}

impl UploadPage {
    pub fn new(t: Texts, pillar: Pillar, errors: &[FieldError], csrf: &Csrf) -> Self {
        Self {
            t,
            pillar: pillar.code(),
            hint: t.with(
                "import-file-hint",
                &[
                    ("max", Arg::from(FILE_BYTES_MAX / 1024 / 1024)),
                    ("xml", Arg::from(iati::FILE_BYTES_MAX / 1024 / 1024)),
                ],
            ),
            summary: error_summary(t, errors),
            wrong: field_error(errors, "file"),
            csrf: csrf.field(),
        }
    }
}

/// What stands on a page that is shown again: what is to be mended, and what was chosen.
#[derive(Default)]
pub(super) struct Again<'a> {
    pub errors: &'a [FieldError],
    /// All rows where nothing was chosen yet.
    pub rows: Option<&'a [String]>,
}

struct Told {
    place: String,
    words: String,
}

struct WrongRow {
    name: String,
    told: Vec<Told>,
}

struct ChangeRow {
    field: String,
    old: String,
    new: String,
}

struct ChoiceRow {
    value: String,
    name: String,
    chosen: bool,
    corrects: bool,
    changes: Vec<ChangeRow>,
}

/// The rows of one kind that can be chosen.
struct Choices {
    code: &'static str,
    heading: String,
    rows: Vec<ChoiceRow>,
    more: String,
}

struct Pick {
    value: String,
    name: String,
    chosen: bool,
}

struct Select {
    id: String,
    label: String,
    picks: Vec<Pick>,
}

/// What a file would do, and what a person chooses of it.
#[derive(Template)]
#[template(path = "import_check.html")]
pub(super) struct PreviewPage {
    t: Texts,
    url: String,
    pillar: &'static str,
    lead: String,
    summary: String,
    csrf: String,
    counts: Vec<String>,
    missing: String,
    wrong_heading: String,
    wrong: Vec<WrongRow>,
    wrong_more: String,
    choices: Vec<Choices>,
    corrects: bool,
    reason_wrong: String,
    selects: Vec<Select>,
}

impl PreviewPage {
    pub fn new(
        t: Texts,
        pillar: Pillar,
        opened: &Opened,
        preview: &Preview,
        again: &Again<'_>,
        csrf: &Csrf,
    ) -> Self {
        let errors = again.errors;
        let Opened { upload, table } = opened;
        let names: Vec<String> = preview.missing.iter().map(|field| field.name(t)).collect();
        let missing = match names.is_empty() {
            true => String::new(),
            false => t.with("import-missing", &[("fields", Arg::from(names.join(", ")))]),
        };
        let counted = |code: &str| preview.count(code);
        let wrong = counted("wrong");
        Self {
            url: format!("/{pillar}/import/{}", upload.id),
            pillar: pillar.code(),
            lead: t.with(
                "import-check-lead",
                &[
                    ("name", Arg::from(&upload.name)),
                    ("sheet", Arg::from(&table.sheet)),
                    ("count", Arg::from(table.rows.len())),
                ],
            ),
            summary: error_summary(t, errors),
            csrf: csrf.field(),
            counts: match preview.lines.is_empty() {
                true => Vec::new(),
                false => counts(t, counted),
            },
            missing,
            wrong_heading: t.with("import-wrong-heading", &[("count", Arg::from(wrong))]),
            wrong: of(preview, "wrong")
                .take(ROWS_SHOWN)
                .map(|line| wrong_row(t, line, &table.header))
                .collect(),
            wrong_more: more(t, wrong),
            choices: ["new", "changed"]
                .into_iter()
                .filter_map(|code| choices(t, preview, code, again.rows))
                .collect(),
            corrects: preview.lines.iter().any(Line::corrects),
            reason_wrong: field_error(errors, "reason"),
            selects: selects(t, &upload.mapping, &table.header),
            t,
        }
    }
}

fn counts(t: Texts, count: impl Fn(&str) -> usize) -> Vec<String> {
    let standing = [
        ("new", Standing::Ok),
        ("changed", Standing::Risk),
        ("unchanged", Standing::Plain),
        ("wrong", Standing::Bad),
    ];
    let word = |(code, standing): (&str, Standing)| {
        let standing = if count(code) == 0 { Standing::Plain } else { standing };
        chip(standing, &t.with(&format!("import-count-{code}"), &[("count", Arg::from(count(code)))]))
    };
    standing.map(word).into()
}

fn more(t: Texts, count: usize) -> String {
    match count.checked_sub(ROWS_SHOWN) {
        None | Some(0) => String::new(),
        Some(more) => t.with("import-more", &[("count", Arg::from(more))]),
    }
}

fn name_of(t: Texts, line: &Line) -> String {
    let row = t.with("import-row", &[("line", Arg::from(line.line))]);
    let parts = [row.as_str(), &line.reference, &line.title];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn wrong_row(t: Texts, line: &Line, header: &[String]) -> WrongRow {
    let Outcome::Wrong(errors) = &line.outcome else {
        return WrongRow { name: name_of(t, line), told: Vec::new() };
    };
    let place = |column: usize| {
        let name = header.get(column).cloned().unwrap_or_default();
        t.with("import-column", &[("letters", Arg::from(column_letters(column))), ("name", Arg::from(name))])
    };
    let told = errors.iter().map(|error| Told {
        place: error.column.map(place).unwrap_or_default(),
        words: error.problem.words(t),
    });
    WrongRow { name: name_of(t, line), told: told.collect() }
}

fn choices(t: Texts, preview: &Preview, code: &'static str, chosen: Option<&[String]>) -> Option<Choices> {
    let count = preview.count(code);
    let row = |line: &Line| {
        let changes = match &line.outcome {
            Outcome::Changed { list, .. } => list.iter().map(|change| change_row(t, change)).collect(),
            _ => Vec::new(),
        };
        let value = format!("{}-{}", line.line, line.outcome.version());
        ChoiceRow {
            chosen: chosen.is_none_or(|chosen| chosen.contains(&value)),
            value,
            name: name_of(t, line),
            corrects: line.corrects(),
            changes,
        }
    };
    (count > 0).then(|| Choices {
        code,
        heading: t.with(&format!("import-heading-{code}"), &[("count", Arg::from(count))]),
        rows: of(preview, code).take(ROWS_SHOWN).map(row).collect(),
        more: more(t, count),
    })
}

fn change_row(t: Texts, change: &Change) -> ChangeRow {
    let value = |text: &str| {
        let key = format!("{}-{text}", change.field.word());
        match change.field {
            _ if text.is_empty() => t.get("import-nothing"),
            Field::Kind | Field::Occurrence | Field::Mode | Field::Confidence if t.has(&key) => t.get(&key),
            Field::Starts | Field::Ends => text
                .parse::<PartialDate>()
                .map_or_else(|_| text.to_owned(), |date| t.format_partial_date(date)),
            _ => text.to_owned(),
        }
    };
    ChangeRow { field: change.field.name(t), old: value(&change.old), new: value(&change.new) }
}

fn selects(t: Texts, mapping: &Mapping, header: &[String]) -> Vec<Select> {
    let in_languages = LANGUAGES.iter().filter_map(|tag| tag.parse::<Lang>().ok());
    let spoken = in_languages.flat_map(|lang| [Field::TitleIn(lang), Field::SummaryIn(lang)]);
    let mut fields: Vec<Field> = Field::ALL.to_vec();
    for field in spoken.chain(mapping.columns.keys().copied()) {
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    let pick = |value: &str, name: String, chosen| Pick { value: value.to_owned(), name, chosen };
    let language = Select {
        id: "language".to_owned(),
        label: t.get("import-language"),
        picks: LANGUAGES
            .iter()
            .map(|tag| pick(tag, t.get(&format!("language-{tag}")), mapping.language.as_str() == *tag))
            .collect(),
    };
    let none = || pick("", t.get("correspondent-choose"), false);
    let kinds = ActivityKind::ALL
        .iter()
        .map(|kind| pick(kind.code(), t.get(&format!("kind-{kind}")), mapping.kind == Some(*kind)));
    let kind = Select {
        id: "kind".to_owned(),
        label: t.get("import-kind"),
        picks: [none()].into_iter().chain(kinds).collect(),
    };
    let columns = fields.into_iter().map(|field| {
        let own = mapping.columns.get(&field).copied();
        let columns = header.iter().enumerate().map(|(index, name)| {
            let name = format!("{} · {}", column_letters(index), name.chars().take(40).collect::<String>());
            pick(&index.to_string(), name, own == Some(index))
        });
        let absent = pick("", t.get("import-no-column"), false);
        Select {
            id: format!("column-{}", field.code()),
            label: field.name(t),
            picks: [absent].into_iter().chain(columns).collect(),
        }
    });
    [kind, language].into_iter().chain(columns).collect()
}
