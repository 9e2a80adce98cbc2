//! Everything at once: faults, cuts, deaths and refusals in an order that a seed decides.
//!
//! The seed decides what happens; how the tasks interleave with it is the machine's. A failure prints
//! its seed, and `TAIS_SEED=<seed>` makes the same things happen again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tais_bus::memory::Fault;
use tais_bus::{ItemState, OutboxError};
use tais_proto::{Position, StreamId};

use crate::events::{new_events, stream, text_of};
use crate::following::Versions;
use crate::{Desk, Running, open, work};

/// How many orders are tried where no seed is given.
const ROUNDS: u64 = 12;
const STREAMS: usize = 6;
const EVENTS: usize = 5;
/// After so much time a round must be over; a healthy one takes a second.
const ROUND_MAX: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_everything_saved_is_recorded_once_and_in_order() {
    let given = std::env::var("TAIS_SEED").ok().map(|seed| seed.parse().unwrap());
    let seeds = given.map_or_else(|| (0..ROUNDS).map(|_| rand::random()).collect(), |seed: u64| vec![seed]);
    for seed in seeds {
        println!("TAIS_SEED={seed}");
        round(seed).await;
    }
}

async fn round(seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut desk = Desk::new().await;
    let _recorder = desk.record();
    let versions = Versions::default();
    let mut working = Some(work(&desk.outbox, desk.publisher.clone(), versions.clone()));
    let mut plan = Plan::draw(&mut rng, &desk);
    let begun = Instant::now();
    while !plan.is_done(&desk).await {
        assert!(begun.elapsed() < ROUND_MAX, "TAIS_SEED={seed}: {:?}", desk.outbox.counts().await);
        plan.go_on(&mut rng, &desk).await;
        // The second half of the time is quiet: whatever happened, it must come to an end by itself.
        if begun.elapsed() < Duration::from_millis(700) {
            trouble(&mut rng, &mut desk, &mut working, &versions).await;
        } else {
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }
    check(&desk, &plan, &versions, seed).await;
}

/// What people say: in each stream some texts in order; some are refused and said again in other words.
struct Plan {
    /// Per stream: what is still to be saved, and what must stand in the record in the end.
    streams: BTreeMap<StreamId, (Vec<String>, Vec<String>)>,
}

impl Plan {
    fn draw(rng: &mut StdRng, desk: &Desk) -> Self {
        let mut streams = BTreeMap::new();
        for s in 0..STREAMS {
            let (mut say, mut stand) = (Vec::new(), Vec::new());
            for e in 0..EVENTS {
                let text = format!("{s}.{e}");
                let mut record = desk.scribe.record();
                let unlucky = match rng.gen_range(0..100) {
                    0..15 => record.refuse.insert(text.clone()),
                    15..20 => record.set_aside.insert(text.clone()),
                    _ => false,
                };
                stand.push(if unlucky { again(&text) } else { text.clone() });
                say.push(text);
            }
            streams.insert(stream(), (say, stand));
        }
        Self { streams }
    }

    /// Saves some more, and decides what waits for a person.
    async fn go_on(&mut self, rng: &mut StdRng, desk: &Desk) {
        for stream in desk.outbox.held_streams().await.unwrap() {
            self.decide(desk, stream).await;
        }
        let chosen = rng.gen_range(0..self.streams.len());
        let (stream, (say, _)) = self.streams.iter_mut().nth(chosen).unwrap();
        let count = rng.gen_range(0..=say.len().min(3));
        if count == 0 {
            return;
        }
        let texts: Vec<&str> = say[..count].iter().map(String::as_str).collect();
        let items = desk.outbox.items_of(*stream).await.unwrap();
        let open = items.iter().filter(|item| item.is_pending()).count();
        let recorded = items.iter().filter(|item| matches!(item.state, ItemState::Recorded { .. })).count();
        let base = u32::try_from(open + recorded).unwrap();
        match desk.outbox.save(&new_events(*stream, base, &texts)).await {
            Ok(_) => drop(say.drain(..count)),
            // It was refused meanwhile: decided the next time round.
            Err(OutboxError::StreamHeld(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    /// Says again, before all that comes after, what was refused and what was held behind it.
    async fn decide(&mut self, desk: &Desk, stream: StreamId) {
        let items = desk.outbox.items_of(stream).await.unwrap();
        let stopped = desk.outbox.open_items().await.unwrap();
        let stopped = stopped.iter().filter(|item| item.stream.id == stream);
        let mut texts: Vec<String> = stopped
            .map(|item| {
                let text = text_of(&item.event).unwrap();
                if item.state == ItemState::Held { text } else { again(&text) }
            })
            .collect();
        assert!(items.iter().all(|item| !item.is_pending()), "something is on its way behind a refusal");
        desk.outbox.resolve(stream).await.unwrap();
        let (say, _) = self.streams.get_mut(&stream).unwrap();
        texts.append(say);
        *say = texts;
    }

    async fn is_done(&self, desk: &Desk) -> bool {
        self.streams.values().all(|(say, _)| say.is_empty())
            && desk.outbox.open_items().await.unwrap().is_empty()
    }
}

fn again(text: &str) -> String {
    format!("{text} in other words")
}

async fn trouble(rng: &mut StdRng, desk: &mut Desk, working: &mut Option<Running>, versions: &Versions) {
    let while_away = Duration::from_millis(rng.gen_range(1..15));
    match rng.gen_range(0..10) {
        0..=3 => desk.bus.fail_next(fault(rng)),
        4 => desk.bus.fail_next_relay(fault(rng)),
        5 => desk.bus.redeliver(),
        6 => {
            desk.bus.set_disconnected(true);
            tokio::time::sleep(while_away).await;
            desk.bus.set_disconnected(false);
        }
        7 => {
            desk.publisher.set_disconnected(true);
            tokio::time::sleep(while_away).await;
            desk.publisher.set_disconnected(false);
        }
        8 => {
            if let Some(working) = working.take() {
                working.kill().await;
            }
            desk.outbox = open(&desk.file()).await;
            *working = Some(work(&desk.outbox, desk.publisher.clone(), versions.clone()));
        }
        _ => desk.scribe.record().die_before_ack = true,
    }
    tokio::time::sleep(Duration::from_millis(rng.gen_range(0..8))).await;
}

fn fault(rng: &mut StdRng) -> Fault {
    match rng.gen_range(0..5) {
        0 => Fault::NotKept,
        1 => Fault::Kept,
        2 => Fault::Lost,
        3 => Fault::Duplicated,
        _ => Fault::Delayed(Duration::from_millis(rng.gen_range(1..40))),
    }
}

async fn check(desk: &Desk, plan: &Plan, versions: &Versions, seed: u64) {
    let mut receipts = BTreeMap::new();
    for stream in plan.streams.keys() {
        for item in desk.outbox.items_of(*stream).await.unwrap() {
            if let ItemState::Recorded { position, leaf_hash, .. } = item.state {
                receipts.insert(item.event_id, (position, leaf_hash));
            }
        }
    }
    let followed = Instant::now();
    loop {
        let wanted: BTreeMap<StreamId, u32> =
            plan.streams.iter().map(|(id, (_, stand))| (*id, u32::try_from(stand.len()).unwrap())).collect();
        let folded = versions.streams.lock().unwrap().clone();
        if wanted.iter().all(|(stream, version)| folded.get(stream) == Some(version)) {
            break;
        }
        assert!(followed.elapsed() < ROUND_MAX, "TAIS_SEED={seed}: the reader was not given all");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let record = desk.scribe.record();
    assert_eq!(record.wrongs, [""; 0], "TAIS_SEED={seed}");
    for (stream, (_, stand)) in &plan.streams {
        assert_eq!(record.texts_of(*stream), *stand, "TAIS_SEED={seed}");
    }
    let places = record.key_sequence();
    let all: Vec<u32> = (1..=u32::try_from(places.len()).unwrap()).collect();
    assert_eq!(places, all, "TAIS_SEED={seed}: the key's sequence has a gap or a double");
    let recorded: BTreeMap<_, _> = record
        .envelopes()
        .filter(|(_, envelope)| plan.streams.contains_key(&envelope.stream.id))
        .map(|(position, envelope)| (envelope.id, (position, leaf(&record.entries, position))))
        .collect();
    assert_eq!(receipts, recorded, "TAIS_SEED={seed}: a receipt is not of its entry");
}

fn leaf(entries: &[tais_bus::RecordedEntry], position: Position) -> tais_proto::LeafHash {
    entries[usize::try_from(position.0).unwrap()].leaf_hash
}
