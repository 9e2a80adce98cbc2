//! Importing a file as a person does, on a phone and without scripts: a file with errors, mended, and
//! imported again.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod chromium;

use std::path::PathBuf;

use chromium::{Browser, PATIENCE, fill, find, run, text, until};
use fantoccini::{Client, Locator};
use tais_tests::System;

/// A correspondent at a phone, and the files on it.
struct Phone {
    system: System,
    window: Client,
    files: tempfile::TempDir,
}

impl Phone {
    async fn new(browser: &mut Browser, javascript: bool) -> Self {
        let system = System::start(false).unwrap();
        let window = browser.window(390, javascript).await;
        window.goto(&format!("{}/sign-in?next=/apsc", system.base())).await.unwrap();
        fill(&window, "name", "apsc").await;
        fill(&window, "password", system.password("apsc")).await;
        find(&window, "main form button").await.click().await.unwrap();
        until(&window, "body", |body| body.contains("Sign out")).await;
        Self { system, window, files: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.files.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// From the list to the form, and the file into it; returns when the answer is there.
    async fn upload(&self, name: &str, content: &[u8]) {
        self.window.goto(&format!("{}/apsc", self.system.base())).await.unwrap();
        find(&self.window, "a[href='/apsc/import']").await.click().await.unwrap();
        until(&self.window, "h1", |title| title == "Import a spreadsheet").await;
        let path = self.file(name, content);
        find(&self.window, "#file").await.send_keys(path.to_str().unwrap()).await.unwrap();
        find(&self.window, "form.entry button").await.click().await.unwrap();
        until(&self.window, "main", |page| {
            page.contains("Nothing is saved yet") || page.contains("was not read")
        })
        .await;
    }

    async fn counts(&self) -> String {
        text(&self.window, "#counts").await.replace('\n', " ")
    }

    async fn import_the_chosen(&self, recorded: &str) {
        find(&self.window, "#rows button").await.click().await.unwrap();
        // The page loads itself again until all is recorded; no script is needed for it.
        until(&self.window, "h1", |title| title == "Imported").await;
        let states = text(&self.window, "#states").await;
        assert_eq!(states.split_whitespace().collect::<Vec<_>>().join(" "), recorded);
    }

    async fn choose(&self, select: &str, value: &str) {
        find(&self.window, select).await.select_by_value(value).await.unwrap();
    }
}

const HEADER: &str = "Reference;Title;Kind of activity;First day;City;Women";

fn sheet(rows: &[&str]) -> Vec<u8> {
    format!("{HEADER}\r\n{}\r\n", rows.join("\r\n")).into_bytes()
}

#[test]
fn a_file_with_errors_is_mended_and_imported_again_on_a_phone_without_scripts() {
    run(async |browser| {
        let phone = Phone::new(browser, false).await;
        let one = "R1;Mediators’ training;training;20/11/2026;Dili;24";
        let two = "R2;Formação;Reunião;11/2026;Baucau;";
        phone.upload("year.csv", &sheet(&[one, two, "R3;;party;31/02/2026;Suai;=1+1"])).await;
        assert!(phone.counts().await.contains("New: 2"), "{}", phone.counts().await);
        let wrong = text(&phone.window, "#wrong").await;
        for words in
            ["Row 4 · R3", "Column B, Title:", "“party” is no known kind", "Column D, First day:", "formula"]
        {
            assert!(wrong.contains(words), "{words}: {wrong}");
        }
        phone.import_the_chosen("✓ Recorded 2").await;

        // Mended in the file, and one city changed.
        let mended = [&one.replace("Dili", "Same"), two, "R3;Mended;meeting;28/02/2026;Suai;7"];
        phone.upload("year.csv", &sheet(&mended)).await;
        let counts = phone.counts().await;
        for count in ["New: 1", "Changed: 1", "Unchanged: 1", "With errors: 0"] {
            assert!(counts.contains(count), "{counts}");
        }
        let rows = text(&phone.window, "#rows").await;
        assert!(rows.contains("City: Dili → Same"), "{rows}");
        phone.import_the_chosen("✓ Recorded 2").await;

        phone.upload("year.csv", &sheet(&mended)).await;
        assert!(phone.counts().await.contains("Unchanged: 3"));
        assert!(phone.window.find(Locator::Css("#rows")).await.is_err(), "there is nothing to choose");
        let (_, list) = phone.system.client(Some("apsc")).get("/api/v1/apsc/activities").unwrap();
        assert_eq!(list["activities"].as_array().unwrap().len(), 3);
        for activity in list["activities"].as_array().unwrap() {
            assert_eq!(activity["status"], "submitted", "{activity}");
        }
    });
}

#[test]
fn a_file_that_cannot_be_read_and_a_row_that_is_not_chosen_save_nothing() {
    run(async |browser| {
        let phone = Phone::new(browser, false).await;
        phone.upload("old.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1").await;
        let errors = text(&phone.window, ".errors").await;
        assert!(errors.contains("“old.xls” was not read") && errors.contains(".xlsx"), "{errors}");
        find(&phone.window, "form.entry button").await.click().await.unwrap();
        until(&phone.window, ".errors", |errors| errors.contains("Choose a file")).await;
        phone.upload("one.csv", &sheet(&["R1;Training;training;;;"])).await;
        find(&phone.window, "#rows input[type=checkbox]").await.click().await.unwrap();
        find(&phone.window, "#rows button").await.click().await.unwrap();
        until(&phone.window, ".errors", |errors| errors.contains("Choose at least one row")).await;
        let (_, list) = phone.system.client(Some("apsc")).get("/api/v1/apsc/activities").unwrap();
        assert_eq!(list["activities"].as_array().unwrap().len(), 0);
    });
}

#[test]
fn a_column_that_is_not_recognised_is_named_once_and_remembered() {
    run(async |browser| {
        let phone = Phone::new(browser, false).await;
        let file = "ref;Nickname;remarks\nN1;Training of mediators;x\n".as_bytes();
        phone.upload("names.csv", file).await;
        let missing = text(&phone.window, ".notice.warn").await;
        assert!(missing.contains("Title, Kind of activity"), "{missing}");
        phone.choose("#column-title", "1").await;
        phone.choose("#kind", "training").await;
        phone.choose("#language", "tet").await;
        find(&phone.window, "#mapping button").await.click().await.unwrap();
        assert!(until(&phone.window, "#counts", |counts| !counts.is_empty()).await.contains("New: 1"));
        phone.upload("names.csv", file).await;
        assert!(phone.counts().await.contains("New: 1"), "remembered");
        phone.import_the_chosen("✓ Recorded 1").await;
        let (_, list) = phone.system.client(Some("apsc")).get("/api/v1/apsc/activities").unwrap();
        let details = &list["activities"][0]["activity"]["details"];
        assert_eq!(details["title"]["tet"], "Training of mediators");
        assert_eq!(
            (&details["kind"], &details["externalRef"]),
            (&"ACTIVITY_KIND_TRAINING".into(), &"N1".into())
        );
    });
}

#[test]
fn a_long_list_is_shown_a_page_at_a_time_and_searched() {
    async fn names(window: &Client) -> Vec<String> {
        let mut names = Vec::new();
        for link in window.find_all(Locator::Css(".rows .name")).await.unwrap() {
            names.push(link.text().await.unwrap());
        }
        names
    }
    run(async |browser| {
        let phone = Phone::new(browser, false).await;
        let rows: Vec<String> =
            (0..60).map(|n| format!("L{n:02};Training number {n:02};training;20/11/2026;Dili;")).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        phone.upload("long.csv", &sheet(&rows)).await;
        phone.import_the_chosen("✓ Recorded 60").await;

        phone.window.goto(&format!("{}/apsc", phone.system.base())).await.unwrap();
        let mut all = names(&phone.window).await;
        assert_eq!(all.len(), 50);
        find(&phone.window, "a[rel=next]").await.click().await.unwrap();
        until(&phone.window, ".pages", |pages| pages.contains("Newer")).await;
        all.extend(names(&phone.window).await);
        all.sort();
        let every: Vec<String> = (0..60).map(|n| format!("Training number {n:02}")).collect();
        assert_eq!(all, every);

        for (looked_for, found) in [("NUMBER 07", "Training number 07"), ("l42", "Training number 42")] {
            find(&phone.window, "#find").await.clear().await.unwrap();
            fill(&phone.window, "find", looked_for).await;
            find(&phone.window, "form[role=search] button").await.click().await.unwrap();
            until(&phone.window, ".lead", |lead| lead.contains(looked_for)).await;
            assert_eq!(names(&phone.window).await, [found]);
        }
        find(&phone.window, "#find").await.clear().await.unwrap();
        fill(&phone.window, "find", "nothing & <nobody>").await;
        find(&phone.window, "form[role=search] button").await.click().await.unwrap();
        until(&phone.window, ".lead", |lead| lead.starts_with("None of your 60")).await;
    });
}

#[test]
fn no_page_of_an_import_scrolls_sideways_and_a_foreign_form_is_refused() {
    run(async |browser| {
        let phone = Phone::new(browser, true).await;
        let narrow = async |what: &str| {
            let widths = "return [document.documentElement.scrollWidth, window.innerWidth]";
            let widths = phone.window.execute(widths, Vec::new()).await.unwrap();
            assert!(widths[0].as_u64() <= widths[1].as_u64(), "{what}: {widths}");
        };
        let base = phone.system.base();
        for lang in ["en", "pt", "tet"] {
            phone.window.goto(&format!("{base}/language/{lang}?next=/apsc/import")).await.unwrap();
            find(&phone.window, "#file").await;
            narrow(lang).await;
            let long = "Averylongnamewithoutanybreakinitsothatitmustbebrokensomewhere".repeat(3);
            let file = format!("ref;{long};Título;Tipu\n{long};x;{long};training\nR2;x;;{long}\n");
            let path = phone.file("long.csv", file.as_bytes());
            find(&phone.window, "#file").await.send_keys(path.to_str().unwrap()).await.unwrap();
            find(&phone.window, "form.entry button").await.click().await.unwrap();
            find(&phone.window, "#wrong").await;
            narrow(lang).await;
            find(&phone.window, "summary").await.click().await.unwrap();
            narrow(lang).await;
        }
        let cookies = phone.window.get_all_cookies().await.unwrap();
        let cookies =
            cookies.iter().map(|it| format!("{}={}", it.name(), it.value())).collect::<Vec<_>>().join("; ");
        let file = "ref;title;kind\r\nR;T;training";
        let body = |token: &str| {
            let part = |names: &str, text: &str| {
                format!("--b\r\ncontent-disposition: form-data; {names}\r\n\r\n{text}\r\n")
            };
            let file = part("name=\"file\"; filename=\"a.csv\"", file);
            format!("{}{file}--b--\r\n", part("name=\"csrf\"", token))
        };
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .build()
            .into();
        let send = |token: &str| {
            let request = agent.post(format!("{base}/apsc/import")).header("cookie", &cookies);
            let request = request.header("origin", base);
            let request = request.header("content-type", "multipart/form-data; boundary=b");
            request.send(body(token)).unwrap().status().as_u16()
        };
        phone.window.goto(&format!("{base}/apsc/import")).await.unwrap();
        let token = find(&phone.window, "form.entry input[name=csrf]").await.attr("value").await.unwrap();
        assert_eq!(send("wrong"), 403);
        assert_eq!(send(&token.unwrap()), 303, "the control: only the token differs");
    });
}
