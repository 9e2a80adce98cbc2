//! Addresses that keep what the reader chose: every link of a frozen page stays frozen.

use tais_proto::{Pillar, Position, StreamId};

use crate::figures::Period;

/// What a page's links carry along.
#[derive(Clone, Copy, Debug)]
pub struct Links {
    /// The position, where the page is frozen.
    pub at: Option<Position>,
    /// The period of the figures.
    pub period: Period,
}

/// What part of a figure a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The activities that serve Women, Peace and Security.
    Wps,
    /// The activities with attendances by sex.
    Women,
    /// The activities that serve this WPS pillar.
    Theme(String),
    /// Every activity of the period.
    All,
}

impl Links {
    /// `?at=…` where the page is frozen, else nothing.
    #[must_use]
    pub fn frozen_query(&self) -> String {
        self.at.map(|at| format!("?at={at}")).unwrap_or_default()
    }

    fn and_at(&self) -> String {
        self.at.map(|at| format!("&at={at}")).unwrap_or_default()
    }

    /// The list behind a figure.
    #[must_use]
    pub fn list(&self, pillar: Option<Pillar>, part: &Part) -> String {
        let Period { from, to } = self.period;
        let pillar = pillar.map(|pillar| format!("&pillar={pillar}")).unwrap_or_default();
        let part = match part {
            Part::Wps => "&part=wps".to_owned(),
            Part::Women => "&part=women".to_owned(),
            Part::Theme(code) => format!("&part=theme&theme={code}"),
            Part::All => String::new(),
        };
        format!("/activities?from={from}&to={to}{pillar}{part}{}", self.and_at())
    }

    /// One activity.
    #[must_use]
    pub fn activity(&self, id: StreamId) -> String {
        format!("/activities/{id}{}", self.frozen_query())
    }

    /// One event of the record. It never changes, so it needs no position beside its own.
    #[must_use]
    pub fn event(position: Position) -> String {
        format!("/events/{position}")
    }
}
