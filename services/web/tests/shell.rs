//! The shell around a real site (the gallery's pages), asked as a browser and as a program ask it.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![allow(missing_docs, reason = "tests say what they test in their names")]

#[path = "../examples/gallery/pages.rs"]
mod pages;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use futures_util::StreamExt;
use serde::Deserialize;
use tais_proto::{Role, Timestamp};
use tais_web::access::{Audience, Grants, Table};
use tais_web::session::{Accounts, CheckedForm, ConfirmedForm, MaybeSignedIn, Notice, Notices, SignedIn};
use tais_web::unwitnessed::Unwitnessed;
use tais_web::{Failure, Shell};
use tower::ServiceExt;

const HOST: &str = "tais.example";
const ORIGIN: &str = "http://tais.example";

struct Site {
    router: Router,
    passwords: BTreeMap<String, String>,
    heard: Mutex<tokio::sync::mpsc::Receiver<Notice>>,
    _folder: tempfile::TempDir,
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

/// Seconds that the clock of [`later`] is ahead.
static LATER: AtomicI64 = AtomicI64::new(0);

fn now() -> Timestamp {
    Timestamp::new(time::OffsetDateTime::now_utc())
}

fn later() -> Timestamp {
    Timestamp::from_unix_micros(now().unix_micros() + LATER.load(Ordering::Relaxed) * 1_000_000)
}

/// The fields as a browser sends them.
fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The value of a hidden field of a page.
fn value_of(html: &str, name: &str) -> String {
    let rest = html.split(&format!(r#"name="{name}" value=""#)).nth(1).unwrap();
    let value = rest.split('"').next().unwrap();
    [
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#60;", "<"),
        ("&lt;", "<"),
        ("&#62;", ">"),
        ("&gt;", ">"),
        ("&amp;", "&"),
        ("&#38;", "&"),
    ]
    .iter()
    .fold(value.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The page without its head, whose own form signs out.
fn main_of(html: &str) -> String {
    html.split("<main").nth(1).unwrap().to_owned()
}

async fn site() -> Site {
    site_with(now).await
}

async fn site_with(clock: fn() -> Timestamp) -> Site {
    let folder = tempfile::tempdir().unwrap();
    let accounts = Accounts::open(folder.path(), false).await.unwrap();
    let passwords = accounts.first_passwords().unwrap().into_iter().collect();
    let (notices, heard) = Notices::channel();
    // What the site's own table says is its own test's; here some addresses are only for some.
    let table: Table = |method, route| match route {
        "/kept" | "/api/v1/kept" | "/say" => Some(Audience::SignedIn),
        "/decide" => Some(Audience::Roles(&[Role::Director])),
        "/frozen" => method.is_safe().then_some(Audience::Anyone),
        "/nobodys" => None,
        _ => Some(Audience::Anyone),
    };
    let shell = Shell {
        accounts,
        notices,
        sample: true,
        unwitnessed: Unwitnessed::default(),
        secure: true,
        table,
        grants: Grants::default(),
        provider: None,
        clock,
    };
    let who = |MaybeSignedIn(person)| async move { person_name(person) };
    let faces = pages::site()
        .route(
            "/broken",
            get(|| async { Failure::internal("testing", &std::io::Error::other("secret cause")) }),
        )
        .route("/kept", get(|person: SignedIn| async move { person_name(Some(person)) }))
        .route("/nobodys", get(|| async { "secret" }))
        .route("/say", post(say))
        .route("/decide", post(decide))
        .route("/stream", get(stream))
        .route("/denied", get(|| async { Failure::Forbidden { may: vec![Role::Office] } }))
        .route("/api/v1/who", get(who).post(who))
        .route("/api/v1/kept", get(|person: SignedIn| async move { person_name(Some(person)) }));
    Site { router: shell.wrap(faces), passwords, heard: Mutex::new(heard), _folder: folder }
}

#[derive(Deserialize)]
struct Said {
    text: String,
}

async fn say(CheckedForm(said): CheckedForm<Said>) -> String {
    format!("said {}", said.text)
}

async fn decide(ConfirmedForm(said): ConfirmedForm<Said>) -> String {
    format!("decided {}", said.text)
}

/// Events without an end.
async fn stream() -> Response {
    let beats =
        futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>("data: beat\n\n")).then(|beat| async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            beat
        });
    ([("content-type", "text/event-stream")], Body::from_stream(beats)).into_response()
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
        &self.passwords[name]
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
    let page = site().await.get("/", "").await;
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
        let page = site().await.get("/", &format!("lang={language}")).await;
        assert!(page.text.contains(&format!(r#"<html lang="{language}">"#)) && page.text.contains(words));
    }
}

#[tokio::test]
async fn a_frozen_page_says_so_and_never_updates_itself() {
    let page = site().await.get("/frozen", "").await.text;
    assert!(
        page.contains("You are looking at the record as it stood on 3 March 2026 (event 911)."),
        "{page}"
    );
    assert!(page.contains(r#"<a href="/">Go to the latest</a>"#));
    assert!(!page.contains("data-events") && !page.contains("<script"), "a frozen page is not live");
}

#[tokio::test]
async fn nothing_is_inline_and_nothing_is_asked_of_another_host() {
    let site = site().await;
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
    let site = site().await;
    let response = site.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let size = to_bytes(response.into_body(), 1 << 20).await.unwrap().len();
    assert!(size <= 12 * 1024, "the gallery is {size} bytes compressed");
}

#[tokio::test]
async fn signing_in_leads_on_and_signing_out_ends_the_session() {
    let site = site().await;
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
    let site = site().await;
    let body = format!("name=office&password={}", site.password("office"));
    let answer = site.post("/sign-in", "", body).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-tais="), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie} lacks {attribute}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused_in_words_and_keeps_the_name() {
    let answer = site().await.post("/sign-in", "", "name=<apsc>&password=wrong&next=/kept".into()).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.headers.get("set-cookie").is_none());
    assert!(answer.text.contains("<title>Error: Sign in"), "{}", answer.text);
    assert!(answer.text.contains(r#"value="&#60;apsc&#62;""#), "{}", answer.text);
}

#[tokio::test]
async fn signing_in_never_leads_to_another_site() {
    let site = site().await;
    for next in ["//evil.example", "https://evil.example", "/%5Cevil.example", "/%0D%0ASet-Cookie:x=y"] {
        let body = format!("name=office&password={}&next={next}", site.password("office"));
        assert_eq!(site.post("/sign-in", "", body).await.header("location"), "/", "{next}");
    }
}

#[tokio::test]
async fn a_form_needs_our_origin_and_the_sessions_own_token() {
    let site = site().await;
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
    let site = site().await;
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
    let site = site().await;
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
    let site = site().await;
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
    let site = site().await;
    let cookie = site.sign_in("office").await;
    assert_eq!(site.get("/api/v1/who", &cookie).await.text, "office");
    assert_eq!(site.post("/api/v1/who", &cookie, String::new()).await.text, "nobody");
}

#[tokio::test]
async fn only_an_offered_language_can_be_chosen() {
    let site = site().await;
    for offered in ["en", "pt", "tet"] {
        let chosen = site.get(&format!("/language/{offered}?next=/frozen"), "").await;
        assert_eq!((chosen.status, chosen.header("location")), (StatusCode::SEE_OTHER, "/frozen"));
        assert!(chosen.header("set-cookie").starts_with(&format!("lang={offered};")));
    }
    assert_eq!(site.get("/language/fr", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_was_typed_when_the_session_had_ended_is_sent_after_the_sign_in() {
    let site = site().await;
    let asked = site.post("/say", "", "csrf=old&text=a+%3Cword%3E".into()).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    assert!(asked.text.contains("What you typed is kept"), "{}", asked.text);
    let kept = value_of(&asked.text, "kept");

    // A wrong password keeps it on.
    let wrong = form(&[("name", "aec"), ("password", "wrong"), ("kept", &kept)]);
    let wrong = site.post("/sign-in", "", wrong).await;
    assert_eq!(value_of(&wrong.text, "kept"), kept);

    let right = form(&[("name", "aec"), ("password", site.password("aec")), ("kept", &kept)]);
    let page = site.post("/sign-in", "", right).await;
    let cookie = page.header("set-cookie").split(';').next().unwrap().to_owned();
    assert!(page.text.contains(r#"action="/say""#) && page.text.contains("Send it now"), "{}", page.text);
    let again = form(&[("csrf", token_in(&main_of(&page.text))), ("text", &value_of(&page.text, "text"))]);
    assert_eq!(site.post("/say", &cookie, again).await.text, "said a <word>");
}

#[tokio::test]
async fn a_form_of_an_earlier_session_is_shown_and_not_taken_in_silence() {
    let site = site().await;
    let cookie = site.sign_in("aec").await;
    let answer = site.post("/say", &cookie, "csrf=old&text=word".into()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text.contains("opened in an earlier session"), "{}", answer.text);
    let again =
        form(&[("csrf", token_in(&main_of(&answer.text))), ("text", &value_of(&answer.text, "text"))]);
    assert_eq!(site.post("/say", &cookie, again).await.text, "said word");
}

#[tokio::test]
async fn a_step_that_counts_asks_for_the_password_again_after_a_while() {
    let site = site_with(later).await;
    let cookie = site.sign_in("director").await;
    let token = token_in(&site.get("/", &cookie).await.text).to_owned();
    let sent = form(&[("csrf", &token), ("text", "yes")]);
    assert_eq!(site.post("/decide", &cookie, sent.clone()).await.text, "decided yes");

    LATER.store(11 * 60, Ordering::Relaxed);
    let asked = site.post("/decide", &cookie, sent).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.text.contains("Give your password once more"), "{}", asked.text);
    let with = |password: &str| form(&[("csrf", &token), ("text", "yes"), ("confirmation", password)]);
    let wrong = site.post("/decide", &cookie, with("wrong")).await;
    assert!(wrong.text.contains("This is not your password."), "{}", wrong.text);
    assert_eq!(site.post("/decide", &cookie, with(site.password("director"))).await.text, "decided yes");
    // And not again at once.
    assert_eq!(site.post("/decide", &cookie, with("")).await.text, "decided yes");
}

#[tokio::test]
async fn an_open_page_ends_soon_after_its_session() {
    let site = site().await;
    let cookie = site.sign_in("office").await;
    let page = site.get("/", &cookie).await.text;
    let request = Request::get("/stream").header("cookie", &cookie).header("host", HOST).body(Body::empty());
    let stream = site.router.clone().oneshot(request.unwrap()).await.unwrap().into_body();
    let mut beats = stream.into_data_stream();
    assert!(beats.next().await.is_some());
    site.post("/sign-out", &cookie, form(&[("csrf", token_in(&page))])).await;
    let ended = tokio::time::timeout(Duration::from_secs(5), async { while beats.next().await.is_some() {} });
    assert!(ended.await.is_ok(), "the stream goes on");
}

#[tokio::test]
async fn guessing_waits_ever_longer_and_the_right_password_waits_too() {
    let site = site().await;
    for _ in 0..5 {
        let answer = site.post("/sign-in", "", "name=aec&password=guess".into()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let right = form(&[("name", "aec"), ("password", site.password("aec"))]);
    let answer = site.post("/sign-in", "", right).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.text.contains("Wait a minute"), "{}", answer.text);
    let program =
        Request::get("/api/v1/who").header("authorization", site.basic("aec", site.password("aec")));
    let answer = site.ask(program, String::new()).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    site.sign_in("apsc").await;
}

#[tokio::test]
async fn a_changed_password_ends_every_other_session() {
    let site = site().await;
    let (one, other) = (site.sign_in("aec").await, site.sign_in("aec").await);
    let token = token_in(&site.get("/", &one).await.text).to_owned();
    let change = |present: &str, new: &str, again: &str| {
        form(&[("csrf", &token), ("present", present), ("new", new), ("again", again), ("next", "/kept")])
    };
    let good = "loron furak tebes";
    for (present, new, again, words) in [
        ("wrong", good, good, "This is not your password."),
        (site.password("aec"), "short", "short", "too short"),
        (site.password("aec"), good, "different", "not the same"),
        (site.password("aec"), site.password("aec"), site.password("aec"), "the one you have"),
    ] {
        let answer = site.post("/password", &one, change(present, new, again)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
    }
    let changed = site.post("/password", &one, change(site.password("aec"), good, good)).await;
    assert_eq!((changed.status, changed.header("location")), (StatusCode::SEE_OTHER, "/kept"));
    let fresh = changed.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_eq!(site.get("/kept", &fresh).await.text, "aec");
    for ended in [&one, &other] {
        assert_eq!(site.get("/kept", ended).await.status, StatusCode::SEE_OTHER);
    }
    let old = form(&[("name", "aec"), ("password", site.password("aec"))]);
    assert_eq!(site.post("/sign-in", "", old).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let new = form(&[("name", "aec"), ("password", good)]);
    assert_eq!(site.post("/sign-in", "", new).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_stands_in_no_row_is_nobodys_and_a_role_too_little_is_refused_before_anything_is_read() {
    let site = site().await;
    let (director, aec) = (site.sign_in("director").await, site.sign_in("aec").await);
    let answer = site.get("/nobodys", &director).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(!answer.text.contains("secret"));
    let answer = site.post("/decide", &aec, "text=yes".into()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text.contains("General Directorate"), "it says who may: {}", answer.text);
}

#[tokio::test]
async fn the_security_log_hears_of_sign_ins_failures_and_denials() {
    let site = site().await;
    let cookie = site.sign_in("auditor").await;
    site.post("/sign-in", "", "name=auditor&password=wrong".into()).await;
    site.post("/sign-in", "", "name=nobody-at-all&password=wrong".into()).await;
    assert_eq!(site.get("/denied?secret=1", &cookie).await.status, StatusCode::FORBIDDEN);
    let mut heard = site.heard.lock().unwrap();
    let mut next = || heard.try_recv().unwrap();
    let Notice::SignedIn(account) = next() else { panic!("no sign-in") };
    assert_eq!(next(), Notice::SignInFailed(Some(account)));
    assert_eq!(next(), Notice::SignInFailed(None));
    let action = "GET /denied".to_owned();
    assert_eq!(next(), Notice::Denied { account: Some(account), action });
}
