//! A published track: its encodings, what they need, and the streams that carry it on.

use super::{
    arrivals::{Arrival, Arrivals},
    capture::CaptureClock,
    codec::{self, Head},
    keyframes::KeyframeGate,
    limits::Limits,
    paused::Watched,
    policing::{Limit, Policer, Verdict},
    rate::Rate,
    rewrite::Numbers,
    streams::StreamId,
    tracks::hertz,
    types::*,
};
use crate::protocol::Source;

pub const MAX_LAYERS: usize = 3;
const NEW_MICROS: u64 = 500_000;

#[derive(Clone, Debug)]
pub struct Publication {
    pub source: Source,
    pub codec: Codec,
    pub permitted: bool,
    pub layers: u8,
    pub encodings: [Encoding; MAX_LAYERS],
    /// Who gets it: this publication's row of the forwarding table.
    pub streams: Vec<StreamId>,
    /// Who hears it on the server itself.
    pub sinks: Vec<SinkIndex>,
    /// It is of an extra copy: one encoding, and a limit of its own.
    pub tap: bool,
    pub watched: Watched,
    pub since: At,
    policer: Policer,
}

#[derive(Clone, Debug, Default)]
pub struct Encoding {
    pub rate: Rate,
    pub keyframes: KeyframeGate,
    /// Counts the breaks of its numbering.
    pub generation: u32,
    /// The engine says that it stopped.
    pub stopped: bool,
    arrivals: Arrivals,
    clock: CaptureClock,
}

/// A packet that is to be passed on.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    pub numbers: Numbers,
    pub generation: u32,
    /// Its numbering broke here.
    pub broken: bool,
    pub keyframe: bool,
}

/// Why a packet isn't passed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dropped {
    Malformed,
    Stale,
    OverLimit,
}

impl Publication {
    pub fn new(published: &Published, permitted: bool, tap: bool, now: At) -> Self {
        let layers = if tap { 1 } else { published.layers.clamp(1, MAX_LAYERS as u8) };
        Publication {
            source: published.source,
            codec: published.codec,
            permitted,
            layers,
            encodings: Default::default(),
            streams: Vec::new(),
            sinks: Vec::new(),
            tap,
            watched: Watched::new(layers, now),
            since: now,
            policer: Policer::default(),
        }
    }

    pub fn is_same(&self, published: &Published) -> bool {
        self.codec == published.codec && (self.tap || self.layers == published.layers.clamp(1, MAX_LAYERS as u8))
    }

    pub fn is_audio(&self) -> bool {
        self.source.is_audio()
    }

    /// Reads a packet of one of its encodings. The hot path: no allocation.
    pub fn take(&mut self, packet: &PacketView<'_>, limits: &Limits, now: At) -> Result<Taken, Dropped> {
        let Head { keyframe, vp8 } =
            codec::read(self.codec, packet.payload, packet.dependency_descriptor).ok_or(Dropped::Malformed)?;
        self.police(packet, limits, now)?;
        let audio = self.is_audio();
        let encoding = &mut self.encodings[usize::from(packet.layer)];
        let arrival = encoding.arrivals.take(packet.seq);
        if arrival == Arrival::Stale {
            return Err(Dropped::Stale);
        }
        if arrival == Arrival::Broken {
            encoding.generation = encoding.generation.wrapping_add(1);
            encoding.clock = CaptureClock::default();
        }
        encoding.rate.add(packet.payload.len(), now);
        encoding.stopped = false;
        if keyframe {
            encoding.keyframes.came();
        }
        let capture = encoding.clock.capture(packet.timestamp, hertz(audio), now);
        let numbers = Numbers { seq: packet.seq, timestamp: packet.timestamp, capture, vp8 };
        Ok(Taken { numbers, generation: encoding.generation, broken: arrival == Arrival::Broken, keyframe })
    }

    fn police(&mut self, packet: &PacketView<'_>, limits: &Limits, now: At) -> Result<(), Dropped> {
        let bits = limits.source_bits(self.source);
        let bits = if self.tap { bits.min(limits.tap_bits) } else { bits };
        let limit = Limit { bits, packet_by_packet: self.is_audio(), cut_ms: limits.cut_ms };
        let (encodings, layers) = (&self.encodings, self.layers);
        let coming = |policer: &Policer| {
            let comes = |layer: &Layer| !encodings[usize::from(*layer)].rate.is_quiet(now, 500) && !policer.is_cut(*layer, now);
            (0..layers).rev().find(comes).unwrap_or(0)
        };
        match self.policer.judge(packet.layer, coming, packet.payload.len(), limit, now) {
            Verdict::Pass => Ok(()),
            Verdict::Drop => Err(Dropped::OverLimit),
            Verdict::Cut(from) => {
                for encoding in &mut self.encodings[usize::from(from)..] {
                    encoding.generation = encoding.generation.wrapping_add(1);
                }
                Err(Dropped::OverLimit)
            }
        }
    }

    /// Bits a second that each encoding needs, none where it can't be had now. A track that is quiet as a whole keeps its encodings.
    pub fn available(&self, limits: &Limits, now: At) -> [Option<u64>; MAX_LAYERS] {
        let newest = self.encodings.iter().filter_map(|encoding| encoding.rate.newest()).max();
        let mut available = [None; MAX_LAYERS];
        for layer in 0..self.layers {
            let encoding = &self.encodings[usize::from(layer)];
            let fresh = match (newest, encoding.rate.newest()) {
                (None, _) => layer == 0,
                (Some(_), None) => false,
                (Some(newest), Some(own)) => newest.micros_since(own) < limits.layer_gone_ms * 1_000,
            };
            if fresh && !encoding.stopped && !self.policer.is_cut(layer, now) {
                available[usize::from(layer)] = Some(self.needs(layer, limits));
            }
        }
        available
    }

    /// What an encoding needs: measured, else expected.
    pub fn needs(&self, layer: Layer, limits: &Limits) -> u64 {
        let expected = if self.layers == 1 { limits.expected_bits[1] } else { limits.expected_bits[usize::from(layer)] };
        self.encodings[usize::from(layer)].rate.known().unwrap_or(expected)
    }

    pub fn is_over_limit(&self, now: At) -> bool {
        (0..self.layers)
            .all(|layer| self.policer.is_cut(layer, now) || self.encodings[usize::from(layer)].rate.newest().is_none())
            && self.policer.is_cut(self.layers - 1, now)
    }

    /// Just published, and nothing came yet: what comes begins with a keyframe.
    pub fn is_new(&self, now: At) -> bool {
        now.micros_since(self.since) < NEW_MICROS && self.encodings.iter().all(|encoding| encoding.rate.newest().is_none())
    }

    /// Nothing came for so long, of any encoding.
    pub fn is_not_sent(&self, limits: &Limits, now: At) -> bool {
        now.micros_since(self.since) >= limits.not_sent_ms * 1_000
            && self.encodings.iter().all(|encoding| encoding.rate.is_quiet(now, limits.not_sent_ms))
    }
}
