//! tais-tests
