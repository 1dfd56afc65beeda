//! The hot path: one packet in, one [`Forward`] a receiver out. Everything is found by number, nothing is allocated beyond the caller's vector.

use super::{
    codec::opus,
    core::SfuCore,
    publications::Dropped,
    streams::Passing,
    tracks::{TrackKey, place},
    types::*,
};
use crate::protocol::Source;

impl SfuCore {
    /// Takes a media packet. A [`Forward`] a receiver is added to `forward`; neither vector is emptied here.
    pub fn packet(&mut self, packet: &PacketView<'_>, now: At, forward: &mut Vec<Forward>, out: &mut Vec<Output>) {
        self.counts.received += 1;
        let Some(peer) = self.peers.get_mut(packet.from) else {
            self.counts.refused += 1;
            return;
        };
        let publication = peer.publications[place(packet.source)].as_mut();
        let Some(publication) = publication.filter(|track| track.permitted && packet.layer < track.encoded) else {
            self.counts.refused += 1;
            return;
        };
        let taken = match publication.take(packet, &self.limits, now) {
            Ok(taken) => taken,
            Err(dropped) => return self.count(dropped),
        };
        if packet.source == Source::Microphone
            && let Some(level) = packet.audio_level
        {
            peer.voice.hear(if opus::is_silence(packet.payload, packet.red) { 127 } else { level }, now);
        }
        let before = forward.len();
        let passing = Passing {
            encoding: packet.layer,
            codec: publication.codec,
            marker: packet.marker,
            taken: &taken,
            structure: publication.encodings[usize::from(packet.layer)].structures.current(),
        };
        for id in &publication.streams {
            if let Some((packet, switched)) = self.streams.get_mut(*id).packet(&passing) {
                self.counts.layer_switches += u64::from(switched);
                forward.push(packet);
            }
        }
        self.counts.forwarded += (forward.len() - before) as u64;
        if !publication.sinks.is_empty() {
            let track = TrackKey { peer: packet.from, source: packet.source };
            let before = self.sunk.len();
            self.sinks.packet(track, publication, packet.layer, &taken, now, &mut self.sunk);
            self.counts.sunk += (self.sunk.len() - before) as u64;
        }
        if taken.broken && !taken.unit.keyframe && !(publication.streams.is_empty() && publication.sinks.is_empty()) {
            self.ask_keyframe(TrackKey { peer: packet.from, source: packet.source }, packet.layer, now, out);
        }
    }

    fn count(&mut self, dropped: Dropped) {
        let count = match dropped {
            Dropped::Malformed => &mut self.counts.malformed,
            Dropped::Stale => &mut self.counts.stale,
            Dropped::OverLimit => &mut self.counts.over_limit,
        };
        *count += 1;
    }
}
