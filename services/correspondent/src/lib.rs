//! tais-correspondent
