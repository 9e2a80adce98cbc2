//! A test that reads the sources of every face: no page asks for a text that is missing, and no
//! text lies unused.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tais_proto::{Pillar, Role};

use super::{Language, Texts, catalogue};

/// Beginnings of keys that are put together at run time, as `role-` and the role's code.
const DYNAMIC_PREFIXES: &[&str] =
    &["failure-", "kind-", "nav-", "pillar-", "refusal-", "role-", "state-", "vocabulary-"];

/// How a source asks for a text: the handle's usual names, then the method, then the key in quotes.
const HANDLES: &[&str] = &["t", "texts"];
const METHODS: &[&str] = &["get", "with"];

fn services() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources_under(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            sources_under(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs" || ext == "html") {
            found.push(path);
        }
    }
}

/// The keys a source asks for. A key may stand on the line after the bracket.
fn keys_asked_for(source: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for (handle, method) in HANDLES.iter().flat_map(|h| METHODS.iter().map(move |m| (h, m))) {
        let call = format!("{handle}.{method}(");
        for (at, _) in source.match_indices(&call) {
            let part_of_a_longer_name =
                source[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
            let argument = source[at + call.len()..].trim_start();
            if let (false, Some(quoted)) = (part_of_a_longer_name, argument.strip_prefix('"')) {
                keys.extend(quoted.split('"').next().map(str::to_owned));
            }
        }
    }
    keys
}

fn asked_for_by_all() -> BTreeMap<String, PathBuf> {
    let mut files = Vec::new();
    for service in std::fs::read_dir(services()).into_iter().flatten().flatten() {
        for folder in ["src", "templates", "examples"] {
            sources_under(&service.path().join(folder), &mut files);
        }
    }
    assert!(files.len() > 20, "the sources were not found under {}", services().display());
    let mut asked = BTreeMap::new();
    for file in files {
        // This file's own samples are not keys.
        if file.ends_with("language/keys_in_sources.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&file).unwrap_or_default();
        asked.extend(keys_asked_for(&source).into_iter().map(|key| (key, file.clone())));
    }
    asked
}

fn keys_of_the_catalogue() -> BTreeSet<&'static str> {
    let english = catalogue::source(Language::En).unwrap_or_default();
    let lines = english.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    lines.filter_map(|line| line.split_once(" =")).map(|(key, _)| key).collect()
}

#[test]
fn every_text_a_page_asks_for_is_in_the_catalogue() {
    let texts = Texts::new(Language::En);
    let missing: Vec<_> = asked_for_by_all().into_iter().filter(|(key, _)| !texts.has(key)).collect();
    assert!(missing.is_empty(), "add these to services/web/locales/en.ftl: {missing:#?}");
}

#[test]
fn every_text_of_the_catalogue_is_asked_for() {
    let asked = asked_for_by_all();
    let is_used =
        |key: &str| asked.contains_key(key) || DYNAMIC_PREFIXES.iter().any(|prefix| key.starts_with(prefix));
    let unused: Vec<_> = keys_of_the_catalogue().into_iter().filter(|key| !is_used(key)).collect();
    assert!(unused.is_empty(), "nothing asks for these, take them out of en.ftl: {unused:#?}");
}

#[test]
fn every_role_and_pillar_has_its_name() {
    let texts = Texts::new(Language::En);
    let roles = Role::ALL.iter().map(|role| format!("role-{}", role.code()));
    let pillars = Pillar::ALL.iter().map(|pillar| format!("pillar-{}", pillar.code()));
    let missing: Vec<_> = roles.chain(pillars).filter(|key| !texts.has(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn keys_are_found_in_templates_and_in_sources() {
    let source = r#"{{ t.get("a-one") }} self.t.with("a-two", &[]) texts.get(
        "a-three") map_t.get("not-a-key") part.get("not-a-key") t.get(key)"#;
    assert_eq!(keys_asked_for(source).into_iter().collect::<Vec<_>>(), ["a-one", "a-three", "a-two"]);
}
