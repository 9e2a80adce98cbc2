//! What reads bytes from outside is given a great many that somebody bent a little: it refuses them or takes them
//! whole, and never fails. `deploy/local fuzz` looks longer, guided by what is reached (`tests/fuzz`).
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rand::rngs::StdRng;
use rand::{Rng as _, RngCore as _, SeedableRng as _};
use tais_correspondent::import::table;
use tais_log::checkpoint::{AddCheckpoint, NoteKey, Policy, SignedCheckpoint, TlogProof};
use tais_log::tile::{Resource, unbundle};
use tais_proto::Envelope;
use tais_proto::entry::Recorded;
use tais_tests::fuzz::TARGETS;

/// How many bent copies each target is given.
fn rounds() -> u32 {
    std::env::var("TAIS_PARSER_ROUNDS").map_or(10_000, |rounds| rounds.parse().unwrap())
}

/// What is right, for a target.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// A few bytes changed, taken out, put in, doubled or cut off; now and then a number at its edge.
fn bend(random: &mut StdRng, seed: &[u8]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..random.gen_range(1..4) {
        let at = random.gen_range(0..=bytes.len());
        let end = (at + random.gen_range(0..24)).min(bytes.len());
        match random.gen_range(0..7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.gen_range(0..8),
            1 if at < bytes.len() => bytes[at] = random.r#gen(),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let mut more = vec![0; random.gen_range(1..24)];
                random.fill_bytes(&mut more);
                bytes.splice(at..at, more);
            }
            4 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            5 => bytes.truncate(at),
            _ => {
                let edge: &[u8] =
                    [&[0xFF; 4][..], &[0; 8], b"18446744073709551615", b"\n\n", b"=", "—".as_bytes()]
                        [random.gen_range(0..6)];
                bytes.splice(at..end, edge.iter().copied());
            }
        }
    }
    bytes
}

#[test]
fn bent_bytes_are_refused_or_taken_whole() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        seeds.iter().for_each(|seed| target(seed));
        for _ in 0..rounds() {
            let which = random.gen_range(0..seeds.len());
            let bytes = bend(&mut random, &seeds[which]);
            let failed = catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_err();
            assert!(!failed, "{name}, seed {seed}: {}", hex::encode(&bytes));
        }
    }
}

/// The seeds are what the readers are for: each is taken, so that what is bent is bent from inside.
#[test]
fn what_is_right_is_taken() {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    for (name, _) in TARGETS {
        for seed in seeds(name) {
            let taken = match name {
                "checkpoint" => SignedCheckpoint::parse(&seed).is_ok(),
                "receipt" => TlogProof::parse(&seed).is_ok(),
                "policy" => Policy::parse(&seed).is_ok(),
                "key" => text(&seed).parse::<NoteKey>().is_ok(),
                "add_checkpoint" => AddCheckpoint::parse(&seed).is_ok(),
                "entry_bundle" => unbundle(&seed).is_some(),
                "tile_path" => Resource::parse(&text(&seed)).is_some(),
                "entry" => Recorded::parse(&seed).is_ok(),
                "envelope" => Envelope::parse(&seed).is_ok(),
                "table" => table::read(&seed).is_ok(),
                other => panic!("{other} is no target"),
            };
            assert!(taken, "{name}");
        }
    }
}
