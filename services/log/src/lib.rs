//! tais-log
