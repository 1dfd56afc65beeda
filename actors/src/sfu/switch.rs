//! From one encoding to another: only at a keyframe of the other, and the old one goes on until it comes.

use super::types::{At, Layer};

/// What is done with a packet of an encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Drop,
    Forward,
    /// The first packet of another encoding.
    Splice,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Switch {
    current: Option<Layer>,
    target: Option<Layer>,
    /// The numbering of the current encoding that this stream follows.
    generation: u32,
    waiting: Option<At>,
    /// An encoding whose keyframe didn't come, and until when it is let be.
    avoided: Option<(Layer, At)>,
}

impl Switch {
    pub fn current(&self) -> Option<Layer> {
        self.current
    }

    pub fn target(&self) -> Option<Layer> {
        self.target
    }

    /// The encoding whose keyframe this stream waits for.
    pub fn awaits(&self) -> Option<Layer> {
        self.target.filter(|target| self.current != Some(*target))
    }

    /// Aims at an encoding; none ends the stream at once. True when the aim changed.
    pub fn aim(&mut self, target: Option<Layer>, now: At) -> bool {
        if self.target == target {
            return false;
        }
        self.target = target;
        if target.is_none() {
            self.current = None;
        }
        self.waiting = self.awaits().map(|_| now);
        true
    }

    /// What to do with a packet. `joinable`: a stream can begin with it.
    pub fn step(&mut self, layer: Layer, generation: u32, joinable: bool) -> Step {
        let Some(target) = self.target else { return Step::Drop };
        if self.current == Some(layer) {
            if self.generation == generation {
                return Step::Forward;
            }
            self.current = None;
        }
        // With nothing to show a smaller one than meant is welcome.
        let welcome = layer == target || (self.current.is_none() && layer < target);
        if !welcome || !joinable {
            return Step::Drop;
        }
        self.current = Some(layer);
        self.generation = generation;
        if layer == target {
            self.waiting = None;
        }
        Step::Splice
    }

    /// Gives up an encoding whose keyframe doesn't come while another is shown. True when it did.
    pub fn give_up(&mut self, now: At, patience_ms: u64) -> bool {
        let (Some(since), Some(awaited), Some(current)) = (self.waiting, self.awaits(), self.current) else { return false };
        if now.micros_since(since) < patience_ms * 1_000 {
            return false;
        }
        self.avoided = Some((awaited, At(now.0 + 2 * patience_ms * 1_000)));
        self.aim(Some(current), now)
    }

    pub fn avoids(&self, layer: Layer, now: At) -> bool {
        self.avoided.is_some_and(|(avoided, until)| avoided == layer && now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::{Step::*, *};

    #[test]
    fn the_old_one_goes_on_until_the_keyframe_comes() {
        let mut switch = Switch::default();
        assert_eq!(switch.step(0, 0, true), Drop, "nothing is wanted");
        switch.aim(Some(0), At::ms(0));
        let table = [(0, false, Drop), (1, true, Drop), (0, true, Splice), (0, false, Forward), (1, true, Drop)];
        for (layer, keyframe, expected) in table {
            assert_eq!(switch.step(layer, 0, keyframe), expected, "{layer} {keyframe}");
        }
        switch.aim(Some(2), At::ms(10));
        let table =
            [(0, false, Forward), (2, false, Drop), (1, true, Drop), (0, true, Forward), (2, true, Splice), (0, true, Drop)];
        for (layer, keyframe, expected) in table {
            assert_eq!(switch.step(layer, 0, keyframe), expected, "{layer} {keyframe}");
        }
        switch.aim(None, At::ms(20));
        assert_eq!(switch.step(2, 0, true), Drop);
    }

    #[test]
    fn a_smaller_one_fills_in() {
        let mut switch = Switch::default();
        switch.aim(Some(2), At::ms(0));
        assert_eq!(switch.step(0, 0, true), Splice);
        assert_eq!(switch.step(1, 0, true), Drop);
        assert_eq!(switch.step(2, 0, true), Splice);
    }

    #[test]
    fn a_broken_numbering_needs_a_keyframe() {
        let mut switch = Switch::default();
        switch.aim(Some(0), At::ms(0));
        switch.step(0, 0, true);
        assert_eq!(switch.step(0, 1, false), Drop);
        assert_eq!(switch.awaits(), Some(0));
        assert_eq!(switch.step(0, 1, true), Splice);
    }

    #[test]
    fn a_switch_without_a_keyframe_is_given_up_and_tried_again_later() {
        let mut switch = Switch::default();
        switch.aim(Some(0), At::ms(0));
        switch.step(0, 0, true);
        switch.aim(Some(1), At::ms(1_000));
        assert!(!switch.give_up(At::ms(5_999), 5_000));
        assert!(switch.give_up(At::ms(6_000), 5_000));
        assert_eq!((switch.target(), switch.current()), (Some(0), Some(0)));
        assert!(switch.avoids(1, At::ms(15_999)) && !switch.avoids(1, At::ms(16_000)) && !switch.avoids(0, At::ms(7_000)));
    }

    #[test]
    fn with_nothing_to_show_it_waits_on() {
        let mut switch = Switch::default();
        switch.aim(Some(0), At::ms(0));
        assert!(!switch.give_up(At::ms(60_000), 5_000));
    }
}
