//! Words that several pages share.

use tais_proto::Lang;
use tais_proto::event::activity::ActivityDetails;
use tais_web::language::Texts;
pub use tais_web::records::words::{item, lang};

/// A title in the reader's language or the one it was written in, with that language's tag.
pub fn title(t: Texts, details: &ActivityDetails) -> (String, String) {
    let (lang, text) = details.title.best(lang(t)).unwrap_or((Lang::EN, "-"));
    (lang.to_string(), text.to_owned())
}

/// The days of an activity, as precisely as they are known.
pub fn days(t: Texts, details: &ActivityDetails) -> String {
    match (details.starts, details.ends) {
        (None, _) => t.get("office-date-unknown"),
        (Some(starts), Some(ends)) if starts != ends => {
            let values =
                [("from", t.format_partial_date(starts).into()), ("to", t.format_partial_date(ends).into())];
            t.with("office-days", &values)
        }
        (Some(starts), _) => t.format_partial_date(starts),
    }
}

/// A day as people write it into the as-of field.
pub fn typed_date(date: tais_proto::Date) -> String {
    let iso = tais_proto::when::format_iso_date(date);
    let mut parts = iso.splitn(3, '-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    format!("{}/{}/{}", day.unwrap_or_default(), month.unwrap_or_default(), year.unwrap_or_default())
}
