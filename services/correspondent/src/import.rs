//! From a spreadsheet of activities to what the form would say. Pure: text in, rows out; every row
//! goes in or is refused by name with its reason, and nothing is guessed.

use std::collections::HashMap;

use serde::Deserialize;
use tais_proto::event::activity::*;
use tais_proto::reference::Reference;
use tais_proto::vocabulary::{ActivityKind, AgeBand, Confidence, ParticipantRole, Qualifier, Sex};
use tais_proto::{EventId, Lang, PartialDate, Pillar, Quantity, Texts};
/// One row of the activities file.
#[derive(Clone, Debug, Deserialize)]
struct Row {
    r#ref: String,
    pillar: String,
    member_state: String,
    kind: String,
    title: String,
    summary: String,
    start_date: String,
    end_date: String,
    venue: String,
    city: String,
    country: String,
    sectoral_bodies: String,
    partners: String,
    themes: String,
    frameworks: String,
    participants_total: String,
    women: String,
    men: String,
    source_url: String,
    confidence: String,
}

#[derive(Clone, Debug, Deserialize)]
struct CountRow {
    r#ref: String,
    measure: String,
    qualifier: String,
    number: String,
    as_stated: String,
}

#[derive(Clone, Debug, Deserialize)]
struct AlternateRow {
    r#ref: String,
    field: String,
    alt_value: String,
    alt_source_url: String,
    note: String,
}

/// A row that can be reported.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The row's own reference.
    pub reference: String,
    /// The id it is submitted under: always the same for the same reference, so that a second load
    /// changes nothing.
    pub submission: EventId,
    /// The pillar.
    pub pillar: Pillar,
    /// What it is.
    pub details: ActivityDetails,
    /// Its counts, if there are any.
    pub participation: Option<ActivityParticipationRecorded>,
}

/// A row that cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// The line in the file, from 1, the header counted.
    pub line: u64,
    /// The row's own reference, where it has one.
    pub reference: String,
    /// The column.
    pub column: &'static str,
    /// What is wrong there.
    pub problem: String,
}

/// The three files of one load; the second and third may be empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files<'a> {
    /// One row an activity.
    pub activities: &'a str,
    /// Qualified figures, by reference.
    pub counts: &'a str,
    /// What other sources say, by reference.
    pub alternates: &'a str,
}

/// Reads all rows.
#[must_use]
pub fn read(files: Files<'_>, reference: &Reference) -> Vec<Result<Ready, RefusedRow>> {
    let counts = by_reference::<CountRow>(files.counts, |row| &row.r#ref);
    let alternates = by_reference::<AlternateRow>(files.alternates, |row| &row.r#ref);
    let mut reader = csv::Reader::from_reader(files.activities.as_bytes());
    let mut seen = std::collections::HashSet::new();
    reader
        .deserialize::<Row>()
        .zip(2..)
        .map(|(row, line)| {
            let refuse = |reference: &str, column, problem: String| {
                Err(RefusedRow { line, reference: reference.to_owned(), column, problem })
            };
            let row = match row {
                Ok(row) => row,
                Err(error) => return refuse("", "row", error.to_string()),
            };
            if row.r#ref.trim().is_empty() {
                return refuse(
                    "",
                    "ref",
                    "it has no reference, by which a second load would know it again".into(),
                );
            }
            if !seen.insert(row.r#ref.clone()) {
                return refuse(&row.r#ref, "ref", "the same reference stands in an earlier row".into());
            }
            let empty_counts = Vec::new();
            let empty_alternates = Vec::new();
            let counts = counts.get(&row.r#ref).unwrap_or(&empty_counts);
            let alternates = alternates.get(&row.r#ref).unwrap_or(&empty_alternates);
            ready(&row, counts, alternates, reference)
                .or_else(|(column, problem)| refuse(&row.r#ref, column, problem))
        })
        .collect()
}

fn by_reference<T: serde::de::DeserializeOwned>(
    text: &str,
    key: impl Fn(&T) -> &String,
) -> HashMap<String, Vec<T>> {
    let mut rows: HashMap<String, Vec<T>> = HashMap::new();
    for row in csv::Reader::from_reader(text.as_bytes()).deserialize::<T>().flatten() {
        rows.entry(key(&row).clone()).or_default().push(row);
    }
    rows
}

type Problem = (&'static str, String);

fn ready(
    row: &Row,
    counts: &[CountRow],
    alternates: &[AlternateRow],
    reference: &Reference,
) -> Result<Ready, Problem> {
    let pillar = Pillar::from_code(&row.pillar.to_lowercase())
        .ok_or_else(|| ("pillar", format!("\"{}\" is none of APSC, AEC, ASCC", row.pillar)))?;
    let (kind, kind_as_stated) = kind(&row.kind, reference)?;
    if row.title.trim().is_empty() {
        return Err(("title", "it has no title".into()));
    }
    let (framework_items, frameworks_as_stated) = frameworks(row, reference);
    let details = ActivityDetails {
        pillar,
        member_state: member_state(&row.member_state, reference)?,
        kind,
        kind_as_stated,
        title: Texts::one(Lang::EN, row.title.trim()),
        summary: optional(&row.summary).map(|text| Texts::one(Lang::EN, text)).unwrap_or_default(),
        starts: date("start_date", &row.start_date)?,
        ends: date("end_date", &row.end_date)?,
        time_zone: None,
        occurrence: None,
        mode: None,
        venue: venue(row),
        sectoral_bodies: words(&row.sectoral_bodies).map(|word| body(word, reference)).collect(),
        lead: None,
        partners: words(&row.partners).map(|word| organisation(word, reference)).collect(),
        counterparts: Vec::new(),
        framework_items,
        frameworks_as_stated,
        gender_marker: None,
        budget: None,
        confidence: confidence(&row.confidence)?,
        sources: words(&row.source_url).map(str::to_owned).collect(),
        alternates: alternates.iter().map(alternate).collect(),
        external_ref: Some(row.r#ref.clone()),
    };
    let participation = participation(row, counts)?;
    Ok(Ready {
        reference: row.r#ref.clone(),
        submission: submission(&row.r#ref),
        pillar,
        details,
        participation,
    })
}

fn optional(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|word| !word.is_empty())
}

fn kind(word: &str, reference: &Reference) -> Result<(ActivityKind, Option<String>), Problem> {
    if let Some(kind) = ActivityKind::from_code(word) {
        return Ok((kind, None));
    }
    let kind = reference.aliases().code("kinds", word).and_then(ActivityKind::from_code);
    kind.map(|kind| (kind, Some(word.to_owned())))
        .ok_or_else(|| ("kind", format!("\"{word}\" is no known kind")))
}

fn member_state(
    word: &str,
    reference: &Reference,
) -> Result<Option<tais_proto::reference::StateCode>, Problem> {
    if word.trim().is_empty() || word == "ASEAN" {
        return Ok(None);
    }
    let known = word.parse().ok().filter(|code| reference.member_state(code).is_some());
    known.map(Some).ok_or_else(|| ("member_state", format!("\"{word}\" is no member state")))
}

fn date(column: &'static str, text: &str) -> Result<Option<PartialDate>, Problem> {
    optional(text)
        .map(|text| text.parse::<PartialDate>().map_err(|error| (column, error.to_string())))
        .transpose()
}

fn venue(row: &Row) -> Option<Venue> {
    let venue = Venue {
        place: optional(&row.venue),
        municipality: None,
        city: optional(&row.city),
        country: optional(&row.country),
    };
    (venue != Venue::default()).then_some(venue)
}

fn body(word: &str, reference: &Reference) -> BodyRef {
    let code = reference.aliases().code("bodies", word).unwrap_or(word);
    match code.parse().ok().filter(|code| reference.sectoral_body(code).is_some()) {
        Some(code) => BodyRef::Code(code),
        None => BodyRef::Name(word.to_owned()),
    }
}

fn organisation(word: &str, reference: &Reference) -> OrganisationRef {
    let code = reference.aliases().code("organisations", word).unwrap_or(word);
    match code.parse().ok().filter(|code| reference.organisation(code).is_some()) {
        Some(code) => OrganisationRef::Code(code),
        None => OrganisationRef::Name(word.to_owned()),
    }
}

/// Themes and frameworks that stand for an adopted item tag it; other words are kept as stated.
fn frameworks(row: &Row, reference: &Reference) -> (Vec<tais_proto::reference::ItemCode>, Vec<String>) {
    let (mut items, mut stated) = (Vec::new(), Vec::new());
    let themes = words(&row.themes).map(|word| ("themes", word));
    let frameworks = words(&row.frameworks).map(|word| ("frameworks", word));
    for (table, word) in themes.chain(frameworks) {
        match reference.aliases().code(table, word).and_then(|code| code.parse().ok()) {
            Some(item) if items.contains(&item) => {}
            Some(item) => items.push(item),
            None => stated.push(word.to_owned()),
        }
    }
    (items, stated)
}

fn confidence(word: &str) -> Result<Option<Confidence>, Problem> {
    optional(word)
        .map(|word| {
            Confidence::from_code(&word)
                .ok_or_else(|| ("confidence", format!("\"{word}\" is neither stated nor partly-inferred")))
        })
        .transpose()
}

fn alternate(row: &AlternateRow) -> Alternate {
    Alternate {
        field: row.field.clone(),
        value: row.alt_value.clone(),
        source: optional(&row.alt_source_url),
        note: optional(&row.note),
    }
}

fn number(column: &'static str, text: &str) -> Result<Option<u32>, Problem> {
    optional(text)
        .map(|text| text.parse().map_err(|_| (column, format!("\"{text}\" is not a whole number"))))
        .transpose()
}

/// Whole figures become counts and a total; qualified ones a qualified total; anything else is kept
/// in its own words.
fn participation(row: &Row, counts: &[CountRow]) -> Result<Option<ActivityParticipationRecorded>, Problem> {
    let mut women = number("women", &row.women)?;
    let mut men = number("men", &row.men)?;
    let mut total = number("participants_total", &row.participants_total)?.map(Quantity::exact);
    let mut as_stated = Vec::new();
    for count in counts {
        let number = count.number.parse::<u32>().ok();
        match (count.measure.as_str(), count.qualifier.as_str(), number) {
            ("women", "exact", Some(number)) => women = women.or(Some(number)),
            ("men", "exact", Some(number)) => men = men.or(Some(number)),
            ("total", qualifier, Some(number)) => match qualified(qualifier) {
                Some(qualifier) => total = total.or(Some(Quantity { qualifier, number })),
                None => as_stated.push(stated(count)),
            },
            _ => as_stated.push(stated(count)),
        }
    }
    let cell = |sex, number| ParticipationCount {
        role: ParticipantRole::Participant,
        sex,
        age: AgeBand::Unknown,
        count: Quantity::exact(number),
    };
    let cells = [women.map(|n| cell(Sex::Female, n)), men.map(|n| cell(Sex::Male, n))];
    let recorded = ActivityParticipationRecorded {
        counts: cells.into_iter().flatten().collect(),
        total,
        as_stated,
        reason: None,
    };
    let anything = !recorded.counts.is_empty() || recorded.total.is_some() || !recorded.as_stated.is_empty();
    Ok(anything.then_some(recorded))
}

fn qualified(word: &str) -> Option<Qualifier> {
    match word {
        "exact" => Some(Qualifier::Exact),
        "over" => Some(Qualifier::AtLeast),
        "about" | "nearly" => Some(Qualifier::About),
        _ => None,
    }
}

fn stated(count: &CountRow) -> StatedFigure {
    StatedFigure { measure: count.measure.clone(), text: count.as_stated.clone(), source: None }
}

/// A UUID of version 7 that follows from the reference alone: time zero, and its hash for the rest.
fn submission(reference: &str) -> EventId {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(format!("tais import {reference}"));
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    EventId(uuid::Builder::from_unix_timestamp_millis(0, &random).into_uuid())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
pub(crate) mod tests {
    use super::*;
    use uuid::Uuid;

    const ACTIVITIES: &str = include_str!("../../../proto/reference/activities/activities.csv");
    const COUNTS: &str = include_str!("../../../proto/reference/activities/activities-counts.csv");
    const ALTERNATES: &str = include_str!("../../../proto/reference/activities/activities-alternates.csv");

    pub(crate) fn rows() -> Vec<Ready> {
        let reference = Reference::load_embedded().unwrap();
        let files = Files { activities: ACTIVITIES, counts: COUNTS, alternates: ALTERNATES };
        read(files, &reference).into_iter().map(Result::unwrap).collect()
    }

    fn row(reference: &str) -> Ready {
        rows().into_iter().find(|row| row.reference == reference).unwrap()
    }

    #[test]
    fn every_real_row_is_understood_and_keeps_its_name() {
        let rows = rows();
        assert_eq!(rows.len(), 90);
        assert!(rows.iter().all(|row| row.submission.0.get_version_num() == 7));
        let mut ids: Vec<Uuid> = rows.iter().map(|row| row.submission.0).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 90);
    }

    #[test]
    fn nothing_is_guessed() {
        // An empty end stays empty; an unknown day stays unknown.
        assert_eq!(row("A110").details.ends, None);
        assert_eq!(row("A134").details.starts, None);
        // Two sources that disagree are kept side by side.
        assert!(row("A083").details.alternates.iter().any(|alternate| alternate.value == "2024-02-15"));
        let stated = row("A046").participation.unwrap();
        assert!(stated.total.is_none() && stated.as_stated[0].text.contains("over 280"));
        // "Over 90" is not 90.
        let total = row("A087").participation.unwrap().total.unwrap();
        assert_eq!((total.qualifier, total.number), (Qualifier::AtLeast, 90));
        // Seven women of 29 does not make the others men.
        let counted = row("A010").participation.unwrap();
        assert_eq!(counted.counts.len(), 1);
        assert_eq!(tais_domain::measure::attendances_by_sex(&counted), None);
        // Ten women and fifteen men is a breakdown.
        assert!(tais_domain::measure::attendances_by_sex(&row("A049").participation.unwrap()).is_some());
        // An activity of ASEAN as a whole has no single member state.
        assert!(rows().iter().any(|row| row.details.member_state.is_none()));
    }

    #[test]
    fn a_bad_row_is_refused_by_name_and_the_others_go_in() {
        let reference = Reference::load_embedded().unwrap();
        let header = ACTIVITIES.lines().next().unwrap();
        let good = ACTIVITIES.lines().nth(2).unwrap();
        let line = |reference: &str, pillar: &str, start: &str| {
            format!("{reference},{pillar},,TL,meeting,Title,,{start},,,,,,,,,,,,https://example.org,stated")
        };
        let text = [
            header.to_owned(),
            line("B1", "XXX", "2024-01-01"),
            good.to_owned(),
            line("B2", "AEC", "31/01/2024"),
            line("B2", "AEC", "2024-01-31"),
        ]
        .join("\n");
        let files = Files { activities: &text, ..Files::default() };
        let results = read(files, &reference);
        let refused: Vec<_> = results.iter().filter_map(|row| row.as_ref().err()).collect();
        assert_eq!(results.len(), 4);
        assert_eq!((refused[0].line, refused[0].column), (2, "pillar"));
        assert_eq!((refused[1].line, refused[1].column), (4, "start_date"));
        assert_eq!((refused[2].line, refused[2].column), (5, "ref"));
    }
}
