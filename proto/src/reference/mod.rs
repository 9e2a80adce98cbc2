//! Reference data: frameworks and their items, bodies, states, places and organisations, each with
//! its source and whether it is confirmed.
//!
//! The files lie in `proto/reference/`. Adding a framework is adding a file there and one line in
//! [`files`]. Loading checks everything and reports every error at once, naming file and item; what
//! is loaded is consistent.

mod check;
mod codes;
mod directory;
mod files;
mod framework;
mod load;
mod optional_date;
mod rollup;
mod words;

use std::collections::BTreeMap;

use crate::when::Date;

pub use codes::{
    BodyCode, CODE_BYTES_MAX, CodeError, FrameworkCode, ItemCode, MunicipalityCode, OrgCode, StateCode,
};
pub use directory::{
    Baseline, Body, Capacity, Chair, LegalInstrument, MemberState, Municipality, Organisation,
};
pub use framework::{Crosswalk, Framework, FrameworkStatus, Item, Relation};
pub use load::ReferenceErrors;
pub use words::{Aliases, Theme};

/// The framework whose items are the four pillars of the Women, Peace and Security agenda.
pub const WPS_PILLARS: &str = "WPS-PILLAR";

/// The reference data, checked. Immutable and cheap to share.
#[derive(Clone, Debug, Default)]
pub struct Reference {
    frameworks: BTreeMap<FrameworkCode, Framework>,
    items: BTreeMap<ItemCode, Vec<Item>>,
    crosswalk: Vec<Crosswalk>,
    bodies: BTreeMap<BodyCode, Body>,
    states: BTreeMap<StateCode, MemberState>,
    municipalities: BTreeMap<MunicipalityCode, Municipality>,
    organisations: BTreeMap<OrgCode, Organisation>,
    chairs: Vec<Chair>,
    legal_instruments: Vec<LegalInstrument>,
    baselines: Vec<Baseline>,
    themes: Vec<Theme>,
    aliases: Aliases,
}

impl Reference {
    /// Loads the data that the software ships with.
    ///
    /// # Errors
    /// Never in a released version; a test loads it.
    pub fn load_embedded() -> Result<Self, ReferenceErrors> {
        Self::from_files(files::EMBEDDED.iter().copied())
    }

    /// Loads data from files, by their names relative to `proto/reference/`.
    ///
    /// # Errors
    /// Everything that is wrong with them, each with file and item.
    pub fn from_files<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ReferenceErrors> {
        load::load(files)
    }

    /// Every framework.
    pub fn frameworks(&self) -> impl Iterator<Item = &Framework> {
        self.frameworks.values()
    }

    /// A framework.
    #[must_use]
    pub fn framework(&self, code: &FrameworkCode) -> Option<&Framework> {
        self.frameworks.get(code)
    }

    /// An item in its latest version.
    #[must_use]
    pub fn item(&self, code: &ItemCode) -> Option<&Item> {
        self.items.get(code)?.last()
    }

    /// An item in the version in force on a day.
    #[must_use]
    pub fn item_on(&self, code: &ItemCode, date: Date) -> Option<&Item> {
        self.items.get(code)?.iter().find(|item| item.is_valid_on(date))
    }

    /// Every item, in its latest version.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.values().filter_map(|versions| versions.last())
    }

    /// The items of a framework in force on a day.
    pub fn items_valid<'a>(
        &'a self,
        framework: &'a FrameworkCode,
        date: Date,
    ) -> impl Iterator<Item = &'a Item> {
        let versions = self.items.values().flatten();
        versions.filter(move |item| item.framework == *framework && item.is_valid_on(date))
    }

    /// The four WPS pillars, in the agenda's order.
    pub fn wps_pillars(&self) -> impl Iterator<Item = &Item> {
        ["WPS-PART", "WPS-PREV", "WPS-PROT", "WPS-RELR"]
            .iter()
            .filter_map(|code| self.item(&code.parse().ok()?))
    }

    /// The crosswalk between near and equal items.
    #[must_use]
    pub fn crosswalk(&self) -> &[Crosswalk] {
        &self.crosswalk
    }

    /// A sectoral body.
    #[must_use]
    pub fn sectoral_body(&self, code: &BodyCode) -> Option<&Body> {
        self.bodies.get(code)
    }

    /// Every sectoral body.
    pub fn sectoral_bodies(&self) -> impl Iterator<Item = &Body> {
        self.bodies.values()
    }

    /// A member state.
    #[must_use]
    pub fn member_state(&self, code: &StateCode) -> Option<&MemberState> {
        self.states.get(code)
    }

    /// Every member state.
    pub fn member_states(&self) -> impl Iterator<Item = &MemberState> {
        self.states.values()
    }

    /// In what capacity a state's delegation attended on a day: as recorded, else a member from the
    /// day it joined.
    #[must_use]
    pub fn capacity_on(&self, state: &StateCode, date: Date) -> Option<Capacity> {
        let state = self.states.get(state)?;
        let recorded = state.capacities.iter().find(|span| span.covers(date)).map(|span| span.capacity);
        recorded.or((state.capacities.is_empty() && date >= state.joined).then_some(Capacity::Member))
    }

    /// A municipality.
    #[must_use]
    pub fn municipality(&self, code: &MunicipalityCode) -> Option<&Municipality> {
        self.municipalities.get(code)
    }

    /// Every municipality.
    pub fn municipalities(&self) -> impl Iterator<Item = &Municipality> {
        self.municipalities.values()
    }

    /// An organisation.
    #[must_use]
    pub fn organisation(&self, code: &OrgCode) -> Option<&Organisation> {
        self.organisations.get(code)
    }

    /// Every organisation.
    pub fn organisations(&self) -> impl Iterator<Item = &Organisation> {
        self.organisations.values()
    }

    /// Who chairs ASEAN in a year.
    #[must_use]
    pub fn chair_of(&self, year: i32) -> Option<&Chair> {
        self.chairs.iter().find(|chair| chair.year == year)
    }

    /// The legal instruments of the accession.
    #[must_use]
    pub fn legal_instruments(&self) -> &[LegalInstrument] {
        &self.legal_instruments
    }

    /// The baselines and targets that sources give.
    #[must_use]
    pub fn baselines(&self) -> &[Baseline] {
        &self.baselines
    }

    /// The words of spreadsheets that stand for codes.
    #[must_use]
    pub const fn aliases(&self) -> &Aliases {
        &self.aliases
    }
}
