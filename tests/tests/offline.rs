//! A correspondent's form where the network comes and goes: nothing that was typed is lost, and
//! nothing that was sent is counted twice. The network is a wire that the test cuts.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod chromium;

use std::time::{Duration, Instant};

use chromium::{Browser, PATIENCE, fill, find, press, run, text, until};
use fantoccini::{Client, Locator};
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};
use tais_tests::{Proxy, System, details};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A running system behind a wire that can be cut.
struct Far {
    system: System,
    wire: Proxy,
}

impl Far {
    async fn start() -> Self {
        let system = System::start(false).unwrap();
        let port = system.base().rsplit_once(':').unwrap().1.parse().unwrap();
        Self { wire: Proxy::to(port).await.unwrap(), system }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.wire.port())
    }

    async fn sign_in(&self, window: &Client) {
        self.sign_in_as(window, "apsc").await;
    }

    async fn sign_in_as(&self, window: &Client, name: &str) {
        window.goto(&self.url(&format!("/sign-in?next=/{name}"))).await.unwrap();
        fill(window, "name", name).await;
        fill(window, "password", self.system.password(name)).await;
        find(window, "main form button").await.click().await.unwrap();
        until(window, "h1", |title| title.contains("my updates")).await;
    }

    /// A phone on which somebody is signed in and has the form at hand.
    async fn phone(&self, browser: &mut Browser) -> Client {
        let phone = browser.window(390, true).await;
        self.sign_in(&phone).await;
        until_true(&phone, "return caches.match('/apsc/new').then(Boolean)").await;
        until_true(&phone, "return caches.match('/apsc').then(Boolean)").await;
        until_true(&phone, "return Boolean(navigator.serviceWorker.controller)").await;
        phone
    }

    /// The titles of the pillar's activities, as its API has them.
    fn titles(&self) -> Vec<String> {
        let (_, all) = self.system.client(Some("apsc")).get("/api/v1/apsc/activities").unwrap();
        let title =
            |activity: &Value| activity["activity"]["details"]["title"]["en"].as_str().unwrap().to_owned();
        let mut titles: Vec<String> = all["activities"].as_array().unwrap().iter().map(title).collect();
        titles.sort();
        titles
    }

    /// Forgets every session, as a night does.
    async fn sign_out_elsewhere(&self, window: &Client) {
        window.delete_cookie("tais-session").await.unwrap();
    }
}

async fn until_true(window: &Client, script: &str) {
    let patience = Instant::now() + PATIENCE;
    while window.execute(script, Vec::new()).await.unwrap_or_default() != Value::Bool(true) {
        assert!(Instant::now() < patience, "never true: {script}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn value(window: &Client, css: &str) -> String {
    find(window, css).await.prop("value").await.unwrap().unwrap_or_default()
}

async fn type_update(window: &Client, title: &str) {
    fill(window, "title", title).await;
    find(window, "#kind").await.select_by_value("training").await.unwrap();
    fill(window, "women", "24").await;
}

async fn press_send(window: &Client) {
    find(window, "form.entry .actions button").await.click().await.unwrap();
}

async fn rows(window: &Client, state: &str) -> usize {
    window.find_all(Locator::Css(&format!("#queue li[data-state={state}]"))).await.unwrap().len()
}

async fn until_rows(window: &Client, state: &str, count: usize) {
    let patience = Instant::now() + PATIENCE;
    while rows(window, state).await != count {
        let says = text(window, "#queue").await;
        assert!(Instant::now() < patience, "{} of {count} are {state}: {says}", rows(window, state).await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn until_titles(far: &Far, expected: &[&str]) {
    let patience = Instant::now() + PATIENCE;
    while far.titles() != expected {
        assert!(Instant::now() < patience, "{:?}", far.titles());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[test]
fn three_updates_made_without_a_network_are_recorded_once_each() {
    run(async |browser| {
        let far = Far::start().await;
        let phone = far.phone(browser).await;
        far.wire.cut();
        phone.goto(&far.url("/apsc/new")).await.unwrap();
        let copy = text(&phone, "#saved-copy").await;
        assert!(copy.starts_with("Saved copy from") && copy.ends_with("You are offline."), "{copy}");
        let widths = "return [document.documentElement.scrollWidth, window.innerWidth]";
        let mut ids = std::collections::BTreeSet::new();
        for (nth, title) in ["First", "Second", "Third"].into_iter().enumerate() {
            if nth == 1 {
                // The phone's clock is a year off from here on; ids only need to differ.
                let wrong = "const now = Date.now; Date.now = () => now() - 365 * 86400000";
                phone.execute(wrong, Vec::new()).await.unwrap();
            }
            type_update(&phone, title).await;
            ids.insert(value(&phone, "[name=submission]").await);
            press_send(&phone).await;
            until_rows(&phone, "waiting", nth + 1).await;
            until(&phone, "#form-says", |says| says == "Saved on this phone").await;
            assert_eq!(value(&phone, "#title").await, "", "the form is empty for the next");
            let widths = phone.execute(widths, Vec::new()).await.unwrap();
            assert!(widths[0].as_u64() <= widths[1].as_u64(), "{widths}");
        }
        assert_eq!(ids.len(), 3, "{ids:?}");
        // Nothing is lost with the page, and a copy never carries an id that was used.
        phone.goto(&far.url("/apsc")).await.unwrap();
        until_rows(&phone, "waiting", 3).await;
        phone.goto(&far.url("/apsc/new")).await.unwrap();
        until_rows(&phone, "waiting", 3).await;
        assert!(ids.insert(value(&phone, "[name=submission]").await), "an id was used again");
        assert_eq!(far.titles(), [] as [&str; 0]);

        let copy = "
            const made = URL.createObjectURL;
            let text, refused;
            document.addEventListener('securitypolicyviolation', (event) => { refused = event.violatedDirective; });
            URL.createObjectURL = (blob) => { text = blob.text(); return made(blob); };
            document.querySelector('[data-do=copy]').click();
            return new Promise((done) => setTimeout(done, 500)).then(() => text)
                .then((text) => [refused ?? '', JSON.parse(text).map((item) => item.title)])";
        let copy = phone.execute(copy, Vec::new()).await.unwrap();
        assert_eq!(copy, serde_json::json!(["", ["First", "Second", "Third"]]), "the copy to download");

        far.wire.mend();
        find(&phone, "[data-do=send]").await.click().await.unwrap();
        until_rows(&phone, "recorded", 3).await;
        // Whatever the device and the network do, each is there once.
        for _ in 0..2 {
            phone.goto(&far.url("/apsc")).await.unwrap();
            until_rows(&phone, "recorded", 3).await;
        }
        assert_eq!(far.titles(), ["First", "Second", "Third"]);
        press(&phone, "#queue li a").await;
        until(&phone, "h1", |title| title == "Recorded").await;
    });
}

#[test]
fn a_draft_that_waits_to_be_sent_stays_one_update() {
    run(async |browser| {
        let far = Far::start().await;
        let phone = far.phone(browser).await;
        phone.goto(&far.url("/apsc/new")).await.unwrap();
        type_update(&phone, "Begun, then sent").await;
        until(&phone, "#form-says", |says| says.starts_with("Saved as a draft ")).await;
        let id = value(&phone, "[name=submission]").await;
        far.wire.cut();
        press_send(&phone).await;
        until_rows(&phone, "waiting", 1).await;
        // Before the phone has sent it, its draft is gone on with: it is the same update still.
        let hold = "window.fetch = () => Promise.reject(new TypeError('away'))";
        phone.execute(hold, Vec::new()).await.unwrap();
        far.wire.mend();
        phone.goto(&far.url(&format!("/apsc/new?draft={id}"))).await.unwrap();
        until(&phone, "h1", |title| title == "New update" || title == "Recorded").await;
        if text(&phone, "h1").await == "New update" {
            assert_eq!(value(&phone, "[name=submission]").await, id);
            press_send(&phone).await;
            until(&phone, "h1", |title| title == "Recorded").await;
        }
        phone.goto(&far.url("/apsc")).await.unwrap();
        until(&phone, "main", |page| page.contains("Begun, then sent")).await;
        assert!(phone.find_all(Locator::Css("#drafts")).await.unwrap().is_empty());
        assert_eq!(far.titles(), ["Begun, then sent"]);
    });
}

/// The control of the count above: the same fields under two ids are two activities, and it says so.
#[test]
fn the_count_would_notice_a_double() {
    run(async |browser| {
        let far = Far::start().await;
        let phone = far.phone(browser).await;
        phone.goto(&far.url("/apsc/new")).await.unwrap();
        type_update(&phone, "Said twice").await;
        let twice = "
            const body = new URLSearchParams(new FormData(document.querySelector('form.entry')));
            const post = () => fetch('/apsc/new', { method: 'POST', body }).then((answer) => answer.url);
            return post().then(async (first) => {
                const again = await post();
                body.set('submission', taisQueue.newId());
                return [first === again, first === (await post())];
            })";
        let same = phone.execute(twice, Vec::new()).await.unwrap();
        assert_eq!(same, serde_json::json!([true, false]), "the same id is the same update, another is not");
        assert_eq!(far.titles(), ["Said twice", "Said twice"]);
    });
}

#[test]
fn an_answer_that_is_lost_on_the_way_is_asked_for_again() {
    run(async |browser| {
        let far = Far::start().await;
        let phone = far.phone(browser).await;
        phone.goto(&far.url("/apsc/new")).await.unwrap();
        type_update(&phone, "Answer lost").await;
        // The request arrives; whatever comes back does not.
        let lose = "
            const real = window.fetch;
            window.fetch = async (url, options) => {
                const answer = await real(url, options);
                if (options?.method !== 'POST' || String(url).includes('drafts')) return answer;
                window.fetch = real;
                throw new TypeError('lost');
            }";
        phone.execute(lose, Vec::new()).await.unwrap();
        press_send(&phone).await;
        until(&phone, "#form-says", |says| says == "Saved on this phone").await;
        assert_eq!(far.titles(), ["Answer lost"], "it had arrived");
        find(&phone, "[data-do=send]").await.click().await.unwrap();
        until_rows(&phone, "recorded", 1).await;
        assert_eq!(far.titles(), ["Answer lost"]);
    });
}

#[test]
fn pressing_twice_and_going_back_make_one() {
    run(async |browser| {
        let far = Far::start().await;
        for javascript in [true, false] {
            let phone = browser.window(390, javascript).await;
            far.sign_in(&phone).await;
            phone.goto(&far.url("/apsc/new")).await.unwrap();
            let title = if javascript { "With scripts" } else { "Without scripts" };
            type_update(&phone, title).await;
            if javascript {
                let twice =
                    "const b = document.querySelector('form.entry .actions button'); b.click(); b.click()";
                phone.execute(twice, Vec::new()).await.unwrap();
            } else {
                press_send(&phone).await;
            }
            until(&phone, "h1", |title| title == "Recorded").await;
            phone.back().await.unwrap();
            until(&phone, "h1", |title| title == "New update").await;
            // Either the browser gives back what was typed, and it is the same update; or an empty form.
            if value(&phone, "#title").await == title {
                press_send(&phone).await;
                until(&phone, "h1", |title| title == "Recorded").await;
            }
        }
        assert_eq!(far.titles(), ["With scripts", "Without scripts"]);
    });
}

#[test]
fn without_scripts_a_draft_is_gone_on_with_and_ends_with_its_update() {
    run(async |browser| {
        let far = Far::start().await;
        let window = browser.window(390, false).await;
        far.sign_in(&window).await;
        window.goto(&far.url("/apsc/new")).await.unwrap();
        fill(&window, "title", "Half a title").await;
        fill(&window, "starts", "some day").await;
        find(&window, "button[formaction]").await.click().await.unwrap();
        let list = until(&window, "main", |page| page.contains("Half a title")).await;
        assert!(list.contains("Draft"), "{list}");
        assert_eq!(far.titles(), [] as [&str; 0], "a draft is nobody else's business");
        // In another browser, as on another day.
        let other = browser.window(1280, false).await;
        far.sign_in(&other).await;
        find(&other, "#drafts a.name").await.click().await.unwrap();
        until(&other, "h1", |title| title == "New update").await;
        assert_eq!(value(&other, "#starts").await, "some day", "kept as it was typed");
        find(&other, "#starts").await.clear().await.unwrap();
        type_update(&other, ", finished").await;
        press_send(&other).await;
        until(&other, "h1", |title| title == "Recorded").await;
        assert_eq!(far.titles(), ["Half a title, finished"]);
        other.goto(&far.url("/apsc")).await.unwrap();
        until(&other, "h1", |title| title.contains("my updates")).await;
        assert!(other.find_all(Locator::Css("#drafts")).await.unwrap().is_empty(), "the draft is gone");
        // What is begun and not wanted is thrown away.
        window.goto(&far.url("/apsc/new")).await.unwrap();
        fill(&window, "title", "Not wanted").await;
        find(&window, "button[formaction]").await.click().await.unwrap();
        find(&window, "#drafts button").await.click().await.unwrap();
        until(&window, "main", |page| !page.contains("Not wanted") && page.contains("finished")).await;
    });
}

#[test]
fn a_form_keeps_itself_and_says_so() {
    run(async |browser| {
        let far = Far::start().await;
        let phone = far.phone(browser).await;
        phone.goto(&far.url("/apsc/new")).await.unwrap();
        fill(&phone, "title", "Typed and left").await;
        until(&phone, "#form-says", |says| says.starts_with("Saved as a draft ")).await;
        // Without a network it is kept here, and offered when the form is next opened.
        far.wire.cut();
        fill(&phone, "title", " and gone on with").await;
        until(&phone, "#form-says", |says| says.starts_with("Kept on this phone ")).await;
        phone.goto(&far.url("/apsc/new")).await.unwrap();
        until(&phone, "#kept", |kept| kept.contains("Typed and left and gone on with")).await;
        far.wire.mend();
        find(&phone, "#kept button").await.click().await.unwrap();
        assert_eq!(value(&phone, "#title").await, "Typed and left and gone on with");
        phone.goto(&far.url("/apsc")).await.unwrap();
        until(&phone, "#drafts", |draft| draft.contains("Typed and left")).await;
    });
}

#[test]
fn a_session_that_ended_loses_nothing() {
    run(async |browser| {
        let far = Far::start().await;
        let phone = far.phone(browser).await;
        phone.goto(&far.url("/apsc/new")).await.unwrap();
        type_update(&phone, "Sent too late").await;
        far.sign_out_elsewhere(&phone).await;
        press_send(&phone).await;
        until_rows(&phone, "waiting", 1).await;
        until(&phone, "#queue", |queue| queue.contains("Sign in to send what waits here")).await;
        // Another person on the same phone neither sees nor sends it.
        far.sign_in_as(&phone, "aec").await;
        assert!(!text(&phone, "main").await.contains("Sent too late"));
        assert_eq!(far.titles(), [] as [&str; 0]);
        far.sign_in(&phone).await;
        until_rows(&phone, "recorded", 1).await;
        assert_eq!(far.titles(), ["Sent too late"]);
        // Who signs out takes the pages along.
        until_true(&phone, "return caches.match('/apsc').then(Boolean)").await;
        find(&phone, "form[action='/sign-out'] button").await.click().await.unwrap();
        until(&phone, "body", |body| body.contains("Sign in")).await;
        until_true(&phone, "return caches.match('/apsc').then((page) => !page)").await;
    });
}

#[test]
fn what_the_server_refuses_comes_back_to_be_mended() {
    run(async |browser| {
        let far = Far::start().await;
        let phone = far.phone(browser).await;
        far.wire.cut();
        phone.goto(&far.url("/apsc/new")).await.unwrap();
        type_update(&phone, "A wrong day").await;
        fill(&phone, "starts", "31/02/2026").await;
        press_send(&phone).await;
        until_rows(&phone, "waiting", 1).await;
        far.wire.mend();
        phone.goto(&far.url("/apsc")).await.unwrap();
        until_rows(&phone, "attention", 1).await;
        let reason = text(&phone, "#queue .reason").await;
        assert!(reason.contains("24/11/2026"), "{reason}");
        assert_eq!(far.titles(), [] as [&str; 0]);
        press(&phone, "#queue li a").await;
        until(&phone, "#form-says", |says| says.contains("24/11/2026")).await;
        assert_eq!(value(&phone, "#starts").await, "31/02/2026");
        find(&phone, "#starts").await.clear().await.unwrap();
        press_send(&phone).await;
        until(&phone, "h1", |title| title == "Recorded").await;
        assert_eq!(far.titles(), ["A wrong day"]);
        phone.goto(&far.url("/apsc")).await.unwrap();
        until(&phone, "main", |page| page.contains("A wrong day")).await;
        assert!(phone.find_all(Locator::Css("#queue li")).await.unwrap().is_empty());
    });
}

#[test]
fn a_revision_waits_as_well_and_one_that_is_too_late_is_said_to_be() {
    run(async |browser| {
        let far = Far::start().await;
        let client = far.system.client(Some("apsc"));
        let body = serde_json::json!({ "details": details("apsc", "Before") });
        let (_, answer) = client.post("/api/v1/apsc/activities", None, &body).unwrap();
        let id = answer["activity"].as_str().unwrap().to_owned();
        let phone = far.phone(browser).await;
        let form = far.url(&format!("/apsc/activities/{id}/revision"));
        let revise = async |title: &str, waiting: usize| {
            phone.goto(&form).await.unwrap();
            text(&phone, "#saved-copy").await;
            find(&phone, "#title").await.clear().await.unwrap();
            fill(&phone, "title", title).await;
            press_send(&phone).await;
            // Until the page itself has given up: a network that comes back before that is its own to use.
            until_true(&phone, "return document.querySelector('form[data-update]').hidden").await;
            until_rows(&phone, "waiting", waiting).await;
        };
        phone.goto(&form).await.unwrap();
        until(&phone, "h1", |title| title == "Revise this activity").await;
        let held = format!("return caches.match('/apsc/activities/{id}/revision').then(Boolean)");
        until_true(&phone, &held).await;
        far.wire.cut();
        revise("After", 1).await;
        revise("Much later", 2).await;
        far.wire.mend();
        phone.goto(&far.url("/apsc")).await.unwrap();
        // The second was made from the same version as the first: the person is shown both, and chooses.
        until_rows(&phone, "recorded", 1).await;
        until_rows(&phone, "attention", 1).await;
        let reason = text(&phone, "#queue li[data-state=attention] .reason").await;
        assert!(reason.contains("Somebody changed this activity"), "{reason}");
        assert_eq!(far.titles(), ["After"]);
        // Once it is withdrawn there is no form to mend it by.
        let withdrawal = serde_json::json!({ "reason": "It did not take place" });
        client.post(&format!("/api/v1/apsc/activities/{id}/withdrawal"), None, &withdrawal).unwrap();
        press(&phone, "#queue li[data-state=attention] button").await;
        phone.accept_alert().await.unwrap();
        until_rows(&phone, "attention", 0).await;
        far.wire.cut();
        revise("Too late", 1).await;
        far.wire.mend();
        phone.goto(&far.url("/apsc")).await.unwrap();
        until_rows(&phone, "attention", 1).await;
        let reason = text(&phone, "#queue li[data-state=attention] .reason").await;
        assert!(reason.contains("It is closed"), "{reason}");
        assert_eq!(far.titles(), ["After"]);
    });
}

/// What another release kept names files that are gone: its pages are fetched anew, at once.
#[test]
fn a_new_release_takes_the_place_of_what_the_last_one_kept() {
    run(async |browser| {
        let far = Far::start().await;
        let phone = browser.window(390, true).await;
        phone.goto(&far.url("/sign-in")).await.unwrap();
        let last = "return Promise.all(['tais-files-last', 'tais-pages-last'].map(async (name) => {
            const path = name.includes('files') ? '/assets/form.0.js' : '/apsc/activities/gone';
            const cache = await caches.open(name);
            await cache.put('/apsc/new', new Response('of the last release'));
            await cache.put(path, new Response('of the last release'));
        })).then(() => true)";
        assert_eq!(phone.execute(last, Vec::new()).await.unwrap(), true);
        far.sign_in(&phone).await;
        until_true(
            &phone,
            "return caches.keys().then((names) => !names.some((name) => name.endsWith('-last')))",
        )
        .await;
        let kept = "return Promise.all((await caches.keys()).map((name) => caches.open(name).then((cache) => cache.keys())))
            .then((kept) => kept.flat().map((request) => new URL(request.url).pathname))";
        let kept = phone.execute(&format!("return (async () => {{ {kept} }})()"), Vec::new()).await.unwrap();
        let kept = kept.to_string();
        assert!(
            kept.contains("/apsc/new") && !kept.contains("form.0.js") && !kept.contains("gone"),
            "{kept}"
        );
        far.wire.cut();
        phone.goto(&far.url("/apsc/new")).await.unwrap();
        until(&phone, "h1", |title| title == "New update").await;
        text(&phone, "#saved-copy").await;
    });
}

#[test]
fn an_id_that_comes_with_other_content_is_a_choice() {
    run(async |browser| {
        let far = Far::start().await;
        let window = browser.window(390, false).await;
        far.sign_in(&window).await;
        window.goto(&far.url("/apsc/new")).await.unwrap();
        type_update(&window, "What was said first").await;
        press_send(&window).await;
        until(&window, "h1", |title| title == "Recorded").await;
        window.back().await.unwrap();
        until(&window, "h1", |title| title == "New update").await;
        find(&window, "#title").await.clear().await.unwrap();
        find(&window, "#women").await.clear().await.unwrap();
        type_update(&window, "What was said then").await;
        press_send(&window).await;
        let errors = until(&window, ".errors", |errors| !errors.is_empty()).await;
        assert!(errors.contains("already sent with other content"), "{errors}");
        assert!(errors.contains("Sent before: “What was said first”"), "{errors}");
        assert_eq!(value(&window, "#title").await, "What was said then", "what was typed is kept");
        assert_eq!(far.titles(), ["What was said first"], "nothing was changed");
        let send = find(&window, "form.entry .actions button").await;
        assert_eq!(send.text().await.unwrap(), "Send as a new update");
        send.click().await.unwrap();
        until(&window, "h1", |title| title == "Recorded").await;
        until_titles(&far, &["What was said first", "What was said then"]).await;
    });
}

/// The disk is busy for too long: the page says what is not known, and sending again makes one.
#[test]
fn an_unknown_outcome_is_said_and_sending_again_is_safe() {
    run(async |browser| {
        let far = Far::start().await;
        let window = browser.window(390, false).await;
        far.sign_in(&window).await;
        window.goto(&far.url("/apsc/new")).await.unwrap();
        type_update(&window, "On a busy disk").await;
        let file = far.system.data().join("correspondent-apsc").join("outbox.sqlite");
        let mut disk =
            SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await.unwrap();
        sqlx::raw_sql("begin immediate").execute(&mut disk).await.unwrap();
        press_send(&window).await;
        until(&window, "h1", |title| title == "We do not know yet whether this was recorded").await;
        assert!(text(&window, "main").await.contains("It is safe to send it again"));
        sqlx::raw_sql("rollback").execute(&mut disk).await.unwrap();
        window.back().await.unwrap();
        until(&window, "h1", |title| title == "New update").await;
        press_send(&window).await;
        until(&window, "h1", |title| title == "Recorded").await;
        assert_eq!(far.titles(), ["On a busy disk"]);
    });
}

/// Asks as a browser does and gives the answer's bytes, as they come over the wire.
async fn over_the_wire(far: &Far, path: &str, session: &str) -> Vec<u8> {
    let address = far.system.base().trim_start_matches("http://");
    let mut server = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {address}\r\naccept-encoding: gzip\r\ncookie: tais-session={session}\r\nconnection: close\r\n\r\n"
    );
    server.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}");
    answer
}

/// What a slow phone loads when it first opens the form: the page, the worker and all files it keeps.
#[test]
fn the_first_visit_of_the_form_stays_small() {
    run(async |browser| {
        let far = Far::start().await;
        let phone = far.phone(browser).await;
        let files = "return caches.keys().then(async (names) => {
            const files = await caches.open(names.find((name) => name.startsWith('tais-files-')));
            return (await files.keys()).map((file) => new URL(file.url).pathname);
        })";
        let files = phone.execute(files, Vec::new()).await.unwrap();
        let files = files.as_array().unwrap().iter().map(|file| file.as_str().unwrap().to_owned());
        let paths: Vec<String> =
            ["/apsc/new", "/service-worker.js"].map(str::to_owned).into_iter().chain(files).collect();
        assert_eq!(
            paths.len(),
            8,
            "the page, the worker, two fonts, the style sheet, three scripts: {paths:?}"
        );
        let session = phone.get_named_cookie("tais-session").await.unwrap().value().to_owned();
        let mut total = 0;
        for path in paths {
            let size = over_the_wire(&far, &path, &session).await.len();
            eprintln!("{size:>7} {path}");
            total += size;
        }
        assert!(total <= 100 * 1024, "{total}");
        eprintln!("{total:>7} in all");
    });
}
