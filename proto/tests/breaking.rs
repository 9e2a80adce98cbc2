//! What was released stays readable: the contract may grow, and nothing of it may go, move or change
//! its meaning. `proto/released/v1.txt` lists what was released, one promise a line.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::io::Write as _;

use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver};
use support::listing::Listing;
use support::{contract, crate_dir, messages};

const RELEASED: &str = "released/v1.txt";
const HEAD: &str = "# What is released of the contract tais.v1: never a line less. Written by\n\
    # TAIS_RELEASE=1 cargo test -p tais-proto --test breaking\n\
    # field <message> <number> <name> <type> <label> <required or ->\n";
const HOW_TO_RELEASE: &str =
    "to release what was added: TAIS_RELEASE=1 cargo test -p tais-proto --test breaking, and commit the file";

#[test]
fn nothing_released_is_broken() {
    let path = crate_dir().join(RELEASED);
    let now = Listing::of(&contract());
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let released = Listing::from_text(&text);
    let broken = released.broken_by(&now);
    assert!(
        broken.is_empty(),
        "this breaks what was released; make a new version of the event instead:\n  {}",
        broken.join("\n  ")
    );
    let wanted = format!("{HEAD}{}", now.to_text());
    if std::env::var_os("TAIS_RELEASE").is_some() {
        std::fs::write(&path, wanted).unwrap();
    } else if text != wanted {
        // Not `println!`: what a passing test prints, nobody sees.
        writeln!(std::io::stderr(), "the contract has grown since its last release; {HOW_TO_RELEASE}")
            .unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        Listing::from_text(&kept) != Listing::default(),
        "proto/{RELEASED} is missing or empty: restore it from the last release, or {HOW_TO_RELEASE}"
    );
}

#[test]
fn a_listing_says_all_that_it_was_made_of() {
    let pool = contract();
    let now = Listing::of(&pool);
    let text = now.to_text();
    assert_eq!(Listing::from_text(&text), now);
    let lines = |word: &str| text.lines().filter(|line| line.starts_with(word)).count();
    assert_eq!(lines("message "), messages(&pool).count());
    assert_eq!(lines("field "), messages(&pool).map(|message| message.fields().len()).sum::<usize>());
}

/// A small contract in memory: `small.proto` with this body, beside the real `options.proto`.
struct InMemory(String);

impl FileResolver for InMemory {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name == "small.proto" {
            File::from_source(name, &self.0)
        } else {
            Err(protox::Error::file_not_found(name))
        }
    }
}

fn small(body: &str) -> Listing {
    let source = format!("syntax = \"proto3\"; package tais.v1; import \"tais/v1/options.proto\"; {body}");
    let mut resolver = ChainFileResolver::new();
    resolver.add(InMemory(source));
    resolver.add(IncludeFileResolver::new(crate_dir().into()));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.open_file("small.proto").unwrap_or_else(|error| panic!("{error:?}"));
    Listing::of(&compiler.descriptor_pool())
}

const BEFORE: &str = "
    enum Colour { COLOUR_UNSPECIFIED = 0; COLOUR_RED = 1; COLOUR_BLUE = 2; }
    message Inner { string a = 1; }
    message Event {
        string kept = 1 [(required) = true];
        optional uint32 number = 2;
        repeated string many = 3;
        map<string, string> texts = 4;
        Colour colour = 5;
        oneof choice { string left = 6; Inner right = 7; }
    }";

/// What is found when one part of `BEFORE` is written differently.
fn broken(part: &str, instead: &str) -> Vec<String> {
    assert_eq!(BEFORE.matches(part).count(), 1, "{part}");
    small(BEFORE).broken_by(&small(&BEFORE.replace(part, instead)))
}

#[test]
fn every_kind_of_break_is_found_and_named() {
    let cases = [
        ("optional uint32 number = 2;", "", "tais.v1.Event.number = 2 was removed"),
        ("number = 2", "number = 9", "tais.v1.Event.number = 2 was renumbered to 9"),
        ("number = 2", "amount = 2", "tais.v1.Event.number = 2 was renamed to amount"),
        ("uint32 number", "uint64 number", "tais.v1.Event.number = 2 was uint32 and is now uint64"),
        ("optional uint32", "uint32", "tais.v1.Event.number = 2 was optional and is now plain"),
        ("repeated string", "string", "tais.v1.Event.many = 3 was repeated and is now plain"),
        (
            "map<string, string>",
            "map<string, uint32>",
            "tais.v1.Event.texts = 4 was map<string,string> and is now map<string,uint32>",
        ),
        (
            "Colour colour = 5",
            "string colour = 5",
            "tais.v1.Event.colour = 5 was tais.v1.Colour and is now string",
        ),
        (
            "oneof choice { string left = 6; Inner right = 7; }",
            "string left = 6; oneof choice { Inner right = 7; }",
            "tais.v1.Event.left = 6 was oneof:choice and is now plain",
        ),
        ("COLOUR_BLUE = 2;", "", "tais.v1.Colour.COLOUR_BLUE = 2 was removed"),
        ("COLOUR_BLUE = 2", "COLOUR_BLUE = 3", "tais.v1.Colour.COLOUR_BLUE = 2 was renumbered to 3"),
        ("COLOUR_BLUE = 2", "COLOUR_GREEN = 2", "value tais.v1.Colour 2 COLOUR_BLUE is now COLOUR_GREEN"),
        (
            "uint32 number = 2",
            "uint32 number = 2 [(required) = true]",
            "tais.v1.Event.number = 2 is now required: old events do not have it",
        ),
        (
            "repeated string many = 3;",
            "repeated string many = 3; string extra = 8 [(required) = true];",
            "tais.v1.Event.extra = 8 is new and required: old events do not have it",
        ),
    ];
    for (part, instead, wanted) in cases {
        assert_eq!(broken(part, instead), [wanted], "{part} -> {instead}");
    }
}

#[test]
fn a_removed_message_or_vocabulary_is_found() {
    let now = small("message Event { string kept = 1 [(required) = true]; }");
    let found = small(BEFORE).broken_by(&now);
    assert!(found.contains(&"message tais.v1.Inner was removed".to_owned()), "{found:?}");
    assert!(found.contains(&"enum tais.v1.Colour was removed".to_owned()), "{found:?}");
}

#[test]
fn growing_breaks_nothing() {
    for (part, instead) in [
        ("COLOUR_BLUE = 2;", "COLOUR_BLUE = 2; COLOUR_GREEN = 3;"),
        ("repeated string many = 3;", "repeated string many = 3; optional string extra = 8;"),
        ("message Inner {", "message Another { string b = 1 [(required) = true]; } message Inner {"),
        ("Inner right = 7;", "Inner right = 7; string middle = 8;"),
        ("kept = 1 [(required) = true]", "kept = 1"),
    ] {
        assert_eq!(broken(part, instead), Vec::<String>::new(), "{part} -> {instead}");
    }
}
