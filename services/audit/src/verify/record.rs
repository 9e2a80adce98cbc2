//! Verifying the record in its database: entries, then head, checkpoints and tiles.

use std::collections::HashSet;

use tais_log::checkpoint::SignedCheckpoint;
use tais_log::evidence::{Evidence, KeptCheckpoint, KeptHead, KeptTile};
use tais_log::{LogError, PostgresLog};

use super::tiles::Tiles;
use super::{Figures, Pinned, Verification, Wrong};

/// Entries that are read at once.
const PAGE: usize = 2_048;

/// Verifies all that the database has; `progress` hears how many entries of how many are done. The outer
/// error is the database's: nothing is known then.
///
/// # Errors
/// When the database does not answer.
pub async fn record(
    log: &PostgresLog,
    pinned: Pinned,
    mut progress: impl FnMut(u64, u64),
) -> Result<Result<Figures, Wrong>, LogError> {
    let mut verification = Verification::new(pinned);
    // Checkpoints before the head: what they cover is then there, whatever is recorded meanwhile.
    let checkpoints = log.kept_checkpoints().await?;
    if let Err(wrong) = expect_all(&mut verification, &checkpoints) {
        return Ok(Err(wrong));
    }
    let Some(head) = log.kept_head().await? else {
        return Ok(Err(Wrong::Head { entries: 0, what: "its row" }));
    };
    let size = u64::try_from(head.next_position).unwrap_or(0);
    // From the smallest position there can be, so that what lies before 0 is seen.
    let mut page = self::page(log, i64::MIN, &head).await?;
    while verification.size() < size {
        let Some(last) = page.last().map(|evidence| evidence.position) else {
            return Ok(Err(Wrong::Missing(verification.size())));
        };
        // While one page is looked at, the next is read.
        let looked = tokio::task::spawn_blocking(move || (verification.take(&page), verification));
        let next = self::page(log, last.saturating_add(1), &head);
        let (looked, next) = tokio::join!(looked, next);
        let (taken, looked) =
            looked.map_err(|error| LogError::Altered { position: 0, problem: error.to_string() })?;
        (verification, page) = (looked, next?);
        if let Err(wrong) = taken {
            return Ok(Err(wrong));
        }
        progress(verification.size(), size);
    }
    if let Some(position) = log.beyond_the_head().await? {
        return Ok(Err(Wrong::Unexpected(position)));
    }
    if let Err(wrong) = check_head(&verification, &head) {
        return Ok(Err(wrong));
    }
    if let Err(wrong) = check_tiles(log, verification.tiles()).await? {
        return Ok(Err(wrong));
    }
    Ok(verification.end())
}

/// The next entries of those that the head counts.
async fn page(log: &PostgresLog, from: i64, head: &KeptHead) -> Result<Vec<Evidence>, LogError> {
    let mut page = log.evidence(from, PAGE).await?;
    page.retain(|evidence| evidence.position < head.next_position);
    Ok(page)
}

fn expect_all(verification: &mut Verification, checkpoints: &[KeptCheckpoint]) -> Result<(), Wrong> {
    let mut previous = 0;
    for kept in checkpoints {
        let bad = |why: &str| Wrong::BadCheckpoint {
            size: u64::try_from(kept.size).unwrap_or(0),
            why: why.to_owned(),
        };
        let signed = SignedCheckpoint::parse(&kept.note).map_err(|error| bad(&error.to_string()))?;
        let said = signed.checkpoint();
        if i64::try_from(said.size).ok() != Some(kept.size) || said.root[..] != kept.root {
            return Err(bad("the columns beside it do not say what the note says"));
        }
        if kept.previous != previous {
            return Err(bad("the one before it is not the one that it names"));
        }
        previous = kept.size;
        verification.expect(signed, "in the record");
    }
    Ok(())
}

fn check_head(verification: &Verification, head: &KeptHead) -> Result<(), Wrong> {
    let wrong = |what| Err(Wrong::Head { entries: verification.size(), what });
    if verification.frontier().hashes() != head.frontier {
        return wrong("its frontier");
    }
    if verification.last_recorded_at() != head.last_recorded_at {
        return wrong("its time");
    }
    Ok(())
}

async fn check_tiles(log: &PostgresLog, tiles: &Tiles) -> Result<Result<(), Wrong>, LogError> {
    let mut seen = HashSet::new();
    let mut wrong: Option<Wrong> = None;
    let mut look = |tile: KeptTile| {
        // Those of entries that came meanwhile are somebody else's to verify.
        if tiles.covers(tile.level, tile.index) {
            seen.insert((tile.level, tile.index));
            if let (None, Err(found)) = (&wrong, tiles.check(&tile)) {
                wrong = Some(found);
            }
        }
    };
    log.kept_tiles(&mut look).await?;
    if let Some(wrong) = wrong {
        return Ok(Err(wrong));
    }
    Ok(match tiles.whole_tiles().find(|tile| !seen.contains(tile)) {
        Some((level, index)) => Err(tiles.no_tile(level, index)),
        None => Ok(()),
    })
}
