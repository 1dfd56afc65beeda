//! A simulated encoder whose one stream has spatial and temporal layers, in three codecs.

use super::{
    descriptors::{L1T3, L2T2_KEY, Shape, descriptor},
    source::Made,
};
use crate::{protocol::Source, sfu::Codec};

/// What a packet's frame is, and what has to be decoded before it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Frame {
    /// Counts all frames of its source.
    pub number: u64,
    pub spatial: u8,
    pub temporal: u8,
    pub needs: Vec<u64>,
    pub packets: u64,
    pub keyframe: bool,
}

pub struct Layers {
    pub codec: Codec,
    pub spatial: u8,
    /// Temporal layers, 1 to 3.
    pub temporal: u8,
    /// Between keyframes larger frames don't need the smaller ones.
    key_only: bool,
    /// Place in the pattern of temporal layers.
    at: usize,
    number: u64,
    picture: u16,
    tl0: u8,
    /// The newest frame of each spatial and temporal layer since the keyframe.
    newest: [[Option<u64>; 3]; 3],
    seq: u64,
    timestamp: u64,
}

const BITS: [u64; 3] = [120_000, 330_000, 1_050_000];
const MTU: usize = 1_100;

impl Layers {
    pub fn new(codec: Codec, spatial: u8, temporal: u8, seed: u64) -> Self {
        Layers {
            codec,
            spatial,
            temporal,
            key_only: true,
            at: 0,
            number: seed * 5,
            picture: (seed * 3_001) as u16 & 0x7fff,
            tl0: seed as u8,
            newest: Default::default(),
            seq: seed * 7_001,
            timestamp: seed * 1_000_003,
        }
    }

    /// Its larger frames need the smaller ones always.
    pub fn dependent(self) -> Self {
        Layers { key_only: false, ..self }
    }

    fn pattern(&self) -> &'static [u8] {
        match self.temporal {
            1 => &[0],
            2 => &[0, 1],
            _ => &[0, 2, 1, 2],
        }
    }

    /// A picture with all its layers.
    pub fn picture(&mut self, keyframe: bool, into: &mut Vec<Made>) {
        self.timestamp += 2_970;
        self.picture = self.picture.wrapping_add(1) & 0x7fff;
        if keyframe {
            self.at = 0;
            self.newest = Default::default();
        }
        let temporal = self.pattern()[self.at];
        // The first two after the base refer to it alone.
        let sync = self.at == 1 || self.at == 2;
        self.at = (self.at + 1) % self.pattern().len();
        if temporal == 0 {
            self.tl0 = self.tl0.wrapping_add(1);
        }
        for spatial in 0..self.spatial {
            self.frame(spatial, temporal, keyframe, sync, into);
        }
    }

    fn needs(&self, spatial: u8, temporal: u8, keyframe: bool) -> Vec<u64> {
        let own = &self.newest[usize::from(spatial)];
        let below = (spatial > 0 && (keyframe || !self.key_only)).then_some(self.number);
        let before = match temporal {
            0 | 1 => own[0],
            _ => own[0].max(own[1]),
        };
        below.into_iter().chain(before).collect()
    }

    fn frame(&mut self, spatial: u8, temporal: u8, keyframe: bool, sync: bool, into: &mut Vec<Made>) {
        let needs = self.needs(spatial, temporal, keyframe);
        self.number += 1;
        self.newest[usize::from(spatial)][usize::from(temporal)] = Some(self.number);
        let bytes = (BITS[usize::from(spatial)] / 8 * 33 / 1_000) as usize * if keyframe { 3 } else { 1 };
        let packets = bytes.div_ceil(MTU).max(1);
        let frame =
            Frame { number: self.number, spatial, temporal, needs, packets: packets as u64, keyframe: keyframe && spatial == 0 };
        for index in 0..packets {
            self.seq += 1;
            let ends = (index == 0, index + 1 == packets);
            let mut payload = self.payload(&frame, keyframe, sync, ends);
            payload.resize((bytes / packets).max(payload.len()), 0);
            into.push(Made {
                source: Source::Camera,
                layer: 0,
                seq: self.seq,
                timestamp: self.timestamp,
                marker: ends.1 && spatial + 1 == self.spatial,
                level: None,
                payload,
                keyframe: frame.keyframe && ends.0,
                picture: self.picture,
                descriptor: (self.codec == Codec::Av1).then(|| self.descriptor(&frame, keyframe, ends)),
                frame: Some(frame.clone()),
            });
        }
    }

    fn payload(&self, frame: &Frame, keyframe: bool, sync: bool, (first, last): (bool, bool)) -> Vec<u8> {
        let [high, low] = (self.picture | 0x8000).to_be_bytes();
        let Frame { spatial, temporal, .. } = *frame;
        match self.codec {
            Codec::Vp8 => {
                let layers = temporal << 6 | u8::from(sync) << 5;
                vec![0x80 | u8::from(first) << 4, 0xe0, high, low, self.tl0, layers, u8::from(!keyframe)]
            }
            Codec::Vp9 => {
                let below = spatial > 0 && (keyframe || !self.key_only);
                let flags = 0xa0 | u8::from(!keyframe) << 6 | u8::from(first) << 3 | u8::from(last) << 2;
                vec![flags, high, low, temporal << 5 | 0x10 | spatial << 1 | u8::from(below), self.tl0]
            }
            _ => vec![if keyframe && first && spatial == 0 { 0x18 } else { 0x10 }],
        }
    }

    fn shape(&self) -> &'static Shape {
        if self.spatial == 1 { &L1T3 } else { &L2T2_KEY }
    }

    fn descriptor(&self, frame: &Frame, keyframe: bool, ends: (bool, bool)) -> Vec<u8> {
        let template = match (frame.spatial, frame.temporal) {
            (0, 0) => u32::from(!keyframe),
            (0, 1) => 2,
            // The second one of two refers to the layer between.
            (0, _) => 3 + u32::from(self.at == 0),
            (_, 0) => 3 + u32::from(!keyframe),
            _ => 5,
        };
        let structure = (keyframe && frame.spatial == 0 && ends.0).then(|| self.shape());
        descriptor(ends, template, frame.number as u16, structure, None)
    }
}
