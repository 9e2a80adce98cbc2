//! tais-office
