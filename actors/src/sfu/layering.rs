//! Which layers of one encoding a stream passes on. Higher ones are let go with the next picture, and taken up only where the bitstream
//! allows it: a spatial layer with a frame that needs no earlier picture, or whose chain the stream has; a temporal one with a frame that
//! needs none of what was left out. Lower spatial layers go on while a higher one is shown, also where that doesn't need them (the KEY
//! modes of scalability): so going down needs no keyframe.

use super::codec::{
    Entry, Marks, Unit,
    dependency::{Chains, Structure, Targets},
};

/// The highest layers that may be passed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Aim {
    pub spatial: u8,
    pub temporal: u8,
}

#[derive(Clone, Debug, Default)]
pub struct Layering {
    /// What is passed on now.
    spatial: u8,
    temporal: u8,
    /// The picture that comes now, and what was aimed at when it began.
    timestamp: u64,
    aim: Aim,
    /// It needs no other picture: all its layers may be taken up.
    in_key: bool,
    /// Its last packet was said to be passed on.
    ended: bool,
    links: Links,
    told: Option<Targets>,
}

impl Layering {
    /// Begins with the first packet of a keyframe. `layered`: its spatial layers are told apart.
    pub fn begin(unit: &Unit, timestamp: u64, aim: Aim, layered: bool) -> Self {
        let spatial = if layered { 0 } else { u8::MAX };
        let mut new = Layering { spatial, temporal: aim.temporal, timestamp, aim, in_key: true, ..Layering::default() };
        new.links.look(unit);
        new.links.passed(unit);
        new
    }

    pub fn spatial(&self) -> u8 {
        self.spatial
    }

    /// Is this packet passed on?
    pub fn admits(&mut self, unit: &Unit, timestamp: u64, aim: Aim) -> bool {
        if timestamp > self.timestamp {
            self.next_picture(timestamp, aim);
        }
        self.links.look(unit);
        if timestamp == self.timestamp {
            self.take_up(unit);
        }
        let passes = unit.spatial <= self.spatial && unit.temporal <= self.temporal;
        if passes {
            self.links.passed(unit);
            if timestamp == self.timestamp && unit.opens > self.temporal {
                self.temporal = unit.opens.min(self.aim.temporal).max(self.temporal);
            }
        }
        passes
    }

    fn next_picture(&mut self, timestamp: u64, aim: Aim) {
        self.timestamp = timestamp;
        self.aim = aim;
        self.spatial = self.spatial.min(aim.spatial);
        self.temporal = self.temporal.min(aim.temporal);
        self.in_key = false;
        self.ended = false;
    }

    fn take_up(&mut self, unit: &Unit) {
        if unit.keyframe {
            self.in_key = true;
            self.temporal = self.aim.temporal;
        }
        if unit.spatial <= self.aim.spatial && unit.spatial == self.spatial.saturating_add(1) && !self.ended {
            let enters = match unit.spatial_entry {
                Entry::Never => false,
                Entry::Always => true,
                Entry::Chain(chain) => self.links.has(chain),
            };
            if enters {
                self.spatial = unit.spatial;
            }
        }
        let next = unit.temporal == self.temporal.saturating_add(1);
        if unit.temporal_entry && next && unit.temporal <= self.aim.temporal {
            self.temporal = unit.temporal;
        }
    }

    /// Is this packet, which is passed on, the last one of its picture, though the source sends more of it?
    pub fn ends_picture(&mut self, unit: &Unit) -> bool {
        let more_to_come = self.in_key && self.spatial < self.aim.spatial;
        let ends = unit.ends && unit.spatial == self.spatial && !more_to_come;
        self.ended |= ends;
        ends
    }

    /// The decode targets that the receiver is to be told, where they changed or a new structure says otherwise.
    pub fn targets(&mut self, unit: &Unit, structure: &Structure) -> Option<Targets> {
        let spatial = if self.in_key { self.aim.spatial } else { self.spatial };
        let targets = structure.targets(spatial, self.temporal);
        if !unit.begins || (self.told == Some(targets) && !unit.structured) {
            return None;
        }
        self.told = Some(targets);
        (!unit.structured || !structure.is_everything(targets)).then_some(targets)
    }
}

/// AV1: the frames that were passed on lately, and the chains that are whole because of it.
#[derive(Clone, Copy, Debug, Default)]
struct Links {
    newest: u16,
    /// A bit a frame, the newest in the lowest.
    passed: u128,
    whole: u8,
}

impl Links {
    /// A frame comes: which chains are whole with what was passed on before it?
    fn look(&mut self, unit: &Unit) {
        let (Some(Chains { count, back }), Marks::Av1(frame)) = (unit.chains, unit.marks) else { return };
        let ahead = frame.wrapping_sub(self.newest);
        if ahead == 0 || ahead >= 0x8000 {
            return;
        }
        self.passed = self.passed.checked_shl(ahead.into()).unwrap_or(0);
        self.newest = frame;
        for (chain, back) in back.iter().enumerate().take(count.into()) {
            let whole = *back == 0 || (self.has(chain as u8) && self.was_passed(*back));
            self.whole = self.whole & !(1 << chain) | u8::from(whole) << chain;
        }
    }

    fn passed(&mut self, unit: &Unit) {
        if let (Some(_), Marks::Av1(frame)) = (unit.chains, unit.marks) {
            self.passed |= 1u128.checked_shl(self.newest.wrapping_sub(frame).into()).unwrap_or(0);
        }
    }

    fn was_passed(&self, back: u8) -> bool {
        self.passed.checked_shr(back.into()).unwrap_or(0) & 1 == 1
    }

    fn has(&self, chain: u8) -> bool {
        self.whole.checked_shr(chain.into()).unwrap_or(0) & 1 == 1
    }
}

#[cfg(test)]
#[path = "layering_tests.rs"]
mod tests;
