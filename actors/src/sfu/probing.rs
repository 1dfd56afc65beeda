//! When it is found out whether a path bears more, and what its round trip is without a queue.

use super::types::At;

/// Padding beside the media, for some milliseconds, tells what a path bears. It costs little, but is not for nothing: after one that found
/// nothing the next waits longer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Probing {
    /// When it was tried last, and what was estimated then.
    last: Option<(At, u64)>,
    in_vain: u32,
}

const FIRST_WAIT_MICROS: u64 = 1_000_000;
/// The longest wait is so many times doubled.
const WAITS_DOUBLED: u32 = 1;

impl Probing {
    /// `estimate`: what is known so far.
    pub fn is_due(&mut self, estimate: u64, now: At) -> bool {
        if let Some((at, then)) = self.last {
            if now.micros_since(at) < FIRST_WAIT_MICROS << self.in_vain {
                return false;
            }
            let found = estimate > then + then / 8;
            self.in_vain = if found { 0 } else { (self.in_vain + 1).min(WAITS_DOUBLED) };
        }
        self.last = Some((now, estimate));
        true
    }
}

/// The smallest of the last one to two half minutes: a path may become longer for good.
#[derive(Clone, Copy, Debug, Default)]
pub struct Least {
    since: Option<At>,
    now: Option<u32>,
    before: Option<u32>,
}

const SPAN_MICROS: u64 = 30_000_000;

impl Least {
    pub fn add(&mut self, ms: u32, now: At) {
        let since = *self.since.get_or_insert(now);
        if now.micros_since(since) >= SPAN_MICROS {
            (self.since, self.before, self.now) = (Some(now), self.now, None);
        }
        self.now = Some(self.now.map_or(ms, |least| least.min(ms)));
    }

    pub fn get(&self) -> Option<u32> {
        self.now.into_iter().chain(self.before).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_nothing_is_tried_less_often() {
        let mut probing = Probing::default();
        let mut due = |estimate: fn(u64) -> u64| -> Vec<u64> {
            (0..16).filter(|second| probing.is_due(estimate(*second), At::ms(second * 1_000))).collect()
        };
        assert_eq!(due(|_| 100_000), [0, 1, 3, 5, 7, 9, 11, 13, 15]);
        let mut probing = Probing::default();
        let growing: Vec<u64> = (0..5).filter(|second| probing.is_due(100_000 << second, At::ms(second * 1_000))).collect();
        assert_eq!(growing, [0, 1, 2, 3, 4], "what finds something goes on");
    }

    #[test]
    fn a_path_that_became_longer_is_believed_after_a_while() {
        let mut least = Least::default();
        assert_eq!(least.get(), None);
        least.add(20, At::ms(0));
        least.add(150, At::ms(29_999));
        assert_eq!(least.get(), Some(20));
        least.add(150, At::ms(30_000));
        assert_eq!(least.get(), Some(20));
        least.add(160, At::ms(60_000));
        assert_eq!(least.get(), Some(150));
    }
}
