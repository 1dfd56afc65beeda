//! How a sender's clock runs against ours.

/// Over less time nothing is said.
const LEAST_US: u64 = 60_000_000;

/// Over the longest numbering.
#[derive(Clone, Copy, Default, Debug)]
pub struct Drift {
    line: Option<Line>,
    longest: Option<(u64, f64)>,
}

/// The straight line through what was told since, by least squares: one report that trembles is nothing to it.
#[derive(Clone, Copy, Debug)]
struct Line {
    since_us: u64,
    first: i64,
    count: f64,
    seconds: f64,
    micros: f64,
    squares: f64,
    products: f64,
}

impl Drift {
    /// Another numbering, or a clock that was set.
    pub fn begin(&mut self) {
        self.line = None;
    }

    /// `offset_us`: what the sender's timestamps are behind our clock.
    pub fn note(&mut self, now_us: u64, offset_us: i64) {
        let line = self.line.get_or_insert(Line::new(now_us, offset_us));
        line.note(now_us, offset_us);
        let lasted = now_us.saturating_sub(line.since_us);
        if lasted >= LEAST_US && self.longest.is_none_or(|(longest, _)| lasted >= longest) {
            self.longest = Some((lasted, line.slope()));
        }
    }

    /// Parts in a million by which the sender's clock is slow (positive) or fast; none before a minute was seen.
    pub fn ppm(&self) -> Option<f64> {
        self.longest.map(|(_, ppm)| ppm)
    }
}

impl Line {
    fn new(since_us: u64, first: i64) -> Self {
        Self { since_us, first, count: 0.0, seconds: 0.0, micros: 0.0, squares: 0.0, products: 0.0 }
    }

    fn note(&mut self, now_us: u64, offset_us: i64) {
        let (seconds, micros) = (now_us.saturating_sub(self.since_us) as f64 / 1e6, (offset_us - self.first) as f64);
        self.count += 1.0;
        self.seconds += seconds;
        self.micros += micros;
        self.squares += seconds * seconds;
        self.products += seconds * micros;
    }

    /// Microseconds a second. The caller has two moments at least.
    fn slope(&self) -> f64 {
        (self.count * self.products - self.seconds * self.micros) / (self.count * self.squares - self.seconds * self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock that is slow by so much, whose offset trembles by up to 15 ms from one report to the next, every five seconds.
    fn told(ppm: f64, seconds: u64) -> Option<f64> {
        let mut drift = Drift::default();
        for ms in (0..seconds * 1_000).step_by(20) {
            let trembles = (ms / 5_000).wrapping_mul(0x9e37_79b9) >> 11 & 0xf;
            drift.note(ms * 1_000, 7_000_000 + (ms as f64 * ppm / 1e3) as i64 + trembles as i64 * 1_000);
        }
        drift.ppm()
    }

    #[test]
    fn reports_that_tremble_are_no_drift() {
        assert_eq!(told(0.0, 59), None);
        for ppm in [-120.0, 0.0, 80.0] {
            assert!((told(ppm, 300).unwrap() - ppm).abs() < 30.0, "{:?}", told(ppm, 300));
            assert!((told(ppm, 3_600).unwrap() - ppm).abs() < 3.0, "{:?}", told(ppm, 3_600));
        }
    }

    #[test]
    fn the_longest_stretch_counts() {
        let mut drift = Drift::default();
        (0..=100).for_each(|second| drift.note(second * 1_000_000, second as i64 * 50));
        drift.begin();
        (0..=70).for_each(|second| drift.note(200_000_000 + second * 1_000_000, second as i64 * 900));
        assert!((drift.ppm().unwrap() - 50.0).abs() < 1e-6);
    }
}
