//! The fields of the form, each with its label, its hint and what is wrong with it.

use askama::Template;
use tais_proto::reference::{ItemCode, Reference};
use tais_proto::vocabulary::{ActivityKind, GenderScore, Mode, Occurrence, Qualifier};
use tais_proto::{EventId, Pillar, StreamId};
use tais_web::escape;
use tais_web::fields::Fields;
use tais_web::language::Texts;
use tais_web::parts::{FieldError, error_summary, field_error};
use tais_web::session::Csrf;

use super::grid;
use crate::form::Typed;

/// The form's content.
#[derive(Template)]
#[template(path = "form.html")]
pub struct FormPage<'a> {
    t: Texts,
    action: String,
    draft: Option<String>,
    sent_before: Option<String>,
    queue: String,
    title: String,
    correction: bool,
    finer_counts: bool,
    reason: String,
    summary: String,
    csrf: String,
    typed: &'a Typed,
    fields: Vec<String>,
    more: Vec<String>,
    open: bool,
    /// What was promised there; empty in a revision.
    promised: Vec<String>,
    promised_open: bool,
}

/// What a form is for: a new activity, or a revision of one.
pub struct Purpose {
    /// The pillar.
    pub pillar: Pillar,
    /// The activity that is revised.
    pub revises: Option<StreamId>,
    /// For a revision: whether it corrects what was validated, so that a reason is needed.
    pub corrects: Option<bool>,
    /// Whether the counts on record are finer than the form shows.
    pub finer_counts: bool,
    /// What was sent before under the id that this came with, saying something else.
    pub instead_of: Option<EventId>,
}

impl Purpose {
    /// A new activity.
    pub const fn new_activity(pillar: Pillar) -> Self {
        Self { pillar, revises: None, corrects: None, finer_counts: false, instead_of: None }
    }

    /// Where the form goes.
    fn action(&self) -> String {
        match self.revises {
            None => format!("/{}/new", self.pillar),
            Some(id) => format!("/{}/activities/{id}/revision", self.pillar),
        }
    }

    /// Where a draft of it is kept; a revision has none.
    fn draft(&self, typed: &Typed) -> Option<String> {
        self.revises.is_none().then(|| format!("/{}/drafts/{}", self.pillar, typed.submission))
    }

    /// What the page is called.
    pub fn title(&self, t: Texts) -> String {
        match self.corrects {
            None => t.get("correspondent-form-title"),
            Some(false) => t.get("correspondent-revise-title"),
            Some(true) => t.get("correspondent-correct-title"),
        }
    }
}

/// The fields of the folded part.
const MORE: [&str; 12] = [
    "mode",
    "member_state",
    "municipality",
    "body",
    "lead",
    "partners",
    "counterparts",
    "items",
    "marker",
    "marker_reason",
    "budget",
    "source",
];

/// The fields of what was promised there.
const PROMISED: [&str; 3] = ["commitment", "commitment_due", "commitment_owner"];

/// The field that a refusal's pointer is about.
pub fn field_of(pointer: &str) -> &'static str {
    let fields = [
        ("/details/title", "title"),
        ("/details/ends", "ends"),
        ("/details/memberState", "member_state"),
        ("/details/sectoralBodies", "body"),
        ("/details/lead", "lead"),
        ("/details/partners", "partners"),
        ("/details/counterparts", "counterparts"),
        ("/details/venue/municipality", "municipality"),
        ("/details/budget", "budget"),
        ("/details/frameworkItems", "items"),
        ("/details/genderMarker", "marker_reason"),
        ("/commitments/0/due", "commitment_due"),
        ("/commitments/0/owner", "commitment_owner"),
        ("/commitments", "commitment"),
        ("/counts", crate::grid::GRID),
        ("/total", "total"),
        ("/reason", "reason"),
    ];
    fields.iter().find(|(start, _)| pointer.starts_with(start)).map_or("title", |(_, field)| field)
}

impl<'a> FormPage<'a> {
    /// The form, with what was typed and what is wrong with it. `queue` is the place for what waits on
    /// the reader's device; `used` is what the pillar's activities serve, the most frequent first.
    pub fn new(
        t: Texts,
        purpose: &Purpose,
        (reference, used): (&Reference, &[ItemCode]),
        typed: &'a Typed,
        errors: &'a [FieldError],
        csrf: &Csrf,
        queue: String,
    ) -> Self {
        let pillar = purpose.pillar;
        let make = Fields { t, errors, form: "", words: "" };
        let wrong_in = |fields: &[&str]| errors.iter().any(|error| fields.contains(&error.field.as_str()));
        Self {
            t,
            action: purpose.action(),
            draft: purpose.draft(typed),
            sent_before: purpose.instead_of.map(|id| format!("/{pillar}/updates/{id}")),
            queue,
            title: purpose.title(t),
            correction: purpose.corrects.is_some(),
            finer_counts: purpose.finer_counts,
            reason: match purpose.corrects {
                Some(true) => make.text("reason", &typed.reason, None, false),
                _ => String::new(),
            },
            summary: error_summary(t, errors),
            csrf: csrf.field(),
            typed,
            fields: first(&make, reference, typed),
            more: more(&make, pillar, reference, typed, used),
            open: wrong_in(&MORE),
            promised: match purpose.revises {
                None => promised(&make, reference, typed),
                Some(_) => Vec::new(),
            },
            promised_open: wrong_in(&PROMISED) || !typed.commitment.is_empty(),
        }
    }
}

fn first(make: &Fields<'_>, reference: &Reference, typed: &Typed) -> Vec<String> {
    let t = make.t;
    let kinds = ActivityKind::ALL.iter().map(|kind| (kind.code().to_owned(), t.get(&format!("kind-{kind}"))));
    let occurrences =
        Occurrence::ALL.iter().map(|it| (it.code().to_owned(), t.get(&format!("occurrence-{it}"))));
    let languages = ["en", "pt", "tet", "id"].map(|tag| (tag.to_owned(), t.get(&format!("language-{tag}"))));
    let worth = Qualifier::ALL.iter().map(|it| (it.code().to_owned(), t.get(&format!("total-is-{it}"))));
    vec![
        make.text("title", &typed.title, None, false),
        make.select("language", &typed.language, languages.into_iter()),
        make.select("kind", &typed.kind, kinds),
        make.select("occurrence", &typed.occurrence, occurrences),
        make.text("starts", &typed.starts, Some(10), true),
        make.text("ends", &typed.ends, Some(10), true),
        make.area("summary", &typed.summary),
        make.text("place", &typed.place, None, false),
        make.text("city", &typed.city, None, false),
        make.text("country", &typed.country, None, false),
        themes(make, reference, typed),
        make.text("women", &typed.women, Some(6), true),
        make.text("men", &typed.men, Some(6), true),
        make.text("others", &typed.others, Some(6), true),
        grid::table(make.t, typed, make.errors),
        make.text("total", &typed.total, Some(6), true),
        make.select("total_is", &typed.total_is, worth),
    ]
}

fn themes(make: &Fields<'_>, reference: &Reference, typed: &Typed) -> String {
    let t = make.t;
    let lang = t.language().tag().parse().unwrap_or(tais_proto::Lang::EN);
    let boxes: String = reference
        .wps_pillars()
        .map(|item| {
            let code = tais_web::escape(item.code.as_str());
            let chosen = if typed.themes.iter().any(|theme| theme == item.code.as_str()) { " checked" } else { "" };
            let name = item.title.best(lang).map_or(item.code.as_str(), |(_, text)| text);
            let name = tais_web::escape(name);
            format!(r#"<label class="choice"><input type="checkbox" name="themes" value="{code}"{chosen}>{name}</label>"#)
        })
        .collect();
    let legend = tais_web::escape(&t.get("field-themes"));
    let hint = tais_web::escape(&t.get("field-themes-hint"));
    let wrong = field_error(make.errors, "themes");
    format!(
        r#"<fieldset class="field" id="themes"><legend>{legend}</legend><span class="hint">{hint}</span>{wrong}{boxes}</fieldset>"#
    )
}

/// How many framework items can be named at once beside those that stand there already.
const FREE_ITEMS: usize = 3;

/// Framework items: one line each, with all of them as suggestions; those that the pillar uses most
/// come first.
fn items(make: &Fields<'_>, reference: &Reference, typed: &Typed, used: &[ItemCode]) -> String {
    let t = make.t;
    let lang = t.language().tag().parse().unwrap_or(tais_proto::Lang::EN);
    let often = used.iter().filter_map(|code| reference.item(code));
    let rest = reference.items().filter(|item| !used.contains(&item.code));
    let options: String = often
        .chain(rest)
        .map(|item| {
            let name = item.title.best(lang).map_or("", |(_, name)| name);
            format!(r#"<option value="{}">{}</option>"#, escape(item.code.as_str()), escape(name))
        })
        .collect();
    let label = escape(&t.get("field-items"));
    let known = typed.items.split(';').map(str::trim).filter(|item| !item.is_empty());
    let lines: String = known
        .chain(std::iter::repeat_n("", FREE_ITEMS))
        .map(|item| {
            format!(r#"<input name="items" list="list-items" autocomplete="off" value="{}" aria-label="{label}">"#, escape(item))
        })
        .collect();
    let wrong = field_error(make.errors, "items");
    let class = if wrong.is_empty() { "field" } else { "field bad-field" };
    let hint = escape(&t.get("field-items-hint"));
    format!(
        r#"<fieldset class="{class} lines" id="items"><legend>{label}</legend><span class="hint">{hint}</span>{wrong}{lines}<datalist id="list-items">{options}</datalist></fieldset>"#
    )
}

/// The other member states.
fn counterparts(make: &Fields<'_>, reference: &Reference, typed: &Typed) -> String {
    let t = make.t;
    let lang = t.language().tag().parse().unwrap_or(tais_proto::Lang::EN);
    let boxes: String = reference
        .member_states()
        .filter(|state| state.code.as_str() != OWN_STATE)
        .map(|state| {
            let code = escape(state.code.as_str());
            let chosen = typed.counterparts.iter().any(|it| it == state.code.as_str());
            let chosen = if chosen { " checked" } else { "" };
            let name = escape(state.title.best(lang).map_or("", |(_, name)| name));
            format!(r#"<label class="choice"><input type="checkbox" name="counterparts" value="{code}"{chosen}>{name}</label>"#)
        })
        .collect();
    let legend = escape(&t.get("field-counterparts"));
    let wrong = field_error(make.errors, "counterparts");
    format!(r#"<fieldset class="field" id="counterparts"><legend>{legend}</legend>{wrong}{boxes}</fieldset>"#)
}

fn promised(make: &Fields<'_>, reference: &Reference, typed: &Typed) -> Vec<String> {
    vec![
        make.area("commitment", &typed.commitment),
        make.text("commitment_due", &typed.commitment_due, Some(10), true),
        make.suggest("commitment_owner", &typed.commitment_owner, organisations(make.t, reference)),
    ]
}

/// Every organisation of the reference data, by code and name.
fn organisations(t: Texts, reference: &Reference) -> impl Iterator<Item = (String, String)> {
    let lang = t.language().tag().parse().unwrap_or(tais_proto::Lang::EN);
    reference
        .organisations()
        .map(move |it| (it.code.to_string(), it.title.best(lang).map_or("", |(_, name)| name).to_owned()))
}

/// Timor-Leste, whose correspondents these are.
const OWN_STATE: &str = "TL";

fn more(
    make: &Fields<'_>,
    pillar: Pillar,
    reference: &Reference,
    typed: &Typed,
    used: &[ItemCode],
) -> Vec<String> {
    let t = make.t;
    let lang = t.language().tag().parse().unwrap_or(tais_proto::Lang::EN);
    let titled = |code: &str, title: &tais_proto::Texts| {
        let text = title.best(lang).map_or(String::new(), |(_, text)| text.to_owned());
        (code.to_owned(), format!("{text} ({code})"))
    };
    let modes = Mode::ALL.iter().map(|mode| (mode.code().to_owned(), t.get(&format!("mode-{mode}"))));
    let states = reference.member_states().map(|state| titled(state.code.as_str(), &state.title));
    let bodies = reference
        .sectoral_bodies()
        .filter(|body| body.pillar.is_none_or(|of| of == pillar))
        .map(|body| titled(body.code.as_str(), &body.title));
    let municipalities = reference.municipalities().map(|it| titled(it.code.as_str(), &it.title));
    let scores =
        GenderScore::ALL.iter().map(|score| (score.code().to_owned(), t.get(&format!("marker-{score}"))));
    vec![
        make.select("mode", &typed.mode, modes),
        make.select("member_state", &typed.member_state, states),
        make.select("municipality", &typed.municipality, municipalities),
        make.select("body", &typed.body, bodies),
        make.suggest("lead", &typed.lead, organisations(t, reference)),
        make.text("partners", &typed.partners, None, false),
        counterparts(make, reference, typed),
        items(make, reference, typed, used),
        make.select("marker", &typed.marker, scores),
        make.text("marker_reason", &typed.marker_reason, None, false),
        make.text("budget", &typed.budget, Some(10), true),
        make.text("source", &typed.source, None, false),
    ]
}
