//! tais-domain
