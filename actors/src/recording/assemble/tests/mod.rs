//! Pictures as they go onto the wire, of each codec, and what is to come out of them.

mod arbitrary;
mod av1;
mod h264;
mod stories;
mod vp9;

use super::{Assembled, Assembler, sequence, sps};
use crate::{
    recording::frame::{EncodedFrame, TrackFormat},
    sfu::Codec,
    sinks::{MediaFrame, SenderReport},
};

type Size = (u16, u16);

/// As it is sent, and as a container keeps it.
#[derive(Clone, Debug)]
pub struct Picture {
    pub payloads: Vec<Vec<u8>>,
    pub data: Vec<u8>,
}

/// Makes pictures of one codec, each of several packets, told apart by a number.
#[derive(Clone, Copy)]
pub struct Maker {
    pub codec: Codec,
    pub key: fn(Size, u8) -> Picture,
    pub delta: fn(u8) -> Picture,
}

pub const MAKERS: [Maker; 5] = [
    Maker { codec: Codec::Vp8, key: vp8_key, delta: |number| vp8(&[&[0x51, 0, 0][..], &[number; 60]].concat()) },
    Maker { codec: Codec::Vp9, key: vp9_key, delta: |number| vp9(&[&vp9_delta(number)], None) },
    Maker { codec: Codec::Vp9, key: vp9_key_in_layers, delta: |number| vp9(&[&vp9_delta(number), &vp9_delta(number + 1)], None) },
    Maker { codec: Codec::H264, key: h264_key, delta: h264_delta },
    Maker { codec: Codec::Av1, key: av1_key, delta: av1_delta },
];

/// Cut into pieces of 25 bytes.
fn cut(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.chunks(25).map(<[u8]>::to_vec).collect()
}

fn vp8(frame: &[u8]) -> Picture {
    let descriptor = |at: usize| if at == 0 { [0x90, 0xe0, 0x81, 2, 9, 0x40] } else { [0x80, 0xe0, 0x81, 2, 9, 0x40] };
    let payloads = cut(frame).into_iter().enumerate().map(|(at, part)| [&descriptor(at)[..], &part].concat()).collect();
    Picture { payloads, data: frame.to_vec() }
}

fn vp8_key(size: Size, number: u8) -> Picture {
    let (width, height) = (size.0.to_le_bytes(), size.1.to_le_bytes());
    let frame = [&[0x50, 0, 0, 0x9d, 0x01, 0x2a][..], &width, &height, &[number; 60]].concat();
    vp8(&frame)
}

/// The frames of a picture's layers.
pub fn vp9(layers: &[&[u8]], size: Option<Size>) -> Picture {
    let (mut payloads, mut data) = (Vec::new(), Vec::new());
    for (spatial, frame) in layers.iter().enumerate() {
        let parts = cut(frame);
        for (at, part) in parts.iter().enumerate() {
            let (begins, ends) = (at == 0, at + 1 == parts.len());
            let mut payload = vec![0xa0 | u8::from(begins) << 3 | u8::from(ends) << 2, 0x81, 0x02, (spatial as u8) << 1, 5];
            // Keyframes say the sizes of two layers: half of it, and all.
            match size {
                Some((width, height)) if begins && spatial == 0 && layers.len() > 1 => {
                    payload[0] |= 0x02;
                    payload.push(0x30);
                    [width / 2, height / 2, width, height].iter().for_each(|pixels| payload.extend(pixels.to_be_bytes()));
                }
                Some(_) => {}
                None => payload[0] |= 0x40,
            }
            payload.extend(part);
            payloads.push(payload);
        }
        data.extend_from_slice(frame);
    }
    if let [lower, upper] = layers {
        data.extend([0xc1, lower.len() as u8, upper.len() as u8, 0xc1]);
    }
    Picture { payloads, data }
}

pub fn vp9_delta(number: u8) -> Vec<u8> {
    [&[0x86][..], &[number; 60]].concat()
}

/// A keyframe of profile 0: four bits of colours stand before its size.
fn vp9_frame(size: Size, number: u8) -> Vec<u8> {
    let sizes = u64::from(size.0 - 1) << 16 | u64::from(size.1 - 1);
    let bits = (0x2 << 32 | sizes) << 4;
    [&[0x82, 0x49, 0x83, 0x42][..], &bits.to_be_bytes()[3..], &[number; 60]].concat()
}

fn vp9_key(size: Size, number: u8) -> Picture {
    vp9(&[&vp9_frame(size, number)], Some(size))
}

fn vp9_key_in_layers(size: Size, number: u8) -> Picture {
    vp9(&[&vp9_frame((size.0 / 2, size.1 / 2), number), &vp9_delta(number)], Some(size))
}

pub const PPS: &[u8] = &[0x68, 0xce, 0x3c, 0x80];

pub fn h264_sps(size: Size) -> Vec<u8> {
    let macroblocks = (u32::from(size.0).div_ceil(16), u32::from(size.1).div_ceil(16));
    let beyond = |macroblocks: u32, pixels: u16| (macroblocks * 16 - u32::from(pixels)) / 2;
    sps::tests::baseline(0, macroblocks, [0, beyond(macroblocks.0, size.0), 0, beyond(macroblocks.1, size.1)])
}

pub fn h264_slice(number: u8) -> Vec<u8> {
    [&[0x41, 0x9a][..], &[number; 60]].concat()
}

pub fn h264_idr(number: u8) -> Vec<u8> {
    [&[0x65, 0x88, 0x84][..], &[number; 60]].concat()
}

pub fn fragments(unit: &[u8]) -> Vec<Vec<u8>> {
    let parts = cut(&unit[1..]);
    let header = |at: usize| u8::from(at == 0) << 7 | u8::from(at + 1 == parts.len()) << 6 | unit[0] & 0x1f;
    parts.iter().enumerate().map(|(at, part)| [&[unit[0] & 0xe0 | 28, header(at)][..], part].concat()).collect()
}

pub fn aggregate(units: &[&[u8]]) -> Vec<u8> {
    units.iter().fold(vec![0x78], |mut payload, unit| {
        payload.extend((unit.len() as u16).to_be_bytes());
        payload.extend_from_slice(unit);
        payload
    })
}

/// Units behind their lengths.
pub fn lengths(units: &[&[u8]]) -> Vec<u8> {
    units.iter().flat_map(|unit| [&(unit.len() as u32).to_be_bytes()[..], unit].concat()).collect()
}

fn h264_key(size: Size, number: u8) -> Picture {
    let idr = h264_idr(number);
    let payloads = [vec![aggregate(&[&h264_sps(size), PPS])], fragments(&idr)].concat();
    Picture { payloads, data: lengths(&[&idr]) }
}

fn h264_delta(number: u8) -> Picture {
    let slice = h264_slice(number);
    Picture { payloads: fragments(&slice), data: lengths(&[&slice]) }
}

pub fn av1_sequence(size: Size) -> Vec<u8> {
    [&[0x08][..], &sequence::tests::main(size.0.into(), size.1.into())].concat()
}

/// A frame of a unit without its size; keyframes are shown.
pub fn av1_frame(key: bool, number: u8) -> Vec<u8> {
    [&[0x30, if key { 0x10 } else { 0x30 }][..], &[number; 60]].concat()
}

/// With its size, which is below 128 here.
pub fn with_size(obu: &[u8]) -> Vec<u8> {
    [&[obu[0] | 0x02, obu.len() as u8 - 1][..], &obu[1..]].concat()
}

fn av1_key(size: Size, number: u8) -> Picture {
    let (sequence, frame) = (av1_sequence(size), av1_frame(true, number));
    let parts = cut(&frame);
    let first = [&[0x68, sequence.len() as u8][..], &sequence, &parts[0]].concat();
    let payloads = vec![first, [&[0xd0][..], &parts[1]].concat(), [&[0x90][..], &parts[2]].concat()];
    Picture { payloads, data: [with_size(&sequence), with_size(&frame)].concat() }
}

fn av1_delta(number: u8) -> Picture {
    let frame = av1_frame(false, number);
    let parts = cut(&frame);
    let headers = [0x50, 0xd0, 0x90];
    let payloads = headers.iter().zip(&parts).map(|(header, part)| [&[*header][..], part].concat()).collect();
    Picture { payloads, data: with_size(&frame) }
}

/// A track on its way: what its packets are numbered and stamped with.
pub struct Track {
    codec: Codec,
    stream: u32,
    seq: u64,
    timestamp: u64,
    pub assembler: Assembler,
    pub out: Vec<Assembled>,
}

impl Track {
    pub fn new(codec: Codec) -> Self {
        Track { codec, stream: 1, seq: 1_000, timestamp: 90_000, assembler: Assembler::new(codec), out: Vec::new() }
    }

    pub fn packet(&mut self, payload: &[u8], marker: bool) -> MediaFrame {
        self.seq += 1;
        let report = SenderReport { ntp_us: self.seq, timestamp: self.timestamp };
        MediaFrame {
            stream: self.stream,
            codec: self.codec,
            layer: 0,
            seq: self.seq,
            timestamp: self.timestamp,
            marker,
            keyframe: false,
            arrived_us: self.seq * 100,
            report: Some(report),
            audio_level: None,
            payload: payload.into(),
        }
    }

    pub fn push(&mut self, payload: &[u8], marker: bool) {
        let packet = self.packet(payload, marker);
        self.assembler.push(&packet, &mut self.out);
    }

    pub fn next_picture(&mut self) {
        self.timestamp += 3_000;
    }

    /// The whole picture, its marker on its last packet.
    pub fn sends(&mut self, picture: &Picture) {
        self.sends_payloads(&picture.payloads);
    }

    pub fn sends_payloads(&mut self, payloads: &[Vec<u8>]) {
        for (at, payload) in payloads.iter().enumerate() {
            self.push(payload, at + 1 == payloads.len());
        }
        self.next_picture();
    }

    /// The picture without some packets, which the assembler is told of in front of the next one that comes.
    pub fn loses(&mut self, picture: &Picture, lost: &[usize]) {
        let mut hole = false;
        for (at, payload) in picture.payloads.iter().enumerate() {
            if lost.contains(&at) {
                (self.seq, hole) = (self.seq + 1, true);
                continue;
            }
            if std::mem::take(&mut hole) {
                self.assembler.lost();
            }
            self.push(payload, at + 1 == picture.payloads.len());
        }
        if hole {
            self.assembler.lost();
        }
        self.next_picture();
    }

    pub fn another_stream(&mut self) {
        (self.stream, self.seq, self.timestamp) = (self.stream + 1, 7, 12);
    }

    pub fn comes_out(&mut self) -> Vec<Assembled> {
        std::mem::take(&mut self.out)
    }

    /// In few words, for stories: `format 640x480`, `key 1`, `delta 2`, `dropped 3`; numbers are those of the pictures.
    pub fn told(&mut self, sent: &[&Picture]) -> Vec<String> {
        let out = self.comes_out();
        out.iter().map(|one| tell(one, sent)).collect()
    }
}

fn tell(one: &Assembled, sent: &[&Picture]) -> String {
    match one {
        Assembled::Format(TrackFormat { size: Some((width, height)), .. }) => format!("format {width}x{height}"),
        Assembled::Format(_) => "format".into(),
        Assembled::Dropped { pictures } => format!("dropped {pictures}"),
        Assembled::Frame(EncodedFrame { keyframe, data, .. }) => {
            let number = sent.iter().position(|picture| picture.data == *data);
            let number = number.unwrap_or_else(|| panic!("{data:02x?} was not sent"));
            format!("{} {number}", if *keyframe { "key" } else { "delta" })
        }
    }
}
