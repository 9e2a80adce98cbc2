//! `/audit/verify`: the whole record verified from its bytes. An auditor starts it, the page follows it, and
//! how it ended is said in the record.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use askama::Template;
use axum::extract::State;
use axum::response::Redirect;
use serde::Deserialize;
use tais_log::{Log as _, LogError, checkpoint_file};
use tais_proto::event::security::SecurityVerified;
use tais_proto::{AccountId, Pillar, Position, Timestamp};
use tais_web::language::{Arg, Texts};
use tais_web::parts::{Standing, chip};
use tais_web::session::CheckedForm;
use tais_web::{Failure, Frame, NavItem, Page, escape};

use crate::Audit;
use crate::bundle::ENTRIES_MAX;
use crate::routes::render;
use crate::verify::{Figures, Pinned, Wrong, record};

/// How often the page looks while it runs.
const REFRESH_SECONDS: u32 = 2;

/// The verification that runs, or ran last.
#[derive(Clone, Default)]
pub struct Latest(Arc<Mutex<Option<Run>>>);

#[derive(Clone)]
struct Run {
    by: AccountId,
    began: Timestamp,
    progress: Arc<Progress>,
    ended: Option<(Timestamp, Outcome)>,
}

#[derive(Default)]
struct Progress {
    done: AtomicU64,
    of: AtomicU64,
}

/// How it ended.
#[derive(Clone)]
enum Outcome {
    Whole(Box<Figures>),
    /// Where first, and why, in the verifier's own words.
    Altered(u64, String),
    /// Nothing is known: it could not be read.
    Unread(String),
}

impl Latest {
    fn lock(&self) -> MutexGuard<'_, Option<Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins one; `None` while one runs.
    fn begin(&self, by: AccountId, began: Timestamp) -> Option<Arc<Progress>> {
        let mut latest = self.lock();
        if latest.as_ref().is_some_and(|run| run.ended.is_none()) {
            return None;
        }
        let progress = Arc::new(Progress::default());
        *latest = Some(Run { by, began, progress: Arc::clone(&progress), ended: None });
        Some(progress)
    }

    fn end(&self, at: Timestamp, outcome: Outcome) {
        if let Some(run) = &mut *self.lock() {
            run.ended = Some((at, outcome));
        }
    }
}

#[derive(Deserialize)]
pub struct Nothing {}

/// `POST /audit/verify`.
pub async fn begin(
    State(audit): State<Audit>,
    frame: Frame,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Redirect, Failure> {
    let by = frame.person()?.account;
    if let Some(progress) = audit.verification.begin(by, (audit.config.clock)()) {
        tokio::spawn(verify(audit, by, progress));
    }
    Ok(Redirect::to("/audit/verify"))
}

async fn verify(audit: Audit, by: AccountId, progress: Arc<Progress>) {
    let outcome = match run(&audit, &progress).await {
        Ok(Ok(figures)) => Outcome::Whole(Box::new(figures)),
        Ok(Err(wrong)) => Outcome::Altered(wrong.position(), wrong.to_string()),
        Err(error) => {
            tracing::error!(error = &*error as &dyn std::error::Error, "the record was not verified");
            Outcome::Unread(error.to_string())
        }
    };
    if let Err(error) = say(&audit, by, &outcome).await {
        tracing::error!(error = format!("{error:#}"), "that the record was verified is not in the record");
    }
    audit.verification.end((audit.config.clock)(), outcome);
}

/// What kept it from being verified: the log, or a checkpoint file that is there and cannot be read. Without it a
/// tail that was cut off would not be missed, so nobody goes on without.
type Unread = Box<dyn std::error::Error + Send + Sync>;

async fn run(audit: &Audit, progress: &Progress) -> Result<Result<Figures, Wrong>, Unread> {
    let pinned = Pinned {
        key: audit.config.log_key,
        origin: None,
        checkpoint: checkpoint_file::read(&audit.config.checkpoint)?,
        policy: audit.config.policy.clone(),
    };
    let verified = record(&audit.log, pinned, |done, of| {
        progress.done.store(done, Ordering::Relaxed);
        progress.of.store(of, Ordering::Relaxed);
    });
    Ok(verified.await?)
}

async fn say(audit: &Audit, account: AccountId, outcome: &Outcome) -> Result<(), Failure> {
    let unread = |error: LogError| Failure::internal("reading the log", &error);
    let (position, root, intact) = match outcome {
        Outcome::Whole(figures) => (figures.entries.saturating_sub(1), figures.root, true),
        Outcome::Altered(position, _) => (*position, audit.log.head().await.map_err(unread)?.root, false),
        Outcome::Unread(_) => return Ok(()),
    };
    let root = hex::encode(root);
    let said = audit.verified(SecurityVerified { account, position: Position(position), root, intact }).await;
    said.map_err(|error| Failure::internal("saving", &error))
}

/// `GET /audit/verify`.
pub async fn show(State(audit): State<Audit>, frame: Frame) -> Result<Page, Failure> {
    let t = frame.texts;
    let run = audit.verification.lock().clone();
    // What has proofs: what the newest checkpoint covers.
    let signed = audit.log.last_checkpoint().await.map_err(crate::routes::failed)?;
    let last = signed.map_or(0, |signed| signed.checkpoint().size.saturating_sub(1));
    let is_running = run.as_ref().is_some_and(|run| run.ended.is_none());
    let content = VerifyPage {
        t,
        csrf: frame.csrf.field(),
        verdict: verdict(t, run.as_ref()),
        progress: run.as_ref().filter(|_| is_running).map(|run| {
            (run.progress.done.load(Ordering::Relaxed), run.progress.of.load(Ordering::Relaxed).max(1))
        }),
        facts: run.as_ref().map(|run| facts(&frame, run)).unwrap_or_default(),
        first: last.saturating_sub(ENTRIES_MAX - 1),
        last,
    };
    let mut page = Page::new(&frame, t.get("audit-verify-title"), render(&content)?).under(NavItem::History);
    if is_running {
        page.head_extra = format!(r#"<meta http-equiv="refresh" content="{REFRESH_SECONDS}">"#);
    }
    Ok(page)
}

#[derive(Template)]
#[template(path = "verify.html")]
struct VerifyPage {
    t: Texts,
    csrf: String,
    /// The sentence that matters: HTML.
    verdict: String,
    /// Entries done, of how many, while it runs.
    progress: Option<(u64, u64)>,
    facts: Vec<(String, String)>,
    /// Which entries a bundle has if nobody chooses others.
    first: u64,
    last: u64,
}

/// What was found, first and in one sentence.
fn verdict(t: Texts, run: Option<&Run>) -> String {
    let sentence = |(standing, found): (Standing, &str), key: &str, values: &[(&str, Arg)], more: &str| {
        let more = if more.is_empty() {
            String::new()
        } else {
            // The verifier's own words, as the command prints them.
            format!(r#" <span lang="en">{}</span>"#, escape(more))
        };
        let said = chip(standing, &t.get(found));
        format!(r#"<p class="notice" role="status">{said} {}{more}</p>"#, escape(&t.with(key, values)))
    };
    match run.map(|run| run.ended.as_ref().map(|(_, outcome)| outcome)) {
        None => format!(r#"<p class="notice">{}</p>"#, escape(&t.get("audit-verify-never"))),
        Some(None) => {
            format!(r#"<p class="notice" role="status">{}</p>"#, escape(&t.get("audit-verify-runs")))
        }
        Some(Some(Outcome::Whole(figures))) => sentence(
            (Standing::Ok, "audit-verify-is-whole"),
            "audit-verify-whole",
            &[("entries", figures.entries.into())],
            "",
        ),
        Some(Some(Outcome::Altered(position, why))) => sentence(
            (Standing::Bad, "audit-verify-is-altered"),
            "audit-verify-altered",
            &[("position", (*position).into())],
            why,
        ),
        Some(Some(Outcome::Unread(why))) => {
            sentence((Standing::Bad, "audit-verify-is-unread"), "audit-verify-unread", &[], why)
        }
    }
}

fn facts(frame: &Frame, run: &Run) -> Vec<(String, String)> {
    let t = frame.texts;
    let number = |number: usize| t.format_number(i64::try_from(number).unwrap_or(i64::MAX));
    let long = |number: u64| t.format_number(i64::try_from(number).unwrap_or(i64::MAX));
    let mut facts = vec![(t.get("audit-verify-began"), t.format_time(run.began.to_utc()))];
    if let Some((at, _)) = &run.ended {
        facts.push((t.get("audit-verify-ended"), t.format_time(at.to_utc())));
    }
    let reader = frame.signed_in.as_ref().filter(|reader| reader.account == run.by);
    facts.push((
        t.get("audit-actor"),
        reader.map_or_else(|| run.by.to_string(), |reader| reader.name.clone()),
    ));
    let Some((_, Outcome::Whole(figures))) = &run.ended else { return facts };
    facts.push((t.get("audit-verify-entries"), long(figures.entries)));
    facts.push((t.get("audit-verify-streams"), number(figures.streams)));
    facts.push((t.get("audit-verify-keys"), number(figures.keys)));
    facts.push((t.get("audit-verify-checkpoints"), number(figures.checkpoints)));
    facts.push((t.get("audit-verify-signed"), long(figures.signed)));
    if figures.witnessed > 0 {
        facts.push((t.get("audit-verify-witnessed"), long(figures.witnessed)));
    }
    for (pillar, entries) in &figures.by_pillar {
        let name = pillar
            .map_or_else(|| t.get("audit-verify-no-pillar"), |it: Pillar| t.get(&format!("pillar-{it}")));
        facts.push((name, long(*entries)));
    }
    for (key, first, last) in &figures.gaps {
        facts.push((t.get("audit-verify-gap"), format!("{key} #{first}–{last}")));
    }
    facts.push((t.get("audit-verify-root"), hex::encode(figures.root)));
    facts
}
