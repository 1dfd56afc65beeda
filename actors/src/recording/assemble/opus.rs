//! Opus, RFC 7587: a payload is a packet, and a packet is what a container keeps.

use super::{Assembled, EncodedFrame, TrackFormat};
use crate::{sfu::Codec, sinks::MediaFrame};

pub struct Sound {
    format: TrackFormat,
    told: bool,
}

impl Default for Sound {
    fn default() -> Self {
        Sound { format: TrackFormat { codec: Codec::Opus, size: None, private: None }, told: false }
    }
}

impl Sound {
    pub fn push(&mut self, packet: &MediaFrame, out: &mut Vec<Assembled>) {
        // Padding: there is no Opus packet without a byte.
        if packet.payload.is_empty() {
            return;
        }
        if !std::mem::replace(&mut self.told, true) {
            out.push(Assembled::Format(self.format.clone()));
        }
        out.push(Assembled::Frame(EncodedFrame {
            stream: packet.stream,
            timestamp: packet.timestamp,
            arrived_us: packet.arrived_us,
            report: packet.report,
            keyframe: true,
            data: packet.payload.to_vec(),
        }));
    }

    pub fn format(&self) -> &TrackFormat {
        &self.format
    }
}
