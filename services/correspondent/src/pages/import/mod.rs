//! Importing a file: upload, check, choose, follow. Every page works without a script.

mod progress;
mod views;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use tais_proto::Lang;
use tais_proto::vocabulary::ActivityKind;
use tais_web::language::Arg;
use tais_web::parts::{FieldError, error_title};
use tais_web::session::{CheckedForm, SignedIn};
use tais_web::{Failure, Frame, Page};
use uuid::Uuid;

use super::upload::{FORM_BYTES, refused};
use super::{REFRESH_SECONDS, page, render};
use crate::Correspondent;
use crate::api::import_failure;
use crate::import::commit::{ImportError, Opened};
use crate::import::mapping::{Field, Mapping};
use crate::import::preview::Preview;
use crate::import::table::FileError;
use crate::import::{arriving::Arriving, iati};
use progress::ProgressPage;
use views::{Again, PreviewPage, UploadPage};

pub(crate) fn router(base: &str) -> Router<Correspondent> {
    let upload = get(ask).post(take).layer(DefaultBodyLimit::max(iati::FILE_BYTES_MAX + FORM_BYTES));
    Router::new()
        .route(&format!("{base}/import"), upload)
        .route(&format!("{base}/import/template.csv"), get(template))
        .route(&format!("{base}/import/{{id}}"), get(check))
        .route(&format!("{base}/import/{{id}}/mapping"), post(map))
        .route(&format!("{base}/import/{{id}}/commit"), post(commit))
        .route(&format!("{base}/import/{{id}}/progress"), get(follow).post(go_on))
}

async fn ask(State(correspondent): State<Correspondent>, frame: Frame) -> Result<Page, Failure> {
    correspondent.person(&frame)?;
    upload_page(&correspondent, &frame, &[])
}

fn upload_page(correspondent: &Correspondent, frame: &Frame, errors: &[FieldError]) -> Result<Page, Failure> {
    let t = frame.texts;
    let content = UploadPage::new(t, correspondent.intake.pillar(), errors, &frame.csrf);
    let title = t.get("import-title");
    let title = if errors.is_empty() { title } else { error_title(t, &title) };
    let mut page = page(correspondent, frame, title, render(&content)?);
    if !errors.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn take(
    State(correspondent): State<Correspondent>,
    frame: Frame,
    form: Multipart,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let t = frame.texts;
    let Sent { name, file } = sent(form, &frame, correspondent.imports.arriving()).await?;
    let again = |message: String| {
        let errors = [FieldError { field: "file".to_owned(), message }];
        upload_page(&correspondent, &frame, &errors).map(IntoResponse::into_response)
    };
    let lang = t.language().tag().parse().unwrap_or(Lang::EN);
    let taken = match file {
        Ok(file) if name.is_empty() && file.is_empty() => return again(t.get("import-file-missing")),
        Ok(file) => correspondent.imports.take(person.account, &name, file, lang).await,
        Err(error) => Err(error.into()),
    };
    match taken {
        Ok(opened) => Ok(to(&correspondent, opened.upload.id, "")),
        Err(ImportError::File(error)) => {
            let why = t.with(&format!("file-{}", error.code()), &error.arguments());
            let name = [("name", Arg::from(name)), ("why", Arg::from(why))];
            again(t.with("import-file-unread", &name))
        }
        Err(error) => Err(import_failure(&frame, error)),
    }
}

/// The form's file, as far as it was taken; the form's token comes before it.
struct Sent {
    name: String,
    file: Result<Arriving, FileError>,
}

async fn sent(mut form: Multipart, frame: &Frame, arriving: Arriving) -> Result<Sent, Failure> {
    let mut sent = Sent { name: String::new(), file: Ok(arriving) };
    let mut verified = false;
    while let Some(mut field) = form.next_field().await.map_err(refused)? {
        match field.name() {
            Some("csrf") => {
                frame.csrf.verify(&field.text().await.map_err(refused)?)?;
                verified = true;
            }
            Some("file") if verified => {
                sent.name = field.file_name().unwrap_or_default().to_owned();
                while let Some(chunk) = field.chunk().await.map_err(refused)? {
                    // The rest of a file that is not taken is read to its end, or a browser would show
                    // that the connection broke, and not why.
                    let added = sent.file.as_mut().map_or(Ok(()), |file| file.add(&chunk));
                    if let Err(error) = added {
                        sent.file = Err(error);
                    }
                }
            }
            _ => {}
        }
    }
    if !verified {
        frame.csrf.verify("")?;
    }
    Ok(sent)
}

fn to(correspondent: &Correspondent, id: Uuid, page: &str) -> Response {
    Redirect::to(&format!("/{}/import/{id}{page}", correspondent.intake.pillar())).into_response()
}

/// An empty sheet whose columns are recognised, in the reader's language. Spreadsheets in Portuguese
/// expect semicolons.
async fn template(State(correspondent): State<Correspondent>, frame: Frame) -> Result<Response, Failure> {
    correspondent.person(&frame)?;
    let t = frame.texts;
    let separator = if t.language() == tais_web::Language::En { "," } else { ";" };
    let wanted = Field::ALL.iter().filter(|field| !matches!(field, Field::Pillar | Field::Confidence));
    let names: Vec<String> = wanted.map(|field| field.name(t)).collect();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"import.csv\""),
    ];
    Ok((headers, format!("\u{feff}{}\r\n", names.join(separator))).into_response())
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

async fn check(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Page, Failure> {
    let person = correspondent.person(&frame)?;
    let opened = opened(&correspondent, &frame, &person, &id).await?;
    let preview = correspondent.imports.preview(&opened, person.account).await;
    let preview = preview.map_err(|error| import_failure(&frame, error))?;
    check_page(&correspondent, &frame, &opened, &preview, &Again::default())
}

fn check_page(
    correspondent: &Correspondent,
    frame: &Frame,
    opened: &Opened,
    preview: &Preview,
    again: &Again<'_>,
) -> Result<Page, Failure> {
    let t = frame.texts;
    let content = PreviewPage::new(t, correspondent.intake.pillar(), opened, preview, again, &frame.csrf);
    let errors = again.errors;
    let title = t.get("import-check-title");
    let title = if errors.is_empty() { title } else { error_title(t, &title) };
    let mut page = page(correspondent, frame, title, render(&content)?);
    if !errors.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn map(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    CheckedForm(typed): CheckedForm<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let opened = opened(&correspondent, &frame, &person, &id).await?;
    let typed_of = |name: &str| typed.get(name).map_or("", String::as_str);
    let column = |(name, value): (&String, &String)| {
        Some((Field::from_code(name.strip_prefix("column-")?)?, value.parse::<usize>().ok()?))
    };
    let mapping = Mapping {
        columns: typed.iter().filter_map(column).collect(),
        language: typed_of("language").parse().unwrap_or(opened.upload.mapping.language),
        kind: ActivityKind::from_code(typed_of("kind")),
    };
    let mapped = correspondent.imports.map(&opened, person.account, mapping).await;
    mapped.map_err(|error| import_failure(&frame, error))?;
    Ok(to(&correspondent, opened.upload.id, ""))
}

/// What was chosen: rows as `LINE-VERSION`, and whether those not shown go with them.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Chosen {
    rows: Vec<String>,
    rest: Vec<String>,
    reason: String,
}

impl Chosen {
    /// The lines, each with the version that was seen.
    fn lines(&self, preview: &Preview) -> Vec<(u64, u32)> {
        let row = |row: &String| {
            let (line, version) = row.split_once('-')?;
            Some((line.parse().ok()?, version.parse().ok()?))
        };
        let mut lines: Vec<(u64, u32)> = self.rows.iter().filter_map(row).collect();
        for code in &self.rest {
            let unseen = views::of(preview, code).skip(views::ROWS_SHOWN);
            lines.extend(unseen.map(|line| (line.line, line.outcome.version())));
        }
        lines
    }
}

async fn commit(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    CheckedForm(chosen): CheckedForm<Chosen>,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let t = frame.texts;
    let opened = opened(&correspondent, &frame, &person, &id).await?;
    let imports = &correspondent.imports;
    let preview = imports.preview(&opened, person.account).await;
    let preview = preview.map_err(|error| import_failure(&frame, error))?;
    let lines = chosen.lines(&preview);
    let again = |field: &str, message: String| {
        let errors = [FieldError { field: field.to_owned(), message }];
        let again = Again { errors: &errors, rows: Some(&chosen.rows) };
        check_page(&correspondent, &frame, &opened, &preview, &again).map(IntoResponse::into_response)
    };
    if lines.is_empty() {
        return again("rows", t.get("import-choose-some"));
    }
    if chosen.reason.trim().is_empty() && preview.corrects(&lines) {
        return again("reason", t.get("import-reason-missing"));
    }
    let begun = imports.commit(opened.upload.id, person.account, &chosen.reason, &lines).await;
    begun.map_err(|error| import_failure(&frame, error))?;
    Ok(to(&correspondent, opened.upload.id, "/progress"))
}

async fn follow(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Page, Failure> {
    let person = correspondent.person(&frame)?;
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let imports = &correspondent.imports;
    let name = imports.name(id, person.account).await.map_err(|error| import_failure(&frame, error))?;
    let name = name.ok_or(Failure::NotFound)?;
    let progress = imports.progress(id).await.map_err(|error| import_failure(&frame, error))?;
    let content =
        ProgressPage::new(frame.texts, correspondent.intake.pillar(), id, &name, &progress, &frame.csrf);
    let title = content.title().to_owned();
    let mut page = page(&correspondent, &frame, title, render(&content)?);
    if progress.is_waiting() {
        page.head_extra = format!(r#"<meta http-equiv="refresh" content="{REFRESH_SECONDS}">"#);
    }
    Ok(page)
}

#[derive(Deserialize)]
struct Nothing {}

/// What was interrupted goes on.
async fn go_on(
    State(correspondent): State<Correspondent>,
    Path(id): Path<String>,
    frame: Frame,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Failure> {
    let person = correspondent.person(&frame)?;
    let opened = opened(&correspondent, &frame, &person, &id).await?;
    correspondent.imports.go_on(opened.upload.id, person.account);
    Ok(to(&correspondent, opened.upload.id, "/progress"))
}
