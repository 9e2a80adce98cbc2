//! How an item rolls up to the four Women, Peace and Security pillars: through the items above it
//! and through one step of the crosswalk.

use std::collections::{BTreeMap, BTreeSet};

use super::codes::ItemCode;
use super::framework::{Item, Relation};
use super::{Reference, WPS_PILLARS};

impl Reference {
    /// The WPS pillars an item rolls up to, each with the strongest relation that leads there. One
    /// entry a pillar, so that one tag never counts twice in it, however many ways lead there.
    #[must_use]
    pub fn wps_relations_of(&self, code: &ItemCode) -> BTreeMap<ItemCode, Relation> {
        let mut found = BTreeMap::new();
        for (height, item) in self.ancestry(code).enumerate() {
            let so_far = if height == 0 { Relation::Equal } else { Relation::PartOf };
            if self.is_wps_pillar(item) {
                keep_strongest(&mut found, &item.code, so_far);
            }
            for row in self.crosswalk.iter().filter(|row| row.from == item.code) {
                if self.item(&row.to).is_some_and(|to| self.is_wps_pillar(to)) {
                    // A chain is as strong as its weakest tie.
                    keep_strongest(&mut found, &row.to, so_far.max(row.relation));
                }
            }
        }
        found
    }

    /// The WPS pillars an item rolls up to.
    #[must_use]
    pub fn wps_pillars_of(&self, code: &ItemCode) -> BTreeSet<ItemCode> {
        self.wps_relations_of(code).into_keys().collect()
    }

    /// Whether an item belongs to Women, Peace and Security: its framework does, or it rolls up to a
    /// WPS pillar.
    #[must_use]
    pub fn is_wps(&self, code: &ItemCode) -> bool {
        let of_framework =
            self.item(code).and_then(|item| self.frameworks.get(&item.framework)).is_some_and(|f| f.wps);
        of_framework || !self.wps_relations_of(code).is_empty()
    }

    fn is_wps_pillar(&self, item: &Item) -> bool {
        item.framework.as_str() == WPS_PILLARS
    }

    /// An item and everything above it. Loading refused dangling parents and circles.
    fn ancestry<'a>(&'a self, code: &ItemCode) -> impl Iterator<Item = &'a Item> {
        std::iter::successors(self.item(code), |item| self.item(item.parent.as_ref()?))
    }
}

fn keep_strongest(found: &mut BTreeMap<ItemCode, Relation>, pillar: &ItemCode, relation: Relation) {
    let best = found.entry(pillar.clone()).or_insert(relation);
    *best = relation.min(*best);
}
