//! Imports for programs: the file as the body, a preview in JSON, and what was chosen of it.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tais_proto::Lang;
use tais_web::language::{Arg, Texts};
use tais_web::program::json_of;
use tais_web::session::SignedIn;
use tais_web::{Failure, Frame};

use super::failure;
use crate::Correspondent;
use crate::import::assess::Outcome;
use crate::import::commit::{ImportError, Opened};
use crate::import::mapping::Mapping;
use crate::import::preview::{Line, Preview};
use crate::import::problem::RowError;
use crate::import::store::StoreError;

pub(super) fn router(base: &str) -> Router<Correspondent> {
    // What arrives is counted as it comes, by what kind of file it is.
    let upload = post(take).layer(DefaultBodyLimit::disable());
    Router::new()
        .route(&format!("{base}/imports"), upload)
        .route(&format!("{base}/imports/{{id}}"), get(check))
        .route(&format!("{base}/imports/{{id}}/mapping"), post(map))
        .route(&format!("{base}/imports/{{id}}/commit"), get(follow).post(commit))
}

/// What went wrong with an import, in the reader's language.
pub(crate) fn import_failure(frame: &Frame, error: ImportError) -> Failure {
    let t = frame.texts;
    match error {
        ImportError::File(error) => {
            Failure::Refused(t.with(&format!("file-{}", error.code()), &error.arguments()))
        }
        ImportError::Store(StoreError::Full) => Failure::NotReady(t.get("import-full")),
        ImportError::Intake(error) => failure(frame, error),
        error => Failure::internal("importing a file", &error),
    }
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

async fn take(
    State(correspondent): State<Correspondent>,
    Query(named): Query<Named>,
    frame: Frame,
    body: Body,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let lang = frame.texts.language().tag().parse().unwrap_or(Lang::EN);
    let mut file = correspondent.imports.arriving();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Failure::Malformed(String::new()))?;
        file.add(&chunk).map_err(|error| import_failure(&frame, error.into()))?;
    }
    let taken = correspondent.imports.take(person.account, &named.name, file, lang).await;
    let opened = taken.map_err(|error| import_failure(&frame, error))?;
    let answer = previewed(&correspondent, &frame, &person, &opened).await?;
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

async fn opened(
    correspondent: &Correspondent,
    frame: &Frame,
    person: &SignedIn,
    id: &str,
) -> Result<Opened, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let opened = correspondent.imports.opened(id, person.account).await;
    opened.map_err(|error| import_failure(frame, error))?.ok_or(Failure::NotFound)
}

async fn preview(
    correspondent: &Correspondent,
    frame: &Frame,
    person: &SignedIn,
    opened: &Opened,
) -> Result<Preview, Failure> {
    let preview = correspondent.imports.preview(opened, person.account).await;
    preview.map_err(|error| import_failure(frame, error))
}

async fn previewed(
    correspondent: &Correspondent,
    frame: &Frame,
    person: &SignedIn,
    opened: &Opened,
) -> Result<Value, Failure> {
    let preview = preview(correspondent, frame, person, opened).await?;
    let counts: BTreeMap<&str, usize> = ["new", "changed", "unchanged", "wrong"]
        .into_iter()
        .map(|code| (code, preview.count(code)))
        .collect();
    let missing: Vec<String> = preview.missing.iter().map(|field| field.code()).collect();
    let header = &opened.table.header;
    let rows: Vec<Value> = preview.lines.iter().map(|line| row_json(frame.texts, header, line)).collect();
    Ok(json!({
        "import": opened.upload.id,
        "name": opened.upload.name,
        "sheet": opened.table.sheet,
        "columns": header,
        "mapping": opened.upload.mapping,
        "missing": missing,
        "counts": counts,
        "rows": rows,
    }))
}

fn row_json(t: Texts, header: &[String], line: &Line) -> Value {
    let mut row = json!({
        "line": line.line,
        "reference": line.reference,
        "title": line.title,
        "state": line.outcome.code(),
    });
    match &line.outcome {
        Outcome::Wrong(errors) => {
            row["errors"] = errors.iter().map(|error| error_json(t, header, error)).collect();
        }
        Outcome::Unchanged(stream) => row["activity"] = json!(stream),
        Outcome::New => row["version"] = json!(0),
        Outcome::Changed { version, corrects, list } => {
            row["version"] = json!(version);
            row["corrects"] = json!(corrects);
            let change = |change: &crate::import::changes::Change| json!({ "field": change.field.code(), "old": change.old, "new": change.new });
            row["changes"] = list.iter().map(change).collect();
        }
    }
    row
}

fn error_json(t: Texts, header: &[String], error: &RowError) -> Value {
    let value = |(name, value): &(&'static str, Arg)| match value {
        Arg::Text(text) => ((*name).to_owned(), json!(text)),
        Arg::Number(number) => ((*name).to_owned(), json!(number)),
    };
    json!({
        "column": error.column,
        "columnName": error.column.and_then(|column| header.get(column)),
        "code": error.problem.code(),
        "arguments": error.problem.arguments().iter().map(value).collect::<serde_json::Map<_, _>>(),
        "words": error.problem.words(t),
    })
}

async fn check(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let opened = opened(&correspondent, &frame, &person, &id).await?;
    Ok(Json(previewed(&correspondent, &frame, &person, &opened).await?).into_response())
}

async fn map(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    body: Bytes,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let mapping: Mapping = json_of(&body)?;
    let before = opened(&correspondent, &frame, &person, &id).await?;
    let mapped = correspondent.imports.map(&before, person.account, mapping).await;
    mapped.map_err(|error| import_failure(&frame, error))?;
    let opened = opened(&correspondent, &frame, &person, &id).await?;
    Ok(Json(previewed(&correspondent, &frame, &person, &opened).await?).into_response())
}

/// A row, with the version that was seen.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Chosen {
    line: u64,
    version: u32,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Commit {
    /// Which rows; all that are new or changed where none is named.
    rows: Option<Vec<Chosen>>,
    /// The reason, where what was validated is corrected.
    reason: String,
}

async fn commit(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    body: Bytes,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let Commit { rows, reason } = if body.is_empty() { Commit::default() } else { json_of(&body)? };
    let opened = opened(&correspondent, &frame, &person, &id).await?;
    let preview = preview(&correspondent, &frame, &person, &opened).await?;
    let lines: Vec<(u64, u32)> = match rows {
        Some(rows) => rows.into_iter().map(|row| (row.line, row.version)).collect(),
        None => preview.takeable().map(|line| (line.line, line.outcome.version())).collect(),
    };
    if reason.trim().is_empty() && preview.corrects(&lines) {
        return Err(Failure::Refused(frame.texts.get("import-reason-missing")));
    }
    let begun = correspondent.imports.commit(opened.upload.id, person.account, &reason, &lines).await;
    begun.map_err(|error| import_failure(&frame, error))?;
    let progress = progressed(&correspondent, &frame, opened.upload.id).await?;
    Ok((StatusCode::ACCEPTED, Json(progress)).into_response())
}

async fn follow(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let name = correspondent.imports.name(id, person.account).await;
    name.map_err(|error| import_failure(&frame, error))?.ok_or(Failure::NotFound)?;
    Ok(Json(progressed(&correspondent, &frame, id).await?).into_response())
}

async fn progressed(correspondent: &Correspondent, frame: &Frame, id: uuid::Uuid) -> Result<Value, Failure> {
    let progress = correspondent.imports.progress(id).await.map_err(|error| import_failure(frame, error))?;
    let rows: Vec<Value> = progress
        .choices
        .iter()
        .map(|choice| {
            json!({
                "line": choice.line,
                "state": choice.fate.code(),
                "submission": choice.said.map(|(submission, _)| submission),
                "activity": choice.said.map(|(_, stream)| stream),
            })
        })
        .collect();
    Ok(json!({ "import": id, "working": progress.is_running, "counts": progress.counts, "rows": rows }))
}
