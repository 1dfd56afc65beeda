//! Outgoing streams: one a slot, with everything that a packet to that slot needs, side by side in memory.

use super::{
    codec::dependency::Structure,
    publications::Taken,
    rewrite::Rewriter,
    switch::{Seen, Step, Switch},
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
    /// The largest size that the receiver's tile needs; none while the tile isn't on the screen.
    pub wanted: Option<Layer>,
    /// Nothing was decided for this track yet.
    pub fresh: bool,
    rewriter: Rewriter,
}

/// A packet on its way to all streams that carry its track.
#[derive(Clone, Copy, Debug)]
pub struct Passing<'a> {
    pub encoding: Layer,
    pub codec: Codec,
    pub marker: bool,
    pub taken: &'a Taken,
    /// AV1: what the last keyframe said of its layers.
    pub structure: Option<&'a Structure>,
}

impl Stream {
    /// Carries another track from now on, or none.
    pub fn carry(&mut self, track: Option<TrackKey>) {
        self.track = track;
        self.switch = Switch::new(false);
        self.wanted = None;
        self.fresh = true;
    }

    /// One packet: what is sent of it, and whether with it another size begins.
    pub fn packet(&mut self, packet: &Passing<'_>) -> Option<(Forward, bool)> {
        let Passing { encoding, codec, taken, .. } = *packet;
        let audio = codec == Codec::Opus;
        let unit = &taken.unit;
        let seen = Seen {
            encoding,
            generation: taken.generation,
            joinable: audio || unit.keyframe,
            timestamp: taken.numbers.timestamp,
            unit,
            top: taken.top,
            ceiling: taken.ceiling,
            bound: self.rewriter.was_passed(taken.numbers.marks),
        };
        let before = self.switch.current();
        let step = self.switch.step(&seen);
        let rewritten = match step {
            Step::Drop => return None,
            Step::LeaveOut => self.rewriter.leave_out(taken.numbers)?,
            Step::Forward => self.rewriter.next(taken.numbers)?,
            Step::Splice => self.rewriter.splice(taken.numbers),
        };
        let blank = step == Step::LeaveOut;
        let layering = &mut self.switch.layering;
        let ends = !blank && layering.ends_picture(unit);
        let mut patch = rewritten.patch;
        if let (Patch::Av1(numbers), Some(structure)) = (&mut patch, packet.structure) {
            numbers.targets = layering.targets(unit, structure);
        }
        let forward = Forward {
            to: self.to,
            slot: self.slot,
            codec,
            seq: rewritten.seq,
            timestamp: rewritten.timestamp as u32,
            marker: !blank && (packet.marker || ends),
            nackable: !audio,
            patch,
            blank,
        };
        Some((forward, step == Step::Splice || self.switch.current() != before))
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
        let stream = Stream { to, slot, track: None, switch: Switch::new(false), wanted: None, fresh: true, rewriter };
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
