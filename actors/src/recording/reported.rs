//! How a numbering's timestamps run against its sender's wall clock, by the sender's reports (RFC 3550, 6.4.1). A browser notes the time of a report when
//! it gets to it, up to 20 ms beside the timestamp next to it: so the mean of a few counts.

use crate::sinks::SenderReport;
use std::collections::VecDeque;

/// A sound card that runs by 100 ppm beside its wall clock is behind by 2 ms so.
const COUNTED: usize = 8;
/// By so much no two reports differ, unless the sender's wall clock was set, or what makes the timestamps stood still.
const SET_US: i64 = 100_000;

/// Of one numbering.
#[derive(Clone, Default, Debug)]
pub struct Reported {
    newest: Option<SenderReport>,
    /// The wall clock minus the timestamp, microseconds.
    said: VecDeque<i64>,
}

impl Reported {
    /// The newest report, once or again, and the wall clock minus the timestamp by it. Says whether nothing of before holds any more.
    pub fn hear(&mut self, report: SenderReport, ahead: i64) -> bool {
        if self.newest == Some(report) {
            return false;
        }
        self.newest = Some(report);
        let set = self.value().is_some_and(|known| known.abs_diff(ahead) > SET_US as u64);
        if set {
            self.said.clear();
        }
        self.said.push_back(ahead);
        if self.said.len() > COUNTED {
            self.said.pop_front();
        }
        set
    }

    /// The wall clock minus the timestamp, microseconds; none before the first report.
    pub fn value(&self) -> Option<i64> {
        let first = *self.said.front()?;
        let more: i64 = self.said.iter().map(|said| said - first).sum();
        Some(first + more / self.said.len() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(ntp_us: u64) -> SenderReport {
        SenderReport { ntp_us, timestamp: 0 }
    }

    #[test]
    fn what_trembles_is_averaged_and_a_clock_that_was_set_counts_at_once() {
        let mut reported = Reported::default();
        assert_eq!(reported.value(), None);
        for (number, trembles) in [0, 20, -20, 10, -10, 15, -15].into_iter().enumerate() {
            assert!(!reported.hear(report(number as u64), 5_000_000 + trembles * 1_000));
        }
        assert_eq!(reported.value(), Some(5_000_000));
        assert!(reported.hear(report(100), 5_200_000));
        assert_eq!(reported.value(), Some(5_200_000));
        assert!(!reported.hear(report(100), 5_200_000), "the same report with the next packet");
    }

    #[test]
    fn what_runs_away_is_followed() {
        let mut reported = Reported::default();
        for number in 0..100_i64 {
            reported.hear(report(number as u64), number * 500);
        }
        assert!(reported.value().unwrap().abs_diff(99 * 500) < 2_000);
    }
}
