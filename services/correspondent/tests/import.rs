//! The import on a correspondent's own files: what is previewed is what is committed, and a second
//! import changes nothing.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tais_correspondent::import::arriving::Arriving;
use tais_correspondent::import::assess::Outcome;
use tais_correspondent::import::commit::{Opened, Progress};
use tais_correspondent::import::mapping::{Field, Mapping};
use tais_correspondent::import::preview::Preview;
use tais_correspondent::{Config, Correspondent};
use tais_proto::reference::Reference;
use tais_proto::{AccountId, Lang, Pillar, SigningKey, Timestamp};
use uuid::Uuid;

const ACTIVITIES: &str = include_str!("../../../proto/reference/activities/activities.csv");

struct Desk {
    correspondent: Correspondent,
    actor: AccountId,
    _dir: tempfile::TempDir,
}

impl Desk {
    async fn new(pillar: Pillar, reference: &Arc<Reference>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = Config {
            pillar,
            state: "TL".parse().unwrap(),
            key: SigningKey::from_seed(&[1; 32]),
            reference: Arc::clone(reference),
            clock: Arc::new(|| Timestamp::new(time::OffsetDateTime::now_utc())),
            documents: tais_web::documents::Documents::in_folder(&dir.path().join("documents")).unwrap(),
        };
        let correspondent = Correspondent::open(dir.path(), config).await.unwrap();
        Self { correspondent, actor: AccountId(Uuid::now_v7()), _dir: dir }
    }

    async fn take(&self, bytes: &[u8]) -> (Opened, Preview) {
        let imports = self.correspondent.imports();
        let opened =
            imports.take(self.actor, "file", Arriving::whole(bytes).unwrap(), Lang::EN).await.unwrap();
        let preview = imports.preview(&opened, self.actor).await.unwrap();
        (opened, preview)
    }

    /// Commits every row that can be, and waits until all have had their turn.
    async fn commit(&self, opened: &Opened, preview: &Preview) -> Progress {
        let chosen = preview.lines.iter().filter(|line| matches!(line.outcome.code(), "new" | "changed"));
        let rows: Vec<(u64, u32)> = chosen.map(|line| (line.line, line.outcome.version())).collect();
        let imports = self.correspondent.imports();
        imports.commit(opened.upload.id, self.actor, "", &rows).await.unwrap();
        let patience = Instant::now() + Duration::from_secs(60);
        loop {
            let progress = imports.progress(opened.upload.id).await.unwrap();
            if !progress.is_running {
                return progress;
            }
            assert!(Instant::now() < patience, "{:?}", progress.counts);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn saved_events(&self) -> usize {
        self.correspondent.intake().outbox().open_items().await.unwrap().len()
    }
}

fn counts(preview: &Preview) -> [usize; 4] {
    ["new", "changed", "unchanged", "wrong"].map(|code| preview.count(code))
}

/// The reference file as a workbook, as somebody would have typed it in: days as days, numbers as
/// numbers.
fn as_workbook(text: &str) -> Vec<u8> {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    for (line, row) in
        csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes()).records().enumerate()
    {
        for (column, cell) in row.unwrap().iter().enumerate() {
            let place = (u32::try_from(line).unwrap(), u16::try_from(column).unwrap());
            let date = cell.split('-').map(|part| part.parse::<u16>().ok()).collect::<Option<Vec<_>>>();
            match (date.as_deref(), cell.parse::<u32>()) {
                (Some(&[year, month, of_month]), _) if cell.len() == 10 => {
                    let [month, of_month] = [month, of_month].map(|part| u8::try_from(part).unwrap());
                    let date = ExcelDateTime::from_ymd(year, month, of_month).unwrap();
                    sheet.write_datetime_with_format(place.0, place.1, &date, &day).unwrap();
                }
                (_, Ok(number)) => drop(sheet.write(place.0, place.1, number).unwrap()),
                _ if cell.is_empty() => {}
                _ => drop(sheet.write(place.0, place.1, cell).unwrap()),
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

#[tokio::test]
async fn the_real_activities_go_in_by_file_or_workbook_and_a_second_import_changes_nothing() {
    let reference = Arc::new(Reference::load_embedded().unwrap());
    let workbook = as_workbook(ACTIVITIES);
    let mut taken = 0;
    for pillar in Pillar::ALL {
        let desk = Desk::new(*pillar, &reference).await;
        let (opened, preview) = desk.take(ACTIVITIES.as_bytes()).await;
        let (from_workbook, preview_of_workbook) = desk.take(&workbook).await;
        assert_eq!(from_workbook.table.header, opened.table.header);
        // The text file's rows stand on lines of their own count, where a cell has several lines.
        let told = |preview: &Preview| -> Vec<(String, String, &'static str)> {
            let lines = preview.lines.iter();
            lines.map(|line| (line.reference.clone(), line.title.clone(), line.outcome.code())).collect()
        };
        assert_eq!(told(&preview), told(&preview_of_workbook));
        let [new, changed, unchanged, wrong] = counts(&preview);
        assert_eq!((new + wrong, changed, unchanged), (90, 0, 0));
        // What is wrong with the others is that they are another pillar's.
        for line in &preview.lines {
            if let Outcome::Wrong(errors) = &line.outcome {
                assert_eq!(errors.len(), 1, "{errors:?}");
                assert_eq!((errors[0].problem.code(), errors[0].column), ("other-pillar", Some(1)));
            }
        }
        taken += new;
        let progress = desk.commit(&opened, &preview).await;
        assert_eq!(progress.count("saved"), new);
        let saved = desk.saved_events().await;
        for bytes in [ACTIVITIES.as_bytes(), &workbook] {
            let (opened, preview) = desk.take(bytes).await;
            assert_eq!(counts(&preview), [0, 0, new, wrong]);
            desk.commit(&opened, &preview).await;
        }
        // The same page sent twice: what was chosen before keeps its fate.
        assert_eq!(desk.commit(&opened, &preview).await.counts, progress.counts);
        assert_eq!(desk.saved_events().await, saved, "not one event more");
    }
    assert_eq!(taken, 90);
}

#[tokio::test]
async fn a_changed_row_revises_what_it_changes_and_a_stale_page_overwrites_nothing() {
    let reference = Arc::new(Reference::load_embedded().unwrap());
    let desk = Desk::new(Pillar::Apsc, &reference).await;
    let file = |city: &str, women: &str| {
        format!("Referência;Título;Tipo;Cidade;Mulheres\nX1;Formação;Formação;{city};{women}\n")
    };
    let (opened, preview) = desk.take(file("Dili", "").as_bytes()).await;
    assert_eq!(counts(&preview), [1, 0, 0, 0]);
    desk.commit(&opened, &preview).await;
    let (stale, seen_by_both) = desk.take(file("Baucau", "").as_bytes()).await;
    let (opened, preview) = desk.take(file("Suai", "7").as_bytes()).await;
    let Outcome::Changed { version, corrects: false, list } = &preview.lines[0].outcome else {
        panic!("{preview:?}")
    };
    assert_eq!(*version, 2, "reported and submitted");
    let list: Vec<_> = list.iter().map(|it| (it.field, it.old.as_str(), it.new.as_str())).collect();
    assert_eq!(list, [(Field::City, "Dili", "Suai"), (Field::Women, "", "7")]);
    assert_eq!(desk.commit(&opened, &preview).await.count("saved"), 1);
    let progress = desk.commit(&stale, &seen_by_both).await;
    assert_eq!((progress.count("stale"), progress.count("saved")), (1, 0), "{:?}", progress.counts);
    let views = desk.correspondent.intake().activities().await.unwrap();
    let venue = views[0].activity.details.venue.clone().unwrap();
    assert_eq!((views.len(), venue.city.as_deref()), (1, Some("Suai")));
}

#[tokio::test]
async fn an_iati_file_needs_only_its_kind() {
    let reference = Arc::new(Reference::load_embedded().unwrap());
    let desk = Desk::new(Pillar::Ascc, &reference).await;
    let (mut opened, preview) = desk.take(include_bytes!("samples/iati-2.03.xml")).await;
    assert_eq!(preview.missing, [Field::Kind]);
    let mut mapping = opened.upload.mapping.clone();
    mapping.kind = Some(tais_proto::vocabulary::ActivityKind::Training);
    let imports = desk.correspondent.imports();
    imports.map(&opened, desk.actor, mapping).await.unwrap();
    opened = imports.opened(opened.upload.id, desk.actor).await.unwrap().unwrap();
    let preview = imports.preview(&opened, desk.actor).await.unwrap();
    assert_eq!(counts(&preview), [2, 0, 0, 1]);
    let Outcome::Wrong(errors) = &preview.lines[1].outcome else { panic!("{preview:?}") };
    let codes: Vec<_> = errors.iter().map(|error| error.problem.code()).collect();
    assert_eq!(codes, ["unknown-word", "wrong-marker"], "cancelled; 3 is no marker");
    assert_eq!(desk.commit(&opened, &preview).await.count("saved"), 2);
    let again = imports.preview(&opened, desk.actor).await.unwrap();
    assert_eq!(counts(&again), [0, 0, 2, 1]);
}

/// The IATI standard's own example, where it lies beside the checkout.
#[tokio::test]
async fn the_standards_own_example_goes_in_once() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/vectors/iati/activity-standard-example.xml");
    let Ok(bytes) = std::fs::read(&file) else {
        println!("skipped: the standard's example is not at {}", file.display());
        return;
    };
    let reference = Arc::new(Reference::load_embedded().unwrap());
    let desk = Desk::new(Pillar::Aec, &reference).await;
    let (mut opened, _) = desk.take(&bytes).await;
    assert_eq!((opened.table.sheet.as_str(), opened.table.rows.len()), ("IATI 2.03", 1));
    // What IATI does not have, a person says.
    let kind = Some(tais_proto::vocabulary::ActivityKind::Meeting);
    let imports = desk.correspondent.imports();
    imports.map(&opened, desk.actor, Mapping { kind, ..opened.upload.mapping.clone() }).await.unwrap();
    opened = imports.opened(opened.upload.id, desk.actor).await.unwrap().unwrap();
    for (header, cell) in opened.table.header.iter().zip(&opened.table.rows[0].cells) {
        println!("{header}: {}", cell.as_text().unwrap_or("–"));
    }
    let preview = imports.preview(&opened, desk.actor).await.unwrap();
    let [new, changed, unchanged, wrong] = counts(&preview);
    println!("new {new}, changed {changed}, unchanged {unchanged}, with errors {wrong}: {:?}", preview.lines);
    assert_eq!([new, changed, unchanged, wrong], [1, 0, 0, 0]);
    assert_eq!(desk.commit(&opened, &preview).await.count("saved"), 1);
    let again = imports.preview(&opened, desk.actor).await.unwrap();
    assert_eq!(counts(&again), [0, 0, 1, 0], "a second import changes nothing");
}

#[tokio::test]
async fn a_budget_in_another_currency_is_kept_as_its_source_says_it() {
    let reference = Arc::new(Reference::load_embedded().unwrap());
    let desk = Desk::new(Pillar::Ascc, &reference).await;
    let file = |stated: &str| format!("ref,title,kind,budget stated\nB1,One,training,{stated}\n");
    for (stated, expected) in
        [("3000 EUR", [1, 0, 0, 0]), ("3000 EUR", [0, 0, 1, 0]), ("3500 EUR", [0, 1, 0, 0])]
    {
        let (opened, preview) = desk.take(file(stated).as_bytes()).await;
        assert_eq!(counts(&preview), expected, "{stated}");
        desk.commit(&opened, &preview).await;
    }
    let views = desk.correspondent.intake().activities().await.unwrap();
    let details = &views[0].activity.details;
    let stated: Vec<_> = details.alternates.iter().map(|it| (it.field.as_str(), it.value.as_str())).collect();
    assert_eq!(
        (details.budget.as_ref(), stated),
        (None, vec![("budget", "3500 EUR")]),
        "nothing is converted"
    );
}

/// Cells that mean something, nothing, or something wrong; `empty` of twenty are empty.
fn cell(
    good: &'static [&'static str],
    bad: &'static [&'static str],
    empty: u32,
) -> impl Strategy<Value = &'static str> {
    prop_oneof![19 - empty => prop::sample::select(good), empty => Just(""), 1 => prop::sample::select(bad)]
}

/// Few references, so that files meet the same activities; days that are wrong only together with
/// those of another file, so that the rules alone can tell.
fn row() -> impl Strategy<Value = Vec<&'static str>> {
    (
        cell(&["R1", "R2", "R3"], &["=R1"], 1),
        cell(&["Training", "Meeting of mediators", "\"Two; parts\""], &["=1+1"], 1),
        cell(&["training", "Reunião", "summit"], &["party"], 1),
        cell(&["2026-03-20", "20/11/2026", "11/2026"], &["31/02/2026", "soon"], 9),
        cell(&["2026-11-21", "2026-12", "2026-04-01"], &["x"], 9),
        cell(&["7", "0", "12"], &["many", "-1"], 9),
        cell(&["20", "7"], &["3.5"], 9),
        cell(&["participation", "prevention; UNSCR1325", "joy"], &["=joy"], 9),
        cell(&["2"], &["3"], 17),
        cell(&["Women’s leadership is its aim."], &["=x"], 17),
        cell(&["TL", "ASEAN", "Viet Nam"], &["Atlantis"], 9),
    )
        .prop_map(|(a, b, c, d, e, f, g, h, i, j, k)| vec![a, b, c, d, e, f, g, h, i, j, k])
}

fn file(rows: &[Vec<&str>]) -> String {
    let header = "ref;title;kind;start_date;end_date;women;total;themes;marker;marker_reason;member_state";
    let quoted = |cell: &&str| format!("\"{}\"", cell.trim_matches('"'));
    let lines = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(";"));
    [header.to_owned()].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Files one after the other: every row that the preview calls new or changed is saved, no other
    /// is, and afterwards the same file changes nothing.
    #[test]
    fn the_preview_and_the_commit_agree(files in prop::collection::vec(prop::collection::vec(row(), 1..4), 2..6)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let reference = Arc::new(Reference::load_embedded().unwrap());
            let desk = Desk::new(Pillar::Apsc, &reference).await;
            for rows in files {
                let text = file(&rows);
                let imports = desk.correspondent.imports();
                let Ok(opened) = imports.take(desk.actor, "file", Arriving::whole(text.as_bytes()).unwrap(), Lang::EN).await else {
                    // Nothing but blank rows.
                    continue;
                };
                let preview = imports.preview(&opened, desk.actor).await.unwrap();
                let [new, changed, unchanged, wrong] = counts(&preview);
                let before = desk.correspondent.intake().activities().await.unwrap().len();
                let progress = desk.commit(&opened, &preview).await;
                prop_assert_eq!(progress.count("saved"), new + changed, "{}\n{:?}", text, preview);
                let activities = desk.correspondent.intake().activities().await.unwrap();
                prop_assert_eq!(activities.len(), before + new);
                let again = imports.preview(&opened, desk.actor).await.unwrap();
                prop_assert_eq!(counts(&again), [0, 0, new + changed + unchanged, wrong], "{}\n{:?}", text, again);
            }
            Ok(())
        })?;
    }
}
