//! Whole backups into the manifest of their recording: which file fills how much of which track's gaps.

use super::{
    About, Backup,
    covers::{covers, is_fillable, merged, total_ms},
};
use crate::recording::manifest::{Manifest, RecordedTrack, Stretch, TrackBackup};
use actors::recording::ledger::Gap;
use std::{io, path::Path};

/// Says of each track what its backups fill, as it is now. A backup that fills nothing is left out.
pub fn attach(recording: &Path, manifest: &mut Manifest) -> io::Result<()> {
    let backups = Backup::all(recording)?;
    for track in &mut manifest.tracks {
        let gaps: Vec<Gap> = gaps(track).collect();
        track.backups.clear();
        for backup in &backups {
            if !is_of(&backup.about, track) {
                continue;
            }
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
        let tracks = manifest.tracks.iter().filter(|track| is_of(about, track));
        tracks.flat_map(gaps).any(|gap| is_fillable(gap.reason))
    }))
}

fn is_of(about: &About, track: &RecordedTrack) -> bool {
    (about.participant, about.source) == (track.participant, track.source)
}

fn gaps(track: &RecordedTrack) -> impl Iterator<Item = Gap> {
    track.ledgers.iter().flat_map(|ledger| ledger.gaps.iter().copied())
}

/// What it has, in the recording's time.
fn stretches(backup: &Backup) -> io::Result<Vec<Stretch>> {
    let at = |ms: u64| backup.about.started_at_ms.saturating_add(ms);
    let chunks = backup.chunks()?.into_iter();
    Ok(merged(chunks.map(|(_, chunk)| Stretch { from_ms: at(chunk.from_ms), to_ms: at(chunk.to_ms) }).collect()))
}
