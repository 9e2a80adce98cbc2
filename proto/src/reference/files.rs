//! The files that are compiled in. Adding a framework is adding a file and its line here.

/// The sectoral bodies.
pub(super) const BODIES: &str = "sectoral_bodies.json";
/// The member states.
pub(super) const STATES: &str = "member_states.json";
/// The municipalities.
pub(super) const MUNICIPALITIES: &str = "municipalities.json";
/// The organisations.
pub(super) const ORGANISATIONS: &str = "organisations.json";
/// Who chairs when.
pub(super) const CHAIRS: &str = "chairmanship.json";
/// The legal instruments of the accession.
pub(super) const INSTRUMENTS: &str = "legal_instruments.json";
/// Baselines and targets.
pub(super) const BASELINES: &str = "baselines.json";
/// The ties between items.
pub(super) const CROSSWALK: &str = "crosswalk.json";
/// The theme words.
pub(super) const THEMES: &str = "themes.json";
/// The other words.
pub(super) const ALIASES: &str = "aliases.json";
/// Where the frameworks lie, one file each.
pub(super) const FRAMEWORKS: &str = "frameworks/";

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../reference/", $name)))),+]
    };
}

/// Name and text of every file, relative to `proto/reference/`.
pub(super) const EMBEDDED: &[(&str, &str)] = embedded![
    "frameworks/asean-2025.json",
    "frameworks/asean-2045.json",
    "frameworks/asean-agmsf.json",
    "frameworks/asean-wps-rpa.json",
    "frameworks/asean-wps.json",
    "frameworks/bpfa.json",
    "frameworks/cedaw-co.json",
    "frameworks/cedaw-gr.json",
    "frameworks/cedaw.json",
    "frameworks/iasc-gam.json",
    "frameworks/iasc-gem.json",
    "frameworks/oecd-dac-gen.json",
    "frameworks/sdg.json",
    "frameworks/tl-nap1.json",
    "frameworks/tl-nap2.json",
    "frameworks/unscr-wps.json",
    "frameworks/wps-global-ind.json",
    "frameworks/wps-pillar.json",
    "sectoral_bodies.json",
    "member_states.json",
    "municipalities.json",
    "organisations.json",
    "chairmanship.json",
    "legal_instruments.json",
    "baselines.json",
    "crosswalk.json",
    "themes.json",
    "aliases.json",
];
