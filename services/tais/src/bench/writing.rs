//! What the recorder does, against what the same machine does bare.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use ed25519_zebra::VerificationKeyBytes;
use ed25519_zebra::batch::Verifier;
use futures_util::{StreamExt as _, TryStreamExt as _};
use rand::rngs::OsRng;
use sha2::{Digest as _, Sha256};
use tais_bus::{NatsPublisher, PublisherBus as _};
use tais_log::{Filter, Log as _};
use tais_proto::signing::{ENVELOPE_MEDIA_TYPE, pre_authentication_encoding};
use tais_proto::{Position, Publisher};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::running::Running;
use super::world::{Author, DELIVERY, Ready, World};

/// Correspondents who wait at the same time.
pub const WAITING: usize = 64;
/// Publishes that are on their way at the same time where SUBMIT is filled.
pub const PUBLISHING: usize = 256;

/// Puts events into SUBMIT, so many at the same time; gives how many a second.
pub async fn publish(bus: &NatsPublisher, events: &[Ready], at_once: usize) -> anyhow::Result<f64> {
    let start = Instant::now();
    futures_util::stream::iter(events)
        .map(|Ready { stream, signed, .. }| async move {
            bus.submit(*stream, signed, &Uuid::now_v7().to_string()).await
        })
        .buffer_unordered(at_once)
        .try_collect::<()>()
        .await?;
    Ok(rate(events.len(), start.elapsed()))
}

pub fn rate(count: usize, time: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let count = count as f64;
    count / time.as_secs_f64()
}

/// Drains SUBMIT into the log: verified, admitted, hashed, indexed, committed. Events a second.
pub async fn drain(world: &World, count: usize) -> anyhow::Result<f64> {
    let end = world.log.head().await?.size + u64::try_from(count)?;
    let mut recorder = world.recorder().await?;
    // Its connection and its first look at the log are not what is measured.
    let begun = recorder.step(Duration::from_secs(5)).await?;
    let stop = CancellationToken::new();
    let start = Instant::now();
    let drained = async {
        while world.log.head().await?.size < end {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok::<_, anyhow::Error>(start.elapsed())
    };
    tokio::select! {
        ended = recorder.record_until(&stop) => { ended?; anyhow::bail!("the recorder stopped") }
        time = drained => Ok(rate(count - begun, time?)),
    }
}

/// The same rows by binary COPY, then SHA-256 of their bytes, then a batch of their signatures, one after another.
pub async fn bare(world: &World, count: usize, key: [u8; 32]) -> anyhow::Result<f64> {
    let size = world.log.head().await?.size;
    let first = size.saturating_sub(u64::try_from(count)?);
    let entries = world.log.read_from(Position(first), count, &Filter::default()).await?.entries;
    sqlx::raw_sql("truncate bench.entry").execute(&world.operator).await?;
    let mut connection = world.operator.acquire().await?;
    let rows = format!("copy (select * from log.entry where position >= {first}) to stdout (format binary)");
    let out = connection.copy_out_raw(&rows).await?;
    let bytes = out.try_fold(Vec::new(), |mut all, part| async move {
        all.extend_from_slice(&part);
        Ok(all)
    });
    let bytes: Vec<u8> = bytes.await?;
    let start = Instant::now();
    let mut copy = connection.copy_in_raw("copy bench.entry from stdin (format binary)").await?;
    copy.send(bytes.as_slice()).await?;
    copy.finish().await?;
    for entry in &entries {
        std::hint::black_box(Sha256::digest(&entry.signed.bytes));
    }
    let mut batch = Verifier::new();
    for entry in &entries {
        let message = pre_authentication_encoding(ENVELOPE_MEDIA_TYPE, &entry.signed.bytes);
        batch.queue((VerificationKeyBytes::from(key), entry.signed.signature.into(), &message));
    }
    batch.verify(OsRng).context("what was drained is not signed by who said it")?;
    Ok(rate(count, start.elapsed()))
}

/// So many correspondents at once, each waiting for a receipt before it says the next. Events a second.
pub async fn waiting(running: &Running, events: &[Ready]) -> anyhow::Result<f64> {
    let start = Instant::now();
    futures_util::stream::iter(events)
        .map(|ready| running.say(ready))
        .buffer_unordered(WAITING)
        .try_for_each(|_| async { Ok(()) })
        .await?;
    Ok(rate(events.len(), start.elapsed()))
}

/// Events at an even pace, whether or not the ones before have their receipts. How long each took.
pub async fn paced(running: &Running, events: &[Ready], a_second: u32) -> anyhow::Result<Vec<Duration>> {
    let mut pace = tokio::time::interval(Duration::from_secs(1) / a_second);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let mut on_their_way = futures_util::stream::FuturesUnordered::new();
    let mut times = Vec::with_capacity(events.len());
    let mut events = events.iter();
    loop {
        tokio::select! {
            _ = pace.tick(), if events.len() > 0 => on_their_way.extend(events.next().map(|ready| running.say(ready))),
            Some(time) = on_their_way.next() => times.push(time?),
            else => return Ok(times),
        }
    }
}

/// What cannot be saved, each measured alone: a publish that the broker has on disk, a commit, and a delivery.
pub async fn alone(world: &World, author: &mut Author, count: usize) -> anyhow::Result<[Vec<Duration>; 3]> {
    let bus = world.bus(Publisher::Aec).await?;
    let events = author.reports(count)?;
    let (mut published, mut committed, mut delivered) = (Vec::new(), Vec::new(), Vec::new());
    let (sender, mut heard) = world.delivery().await?;
    for Ready { stream, signed, .. } in &events {
        let start = Instant::now();
        bus.submit(*stream, signed, &Uuid::now_v7().to_string()).await?;
        published.push(start.elapsed());
        let start = Instant::now();
        sqlx::query("insert into bench.one (bytes) values ($1)")
            .bind(&signed.bytes[..])
            .execute(&world.operator)
            .await?;
        committed.push(start.elapsed());
        let start = Instant::now();
        sender.publish(DELIVERY, signed.bytes.clone()).await?;
        heard.next().await.context("the connection was closed")?;
        delivered.push(start.elapsed());
    }
    Ok([published, committed, delivered])
}

/// The same publishes and commits as [`alone`], but side by side and so many a second, each from when it was due:
/// what the machine costs who keeps a pace, without anything of ours. [`paced`] keeps its pace as well, and counts from
/// when it spoke, which is later than it was due where this process was late itself.
pub async fn side_by_side(
    world: &World,
    author: &mut Author,
    count: usize,
    a_second: u32,
) -> anyhow::Result<[Vec<Duration>; 2]> {
    let bus = world.bus(Publisher::Aec).await?;
    let events = author.reports(count)?;
    let each = Duration::from_secs(1) / a_second;
    let publishing = async {
        let (mut pace, mut times) = (tokio::time::interval(each), Vec::with_capacity(count));
        for Ready { stream, signed, .. } in &events {
            let due = pace.tick().await;
            bus.submit(*stream, signed, &Uuid::now_v7().to_string()).await?;
            times.push(due.elapsed());
        }
        Ok::<_, anyhow::Error>(times)
    };
    let committing = async {
        let (mut pace, mut times) = (tokio::time::interval(each), Vec::with_capacity(count));
        for Ready { signed, .. } in &events {
            let due = pace.tick().await;
            sqlx::query("insert into bench.one (bytes) values ($1)")
                .bind(&signed.bytes[..])
                .execute(&world.operator)
                .await?;
            times.push(due.elapsed());
        }
        Ok(times)
    };
    let (published, committed) = tokio::try_join!(publishing, committing)?;
    Ok([published, committed])
}

pub fn percentile(times: &[Duration], percent: usize) -> f64 {
    permille(times, percent * 10)
}

pub fn permille(times: &[Duration], part: usize) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    let at = (sorted.len() * part / 1_000).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
}
