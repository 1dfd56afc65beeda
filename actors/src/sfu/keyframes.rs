//! Requests for a keyframe of one encoding, from however many receivers: the first is passed on at once, then one at a time.

use super::types::At;

#[derive(Clone, Copy, Debug, Default)]
pub struct KeyframeGate {
    asked: Option<At>,
    pending: bool,
}

impl KeyframeGate {
    /// Somebody needs one. True: ask the publisher now; else it is remembered.
    pub fn ask(&mut self, now: At, every_ms: u64) -> bool {
        self.want();
        self.due(now, every_ms)
    }

    /// Remembers that somebody needs one.
    pub fn want(&mut self) {
        self.pending = true;
    }

    /// True when a remembered one is to be passed on now.
    pub fn due(&mut self, now: At, every_ms: u64) -> bool {
        let open = self.asked.is_none_or(|asked| now.micros_since(asked) >= every_ms * 1_000);
        if !self.pending || !open {
            return false;
        }
        *self = KeyframeGate { asked: Some(now), pending: false };
        true
    }

    /// A keyframe came: nobody waits any more.
    pub fn came(&mut self) {
        self.pending = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_once_then_one_a_second() {
        let mut gate = KeyframeGate::default();
        assert!(gate.ask(At::ms(0), 1_000));
        assert!(!gate.ask(At::ms(10), 1_000));
        assert!(!gate.due(At::ms(999), 1_000));
        assert!(gate.due(At::ms(1_000), 1_000), "the remembered one");
        assert!(!gate.due(At::ms(5_000), 1_000), "nobody asked again");
        assert!(gate.ask(At::ms(5_001), 1_000));
    }

    #[test]
    fn a_keyframe_that_came_is_not_asked_for() {
        let mut gate = KeyframeGate::default();
        gate.ask(At::ms(0), 1_000);
        gate.ask(At::ms(10), 1_000);
        gate.came();
        assert!(!gate.due(At::ms(2_000), 1_000));
    }
}
