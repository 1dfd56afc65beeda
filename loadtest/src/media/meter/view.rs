//! What a receiver could show of one camera: frames that are whole, whose chain of references is unbroken back to a keyframe.

use std::collections::BTreeMap;

use crate::measure::clock::Micros;
use crate::media::source::mark::Mark;

/// Frames that can't be shown for so long ask for a keyframe.
const STUCK: Micros = 600_000;
const ASK_EVERY: Micros = 500_000;
/// An incomplete frame that is so much older than the newest never comes.
const TOO_OLD: Micros = 2_000_000;
/// A gap counts as a freeze when it is longer than three frames' time and than one and this (W3C `freezeCount`).
const FREEZE: Micros = 150_000;
/// Frames that wait at most; then the oldest goes.
const WAITING: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    pub at: Micros,
    pub from: u8,
    pub to: u8,
}

#[derive(Default)]
pub struct View {
    waiting: BTreeMap<(u32, u8), Partial>,
    shown: Option<(u8, u32)>,
    shown_at: Micros,
    stuck_since: Option<Micros>,
    asked_at: Micros,
    /// Mean time between frames, microseconds.
    beat: f64,
    pub first_at: Option<Micros>,
    pub frames: u64,
    /// Whole or not, they could not be shown.
    pub skipped: u64,
    pub freezes: u64,
    pub frozen: Micros,
    pub switches: Vec<Switch>,
}

struct Partial {
    first: Micros,
    keyframe: bool,
    count: u16,
    got: Vec<bool>,
}

impl Partial {
    fn is_whole(&self) -> bool {
        self.got.iter().all(|got| *got)
    }
}

impl View {
    /// Takes a packet. True: a keyframe should be asked for.
    pub fn packet(&mut self, now: Micros, mark: &Mark) -> bool {
        let key = (mark.frame, mark.layer);
        if self.shown.is_some_and(|(_, frame)| mark.frame < frame) {
            return false;
        }
        let partial = self.waiting.entry(key).or_insert_with(|| Partial {
            first: now,
            keyframe: mark.keyframe,
            count: mark.count,
            got: vec![false; mark.count as usize],
        });
        if partial.count == mark.count
            && let Some(place) = partial.got.get_mut(mark.index as usize)
        {
            *place = true;
        }
        while self.show_next(now) {}
        self.forget(now);
        self.is_stuck(now)
    }

    fn show_next(&mut self, now: Micros) -> bool {
        let follows = |(frame, layer): (u32, u8), partial: &Partial| {
            partial.is_whole() && (partial.keyframe || self.shown == Some((layer, frame.wrapping_sub(1))))
        };
        // In order of frames; where a new layer begins with the picture that the old one has too, the keyframe wins.
        let next = self.waiting.iter().find(|(key, partial)| follows(**key, partial)).map(|(key, _)| *key);
        let Some((frame, layer)) = next else { return false };
        self.waiting.remove(&(frame, layer));
        if let Some((before, _)) = self.shown.filter(|(before, last)| *before == layer && *last == frame) {
            debug_assert_eq!(before, layer, "a frame is shown once");
            return true;
        }
        self.shown_frame(now, layer, frame);
        true
    }

    fn shown_frame(&mut self, now: Micros, layer: u8, frame: u32) {
        self.frames += 1;
        self.stuck_since = None;
        if let Some((before, last)) = self.shown {
            self.rhythm(now, frame.saturating_sub(last));
            if before != layer {
                self.switches.push(Switch { at: now, from: before, to: layer });
            }
        } else {
            self.first_at = Some(now);
        }
        self.shown = Some((layer, frame));
        self.shown_at = now;
        let keep = self.waiting.split_off(&(frame + 1, 0));
        // The same picture in another layer is no picture that was missed.
        self.skipped += self.waiting.keys().filter(|(waiting, _)| *waiting != frame).count() as u64;
        self.waiting = keep;
    }

    fn rhythm(&mut self, now: Micros, frames: u32) {
        let gap = now.saturating_sub(self.shown_at);
        if self.beat > 0.0 && gap as f64 > (self.beat * 3.0).max(self.beat + FREEZE as f64) {
            self.freezes += 1;
            self.frozen += gap;
            return;
        }
        let beat = gap as f64 / f64::from(frames.max(1));
        self.beat = if self.beat > 0.0 { self.beat * 0.95 + beat * 0.05 } else { beat };
    }

    fn forget(&mut self, now: Micros) {
        let old = |partial: &Partial| now.saturating_sub(partial.first) > TOO_OLD;
        while self.waiting.len() > WAITING || self.waiting.first_key_value().is_some_and(|(_, partial)| old(partial)) {
            self.waiting.pop_first();
            self.skipped += 1;
        }
    }

    fn is_stuck(&mut self, now: Micros) -> bool {
        if self.waiting.is_empty() {
            self.stuck_since = None;
            return false;
        }
        // Without any picture yet there is nothing to wait for but a keyframe; it is on its way when its packets come.
        let since = *self.stuck_since.get_or_insert(now);
        let due = now.saturating_sub(since) >= STUCK && now.saturating_sub(self.asked_at) >= ASK_EVERY;
        if due {
            self.asked_at = now;
        }
        due
    }

    /// The number of the newest frame.
    pub fn shown(&self) -> Option<u32> {
        self.shown.map(|(_, frame)| frame)
    }

    pub fn layer(&self) -> Option<u8> {
        self.shown.map(|(layer, _)| layer)
    }

    pub fn last_shown_at(&self) -> Option<Micros> {
        self.first_at.map(|_| self.shown_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEAT: Micros = 33_333;

    struct Screen {
        view: View,
        asked: u32,
    }

    impl Screen {
        fn new() -> Self {
            Self { view: View::default(), asked: 0 }
        }

        /// A frame of three packets, some of which come, at its own time.
        fn frame(&mut self, frame: u32, layer: u8, keyframe: bool, packets: &[u16]) {
            self.late(u64::from(frame) * BEAT, frame, layer, keyframe, packets);
        }

        fn late(&mut self, now: Micros, frame: u32, layer: u8, keyframe: bool, packets: &[u16]) {
            for index in packets {
                let mark = Mark { frame, layer, keyframe, index: *index, count: 3, ..Mark::default() };
                self.asked += u32::from(self.view.packet(now, &mark));
            }
        }
    }

    const ALL: [u16; 3] = [0, 1, 2];

    #[test]
    fn nothing_is_shown_before_a_keyframe() {
        let mut screen = Screen::new();
        screen.frame(1, 0, false, &ALL);
        assert_eq!(screen.view.frames, 0);
        screen.frame(2, 0, true, &ALL);
        screen.frame(3, 0, false, &[2, 0, 1]);
        assert_eq!((screen.view.frames, screen.view.skipped), (2, 1));
    }

    #[test]
    fn a_repaired_packet_lets_what_waited_follow() {
        let mut screen = Screen::new();
        screen.frame(0, 0, true, &ALL);
        screen.frame(1, 0, false, &[0, 2]);
        (2..5).for_each(|frame| screen.frame(frame, 0, false, &ALL));
        assert_eq!(screen.view.frames, 1);
        screen.late(5 * BEAT, 1, 0, false, &[1]);
        assert_eq!((screen.view.frames, screen.view.skipped, screen.view.freezes), (5, 0, 0));
    }

    #[test]
    fn a_broken_chain_asks_for_a_keyframe_and_goes_on_with_it() {
        let mut screen = Screen::new();
        screen.frame(0, 0, true, &ALL);
        (1..10).for_each(|frame| screen.frame(frame, 0, false, &ALL));
        screen.frame(10, 0, false, &[0]);
        (11..40).for_each(|frame| screen.frame(frame, 0, false, &ALL));
        assert!(screen.asked >= 1);
        screen.frame(40, 0, true, &ALL);
        screen.frame(41, 0, false, &ALL);
        let view = &screen.view;
        assert_eq!((view.frames, view.skipped, view.freezes), (12, 30, 1));
        assert!(view.frozen > 900_000);
    }

    #[test]
    fn a_layer_begins_with_a_keyframe_and_is_seen_as_a_switch() {
        let mut screen = Screen::new();
        screen.frame(0, 0, true, &ALL);
        screen.frame(1, 0, false, &ALL);
        screen.frame(1, 2, true, &ALL);
        screen.frame(2, 2, false, &ALL);
        assert_eq!(screen.view.switches, [Switch { at: BEAT, from: 0, to: 2 }]);
        assert_eq!((screen.view.layer(), screen.view.skipped), (Some(2), 0));
        screen.frame(3, 1, false, &ALL);
        assert_eq!(screen.view.layer(), Some(2), "another layer's frame without its keyframe shows nothing");
    }

    #[test]
    fn a_pause_is_a_freeze_and_a_late_frame_is_not() {
        let mut screen = Screen::new();
        screen.frame(0, 0, true, &ALL);
        (1..20).for_each(|frame| screen.frame(frame, 0, false, &ALL));
        screen.late(20 * BEAT + 60_000, 20, 0, false, &ALL);
        assert_eq!(screen.view.freezes, 0);
        screen.late(20 * BEAT + 600_000, 21, 0, false, &ALL);
        assert_eq!(screen.view.freezes, 1);
    }
}
