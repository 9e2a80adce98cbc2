//! tais-recorder
