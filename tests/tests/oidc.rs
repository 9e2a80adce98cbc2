//! Signing in at an identity provider, on the running system and a provider of our own that misbehaves
//! on command: who is let in, who is not, and what is kept meanwhile.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod chromium;

use std::time::{Duration, Instant};

use chromium::{find, press, run, until};
use tais_tests::{Issuer, Manner, Person, Shown, System, between};

const PATIENCE: Duration = Duration::from_secs(20);

struct Site {
    system: System,
    issuer: Issuer,
    _secret: tempfile::TempDir,
}

/// The flags for an identity provider; `port` is where people reach the pages.
fn flags(issuer: &Issuer, secret: &std::path::Path, port: u16) -> Vec<String> {
    let file = secret.join("secret");
    std::fs::write(&file, issuer.secret()).unwrap();
    let flags = [
        ("--port", port.to_string()),
        ("--public-url", format!("http://127.0.0.1:{port}")),
        ("--oidc-issuer", issuer.url().to_owned()),
        ("--oidc-client", issuer.client().to_owned()),
        ("--oidc-secret-file", file.display().to_string()),
    ];
    flags.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]).collect()
}

fn start() -> Site {
    let (issuer, secret) = (Issuer::start().unwrap(), tempfile::tempdir().unwrap());
    // The provider must know the port before the pages have it; somebody may take it in between.
    for _ in 0..5 {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        match System::start_with(false, flags(&issuer, secret.path(), free)) {
            Ok(system) => return Site { system, issuer, _secret: secret },
            Err(error) => eprintln!("port {free}: {error}"),
        }
    }
    panic!("no port could be had");
}

impl Site {
    fn nobody(&self) -> Person {
        Person::nobody(self.system.base())
    }

    /// Leaves for the provider; gives the address there.
    fn leave(&self, person: &mut Person, fields: &[(&str, &str)]) -> String {
        let page = person.send_plainly("/sign-in/provider", fields).unwrap();
        assert_eq!(page.status, 200, "{}", page.text);
        between(&page.text, r#"class="button" href=""#, r#"""#)
            .unwrap()
            .replace("&amp;", "&")
            .replace("&#38;", "&")
    }

    /// Signs in there as somebody; gives the way back.
    fn way_back(&self, address: &str, subject: &str) -> String {
        let back = self.issuer.sign_in(address, subject).unwrap();
        back.strip_prefix(self.system.base()).unwrap_or_else(|| panic!("led to {back}")).to_owned()
    }

    /// The whole way.
    fn sign_in(&self, person: &mut Person, subject: &str) -> Shown {
        let address = self.leave(person, &[("next", "/activities")]);
        person.arrive(&self.way_back(&address, subject)).unwrap()
    }

    /// Ties a subject to an account, as an administrator.
    fn tie(&self, name: &str, subject: &str) -> Shown {
        let mut administrator = self.system.person("administrator").unwrap();
        let page = administrator.get("/accounts").unwrap().text;
        let row = between(&page, &format!(r#"<li id="{name}">"#), "</li>").unwrap().to_owned();
        let place = row.split(r#"action=""#).find(|action| action.contains("/identity\"")).unwrap();
        administrator.send(place.split('"').next().unwrap(), &[("subject", subject)]).unwrap()
    }
}

#[test]
fn who_is_tied_to_an_account_is_let_in_and_nobody_else() {
    let site = start();
    let mut person = site.nobody();
    assert!(person.get("/sign-in").unwrap().text.contains("Sign in at 127.0.0.1"));

    // Known there and not here: told by which identifier an administrator can change that.
    let unknown = site.sign_in(&mut person, "subject-of-maria");
    assert_eq!(unknown.status, 403);
    assert!(unknown.text.contains("this identifier: subject-of-maria"), "{}", unknown.text);
    assert_eq!(person.get("/activities").unwrap().status, 303);

    assert_eq!(site.tie("apsc", "subject-of-maria").status, 303);
    let tied_twice = site.tie("aec", "subject-of-maria");
    assert_eq!(tied_twice.status, 422);
    assert!(tied_twice.text.contains("belongs to another account"), "{}", tied_twice.text);
    assert_eq!(site.tie("aec", "\u{7f}").status, 422);

    let mut maria = site.nobody();
    let address = site.leave(&mut maria, &[("next", "/apsc")]);
    let back = site.way_back(&address, "subject-of-maria");
    let stranger = site.nobody().arrive(&back).unwrap();
    assert_eq!(stranger.status, 422, "a link that somebody else was led back by opens nothing");
    let again = maria.arrive(&back).unwrap();
    assert_eq!(again.status, 422, "and it is used up");
    let led = site.sign_in(&mut maria, "subject-of-maria");
    assert_eq!((led.status, led.location.as_deref()), (303, Some("/activities")));
    assert!(maria.get("/apsc").unwrap().text.contains("apsc"));
    assert_eq!(maria.get("/aec").unwrap().status, 403, "the role is the account's");
    // The pages open nowhere else than on this site.
    let mut careless = site.nobody();
    let address = site.leave(&mut careless, &[("next", "//evil.example")]);
    let led = careless.arrive(&site.way_back(&address, "subject-of-maria")).unwrap();
    assert_eq!(led.location.as_deref(), Some("/"));

    // Untied, she is out within her next request.
    let mut administrator = site.system.person("administrator").unwrap();
    let page = administrator.get("/accounts").unwrap().text;
    assert!(page.contains("At 127.0.0.1: subject-of-maria"), "{page}");
    let row = between(&page, r#"<li id="apsc">"#, "</li>").unwrap();
    let place = row.split(r#"action=""#).find(|action| action.contains("/removal\"")).unwrap();
    let untied = administrator.send(place.split('"').next().unwrap(), &[]).unwrap();
    assert_eq!(untied.status, 303);
    assert_eq!(maria.get("/apsc").unwrap().status, 303);
    assert_eq!(site.sign_in(&mut site.nobody(), "subject-of-maria").status, 403);

    // All of it is in the record, and the identifier is not.
    let Site { mut system, issuer, _secret } = site;
    system.restart().unwrap();
    let auditor = system.person("auditor").unwrap();
    let patience = Instant::now() + PATIENCE;
    loop {
        let page = auditor.get("/audit").unwrap().text;
        let events =
            ["signs in at the identity provider", "no longer signs in", "signed in", "sign in failed"];
        if events.iter().all(|event| page.contains(event)) {
            break;
        }
        assert!(Instant::now() < patience, "{page}");
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(issuer);
}

#[test]
fn a_provider_that_lies_or_is_away_lets_nobody_in() {
    let mut site = start();
    site.tie("apsc", "maria");
    // Sabotage control: the same way lets her in when the provider is honest.
    assert_eq!(site.sign_in(&mut site.nobody(), "maria").status, 303);
    for manner in [
        Manner::OtherNonce,
        Manner::OtherAudience,
        Manner::OtherIssuer,
        Manner::Expired,
        Manner::Unsigned,
        Manner::ForeignKey,
        Manner::SharedSecret,
        Manner::NoToken,
    ] {
        site.issuer.behave(manner);
        let mut person = site.nobody();
        let shown = site.sign_in(&mut person, "maria");
        assert_eq!(shown.status, 403, "{manner:?}: {}", shown.text);
        assert!(shown.text.contains("could not be trusted"), "{manner:?}: {}", shown.text);
        assert_eq!(person.get("/apsc").unwrap().status, 303, "{manner:?}");
    }
    site.issuer.behave(Manner::Honest);

    // A code that somebody else got, a state that nobody has, another provider's answer.
    let mut person = site.nobody();
    let address = site.leave(&mut person, &[]);
    let back = site.way_back(&address, "maria");
    let wrong_code = back.replace(between(&back, "code=", "&").unwrap(), "stolen");
    assert_eq!(person.arrive(&wrong_code).unwrap().status, 403);
    assert_eq!(person.arrive("/sign-in/provider/return?code=a&state=b").unwrap().status, 422);
    let address = site.leave(&mut person, &[]);
    let mixed_up = format!("{}x", site.way_back(&address, "maria"));
    assert_eq!(person.arrive(&mixed_up).unwrap().status, 403);

    // Who gives up there is told so, and may begin again.
    let address = site.leave(&mut person, &[]);
    let cancelled = person.arrive(&site.way_back(&address, "")).unwrap();
    assert!(cancelled.text.contains("was not finished"), "{}", cancelled.text);

    // A changed key is asked for once; what it says of itself is not asked for at each sign-in.
    let before = site.issuer.asked_for_keys();
    assert_eq!(site.sign_in(&mut site.nobody(), "maria").status, 303);
    assert_eq!(site.issuer.asked_for_keys(), before);
    site.issuer.change_key().unwrap();
    assert_eq!(site.sign_in(&mut site.nobody(), "maria").status, 303);
    assert_eq!(site.issuer.asked_for_keys(), before + 1);

    // Away: told at once, nothing typed is lost, and the site's own passwords still open it.
    site.system.restart().unwrap();
    site.issuer.behave(Manner::Broken);
    let kept = r#"{"action":"/apsc/new","fields":[["title-en","Nine trainings"]]}"#;
    let away = person.send_plainly("/sign-in/provider", &[("kept", kept)]).unwrap();
    assert_eq!(away.status, 503);
    assert!(away.text.contains("does not answer") && away.text.contains("Nine trainings"), "{}", away.text);
    assert_eq!(site.system.person("apsc").unwrap().get("/apsc").unwrap().status, 200);
}

#[test]
fn a_step_is_confirmed_at_the_provider_and_what_was_typed_comes_along() {
    let site = start();
    site.tie("administrator-2", "rosa");
    site.tie("administrator", "jose");
    // She signed in there this morning: that is enough to read, and not to change an account.
    for manner in [Manner::SignedInLongAgo, Manner::SilentAboutTime] {
        site.issuer.behave(manner);
        let mut rosa = site.nobody();
        let _ = site.sign_in(&mut rosa, "rosa");
        assert_eq!(rosa.get("/accounts").unwrap().status, 200);
        let typed = [("name", "maria"), ("role", "auditor"), ("pillar", "")];
        let asked = rosa.send("/accounts", &typed).unwrap();
        assert!(asked.text.contains("Give your password once more"), "{}", asked.text);
        assert!(!asked.text.contains(r#"type="password""#), "she may have no password of ours");
        let kept = between(&asked.text, r#"name="kept" value=""#, r#"""#).unwrap().replace("&#34;", "\"");
        let kept = kept.replace("&quot;", "\"").replace("&amp;", "&");
        assert!(kept.contains("maria"), "{kept}");
        let confirm = [("confirm", "true"), ("kept", kept.as_str())];

        // A provider that does not ask anew, or says nothing of it, confirms nothing.
        let address = site.leave(&mut rosa, &confirm);
        assert!(address.contains("prompt=login") && address.contains("max_age=0"), "{address}");
        let stale = rosa.arrive(&site.way_back(&address, "rosa")).unwrap();
        assert!(stale.text.contains("did not ask for your password again"), "{}", stale.text);
        assert!(stale.text.contains("maria"), "what was typed is kept");

        site.issuer.behave(Manner::Honest);
        let address = site.leave(&mut rosa, &confirm);
        let other = rosa.arrive(&site.way_back(&address, "jose")).unwrap();
        assert!(other.text.contains("somebody else is signed in"), "{}", other.text);

        let address = site.leave(&mut rosa, &confirm);
        let back = rosa.arrive(&site.way_back(&address, "rosa")).unwrap();
        assert!(back.text.contains("What you typed before is still here"), "{}", back.text);
        let name = format!("maria-{}", if manner == Manner::SilentAboutTime { "two" } else { "one" });
        let typed = [("name", name.as_str()), ("role", "auditor"), ("pillar", "")];
        let made = rosa.send("/accounts", &typed).unwrap();
        assert!(made.text.contains("<code>"), "{}", made.text);
    }
}

#[test]
fn half_a_setting_is_refused_at_the_start() {
    let (issuer, secret) = (Issuer::start().unwrap(), tempfile::tempdir().unwrap());
    let whole = flags(&issuer, secret.path(), 1);
    let data = tempfile::tempdir().unwrap();
    let tried = |flags: &[String]| {
        let output = std::process::Command::new(tais_tests::executable().unwrap())
            .arg("up")
            .args(flags)
            .arg("--data")
            .arg(data.path())
            .output()
            .unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    // Two words a setting: the port, the public address, and the three of the provider.
    let without_client = [&whole[..6], &whole[8..]].concat();
    assert!(tried(&without_client).contains("give all three or none"));
    let without_public = [&whole[..2], &whole[4..]].concat();
    assert!(tried(&without_public).contains("--public-url is needed"));
    let open: Vec<String> = whole.iter().map(|word| word.replace("127.0.0.1", "tais.example")).collect();
    assert!(tried(&open).contains("must begin with https"));
}

#[test]
fn a_correspondent_signs_in_by_phone_with_scripts_and_without() {
    run(async |browser| {
        let site = tokio::task::spawn_blocking(|| {
            let site = start();
            site.tie("apsc", "maria");
            site
        });
        let site = site.await.unwrap();
        for javascript in [true, false] {
            let window = browser.window(390, javascript).await;
            window.goto(&format!("{}/apsc", site.system.base())).await.unwrap();
            press(&window, "#provider").await;
            // The page that leads there goes on by itself, at the latest by its own link.
            find(&window, "#subject").await.send_keys("maria").await.unwrap();
            press(&window, "form button").await;
            until(&window, "h1", |says| says.contains("pdates")).await;
            assert!(window.current_url().await.unwrap().path().starts_with("/apsc"));
            let wide = window.execute("return document.documentElement.scrollWidth", vec![]).await;
            if javascript {
                assert!(wide.unwrap().as_u64().unwrap() <= 390);
            }
            window.close().await.unwrap();
        }
        drop(tokio::task::spawn_blocking(move || drop(site)).await);
    });
}
