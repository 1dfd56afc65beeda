//! A published track: its encodings, what they need, and the streams that carry it on.

use super::{
    arrivals::{Arrival, Arrivals},
    capture::CaptureClock,
    codec::{self, Unit, dependency::Structures},
    flows::{self, Flows},
    keyframes::KeyframeGate,
    limits::Limits,
    paused::Watched,
    policing::{Limit, Policer, Verdict},
    rate::Rate,
    rewrite::Numbers,
    rungs::{ByRung, Rung},
    streams::StreamId,
    tracks::hertz,
    types::*,
};
use crate::protocol::Source;

pub const MAX_LAYERS: usize = 3;
const NEW_MICROS: u64 = 500_000;
/// Of slow cameras a picture comes more often than that; a still picture and a camera that is off are quiet.
const QUIET_MS: u64 = 2_000;
/// What came so lately comes now.
const COMES_MICROS: u64 = 500_000;

#[derive(Clone, Debug)]
pub struct Publication {
    pub source: Source,
    pub codec: Codec,
    pub permitted: bool,
    /// Encodings that were negotiated.
    pub encoded: u8,
    /// Sizes that may come: encodings, or spatial layers within the only one.
    pub layers: u8,
    /// The sizes are spatial layers of one encoding.
    pub layered: bool,
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
    pub flows: Flows,
    /// AV1: what the last keyframe said of its layers.
    pub structures: Structures,
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
    pub unit: Unit,
    /// The topmost temporal layer of its encoding.
    pub top: u8,
    /// The highest spatial layer that the publisher's limit lets through now.
    pub ceiling: u8,
}

/// Why a packet isn't passed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dropped {
    Malformed,
    Stale,
    OverLimit,
}

impl Encoding {
    pub fn is_quiet(&self, now: At) -> bool {
        self.rate.is_quiet(now, QUIET_MS)
    }
}

impl Publication {
    pub fn new(published: &Published, permitted: bool, tap: bool, now: At) -> Self {
        let encoded = if tap { 1 } else { published.layers.clamp(1, MAX_LAYERS as u8) };
        let layered = encoded == 1 && codec::has_spatial_layers(published.codec);
        // How many there are isn't said before they come; a publisher is told which are watched by these names all the same.
        let layers = if layered { MAX_LAYERS as u8 } else { encoded };
        Publication {
            source: published.source,
            codec: published.codec,
            permitted,
            encoded,
            layers,
            layered,
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
        self.codec == published.codec && (self.tap || self.encoded == published.layers.clamp(1, MAX_LAYERS as u8))
    }

    pub fn is_audio(&self) -> bool {
        self.source.is_audio()
    }

    /// Reads a packet of one of its encodings. The hot path: no allocation.
    pub fn take(&mut self, packet: &PacketView<'_>, limits: &Limits, now: At) -> Result<Taken, Dropped> {
        let structures = &mut self.encodings[usize::from(packet.layer)].structures;
        let unit = codec::read(self.codec, packet.payload, packet.dependency_descriptor, structures).ok_or(Dropped::Malformed)?;
        let ceiling = self.police(packet, &unit, limits, now)?;
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
        if !audio && unit.spatial <= ceiling {
            encoding.flows.add(&unit, packet.payload.len(), now);
        }
        encoding.stopped = false;
        if unit.keyframe {
            encoding.keyframes.came();
        }
        let capture = encoding.clock.capture(packet.timestamp, hertz(audio), now);
        let numbers = Numbers { seq: packet.seq, timestamp: packet.timestamp, capture, marks: unit.marks };
        let (generation, broken, top) = (encoding.generation, arrival == Arrival::Broken, encoding.flows.top());
        Ok(Taken { numbers, generation, broken, unit, top, ceiling })
    }

    /// The encoding that has this size.
    pub fn encoding_of(&self, layer: Layer) -> Layer {
        if self.layered { 0 } else { layer }
    }

    /// When the newest packet of a size came.
    fn newest(&self, layer: Layer) -> Option<At> {
        let encoding = &self.encodings[usize::from(self.encoding_of(layer))];
        if self.layered { encoding.flows.newest(layer) } else { encoding.rate.newest() }
    }

    /// Gives the highest spatial layer that goes on. What lies above is for the streams to leave out, which see whole pictures.
    fn police(&mut self, packet: &PacketView<'_>, unit: &Unit, limits: &Limits, now: At) -> Result<u8, Dropped> {
        let bits = limits.source_bits(self.source);
        let bits = if self.tap { bits.min(limits.tap_bits) } else { bits };
        let limit = Limit { bits, packet_by_packet: self.is_audio(), cut_ms: limits.cut_ms };
        let layer = if self.layered { flows::place(unit.spatial) as Layer } else { packet.layer };
        let mut policer = std::mem::take(&mut self.policer);
        let coming = |policer: &Policer| {
            let comes = |layer: &Layer| {
                let lately = self.newest(*layer).is_some_and(|newest| now.micros_since(newest) < COMES_MICROS);
                lately && !policer.is_cut(*layer, now)
            };
            (0..self.layers).rev().find(comes).unwrap_or(0)
        };
        let verdict = policer.judge(layer, coming, packet.payload.len(), limit, now);
        self.policer = policer;
        if self.layered && !self.policer.is_cut(0, now) {
            return Ok(self.policer.cut_from(now).map_or(u8::MAX, |from| from.saturating_sub(1)));
        }
        match verdict {
            Verdict::Pass => Ok(u8::MAX),
            Verdict::Drop => Err(Dropped::OverLimit),
            Verdict::Cut(from) => {
                let from = usize::from(self.encoding_of(from));
                for encoding in &mut self.encodings[from..] {
                    encoding.generation = encoding.generation.wrapping_add(1);
                }
                Err(Dropped::OverLimit)
            }
        }
    }

    /// Is an encoding sent just now?
    pub fn comes(&self, encoding: Layer, now: At) -> bool {
        let encoding = &self.encodings[usize::from(encoding)];
        !encoding.stopped && !encoding.is_quiet(now)
    }

    /// Bits a second that each rung needs, none where it can't be had now. A track that is quiet as a whole keeps its sizes.
    pub fn available(&self, limits: &Limits, now: At) -> ByRung<Option<u64>> {
        let newest = (0..self.layers).filter_map(|layer| self.newest(layer)).max();
        let mut available = [None; Rung::COUNT];
        for layer in 0..self.layers {
            let encoding = &self.encodings[usize::from(self.encoding_of(layer))];
            let fresh = match (newest, self.newest(layer)) {
                (None, _) => layer == 0,
                (Some(_), None) => false,
                (Some(newest), Some(own)) => newest.micros_since(own) < limits.layer_gone_ms * 1_000,
            };
            if fresh && !encoding.stopped && !self.policer.is_cut(layer, now) {
                available[Rung::whole(layer).place()] = Some(self.needs(layer, limits));
                available[Rung::thin(layer).place()] = encoding.flows.thin(self.depth_of(layer));
            }
        }
        available
    }

    /// The spatial layer up to which an encoding is this size.
    fn depth_of(&self, layer: Layer) -> u8 {
        if self.layered { layer } else { u8::MAX }
    }

    /// What all pictures of a size need: measured, else expected.
    pub fn needs(&self, layer: Layer, limits: &Limits) -> u64 {
        let expected = if self.layers == 1 { limits.expected_bits[1] } else { limits.expected_bits[usize::from(layer)] };
        let encoding = &self.encodings[usize::from(self.encoding_of(layer))];
        let known = if self.layered { encoding.flows.whole(layer) } else { encoding.rate.known() };
        known.unwrap_or(expected)
    }

    pub fn is_over_limit(&self, now: At) -> bool {
        (0..self.layers).all(|layer| self.policer.is_cut(layer, now) || self.newest(layer).is_none())
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
