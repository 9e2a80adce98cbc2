//! The sample year: the real, sourced activities first, then invented ones that show a year of work.
//! All of it goes through the real pipeline, as the correspondents would send it.

mod forum;
mod records;
mod sample;

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use tais_bus::{NewEvents, Outbox};
use tais_correspondent::Correspondent;
use tais_correspondent::import::{self, Files};
use tais_correspondent::intake::Submission;
use tais_correspondent::report;
use tais_domain::activity::{Activity, Command, decide};
use tais_log::{Filter, Log, PostgresLog, system_clock};
use tais_office::vault::Vault;
use tais_proto::event::activity::{ActivityDetails, ActivityParticipationRecorded};
use tais_proto::reference::Reference;
use tais_proto::{AccountId, EventId, Pillar, Position, Quarter, Role, StreamId, StreamKind, StreamRef};
use tais_web::session::SignedIn;
use uuid::Uuid;

const ACTIVITIES: &str = include_str!("../../../../proto/reference/activities/activities.csv");
const COUNTS: &str = include_str!("../../../../proto/reference/activities/activities-counts.csv");
const ALTERNATES: &str = include_str!("../../../../proto/reference/activities/activities-alternates.csv");

/// How long all of it may take to be recorded.
const RECORD_WAIT: Duration = Duration::from_secs(300);
/// How often the outboxes are looked at.
const LOOK: Duration = Duration::from_millis(25);

/// One activity to send.
struct Report {
    submission: EventId,
    details: ActivityDetails,
    participation: Option<ActivityParticipationRecorded>,
}

/// Whether the log holds no activity yet, in a record that is marked as sample.
///
/// # Errors
/// When the log cannot be read.
pub async fn is_wanted(log: &PostgresLog) -> anyhow::Result<bool> {
    let genesis = log.read_one(Position(0)).await?.context("the log has no genesis")?;
    let sample =
        matches!(genesis.envelope()?.event, tais_proto::Event::RegistryGenesis(genesis) if genesis.sample);
    let activities = Filter { kind: Some(StreamKind::Activity), ..Filter::default() };
    Ok(sample && log.read_from(Position(0), 1, &activities).await?.entries.is_empty())
}

/// Sends everything and waits until it is recorded. Sending it again changes nothing.
///
/// # Errors
/// When a row is refused, or the record does not take it in time.
pub async fn fill(
    correspondents: &[Correspondent],
    (office, vault): (&Outbox, &Vault),
    accounts: &[SignedIn],
    reference: &Reference,
) -> anyhow::Result<()> {
    let today = system_clock()().dili_date();
    let mut reports = imported(reference)?;
    reports.extend(sample::year(today)?);
    let style = ProgressStyle::with_template("{msg:32} {wide_bar} {pos}/{len}")?;
    let bar =
        ProgressBar::new(reports.len() as u64).with_style(style).with_message("sending the sample year");
    let mut streams: HashMap<Pillar, Vec<StreamId>> = HashMap::new();
    for report in reports {
        let pillar = report.details.pillar;
        let stream = send(correspondent(correspondents, pillar)?, accounts, report).await?;
        streams.entry(pillar).or_default().push(stream);
        bar.inc(1);
    }
    bar.set_message("recording");
    for correspondent in correspondents {
        recorded(correspondent.intake().outbox()).await?;
    }
    bar.set_message("validating");
    validate(correspondents, &streams, office, accounts, reference, today).await?;
    let director = account(accounts, Role::Director, None)?;
    records::say(office, director, reference, today).await?;
    forum::say(office, vault, director, today).await?;
    recorded(office).await?;
    bar.finish_and_clear();
    Ok(())
}

fn correspondent(correspondents: &[Correspondent], pillar: Pillar) -> anyhow::Result<&Correspondent> {
    let found = correspondents.iter().find(|correspondent| correspondent.intake().pillar() == pillar);
    found.with_context(|| format!("there is no correspondent of {pillar}"))
}

fn account(accounts: &[SignedIn], role: Role, pillar: Option<Pillar>) -> anyhow::Result<AccountId> {
    let person = accounts.iter().find(|person| person.role == role && person.pillar == pillar);
    Ok(person.with_context(|| format!("there is no account of role {role}"))?.account)
}

/// The real activities, by the import path. Every row goes in, or the demo says which does not.
fn imported(reference: &Reference) -> anyhow::Result<Vec<Report>> {
    let files = Files { activities: ACTIVITIES, counts: COUNTS, alternates: ALTERNATES };
    let rows = import::read(files, reference)?.into_iter().map(|row| match row {
        Ok(row) => {
            Ok(Report { submission: row.submission, details: row.details, participation: row.participation })
        }
        Err(refused) => bail!(
            "activities.csv, line {}, {}, column {}: {}",
            refused.line,
            refused.reference,
            refused.column,
            refused.problem
        ),
    });
    rows.collect()
}

async fn send(
    correspondent: &Correspondent,
    accounts: &[SignedIn],
    report: Report,
) -> anyhow::Result<StreamId> {
    let intake = correspondent.intake();
    let actor = account(accounts, Role::Correspondent, Some(intake.pillar()))?;
    let submission = Submission { id: report.submission, actor, time: system_clock()() };
    let reference = report.details.external_ref.clone().unwrap_or_default();
    let sent =
        intake.report(submission, report::Report::new(report.details, report.participation, true)).await;
    Ok(sent.with_context(|| format!("activity {reference} was refused"))?.0)
}

/// Waits until nothing in an outbox is on its way; what was refused ends the wait with its reason.
async fn recorded(outbox: &Outbox) -> anyhow::Result<()> {
    let wait = async {
        loop {
            let open = outbox.open_items().await?;
            if let Some(stuck) = open.iter().find(|item| !item.is_pending()) {
                bail!("{} was not recorded: {:?}", stuck.event.event_type().as_str(), stuck.state);
            }
            if open.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(RECORD_WAIT, wait)
        .await
        .context("the record did not take the sample year in time")?
}

/// The Directorate validates what lies before this quarter, and a part of what does not.
async fn validate(
    correspondents: &[Correspondent],
    streams: &HashMap<Pillar, Vec<StreamId>>,
    office: &Outbox,
    accounts: &[SignedIn],
    reference: &Reference,
    today: time::Date,
) -> anyhow::Result<()> {
    let director = account(accounts, Role::Director, None)?;
    for (pillar, ids) in streams {
        let intake = correspondent(correspondents, *pillar)?.intake();
        for (index, id) in ids.iter().enumerate() {
            let Some(view) = intake.activity(*id).await? else { continue };
            let this_quarter =
                view.activity.details.starts.is_some_and(|starts| starts.quarter() >= Quarter::of(today));
            if this_quarter && index % 2 == 1 {
                continue;
            }
            let events = validation(&view.activity, director, reference)?;
            office.save(&decided(*id, &view.activity, director, events)).await?;
        }
    }
    Ok(())
}

fn validation(
    activity: &Activity,
    director: AccountId,
    reference: &Reference,
) -> anyhow::Result<Vec<tais_proto::Event>> {
    let command = Command::Validate(activity.revision, None);
    decide(Some(activity), command, director, reference).context("the Directorate cannot validate")
}

fn decided(id: StreamId, activity: &Activity, actor: AccountId, events: Vec<tais_proto::Event>) -> NewEvents {
    let events: Vec<_> = events.into_iter().map(|event| (EventId(Uuid::now_v7()), event)).collect();
    NewEvents {
        stream: StreamRef { kind: StreamKind::Activity, id },
        base_version: activity.version,
        actor,
        correlation: id.0,
        causation: None,
        time: system_clock()(),
        asked: None,
        events,
    }
}
