//! How far a commit is, as a page.

use askama::Template;
use tais_proto::Pillar;
use tais_web::language::{Arg, Texts};
use tais_web::parts::{Standing, chip};
use tais_web::session::Csrf;
use uuid::Uuid;

use crate::import::commit::Progress;

struct State {
    chip: String,
    count: String,
}

/// How far a commit is.
#[derive(Template)]
#[template(path = "import_progress.html")]
pub(super) struct ProgressPage {
    t: Texts,
    url: String,
    pillar: &'static str,
    title: String,
    lead: String,
    csrf: String,
    states: Vec<State>,
    interrupted: bool,
    look_again: bool,
}

/// Every state a chosen row can be in, from the beginning of its way to its ends.
const STATES: [(&str, Standing); 11] = [
    ("waiting", Standing::Plain),
    ("saved", Standing::Plain),
    ("received", Standing::Plain),
    ("recorded", Standing::Ok),
    ("unchanged", Standing::Ok),
    ("stale", Standing::Risk),
    ("wrong", Standing::Bad),
    ("held", Standing::Risk),
    ("abandoned", Standing::Risk),
    ("refused", Standing::Bad),
    ("quarantined", Standing::Bad),
];

impl ProgressPage {
    pub fn new(t: Texts, pillar: Pillar, id: Uuid, name: &str, progress: &Progress, csrf: &Csrf) -> Self {
        let waits = progress.count("waiting");
        let interrupted = !progress.is_running && waits > 0;
        let title = match (interrupted, progress.is_waiting()) {
            (true, _) => t.get("import-interrupted-title"),
            (_, true) => t.get("import-working-title"),
            _ => t.get("import-done-title"),
        };
        let state = |(code, standing): &(&str, Standing)| {
            let count = progress.count(code);
            let key = if t.has(&format!("item-{code}")) { "item" } else { "import-fate" };
            let chip = chip(*standing, &t.get(&format!("{key}-{code}")));
            (count > 0)
                .then(|| State { chip, count: t.format_number(i64::try_from(count).unwrap_or(i64::MAX)) })
        };
        Self {
            url: format!("/{pillar}/import/{id}"),
            pillar: pillar.code(),
            title,
            lead: t.with(
                "import-progress-lead",
                &[("name", Arg::from(name)), ("count", Arg::from(progress.choices.len()))],
            ),
            csrf: csrf.field(),
            states: STATES.iter().filter_map(state).collect(),
            interrupted,
            look_again: progress.count("stale") + progress.count("wrong") > 0,
            t,
        }
    }

    pub fn title(&self) -> &str {
        &self.title
    }
}
