//! What one IATI activity says, and the columns it says it in.

use std::collections::BTreeMap;

use quick_xml::events::BytesStart;
use tais_proto::Lang;

use super::iati::{Open, attribute};
use super::table::FileError;

/// A text and the language it is said to be in.
type Spoken = (Option<Lang>, String);

/// One activity as it is read.
#[derive(Default)]
pub(super) struct Activity {
    identifier: String,
    titles: Vec<Spoken>,
    descriptions: Vec<Spoken>,
    is_general: bool,
    /// By kind: 1 and 3 planned, 2 and 4 actual.
    dates: BTreeMap<u8, String>,
    date: u8,
    status: String,
    partners: Vec<String>,
    partner: String,
    is_gender: bool,
    significance: String,
    reason: String,
    countries: Vec<String>,
    currency: Option<String>,
    budgets: BTreeMap<(String, String), Budget>,
    budget: ((String, String), Budget),
}

#[derive(Clone, Default)]
struct Budget {
    is_revised: bool,
    value: String,
    currency: Option<String>,
}

impl Activity {
    /// An element is opened; the last of the path is it.
    pub fn open(&mut self, path: &[Open], start: &BytesStart<'_>) -> Result<(), FileError> {
        let of = |name: &str| attribute(start, name);
        match names(path).as_slice() {
            ["iati-activity"] => self.currency = of("default-currency")?,
            ["iati-activity", "description"] => {
                self.is_general = of("type")?.is_none_or(|kind| kind == "1" || kind == "General");
            }
            ["iati-activity", "activity-status"] => self.status = of("code")?.unwrap_or_default(),
            ["iati-activity", "activity-date"] => {
                self.date = date_kind(&of("type")?.unwrap_or_default());
                if let Some(date) = of("iso-date")? {
                    self.dates.insert(self.date, date);
                }
            }
            ["iati-activity", "participating-org"] => self.partner = of("ref")?.unwrap_or_default(),
            ["iati-activity", "recipient-country"] => self.countries.extend(of("code")?),
            ["iati-activity", "policy-marker"] => {
                let vocabulary = of("vocabulary")?;
                let is_dac = vocabulary.is_none_or(|name| name == "1" || name == "DAC");
                self.is_gender = is_dac && of("code")?.is_some_and(|code| code == "1");
                if self.is_gender {
                    self.significance = of("significance")?.unwrap_or_default();
                }
            }
            ["iati-activity", "budget"] => {
                let is_revised = of("type")?.is_some_and(|kind| kind == "2" || kind == "Revised");
                let currency = self.currency.clone();
                self.budget = (Default::default(), Budget { is_revised, value: String::new(), currency });
            }
            ["iati-activity", "budget", "period-start"] => {
                self.budget.0.0 = of("iso-date")?.unwrap_or_default();
            }
            ["iati-activity", "budget", "period-end"] => {
                self.budget.0.1 = of("iso-date")?.unwrap_or_default()
            }
            ["iati-activity", "budget", "value"] => {
                if let Some(currency) = of("currency")? {
                    self.budget.1.currency = Some(currency);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// An element is closed, and its text is whole.
    pub fn close(&mut self, path: &[Open]) {
        let Some(last) = path.last() else { return };
        let text = last.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let spoken = || (last.lang, text.clone());
        match names(path).as_slice() {
            ["iati-activity", "budget"] => self.take_budget(),
            ["iati-activity", "participating-org"] => {
                // Version 1 has the name as its text, version 2 as a narrative before this end.
                let partner = if text.is_empty() { std::mem::take(&mut self.partner) } else { text };
                self.take_partner(partner);
            }
            _ if text.is_empty() => {}
            ["iati-activity", "iati-identifier"] => self.identifier = text,
            ["iati-activity", "title"] | ["iati-activity", "title", "narrative"] => {
                self.titles.push(spoken())
            }
            ["iati-activity", "description"] | ["iati-activity", "description", "narrative"]
                if self.is_general =>
            {
                self.descriptions.push(spoken());
            }
            // Version 1 may have the day as text.
            ["iati-activity", "activity-date"] if self.date != 0 => {
                self.dates.entry(self.date).or_insert(text);
            }
            // The first narrative is the name in the activity's own language.
            ["iati-activity", "participating-org", "narrative"] => {
                let partner = std::mem::take(&mut self.partner);
                if !self.partners.contains(&text) && partner != TAKEN {
                    self.partners.push(text);
                }
                TAKEN.clone_into(&mut self.partner);
            }
            ["iati-activity", "policy-marker", "narrative"] if self.is_gender && self.reason.is_empty() => {
                self.reason = text;
            }
            ["iati-activity", "budget", "value"] => self.budget.1.value = text,
            _ => {}
        }
    }

    fn take_partner(&mut self, partner: String) {
        if !partner.is_empty() && partner != TAKEN && !self.partners.contains(&partner) {
            self.partners.push(partner);
        }
        self.partner.clear();
    }

    /// A revised budget of a period replaces the original one.
    fn take_budget(&mut self) {
        let (period, budget) = self.budget.clone();
        let stands = self.budgets.get(&period).is_some_and(|known| known.is_revised && !budget.is_revised);
        if !stands {
            self.budgets.insert(period, budget);
        }
    }

    /// The cells of its row, each with the name of its column.
    pub fn cells(self) -> Vec<(String, String)> {
        let mut cells = vec![("ref".to_owned(), self.identifier)];
        cells.extend(self.titles.into_iter().map(|spoken| column("title", spoken)));
        cells.extend(self.descriptions.into_iter().map(|spoken| column("summary", spoken)));
        // What happened goes before what was planned.
        let date = |actual, planned| self.dates.get(&actual).or_else(|| self.dates.get(&planned)).cloned();
        let reason = match (self.significance.as_str(), self.reason) {
            ("", _) => String::new(),
            (significance, reason) if reason.is_empty() => {
                format!("IATI policy marker 1, significance {significance}")
            }
            (_, reason) => reason,
        };
        let (member_state, country) = match self.countries.as_slice() {
            [only] if only == "TL" => ("TL".to_owned(), String::new()),
            several => (String::new(), several.join("; ")),
        };
        let (budget, budget_stated) = total(self.budgets.into_values());
        let others = [
            ("start_date", date(2, 1).unwrap_or_default()),
            ("end_date", date(4, 3).unwrap_or_default()),
            ("occurrence", occurrence(&self.status).to_owned()),
            ("partners", self.partners.join("; ")),
            ("marker", self.significance),
            ("marker_reason", reason),
            ("member_state", member_state),
            ("country", country),
            ("budget", budget),
            ("budget-stated", budget_stated),
        ];
        cells.extend(others.map(|(column, text)| (column.to_owned(), text)));
        cells
    }
}

/// In the place of a partner's reference, once its name was taken.
const TAKEN: &str = "\0";

fn names(path: &[Open]) -> Vec<&str> {
    path.iter().map(|open| open.name.as_str()).collect()
}

fn column(name: &str, (lang, text): Spoken) -> (String, String) {
    (lang.map_or_else(|| name.to_owned(), |lang| format!("{name}-{lang}")), text)
}

fn date_kind(kind: &str) -> u8 {
    match kind {
        "1" | "start-planned" => 1,
        "2" | "start-actual" => 2,
        "3" | "end-planned" => 3,
        "4" | "end-actual" => 4,
        _ => 0,
    }
}

/// Only what the status says of the whole: an activity that goes on is neither a plan nor held. What
/// was cancelled or suspended is told and not taken.
fn occurrence(status: &str) -> &'static str {
    match status {
        "1" => "planned",
        "3" | "4" => "held",
        "5" => "cancelled",
        "6" => "suspended",
        _ => "",
    }
}

/// The sum where all is in US dollars; else, apart, the budgets as they stand: nothing is converted, and
/// a part is never taken for the whole.
fn total(budgets: impl Iterator<Item = Budget>) -> (String, String) {
    let budgets: Vec<Budget> = budgets.filter(|budget| !budget.value.is_empty()).collect();
    let cents = budgets.iter().map(|budget| {
        let is_dollar = budget.currency.as_deref() == Some("USD");
        super::value::cents(&budget.value).filter(|_| is_dollar)
    });
    let sum = cents.into_iter().try_fold(0_u64, |sum, cents| sum.checked_add(cents?.0));
    match sum {
        Some(_) if budgets.is_empty() => Default::default(),
        Some(sum) => (format!("{}.{:02}", sum / 100, sum % 100), String::new()),
        None => {
            let stated = |budget: &Budget| {
                format!("{} {}", budget.value, budget.currency.as_deref().unwrap_or_default())
            };
            (String::new(), budgets.iter().map(stated).collect::<Vec<_>>().join("; "))
        }
    }
}
