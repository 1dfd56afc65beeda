//! What was written is read back: by a small reader of our own, and by ffmpeg.

mod encoded;
mod failing;
mod ffmpeg;
mod reader;
mod recovering;
mod wav_reading;
mod wav_writing;
mod webm;

use super::WebmWriter;
use actors::{at, recording::TrackFormat, sfu::Codec};
use std::io::Cursor;

/// A frame as it is written and as it is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frame {
    pub at_ms: u64,
    pub keyframe: bool,
    pub data: Vec<u8>,
}

pub fn frame(at_ms: u64, keyframe: bool, data: &[u8]) -> Frame {
    Frame { at_ms, keyframe, data: data.to_vec() }
}

pub fn opus() -> TrackFormat {
    TrackFormat { codec: Codec::Opus, size: None, private: None }
}

pub fn vp8() -> TrackFormat {
    TrackFormat { codec: Codec::Vp8, size: Some((320, 180)), private: None }
}

/// Packets of 20 ms, each with another end.
pub fn voice(packets: u64) -> Vec<Frame> {
    (0..packets).map(|number| frame(number * 20, true, &[0xf8, 0xff, number as u8, (number >> 8) as u8])).collect()
}

/// Pictures 100 ms apart, a keyframe among each `group`.
pub fn film(pictures: u64, group: u64) -> Vec<Frame> {
    let picture = |number: u64| frame(number * 100, number.is_multiple_of(group), &vec![number as u8; 5 + number as usize % 40]);
    (0..pictures).map(picture).collect()
}

pub type Memory = WebmWriter<Cursor<Vec<u8>>>;

pub fn begin(track: &TrackFormat) -> Memory {
    WebmWriter::create(Cursor::default(), track, at(1_700_000_000_000)).expect("a track like any other")
}

pub fn written(track: &TrackFormat, frames: &[Frame]) -> Memory {
    let mut writer = begin(track);
    for frame in frames {
        writer.write(frame.at_ms, frame.keyframe, &frame.data).expect("memory does not fill");
    }
    writer
}

pub fn bytes(writer: &mut Memory) -> Vec<u8> {
    writer.get_mut().get_ref().clone()
}

/// A file that its writer came to the end of.
pub fn finished(track: &TrackFormat, frames: &[Frame]) -> Vec<u8> {
    let mut writer = written(track, frames);
    writer.finish().expect("memory does not fill");
    bytes(&mut writer)
}
