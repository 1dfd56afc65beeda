//! Packets of one track in the order in which they were sent. A hole is waited for as long as it may be filled by a packet that is sent again;
//! nobody listens live, so the wait costs nothing but what a crash would take.

use crate::sinks::MediaFrame;
use std::collections::BTreeMap;

/// Long enough for some requests over a slow path, short enough that a crash takes less than two seconds.
pub const PATIENCE_US: u64 = 600_000;
/// So many packets wait behind a hole at most: half a second of a large picture has a tenth of that.
pub const WAITING_MAX: usize = 4_096;

/// Of a mute it is not known when it ends, and single packets overtake the word of it: it is over when so much followed without a hole.
const ON_FOR_SURE_US: u64 = 500_000;

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
    /// Nobody was to be heard: what is between the packet before and the next one is not lost, but they don't follow each other.
    Resumed,
}

/// Nothing was to be heard.
#[derive(Clone, Copy, Default, Debug)]
struct Off {
    /// Since then packets come that follow each other.
    heard_since: Option<u64>,
}

/// Bounded by [`WAITING_MAX`]: beyond that the hole is given up.
#[derive(Debug, Default)]
pub struct Reorder {
    stream: Option<u32>,
    /// The number that is to come next.
    next: u64,
    waiting: BTreeMap<u64, MediaFrame>,
    /// Whatever number comes, it is the next one.
    off: Option<Off>,
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
        self.resume(&packet, out);
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

    /// Nothing is to be heard for a while. What is sent meanwhile is not missed, though it is numbered.
    pub fn pause(&mut self, out: &mut Vec<Ordered>) {
        self.flush(out);
        self.off = Some(Off::default());
    }

    fn resume(&mut self, packet: &MediaFrame, out: &mut Vec<Ordered>) {
        let Some(off) = &mut self.off else { return };
        if packet.seq > self.next {
            off.heard_since = Some(packet.arrived_us);
            self.next = packet.seq;
            out.push(Ordered::Resumed);
        } else if packet.arrived_us > *off.heard_since.get_or_insert(packet.arrived_us) + ON_FOR_SURE_US {
            self.off = None;
        }
    }

    /// When the packet that waits longest came: what came before it is through.
    pub fn waits_since(&self) -> Option<u64> {
        self.waiting.values().map(|packet| packet.arrived_us).min()
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
            Ordered::Resumed => "resumed".to_owned(),
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

    #[test]
    fn what_was_sent_while_nobody_was_to_be_heard_is_not_lost() {
        let (mut reorder, mut out) = (Reorder::default(), Vec::new());
        for (seq, ms, off) in [(1, 0, false), (3, 0, true), (9, 100, false), (10, 200, true), (11, 900, false), (13, 950, false)]
        {
            reorder.push(packet(seq, ms), &mut out);
            if off {
                reorder.pause(&mut out);
            }
        }
        assert_eq!(told(&mut out), ["1", "lost 1", "3", "resumed", "9", "10", "11", "resumed", "13"]);
    }

    #[test]
    fn when_sound_has_come_for_a_while_a_hole_is_a_hole_again() {
        let (mut reorder, mut out) = (Reorder::default(), Vec::new());
        reorder.push(packet(1, 0), &mut out);
        reorder.pause(&mut out);
        for (seq, ms) in [(5, 100), (6, 500), (7, 700), (9, 720)] {
            reorder.push(packet(seq, ms), &mut out);
        }
        reorder.flush(&mut out);
        assert_eq!(told(&mut out), ["1", "resumed", "5", "6", "7", "lost 1", "9"]);
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
