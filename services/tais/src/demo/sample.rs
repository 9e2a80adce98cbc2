//! Invented activities of the last five quarters: plain in words, uneven in figures, as a year is.
//! The same every time, so that two demos on one day tell the same story.

use anyhow::Context as _;
use tais_proto::event::activity::*;
use tais_proto::reference::{BodyCode, ItemCode};
use tais_proto::vocabulary::{
    ActivityKind, AgeBand, GenderScore, Mode, Occurrence, ParticipantRole, Qualifier, Sex,
};
use tais_proto::{EventId, Lang, PartialDate, Pillar, Quantity, Texts};
use time::{Date, Duration};
use uuid::Uuid;

use super::Report;

/// How many days the sample reaches back.
const DAYS: i64 = 410;

/// What a kind of activity looks like in one pillar.
struct Pattern {
    pillar: Pillar,
    kind: ActivityKind,
    title: &'static str,
    body: &'static str,
    /// Framework items it serves; none where it is pillar work without WPS content.
    items: &'static [&'static str],
    /// How many days lie between two of them.
    every: i64,
    /// Women and men of a usual attendance; none where nobody counted by sex.
    by_sex: Option<(u32, u32)>,
}

const PATTERNS: &[Pattern] = &[
    pattern(
        Pillar::Apsc,
        ActivityKind::Training,
        "Women mediators’ roster: training",
        "ASEAN-SOM",
        &["WPS-PART", "NAP2-P1.1"],
        52,
        Some((24, 9)),
    ),
    pattern(
        Pillar::Apsc,
        ActivityKind::Meeting,
        "Border cooperation working meeting",
        "SOMTC",
        &[],
        45,
        Some((7, 19)),
    ),
    pattern(
        Pillar::Apsc,
        ActivityKind::Workshop,
        "Gender in peacekeeping preparation",
        "ADSOM",
        &["WPS-PREV", "NAP2-P2.1"],
        60,
        Some((14, 22)),
    ),
    pattern(
        Pillar::Apsc,
        ActivityKind::Meeting,
        "Protection referral drill with community police",
        "AICHR",
        &["WPS-PROT"],
        75,
        Some((18, 16)),
    ),
    pattern(
        Pillar::Apsc,
        ActivityKind::Mission,
        "Disaster and security liaison visit",
        "ADSOM",
        &["WPS-RELR"],
        160,
        None,
    ),
    pattern(
        Pillar::Aec,
        ActivityKind::Meeting,
        "Trade facilitation technical meeting",
        "SEOM",
        &[],
        30,
        Some((6, 21)),
    ),
    pattern(
        Pillar::Aec,
        ActivityKind::Workshop,
        "Women-led enterprises: access to regional markets",
        "ACCMSME",
        &["WPS-PART"],
        58,
        Some((31, 12)),
    ),
    pattern(Pillar::Aec, ActivityKind::Negotiation, "Customs cooperation round", "SEOM", &[], 48, None),
    pattern(
        Pillar::Aec,
        ActivityKind::Training,
        "Sex-disaggregated trade data for line ministries",
        "SEOM",
        &["WPS-PREV"],
        120,
        Some((11, 13)),
    ),
    pattern(
        Pillar::Aec,
        ActivityKind::Meeting,
        "Safe workplaces in fisheries processing",
        "SOM-AMAF",
        &["WPS-PROT"],
        150,
        Some((9, 11)),
    ),
    pattern(
        Pillar::Ascc,
        ActivityKind::Training,
        "Women in Leadership and Diplomacy Forum: training",
        "ACW",
        &["WPS-PART", "RPA-PART"],
        34,
        Some((29, 8)),
    ),
    pattern(
        Pillar::Ascc,
        ActivityKind::Workshop,
        "Shelters in the disaster response protocol",
        "ACDM",
        &["WPS-RELR", "RPA-RELR"],
        62,
        Some((21, 17)),
    ),
    pattern(
        Pillar::Ascc,
        ActivityKind::Campaign,
        "Sixteen days: community outreach",
        "ACWC",
        &["WPS-PROT"],
        70,
        Some((64, 41)),
    ),
    pattern(
        Pillar::Ascc,
        ActivityKind::Meeting,
        "Social welfare coordination meeting",
        "SOMSWD",
        &[],
        50,
        Some((13, 10)),
    ),
    pattern(
        Pillar::Ascc,
        ActivityKind::Mentoring,
        "Mentoring circle for young diplomats",
        "ACW",
        &["WPS-PART"],
        55,
        Some((12, 3)),
    ),
    pattern(
        Pillar::Ascc,
        ActivityKind::Workshop,
        "Peace education with schools",
        "SOM-ED",
        &["WPS-PREV"],
        90,
        Some((26, 20)),
    ),
];

const fn pattern(
    pillar: Pillar,
    kind: ActivityKind,
    title: &'static str,
    body: &'static str,
    items: &'static [&'static str],
    every: i64,
    by_sex: Option<(u32, u32)>,
) -> Pattern {
    Pattern { pillar, kind, title, body, items, every, by_sex }
}

const PLACES: [(&str, &str); 5] = [
    ("Ministry conference room", "Dili"),
    ("Municipal hall", "Baucau"),
    ("Training centre", "Maliana"),
    ("Community centre", "Suai"),
    ("Regional secretariat", "Pante Macassar"),
];

/// The sample of the days up to and including today.
pub fn year(today: Date) -> anyhow::Result<Vec<Report>> {
    let mut reports = Vec::new();
    for (row, pattern) in PATTERNS.iter().enumerate() {
        let row = i64::try_from(row)?;
        // Each row begins on another day, so that no quarter is the same.
        let mut day = DAYS - (row * 7) % pattern.every;
        let mut number = 0;
        while day >= 0 {
            reports.push(report(pattern, row, number, today - Duration::days(day))?);
            number += 1;
            day -= pattern.every;
        }
    }
    Ok(reports)
}

fn report(pattern: &Pattern, row: i64, number: i64, day: Date) -> anyhow::Result<Report> {
    let name = format!("S{row:02}{number:02}");
    let days = (row + number) % 3;
    let (place, city) = PLACES[usize::try_from((row + number * 3) % 5)?];
    let items: Vec<ItemCode> = pattern
        .items
        .iter()
        .map(|item| item.parse())
        .collect::<Result<_, _>>()
        .context("a framework item")?;
    let body: BodyCode = pattern.body.parse().context("a sectoral body")?;
    let gender_marker = (!items.is_empty() && number % 4 != 3).then(|| GenderMarker {
        score: if number % 2 == 0 { GenderScore::Significant } else { GenderScore::Principal },
        reason: "Sample: women’s participation is an aim of the activity.".to_owned(),
    });
    let details = ActivityDetails {
        pillar: pattern.pillar,
        member_state: Some("TL".parse().context("a member state")?),
        kind: pattern.kind,
        kind_as_stated: None,
        title: Texts::one(Lang::EN, format!("{}, {city}", pattern.title)),
        summary: Texts::one(Lang::EN, "Sample activity, invented to show how the record works."),
        starts: Some(PartialDate::Day(day)),
        ends: Some(PartialDate::Day(day + Duration::days(days))),
        time_zone: None,
        occurrence: Some(Occurrence::Held),
        mode: Some(if number % 5 == 4 { Mode::Hybrid } else { Mode::InPerson }),
        venue: Some(Venue {
            place: Some(place.to_owned()),
            municipality: None,
            city: Some(city.to_owned()),
            country: Some("Timor-Leste".to_owned()),
        }),
        sectoral_bodies: vec![BodyRef::Code(body)],
        lead: Some(OrganisationRef::Code("MNEC".parse().context("an organisation")?)),
        partners: Vec::new(),
        counterparts: Vec::new(),
        framework_items: items,
        frameworks_as_stated: Vec::new(),
        gender_marker,
        budget: None,
        confidence: None,
        sources: Vec::new(),
        alternates: Vec::new(),
        external_ref: Some(name.clone()),
    };
    Ok(Report { submission: submission(&name, day), details, participation: participation(pattern, number) })
}

fn participation(pattern: &Pattern, number: i64) -> Option<ActivityParticipationRecorded> {
    let cell = |role, sex, number| ParticipationCount {
        role,
        sex,
        age: AgeBand::Unknown,
        count: Quantity::exact(number),
    };
    let sway = u32::try_from(number % 5).unwrap_or(0);
    let (counts, total) = match pattern.by_sex {
        Some((women, men)) => {
            let counts = vec![
                cell(ParticipantRole::Participant, Sex::Female, women + sway),
                cell(ParticipantRole::Participant, Sex::Male, men + (4 - sway)),
                cell(ParticipantRole::Speaker, Sex::Female, 1 + sway % 2),
                cell(ParticipantRole::Speaker, Sex::Male, 1),
            ];
            (counts, None)
        }
        None if number % 2 == 0 => (Vec::new(), Some(Quantity { qualifier: Qualifier::About, number: 30 })),
        None => return None,
    };
    Some(ActivityParticipationRecorded { counts, total, as_stated: Vec::new(), reason: None })
}

/// An id that follows from the name and the day, so that a second demo on one day changes nothing.
pub(super) fn submission(name: &str, day: Date) -> EventId {
    let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("tais sample {name} {day}").as_bytes());
    let mut random = [0; 10];
    random.copy_from_slice(&hash.as_bytes()[..10]);
    EventId(uuid::Builder::from_unix_timestamp_millis(1, &random).into_uuid())
}
