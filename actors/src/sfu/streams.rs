//! Outgoing streams: one a slot, with everything that a packet to that slot needs, side by side in memory.

use super::{
    publications::Taken,
    rewrite::Rewriter,
    switch::{Step, Switch},
    tracks::{TrackKey, hertz},
    types::*,
};

/// A place in [`Streams`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StreamId(u32);

#[derive(Clone, Debug)]
pub struct Stream {
    pub to: PeerIndex,
    pub slot: SlotIndex,
    pub track: Option<TrackKey>,
    pub switch: Switch,
    /// The largest encoding that the receiver's tile needs; none while the tile isn't on the screen.
    pub wanted: Option<Layer>,
    /// Nothing was decided for this track yet.
    pub fresh: bool,
    rewriter: Rewriter,
}

impl Stream {
    /// Carries another track from now on, or none.
    pub fn carry(&mut self, track: Option<TrackKey>) {
        self.track = track;
        self.switch = Switch::default();
        self.wanted = None;
        self.fresh = true;
    }

    /// One packet: what is sent of it, and whether with it another encoding begins.
    pub fn packet(&mut self, layer: Layer, codec: Codec, marker: bool, taken: &Taken) -> Option<(Forward, bool)> {
        let audio = codec == Codec::Opus;
        let step = self.switch.step(layer, taken.generation, audio || taken.keyframe);
        let rewritten = match step {
            Step::Drop => return None,
            Step::Forward => self.rewriter.next(taken.numbers)?,
            Step::Splice => self.rewriter.splice(taken.numbers),
        };
        let forward = Forward {
            to: self.to,
            slot: self.slot,
            codec,
            seq: rewritten.seq,
            timestamp: rewritten.timestamp as u32,
            marker,
            nackable: !audio,
            vp8: rewritten.vp8,
        };
        Some((forward, step == Step::Splice))
    }
}

/// All streams of a room; places are used again.
#[derive(Clone, Debug, Default)]
pub struct Streams {
    streams: Vec<Stream>,
    free: Vec<StreamId>,
    made: u32,
}

impl Streams {
    pub fn open(&mut self, to: PeerIndex, slot: SlotIndex) -> StreamId {
        self.made = self.made.wrapping_add(1);
        let rewriter = Rewriter::new(hertz(matches!(slot, SlotIndex::Audio(_))), self.made);
        let stream = Stream { to, slot, track: None, switch: Switch::default(), wanted: None, fresh: true, rewriter };
        match self.free.pop() {
            Some(id) => {
                self.streams[id.0 as usize] = stream;
                id
            }
            None => {
                self.streams.push(stream);
                StreamId(self.streams.len() as u32 - 1)
            }
        }
    }

    /// The stream must be in no publication's row any more.
    pub fn close(&mut self, id: StreamId) {
        self.get_mut(id).carry(None);
        self.free.push(id);
    }

    pub fn get(&self, id: StreamId) -> &Stream {
        &self.streams[id.0 as usize]
    }

    pub fn get_mut(&mut self, id: StreamId) -> &mut Stream {
        &mut self.streams[id.0 as usize]
    }
}
