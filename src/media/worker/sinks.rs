//! What people agreed to have heard on the server: from the core, through a valve, to whoever reads. Nothing here waits for them.

use super::Worker;
use crate::media::{counts, engine::Incoming, peer, slab::Key};
use actors::{
    sfu::{Input, SinkWanted, Sunk},
    sinks::{ConsentedTrack, MediaFrame, Quality, SinkKey, Valve, valve::Passed},
};
use std::{mem, sync::Arc};

impl Worker {
    pub(super) fn attach_sink(&mut self, key: Key, track: &ConsentedTrack, quality: Quality, on: bool, to: Valve) {
        let Some(room) = self.rooms.get_mut(key) else { return };
        let (sink, new) = room.sinks.attach(track.key(), to);
        if new {
            counts::sinks(1.0);
        }
        let (participant, source) = (track.participant(), track.source());
        self.input(
            key,
            Input::AttachSink { sink, wanted: SinkWanted { participant, source, best: quality == Quality::Best, on } },
        );
    }

    pub(super) fn detach_sink(&mut self, key: Key, sink: SinkKey) {
        if let Some(sink) = self.rooms.get_mut(key).and_then(|room| room.sinks.detach(sink)) {
            counts::sinks(-1.0);
            self.input(key, Input::DetachSink { sink });
        }
    }

    /// Gives the packet to the sinks that the core names.
    pub(super) fn sink(&mut self, room: Key, packet: &Incoming) {
        let mut sunk = mem::take(&mut self.scratch.sunk);
        if let Some(room) = self.rooms.get_mut(room) {
            room.core.take_sunk(&mut sunk);
        }
        if !sunk.is_empty()
            && let Some(payload) = plain(packet)
        {
            for one in &sunk {
                self.sink_one(room, *one, packet, payload.clone());
            }
        }
        sunk.clear();
        self.scratch.sunk = sunk;
    }

    fn sink_one(&mut self, key: Key, one: Sunk, packet: &Incoming, payload: Arc<[u8]>) {
        let since = packet.arrived.saturating_duration_since(self.start).as_micros() as u64;
        let frame = MediaFrame {
            stream: one.stream,
            codec: packet.codec,
            layer: packet.layer,
            seq: packet.seq,
            timestamp: packet.timestamp,
            marker: packet.marker,
            keyframe: one.keyframe,
            arrived_us: self.start_us + since,
            report: packet.report,
            audio_level: packet.audio_level,
            payload,
        };
        let Some(attached) = self.rooms.get_mut(key).and_then(|room| room.sinks.get_mut(one.sink)) else { return };
        match attached.to.put(frame) {
            Passed::Taken => {
                attached.full = false;
                self.counts.sunk += 1;
            }
            // The room's word that it is off or over is on its way.
            Passed::Shut => {}
            Passed::Full => {
                self.counts.sink_gaps += u64::from(!mem::replace(&mut attached.full, true));
                self.counts.sink_drops += 1;
                self.input(key, Input::SinkLost { sink: one.sink });
            }
        }
    }
}

/// The codec's own payload.
fn plain(packet: &Incoming) -> Option<Arc<[u8]>> {
    if packet.red { peer::primary(&packet.payload) } else { Some(packet.payload.clone()) }
}
