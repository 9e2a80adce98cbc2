//! axe-core on every page, in three languages and at two widths: nothing that keeps people out.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod chromium;

use chromium::{fill, find, run, until};
use fantoccini::Client;
use serde_json::{Value, json};
use tais_tests::{System, details, participation};

/// What is looked for, with everything unfolded: WCAG 2.2 to level AA, and axe's own best practices.
const RUN: &str = r"
    document.querySelectorAll('details').forEach((folded) => (folded.open = true));
    const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: tags }).then(
        ({ violations }) => done(violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)])),
        (error) => done([[String(error), []]]));
";

fn axe() -> String {
    let file =
        std::env::var("TAIS_AXE").expect("TAIS_AXE is not set: run the tests with `deploy/local test`");
    std::fs::read_to_string(file).unwrap()
}

/// What axe finds on the page that is shown.
async fn violations(window: &Client, axe: &str) -> Vec<Value> {
    window.execute(axe, Vec::new()).await.unwrap();
    window.execute_async(RUN, Vec::new()).await.unwrap().as_array().unwrap().clone()
}

/// A system with an identity provider, which nobody asks anything here.
fn with_provider(demo: bool) -> System {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "secret").unwrap();
    let flags = [
        ("--public-url", "http://127.0.0.1"),
        ("--oidc-issuer", "http://127.0.0.1:1"),
        ("--oidc-client", "tais"),
        ("--oidc-secret-file", secret.path().to_str().unwrap()),
    ];
    System::start_with(
        demo,
        flags.iter().flat_map(|(flag, value)| [*flag, value].map(str::to_owned)).collect(),
    )
    .unwrap()
}

async fn sign_in(window: &Client, system: &System, name: &str) {
    window.goto(&format!("{}/language/en?next=/sign-in", system.base())).await.unwrap();
    fill(window, "name", name).await;
    fill(window, "password", system.password(name)).await;
    find(window, "form[action='/sign-in'] button").await.click().await.unwrap();
    until(window, "body", |body| body.contains("Sign out")).await;
}

/// An activity of the desk's, one of the correspondent's own, and its position.
fn prepare(system: &System) -> (String, u64) {
    let client = system.client(Some("apsc"));
    let id = uuid::Uuid::now_v7().to_string();
    let body = json!({ "details": details("apsc", "Mediators’ training"), "participation": participation(3, 4), "submit": true });
    client.post("/api/v1/apsc/activities", Some(&id), &body).unwrap();
    let patience = std::time::Instant::now() + chromium::PATIENCE;
    loop {
        let (status, shown) = client.get(&format!("/api/v1/activities/{id}")).unwrap();
        if status == 200
            && let Some(position) =
                shown["events"].as_array().unwrap().iter().filter_map(|e| e["position"].as_u64()).max()
        {
            return (id, position);
        }
        assert!(std::time::Instant::now() < patience, "{shown}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

/// A file that waits to be looked at, with a new row, a wrong one and one of another pillar.
fn import(system: &System) -> String {
    let file = "ref,pillar,kind,title,start_date\nX1,APSC,training,One,2026-11-01\nX2,APSC,party,Two,31/31/2026\nX3,AEC,training,Three,\n";
    let (status, preview) =
        system.client(Some("apsc")).send("/api/v1/apsc/imports?name=file.csv", file).unwrap();
    assert_eq!(status, 201, "{preview}");
    preview["import"].as_str().unwrap().to_owned()
}

/// The page of the first record of a kind, with all that can be said of it.
fn first_of(system: &System, kind: &str) -> String {
    let (_, all) = system.client(Some("director")).get(&format!("/api/v1/{kind}")).unwrap();
    let kind = kind.split('?').next().unwrap();
    format!("/{kind}/{}", all[kind][0]["id"].as_str().unwrap())
}

/// The pages of each role.
fn pages(system: &System, id: &str, import: &str, position: u64) -> Vec<(&'static str, Vec<String>)> {
    let own = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    let office = ["/", "/?at=300", "/activities", "/desk", "/no-such-page"];
    vec![
        ("apsc", {
            let mut paths =
                own(&["/apsc", "/apsc/new", "/apsc/import", "/apsc/commitments/new", "/password"]);
            paths.extend([
                format!("/apsc/import/{import}"),
                format!("/apsc/activities/{id}"),
                format!("/apsc/activities/{id}/revision"),
                format!("/apsc/updates/{id}"),
                format!("/apsc{}", first_of(system, "commitments?pillar=apsc")),
            ]);
            paths
        }),
        ("director", {
            let mut paths =
                own(&["/desk", "/commitments", "/commitments/new", "/indicators", "/obligations", "/forum"]);
            paths.extend(own(&["/forum/sessions/new", "/forum/members/new", "/forum/mentorships/new"]));
            paths.extend(
                ["commitments", "indicators", "obligations", "forum"].map(|kind| first_of(system, kind)),
            );
            paths.push(format!("/activities/{id}"));
            paths
        }),
        ("office", own(&office)),
        (
            "auditor",
            vec![
                "/audit".to_owned(),
                "/audit/diff?from=20".to_owned(),
                "/audit/verify".to_owned(),
                format!("/events/{position}"),
            ],
        ),
        ("administrator", own(&["/accounts", "/keys"])),
    ]
}

#[test]
fn no_page_keeps_anybody_out_on_a_phone() {
    look_at_every_page(390);
}

#[test]
fn no_page_keeps_anybody_out_at_a_desk() {
    look_at_every_page(1280);
}

fn look_at_every_page(width: u32) {
    run(async |browser| {
        let axe = axe();
        let system = with_provider(true);
        let (id, position) = prepare(&system);
        let import = import(&system);
        let (mut looked, mut wrong) = (0, Vec::new());
        for (role, paths) in pages(&system, &id, &import, position) {
            let window = browser.window(width, true).await;
            sign_in(&window, &system, role).await;
            for lang in ["en", "pt", "tet"] {
                for path in &paths {
                    window.goto(&format!("{}/language/{lang}?next={path}", system.base())).await.unwrap();
                    find(&window, &format!("html[lang={lang}] h1")).await;
                    let found = violations(&window, &axe).await;
                    looked += 1;
                    wrong.extend(found.into_iter().map(|found| format!("{path} {lang} {width}: {found}")));
                }
            }
            window.close().await.unwrap();
        }
        println!("{looked} pages looked at, {} violations", wrong.len());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// What nobody has to be signed in for, and what a form says that is wrong.
#[test]
fn no_state_of_a_form_keeps_anybody_out() {
    run(async |browser| {
        let axe = axe();
        let system = with_provider(false);
        let window = browser.window(390, true).await;
        for lang in ["en", "pt", "tet"] {
            let back = "/sign-in/provider/return";
            window.goto(&format!("{}/language/{lang}?next={back}", system.base())).await.unwrap();
            find(&window, ".notice").await;
            assert_eq!(violations(&window, &axe).await, Vec::<Value>::new(), "{back} in {lang}");
            window.goto(&format!("{}/language/{lang}?next=/sign-in", system.base())).await.unwrap();
            fill(&window, "name", "apsc").await;
            fill(&window, "password", "wrong").await;
            find(&window, "form[action='/sign-in'] button").await.click().await.unwrap();
            find(&window, ".errors").await;
            assert_eq!(violations(&window, &axe).await, Vec::<Value>::new(), "sign-in in {lang}");
        }
        sign_in(&window, &system, "apsc").await;
        // Empty pages, and a form without anything in it.
        for lang in ["en", "pt", "tet"] {
            for path in ["/", "/activities", "/apsc"] {
                window.goto(&format!("{}/language/{lang}?next={path}", system.base())).await.unwrap();
                find(&window, &format!("html[lang={lang}] h1")).await;
                assert_eq!(violations(&window, &axe).await, Vec::<Value>::new(), "{path} in {lang}");
            }
            window.goto(&format!("{}/apsc/new", system.base())).await.unwrap();
            find(&window, "form.entry button").await.click().await.unwrap();
            find(&window, ".errors").await;
            assert_eq!(violations(&window, &axe).await, Vec::<Value>::new(), "errors in {lang}");
        }
    });
}

#[test]
fn control_a_field_without_a_name_is_found() {
    run(async |browser| {
        let system = System::start(false).unwrap();
        let window = browser.window(390, true).await;
        window.goto(&format!("{}/sign-in", system.base())).await.unwrap();
        find(&window, "#name").await;
        let take_away = "document.querySelector('label[for=name]').remove()";
        window.execute(take_away, Vec::new()).await.unwrap();
        let found = violations(&window, &axe()).await;
        assert!(found.iter().any(|found| found[0] == "label"), "{found:?}");
    });
}
