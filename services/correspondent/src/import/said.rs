//! What a row says, each part only where its cell says something; and the activity that it describes
//! where nothing is on record yet.

use tais_proto::event::activity::*;
use tais_proto::reference::StateCode;
use tais_proto::vocabulary::{ActivityKind, AgeBand, Confidence, Mode, Occurrence, ParticipantRole, Sex};
use tais_proto::{Cents, Lang, PartialDate, Pillar, Quantity, Texts};

use super::value::Tags;

/// A row that is understood.
#[expect(missing_docs, reason = "the parts are those of an activity")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The line of the file.
    pub line: u64,
    pub reference: String,
    pub pillar: Pillar,
    pub title: Vec<(Lang, String)>,
    pub summary: Vec<(Lang, String)>,
    pub kind: ActivityKind,
    pub kind_as_stated: Option<String>,
    /// Whether the row itself names its kind.
    pub names_kind: bool,
    pub occurrence: Option<Occurrence>,
    pub starts: Option<PartialDate>,
    pub ends: Option<PartialDate>,
    pub place: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    /// `Some(None)` says ASEAN as a whole.
    pub member_state: Option<Option<StateCode>>,
    pub mode: Option<Mode>,
    pub bodies: Vec<BodyRef>,
    pub partners: Vec<OrganisationRef>,
    pub themes: Option<Tags>,
    pub frameworks: Option<Tags>,
    pub marker: Option<GenderMarker>,
    pub women: Option<u32>,
    pub men: Option<u32>,
    pub others: Option<u32>,
    pub total: Option<u32>,
    pub budget: Option<Cents>,
    /// In another currency, in the words of its source.
    pub budget_stated: Option<String>,
    pub sources: Vec<String>,
    pub confidence: Option<Confidence>,
}

impl Said {
    /// What it describes, where nothing is on record yet.
    #[must_use]
    pub fn details(&self) -> ActivityDetails {
        let venue = Venue {
            place: self.place.clone(),
            municipality: None,
            city: self.city.clone(),
            country: self.country.clone(),
        };
        let (framework_items, frameworks_as_stated) = self.tags();
        ActivityDetails {
            pillar: self.pillar,
            member_state: self.member_state.clone().flatten(),
            kind: self.kind,
            kind_as_stated: self.kind_as_stated.clone(),
            title: self.title.iter().cloned().collect::<Texts>(),
            summary: self.summary.iter().cloned().collect::<Texts>(),
            starts: self.starts,
            ends: self.ends,
            time_zone: None,
            occurrence: self.occurrence,
            mode: self.mode,
            venue: (venue != Venue::default()).then_some(venue),
            sectoral_bodies: self.bodies.clone(),
            lead: None,
            partners: self.partners.clone(),
            counterparts: Vec::new(),
            framework_items,
            frameworks_as_stated,
            gender_marker: self.marker.clone(),
            budget: self.budget.map(|planned| Budget {
                planned: Some(planned),
                spent: None,
                gender_tagged: None,
            }),
            confidence: self.confidence,
            sources: self.sources.clone(),
            alternates: self.budget_stated.iter().map(|stated| budget_stated(stated)).collect(),
            external_ref: Some(self.reference.clone()),
        }
    }

    fn tags(&self) -> Tags {
        let (mut items, mut stated) = (Vec::new(), Vec::new());
        for (more, words) in [&self.themes, &self.frameworks].into_iter().flatten() {
            for item in more {
                if !items.contains(item) {
                    items.push(item.clone());
                }
            }
            stated.extend(words.iter().cloned());
        }
        (items, stated)
    }

    /// The cells of the grid that it gives.
    #[must_use]
    pub fn counts(&self) -> Vec<ParticipationCount> {
        let given =
            [(Sex::Female, self.women), (Sex::Male, self.men), (Sex::OtherOrUndisclosed, self.others)];
        given.into_iter().filter_map(|(sex, number)| Some(cell(sex, number?))).collect()
    }

    /// What it counts, where nothing is on record yet.
    #[must_use]
    pub fn participation(&self) -> Option<ActivityParticipationRecorded> {
        let recorded = ActivityParticipationRecorded {
            counts: self.counts(),
            total: self.total.map(Quantity::exact),
            as_stated: Vec::new(),
            reason: None,
        };
        (!recorded.counts.is_empty() || recorded.total.is_some()).then_some(recorded)
    }
}

/// A budget that is not in US dollars stands beside the record's own as its source says it.
pub(super) fn budget_stated(stated: &str) -> Alternate {
    Alternate { field: "budget".to_owned(), value: stated.to_owned(), source: None, note: None }
}

fn cell(sex: Sex, number: u32) -> ParticipationCount {
    ParticipationCount {
        role: ParticipantRole::Participant,
        sex,
        age: AgeBand::Unknown,
        count: Quantity::exact(number),
    }
}
