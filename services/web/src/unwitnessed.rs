//! Since when no witness vouches for what is recorded, which every page then says.

use std::sync::{Arc, PoisonError, RwLock};

use tais_proto::Timestamp;

/// Cheap to clone; whoever looks at the log sets it, and the shell reads it.
#[derive(Clone, Debug, Default)]
pub struct Unwitnessed(Arc<RwLock<Option<Timestamp>>>);

impl Unwitnessed {
    /// Says since when; `None` while witnesses cosign in time, or where none was named.
    pub fn set(&self, since: Option<Timestamp>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// Since when.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}
