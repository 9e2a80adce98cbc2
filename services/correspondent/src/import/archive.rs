//! What is checked of a workbook before anything reads it: it is a ZIP archive of XML, and both can
//! be made to cost far more than they weigh. What counts is what really comes out, never what a
//! header claims.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::table::FileError;

/// The most bytes that all parts together may unpack to.
pub const INFLATED_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How many times larger than the file its parts may be, once they are larger than
/// [`RATIO_FREE_BYTES`].
pub const RATIO_MAX: u64 = 200;
/// Up to this size the ratio is not looked at: a small sheet of one repeated word is no attack.
pub const RATIO_FREE_BYTES: u64 = 1024 * 1024;
/// The most parts.
pub const PARTS_MAX: usize = 1_000;
/// The most texts that a workbook may announce; room is made for as many as it says.
pub const STRINGS_MAX: usize = 1_000_000;

fn broken(error: impl std::fmt::Display) -> FileError {
    FileError::Broken(error.to_string())
}

/// Unpacks every part into a buffer that is thrown away, and looks at its name and its content.
///
/// # Errors
/// What is wrong with it, each limit by its own name.
pub fn check(bytes: &[u8]) -> Result<(), FileError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > PARTS_MAX {
        return Err(FileError::TooManyParts);
    }
    let ratio_max = RATIO_FREE_BYTES.max(RATIO_MAX.saturating_mul(bytes.len() as u64));
    let mut inflated = 0;
    let mut content = Vec::new();
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(broken)?;
        let name = part.name().map_err(broken)?.into_owned();
        check_name(&name)?;
        if name == "mimetype" {
            return Err(FileError::Kind(".ods"));
        }
        // One byte more than is allowed tells that there is more, without unpacking it all.
        let left = INFLATED_BYTES_MAX.min(ratio_max) - inflated;
        content.clear();
        inflated += part.take(left + 1).read_to_end(&mut content).map_err(broken)? as u64;
        if inflated > INFLATED_BYTES_MAX {
            return Err(FileError::Inflated);
        }
        if inflated > ratio_max {
            return Err(FileError::Ratio);
        }
        check_content(&name, &mut content)?;
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), FileError> {
    let leads_out = name.starts_with(['/', '\\'])
        || name.contains(':')
        || name.split(['/', '\\']).any(|step| step == "..");
    if leads_out { Err(FileError::PartName(name.chars().take(80).collect())) } else { Ok(()) }
}

/// Every part is looked through, whatever its name ends in: which of them are read as XML is said by
/// other parts.
fn check_content(name: &str, content: &mut Vec<u8>) -> Result<(), FileError> {
    // In UTF-16 every second byte is zero; without them the words read the same.
    content.retain(|byte| *byte != 0);
    if declares_entities(content) {
        return Err(FileError::Entities(name.to_owned()));
    }
    // The reader makes room for as many texts as the workbook announces before it has seen one.
    let announces = |at: usize| announced(&content[at + COUNT.len()..]);
    let mut counts = memchr::memmem::find_iter(content, COUNT).filter_map(announces);
    if counts.any(|count| count > STRINGS_MAX) { Err(FileError::TooManyTexts) } else { Ok(()) }
}

const COUNT: &[u8] = b"uniqueCount";

/// Whether a document type or an entity is declared, in whatever capitals.
pub(super) fn declares_entities(content: &[u8]) -> bool {
    memchr::memmem::find_iter(content, b"<!").any(|at| {
        let word = &content[at + 2..];
        [&b"doctype"[..], b"entity"]
            .iter()
            .any(|wanted| word.get(..wanted.len()).is_some_and(|found| found.eq_ignore_ascii_case(wanted)))
    })
}

/// The number of an attribute whose name was just passed; one too long for any number is the largest.
fn announced(after_name: &[u8]) -> Option<usize> {
    let is_before = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'"' | b'\'' | b'+');
    let digits: Vec<u8> = after_name
        .iter()
        .skip_while(|byte| is_before(byte))
        .take_while(|byte| byte.is_ascii_digit())
        .copied()
        .collect();
    let text = String::from_utf8(digits).ok().filter(|digits| !digits.is_empty())?;
    Some(text.parse().unwrap_or(usize::MAX))
}
