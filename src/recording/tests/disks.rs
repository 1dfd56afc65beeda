//! Disks that are full, that can't be written to, and that are slow (R2), under whole tracks.

use super::*;
use crate::{identity::Keys, recording::finish::finish};
use actors::{
    ports::MediaSink,
    recording::{
        files::FileError,
        ledger::GapReason,
        track::{SEGMENT_MAX, TrackRecorder},
    },
    sinks::{MediaFrame, RingReader, RingSink, SinkEnd, SinkItem, ring},
};
use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command, sync::Arc};

/// A voice that is recorded on a real disk.
struct Voice {
    sink: RingSink,
    reader: RingReader,
    recorder: TrackRecorder,
    events: Vec<TrackEvent>,
}

fn voice(files: Arc<dyn RecordingFiles>, segment_max: u64) -> Voice {
    let (sink, reader) = ring(4_096, || ());
    let recorder = TrackRecorder::new(alice(), Source::Microphone, BEGAN.0 * 1_000, 0, files).with_segments_of(segment_max);
    Voice { sink, reader, recorder, events: Vec::new() }
}

impl Voice {
    /// Packets of so many bytes, 20 ms each, from one second to another, read every 100 ms.
    fn talks(&mut self, from_ms: u64, until_ms: u64, bytes: usize) {
        self.says(from_ms, until_ms, bytes, |_| true);
    }

    /// The ring is read only while the disk lets the reader go on.
    fn says(&mut self, from_ms: u64, until_ms: u64, bytes: usize, reads: impl Fn(u64) -> bool) {
        for ms in (from_ms..until_ms).step_by(20) {
            let (payload, now_us) = (vec![0x78; bytes], (BEGAN.0 + ms) * 1_000);
            self.sink.put(SinkItem::Frame(MediaFrame {
                stream: 1,
                codec: Codec::Opus,
                layer: 0,
                seq: ms / 20,
                timestamp: ms * 48,
                marker: false,
                keyframe: true,
                arrived_us: now_us,
                report: None,
                audio_level: None,
                payload: payload.into(),
            }));
            if ms % 100 == 80 && reads(ms) {
                self.recorder.step(&mut self.reader, now_us, &mut self.events);
            }
        }
    }

    fn ends(mut self, at_ms: u64) -> (TrackLedger, Vec<TrackEvent>) {
        self.sink.put(SinkItem::Ended(SinkEnd::Left));
        let now_us = (BEGAN.0 + at_ms) * 1_000;
        assert_eq!(self.recorder.step(&mut self.reader, now_us, &mut self.events), Some(SinkEnd::Left));
        let ledger = self.recorder.finish(now_us, &mut self.events);
        (ledger, self.events)
    }
}

/// A disk of two megabytes. Where none may be mounted, a part of the real one that others don't reach.
struct SmallDisk {
    place: tempfile::TempDir,
    mounted: bool,
}

impl SmallDisk {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let mounted = mount(&["-t", "tmpfs", "-o", "size=2m", "tmpfs"], place.path());
        Self { place, mounted }
    }

    fn files(&self) -> RecordingFolder {
        let path = self.place.path();
        let disk = rustix::fs::statvfs(path).unwrap();
        let keep_free = if self.mounted { 0 } else { disk.f_bavail * disk.f_frsize - (32 << 20) };
        RecordingFolder::create(&path.join("recording"), BEGAN, keep_free).unwrap()
    }

    /// Until nothing more goes onto it.
    fn fill(&self) {
        let bytes = if self.mounted { 4 << 20 } else { 64 << 20 };
        let filled = fs::write(self.place.path().join("ballast"), vec![7; bytes]);
        assert_eq!(filled.is_err(), self.mounted);
    }

    fn clear(&self) {
        fs::remove_file(self.place.path().join("ballast")).unwrap();
    }

    fn writable(&self, writable: bool) {
        if self.mounted {
            assert!(mount(&["-o", if writable { "remount,rw" } else { "remount,ro" }], self.place.path()));
        } else {
            let mode = if writable { 0o755 } else { 0o555 };
            fs::set_permissions(self.place.path().join("recording"), fs::Permissions::from_mode(mode)).unwrap();
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount").arg(self.place.path()).status();
        }
    }
}

fn mount(arguments: &[&str], at: &Path) -> bool {
    Command::new("mount").args(arguments).arg(at).output().is_ok_and(|done| done.status.success())
}

fn faults(events: &[TrackEvent]) -> Vec<&TrackEvent> {
    events.iter().filter(|event| matches!(event, TrackEvent::DiskFailed(_) | TrackEvent::DiskBack)).collect()
}

/// What the report says of it when it is over.
fn report(path: &Path, ledger: TrackLedger, events: Vec<TrackEvent>, at_ms: u64) -> actors::recording::report::IntegrityReport {
    let keys_place = tempfile::tempdir().unwrap();
    let book = RecordingBook::default();
    book.begin(microphone());
    book.note(microphone(), events, ledger);
    let mut manifest = manifest();
    manifest.take(&book.read(), Timestamp(BEGAN.0 + at_ms));
    manifest.write(path).unwrap();
    finish(path, Timestamp(BEGAN.0 + at_ms), &Keys::open(keys_place.path()).unwrap()).unwrap()
}

#[test]
fn a_full_disk_is_a_gap_that_is_told_and_recording_goes_on_when_there_is_room() {
    let disk = SmallDisk::new();
    let mut voice = voice(Arc::new(disk.files()), SEGMENT_MAX);
    voice.talks(0, 3_000, 1_000);
    disk.fill();
    voice.talks(3_000, 8_000, 1_000);
    disk.clear();
    voice.talks(8_000, 12_000, 1_000);
    let (ledger, events) = voice.ends(12_000);
    assert_eq!(faults(&events), [&TrackEvent::DiskFailed(FileError::Full), &TrackEvent::DiskBack]);
    let [gap] = ledger.gaps[..] else { panic!("{:?}", ledger.gaps) };
    assert_eq!(gap.reason, GapReason::Disk);
    assert!((1_900..=4_200).contains(&gap.from_ms) && (8_000..=9_300).contains(&gap.to_ms), "{gap:?}");

    let report = report(&disk.place.path().join("recording"), ledger, events, 12_000);
    let track = &report.people[0].tracks[0];
    assert_eq!((report.complete, track.missing.disk), (false, gap.to_ms - gap.from_ms));
    assert!(report.problems[0].contains("because the disk took nothing"), "{:?}", report.problems);
    let kept: u64 = track.segments.iter().map(|segment| segment.duration_ms).sum();
    assert!(kept >= track.kept_ms, "{kept} ms are in the files, {} ms were promised", track.kept_ms);
    assert!(track.segments.iter().all(|segment| segment.sha256.is_some()), "what it took can be read");
}

#[test]
fn a_disk_that_cannot_be_written_to_is_told_and_tried_again() {
    let disk = SmallDisk::new();
    let files = Arc::new(disk.files());
    disk.writable(false);
    let mut voice = voice(files, SEGMENT_MAX);
    voice.talks(0, 3_000, 100);
    disk.writable(true);
    voice.talks(3_000, 6_000, 100);
    let (ledger, events) = voice.ends(6_000);
    assert_eq!(faults(&events), [&TrackEvent::DiskFailed(FileError::ReadOnly), &TrackEvent::DiskBack]);
    let [gap] = ledger.gaps[..] else { panic!("{:?}", ledger.gaps) };
    assert!(gap.from_ms == 0 && (3_000..=4_300).contains(&gap.to_ms), "{gap:?}");
}

#[test]
fn a_disk_that_stands_still_for_seconds_costs_nothing() {
    let place = tempfile::tempdir().unwrap();
    let files = RecordingFolder::create(place.path(), BEGAN, 0).unwrap();
    let mut voice = voice(Arc::new(files), SEGMENT_MAX);
    voice.says(0, 20_000, 100, |ms| !(4_000..12_000).contains(&ms));
    let (ledger, events) = voice.ends(20_000);
    assert_eq!((ledger.frames, ledger.gaps.len(), ledger.packets_late), (1_000, 0, 0));
    assert!(report(place.path(), ledger, events, 20_000).complete);
}

#[test]
fn a_disk_that_is_too_slow_for_too_long_is_a_gap_that_says_so() {
    let place = tempfile::tempdir().unwrap();
    let files = RecordingFolder::create(place.path(), BEGAN, 0).unwrap();
    let mut voice = voice(Arc::new(files), SEGMENT_MAX);
    voice.says(0, 100_000, 100, |ms| !(2_000..95_000).contains(&ms));
    let (ledger, events) = voice.ends(100_000);
    assert!(ledger.packets_dropped > 400, "{}", ledger.packets_dropped);
    assert_eq!(ledger.gaps.iter().map(|gap| gap.reason).collect::<Vec<_>>(), [GapReason::Overflow]);
    let report = report(place.path(), ledger, events, 100_000);
    assert!(!report.complete && report.problems[0].contains("no time for it"), "{:?}", report.problems);
}

#[test]
fn a_file_ends_at_its_limit_and_the_next_one_goes_on_where_it_ended() {
    let place = tempfile::tempdir().unwrap();
    let files = RecordingFolder::create(place.path(), BEGAN, 0).unwrap();
    let mut voice = voice(Arc::new(files), 50_000);
    voice.talks(0, 10_000, 500);
    let (ledger, events) = voice.ends(10_000);
    assert_eq!((ledger.frames, ledger.gaps.len()), (500, 0));
    let report = report(place.path(), ledger, events, 10_000);
    let segments = &report.people[0].tracks[0].segments;
    assert!(segments.len() >= 5 && report.complete, "{}", segments.len());
    for two in segments.windows(2) {
        assert!(two[0].bytes < 60_000, "{}", two[0].bytes);
        let (end, next) = (two[0].at_ms + two[0].duration_ms, two[1].at_ms);
        assert!(end.abs_diff(next) <= 1, "{end} {next}");
    }
    assert_eq!(segments.iter().map(|segment| segment.frames).sum::<u64>(), 500);
}
