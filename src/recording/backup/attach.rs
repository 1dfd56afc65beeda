//! Whole backups into the manifest of their recording: which file fills how much of which track's gaps.

use super::{
    Backup,
    covers::{covers, is_fillable, merged, total_ms},
};
use crate::recording::manifest::{Manifest, Stretch, TrackBackup};
use actors::recording::ledger::Gap;
use std::{io, path::Path};

/// Says of each track what its backups fill, as it is now. A backup that fills nothing is left out.
pub fn attach(recording: &Path, manifest: &mut Manifest) -> io::Result<()> {
    let backups = Backup::all(recording)?;
    for track in &mut manifest.tracks {
        let gaps: Vec<Gap> = track.ledgers.iter().flat_map(|ledger| ledger.gaps.iter().copied()).collect();
        track.backups.clear();
        let of_track = |backup: &&Backup| backup.about.participant == track.participant && backup.about.source == track.source;
        for backup in backups.iter().filter(of_track) {
            let Some(complete) = &backup.about.complete else { continue };
            let covered = covers(&gaps, &stretches(backup)?);
            if !covered.is_empty() {
                track.backups.push(TrackBackup {
                    file: complete.file.clone(),
                    at_ms: backup.about.started_at_ms,
                    covers_ms: total_ms(&covered),
                    covers: covered,
                });
            }
        }
    }
    Ok(())
}

/// Is there one that its browser has not finished, for a track that has gaps to fill?
pub fn is_awaited(recording: &Path, manifest: &Manifest) -> io::Result<bool> {
    let backups = Backup::all(recording)?;
    let mut unfinished = backups.iter().map(|backup| &backup.about).filter(|about| about.complete.is_none());
    Ok(unfinished.any(|about| {
        let tracks =
            manifest.tracks.iter().filter(|track| track.participant == about.participant && track.source == about.source);
        tracks.flat_map(|track| &track.ledgers).flat_map(|ledger| &ledger.gaps).any(|gap| is_fillable(gap.reason))
    }))
}

/// What it has, in the recording's time.
fn stretches(backup: &Backup) -> io::Result<Vec<Stretch>> {
    let at = |ms: u64| backup.about.started_at_ms.saturating_add(ms);
    let chunks = backup.chunks()?.into_iter();
    Ok(merged(chunks.map(|(_, chunk)| Stretch { from_ms: at(chunk.from_ms), to_ms: at(chunk.to_ms) }).collect()))
}
