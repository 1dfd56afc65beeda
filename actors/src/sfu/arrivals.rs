//! Which packets of an encoding came already, and where its numbering breaks.

/// Packets this far behind the newest are too late to be of use; a jump ahead by more is a break, not loss.
const WINDOW: u64 = 1_024;
const WORDS: usize = (WINDOW / 64) as usize;
/// So many too late ones in a row are a source that counts anew.
const RESTART_AFTER: u8 = 24;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arrival {
    New,
    /// A second time, or too late.
    Stale,
    /// New, and nothing before it belongs to it: who gets this encoding needs a keyframe.
    Broken,
}

#[derive(Clone, Debug, Default)]
pub struct Arrivals {
    highest: Option<u64>,
    seen: [u64; WORDS],
    late: u8,
}

impl Arrivals {
    pub fn take(&mut self, seq: u64) -> Arrival {
        let Some(highest) = self.highest else {
            self.restart(seq);
            return Arrival::New;
        };
        if seq > highest {
            if seq - highest > WINDOW {
                self.restart(seq);
                return Arrival::Broken;
            }
            (highest + 1..seq).for_each(|missing| self.mark(missing, false));
            self.mark(seq, true);
            self.highest = Some(seq);
            self.late = 0;
            return Arrival::New;
        }
        if highest - seq >= WINDOW {
            self.late += 1;
            if self.late < RESTART_AFTER {
                return Arrival::Stale;
            }
            self.restart(seq);
            return Arrival::Broken;
        }
        if self.has(seq) {
            return Arrival::Stale;
        }
        self.mark(seq, true);
        Arrival::New
    }

    fn restart(&mut self, seq: u64) {
        // What came before the first packet is too late for everybody.
        *self = Arrivals { highest: Some(seq), seen: [u64::MAX; WORDS], late: 0 };
    }

    fn place(seq: u64) -> (usize, u64) {
        ((seq % WINDOW / 64) as usize, 1 << (seq % 64))
    }

    fn has(&self, seq: u64) -> bool {
        let (word, bit) = Self::place(seq);
        self.seen[word] & bit != 0
    }

    fn mark(&mut self, seq: u64, came: bool) {
        let (word, bit) = Self::place(seq);
        if came {
            self.seen[word] |= bit;
        } else {
            self.seen[word] &= !bit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Arrival::*, *};

    #[test]
    fn twice_late_reordered_and_broken() {
        let table: &[(u64, Arrival)] = &[
            (70_000, New),
            (70_000, Stale),
            (69_999, Stale),
            (70_003, New),
            (70_001, New),
            (70_001, Stale),
            (70_002, New),
            (71_027, New),
            (70_004, New),
            (70_004, Stale),
            (70_003, Stale),
            (90_000, Broken),
            (89_999, Stale),
            (90_001, New),
        ];
        let mut arrivals = Arrivals::default();
        for (step, (seq, expected)) in table.iter().enumerate() {
            assert_eq!(arrivals.take(*seq), *expected, "step {step}: {seq}");
        }
    }

    #[test]
    fn a_source_that_counts_anew_is_followed() {
        let mut arrivals = Arrivals::default();
        arrivals.take(100_000);
        let taken: Vec<Arrival> = (0..30).map(|seq| arrivals.take(seq)).collect();
        assert_eq!(taken.iter().filter(|arrival| **arrival == Broken).count(), 1);
        assert_eq!(taken[29], New);
    }
}
