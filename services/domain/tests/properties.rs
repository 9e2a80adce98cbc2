//! What holds in every history, whoever wants whatever in whatever order.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use support::commands::{Wish, commitment_command, wishes};
use support::*;
use tais_domain::activity::Command;
use tais_domain::admission::{StreamState, admit};
use tais_domain::forum::{About, Erasure};
use tais_domain::measure::{Cell, Measure, Share, contributions};
use tais_domain::{Activity, Refusal, Registry, activity, commitment};
use tais_proto::event::activity::*;
use tais_proto::event::commitment::CommitmentMade;
use tais_proto::event::forum::*;
use tais_proto::event::indicator::{IndicatorCorrected, IndicatorMeasured, IndicatorValue};
use tais_proto::event::registry::RegistryRoleGranted;
use tais_proto::{
    AccountId, Date, Envelope, Event, EventId, PartialDate, PersonId, Pillar, Position, Publisher, Role,
    Texts,
};
use time::Month;
use uuid::Uuid;

/// Four people who hold every role, so that nothing is refused for want of one.
const PEOPLE: [AccountId; 4] = [
    AccountId(Uuid::from_u128(101)),
    AccountId(Uuid::from_u128(102)),
    AccountId(Uuid::from_u128(103)),
    AccountId(Uuid::from_u128(104)),
];

static ALL_ROLES: LazyLock<Registry> = LazyLock::new(|| {
    let mut registry = REGISTRY.clone();
    let grants = [
        (Role::Correspondent, Some(Pillar::Apsc)),
        (Role::Correspondent, Some(Pillar::Ascc)),
        (Role::Director, None),
        (Role::Office, None),
    ];
    for account in PEOPLE {
        for (role, pillar) in grants {
            let approved_by = Some(SECOND_ADMINISTRATOR);
            let granted = RegistryRoleGranted { account, role, pillar, approved_by };
            let version = registry.version() + 1;
            let envelope =
                envelope(Publisher::Office, ADMINISTRATOR, registry_stream(), version, granted.into());
            registry.apply(Position(u64::from(version)), &envelope).unwrap();
        }
    }
    registry
});

/// The event that a command means, whether or not it is allowed: what a stolen outbox could send.
fn event_of(state: Option<&Activity>, command: Command) -> Event {
    match command {
        Command::Report(details) => ActivityReported { details }.into(),
        Command::Revise(details, reason) => {
            let corrects = state.and_then(|activity| activity.status.validation());
            ActivityRevised { details, reason, corrects }.into()
        }
        Command::RecordParticipation(participation) => participation.into(),
        Command::AttachDocument(document) => ActivityDocumentAttached { document }.into(),
        Command::RecordOutcome(outcome) => ActivityOutcomeRecorded { outcome }.into(),
        Command::Submit(note) => {
            ActivitySubmitted { revision: state.map_or(1, |activity| activity.revision), note }.into()
        }
        Command::Return(revision, reason) => ActivityReturned { revision, reason }.into(),
        Command::Validate(revision, note) => ActivityValidated { revision, note }.into(),
        Command::Acknowledge(revision) => ActivityAcknowledged { revision }.into(),
        Command::Withdraw(reason) => ActivityWithdrawn { reason }.into(),
    }
}

/// Over whose outbox it goes: the office's steps over the office's, the rest over the pillar's own.
fn publisher_of(story: &Story, event: &Event) -> Publisher {
    match (event, &story.state) {
        (Event::ActivityReturned(_) | Event::ActivityValidated(_) | Event::ActivityAcknowledged(_), _) => {
            Publisher::Office
        }
        (_, Some(state)) => state.pillar().unwrap().into(),
        (Event::ActivityReported(reported), None) => reported.details.pillar.into(),
        (_, None) => Publisher::Apsc,
    }
}

fn activity_of(story: &Story) -> Option<&Activity> {
    story.state.as_ref().map(|_| story.activity())
}

/// What became of a wish.
enum Came {
    Recorded,
    AlreadySo,
    Refused(Refusal),
}

/// Decides, asks the gate as well, and takes in what is admitted. The gate and `decide` must agree.
fn wish_for(story: &mut Story, person: usize, wish: &Wish) -> Came {
    let (state, actor) = (activity_of(story), PEOPLE[person]);
    let command = wish.command(state);
    let meant = event_of(state, command.clone());
    let decided = activity::decide(state, command, actor, &REFERENCE);
    let envelope = story.next(publisher_of(story, &meant), actor, meant.clone());
    let gate = admit(story.state.as_ref(), &envelope, &ALL_ROLES, &REFERENCE);
    match decided {
        Ok(events) if events.is_empty() => Came::AlreadySo,
        Ok(events) => {
            assert_eq!(events, [meant], "decide says what the command means");
            assert_eq!(gate, Ok(()), "the gate refuses what decide emits");
            // `take` evolves; what decide emits, evolve never refuses.
            story.take(envelope);
            Came::Recorded
        }
        Err(refusal) => {
            assert_eq!(gate, Err(refusal.clone()), "the gate and decide refuse for the same reason");
            Came::Refused(refusal)
        }
    }
}

fn tell(wishes: &[(usize, Wish)]) -> Story {
    let mut story = Story::new(1);
    for (person, wish) in wishes {
        wish_for(&mut story, *person, wish);
    }
    story
}

fn fold(history: &[Envelope]) -> Option<StreamState> {
    history.iter().fold(None, |state, envelope| Some(StreamState::evolve(state, envelope).unwrap()))
}

/// The sums that a projector keeps: what is no longer so is taken out, what is now so is put in.
#[derive(Default)]
struct Cube(BTreeMap<Cell, i64>);

impl Cube {
    fn add(&mut self, activity: Option<&Activity>, sign: i64) {
        for (cell, number) in activity.map(|a| contributions(a, &REFERENCE)).unwrap_or_default() {
            *self.0.entry(cell).or_default() += sign * number;
        }
        self.0.retain(|_, number| *number != 0);
    }

    fn total(&self, measure: Measure) -> i64 {
        self.0.iter().filter(|(cell, _)| cell.measure == measure).map(|(_, number)| number).sum()
    }
}

proptest! {
    #[test]
    fn decide_and_the_gate_agree_and_every_history_folds(wishes in wishes()) {
        let story = tell(&wishes);
        prop_assert_eq!(story.version() as usize, story.history.len());
        prop_assert_eq!(fold(&story.history), story.state);
    }

    #[test]
    fn a_replay_gives_the_same_from_the_same_bytes(wishes in wishes()) {
        let story = tell(&wishes);
        let read_again = |envelope: &Envelope| Envelope::parse(&envelope.to_bytes().unwrap()).unwrap();
        let reread: Vec<_> = story.history.iter().map(read_again).collect();
        prop_assert_eq!(&reread, &story.history);
        prop_assert_eq!(fold(&reread), story.state.clone());
        // A read model that is kept as JSON is the same state.
        if let Some(activity) = activity_of(&story) {
            let json = serde_json::to_string(activity).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Activity>(&json).unwrap(), activity);
        }
    }

    #[test]
    fn nobody_validates_what_they_submitted_or_wrote(wishes in wishes()) {
        let story = tell(&wishes);
        let (mut submitter, mut content) = (None, 0);
        for envelope in &story.history {
            match &envelope.event {
                Event::ActivitySubmitted(submitted) => {
                    prop_assert_eq!(submitted.revision, content);
                    submitter = Some(envelope.actor);
                }
                Event::ActivityValidated(validated) => {
                    prop_assert_ne!(Some(envelope.actor), submitter);
                    prop_assert_ne!(envelope.actor, story.history[0].actor);
                    prop_assert_eq!(validated.revision, content, "validated is what was read and stands");
                }
                Event::ActivityReturned(_) | Event::ActivityAcknowledged(_) | Event::ActivityWithdrawn(_) => {}
                _ => content = envelope.stream_version,
            }
        }
        if let Some(activity) = activity_of(&story) {
            prop_assert_eq!(activity.author, story.history[0].actor);
            prop_assert_eq!(activity.revision, content);
        }
    }

    #[test]
    fn what_is_withdrawn_never_changes(before in wishes(), after in wishes()) {
        let mut story = tell(&before);
        prop_assume!(story.state.is_some());
        wish_for(&mut story, 0, &Wish::Withdraw("entered twice".into()));
        let withdrawn = story.clone();
        prop_assert_eq!(withdrawn.activity().status.code(), "withdrawn");
        prop_assert!(contributions(withdrawn.activity(), &REFERENCE).is_empty());
        for (person, wish) in &after {
            match wish_for(&mut story, *person, wish) {
                Came::Refused(refusal) => prop_assert_eq!(refusal.rule.code(), "closed"),
                Came::AlreadySo => {}
                Came::Recorded => prop_assert!(false, "{wish:?} was recorded"),
            }
        }
        prop_assert_eq!(story.state, withdrawn.state);
    }

    #[test]
    fn sums_of_differences_are_the_sum_of_what_stands(
        streams in prop::collection::vec(wishes(), 1..4),
        order in prop::collection::vec(0..4_usize, 0..60),
    ) {
        let mut stories: Vec<_> = (0..streams.len()).map(|n| Story::new(n as u128)).collect();
        let mut wishes: Vec<_> = streams.iter().map(|wishes| wishes.iter()).collect();
        let mut cube = Cube::default();
        // Streams take turns in any order; what is left over comes one stream after the other.
        let rest = (0..streams.len()).flat_map(|n| std::iter::repeat_n(n, 30));
        for turn in order.into_iter().chain(rest) {
            let n = turn % streams.len();
            let Some((person, wish)) = wishes[n].next() else { continue };
            let before = activity_of(&stories[n]).cloned();
            wish_for(&mut stories[n], *person, wish);
            cube.add(before.as_ref(), -1);
            cube.add(activity_of(&stories[n]), 1);
            prop_assert!(cube.0.values().all(|number| *number > 0), "{:?}", cube.0);
        }
        let mut stands = Cube::default();
        stories.iter().for_each(|story| stands.add(activity_of(story), 1));
        prop_assert_eq!(&cube.0, &stands.0);
        prop_assert_eq!(cube.total(Measure::SexStated) + cube.total(Measure::SexMissing), cube.total(Measure::Activities));
        prop_assert!(cube.total(Measure::WpsActivities) <= cube.total(Measure::Activities));
        prop_assert!(cube.total(Measure::MarkerScreened) <= cube.total(Measure::Activities));
        prop_assert!(cube.total(Measure::MarkerFocused) <= cube.total(Measure::MarkerScreened));
        prop_assert!(cube.total(Measure::Coverage) <= 4 * cube.total(Measure::WpsActivities));
    }

    #[test]
    fn an_activity_adds_to_a_cell_once(wishes in wishes()) {
        let story = tell(&wishes);
        let rows = activity_of(&story).map(|activity| contributions(activity, &REFERENCE)).unwrap_or_default();
        let cells: BTreeMap<_, _> = rows.iter().cloned().collect();
        prop_assert_eq!(cells.len(), rows.len(), "a row a cell");
        for (cell, number) in &rows {
            prop_assert!(*number >= 0);
            prop_assert_eq!(cell.item.is_some(), cell.measure == Measure::Coverage);
            prop_assert_eq!(cell.body.is_some(), cell.measure == Measure::BodyActivities);
            prop_assert_eq!(cell.sex.is_some() && cell.role.is_some(), cell.measure == Measure::Attendances);
            prop_assert!(cell.measure == Measure::Attendances || *number == 1);
        }
    }

    /// Even events that were never admitted, in any order and version, end in a state or an error.
    #[test]
    fn folding_anything_never_panics(wishes in wishes(), versions in prop::collection::vec(0..4_u32, 30)) {
        let mut state = None;
        let mut activity = None;
        for ((person, wish), skip) in wishes.iter().zip(versions) {
            let event = event_of(activity.as_ref(), wish.command(activity.as_ref()));
            let version = state.as_ref().map_or(0, StreamState::version) + skip;
            let envelope = envelope(Publisher::Apsc, PEOPLE[*person], Story::new(1).stream, version, event);
            if let Ok(next) = StreamState::evolve(state.clone(), &envelope) {
                prop_assert_eq!(skip, 1, "only the next version follows");
                prop_assert_eq!(next.version(), version);
                if let StreamState::Activity(next) = &next {
                    activity = Some((**next).clone());
                }
                state = Some(next);
            }
        }
    }

    #[test]
    fn a_commitment_keeps_its_promises(commands in prop::collection::vec(commitment_command(), 0..20)) {
        let mut story = Story::new(2);
        let mut first: Option<CommitmentMade> = None;
        for command in commands {
            let state = story.state.as_ref().map(|_| story.commitment().clone());
            match commitment::decide(state.as_ref(), command, &REFERENCE) {
                Ok(events) => {
                    for event in events {
                        let envelope = story.next(Publisher::Apsc, PEOPLE[0], event);
                        prop_assert_eq!(admit(story.state.as_ref(), &envelope, &ALL_ROLES, &REFERENCE), Ok(()));
                        story.take(envelope);
                    }
                    let now = story.commitment();
                    prop_assert_eq!(&now.made, first.get_or_insert_with(|| now.made.clone()));
                    if let Some(before) = state {
                        prop_assert!(now.due >= before.due, "a due date only moves later");
                        prop_assert!(before.status == commitment::Status::Open, "nothing follows a closed one");
                    }
                }
                Err(_) => prop_assert_eq!(story.state.as_ref().map(|_| story.commitment()), state.as_ref()),
            }
        }
        prop_assert_eq!(fold(&story.history), story.state);
    }

    /// Whatever is said of the Forum in whatever order: what is admitted folds, nobody mentors
    /// themselves, a mentorship ends once and for the same two, a membership stands under its person.
    #[test]
    fn a_stream_of_the_forum_is_of_one_thing(
        events in prop::collection::vec((0_u8..6, 0_u128..3, 0_u128..3, 1_u8..28), 1..8),
    ) {
        let mut story = Story::new(2);
        let stream = story.stream;
        let person = |n: u128| PersonId(if n == 0 { stream.0 } else { Uuid::from_u128(n) });
        for (what, one, other, day) in events {
            let (mentor, mentee) = (person(one), person(other));
            let on = Date::from_calendar_date(2026, Month::May, day).unwrap();
            let event: Event = match what {
                0 => ForumMemberJoined { person: mentor, on, pillar: None }.into(),
                1 => ForumMentorshipStarted { mentor, mentee, on }.into(),
                2 => ForumMentorshipCompleted { mentor, mentee, on, outcome: Texts::default() }.into(),
                3 => ForumErasureAsked { person: mentor, reason: "asked in writing".to_owned() }.into(),
                4 => ForumPersonErased { person: mentor }.into(),
                _ => session(PartialDate::Day(on)).into(),
            };
            let who = if day % 2 == 0 { DIRECTOR } else { OFFICE };
            let envelope = story.next(Publisher::Office, who, event);
            if admit(story.state.as_ref(), &envelope, &ALL_ROLES, &REFERENCE).is_ok() {
                story.take(envelope);
            }
        }
        prop_assert_eq!(fold(&story.history), story.state.clone());
        let Some(StreamState::Forum(forum)) = &story.state else {
            prop_assert!(story.history.is_empty());
            return Ok(());
        };
        match &forum.about {
            About::Session { .. } => prop_assert_eq!(story.history.len(), 1),
            About::Member { joined, erasure } => {
                prop_assert_eq!(joined.person.0, stream.0);
                if let [_, asked, erased] = &story.history[..] {
                    prop_assert_eq!(*erasure, Some(Erasure::Done));
                    prop_assert!(asked.actor != erased.actor, "one person alone erased somebody");
                }
            }
            About::Mentorship { started, completed } => {
                prop_assert!(started.mentor != started.mentee);
                if let Some(ended) = completed {
                    prop_assert_eq!((ended.mentor, ended.mentee), (started.mentor, started.mentee));
                    prop_assert!(ended.on >= started.on);
                }
                prop_assert_eq!(forum.is_open(), story.history.len() == 1);
            }
        }
    }

    /// Nothing that was said of an indicator is ever gone, and the value in force is the last that
    /// was said of it.
    #[test]
    fn an_indicator_keeps_what_was_corrected(
        numbers in prop::collection::vec((0_u32..5, 0_u32..1000), 1..20),
    ) {
        let mut story = Story::new(3).then(Publisher::Office, DIRECTOR, indicator());
        let mut said: Vec<(EventId, Vec<u32>)> = Vec::new();
        for (which, number) in numbers {
            let value = IndicatorValue::Decimal(number.to_string());
            let known = said.get(usize::try_from(which).unwrap()).map(|(event, _)| *event);
            let event: Event = match known {
                Some(corrects) => IndicatorCorrected { corrects, value, reason: "typing".into() }.into(),
                None => {
                    let quarter = format!("2026-Q{}", which % 4 + 1).parse().unwrap();
                    let source = "SEII".to_owned();
                    IndicatorMeasured { quarter, value, source, disaggregation: Vec::new() }.into()
                }
            };
            story = story.then(Publisher::Office, DIRECTOR, event);
            match known {
                Some(event) => said.iter_mut().find(|(of, _)| *of == event).unwrap().1.push(number),
                None => said.push((story.history.last().unwrap().id, vec![number])),
            }
        }
        let Some(StreamState::Indicator(state)) = &story.state else { panic!("not an indicator") };
        prop_assert_eq!(state.measurements.len(), said.len());
        for (measured, (event, numbers)) in state.measurements.iter().zip(&said) {
            prop_assert_eq!(measured.event, *event);
            prop_assert_eq!(measured.corrections.len() + 1, numbers.len());
            let in_force = IndicatorValue::Decimal(numbers.last().unwrap().to_string());
            prop_assert_eq!(measured.value(|said| &said.value), &in_force);
        }
        prop_assert_eq!(fold(&story.history), story.state);
    }

    #[test]
    fn a_share_never_divides_by_zero(numerator in any::<i32>(), denominator in any::<i32>()) {
        let share = Share { numerator: numerator.into(), denominator: denominator.into() };
        prop_assert_eq!(share.percent().is_some(), denominator > 0);
        prop_assert_eq!(share.fraction().is_some(), denominator > 0);
        if let Some(fraction) = share.fraction() {
            prop_assert!(fraction.is_finite());
            let (numerator, denominator) = (i64::from(numerator.abs()), i64::from(denominator));
            let part = Share { numerator: numerator.min(denominator), denominator };
            prop_assert!((0..=100).contains(&part.percent().unwrap()));
            let exact = part.fraction().unwrap() * 100.0;
            prop_assert!((exact - part.percent().unwrap() as f64).abs() <= 0.5 + 1e-9);
        }
    }
}

/// The random wishes are worth something only if they get far.
#[test]
fn the_random_histories_reach_every_status_and_most_rules() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut statuses, mut rules) = (BTreeMap::new(), BTreeMap::new());
    for _ in 0..400 {
        let mut story = Story::new(1);
        for (person, wish) in wishes().new_tree(&mut runner).unwrap().current() {
            if let Came::Refused(refusal) = wish_for(&mut story, person, &wish) {
                *rules.entry(refusal.rule.code()).or_insert(0) += 1;
            }
            let status = activity_of(&story).map_or("none", |activity| activity.status.code());
            *statuses.entry(status).or_insert(0) += 1;
        }
    }
    for status in ["none", "reported", "submitted", "returned", "validated", "acknowledged", "withdrawn"] {
        assert!(statuses.get(status).is_some_and(|times| *times >= 20), "{status}: {statuses:?}");
    }
    for rule in [
        "already-begun",
        "not-begun",
        "closed",
        "title-missing",
        "reason-missing",
        "unknown-code",
        "ends-before-starts",
        "wrong-pillar",
        "nothing-counted",
        "cell-twice",
        "cells-exceed-total",
        "not-sha256",
        "revision-changed",
        "already-submitted",
        "not-submitted",
        "not-validated",
        "own-submission",
    ] {
        assert!(rules.contains_key(rule), "{rule} was never met: {rules:?}");
    }
}
