//! The shell around a real site (the gallery's pages), asked as a browser and as a program ask it.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![allow(missing_docs, reason = "tests say what they test in their names")]

#[path = "../examples/gallery/pages.rs"]
mod pages;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::get;
use base64::Engine;
use tais_web::session::{Accounts, MaybeSignedIn, Sessions, SignedIn};
use tais_web::{Failure, Shell};
use tower::ServiceExt;

const HOST: &str = "tais.example";
const ORIGIN: &str = "http://tais.example";

struct Site {
    router: Router,
    passwords: serde_json::Value,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

fn site() -> Site {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("accounts.json");
    let accounts = Arc::new(Accounts::load_or_create(&file).unwrap());
    let passwords = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let shell = Shell { accounts, sessions: Sessions::default(), sample: true, secure: true };
    let who = |MaybeSignedIn(person)| async move { person_name(person) };
    let faces = pages::site()
        .route(
            "/broken",
            get(|| async { Failure::internal("testing", &std::io::Error::other("secret cause")) }),
        )
        .route("/kept", get(|person: SignedIn| async move { person_name(Some(person)) }))
        .route("/api/v1/who", get(who).post(who))
        .route("/api/v1/kept", get(|person: SignedIn| async move { person_name(Some(person)) }));
    Site { router: shell.wrap(faces), passwords }
}

fn person_name(person: Option<SignedIn>) -> String {
    person.map_or_else(|| "nobody".to_owned(), |person| person.name)
}

impl Site {
    async fn ask(&self, request: axum::http::request::Builder, body: String) -> Answer {
        let request = request.header("host", HOST).body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.ask(Request::get(path).header("cookie", cookie), String::new()).await
    }

    async fn post(&self, path: &str, cookie: &str, body: String) -> Answer {
        let request = Request::post(path)
            .header("cookie", cookie)
            .header("origin", ORIGIN)
            .header("content-type", "application/x-www-form-urlencoded");
        self.ask(request, body).await
    }

    fn password(&self, name: &str) -> &str {
        let rows = self.passwords.as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap()["password"].as_str().unwrap()
    }

    async fn sign_in(&self, name: &str) -> String {
        let body = format!("name={name}&password={}&next=/kept", self.password(name));
        let answer = self.post("/sign-in", "", body).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/kept"));
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    fn basic(&self, name: &str, password: &str) -> String {
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}")))
    }
}

fn token_in(html: &str) -> &str {
    html.split(r#"name="csrf" value=""#).nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test]
async fn a_page_has_its_language_skip_link_sample_notice_and_place() {
    let page = site().get("/", "").await;
    assert_eq!(page.status, StatusCode::OK);
    for part in [
        r#"<html lang="en">"#,
        r##"<a class="skip" href="#main">Skip to content</a>"##,
        r#"<main id="main""#,
        "Sample data.",
        "Made from events 0 to 1,842.",
        "22 November 2026, 16:40",
        r#"<a href="/" aria-current="page">Overview</a>"#,
        r#"data-events="/events""#,
        r#"data-position="1842""#,
    ] {
        assert!(page.text.contains(part), "{part} is not in {}", page.text);
    }
    assert_eq!(page.text.matches("hreflang").count(), 3, "each language in its own name");
    assert_eq!(page.header("cache-control"), "private, no-cache");
    assert_eq!(page.header("content-language"), "en");
    for (language, words) in [("pt", "Saltar para o conteúdo"), ("tet", "22 Novembru 2026, 16:40")] {
        let page = site().get("/", &format!("lang={language}")).await;
        assert!(page.text.contains(&format!(r#"<html lang="{language}">"#)) && page.text.contains(words));
    }
}

#[tokio::test]
async fn a_frozen_page_says_so_and_never_updates_itself() {
    let page = site().get("/frozen", "").await.text;
    assert!(
        page.contains("You are looking at the record as it stood on 3 March 2026 (event 911)."),
        "{page}"
    );
    assert!(page.contains(r#"<a href="/">Go to the latest</a>"#));
    assert!(!page.contains("data-events") && !page.contains("<script"), "a frozen page is not live");
}

#[tokio::test]
async fn nothing_is_inline_and_nothing_is_asked_of_another_host() {
    let site = site();
    let cookie = site.sign_in("aec").await;
    for path in ["/", "/frozen", "/sign-in", "/no-such-page"] {
        let page = site.get(path, &cookie).await;
        assert!(
            !page.text.contains(" style=") && !page.text.contains("<style"),
            "{path} has an inline style"
        );
        for script in page.text.split("<script").skip(1) {
            assert!(script.starts_with(r#" src="/assets/"#), "{path} has an inline script: {script:.80}");
        }
        for attribute in [r#"href="http"#, r#"src="http"#, r#"href="//"#, " onclick="] {
            assert!(!page.text.contains(attribute), "{path} has {attribute}");
        }
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(
            (page.header("x-content-type-options"), page.header("referrer-policy")),
            ("nosniff", "same-origin")
        );
    }
}

#[tokio::test]
async fn pages_are_compressed_and_small() {
    let request = Request::get("/").header("accept-encoding", "gzip");
    let site = site();
    let response = site.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let size = to_bytes(response.into_body(), 1 << 20).await.unwrap().len();
    assert!(size <= 12 * 1024, "the gallery is {size} bytes compressed");
}

#[tokio::test]
async fn signing_in_leads_on_and_signing_out_ends_the_session() {
    let site = site();
    let away = site.get("/kept", "").await;
    assert_eq!((away.status, away.header("location")), (StatusCode::SEE_OTHER, "/sign-in?next=/kept"));

    let cookie = site.sign_in("aec").await;
    assert_eq!(site.get("/kept", &cookie).await.text, "aec");
    let page = site.get("/", &cookie).await.text;
    assert!(
        page.contains("aec, correspondent") && page.contains(r#"<a href="/aec">My pillar: AEC</a>"#),
        "{page}"
    );

    let out = site.post("/sign-out", &cookie, format!("csrf={}", token_in(&page))).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert_eq!(
        site.get("/kept", &cookie).await.status,
        StatusCode::SEE_OTHER,
        "the id opens nothing any more"
    );
}

#[tokio::test]
async fn the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let site = site();
    let body = format!("name=office&password={}", site.password("office"));
    let answer = site.post("/sign-in", "", body).await;
    let cookie = answer.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie} lacks {attribute}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused_in_words_and_keeps_the_name() {
    let answer = site().post("/sign-in", "", "name=<apsc>&password=wrong&next=/kept".into()).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.headers.get("set-cookie").is_none());
    assert!(answer.text.contains("<title>Error: Sign in"), "{}", answer.text);
    assert!(answer.text.contains(r#"value="&#60;apsc&#62;""#), "{}", answer.text);
}

#[tokio::test]
async fn signing_in_never_leads_to_another_site() {
    let site = site();
    for next in ["//evil.example", "https://evil.example", "/%5Cevil.example", "/%0D%0ASet-Cookie:x=y"] {
        let body = format!("name=office&password={}&next={next}", site.password("office"));
        assert_eq!(site.post("/sign-in", "", body).await.header("location"), "/", "{next}");
    }
}

#[tokio::test]
async fn a_form_needs_our_origin_and_the_sessions_own_token() {
    let site = site();
    let cookie = site.sign_in("aec").await;
    let page = site.get("/", &cookie).await.text;
    let (own, strange) = (format!("csrf={}", token_in(&page)), "csrf=strange".to_owned());

    assert_eq!(site.post("/gallery", &cookie, own.clone()).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.post("/gallery", &cookie, strange).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.post("/gallery", &cookie, String::new()).await.status, StatusCode::FORBIDDEN);

    let other = site.sign_in("ascc").await;
    assert_eq!(site.post("/gallery", &other, own.clone()).await.status, StatusCode::FORBIDDEN);

    let from_elsewhere =
        Request::post("/gallery").header("cookie", &cookie).header("origin", "https://evil.example");
    let answer =
        site.ask(from_elsewhere.header("content-type", "application/x-www-form-urlencoded"), own).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text.contains("Nothing was recorded."), "{}", answer.text);
}

#[tokio::test]
async fn a_failure_is_a_page_for_people() {
    let site = site();
    let missing = site.get("/no-such-page", "").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(missing.text.contains("There is nothing at this address") && missing.text.contains("<html lang"));

    let broken = site.get("/broken", "").await;
    assert_eq!(broken.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(broken.text.contains("It is safe to send it again") && broken.text.contains("Error id"));
    assert!(!broken.text.contains("secret cause"), "the cause is for the journal only");
    assert_eq!(broken.header("cache-control"), "private, no-store");

    let wrong = site.post("/frozen", "", String::new()).await;
    assert_eq!((wrong.status, wrong.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD"));
    assert!(wrong.text.contains("This address cannot be used in this way"));
}

#[tokio::test]
async fn a_failure_is_problem_details_for_programs() {
    let site = site();
    let answer = site.get("/api/v1/no-such-thing", "").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (StatusCode::NOT_FOUND, "application/problem+json")
    );
    let problem: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(problem["status"], 404);
    assert_eq!(problem["recorded"], "no");
    assert_eq!(problem["type"], "/problems/not-found");
    assert_eq!(problem["error_id"].as_str().unwrap().len(), 8);
    let explained = site.get("/problems/not-found", "").await;
    assert_eq!(explained.status, StatusCode::OK);
    assert!(explained.text.contains(problem["title"].as_str().unwrap()));
    assert_eq!(site.get("/problems/invented", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_program_says_who_it_is_with_each_request() {
    let site = site();
    let ask = async |authorization: &str, path: &str| {
        site.ask(Request::get(path).header("authorization", authorization), String::new()).await
    };
    let right = site.basic("apsc", site.password("apsc"));
    assert_eq!(ask(&right, "/api/v1/who").await.text, "apsc");
    assert_eq!(ask(&right, "/kept").await.status, StatusCode::SEE_OTHER, "pages do not take a password");

    for wrong in [site.basic("apsc", "wrong"), "Bearer abc".to_owned(), "Basic !".to_owned()] {
        let refused = ask(&wrong, "/api/v1/who").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{wrong}");
        assert!(refused.header("www-authenticate").starts_with("Basic"));
    }
    let nobody = site.get("/api/v1/kept", "").await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    assert!(nobody.header("www-authenticate").starts_with("Basic"));
}

#[tokio::test]
async fn a_browsers_session_reads_from_the_api_and_changes_nothing_there() {
    let site = site();
    let cookie = site.sign_in("office").await;
    assert_eq!(site.get("/api/v1/who", &cookie).await.text, "office");
    assert_eq!(site.post("/api/v1/who", &cookie, String::new()).await.text, "nobody");
}

#[tokio::test]
async fn only_an_offered_language_can_be_chosen() {
    let site = site();
    for offered in ["en", "pt", "tet"] {
        let chosen = site.get(&format!("/language/{offered}?next=/frozen"), "").await;
        assert_eq!((chosen.status, chosen.header("location")), (StatusCode::SEE_OTHER, "/frozen"));
        assert!(chosen.header("set-cookie").starts_with(&format!("lang={offered};")));
    }
    assert_eq!(site.get("/language/fr", "").await.status, StatusCode::NOT_FOUND);
}
