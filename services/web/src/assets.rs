//! The files every page needs, embedded and served under names that change with their content, so
//! that a browser keeps them for ever and a new release is seen at once.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

/// A year, which is as long as browsers keep anything.
const KEEP: &str = "public, max-age=31536000, immutable";

struct Asset {
    /// The plain name, as in the source tree.
    name: &'static str,
    /// Where it is served: `/assets/tais.1a2b3c4d.css`.
    url: String,
    content_type: &'static str,
    bytes: Vec<u8>,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut assets = vec![
        asset("source-sans-3.woff2", include_bytes!("../assets/fonts/source-sans-3.woff2").to_vec()),
        asset("tais-serif-600.woff2", include_bytes!("../assets/fonts/tais-serif-600.woff2").to_vec()),
        asset("tais.js", include_bytes!("../assets/tais.js").to_vec()),
        asset("queue.js", include_bytes!("../assets/queue.js").to_vec()),
        asset("form.js", include_bytes!("../assets/form.js").to_vec()),
    ];
    // The style sheet names the fonts plainly; it is served with the names they are served under.
    let mut css = include_str!("../assets/tais.css").to_owned();
    for font in &assets {
        css = css.replace(&format!("/assets/{}", font.name), &font.url);
    }
    assets.push(asset("tais.css", css.into_bytes()));
    assets
});

/// The service worker, which says itself which release it keeps: a browser that finds it changed takes
/// the new one, and that one throws away what the old one kept.
static SERVICE_WORKER: LazyLock<String> = LazyLock::new(|| {
    let files: Vec<&str> = ASSETS.iter().map(|asset| asset.url.as_str()).collect();
    let release = hex::encode(&Sha256::digest(files.join(" "))[..4]);
    // The addresses are letters, digits, dots, dashes and strokes: as Rust writes them, so does the script.
    format!(
        "const RELEASE = {release:?};\nconst FILES = {files:?};\n{}",
        include_str!("../assets/service-worker.js")
    )
});

fn asset(name: &'static str, bytes: Vec<u8>) -> Asset {
    let (stem, extension) = name.split_once('.').unwrap_or((name, "bin"));
    let hash = hex::encode(&Sha256::digest(&bytes)[..4]);
    let content_type = match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    };
    Asset { name, url: format!("/assets/{stem}.{hash}.{extension}"), content_type, bytes }
}

/// Where a file is served, by its plain name (`tais.css`). A name there is none of gives an address
/// that answers 404.
#[must_use]
pub fn url(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("/assets/missing", |asset| asset.url.as_str())
}

/// Serves the files under `/assets/`, and the service worker at the root, which it must stand at to
/// see every page. Merge it once into the whole site's router.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{file}", get(serve)).route("/service-worker.js", get(serve_worker))
}

async fn serve_worker() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, SERVICE_WORKER.as_str()).into_response()
}

async fn serve(Path(file): Path<String>) -> Response {
    let served = ASSETS.iter().find(|asset| asset.url.strip_prefix("/assets/") == Some(file.as_str()));
    match served {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(asset) => {
            let headers = [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, KEEP)];
            (headers, asset.bytes.as_slice()).into_response()
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::{ASSETS, router, url};
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use axum::response::Response;
    use tower::ServiceExt;
    use tower_http::compression::CompressionLayer;

    async fn ask(path: &str) -> Response {
        let request = Request::get(path).header("accept-encoding", "gzip").body(Body::empty()).unwrap();
        let response = router::<()>().layer(CompressionLayer::new()).oneshot(request).await.unwrap();
        response.map(Body::new)
    }

    async fn compressed_size(name: &str) -> usize {
        let response = ask(url(name)).await;
        assert_eq!(response.headers()["content-encoding"], "gzip");
        to_bytes(response.into_body(), 1 << 20).await.unwrap().len()
    }

    #[tokio::test]
    async fn every_file_is_served_for_ever_with_its_type() {
        for asset in ASSETS.iter() {
            let response = ask(&asset.url).await;
            assert_eq!(response.status(), StatusCode::OK, "{}", asset.url);
            assert_eq!(response.headers()["cache-control"], super::KEEP);
            assert_eq!(response.headers()["content-type"], asset.content_type);
        }
    }

    #[tokio::test]
    async fn a_plain_or_an_old_name_is_not_served() {
        assert_eq!(ask("/assets/tais.css").await.status(), StatusCode::NOT_FOUND);
        assert_eq!(ask("/assets/tais.00000000.css").await.status(), StatusCode::NOT_FOUND);
        assert_eq!(ask(url("no-such-file")).await.status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn the_files_stay_small_enough_for_a_slow_phone() {
        let css = compressed_size("tais.css").await;
        let js = compressed_size("tais.js").await;
        let fonts: usize = ASSETS.iter().filter(|a| a.name.ends_with("woff2")).map(|a| a.bytes.len()).sum();
        assert!(css <= 8 * 1024, "the style sheet is {css} bytes compressed");
        assert!(js <= 15 * 1024, "the script is {js} bytes compressed");
        assert!(fonts <= 80 * 1024, "the fonts are {fonts} bytes");
        let form = compressed_size("queue.js").await + compressed_size("form.js").await;
        let worker = to_bytes(ask("/service-worker.js").await.into_body(), 1 << 20).await.unwrap().len();
        assert!(form + worker <= 15 * 1024, "the form's scripts are {form} bytes, the worker {worker}");
    }

    #[tokio::test]
    async fn the_worker_is_asked_for_each_time_and_keeps_every_file_of_this_release() {
        let response = ask("/service-worker.js").await;
        assert_eq!(response.headers()["cache-control"], "no-cache");
        assert_eq!(response.headers()["content-type"], "text/javascript; charset=utf-8");
        for asset in ASSETS.iter() {
            assert!(super::SERVICE_WORKER.contains(&format!("\"{}\"", asset.url)), "{}", asset.url);
        }
    }

    #[test]
    fn the_style_sheet_asks_only_for_files_that_are_served() {
        let css = ASSETS.iter().find(|asset| asset.name == "tais.css").unwrap();
        let text = std::str::from_utf8(&css.bytes).unwrap();
        let asked: Vec<_> = text.split("url(").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert_eq!(asked.len(), 2);
        for address in asked {
            assert!(ASSETS.iter().any(|asset| asset.url == address), "{address} is not served");
        }
    }
}
