//! The sample's Forum: invented sessions, members and mentorships. Its people go into the vault like
//! anybody's, so that the sample shows who may see a name and who may not.

use anyhow::Context as _;
use tais_bus::{NewEvents, Outbox};
use tais_log::system_clock;
use tais_office::vault::{Person, Vault};
use tais_proto::event::activity::{ParticipationCount, Venue};
use tais_proto::event::forum::*;
use tais_proto::vocabulary::{ActivityKind, AgeBand, ParticipantRole, Sex};
use tais_proto::when::PartialDate;
use tais_proto::{AccountId, Event, EventId, PersonId, Pillar, Quantity, StreamId, StreamKind, StreamRef};
use time::{Date, Duration};

use super::records::text;
use super::sample::submission;

/// Invented people, with the pillar of their work.
const PEOPLE: [(&str, &str, Option<Pillar>); 4] = [
    ("Sample: Amália da Costa", "amalia@example.org", Some(Pillar::Apsc)),
    ("Sample: Beatriz Soares", "beatriz@example.org", Some(Pillar::Aec)),
    ("Sample: Celeste Amaral", "celeste@example.org", Some(Pillar::Ascc)),
    ("Sample: Domingas Belo", "domingas@example.org", None),
];

/// Enters the people and says the rest. Doing it again changes nothing.
///
/// # Errors
/// When the vault or the disk does not take it.
pub async fn say(office: &Outbox, vault: &Vault, director: AccountId, today: Date) -> anyhow::Result<()> {
    let day = |days: i64| today.saturating_sub(Duration::days(days));
    let mut people = Vec::new();
    for ((name, contact, pillar), joined) in PEOPLE.into_iter().zip([300, 280, 200, 90]) {
        let id = PersonId(submission(name, today).0);
        vault.enter(id, &Person { name: name.to_owned(), contact: contact.to_owned() }).await?;
        save(office, director, id.0, vec![ForumMemberJoined { person: id, on: day(joined), pillar }.into()])
            .await?;
        people.push(id);
    }
    let sessions = [
        ("Forum: speaking for a delegation", ActivityKind::Training, 250, 21, 3),
        ("Forum: drafting a joint communiqué", ActivityKind::Workshop, 120, 17, 5),
        ("Forum: open session with mentors", ActivityKind::ForumSession, 30, 34, 8),
    ];
    for (title, kind, days, women, men) in sessions {
        let held = ForumSessionHeld {
            title: text(title),
            kind,
            starts: PartialDate::Day(day(days)),
            ends: None,
            venue: Some(Venue {
                place: None,
                municipality: None,
                city: Some("Dili".to_owned()),
                country: None,
            }),
            counts: vec![attended(Sex::Female, women), attended(Sex::Male, men)],
        };
        save(office, director, submission(title, today).0, vec![held.into()]).await?;
    }
    if let [mentor, first, second, ..] = people[..] {
        let started = |mentee, on| ForumMentorshipStarted { mentor, mentee, on };
        let completed = ForumMentorshipCompleted {
            mentor,
            mentee: first,
            on: day(60),
            outcome: text("Led a delegation of her own"),
        };
        let ended = vec![started(first, day(240)).into(), completed.into()];
        save(office, director, submission("mentorship 1", today).0, ended).await?;
        save(office, director, submission("mentorship 2", today).0, vec![started(second, day(150)).into()])
            .await?;
    }
    Ok(())
}

fn attended(sex: Sex, number: u32) -> ParticipationCount {
    let count = Quantity::exact(number);
    ParticipationCount { role: ParticipantRole::Participant, sex, age: AgeBand::Unknown, count }
}

async fn save(office: &Outbox, actor: AccountId, id: uuid::Uuid, events: Vec<Event>) -> anyhow::Result<()> {
    // The first event has the stream's id, the next one that follows from it.
    let ids = (0..).map(|n: u128| EventId(uuid::Uuid::from_u128(id.as_u128() + n)));
    let new = NewEvents {
        stream: StreamRef { kind: StreamKind::Forum, id: StreamId(id) },
        base_version: 0,
        actor,
        correlation: id,
        causation: None,
        time: system_clock()(),
        asked: None,
        events: ids.zip(events).collect(),
    };
    office.save(&new).await.context("the sample's Forum")?;
    Ok(())
}
