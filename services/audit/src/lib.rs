//! tais-audit
