//! Packets of one track in the order in which they were sent. A hole is waited for as long as it may be filled by a packet that is sent again;
//! nobody listens live, so the wait costs nothing but what a crash would take.

use crate::sinks::MediaFrame;
use std::collections::BTreeMap;

/// Long enough for some requests over a slow path, short enough that a crash takes less than two seconds.
pub const PATIENCE_US: u64 = 600_000;
/// So many packets wait behind a hole at most: half a second of a large picture has a tenth of that.
pub const WAITING_MAX: usize = 4_096;

/// What comes out.
#[derive(Clone, PartialEq, Debug)]
pub enum Ordered {
    Packet(MediaFrame),
    /// So many packets never came, here.
    Lost {
        packets: u64,
    },
    /// Numbering begins anew with the next packet.
    Renumbered,
}

/// Bounded by [`WAITING_MAX`]: beyond that the hole is given up.
#[derive(Debug, Default)]
pub struct Reorder {
    stream: Option<u32>,
    /// The number that is to come next.
    next: u64,
    waiting: BTreeMap<u64, MediaFrame>,
    /// Packets that came again, or after they were given up.
    pub late: u64,
}

impl Reorder {
    pub fn push(&mut self, packet: MediaFrame, out: &mut Vec<Ordered>) {
        if self.stream != Some(packet.stream) {
            // A packet of the numbering before, overtaken by the new one.
            if self.stream.is_some_and(|stream| packet.stream < stream) {
                self.late += 1;
                return;
            }
            self.flush(out);
            if self.stream.replace(packet.stream).is_some() {
                out.push(Ordered::Renumbered);
            }
            self.next = packet.seq;
        }
        if packet.seq < self.next || self.waiting.contains_key(&packet.seq) {
            self.late += 1;
            return;
        }
        self.waiting.insert(packet.seq, packet);
        self.release(out);
        if self.waiting.len() > WAITING_MAX {
            self.give_up(out);
        }
    }

    /// Gives up holes that were waited for long enough.
    pub fn tick(&mut self, now_us: u64, out: &mut Vec<Ordered>) {
        while self.waiting.first_key_value().is_some_and(|(_, first)| first.arrived_us + PATIENCE_US <= now_us) {
            self.give_up(out);
        }
    }

    /// Nothing more comes: what waits goes out, holes and all.
    pub fn flush(&mut self, out: &mut Vec<Ordered>) {
        while !self.waiting.is_empty() {
            self.give_up(out);
        }
    }

    /// The reader was too slow, and what comes next is anywhere: nobody waits for what is between.
    pub fn skip(&mut self, out: &mut Vec<Ordered>) {
        self.flush(out);
        self.stream = None;
    }

    fn release(&mut self, out: &mut Vec<Ordered>) {
        while let Some(packet) = self.waiting.remove(&self.next) {
            self.next += 1;
            out.push(Ordered::Packet(packet));
        }
    }

    fn give_up(&mut self, out: &mut Vec<Ordered>) {
        let Some((first, _)) = self.waiting.first_key_value() else { return };
        let packets = first - self.next;
        self.next = *first;
        if packets > 0 {
            out.push(Ordered::Lost { packets });
        }
        self.release(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sinks::ring::tests::frame;
    use proptest::prelude::*;

    fn packet(seq: u64, ms: u64) -> MediaFrame {
        MediaFrame { arrived_us: ms * 1_000, ..frame(seq) }
    }

    fn told(out: &mut Vec<Ordered>) -> Vec<String> {
        let told = out.drain(..).map(|one| match one {
            Ordered::Packet(packet) => packet.seq.to_string(),
            Ordered::Lost { packets } => format!("lost {packets}"),
            Ordered::Renumbered => "renumbered".to_owned(),
        });
        told.collect()
    }

    #[test]
    fn what_overtook_waits_for_what_was_overtaken() {
        let (mut reorder, mut out) = (Reorder::default(), Vec::new());
        for seq in [5, 7, 8, 6, 6, 4, 9] {
            reorder.push(packet(seq, 0), &mut out);
        }
        assert_eq!(told(&mut out), ["5", "6", "7", "8", "9"]);
        assert_eq!(reorder.late, 2, "six came twice, and four from before the beginning");
    }

    #[test]
    fn a_hole_is_given_up_when_it_was_waited_for_long_enough() {
        let (mut reorder, mut out) = (Reorder::default(), Vec::new());
        for (seq, ms) in [(1, 0), (4, 10), (5, 20), (8, 300)] {
            reorder.push(packet(seq, ms), &mut out);
        }
        reorder.tick(PATIENCE_US + 9_999, &mut out);
        assert_eq!(told(&mut out), ["1"]);
        reorder.tick(PATIENCE_US + 10_000, &mut out);
        assert_eq!(told(&mut out), ["lost 2", "4", "5"]);
        reorder.flush(&mut out);
        assert_eq!(told(&mut out), ["lost 2", "8"]);
    }

    #[test]
    fn another_numbering_ends_the_one_before() {
        let (mut reorder, mut out) = (Reorder::default(), Vec::new());
        reorder.push(packet(1, 0), &mut out);
        reorder.push(packet(3, 0), &mut out);
        reorder.push(MediaFrame { stream: 2, ..packet(900, 1) }, &mut out);
        reorder.push(packet(2, 2), &mut out);
        reorder.push(MediaFrame { stream: 2, ..packet(901, 3) }, &mut out);
        assert_eq!(told(&mut out), ["1", "lost 1", "3", "renumbered", "900", "901"]);
    }

    #[test]
    fn what_the_reader_missed_is_not_waited_for() {
        let (mut reorder, mut out) = (Reorder::default(), Vec::new());
        reorder.push(packet(1, 0), &mut out);
        reorder.skip(&mut out);
        reorder.push(packet(42, 0), &mut out);
        assert_eq!(told(&mut out), ["1", "42"]);
    }

    proptest! {
        #[test]
        fn whatever_comes_numbers_ascend_and_little_waits(seqs in prop::collection::vec((0..20_000u64, 1..3u32), 0..300)) {
            let (mut reorder, mut out) = (Reorder::default(), Vec::new());
            for (seq, stream) in seqs {
                reorder.push(MediaFrame { stream, ..packet(seq, 0) }, &mut out);
                prop_assert!(reorder.waiting.len() <= WAITING_MAX);
            }
            reorder.flush(&mut out);
            let mut last = None;
            for one in out {
                if let Ordered::Packet(packet) = one {
                    prop_assert!(last < Some((packet.stream, packet.seq)));
                    last = Some((packet.stream, packet.seq));
                }
            }
        }
    }
}
