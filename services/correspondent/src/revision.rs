//! A revision by the form: what the record has is shown, and only what was changed is said. What the
//! form does not show stays as it is.

use tais_domain::Activity;
use tais_proto::event::activity::*;
use tais_proto::event::commitment::CommitmentMade;
use tais_proto::reference::Reference;
use tais_proto::vocabulary::{Qualifier, Sex};
use tais_proto::{Cents, Lang, PartialDate};
use tais_web::language::{Arg, Texts as Words};
use tais_web::parts::FieldError;

use crate::form::{Read, Typed};
use crate::grid::{self, Cell, Cells, GRID};

/// The form as it shows what the record has, in a language that the activity is written in.
pub fn shown(activity: &Activity, wanted: Lang, reference: &Reference) -> Typed {
    let details = &activity.details;
    let (lang, title) = details.title.best(wanted).unwrap_or((wanted, ""));
    let venue = details.venue.clone().unwrap_or_default();
    let is_theme = |code: &str| reference.wps_pillars().any(|item| item.code.as_str() == code);
    let items = || details.framework_items.iter().map(ToString::to_string);
    let counts = Counts::of(activity.participation.as_ref());
    Typed {
        title: title.to_owned(),
        language: lang.to_string(),
        summary: details.summary.get(lang).unwrap_or_default().to_owned(),
        kind: details.kind.code().to_owned(),
        occurrence: details.occurrence.map(|it| it.code().to_owned()).unwrap_or_default(),
        starts: details.starts.map(typed_date).unwrap_or_default(),
        ends: details.ends.map(typed_date).unwrap_or_default(),
        mode: details.mode.map(|mode| mode.code().to_owned()).unwrap_or_default(),
        place: venue.place.unwrap_or_default(),
        city: venue.city.unwrap_or_default(),
        country: venue.country.unwrap_or_default(),
        municipality: venue.municipality.as_ref().map(ToString::to_string).unwrap_or_default(),
        lead: details.lead.as_ref().map(partner).unwrap_or_default(),
        counterparts: details.counterparts.iter().map(ToString::to_string).collect(),
        budget: details.budget.as_ref().and_then(|it| it.planned).map(dollars).unwrap_or_default(),
        member_state: details.member_state.as_ref().map(ToString::to_string).unwrap_or_default(),
        body: first_body(details).unwrap_or_default(),
        partners: details.partners.iter().map(partner).collect::<Vec<_>>().join("; "),
        themes: items().filter(|code| is_theme(code)).collect(),
        items: items().filter(|code| !is_theme(code)).collect::<Vec<_>>().join("; "),
        marker: details.gender_marker.as_ref().map(|it| it.score.code().to_owned()).unwrap_or_default(),
        marker_reason: details.gender_marker.as_ref().map(|it| it.reason.clone()).unwrap_or_default(),
        women: counts.women,
        men: counts.men,
        others: counts.others,
        cells: counts.cells,
        total: counts.total,
        total_is: counts.total_is,
        source: details.sources.join("; "),
        version: activity.version,
        ..Typed::default()
    }
}

/// The same form as it was sent first, with what was promised in it.
pub fn with_commitment(shown: Typed, made: &CommitmentMade) -> Typed {
    Typed {
        commitment: made.text.iter().next().map(|(_, text)| text.to_owned()).unwrap_or_default(),
        commitment_due: typed_date(PartialDate::Day(made.due)),
        commitment_owner: made.owner.as_ref().map(partner).unwrap_or_default(),
        ..shown
    }
}

/// A date as people type it here.
fn typed_date(date: PartialDate) -> String {
    let iso = date.to_string();
    let mut parts: Vec<&str> = iso.split('-').collect();
    parts.reverse();
    parts.join("/")
}

/// `1234.50`, or `1234`: as the form reads it back.
fn dollars(Cents(cents): Cents) -> String {
    match cents % 100 {
        0 => (cents / 100).to_string(),
        part => format!("{}.{part:02}", cents / 100),
    }
}

fn partner(partner: &OrganisationRef) -> String {
    match partner {
        OrganisationRef::Code(code) => code.to_string(),
        OrganisationRef::Name(name) => name.clone(),
    }
}

fn first_body(details: &ActivityDetails) -> Option<String> {
    details.sectoral_bodies.iter().find_map(|body| match body {
        BodyRef::Code(code) => Some(code.to_string()),
        BodyRef::Name(_) => None,
    })
}

/// Whether the counts on record say more than the form can show: parts that are not exact.
pub fn has_finer_counts(activity: &Activity) -> bool {
    activity.participation.as_ref().is_some_and(|recorded| !can_show(recorded))
}

fn can_show(recorded: &ActivityParticipationRecorded) -> bool {
    recorded.counts.iter().all(|cell| cell.count.qualifier == Qualifier::Exact)
}

/// The counts as the form shows them: in the grid where they say a role or an age, else in the plain
/// fields; a total with what it is worth.
#[derive(Default)]
struct Counts {
    women: String,
    men: String,
    others: String,
    cells: Cells,
    total: String,
    total_is: String,
}

impl Counts {
    /// Nothing where the record says more than the form; the form then leaves it alone.
    fn of(recorded: Option<&ActivityParticipationRecorded>) -> Self {
        let Some(recorded) = recorded.filter(|recorded| can_show(recorded)) else {
            return Self::default();
        };
        let counts = &recorded.counts;
        let of = |sex| grid::sum(counts, sex).map(|sum| sum.to_string()).unwrap_or_default();
        let is_finer = |sex| counts.iter().any(|cell| cell.sex == sex && Cell::of(cell) != Cell::plain(sex));
        let finer = counts.iter().filter(|cell| is_finer(cell.sex));
        let qualifier = recorded.total.map(|total| total.qualifier).filter(|it| *it != Qualifier::Exact);
        Self {
            women: of(Sex::Female),
            men: of(Sex::Male),
            others: of(Sex::OtherOrUndisclosed),
            cells: finer.map(|cell| (Cell::of(cell).code(), cell.count.number.to_string())).collect(),
            total: recorded.total.map(|total| total.number.to_string()).unwrap_or_default(),
            total_is: qualifier.map(|it| it.code().to_owned()).unwrap_or_default(),
        }
    }
}

/// Browsers send line ends as two characters; the record has one.
fn same(one: &str, other: &str) -> bool {
    one.trim().replace("\r\n", "\n") == other.trim().replace("\r\n", "\n")
}

/// What is to be said: the description and the counts, each only where it changes.
pub type Said = (Option<ActivityDetails>, Option<ActivityParticipationRecorded>);

/// What a form that was sent leads to.
#[derive(Debug, PartialEq)]
pub enum Next {
    /// The same was sent before: to its receipts.
    Receipts,
    /// Somebody was faster, or other content came under an id in use: both versions are shown.
    Choose,
    /// This is to be said.
    Say(Box<Said>),
}

/// What a form leads to. `sent` is whether something was already saved under its id; `now` is the
/// form as it shows what is on record and on its way.
pub fn next(sent: bool, typed: &Typed, now: &Typed, activity: &Activity, read: Read) -> Next {
    match typed.onto(now, activity, read) {
        (None, None) if sent => Next::Receipts,
        _ if sent || typed.version != activity.version => Next::Choose,
        said => Next::Say(Box::new(said)),
    }
}

impl Typed {
    /// The fields whose change changes the description, by name.
    fn described(&self) -> [(&'static str, String); 26] {
        [
            ("title", self.title.clone()),
            ("language", self.language.clone()),
            ("summary", self.summary.clone()),
            ("kind", self.kind.clone()),
            ("occurrence", self.occurrence.clone()),
            ("starts", self.starts.clone()),
            ("ends", self.ends.clone()),
            ("mode", self.mode.clone()),
            ("place", self.place.clone()),
            ("city", self.city.clone()),
            ("country", self.country.clone()),
            ("municipality", self.municipality.clone()),
            ("lead", self.lead.clone()),
            ("counterparts", self.counterparts.join("; ")),
            ("budget", self.budget.clone()),
            ("member_state", self.member_state.clone()),
            ("body", self.body.clone()),
            ("partners", self.partners.clone()),
            ("themes", self.themes.join("; ")),
            ("items", self.items.clone()),
            ("marker", self.marker.clone()),
            ("marker_reason", self.marker_reason.clone()),
            ("source", self.source.clone()),
            ("commitment", self.commitment.clone()),
            ("commitment_due", self.commitment_due.clone()),
            ("commitment_owner", self.commitment_owner.clone()),
        ]
    }

    fn counted(&self) -> [(&'static str, String); 6] {
        let cells = self.cells.iter().map(|(code, text)| format!("{code}: {}", text.trim()));
        [
            ("women", self.women.clone()),
            ("men", self.men.clone()),
            ("others", self.others.clone()),
            (GRID, cells.collect::<Vec<_>>().join("; ")),
            ("total", self.total.clone()),
            ("total_is", self.total_is.clone()),
        ]
    }

    /// The names of the fields in which two forms differ.
    fn differing(&self, other: &Self) -> Vec<(&'static str, String)> {
        let mine = self.described().into_iter().chain(self.counted());
        let theirs = other.described().into_iter().chain(other.counted());
        mine.zip(theirs)
            .filter(|(mine, theirs)| !same(&mine.1, &theirs.1))
            .map(|(_, theirs)| theirs)
            .collect()
    }

    /// Beside each field that differs, what the record now has: the person reads both and chooses.
    pub fn both_versions(&self, t: Words, now: &Self) -> Vec<FieldError> {
        self.beside(t, now, |value| t.with("correspondent-now-on-record", &[("value", Arg::from(value))]))
    }

    /// Beside each field that differs, what was sent before under the same id.
    pub fn sent_before(&self, t: Words, before: &Self) -> Vec<FieldError> {
        self.beside(t, before, |value| t.with("correspondent-sent-before", &[("value", Arg::from(value))]))
    }

    fn beside(&self, t: Words, other: &Self, words: impl Fn(String) -> String) -> Vec<FieldError> {
        let of = |(field, value): (&str, String)| {
            let value = if field == GRID { grid::in_words(t, &other.cells) } else { value };
            FieldError { field: field.to_owned(), message: words(value) }
        };
        self.differing(other).into_iter().map(of).collect()
    }

    /// What is to be said: what was read from the form where it differs from what was shown, and what
    /// the record has everywhere else. `None` where nothing was changed.
    pub fn onto(&self, shown: &Self, activity: &Activity, read: Read) -> Said {
        let (new, participation) = read;
        let changed: Vec<&str> = self.differing(shown).into_iter().map(|(field, _)| field).collect();
        let has = |fields: &[&str]| fields.iter().any(|field| changed.contains(field));
        let before = &activity.details;
        let lang = self.language.parse().unwrap_or(Lang::EN);
        let mut after = before.clone();
        if has(&["title", "language"]) {
            after.title = before.title.clone().with(lang, self.title.trim());
        }
        // A text is changed, or taken away, in one language; those in the others stay.
        after.summary = match self.summary.trim() {
            "" if has(&["summary"]) => after.summary.without(lang),
            text if !text.is_empty() && has(&["summary", "language"]) => {
                after.summary.with(lang, text.replace("\r\n", "\n"))
            }
            _ => after.summary,
        };
        if has(&["kind"]) {
            (after.kind, after.kind_as_stated) = (new.kind, None);
        }
        if has(&["place", "city", "country", "municipality"]) {
            after.venue = new.venue;
        }
        if has(&["lead"]) {
            after.lead = new.lead;
        }
        if has(&["counterparts"]) {
            after.counterparts = new.counterparts;
        }
        if has(&["budget"]) {
            // The form shows what is planned; what else is known of the money stays.
            let planned = new.budget.and_then(|budget| budget.planned);
            let known = before.budget.clone();
            let none = Budget { planned: None, spent: None, gender_tagged: None };
            let budget = Budget { planned, ..known.unwrap_or_else(|| none.clone()) };
            after.budget = (budget != none).then_some(budget);
        }
        if has(&["body"]) {
            let shown = shown.body.as_str();
            let others = before
                .sectoral_bodies
                .iter()
                .filter(|body| !matches!(body, BodyRef::Code(code) if code.to_string() == shown));
            after.sectoral_bodies = new.sectoral_bodies.iter().chain(others).cloned().collect();
        }
        if has(&["themes", "items"]) {
            after.framework_items = new.framework_items;
        }
        if has(&["marker", "marker_reason"]) {
            after.gender_marker = new.gender_marker;
        }
        if has(&["occurrence"]) {
            after.occurrence = new.occurrence;
        }
        if has(&["starts"]) {
            after.starts = new.starts;
        }
        if has(&["ends"]) {
            after.ends = new.ends;
        }
        if has(&["mode"]) {
            after.mode = new.mode;
        }
        if has(&["member_state"]) {
            after.member_state = new.member_state;
        }
        if has(&["partners"]) {
            after.partners = new.partners;
        }
        if has(&["source"]) {
            after.sources = new.sources;
        }
        let reason = Some(self.reason.trim().to_owned()).filter(|reason| !reason.is_empty());
        let participation =
            participation.filter(|_| has(&["women", "men", "others", GRID, "total", "total_is"]));
        // What the source says in words stays beside the counts.
        let as_stated = activity.participation.as_ref().map(|it| it.as_stated.clone()).unwrap_or_default();
        let participation =
            participation.map(|counted| ActivityParticipationRecorded { reason, as_stated, ..counted });
        ((after != *before).then_some(after), participation)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use tais_domain::activity::Status;
    use tais_proto::{AccountId, Pillar};
    use uuid::Uuid;

    /// The ninety real records, as uneven as they are.
    fn real() -> Vec<Activity> {
        let rows = crate::import::tests::rows();
        assert_eq!(rows.len(), 90);
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
        rows.into_iter().map(|row| activity(row.details, row.participation)).collect()
    }

    /// Opens the form, changes something in it, and gives what would be said.
    fn sent(activity: &Activity, reference: &Reference, change: impl Fn(&mut Typed)) -> Said {
        let shown = shown(activity, Lang::EN, reference);
        let mut typed = shown.clone();
        change(&mut typed);
        let pillar: Pillar = activity.details.pillar;
        let read = typed.read(Words::default(), pillar, reference);
        let read = read.unwrap_or_else(|errors| panic!("{}: {errors:?}", typed.title));
        typed.onto(&shown, activity, read)
    }

    #[test]
    fn a_form_sent_as_it_was_shown_says_nothing() {
        let reference = Reference::load_embedded().unwrap();
        for activity in real() {
            let name = activity.details.external_ref.clone();
            assert_eq!(sent(&activity, &reference, |_| {}), (None, None), "{name:?}");
            // A browser's line ends are no change.
            let ends = |typed: &mut Typed| typed.summary = typed.summary.replace('\n', "\r\n");
            assert_eq!(sent(&activity, &reference, ends), (None, None), "{name:?}");
        }
    }

    #[test]
    fn only_what_was_changed_changes() {
        let reference = Reference::load_embedded().unwrap();
        for activity in real() {
            let (after, counted) =
                sent(&activity, &reference, |typed| typed.city = format!("{} (new)", typed.city));
            let mut after = after.unwrap();
            assert_eq!(counted, None, "the counts were not touched");
            assert!(after.venue.as_ref().unwrap().city.as_ref().unwrap().ends_with("(new)"));
            after.venue.clone_from(&activity.details.venue);
            assert_eq!(after, activity.details, "everything else stays, also what the form does not show");
        }
    }

    #[test]
    fn a_text_in_one_language_leaves_those_in_the_others() {
        let reference = Reference::load_embedded().unwrap();
        let mut activity = real().remove(0);
        let (en, pt): (Lang, Lang) = (Lang::EN, "pt".parse().unwrap());
        activity.details.title = tais_proto::Texts::one(en, "Training").with(pt, "Formação");
        activity.details.summary = tais_proto::Texts::one(en, "About").with(pt, "Sobre");
        let summary = |change: &dyn Fn(&mut Typed)| sent(&activity, &reference, change).0.unwrap().summary;
        let emptied = summary(&|typed| typed.summary.clear());
        assert_eq!((emptied.get(en), emptied.get(pt)), (None, Some("Sobre")));
        let other = summary(&|typed| {
            typed.language = "tet".to_owned();
            typed.title = "Formasaun".to_owned();
            typed.summary.clear();
        });
        assert_eq!((other.get(en), other.get(pt)), (Some("About"), Some("Sobre")));
    }

    #[test]
    fn the_same_again_leads_to_its_receipts_and_other_content_to_a_choice() {
        let reference = Reference::load_embedded().unwrap();
        let activity = real().remove(0);
        let now = shown(&activity, Lang::EN, &reference);
        let led = |sent: bool, change: &dyn Fn(&mut Typed)| {
            let mut typed = now.clone();
            change(&mut typed);
            let read = typed.read(Words::default(), activity.details.pillar, &reference).unwrap();
            next(sent, &typed, &now, &activity, read)
        };
        let other: &dyn Fn(&mut Typed) = &|typed| typed.place.push_str(" (new)");
        // Sent twice; sent, gone back to, changed and sent again: nothing typed is dropped in silence.
        assert_eq!(led(true, &|typed| typed.version -= 1), Next::Receipts);
        assert_eq!(
            led(true, &|typed| {
                typed.version -= 1;
                other(typed)
            }),
            Next::Choose
        );
        assert_eq!(
            led(false, &|typed| {
                typed.version -= 1;
                other(typed)
            }),
            Next::Choose
        );
        assert!(matches!(led(false, other), Next::Say(said) if said.0.is_some() && said.1.is_none()));
    }

    #[test]
    fn a_total_keeps_its_worth_and_parts_that_are_not_exact_are_left_alone() {
        let reference = Reference::load_embedded().unwrap();
        let all = real();
        let of = |name: &str| {
            all.iter().find(|activity| activity.details.external_ref.as_deref() == Some(name)).unwrap()
        };
        // "Over 90" stays "over 90", and an exact 92 is what a person then says.
        let over_90 = shown(of("A087"), Lang::EN, &reference);
        assert_eq!((over_90.total.as_str(), over_90.total_is.as_str()), ("90", "at-least"));
        let (_, counted) = sent(of("A087"), &reference, |typed| {
            typed.total = "92".into();
            typed.total_is = "exact".into();
        });
        let counted = counted.unwrap();
        assert_eq!(counted.total, Some(tais_proto::Quantity::exact(92)));
        assert_eq!(counted.as_stated, of("A087").participation.as_ref().unwrap().as_stated);
        assert!(!has_finer_counts(of("A049")));
        // A part that is not exact is nothing that the form can show.
        let mut activity = of("A049").clone();
        activity.participation.as_mut().unwrap().counts[0].count.qualifier = Qualifier::About;
        assert!(has_finer_counts(&activity) && shown(&activity, Lang::EN, &reference).women.is_empty());
        assert_eq!(sent(&activity, &reference, |_| {}), (None, None));
    }

    #[test]
    fn finer_counts_are_shown_in_the_grid_and_survive_a_change_elsewhere() {
        use tais_proto::vocabulary::{AgeBand, ParticipantRole};
        let reference = Reference::load_embedded().unwrap();
        let mut activity = real().remove(0);
        let cell = |role, sex, age, number| ParticipationCount {
            role,
            sex,
            age,
            count: tais_proto::Quantity::exact(number),
        };
        let counts = vec![
            cell(ParticipantRole::Participant, Sex::Female, AgeBand::Under30, 4),
            cell(ParticipantRole::Speaker, Sex::Female, AgeBand::Unknown, 2),
            cell(ParticipantRole::Participant, Sex::Male, AgeBand::Unknown, 5),
        ];
        let recorded =
            ActivityParticipationRecorded { counts, total: None, as_stated: Vec::new(), reason: None };
        activity.participation = Some(recorded);
        let form = shown(&activity, Lang::EN, &reference);
        assert_eq!((form.women.as_str(), form.men.as_str(), form.cells.len()), ("6", "5", 2));
        assert_eq!(sent(&activity, &reference, |_| {}), (None, None));
        let change = |typed: &mut Typed| {
            typed.cells.insert("speaker.female.unknown".into(), "3".into());
            typed.women = "7".into();
        };
        let counted = sent(&activity, &reference, change).1.unwrap();
        let numbers: Vec<_> = counted.counts.iter().map(|cell| cell.count.number).collect();
        assert_eq!(numbers, [4, 3, 5]);
    }
}
