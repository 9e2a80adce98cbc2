//! Documents: kept by their hash, named in the record, handed out to whoever reads it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod chromium;

use std::time::{Duration, Instant};

use chromium::{fill, find, press, run, until};
use serde_json::json;
use tais_tests::{System, details};

const MINUTES: &str = "Minutes of the meeting";
/// `printf 'Minutes of the meeting' | sha256sum`
const SHA256: &str = "d1b0871229b6288f1eeed2a6a40089226472562f74faf57448d4b864b2834e63";

#[test]
fn a_document_is_attached_by_a_form_and_handed_out_with_its_hash() {
    run(async |browser| {
        let system = System::start(false).unwrap();
        let client = system.client(Some("apsc"));
        let (_, answer) = client
            .post("/api/v1/apsc/activities", None, &json!({ "details": details("apsc", "A meeting") }))
            .unwrap();
        let id = answer["activity"].as_str().unwrap().to_owned();
        let file = tempfile::Builder::new().prefix("minutes").suffix(".txt").tempfile().unwrap();
        std::fs::write(file.path(), MINUTES).unwrap();
        let name = file.path().file_name().unwrap().to_string_lossy().into_owned();

        let phone = browser.window(390, false).await;
        phone.goto(&format!("{}/sign-in?next=/apsc/activities/{id}", system.base())).await.unwrap();
        fill(&phone, "name", "apsc").await;
        fill(&phone, "password", system.password("apsc")).await;
        press(&phone, "main form button").await;
        until(&phone, "h1", |title| title == "A meeting").await;
        fill(&phone, "file", &file.path().to_string_lossy()).await;
        press(&phone, "form[action$='/documents'] button").await;
        until(&phone, "h1", |title| title == "Recorded").await;
        phone.goto(&format!("{}/apsc/activities/{id}", system.base())).await.unwrap();
        let link = find(&phone, "a[download]").await;
        assert_eq!(link.attr("href").await.unwrap().unwrap(), format!("/documents/{SHA256}"));
        assert_eq!(link.text().await.unwrap(), name);

        // Whoever reads the record reads the document; nobody else does.
        let auditor = system.person("auditor").unwrap();
        let patience = Instant::now() + chromium::PATIENCE;
        while !auditor.get(&format!("/activities/{id}")).unwrap().text.contains(SHA256) {
            assert!(Instant::now() < patience, "the office's page does not name it");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let document = auditor.open(&format!("/documents/{SHA256}")).unwrap();
        let header = |name: &str| document.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("content-disposition"), "attachment", "never shown by the site itself");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(document.into_body().read_to_string().unwrap(), MINUTES);
        assert_eq!(auditor.get(&format!("/documents/{}", SHA256.to_uppercase())).unwrap().status, 404);
        let nobody = tais_tests::Person::nobody(system.base());
        assert!(
            nobody.get(&format!("/documents/{SHA256}")).unwrap().location.unwrap().starts_with("/sign-in")
        );

        // Altered where it lies, it is not handed out any more.
        let place = system.data().join("documents").join(&SHA256[..2]).join(SHA256);
        std::fs::write(place, "Other minutes").unwrap();
        assert_eq!(auditor.get(&format!("/documents/{SHA256}")).unwrap().status, 500);
    });
}
