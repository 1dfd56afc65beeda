//! The end of a recording: its files are whole, hashed and listed, and a signed report says what they hold and what they don't.

use super::{
    backup,
    manifest::{self, Manifest, RecordedTrack, Segment},
    replace, resume, seal,
};
use crate::identity::Keys;
use actors::{
    Timestamp,
    recording::report::{IntegrityReport, Known, KnownPerson, KnownTrack, SegmentReport},
};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// The integrity report, in the recording's folder.
pub const REPORT: &str = "report.json";
/// The signature under it.
pub const SEAL: &str = "report.json.jws";
const CHUNK: usize = 256 * 1024;

/// Mends what is unfinished, hashes what is not, and writes manifest, report and signature. `ended_at` counts unless the manifest knows better. It may be
/// done again: a crash in the middle of it costs nothing.
///
/// # Errors
/// `NotFound` without a manifest, `InvalidData` for one that can't be read, and whatever the disk says.
pub fn finish(folder: &Path, ended_at: Timestamp, keys: &Keys) -> io::Result<IntegrityReport> {
    let _held = manifest::hold(folder);
    let mut manifest = Manifest::read(folder)?;
    resume::mend(folder, &mut manifest)?;
    for track in &mut manifest.tracks {
        for segment in &mut track.segments {
            hash_segment(folder, segment)?;
        }
    }
    // What browsers brought fills gaps; that one of them can't be read costs nothing else.
    if let Err(error) = backup::attach(folder, &mut manifest) {
        tracing::warn!(%error, "backups of a recording could not be looked at");
    }
    manifest.ended_at.get_or_insert(ended_at);
    manifest.written_at = manifest.written_at.max(ended_at);
    manifest.write(folder)?;
    let report = IntegrityReport::of(&known(&manifest));
    let bytes = serde_json::to_vec_pretty(&report)?;
    // Without its signature nobody believes it, so that comes last.
    replace(folder, REPORT, &bytes)?;
    replace(folder, SEAL, seal::seal(&bytes, keys)?.as_bytes())?;
    Ok(report)
}

/// Of the whole file, in hex.
pub(super) fn hash(path: &Path) -> io::Result<String> {
    let (mut file, mut hash, mut chunk) = (File::open(path)?, Sha256::new(), vec![0; CHUNK]);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            read => hash.update(&chunk[..read]),
        }
    }
}

fn hash_segment(folder: &Path, segment: &mut Segment) -> io::Result<()> {
    let Some(done) = segment.done.as_mut().filter(|done| done.sha256.is_empty()) else { return Ok(()) };
    match hash(&folder.join(&segment.name)) {
        Ok(sha256) => done.sha256 = sha256,
        // It was there once: the report says that it can't be read.
        Err(error) if error.kind() == io::ErrorKind::NotFound => segment.done = None,
        Err(error) => return Err(error),
    }
    Ok(())
}

fn known(manifest: &Manifest) -> Known {
    let person = |person: &super::manifest::RecordedPerson| KnownPerson {
        id: person.id,
        display_name: person.display_name.clone(),
        answers: person.consents.iter().map(|from| (from.at_ms, from.consents.recording)).collect(),
    };
    let mut people: Vec<KnownPerson> = manifest.people.iter().map(person).collect();
    for track in &manifest.tracks {
        // Of whoever nothing else is known.
        if people.iter().all(|person| person.id != track.participant) {
            people.push(KnownPerson { id: track.participant, display_name: "Somebody".to_owned(), answers: Vec::new() });
        }
    }
    Known {
        recording_id: manifest.recording_id,
        room_id: manifest.room_id,
        session_id: manifest.session_id,
        started_at: manifest.started_at,
        ended_at: manifest.ended_at.unwrap_or(manifest.written_at),
        away: manifest.away.clone(),
        people,
        tracks: manifest.tracks.iter().map(known_track).collect(),
    }
}

fn known_track(track: &RecordedTrack) -> KnownTrack {
    KnownTrack {
        participant: track.participant,
        source: track.source,
        ledgers: track.ledgers.clone(),
        segments: track.segments.iter().map(reported).collect(),
        fault: track.fault.clone(),
        restarts: track.restarts,
    }
}

fn reported(segment: &Segment) -> SegmentReport {
    let done = segment.done.as_ref();
    SegmentReport {
        name: segment.name.clone(),
        number: segment.number,
        at_ms: segment.at_ms,
        duration_ms: done.map_or(0, |done| done.duration_ms),
        bytes: done.map_or(0, |done| done.bytes),
        frames: done.map_or(0, |done| done.frames),
        sha256: done.map(|done| done.sha256.clone()),
        mended: done.is_some_and(|done| done.mended),
    }
}
