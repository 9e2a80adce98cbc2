//! The participation grid: attendances by role, sex and age. It adds up to the plain fields (women,
//! men, others), and says so where it does not.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de::Error};
use tais_proto::Quantity;
use tais_proto::event::activity::ParticipationCount;
use tais_proto::vocabulary::{AgeBand, ParticipantRole, Sex};
use tais_web::language::Texts;

use crate::form::Typed;

/// The field that the whole grid is called in errors and in differences.
pub const GRID: &str = "grid";
/// What the names of its inputs begin with: `n.speaker.female.under-30`.
const PREFIX: &str = "n.";

/// The field that repeats without being a list.
const ITEMS: &str = "items";

/// One cell of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What they did there.
    pub role: ParticipantRole,
    /// Sex as it was reported.
    pub sex: Sex,
    /// Age band.
    pub age: AgeBand,
}

impl Cell {
    /// The cell that a plain field fills.
    pub const fn plain(sex: Sex) -> Self {
        Self { role: ParticipantRole::Participant, sex, age: AgeBand::Unknown }
    }

    /// Its name without the prefix: `speaker.female.under-30`.
    pub fn code(self) -> String {
        format!("{}.{}.{}", self.role, self.sex, self.age)
    }

    /// The name of its input.
    pub fn input(self) -> String {
        format!("{PREFIX}{}", self.code())
    }

    fn from_code(code: &str) -> Option<Self> {
        let mut parts = code.split('.');
        let role = ParticipantRole::from_code(parts.next()?)?;
        let sex = Sex::from_code(parts.next()?)?;
        let age = AgeBand::from_code(parts.next()?)?;
        parts.next().is_none().then_some(Self { role, sex, age })
    }

    /// Where an attendance is counted.
    pub const fn of(count: &ParticipationCount) -> Self {
        Self { role: count.role, sex: count.sex, age: count.age }
    }
}

/// The plain field of a sex.
pub const fn field_of(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "women",
        Sex::Male => "men",
        Sex::OtherOrUndisclosed => "others",
    }
}

/// What was typed into the grid, by the code of the cell; empty cells are not kept.
pub type Cells = BTreeMap<String, String>;

/// What the grid says.
///
/// # Errors
/// The text that is not a number, or the cell that is none.
pub fn read(cells: &Cells) -> Result<Vec<ParticipationCount>, String> {
    let mut counts = Vec::new();
    for (code, text) in cells.iter().filter(|(_, text)| !text.trim().is_empty()) {
        let cell = Cell::from_code(code).ok_or_else(|| code.clone())?;
        let number = text.trim().parse().map_err(|_| text.trim().to_owned())?;
        let count = Quantity::exact(number);
        counts.push(ParticipationCount { role: cell.role, sex: cell.sex, age: cell.age, count });
    }
    Ok(counts)
}

/// The attendances of a sex; `None` where the grid counts nobody of it, which is not the same as 0.
pub fn sum(counts: &[ParticipationCount], sex: Sex) -> Option<u64> {
    let of: Vec<u64> =
        counts.iter().filter(|cell| cell.sex == sex).map(|cell| u64::from(cell.count.number)).collect();
    (!of.is_empty()).then(|| of.iter().sum())
}

/// The grid in a line, for a reader: "Speaker, Female, Under 30: 4; …".
pub fn in_words(t: Texts, cells: &Cells) -> String {
    let one = |(code, text): (&String, &String)| match Cell::from_code(code) {
        None => format!("{code}: {text}"),
        Some(Cell { role, sex, age }) => format!(
            "{}, {}, {}: {}",
            t.get(&format!("participant-{role}")),
            t.get(&format!("sex-{sex}")),
            t.get(&format!("age-{age}")),
            text.trim()
        ),
    };
    cells.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// A form as a browser sends it: the grid's inputs beside the fields with names of their own.
#[derive(Debug)]
pub struct Sent(pub Typed);

impl<'de> Deserialize<'de> for Sent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = Vec::<(String, String)>::deserialize(deserializer)?;
        let (cells, mut fields): (Vec<_>, Vec<_>) =
            pairs.into_iter().partition(|(name, _)| name.starts_with(PREFIX));
        // Framework items are lines of one name; a form of another release sends one line.
        let items: Vec<String> =
            fields.extract_if(.., |(name, _)| name == ITEMS).map(|(_, text)| text).collect();
        let filled = items.iter().map(|item| item.trim()).filter(|item| !item.is_empty());
        fields.push((ITEMS.to_owned(), filled.collect::<Vec<_>>().join("; ")));
        let fields = serde_html_form::to_string(fields).map_err(D::Error::custom)?;
        let mut typed: Typed = serde_html_form::from_str(&fields).map_err(D::Error::custom)?;
        typed.cells = cells
            .into_iter()
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(name, text)| (name[PREFIX.len()..].to_owned(), text))
            .collect();
        Ok(Self(typed))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn a_browsers_form_is_read_with_its_grid() {
        let body = "title=A+%26+B&themes=WPS-PART&themes=WPS-PROT&n.participant.female.under-30=4\
                    &items=WPS-PART&items=&items=NAP2-P1.1&n.speaker.male.unknown=&n.speaker.other.60-plus=+1+&women=4";
        let Sent(typed) = serde_html_form::from_str(body).unwrap();
        assert_eq!((typed.title.as_str(), typed.themes.len(), typed.women.as_str()), ("A & B", 2, "4"));
        assert_eq!(typed.items, "WPS-PART; NAP2-P1.1");
        let counts = read(&typed.cells).unwrap();
        let cells: Vec<_> = counts.iter().map(|count| Cell::of(count).input()).collect();
        assert_eq!(cells, ["n.participant.female.under-30", "n.speaker.other.60-plus"]);
        assert_eq!((sum(&counts, Sex::Female), sum(&counts, Sex::Male)), (Some(4), None));
        // A draft keeps the grid.
        let kept = serde_json::to_string(&typed).unwrap();
        assert_eq!(serde_json::from_str::<Typed>(&kept).unwrap().cells, typed.cells);
    }

    #[test]
    fn what_is_no_cell_or_no_number_is_named() {
        let cells = |code: &str, text: &str| read(&Cells::from([(code.to_owned(), text.to_owned())]));
        assert_eq!(cells("participant.female.young", "1").unwrap_err(), "participant.female.young");
        assert_eq!(cells("participant.female.unknown.x", "1").unwrap_err(), "participant.female.unknown.x");
        assert_eq!(cells("participant.female.unknown", "-1").unwrap_err(), "-1");
        assert_eq!(cells("participant.female.unknown", "0").unwrap().len(), 1, "nobody is a count as well");
    }

    #[test]
    fn every_cell_has_a_name_of_its_own() {
        for role in ParticipantRole::ALL {
            for sex in Sex::ALL {
                for age in AgeBand::ALL {
                    let cell = Cell { role: *role, sex: *sex, age: *age };
                    assert_eq!(Cell::from_code(&cell.code()), Some(cell));
                }
            }
        }
    }
}
