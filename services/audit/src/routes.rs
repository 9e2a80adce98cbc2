//! The auditor's addresses.

use axum::Router;
use axum::routing::get;
use tais_log::LogError;
use tais_web::Failure;

use crate::{Audit, bundle, diff, event, receipt, timeline, tlog, verification};

/// The auditor's pages; wrap them in the shell.
pub fn router(audit: Audit) -> Router {
    Router::new()
        .route("/audit", get(timeline::show))
        .route("/audit/diff", get(diff::show))
        .route("/audit/verify", get(verification::show).post(verification::begin))
        .route("/audit/bundle", get(bundle::download))
        .route("/events/{position}", get(event::show))
        .route("/events/{position}/receipt", get(receipt::download))
        .route("/tlog/checkpoint", get(receipt::checkpoint))
        .route("/tlog/tile/{*path}", get(tlog::serve))
        .with_state(audit)
}

pub fn failed(error: LogError) -> Failure {
    Failure::internal("reading the log", &error)
}

pub fn render(template: &impl askama::Template) -> Result<String, Failure> {
    template.render().map_err(|error| Failure::internal("writing a page", &error))
}
