//! What proofs cost: verifying a whole record, hashing and tiles within an append, and an inclusion proof in a
//! log of ten million entries. Ratios of one run; `cargo bench -p tais-tests --bench proof`.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, missing_docs, reason = "a bench")]

mod common;

use std::time::Instant;

use common::{Measure, World, percentile, report};
use ed25519_dalek::{Signature, VerifyingKey, verify_batch};
use rand::rngs::StdRng;
use rand::{Rng as _, RngCore as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};
use tais_audit::verify::{Pinned, record as verify_record};
use tais_log::frontier::Frontier;
use tais_log::proof::InclusionProof;
use tais_log::{Entry, Filter, Log as _, LogError, PostgresLog};
use tais_proto::{LeafHash, Position, leaf_hash};

/// Signatures that are checked together by the reference.
const BATCH: usize = 64;
/// Tiles of leaves of a log of ten million entries.
const TILES: usize = 39_063;
const WIDTH: usize = 256;

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

async fn entries(log: &PostgresLog) -> Vec<Entry> {
    let mut all = Vec::new();
    loop {
        let from = Position(all.len() as u64);
        let page = log.read_from(from, 2_000, &Filter::default()).await.unwrap();
        if page.entries.is_empty() {
            return all;
        }
        all.extend(page.entries);
    }
}

/// SHA-256 and batch Ed25519 of the same bytes on as many cores, in seconds.
fn bare(entries: &[Entry], key: &VerifyingKey) -> f64 {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for part in entries.chunks(entries.len().div_ceil(cores())) {
            scope.spawn(move || {
                for batch in part.chunks(BATCH) {
                    for entry in batch {
                        std::hint::black_box(Sha256::digest(&entry.signed.bytes));
                    }
                    let bytes: Vec<&[u8]> = batch.iter().map(|entry| &entry.signed.bytes[..]).collect();
                    let signatures: Vec<Signature> =
                        batch.iter().map(|entry| Signature::from_bytes(&entry.signed.signature)).collect();
                    // Most are by this key; that others fail costs the same.
                    drop(std::hint::black_box(verify_batch(&bytes, &signatures, &vec![*key; batch.len()])));
                }
            });
        }
    });
    start.elapsed().as_secs_f64()
}

/// All rows as the verifier reads them, in seconds.
async fn rows(log: &PostgresLog) -> f64 {
    let start = Instant::now();
    let mut from = i64::MIN;
    while let Some(last) = log.evidence(from, 2_048).await.unwrap().last() {
        from = last.position + 1;
    }
    start.elapsed().as_secs_f64()
}

/// SHA-256 of all, on one core, in seconds.
fn hashes(entries: &[Entry]) -> f64 {
    let start = Instant::now();
    for entry in entries {
        std::hint::black_box(Sha256::digest(&entry.signed.bytes));
    }
    start.elapsed().as_secs_f64()
}

/// Leaf hashes, the tree's edge and the tiles of these entries, in seconds: what an append does for the tree.
async fn tree(world: &World, entries: &[Entry]) -> f64 {
    let start = Instant::now();
    let mut log = Frontier::default();
    let mut whole = Vec::new();
    for part in entries.chunks(WIDTH) {
        let leaves: Vec<LeafHash> =
            part.iter().map(|entry| leaf_hash(&entry.signed, entry.position, entry.recorded_at)).collect();
        leaves.iter().for_each(|leaf| log.append(*leaf));
        whole.push(tile(&leaves));
    }
    let hashed = start.elapsed();
    let mut tx = world.operator.begin().await.unwrap();
    let start = Instant::now();
    for (index, (hashes, root)) in
        whole.into_iter().enumerate().filter(|(_, (hashes, _))| hashes.len() == 32 * WIDTH)
    {
        sqlx::query("insert into bench.tile values (0, $1, $2, $3)")
            .bind(i64::try_from(index).unwrap())
            .bind(hashes)
            .bind(root.0.to_vec())
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    let written = start.elapsed();
    tx.rollback().await.unwrap();
    (hashed + written).as_secs_f64()
}

/// The hashes of a tile, and the root over them.
fn tile(hashes: &[LeafHash]) -> (Vec<u8>, LeafHash) {
    let mut tree = Frontier::default();
    hashes.iter().for_each(|hash| tree.append(*hash));
    (hashes.iter().flat_map(|hash| hash.0).collect(), LeafHash(tree.root()))
}

async fn insert(tx: &mut sqlx::PgConnection, level: i16, index: usize, hashes: Vec<u8>, root: LeafHash) {
    sqlx::query("insert into log.tile (level, index, hashes, root) values ($1, $2, $3, $4)")
        .bind(level)
        .bind(i64::try_from(index).unwrap())
        .bind(hashes)
        .bind(root.0.to_vec())
        .execute(tx)
        .await
        .unwrap();
}

/// The tiles of ten million leaves that nobody recorded: a proof reads tiles and nothing else.
async fn ten_million(world: &World) -> u64 {
    let mut random = StdRng::seed_from_u64(1);
    let mut above = Vec::new();
    let mut tx = world.operator.begin().await.unwrap();
    for index in 0..TILES {
        let mut leaf = || {
            let mut leaf = [0; 32];
            random.fill_bytes(&mut leaf);
            LeafHash(leaf)
        };
        let leaves: Vec<LeafHash> = (0..WIDTH).map(|_| leaf()).collect();
        let (hashes, root) = tile(&leaves);
        insert(&mut tx, 0, index, hashes, root).await;
        above.push(root);
    }
    for (index, roots) in above.chunks_exact(WIDTH).enumerate() {
        // A tile of tiles holds their roots as they are.
        let (hashes, root) = tile(roots);
        insert(&mut tx, 1, index, hashes, root).await;
    }
    tx.commit().await.unwrap();
    (TILES * WIDTH) as u64
}

#[tokio::main]
async fn main() -> Result<(), LogError> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rounds, count, proofs) = if quick { (2, 300, 20) } else { (5, 20_000, 500) };
    let mut world = World::new().await;
    sqlx::raw_sql("create table bench.tile (like log.tile including all)")
        .execute(&world.operator)
        .await
        .unwrap();

    let mut verified =
        Measure::new("a record verified whole, against SHA-256 and batch Ed25519 of its bytes", "entries/s");
    let mut read = Measure::new("of it reading the rows, against the whole", "ms");
    let mut hashed = Measure::new("of the reference SHA-256 on one core, against Ed25519 on all", "ms");
    let mut trees = Measure::new("leaf hashes and tiles, of the append that has them", "ms");
    let rate = world.record(count).await;
    let all = entries(&world.log).await;
    let key = VerifyingKey::from_bytes(&world.public_key()).unwrap();
    for _ in 0..rounds {
        let start = Instant::now();
        verify_record(&world.log, Pinned::default(), |_, _| {}).await?.unwrap();
        let whole = start.elapsed().as_secs_f64();
        verified.ours.push(all.len() as f64 / whole);
        let reference = bare(&all, &key);
        verified.reference.push(all.len() as f64 / reference);
        read.ours.push(rows(&world.log).await * 1_000.0);
        read.reference.push(whole * 1_000.0);
        let sha = hashes(&all);
        hashed.ours.push(sha * 1_000.0);
        hashed.reference.push((reference - sha / cores() as f64) * 1_000.0);
        trees.ours.push(tree(&world, &all).await * 1_000.0);
        trees.reference.push(f64::from(count) / rate * 1_000.0);
    }

    let (mut time, mut size) = (
        Measure::new("an inclusion proof of ten million entries, p99, against 5 ms", "ms"),
        Measure::new("its length, against 2 KB", "bytes"),
    );
    let many = World::new().await;
    let entries = ten_million(&many).await;
    let mut random = StdRng::seed_from_u64(2);
    for _ in 0..rounds {
        let mut times = Vec::new();
        for _ in 0..proofs {
            let position = Position(random.gen_range(0..entries));
            let start = Instant::now();
            let proof = InclusionProof::of(&many.log, position, entries).await.unwrap();
            times.push(start.elapsed());
            // As a receipt writes it: a line of base64 each.
            size.ours.push(proof.hashes.len() as f64 * 45.0);
        }
        time.ours.push(percentile(&times, 99));
    }
    time.reference.push(5.0);
    size.reference.push(2_048.0);
    let what = format!("{rounds} rounds of {} entries, {proofs} proofs of {entries}", all.len());
    report(&world, &what, &[verified, read, hashed, trees, time, size]).await;
    Ok(())
}
