//! The ground rules of what is counted and kept, each on an example small enough to check by hand.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod support;

use std::collections::BTreeMap;

use support::*;
use tais_domain::Activity;
use tais_domain::measure::{Cell, Measure, Share, Standing, contributions, has_wps_content, wps_pillars};
use tais_proto::event::activity::*;
use tais_proto::event::commitment::CommitmentExtended;
use tais_proto::event::forum::ForumSessionHeld;
use tais_proto::vocabulary::Sex::{Female, Male, OtherOrUndisclosed};
use tais_proto::vocabulary::{ActivityKind, GenderScore, Occurrence, ParticipantRole, Qualifier};
use tais_proto::{Pillar, Publisher, Quantity, Quarter, Texts, Timestamp};
use time::macros::date;

fn with(change: impl FnOnce(&mut ActivityDetails)) -> Activity {
    let mut details = details();
    change(&mut details);
    Story::reported(details).activity().clone()
}

fn counted(counts: Vec<ParticipationCount>, total: Option<Quantity>) -> Activity {
    let story = Story::reported(details());
    story.then(Publisher::Apsc, CORRESPONDENT, participation(counts, total)).activity().clone()
}

fn rows(activity: &Activity) -> Vec<(Cell, i64)> {
    contributions(activity, &REFERENCE)
}

/// The sum of one measure over everything the activity adds.
fn sum(activity: &Activity, measure: Measure) -> i64 {
    rows(activity).iter().filter(|(cell, _)| cell.measure == measure).map(|(_, n)| n).sum()
}

fn women_and_men(activity: &Activity) -> BTreeMap<tais_proto::vocabulary::Sex, i64> {
    let attendances = rows(activity).into_iter().filter(|(cell, _)| cell.measure == Measure::Attendances);
    let mut sums = BTreeMap::new();
    for (cell, number) in attendances {
        *sums.entry(cell.sex.unwrap()).or_insert(0) += number;
    }
    sums
}

fn exact(number: u32) -> Quantity {
    Quantity::exact(number)
}

#[test]
fn a_commitment_keeps_its_first_due_date() {
    let extend = |due| CommitmentExtended { due, reason: "the printer broke".into() };
    let moved = Story::made(commitment())
        .then(Publisher::Apsc, CORRESPONDENT, extend(date!(2027 - 03 - 31)))
        .then(Publisher::Apsc, CORRESPONDENT, extend(date!(2027 - 06 - 30)));
    assert_eq!(moved.commitment().made.due, date!(2026 - 12 - 31));
    assert_eq!(moved.commitment().due, date!(2027 - 06 - 30));
}

#[test]
fn a_session_of_the_forum_is_said_as_it_was() {
    let held = |change: fn(&mut ForumSessionHeld)| {
        let mut held = session("2026-05".parse().unwrap());
        change(&mut held);
        let story = Story::new(9);
        story.admit(&story.next(Publisher::Office, DIRECTOR, held)).map_err(|refusal| refusal.pointer)
    };
    assert_eq!(held(|_| ()), Ok(()));
    assert_eq!(held(|it| it.title = Texts::default()), Err("/title".to_owned()));
    assert_eq!(held(|it| it.kind = ActivityKind::Ratification), Err("/kind".to_owned()));
    assert_eq!(held(|it| it.ends = "2026-04-30".parse().ok()), Err("/ends".to_owned()));
    assert_eq!(held(|it| it.ends = "2026-05-01".parse().ok()), Ok(()), "within the month it began in");
    let twice = held(|it| it.counts = vec![cell(Female, exact(1)), cell(Female, exact(2))]);
    assert_eq!(twice, Err("/counts/1".to_owned()));
}

#[test]
fn not_screened_is_not_zero_and_one_and_two_are_both_focused() {
    let marked =
        |score| with(|d| d.gender_marker = Some(GenderMarker { score, reason: "as the form says".into() }));
    let of =
        |activity: &Activity| (sum(activity, Measure::MarkerScreened), sum(activity, Measure::MarkerFocused));
    assert_eq!(of(&with(|_| ())), (0, 0));
    assert_eq!(of(&marked(GenderScore::NotTargeted)), (1, 0));
    assert_eq!(of(&marked(GenderScore::Significant)), (1, 1));
    assert_eq!(of(&marked(GenderScore::Principal)), (1, 1));
}

#[test]
fn seven_women_of_29_say_nothing_of_the_men() {
    // Activity A010 of the reference: 29 officers, seven of them women; men not stated.
    let a010 = counted(vec![cell(Female, exact(7))], Some(exact(29)));
    assert_eq!((sum(&a010, Measure::SexStated), sum(&a010, Measure::SexMissing)), (0, 1));
    assert!(women_and_men(&a010).is_empty(), "22 men would be a guess");
}

#[test]
fn ten_women_and_fifteen_men_are_a_breakdown() {
    // Activity A049 of the reference: ten women, fifteen men, no total.
    let a049 = counted(vec![cell(Female, exact(10)), cell(Male, exact(15))], None);
    assert_eq!((sum(&a049, Measure::SexStated), sum(&a049, Measure::SexMissing)), (1, 0));
    assert_eq!(women_and_men(&a049), BTreeMap::from([(Female, 10), (Male, 15)]));
}

#[test]
fn only_an_honest_breakdown_is_counted() {
    let quantity = |qualifier, number| Quantity { qualifier, number };
    let (women, men) = (|n| cell(Female, exact(n)), |n| cell(Male, exact(n)));
    let about = quantity(Qualifier::About, 10);
    for (what, counts, total, stated) in [
        ("both, adding up to the total", vec![women(10), men(15)], Some(exact(25)), true),
        ("women alone, and they are everybody", vec![women(25)], Some(exact(25)), true),
        ("nobody came", vec![women(0), men(0)], None, true),
        ("both, but some of the total are neither", vec![women(10), men(15)], Some(exact(26)), false),
        ("women alone", vec![women(10)], None, false),
        ("men alone", vec![men(10)], None, false),
        ("women exactly, men about", vec![women(10), cell(Male, about)], None, false),
        ("a total alone", vec![], Some(exact(25)), false),
        (
            "both, and at least as many",
            vec![women(10), men(15)],
            Some(quantity(Qualifier::AtLeast, 20)),
            true,
        ),
        (
            "both, and at least more than they are",
            vec![women(10), men(15)],
            Some(quantity(Qualifier::AtLeast, 90)),
            false,
        ),
        ("undisclosed and women", vec![women(10), cell(OtherOrUndisclosed, exact(5))], None, false),
        (
            "undisclosed and women, who are everybody",
            vec![women(10), cell(OtherOrUndisclosed, exact(5))],
            Some(exact(15)),
            true,
        ),
    ] {
        let activity = counted(counts, total);
        let expected = if stated { (1, 0) } else { (0, 1) };
        assert_eq!(
            (sum(&activity, Measure::SexStated), sum(&activity, Measure::SexMissing)),
            expected,
            "{what}"
        );
        assert_eq!(women_and_men(&activity).is_empty(), !stated, "{what}");
    }
    assert_eq!(sum(&with(|_| ()), Measure::SexMissing), 1, "no count at all is missing too");
}

#[test]
fn age_bands_of_one_part_add_up_and_parts_stay_apart() {
    use tais_proto::vocabulary::AgeBand::{From30To59, Under30};
    let of = |role, sex, age, number| ParticipationCount { role, sex, age, count: exact(number) };
    let (speaker, participant) = (ParticipantRole::Speaker, ParticipantRole::Participant);
    let activity = counted(
        vec![
            of(participant, Female, Under30, 3),
            of(participant, Female, From30To59, 4),
            of(speaker, Female, From30To59, 1),
            of(participant, Male, Under30, 2),
        ],
        None,
    );
    let found: Vec<_> = rows(&activity)
        .into_iter()
        .filter(|(cell, _)| cell.measure == Measure::Attendances)
        .map(|(cell, number)| (cell.role.unwrap(), cell.sex.unwrap(), number))
        .collect();
    assert_eq!(found, [(participant, Female, 7), (participant, Male, 2), (speaker, Female, 1)]);
}

#[test]
fn a_plan_is_not_yet_a_fact() {
    let occurring = |occurrence| rows(&with(|d| d.occurrence = occurrence)).is_empty();
    assert!(occurring(Some(Occurrence::Planned)));
    assert!(!occurring(Some(Occurrence::Held)));
    assert!(!occurring(None), "most sources do not say, and tell of what took place");
}

#[test]
fn what_is_withdrawn_leaves_every_figure_and_stays_readable() {
    let story = Story::reported(details()).validated();
    assert!(!rows(story.activity()).is_empty());
    let withdrawn = story.withdrawn();
    assert!(rows(withdrawn.activity()).is_empty());
    assert_eq!(withdrawn.activity().details, details());
}

#[test]
fn an_undated_activity_is_in_no_quarter() {
    let quarters =
        |activity: &Activity| rows(activity).into_iter().map(|(cell, _)| cell.quarter).collect::<Vec<_>>();
    let undated = quarters(&with(|_| ()));
    assert!(!undated.is_empty() && undated.iter().all(Option::is_none), "counted, and in no quarter");
    let by_month = quarters(&with(|d| d.starts = "2026-11".parse().ok()));
    assert!(by_month.iter().all(|quarter| *quarter == Some(Quarter { year: 2026, number: 4 })));
}

#[test]
fn the_quarter_is_that_of_the_first_day() {
    let activity = with(|d| (d.starts, d.ends) = ("2026-09-30".parse().ok(), "2026-10-02".parse().ok()));
    assert_eq!(rows(&activity)[0].0.quarter, Some(Quarter { year: 2026, number: 3 }));
}

#[test]
fn a_quarter_begins_and_ends_at_midnight_in_dili() {
    let quarter = |text: &str| Quarter::of(text.parse::<Timestamp>().unwrap().dili_date()).to_string();
    assert_eq!(quarter("2026-09-30T14:59:59Z"), "2026-Q3");
    assert_eq!(quarter("2026-09-30T15:00:00Z"), "2026-Q4");
    assert_eq!(quarter("2026-12-31T15:00:00Z"), "2027-Q1");
}

fn tagged(item: &str, starts: Option<&str>) -> Activity {
    with(|d| {
        (d.framework_items, d.starts) = (vec![item.parse().unwrap()], starts.map(|day| day.parse().unwrap()))
    })
}

#[test]
fn a_tag_counts_only_while_its_framework_is_in_force() {
    // The first plan ran from 2016 to 2020, the second runs from 10 January 2024 to 2028.
    for (item, starts, counts) in [
        ("NAP1-P1", Some("2020-12-31"), true),
        ("NAP1-P1", Some("2021-01-01"), false),
        ("NAP1-P1", Some("2015-12-31"), false),
        ("NAP2-P1", Some("2024-01-09"), false),
        ("NAP2-P1", Some("2024-01-10"), true),
        ("NAP2-P1.1", Some("2026-11"), true),
        ("NAP2-P1", Some("2029-01-01"), false),
        ("NAP1-P1", None, true),
    ] {
        let activity = tagged(item, starts);
        let coverage: Vec<_> =
            rows(&activity).into_iter().filter_map(|(cell, n)| Some((cell.item?.to_string(), n))).collect();
        let expected = if counts { vec![("WPS-PART".to_owned(), 1)] } else { vec![] };
        assert_eq!(coverage, expected, "{item} on {starts:?}");
        assert_eq!(sum(&activity, Measure::WpsActivities), i64::from(counts), "{item} on {starts:?}");
        assert_eq!(sum(&activity, Measure::Activities), 1);
    }
}

#[test]
fn one_pillar_tagged_in_three_ways_is_covered_once() {
    let items = ["WPS-PART", "NAP2-P1", "NAP2-P1.1"].map(|item| item.parse().unwrap()).to_vec();
    let activity = with(|d| (d.framework_items, d.starts) = (items, "2026-11-24".parse().ok()));
    assert_eq!((sum(&activity, Measure::Coverage), sum(&activity, Measure::WpsActivities)), (1, 1));
}

#[test]
fn a_resolution_is_wps_and_of_no_single_pillar_and_a_goal_is_neither() {
    let resolution = tagged("UNSCR-1325", Some("2026-11-24"));
    assert!(
        has_wps_content(&resolution.details, &REFERENCE)
            && wps_pillars(&resolution.details, &REFERENCE).is_empty()
    );
    assert_eq!((sum(&resolution, Measure::WpsActivities), sum(&resolution, Measure::Coverage)), (1, 0));
    let goal = tagged("SDG-5.4", Some("2026-11-24"));
    assert_eq!((sum(&goal, Measure::WpsActivities), sum(&goal, Measure::Activities)), (0, 1));
}

#[test]
fn bodies_count_by_code_and_once() {
    let code = || BodyRef::Code("ARF".parse().unwrap());
    let activity = with(|d| d.sectoral_bodies = vec![code(), BodyRef::Name("as written".into()), code()]);
    assert_eq!(sum(&activity, Measure::BodyActivities), 1);
}

#[test]
fn figures_are_provisional_until_validated_and_again_after_a_change() {
    let standing = |story: &Story| {
        let rows = rows(story.activity());
        let first = rows[0].0.standing;
        assert!(rows.iter().all(|(cell, _)| cell.standing == first));
        first
    };
    let story = Story::reported(details()).submitted();
    assert_eq!(standing(&story), Standing::Provisional);
    let story = Story::reported(details()).acknowledged();
    assert_eq!(standing(&story), Standing::Validated);
    let outcome = ActivityOutcomeRecorded { outcome: text("a plan was agreed") };
    let changed = story.then(Publisher::Apsc, CORRESPONDENT, outcome);
    assert_eq!(standing(&changed), Standing::Provisional);
    assert_eq!(changed.activity().details.pillar, Pillar::Apsc);
}

#[test]
fn nobodys_later_action_overwrites_the_author() {
    let mut better = details();
    better.title = text("A better title");
    let revise = ActivityRevised { details: better, reason: None, corrects: None };
    let story = Story::reported(details()).then(Publisher::Apsc, COLLEAGUE, revise).validated();
    assert_eq!(story.activity().author, CORRESPONDENT);
}

#[test]
fn a_return_keeps_its_reason_until_it_is_submitted_again() {
    let returned = ActivityReturned { revision: 1, reason: "a date is missing".into() };
    let story = Story::reported(details()).submitted().then(Publisher::Office, DIRECTOR, returned);
    assert_eq!(story.activity().status.code(), "returned");
    let mut dated = details();
    dated.starts = "2026-11-24".parse().ok();
    let revise = ActivityRevised { details: dated, reason: None, corrects: None };
    let story = story.then(Publisher::Apsc, CORRESPONDENT, revise);
    let reason = tais_domain::activity::Status::Returned { reason: "a date is missing".into() };
    assert_eq!(story.activity().status, reason);
    assert_eq!(story.submitted().activity().status.code(), "submitted");
}

#[test]
fn a_share_of_nothing_is_no_figure() {
    let share = |numerator, denominator| Share { numerator, denominator };
    assert_eq!((share(0, 0).percent(), share(0, 0).fraction()), (None, None));
    assert_eq!((share(0, 4).percent(), share(0, 4).fraction()), (Some(0), Some(0.0)));
    assert_eq!(share(1, 8).percent(), Some(13), "12.5 is rounded up");
    assert_eq!(share(2, 3).percent(), Some(67));
    // Summed from counts: 1 of 2 and 9 of 98 are 10 of 100, not the average of 50 and 9 per cent.
    assert_eq!((share(1, 2) + share(9, 98)).percent(), Some(10));
}
