//! A row against what is on record: what the row says is put onto the record, field by field. What
//! the row does not say, and what only the record has, stays as it is.

use tais_domain::Activity;
use tais_proto::event::activity::*;
use tais_proto::reference::{ItemCode, Reference};
use tais_proto::{Cents, Lang, Quantity, Texts};

use super::mapping::Field;
use super::problem::Problem;
use super::said::{Said, budget_stated};

/// One field that a row changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The field.
    pub field: Field,
    /// What the record has; empty where it has nothing. Words of a list by their code.
    pub old: String,
    /// What the row says.
    pub new: String,
}

/// What a row changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The description as it would be, where it changes.
    pub details: Option<ActivityDetails>,
    /// The counts as they would be, where they change.
    pub participation: Option<ActivityParticipationRecorded>,
    /// Field by field.
    pub list: Vec<Change>,
}

impl Changes {
    fn set<T: PartialEq + Clone>(
        &mut self,
        field: Field,
        slot: &mut T,
        new: T,
        words: impl Fn(&T) -> String,
    ) {
        if *slot != new {
            self.list.push(Change { field, old: words(slot), new: words(&new) });
            *slot = new;
        }
    }

    /// The order of a list says nothing.
    fn set_list<T: PartialEq + Clone>(
        &mut self,
        field: Field,
        slot: &mut Vec<T>,
        new: &[T],
        words: impl Fn(&T) -> String,
    ) {
        if !new.is_empty() && !is_same_set(slot, new) {
            self.set(field, slot, new.to_vec(), |list| {
                list.iter().map(&words).collect::<Vec<_>>().join("; ")
            });
        }
    }

    fn set_texts(&mut self, field: fn(Lang) -> Field, slot: &mut Texts, new: &[(Lang, String)]) {
        for (lang, text) in new {
            let old = slot.get(*lang).unwrap_or_default().replace("\r\n", "\n");
            if old != *text {
                self.list.push(Change { field: field(*lang), old, new: text.clone() });
                *slot = slot.clone().with(*lang, text.clone());
            }
        }
    }
}

fn is_same_set<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    one.len() == other.len() && one.iter().all(|item| other.contains(item))
}

fn shown<T: ToString>(value: &Option<T>) -> String {
    value.as_ref().map(ToString::to_string).unwrap_or_default()
}

impl Said {
    /// What the row changes on record.
    ///
    /// # Errors
    /// Where it would undo what the record says in more detail; the fields, each with its problem.
    pub fn onto(&self, activity: &Activity, reference: &Reference) -> Result<Changes, Vec<(Field, Problem)>> {
        let mut changes = Changes::default();
        let mut after = activity.details.clone();
        self.describe(&mut changes, &mut after);
        self.place(&mut changes, &mut after);
        self.tag(&mut changes, &mut after, reference);
        let counted = self.count(&mut changes, activity.participation.as_ref())?;
        // Where nothing is listed, nothing changes: an order or a line's end is no change.
        let described = changes.list.iter().any(|change| !is_count(change.field));
        changes.details = described.then_some(after);
        changes.participation = counted;
        Ok(changes)
    }

    fn describe(&self, changes: &mut Changes, after: &mut ActivityDetails) {
        changes.set_texts(Field::TitleIn, &mut after.title, &self.title);
        changes.set_texts(Field::SummaryIn, &mut after.summary, &self.summary);
        // A kind that was chosen for the whole file says nothing of what is on record.
        let says_more = self.kind_as_stated.is_some() && self.kind_as_stated != after.kind_as_stated;
        if self.names_kind && (self.kind != after.kind || says_more) {
            let old = after.kind_as_stated.clone().unwrap_or_else(|| after.kind.to_string());
            let new = self.kind_as_stated.clone().unwrap_or_else(|| self.kind.to_string());
            changes.list.push(Change { field: Field::Kind, old, new });
            (after.kind, after.kind_as_stated) = (self.kind, self.kind_as_stated.clone());
        }
        if self.occurrence.is_some() {
            changes.set(Field::Occurrence, &mut after.occurrence, self.occurrence, shown);
        }
        if self.starts.is_some() {
            changes.set(Field::Starts, &mut after.starts, self.starts, shown);
        }
        if self.ends.is_some() {
            changes.set(Field::Ends, &mut after.ends, self.ends, shown);
        }
        if self.mode.is_some() {
            changes.set(Field::Mode, &mut after.mode, self.mode, shown);
        }
        if self.confidence.is_some() {
            changes.set(Field::Confidence, &mut after.confidence, self.confidence, shown);
        }
        if self.marker.is_some() {
            let words = |marker: &Option<GenderMarker>| {
                let marker = marker.as_ref().map(|marker| format!("{}: {}", marker.score, marker.reason));
                marker.unwrap_or_default()
            };
            changes.set(Field::Marker, &mut after.gender_marker, self.marker.clone(), words);
        }
        if self.budget.is_some() {
            let mut budget =
                after.budget.clone().unwrap_or(Budget { planned: None, spent: None, gender_tagged: None });
            let dollars = |cents: &Option<Cents>| {
                cents.map(|cents| format!("{}.{:02}", cents.0 / 100, cents.0 % 100)).unwrap_or_default()
            };
            changes.set(Field::Budget, &mut budget.planned, self.budget, dollars);
            after.budget = Some(budget);
        }
        if let Some(stated) = &self.budget_stated {
            let is_budget =
                |alternate: &&mut Alternate| alternate.field == "budget" && alternate.source.is_none();
            match after.alternates.iter_mut().find(is_budget) {
                Some(known) => {
                    changes.set(Field::BudgetStated, &mut known.value, stated.clone(), Clone::clone)
                }
                None => {
                    let (old, new) = (String::new(), stated.clone());
                    changes.list.push(Change { field: Field::BudgetStated, old, new });
                    after.alternates.push(budget_stated(stated));
                }
            }
        }
        changes.set_list(Field::Source, &mut after.sources, &self.sources, Clone::clone);
    }

    fn place(&self, changes: &mut Changes, after: &mut ActivityDetails) {
        let mut venue = after.venue.clone().unwrap_or_default();
        let parts = [
            (Field::Place, &mut venue.place, &self.place),
            (Field::City, &mut venue.city, &self.city),
            (Field::Country, &mut venue.country, &self.country),
        ];
        for (field, slot, new) in parts {
            if new.is_some() {
                changes.set(field, slot, new.clone(), shown);
            }
        }
        after.venue = (venue != Venue::default()).then_some(venue);
        if let Some(state) = &self.member_state {
            changes.set(Field::MemberState, &mut after.member_state, state.clone(), shown);
        }
        let body = |body: &BodyRef| match body {
            BodyRef::Code(code) => code.to_string(),
            BodyRef::Name(name) => name.clone(),
        };
        let organisation = |organisation: &OrganisationRef| match organisation {
            OrganisationRef::Code(code) => code.to_string(),
            OrganisationRef::Name(name) => name.clone(),
        };
        changes.set_list(Field::Bodies, &mut after.sectoral_bodies, &self.bodies, body);
        changes.set_list(Field::Partners, &mut after.partners, &self.partners, organisation);
    }

    /// A column of themes says which WPS pillars; a column of frameworks which other items.
    fn tag(&self, changes: &mut Changes, after: &mut ActivityDetails, reference: &Reference) {
        let is_theme = |item: &ItemCode| reference.wps_pillars().any(|pillar| pillar.code == *item);
        let (mut themes, mut others): (Vec<ItemCode>, Vec<ItemCode>) =
            after.framework_items.iter().cloned().partition(is_theme);
        let mut stated = after.frameworks_as_stated.clone();
        let (new_themes, new_others): (Vec<ItemCode>, Vec<ItemCode>) =
            self.details().framework_items.into_iter().partition(is_theme);
        changes.set_list(Field::Themes, &mut themes, &new_themes, ToString::to_string);
        changes.set_list(Field::Frameworks, &mut others, &new_others, ToString::to_string);
        // Words that no item answers to are only added: which column an older one came from is not known.
        let words = self.details().frameworks_as_stated.into_iter().filter(|word| !stated.contains(word));
        let more: Vec<String> = words.collect();
        let whole: Vec<String> = stated.iter().chain(&more).cloned().collect();
        changes.set_list(Field::Frameworks, &mut stated, &whole, Clone::clone);
        let items: Vec<ItemCode> = themes.into_iter().chain(others).collect();
        if !is_same_set(&items, &after.framework_items) {
            after.framework_items = items;
        }
        after.frameworks_as_stated = stated;
    }

    fn count(
        &self,
        changes: &mut Changes,
        before: Option<&ActivityParticipationRecorded>,
    ) -> Result<Option<ActivityParticipationRecorded>, Vec<(Field, Problem)>> {
        let Some(said) = self.participation() else { return Ok(None) };
        let Some(before) = before else {
            let listed = said.counts.iter().map(|cell| (field_of(cell.sex), cell.count));
            for (field, quantity) in listed.chain(said.total.map(|total| (Field::Total, total))) {
                changes.list.push(Change { field, old: String::new(), new: number(quantity) });
            }
            return Ok(Some(said));
        };
        let mut after = before.clone();
        let mut errors = Vec::new();
        for cell in &said.counts {
            if count_cell(changes, &mut after.counts, cell).is_err() {
                errors.push((field_of(cell.sex), Problem::FinerCounts));
            }
        }
        if said.total.is_some() {
            let words = |total: &Option<Quantity>| total.map(number).unwrap_or_default();
            changes.set(Field::Total, &mut after.total, said.total, words);
        }
        after.reason = None;
        let changed = after != ActivityParticipationRecorded { reason: None, ..before.clone() };
        if errors.is_empty() { Ok(changed.then_some(after)) } else { Err(errors) }
    }
}

/// Cells of the same sex that say more stay, where they add up to the same.
fn count_cell(
    changes: &mut Changes,
    counts: &mut Vec<ParticipationCount>,
    cell: &ParticipationCount,
) -> Result<(), ()> {
    let is_same =
        |known: &ParticipationCount| (known.role, known.sex, known.age) == (cell.role, cell.sex, cell.age);
    let of_sex: Vec<&ParticipationCount> = counts.iter().filter(|known| known.sex == cell.sex).collect();
    if of_sex.iter().any(|known| !is_same(known)) {
        let exact = of_sex.iter().map(|known| known.count.if_exact().map(u64::from));
        let sum = exact.sum::<Option<u64>>();
        return if sum == Some(u64::from(cell.count.number)) { Ok(()) } else { Err(()) };
    }
    match counts.iter_mut().find(|known| is_same(known)) {
        Some(known) => changes.set(field_of(cell.sex), &mut known.count, cell.count, |count| number(*count)),
        None => {
            let new = number(cell.count);
            changes.list.push(Change { field: field_of(cell.sex), old: String::new(), new });
            counts.push(cell.clone());
        }
    }
    Ok(())
}

fn number(quantity: Quantity) -> String {
    use tais_proto::vocabulary::Qualifier;
    let sign = match quantity.qualifier {
        Qualifier::Exact => "",
        Qualifier::AtLeast => "≥ ",
        Qualifier::About => "≈ ",
    };
    format!("{sign}{}", quantity.number)
}

const fn field_of(sex: tais_proto::vocabulary::Sex) -> Field {
    use tais_proto::vocabulary::Sex;
    match sex {
        Sex::Female => Field::Women,
        Sex::Male => Field::Men,
        Sex::OtherOrUndisclosed => Field::Others,
    }
}

const fn is_count(field: Field) -> bool {
    matches!(field, Field::Women | Field::Men | Field::Others | Field::Total)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use tais_domain::activity::Status;
    use tais_proto::vocabulary::{AgeBand, Sex};
    use tais_proto::{AccountId, Pillar};
    use uuid::Uuid;

    use super::super::mapping::Mapping;
    use super::super::row::{Reading, read_all};
    use super::super::table::{self, Cell};
    use super::*;

    const ACTIVITIES: &[u8] = include_bytes!("../../../../proto/reference/activities/activities.csv");

    /// The ninety real records as the demo has them, each with its row of the one file.
    fn real(reference: &Reference) -> Vec<(Activity, Said)> {
        let table = table::read(ACTIVITIES).unwrap();
        let mapping = Mapping::recognise(&table.header, Lang::EN);
        let reading = Reading { mapping: &mapping, columns: table.header.len(), pillar: None, reference };
        let rows = read_all(&table.rows, reading).into_iter().map(Result::unwrap);
        let activity = |details, participation| Activity {
            version: 2,
            revision: 2,
            author: AccountId(Uuid::nil()),
            details,
            participation,
            documents: Vec::new(),
            outcomes: Vec::new(),
            status: Status::Reported,
        };
        let records = crate::import::tests::rows().into_iter();
        records.zip(rows).map(|(row, said)| (activity(row.details, row.participation), said)).collect()
    }

    /// The record has more than the one file says: alternates, figures in words. None of it is lost.
    #[test]
    fn the_same_row_again_changes_nothing() {
        let reference = Reference::load_embedded().unwrap();
        let real = real(&reference);
        assert_eq!(real.len(), 90);
        for (activity, said) in real {
            assert_eq!(said.onto(&activity, &reference), Ok(Changes::default()), "{}", said.reference);
        }
    }

    #[test]
    fn an_empty_cell_takes_nothing_away() {
        let reference = Reference::load_embedded().unwrap();
        let (mut activity, said) = real(&reference).remove(0);
        activity.details.venue = Some(Venue {
            place: Some("Salão".into()),
            ..activity.details.venue.clone().unwrap_or_default()
        });
        activity.details.gender_marker = Some(GenderMarker {
            score: tais_proto::vocabulary::GenderScore::Principal,
            reason: "Why".into(),
        });
        activity.details.title = activity.details.title.with(Lang::PT, "Título");
        assert_eq!(said.onto(&activity, &reference), Ok(Changes::default()));
    }

    #[test]
    fn what_differs_is_listed_and_only_that_changes() {
        let reference = Reference::load_embedded().unwrap();
        let all = real(&reference);
        let (activity, said) = all.iter().find(|(_, said)| said.reference == "A049").unwrap();
        let new = Said {
            city: Some("Baucau".into()),
            women: Some(11),
            starts: Some("2026-01".parse().unwrap()),
            ..said.clone()
        };
        let changes = new.onto(activity, &reference).unwrap();
        let listed: Vec<(Field, &str)> =
            changes.list.iter().map(|change| (change.field, change.new.as_str())).collect();
        assert_eq!(listed, [(Field::Starts, "2026-01"), (Field::City, "Baucau"), (Field::Women, "11")]);
        assert_eq!(changes.list[2].old, "10");
        let mut after = changes.details.unwrap();
        (after.starts, after.venue) = (activity.details.starts, activity.details.venue.clone());
        assert_eq!(after, activity.details, "everything else stays");
        let counted = changes.participation.unwrap();
        assert_eq!(counted.counts.len(), activity.participation.as_ref().unwrap().counts.len());
    }

    #[test]
    fn one_number_does_not_undo_finer_cells() {
        let reference = Reference::load_embedded().unwrap();
        let (mut activity, said) = real(&reference).remove(0);
        let cell = |age, number| ParticipationCount {
            role: tais_proto::vocabulary::ParticipantRole::Participant,
            sex: Sex::Female,
            age,
            count: Quantity::exact(number),
        };
        activity.participation = Some(ActivityParticipationRecorded {
            counts: vec![cell(AgeBand::Under30, 4), cell(AgeBand::From30To59, 3)],
            total: None,
            as_stated: Vec::new(),
            reason: None,
        });
        let said = |women| Said { women: Some(women), ..said.clone() }.onto(&activity, &reference);
        assert_eq!(said(7), Ok(Changes::default()));
        assert_eq!(said(8), Err(vec![(Field::Women, Problem::FinerCounts)]));
    }

    /// One row as text, as the property tests elsewhere make it.
    #[test]
    fn all_that_is_wrong_with_a_row_is_told_at_once() {
        let reference = Reference::load_embedded().unwrap();
        let file =
            "ref;title;kind;pillar;start_date;women;marker;budget\nX;;party;AEC;31/02/2026;=1;3;1,234.50\n";
        let table = table::read(file.as_bytes()).unwrap();
        let mapping = Mapping::recognise(&table.header, Lang::EN);
        let pillar = Some(Pillar::Apsc);
        let reading =
            Reading { mapping: &mapping, columns: table.header.len(), pillar, reference: &reference };
        let errors = read_all(&table.rows, reading).remove(0).unwrap_err();
        let told: Vec<(Option<usize>, &str)> =
            errors.iter().map(|error| (error.column, error.problem.code())).collect();
        let wanted = [
            (1, "missing"),
            (2, "unknown-kind"),
            (3, "other-pillar"),
            (4, "wrong-date"),
            (5, "formula"),
            (6, "wrong-marker"),
            (7, "wrong-amount"),
        ];
        assert_eq!(told, wanted.map(|(column, code)| (Some(column), code)));
        assert_eq!(table.rows[0].cells[5], Cell::Formula);
    }
}
