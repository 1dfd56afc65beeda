//! Bits a second of an encoding, as measured.

use super::types::At;

/// Measured in steps of a quarter second, smoothed over about a second. While nothing comes the last figure is remembered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rate {
    bits: u64,
    since: Option<At>,
    smoothed: Option<u64>,
    newest: Option<At>,
}

const STEP_MICROS: u64 = 250_000;
/// A pause, not a low rate.
const PAUSE_MICROS: u64 = 1_000_000;

impl Rate {
    pub fn add(&mut self, bytes: usize, now: At) {
        if self.newest.is_none_or(|newest| now.micros_since(newest) > PAUSE_MICROS) {
            self.since = Some(now);
            self.bits = 0;
        }
        self.newest = Some(now);
        self.bits += bytes as u64 * 8;
        let since = *self.since.get_or_insert(now);
        let passed = now.micros_since(since);
        if passed >= STEP_MICROS {
            let rate = self.bits * 1_000_000 / passed;
            self.smoothed = Some(self.smoothed.map_or(rate, |smoothed| (smoothed * 3 + rate) / 4));
            self.since = Some(now);
            self.bits = 0;
        }
    }

    /// What it needs, from the last time that it came; none before anything was measured.
    pub fn known(&self) -> Option<u64> {
        self.smoothed
    }

    /// What comes now.
    pub fn now(&self, now: At) -> u64 {
        if self.is_quiet(now, PAUSE_MICROS / 1_000) { 0 } else { self.smoothed.unwrap_or(0) }
    }

    pub fn newest(&self) -> Option<At> {
        self.newest
    }

    pub fn is_quiet(&self, now: At, for_ms: u64) -> bool {
        self.newest.is_none_or(|newest| now.micros_since(newest) >= for_ms * 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_stream_is_measured_and_remembered() {
        let mut rate = Rate::default();
        for packet in 0..300 {
            rate.add(1_250, At::ms(1_000 + packet * 10));
        }
        let end = At::ms(4_000);
        assert!((950_000..1_080_000).contains(&rate.known().unwrap()), "{:?}", rate.known());
        assert_eq!(rate.now(end), rate.known().unwrap());
        assert_eq!(rate.now(At::ms(6_000)), 0);
        assert!(rate.known().is_some());
        assert!(rate.is_quiet(At::ms(6_000), 2_000) && !rate.is_quiet(end, 2_000));
    }

    #[test]
    fn a_pause_is_no_low_rate() {
        let mut rate = Rate::default();
        (0..300).for_each(|packet| rate.add(1_250, At::ms(packet * 10)));
        let before = rate.known();
        rate.add(1_250, At::ms(60_000));
        assert_eq!(rate.known(), before);
    }
}
