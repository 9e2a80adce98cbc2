//! Words that several pages share.

use tais_proto::event::activity::ActivityDetails;
use tais_proto::{Lang, PartialDate};
use tais_web::language::Texts;
pub use tais_web::records::words::{item, lang};

/// A title in the reader's language or the one it was written in, with that language's tag.
pub fn title(t: Texts, details: &ActivityDetails) -> (String, String) {
    let (lang, text) = details.title.best(lang(t)).unwrap_or((Lang::EN, "-"));
    (lang.to_string(), text.to_owned())
}

/// The days of an activity, as precisely as they are known.
pub fn days(t: Texts, details: &ActivityDetails) -> String {
    details.starts.map_or_else(|| t.get("office-date-unknown"), |starts| period(t, starts, details.ends))
}

/// From the first day to the last, as precisely as they are known.
pub fn period(t: Texts, starts: PartialDate, ends: Option<PartialDate>) -> String {
    match ends.filter(|ends| *ends != starts) {
        None => t.format_partial_date(starts),
        Some(ends) => {
            let from = t.format_beginning(starts, ends);
            let values = [("from", from.into()), ("to", t.format_partial_date(ends).into())];
            t.with("office-days", &values)
        }
    }
}

/// A day as people write it into the as-of field.
pub fn typed_date(date: tais_proto::Date) -> String {
    let iso = tais_proto::when::format_iso_date(date);
    let mut parts = iso.splitn(3, '-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    format!("{}/{}/{}", day.unwrap_or_default(), month.unwrap_or_default(), year.unwrap_or_default())
}
