//! Frames of real encoders, made by ffmpeg and taken out of the plainest container that each codec has.

use super::{Frame, frame};
use actors::{recording::TrackFormat, sfu::Codec};
use std::process::Command;

pub const WIDTH: u16 = 160;
pub const HEIGHT: u16 = 120;
/// Pictures a second; a keyframe each second.
const RATE: u64 = 10;
pub const SECONDS: u64 = 5;

pub struct Encoded {
    pub track: TrackFormat,
    pub frames: Vec<Frame>,
    /// As ffprobe calls the codec.
    pub name: &'static str,
}

pub fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program)
        .args(["-v", "error"])
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program} is needed for this (./test installs it): {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{program} {arguments:?}: {said}");
    output.stdout
}

fn ffmpeg(source: &str, arguments: &str) -> Vec<u8> {
    let arguments = format!("-f lavfi -i {source}:duration={SECONDS} {arguments} -");
    run("ffmpeg", &arguments.split(' ').collect::<Vec<_>>())
}

fn pictures(encoder: &str) -> Vec<u8> {
    ffmpeg(&format!("testsrc=size={WIDTH}x{HEIGHT}:rate={RATE}"), &format!("-pix_fmt yuv420p -g {RATE} {encoder}"))
}

fn track(codec: Codec, private: Option<Vec<u8>>) -> TrackFormat {
    TrackFormat { codec, size: Some((WIDTH, HEIGHT)), private }
}

/// All codecs that a browser sends.
pub fn all() -> Vec<Encoded> {
    vec![opus(), vp8(), vp9(), h264(), av1()]
}

pub fn vp8() -> Encoded {
    let frames = ivf(&pictures("-c:v libvpx -deadline realtime -f ivf"), |frame| frame[0] & 1 == 0);
    Encoded { track: track(Codec::Vp8, None), frames, name: "vp8" }
}

fn vp9() -> Encoded {
    // Profile 0: frame marker, no existing frame shown, and a key frame.
    let frames = ivf(&pictures("-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -lag-in-frames 0 -f ivf"), |frame| {
        frame[0] & 0b1111_1100 == 0x80
    });
    Encoded { track: track(Codec::Vp9, None), frames, name: "vp9" }
}

/// Each frame behind twelve bytes: its length, and its number.
fn ivf(file: &[u8], keyframe: fn(&[u8]) -> bool) -> Vec<Frame> {
    let mut rest = &file[32..];
    let mut frames = Vec::new();
    while let Some((head, behind)) = rest.split_first_chunk::<12>() {
        let (data, next) = behind.split_at(u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize);
        frames.push(frame(frames.len() as u64 * 1_000 / RATE, keyframe(data), data));
        rest = next;
    }
    frames
}

fn av1() -> Encoded {
    let file = pictures("-c:v libaom-av1 -usage realtime -cpu-used 8 -f ivf");
    let with_delimiters = ivf(&file, |unit| unit[2] >> 3 & 0xf == 1);
    let frames: Vec<Frame> = with_delimiters.into_iter().map(|unit| frame(unit.at_ms, unit.keyframe, &unit.data[2..])).collect();
    // A sequence header stands at the beginning, its size in one byte.
    let sequence = &frames[0].data[..2 + usize::from(frames[0].data[1])];
    // Version; main profile, with the level of the header's own words left at its lowest; 4:2:0 of 8 bits.
    let private = [&[0x81, 0x00, 0x0c, 0x00], sequence].concat();
    Encoded { track: track(Codec::Av1, Some(private)), frames, name: "av1" }
}

fn h264() -> Encoded {
    let stream = pictures("-c:v libx264 -preset ultrafast -bf 0 -bsf:v h264_metadata=aud=insert -f h264");
    let (mut sps, mut pps, mut frames) = (Vec::new(), Vec::new(), Vec::<Frame>::new());
    for unit in units(&stream) {
        match unit[0] & 0x1f {
            // Each picture begins with a delimiter, which a file does without.
            9 => frames.push(frame(frames.len() as u64 * 1_000 / RATE, false, &[])),
            kind => {
                match kind {
                    7 => sps = unit.to_vec(),
                    8 => pps = unit.to_vec(),
                    _ => {}
                }
                let picture = frames.last_mut().expect("a delimiter before it");
                picture.keyframe |= kind == 5;
                picture.data.extend((unit.len() as u32).to_be_bytes());
                picture.data.extend(unit);
            }
        }
    }
    let private = [
        &[1, sps[1], sps[2], sps[3], 0xff, 0xe1][..],
        &(sps.len() as u16).to_be_bytes(),
        &sps,
        &[1],
        &(pps.len() as u16).to_be_bytes(),
        &pps,
    ];
    Encoded { track: track(Codec::H264, Some(private.concat())), frames, name: "h264" }
}

/// Between start codes of three bytes, or of four.
fn units(stream: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<usize> = (0..stream.len() - 3).filter(|at| stream[*at..at + 3] == [0, 0, 1]).collect();
    let ends = starts[1..].iter().copied().chain([stream.len()]);
    let unit = |(start, end): (usize, usize)| {
        let unit = &stream[start + 3..end];
        let zeros = unit.iter().rev().take_while(|byte| **byte == 0).count();
        &unit[..unit.len() - zeros]
    };
    starts.iter().copied().zip(ends).map(unit).collect()
}

pub fn opus() -> Encoded {
    let file = ffmpeg("sine=frequency=440", "-c:a libopus -ac 2 -frame_duration 20 -f ogg");
    // The first two are a header and a comment.
    let packets = ogg(&file).into_iter().skip(2).take(50 * SECONDS as usize);
    let frames = packets.enumerate().map(|(number, packet)| frame(number as u64 * 20, true, &packet)).collect();
    Encoded { track: super::opus(), frames, name: "opus" }
}

/// A packet ends with the first piece of less than 255 bytes.
fn ogg(file: &[u8]) -> Vec<Vec<u8>> {
    let (mut packets, mut packet, mut rest) = (Vec::new(), Vec::new(), file);
    while rest.starts_with(b"OggS") {
        let (lengths, mut body) = rest[27..].split_at(usize::from(rest[26]));
        for length in lengths {
            let (piece, next) = body.split_at(usize::from(*length));
            packet.extend(piece);
            body = next;
            if *length < 255 {
                packets.push(std::mem::take(&mut packet));
            }
        }
        rest = body;
    }
    packets
}
