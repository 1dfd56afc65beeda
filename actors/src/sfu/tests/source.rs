//! Simulated publishers: a camera of several VP8 encodings, a microphone, and the packets they make.

use super::layers::{Frame, Layers};
use crate::{
    protocol::Source,
    sfu::{Codec, Layer},
};

/// A packet on its way to the core.
#[derive(Clone, Debug)]
pub struct Made {
    pub source: Source,
    pub layer: Layer,
    pub seq: u64,
    pub timestamp: u64,
    pub marker: bool,
    pub level: Option<u8>,
    pub payload: Vec<u8>,
    pub keyframe: bool,
    pub picture: u16,
    pub descriptor: Option<Vec<u8>>,
    /// Of an encoder with layers.
    pub frame: Option<Frame>,
}

pub struct Encoder {
    pub on: bool,
    pub bits: u64,
    pub keyframe_due: Option<u64>,
    seq: u64,
    timestamp: u64,
    picture: u16,
    tl0: u8,
    begun: bool,
}

pub struct Track {
    pub source: Source,
    pub codec: Codec,
    pub encoders: Vec<Encoder>,
    /// Of a microphone.
    pub level: u8,
    /// How many times what its encodings should take.
    pub excess: u64,
    /// In silence a microphone sends next to nothing (DTX).
    pub pauses: bool,
    /// It makes one stream with layers.
    pub layers: Option<Layers>,
}

pub const RATES: [u64; 3] = [120_000, 450_000, 1_500_000];
const MTU: usize = 1_100;

impl Track {
    pub fn new(source: Source, layers: u8, seed: u64) -> Self {
        let rates = if source.is_audio() { vec![40_000] } else { RATES[..usize::from(layers)].to_vec() };
        let encoder = |(index, bits): (usize, u64)| Encoder {
            on: true,
            bits,
            keyframe_due: None,
            seq: seed * 7_001 + index as u64 * 60_000,
            timestamp: seed * 1_000_003 + index as u64 * 77_777_777,
            picture: (seed * 3_001 + index as u64 * 9_000) as u16 & 0x7fff,
            tl0: (seed * 31 + index as u64 * 100) as u8,
            begun: false,
        };
        let codec = if source.is_audio() { Codec::Opus } else { Codec::Vp8 };
        Track {
            source,
            codec,
            encoders: rates.into_iter().enumerate().map(encoder).collect(),
            level: 127,
            excess: 1,
            pauses: false,
            layers: None,
        }
    }

    /// A camera of one stream with layers.
    pub fn layered(layers: Layers) -> Self {
        Track { codec: layers.codec, layers: Some(layers), ..Track::new(Source::Camera, 1, 1) }
    }

    /// What is sent at this millisecond: sound every 20, a picture every 33.
    pub fn make(&mut self, ms: u64, into: &mut Vec<Made>) {
        if self.source.is_audio() {
            if ms.is_multiple_of(20) && self.encoders[0].on {
                if self.pauses && self.level == 127 && !ms.is_multiple_of(400) {
                    self.encoders[0].timestamp += 960;
                    return;
                }
                for _ in 0..self.excess {
                    into.push(self.sound());
                }
            }
        } else if ms.is_multiple_of(33) {
            for layer in 0..self.encoders.len() {
                self.picture(layer, ms, into);
            }
        }
    }

    fn sound(&mut self) -> Made {
        let silent = self.pauses && self.level == 127;
        let encoder = &mut self.encoders[0];
        encoder.seq += 1;
        encoder.timestamp += 960;
        Made {
            source: self.source,
            layer: 0,
            seq: encoder.seq,
            timestamp: encoder.timestamp,
            marker: false,
            level: Some(self.level),
            payload: vec![0xf8; if silent { 1 } else { 100 }],
            keyframe: false,
            picture: 0,
            descriptor: None,
            frame: None,
        }
    }

    fn picture(&mut self, layer: usize, ms: u64, into: &mut Vec<Made>) {
        let encoder = &mut self.encoders[layer];
        if let Some(layers) = &mut self.layers {
            let keyframe = !encoder.begun || encoder.keyframe_due.is_some_and(|due| due <= ms);
            (encoder.begun, encoder.keyframe_due) = (true, encoder.keyframe_due.filter(|_| !keyframe));
            return layers.picture(keyframe, into);
        }
        encoder.timestamp += 2_970;
        if !encoder.on {
            encoder.begun = false;
            return;
        }
        let keyframe = !encoder.begun || encoder.keyframe_due.is_some_and(|due| due <= ms);
        if keyframe {
            encoder.begun = true;
            encoder.keyframe_due = None;
        }
        encoder.picture = encoder.picture.wrapping_add(1) & 0x7fff;
        encoder.tl0 = encoder.tl0.wrapping_add(1);
        let bytes = (encoder.bits * self.excess / 8 * 33 / 1_000) as usize * if keyframe { 3 } else { 1 };
        let packets = bytes.div_ceil(MTU).max(1);
        for index in 0..packets {
            encoder.seq += 1;
            let start = if index == 0 { 0x10 } else { 0 };
            let [high, low] = (encoder.picture | 0x8000).to_be_bytes();
            let mut payload = vec![0x80 | start, 0xc0, high, low, encoder.tl0, u8::from(!keyframe)];
            payload.resize((bytes / packets).max(payload.len()), 0);
            into.push(Made {
                source: self.source,
                layer: layer as Layer,
                seq: encoder.seq,
                timestamp: encoder.timestamp,
                marker: index + 1 == packets,
                level: None,
                payload,
                keyframe: keyframe && index == 0,
                picture: encoder.picture,
                descriptor: None,
                frame: None,
            });
        }
    }
}
