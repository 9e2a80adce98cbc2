//! The form for an activity: what was typed, and what it means. The rules are the domain's; here
//! only what a form alone can get wrong is told beside its field.

use serde::{Deserialize, Serialize};
use tais_proto::event::activity::*;
use tais_proto::event::commitment::CommitmentMade;
use tais_proto::reference::{Reference, StateCode};
use tais_proto::vocabulary::{ActivityKind, GenderScore, Mode, Occurrence, Qualifier, Sex};
use tais_proto::{Lang, PartialDate, Pillar, Quantity, Texts};
use tais_web::fields::partial_day;
use tais_web::language::{Arg, Texts as Words};
use tais_web::parts::FieldError;

use crate::grid::{self, Cell, Cells, GRID};
use crate::import::amount;
use crate::report::Report;

/// What was typed, as it was typed: it is given back when something is wrong.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Typed {
    /// The submission's id, made when the form was shown.
    pub submission: String,
    /// The title.
    pub title: String,
    /// The language it is written in.
    pub language: String,
    /// What it was about.
    pub summary: String,
    /// The kind.
    pub kind: String,
    /// Held or planned.
    pub occurrence: String,
    /// First day.
    pub starts: String,
    /// Last day.
    pub ends: String,
    /// How people met.
    pub mode: String,
    /// Building or room.
    pub place: String,
    /// City.
    pub city: String,
    /// Country.
    pub country: String,
    /// Municipality, within Timor-Leste.
    pub municipality: String,
    /// Who leads it.
    pub lead: String,
    /// Other member states whose correspondents took part.
    pub counterparts: Vec<String>,
    /// The planned budget in US dollars.
    pub budget: String,
    /// The member state.
    pub member_state: String,
    /// The sectoral body.
    pub body: String,
    /// Partners, separated by semicolons.
    pub partners: String,
    /// WPS pillars.
    pub themes: Vec<String>,
    /// Other framework items, separated by semicolons.
    pub items: String,
    /// The gender marker.
    pub marker: String,
    /// The reason for it.
    pub marker_reason: String,
    /// Attendances of women.
    pub women: String,
    /// Attendances of men.
    pub men: String,
    /// Attendances of others, or undisclosed.
    pub others: String,
    /// The same by role, sex and age.
    pub cells: Cells,
    /// The stated total.
    pub total: String,
    /// What the total is worth: exact where nothing is chosen.
    pub total_is: String,
    /// Where this is known from.
    pub source: String,
    /// What was promised there: a new activity only.
    pub commitment: String,
    /// Until when.
    pub commitment_due: String,
    /// Who must keep it.
    pub commitment_owner: String,
    /// Why it changes: a revision only.
    pub reason: String,
    /// The version the form was made from: a revision only.
    pub version: u32,
}

/// What a form means: the description, and the counts where any were given.
pub type Read = (ActivityDetails, Option<ActivityParticipationRecorded>);

struct Reading<'a> {
    t: Words,
    reference: &'a Reference,
    errors: Vec<FieldError>,
}

impl Reading<'_> {
    fn wrong(&mut self, field: &str, key: &str) {
        self.errors.push(FieldError { field: field.to_owned(), message: self.t.get(key) });
    }

    /// A value of a list, `None` where nothing was chosen.
    fn choice<T>(&mut self, field: &str, text: &str, of: impl Fn(&str) -> Option<T>) -> Option<T> {
        if text.is_empty() {
            return None;
        }
        let value = of(text);
        if value.is_none() {
            self.wrong(field, "correspondent-wrong-choice");
        }
        value
    }

    fn date(&mut self, field: &str, text: &str) -> Option<PartialDate> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let date = partial_day(text);
        if date.is_none() {
            self.wrong(field, "correspondent-wrong-date");
        }
        date
    }

    fn number(&mut self, field: &str, text: &str) -> Option<u32> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok();
        if number.is_none() {
            self.wrong(field, "correspondent-wrong-number");
        }
        number
    }
}

fn optional(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|word| !word.is_empty())
}

impl Typed {
    /// What the form means.
    ///
    /// # Errors
    /// Every field that cannot be understood, with words beside it.
    pub fn read(&self, t: Words, pillar: Pillar, reference: &Reference) -> Result<Read, Vec<FieldError>> {
        let mut reading = Reading { t, reference, errors: Vec::new() };
        if self.title.trim().is_empty() {
            reading.wrong("title", "correspondent-title-missing");
        }
        let kind = reading.choice("kind", &self.kind, ActivityKind::from_code);
        if self.kind.is_empty() {
            reading.wrong("kind", "correspondent-kind-missing");
        }
        let starts = reading.date("starts", &self.starts);
        let ends = reading.date("ends", &self.ends);
        if starts.zip(ends).is_some_and(|(starts, ends)| ends.latest() < starts.earliest()) {
            reading.wrong("ends", "refusal-ends-before-starts");
        }
        let lang = self.language.parse().unwrap_or(Lang::EN);
        let member_state = reading.choice("member_state", &self.member_state, |text| {
            text.parse().ok().filter(|code| reference.member_state(code).is_some())
        });
        let occurrence = reading.choice("occurrence", &self.occurrence, Occurrence::from_code);
        let mode = reading.choice("mode", &self.mode, Mode::from_code);
        let sectoral_bodies = self.bodies(&mut reading);
        let framework_items = self.framework_items(&mut reading);
        let gender_marker = self.gender_marker(&mut reading);
        let counterparts = self.counterparts(&mut reading);
        let budget = self.budget(&mut reading);
        let venue = self.venue(&mut reading);
        let participation = self.participation(&mut reading);
        let details = ActivityDetails {
            pillar,
            member_state,
            kind: kind.unwrap_or(ActivityKind::Meeting),
            kind_as_stated: None,
            title: Texts::one(lang, self.title.trim()),
            summary: optional(&self.summary).map(|text| Texts::one(lang, text)).unwrap_or_default(),
            starts,
            ends,
            time_zone: None,
            occurrence,
            mode,
            venue,
            sectoral_bodies,
            lead: optional(&self.lead).map(|word| partner(reference, &word)),
            partners: words(&self.partners).map(|word| partner(reference, word)).collect(),
            counterparts,
            framework_items,
            frameworks_as_stated: Vec::new(),
            gender_marker,
            budget,
            confidence: None,
            sources: words(&self.source).map(str::to_owned).collect(),
            alternates: Vec::new(),
            external_ref: None,
        };
        if reading.errors.is_empty() { Ok((details, participation)) } else { Err(reading.errors) }
    }

    /// What the form of a new activity means: the same, with what was promised there.
    ///
    /// # Errors
    /// Every field that cannot be understood, with words beside it.
    pub fn report(&self, t: Words, pillar: Pillar, reference: &Reference) -> Result<Report, Vec<FieldError>> {
        let mut reading = Reading { t, reference, errors: Vec::new() };
        let made = self.commitment(pillar, &mut reading);
        match self.read(t, pillar, reference) {
            Ok((details, participation)) if reading.errors.is_empty() => {
                Ok(Report { details, participation, commitments: made.into_iter().collect(), submit: true })
            }
            Ok(_) => Err(reading.errors),
            Err(mut errors) => {
                errors.append(&mut reading.errors);
                Err(errors)
            }
        }
    }

    fn commitment(&self, pillar: Pillar, reading: &mut Reading<'_>) -> Option<CommitmentMade> {
        let (text, due) = (self.commitment.trim(), self.commitment_due.trim());
        let owner = optional(&self.commitment_owner);
        if text.is_empty() && due.is_empty() && owner.is_none() {
            return None;
        }
        if text.is_empty() {
            reading.wrong("commitment", "refusal-missing");
        }
        let day = tais_web::fields::day(due);
        if day.is_none() {
            let key = if due.is_empty() { "refusal-missing" } else { "records-wrong-day" };
            reading.wrong("commitment_due", key);
        }
        let lang = self.language.parse().unwrap_or(Lang::EN);
        Some(CommitmentMade {
            pillar,
            text: Texts::one(lang, text.replace("\r\n", "\n")),
            origin: optional(&self.title),
            owner: owner.map(|word| partner(reading.reference, &word)),
            due: day?,
            framework_items: Vec::new(),
        })
    }

    fn counterparts(&self, reading: &mut Reading<'_>) -> Vec<StateCode> {
        let reference = reading.reference;
        let known = |text: &str| text.parse().ok().filter(|code| reference.member_state(code).is_some());
        let chosen = self.counterparts.iter();
        chosen.filter_map(|state| reading.choice("counterparts", state, known)).collect()
    }

    fn budget(&self, reading: &mut Reading<'_>) -> Option<Budget> {
        let planned = amount(&optional(&self.budget)?);
        if planned.is_err() {
            reading.wrong("budget", "correspondent-wrong-amount");
        }
        Some(Budget { planned: Some(planned.ok()?), spent: None, gender_tagged: None })
    }

    fn venue(&self, reading: &mut Reading<'_>) -> Option<Venue> {
        let reference = reading.reference;
        let known = |text: &str| text.parse().ok().filter(|code| reference.municipality(code).is_some());
        let venue = Venue {
            place: optional(&self.place),
            municipality: reading.choice("municipality", &self.municipality, known),
            city: optional(&self.city),
            country: optional(&self.country),
        };
        (venue != Venue::default()).then_some(venue)
    }

    fn bodies(&self, reading: &mut Reading<'_>) -> Vec<BodyRef> {
        let reference = reading.reference;
        let known = |text: &str| text.parse().ok().filter(|code| reference.sectoral_body(code).is_some());
        reading.choice("body", &self.body, known).map(BodyRef::Code).into_iter().collect()
    }

    fn framework_items(&self, reading: &mut Reading<'_>) -> Vec<tais_proto::reference::ItemCode> {
        let mut items = Vec::new();
        let typed = self.themes.iter().map(|theme| ("themes", theme.as_str()));
        for (field, word) in typed.chain(words(&self.items).map(|word| ("items", word))) {
            match word.parse().ok().filter(|code| reading.reference.item(code).is_some()) {
                Some(code) if items.contains(&code) => {}
                Some(code) => items.push(code),
                None => reading.wrong(field, "correspondent-wrong-item"),
            }
        }
        items
    }

    fn gender_marker(&self, reading: &mut Reading<'_>) -> Option<GenderMarker> {
        let score = reading.choice("marker", &self.marker, GenderScore::from_code)?;
        match optional(&self.marker_reason) {
            Some(reason) => Some(GenderMarker { score, reason }),
            None => {
                reading.wrong("marker_reason", "correspondent-marker-reason-missing");
                None
            }
        }
    }

    fn participation(&self, reading: &mut Reading<'_>) -> Option<ActivityParticipationRecorded> {
        let mut counts = grid::read(&self.cells).unwrap_or_else(|wrong| {
            let message = reading.t.with("correspondent-grid-wrong", &[("value", Arg::from(wrong))]);
            reading.errors.push(FieldError { field: GRID.to_owned(), message });
            Vec::new()
        });
        for (sex, text) in
            [(Sex::Female, &self.women), (Sex::Male, &self.men), (Sex::OtherOrUndisclosed, &self.others)]
        {
            let field = grid::field_of(sex);
            let Some(number) = reading.number(field, text) else { continue };
            match grid::sum(&counts, sex) {
                Some(sum) if sum != u64::from(number) => {
                    let values = [("typed", Arg::from(number)), ("sum", Arg::from(sum))];
                    let message = reading.t.with("correspondent-grid-differs", &values);
                    reading.errors.push(FieldError { field: field.to_owned(), message });
                }
                Some(_) => {}
                None => counts.push(plain_count(sex, number)),
            }
        }
        let qualifier = reading.choice("total_is", &self.total_is, Qualifier::from_code);
        let total = reading.number("total", &self.total);
        let total = total.map(|number| Quantity { qualifier: qualifier.unwrap_or(Qualifier::Exact), number });
        let sum: u64 = counts.iter().map(|cell| u64::from(cell.count.number)).sum();
        if total.and_then(Quantity::if_exact).is_some_and(|total| sum > u64::from(total)) {
            reading.wrong("total", "correspondent-total-too-small");
        }
        let recorded = ActivityParticipationRecorded { counts, total, as_stated: Vec::new(), reason: None };
        (!recorded.counts.is_empty() || recorded.total.is_some()).then_some(recorded)
    }
}

fn plain_count(sex: Sex, number: u32) -> ParticipationCount {
    let Cell { role, sex, age } = Cell::plain(sex);
    ParticipationCount { role, sex, age, count: Quantity::exact(number) }
}

fn partner(reference: &Reference, word: &str) -> OrganisationRef {
    match word.parse().ok().filter(|code| reference.organisation(code).is_some()) {
        Some(code) => OrganisationRef::Code(code),
        None => OrganisationRef::Name(word.to_owned()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    fn read(typed: &Typed) -> Result<Read, Vec<String>> {
        let reference = Reference::load_embedded().unwrap();
        let read = typed.read(Words::default(), Pillar::Apsc, &reference);
        read.map_err(|errors| errors.into_iter().map(|error| error.field).collect())
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let typed = Typed {
            starts: "31/02/2026".into(),
            ends: "tomorrow".into(),
            kind: "party".into(),
            items: "NO-SUCH".into(),
            women: "-1".into(),
            budget: "1,234.50".into(),
            counterparts: vec!["ID".into(), "XX".into()],
            municipality: "Atlantis".into(),
            marker: "2".into(),
            ..Typed::default()
        };
        let fields = read(&typed).unwrap_err();
        assert_eq!(
            fields,
            [
                "title",
                "kind",
                "starts",
                "ends",
                "items",
                "marker_reason",
                "counterparts",
                "budget",
                "municipality",
                "women"
            ]
        );
    }

    #[test]
    fn what_is_left_empty_stays_unknown() {
        let typed = Typed {
            title: "Title".into(),
            kind: "meeting".into(),
            starts: "11/2026".into(),
            ..Typed::default()
        };
        let (details, participation) = read(&typed).unwrap();
        assert_eq!(details.starts.unwrap().to_string(), "2026-11");
        assert_eq!((details.ends, details.gender_marker, participation), (None, None, None));
    }

    #[test]
    fn the_parts_do_not_exceed_the_whole() {
        let typed = Typed {
            title: "Title".into(),
            kind: "meeting".into(),
            women: "7".into(),
            men: "5".into(),
            total: "11".into(),
            ..Typed::default()
        };
        assert_eq!(read(&typed).unwrap_err(), ["total"]);
    }

    fn grid(cells: &[(&str, &str)]) -> Typed {
        let cells = cells.iter().map(|(code, text)| ((*code).to_owned(), (*text).to_owned())).collect();
        Typed { title: "Title".into(), kind: "meeting".into(), cells, ..Typed::default() }
    }

    #[test]
    fn the_grid_adds_up_to_the_plain_fields_or_says_that_it_does_not() {
        let typed = grid(&[("participant.female.under-30", "4"), ("speaker.female.unknown", "3")]);
        let counts = |typed: &Typed| read(typed).map(|(_, recorded)| recorded.unwrap().counts.len());
        // Left empty, or the same sum: the grid says it. Of a sex without cells the plain field does.
        assert_eq!(counts(&typed), Ok(2));
        assert_eq!(counts(&Typed { women: "7".into(), men: "5".into(), ..typed.clone() }), Ok(3));
        assert_eq!(counts(&Typed { women: "8".into(), ..typed.clone() }), Err(vec!["women".into()]));
        assert_eq!(counts(&Typed { total: "6".into(), ..typed.clone() }), Err(vec!["total".into()]));
        // More than 6 were there: seven are no contradiction.
        let about = Typed { total: "6".into(), total_is: "at-least".into(), ..typed };
        assert_eq!(read(&about).unwrap().1.unwrap().total.unwrap().qualifier, Qualifier::AtLeast);
        assert_eq!(read(&grid(&[("participant.female.unknown", "many")])).unwrap_err(), ["grid"]);
    }
}
