//! What can go wrong while recording.

use tais_bus::BusError;
use tais_domain::EvolveError;
use tais_log::LogError;
use tais_log::proof::ProofError;
use tais_proto::{EnvelopeError, KeyId};

use crate::checkpoint::SignError;

/// Why the recorder stopped or must try again.
#[derive(Debug, thiserror::Error)]
pub enum RecorderError {
    /// The log.
    #[error("the log did not answer as it must")]
    Log(#[from] LogError),
    /// The bus.
    #[error("the bus did not answer as it must")]
    Bus(#[from] BusError),
    /// The record does not fold: it was altered, or written by newer software.
    #[error("entry {position} cannot be read back: stop, and verify the record")]
    Unreadable {
        /// Where.
        position: u64,
        /// Why.
        #[source]
        source: EnvelopeError,
    },
    /// The record does not fold.
    #[error("entry {position} does not follow on what stands before it: stop, and verify the record")]
    Broken {
        /// Where.
        position: u64,
        /// Why.
        #[source]
        source: EvolveError,
    },
    /// There is no genesis.
    #[error("the log is empty: run `tais migrate` first, which writes the genesis at position 0")]
    NoGenesis,
    /// The log's key does not lie here.
    #[error(
        "the log's key {0} does not lie on this machine: put its file back from where it is kept, or this recorder \
         belongs to another log"
    )]
    KeyNotHeld(KeyId),
    /// No checkpoint can be signed.
    #[error("the log's checkpoint cannot be signed")]
    Sign(#[from] SignError),
    /// An entry of the log's own could not be made.
    #[error("an entry of the log's own could not be encoded")]
    Encode(#[from] serde_json::Error),
}

impl RecorderError {
    /// Whether trying again can help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Log(error) => error.is_transient(),
            Self::Bus(error) => error.is_transient(),
            Self::Sign(SignError::Tree(ProofError::Log(error))) => error.is_transient(),
            Self::Sign(error) => matches!(error, SignError::Overtaken),
            _ => false,
        }
    }
}
