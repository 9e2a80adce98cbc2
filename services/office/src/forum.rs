//! `/forum`: the Women in Leadership and Diplomacy Forum on one page: sessions, members, mentorships. The
//! record holds ids; names come from the vault, for those who may know them.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use tais_domain::admission::StreamState;
use tais_domain::forum::{About, Forum};
use tais_proto::event::activity::ParticipationCount;
use tais_proto::event::forum::ForumSessionHeld;
use tais_proto::vocabulary::Sex;
use tais_proto::{EventType as E, PartialDate, PersonId, Role, StreamId};
use tais_web::language::{Arg, Texts};
use tais_web::records::{Act, Kind, Typed, words};
use tais_web::{Failure, Frame, NavItem, Page};

use crate::Office;
use crate::at::AsOf;
use crate::desk::DeskError;
use crate::pages::period;
use crate::records::{self, Record, may_say};
use crate::routes::{as_of_page, failure, render};
use crate::vault::{People, Person, VaultError};

/// Who may know who somebody is: those who enter them.
pub const NAMES_FOR: [Role; 2] = [Role::Director, Role::Office];

pub fn router() -> Router<Office> {
    Router::new().route("/forum", get(show))
}

impl Office {
    /// Who everybody is; `None` where this reader may not know.
    pub(crate) async fn people(&self, frame: &Frame) -> Result<Option<People>, Failure> {
        let knows = frame.signed_in.as_ref().is_some_and(|person| NAMES_FOR.contains(&person.role));
        if !knows {
            return Ok(None);
        }
        let people = self.vault.people().await;
        people.map(Some).map_err(|error| Failure::internal("reading the vault", &error))
    }

    /// What this reader may call people.
    pub(crate) async fn names(&self, frame: &Frame) -> Result<Names, Failure> {
        let erased = self.vault.erased().await;
        let erased = erased.map_err(|error| Failure::internal("reading the vault", &error))?;
        Ok(Names { people: self.people(frame).await?, erased })
    }

    /// Those who can be chosen, by name.
    pub(crate) async fn by_name(&self, frame: &Frame) -> Result<Vec<(PersonId, String)>, Failure> {
        let people = self.people(frame).await?.unwrap_or_default();
        let mut people: Vec<_> = people.into_iter().map(|(id, person)| (id, person.name)).collect();
        people.sort_by_key(|(_, name)| name.to_lowercase());
        Ok(people)
    }

    /// Enters somebody into the vault.
    pub(crate) async fn enter(&self, t: Texts, id: PersonId, person: &Person) -> Result<(), Failure> {
        self.vault.enter(id, person).await.map_err(|error| match error {
            VaultError::Taken(_) => Failure::Conflict(t.get("correspondent-id-reused")),
            error => Failure::internal("writing into the vault", &error),
        })
    }
}

/// What a form of the Forum means: the id in place of a name, which goes into the vault, and the pair of
/// a mentorship that ends. Forms of other kinds mean what was typed.
pub async fn meant(
    office: &Office,
    act: &Act,
    typed: &Typed,
    stream: StreamId,
) -> Result<(Typed, Option<Person>), Failure> {
    let mut meant = typed.clone();
    let said = |name: &str| typed.get(name).map_or("", |text| text.trim()).to_owned();
    match act.event {
        E::ForumMemberJoined if !said("person").is_empty() => {
            meant.insert("person".to_owned(), stream.to_string());
            Ok((meant, Some(Person { name: said("person"), contact: said("contact") })))
        }
        E::ForumErasureAsked | E::ForumPersonErased => {
            meant.insert("person".to_owned(), stream.to_string());
            Ok((meant, None))
        }
        E::ForumMentorshipCompleted => {
            let state = office.desk.state(stream).await;
            let state = state.map_err(|error: DeskError| Failure::internal("reading a stream", &error))?;
            if let Some(StreamState::Forum(forum)) = state
                && let About::Mentorship { started, .. } = forum.about
            {
                meant.insert("mentor".to_owned(), started.mentor.to_string());
                meant.insert("mentee".to_owned(), started.mentee.to_string());
            }
            Ok((meant, None))
        }
        _ => Ok((meant, None)),
    }
}

/// What a reader may call people.
pub struct Names {
    /// Who they are; `None` where this reader may not know.
    people: Option<People>,
    erased: BTreeSet<PersonId>,
}

impl Names {
    /// The name of somebody, the end of their id, or that they were erased.
    fn of(&self, t: Texts, id: PersonId) -> String {
        match &self.people {
            _ if self.erased.contains(&id) => t.get("forum-erased"),
            None => words::person(t, id),
            Some(people) => people.get(&id).map_or_else(|| t.get("forum-erased"), |it| it.name.clone()),
        }
    }

    fn contact(&self, id: PersonId) -> String {
        let person = self.people.as_ref().and_then(|people| people.get(&id));
        person.map_or_else(String::new, |person| person.contact.clone())
    }
}

/// What a membership or a mentorship is called.
pub fn title(t: Texts, forum: &Forum, names: &Names) -> Option<String> {
    match &forum.about {
        About::Session { .. } => None,
        About::Member { joined, .. } => Some(names.of(t, joined.person)),
        About::Mentorship { started, .. } => {
            Some(words::pair(t, &names.of(t, started.mentor), &names.of(t, started.mentee)))
        }
    }
}

/// The sentence that matters: when, and where.
pub fn lead(t: Texts, forum: &Forum) -> String {
    let since = |on| t.with("forum-since", &[("date", t.format_date(on).into())]);
    match &forum.about {
        About::Session { held } => when_and_where(t, held),
        About::Member { joined, .. } => since(joined.on),
        About::Mentorship { started, completed: None } => since(started.on),
        About::Mentorship { started, completed: Some(ended) } => {
            period(t, PartialDate::Day(started.on), Some(PartialDate::Day(ended.on)))
        }
    }
}

fn when_and_where(t: Texts, held: &ForumSessionHeld) -> String {
    let days = period(t, held.starts, held.ends);
    let city = held.venue.as_ref().and_then(|venue| venue.city.as_ref());
    city.map_or_else(|| days.clone(), |city| format!("{days}, {city}"))
}

struct Session {
    url: String,
    lang: String,
    title: String,
    kind: String,
    when: String,
    attendances: String,
}

struct Member {
    url: String,
    name: String,
    contact: String,
    pillar: String,
    since: String,
}

struct Mentorship {
    url: String,
    pair: String,
    when: String,
    state: String,
}

#[derive(Template)]
#[template(path = "forum.html")]
struct ForumPage {
    t: Texts,
    lead: String,
    /// Whether names and contacts stand on the page.
    named: bool,
    may: [bool; 3],
    sessions: Vec<Session>,
    members: Vec<Member>,
    mentorships: Vec<Mentorship>,
}

async fn show(
    State(office): State<Office>,
    Query(as_of): Query<AsOf>,
    frame: Frame,
) -> Result<Page, Failure> {
    let t = frame.texts;
    let moment = office.moment(&as_of, &frame).await?;
    let records = records::all(office.log.pool(), Kind::Forum, moment.position, None).await;
    let records = records.map_err(|error| failure(t, &error))?;
    let names = office.names(&frame).await?;
    let may = [E::ForumSessionHeld, E::ForumMemberJoined, E::ForumMentorshipStarted]
        .map(|event| !moment.frozen && may_say(&frame, event));
    let content = ForumPage::new(t, &records, &names, may);
    let mut page = as_of_page(&office, &frame, moment, t.get("forum-title"), render(&content)?).await?;
    page.live = None;
    Ok(page.under(NavItem::Forum))
}

impl ForumPage {
    fn new(t: Texts, records: &[Record], names: &Names, may: [bool; 3]) -> Self {
        let mut page = Self {
            t,
            lead: String::new(),
            named: names.people.is_some(),
            may,
            sessions: Vec::new(),
            members: Vec::new(),
            mentorships: Vec::new(),
        };
        let mut all: Vec<(&Record, &Forum)> = records
            .iter()
            .filter_map(|record| match &record.state {
                StreamState::Forum(forum) => Some((record, &**forum)),
                _ => None,
            })
            .collect();
        all.sort_by_key(|(_, forum)| std::cmp::Reverse(first_day(forum)));
        for (record, forum) in all {
            page.add(record, forum, names);
        }
        let lasting = records.iter().filter(|record| record.open).count();
        let values = [
            ("sessions", Arg::from(page.sessions.len())),
            ("members", Arg::from(page.members.len())),
            ("lasting", Arg::from(lasting)),
        ];
        page.lead = t.with("forum-lead", &values);
        page
    }

    fn add(&mut self, record: &Record, forum: &Forum, names: &Names) {
        let t = self.t;
        let url = format!("/forum/{}", record.id);
        let (lang, plain) = words::title(t, &record.state);
        let title = title(t, forum, names).unwrap_or(plain);
        match &forum.about {
            About::Session { held } => self.sessions.push(Session {
                url,
                lang,
                title,
                kind: t.get(&format!("kind-{}", held.kind)),
                when: when_and_where(t, held),
                attendances: women_of(t, &held.counts),
            }),
            About::Member { joined, .. } => self.members.push(Member {
                url,
                name: title,
                contact: names.contact(joined.person),
                pillar: joined.pillar.map(words::pillar).unwrap_or_default(),
                since: t.format_date(joined.on),
            }),
            About::Mentorship { .. } => self.mentorships.push(Mentorship {
                url,
                pair: title,
                when: lead(t, forum),
                state: t.get(if forum.is_open() { "record-state-lasting" } else { "record-state-completed" }),
            }),
        }
    }
}

fn first_day(forum: &Forum) -> time::Date {
    match &forum.about {
        About::Session { held } => held.starts.earliest(),
        About::Member { joined, .. } => joined.on,
        About::Mentorship { started, .. } => started.on,
    }
}

/// `24 of 33`; nothing where nobody was counted.
fn women_of(t: Texts, counts: &[ParticipationCount]) -> String {
    let sum = |wanted: &dyn Fn(Sex) -> bool| -> i64 {
        counts.iter().filter(|cell| wanted(cell.sex)).map(|cell| i64::from(cell.count.number)).sum()
    };
    match sum(&|_| true) {
        0 => String::new(),
        all => t.with(
            "office-of",
            &[("part", Arg::from(sum(&|sex| sex == Sex::Female))), ("whole", Arg::from(all))],
        ),
    }
}
