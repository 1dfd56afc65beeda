//! What a device that was short of time left out of its sound is not in the timestamps, so all that follows seems to be longer on its way. The next report
//! says it; the packets say it at once, where pictures of the same sender still come as fast as before.

/// The fastest of so long are just now; twice as long with the one before.
const STRETCH_US: u64 = 500_000;

/// The least of arrival minus the sender's wall clock, microseconds, of just now.
#[derive(Clone, Copy, Default, Debug)]
pub struct LeftOut {
    now: Option<(u64, i64)>,
    before: Option<i64>,
}

impl LeftOut {
    /// `same`: the sender's wall clock stands to the timestamps as it did. Otherwise it begins anew.
    pub fn hear(&mut self, delay: i64, now_us: u64, same: bool) {
        match &mut self.now {
            Some((since, least)) if same && now_us < *since + STRETCH_US => *least = delay.min(*least),
            now => {
                let ended = now.replace((now_us, delay)).filter(|(since, _)| same && now_us < since + 2 * STRETCH_US);
                self.before = ended.map(|(_, least)| least);
            }
        }
    }

    /// None until there was enough of it, without a pause.
    pub fn least(&self) -> Option<i64> {
        Some(self.now?.1.min(self.before?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_came_just_now_counts_and_not_before_there_is_enough() {
        let mut left_out = LeftOut::default();
        let mut least_at = |ms: u64, delay, same| {
            left_out.hear(delay, ms * 1_000, same);
            left_out.least()
        };
        assert_eq!((least_at(0, 20, true), least_at(400, 10, true)), (None, None));
        assert_eq!(least_at(500, 70, true), Some(10));
        assert_eq!((least_at(1_000, 75, true), least_at(1_020, 72, true)), (Some(70), Some(70)));
        assert_eq!(least_at(1_040, 5, false), None, "by another clock");
        assert_eq!((least_at(1_540, 6, true), least_at(3_000, 6, true)), (Some(5), None), "behind a pause");
    }
}
