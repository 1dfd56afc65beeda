//! A disk that fills, and has room again.

use super::{reader::read, *};
use std::io::{self, Seek, SeekFrom, Write};

#[derive(Debug, Default)]
struct Disk {
    memory: Cursor<Vec<u8>>,
    /// No byte stands behind it.
    full_at: Option<u64>,
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.full_at.map_or(bytes.len(), |full| full.saturating_sub(self.memory.position()) as usize);
        match room.min(bytes.len()) {
            0 => Err(io::ErrorKind::StorageFull.into()),
            fits => self.memory.write(&bytes[..fits]),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Disk {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.memory.seek(to)
    }
}

fn on_disk() -> WebmWriter<Disk> {
    WebmWriter::create(Disk::default(), &vp8(), at(0)).expect("created")
}

#[test]
fn a_frame_that_did_not_fit_is_missing_and_nothing_else() {
    let frames = film(60, 7);
    for lost in 0..frames.len() {
        let mut writer = on_disk();
        for (number, frame) in frames.iter().enumerate() {
            writer.get_mut().full_at = (number == lost).then_some(writer.bytes() + 3);
            let written = writer.write(frame.at_ms, frame.keyframe, &frame.data);
            assert_eq!(written.is_err(), number == lost, "frame {number}");
        }
        writer.get_mut().full_at = None;
        writer.finish().expect("there is room again");
        let mut expected = frames.clone();
        expected.remove(lost);
        assert_eq!(read(writer.get_mut().memory.get_ref()).frames, expected);
    }
}

#[test]
fn what_is_left_of_a_large_frame_is_covered() {
    for left in [1, 2, 3, 5, 50, 128, 129, 200, 5_000] {
        let mut writer = on_disk();
        writer.write(0, true, b"first").expect("taken");
        // Behind the index and what covers the rest.
        writer.get_mut().full_at = Some(writer.bytes() + 20 + left);
        writer.write(40, false, &[0xa3; 9_000]).expect_err("full");
        writer.get_mut().full_at = None;
        let finished = writer.finish().expect("there is room again");
        let bytes = writer.get_mut().memory.get_ref();
        let film = read(bytes);
        assert_eq!(film.frames, [frame(0, true, b"first")]);
        assert_eq!(finished.bytes, bytes.len() as u64);
        assert_eq!(film.segment_size, Some(finished.bytes - film.segment_at));
        let mut at = film.seeks[2].1 as usize;
        while at < bytes.len() {
            at = super::reader::end_of(bytes, at).expect("whole elements to the end");
        }
        assert_eq!(at, bytes.len());
    }
}

#[test]
fn an_end_that_did_not_fit_is_tried_again() {
    let frames = film(30, 7);
    let mut writer = on_disk();
    for frame in &frames {
        writer.write(frame.at_ms, frame.keyframe, &frame.data).expect("taken");
    }
    writer.get_mut().full_at = Some(writer.bytes() + 5);
    writer.finish().expect_err("full");
    assert_eq!(read(writer.get_mut().memory.get_ref()).frames, frames);
    writer.get_mut().full_at = None;
    writer.write(3_000, false, b"one more").expect("not over yet");
    writer.finish().expect("there is room again");
    assert_eq!(read(writer.get_mut().memory.get_ref()).frames.len(), 31);
}
