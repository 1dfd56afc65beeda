//! From one size of a picture to another. An encoding of its own is taken up at its keyframe only, and the old one goes on until it comes;
//! layers within one encoding are taken up and let go as [`super::layering`] says.

use super::{
    codec::Unit,
    layering::{Aim, Layering},
    rungs::Rung,
    types::{At, Layer},
};

/// What is done with a packet of an encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Of an encoding that isn't followed.
    Drop,
    /// Of a layer of the followed encoding that isn't passed on.
    LeaveOut,
    Forward,
    /// The first packet of another encoding.
    Splice,
}

/// A packet as a switch sees it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The encoding.
    pub encoding: Layer,
    /// The numbering of its encoding: another one has nothing to do with it.
    pub generation: u32,
    /// A stream can begin with it.
    pub joinable: bool,
    pub timestamp: u64,
    pub unit: &'a Unit,
    /// The topmost temporal layer of its encoding.
    pub top: u8,
    /// The highest spatial layer that the publisher's limit lets through.
    pub ceiling: u8,
    /// What was done with other packets of its picture, where that binds.
    pub bound: Option<bool>,
}

#[derive(Clone, Debug, Default)]
pub struct Switch {
    /// The sizes are spatial layers of one encoding.
    layered: bool,
    current: Option<Layer>,
    target: Option<Rung>,
    /// The numbering of the current encoding that this stream follows.
    generation: u32,
    waiting: Option<At>,
    /// A size whose keyframe didn't come, and until when it is let be.
    avoided: Option<(Layer, At)>,
    pub layering: Layering,
}

impl Switch {
    pub fn new(layered: bool) -> Self {
        Switch { layered, ..Switch::default() }
    }

    pub fn current(&self) -> Option<Layer> {
        self.current
    }

    pub fn target(&self) -> Option<Rung> {
        self.target
    }

    /// The size whose keyframe this stream waits for.
    pub fn awaits(&self) -> Option<Layer> {
        let target = self.target.map(Rung::layer)?;
        let there = self.current.is_some_and(|current| if self.layered { current >= target } else { current == target });
        (!there).then_some(target)
    }

    /// Aims at a rung; none ends the stream at once. True when the aim changed.
    pub fn aim(&mut self, target: Option<Rung>, now: At) -> bool {
        if self.target == target {
            return false;
        }
        let awaited = self.awaits();
        self.target = target;
        if target.is_none() {
            self.current = None;
        }
        if self.awaits() != awaited {
            self.waiting = self.awaits().map(|_| now);
        }
        true
    }

    /// What to do with a packet.
    pub fn step(&mut self, seen: &Seen<'_>) -> Step {
        let Some(target) = self.target else { return Step::Drop };
        let aim = self.depth(target, seen);
        if self.current.is_some_and(|current| self.layered || current == seen.encoding) {
            if self.generation == seen.generation {
                return self.within(seen, aim, target);
            }
            self.current = None;
        }
        // With nothing to show a smaller one than meant is welcome.
        let sought = if self.layered { 0 } else { target.layer() };
        let welcome = seen.encoding == sought || (self.current.is_none() && seen.encoding < sought);
        if !welcome || !seen.joinable {
            return Step::Drop;
        }
        self.layering = Layering::begin(seen.unit, seen.timestamp, aim, self.layered);
        self.generation = seen.generation;
        self.arrive(seen.encoding, target);
        Step::Splice
    }

    fn depth(&self, target: Rung, seen: &Seen<'_>) -> Aim {
        Aim {
            spatial: if self.layered { target.layer().min(seen.ceiling) } else { u8::MAX },
            temporal: if target.is_thin() { seen.top.saturating_sub(1) } else { u8::MAX },
        }
    }

    fn within(&mut self, seen: &Seen<'_>, aim: Aim, target: Rung) -> Step {
        let passes = seen.bound.unwrap_or_else(|| self.layering.admits(seen.unit, seen.timestamp, aim));
        if self.layered {
            self.arrive(self.layering.spatial(), target);
        }
        if passes { Step::Forward } else { Step::LeaveOut }
    }

    fn arrive(&mut self, layer: Layer, target: Rung) {
        self.current = Some(layer);
        if layer == target.layer() {
            self.waiting = None;
        }
    }

    /// Gives up a size whose keyframe doesn't come while another is shown. True when it did.
    pub fn give_up(&mut self, now: At, patience_ms: u64) -> bool {
        let (Some(since), Some(awaited), Some(current)) = (self.waiting, self.awaits(), self.current) else { return false };
        if now.micros_since(since) < patience_ms * 1_000 {
            return false;
        }
        self.avoided = Some((awaited, At(now.0 + 2 * patience_ms * 1_000)));
        self.aim(Some(Rung::whole(current)), now)
    }

    pub fn avoids(&self, layer: Layer, now: At) -> bool {
        self.avoided.is_some_and(|(avoided, until)| avoided == layer && now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::{Step::*, *};

    fn step(switch: &mut Switch, encoding: Layer, generation: u32, joinable: bool) -> Step {
        let unit = Unit { keyframe: joinable, ..Unit::default() };
        switch.step(&Seen { encoding, generation, joinable, timestamp: 1, unit: &unit, top: 0, ceiling: u8::MAX, bound: None })
    }

    fn whole(layer: Layer) -> Option<Rung> {
        Some(Rung::whole(layer))
    }

    #[test]
    fn the_old_one_goes_on_until_the_keyframe_comes() {
        let mut switch = Switch::default();
        assert_eq!(step(&mut switch, 0, 0, true), Drop, "nothing is wanted");
        switch.aim(whole(0), At::ms(0));
        let table = [(0, false, Drop), (1, true, Drop), (0, true, Splice), (0, false, Forward), (1, true, Drop)];
        for (layer, keyframe, expected) in table {
            assert_eq!(step(&mut switch, layer, 0, keyframe), expected, "{layer} {keyframe}");
        }
        switch.aim(whole(2), At::ms(10));
        let table =
            [(0, false, Forward), (2, false, Drop), (1, true, Drop), (0, true, Forward), (2, true, Splice), (0, true, Drop)];
        for (layer, keyframe, expected) in table {
            assert_eq!(step(&mut switch, layer, 0, keyframe), expected, "{layer} {keyframe}");
        }
        switch.aim(None, At::ms(20));
        assert_eq!(step(&mut switch, 2, 0, true), Drop);
    }

    #[test]
    fn a_smaller_one_fills_in() {
        let mut switch = Switch::default();
        switch.aim(whole(2), At::ms(0));
        assert_eq!(step(&mut switch, 0, 0, true), Splice);
        assert_eq!(step(&mut switch, 1, 0, true), Drop);
        assert_eq!(step(&mut switch, 2, 0, true), Splice);
    }

    #[test]
    fn a_broken_numbering_needs_a_keyframe() {
        let mut switch = Switch::default();
        switch.aim(whole(0), At::ms(0));
        step(&mut switch, 0, 0, true);
        assert_eq!(step(&mut switch, 0, 1, false), Drop);
        assert_eq!(switch.awaits(), Some(0));
        assert_eq!(step(&mut switch, 0, 1, true), Splice);
    }

    #[test]
    fn a_switch_without_a_keyframe_is_given_up_and_tried_again_later() {
        let mut switch = Switch::default();
        switch.aim(whole(0), At::ms(0));
        step(&mut switch, 0, 0, true);
        switch.aim(whole(1), At::ms(1_000));
        switch.aim(Some(Rung::thin(1)), At::ms(3_000));
        assert!(!switch.give_up(At::ms(5_999), 5_000));
        assert!(switch.give_up(At::ms(6_000), 5_000), "the wait goes on whatever of it is meant");
        assert_eq!((switch.target(), switch.current()), (whole(0), Some(0)));
        assert!(switch.avoids(1, At::ms(15_999)) && !switch.avoids(1, At::ms(16_000)) && !switch.avoids(0, At::ms(7_000)));
    }

    #[test]
    fn with_nothing_to_show_it_waits_on() {
        let mut switch = Switch::default();
        switch.aim(whole(0), At::ms(0));
        assert!(!switch.give_up(At::ms(60_000), 5_000));
    }

    #[test]
    fn layers_of_one_encoding_are_awaited_upwards_only() {
        let mut switch = Switch::new(true);
        switch.aim(whole(1), At::ms(0));
        assert_eq!(step(&mut switch, 0, 0, false), Drop);
        assert_eq!(step(&mut switch, 0, 0, true), Splice);
        assert_eq!(switch.awaits(), Some(1));
        let unit = Unit { spatial: 1, spatial_entry: super::super::codec::Entry::Always, ..Unit::default() };
        let seen = Seen {
            encoding: 0,
            generation: 0,
            joinable: false,
            timestamp: 1,
            unit: &unit,
            top: 0,
            ceiling: u8::MAX,
            bound: None,
        };
        assert_eq!(switch.step(&seen), Forward);
        assert_eq!((switch.current(), switch.awaits()), (Some(1), None));
        switch.aim(whole(0), At::ms(9));
        assert_eq!(switch.awaits(), None, "down it goes by itself");
        assert_eq!(switch.step(&Seen { timestamp: 2, ..seen }), LeaveOut);
        assert_eq!(switch.current(), Some(0));
    }
}
