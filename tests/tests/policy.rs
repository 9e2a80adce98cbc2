//! Who may ask for what, asked of the running system: every role, every address, every method.
//!
//! The table here is written by hand and says who may; what it does not name must be denied. That no
//! address is missing from it is seen by reading the routes out of the sources.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tais_tests::{Client, Person, System};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const NOBODY: &str = "nobody";
const ACCOUNTS: [&str; 8] =
    ["apsc", "aec", "ascc", "director", "office", "auditor", "administrator", "administrator-2"];

const ANYONE: &[&str] =
    &[NOBODY, "apsc", "aec", "ascc", "director", "office", "auditor", "administrator", "administrator-2"];
const SIGNED_IN: &[&str] = &ACCOUNTS;
const READERS: &[&str] = &["apsc", "aec", "ascc", "director", "office", "auditor"];
const DESK: &[&str] = &["director", "office"];
const DIRECTOR: &[&str] = &["director"];
const ADMINISTRATORS: &[&str] = &["administrator", "administrator-2"];
const OFFICE: &[&str] = &["office"];

/// Method, address, who may. Everything else is denied.
const TABLE: &[(&str, &str, &[&str])] = &[
    ("GET", "/assets/{file}", ANYONE),
    ("GET", "/service-worker.js", ANYONE),
    ("GET", "/language/{tag}", ANYONE),
    ("GET", "/problems/{code}", ANYONE),
    ("GET", "/api/v1/openapi.json", ANYONE),
    ("GET", "/sign-in", ANYONE),
    ("POST", "/sign-in", ANYONE),
    ("POST", "/sign-in/provider", ANYONE),
    ("GET", "/sign-in/provider/return", ANYONE),
    ("POST", "/sign-out", ANYONE),
    ("GET", "/password", SIGNED_IN),
    ("POST", "/password", SIGNED_IN),
    ("GET", "/", READERS),
    ("GET", "/brief", READERS),
    ("GET", "/live", READERS),
    ("GET", "/activities", READERS),
    ("GET", "/activities.csv", READERS),
    ("GET", "/activities/{id}", READERS),
    ("GET", "/documents/{sha256}", READERS),
    ("GET", "/api/v1/wps", READERS),
    ("GET", "/api/v1/activities", READERS),
    ("GET", "/api/v1/activities/{id}", READERS),
    ("GET", "/audit", READERS),
    ("GET", "/audit/diff", READERS),
    ("GET", "/audit/verify", &["auditor"]),
    ("POST", "/audit/verify", &["auditor"]),
    ("GET", "/audit/bundle", &["auditor"]),
    ("GET", "/events/{position}", READERS),
    ("GET", "/events/{position}/receipt", READERS),
    ("GET", "/tlog/checkpoint", READERS),
    ("GET", "/tlog/tile/{*path}", READERS),
    ("GET", "/accounts", ADMINISTRATORS),
    ("POST", "/accounts", ADMINISTRATORS),
    ("POST", "/accounts/{id}/request", ADMINISTRATORS),
    ("POST", "/accounts/{id}/grant", ADMINISTRATORS),
    ("POST", "/accounts/{id}/revocation", ADMINISTRATORS),
    ("POST", "/accounts/{id}/password", ADMINISTRATORS),
    ("POST", "/accounts/{id}/identity", ADMINISTRATORS),
    ("POST", "/accounts/{id}/identity/removal", ADMINISTRATORS),
    ("GET", "/keys", ADMINISTRATORS),
    ("POST", "/keys", ADMINISTRATORS),
    ("POST", "/keys/approval", ADMINISTRATORS),
    ("POST", "/keys/removal", ADMINISTRATORS),
    ("POST", "/keys/resolution", ADMINISTRATORS),
    ("GET", "/desk", DESK),
    ("GET", "/api/v1/decisions/{id}", DESK),
    ("GET", "/commitments", READERS),
    ("POST", "/commitments", DIRECTOR),
    ("GET", "/commitments/{id}", READERS),
    ("GET", "/commitments/new", DIRECTOR),
    ("POST", "/commitments/{id}/resolution", DIRECTOR),
    ("POST", "/commitments/{id}/progress", DIRECTOR),
    ("POST", "/commitments/{id}/fulfilment", DIRECTOR),
    ("POST", "/commitments/{id}/extension", DIRECTOR),
    ("POST", "/commitments/{id}/lapse", DIRECTOR),
    ("GET", "/api/v1/commitments", READERS),
    ("POST", "/api/v1/commitments", DIRECTOR),
    ("GET", "/api/v1/commitments/{id}", READERS),
    ("POST", "/api/v1/commitments/{id}/progress", DIRECTOR),
    ("POST", "/api/v1/commitments/{id}/fulfilment", DIRECTOR),
    ("POST", "/api/v1/commitments/{id}/extension", DIRECTOR),
    ("POST", "/api/v1/commitments/{id}/lapse", DIRECTOR),
    ("GET", "/indicators", READERS),
    ("POST", "/indicators", DIRECTOR),
    ("GET", "/indicators/{id}", READERS),
    ("GET", "/indicators/new", DIRECTOR),
    ("POST", "/indicators/{id}/resolution", DIRECTOR),
    ("POST", "/indicators/{id}/measurement", DIRECTOR),
    ("POST", "/indicators/{id}/baseline", DIRECTOR),
    ("POST", "/indicators/{id}/target", DIRECTOR),
    ("POST", "/indicators/{id}/correction", DIRECTOR),
    ("GET", "/api/v1/indicators", READERS),
    ("POST", "/api/v1/indicators", DIRECTOR),
    ("GET", "/api/v1/indicators/{id}", READERS),
    ("POST", "/api/v1/indicators/{id}/measurement", DIRECTOR),
    ("POST", "/api/v1/indicators/{id}/baseline", DIRECTOR),
    ("POST", "/api/v1/indicators/{id}/target", DIRECTOR),
    ("POST", "/api/v1/indicators/{id}/correction", DIRECTOR),
    ("GET", "/obligations", READERS),
    ("POST", "/obligations", DIRECTOR),
    ("GET", "/obligations/{id}", READERS),
    ("GET", "/obligations/new", DIRECTOR),
    ("POST", "/obligations/{id}/resolution", DIRECTOR),
    ("POST", "/obligations/{id}/fulfilment", DIRECTOR),
    ("POST", "/obligations/{id}/miss", DIRECTOR),
    ("GET", "/api/v1/obligations", READERS),
    ("POST", "/api/v1/obligations", DIRECTOR),
    ("GET", "/api/v1/obligations/{id}", READERS),
    ("POST", "/api/v1/obligations/{id}/fulfilment", DIRECTOR),
    ("POST", "/api/v1/obligations/{id}/miss", DIRECTOR),
    ("GET", "/obligations.ics", READERS),
    ("GET", "/forum", READERS),
    ("GET", "/forum/{id}", READERS),
    ("GET", "/forum/sessions/new", DESK),
    ("POST", "/forum/sessions", DESK),
    ("GET", "/forum/members/new", DESK),
    ("POST", "/forum/members", DESK),
    ("GET", "/forum/mentorships/new", DESK),
    ("POST", "/forum/mentorships", DESK),
    ("POST", "/forum/{id}/completion", DESK),
    ("POST", "/forum/{id}/erasure-request", DESK),
    ("POST", "/forum/{id}/erasure", DESK),
    ("POST", "/forum/{id}/resolution", DESK),
    ("GET", "/api/v1/forum", READERS),
    ("GET", "/api/v1/forum/{id}", READERS),
    ("GET", "/api/v1/forum/people", DESK),
    ("POST", "/api/v1/forum/sessions", DESK),
    ("POST", "/api/v1/forum/members", DESK),
    ("POST", "/api/v1/forum/mentorships", DESK),
    ("POST", "/api/v1/forum/{id}/completion", DESK),
    ("POST", "/api/v1/forum/{id}/erasure-request", DESK),
    ("POST", "/api/v1/forum/{id}/erasure", DESK),
    ("POST", "/activities/{id}/return", DIRECTOR),
    ("POST", "/activities/{id}/validation", DIRECTOR),
    ("POST", "/activities/{id}/acknowledgement", OFFICE),
    ("POST", "/activities/{id}/resolution", DESK),
    ("POST", "/api/v1/activities/{id}/return", DIRECTOR),
    ("POST", "/api/v1/activities/{id}/validation", DIRECTOR),
    ("POST", "/api/v1/activities/{id}/acknowledgement", OFFICE),
];

/// Who may, by the table; a pillar's own addresses are its correspondent's.
fn may(method: &str, route: &str, who: &str) -> bool {
    let own = route.strip_prefix("/api/v1").unwrap_or(route).trim_start_matches('/');
    let first = own.split('/').next().unwrap_or_default();
    if ["apsc", "aec", "ascc"].contains(&first) {
        return who == first && ["GET", "POST"].contains(&method);
    }
    TABLE.iter().any(|(m, r, people)| *m == method && *r == route && people.contains(&who))
}

/// Every route that the sources of the services write down, with the pillar's place filled in.
fn routes() -> BTreeSet<String> {
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../services");
    let mut routes = BTreeSet::new();
    for file in sources(&services) {
        let text = std::fs::read_to_string(&file).unwrap();
        let path = file.to_string_lossy().into_owned();
        let base = match (path.contains("/correspondent/"), path.contains("/api")) {
            (true, true) => "/api/v1/{pillar}",
            (true, false) => "/{pillar}",
            (false, _) => "",
        };
        for written in text.split(".route(").skip(1) {
            let written = written.trim_start();
            let route = if written.starts_with("&base,") {
                base.to_owned()
            } else {
                let quoted = written.split('"').nth(1).unwrap();
                quoted.replace("{base}", base).replace("{{", "{").replace("}}", "}")
            };
            for pillar in ["apsc", "aec", "ascc"] {
                routes.insert(route.replace("{pillar}", pillar));
            }
        }
    }
    // What operators ask is outside the shell and is nobody's secret; a witness is a server of its own.
    let apart = ["/healthz", "/readyz", "/metrics", "/add-checkpoint"];
    routes.retain(|route| !apart.contains(&route.as_str()));
    routes
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["tests", "examples", "target"].contains(&name.as_str()) {
            files.extend(sources(&path));
        } else if name.ends_with(".rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            // The routers that tests make of their own are no addresses of the site.
            if text.split("#[cfg(test)]").next().unwrap().contains(".route(") {
                files.push(path);
            }
        }
    }
    files
}

/// Somebody at a browser, and the same at a program.
struct Caller {
    person: Person,
    token: String,
    program: Client,
}

impl Caller {
    fn new(system: &System, name: &str) -> Self {
        if name == NOBODY {
            let person = Person::nobody(system.base());
            return Self { person, token: String::new(), program: system.client(None) };
        }
        let person = system.person(name).unwrap();
        Self { token: person.token().unwrap(), person, program: system.client(Some(name)) }
    }

    /// Whether the gate lets it through; what lies behind may still find nothing, or refuse a form.
    fn gets_through(&self, method: &str, path: &str) -> (bool, u16) {
        let (status, location) = if path.starts_with("/api/") {
            (self.program.ask(method, path).unwrap(), None)
        } else {
            self.person.ask(method, path, &self.token).unwrap()
        };
        let to_sign_in = location.is_some_and(|place| place.starts_with("/sign-in"));
        (![401, 403, 405].contains(&status) && !to_sign_in, status)
    }
}

/// An address of a route.
fn address(route: &str) -> String {
    let mut path = route.to_owned();
    for (place, value) in [
        ("{id}", "01938f00-0000-7000-8000-000000000001"),
        ("{position}", "0"),
        ("{sha256}", "0000000000000000000000000000000000000000000000000000000000000000"),
        ("{file}", "tais.css"),
        ("{tag}", "en"),
        ("{*path}", "0/000.p/1"),
        ("{code}", "not-found"),
    ] {
        path = path.replace(place, value);
    }
    assert!(!path.contains('{'), "{route}: say what stands in its place");
    path
}

#[test]
fn every_role_every_address_every_method() {
    // A real record: of sample data, everybody may read everything.
    let system = System::start(false).unwrap();
    let mut routes = routes();
    assert!(routes.len() > 80, "the routes are not found: {routes:?}");
    let missing: Vec<_> = TABLE.iter().filter(|(_, route, _)| !routes.contains(*route)).collect();
    assert!(missing.is_empty(), "the table names what is not there: {missing:?}");
    // Signing out ends what the other questions are asked with.
    routes.remove("/sign-out");

    let mut asked = 0;
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for who in std::iter::once(NOBODY).chain(ACCOUNTS) {
        let caller = Caller::new(&system, who);
        for route in &routes {
            for method in METHODS {
                let (through, status) = caller.gets_through(method, &address(route));
                asked += 1;
                // A pillar's addresses are its correspondent's as a whole; each takes the methods it has.
                let untaken =
                    status == 405 && may(method, route, who) && !TABLE.iter().any(|row| row.1 == route);
                if !untaken && through != may(method, route, who) {
                    let what = if through { "unexpected allow" } else { "unexpected denial" };
                    wrong
                        .entry(what.to_owned())
                        .or_default()
                        .push(format!("{who} {method} {route}: {status}"));
                }
            }
        }
    }
    println!("{asked} questions: {} roles, {} routes, {} methods", ANYONE.len(), routes.len(), METHODS.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The description of the API names every address of it, and no other; and it is what is served.
#[test]
fn the_api_is_described_as_it_is() {
    let system = System::start(false).unwrap();
    let (status, document) = system.client(None).get("/api/v1/openapi.json").unwrap();
    assert_eq!(status, 200);
    let mut described = BTreeSet::new();
    for path in document["paths"].as_object().unwrap().keys() {
        for pillar in ["apsc", "aec", "ascc"] {
            described.insert(path.replace("{pillar}", pillar));
        }
    }
    let mut routes = routes();
    routes.retain(|route| route.starts_with("/api/v1") && route != "/api/v1/openapi.json");
    assert_eq!(described, routes);
    // What the office's table names with a method is described with that method.
    for (method, route, _) in TABLE.iter().filter(|(_, route, _)| routes.contains(*route)) {
        assert!(document["paths"][route][method.to_lowercase()].is_object(), "{method} {route}");
    }
}

/// The same question of a record of sample data, where reading is open: the test can tell a denial
/// from an allow.
#[test]
fn control_a_sample_record_lets_everybody_read() {
    let system = System::start(true).unwrap();
    let nobody = Caller::new(&system, NOBODY);
    assert!(nobody.gets_through("GET", "/activities").0);
    assert!(!nobody.gets_through("GET", "/desk").0);
    assert!(!nobody.gets_through("GET", "/apsc").0);
}
