//! The participation grid of the form: one table, folded until somebody needs it.

use tais_proto::vocabulary::{AgeBand, ParticipantRole, Sex};
use tais_web::escape;
use tais_web::language::Texts;
use tais_web::parts::{FieldError, field_error};

use crate::form::Typed;
use crate::grid::{Cell, GRID, field_of};

/// The grid with what was typed, and what is wrong with it.
pub fn table(t: Texts, typed: &Typed, errors: &[FieldError]) -> String {
    let wrong = field_error(errors, GRID);
    let open = if wrong.is_empty() && typed.cells.is_empty() { "" } else { " open" };
    let bad = if wrong.is_empty() { "" } else { " bad-field" };
    let heads: String = Sex::ALL
        .iter()
        .map(|sex| format!(r#"<th scope="col" id="g-{sex}">{}</th>"#, words(t, &format!("sex-{sex}"))))
        .collect();
    let groups: String = ParticipantRole::ALL.iter().map(|role| group(t, typed, *role)).collect();
    format!(
        r#"<details class="field{bad}" id="{GRID}"{open}><summary>{}</summary><span class="hint">{}</span>{wrong}<table class="counts"><thead><tr><td></td>{heads}</tr></thead>{groups}</table><output class="meta" data-says="{}"></output></details>"#,
        escape(&t.get("grid-title")),
        escape(&t.get("grid-hint")),
        escape(&t.get("grid-sums")),
    )
}

fn group(t: Texts, typed: &Typed, role: ParticipantRole) -> String {
    let rows: String = AgeBand::ALL.iter().map(|age| row(t, typed, role, *age)).collect();
    let name = words(t, &format!("participant-{role}"));
    format!(r#"<tbody><tr><th scope="rowgroup" colspan="4" id="g-{role}">{name}</th></tr>{rows}</tbody>"#)
}

fn row(t: Texts, typed: &Typed, role: ParticipantRole, age: AgeBand) -> String {
    let cells: String = Sex::ALL
        .iter()
        .map(|sex| {
            let cell = Cell { role, sex: *sex, age };
            let value = typed.cells.get(&cell.code()).map(|text| escape(text)).unwrap_or_default();
            format!(
                r#"<td><input name="{}" value="{value}" size="4" inputmode="numeric" data-adds-to="{}" aria-labelledby="g-{role} g-{role}-{age} g-{sex}"></td>"#,
                cell.input(),
                field_of(*sex)
            )
        })
        .collect();
    let name = words(t, &format!("age-{age}"));
    format!(r#"<tr><th scope="row" id="g-{role}-{age}">{name}</th>{cells}</tr>"#)
}

fn words(t: Texts, key: &str) -> String {
    escape(&t.get(key))
}
