//! A test that reads the sources of every face: no page asks for a text that is missing, and no
//! text lies unused.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tais_proto::{Pillar, Role};

use super::{Language, Texts, catalogue};

/// Beginnings of keys that are put together at run time, as `role-` and the role's code.
const DYNAMIC_PREFIXES: &[&str] = &[
    "age-",
    "column-",
    "total-is-",
    "confidence-",
    "event-",
    "failure-",
    "field-",
    "file-",
    "import-count-",
    "import-fate-",
    "import-heading-",
    "item-",
    "kind-",
    "language-",
    "marker-",
    "measure-",
    "mode-",
    "nav-",
    "occurrence-",
    "participant-",
    "pillar-",
    "problem-",
    "publisher-",
    "qualifier-",
    "record-",
    "refusal-",
    "role-",
    "sex-",
    "state-",
    "stream-",
    "update-",
];

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

/// Every source with its text, but for this file, whose own samples are not keys.
fn all_sources() -> BTreeMap<PathBuf, String> {
    let mut files = Vec::new();
    for service in std::fs::read_dir(services()).into_iter().flatten().flatten() {
        for folder in ["src", "templates", "examples"] {
            sources_under(&service.path().join(folder), &mut files);
        }
    }
    assert!(files.len() > 20, "the sources were not found under {}", services().display());
    files.retain(|file| !file.ends_with("language/keys_in_sources.rs"));
    let text = |file: PathBuf| std::fs::read_to_string(&file).ok().map(|text| (file, text));
    files.into_iter().filter_map(text).collect()
}

fn asked_for_by_all() -> BTreeMap<String, PathBuf> {
    let sources = all_sources();
    let asked = |(file, source): (&PathBuf, &String)| {
        keys_asked_for(source).into_iter().map(|key| (key, file.clone())).collect::<Vec<_>>()
    };
    sources.iter().flat_map(asked).collect()
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
    // A key may be handed on before it is asked for, so it counts wherever it stands in quotes.
    let sources = all_sources();
    let is_written = |key: &str| sources.values().any(|source| source.contains(&format!("\"{key}\"")));
    let is_used =
        |key: &str| is_written(key) || DYNAMIC_PREFIXES.iter().any(|prefix| key.starts_with(prefix));
    let unused: Vec<_> = keys_of_the_catalogue().into_iter().filter(|key| !is_used(key)).collect();
    assert!(unused.is_empty(), "nothing asks for these, take them out of en.ftl: {unused:#?}");
}

/// The keys that are built at run time, from the vocabularies they are built of.
#[test]
fn every_word_of_the_vocabulary_has_its_text() {
    use tais_domain::measure::Measure;
    use tais_proto::StreamKind;
    use tais_proto::vocabulary::{
        ActivityKind, AgeBand, Confidence, GenderScore, Mode, Occurrence, ParticipantRole, Qualifier, Sex,
    };
    fn keys<T: Copy>(prefix: &str, all: &[T], code: impl Fn(T) -> &'static str) -> Vec<String> {
        all.iter().map(|value| format!("{prefix}-{}", code(*value))).collect()
    }
    let event = |event_type: &tais_proto::EventType| {
        let name = event_type.as_str().trim_start_matches("tais.");
        format!("event-{}", name.rsplit_once(".v").map_or(name, |(name, _)| name).replace('.', "-"))
    };
    let texts = Texts::new(Language::En);
    let built = [
        keys("role", Role::ALL, Role::code),
        keys("pillar", Pillar::ALL, Pillar::code),
        keys("publisher", tais_proto::Publisher::ALL, tais_proto::Publisher::code),
        keys("kind", ActivityKind::ALL, ActivityKind::code),
        keys("age", AgeBand::ALL, AgeBand::code),
        keys("confidence", Confidence::ALL, Confidence::code),
        keys("marker", GenderScore::ALL, GenderScore::code),
        keys("mode", Mode::ALL, Mode::code),
        keys("occurrence", Occurrence::ALL, Occurrence::code),
        keys("participant", ParticipantRole::ALL, ParticipantRole::code),
        keys("qualifier", &Qualifier::ALL[1..], Qualifier::code),
        keys("sex", Sex::ALL, Sex::code),
        keys("measure", Measure::ALL, Measure::code),
        keys("stream", StreamKind::ALL, StreamKind::code),
        tais_proto::EventType::ALL.iter().map(event).collect(),
    ];
    let missing: Vec<_> = built.into_iter().flatten().filter(|key| !texts.has(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn keys_are_found_in_templates_and_in_sources() {
    let source = r#"{{ t.get("a-one") }} self.t.with("a-two", &[]) texts.get(
        "a-three") map_t.get("not-a-key") part.get("not-a-key") t.get(key)"#;
    assert_eq!(keys_asked_for(source).into_iter().collect::<Vec<_>>(), ["a-one", "a-three", "a-two"]);
}
