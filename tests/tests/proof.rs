//! What an auditor takes along from the running system, and checks without it: a receipt, the files of the
//! log, and the whole record.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tais_log::checkpoint::{Checkpoint, KeyType, NoteKey, SignedCheckpoint};
use tais_log::frontier::Frontier;
use tais_log::tile::{Resource, bundle, unbundle};
use tais_proto::entry::Recorded;
use tais_proto::event::registry::RegistryKeyRotated;
use tais_proto::{Envelope, EventId, LeafHash, Position, Publisher, SigningKey, Source, entry_bytes};
use tais_tests::{System, executable};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(40);

/// Runs the executable with neither network (where the machine lets us) nor the system's data.
fn apart(words: &[&str]) -> (bool, String) {
    let elsewhere = tempfile::tempdir().unwrap();
    let alone = has_empty_network();
    let mut command = if alone { Command::new("unshare") } else { Command::new(executable().unwrap()) };
    if alone {
        command.arg("--net").arg(executable().unwrap());
    } else {
        println!("no empty network to be had here: run with the network of this machine");
    }
    let output = command.args(words).current_dir(elsewhere.path()).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// The verifier that was written from `proto/VERIFY.md` alone.
fn second(words: &[&str]) -> (bool, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/second-verifier/verify.py");
    let mut command = if has_empty_network() { Command::new("unshare") } else { Command::new("python3") };
    if has_empty_network() {
        command.args(["--net", "python3"]);
    }
    if let Some(packages) = std::env::var_os("TAIS_VERIFIER") {
        command.env("PYTHONPATH", packages);
    }
    let output = command.arg(script).args(words).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "it could not judge: {text}");
    (output.status.success(), text)
}

/// What both verifiers say of a folder; they agree, or this panics.
fn both_of_folder(dir: &str, key: &str) -> (bool, String) {
    let (ours, text) = apart(&["verify", dir, "--log-key", key]);
    let (theirs, other) = second(&["folder", dir, "--log-key", key]);
    assert_eq!(ours, theirs, "the second verifier disagrees: {other}\n{text}");
    let place = |text: &str| text.lines().find(|line| line.starts_with("first ")).map(str::to_owned);
    assert_eq!(place(&text), place(&other), "{other}\n{text}");
    (ours, text)
}

/// What both say of a receipt.
fn both_of_receipt(file: &str, key: &str) -> (bool, String) {
    let (ours, text) = apart(&["verify", "receipt", file, "--log-key", key]);
    let (theirs, other) = second(&["receipt", file, "--log-key", key]);
    assert_eq!(ours, theirs, "the second verifier disagrees: {other}\n{text}");
    (ours, text)
}

fn has_empty_network() -> bool {
    Command::new("unshare").args(["--net", "true"]).output().is_ok_and(|done| done.status.success())
}

fn get(system: &System, path: &str) -> (u16, Vec<u8>) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent.get(format!("{}{path}", system.base())).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_vec().unwrap())
}

/// The receipt of an entry, once a checkpoint covers it.
fn receipt(system: &System, position: u64) -> Vec<u8> {
    let patience = Instant::now() + PATIENCE;
    loop {
        let (status, bytes) = get(system, &format!("/events/{position}/receipt"));
        if status == 200 {
            return bytes;
        }
        assert!([404, 503].contains(&status) && Instant::now() < patience, "{status}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(dir).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn receipts_files_and_the_record_are_verified_apart_from_the_system() {
    let mut system = System::start(true).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let proof = receipt(&system, 300);
    let (done, keys) = system.verb(&["keys"]).unwrap();
    assert!(done, "{keys}");
    let key = keys.trim().rsplit(' ').next().unwrap().to_owned();

    // A receipt.
    let file = folder.path().join("300.tlog-proof");
    std::fs::write(&file, &proof).unwrap();
    let file = file.to_str().unwrap();
    let (holds, text) = both_of_receipt(file, &key);
    assert!(holds && text.starts_with("The receipt holds:") && text.contains("at position 300"), "{text}");
    let (holds, text) = apart(&["verify", "receipt", file]);
    assert!(!holds && text.contains("say which log you trust with --log-key"), "{text}");
    let mut other = proof.clone();
    let at = other.iter().position(|byte| *byte == b'\n').unwrap() + 20;
    other[at] = if other[at] == b'A' { b'B' } else { b'A' };
    std::fs::write(file, &other).unwrap();
    let (holds, text) = both_of_receipt(file, &key);
    assert!(!holds && text.starts_with("The receipt does not hold:"), "{text}");

    // The record, while it runs.
    let (holds, text) = system.verb(&["verify"]).unwrap();
    assert!(holds && text.starts_with("The record is whole: all "), "{text}");
    let stranger = key.replace('+', "x+").replacen("x+", "+", 1);
    let (holds, text) = system.verb(&["verify", "--log-key", &stranger]).unwrap();
    assert!(!holds && text.contains("--log-key"), "{text}");

    // Its files: what is served is what is written, and both are the log, all of which is signed by now.
    let (done, text) = system.verb(&["checkpoint"]).unwrap();
    assert!(done, "{text}");
    let tiles = folder.path().join("log");
    let dir = tiles.to_str().unwrap();
    let (done, text) = system.verb(&["export", "--tiles", dir]).unwrap();
    assert!(done, "{text}");
    let (_, again) = system.verb(&["export", "--tiles", dir]).unwrap();
    assert!(again.contains("written now"), "{again}");
    let written = files(&tiles);
    assert!(written.contains_key(Path::new("checkpoint")), "{:?}", written.keys());
    for (path, bytes) in written.iter().filter(|(path, _)| *path != Path::new("checkpoint")) {
        let (status, served) = get(&system, &format!("/tlog/{}", path.display()));
        assert!(status == 200 && served == *bytes, "{}: {status}", path.display());
    }
    assert_eq!(get(&system, "/tlog/tile/0/x001/000").0, 404);
    assert_eq!(get(&system, "/tlog/tile/0/1").0, 404);
    system.stop().unwrap();
    let (holds, text) = both_of_folder(dir, &key);
    assert!(holds && text.starts_with("The record is whole: all "), "{text}");

    // A byte of an entry, an entry that is taken away, a tile: each is found, and said where.
    let bundle = tiles.join("tile/entries/001");
    let spoiled = |path: &Path, change: &dyn Fn(&mut Vec<u8>), words: &str| {
        let whole = std::fs::read(path).unwrap();
        let mut bytes = whole.clone();
        change(&mut bytes);
        std::fs::write(path, bytes).unwrap();
        let (holds, text) = both_of_folder(dir, &key);
        assert!(!holds && text.starts_with("The record was altered.") && text.contains(words), "{text}");
        std::fs::write(path, whole).unwrap();
    };
    spoiled(&bundle, &|bytes| bytes[100] ^= 1, "first         at position 256\n");
    spoiled(&bundle, &|bytes| bytes.truncate(1_000), "entry 256 is missing");
    spoiled(&tiles.join("tile/0/000"), &|bytes| bytes[32 * 9] ^= 1, "first         at position 9\n");
    let partial = std::fs::read_dir(tiles.join("tile/1/000.p")).unwrap().next().unwrap().unwrap().path();
    spoiled(&partial, &|bytes| bytes[3] ^= 1, "tile 0 of level 1");
    // Any bit of any file: whatever one of the two says, the other says too.
    let mut random = StdRng::seed_from_u64(1325);
    let names: Vec<&PathBuf> = written.keys().collect();
    for _ in 0..20 {
        let path = tiles.join(names[random.gen_range(0..names.len())]);
        let whole = std::fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        let at = random.gen_range(0..bytes.len());
        bytes[at] ^= 1 << random.gen_range(0..8);
        std::fs::write(&path, bytes).unwrap();
        let (ours, text) = apart(&["verify", dir, "--log-key", &key]);
        let (theirs, other) = second(&["folder", dir, "--log-key", &key]);
        assert!(!ours && !theirs, "byte {at} of {}: {text}\n{other}", path.display());
        std::fs::write(&path, whole).unwrap();
    }
    forged_by_who_runs_the_log(&tiles, &system, &key);
    rotated(&tiles, &system, &key);
    std::fs::remove_file(&bundle).unwrap();
    let (holds, text) = both_of_folder(dir, &key);
    assert!(!holds && text.contains("entry 256 is missing"), "{text}");
}

/// The entries of a folder, in order.
fn read_entries(dir: &Path, size: u64) -> Vec<Recorded> {
    let mut entries = Vec::new();
    for resource in Resource::all(size).filter(|it| matches!(it, Resource::Entries { .. })) {
        let bytes = std::fs::read(dir.join(resource.path())).unwrap();
        entries.extend(unbundle(&bytes).unwrap().into_iter().map(|entry| Recorded::parse(entry).unwrap()));
    }
    entries
}

/// The root over leaves.
fn root(leaves: &[LeafHash]) -> [u8; 32] {
    let mut tree = Frontier::default();
    leaves.iter().for_each(|leaf| tree.append(*leaf));
    tree.root()
}

/// A folder that agrees with itself in every hash, and whose checkpoint the log's own key signs.
fn write_folder(dir: &Path, entries: &[Recorded], origin: &str, key: &SigningKey) {
    let bytes: Vec<Vec<u8>> =
        entries.iter().map(|it| entry_bytes(&it.signed, it.position, it.recorded_at)).collect();
    let leaves: Vec<LeafHash> = bytes.iter().map(|entry| LeafHash::of(entry)).collect();
    for resource in Resource::all(entries.len() as u64) {
        let content = match resource {
            Resource::Entries { index, width } => {
                let first = usize::try_from(index).unwrap() * 256;
                bundle(bytes[first..first + usize::from(width)].iter().map(|entry| &entry[..])).unwrap()
            }
            Resource::Tile(tile) => {
                let each = 256_usize.pow(u32::from(tile.level));
                let first = usize::try_from(tile.index).unwrap() * 256 * each;
                let under = &leaves[first..first + usize::from(tile.width) * each];
                under.chunks(each).flat_map(root).collect()
            }
        };
        let path = dir.join(resource.path());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let checkpoint = Checkpoint { origin: origin.into(), size: entries.len() as u64, root: root(&leaves) };
    std::fs::write(dir.join("checkpoint"), checkpoint.sign(key).unwrap().note()).unwrap();
}

/// Whoever runs the log has its key and the publishers' machines, and writes files in which every hash is right.
/// What the rules say of an entry after those before it is then what is left, and both verifiers say it.
fn forged_by_who_runs_the_log(tiles: &Path, system: &System, key: &str) {
    let secrets = tais::secrets::Secrets::open(system.data()).unwrap();
    let log = secrets.log_key().unwrap();
    let signed = SignedCheckpoint::parse(&std::fs::read(tiles.join("checkpoint")).unwrap()).unwrap();
    let Checkpoint { origin, size, .. } = signed.checkpoint().clone();
    let entries = read_entries(tiles, size);
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    // The control: written anew and unchanged, it is whole.
    write_folder(folder.path(), &entries, &origin, &log);
    let (holds, text) = both_of_folder(dir, key);
    assert!(holds, "{text}");

    // An entry of a correspondent that is not the first of its stream.
    let place = entries
        .iter()
        .position(|entry| {
            let envelope = Envelope::parse(&entry.signed.bytes).unwrap();
            envelope.source.publisher == Publisher::Apsc && envelope.stream_version > 1
        })
        .unwrap();
    let own = secrets.publisher_key(Publisher::Apsc).unwrap();
    let again = |change: fn(&mut Envelope), key: &SigningKey| {
        let mut entries = entries.clone();
        let mut envelope = Envelope::parse(&entries[place].signed.bytes).unwrap();
        change(&mut envelope);
        entries[place].signed = key.sign(envelope.to_bytes().unwrap());
        entries
    };
    let mut earlier = entries.clone();
    earlier[place].recorded_at = entries[0].recorded_at;
    let stranger = SigningKey::from_seed(&[9; 32]);
    let forgeries = [
        ("another's signature", again(|_| {}, &stranger)),
        (
            "another's key",
            again(|envelope| envelope.key_id = SigningKey::from_seed(&[9; 32]).key_id(), &stranger),
        ),
        ("a number used twice", again(|envelope| envelope.key_seq -= 1, &own)),
        ("a version left out", again(|envelope| envelope.stream_version += 1, &own)),
        ("another publisher", again(|envelope| envelope.source.publisher = Publisher::Office, &own)),
        ("an earlier time", earlier),
    ];
    for (what, entries) in forgeries {
        write_folder(folder.path(), &entries, &origin, &log);
        let (holds, text) = both_of_folder(dir, key);
        assert!(!holds && text.contains(&format!("at position {place}\n")), "{what} at {place}: {text}");
    }
    // One left out and all after it moved up: the rules may have nothing to say; who kept a checkpoint has.
    let kept = tiles.join("checkpoint");
    let mut shorter = entries.clone();
    shorter.pop();
    write_folder(folder.path(), &shorter, &origin, &log);
    let kept = ["--checkpoint", kept.to_str().unwrap()];
    let (ours, text) = apart(&[&["verify", dir, "--log-key", key], &kept[..]].concat());
    let (theirs, other) = second(&[&["folder", dir, "--log-key", key], &kept[..]].concat());
    assert!(!ours && !theirs, "{text}\n{other}");
}

/// A log whose key was followed by another: who brought either verifies it, and only the successor signs for what
/// follows the rotation.
fn rotated(tiles: &Path, system: &System, key: &str) {
    let secrets = tais::secrets::Secrets::open(system.data()).unwrap();
    let (first, successor) = (secrets.log_key().unwrap(), SigningKey::from_seed(&[98; 32]));
    let signed = SignedCheckpoint::parse(&std::fs::read(tiles.join("checkpoint")).unwrap()).unwrap();
    let Checkpoint { origin, size, .. } = signed.checkpoint().clone();
    let before = read_entries(tiles, size);
    let envelopes = before.iter().map(|entry| Envelope::parse(&entry.signed.bytes).unwrap());
    let envelopes: Vec<Envelope> = envelopes.collect();
    let office = secrets.publisher_key(Publisher::Office).unwrap();
    let last = |is: &dyn Fn(&&Envelope) -> bool, of: fn(&Envelope) -> u32| {
        envelopes.iter().filter(is).map(of).max().unwrap_or(0)
    };
    let registry = envelopes[0].stream;
    let rotation = RegistryKeyRotated {
        key_id: first.key_id(),
        successor: successor.key_id(),
        public_key: successor.public_key(),
        approved_by: None,
    };
    let envelope = Envelope {
        id: EventId(Uuid::now_v7()),
        source: Source { state: envelopes[0].source.state.clone(), publisher: Publisher::Office },
        stream: registry,
        stream_version: last(&|e| e.stream == registry, |e| e.stream_version) + 1,
        key_id: office.key_id(),
        key_seq: last(&|e| e.key_id == office.key_id(), |e| e.key_seq) + 1,
        event: rotation.into(),
        ..envelopes[0].clone()
    };
    let mut after = before.clone();
    after.push(Recorded {
        signed: office.sign(envelope.to_bytes().unwrap()),
        position: Position(size),
        recorded_at: before.last().unwrap().recorded_at,
    });
    let new = NoteKey::new(&origin, KeyType::Log, successor.public_key()).unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    for (entries, signer, brought, is_whole) in [
        (&after, &successor, key, true),
        (&after, &successor, new.as_str(), true),
        (&after, &first, key, false),
        (&before, &successor, key, false),
        // A key that the record names and that signed nothing of it is not the log's.
        (&after, &first, new.as_str(), false),
        (&before, &first, new.as_str(), false),
    ] {
        write_folder(folder.path(), entries, &origin, signer);
        let (holds, text) = both_of_folder(dir, brought);
        assert_eq!(holds, is_whole, "{} entries, {brought}: {text}", entries.len());
        assert!(!holds || text.contains(&new), "{text}");
    }
}
