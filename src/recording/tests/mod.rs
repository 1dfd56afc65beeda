//! Recordings on a real disk, without a meeting: what becomes of their files.

mod disks;
mod finishing;
mod resuming;

use super::{
    RecordingFolder,
    manifest::{ConsentFrom, Manifest, RecordedPerson},
    resume,
};
use actors::{
    Timestamp,
    ids::{ParticipantId, RecordingId, RoomId, SessionId, TenantId},
    protocol::{Consents, Purpose, Source},
    recording::{
        TrackFormat,
        book::{RecordingBook, TrackKey},
        files::{Container, RecordingFiles, SegmentKey},
        ledger::TrackLedger,
        track::TrackEvent,
    },
    sfu::Codec,
};
use std::path::PathBuf;
use uuid::Uuid;

const OPUS: TrackFormat = TrackFormat { codec: Codec::Opus, size: None, private: None };
const BEGAN: Timestamp = Timestamp(1_800_000_000_000);

struct Story {
    _place: tempfile::TempDir,
    path: PathBuf,
    folder: RecordingFolder,
    book: RecordingBook,
    manifest: Manifest,
}

fn alice() -> ParticipantId {
    ParticipantId(Uuid::from_u128(1))
}

fn microphone() -> TrackKey {
    TrackKey { participant: alice(), source: Source::Microphone }
}

fn segment(number: u32) -> SegmentKey {
    SegmentKey { participant: alice(), source: Source::Microphone, number }
}

fn manifest() -> Manifest {
    let id = Uuid::from_u128(5);
    let consents = vec![ConsentFrom { at_ms: 0, consents: Consents::granting([Purpose::Recording]) }];
    Manifest {
        recording_id: RecordingId(id),
        tenant_id: TenantId(id),
        room_id: RoomId(id),
        room_code: "daily".to_owned(),
        room_name: "Daily".to_owned(),
        session_id: SessionId(id),
        started_at: BEGAN,
        ended_at: None,
        written_at: BEGAN,
        away: Vec::new(),
        people: vec![RecordedPerson { id: alice(), display_name: "Alice".to_owned(), consents }],
        tracks: Vec::new(),
        speakers: Vec::new(),
    }
}

fn story() -> Story {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().to_owned();
    let folder = RecordingFolder::create(&path, BEGAN, 0).unwrap();
    let book = RecordingBook::default();
    book.begin(microphone());
    Story { _place: place, path, folder, book, manifest: manifest() }
}

impl Story {
    /// A second of sound each, synced; the first `closed` of them are closed as well.
    fn speaks(&self, numbers: std::ops::RangeInclusive<u32>, closed: u32) {
        for number in numbers {
            let at_ms = u64::from(number) * 1_000;
            let mut piece = self.folder.begin(segment(number), &OPUS, at_ms).unwrap();
            (0..50).for_each(|packet| piece.write(at_ms + packet * 20, true, &[0xf8, 0xff, 0xfe]).unwrap());
            piece.sync().unwrap();
            let began = TrackEvent::SegmentBegan { key: segment(number), container: Container::Webm, at_ms };
            let mut ledger = TrackLedger::default();
            ledger.frame(1_000, at_ms + 1_000, 3);
            let mut events = vec![began];
            if number <= closed {
                events.push(TrackEvent::SegmentClosed { key: segment(number), done: piece.finish().unwrap() });
            } else {
                std::mem::forget(piece);
            }
            self.book.note(microphone(), events, ledger);
        }
    }

    fn written(&mut self, at_ms: u64) {
        self.manifest.take(&self.book.read(), Timestamp(BEGAN.0 + at_ms));
        self.manifest.write(&self.path).unwrap();
    }

    fn resumes(&self, at_ms: u64) -> Manifest {
        resume(&self.path, Timestamp(BEGAN.0 + at_ms)).unwrap()
    }
}
