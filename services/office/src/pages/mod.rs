//! The office's pages, one file each.

pub mod accounts;
pub mod activities;
pub mod activity;
pub mod desk;
pub mod keys;
pub mod overview;
mod words;

pub use words::{period, title};
