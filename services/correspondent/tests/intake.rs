//! The intake on the bus in memory: what is saved, what comes back, and what a person decides.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tais_bus::{
    ItemState, MemoryBus, Notice, Reader as _, RecordedEntry, RecorderBus as _, ReplayPage, Submitted,
};
use tais_correspondent::book::Book;
use tais_correspondent::import::arriving::Arriving;
use tais_correspondent::intake::{IntakeError, Submission};
use tais_correspondent::own::View;
use tais_correspondent::report::Report;
use tais_correspondent::{Config, Correspondent};
use tais_domain::activity::Command;
use tais_proto::event::activity::{ActivityDetails, ActivityReturned};
use tais_proto::event::commitment::CommitmentMade;
use tais_proto::event::refusal::RefusalRefused;
use tais_proto::reference::Reference;
use tais_proto::signing::parse_signature_header;
use tais_proto::{
    AccountId, Date, Envelope, Event, EventId, Lang, Pillar, Position, Publisher, Signed, SigningKey, Source,
    StreamId, StreamKind, StreamRef, Texts, Timestamp, leaf_hash,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

fn now() -> Timestamp {
    Timestamp::new(time::OffsetDateTime::now_utc())
}

fn details(title: &str) -> ActivityDetails {
    let json =
        r#"{"pillar":"PILLAR_APSC","memberState":"TL","kind":"ACTIVITY_KIND_MEETING","title":{"en":"x"}}"#;
    let mut details: ActivityDetails = serde_json::from_str(json).unwrap();
    details.title = Texts::one(tais_proto::Lang::EN, title);
    details
}

/// A correspondent, the bus, and a record kept by hand.
struct World {
    bus: MemoryBus,
    correspondent: Correspondent,
    actor: AccountId,
    recorded: Vec<RecordedEntry>,
    shutdown: CancellationToken,
    dir: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = Config {
            pillar: Pillar::Apsc,
            state: "TL".parse().unwrap(),
            key: SigningKey::from_seed(&[1; 32]),
            reference: Arc::new(Reference::load_embedded().unwrap()),
            clock: Arc::new(now),
            documents: tais_web::documents::Documents::in_folder(&dir.path().join("documents")).unwrap(),
        };
        let correspondent = Correspondent::open(dir.path(), config).await.unwrap();
        let bus = MemoryBus::new("TL".parse().unwrap());
        let (running, publisher) = (correspondent.clone(), bus.publisher(Publisher::Apsc));
        let (shutdown, stop) = (CancellationToken::new(), CancellationToken::new());
        let stopped = shutdown.clone();
        tokio::spawn(async move {
            tokio::select! { () = stopped.cancelled() => {}, result = running.run(publisher, stop) => result.unwrap() }
        });
        let actor = AccountId(Uuid::now_v7());
        Self { bus, correspondent, actor, recorded: Vec::new(), shutdown, dir }
    }

    fn submission(&self) -> Submission {
        Submission { id: EventId(Uuid::now_v7()), actor: self.actor, time: now() }
    }

    async fn pull(&self) -> Vec<Submitted> {
        let pulled = self.bus.pull(10, Duration::from_secs(5)).await.unwrap();
        self.bus.ack(pulled.iter().filter_map(|message| message.token.clone()).collect()).await.unwrap();
        pulled
    }

    /// Puts an entry into the record and tells everybody.
    async fn record(&mut self, stream: StreamId, signed: Signed) {
        let position = Position(self.recorded.len() as u64);
        let recorded_at = now();
        let leaf_hash = leaf_hash(&signed, position, recorded_at);
        let entry =
            RecordedEntry { position, recorded_at, leaf_hash, pillar: Some(Pillar::Apsc), stream, signed };
        self.recorded.push(entry.clone());
        self.bus.publish_recorded(&[entry]).await.unwrap();
    }

    /// Records what is submitted next as it is. What comes again, as after a reconnection, is recorded once.
    async fn record_next(&mut self) {
        let before = self.recorded.len();
        while self.recorded.len() == before {
            for message in self.pull().await {
                let signature = parse_signature_header(message.signature.as_deref().unwrap()).unwrap();
                let signed = Signed { bytes: message.bytes, signature };
                if !self.recorded.iter().any(|entry| entry.signed == signed) {
                    self.record(message.stream.unwrap(), signed).await;
                }
            }
        }
    }

    /// Somebody else says something.
    async fn somebody_says(&mut self, publisher: Publisher, stream: StreamRef, version: u32, event: Event) {
        let key = SigningKey::from_seed(&[9; 32]);
        let envelope = Envelope {
            id: EventId(Uuid::now_v7()),
            source: Source { state: "TL".parse().unwrap(), publisher },
            stream,
            stream_version: version,
            time: now(),
            correlation: Uuid::now_v7(),
            causation: None,
            actor: AccountId(Uuid::now_v7()),
            key_id: key.key_id(),
            key_seq: u32::try_from(self.recorded.len()).unwrap() + 1,
            event,
        };
        self.record(stream.id, key.sign(envelope.to_bytes().unwrap())).await;
    }

    async fn until(&self, id: StreamId, what: impl Fn(&View) -> bool) -> View {
        let patience = Instant::now() + Duration::from_secs(10);
        loop {
            let view = self.correspondent.intake().activity(id).await.unwrap().unwrap();
            if what(&view) {
                return view;
            }
            assert!(Instant::now() < patience, "{view:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

#[tokio::test]
async fn an_update_goes_from_saved_to_recorded_and_the_same_again_is_the_same() {
    let mut world = World::new().await;
    world.bus.set_disconnected(true);
    let submission = world.submission();
    let intake = world.correspondent.intake().clone();
    let (id, items) = intake.report(submission, Report::new(details("Title"), None, true)).await.unwrap();
    assert_eq!(items.len(), 2);
    assert!(items.iter().all(|item| item.state == ItemState::Saved), "without a network it is saved");
    world.bus.set_disconnected(false);
    world.until(id, |view| view.open.first().is_some_and(|item| item.state == ItemState::Received)).await;
    // What was decided together comes together.
    world.record_next().await;
    assert_eq!(world.recorded.len(), 2);
    let view = world.until(id, |view| view.open.is_empty()).await;
    assert_eq!(view.lines.len(), 2);
    let (again, items) = intake.report(submission, Report::new(details("Title"), None, true)).await.unwrap();
    assert_eq!((again, items.len()), (id, 2));
    let other = intake.report(submission, Report::new(details("Other"), None, true)).await;
    assert!(matches!(other, Err(IntakeError::IdReused(_))));
    assert!(world.bus.pull(10, Duration::from_millis(50)).await.unwrap().is_empty());
}

fn promise(text: &str) -> CommitmentMade {
    CommitmentMade {
        pillar: Pillar::Apsc,
        text: Texts::one(Lang::EN, text),
        origin: None,
        owner: None,
        due: Date::from_calendar_date(2027, time::Month::June, 30).unwrap(),
        framework_items: Vec::new(),
    }
}

/// What was promised at a meeting is saved with its report: all of it or nothing, once however often it
/// is sent, and as a record of its own.
#[tokio::test]
async fn what_was_promised_there_is_saved_with_the_report() {
    let world = World::new().await;
    let intake = world.correspondent.intake().clone();
    let submission = world.submission();
    let report = |promises: &[&str]| Report {
        commitments: promises.iter().map(|text| promise(text)).collect(),
        ..Report::new(details("Title"), None, true)
    };
    let wrong = intake.report(submission, report(&["A focal point", ""])).await;
    let Err(IntakeError::Refused(refusal)) = wrong else { panic!("{wrong:?}") };
    assert_eq!(refusal.pointer, "/commitments/1/text");
    assert!(intake.items_of(submission.id).await.unwrap().is_empty(), "nothing of it was saved");

    for _ in 0..2 {
        let (id, items) = intake.report(submission, report(&["A focal point"])).await.unwrap();
        assert_eq!(items.len(), 3);
        assert_eq!((items[2].stream.kind, items[2].causation), (StreamKind::Commitment, Some(submission.id)));
        assert_ne!(items[2].stream.id, id);
    }
    let records = intake.records().await.unwrap();
    assert_eq!(records.len(), 1, "it stands among what is due");
    for other in [&["Another promise"][..], &[]] {
        let other = intake.report(submission, report(other)).await;
        assert!(matches!(other, Err(IntakeError::IdReused(_))), "{other:?}");
    }
}

/// What was refused said nothing: mended, it goes under the same id, as a form sends it.
#[tokio::test]
async fn a_refused_form_is_mended_and_sent_again_under_its_id() {
    let world = World::new().await;
    let intake = world.correspondent.intake().clone();
    let submission = world.submission();
    let wrong = intake.report(submission, Report::new(details(" "), None, true)).await;
    assert!(matches!(wrong, Err(IntakeError::Refused(_))), "{wrong:?}");
    let (_, items) = intake.report(submission, Report::new(details("Title"), None, true)).await.unwrap();
    assert_eq!(items.len(), 2);
    let other = intake.report(submission, Report::new(details("Other"), None, true)).await;
    assert!(matches!(other, Err(IntakeError::IdReused(_))));
}

/// Somebody was faster: the person sees both versions, decides, and nothing is overwritten.
#[tokio::test]
async fn a_refused_update_stops_the_activity_until_the_person_decides() {
    let mut world = World::new().await;
    let intake = world.correspondent.intake().clone();
    let (id, _) = intake.report(world.submission(), Report::new(details("First"), None, true)).await.unwrap();
    world.record_next().await;
    world.until(id, |view| view.open.is_empty()).await;

    // While the network is away the Directorate returns it, and the correspondent revises twice.
    world.bus.set_disconnected(true);
    let revise = |title: &str| vec![Command::Revise(details(title), None)];
    intake.act(world.submission(), id, revise("Second")).await.unwrap();
    intake.act(world.submission(), id, revise("Third")).await.unwrap();
    world.bus.set_disconnected(false);
    let stream = StreamRef { kind: StreamKind::Activity, id };
    let returned = ActivityReturned { revision: 1, reason: "Which venue?".into() }.into();
    world.somebody_says(Publisher::Office, stream, 3, returned).await;
    let refused = world.pull().await.remove(0);
    let envelope = Envelope::parse(&refused.bytes).unwrap();
    let sha256 = tais_proto::signing::sha256_hex(&refused.bytes);
    let refusal = RefusalRefused {
        event: envelope.id,
        stream: id,
        publisher: Publisher::Apsc,
        key_id: envelope.key_id.clone(),
        key_seq: envelope.key_seq,
        sha256,
        rule: "version-conflict".into(),
        reason: "somebody was faster".into(),
    };
    let refusals = StreamRef { kind: StreamKind::Refusal, id: StreamId(Uuid::now_v7()) };
    world.somebody_says(Publisher::Log, refusals, 1, refusal.into()).await;

    let view = world.until(id, |view| view.open.len() == 2 && !view.open[0].is_pending()).await;
    assert!(matches!(&view.open[0].state, ItemState::Refused { rule, .. } if rule == "version-conflict"));
    assert_eq!(view.open[1].state, ItemState::Held, "what waits behind it is held");
    assert_eq!(view.lines.len(), 3, "and what the record has is there beside it");
    let more = intake.act(world.submission(), id, revise("Fourth")).await;
    assert!(more.is_err(), "nothing goes past it");

    intake.resolve(id).await.unwrap();
    let view = world.until(id, |view| view.open.is_empty()).await;
    assert_eq!(view.activity.status.code(), "returned");
    intake.act(world.submission(), id, revise("Decided anew")).await.unwrap();
    world.record_next().await;
    let view = world.until(id, |view| view.lines.len() == 4 && view.open.is_empty()).await;
    assert_eq!(view.activity.details.title.get(tais_proto::Lang::EN), Some("Decided anew"));
    // Why it was refused stays with it; what was only held was never sent, so the key has no gap.
    let last = Envelope::parse(&world.recorded.last().unwrap().signed.bytes).unwrap();
    assert_eq!(last.key_seq, envelope.key_seq + 1);
}

/// What was missed is asked for: a replay makes the view whole.
#[tokio::test]
async fn what_was_not_delivered_is_asked_for() {
    let world = World::new().await;
    let intake = world.correspondent.intake().clone();
    let (id, _) =
        intake.report(world.submission(), Report::new(details("Title"), None, false)).await.unwrap();
    let message = world.pull().await.remove(0);
    let signature = parse_signature_header(message.signature.as_deref().unwrap()).unwrap();
    let signed = Signed { bytes: message.bytes, signature };
    let recorded_at = now();
    let entry = RecordedEntry {
        position: Position(0),
        recorded_at,
        leaf_hash: leaf_hash(&signed, Position(0), recorded_at),
        pillar: Some(Pillar::Apsc),
        stream: id,
        signed,
    };
    // It is recorded, and nobody delivers it; only a replay tells.
    let bus = world.bus.clone();
    let answering = tokio::spawn(async move {
        loop {
            let request = bus.next_replay().await.unwrap();
            let entries = if request.from == Position(0) { vec![entry.clone()] } else { Vec::new() };
            let page = ReplayPage { entries, scanned_to: Position(1), head: Position(1) };
            bus.answer_replay(request, page).await.unwrap();
        }
    });
    world.until(id, |view| view.lines.len() == 1 && view.open.is_empty()).await;
    answering.abort();
}

/// The book does not wait for the disk until it is asked to: then its file has all of it, without the log of writes.
#[tokio::test]
async fn a_flushed_book_lies_in_its_place() {
    let mut world = World::new().await;
    let intake = world.correspondent.intake().clone();
    let (id, _) =
        intake.report(world.submission(), Report::new(details("Title"), None, false)).await.unwrap();
    world.record_next().await;
    world.until(id, |view| view.lines.len() == 1).await;
    // As the disk has it for sure, whatever came before.
    let on_disk = async || {
        let elsewhere = tempfile::tempdir().unwrap();
        let file = elsewhere.path().join("book.sqlite");
        std::fs::copy(world.dir.path().join("book.sqlite"), &file).unwrap();
        Book::open(&file, Pillar::Apsc).await.unwrap().stream(id).is_some()
    };
    assert!(!on_disk().await);
    let book = Book::open(&world.dir.path().join("book.sqlite"), Pillar::Apsc).await.unwrap();
    assert!(book.flush().await.unwrap());
    assert!(on_disk().await);
}

/// The receipt comes first, what is recorded a moment later: nothing is missing from the lists meanwhile.
#[tokio::test]
async fn what_was_recorded_a_moment_ago_stands_on_the_lists() {
    let world = World::new().await;
    let intake = world.correspondent.intake();
    let submission = world.submission();
    let report = Report {
        commitments: vec![promise("Send the roster")],
        ..Report::new(details("A meeting"), None, false)
    };
    let (id, items) = intake.report(submission, report).await.unwrap();
    assert_eq!(items.len(), 2);
    let mut heard = 0;
    while heard < items.len() {
        for message in world.pull().await {
            let event_id = Envelope::parse(&message.bytes).unwrap().id;
            let position = Position(heard as u64);
            let notice = Notice::Recorded { event_id, position, recorded_at: now() };
            world.bus.notify(Publisher::Apsc, &[notice]).await.unwrap();
            heard += 1;
        }
    }
    intake.outbox().settle(items, Duration::from_secs(60)).await.unwrap();
    // Told when it comes, kept a moment later.
    while !intake.outbox().open_items().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let views = intake.activities().await.unwrap();
    assert_eq!(views.iter().map(|view| (view.id, view.lines.len())).collect::<Vec<_>>(), [(id, 0)]);
    assert_eq!(intake.records().await.unwrap().len(), 1);
}

/// The real activities go in by the import path, and a second load changes nothing.
#[tokio::test]
async fn a_second_load_of_the_same_file_changes_nothing() {
    use tais_correspondent::import::{Files, read};
    let world = World::new().await;
    world.bus.set_disconnected(true);
    let intake = world.correspondent.intake();
    let files = Files {
        activities: include_str!("../../../proto/reference/activities/activities.csv"),
        counts: include_str!("../../../proto/reference/activities/activities-counts.csv"),
        alternates: include_str!("../../../proto/reference/activities/activities-alternates.csv"),
    };
    let mut loads = Vec::new();
    for _ in 0..2 {
        let rows = read(files, intake.reference()).unwrap().into_iter().map(Result::unwrap);
        for row in rows.filter(|row| row.pillar == Pillar::Apsc) {
            let submission = Submission { id: row.submission, ..world.submission() };
            intake.report(submission, Report::new(row.details, row.participation, true)).await.unwrap();
        }
        let items = intake.outbox().open_items().await.unwrap();
        loads.push(items.into_iter().map(|item| (item.seq, item.event_id)).collect::<Vec<_>>());
    }
    assert!(loads[0].len() > 100, "{}", loads[0].len());
    assert_eq!(loads[0], loads[1]);
}

/// What was validated is corrected by an import only with a reason, which stands in the event.
#[tokio::test]
async fn an_import_corrects_what_was_validated_with_its_reason() {
    use tais_proto::event::activity::ActivityValidated;
    let mut world = World::new().await;
    let imports = world.correspondent.imports().clone();
    let actor = world.actor;
    let take = async |city: &str| {
        let file = format!("ref,title,kind,city\nX1,Title,training,{city}\n").into_bytes();
        let file = tais_correspondent::import::arriving::Arriving::whole(&file).unwrap();
        let opened = imports.take(actor, "x.csv", file, tais_proto::Lang::EN).await.unwrap();
        let preview = imports.preview(&opened, actor).await.unwrap();
        (opened.upload.id, preview)
    };
    let done = async |import: Uuid| loop {
        let progress = imports.progress(import).await.unwrap();
        if !progress.is_running {
            break progress;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let (import, _) = take("Dili").await;
    imports.commit(import, actor, "", &[(2, 0)]).await.unwrap();
    let (_, id) = done(import).await.choices[0].said.unwrap();
    world.record_next().await;
    world.until(id, |view| view.open.is_empty()).await;
    let stream = StreamRef { kind: StreamKind::Activity, id };
    let validated = ActivityValidated { revision: 1, note: None }.into();
    world.somebody_says(Publisher::Office, stream, 3, validated).await;
    world.until(id, |view| view.activity.status.code() == "validated").await;

    let (import, preview) = take("Baucau").await;
    assert!(preview.lines[0].corrects() && preview.corrects(&[(2, 3)]), "{preview:?}");
    imports.commit(import, actor, " ", &[(2, 3)]).await.unwrap();
    assert_eq!(done(import).await.count("wrong"), 1, "without a reason the rules refuse it");
    imports.commit(import, actor, "The page was mended", &[(2, 3)]).await.unwrap();
    assert_eq!(done(import).await.count("wrong"), 0, "it got another turn");
    let view = world.correspondent.intake().activity(id).await.unwrap().unwrap();
    let Event::ActivityRevised(revised) = &view.open[0].event else { panic!("{view:?}") };
    assert_eq!(revised.reason.as_deref(), Some("The page was mended"));
    assert!(revised.corrects.is_some(), "it names the validation");
}

impl World {
    /// Imports every row of a file that can be taken; gives how many rows are in each state.
    async fn import(&self, file: &str) -> BTreeMap<&'static str, usize> {
        let imports = self.correspondent.imports();
        let file = Arriving::whole(file.as_bytes()).unwrap();
        let opened = imports.take(self.actor, "file", file, Lang::EN).await.unwrap();
        let preview = imports.preview(&opened, self.actor).await.unwrap();
        let rows: Vec<_> = preview.takeable().map(|line| (line.line, line.outcome.version())).collect();
        imports.commit(opened.upload.id, self.actor, "", &rows).await.unwrap();
        loop {
            let progress = imports.progress(opened.upload.id).await.unwrap();
            if !progress.is_running {
                return progress.counts;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Its reference was changed, and a file has both: the second builds on what nobody saw.
#[tokio::test]
async fn of_two_rows_about_one_activity_the_second_is_left_out() {
    let mut world = World::new().await;
    world.import("ref,title,kind\nX1,Training,training\n").await;
    world.record_next().await;
    let intake = world.correspondent.intake().clone();
    let id = intake.activities().await.unwrap()[0].id;
    let view = world.until(id, |view| view.open.is_empty()).await;
    let details = ActivityDetails { external_ref: Some("X2".to_owned()), ..view.activity.details };
    intake.act(world.submission(), id, vec![Command::Revise(details, None)]).await.unwrap();
    world.record_next().await;
    world.until(id, |view| view.open.is_empty()).await;
    let both = "ref,title,kind,city\nX1,Training,training,Dili\nX2,Training,training,Suai\n";
    assert_eq!(world.import(both).await, BTreeMap::from([("saved", 1), ("stale", 1)]));
    let activities = intake.activities().await.unwrap();
    let venue = activities[0].activity.details.venue.as_ref().unwrap();
    assert_eq!((activities.len(), venue.city.as_deref()), (1, Some("Dili")));
}
