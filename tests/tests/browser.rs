//! What people see and press, in a real Chromium. `deploy/local test` finds or installs it and sets
//! `TAIS_CHROMIUM` and `TAIS_CHROMEDRIVER`; under `--without-browser` these tests say that they were
//! not run.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod chromium;

use std::time::{Duration, Instant};

use chromium::{PATIENCE, fill, find, press, run, text, until};
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use tais_tests::{System, details, participation};

async fn sign_in(window: &Client, system: &System, name: &str, next: &str) {
    window.goto(&format!("{}/sign-in?next={next}", system.base())).await.unwrap();
    fill(window, "name", name).await;
    fill(window, "password", system.password(name)).await;
    find(window, "main form button").await.click().await.unwrap();
    until(window, "body", |body| body.contains("Sign out")).await;
}

/// Fills in the form as a person would and sends it; returns at the receipt.
async fn report(window: &Client, system: &System, title: &str) {
    window.goto(&format!("{}/apsc/new", system.base())).await.unwrap();
    fill(window, "title", title).await;
    find(window, "#kind").await.select_by_value("training").await.unwrap();
    fill(window, "starts", "20/11/2026").await;
    fill(window, "city", "Dili").await;
    find(window, "input[name=themes][value=WPS-PART]").await.click().await.unwrap();
    fill(window, "women", "24").await;
    fill(window, "men", "9").await;
    find(window, "form.entry button").await.click().await.unwrap();
    // The page loads itself again until the receipt is there; no script is needed for it.
    until(window, "h1", |title| title == "Recorded").await;
    let receipt = text(window, "main table").await;
    assert!(receipt.contains('#') && receipt.contains("Recorded"), "{receipt}");
    assert_eq!(text(window, "tbody code").await.len(), 64, "the leaf hash");
}

#[test]
fn with_javascript_on_a_phone_the_office_sees_it_without_reloading() {
    run(async |browser| {
        let system = System::start(false).unwrap();
        let office = browser.window(1280, true).await;
        sign_in(&office, &system, "office", "/").await;
        let before = text(&office, "main").await;
        assert!(before.contains("Nothing is recorded for these quarters yet"), "{before}");
        let phone = browser.window(390, true).await;
        sign_in(&phone, &system, "apsc", "/apsc").await;
        report(&phone, &system, "Mediators’ training").await;
        // Nobody touches the office's window.
        let lead = until(&office, ".lead", |lead| lead.contains("1 of 1")).await;
        assert!(lead.starts_with("100%"), "{lead}");
        until(&office, "#latest", |latest| latest.contains("Mediators’ training")).await;
        until(&office, "#live", |status| status.contains("Updated")).await;
        phone.close().await.unwrap();
        office.close().await.unwrap();
    });
}

#[test]
fn without_javascript_the_whole_way_from_the_form_to_the_signed_bytes() {
    run(async |browser| {
        let system = System::start(false).unwrap();
        let window = browser.window(1280, false).await;
        sign_in(&window, &system, "apsc", "/apsc").await;
        report(&window, &system, "Training without a script").await;
        window.goto(system.base()).await.unwrap();
        until(&window, ".lead", |lead| lead.contains("1 of 1")).await;
        // Figure, list, activity, event.
        find(&window, "a[data-figure]").await.click().await.unwrap();
        until(&window, "h1", |title| title == "Activities").await;
        assert_eq!(window.find_all(Locator::Css("tbody tr")).await.unwrap().len(), 1);
        find(&window, "a.name").await.click().await.unwrap();
        until(&window, "h1", |title| title.contains("Training without a script")).await;
        let events = window.find_all(Locator::Css(".events li")).await.unwrap();
        assert_eq!(events.len(), 3, "reported, counted, submitted");
        find(&window, ".events a").await.click().await.unwrap();
        until(&window, "main", |page| page.contains("signed exactly them")).await;
        window.close().await.unwrap();
    });
}

#[test]
fn a_wrong_form_keeps_what_was_typed_and_says_what_to_mend() {
    run(async |browser| {
        let system = System::start(false).unwrap();
        let window = browser.window(390, false).await;
        sign_in(&window, &system, "apsc", "/apsc/new").await;
        window.goto(&format!("{}/apsc/new", system.base())).await.unwrap();
        fill(&window, "starts", "31/02/2026").await;
        fill(&window, "summary", "Kept as it was typed").await;
        fill(&window, "women", "7").await;
        fill(&window, "total", "5").await;
        find(&window, "form.entry button").await.click().await.unwrap();
        let errors = until(&window, ".errors", |errors| !errors.is_empty()).await;
        for word in ["title", "kind", "24/11/2026", "total"] {
            assert!(errors.to_lowercase().contains(word), "{word}: {errors}");
        }
        assert_eq!(
            find(&window, "#summary").await.prop("value").await.unwrap().unwrap(),
            "Kept as it was typed"
        );
        let (_, list) = system.client(Some("apsc")).get("/api/v1/apsc/activities").unwrap();
        assert_eq!(list["activities"], json!([]), "nothing was saved");
        // Another pillar's correspondent is told why not; a stranger is led to sign in.
        let other = browser.window(1280, true).await;
        sign_in(&other, &system, "aec", "/aec").await;
        other.goto(&format!("{}/apsc", system.base())).await.unwrap();
        until(&other, "h1", |title| title.contains("Your role cannot do this")).await;
        let stranger = browser.window(1280, true).await;
        stranger.goto(&format!("{}/apsc", system.base())).await.unwrap();
        find(&stranger, "#password").await;
    });
}

#[test]
fn what_was_promised_there_is_said_with_the_update_and_then_is_due() {
    run(async |browser| {
        let system = System::start(false).unwrap();
        let phone = browser.window(390, true).await;
        sign_in(&phone, &system, "apsc", "/apsc/new").await;
        phone.goto(&format!("{}/apsc/new", system.base())).await.unwrap();
        fill(&phone, "title", "Border dialogue").await;
        find(&phone, "#kind").await.select_by_value("training").await.unwrap();
        fill(&phone, "starts", "20/11/2026").await;
        find(&phone, "details:last-of-type > summary").await.click().await.unwrap();
        fill(&phone, "commitment", "Publish the roster of mediators").await;
        press(&phone, "form.entry .actions button").await;
        // Without its day it is no commitment: the page opens where something is missing.
        let wrong = until(&phone, "#wrong-commitment_due", |wrong| !wrong.is_empty()).await;
        assert!(wrong.contains("Fill this in"), "{wrong}");
        fill(&phone, "commitment_due", "31/01/2099").await;
        press(&phone, "form.entry .actions button").await;
        until(&phone, "h1", |title| title == "Recorded").await;
        let patience = Instant::now() + PATIENCE;
        let mut list = String::new();
        while !list.contains("Publish the roster of mediators") {
            assert!(Instant::now() < patience, "it is not among what is due: {list}");
            phone.goto(&format!("{}/apsc", system.base())).await.unwrap();
            list = text(&phone, "main").await;
        }
        assert!(list.contains("31/01/2099") || list.contains("31 January 2099"), "{list}");
    });
}

/// With scripts the plain fields follow the grid; without them the server says what differs. Both lead
/// to the same cells on record.
#[test]
fn the_participation_grid_adds_up_with_and_without_scripts() {
    run(async |browser| {
        let system = System::start(false).unwrap();
        for scripts in [false, true] {
            let phone = browser.window(390, scripts).await;
            sign_in(&phone, &system, "apsc", "/apsc/new").await;
            phone.goto(&format!("{}/apsc/new", system.base())).await.unwrap();
            fill(&phone, "title", "Counted by role").await;
            find(&phone, "#kind").await.select_by_value("training").await.unwrap();
            find(&phone, "#grid summary").await.click().await.unwrap();
            let cell = async |name: &str, text: &str| {
                let input = find(&phone, &format!("[name='n.{name}']")).await;
                input.clear().await.unwrap();
                input.send_keys(text).await.unwrap();
            };
            cell("participant.female.under-30", "12").await;
            cell("speaker.female.30-59", "3").await;
            if scripts {
                let sums = until(&phone, "#grid output", |sums| sums.contains("women 15")).await;
                assert!(sums.contains("men –"), "nobody counted them: {sums}");
                assert_eq!(find(&phone, "#women").await.prop("value").await.unwrap().unwrap(), "15");
            } else {
                fill(&phone, "women", "16").await;
                find(&phone, "form.entry .actions button").await.click().await.unwrap();
                let wrong = until(&phone, "#wrong-women", |wrong| !wrong.is_empty()).await;
                assert!(wrong.contains("16") && wrong.contains("15"), "{wrong}");
                cell("participant.female.unknown", "1").await;
            }
            find(&phone, "form.entry .actions button").await.click().await.unwrap();
            until(&phone, "h1", |title| title == "Recorded").await;
        }
        let client = system.client(Some("apsc"));
        let mut counts: Vec<Vec<u64>> = Vec::new();
        let (_, list) = client.get("/api/v1/apsc/activities").unwrap();
        for activity in list["activities"].as_array().unwrap() {
            let id = activity["id"].as_str().unwrap();
            let (_, page) = client.page(&format!("/apsc/activities/{id}/revision")).unwrap();
            let cells = page
                .split("name=\"n.")
                .skip(1)
                .filter_map(|cell| cell.split_once("value=\"")?.1.split_once('"')?.0.parse().ok());
            counts.push(cells.collect());
        }
        counts.sort();
        assert_eq!(counts, [vec![12, 1, 3], vec![12, 3]], "as the record has it, in the form to revise it");
    });
}

/// On a phone and without scripts: submitted, returned with a reason, revised, validated, acknowledged.
#[test]
fn what_is_returned_is_revised_and_validated_by_somebody_else() {
    run(async |browser| {
        let system = System::start(false).unwrap();
        let phone = browser.window(390, false).await;
        sign_in(&phone, &system, "apsc", "/apsc").await;
        report(&phone, &system, "Mediators’ training").await;

        let desk = browser.window(390, false).await;
        sign_in(&desk, &system, "director", "/desk").await;
        // The desk is as fresh as its projection: a person who does not see it yet looks again.
        let open_the_waiting = async |window: &Client, asked: &str| {
            let patience = Instant::now() + PATIENCE;
            loop {
                window.goto(&format!("{}/desk", system.base())).await.unwrap();
                if text(window, "main").await.contains(asked) {
                    break;
                }
                assert!(Instant::now() < patience, "nothing waits: {asked}");
            }
            find(window, "a.name").await.click().await.unwrap();
            find(window, "#decision").await;
        };
        open_the_waiting(&desk, "Validate or return").await;
        fill(&desk, "reason", "Where did it take place?").await;
        find(&desk, "form[action$='/return'] button").await.click().await.unwrap();
        until(&desk, "main .chip", |state| state.contains("Returned")).await;
        until(&desk, "main", |page| !page.contains("Return with this reason")).await;

        let returned = async || {
            phone.goto(&format!("{}/apsc", system.base())).await.unwrap();
            until(&phone, "main", |page| page.contains("Mediators’ training")).await
        };
        let patience = Instant::now() + PATIENCE;
        while !returned().await.contains("Returned") {
            assert!(Instant::now() < patience, "the return does not arrive");
        }
        find(&phone, "a.name").await.click().await.unwrap();
        until(&phone, ".notice", |notice| notice.contains("Where did it take place?")).await;
        find(&phone, "a[href$='/revision']").await.click().await.unwrap();
        until(&phone, "h1", |title| title == "Revise this activity").await;
        let women = find(&phone, "#women").await.prop("value").await.unwrap();
        assert_eq!(women.as_deref(), Some("24"), "the form shows what the record has");
        fill(&phone, "place", "Salão Nobre").await;
        find(&phone, "form.entry button").await.click().await.unwrap();
        until(&phone, "h1", |title| title == "Recorded").await;

        open_the_waiting(&desk, "Validate or return").await;
        until(&desk, "main", |page| page.contains("Salão Nobre")).await;
        find(&desk, "form[action$='/validation'] button").await.click().await.unwrap();
        until(&desk, "main .chip", |state| state.contains("Validated")).await;

        let office = browser.window(390, false).await;
        sign_in(&office, &system, "office", "/desk").await;
        open_the_waiting(&office, "Acknowledge").await;
        find(&office, "form[action$='/acknowledgement'] button").await.click().await.unwrap();
        until(&office, "main .chip", |state| state.contains("Acknowledged")).await;
        // The auditor sees it all and can change nothing.
        let auditor = browser.window(390, false).await;
        sign_in(&auditor, &system, "auditor", "/activities").await;
        auditor.goto(&format!("{}/activities", system.base())).await.unwrap();
        find(&auditor, "a.name").await.click().await.unwrap();
        until(&auditor, "main", |page| page.contains("Salão Nobre")).await;
        assert!(auditor.find_all(Locator::Css("main form[method=post]")).await.unwrap().is_empty());
    });
}

/// Somebody was faster: the person sees both versions beside each field, and chooses.
#[test]
fn who_comes_second_sees_both_versions_and_nothing_is_overwritten() {
    run(async |browser| {
        let system = System::start(false).unwrap();
        let phone = browser.window(390, false).await;
        sign_in(&phone, &system, "apsc", "/apsc").await;
        report(&phone, &system, "Mediators’ training").await;
        let client = system.client(Some("apsc"));
        let (_, all) = client.get("/api/v1/apsc/activities").unwrap();
        let id = all["activities"][0]["id"].as_str().unwrap();
        phone.goto(&format!("{}/apsc/activities/{id}/revision", system.base())).await.unwrap();
        fill(&phone, "place", "Salão Nobre").await;

        let mut details = all["activities"][0]["activity"]["details"].clone();
        details["title"] = json!({ "en": "Women mediators’ training" });
        let path = format!("/api/v1/apsc/activities/{id}/revisions");
        let (status, answer) = client.post(&path, None, &json!({ "details": details })).unwrap();
        assert_eq!(status, 202, "{answer}");

        find(&phone, "form.entry button").await.click().await.unwrap();
        let errors = until(&phone, ".errors", |errors| !errors.is_empty()).await;
        assert!(errors.contains("Somebody changed this activity"), "{errors}");
        assert!(errors.contains("On record now: “Women mediators’ training”"), "{errors}");
        let typed = find(&phone, "#place").await.prop("value").await.unwrap();
        assert_eq!(typed.as_deref(), Some("Salão Nobre"), "what was typed is kept");
        // The person takes the other's title and keeps their own place.
        find(&phone, "#title").await.clear().await.unwrap();
        fill(&phone, "title", "Women mediators’ training").await;
        find(&phone, "form.entry button").await.click().await.unwrap();
        until(&phone, "h1", |title| title == "Recorded").await;
        let (_, now) = client.get(&format!("/api/v1/apsc/activities/{id}")).unwrap();
        let now = &now["activity"]["details"];
        assert_eq!(now["title"]["en"], "Women mediators’ training");
        assert_eq!(now["venue"]["place"], "Salão Nobre");
    });
}

/// Sends an update by the API and waits until the figures have it.
fn send(system: &System, title: &str) -> u64 {
    let client = system.client(Some("apsc"));
    let id = uuid::Uuid::now_v7().to_string();
    let body = json!({ "details": details("apsc", title), "participation": participation(3, 4) });
    client.post("/api/v1/apsc/activities", Some(&id), &body).unwrap();
    let patience = Instant::now() + PATIENCE;
    loop {
        let (_, answer) = client.get(&format!("/api/v1/apsc/updates/{id}")).unwrap();
        let positions: Option<Vec<u64>> = answer["updates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|update: &Value| update["receipt"]["position"].as_u64())
            .collect();
        let shown = client.get("/api/v1/wps").unwrap().1["asOf"]["position"].as_u64();
        if let Some(last) = positions.and_then(|positions| positions.into_iter().max())
            && shown >= Some(last)
        {
            return last;
        }
        assert!(Instant::now() < patience, "{answer}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_frozen_page_stays_as_it_was() {
    run(async |browser| {
        let system = System::start(false).unwrap();
        let first = send(&system, "The first");
        let window = browser.window(1280, true).await;
        sign_in(&window, &system, "office", "/").await;
        window.goto(&format!("{}/?at={first}", system.base())).await.unwrap();
        assert!(text(&window, ".frozen").await.contains(&format!("event {first}")));
        assert_eq!(find(&window, "body").await.attr("data-events").await.unwrap(), None);
        let figures = text(&window, "main").await;
        let second = send(&system, "The second");
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(text(&window, "main").await, figures);
        window.refresh().await.unwrap();
        assert_eq!(text(&window, "main").await, figures);
        // A day leads to the position that it means, today to the last.
        let (_, wps) = system.client(Some("office")).get("/api/v1/wps").unwrap();
        let utc = wps["asOf"]["recordedAt"].as_str().unwrap();
        let utc = time::OffsetDateTime::parse(utc, &time::format_description::well_known::Rfc3339).unwrap();
        let day = utc.to_offset(time::UtcOffset::from_hms(9, 0, 0).unwrap()).date();
        window.goto(&format!("{}/?on={day}", system.base())).await.unwrap();
        // The security log may have said something in between; nothing else has.
        let url = window.current_url().await.unwrap();
        let at: u64 = url.query().and_then(|query| query.strip_prefix("at=")?.parse().ok()).unwrap();
        assert!((second..second + 4).contains(&at), "the day leads to {at}, the last update is {second}");
    });
}

/// Follows every figure of the page: the list behind it adds up to it, now and at an older position.
#[test]
fn every_figure_is_the_sum_of_the_list_behind_it() {
    run(async |browser| {
        let system = System::start(true).unwrap();
        let window = browser.window(1280, false).await;
        let mut followed = 0;
        for page in ["/", "/?at=300"] {
            window.goto(&format!("{}{page}", system.base())).await.unwrap();
            find(&window, "a[data-figure]").await;
            let mut figures = Vec::new();
            for link in window.find_all(Locator::Css("a[data-figure]")).await.unwrap() {
                let of = match link.find(Locator::XPath("following-sibling::span")).await {
                    Ok(of) => of.text().await.unwrap(),
                    Err(_) => link.text().await.unwrap(),
                };
                figures.push((link.attr("href").await.unwrap().unwrap(), of.replace(',', "")));
            }
            assert!(figures.len() >= 18, "three and three bars, twelve cells: {}", figures.len());
            for (url, of) in figures {
                window.goto(&format!("{}{url}", system.base())).await.unwrap();
                let lead = until(&window, ".lead", |lead| !lead.is_empty()).await.replace(',', "");
                let rows = window.find_all(Locator::Css("tbody tr")).await.unwrap().len();
                let expected = of.split_whitespace().next().unwrap();
                let in_words = if expected == "1" { "One " } else { expected };
                assert!(lead.contains(in_words), "{url}: the figure {of}, the list says {lead}");
                if !url.contains("part=women") {
                    assert_eq!(rows.to_string(), expected, "{url}: {lead}");
                }
                followed += 1;
            }
        }
        assert!(followed >= 36, "{followed}");
    });
}

#[test]
fn no_page_scrolls_sideways_on_a_phone() {
    run(async |browser| {
        let system = System::start(false).unwrap();
        let position = send(&system, "An activity with rather a long title, so that it must break somewhere");
        let (_, all) = system.client(Some("office")).get("/api/v1/activities").unwrap();
        let id = all["activities"][0]["id"].as_str().unwrap();
        let window = browser.window(390, true).await;
        sign_in(&window, &system, "apsc", "/apsc").await;
        let pages = [
            "/".to_owned(),
            "/activities".to_owned(),
            format!("/activities/{id}"),
            "/audit".to_owned(),
            format!("/events/{position}"),
            "/apsc".to_owned(),
            "/apsc/new".to_owned(),
            format!("/apsc/activities/{id}"),
            format!("/apsc/activities/{id}/revision"),
            format!("/apsc/updates/{id}"),
            "/nothing-here".to_owned(),
        ];
        // Tetum texts run long.
        let pages =
            ["en", "pt", "tet"].into_iter().flat_map(|lang| pages.iter().map(move |page| (lang, page)));
        for (lang, page) in pages {
            window.goto(&format!("{}/language/{lang}?next={page}", system.base())).await.unwrap();
            find(&window, &format!("html[lang={lang}] h1")).await;
            let widths = "return [document.documentElement.scrollWidth, window.innerWidth]";
            let widths = window.execute(widths, Vec::new()).await.unwrap();
            assert!(widths[0].as_u64() <= widths[1].as_u64(), "{page} in {lang}: {widths}");
        }
    });
}
