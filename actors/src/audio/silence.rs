//! What a mute leaves out: who is muted sends nothing, and time goes on.

/// Silence that one mute is filled with. A longer one is told by the time of what follows, not by samples: nobody keeps a night of zeros.
pub const FILLED_MAX_MS: u64 = 10 * 60 * 1_000;

/// What is owed at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Owed {
    /// Frames of silence to put in.
    pub fill: u64,
    /// Frames that pass without samples.
    pub skip: u64,
}

pub struct Mute {
    rate: u64,
    /// Since when, and the frames that were owed or came since.
    since: Option<(u64, u64)>,
}

impl Mute {
    pub fn new(rate: u32) -> Self {
        Self { rate: rate.into(), since: None }
    }

    pub fn is_on(&self) -> bool {
        self.since.is_some()
    }

    /// Once more changes nothing.
    pub fn begin(&mut self, now_ms: u64) {
        self.since.get_or_insert((now_ms, 0));
    }

    /// Samples came all the same: they stand for their own time.
    pub fn came(&mut self, frames: u64) {
        if let Some((_, told)) = &mut self.since {
            *told += frames;
        }
    }

    /// What has passed since the last time.
    pub fn owed(&mut self, now_ms: u64) -> Owed {
        let Some((since, told)) = &mut self.since else { return Owed::default() };
        let frames = |ms: u64| ms.saturating_mul(self.rate) / 1_000;
        let passed = frames(now_ms.saturating_sub(*since));
        let most = frames(FILLED_MAX_MS);
        let owed = passed.saturating_sub(*told);
        let fill = most.saturating_sub(*told).min(owed);
        *told += owed;
        Owed { fill, skip: owed - fill }
    }

    pub fn end(&mut self, now_ms: u64) -> Owed {
        let owed = self.owed(now_ms);
        self.since = None;
        owed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_while_somebody_is_muted() {
        let mut mute = Mute::new(48_000);
        assert_eq!(mute.owed(500), Owed::default());
        mute.begin(1_000);
        assert_eq!(mute.owed(1_500), Owed { fill: 24_000, skip: 0 });
        mute.begin(1_700);
        mute.came(4_800);
        assert_eq!(mute.owed(2_000), Owed { fill: 19_200, skip: 0 });
        assert_eq!(mute.end(3_000), Owed { fill: 48_000, skip: 0 });
        assert_eq!(mute.end(9_000), Owed::default());
    }

    #[test]
    fn a_clock_that_stands_or_goes_back_owes_nothing() {
        let mut mute = Mute::new(8_000);
        mute.begin(5_000);
        assert_eq!(mute.owed(4_000), Owed::default());
        assert_eq!(mute.owed(5_000), Owed::default());
        // More than its time came at once.
        mute.came(80_000);
        assert_eq!(mute.owed(6_000), Owed::default());
        assert_eq!(mute.end(16_000), Owed { fill: 8_000, skip: 0 });
    }

    #[test]
    fn a_night_of_silence_is_no_samples() {
        let mut mute = Mute::new(8_000);
        mute.begin(0);
        let night = mute.end(8 * 3_600_000);
        assert_eq!(night.fill, FILLED_MAX_MS * 8);
        assert_eq!(night.fill + night.skip, 8 * 3_600 * 8_000);
    }
}
