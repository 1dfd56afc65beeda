//! The numbers of one slot's stream. A slot outlives the layers and the people in it, so its sequence numbers, timestamps and picture ids
//! go on across them: to the receiver a switch is one more packet. What the source lost stays lost: its gaps are passed on.

use super::{
    codec::vp8::{Descriptor, PictureId},
    types::Vp8Numbers,
};

/// What is read of a source's packet.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    pub seq: u64,
    pub timestamp: u64,
    /// Microseconds in the core's time.
    pub capture: i64,
    pub vp8: Option<Descriptor>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rewritten {
    pub seq: u64,
    pub timestamp: u64,
    pub vp8: Option<Vp8Numbers>,
}

#[derive(Clone, Debug)]
pub struct Rewriter {
    hertz: u32,
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
}

impl Rewriter {
    /// `seed` spreads the first numbers. Sequence numbers begin below 32,768: an engine that has to guess the rollover counter guesses right.
    pub fn new(hertz: u32, seed: u32) -> Self {
        let mixed = u64::from(seed.wrapping_add(1).wrapping_mul(0x9e37_79b1));
        Rewriter {
            hertz,
            seq_offset: 0,
            timestamp_offset: 0,
            first: 0,
            seq: mixed % 32_000,
            timestamp: 1_000_000 + mixed,
            capture: None,
            pictures: Pictures::default(),
        }
    }

    /// Goes on with another source, of which this is the first packet.
    pub fn splice(&mut self, numbers: Numbers) -> Rewritten {
        let timestamp = self.timestamp + self.ticks_since_last(numbers.capture);
        self.seq_offset = (self.seq + 1).wrapping_sub(numbers.seq);
        self.timestamp_offset = timestamp.wrapping_sub(numbers.timestamp);
        self.first = numbers.seq;
        self.pictures.splice(numbers.vp8);
        self.write(numbers)
    }

    /// The next packet of the same source; none when it is from before the switch.
    pub fn next(&mut self, numbers: Numbers) -> Option<Rewritten> {
        (numbers.seq >= self.first).then(|| self.write(numbers))
    }

    fn write(&mut self, numbers: Numbers) -> Rewritten {
        let seq = numbers.seq.wrapping_add(self.seq_offset);
        let timestamp = numbers.timestamp.wrapping_add(self.timestamp_offset);
        if seq > self.seq {
            self.seq = seq;
            self.timestamp = self.timestamp.max(timestamp);
            self.capture = Some(self.capture.map_or(numbers.capture, |newest| newest.max(numbers.capture)));
        }
        Rewritten { seq, timestamp, vp8: numbers.vp8.and_then(|vp8| self.pictures.write(vp8)) }
    }

    fn ticks_since_last(&self, capture: i64) -> u64 {
        let least = u64::from(self.hertz) / 1_000;
        let micros = self.capture.map_or(0, |last| capture.saturating_sub(last).max(0)) as u64;
        (micros * u64::from(self.hertz) / 1_000_000).max(least)
    }
}

/// Picture ids and tl0picidx: counted on across sources, compared in the width in which they are sent.
#[derive(Clone, Copy, Debug, Default)]
struct Pictures {
    /// The source's id counted on in 15 bits, where it has only 7.
    source: u16,
    offset: u16,
    newest: u16,
    tl0_offset: u8,
    newest_tl0: u8,
}

const WIDE: u16 = 0x7fff;
const NARROW: u16 = 0x7f;

impl Pictures {
    fn splice(&mut self, vp8: Option<Descriptor>) {
        let Some(vp8) = vp8 else { return };
        if let Some(id) = vp8.picture_id {
            self.source = id.value;
            self.offset = self.newest.wrapping_add(1).wrapping_sub(id.value) & WIDE;
        }
        if let Some(tl0) = vp8.tl0 {
            self.tl0_offset = self.newest_tl0.wrapping_add(1).wrapping_sub(tl0);
        }
    }

    fn write(&mut self, vp8: Descriptor) -> Option<Vp8Numbers> {
        let picture_id = vp8.picture_id.map(|id| self.picture(id));
        let tl0 = vp8.tl0.map(|tl0| {
            let sent = tl0.wrapping_add(self.tl0_offset);
            if sent.wrapping_sub(self.newest_tl0) < 0x80 {
                self.newest_tl0 = sent;
            }
            sent
        });
        (picture_id.is_some() || tl0.is_some()).then_some(Vp8Numbers { picture_id, tl0 })
    }

    fn picture(&mut self, id: PictureId) -> u16 {
        let source = if id.wide { id.value } else { self.counted_on(id.value) };
        let sent = source.wrapping_add(self.offset) & WIDE;
        if sent.wrapping_sub(self.newest) & WIDE < 0x4000 {
            self.newest = sent;
            self.source = source;
        }
        if id.wide { sent } else { sent & NARROW }
    }

    /// The 15-bit number nearest to the newest whose low 7 bits are these.
    fn counted_on(&self, low: u16) -> u16 {
        let ahead = low.wrapping_sub(self.source) & NARROW;
        let step = if ahead < 0x40 { ahead } else { ahead.wrapping_sub(0x80) };
        self.source.wrapping_add(step) & WIDE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vp8(picture: u16, wide: bool, tl0: u8) -> Option<Descriptor> {
        Some(Descriptor { picture_id: Some(PictureId { value: picture, wide }), tl0: Some(tl0), ..Default::default() })
    }

    fn numbers(seq: u64, timestamp: u64, capture_ms: i64) -> Numbers {
        Numbers { seq, timestamp, capture: capture_ms * 1_000, vp8: None }
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
    fn wide_picture_ids_wrap_and_go_on() {
        let mut rewriter = Rewriter::new(90_000, 1);
        let mut sent = |seq, vp8, splice| {
            let numbers = Numbers { seq, timestamp: seq, capture: 0, vp8 };
            let written = if splice { rewriter.splice(numbers) } else { rewriter.next(numbers).unwrap() };
            let vp8 = written.vp8.unwrap();
            (vp8.picture_id.unwrap(), vp8.tl0.unwrap())
        };
        let (id, tl0) = sent(1, vp8(0x7ffe, true, 254), true);
        assert_eq!(sent(2, vp8(0x7fff, true, 255), false), (id + 1, tl0 + 1));
        assert_eq!(sent(4, vp8(1, true, 1), false), (id + 3, tl0 + 3), "a lost picture stays lost");
        assert_eq!(sent(3, vp8(0, true, 0), false), (id + 2, tl0 + 2), "out of order");
        assert_eq!(sent(900, vp8(77, true, 5), true), (id + 4, tl0 + 4));
    }

    #[test]
    fn narrow_picture_ids_stay_narrow() {
        let mut rewriter = Rewriter::new(90_000, 1);
        let mut last = None;
        for picture in 0..400u16 {
            let vp8 = vp8(picture & 0x7f, false, 0);
            let numbers = Numbers { seq: picture.into(), timestamp: 0, capture: 0, vp8 };
            let written = if picture % 150 == 0 { rewriter.splice(numbers) } else { rewriter.next(numbers).unwrap() };
            let id = written.vp8.unwrap().picture_id.unwrap();
            assert!(id <= 127);
            if let Some(last) = last {
                assert_eq!(id, (last + 1) & 0x7f);
            }
            last = Some(id);
        }
    }
}
