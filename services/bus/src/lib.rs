//! tais-bus
