//! The composition of Tais: one executable that runs all services in one process or each alone.
//!
//! Its job is to wire: configuration, the embedded servers, the services and their order of start
//! and stop. It holds no rule of the domain and no page.

pub mod alone;
pub mod bench;
pub mod checkpoint;
pub mod cli;
pub mod client;
pub mod demo;
pub mod doctor;
pub mod embedded;
pub mod export;
pub mod grants;
pub mod keys;
pub mod migrate;
pub mod replay;
pub mod secrets;
pub mod security;
pub mod services;
pub mod settings;
pub mod telemetry;
pub mod up;
pub mod verify;
pub mod witness;
