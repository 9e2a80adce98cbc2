//! Somebody who rules over the database changes the record: each change is found, at its place.
//!
//! `TAIS_TAMPERINGS=1000 cargo test -p tais-tests --test tamper -- --nocapture` runs the whole campaign; without
//! it a short form. Every change is made and rolled back in one transaction of a superuser, so that each
//! meets the same record.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, RngCore as _, SeedableRng as _};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool, Row as _};
use tais::migrate::DATABASE;
use tais_audit::verify::{Pinned, Wrong, record};
use tais_bus::MemoryBus;
use tais_log::checkpoint::{Checkpoint, SignedCheckpoint};
use tais_log::frontier::Frontier;
use tais_log::{Log as _, NewEntry, PostgresLog, system_clock};
use tais_proto::event::activity::{ActivityReported, ActivitySubmitted};
use tais_proto::reference::Reference;
use tais_proto::{
    Envelope, Event, EventId, Pillar, Position, Publisher, Role, Signed, SigningKey, Source, StreamId,
    StreamKind, StreamRef, Timestamp, leaf_hash,
};
use tais_recorder::{Config, Recorder, only};
use tais_tests::{Cluster, state, typed};
use uuid::Uuid;

/// Enough for a whole tile and something beside it.
const STREAMS: u32 = 150;

struct World {
    cluster: Cluster,
    log: PostgresLog,
    /// One connection of a superuser: a transaction that is begun on it is seen by all who use it.
    superuser: PgPool,
    size: u64,
    sequence: u32,
}

async fn pool(url: &str, connections: u32) -> PgPool {
    PgPoolOptions::new().max_connections(connections).connect(url).await.unwrap()
}

impl World {
    async fn new() -> Self {
        let cluster = Cluster::start().await.unwrap();
        let passwords = cluster.secrets.role_passwords().unwrap();
        let url = cluster.postgres.url("tais_recorder", &passwords.recorder, DATABASE);
        let log = PostgresLog::new(pool(&url, 2).await, system_clock());
        let superuser = pool(&cluster.postgres.operator_url(DATABASE), 1).await;
        let mut world = Self { cluster, log, superuser, size: 0, sequence: 0 };
        for streams in [STREAMS / 3, STREAMS / 3, STREAMS / 3] {
            world.append(streams).await;
            world.sign().await;
        }
        world.append(3).await;
        world
    }

    fn events(&mut self, stream: StreamId) -> Vec<NewEntry> {
        let key = self.cluster.secrets.publisher_key(Publisher::Aec).unwrap();
        let actor = self.cluster.account(Role::Correspondent, Some(Pillar::Aec)).unwrap();
        let details = typed("aec", "Women-led enterprises: access to regional markets").unwrap();
        let reported = Event::from(ActivityReported { details });
        let submitted = Event::from(ActivitySubmitted { revision: 1, note: None });
        let entry = |(version, event)| {
            self.sequence += 1;
            let envelope = Envelope {
                id: EventId(Uuid::now_v7()),
                source: Source { state: state(), publisher: Publisher::Aec },
                stream: StreamRef { kind: StreamKind::Activity, id: stream },
                stream_version: version,
                time: system_clock()(),
                correlation: Uuid::now_v7(),
                causation: None,
                actor,
                key_id: key.key_id(),
                key_seq: self.sequence,
                event,
            };
            let signed = key.sign(envelope.to_bytes().unwrap());
            NewEntry { signed, envelope: envelope.into(), pillar: Some(Pillar::Aec) }
        };
        (1..).zip([reported, submitted]).map(entry).collect()
    }

    async fn append(&mut self, streams: u32) {
        for _ in 0..streams {
            let batch = self.events(StreamId(Uuid::now_v7()));
            self.log.append(&batch, &[]).await.unwrap();
        }
        self.size = self.log.head().await.unwrap().size;
    }

    async fn sign(&self) {
        let config = Config {
            state: state(),
            keys: only(self.cluster.secrets.log_key().unwrap()),
            checkpoint: self.cluster.data().join("checkpoint"),
            reference: Arc::new(Reference::load_embedded().unwrap()),
            clock: system_clock(),
        };
        Recorder::new(config, self.log.clone(), MemoryBus::new(state())).sign().await.unwrap().unwrap();
    }

    fn pinned(&self) -> Pinned {
        let note = std::fs::read(self.cluster.data().join("checkpoint")).unwrap();
        Pinned {
            key: Some(self.cluster.secrets.log_key().unwrap().public_key()),
            origin: Some("tais.test/tl".to_owned()),
            checkpoint: Some(SignedCheckpoint::parse(&note).unwrap()),
            policy: None,
        }
    }

    async fn verify(&self) -> Result<(), Wrong> {
        let log = PostgresLog::new(self.superuser.clone(), system_clock());
        record(&log, self.pinned(), |_, _| ()).await.unwrap().map(drop)
    }

    async fn run(&self, statement: String) {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&self.superuser).await.unwrap();
    }

    async fn begin(&self) {
        let off = |table| format!("alter table log.{table} disable trigger all; ");
        let tables = ["entry", "tile", "checkpoint", "cosignature"];
        self.run(format!("begin; {}", tables.map(off).concat())).await;
    }

    /// Makes the change, verifies, and takes the change back.
    async fn tampered(&self, how: How, random: &mut StdRng) -> (RangeInclusive<u64>, Result<(), Wrong>) {
        self.begin().await;
        let expected = self.tamper(how, random).await;
        let found = self.verify().await;
        self.run("rollback".to_owned()).await;
        (expected, found)
    }
}

/// What somebody does to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Flip(&'static str),
    FlipAndHashAgain(&'static str),
    Later,
    LaterAndHashAgain,
    Delete,
    CutOff,
    CutOffAndMendTheRest,
    Insert,
    InsertAndMoveTheHead,
    Swap,
    SignWithAnotherKey,
    Column(&'static str),
    Tile,
    NoTile,
    Head(&'static str),
    Checkpoint,
    SignEverythingAnew,
}

const EVERY: &[How] = &[
    How::Flip("envelope"),
    How::Flip("signature"),
    How::Flip("leaf_hash"),
    How::FlipAndHashAgain("envelope"),
    How::FlipAndHashAgain("signature"),
    How::Later,
    How::LaterAndHashAgain,
    How::Delete,
    How::CutOff,
    How::CutOffAndMendTheRest,
    How::Insert,
    How::InsertAndMoveTheHead,
    How::Swap,
    How::SignWithAnotherKey,
    How::Column("event_id = gen_random_uuid()"),
    How::Column("stream = gen_random_uuid()"),
    How::Column("stream_kind = 'commitment'"),
    How::Column("version = version + 5"),
    How::Column("type = 'tais.activity.withdrawn.v1'"),
    How::Column("state = 'ID'"),
    How::Column("pillar = 'apsc'"),
    How::Column("occurred_at = occurred_at - interval '1 day'"),
    How::Column("key_id = '0000000000000000'"),
    How::Column("key_seq = key_seq + 1000000"),
    How::Tile,
    How::NoTile,
    How::Head("next_position = next_position + 1"),
    How::Head("frontier[1] = set_byte(frontier[1], 0, 255 - get_byte(frontier[1], 0))"),
    How::Head("last_recorded_at = last_recorded_at + interval '1 second'"),
    How::Checkpoint,
    How::SignEverythingAnew,
];

impl World {
    /// The entries of activities: what the genesis wrote has no pillar and other publishers.
    async fn any(&self, random: &mut StdRng) -> u64 {
        let first: i64 =
            sqlx::query_scalar("select min(position) from log.entry where stream_kind = 'activity'")
                .fetch_one(&self.superuser)
                .await
                .unwrap();
        random.gen_range(u64::try_from(first).unwrap()..self.size)
    }

    async fn tamper(&self, how: How, random: &mut StdRng) -> RangeInclusive<u64> {
        let position = self.any(random).await;
        match how {
            How::Flip(column) => self.flip(position, column, random).await,
            How::FlipAndHashAgain(column) => {
                self.flip(position, column, random).await;
                self.hash_again(position).await;
            }
            How::Later => self.later(position).await,
            How::LaterAndHashAgain => {
                self.later(position).await;
                self.hash_again(position).await;
                // The next one seems to be recorded before it.
                return position..=position + 1;
            }
            How::Delete => self.run(format!("delete from log.entry where position = {position}")).await,
            How::CutOff => {
                self.run(format!("delete from log.entry where position >= {position}")).await;
            }
            How::CutOffAndMendTheRest => {
                // Beyond the newest checkpoint there is nothing that anybody was promised.
                let signed = self.pinned().checkpoint.unwrap().checkpoint().size;
                let position = position.min(signed - 1);
                self.cut_off(position).await;
                return position..=position;
            }
            How::Insert | How::InsertAndMoveTheHead => {
                self.run(format!(
                    "insert into log.entry select {}, gen_random_uuid(), gen_random_uuid(), stream_kind, version, type,
                     state, pillar, occurred_at, recorded_at, key_id, -key_seq, envelope, signature, leaf_hash
                     from log.entry where position = {position}",
                    self.size
                ))
                .await;
                if how == How::InsertAndMoveTheHead {
                    self.run("update log.head set next_position = next_position + 1".to_owned()).await;
                }
                return self.size..=self.size;
            }
            How::Swap => {
                let other = if position + 1 < self.size { position + 1 } else { position - 1 };
                self.run(format!(
                    "update log.entry set position = -1 where position = {position};
                     update log.entry set position = {position} where position = {other};
                     update log.entry set position = {other} where position = -1"
                ))
                .await;
                return position.min(other)..=position.min(other);
            }
            How::SignWithAnotherKey => {
                let mut seed = [0; 32];
                random.fill_bytes(&mut seed);
                let (signed, _) = self.entry(position).await;
                let signed = SigningKey::from_seed(&seed).sign(signed.bytes);
                self.write(position, &signed).await;
                self.hash_again(position).await;
            }
            How::Column(change) => {
                self.run(format!("update log.entry set {change} where position = {position}")).await;
            }
            How::Tile => {
                let byte = random.gen_range(0..8_192);
                self.run(format!(
                    "update log.tile set hashes = set_byte(hashes, {byte}, 255 - get_byte(hashes, {byte}))"
                ))
                .await;
                return 0..=0;
            }
            How::NoTile => {
                self.run("delete from log.tile".to_owned()).await;
                return 0..=0;
            }
            How::Head(change) => {
                self.run(format!("update log.head set {change}")).await;
                return self.size..=self.size;
            }
            How::Checkpoint => {
                let byte = random.gen_range(0..100);
                self.run(format!(
                    "update log.checkpoint set note = set_byte(note, {byte}, get_byte(note, {byte}) # 1)
                      where size = (select min(size) from log.checkpoint)"
                ))
                .await;
                return 0..=self.size;
            }
            How::SignEverythingAnew => {
                self.sign_everything_anew(random).await;
                return 0..=0;
            }
        }
        position..=position
    }

    async fn flip(&self, position: u64, column: &str, random: &mut StdRng) {
        let length: i32 = sqlx::query_scalar(AssertSqlSafe(format!(
            "select length({column}) from log.entry where position = {position}"
        )))
        .fetch_one(&self.superuser)
        .await
        .unwrap();
        let bit = random.gen_range(0..length * 8);
        self.run(format!(
            "update log.entry set {column} = set_bit({column}, {bit}, 1 - get_bit({column}, {bit}))
              where position = {position}"
        ))
        .await;
    }

    async fn later(&self, position: u64) {
        self.run(format!(
            "update log.entry set recorded_at = recorded_at + interval '1 hour' where position = {position}"
        ))
        .await;
    }

    async fn entry(&self, position: u64) -> (Signed, Timestamp) {
        let row = sqlx::query("select envelope, signature, recorded_at from log.entry where position = $1")
            .bind(i64::try_from(position).unwrap())
            .fetch_one(&self.superuser)
            .await
            .unwrap();
        let signature: Vec<u8> = row.get("signature");
        let signed = Signed {
            bytes: row.get::<Vec<u8>, _>("envelope").into(),
            signature: signature.try_into().unwrap(),
        };
        (signed, Timestamp::new(row.get::<time::OffsetDateTime, _>("recorded_at")))
    }

    async fn write(&self, position: u64, signed: &Signed) {
        sqlx::query("update log.entry set envelope = $2, signature = $3 where position = $1")
            .bind(i64::try_from(position).unwrap())
            .bind(&signed.bytes[..])
            .bind(signed.signature.to_vec())
            .execute(&self.superuser)
            .await
            .unwrap();
    }

    /// What the recorder would have written of what lies there now.
    async fn hash_again(&self, position: u64) {
        let (signed, recorded_at) = self.entry(position).await;
        let leaf = leaf_hash(&signed, Position(position), recorded_at);
        sqlx::query("update log.entry set leaf_hash = $2 where position = $1")
            .bind(i64::try_from(position).unwrap())
            .bind(leaf.0.to_vec())
            .execute(&self.superuser)
            .await
            .unwrap();
    }

    /// Cuts the record off and makes all that is left agree with itself.
    async fn cut_off(&self, size: u64) {
        self.run(format!(
            "delete from log.entry where position >= {size};
             delete from log.checkpoint where size > {size};
             delete from log.tile where (index + 1) * 256 > {size}"
        ))
        .await;
        self.mend(size, None).await;
    }

    /// Head, tiles and checkpoints of what lies there now; signed anew where there is a key.
    async fn mend(&self, size: u64, key: Option<&SigningKey>) {
        let rows = sqlx::query("select leaf_hash, recorded_at from log.entry order by position")
            .fetch_all(&self.superuser)
            .await
            .unwrap();
        let checkpoints: Vec<i64> = sqlx::query_scalar("select size from log.checkpoint order by size")
            .fetch_all(&self.superuser)
            .await
            .unwrap();
        let (mut tree, mut hashes, mut last) = (Frontier::default(), Vec::new(), None);
        for row in &rows {
            let leaf: Vec<u8> = row.get("leaf_hash");
            tree.append(tais_proto::LeafHash(leaf.clone().try_into().unwrap()));
            hashes.extend(leaf);
            last = Some(row.get::<time::OffsetDateTime, _>("recorded_at"));
            if tree.size() == 256 {
                sqlx::query("update log.tile set hashes = $1, root = $2 where level = 0 and index = 0")
                    .bind(&hashes)
                    .bind(tree.root().to_vec())
                    .execute(&self.superuser)
                    .await
                    .unwrap();
            }
            if let Some(key) = key
                && checkpoints.contains(&i64::try_from(tree.size()).unwrap())
            {
                let signed =
                    Checkpoint { origin: "tais.test/tl".into(), size: tree.size(), root: tree.root() };
                sqlx::query("update log.checkpoint set root = $2, note = $3 where size = $1")
                    .bind(i64::try_from(tree.size()).unwrap())
                    .bind(tree.root().to_vec())
                    .bind(signed.sign(key).unwrap().note())
                    .execute(&self.superuser)
                    .await
                    .unwrap();
            }
        }
        assert_eq!(tree.size(), size);
        sqlx::query("update log.head set next_position = $1, frontier = $2, last_recorded_at = $3")
            .bind(i64::try_from(size).unwrap())
            .bind(tree.hashes())
            .bind(last)
            .execute(&self.superuser)
            .await
            .unwrap();
    }

    /// Every entry signed with keys of one's own, from the genesis on, and every hash and checkpoint made anew.
    async fn sign_everything_anew(&self, random: &mut StdRng) {
        let mut keys: BTreeMap<Publisher, SigningKey> = BTreeMap::new();
        for position in 0..self.size {
            let (signed, _) = self.entry(position).await;
            let mut envelope = Envelope::parse(&signed.bytes).unwrap();
            let mut key_of = |publisher| {
                let drawn = keys.entry(publisher).or_insert_with(|| {
                    let mut seed = [0; 32];
                    random.fill_bytes(&mut seed);
                    SigningKey::from_seed(&seed)
                });
                drawn.clone()
            };
            match &mut envelope.event {
                Event::RegistryGenesis(genesis) => {
                    Arc::make_mut(genesis).log_key = key_of(Publisher::Log).public_key();
                }
                Event::RegistryKeyRegistered(registered) => {
                    let registered = Arc::make_mut(registered);
                    registered.public_key = key_of(registered.publisher).public_key();
                    registered.key_id = registered.public_key.key_id();
                }
                _ => {}
            }
            let key = key_of(envelope.source.publisher);
            envelope.key_id = key.key_id();
            self.write(position, &key.sign(envelope.to_bytes().unwrap())).await;
            self.hash_again(position).await;
            self.run(format!(
                "update log.entry set key_id = '{}' where position = {position}",
                envelope.key_id
            ))
            .await;
        }
        self.mend(self.size, Some(&keys[&Publisher::Log])).await;
    }
}

/// Whether it was found where it is.
fn is_found(expected: &RangeInclusive<u64>, found: &Result<(), Wrong>) -> bool {
    match found {
        Ok(()) => false,
        Err(Wrong::Checkpoint { from, to, .. }) => from <= expected.end() && to >= expected.start(),
        Err(wrong) => expected.contains(&wrong.position()),
    }
}

fn tamperings() -> usize {
    std::env::var("TAIS_TAMPERINGS").ok().and_then(|text| text.parse().ok()).unwrap_or(2 * EVERY.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_superuser_is_found_at_its_place() {
    let mut world = World::new().await;
    let mut random = StdRng::seed_from_u64(20_261_126);
    // Untouched, however it grew, it raises no alarm.
    let untouched = tamperings().div_ceil(10);
    for _ in 0..untouched {
        assert_eq!(world.verify().await, Ok(()));
        if random.gen_ratio(1, 10) {
            world.append(1).await;
        }
        if random.gen_ratio(1, 20) && world.log.head().await.unwrap().size > world.size {
            world.sign().await;
        }
    }
    let mut words = BTreeMap::<String, usize>::new();
    // Each kind once, then any.
    let mut every = EVERY.iter().copied();
    for _ in 0..tamperings() {
        let how = every.next().unwrap_or_else(|| *EVERY.choose(&mut random).unwrap());
        let (expected, found) = world.tampered(how, &mut random).await;
        assert!(is_found(&expected, &found), "{how:?} at {expected:?}: {found:?}");
        let wrong = format!("{:?}", found.unwrap_err());
        *words.entry(wrong.split([' ', '(']).next().unwrap().to_owned()).or_default() += 1;
    }
    println!(
        "{} changes of {} kinds found at their places, {untouched} untouched records whole: {words:?}",
        tamperings(),
        EVERY.len()
    );
    assert_eq!(world.verify().await, Ok(()), "what was rolled back left nothing");
}

/// Whether it is what one check finds.
type IsOf = fn(&Wrong) -> bool;

/// The control: with what one check finds left out of sight, changes go through, so that it is this check
/// which finds them.
#[tokio::test(flavor = "multi_thread")]
async fn without_one_of_its_checks_changes_go_unnoticed() {
    let world = World::new().await;
    let mut random = StdRng::seed_from_u64(1);
    let checks: [(How, IsOf); 6] = [
        (How::Flip("envelope"), |wrong| matches!(wrong, Wrong::Leaf(_))),
        (How::Delete, |wrong| matches!(wrong, Wrong::Missing(_))),
        (How::SignWithAnotherKey, |wrong| matches!(wrong, Wrong::Signature { .. })),
        (How::CutOffAndMendTheRest, |wrong| matches!(wrong, Wrong::Shorter { .. })),
        (How::SignEverythingAnew, |wrong| matches!(wrong, Wrong::OtherLog { .. })),
        (How::Column("pillar = 'apsc'"), |wrong| matches!(wrong, Wrong::Column { .. })),
    ];
    for (how, is_of_the_check) in checks {
        let (_, found) = world.tampered(how, &mut random).await;
        let wrong = found.unwrap_err();
        assert!(is_of_the_check(&wrong), "{how:?} is found by another check: {wrong}");
    }
    // Without what an auditor brings from outside, the two that agree with themselves are not seen.
    let alone = async || {
        let log = PostgresLog::new(world.superuser.clone(), system_clock());
        record(&log, Pinned::default(), |_, _| ()).await.unwrap().map(drop)
    };
    for how in [How::CutOffAndMendTheRest, How::SignEverythingAnew] {
        world.begin().await;
        world.tamper(how, &mut random).await;
        assert_eq!(alone().await, Ok(()), "{how:?}");
        world.run("rollback".to_owned()).await;
    }
}
