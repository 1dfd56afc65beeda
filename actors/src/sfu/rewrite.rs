//! The numbers of one slot's stream. A slot outlives the layers and the people in it, so its sequence numbers, timestamps and picture ids
//! go on across them: to the receiver a switch is one more packet. What the source lost stays lost: its gaps are passed on. What is left
//! out on purpose leaves none.

use super::{
    codec::Marks,
    left_out::LeftOut,
    pictures::{Frames, Pictures},
    types::{FrameNumber, Patch},
};

/// What is read of a source's packet.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    pub seq: u64,
    pub timestamp: u64,
    /// Microseconds in the core's time.
    pub capture: i64,
    pub marks: Marks,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rewritten {
    pub seq: u64,
    pub timestamp: u64,
    pub patch: Patch,
}

#[derive(Clone, Debug)]
pub struct Rewriter {
    hertz: u32,
    /// What of the source's numbers was left out.
    left_out: LeftOut,
    /// Added to the source's numbers, wrapping.
    seq_offset: u64,
    timestamp_offset: u64,
    /// The source's first packet here: older ones came before the switch.
    first: u64,
    /// The newest that was sent.
    seq: u64,
    timestamp: u64,
    capture: Option<i64>,
    pictures: Pictures,
    frames: Frames,
}

impl Rewriter {
    /// `seed` spreads the first numbers. Sequence numbers begin below 32,768: an engine that has to guess the rollover counter guesses right.
    pub fn new(hertz: u32, seed: u32) -> Self {
        let mixed = u64::from(seed.wrapping_add(1).wrapping_mul(0x9e37_79b1));
        Rewriter {
            hertz,
            left_out: LeftOut::new(0),
            seq_offset: 0,
            timestamp_offset: 0,
            first: 0,
            seq: mixed % 32_000,
            timestamp: 1_000_000 + mixed,
            capture: None,
            pictures: Pictures::default(),
            frames: Frames::default(),
        }
    }

    /// Goes on with another source, of which this is the first packet.
    pub fn splice(&mut self, numbers: Numbers) -> Rewritten {
        let timestamp = self.timestamp + self.ticks_since_last(numbers.capture);
        self.seq_offset = (self.seq + 1).wrapping_sub(numbers.seq);
        self.timestamp_offset = timestamp.wrapping_sub(numbers.timestamp);
        self.first = numbers.seq;
        self.left_out = LeftOut::new(numbers.seq);
        match numbers.marks {
            Marks::Vp8(pictures) | Marks::Vp9(pictures) => self.pictures.splice(pictures),
            Marks::Av1(frame) => self.frames.splice(frame),
            Marks::None => {}
        }
        self.write(numbers, 0)
    }

    /// The next packet of the same source; none when it is from before the switch.
    pub fn next(&mut self, numbers: Numbers) -> Option<Rewritten> {
        if numbers.seq > self.left_out.newest() {
            self.left_out.advance(numbers.seq, false);
        }
        let before = self.left_out.before(numbers.seq).filter(|_| numbers.seq >= self.first)?;
        Some(self.write(numbers, before))
    }

    /// The next packet of the same source is not passed on. When it comes late, the receiver misses its number already: it is given back.
    pub fn leave_out(&mut self, numbers: Numbers) -> Option<Rewritten> {
        if numbers.seq <= self.left_out.newest() {
            let before = self.left_out.before(numbers.seq).filter(|_| numbers.seq >= self.first)?;
            return Some(self.write(Numbers { marks: Marks::None, ..numbers }, before));
        }
        self.left_out.advance(numbers.seq, true);
        if let Marks::Vp8(pictures) = numbers.marks
            && let Some(id) = pictures.id
        {
            self.pictures.leave_out(id);
        }
        None
    }

    /// A picture that began already is passed on or left out as a whole. Only VP8 needs that, whose picture ids must have no gap.
    pub fn was_passed(&self, marks: Marks) -> Option<bool> {
        match marks {
            Marks::Vp8(pictures) => self.pictures.was_left_out(pictures.id?).map(|left_out| !left_out),
            _ => None,
        }
    }

    fn write(&mut self, numbers: Numbers, left_out: u64) -> Rewritten {
        let seq = numbers.seq.wrapping_add(self.seq_offset).wrapping_sub(left_out);
        let timestamp = numbers.timestamp.wrapping_add(self.timestamp_offset);
        if seq > self.seq {
            self.seq = seq;
            self.timestamp = self.timestamp.max(timestamp);
            self.capture = Some(self.capture.map_or(numbers.capture, |newest| newest.max(numbers.capture)));
        }
        let patch = match numbers.marks {
            Marks::Vp8(pictures) => self.pictures.write(pictures).map_or(Patch::None, Patch::Vp8),
            Marks::Vp9(pictures) => self.pictures.write(pictures).map_or(Patch::None, Patch::Vp9),
            Marks::Av1(frame) => Patch::Av1(FrameNumber { frame: self.frames.write(frame), targets: None }),
            Marks::None => Patch::None,
        };
        Rewritten { seq, timestamp, patch }
    }

    fn ticks_since_last(&self, capture: i64) -> u64 {
        let least = u64::from(self.hertz) / 1_000;
        let micros = self.capture.map_or(0, |last| capture.saturating_sub(last).max(0)) as u64;
        (micros * u64::from(self.hertz) / 1_000_000).max(least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(seq: u64, timestamp: u64, capture_ms: i64) -> Numbers {
        Numbers { seq, timestamp, capture: capture_ms * 1_000, marks: Marks::None }
    }

    #[test]
    fn numbers_begin_low_and_go_on_across_sources() {
        let mut rewriter = Rewriter::new(90_000, 7);
        let first = rewriter.splice(numbers(5_000_000, 77_000, 1_000));
        assert!(first.seq < 65_536);
        let second = rewriter.next(numbers(5_000_001, 80_000, 1_033)).unwrap();
        assert_eq!((second.seq - first.seq, second.timestamp - first.timestamp), (1, 3_000));
        let other = rewriter.splice(numbers(12, 900, 1_133));
        assert_eq!((other.seq - second.seq, other.timestamp - second.timestamp), (1, 9_000), "100 ms later");
    }

    #[test]
    fn gaps_and_order_of_the_source_are_kept() {
        let mut rewriter = Rewriter::new(90_000, 1);
        let base = rewriter.splice(numbers(100, 0, 0)).seq;
        let sent: Vec<u64> = [103, 101, 104].iter().map(|seq| rewriter.next(numbers(*seq, 0, 0)).unwrap().seq - base).collect();
        assert_eq!(sent, [3, 1, 4]);
        assert_eq!(rewriter.splice(numbers(9, 0, 1)).seq - base, 5, "after the newest");
    }

    #[test]
    fn packets_from_before_the_switch_are_not_sent() {
        let mut rewriter = Rewriter::new(90_000, 1);
        rewriter.splice(numbers(100, 0, 0));
        assert_eq!(rewriter.next(numbers(99, 0, 0)), None);
    }

    #[test]
    fn time_never_stands_still_at_a_switch() {
        let mut rewriter = Rewriter::new(90_000, 1);
        let last = rewriter.splice(numbers(1, 0, 500));
        let other = rewriter.splice(numbers(1, 0, 480));
        assert!(other.timestamp > last.timestamp, "captured before the other's last picture");
    }

    #[test]
    fn what_is_left_out_leaves_no_gap() {
        let mut rewriter = Rewriter::new(90_000, 1);
        let base = rewriter.splice(numbers(100, 0, 0)).seq;
        assert_eq!(rewriter.leave_out(numbers(101, 0, 0)), None);
        assert_eq!(rewriter.next(numbers(102, 0, 0)).map(|sent| sent.seq - base), Some(1));
        assert_eq!(rewriter.leave_out(numbers(104, 0, 0)), None);
        assert_eq!(rewriter.next(numbers(105, 0, 0)).map(|sent| sent.seq - base), Some(3), "103 may come yet");
        assert_eq!(rewriter.leave_out(numbers(103, 0, 0)).map(|sent| sent.seq - base), Some(2), "its number is given back");
        assert_eq!(rewriter.leave_out(numbers(99, 0, 0)), None, "from before the switch");
        assert_eq!(rewriter.splice(numbers(9, 0, 1)).seq - base, 4);
    }
}
