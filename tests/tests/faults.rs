//! What breaks, and what must hold all the same: nothing recorded is lost, and nothing is there
//! twice. Real Postgres, real NATS, the real recorder in a process of its own. Each test of a
//! promise has a control that shows the promise can fail.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::HashSet;
use std::time::{Duration, Instant};

use tais_bus::{ItemState, PublisherBus as _};
use tais_correspondent::Correspondent;
use tais_correspondent::intake::Submission;
use tais_correspondent::report::Report;
use tais_proto::{EventId, Pillar, Publisher, Role, StreamId, Timestamp};
use tais_tests::{Cluster, Proxy, Service, kill, typed};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long a system may take to come back and finish what waits.
const PATIENCE: Duration = Duration::from_secs(120);

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap()
}

fn submission(cluster: &Cluster, pillar: Pillar) -> Submission {
    Submission {
        id: EventId(Uuid::now_v7()),
        actor: cluster.account(Role::Correspondent, Some(pillar)).unwrap(),
        time: Timestamp::new(time::OffsetDateTime::now_utc()),
    }
}

async fn report(cluster: &Cluster, correspondent: &Correspondent, title: &str) -> StreamId {
    let pillar = correspondent.intake().pillar();
    let details = typed(pillar.code(), title).unwrap();
    let (id, _) = correspondent
        .intake()
        .report(submission(cluster, pillar), Report::new(details, None, false))
        .await
        .unwrap();
    id
}

/// Waits until nothing of a correspondent is on its way.
async fn all_recorded(correspondent: &Correspondent) {
    let patience = Instant::now() + PATIENCE;
    loop {
        let open = correspondent.intake().outbox().open_items().await.unwrap();
        assert!(open.iter().all(tais_bus::Item::is_pending), "{open:?}");
        if open.is_empty() {
            return;
        }
        assert!(Instant::now() < patience, "{} are still on their way", open.len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What the log holds of these streams: each once, and no hole in its positions.
async fn assert_each_once(cluster: &Cluster, expected: &HashSet<Uuid>) {
    let operator = cluster.operator().await.unwrap();
    let streams: Vec<Uuid> =
        sqlx::query_scalar("select stream from log.entry where stream_kind = 'activity'")
            .fetch_all(&operator)
            .await
            .unwrap();
    assert_eq!(streams.len(), expected.len(), "as many entries as were said");
    assert_eq!(streams.iter().copied().collect::<HashSet<_>>(), *expected);
    let (entries, last): (i64, i64) =
        sqlx::query_as("select count(*), max(position) from log.entry").fetch_one(&operator).await.unwrap();
    assert_eq!(entries, last + 1, "positions have no hole");
}

/// kill -9 of recorder, Postgres and nats-server, each in turn, during 1,000 submissions.
#[test]
fn a_thousand_submissions_survive_every_server_being_killed() {
    runtime().block_on(async {
        let cluster = Cluster::start().await.unwrap();
        let mut recorder: Service = cluster.service("recorder").unwrap();
        let _standby = cluster.service("recorder").unwrap();
        let shutdown = CancellationToken::new();
        let mut correspondents = Vec::new();
        for pillar in Pillar::ALL {
            let correspondent = cluster.correspondent(*pillar).await.unwrap();
            let bus = cluster.publisher(Publisher::from(*pillar), &cluster.nats.url()).await.unwrap();
            let (running, stop) = (correspondent.clone(), shutdown.clone());
            tokio::spawn(async move { running.run(bus, stop).await.unwrap() });
            correspondents.push(correspondent);
        }
        let mut expected = HashSet::new();
        for n in 0..1_000 {
            let correspondent = &correspondents[n % 3];
            expected.insert(report(&cluster, correspondent, &format!("Training {n}")).await.0);
            match n {
                100 | 550 => {
                    kill(recorder.pid()).unwrap();
                    recorder = cluster.service("recorder").unwrap();
                }
                250 | 700 => kill(cluster.postgres.pid().unwrap()).unwrap(),
                400 | 850 => kill(cluster.nats.pid().unwrap()).unwrap(),
                _ => tokio::time::sleep(Duration::from_millis(3)).await,
            }
        }
        for correspondent in &correspondents {
            all_recorded(correspondent).await;
        }
        assert!(cluster.postgres.deaths() >= 2 && cluster.nats.deaths() >= 2, "the kills hit");
        assert_eq!(expected.len(), 1_000);
        assert_each_once(&cluster, &expected).await;
        shutdown.cancel();
    });
}

/// The control: a cut without an outbox. What is sent once, by a process that then ends, is lost.
#[test]
fn control_without_an_outbox_submissions_are_lost() {
    runtime().block_on(async {
        let cluster = Cluster::start().await.unwrap();
        let _recorder = cluster.service("recorder").unwrap();
        let proxy = Proxy::to(cluster.nats.port()).await.unwrap();
        let url = format!("nats://127.0.0.1:{}", proxy.port());
        let key = cluster.secrets.publisher_key(Publisher::Apsc).unwrap();
        let actor = cluster.account(Role::Correspondent, Some(Pillar::Apsc)).unwrap();
        let mut in_vain = Vec::new();
        for (n, cut) in (1_u32..).zip([false, true, false]) {
            let bus = cluster.publisher(Publisher::Apsc, &url).await.unwrap();
            if cut {
                proxy.cut();
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            let stream = StreamId(Uuid::now_v7());
            let signed = key.sign(envelope(&key, actor, stream, n));
            if bus.submit(stream, &signed, &Uuid::now_v7().to_string()).await.is_err() {
                in_vain.push(n);
            }
            drop(bus);
            proxy.mend();
        }
        assert_eq!(in_vain, [2], "only what was sent into the cut failed");
        let operator = cluster.operator().await.unwrap();
        let patience = Instant::now() + PATIENCE;
        let count = "select count(*) from log.entry where stream_kind = 'activity'";
        let recorded = || sqlx::query_scalar::<_, i64>(count).fetch_one(&operator);
        while recorded().await.unwrap() < 2 {
            assert!(Instant::now() < patience, "the two that arrived are not recorded");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(recorded().await.unwrap(), 2, "what was sent into the cut does not come back");
    });
}

fn envelope(key: &tais_proto::SigningKey, actor: tais_proto::AccountId, stream: StreamId, n: u32) -> Vec<u8> {
    use tais_proto::event::activity::ActivityReported;
    use tais_proto::{Envelope, Source, StreamKind, StreamRef};
    let details = typed("apsc", &format!("Training {n}")).unwrap();
    let envelope = Envelope {
        id: EventId(Uuid::now_v7()),
        source: Source { state: tais_tests::state(), publisher: Publisher::Apsc },
        stream: StreamRef { kind: StreamKind::Activity, id: stream },
        stream_version: 1,
        time: Timestamp::new(time::OffsetDateTime::now_utc()),
        correlation: Uuid::now_v7(),
        causation: None,
        actor,
        key_id: key.key_id(),
        key_seq: n,
        event: ActivityReported { details }.into(),
    };
    envelope.to_bytes().unwrap()
}

/// No network between correspondent and NATS: "saved" all the same, and recorded once it is back.
#[test]
fn without_network_updates_are_saved_and_recorded_when_it_returns() {
    runtime().block_on(async {
        let cluster = Cluster::start().await.unwrap();
        let _recorder = cluster.service("recorder").unwrap();
        let proxy = Proxy::to(cluster.nats.port()).await.unwrap();
        let correspondent = cluster.correspondent(Pillar::Ascc).await.unwrap();
        let url = format!("nats://127.0.0.1:{}", proxy.port());
        let bus = cluster.publisher(Publisher::Ascc, &url).await.unwrap();
        let shutdown = CancellationToken::new();
        let (running, stop) = (correspondent.clone(), shutdown.clone());
        tokio::spawn(async move { running.run(bus, stop).await.unwrap() });

        let mut expected = HashSet::from([report(&cluster, &correspondent, "Before the cut").await.0]);
        all_recorded(&correspondent).await;
        proxy.cut();
        for n in 0..25 {
            expected.insert(report(&cluster, &correspondent, &format!("Without network {n}")).await.0);
        }
        // The control: while the wire is cut nothing arrives, so what follows is the wire's doing.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let open = correspondent.intake().outbox().open_items().await.unwrap();
        assert_eq!(open.len(), 25);
        assert!(open.iter().all(|item| item.state == ItemState::Saved), "{open:?}");
        proxy.mend();
        all_recorded(&correspondent).await;
        assert_each_once(&cluster, &expected).await;
        shutdown.cancel();
    });
}

/// Two recorders: one is active; when it is stopped dead, the other goes on.
#[test]
fn a_standing_by_recorder_takes_over() {
    runtime().block_on(async {
        let cluster = Cluster::start().await.unwrap();
        let first = cluster.service("recorder").unwrap();
        let correspondent = cluster.correspondent(Pillar::Aec).await.unwrap();
        let bus = cluster.publisher(Publisher::Aec, &cluster.nats.url()).await.unwrap();
        let shutdown = CancellationToken::new();
        let (running, stop) = (correspondent.clone(), shutdown.clone());
        tokio::spawn(async move { running.run(bus, stop).await.unwrap() });
        let mut expected = HashSet::from([report(&cluster, &correspondent, "By the first").await.0]);
        all_recorded(&correspondent).await;
        let _second = cluster.service("recorder").unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(first);
        expected.insert(report(&cluster, &correspondent, "By the second").await.0);
        all_recorded(&correspondent).await;
        assert_each_once(&cluster, &expected).await;
        shutdown.cancel();
    });
}

/// What cannot be taken is set aside with its bytes and a reason, and delays nothing behind it.
#[test]
fn bad_messages_are_set_aside_and_good_ones_go_on() {
    runtime().block_on(async {
        let cluster = Cluster::start().await.unwrap();
        let _recorder = cluster.service("recorder").unwrap();
        let bus = cluster.publisher(Publisher::Apsc, &cluster.nats.url()).await.unwrap();
        let key = cluster.secrets.publisher_key(Publisher::Apsc).unwrap();
        let actor = cluster.account(Role::Correspondent, Some(Pillar::Apsc)).unwrap();
        let stream = StreamId(Uuid::now_v7());
        let good = envelope(&key, actor, stream, 1);
        let future = String::from_utf8(good.clone()).unwrap().replace("reported.v1", "reported.v9");
        let mut forged = key.sign(good.clone());
        forged.signature[0] ^= 1;
        // A zero byte is no text in Postgres, and must not hold up what it is set aside with.
        let bad = [
            key.sign(b"{\"half\":\0".to_vec()),
            key.sign(b"[".repeat(40)),
            key.sign(future.into_bytes()),
            forged,
        ];
        for signed in &bad {
            bus.submit(stream, signed, &Uuid::now_v7().to_string()).await.unwrap();
        }
        let too_large = key.sign(vec![b' '; 400 * 1024]);
        assert!(
            bus.submit(stream, &too_large, &Uuid::now_v7().to_string()).await.is_err(),
            "refused by the bus"
        );
        bus.submit(stream, &key.sign(good), &Uuid::now_v7().to_string()).await.unwrap();

        let operator = cluster.operator().await.unwrap();
        let patience = Instant::now() + PATIENCE;
        loop {
            let recorded: i64 =
                sqlx::query_scalar("select count(*) from log.entry where stream_kind = 'activity'")
                    .fetch_one(&operator)
                    .await
                    .unwrap();
            if recorded == 1 {
                break;
            }
            assert!(Instant::now() < patience, "the good one is not recorded");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let kept: Vec<(String, Vec<u8>, String)> =
            sqlx::query_as("select code, raw, reason from log.quarantine order by id")
                .fetch_all(&operator)
                .await
                .unwrap();
        let codes: Vec<&str> = kept.iter().map(|(code, ..)| code.as_str()).collect();
        assert_eq!(codes, ["malformed", "too-deep", "future-version", "bad-signature"]);
        for ((_, raw, reason), signed) in kept.iter().zip(&bad) {
            assert_eq!(*raw, signed.bytes, "the raw bytes are kept");
            assert!(reason.split_whitespace().count() >= 5, "{reason}");
        }
    });
}
