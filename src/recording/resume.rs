//! What a crash left, brought up to date: the files are mended, and the manifest says what is in them.

use super::{
    manifest::{Manifest, RecordedPerson, RecordedTrack, Segment, SegmentEnd, Stretch},
    mux::{RecoverError, Recovered},
    unfinished::{self, Piece},
};
use actors::{
    Timestamp,
    protocol::Purpose,
    recording::ledger::{Gap, GapReason, TrackLedger},
};
use std::{fs, io, path::Path};

/// A track that was heard no longer before the end than this was there at the end: what is on its way, and what is not yet known as silence.
const STILL_THERE_MS: u64 = 3_500;

/// Of a recording that was cut off and is to go on: mends its files, and writes and returns its manifest, in which the server's absence stands.
/// [`Manifest::known`] is what the recording has to know. `InvalidData` when the manifest can't be read.
pub fn resume(folder: &Path, now: Timestamp) -> io::Result<Manifest> {
    let mut manifest = Manifest::read(folder)?;
    let cut_off = mend(folder, &mut manifest)?;
    let (from_ms, to_ms) = (manifest.known_until_ms(), now.0.saturating_sub(manifest.started_at.0));
    manifest.away.push(Stretch { from_ms, to_ms: to_ms.max(from_ms) });
    let people = &manifest.people;
    for track in &mut manifest.tracks {
        // Closed in order, it is not known by its file.
        let agrees = people.iter().find(|person| person.id == track.participant).is_none_or(RecordedPerson::agrees);
        if cut_off.contains(&track.key()) || agrees && track.went_on(from_ms) {
            track.miss(GapReason::Restart, to_ms);
        }
    }
    (manifest.ended_at, manifest.written_at) = (None, now);
    manifest.write(folder)?;
    Ok(manifest)
}

/// Mends what is unfinished, and notes in the manifest what is in each file. The tracks that were cut off.
pub(super) fn mend(folder: &Path, manifest: &mut Manifest) -> io::Result<Vec<actors::recording::book::TrackKey>> {
    let began = manifest.started_at;
    let mut cut_off = Vec::new();
    for piece in unfinished::finish(folder)? {
        let path = folder.join(&piece.name);
        match &piece.found {
            // It was begun, and nothing came of it.
            Err(RecoverError::TornHead) => fs::remove_file(path)?,
            Ok(found) if found.frames == 0 => fs::remove_file(path)?,
            Ok(found) => {
                let bytes = fs::metadata(path)?.len();
                if manifest.track(&piece).found(&piece, *found, bytes, began) {
                    cut_off.push(manifest.track(&piece).key());
                }
            }
            Err(error) => {
                tracing::error!(file = piece.name, %error, "a recorded file can't be read");
                manifest.track(&piece).unreadable(&piece);
            }
        }
    }
    for track in &mut manifest.tracks {
        track.segments.retain(|segment| folder.join(&segment.name).exists() || segment.done.is_some());
        track.segments.sort_by_key(|segment| segment.number);
        if track.fault.take().is_some() {
            let until_ms = manifest.written_at.0.saturating_sub(began.0);
            track.miss(GapReason::Disk, until_ms);
        }
    }
    Ok(cut_off)
}

impl Manifest {
    fn track(&mut self, piece: &Piece) -> &mut RecordedTrack {
        let (participant, source) = (piece.key.participant, piece.key.source);
        let known = self.tracks.iter().position(|track| track.participant == participant && track.source == source);
        let place = known.unwrap_or_else(|| {
            let (segments, ledgers) = (Vec::new(), Vec::new());
            self.tracks.push(RecordedTrack {
                participant,
                source,
                segments,
                ledgers,
                fault: None,
                restarts: 0,
                backups: Vec::new(),
            });
            self.tracks.len() - 1
        });
        &mut self.tracks[place]
    }
}

impl RecordedPerson {
    fn agrees(&self) -> bool {
        self.consents.last().is_some_and(|from| from.consents.allow(Purpose::Recording))
    }
}

impl RecordedTrack {
    /// Was it heard until then, or silent until then?
    fn went_on(&self, until_ms: u64) -> bool {
        self.ends_ms().is_some_and(|ends_ms| ends_ms + STILL_THERE_MS >= until_ms)
    }

    fn ends_ms(&self) -> Option<u64> {
        let last = self.ledgers.last()?;
        last.gaps.last().map(|gap| gap.to_ms).max(last.end_ms)
    }

    /// What is in one of its files. Says whether that was cut off.
    fn found(&mut self, piece: &Piece, found: Recovered, bytes: u64, began: Timestamp) -> bool {
        let at_ms = found.start.0.saturating_sub(began.0);
        let segment = self.segment(piece, at_ms);
        let before = segment.done.take();
        let open = before.is_none();
        let same = before.as_ref().is_some_and(|done| done.bytes == bytes && found.finished_before);
        segment.done = before.filter(|_| same).or(Some(SegmentEnd {
            bytes,
            duration_ms: found.duration_ms,
            frames: found.frames,
            sha256: String::new(),
            mended: !found.finished_before,
        }));
        if open {
            self.kept(at_ms, at_ms + found.duration_ms);
        }
        open
    }

    /// It stays, and nobody knows what is in it.
    fn unreadable(&mut self, piece: &Piece) {
        self.segment(piece, 0).done = None;
    }

    fn segment(&mut self, piece: &Piece, at_ms: u64) -> &mut Segment {
        let number = piece.key.number;
        let place = self.segments.iter().position(|segment| segment.name == piece.name).unwrap_or_else(|| {
            self.segments.push(Segment { name: piece.name.clone(), number, at_ms, done: None });
            self.segments.len() - 1
        });
        &mut self.segments[place]
    }

    /// More is there than was written down.
    fn kept(&mut self, at_ms: u64, end_ms: u64) {
        if self.ledgers.is_empty() {
            self.ledgers.push(TrackLedger::default());
        }
        let Some(ledger) = self.ledgers.last_mut() else { return };
        ledger.first_ms.get_or_insert(at_ms);
        ledger.end_ms = Some(ledger.end_ms.unwrap_or(0).max(end_ms));
    }

    /// From where its last ledger ends until there.
    fn miss(&mut self, reason: GapReason, to_ms: u64) {
        let from_ms = self.ends_ms().unwrap_or(0);
        if let Some(ledger) = self.ledgers.last_mut().filter(|_| from_ms < to_ms) {
            ledger.gap(Gap { from_ms, to_ms, reason });
        }
    }
}
