//! What operators and their machines ask a service: does it live, can it work, what does it count.

use std::fmt::Write;
use std::future::Future;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// The state of each part a service needs: its name, then how it is or what is wrong with it.
pub type Readiness = Vec<(String, Result<String, String>)>;

const PLAIN: [(header::HeaderName, &str); 2] =
    [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];

/// `/healthz` (the process answers), `/readyz` (200 when every part is ready, else 503; one line a
/// part either way) and `/metrics` (the text that `metrics` renders).
///
/// Serve it beside the site, not inside [`crate::Shell::wrap`]: machines ask it, and some of them
/// through an address of their own.
pub fn health_router<R, F, M>(readiness: R, metrics: M) -> Router
where
    R: Fn() -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Readiness> + Send + 'static,
    M: Fn() -> String + Clone + Send + Sync + 'static,
{
    Router::new()
        .route("/healthz", get(|| async { (PLAIN, "alive\n") }))
        .route("/readyz", get(move || ready(readiness())))
        .route("/metrics", get(move || async move { exposition(metrics()) }))
}

async fn ready(parts: impl Future<Output = Readiness>) -> Response {
    let parts = parts.await;
    let all_ready = parts.iter().all(|(_, state)| state.is_ok());
    let status = if all_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut text = String::from(if all_ready { "ready\n" } else { "not ready\n" });
    for (name, state) in &parts {
        let line = match state {
            Ok(how) => writeln!(text, "ok   {name}: {how}"),
            Err(why) => writeln!(text, "WAIT {name}: {why}"),
        };
        debug_assert!(line.is_ok(), "writing into a String cannot fail");
    }
    (status, PLAIN, text).into_response()
}

fn exposition(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{Readiness, health_router};
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use tower::ServiceExt;

    async fn ask(path: &str, parts: Readiness) -> (StatusCode, String) {
        let router = health_router(
            move || {
                let parts = parts.clone();
                async move { parts }
            },
            || "tais_entries_total 3\n".to_owned(),
        );
        let response = router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn ready_means_every_part_is() {
        let (status, text) = ask("/readyz", vec![("log".into(), Ok("at 1842".into()))]).await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, "ready\nok   log: at 1842\n"));
    }

    #[tokio::test]
    async fn one_part_that_is_not_ready_is_named() {
        let parts = vec![("log".into(), Ok("at 1842".into())), ("bus".into(), Err("not connected".into()))];
        let (status, text) = ask("/readyz", parts.clone()).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(text.contains("WAIT bus: not connected"), "{text}");
        assert_eq!(ask("/healthz", parts).await.0, StatusCode::OK, "it lives all the same");
    }

    #[tokio::test]
    async fn metrics_are_what_the_binary_renders() {
        assert_eq!(ask("/metrics", Vec::new()).await.1, "tais_entries_total 3\n");
    }
}
