//! Time as the office lives it: UTC instants in the record, Dili dates and quarters in its work,
//! and dates that are only partly known.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::format_description::well_known::Rfc3339;
use time::macros::{datetime, format_description, offset};
use time::{Duration, Month, OffsetDateTime, UtcOffset};

pub use time::Date;

/// Asia/Dili: UTC+9, without daylight saving time.
pub const DILI: UtcOffset = offset!(+9);

/// An instant in UTC, to the microsecond (what Postgres keeps), of the years 1 to 9999 in UTC and in
/// Dili alike. On the wire RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// The first there is.
    pub const MIN: Self = Self(datetime!(0001-01-01 00:00:00 UTC));
    /// The last there is: in Dili the year 9999 ends here.
    pub const MAX: Self = Self(datetime!(9999-12-31 14:59:59.999999 UTC));

    /// The instant, in UTC, cut to the microsecond; the nearest there is, if it is out of range.
    #[must_use]
    pub fn new(instant: OffsetDateTime) -> Self {
        let utc = instant.clamp(Self::MIN.0, Self::MAX.0).to_offset(UtcOffset::UTC);
        let micros = utc.microsecond();
        Self(utc.replace_microsecond(micros).unwrap_or(utc))
    }

    fn in_range(instant: OffsetDateTime) -> bool {
        // In the last of its microseconds an instant is still in range.
        (Self::MIN.0..Self::MAX.0 + Duration::microseconds(1)).contains(&instant)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_micros(self) -> i64 {
        i64::try_from(self.0.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
    }

    /// The instant so many microseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_unix_micros(micros: i64) -> Self {
        let nanos = i128::from(micros) * 1_000;
        Self::new(OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH))
    }

    /// As `time` has it, in UTC.
    #[must_use]
    pub const fn to_utc(self) -> OffsetDateTime {
        self.0
    }

    /// The wall clock in Dili.
    #[must_use]
    pub const fn in_dili(self) -> OffsetDateTime {
        self.0.to_offset(DILI)
    }

    /// The calendar day in Dili.
    #[must_use]
    pub const fn dili_date(self) -> Date {
        self.in_dili().date()
    }
}

/// The first instant after a day in Dili: an entry belongs to the day if it was recorded before it.
#[must_use]
pub fn end_of_dili_day(date: Date) -> Timestamp {
    let next = date.next_day().unwrap_or(date);
    Timestamp::new(next.midnight().assume_offset(DILI))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}

/// A text that is not a time of this contract.
#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" is not a time: write it as 2026-11-24T09:30:00Z")]
pub struct TimestampError(String);

impl FromStr for Timestamp {
    type Err = TimestampError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        (OffsetDateTime::parse(text, &Rfc3339).ok().filter(|instant| Self::in_range(*instant)))
            .map(Self::new)
            .ok_or_else(|| TimestampError(clip(text)))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Writes a date as `2026-11-24`.
#[must_use]
pub fn format_iso_date(date: Date) -> String {
    let (year, month, day) = date.to_calendar_date();
    format!("{year:04}-{:02}-{day:02}", u8::from(month))
}

/// Reads a date written as `2026-11-24`.
///
/// # Errors
/// When the text is not such a date.
pub fn parse_iso_date(text: &str) -> Result<Date, DateError> {
    (Date::parse(text, format_description!("[year]-[month]-[day]")).ok())
        // One spelling a date: no sign before the year.
        .filter(|date| format_iso_date(*date) == text)
        .ok_or_else(|| DateError(clip(text)))
}

fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

/// A text that is not a date.
#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" is not a date: write it as 2026-11-24, or as 2026-11 where only the month is known")]
pub struct DateError(String);

/// serde for a whole date as `2026-11-24`.
pub mod iso_date {
    use super::{Date, Deserialize, Deserializer, Serializer, de, format_iso_date, parse_iso_date};

    /// Writes the date.
    ///
    /// # Errors
    /// As the serializer's.
    pub fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format_iso_date(*date))
    }

    /// Reads the date.
    ///
    /// # Errors
    /// When the text is not a date.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        parse_iso_date(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// A date as precisely as it is known: to the day or only to the month (ISO 8601 reduced precision).
/// A date that is not known at all is absent; none is filled in by guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartialDate {
    /// Known to the day.
    Day(Date),
    /// Known to the month.
    Month(i32, Month),
}

impl PartialDate {
    /// The first day it can be.
    #[must_use]
    pub fn earliest(self) -> Date {
        match self {
            Self::Day(date) => date,
            Self::Month(year, month) => Date::from_calendar_date(year, month, 1).unwrap_or(Date::MIN),
        }
    }

    /// The last day it can be.
    #[must_use]
    pub fn latest(self) -> Date {
        match self {
            Self::Day(date) => date,
            Self::Month(year, month) => {
                Date::from_calendar_date(year, month, month.length(year)).unwrap_or(Date::MAX)
            }
        }
    }

    /// The quarter it falls in; a month never straddles two.
    #[must_use]
    pub fn quarter(self) -> Quarter {
        Quarter::of(self.earliest())
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(date) => f.write_str(&format_iso_date(*date)),
            Self::Month(year, month) => write!(f, "{year:04}-{:02}", u8::from(*month)),
        }
    }
}

impl FromStr for PartialDate {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((year, month)) = text.split_once('-').filter(|(y, m)| y.len() == 4 && m.len() == 2) else {
            return parse_iso_date(text).map(Self::Day);
        };
        let parse =
            || Some(Self::Month(year.parse().ok()?, Month::try_from(month.parse::<u8>().ok()?).ok()?));
        // One spelling a month: the number parsers would take a sign.
        parse().filter(|month| month.to_string() == text).ok_or_else(|| DateError(clip(text)))
    }
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The office's reporting period: a calendar quarter in Dili time. Written `2026-Q4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    /// The year.
    pub year: i32,
    /// 1 to 4.
    pub number: u8,
}

impl Quarter {
    /// The quarter a day falls in.
    #[must_use]
    pub fn of(date: Date) -> Self {
        Self { year: date.year(), number: (u8::from(date.month()) - 1) / 3 + 1 }
    }

    /// The quarter before.
    #[must_use]
    pub fn previous(self) -> Self {
        match self.number {
            1 => Self { year: self.year - 1, number: 4 },
            n => Self { year: self.year, number: n - 1 },
        }
    }

    /// Its last day.
    #[must_use]
    pub fn last_day(self) -> Date {
        let month = Month::try_from(self.number * 3).unwrap_or(Month::December);
        PartialDate::Month(self.year, month).latest()
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.number)
    }
}

/// A text that is not a quarter.
#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" is not a quarter: write it as 2026-Q4")]
pub struct QuarterError(String);

impl FromStr for Quarter {
    type Err = QuarterError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split_once("-Q")
            .filter(|(year, _)| year.len() == 4)
            .and_then(|(year, number)| Some((year.parse().ok()?, number.parse().ok()?)))
            .filter(|(_, number)| (1..=4).contains(number))
            .map(|(year, number)| Self { year, number })
            // One spelling a quarter: the number parsers would take a sign or a zero before.
            .filter(|quarter| quarter.to_string() == text)
            .ok_or_else(|| QuarterError(clip(text)))
    }
}

impl Serialize for Quarter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quarter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
