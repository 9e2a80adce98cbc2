//! tais-projector
