//! What a recording's folder says of itself: `manifest.json`, written whole and moved into place, every few seconds while the recording runs and
//! once more when it is over. Times are milliseconds from the recording's beginning.

use super::replace;
pub use actors::recording::stretch::Stretch;
use actors::{
    Timestamp,
    ids::{ParticipantId, RecordingId, RoomId, SessionId, TenantId},
    protocol::{Consents, Source},
    recording::{
        book::{SegmentEntry, TrackKey, TrackState},
        files::{Container, FileError, SegmentDone, SegmentKey},
        ledger::TrackLedger,
        speaking,
    },
    sinks::SinkEnd,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The file's name in the recording's folder.
pub const MANIFEST: &str = "manifest.json";

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    pub recording_id: RecordingId,
    pub tenant_id: TenantId,
    pub room_id: RoomId,
    pub room_code: String,
    pub room_name: String,
    pub session_id: SessionId,
    pub started_at: Timestamp,
    /// None while it runs, and after a crash until it is finished.
    pub ended_at: Option<Timestamp>,
    /// When the manifest was last written: how far a recording that was cut off is known to have gone.
    pub written_at: Timestamp,
    /// Stretches in which the server was away.
    #[serde(default)]
    pub away: Vec<Stretch>,
    pub people: Vec<RecordedPerson>,
    pub tracks: Vec<RecordedTrack>,
    /// Who spoke, from when on; the newest may go on.
    #[serde(default)]
    pub speakers: Vec<SpokeFrom>,
}

/// Somebody who was there while it ran, and what they agreed to.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedPerson {
    pub id: ParticipantId,
    pub display_name: String,
    /// What they had answered, from when on, in order. The first one stands at the time when they came or the recording began.
    pub consents: Vec<ConsentFrom>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentFrom {
    pub at_ms: u64,
    pub consents: Consents,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedTrack {
    pub participant: ParticipantId,
    pub source: Source,
    pub segments: Vec<Segment>,
    /// Of each stretch from when the track was heard until it ended.
    pub ledgers: Vec<TrackLedger>,
    /// Why nothing is kept now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<FileError>,
    /// How often its pipeline was made again.
    #[serde(default)]
    pub restarts: u32,
    /// What browsers recorded of it themselves, where that fills gaps of the above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backups: Vec<TrackBackup>,
}

/// A file that a browser recorded of its own track.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrackBackup {
    /// In the recording's folder.
    pub file: String,
    /// Of its first sample or picture.
    pub at_ms: u64,
    /// Of gaps that it fills, together.
    pub covers_ms: u64,
    /// And each.
    pub covers: Vec<Stretch>,
}

/// One file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Segment {
    /// Of the file in the recording's folder.
    pub name: String,
    pub number: u32,
    /// Of its first frame.
    pub at_ms: u64,
    /// None until it is closed (or was mended after a crash).
    pub done: Option<SegmentEnd>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SegmentEnd {
    pub bytes: u64,
    pub duration_ms: u64,
    pub frames: u64,
    /// Hex, of the whole file. Empty until the recording is finished.
    pub sha256: String,
    /// It was cut off, and mended.
    pub mended: bool,
}

/// Somebody was the loudest from here on; nobody in particular when there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpokeFrom {
    pub at_ms: u64,
    pub participant: Option<ParticipantId>,
}

/// Whoever changes what lies in the folder of a recording that is over holds this meanwhile: nobody else reads what is about to be another.
/// Now and then two recordings share one.
pub fn hold(folder: &Path) -> MutexGuard<'static, ()> {
    static HELD: [Mutex<()>; 32] = [const { Mutex::new(()) }; 32];
    let mut hash = DefaultHasher::new();
    folder.hash(&mut hash);
    let place = (hash.finish() % HELD.len() as u64) as usize;
    HELD[place].lock().unwrap_or_else(PoisonError::into_inner)
}

impl Manifest {
    pub fn read(folder: &Path) -> io::Result<Self> {
        serde_json::from_slice(&fs::read(folder.join(MANIFEST))?)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    pub fn write(&self, folder: &Path) -> io::Result<()> {
        replace(folder, MANIFEST, &serde_json::to_vec_pretty(self)?)
    }

    /// What is known of the tracks now, into it.
    pub fn take(&mut self, known: &BTreeMap<TrackKey, TrackState>, now: Timestamp) {
        let mut before = std::mem::take(&mut self.tracks);
        self.written_at = now;
        self.tracks = known.iter().map(|(key, state)| RecordedTrack::of(*key, state, &before)).collect();
        // What the book does not know of any more is nevertheless there.
        before.retain(|track| !known.contains_key(&track.key()));
        self.tracks.append(&mut before);
        self.speakers = self.who_spoke();
    }

    /// By the voices in the tracks.
    fn who_spoke(&self) -> Vec<SpokeFrom> {
        let voices = self.tracks.iter().filter(|track| track.source == Source::Microphone);
        let spoken = |track: &RecordedTrack| track.ledgers.iter().flat_map(|ledger| ledger.spoken.clone()).collect();
        let turns: Vec<_> = voices.map(|track| (track.participant, spoken(track))).collect();
        let order = speaking::order(&turns);
        order.into_iter().map(|(at_ms, participant)| SpokeFrom { at_ms, participant }).collect()
    }

    /// What a recording that goes on has to know of its tracks.
    pub fn known(&self) -> BTreeMap<TrackKey, TrackState> {
        self.tracks.iter().map(|track| (track.key(), track.state())).collect()
    }

    /// Milliseconds from the beginning to where anything of it is known.
    pub fn known_until_ms(&self) -> u64 {
        let written = self.written_at.0.saturating_sub(self.started_at.0);
        let segments = self.tracks.iter().flat_map(|track| &track.segments);
        segments.filter_map(Segment::end_ms).fold(written, u64::max)
    }

    /// How long it is, as far as anybody knows.
    pub fn duration_ms(&self) -> u64 {
        let end = self.ended_at.unwrap_or(self.written_at);
        end.0.saturating_sub(self.started_at.0)
    }
}

impl RecordedTrack {
    pub fn key(&self) -> TrackKey {
        TrackKey { participant: self.participant, source: self.source }
    }

    /// `before`: as they were written last. What was found out of a file since then stays.
    fn of(key: TrackKey, state: &TrackState, before: &[RecordedTrack]) -> Self {
        let before = before.iter().find(|track| track.key() == key).map_or(&[][..], |track| &track.segments);
        let segment = |entry: &SegmentEntry| {
            let number = entry.key.number;
            let name = entry.key.file_name(entry.container);
            let found = before.iter().find(|segment| segment.name == name).and_then(|segment| segment.done.clone());
            let done = entry.done.as_ref().map(|done| SegmentEnd {
                bytes: done.bytes,
                duration_ms: done.duration_ms,
                frames: done.frames,
                sha256: String::new(),
                mended: false,
            });
            Segment { name, number, at_ms: entry.at_ms, done: found.or(done) }
        };
        Self {
            participant: key.participant,
            source: key.source,
            segments: state.segments.iter().map(segment).collect(),
            ledgers: state.ledgers.clone(),
            fault: state.fault.clone(),
            restarts: state.restarts,
            // Put in at the end, from what browsers have brought.
            backups: Vec::new(),
        }
    }

    /// Of a track that is heard no more, or not yet again.
    fn state(&self) -> TrackState {
        let entry = |segment: &Segment| SegmentEntry {
            key: SegmentKey { participant: self.participant, source: self.source, number: segment.number },
            container: Container::ALL.into_iter().find(|one| segment.name.ends_with(one.extension())).unwrap_or(Container::Webm),
            at_ms: segment.at_ms,
            done: segment.done.as_ref().map(|done| SegmentDone {
                bytes: done.bytes,
                duration_ms: done.duration_ms,
                frames: done.frames,
            }),
        };
        TrackState {
            segments: self.segments.iter().map(entry).collect(),
            ledgers: self.ledgers.clone(),
            fault: None,
            ended: Some(SinkEnd::Released),
            restarts: self.restarts,
        }
    }
}

impl Segment {
    /// Behind its last frame; none while that is not known.
    pub fn end_ms(&self) -> Option<u64> {
        self.done.as_ref().map(|done| self.at_ms + done.duration_ms)
    }
}
