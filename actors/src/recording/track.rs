//! One track's recording: from its ring through the pipeline into one file after the other. What the disk does not take is a gap that is told,
//! and the meeting never hears of it.

use super::{
    files::{Container, FileError, RecordingFiles, SegmentDone, SegmentFile, SegmentKey},
    frame::TrackFormat,
    ledger::TrackLedger,
    pipeline::{TrackPipeline, Write},
    sender_clock::SenderClock,
};
use crate::{
    ids::ParticipantId,
    protocol::Source,
    sinks::{RingReader, SinkEnd},
};
use std::sync::Arc;

/// What was written for so long is on the disk.
const SYNC_EVERY_US: u64 = 1_000_000;
/// After a fault of the disk it is tried again.
const RETRY_US: u64 = 1_000_000;
/// A file that is larger ends at the next keyframe: under 4 GiB with room for whatever comes until then.
pub const SEGMENT_MAX: u64 = 3 << 30;

/// What the one who runs it is told.
#[derive(Clone, PartialEq, Debug)]
pub enum TrackEvent {
    /// `at_ms`: of its first frame, milliseconds from the recording's beginning.
    SegmentBegan {
        key: SegmentKey,
        container: Container,
        at_ms: u64,
    },
    SegmentClosed {
        key: SegmentKey,
        done: SegmentDone,
    },
    /// Nothing is kept until [`TrackEvent::DiskBack`]. Said once a fault.
    DiskFailed(FileError),
    DiskBack,
}

pub struct TrackRecorder {
    participant: ParticipantId,
    source: Source,
    began_us: u64,
    pipeline: TrackPipeline,
    files: Arc<dyn RecordingFiles>,
    format: Option<TrackFormat>,
    segment: Option<Segment>,
    /// Of the newest segment.
    number: u32,
    segment_max: u64,
    fault: Option<Fault>,
    writes: Vec<Write>,
}

struct Segment {
    key: SegmentKey,
    file: Box<dyn SegmentFile>,
    synced_us: u64,
}

struct Fault {
    /// From here on nothing is on the disk, milliseconds from the beginning.
    from_ms: u64,
    retry_us: u64,
}

impl TrackRecorder {
    /// `began_us`: when the recording began, microseconds since 1970; `segments`: how many there are already of this track, from before a fault.
    pub fn new(participant: ParticipantId, source: Source, began_us: u64, segments: u32, files: Arc<dyn RecordingFiles>) -> Self {
        Self {
            participant,
            source,
            began_us,
            pipeline: TrackPipeline::new(source, began_us),
            files,
            format: None,
            segment: None,
            number: segments,
            segment_max: SEGMENT_MAX,
            fault: None,
            writes: Vec::new(),
        }
    }

    /// A segment of more bytes ends at the next keyframe.
    pub fn with_segments_of(self, bytes: u64) -> Self {
        Self { segment_max: bytes, ..self }
    }

    /// One of the tracks that go by this clock.
    pub fn beside(self, sender: SenderClock) -> Self {
        Self { pipeline: self.pipeline.beside(sender), ..self }
    }

    /// Reads what came and writes what is whole. Says why when the sink has ended: then [`TrackRecorder::finish`] is due.
    pub fn step(&mut self, reader: &mut RingReader, now_us: u64, events: &mut Vec<TrackEvent>) -> Option<SinkEnd> {
        let mut writes = std::mem::take(&mut self.writes);
        while let Some(item) = reader.next() {
            self.pipeline.take(item, now_us, &mut writes);
            self.write(&mut writes, now_us, events);
        }
        if reader.ended().is_none() {
            self.pipeline.tick(now_us, &mut writes);
            self.write(&mut writes, now_us, events);
        }
        self.writes = writes;
        self.sync(now_us, events);
        reader.ended()
    }

    /// Closes what is open. The ledger is of the whole track.
    pub fn finish(mut self, now_us: u64, events: &mut Vec<TrackEvent>) -> TrackLedger {
        self.close(now_us, events);
        if let Some(fault) = self.fault.take() {
            self.pipeline.not_written(fault.from_ms, now_us.saturating_sub(self.began_us) / 1_000);
        }
        self.pipeline.ledger()
    }

    pub fn ledger(&self) -> TrackLedger {
        self.pipeline.ledger()
    }

    fn write(&mut self, writes: &mut Vec<Write>, now_us: u64, events: &mut Vec<TrackEvent>) {
        for write in writes.drain(..) {
            match write {
                Write::Format(format) => {
                    if self.format.as_ref() != Some(&format) {
                        self.close(now_us, events);
                        self.format = Some(format);
                    }
                }
                Write::Frame { at_us, keyframe, data } => {
                    let at_ms = at_us / 1_000;
                    if let Err(error) = self.frame(at_ms, keyframe, &data, now_us, events) {
                        self.fail(error, at_ms, now_us, events);
                    }
                }
            }
        }
    }

    fn frame(
        &mut self,
        at_ms: u64,
        keyframe: bool,
        data: &[u8],
        now_us: u64,
        events: &mut Vec<TrackEvent>,
    ) -> Result<(), FileError> {
        if keyframe && self.segment.as_ref().is_some_and(|segment| segment.file.bytes() > self.segment_max) {
            self.close(now_us, events);
        }
        if self.segment.is_none() {
            // A file begins with a picture that needs no other.
            if !keyframe || self.fault.as_ref().is_some_and(|fault| now_us < fault.retry_us) {
                return Ok(());
            }
            self.begin(at_ms, now_us, events)?;
        }
        match &mut self.segment {
            Some(segment) => segment.file.write(at_ms, keyframe, data),
            None => Ok(()),
        }
    }

    fn begin(&mut self, at_ms: u64, now_us: u64, events: &mut Vec<TrackEvent>) -> Result<(), FileError> {
        let Some(format) = &self.format else { return Ok(()) };
        let key = SegmentKey { participant: self.participant, source: self.source, number: self.number + 1 };
        let file = self.files.begin(key, format, at_ms)?;
        self.number += 1;
        self.segment = Some(Segment { key, file, synced_us: now_us });
        events.push(TrackEvent::SegmentBegan { key, container: Container::of(format.codec), at_ms });
        if let Some(fault) = self.fault.take() {
            self.pipeline.not_written(fault.from_ms, at_ms);
            events.push(TrackEvent::DiskBack);
        }
        Ok(())
    }

    fn sync(&mut self, now_us: u64, events: &mut Vec<TrackEvent>) {
        let Some(segment) = &mut self.segment else { return };
        let due = now_us >= segment.synced_us + SYNC_EVERY_US;
        if due {
            segment.synced_us = now_us;
        }
        if let Err(error) = if due { segment.file.sync() } else { segment.file.flush() } {
            let at_ms = now_us.saturating_sub(self.began_us + SYNC_EVERY_US) / 1_000;
            self.fail(error, at_ms, now_us, events);
        }
    }

    fn close(&mut self, now_us: u64, events: &mut Vec<TrackEvent>) {
        let Some(Segment { key, file, .. }) = self.segment.take() else { return };
        match file.finish() {
            Ok(done) => events.push(TrackEvent::SegmentClosed { key, done }),
            // What was synced of it is there, and is found and closed when the recording ends.
            Err(error) => self.fail(error, now_us.saturating_sub(self.began_us) / 1_000, now_us, events),
        }
    }

    /// The file that was open is left as it is: whatever the disk took of it plays.
    fn fail(&mut self, error: FileError, at_ms: u64, now_us: u64, events: &mut Vec<TrackEvent>) {
        self.segment = None;
        let first = self.fault.is_none();
        let from_ms = self.fault.as_ref().map_or(at_ms, |fault| fault.from_ms);
        self.fault = Some(Fault { from_ms, retry_us: now_us + RETRY_US });
        if first {
            events.push(TrackEvent::DiskFailed(error));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::ledger::GapReason, *};
    use crate::{
        ports::MediaSink,
        sinks::{self, MediaFrame, RingSink, SinkItem, ring, ring::tests::frame},
    };
    use std::sync::{Mutex, PoisonError};
    use uuid::Uuid;

    const BEGAN: u64 = 7_000_000_000;

    /// Files in memory, on a disk that can be full.
    #[derive(Default)]
    struct Memory {
        full: Mutex<bool>,
        files: Mutex<Vec<(SegmentKey, Vec<u64>, u32)>>,
    }

    struct File {
        memory: Arc<Memory>,
        place: usize,
    }

    impl Memory {
        fn full(&self) -> bool {
            *self.full.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn fill(&self, full: bool) {
            *self.full.lock().unwrap() = full;
        }

        /// The frames' times of each file, and how often it was synced.
        fn files(&self) -> Vec<(u32, Vec<u64>, u32)> {
            self.files.lock().unwrap().iter().map(|(key, frames, synced)| (key.number, frames.clone(), *synced)).collect()
        }
    }

    struct Disk(Arc<Memory>);

    impl RecordingFiles for Disk {
        fn begin(&self, key: SegmentKey, _: &TrackFormat, _: u64) -> Result<Box<dyn SegmentFile>, FileError> {
            if self.0.full() {
                return Err(FileError::Full);
            }
            let mut files = self.0.files.lock().unwrap();
            files.push((key, Vec::new(), 0));
            Ok(Box::new(File { memory: self.0.clone(), place: files.len() - 1 }))
        }
    }

    impl SegmentFile for File {
        fn write(&mut self, at_ms: u64, _: bool, _: &[u8]) -> Result<(), FileError> {
            if self.memory.full() {
                return Err(FileError::Full);
            }
            self.memory.files.lock().unwrap()[self.place].1.push(at_ms);
            Ok(())
        }

        fn flush(&mut self) -> Result<(), FileError> {
            if self.memory.full() { Err(FileError::Full) } else { Ok(()) }
        }

        fn sync(&mut self) -> Result<(), FileError> {
            self.memory.files.lock().unwrap()[self.place].2 += 1;
            if self.memory.full() { Err(FileError::Full) } else { Ok(()) }
        }

        fn bytes(&self) -> u64 {
            0
        }

        fn finish(self: Box<Self>) -> Result<SegmentDone, FileError> {
            let frames = self.memory.files.lock().unwrap()[self.place].1.len() as u64;
            Ok(SegmentDone { bytes: 0, duration_ms: 0, frames })
        }
    }

    struct Story {
        memory: Arc<Memory>,
        sink: RingSink,
        reader: RingReader,
        recorder: TrackRecorder,
        events: Vec<TrackEvent>,
    }

    fn story() -> Story {
        let memory = Arc::new(Memory::default());
        let (sink, reader) = ring(512, || ());
        let alice = ParticipantId(Uuid::from_u128(1));
        let recorder = TrackRecorder::new(alice, Source::Microphone, BEGAN, 0, Arc::new(Disk(memory.clone())));
        Story { memory, sink, reader, recorder, events: Vec::new() }
    }

    impl Story {
        /// Speech from one second to another, read every 100 ms.
        fn talks(&mut self, from_ms: u64, until_ms: u64) {
            for ms in (from_ms..until_ms).step_by(20) {
                let packet = MediaFrame { arrived_us: BEGAN + ms * 1_000, payload: Arc::from([0x78, 7]), ..frame(ms / 20) };
                self.sink.put(SinkItem::Frame(packet));
                if ms % 100 == 80 {
                    self.steps(ms);
                }
            }
        }

        fn steps(&mut self, ms: u64) -> Option<SinkEnd> {
            self.recorder.step(&mut self.reader, BEGAN + ms * 1_000, &mut self.events)
        }
    }

    #[test]
    fn a_voice_is_one_file_that_is_synced_every_second() {
        let mut story = story();
        story.talks(0, 5_000);
        story.sink.put(SinkItem::Ended(SinkEnd::Left));
        assert_eq!(story.steps(5_000), Some(SinkEnd::Left));
        let ledger = story.recorder.finish(BEGAN + 5_000_000, &mut story.events);
        let files = story.memory.files();
        assert_eq!((files.len(), files[0].1.len()), (1, 250));
        assert!(files[0].2 >= 4, "{}", files[0].2);
        assert!(matches!(story.events[..], [TrackEvent::SegmentBegan { at_ms: 0, .. }, TrackEvent::SegmentClosed { .. }]));
        assert_eq!((ledger.frames, ledger.gaps.len()), (250, 0));
    }

    #[test]
    fn a_full_disk_costs_what_it_did_not_take_and_is_told_once() {
        let mut story = story();
        story.talks(0, 2_000);
        story.memory.fill(true);
        story.talks(2_000, 6_000);
        story.memory.fill(false);
        story.talks(6_000, 9_000);
        let told: Vec<_> = story.events.iter().filter(|event| !matches!(event, TrackEvent::SegmentBegan { .. })).collect();
        assert_eq!(told, [&TrackEvent::DiskFailed(FileError::Full), &TrackEvent::DiskBack]);
        let files = story.memory.files();
        assert_eq!(files.iter().map(|(number, ..)| *number).collect::<Vec<_>>(), [1, 2]);
        assert!(files[1].1[0] >= 6_000 && files[1].1[0] < 7_200, "{}", files[1].1[0]);
        let ledger = story.recorder.finish(BEGAN + 9_000_000, &mut story.events);
        assert_eq!(ledger.gaps.len(), 1);
        let gap = ledger.gaps[0];
        assert_eq!((gap.from_ms, gap.to_ms, gap.reason), (2_000, files[1].1[0], GapReason::Disk));
    }

    #[test]
    fn what_a_full_disk_still_misses_at_the_end_is_told() {
        let mut story = story();
        story.talks(0, 1_000);
        story.memory.fill(true);
        story.talks(1_000, 2_000);
        let ledger = story.recorder.finish(BEGAN + 2_000_000, &mut story.events);
        assert_eq!((ledger.gaps[0].from_ms, ledger.gaps[0].to_ms), (1_000, 2_000));
    }

    #[test]
    fn a_muted_voice_goes_on_as_silence() {
        let mut story = story();
        story.talks(0, 1_000);
        story.sink.put(SinkItem::Gap(sinks::Gap::Off));
        for tenth in 1..=100 {
            story.steps(1_000 + tenth * 100);
        }
        let written = story.memory.files()[0].1.len();
        assert!((470..=480).contains(&written), "{written}: up to where nothing can come any more");
    }
}
