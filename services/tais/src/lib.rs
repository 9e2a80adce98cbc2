//! The composition of Tais: one executable that runs all services in one process or each alone.
//!
//! Its job is to wire: configuration, the embedded servers, the services and their order of start
//! and stop. It holds no rule of the domain and no page.

pub mod doctor;
pub mod embedded;
